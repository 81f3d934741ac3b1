/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading in a thread of its own, so that keys are answered while a machine of
 * thousands of processes is read.  One piece of work at a time; it has a
 * source to itself, because a source is used by one thread.  What is read, and
 * what comes of it, is its user's.
 */
#ifndef TOOLS_BACKGROUND_H
#define TOOLS_BACKGROUND_H

#include "source_choice.h"

struct background;

/* Work, and what frees its context when nobody waits for it any more. */
struct background_work {
	void (*run)(struct pagemap_source *source, void *context);
	void (*drop)(void *context);	/* NULL: it is always fetched */
	void *context;
};

/* 0 or a negative errno. */
int background_open(const struct source_choice *choice,
		    struct background **ret_background);

/*
 * Ends it.  What is being done is not waited for: it ends by itself, and its
 * context is dropped then.  NULL is fine.
 */
void background_close(struct background *background);

/* Begins some work.  -EBUSY: there is some already, or it was not fetched. */
int background_start(struct background *background,
		     const struct background_work *work);

/* Waits until no work is under way any more; it is still to be fetched. */
void background_wait(struct background *background);

/* The context of work that is done, once; NULL: none is. */
void *background_fetch(struct background *background);

/* Drops work that is done, and that nobody waits for any more. */
void background_discard(struct background *background);

/* Whether work is under way, or waits to be fetched. */
bool background_is_busy(const struct background *background);

/* Can be read from when work is done, until it is fetched. */
int background_fd(const struct background *background);

#endif
