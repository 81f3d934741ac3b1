/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A thread that sleeps until a descriptor has something to read or a signal
 * ends the program, for a loop that sleeps in somebody else's wait.  There is
 * one at a time: signals are the process's.
 */
#ifndef PAGEVIZ_WATCH_H
#define PAGEVIZ_WATCH_H

enum watch_news {
	WATCH_READABLE,
	WATCH_ENDED,		/* SIGINT, SIGTERM, SIGHUP or SIGQUIT came */
};

struct watch;

/* tell is called from the thread.  A negative errno. */
int watch_start(void (*tell)(void *whom, enum watch_news news), void *whom,
		struct watch **ret_watch);
void watch_stop(struct watch *watch);

/* Tells once when fd can be read (-1: no more), until it is asked again. */
void watch_fd(struct watch *watch, int fd);

#endif
