// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A layer that is made in a thread of its own while another is looked at: of
 * RAM it takes several frames' time.  One at a time; moments never change, so
 * that nothing is shared but what is handed over.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "stage_inside.h"

struct ahead {
	pthread_t thread;
	struct layer_input input;	/* with references on the moments */
	enum colouring by;
	struct layer *layer;
	int err;
	bool busy;
	atomic_bool done;
};

struct ahead *ahead_new(void)
{
	return calloc(1, sizeof(struct ahead));
}

static void *make(void *context)
{
	struct ahead *ahead = context;

	ahead->err = layer_make(&ahead->input, ahead->by, &ahead->layer);
	atomic_store(&ahead->done, true);
	return NULL;
}

static struct moment *moment_of(const struct moment *moment)
{
	return (struct moment *)(uintptr_t)moment;
}

/* Lets the moments go; the layer is the caller's. */
static void finish(struct ahead *ahead)
{
	pthread_join(ahead->thread, NULL);
	moment_unref(moment_of(ahead->input.moment));
	moment_unref(moment_of(ahead->input.base_moment));
	ahead->busy = false;
}

void ahead_free(struct ahead *ahead)
{
	if (!ahead)
		return;
	if (ahead->busy) {
		finish(ahead);
		layer_free(ahead->layer);
	}
	free(ahead);
}

int ahead_start(struct ahead *ahead, const struct layer_input *input,
		enum colouring by)
{
	int err;

	if (ahead->busy)
		return -EBUSY;
	ahead->input = *input;
	ahead->by = by;
	ahead->layer = NULL;
	atomic_store(&ahead->done, false);
	err = pthread_create(&ahead->thread, NULL, make, ahead);
	if (err)
		return -err;
	moment_ref(moment_of(input->moment));
	moment_ref(moment_of(input->base_moment));
	ahead->busy = true;
	return 0;
}

bool ahead_take(struct ahead *ahead, struct layer_key *ret_key,
		struct layer **ret_layer)
{
	if (!ahead->busy || !atomic_load(&ahead->done))
		return false;
	*ret_key = layer_key_of(&ahead->input, ahead->by);
	finish(ahead);
	if (ahead->err)
		return false;
	*ret_layer = ahead->layer;
	ahead->layer = NULL;
	return true;
}
