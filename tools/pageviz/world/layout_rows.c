/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows of pages, one below the other.
 */
#include <math.h>

#include "plane.h"

/*
 * Of rows of 64, 128 ... pages, those with which the plane is drawn the largest
 * in a box of this aspect.  Longer rows touch fewer units; where that is not
 * so, pages lie so far apart that the shorter rows are as good.
 */
static uint64_t best_row(const struct extent *extents, size_t count,
			 double aspect)
{
	uint64_t row, best = ROW_PAGES_LEAST;
	double least = INFINITY;

	for (row = ROW_PAGES_LEAST; row <= ROW_PAGES_MOST; row *= 2) {
		double wide = (double)row / aspect;
		double high = (double)extents_units(extents, count, row);
		double size = fmax(wide, high);

		if (size < least && high <= SIDE_MOST) {
			least = size;
			best = row;
		}
		if (wide >= high && high <= SIDE_MOST)
			break;
	}
	return best;
}

/* Rows that are asked for are made longer only where the plane would be higher
 * than any can be. */
static void rows_choose(struct world *world, const struct extent *extents,
			size_t count, uint32_t row_pages, double aspect)
{
	world->unit_pages = row_pages;
	if (!row_pages)
		world->unit_pages = best_row(extents, count, aspect);
	while (extents_units(extents, count, world->unit_pages) > SIDE_MOST)
		world->unit_pages *= 2;
}

static void rows_shape(struct world *world, double aspect)
{
	(void)aspect;
	world->width = (uint32_t)world->unit_pages;
	world->height = (uint32_t)(world->pages / world->unit_pages);
}

static void rows_place(const struct world *world, uint64_t index,
		       uint32_t *ret_x, uint32_t *ret_y)
{
	*ret_x = (uint32_t)(index % world->unit_pages);
	*ret_y = (uint32_t)(index / world->unit_pages);
}

static uint64_t rows_index(const struct world *world, uint32_t x, uint32_t y)
{
	return y * world->unit_pages + x;
}

const struct plane_ops plane_rows = {
	.name = "rows",
	.describe = "pages in rows, one below the other",
	.choose = rows_choose,
	.shape = rows_shape,
	.place = rows_place,
	.index = rows_index,
};
