/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Layers as a whole: made, freed and asked.  How pages come into classes is the
 * business of by_*.c, what follows from that of making.c.
 */
#include <errno.h>
#include <stdlib.h>

#include "making.h"

/* What a layer is inside. */
struct whole {
	struct layer layer;
	struct strings *texts;
	struct layer_run *runs;
};

static int (*const makers[COLOUR_COUNT])(struct making *making) = {
	[COLOUR_STATE] = make_by_state,
	[COLOUR_SHARERS] = make_by_sharers,
	[COLOUR_FLAGS] = make_by_flags,
	[COLOUR_OWNER] = make_by_owner,
	[COLOUR_USER] = make_by_owner,
	[COLOUR_GROUP] = make_by_owner,
	[COLOUR_USE] = make_by_use,
	[COLOUR_AGE] = make_by_age,
	[COLOUR_CHANGED] = make_by_change,
	[COLOUR_HOST] = make_by_host,
	[COLOUR_VKERNEL] = make_by_vkernel,
};

static int fill(struct whole *whole, struct making *making)
{
	int err = makers[whole->layer.by](making);

	if (!err)
		making_finish(making);
	whole->runs = making->runs;
	whole->layer.runs = making->runs;
	whole->layer.run_count = making->run_count;
	return err;
}

int layer_make(const struct layer_input *input, enum colouring by,
	       struct layer **ret_layer)
{
	struct whole *whole = calloc(1, sizeof(*whole));
	struct making making = {
		.moment = input->moment,
		.picture = input->picture,
		.input = input,
		.why = "",
	};
	int err;

	if (!whole)
		return -ENOMEM;
	whole->layer.by = by;
	whole->texts = strings_new();
	making.layer = &whole->layer;
	making.texts = whole->texts;
	err = whole->texts ? fill(whole, &making) : -ENOMEM;
	if (err)
		layer_free(&whole->layer);
	else
		*ret_layer = &whole->layer;
	return err;
}

uint64_t colouring_lit(enum colouring by)
{
	return by == COLOUR_VKERNEL ? vkernel_classes() : 0;
}

/* The layer is the first of what it is inside. */
void layer_free(struct layer *layer)
{
	struct whole *whole = (struct whole *)layer;

	if (!whole)
		return;
	strings_free(whole->texts);
	free(whole->runs);
	free(whole);
}

/* ---- Asking ------------------------------------------------------------ */

/* The first run that begins after a page; run_count: none. */
static size_t run_after(const struct layer *layer, uint64_t page)
{
	size_t low = 0, high = layer->run_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (layer->runs[middle].first_page <= page)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t layer_run_from(const struct layer *layer, uint64_t page)
{
	size_t after = run_after(layer, page);
	const struct layer_run *run = layer->runs + after - 1;

	return after && page - run->first_page < run->page_count ? after - 1
								 : after;
}

uint8_t layer_class_at(const struct layer *layer, uint64_t page)
{
	size_t at = layer_run_from(layer, page);

	return at < layer->run_count && layer->runs[at].first_page <= page ?
	       (uint8_t)layer->runs[at].class_of : 0;
}

static bool is_of(const struct layer_run *run, uint64_t classes)
{
	return classes >> run->class_of & 1;
}

static int next_after(const struct layer *layer, uint64_t classes,
		      uint64_t *page)
{
	size_t i = *page == LAYER_FROM_END ? 0 : run_after(layer, *page);

	for (; i < layer->run_count; i++)
		if (is_of(&layer->runs[i], classes)) {
			*page = layer->runs[i].first_page;
			return 1;
		}
	return 0;
}

static int last_before(const struct layer *layer, uint64_t classes,
		       uint64_t *page)
{
	size_t i = *page ? run_after(layer, *page - 1) : 0;

	for (; i; i--)
		if (is_of(&layer->runs[i - 1], classes)) {
			*page = layer->runs[i - 1].first_page;
			return 1;
		}
	return 0;
}

int layer_next(const struct layer *layer, uint64_t classes, uint64_t *page,
	       bool backwards)
{
	return backwards ? last_before(layer, classes, page)
			 : next_after(layer, classes, page);
}
