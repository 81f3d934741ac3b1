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

/* From this level on pages are counted in grains of several, so that 32 bits
 * hold a cell and every class that is seen has at least one. */
#define MIX_LEVEL 12

/* Empty when all of it is 0, and again after mix_settle(). */
struct mix {
	uint64_t seen[2];			/* mask of ranks */
	uint32_t pages[SLOT_COUNT][MIX_CELLS];	/* by rank */
};

/* In what order classes come where there is not room for all of them. */
struct mix_rules {
	uint8_t rank[SLOT_COUNT];		/* of a slot; 0: first */
	uint8_t shown[SLOT_COUNT];		/* of a rank: what a cell says */
	unsigned int grain;			/* 2^this pages; 0: each */
};

/* lit: as in tile_make(). */
void mix_rules_make(struct mix_rules *rules, const struct layer *layer,
		    uint64_t lit, unsigned int level);

/* Cells of a row where a class is seen, to be added to. */
static inline uint32_t *mix_row(struct mix *mix, unsigned int rank,
				unsigned int row)
{
	mix->seen[rank / 64] |= UINT64_C(1) << rank % 64;
	return mix->pages[rank] + row * TILE_BLOCK;
}

static inline uint32_t mix_grains(const struct mix_rules *rules, uint64_t pages)
{
	uint64_t most = (UINT64_C(1) << rules->grain) - 1;

	return (uint32_t)((pages + most) >> rules->grain);
}

/*
 * Classes of the cells, row by row; TILE_NOTHING where no page is.
 * full: pages of a cell that has all its places, in grains.  Makes the block
 * empty.
 */
void mix_settle(struct mix *mix, const struct mix_rules *rules, uint32_t full,
		uint8_t ret_cells[MIX_CELLS]);

#endif
