/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signals that would end memstats: they are put off while something is begun
 * that has to be ended well, and are seen where it waits.
 */
#ifndef MEMSTATS_ENDING_H
#define MEMSTATS_ENDING_H

#include <poll.h>
#include <signal.h>
#include <stdint.h>

struct ending {
	sigset_t signals;	/* those that were not ignored (nohup) */
	sigset_t old_mask;
};

/* From now on they wait.  One at a time for a program. */
void ending_put_off(struct ending *ret_ending);
void ending_allow(const struct ending *ending);

/*
 * Waits as poll(2) for events, at most so long.  The number of the signal that
 * came, then or before; 0 for events or none; a negative errno.
 */
int ending_wait(const struct ending *ending, struct pollfd *events,
		nfds_t count, uint64_t timeout_ns);

#endif
