// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A layer that is made in a thread of its own while another is looked at, of a
 * moment that may have to be unpacked first: of RAM both take several frames'
 * time.  One at a time; moments never change, so that nothing is shared but
 * what is handed over.
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
	bool has_layer;
	struct layer *layer;
	int err;
	bool busy;
	atomic_bool done;
};

struct ahead *ahead_new(void)
{
	return calloc(1, sizeof(struct ahead));
}

static int unpack(const struct layer_input *input)
{
	int err = moment_unpack(moment_of(input->moment));

	if (!err && input->base_moment)
		err = moment_unpack(moment_of(input->base_moment));
	return err;
}

static void *make(void *context)
{
	struct ahead *ahead = context;

	ahead->err = unpack(&ahead->input);
	if (!ahead->err && !ahead->has_layer)
		ahead->err = layer_make(&ahead->input, ahead->by,
					&ahead->layer);
	atomic_store(&ahead->done, true);
	return NULL;
}

static void let_go(struct ahead *ahead)
{
	moment_unref(moment_of(ahead->input.moment));
	moment_unref(moment_of(ahead->input.base_moment));
}

/* Lets the moments go; the layer is the caller's. */
static void finish(struct ahead *ahead)
{
	pthread_join(ahead->thread, NULL);
	let_go(ahead);
	ahead->busy = false;
}

bool ahead_is_busy(const struct ahead *ahead)
{
	return ahead->busy;
}

bool ahead_is_done(const struct ahead *ahead)
{
	return ahead->busy && atomic_load(&ahead->done);
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
		enum colouring by, bool has_layer)
{
	int err;

	if (ahead->busy)
		return -EBUSY;
	ahead->input = *input;
	ahead->by = by;
	ahead->has_layer = has_layer;
	ahead->layer = NULL;
	atomic_store(&ahead->done, false);
	moment_keep(moment_of(input->moment));
	moment_keep(moment_of(input->base_moment));
	err = pthread_create(&ahead->thread, NULL, make, ahead);
	ahead->busy = !err;
	if (err)
		let_go(ahead);
	return -err;
}

bool ahead_take(struct ahead *ahead, struct layer_key *ret_key,
		struct layer **ret_layer)
{
	if (!ahead_is_done(ahead))
		return false;
	*ret_key = layer_key_of(&ahead->input, ahead->by);
	finish(ahead);
	if (!ahead->layer)
		return false;
	*ret_layer = ahead->layer;
	ahead->layer = NULL;
	return true;
}
