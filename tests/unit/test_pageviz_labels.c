/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Boxes for names, and what a window shows, against every place of worlds made
 * up at random.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "labels.h"
#include "own_chance.h"

#define ROUNDS       400
#define EXTENTS_MOST 12
#define SIDE_MOST    600

static size_t make_extents(struct extent extents[EXTENTS_MOST])
{
	uint64_t page = chance(100);
	size_t i, count = 1 + chance(EXTENTS_MOST);

	for (i = 0; i < count; i++) {
		uint64_t pages = 1 + chance(chance(2) ? 100 : 6000);

		extents[i] = (struct extent){ page, pages };
		page += pages + 1 + chance(chance(2) ? 100 : 100000);
	}
	return count;
}

/* Somewhere on a plane, also across its edges. */
static struct plane_box make_window(const struct world *world)
{
	int64_t width = world_width(world), height = world_height(world);

	return (struct plane_box){
		(int64_t)chance((uint64_t)width + 20) - 20,
		(int64_t)chance((uint64_t)height + 20) - 20,
		1 + (int64_t)chance((uint64_t)width * 2),
		1 + (int64_t)chance((uint64_t)height * 2),
	};
}

/* Whether a page in [first, end) is at a place. */
static bool is_of(const struct world *world, int64_t x, int64_t y,
		  uint64_t first, uint64_t end)
{
	uint64_t page;

	return world_page(world, x, y, &page) && page >= first && page < end;
}

/* Places of the largest box of such pages in a window: of each place, how far
 * they reach up, and how wide so. */
static int64_t largest_box(const struct world *world, struct plane_box window,
			   uint64_t first, uint64_t end)
{
	static int64_t up[SIDE_MOST * 8];
	int64_t x, y, left, low, best = 0;

	assert_true(world_width(world) <= SIDE_MOST * 8);
	memset(up, 0, sizeof(up));
	for (y = window.y; y < window.y + window.height; y++) {
		for (x = window.x < 0 ? 0 : window.x;
		     x < window.x + window.width && x < world_width(world);
		     x++) {
			up[x] = is_of(world, x, y, first, end) ? up[x] + 1 : 0;
			low = up[x];
			for (left = x; low && left >= window.x && left >= 0;
			     left--) {
				low = up[left] < low ? up[left] : low;
				if (low * (x - left + 1) > best)
					best = low * (x - left + 1);
			}
		}
	}
	return best;
}

static void assert_box(const struct world *world, struct plane_box window,
		       uint64_t first, uint64_t end, bool one_piece)
{
	int64_t most = largest_box(world, window, first, end), x, y;
	struct plane_box box = { 0, 0, 0, 0 };
	bool found = world_box(world, first, end, window, &box);

	assert_int_equal(found, most > 0);
	for (y = box.y; y < box.y + box.height; y++)
		for (x = box.x; x < box.x + box.width; x++)
			assert_true(is_of(world, x, y, first, end));
	if (!found)
		return;
	assert_true(box.x >= window.x && box.y >= window.y);
	assert_true(box.x + box.width <= window.x + window.width);
	assert_true(box.y + box.height <= window.y + window.height);
	if (world_layout(world) == LAYOUT_ROWS && one_piece)
		assert_int_equal(box.width * box.height, most);
	else
		assert_true(box.width * box.height * 6 >= most);
}

static void assert_seen(const struct world *world, struct plane_box window)
{
	struct extent extents[SEEN_MOST];
	size_t i, count = world_seen(world, window, extents);
	uint64_t page;
	int64_t x, y;

	assert_true(count <= SEEN_MOST);
	for (i = 1; i < count; i++)
		assert_true(extents[i].first_page >= extents[i - 1].first_page +
						     extents[i - 1].page_count);
	for (y = window.y; y < window.y + window.height; y++) {
		for (x = window.x; x < window.x + window.width; x++) {
			if (!world_page(world, x, y, &page))
				continue;
			for (i = 0; i < count; i++)
				if (page - extents[i].first_page <
				    extents[i].page_count)
					break;
			assert_true(i < count);
		}
	}
}

static void boxes_hold_what_they_say(void **unused)
{
	struct extent extents[EXTENTS_MOST];
	size_t round;

	(void)unused;
	for (round = 0; round < ROUNDS; round++) {
		size_t count = make_extents(extents), i = chance(count);
		struct plane_box window;
		struct world *world;

		assert_int_equal(world_make(extents, count, round % 3,
					    round % 2 ? 64 : 0, 1.6, &world), 0);
		window = make_window(world);
		assert_seen(world, window);
		assert_box(world, window, extents[i].first_page,
			   extents[i].first_page + extents[i].page_count, true);
		assert_box(world, window, extents[0].first_page,
			   extents[i].first_page + extents[i].page_count, !i);
		world_free(world);
	}
}

/* A window on a corner of a curve sees little of it. */
static void little_is_looked_at(void **unused)
{
	struct extent all = { 0, UINT64_C(1) << 40 }, seen[SEEN_MOST];
	struct plane_box window = { 1000, 70000, 1600, 1000 };
	uint64_t pages = 0;
	struct world *world;
	size_t i, count;

	(void)unused;
	assert_int_equal(world_make(&all, 1, LAYOUT_HILBERT, 0, 1, &world), 0);
	count = world_seen(world, window, seen);
	assert_true(count > 0);
	for (i = 0; i < count; i++)
		pages += seen[i].page_count;
	assert_true(pages >= 1600000 && pages < 4 * 1600000);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(boxes_hold_what_they_say),
		cmocka_unit_test(little_is_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
