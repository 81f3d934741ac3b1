// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tiles of a frame, see stage.h: made within its budget of time, by a
 * thread where they may take long, and stood in for by those of looks before
 * where they are not there yet.
 */
#include <errno.h>

#include "clock.h"
#include "stage_inside.h"

bool stage_is_short(const struct stage *stage)
{
	return stage->missing || stage->lagging;
}

bool stage_has_news(const struct stage *stage)
{
	bool makes = maker_is_busy(stage->maker);

	return stage->postponed || ahead_is_done(stage->ahead) ||
	       (makes ? maker_is_done(stage->maker)
		      : !ahead_is_busy(stage->ahead));
}

struct stage_look stage_tile_look(const struct stage *stage)
{
	return stage->look;
}

static struct tile_key key_of(const struct staged_pane *staged,
			      unsigned int level, uint32_t x, uint32_t y)
{
	return (struct tile_key){
		.world_serial = staged->world_serial,
		.layer_serial = staged->layer_serial,
		.lit = staged->lit,
		.level = level,
		.x = x,
		.y = y,
	};
}

/* Of the look now or, where there is none, of one before. */
static const struct tile *find(struct stage *stage,
			       const struct staged_pane *staged,
			       const struct tile_key *key)
{
	const struct tile *tile = tiles_find(stage->tiles, key);
	struct tile_key other = *key;
	size_t i;

	stage->look = (struct stage_look){ staged->seen.layer, staged->lit };
	for (i = 0; !tile && i < LOOKS_BEFORE; i++) {
		const struct look *look = &staged->before[i];

		if (!look->layer_serial)
			continue;
		other.layer_serial = look->layer_serial;
		other.lit = look->lit;
		tile = tiles_find(stage->tiles, &other);
		if (tile && !look->alike)
			stage->look = (struct stage_look){ look->layer,
							   look->lit };
	}
	return tile;
}

const struct tile *stage_tile_there(struct stage *stage, size_t pane,
				    unsigned int level, uint32_t x, uint32_t y)
{
	const struct staged_pane *staged = &stage->panes[pane];
	struct tile_key key = key_of(staged, level, x, y);

	return staged->seen.layer ? find(stage, staged, &key) : NULL;
}

static const struct tile *make_tile(struct stage *stage,
				    const struct staged_pane *staged,
				    const struct tile_key *key)
{
	const struct stage_pane *seen = &staged->seen;
	struct tile *tile = tiles_add(stage->tiles, key);

	if (!tile || !tile_make(seen->world, seen->picture, seen->layer,
				staged->lit, key->level, key->x, key->y, tile))
		return tile;
	tiles_take_back(stage->tiles, key);
	return NULL;
}

/* Takes what the thread has made; false: nothing, within this time. */
static bool take_tile(struct stage *stage, uint64_t wait_ns)
{
	const struct tile *made;
	struct tile *tile;
	struct tile_key key;
	int err = maker_take(stage->maker, wait_ns, &key, &made);

	if (err == -EAGAIN)
		return false;
	stage->layers.pinned = 0;
	if (err || tiles_find(stage->tiles, &key))
		return !err;
	tile = tiles_add(stage->tiles, &key);
	if (tile)
		*tile = *made;
	return tile;
}

/* All of the picture was there: other colours need to stand in no more. */
static void forget_looks(struct staged_pane *staged)
{
	size_t i;

	for (i = 0; i < LOOKS_BEFORE; i++)
		if (!staged->before[i].alike)
			staged->before[i] = (struct look){ 0 };
}

bool stage_budget(struct stage *stage, uint64_t ns)
{
	bool missing = stage->missing;
	size_t i;

	tiles_frame(stage->tiles);
	if (maker_is_busy(stage->maker))
		take_tile(stage, 0);
	for (i = 0; !missing && !stage->lagging && i < PANES_MOST; i++)
		forget_looks(&stage->panes[i]);
	stage->budget_ns = ns;
	stage->spent_ns = 0;
	stage->missing = stage->postponed = false;
	return missing;
}

static bool ask_for_tile(struct stage *stage, const struct staged_pane *staged,
			 const struct tile_key *key)
{
	const struct maker_job job = {
		.world = staged->seen.world,
		.picture = staged->seen.picture,
		.layer = staged->seen.layer,
		.moment = moment_of(staged->seen.moment),
		.key = *key,
	};

	if (maker_ask(stage->maker, &job))
		return false;
	stage->layers.pinned = key->layer_serial;
	return true;
}

static uint64_t left_ns(const struct stage *stage, uint64_t begin_ns)
{
	uint64_t spent = stage->spent_ns + now_ns() - begin_ns;

	return spent < stage->budget_ns ? stage->budget_ns - spent : 0;
}

/* As many as the thread has done by the end of the budget; the one that it
 * makes then comes in a later frame. */
static const struct tile *await_tile(struct stage *stage,
				     const struct staged_pane *staged,
				     const struct tile_key *key)
{
	const struct tile *tile = NULL;
	uint64_t begin_ns = now_ns();

	while (!tile) {
		uint64_t left = left_ns(stage, begin_ns);

		if (maker_is_busy(stage->maker) && !take_tile(stage, left))
			break;
		tile = tiles_find(stage->tiles, key);
		if (!tile && !ask_for_tile(stage, staged, key))
			break;
	}
	stage->spent_ns += now_ns() - begin_ns;
	return tile;
}

/* Where each cell is a page it takes a millisecond at most. */
static const struct tile *new_tile(struct stage *stage,
				   const struct staged_pane *staged,
				   const struct tile_key *key)
{
	const struct tile *tile;
	uint64_t begin_ns;

	if (stage->budget_ns == UINT64_MAX)
		return make_tile(stage, staged, key);
	if (key->level)
		return await_tile(stage, staged, key);
	if (stage->spent_ns >= stage->budget_ns) {
		stage->postponed = true;
		return NULL;
	}
	begin_ns = now_ns();
	tile = make_tile(stage, staged, key);
	stage->spent_ns += now_ns() - begin_ns;
	return tile;
}

const struct tile *stage_tile(struct stage *stage, size_t pane,
			      unsigned int level, uint32_t x, uint32_t y)
{
	const struct staged_pane *staged = &stage->panes[pane];
	struct tile_key key = key_of(staged, level, x, y);
	const struct tile *tile;

	if (!staged->seen.layer)
		return NULL;
	stage->look = (struct stage_look){ staged->seen.layer, staged->lit };
	tile = tiles_find(stage->tiles, &key);
	if (!tile)
		tile = new_tile(stage, staged, &key);
	if (tile)
		return tile;
	stage->missing = true;
	return find(stage, staged, &key);
}
