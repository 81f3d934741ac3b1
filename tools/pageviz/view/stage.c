// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which moment, picture, layer and world each pane shows, and its tiles, made
 * within a budget of time; see stage.h.  How each is kept is in the files
 * beside this one.
 */
#include <errno.h>
#include <stdlib.h>

#include "clock.h"
#include "stage_inside.h"

#define LARGE_STRETCHES 50000	/* a layer takes a millisecond or more */

struct stage {
	const struct history *history;
	struct staged_pane panes[PANES_MOST];
	struct layer_cache layers;
	struct tile_cache *tiles;
	struct people_list people;
	uint64_t world_serials;
	uint64_t uses;		/* calls of stage_prepare() */
	uint64_t budget_ns;
	uint64_t spent_ns;
	bool missing;		/* a tile, in this frame */
	struct ahead *ahead;
	bool lagging;		/* a pane shows a moment before the one seen */
};

struct stage *stage_new(const struct history *history)
{
	struct stage *stage = calloc(1, sizeof(*stage));

	if (!stage)
		return NULL;
	stage->history = history;
	stage->budget_ns = UINT64_MAX;
	stage->tiles = tiles_new();
	stage->ahead = ahead_new();
	if (stage->tiles && stage->ahead)
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
	for (i = 0; i < PANES_MOST; i++)
		staged_free(&stage->panes[i]);
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
	staged_free(staged);
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

static void hold(struct moment **held, struct moment *moment)
{
	if (*held == moment)
		return;
	moment_unref(*held);
	*held = moment ? moment_ref(moment) : NULL;
}

/* Another layer; what was seen before may stand in while its tiles are made. */
static void take_layer(struct staged_pane *staged,
		       const struct kept_layer *kept)
{
	const struct layer *before = staged->seen.layer;

	if (kept->serial == staged->layer_serial)
		return;
	staged->before_serial = before && layers_alike(before, kept->layer) ?
				staged->layer_serial : 0;
	staged->layer_serial = kept->serial;
}

/* Shows a layer of a moment, in a world that holds it. */
static int show(struct stage *stage, struct staged_pane *staged,
		const struct pane *pane, const struct layer_input *input,
		const struct kept_layer *kept)
{
	int err = staged_world(staged, pane, input->moment, input->picture,
			       &stage->world_serials);

	if (err)
		return err;
	take_layer(staged, kept);
	staged->seen = (struct stage_pane){
		.moment = input->moment,
		.picture = input->picture,
		.base_moment = input->base_moment,
		.base = input->base,
		.layer = kept->layer,
		.world = staged->world,
		.world_serial = staged->world_serial,
	};
	staged->key = kept->key;
	staged->lit = pane->lit;
	return 0;
}

/*
 * Whether the layer of a large picture is left to the thread, and the moment
 * seen before stays until it is there.  Images wait for it.
 */
static bool lags(struct stage *stage, struct staged_pane *staged,
		 const struct layer_input *input, enum colouring by)
{
	struct layer_key key = layer_key_of(input, by);
	struct kept_layer kept;
	int err;

	if (stage->budget_ns == UINT64_MAX || !staged->seen.layer ||
	    staged->seen.layer->by != by ||
	    input->picture->stretch_count < LARGE_STRETCHES ||
	    layers_find(&stage->layers, &key, stage->uses, &kept))
		return false;
	err = ahead_start(stage->ahead, input, by);
	return !err || err == -EBUSY;
}

static int prepare_pane(struct stage *stage, const struct view *view,
			size_t index)
{
	const struct pane *pane = &view->panes[index];
	struct staged_pane *staged = staged_of(stage, index, pane->map);
	struct moment *moment = history_at(stage->history, view->moment);
	struct moment *base = base_of(stage, view);
	struct layer_input input = {
		moment, moment_picture(moment, pane->map), base,
		base ? moment_picture(base, pane->map) : NULL,
	};
	struct kept_layer kept;
	int err;

	if (!input.picture) {
		staged->seen = (struct stage_pane){ 0 };
		staged->before_serial = 0;
		return 0;
	}
	if (lags(stage, staged, &input, pane->by)) {
		stage->lagging = true;
		input = (struct layer_input){
			staged->seen.moment, staged->seen.picture,
			staged->seen.base_moment, staged->seen.base,
		};
		if (layers_find(&stage->layers, &staged->key, stage->uses,
				&kept))
			return show(stage, staged, pane, &input, &kept);
	}
	err = layers_get(&stage->layers, &input, pane->by, stage->uses, &kept);
	if (!err)
		err = show(stage, staged, pane, &input, &kept);
	if (err)
		return err;
	hold(&staged->moment, (struct moment *)(uintptr_t)input.moment);
	hold(&staged->base_moment,
	     (struct moment *)(uintptr_t)input.base_moment);
	return 0;
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
		staged_free(&stage->panes[i]);
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

/* ---- Tiles ------------------------------------------------------------- */

bool stage_budget(struct stage *stage, uint64_t ns)
{
	bool missing = stage->missing;

	tiles_frame(stage->tiles);
	stage->budget_ns = ns;
	stage->spent_ns = 0;
	stage->missing = false;
	return missing;
}

bool stage_is_short(const struct stage *stage)
{
	return stage->missing || stage->lagging;
}

static struct tile_key key_of(const struct staged_pane *staged,
			      uint64_t layer_serial, unsigned int level,
			      uint32_t x, uint32_t y)
{
	return (struct tile_key){
		.world_serial = staged->world_serial,
		.layer_serial = layer_serial,
		.lit = staged->lit,
		.level = level,
		.x = x,
		.y = y,
	};
}

/* Of this layer or, where there is none, of the one before. */
static const struct tile *find(struct stage *stage,
			       const struct staged_pane *staged,
			       unsigned int level, uint32_t x, uint32_t y)
{
	struct tile_key key = key_of(staged, staged->layer_serial, level, x, y);
	const struct tile *tile = tiles_find(stage->tiles, &key);

	if (tile || !staged->before_serial)
		return tile;
	key.layer_serial = staged->before_serial;
	return tiles_find(stage->tiles, &key);
}

const struct tile *stage_tile_there(struct stage *stage, size_t pane,
				    unsigned int level, uint32_t x, uint32_t y)
{
	const struct staged_pane *staged = &stage->panes[pane];

	return staged->seen.layer ? find(stage, staged, level, x, y) : NULL;
}

static const struct tile *make_tile(struct stage *stage,
				    const struct staged_pane *staged,
				    const struct tile_key *key)
{
	const struct stage_pane *seen = &staged->seen;
	uint64_t begin_ns = stage->budget_ns == UINT64_MAX ? 0 : now_ns();
	struct tile *tile = tiles_add(stage->tiles, key);

	if (!tile)
		return NULL;
	if (tile_make(seen->world, seen->picture, seen->layer, staged->lit,
		      key->level, key->x, key->y, tile)) {
		tiles_take_back(stage->tiles, key);
		return NULL;
	}
	if (stage->budget_ns != UINT64_MAX)
		stage->spent_ns += now_ns() - begin_ns;
	return tile;
}

const struct tile *stage_tile(struct stage *stage, size_t pane,
			      unsigned int level, uint32_t x, uint32_t y)
{
	const struct staged_pane *staged = &stage->panes[pane];
	struct tile_key key = key_of(staged, staged->layer_serial, level, x, y);
	const struct tile *tile;

	if (!staged->seen.layer)
		return NULL;
	tile = tiles_find(stage->tiles, &key);
	if (!tile && stage->spent_ns < stage->budget_ns)
		tile = make_tile(stage, staged, &key);
	if (tile)
		return tile;
	stage->missing = true;
	return find(stage, staged, level, x, y);
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
