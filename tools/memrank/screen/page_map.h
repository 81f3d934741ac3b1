/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pages of a process as a map: stretches of pages of one class, and what a
 * cell that stands for many of them shows.  Everything here takes time by the
 * stretches it looks at, never by the size of the address space.  How the map
 * is laid out on a screen is in map_rows.h.
 */
#ifndef SCREEN_PAGE_MAP_H
#define SCREEN_PAGE_MAP_H

#include "page_class.h"

/* Pages that follow each other and are of the same classes. */
struct map_piece {
	uint64_t first_page;		/* address / page size */
	uint64_t page_count;
	uint8_t class_of[PAGE_BY_COUNT];
};

/* One mapping, with its pieces. */
struct map_area {
	const struct pagemap_mapping *mapping;	/* borrowed: snapshot */
	uint64_t first_page;
	uint64_t end_page;
	size_t first_piece;
	size_t end_piece;
};

/* What a cell shows. */
struct map_cell {
	uint8_t class_of;
	bool mixed;			/* it holds others too */
};

/* Pages of each class. */
struct map_counts {
	uint64_t pages[PAGE_CLASSES];
};

struct page_map;

/*
 * Makes the map of a process of a snapshot of PAGEMAP_DETAIL_PAGES, which must
 * outlive it.  -ENOTSUP: of less; -ENOMEM.
 */
int page_map_make(const struct pagemap_process *process, uint64_t page_bytes,
		  struct page_map **ret_map);
void page_map_free(struct page_map *map);

uint64_t page_map_page_bytes(const struct page_map *map);

size_t page_map_area_count(const struct page_map *map);

/* The area at an index; NULL past the end. */
const struct map_area *page_map_area(const struct page_map *map, size_t index);

/* The index of the last area that begins at or before a page; 0 before all. */
size_t page_map_area_at(const struct page_map *map, uint64_t page);

/* Pages of each class in all of the process; absent ones are counted too. */
const struct map_counts *page_map_totals(const struct page_map *map,
					 enum page_by by);

/* The pages of each class from a page up to another within an area. */
void page_map_count(const struct page_map *map, const struct map_area *area,
		    enum page_by by, uint64_t first_page, uint64_t end_page,
		    struct map_counts *ret_counts);

/*
 * Cells of 1 << zoom pages from a page on, which begins one, within an area.
 * A cell of several classes shows the one that the process has least of, so
 * that an odd page is found from afar; absent pages come last.
 */
void page_map_cells(const struct page_map *map, const struct map_area *area,
		    enum page_by by, unsigned int zoom, uint64_t first_page,
		    size_t count, struct map_cell *ret_cells);

/* The piece that holds a page, or the first one after it; NULL: none is. */
const struct map_piece *page_map_piece(const struct page_map *map,
				       const struct map_area *area,
				       uint64_t page);

/* Where the hole that holds an absent page of an area begins. */
uint64_t page_map_hole(const struct page_map *map, const struct map_area *area,
		       uint64_t page);

/* The library's run that holds a page.  1, or 0 if nothing stands there. */
int page_map_run(const struct page_map *map, const struct map_area *area,
		 uint64_t page, struct pagemap_run *ret_run);

#endif
