/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows of pages, one below the other.
 */
#include <math.h>

#include "plane.h"

#define ROW_ORDER_LEAST   6
#define ROW_ORDER_USUAL  16
#define ROW_ORDER_MOST   30
#define NEARLY           1.09
#define NEARLY_EMPTIER   1.15

/* How small a plane of rows of 2^order pages is drawn. */
static double plane_size(uint64_t height, unsigned int order, double aspect)
{
	return fmax((double)(UINT64_C(1) << order) / aspect, (double)height);
}

/*
 * Of rows of 64, 128 ... pages, those with which the plane is drawn the largest
 * in a box of this aspect; or shorter ones that are nearly as good, the more so
 * where longer ones are only emptier: pages lie far apart.  Very long ones are
 * for what fills them.
 */
static unsigned int best_order(const struct extent *extents, size_t count,
			       double aspect)
{
	uint64_t heights[ROW_ORDER_MOST + 1];
	unsigned int order = ROW_ORDER_LEAST, best = order;
	double size, least = INFINITY;

	for (;; order++) {
		heights[order] = extents_units(extents, count, order);
		if (order > ROW_ORDER_USUAL &&
		    heights[order] > heights[order - 1] / 5 * 3) {
			order--;
			break;
		}
		size = plane_size(heights[order], order, aspect);
		if (size < least) {
			least = size;
			best = order;
		}
		if (order == ROW_ORDER_MOST ||
		    (double)(UINT64_C(1) << order) / aspect >= heights[order])
			break;
	}
	for (order = ROW_ORDER_LEAST; order < best; order++)
		if (plane_size(heights[order], order, aspect) <= least *
		    (heights[order] << order <= (heights[best] << best) / 8 * 7
		     ? NEARLY_EMPTIER : NEARLY))
			break;
	return order;
}

/* Rows that are asked for are made longer only where the plane would be higher
 * than any can be. */
static void rows_choose(struct world *world, const struct extent *extents,
			size_t count, uint32_t row_pages, double aspect)
{
	unsigned int order = row_pages ?
			     (unsigned int)__builtin_ctz(row_pages) :
			     best_order(extents, count, aspect);

	while (extents_units(extents, count, order) > SIDE_MOST)
		order++;
	world->unit_pages = UINT64_C(1) << order;
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
