/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Waiting for a descriptor and for signals, see watch.h.  All that the thread
 * is told comes through one pipe, which a signal's handler may write to.
 */
#include "watch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

/* What goes through the pipe beside descriptors. */
#define STOP  (-2)
#define ENDED (-3)

static const int ending[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

#define ENDING (sizeof(ending) / sizeof(ending[0]))

struct watch {
	pthread_t thread;
	int read_end, write_end;
	void (*tell)(void *whom, enum watch_news news);
	void *whom;
	struct sigaction before[ENDING];
};

static volatile sig_atomic_t signals_to = -1;

static void send(int fd, int word)
{
	ssize_t wrote;

	/* Words are read at once: the pipe is never full. */
	do {
		wrote = write(fd, &word, sizeof(word));
	} while (wrote < 0 && errno == EINTR);
}

static void end_by_signal(int number)
{
	int saved = errno;

	(void)number;
	if (signals_to >= 0)
		send(signals_to, ENDED);
	errno = saved;
}

/* The second time they end it at once, whatever it is doing; what is ignored,
 * as by nohup, stays ignored. */
static void take_signals(struct watch *watch)
{
	const struct sigaction action = { .sa_handler = end_by_signal,
					  .sa_flags = (int)SA_RESETHAND };
	size_t i;

	signals_to = watch->write_end;
	for (i = 0; i < ENDING; i++) {
		sigaction(ending[i], NULL, &watch->before[i]);
		if (watch->before[i].sa_handler != SIG_IGN)
			sigaction(ending[i], &action, NULL);
	}
}

static void give_signals_back(const struct watch *watch)
{
	size_t i;

	for (i = 0; i < ENDING; i++)
		sigaction(ending[i], &watch->before[i], NULL);
	signals_to = -1;
}

static void *run(void *argument)
{
	const struct watch *watch = argument;
	struct pollfd fds[] = { { .fd = watch->read_end, .events = POLLIN },
				{ .fd = -1, .events = POLLIN } };
	int word;

	for (;;) {
		if (poll(fds, 2, -1) < 0)
			continue;
		if (fds[1].fd >= 0 && fds[1].revents) {
			fds[1].fd = -1;
			watch->tell(watch->whom, WATCH_READABLE);
		}
		if (!fds[0].revents ||
		    read(watch->read_end, &word, sizeof(word)) != sizeof(word))
			continue;
		if (word == STOP)
			return NULL;
		if (word == ENDED)
			watch->tell(watch->whom, WATCH_ENDED);
		else
			fds[1].fd = word;
	}
}

/* Signals are for threads that may be interrupted. */
static int start_thread(struct watch *watch)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&watch->thread, NULL, run, watch);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -err;
}

int watch_start(void (*tell)(void *whom, enum watch_news news), void *whom,
		struct watch **ret_watch)
{
	struct watch *watch = calloc(1, sizeof(*watch));
	int ends[2], err;

	if (!watch)
		return -ENOMEM;
	if (pipe2(ends, O_CLOEXEC)) {
		err = -errno;
		free(watch);
		return err;
	}
	watch->read_end = ends[0];
	watch->write_end = ends[1];
	watch->tell = tell;
	watch->whom = whom;
	err = start_thread(watch);
	if (err) {
		close(ends[0]);
		close(ends[1]);
		free(watch);
		return err;
	}
	take_signals(watch);
	*ret_watch = watch;
	return 0;
}

void watch_stop(struct watch *watch)
{
	if (!watch)
		return;
	give_signals_back(watch);
	send(watch->write_end, STOP);
	pthread_join(watch->thread, NULL);
	close(watch->read_end);
	close(watch->write_end);
	free(watch);
}

void watch_fd(struct watch *watch, int fd)
{
	send(watch->write_end, fd);
}
