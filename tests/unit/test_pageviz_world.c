/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where pages lie: every page of worlds made up at random, there and back, and
 * worlds as large as addresses go.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "own_chance.h"
#include "world.h"

#define SEEDS 60
#define EXTENTS_MOST 24

struct sketch {
	struct extent extents[EXTENTS_MOST];
	size_t count;
};

static void sketch_make(struct sketch *sketch, uint64_t seed)
{
	uint64_t page;
	size_t i;

	state = seed * 7919 + 1;
	page = chance(3000);
	sketch->count = chance(EXTENTS_MOST) + 1;
	for (i = 0; i < sketch->count; i++) {
		uint64_t pages = 1 + chance(chance(4) ? 40 : 5000);

		sketch->extents[i] = (struct extent){ page, pages };
		page += pages + 1 + chance(chance(3) ? 300 : 1 << 20);
	}
}

static struct world *make(const struct extent *extents, size_t count,
			  enum layout layout, uint32_t row_pages, double aspect)
{
	struct world *world = NULL;

	assert_int_equal(world_make(extents, count, layout, row_pages, aspect,
				    &world), 0);
	assert_non_null(world);
	assert_int_equal(world_layout(world), layout);
	return world;
}

static uint64_t unit_of(const struct world *world)
{
	return world_layout(world) == LAYOUT_ROWS ? world_row_pages(world) :
						    BLOCK_PAGES;
}

/* Whether a page lies in a unit that an extent touches, by looking at all. */
static bool is_kept(const struct sketch *sketch, uint64_t unit, uint64_t page)
{
	size_t i;

	for (i = 0; i < sketch->count; i++) {
		const struct extent *extent = &sketch->extents[i];
		uint64_t last = extent->first_page + extent->page_count - 1;

		if (extent->first_page / unit <= page / unit &&
		    page / unit <= last / unit)
			return true;
	}
	return false;
}

/* What follows what on the plane, by layout. */
static void assert_step(enum layout layout, uint64_t number, uint64_t unit,
			const uint32_t *was, const uint32_t *is)
{
	int64_t dx = (int64_t)is[0] - was[0], dy = (int64_t)is[1] - was[1];

	if (layout == LAYOUT_HILBERT) {
		assert_int_equal(llabs(dx) + llabs(dy), 1);
	} else if (layout == LAYOUT_ROWS) {
		assert_int_equal(is[0], number % unit);
		assert_int_equal(is[1], number / unit);
	} else if (number % BLOCK_SIDE) {
		assert_int_equal(dx, 1);
		assert_int_equal(dy, 0);
	} else if (number % BLOCK_PAGES) {
		assert_int_equal(dx, 1 - BLOCK_SIDE);
		assert_int_equal(dy, 1);
	} else if (is[0]) {
		assert_int_equal(dx, 1);
		assert_int_equal(dy, 1 - BLOCK_SIDE);
	} else {
		assert_int_equal(dy, 1);
	}
}

/* Goes through all pages up to the last kept one. */
static uint64_t walk_pages(const struct sketch *sketch,
			   const struct world *world)
{
	const struct extent *last = &sketch->extents[sketch->count - 1];
	uint64_t unit = unit_of(world), page, back, number = 0;
	uint64_t end = ((last->first_page + last->page_count - 1) / unit + 1) *
		       unit;
	uint32_t was[2] = { 0, 0 }, is[2];

	for (page = 0; page < end; page++) {
		bool kept = is_kept(sketch, unit, page);

		if (!kept && page % unit == 0) {
			assert_false(world_place(world, page, &is[0], &is[1]));
			page += unit - 1;
			assert_false(world_place(world, page, &is[0], &is[1]));
			continue;
		}
		assert_true(kept);
		assert_true(world_place(world, page, &is[0], &is[1]));
		assert_true(is[0] < world_width(world));
		assert_true(is[1] < world_height(world));
		assert_true(world_page(world, is[0], is[1], &back));
		assert_int_equal(back, page);
		if (number)
			assert_step(world_layout(world), number, unit, was, is);
		else
			assert_true(!is[0] && !is[1]);
		memcpy(was, is, sizeof(was));
		number++;
	}
	assert_false(world_place(world, end, &is[0], &is[1]));
	return number;
}

/* And through all places: as many have a page as pages have a place; each
 * column and row of the plane is there for some page. */
