/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading in a thread of its own, so that keys are answered while a machine of
 * thousands of processes is read.  One piece of work at a time; it has a
 * source to itself, because a source is used by one thread.
 */
#ifndef SCREEN_BACKGROUND_H
#define SCREEN_BACKGROUND_H

#include <libpagemap/pagemap.h>

struct background;

/* Work, and what frees its context when nobody waits for it any more. */
struct background_work {
	void (*run)(struct pagemap_source *source, void *context);
	void (*drop)(void *context);
	void *context;
};

/* name: as source_open() takes it.  -ENOMEM, or pthread_create's error. */
int background_open(const char *name, struct background **ret_background);

/*
 * Ends it.  What is being done is not waited for: it ends by itself, and its
 * context is dropped then.  NULL is fine.
 */
void background_close(struct background *background);

/* Begins some work.  -EBUSY: there is some already, or it was not fetched. */
int background_start(struct background *background,
		     const struct background_work *work);

/* The context of work that is done; NULL: none is.  wait: until it is done. */
void *background_fetch(struct background *background, bool wait);

/* Whether work is under way, or waits to be fetched. */
bool background_is_busy(const struct background *background);

/* Can be read from when work is done, until it is fetched. */
int background_fd(const struct background *background);

#endif
