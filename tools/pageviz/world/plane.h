/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of a world.  Pages that have a place are numbered one after the other,
 * without what is folded away: that number is an index.  world.c turns pages
 * into indexes and back, a layout indexes into places and back.
 */
#ifndef PAGEVIZ_WORLD_PLANE_H
#define PAGEVIZ_WORLD_PLANE_H

#include "world.h"

/* No page is at or after this one: kernels name no more frames. */
#define PAGES_END (UINT64_C(1) << 56)

/* A plane is at most so many pages wide and high. */
#define SIDE_MOST (UINT32_C(1) << 31)

/* Rows of more are not asked for. */
#define ROW_PAGES_MOST (UINT32_C(1) << 30)

/* Units that follow each other. */
struct segment {
	uint64_t first_page;
	uint64_t first_index;
	uint64_t pages;
};

struct world {
	enum layout layout;
	uint32_t width, height;
	uint64_t unit_pages;		/* that are kept or folded as one */
	uint64_t pages;			/* that have a place */
	uint32_t row_blocks;		/* LAYOUT_BLOCKS: beside each other */
	unsigned int order;		/* LAYOUT_HILBERT: 2^order a side */
	unsigned int start;		/* and how the curve begins */
	struct segment *segments;	/* rising */
	size_t segment_count;
};

struct plane_ops {
	const char *name;
	const char *describe;

	/* Which units: sets unit_pages. */
	void (*choose)(struct world *world, const struct extent *extents,
		       size_t count, uint32_t row_pages, double aspect);
	/* How wide and high, once pages is known. */
	void (*shape)(struct world *world, double aspect);
	void (*place)(const struct world *world, uint64_t index,
		      uint32_t *ret_x, uint32_t *ret_y);
	/* Of a place inside of width and height; it may be past the end. */
	uint64_t (*index)(const struct world *world, uint32_t x, uint32_t y);
};

extern const struct plane_ops plane_rows, plane_blocks, plane_hilbert;

/* The index at a place; false: no page is there. */
bool world_index(const struct world *world, int64_t x, int64_t y,
		 uint64_t *ret_index);

/* The page of an index that has a place. */
uint64_t world_page_of(const struct world *world, uint64_t index);

/* The first segment that ends after a page; segment_count: none. */
size_t world_segment_after(const struct world *world, uint64_t page);

/* How many units of 2^unit_order pages extents touch. */
uint64_t extents_units(const struct extent *extents, size_t count,
		       unsigned int unit_order);

/*
 * A Hilbert curve, square by square.  In a square of state s the curve goes
 * through its quarters in turn: quarter q lies at hilbert_quarter[s][q] (bit 0:
 * right, bit 1: below) and has the state hilbert_next[s][q].
 */
extern const uint8_t hilbert_quarter[4][4];
extern const uint8_t hilbert_next[4][4];

#endif