static void walk_places(const struct world *world, uint64_t pages)
{
	uint32_t x, y, right = 0, bottom = 0, back[2];
	uint64_t page, found = 0;

	for (y = 0; y < world_height(world); y++) {
		for (x = 0; x < world_width(world); x++) {
			if (!world_page(world, x, y, &page))
				continue;
			assert_true(world_place(world, page, &back[0],
						&back[1]));
			assert_int_equal(back[0], x);
			assert_int_equal(back[1], y);
			right = x > right ? x : right;
			bottom = y > bottom ? y : bottom;
			found++;
		}
	}
	assert_int_equal(found, pages);
	assert_int_equal(right + 1, world_width(world));
	assert_int_equal(bottom + 1, world_height(world));
	assert_false(world_page(world, -1, 0, &page));
	assert_false(world_page(world, 0, -1, &page));
	assert_false(world_page(world, world_width(world), 0, &page));
	assert_false(world_page(world, 0, world_height(world), &page));
}

static void pages_and_places_are_one_to_one(void **unused)
{
	static const double aspects[] = { 1.6, 1, 0.5 };
	static const uint32_t rows[] = { 0, 64, 256, 4096 };
	struct sketch sketch;
	uint64_t seed;
	int layout;

	(void)unused;
	for (seed = 0; seed < SEEDS; seed++) {
		sketch_make(&sketch, seed);
		for (layout = 0; layout < LAYOUT_COUNT; layout++) {
			struct world *world = make(sketch.extents, sketch.count,
						   (enum layout)layout,
						   rows[seed % 4],
						   aspects[seed % 3]);

			assert_true(world_holds(world, sketch.extents,
						sketch.count));
			walk_places(world, walk_pages(&sketch, world));
			world_free(world);
		}
	}
}

static void hilbert_units_are_squares(void **unused)
{
	static const struct extent extents[] = { { 0, 1024 * 37 } };
	struct world *world = make(extents, 1, LAYOUT_HILBERT, 0, 1.6);
	uint32_t x, y, corner[2];
	uint64_t page;

	(void)unused;
	for (page = 0; page < extents[0].page_count; page++) {
		assert_true(world_place(world, page, &x, &y));
		if (page % BLOCK_PAGES == 0) {
			corner[0] = x / BLOCK_SIDE;
			corner[1] = y / BLOCK_SIDE;
		}
		assert_int_equal(x / BLOCK_SIDE, corner[0]);
		assert_int_equal(y / BLOCK_SIDE, corner[1]);
	}
	world_free(world);
}

/* A curve that fills half of its square is wide or high as the window is. */
static void hilbert_is_cropped(void **unused)
{
	static const struct {
		uint64_t units;
		double aspect;
		uint32_t width, height;
	} rows[] = {
		{ 1, 1.6, 32, 32 },
		{ 2, 1.6, 64, 32 },
		{ 2, 0.6, 32, 64 },
		{ 3, 1.6, 64, 64 },
		{ 4, 1.6, 64, 64 },
		{ 5, 1.6, 96, 64 },
		{ 8, 1.6, 128, 64 },
		{ 9, 1.6, 128, 96 },
		{ 16, 1.6, 128, 128 },
		{ 32, 0.5, 128, 256 },
	};
	size_t i;

	(void)unused;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct extent extent = { 0, rows[i].units * BLOCK_PAGES };
		struct world *world = make(&extent, 1, LAYOUT_HILBERT, 0,
					   rows[i].aspect);

		assert_int_equal(world_width(world), rows[i].width);
		assert_int_equal(world_height(world), rows[i].height);
		world_free(world);
	}
}

static void shapes_follow_the_window(void **unused)
{
	static const struct {
		uint64_t pages;
		double aspect;
		uint32_t row_pages;	/* what rows get */
		uint32_t width, height;	/* of blocks */
	} rows[] = {
		{ 1, 1.6, 64, 32, 32 },
		{ 4096, 1, 64, 64, 64 },
		{ 1 << 20, 1, 1024, 1024, 1024 },
		{ 6291456, 1.6, 4096, 3072, 2048 },	/* 24 GiB */
		{ 1 << 28, 1.6, 16384, 24576, 10944 },	/* 1 TiB */
		{ UINT64_C(1) << 32, 1.6, 65536, 98304, 43712 },
	};
	size_t i;

	(void)unused;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct extent extent = { 0, rows[i].pages };
		struct world *world = make(&extent, 1, LAYOUT_ROWS, 0,
					   rows[i].aspect);

		assert_int_equal(world_row_pages(world), rows[i].row_pages);
		assert_int_equal(world_width(world), rows[i].row_pages);
		world_free(world);
		world = make(&extent, 1, LAYOUT_BLOCKS, 0, rows[i].aspect);
		assert_int_equal(world_row_pages(world), 0);
		assert_int_equal(world_width(world), rows[i].width);
		assert_int_equal(world_height(world), rows[i].height);
		world_free(world);
	}
}

