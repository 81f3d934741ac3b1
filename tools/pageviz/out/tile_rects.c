/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tiles as rectangles, see tile_rects.h.
 */
#include "tile_rects.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tile_cells.h"

/* A tile on its way: rectangles that may still grow downwards are open. */
struct merge {
	struct tile_rects *rects;
	const struct item *item;
	struct cell_edges across, down;
	struct box inside;
	size_t open[TILE_SIDE];		/* by the cell that they begin at; */
	bool is_open[TILE_SIDE];
};

static bool colours_equal(struct colour a, struct colour b)
{
	return !memcmp(&a, &b, sizeof(a));
}

static void cut(struct box *box, struct box inside)
{
	int right = box->x + box->width, bottom = box->y + box->height;

	if (right > inside.x + inside.width)
		right = inside.x + inside.width;
	if (bottom > inside.y + inside.height)
		bottom = inside.y + inside.height;
	if (box->x < inside.x)
		box->x = inside.x;
	if (box->y < inside.y)
		box->y = inside.y;
	box->width = right - box->x;
	box->height = bottom - box->y;
}

static int add(struct tile_rects *rects, struct tile_rect rect)
{
	struct tile_rect *more;
	size_t room = rects->room ? rects->room * 2 : 256;

	if (rects->count == rects->most)
		return -E2BIG;
	if (rects->count == rects->room) {
		more = realloc(rects->at, room * sizeof(*more));
		if (!more)
			return -ENOMEM;
		rects->at = more;
		rects->room = room;
	}
	rects->at[rects->count++] = rect;
	return 0;
}

static int add_within(const struct merge *merge, struct box box,
		      struct colour colour)
{
	cut(&box, merge->inside);
	if (box.width <= 0 || box.height <= 0 || !colour.alpha)
		return 0;
	return add(merge->rects, (struct tile_rect){ box, colour });
}

static int left_of(const struct merge *merge, int x)
{
	return merge->across.at[x - merge->across.first];
}

static int top_of(const struct merge *merge, int y)
{
	return merge->down.at[y - merge->down.first];
}

/* ---- Cells ------------------------------------------------------------- */

static struct colour colour_at(const struct merge *merge, int x, int y)
{
	return merge->item->palette[merge->item->tile->class_of[y * TILE_SIDE +
								x]];
}

/* Lets the one above grow, if it is as wide and of the same colour. */
static int add_run(struct merge *merge, int y, int first, int end,
		   struct colour colour)
{
	struct box box = { left_of(merge, first), top_of(merge, y),
			   left_of(merge, end) - left_of(merge, first),
			   top_of(merge, y + 1) - top_of(merge, y) };
	struct tile_rects *rects = merge->rects;
	size_t before = rects->count;
	struct tile_rect *above = merge->is_open[first] ?
				  &rects->at[merge->open[first]] : NULL;
	int err;

	cut(&box, merge->inside);
	if (above && above->box.width == box.width &&
	    above->box.y + above->box.height == box.y &&
	    colours_equal(above->colour, colour)) {
		above->box.height += box.height;
		return 0;
	}
	err = add_within(merge, box, colour);
	merge->is_open[first] = rects->count > before;
	merge->open[first] = before;
	return err;
}

static int add_cells(struct merge *merge)
{
	int x, y, first, err = 0;

	for (y = merge->down.first; y < merge->down.end; y++) {
		first = merge->across.first;
		for (x = first + 1; !err && x <= merge->across.end; x++) {
			if (x < merge->across.end &&
			    colours_equal(colour_at(merge, first, y),
					  colour_at(merge, x, y)))
				continue;
			err = add_run(merge, y, first, x,
				      colour_at(merge, first, y));
			first = x;
		}
		if (err)
			return err;
	}
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct tile_rect *left = a, *right = b;
	int by = memcmp(&left->colour, &right->colour, sizeof(left->colour));

	if (by)
		return by;
	if (left->box.y != right->box.y)
		return left->box.y < right->box.y ? -1 : 1;
	return (left->box.x > right->box.x) - (left->box.x < right->box.x);
}

/* ---- Lines ------------------------------------------------------------- */

static struct colour grid_of(const struct item *item, uint8_t alpha)
{
	struct colour grid = item->grid;

	grid.alpha = (uint8_t)(grid.alpha * alpha / 255);
	return grid;
}

/* Lines above the cells of a row that are strong as asked for. */
static int add_across(const struct merge *merge, int y, uint8_t alpha)
{
	int end = merge->across.end, x, first, err = 0;

	for (x = merge->across.first; !err && x < end; x++) {
		struct cell_lines lines = cell_lines_at(merge->item, x, y);

		if (lines.above_alpha != alpha)
			continue;
		for (first = x; x < end && cell_lines_at(merge->item, x, y)
					   .above_alpha == alpha; x++)
			;
		err = add_within(merge, (struct box){
			left_of(merge, first), top_of(merge, y),
			left_of(merge, x) - left_of(merge, first),
			lines.above }, grid_of(merge->item, alpha));
	}
	return err;
}

static int add_down(const struct merge *merge, int x, uint8_t alpha)
{
	int end = merge->down.end, y, first, err = 0;

	for (y = merge->down.first; !err && y < end; y++) {
		struct cell_lines lines = cell_lines_at(merge->item, x, y);

		if (lines.left_alpha != alpha)
			continue;
		for (first = y; y < end && cell_lines_at(merge->item, x, y)
					   .left_alpha == alpha; y++)
			;
		err = add_within(merge, (struct box){
			left_of(merge, x), top_of(merge, first), lines.left,
			top_of(merge, y) - top_of(merge, first) },
			grid_of(merge->item, alpha));
	}
	return err;
}

/* Between pages first, so that areas' edges are drawn over them. */
static int add_lines(const struct merge *merge)
{
	static const uint8_t alphas[] = { PAGE_LINE, 255 };
	int i, at, err = 0;

	if (merge->item->tile->level || merge->item->cell < EDGES_FROM)
		return 0;
	for (i = 0; i < 2; i++) {
		for (at = merge->down.first; !err && at < merge->down.end; at++)
			err = add_across(merge, at, alphas[i]);
		for (at = merge->across.first;
		     !err && at < merge->across.end; at++)
			err = add_down(merge, at, alphas[i]);
	}
	return err;
}

/* ---- Both -------------------------------------------------------------- */

int tile_rects_add(struct tile_rects *rects, const struct item *item,
		   struct box inside)
{
	struct merge merge = { .rects = rects, .item = item, .inside = inside };
	size_t before = rects->count;
	int err;

	cell_edges_find(item->left, item->cell, inside.x,
			inside.x + inside.width, &merge.across);
	cell_edges_find(item->top, item->cell, inside.y,
			inside.y + inside.height, &merge.down);
	err = add_cells(&merge);
	if (err)
		return err;
	if (rects->count > before)
		qsort(rects->at + before, rects->count - before,
		      sizeof(*rects->at), compare);
	return add_lines(&merge);
}

void tile_rects_free(struct tile_rects *rects)
{
	free(rects->at);
	*rects = (struct tile_rects){ 0 };
}
