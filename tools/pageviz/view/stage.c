// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which moment, picture, layer and world each pane shows, see stage.h.  How
 * each is kept, and tiles, are in the files beside this one.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "stage_inside.h"

#define LARGE_STRETCHES 50000	/* a layer takes a millisecond or more */

struct stage *stage_new(const struct history *history)
{
	struct stage *stage = calloc(1, sizeof(*stage));

	if (!stage)
		return NULL;
	stage->history = history;
	stage->budget_ns = UINT64_MAX;
	stage->tiles = tiles_new();
	stage->ahead = ahead_new();
	stage->maker = maker_new();
	if (stage->tiles && stage->ahead && stage->maker)
		return stage;
	stage_free(stage);
	return NULL;
}

void stage_free(struct stage *stage)
{
	size_t i;

	if (!stage)
		return;
	ahead_free(stage->ahead);
	maker_free(stage->maker);
	for (i = 0; i < PANES_MOST; i++)
		staged_free(&stage->panes[i], NULL);
	layers_free(&stage->layers);
	tiles_free(stage->tiles);
	people_free(&stage->people);
	free(stage);
}

const struct history *stage_history(const struct stage *stage)
{
	return stage->history;
}

/* ---- Preparing --------------------------------------------------------- */

/* The staged pane of a map comes to where the view has it: maps before it may
 * have been closed. */
static struct staged_pane *staged_of(struct stage *stage, size_t index,
				     struct map_id map)
{
	struct staged_pane *staged = &stage->panes[index];
	size_t i;

	for (i = index; i < PANES_MOST; i++) {
		struct staged_pane swapped = stage->panes[i];

		if (!swapped.used || !map_id_equal(swapped.map, map))
			continue;
		stage->panes[i] = *staged;
		*staged = swapped;
		return staged;
	}
	staged_free(staged, stage->maker);
	staged->used = true;
	staged->map = map;
	return staged;
}

static struct moment *moment_at_time(const struct history *history,
				     uint64_t time_ns)
{
	size_t i;

	for (i = 0; i < history_count(history); i++)
		if (history_at(history, i)->time_ns == time_ns)
			return history_at(history, i);
	return NULL;
}

/* What is compared to: the base, or the moment before; NULL: none. */
static struct moment *base_of(const struct stage *stage,
			      const struct view *view)
{
	if (view->has_base)
		return moment_at_time(stage->history, view->base_time_ns);
	return view->moment ? history_at(stage->history, view->moment - 1)
			    : NULL;
}

static void hold(struct moment **held, const struct moment *moment)
{
	if (*held == moment)
		return;
	moment_unref(*held);
	*held = moment_keep(moment_of(moment));
}

/* Another look; tiles of the one before stand in while its own are made. */
static void take_look(struct staged_pane *staged, const struct kept_layer *kept,
		      uint64_t lit)
{
	const struct layer *before = staged->seen.layer;
	struct look *looks = staged->before;
	bool alike;
	size_t i;

	if (kept->serial == staged->layer_serial && lit == staged->lit)
		return;
	alike = before && layers_alike(before, kept->layer);
	for (i = LOOKS_BEFORE - 1; i; i--) {
		looks[i] = looks[i - 1];
		looks[i].alike &= alike;
	}
	looks[0] = (struct look){ before ? staged->layer_serial : 0,
				  staged->lit, alike, NULL };
	staged->layer_serial = kept->serial;
	staged->lit = lit;
}

/* Layers of other colours stay while their tiles may stand in. */
static void keep_looks(struct stage *stage, struct staged_pane *staged)
{
	size_t i;

	for (i = 0; i < LOOKS_BEFORE; i++) {
		struct look *look = &staged->before[i];

		if (!look->layer_serial || look->alike)
			continue;
		look->layer = layers_at(&stage->layers, look->layer_serial,
					stage->uses);
		if (!look->layer)
			*look = (struct look){ 0 };
	}
}

/* Shows a layer of a moment, in a world that holds it. */
static int show(struct stage *stage, struct staged_pane *staged,
		const struct pane *pane, const struct stage_pane *next,
		const struct kept_layer *kept)
{
	int err = staged_world(staged, pane, next->moment, next->picture,
			       &stage->world_serials, stage->maker);

	if (err)
		return err;
	take_look(staged, kept,
		  kept->layer->by == pane->by ? pane->lit : staged->lit);
	keep_looks(stage, staged);
	staged->seen = *next;
	staged->seen.layer = kept->layer;
	staged->seen.world = staged->world;
	staged->seen.world_serial = staged->world_serial;
	staged->key = kept->key;
	return 0;
}

static struct layer_input input_of(const struct stage_pane *next,
				   enum colouring by)
{
	bool compares = by == COLOUR_CHANGED && next->base;

