/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Boxes of pages on a plane and pages in a box of it, see labels.h.
 */
#include "labels.h"
#include "plane.h"

/* A window is taken as squares of at least 2^this times less than its side. */
#define SEEN_ORDERS 2

static int64_t min_of(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t max_of(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static struct plane_box cut(struct plane_box a, struct plane_box b)
{
	int64_t x = max_of(a.x, b.x), y = max_of(a.y, b.y);
	int64_t right = min_of(a.x + a.width, b.x + b.width);
	int64_t bottom = min_of(a.y + a.height, b.y + b.height);

	return (struct plane_box){ x, y, max_of(right - x, 0),
				   max_of(bottom - y, 0) };
}

/* Of all places, a window can be on these. */
static struct plane_box cut_to_world(const struct world *world,
				     struct plane_box window)
{
	return cut(window, (struct plane_box){ 0, 0, world->width,
					       world->height });
}

/* ---- The largest box --------------------------------------------------- */

struct hunt {
	const struct world *world;
	struct plane_box window;
	struct plane_box best;
	int64_t places;			/* of it */
};

static void offer(struct hunt *hunt, int64_t x, int64_t y, int64_t width,
		  int64_t height)
{
	struct plane_box box = cut(hunt->window, (struct plane_box){
		x, y, max_of(width, 0), max_of(height, 0),
	});

	if (box.width * box.height <= hunt->places)
		return;
	hunt->best = box;
	hunt->places = box.width * box.height;
}

/* Squares that lie in rows. */
struct rows {
	int64_t x, y;			/* of the first row */
	int64_t width;			/* squares of a row */
	int64_t side;			/* places of a square */
};

static void offer_part(struct hunt *hunt, const struct rows *rows,
		       int64_t left, int64_t top, int64_t right, int64_t bottom)
{
	offer(hunt, rows->x + left * rows->side, rows->y + top * rows->side,
	      (right - left) * rows->side, (bottom - top) * rows->side);
}

/* Squares [first, end) of rows: some end a row, some fill rows, some begin
 * one.  The best box is of some of the three. */
static void offer_rows(struct hunt *hunt, const struct rows *rows,
		       uint64_t first, uint64_t end)
{
	uint64_t row = (uint64_t)rows->width;
	int64_t top = (int64_t)(first / row), left = (int64_t)(first % row);
	int64_t last = (int64_t)((end - 1) / row);
	int64_t right = (int64_t)((end - 1) % row) + 1;
	int64_t full = top + (left > 0);
	int64_t full_end = last + (right == rows->width);

	if (full < full_end)
		offer_part(hunt, rows, 0, full, rows->width, full_end);
	offer_part(hunt, rows, left, top, rows->width, full_end);
	offer_part(hunt, rows, 0, full, right, last + 1);
	offer_part(hunt, rows, left, top, right, last + 1);
}

/* The part of one block. */
static void offer_in_block(struct hunt *hunt, uint64_t first, uint64_t end)
{
	uint64_t block = first / BLOCK_PAGES, row = hunt->world->row_blocks;
	struct rows rows = {
		.x = (int64_t)(block % row) * BLOCK_SIDE,
		.y = (int64_t)(block / row) * BLOCK_SIDE,
		.width = BLOCK_SIDE,
		.side = 1,
	};

	offer_rows(hunt, &rows, first - block * BLOCK_PAGES,
		   end - block * BLOCK_PAGES);
}

static void offer_blocks(struct hunt *hunt, uint64_t first, uint64_t end)
{
	uint64_t whole = (first + BLOCK_PAGES - 1) / BLOCK_PAGES;
	uint64_t whole_end = end / BLOCK_PAGES;
	struct rows rows = {
		.width = hunt->world->row_blocks,
		.side = BLOCK_SIDE,
	};

	if (whole > whole_end) {
		offer_in_block(hunt, first, end);
		return;
	}
	if (whole < whole_end)
		offer_rows(hunt, &rows, whole, whole_end);
	if (first < whole * BLOCK_PAGES)
		offer_in_block(hunt, first, whole * BLOCK_PAGES);
	if (end > whole_end * BLOCK_PAGES)
		offer_in_block(hunt, whole_end * BLOCK_PAGES, end);
}

/* A square of the curve. */
struct square {
	unsigned int order;		/* 2^order places a side */
	unsigned int state;
	uint64_t first;
	struct plane_box box;
};

static struct square whole_curve(const struct world *world)
{
	int64_t side = INT64_C(1) << world->order;

	return (struct square){ world->order, world->start, 0,
				{ 0, 0, side, side } };
}

static struct square quarter_of(const struct square *square, unsigned int q)
{
	unsigned int at = hilbert_quarter[square->state][q];
	int64_t side = square->box.width / 2;

	return (struct square){
		.order = square->order - 1,
		.state = hilbert_next[square->state][q],
		.first = square->first +
			 ((uint64_t)q << 2 * (square->order - 1)),
		.box = { square->box.x + (at & 1 ? side : 0),
			 square->box.y + (at >> 1 ? side : 0), side, side },
	};
}

static uint64_t end_of(const struct square *square)
{
	return square->first + (UINT64_C(1) << 2 * square->order);
}

static bool is_inside(const struct square *square, uint64_t first,
		      uint64_t end)
{
	return square->first >= first && end_of(square) <= end;
}

/* Quarters that follow each other lie side by side. */
static void offer_pair(struct hunt *hunt, const struct square *a,
		       const struct square *b)
{
	int64_t x = min_of(a->box.x, b->box.x), y = min_of(a->box.y, b->box.y);
	bool beside = a->box.y == b->box.y;
	int64_t side = a->box.width;

	offer(hunt, x, y, beside ? 2 * side : side, beside ? side : 2 * side);
}

static void offer_squares(struct hunt *hunt, const struct square *square,
			  uint64_t first, uint64_t end)
{
	struct plane_box seen = cut(hunt->window, square->box);
	struct square quarters[4];
	unsigned int q;

	if (square->first >= end || end_of(square) <= first ||
	    seen.width * seen.height <= hunt->places)
		return;
	if (is_inside(square, first, end)) {
		offer(hunt, seen.x, seen.y, seen.width, seen.height);
		return;
	}
	for (q = 0; q < 4; q++) {
		quarters[q] = quarter_of(square, q);
		if (q && is_inside(&quarters[q - 1], first, end) &&
		    is_inside(&quarters[q], first, end))
			offer_pair(hunt, &quarters[q - 1], &quarters[q]);
	}
	for (q = 0; q < 4; q++)
		offer_squares(hunt, &quarters[q], first, end);
}

/* Indexes [first, end) that follow each other. */
static void offer_indexes(struct hunt *hunt, uint64_t first, uint64_t end)
{
	const struct world *world = hunt->world;
	struct rows rows = { .width = world->width, .side = 1 };
	struct square square;

	switch (world->layout) {
	case LAYOUT_ROWS:
		offer_rows(hunt, &rows, first, end);
		break;
	case LAYOUT_BLOCKS:
		offer_blocks(hunt, first, end);
		break;
	default:
		square = whole_curve(world);
		offer_squares(hunt, &square, first, end);
	}
}

bool world_box(const struct world *world, uint64_t first_page,
	       uint64_t end_page, struct plane_box window,
	       struct plane_box *ret_box)
{
	struct hunt hunt = { .world = world,
			     .window = cut_to_world(world, window) };
	size_t at = world_segment_after(world, first_page);

	if (!hunt.window.width || !hunt.window.height)
		return false;
	for (; at < world->segment_count; at++) {
		const struct segment *segment = &world->segments[at];
		uint64_t first = segment->first_page;
		uint64_t end = first + segment->pages;
		uint64_t before = segment->first_index - first;

		if (first >= end_page)
			break;
		first = first_page > first ? first_page : first;
		end = end_page < end ? end_page : end;
		if (end > first && end - first > (uint64_t)hunt.places)
			offer_indexes(&hunt, before + first, before + end);
	}
	if (!hunt.places)
		return false;
	*ret_box = hunt.best;
	return true;
}

/* ---- What is seen ------------------------------------------------------ */

struct seen {
	const struct world *world;
	struct plane_box window;
	unsigned int least_order;
	struct extent *list;		/* indexes at first */
	size_t count;
};

/* They come in order; what touches is one, and so is all that would be too
 * many. */
static void see(struct seen *seen, uint64_t first, uint64_t end)
{
	struct extent *last = seen->list + seen->count - 1;

	if (end > seen->world->pages)
		end = seen->world->pages;
	if (first >= end)
		return;
	if (seen->count && (last->first_page + last->page_count == first ||
			    seen->count == SEEN_MOST))
		last->page_count = end - last->first_page;
	else
		seen->list[seen->count++] = (struct extent){ first,
							     end - first };
}

static bool holds(struct plane_box outer, struct plane_box inner)
{
	return inner.x >= outer.x && inner.y >= outer.y &&
	       inner.x + inner.width <= outer.x + outer.width &&
	       inner.y + inner.height <= outer.y + outer.height;
}

static void see_square(struct seen *seen, const struct square *square)
{
	struct plane_box both = cut(seen->window, square->box);
	unsigned int q;

	if (!both.width || !both.height)
		return;
	if (square->order <= seen->least_order ||
	    holds(seen->window, square->box)) {
		see(seen, square->first, end_of(square));
		return;
	}
	for (q = 0; q < 4; q++) {
		struct square quarter = quarter_of(square, q);

		see_square(seen, &quarter);
	}
}

static void see_curve(struct seen *seen)
{
	struct square square = whole_curve(seen->world);
	int64_t side = max_of(seen->window.width, seen->window.height);

	while (side >> SEEN_ORDERS >> seen->least_order > 1)
		seen->least_order++;
	see_square(seen, &square);
}

static void see_rows(struct seen *seen)
{
	uint64_t side = seen->world->layout == LAYOUT_BLOCKS ? BLOCK_SIDE : 1;
	uint64_t row = seen->world->width * side;
	uint64_t top = (uint64_t)seen->window.y / side;
	uint64_t last = (uint64_t)(seen->window.y + seen->window.height - 1) /
			side;

	see(seen, top * row, (last + 1) * row);
}

size_t world_seen(const struct world *world, struct plane_box window,
		  struct extent ret_extents[SEEN_MOST])
{
	struct seen seen = { world, cut_to_world(world, window), 0,
			     ret_extents, 0 };
	size_t i;

	if (!seen.window.width || !seen.window.height)
		return 0;
	if (world->layout == LAYOUT_HILBERT)
		see_curve(&seen);
	else
		see_rows(&seen);
	for (i = 0; i < seen.count; i++) {
		struct extent *extent = &ret_extents[i];
		uint64_t last = extent->first_page + extent->page_count - 1;

		extent->first_page = world_page_of(world, extent->first_page);
		extent->page_count = world_page_of(world, last) + 1 -
				     extent->first_page;
	}
	return seen.count;
}
