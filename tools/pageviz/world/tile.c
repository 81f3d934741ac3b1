/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tiles, see tile.h: what is common to all layouts.  weave_*.c go through the
 * pages, mix.c draws a block of cells by what was counted in it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "weave.h"

/* Above, more than a plane is in a cell. */
#define LEVEL_MOST 24

void weave_settle(struct weave *weave, struct mix *mix, unsigned int row,
		  unsigned int column)
{
	uint8_t *to = weave->tile->class_of +
		      row * TILE_BLOCK * TILE_SIDE + column * TILE_BLOCK;
	uint32_t full = weave->level > MIX_LEVEL ? 0 :
			UINT32_C(1) << 2 * weave->level;
	uint8_t cells[MIX_CELLS];
	unsigned int i;

	if (!mix->seen[0] && !mix->seen[1])
		return;
	mix_settle(mix, &weave->rules, full, cells);
	for (i = 0; i < TILE_BLOCK; i++)
		memcpy(to + i * TILE_SIDE, cells + i * TILE_BLOCK, TILE_BLOCK);
}

/* ---- Edges ------------------------------------------------------------- */

static uint32_t area_at(struct weave *weave, int64_t x, int64_t y)
{
	uint64_t index;

	if (!world_index(weave->world, x, y, &index))
		return AREA_NOTHING;
	return spans_at(&weave->spans, index).area;
}

static bool is_edge(uint32_t one, uint32_t other)
{
	return one != other && one != AREA_NOTHING && other != AREA_NOTHING;
}

static void mark_edges(struct weave *weave)
{
	int64_t left = (int64_t)weave->left, top = (int64_t)weave->top;
	const uint32_t *areas = weave->areas;
	uint8_t *edges = weave->tile->edges;
	int x, y;

	for (y = 0; y < TILE_SIDE; y++) {
		for (x = 0; x < TILE_SIDE; x++) {
			size_t at = (size_t)y * TILE_SIDE + x;
			uint32_t before = x ? areas[at - 1] :
				area_at(weave, left - 1, top + y);
			uint32_t above = y ? areas[at - TILE_SIDE] :
				area_at(weave, left + x, top - 1);

			edges[at] = (uint8_t)(is_edge(before, areas[at]) |
					      is_edge(above, areas[at]) << 1);
		}
	}
}

/* ---- Making ------------------------------------------------------------ */

static bool is_outside(const struct weave *weave)
{
	return weave->left >= weave->world->width ||
	       weave->top >= weave->world->height;
}

static int weave_begin(struct weave *weave)
{
	size_t i;

	if (weave->level) {
		weave->mixes = calloc(TILE_BLOCKS, sizeof(*weave->mixes));
		weave->wide = calloc(1, sizeof(*weave->wide));
		return weave->mixes && weave->wide ? 0 : -ENOMEM;
	}
	weave->areas = calloc(TILE_CELLS, sizeof(*weave->areas));
	if (!weave->areas)
		return -ENOMEM;
	for (i = 0; i < TILE_CELLS; i++)
		weave->areas[i] = AREA_NOTHING;
	return 0;
}

static void weave_end(struct weave *weave)
{
	free(weave->mixes);
	free(weave->wide);
	free(weave->areas);
}

int tile_make(const struct world *world, const struct picture *picture,
	      const struct layer *layer, uint64_t lit, unsigned int level,
	      uint32_t x, uint32_t y, struct tile *ret_tile)
{
	struct weave weave = {
		.world = world,
		.level = level,
		.tile = ret_tile,
	};

	if (level > LEVEL_MOST)
		return -EINVAL;
	ret_tile->level = level;
	ret_tile->x = x;
	ret_tile->y = y;
	memset(ret_tile->class_of, TILE_NOTHING, TILE_CELLS);
	memset(ret_tile->edges, 0, TILE_CELLS);
	weave.left = (uint64_t)x * TILE_SIDE << level;
	weave.top = (uint64_t)y * TILE_SIDE << level;
	if (is_outside(&weave))
		return 0;
	if (weave_begin(&weave)) {
		weave_end(&weave);
		return -ENOMEM;
	}
	spans_begin(&weave.spans, world, picture, layer);
	mix_rules_make(&weave.rules, layer, lit, level);
	if (world->layout == LAYOUT_HILBERT)
		weave_quarters(&weave);
	else
		weave_rows(&weave);
	if (!level)
		mark_edges(&weave);
	weave_end(&weave);
	return 0;
}

unsigned int tile_level_most(const struct world *world)
{
	uint64_t side = world->width > world->height ? world->width :
						       world->height;
	unsigned int level = 0;

	while ((uint64_t)TILE_SIDE << level < side)
		level++;
	return level;
}
