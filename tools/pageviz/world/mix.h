/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A block of 4 x 4 cells: how many pages of which class lie in each, and which
 * class each cell is drawn in, so that the block says what is in it.
 */
#ifndef PAGEVIZ_WORLD_MIX_H
#define PAGEVIZ_WORLD_MIX_H

#include "spans.h"
#include "tile.h"

#define MIX_CELLS (TILE_BLOCK * TILE_BLOCK)

/* Empty when all of it is 0, and again after mix_settle(). */
struct mix {
	uint64_t seen[2];			/* mask of slots */
	uint64_t pages[SLOT_COUNT][MIX_CELLS];
};

/* In what order classes come where there is not room for all of them. */
struct mix_rules {
	uint8_t rank[SLOT_COUNT];		/* 0: first */
	uint8_t shown[SLOT_COUNT];		/* what a cell says: TILE_GAP */
};

/* lit: as in tile_make(). */
void mix_rules_make(struct mix_rules *rules, const struct layer *layer,
		    uint64_t lit);

static inline void mix_add(struct mix *mix, unsigned int slot,
			   unsigned int cell, uint64_t pages)
{
	mix->seen[slot / 64] |= UINT64_C(1) << slot % 64;
	mix->pages[slot][cell] += pages;
}

/*
 * Classes of the cells, row by row; TILE_NOTHING where no page is.
 * full_pages: in a cell that has all its places.  Makes the block empty.
 */
void mix_settle(struct mix *mix, const struct mix_rules *rules,
		uint64_t full_pages, uint8_t ret_cells[MIX_CELLS]);

#endif
