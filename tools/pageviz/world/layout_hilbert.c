/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages on a Hilbert curve: what is near in memory is near on the plane.
 */
#include "plane.h"

#define BLOCK_ORDER 5		/* a unit is 2^5 pages a side */

/*
 * States: 0 from the left upper corner to the left lower one, 1 to the right
 * upper one; 2 and 3 are these two turned by half a turn.
 */
const uint8_t hilbert_quarter[4][4] = {
	{ 0, 1, 3, 2 },
	{ 0, 2, 3, 1 },
	{ 3, 2, 0, 1 },
	{ 3, 1, 0, 2 },
};

const uint8_t hilbert_next[4][4] = {
	{ 1, 0, 0, 3 },
	{ 0, 1, 1, 2 },
	{ 3, 2, 2, 1 },
	{ 2, 3, 3, 0 },
};

/* Which quarter lies at a place: hilbert_quarter the other way round. */
static const uint8_t quarter_at[4][4] = {
	{ 0, 1, 3, 2 },
	{ 0, 3, 1, 2 },
	{ 2, 3, 1, 0 },
	{ 2, 1, 3, 0 },
};

static void hilbert_choose(struct world *world, const struct extent *extents,
			   size_t count, uint32_t row_pages, double aspect)
{
	(void)extents;
	(void)count;
	(void)row_pages;
	(void)aspect;
	world->unit_pages = BLOCK_PAGES;
}

static void hilbert_place(const struct world *world, uint64_t index,
			  uint32_t *ret_x, uint32_t *ret_y)
{
	unsigned int level, state = world->start;
	uint32_t x = 0, y = 0;

	for (level = world->order; level-- > 0;) {
		unsigned int quarter = index >> 2 * level & 3;
		unsigned int at = hilbert_quarter[state][quarter];

		x = x << 1 | (at & 1);
		y = y << 1 | at >> 1;
		state = hilbert_next[state][quarter];
	}
	*ret_x = x;
	*ret_y = y;
}

static uint64_t hilbert_index(const struct world *world, uint32_t x, uint32_t y)
{
	unsigned int level, state = world->start;
	uint64_t index = 0;

	for (level = world->order; level-- > 0;) {
		unsigned int at = (x >> level & 1) | (y >> level & 1) << 1;
		unsigned int quarter = quarter_at[state][at];

		index = index << 2 | quarter;
		state = hilbert_next[state][quarter];
	}
	return index;
}

static uint32_t max_of(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/*
 * The box of the pages there are: whole quarters, and of the last one its own
 * box in turn.
 */
static void crop(struct world *world)
{
	unsigned int level = world->order, state = world->start;
	uint32_t left = 0, top = 0;
	uint64_t rest = world->pages;

	while (rest) {
		uint64_t quarter_pages = UINT64_C(1) << 2 * level >> 2;
		uint32_t side = UINT32_C(1) << level >> 1;
		unsigned int q, at;

		if (rest == quarter_pages << 2 || !level) {
			side = UINT32_C(1) << level;
			world->width = max_of(world->width, left + side);
			world->height = max_of(world->height, top + side);
			return;
		}
		for (q = 0; rest > quarter_pages; q++) {
			at = hilbert_quarter[state][q];
			world->width = max_of(world->width,
					      left + side * (1 + (at & 1)));
			world->height = max_of(world->height,
					       top + side * (1 + (at >> 1)));
			rest -= quarter_pages;
		}
		at = hilbert_quarter[state][q];
		left += side * (at & 1);
		top += side * (at >> 1);
		state = hilbert_next[state][q];
		level--;
	}
}

/* A curve that is filled to a half or less fills the longer side. */
static void hilbert_shape(struct world *world, double aspect)
{
	world->order = BLOCK_ORDER;
	while (world->pages > UINT64_C(1) << 2 * world->order)
		world->order++;
	world->start = aspect < 1;
	crop(world);
}

const struct plane_ops plane_hilbert = {
	.name = "hilbert",
	.describe = "a Hilbert curve: what is near in memory is near here",
	.choose = hilbert_choose,
	.shape = hilbert_shape,
	.place = hilbert_place,
	.index = hilbert_index,
};
