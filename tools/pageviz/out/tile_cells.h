/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a tile's cells are in whole pixels.  Edges are rounded, not sizes: one
 * cell ends where the next begins, also across tiles, so that there are no
 * gaps and no overlaps whatever a cell's size.
 */
#ifndef PAGEVIZ_TILE_CELLS_H
#define PAGEVIZ_TILE_CELLS_H

#include "scene.h"

/* Pixels of a cell from which on areas' edges, and pages, have lines. */
#define EDGES_FROM   4
#define PAGES_FROM   8
#define THICK_FROM   16
#define PAGE_LINE    80		/* of 255: pages are told apart, areas divided */

/* Cells along one side that are seen, and the pixels at which they begin;
 * [end - first] is where the last one ends. */
struct cell_edges {
	int first, end;
	int at[TILE_SIDE + 1];
};

/* Of a tile that begins at `start`, those that reach into low to high. */
void cell_edges_find(double start, double cell, int low, int high,
		     struct cell_edges *ret_edges);

/* The lines at a cell's left and above it: pixels, and how strong they are:
 * 255 is the grid's colour, PAGE_LINE a line between pages. */
struct cell_lines {
	int left, above;
	uint8_t left_alpha, above_alpha;
};
struct cell_lines cell_lines_at(const struct item *item, int x, int y);

#endif
