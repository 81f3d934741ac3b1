// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory that is given back elsewhere, see discard.h.  Nobody waits for the
 * thread: a process that ends gives back everything anyway.
 */
#include "discard.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#define LARGE (4u << 20)

struct discarded {
	void (*release)(void *item);
	void *item;
};

static void *run(void *argument)
{
	struct discarded discarded = *(struct discarded *)argument;

	free(argument);
	discarded.release(discarded.item);
	return NULL;
}

/* Signals are for the thread that has the window. */
static int start(struct discarded *discarded)
{
	sigset_t all, before;
	pthread_t thread;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&thread, NULL, run, discarded);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!err)
		pthread_detach(thread);
	return err;
}

void discard(void (*release)(void *item), void *item, size_t bytes)
{
	struct discarded *discarded = bytes < LARGE ? NULL :
				      malloc(sizeof(*discarded));

	if (discarded) {
		*discarded = (struct discarded){ release, item };
		if (!start(discarded))
			return;
		free(discarded);
	}
	release(item);
}
