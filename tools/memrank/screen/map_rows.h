/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A map of pages laid out in lines of cells: each area has a heading and its
 * cells, and where nothing stands for long, one line says so.  Takes time and
 * memory by the pieces of the map, never by the size of the address space.
 */
#ifndef SCREEN_MAP_ROWS_H
#define SCREEN_MAP_ROWS_H

#include "page_map.h"

enum map_row_kind {
	MAP_ROW_HEADING,
	MAP_ROW_CELLS,
	MAP_ROW_FOLD,			/* pages without anything */
};

/* One line of the map. */
struct map_row {
	enum map_row_kind kind;
	const struct map_area *area;
	size_t area_index;
	uint64_t first_page;		/* where its first cell begins */
	uint64_t end_page;		/* where its last one ends, or the area */
};

struct map_rows;

/* Pages of a cell: 1 << zoom; cells: of a line.  -ENOMEM. */
int map_rows_make(const struct page_map *map, unsigned int zoom, size_t cells,
		  struct map_rows **ret_rows);
void map_rows_free(struct map_rows *rows);

uint64_t map_rows_count(const struct map_rows *rows);

/* The line at an index; false past the end. */
bool map_rows_at(const struct map_rows *rows, uint64_t index,
		 struct map_row *ret_row);

/* The line that shows a page of an area; where it is folded, that line. */
uint64_t map_rows_of_page(const struct map_rows *rows, uint64_t page);

/* How far out zooming makes sense: an area is one cell then, or two. */
unsigned int map_rows_zoom_most(const struct page_map *map);

#endif