/* 67 MiB beside another map: rows of 64 would leave half of its box empty. */
static void a_narrow_box_is_filled(void **unused)
{
	struct extent extent = { 0, 17153 };
	struct world *world = make(&extent, 1, LAYOUT_ROWS, 0, 365 / 692.0);

	(void)unused;
	assert_int_equal(world_row_pages(world), 128);
	world_free(world);
}

/* Single pages far apart: longer rows would show nothing more. */
static void sparse_rows_are_short(void **unused)
{
	struct extent *extents = calloc(100000, sizeof(*extents));
	struct world *world;
	uint32_t x, y;
	size_t i;

	(void)unused;
	assert_non_null(extents);
	for (i = 0; i < 100000; i++)
		extents[i] = (struct extent){ (uint64_t)i << 25, 1 };
	world = make(extents, 100000, LAYOUT_ROWS, 0, 1.6);
	assert_int_equal(world_row_pages(world), 64);
	assert_int_equal(world_height(world), 100000);
	assert_true(world_place(world, UINT64_C(99999) << 25, &x, &y));
	assert_int_equal(y, 99999);
	world_free(world);
	free(extents);
}

static void folds_are_told(void **unused)
{
	static const struct extent extents[] = {
		{ 100, 10 }, { 200, 1 }, { 1000, 1 }, { 70000, 3 },
	};
	struct world *world = make(extents, 4, LAYOUT_ROWS, 64, 1);
	uint64_t page = 7;

	(void)unused;
	/* Rows 1, 3, 15 and 1093. */
	assert_true(world_fold_at(world, 0, &page));
	assert_int_equal(page, 192);
	assert_true(world_fold_at(world, 1, &page));
	assert_int_equal(page, 960);
	assert_true(world_fold_at(world, 2, &page));
	assert_int_equal(page, 69952);
	assert_false(world_fold_at(world, 3, &page));
	assert_int_equal(world_height(world), 4);
	world_free(world);
}

static void nearest_is_found(void **unused)
{
	static const struct extent extents[] = { { 128, 64 }, { 640, 64 } };
	static const struct {
		uint64_t page;
		uint32_t x, y;
	} rows[] = {
		{ 0, 0, 0 }, { 127, 0, 0 }, { 130, 2, 0 }, { 192, 63, 0 },
		{ 415, 63, 0 }, { 416, 0, 1 }, { 639, 0, 1 }, { 704, 63, 1 },
		{ UINT64_MAX, 63, 1 },
	};
	struct world *world = make(extents, 2, LAYOUT_ROWS, 64, 1);
	uint32_t x, y;
	size_t i;

	(void)unused;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		world_nearest(world, rows[i].page, &x, &y);
		assert_int_equal(x, rows[i].x);
		assert_int_equal(y, rows[i].y);
	}
	world_free(world);
}

static void what_is_held_is_told(void **unused)
{
	static const struct extent extents[] = { { 128, 64 }, { 640, 64 } };
	static const struct extent inside[] = { { 130, 2 }, { 640, 64 } };
	static const struct extent folded[] = { { 130, 2 }, { 300, 1 } };
	static const struct extent across[] = { { 130, 600 } };
	static const struct extent after[] = { { 703, 2 } };
	static const struct extent endless[] = { { 130, UINT64_MAX } };
	struct world *world = make(extents, 2, LAYOUT_ROWS, 64, 1);

	(void)unused;
	assert_true(world_holds(world, extents, 2));
	assert_true(world_holds(world, inside, 2));
	assert_true(world_holds(world, NULL, 0));
	assert_false(world_holds(world, folded, 2));
	assert_false(world_holds(world, across, 1));
	assert_false(world_holds(world, after, 1));
	assert_false(world_holds(world, endless, 1));
	world_free(world);
}

static void nothing_makes_an_empty_world(void **unused)
{
	uint32_t x = 1, y = 1;
	uint64_t page;
	int layout;

	(void)unused;
	for (layout = 0; layout < LAYOUT_COUNT; layout++) {
		struct world *world = make(NULL, 0, (enum layout)layout, 0, 1);

		assert_int_equal(world_width(world), 0);
		assert_int_equal(world_height(world), 0);
		assert_false(world_place(world, 0, &x, &y));
		assert_false(world_page(world, 0, 0, &page));
		assert_false(world_fold_at(world, 0, &page));
		world_nearest(world, 5, &x, &y);
		assert_true(!x && !y);
		world_free(world);
	}
	world_free(NULL);
}

