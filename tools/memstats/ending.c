/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signals that would end memstats, put off.  By a handler and ppoll(2), since
 * small kernels are built without signalfd(2).
 */
#include "ending.h"

#include <errno.h>
#include <stddef.h>
#include <time.h>

static const int ends[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

static volatile sig_atomic_t came;

static void note(int number)
{
	came = number;
}

void ending_put_off(struct ending *ret_ending)
{
	const struct sigaction noting = { .sa_handler = note };
	struct sigaction before;
	size_t i;

	came = 0;
	sigemptyset(&ret_ending->signals);
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (!sigaction(ends[i], NULL, &before) &&
		    before.sa_handler != SIG_IGN)
			sigaddset(&ret_ending->signals, ends[i]);
	sigprocmask(SIG_BLOCK, &ret_ending->signals, &ret_ending->old_mask);
	/* Blocked by now: the handler runs in ending_wait alone. */
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (sigismember(&ret_ending->signals, ends[i]))
			sigaction(ends[i], &noting, NULL);
}

void ending_allow(const struct ending *ending)
{
	size_t i;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (sigismember(&ending->signals, ends[i]))
			signal(ends[i], SIG_DFL);
	sigprocmask(SIG_SETMASK, &ending->old_mask, NULL);
}

int ending_wait(const struct ending *ending, struct pollfd *events,
		nfds_t count, uint64_t timeout_ns)
{
	const struct timespec timeout = {
		(time_t)(timeout_ns / 1000000000u),
		(long)(timeout_ns % 1000000000u),
	};
	sigset_t mask = ending->old_mask;
	size_t i;
	int ready;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (sigismember(&ending->signals, ends[i]))
			sigdelset(&mask, ends[i]);
	for (i = 0; i < count; i++)
		events[i].revents = 0;
	ready = ppoll(events, count, &timeout, &mask);
	if (came)
		return came;
	return ready < 0 && errno != EINTR ? -errno : 0;
}
