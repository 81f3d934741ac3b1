/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A tile while it is made: what it is made of, and the ways to fill it.
 */
#ifndef PAGEVIZ_WORLD_WEAVE_H
#define PAGEVIZ_WORLD_WEAVE_H

#include "mix.h"

#define TILE_CELLS  (TILE_SIDE * TILE_SIDE)
#define TILE_BLOCKS (TILE_SIDE / TILE_BLOCK)	/* beside each other */

/*
 * What fills many blocks of a row of cells is noted where it begins and where
 * it ends, and added to each when all is known.
 */
struct wide {
	uint64_t seen[2];		/* mask of ranks; the rest is 0 */
	uint32_t change[SLOT_COUNT][TILE_BLOCK][TILE_BLOCKS + 1];
};

struct weave {
	const struct world *world;
	unsigned int level;
	uint64_t left, top;		/* places of its corner */
	struct spans spans;
	struct mix_rules rules;
	struct mix *mixes;		/* of TILE_BLOCKS blocks; not at level 0 */
	struct wide *wide;		/* as mixes */
	uint32_t *areas;		/* level 0: area of each cell */
	struct tile *tile;
};

static inline uint8_t weave_shown(const struct weave *weave, unsigned int slot)
{
	return weave->rules.shown[weave->rules.rank[slot]];
}

/* In weave.areas: no page is there. */
#define AREA_NOTHING (UINT32_MAX - 1)

/* Both fill class_of, and areas at level 0; cells of no page are left alone. */
void weave_rows(struct weave *weave);		/* rows and blocks */
void weave_quarters(struct weave *weave);	/* hilbert */

/* Writes a block's cells, at a row and column of blocks, and empties it. */
void weave_settle(struct weave *weave, struct mix *mix, unsigned int row,
		  unsigned int column);

#endif
