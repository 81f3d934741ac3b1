/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A tile's cells in pixels, see tile_cells.h.
 */
#include "tile_cells.h"

#include <math.h>

/*
 * A half goes up, and what is a half but for the error of a sum too: the same
 * edge is found from both tiles that it is between.
 */
static int edge_at(double start, double cell, int index)
{
	return (int)floor(start + cell * index + 0.5 + 1.0 / 4096);
}

static int within_tile(double index)
{
	return index < 0 ? 0 : index > TILE_SIDE ? TILE_SIDE : (int)index;
}

void cell_edges_find(double start, double cell, int low, int high,
		     struct cell_edges *ret_edges)
{
	int first = within_tile(floor((low - start) / cell) - 1);
	int end = within_tile(ceil((high - start) / cell) + 1);
	int i;

	if (end < first)
		end = first;
	while (first < end && edge_at(start, cell, first + 1) <= low)
		first++;
	while (first < end && edge_at(start, cell, end - 1) >= high)
		end--;
	ret_edges->first = first;
	ret_edges->end = end;
	for (i = first; i <= end; i++)
		ret_edges->at[i - first] = edge_at(start, cell, i);
}

struct cell_lines cell_lines_at(const struct item *item, int x, int y)
{
	const struct tile *tile = item->tile;
	int index = y * TILE_SIDE + x;
	int thick = item->cell >= THICK_FROM ? 2 : 1;
	struct cell_lines lines = { 0 };

	if (tile->level || item->cell < EDGES_FROM ||
	    tile->class_of[index] == TILE_NOTHING)
		return lines;
	if (item->cell >= PAGES_FROM && tile->class_of[index] != TILE_GAP)
		lines = (struct cell_lines){ 1, 1, PAGE_LINE, PAGE_LINE };
	if (tile->edges[index] & 1) {
		lines.left = thick;
		lines.left_alpha = 255;
	}
	if (tile->edges[index] & 2) {
		lines.above = thick;
		lines.above_alpha = 255;
	}
	return lines;
}