static void bad_input_is_refused(void **unused)
{
	static const struct extent good[] = { { 5, 1 } };
	static const struct extent unsorted[] = { { 5, 1 }, { 4, 1 } };
	static const struct extent wraps[] = { { 5, UINT64_MAX } };
	static const struct extent beyond[] = { { UINT64_C(1) << 56, 1 } };
	struct world *world = NULL;
	enum layout layout = LAYOUT_BLOCKS;

	(void)unused;
	assert_int_equal(world_make(good, 1, 0, 65, 1, &world), -EINVAL);
	assert_int_equal(world_make(good, 1, 0, 1u << 31, 1, &world), -EINVAL);
	assert_int_equal(world_make(good, 1, 0, 0, 0, &world), -EINVAL);
	assert_int_equal(world_make(good, 1, 0, 0, -1, &world), -EINVAL);
	assert_int_equal(world_make(good, 1, 0, 0, 0.0 / 0.0, &world), -EINVAL);
	assert_int_equal(world_make(good, 1, 0, 0, 1 / 0.0, &world), -EINVAL);
	assert_int_equal(world_make(unsorted, 2, 0, 0, 1, &world), -EINVAL);
	assert_int_equal(world_make(wraps, 1, 0, 0, 1, &world), -EOVERFLOW);
	assert_int_equal(world_make(beyond, 1, 0, 0, 1, &world), -EOVERFLOW);
	assert_null(world);
	assert_int_equal(layout_from_name("spiral", &layout), -ENOENT);
	assert_int_equal(layout, LAYOUT_BLOCKS);
	assert_int_equal(layout_from_name("hilbert", &layout), 0);
	assert_int_equal(layout, LAYOUT_HILBERT);
	assert_string_equal(layout_name_at(0), "rows");
	assert_null(layout_name_at(LAYOUT_COUNT));
}

/* As many pages as a hostile file may claim: the last of them has a place. */
static void no_world_is_too_large(void **unused)
{
	static const uint64_t pages[] = {
		UINT64_C(1) << 32, UINT64_C(1) << 51, UINT64_C(1) << 56,
	};
	static const double aspects[] = { 1e-9, 1.6, 1e9 };
	uint64_t page;
	uint32_t x, y;
	size_t i;

	(void)unused;
	for (i = 0; i < 3 * 3 * (LAYOUT_COUNT + 1); i++) {
		struct extent extent = { 0, pages[i % 3] };
		size_t layout = i / 9;
		/* Rows that are asked for far too short, the last time. */
		struct world *world = layout < LAYOUT_COUNT ?
			make(&extent, 1, (enum layout)layout, 0,
			     aspects[i / 3 % 3]) :
			make(&extent, 1, LAYOUT_ROWS, 1, aspects[i / 3 % 3]);

		assert_true(world_width(world) <= UINT32_C(1) << 31);
		assert_true(world_height(world) <= UINT32_C(1) << 31);
		assert_true(world_place(world, extent.page_count - 1, &x, &y));
		assert_true(x < world_width(world) && y < world_height(world));
		assert_true(world_page(world, x, y, &page));
		assert_int_equal(page, extent.page_count - 1);
		world_free(world);
	}
}

static void extents_are_joined(void **unused)
{
	static const struct extent a[] = { { 5, 5 }, { 20, 10 }, { 50, 1 } };
	static const struct extent b[] = { { 2, 3 }, { 22, 2 }, { 31, 2 },
					   { 40, 0 }, { 45, 5 } };
	static const struct extent both[] = { { 2, 8 }, { 20, 10 }, { 31, 2 },
					      { 45, 6 } };
	struct extent *joined;
	size_t count = 9;

	(void)unused;
	joined = extents_join(a, 3, b, 5, &count);
	assert_non_null(joined);
	assert_int_equal(count, 4);
	assert_memory_equal(joined, both, sizeof(both));
	free(joined);
	joined = extents_join(NULL, 0, NULL, 0, &count);
	assert_non_null(joined);
	assert_int_equal(count, 0);
	free(joined);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_and_places_are_one_to_one),
		cmocka_unit_test(hilbert_units_are_squares),
		cmocka_unit_test(hilbert_is_cropped),
		cmocka_unit_test(shapes_follow_the_window),
		cmocka_unit_test(a_narrow_box_is_filled),
		cmocka_unit_test(sparse_rows_are_short),
		cmocka_unit_test(folds_are_told),
		cmocka_unit_test(nearest_is_found),
		cmocka_unit_test(what_is_held_is_told),
		cmocka_unit_test(nothing_makes_an_empty_world),
		cmocka_unit_test(bad_input_is_refused),
		cmocka_unit_test(no_world_is_too_large),
		cmocka_unit_test(extents_are_joined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
