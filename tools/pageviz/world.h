/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where pages lie on a plane: each is a square of side one, whatever is drawn
 * of it.  Only pages of extents have a place; the space between is folded away
 * in whole units, so that rows and blocks begin at round addresses.  Everything
 * takes time by extents and cells, never by the size of the address space.
 *
 *	rows	units of row_pages pages, one below the other
 *	blocks	units of 1024 pages as 32 x 32, row by row: two page tables of
 *		x86-64, one of 2007's; blocks beside each other, then below
 *	hilbert	units of 1024 pages on a Hilbert curve: what is near in memory
 *		is near on the plane
 */
#ifndef PAGEVIZ_WORLD_H
#define PAGEVIZ_WORLD_H

#include "moment.h"

enum layout {
	LAYOUT_ROWS,
	LAYOUT_BLOCKS,
	LAYOUT_HILBERT,
	LAYOUT_COUNT
};

/* "rows", "blocks", "hilbert"; describe: one line. */
const char *layout_name(enum layout layout);
const char *layout_describe(enum layout layout);
int layout_from_name(const char *name, enum layout *ret_layout);
const char *layout_name_at(size_t index);

#define BLOCK_SIDE  32
#define BLOCK_PAGES (BLOCK_SIDE * BLOCK_SIDE)

struct world;

/*
 * row_pages: of LAYOUT_ROWS, a power of two; 0: of 64, 128 ... what shows the
 * plane largest in a box aspect times as wide as high.  Blocks go by aspect
 * too, and of a curve the first half lies along the longer side.  extents:
 * rising.  -ENOMEM; -EINVAL; -EOVERFLOW: pages from 2^56 on.  No plane is more
 * than 2^31 pages wide or high: rows that would be too many are made longer,
 * see world_row_pages().
 */
int world_make(const struct extent *extents, size_t count, enum layout layout,
	       uint32_t row_pages, double aspect, struct world **ret_world);
void world_free(struct world *world);

enum layout world_layout(const struct world *world);
/* 0 but for LAYOUT_ROWS. */
uint32_t world_row_pages(const struct world *world);

/* Of the plane, in pages; of a curve just what it fills.  0: nothing is there. */
uint32_t world_width(const struct world *world);
uint32_t world_height(const struct world *world);

/* Whether all of these extents have places already. */
bool world_holds(const struct world *world, const struct extent *extents,
		 size_t count);

/* The place of a page; false: it is folded away.  Of a unit that is kept all
 * pages have one, also those of no extent. */
bool world_place(const struct world *world, uint64_t page, uint32_t *ret_x,
		 uint32_t *ret_y);

/* The place of a page or, if it is folded away, of the nearest that has one;
 * of an empty world the corner. */
void world_nearest(const struct world *world, uint64_t page, uint32_t *ret_x,
		   uint32_t *ret_y);

/* The page at a place; false: none is there. */
bool world_page(const struct world *world, int64_t x, int64_t y,
		uint64_t *ret_page);

/* Both sorted lists of extents as one; *count places.  NULL: no memory. */
struct extent *extents_join(const struct extent *a, size_t a_count,
			    const struct extent *b, size_t b_count,
			    size_t *ret_count);

/* Where units do not follow each other: the first page after each fold,
 * rising; false past the end. */
bool world_fold_at(const struct world *world, size_t index, uint64_t *ret_page);

#endif
