/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A square of a world as cells of classes, at a level: a cell of level L stands
 * for 2^L x 2^L places.  At level 0 it is a page.  Above, cells are made in
 * blocks of 4 x 4: of its 16 cells each class that is anywhere in the block has
 * at least one, the others go by share and by where the pages are, so that a
 * mix shows as a mix and a single odd page is seen from afar.
 */
#ifndef PAGEVIZ_TILE_H
#define PAGEVIZ_TILE_H

#include "layer.h"
#include "world.h"

#define TILE_SIDE 256
#define TILE_BLOCK 4

/* Cells without a page. */
#define TILE_NOTHING 255	/* outside of the world */
#define TILE_GAP     254	/* in no area */

struct tile {
	unsigned int level;
	uint32_t x, y;		/* in tiles of its level */
	uint8_t class_of[TILE_SIDE * TILE_SIDE];
	uint8_t edges[TILE_SIDE * TILE_SIDE];	/* level 0: another area begins
						   at its left (1), above (2) */
};

/*
 * lit: mask of classes that come first where a block has too many, and where
 * shares are equal: those that a filter shows.  Then come those that are
 * rarest in the layer, then absent pages and gaps.  -ENOMEM; -EINVAL: a level
 * above 24, where a tile is more than any plane.
 */
int tile_make(const struct world *world, const struct picture *picture,
	      const struct layer *layer, uint64_t lit, unsigned int level,
	      uint32_t x, uint32_t y, struct tile *ret_tile);

/* The lowest level at which all of a world is one tile. */
unsigned int tile_level_most(const struct world *world);

#endif
