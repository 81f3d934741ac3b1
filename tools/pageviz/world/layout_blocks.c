/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Blocks of 32 x 32 pages, beside each other and then below.
 */
#include <math.h>

#include "plane.h"

static void blocks_choose(struct world *world, const struct extent *extents,
			  size_t count, uint32_t row_pages, double aspect)
{
	(void)extents;
	(void)count;
	(void)row_pages;
	(void)aspect;
	world->unit_pages = BLOCK_PAGES;
}

/* How small a plane with so many blocks a row is drawn. */
static double plane_size(uint64_t blocks, uint64_t row_blocks, double aspect)
{
	uint64_t rows = (blocks + row_blocks - 1) / row_blocks;

	return fmax((double)row_blocks / aspect, (double)rows);
}

/* Rows have 1, 2, 3, 4, 6, 8, 12, 16 ... blocks: a world that grows a little
 * keeps its rows, and what is seen does not jump. */
static uint64_t longer_row(uint64_t row)
{
	return row & (row - 1) ? row / 3 * 4 : row + (row + 1) / 2;
}

static void blocks_shape(struct world *world, double aspect)
{
	uint64_t blocks = world->pages / BLOCK_PAGES;
	uint64_t row, best = 1;
	double least = INFINITY;

	for (row = 1; row <= SIDE_MOST / BLOCK_SIDE; row = longer_row(row)) {
		double size = plane_size(blocks, row, aspect);

		if (size < least) {
			least = size;
			best = row;
		}
	}
	if (best > blocks)
		best = blocks;
	world->row_blocks = (uint32_t)best;
	world->width = world->row_blocks * BLOCK_SIDE;
	world->height = (uint32_t)((blocks + best - 1) / best * BLOCK_SIDE);
}

static void blocks_place(const struct world *world, uint64_t index,
			 uint32_t *ret_x, uint32_t *ret_y)
{
	uint64_t block = index / BLOCK_PAGES;
	uint32_t inside = index % BLOCK_PAGES;

	*ret_x = (uint32_t)(block % world->row_blocks) * BLOCK_SIDE +
		 inside % BLOCK_SIDE;
	*ret_y = (uint32_t)(block / world->row_blocks) * BLOCK_SIDE +
		 inside / BLOCK_SIDE;
}

static uint64_t blocks_index(const struct world *world, uint32_t x, uint32_t y)
{
	uint64_t block = (uint64_t)(y / BLOCK_SIDE) * world->row_blocks +
			 x / BLOCK_SIDE;

	return block * BLOCK_PAGES + y % BLOCK_SIDE * BLOCK_SIDE +
	       x % BLOCK_SIDE;
}

const struct plane_ops plane_blocks = {
	.name = "blocks",
	.describe = "blocks of 32 x 32 pages, two page tables of x86-64 each",
	.choose = blocks_choose,
	.shape = blocks_shape,
	.place = blocks_place,
	.index = blocks_index,
};