	return (struct layer_input){
		next->moment, next->picture,
		compares ? next->base_moment : NULL,
		compares ? next->base : NULL,
	};
}

/*
 * Whether a large picture is left to the thread, which unpacks it and makes its
 * layer; what was seen before stays until it is there.  Images wait for it.
 */
static bool lags(struct stage *stage, const struct layer_input *input,
		 enum colouring by)
{
	struct layer_key key = layer_key_of(input, by);
	struct kept_layer kept;
	bool packed = moment_is_packed(input->moment) ||
		      moment_is_packed(input->base_moment);
	bool found;
	int err;

	if (stage->budget_ns == UINT64_MAX)
		return false;
	found = layers_find(&stage->layers, &key, stage->uses, &kept);
	if (!packed &&
	    (found || input->picture->stretch_count < LARGE_STRETCHES))
		return false;
	err = ahead_start(stage->ahead, input, by, found);
	return !err || err == -EBUSY;
}

/* What was seen stays; 0 also where that is nothing. */
static int show_before(struct stage *stage, struct staged_pane *staged,
		       const struct pane *pane)
{
	struct stage_pane seen = staged->seen;
	struct kept_layer kept;

	stage->lagging = true;
	if (!seen.layer || !layers_find(&stage->layers, &staged->key,
					stage->uses, &kept))
		return 0;
	return show(stage, staged, pane, &seen, &kept);
}

/* A moment that is there, at once. */
static int show_next(struct stage *stage, struct staged_pane *staged,
		     const struct pane *pane, const struct stage_pane *next,
		     const struct layer_input *input)
{
	struct moment *moment = moment_ref(moment_of(input->moment));
	struct moment *base = moment_ref(moment_of(input->base_moment));
	struct kept_layer kept;
	int err = moment && (base || !input->base_moment) ? 0 : -ENOMEM;

	if (!err)
		err = layers_get(&stage->layers, input, pane->by, stage->uses,
				 &kept);
	if (!err)
		err = show(stage, staged, pane, next, &kept);
	if (!err) {
		hold(&staged->moment, next->moment);
		hold(&staged->base_moment, next->base_moment);
	}
	moment_unref(moment);
	moment_unref(base);
	return err;
}

static int prepare_pane(struct stage *stage, const struct view *view,
			size_t index)
{
	const struct pane *pane = &view->panes[index];
	struct staged_pane *staged = staged_of(stage, index, pane->map);
	struct moment *base = base_of(stage, view);
	struct stage_pane next = {
		.moment = history_at(stage->history, view->moment),
		.base_moment = base,
		.base = moment_picture(base, pane->map),
	};
	struct layer_input input;

	next.picture = moment_picture(next.moment, pane->map);
	if (!next.picture) {
		staged->seen = (struct stage_pane){ 0 };
		memset(staged->before, 0, sizeof(staged->before));
		return 0;
	}
	input = input_of(&next, pane->by);
	if (lags(stage, &input, pane->by))
		return show_before(stage, staged, pane);
	return show_next(stage, staged, pane, &next, &input);
}

/* What the thread has made is kept like the others. */
static void take_made(struct stage *stage)
{
	struct kept_layer kept;
	struct layer_key key;
	struct layer *layer;

	if (ahead_take(stage->ahead, &key, &layer))
		layers_put(&stage->layers, &key, layer, stage->uses, &kept);
}

static int prepare_panes(struct stage *stage, const struct view *view)
{
	size_t i;
	int err;

	for (i = 0; i < view->pane_count; i++) {
		err = prepare_pane(stage, view, i);
		if (err)
			return err;
	}
	for (; i < PANES_MOST; i++)
		staged_free(&stage->panes[i], stage->maker);
	return 0;
}

int stage_prepare(struct stage *stage, const struct view *view)
{
	int err = 0;
	size_t i;

	stage->uses++;
	stage->lagging = false;
	take_made(stage);
	if (view->moment < history_count(stage->history))
		err = prepare_panes(stage, view);
	else
		err = -ENODATA;
	if (!err)
		return 0;
	for (i = 0; i < PANES_MOST; i++)
		stage->panes[i].seen = (struct stage_pane){ 0 };
	return err == -ENODATA ? 0 : err;
}

struct stage_pane stage_pane(const struct stage *stage, size_t pane)
{
	return pane < PANES_MOST ? stage->panes[pane].seen
				 : (struct stage_pane){ 0 };
}

/* ---- People ------------------------------------------------------------ */

const uint32_t *stage_list(struct stage *stage, const struct view *view,
			   size_t *ret_count)
{
	*ret_count = 0;
	if (view->moment >= history_count(stage->history) ||
	    people_find(&stage->people,
			history_at(stage->history, view->moment),
			view->search))
		return NULL;
	*ret_count = stage->people.count;
	return stage->people.people;
}
