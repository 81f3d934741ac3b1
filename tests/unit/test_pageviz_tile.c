/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tiles of machines made up at random, against each place looked at for
 * itself; a single odd page from afar; and small ones drawn to the letter.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "own_chance.h"
#include "world/mix.h"

#define SEEDS      5
#define PAGES_MOST 400000
#define AREAS_MOST 40
#define RUNS_MOST  60000
#define CLASSES    9

/* A picture with its layer, and the same page by page. */
struct sketch {
	struct area areas[AREAS_MOST];
	struct extent extents[AREAS_MOST];
	struct layer_run runs[RUNS_MOST];
	struct picture picture;
	struct layer layer;
	uint8_t slot_of[PAGES_MOST];
	uint32_t area_of[PAGES_MOST];
};

static void add_run(struct sketch *sketch, uint64_t page, uint64_t pages,
		    uint8_t class_of)
{
	sketch->layer.classes[class_of].pages += pages;
	sketch->runs[sketch->layer.run_count++] = (struct layer_run){
		page, pages, class_of,
	};
	memset(sketch->slot_of + page, class_of, pages);
}

/* Runs of an area: large ones, small ones, or a few in a void. */
static void add_runs(struct sketch *sketch, uint64_t page, uint64_t end)
{
	uint64_t longest = chance(2) ? 4 : chance(2) ? 40 : 3000;
	uint64_t most_hole = chance(2) ? 1 : chance(2) ? 10 : 3000;

	while (page < end && sketch->layer.run_count < RUNS_MOST) {
		uint64_t pages = 1 + chance(longest);

		if (pages > end - page)
			pages = end - page;
		add_run(sketch, page, pages,
			(uint8_t)(1 + chance(chance(5) ? 2 : CLASSES - 1)));
		page += pages + chance(most_hole);
	}
}

static struct sketch *sketch_begin(void)
{
	struct sketch *sketch = calloc(1, sizeof(*sketch));

	assert_non_null(sketch);
	memset(sketch->slot_of, SLOT_GAP, sizeof(sketch->slot_of));
	memset(sketch->area_of, 0xff, sizeof(sketch->area_of));
	sketch->picture.areas = sketch->areas;
	sketch->picture.extents = sketch->extents;
	sketch->layer.runs = sketch->runs;
	sketch->layer.class_count = CLASSES;
	return sketch;
}

static void add_area(struct sketch *sketch, uint64_t page, uint64_t end)
{
	size_t number = sketch->picture.area_count++;
	uint64_t i;

	sketch->areas[number] = (struct area){ .first_page = page,
					       .end_page = end };
	sketch->extents[sketch->picture.extent_count++] = (struct extent){
		page, end - page,
	};
	memset(sketch->slot_of + page, 0, end - page);
	for (i = page; i < end; i++)
		sketch->area_of[i] = (uint32_t)number;
}

static struct sketch *sketch_make(uint64_t seed)
{
	struct sketch *sketch = sketch_begin();
	uint64_t page;

	state = seed * 7919 + 1;
	page = chance(3000);
	while (sketch->picture.area_count < AREAS_MOST) {
		uint64_t end = page + 1 + chance(chance(4) ? 300 : 9000);

		if (end > PAGES_MOST)
			break;
		add_area(sketch, page, end);
		if (chance(5))
			add_runs(sketch, page, end);
		page = end + (chance(3) ? 0 : chance(chance(2) ? 200 : 60000));
	}
	return sketch;
}

static struct world *make_world(const struct sketch *sketch,
				enum layout layout, uint32_t row_pages)
{
	struct world *world = NULL;

	assert_int_equal(world_make(sketch->extents,
				    sketch->picture.extent_count, layout,
				    row_pages, 1.6, &world), 0);
	return world;
}

static void make_tile(const struct sketch *sketch, const struct world *world,
		      uint64_t lit, unsigned int level, uint32_t x, uint32_t y,
		      struct tile *tile)
{
	/* Whatever was there before. */
	memset(tile, 0x5a, sizeof(*tile));
	assert_int_equal(tile_make(world, &sketch->picture, &sketch->layer,
				   lit, level, x, y, tile), 0);
	assert_int_equal(tile->level, level);
	assert_int_equal(tile->x, x);
	assert_int_equal(tile->y, y);
}

/* ---- Pages ------------------------------------------------------------- */

static uint8_t shown_at(const struct sketch *sketch, const struct world *world,
			int64_t x, int64_t y, uint32_t *ret_area)
{
	uint64_t page;

	*ret_area = AREA_NONE - 1;
	if (!world_page(world, x, y, &page))
		return TILE_NOTHING;
	*ret_area = AREA_NONE;
	if (page >= PAGES_MOST)
		return TILE_GAP;
	*ret_area = sketch->area_of[page];
	return sketch->slot_of[page] == SLOT_GAP ? TILE_GAP :
						   sketch->slot_of[page];
}

static bool differ(uint32_t one, uint32_t other)
{
	return one != other && one != AREA_NONE - 1 && other != AREA_NONE - 1;
}

static void assert_pages(const struct sketch *sketch, const struct world *world,
			 const struct tile *tile)
{
	int64_t left = (int64_t)tile->x * TILE_SIDE;
	int64_t top = (int64_t)tile->y * TILE_SIDE;
	size_t i;

	for (i = 0; i < TILE_SIDE * TILE_SIDE; i++) {
		int64_t x = left + (int64_t)i % TILE_SIDE;
		int64_t y = top + (int64_t)i / TILE_SIDE;
		uint32_t here, before, above;

		shown_at(sketch, world, x - 1, y, &before);
		shown_at(sketch, world, x, y - 1, &above);
		assert_int_equal(tile->class_of[i],
				 shown_at(sketch, world, x, y, &here));
		assert_int_equal(tile->edges[i], differ(before, here) |
						 differ(above, here) << 1);
	}
}

/* ---- Cells of many pages ----------------------------------------------- */

static void count_cell(const struct sketch *sketch, const struct world *world,
		       unsigned int level, int64_t x, int64_t y,
		       const struct mix_rules *rules, struct mix *mix,
		       unsigned int cell)
{
	int64_t side = INT64_C(1) << level, i, j;
	uint32_t area;

	for (i = y * side; i < (y + 1) * side && i < world_height(world); i++) {
		for (j = x * side; j < (x + 1) * side; j++) {
			uint8_t shown = shown_at(sketch, world, j, i, &area);

			if (shown != TILE_NOTHING)
				mix_row(mix, rules->rank[shown == TILE_GAP ?
					SLOT_GAP : shown], 0)[cell]++;
			else if (j >= world_width(world))
				break;
		}
	}
}

/* As many classes as there is room for, in their order, and no other; places
 * where pages are. */
static void assert_mix(const struct mix *mix, const struct mix_rules *rules,
		       const uint8_t *cells)
{
	unsigned int i, rank, room = 0, classes = 0;

	for (i = 0; i < MIX_CELLS; i++) {
		uint64_t pages = 0;

		for (rank = 0; rank < SLOT_COUNT; rank++)
			pages += mix->pages[rank][i];
		assert_int_equal(cells[i] == TILE_NOTHING, !pages);
		room += pages > 0;
	}
	for (rank = 0; rank < SLOT_COUNT; rank++) {
		bool is_there = mix->seen[rank / 64] >> rank % 64 & 1;
		bool is_shown = memchr(cells, rules->shown[rank], MIX_CELLS);

		assert_int_equal(is_shown, is_there && classes < room);
		classes += is_there;
	}
}

static void assert_block(const struct sketch *sketch, const struct world *world,
			 const struct tile *tile, const struct mix_rules *rules,
			 unsigned int block_x, unsigned int block_y)
{
	static struct mix mix;
	uint8_t expected[MIX_CELLS], cells[MIX_CELLS];
	unsigned int i;

	for (i = 0; i < MIX_CELLS; i++) {
		unsigned int x = block_x * 4 + i % 4, y = block_y * 4 + i / 4;

		cells[i] = tile->class_of[y * TILE_SIDE + x];
		count_cell(sketch, world, tile->level,
			   (int64_t)tile->x * TILE_SIDE + x,
			   (int64_t)tile->y * TILE_SIDE + y, rules, &mix, i);
	}
	assert_mix(&mix, rules, cells);
	mix_settle(&mix, rules, UINT32_C(1) << 2 * tile->level, expected);
	assert_memory_equal(cells, expected, MIX_CELLS);
}

static void assert_cells(const struct sketch *sketch, const struct world *world,
			 const struct tile *tile, uint64_t lit)
{
	struct mix_rules rules;
	unsigned int x, y;

	mix_rules_make(&rules, &sketch->layer, lit, tile->level);
	for (y = 0; y < TILE_SIDE / 4; y++)
		for (x = 0; x < TILE_SIDE / 4; x++)
			assert_block(sketch, world, tile, &rules, x, y);
}

/* All tiles of a world at a level, and one beyond it. */
static void assert_level(const struct sketch *sketch, const struct world *world,
			 unsigned int level)
{
	static struct tile tile;
	uint32_t columns = (world_width(world) >> level) / TILE_SIDE + 1;
	uint32_t rows = (world_height(world) >> level) / TILE_SIDE + 1;
	uint32_t x, y;

	for (y = 0; y <= rows; y++) {
		for (x = 0; x <= columns; x++) {
			make_tile(sketch, world, 4, level, x, y, &tile);
			if (!level)
				assert_pages(sketch, world, &tile);
			else
				assert_cells(sketch, world, &tile, 4);
		}
	}
}

static void tiles_are_what_pages_are(void **unused)
{
	static const uint32_t rows[] = { 0, 64, 2048 };
	/* Also from so far that all is one cell. */
	static const unsigned int levels[] = { 0, 1, 2, 3, 4, 5, 6, 8, 12 };
	uint64_t seed;
	int layout;
	size_t i;

	(void)unused;
	for (seed = 0; seed < SEEDS; seed++) {
		struct sketch *sketch = sketch_make(seed);

		for (layout = 0; layout < LAYOUT_COUNT; layout++) {
			struct world *world = make_world(sketch,
							 (enum layout)layout,
							 rows[seed % 3]);

			for (i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
				assert_level(sketch, world, levels[i]);
			world_free(world);
		}
		free(sketch);
	}
}

/* ---- To the letter ----------------------------------------------------- */

static char letter_of(uint8_t cell)
{
	if (cell == TILE_NOTHING)
		return '#';
	if (cell == TILE_GAP)
		return ' ';
	return cell ? (char)('0' + cell) : '.';
}

/* The upper left corner of a tile. */
static void assert_drawn(const struct tile *tile, unsigned int width,
			 unsigned int height, const char *expected)
{
	char drawn[400];
	unsigned int x, y, at = 0;

	for (y = 0; y < height; y++) {
		for (x = 0; x < width; x++)
			drawn[at++] = letter_of(tile->class_of[y * TILE_SIDE +
							       x]);
		drawn[at++] = '\n';
	}
	drawn[at] = '\0';
	assert_string_equal(drawn, expected);
}

/* Two mappings side by side: pages 2 to 9 and 10 to 19. */
static struct sketch *small_sketch(void)
{
	struct sketch *sketch = sketch_begin();

	add_area(sketch, 2, 10);
	add_area(sketch, 10, 20);
	add_run(sketch, 3, 3, 1);
	add_run(sketch, 12, 6, 2);
	return sketch;
}

static void small_rows_are_drawn(void **unused)
{
	static const char edges[] =
		"0010000000100000"
		"2222322222222222";
	struct sketch *sketch = small_sketch();
	struct world *world = make_world(sketch, LAYOUT_ROWS, 16);
	struct tile tile;
	size_t i;

	(void)unused;
	make_tile(sketch, world, 0, 0, 0, 0, &tile);
	assert_drawn(&tile, 18, 3,
		     "  .111......2222##\n"
		     "22..            ##\n"
		     "##################\n");
	for (i = 0; i < 32; i++)
		assert_int_equal(tile.edges[i / 16 * TILE_SIDE + i % 16],
				 edges[i] - '0');
	/* Each class where most of it is, the even ones apart. */
	make_tile(sketch, world, 0, 1, 0, 0, &tile);
	assert_drawn(&tile, 10, 2,
		     "2.1 . 2 ##\n"
		     "##########\n");
	/* As many classes as cells. */
	make_tile(sketch, world, 0, 2, 0, 0, &tile);
	assert_drawn(&tile, 6, 2,
		     " 1.2##\n"
		     "######\n");
	/* One cell: what is rarest, or what is asked for. */
	make_tile(sketch, world, 0, 6, 0, 0, &tile);
	assert_drawn(&tile, 2, 1, "1#\n");
	make_tile(sketch, world, 4, 6, 0, 0, &tile);
	assert_drawn(&tile, 2, 1, "2#\n");
	world_free(world);
	free(sketch);
}

static void nothing_is_a_tile_too(void **unused)
{
	struct sketch *sketch = small_sketch();
	struct world *world = NULL;
	struct tile tile;

	(void)unused;
	assert_int_equal(world_make(NULL, 0, LAYOUT_HILBERT, 0, 1, &world), 0);
	make_tile(sketch, world, 0, 3, 7, UINT32_MAX, &tile);
	assert_drawn(&tile, 3, 1, "###\n");
	assert_int_equal(tile_level_most(world), 0);
	assert_int_equal(tile_make(world, &sketch->picture, &sketch->layer, 0,
				   25, 0, 0, &tile), -EINVAL);
	world_free(world);
	free(sketch);
}

/* ---- Mixes ------------------------------------------------------------- */

/* Pages of each class of a block, the same in all of its cells. */
static void assert_settled(struct mix *mix, const struct mix_rules *rules,
			   uint32_t full, const char *expected)
{
	static struct tile tile;
	uint8_t cells[MIX_CELLS];
	unsigned int i;

	mix_settle(mix, rules, full, cells);
	for (i = 0; i < MIX_CELLS; i++)
		tile.class_of[i / 4 * TILE_SIDE + i % 4] = cells[i];
	assert_drawn(&tile, 4, 4, expected);
	for (i = 0; i < sizeof(*mix); i++)
		assert_int_equal(((const uint8_t *)mix)[i], 0);
}

static void add_everywhere(struct mix *mix, const struct mix_rules *rules,
			   unsigned int slot, uint32_t pages)
{
	unsigned int i;

	for (i = 0; i < MIX_CELLS; i++)
		mix_row(mix, rules->rank[slot], 0)[i] += pages;
}

static void mixes_look_like_mixes(void **unused)
{
	static struct mix mix;
	static struct layer layer = { .class_count = 6 };
	struct mix_rules rules;

	(void)unused;
	mix_rules_make(&rules, &layer, 0, 2);
	add_everywhere(&mix, &rules, 1, 8);
	add_everywhere(&mix, &rules, 2, 8);
	assert_settled(&mix, &rules, 16, "1212\n2121\n1212\n2121\n");
	add_everywhere(&mix, &rules, 1, 4);
	add_everywhere(&mix, &rules, 0, 12);
	assert_settled(&mix, &rules, 16, "1.1.\n....\n1.1.\n....\n");
	/* One page of 256 has its cell, and the place that is its own. */
	add_everywhere(&mix, &rules, 3, 16);
	mix_row(&mix, rules.rank[3], 2)[1]--;
	mix_row(&mix, rules.rank[5], 2)[1]++;
	assert_settled(&mix, &rules, 16, "3333\n3333\n3533\n3333\n");
	/* Halves stay halves. */
	add_everywhere(&mix, &rules, 4, 16);
	memset(mix.pages[rules.rank[4]], 0, 8 * sizeof(uint32_t));
	add_everywhere(&mix, &rules, SLOT_GAP, 16);
	memset(mix.pages[rules.rank[SLOT_GAP]] + 8, 0, 8 * sizeof(uint32_t));
	assert_settled(&mix, &rules, 16, "    \n    \n4444\n4444\n");
}

/* Whether a class is among the cells of a block with pages of 24 classes. */
static bool is_shown(uint64_t lit, unsigned int slot)
{
	static struct mix mix;
	static struct layer layer = { .class_count = 24 };
	uint8_t cells[MIX_CELLS];
	struct mix_rules rules;
	unsigned int i;

	/* The larger its number, the more pages a class has. */
	for (i = 0; i < 24; i++)
		layer.classes[i].pages = 100 * (i + 1);
	mix_rules_make(&rules, &layer, lit, 5);
	for (i = 0; i < 24; i++)
		add_everywhere(&mix, &rules, i, 1 + i);
	add_everywhere(&mix, &rules, SLOT_GAP, 500);
	mix_settle(&mix, &rules, 1024, cells);
	return memchr(cells, rules.shown[rules.rank[slot]], MIX_CELLS);
}

static void the_rarest_come_first(void **unused)
{
	(void)unused;
	assert_true(is_shown(0, 1));
	assert_true(is_shown(0, 16));
	assert_false(is_shown(0, 17));
	assert_false(is_shown(0, 0));
	assert_false(is_shown(0, SLOT_GAP));
	assert_true(is_shown(UINT64_C(1) << 23, 23));
	assert_false(is_shown(UINT64_C(1) << 23, 16));
	assert_true(is_shown(1, 0));
}

/* ---- From afar --------------------------------------------------------- */

#define MANY_PAGES (1 << 20)

/* The one odd page of a million: at each level in its own cell. */
static void assert_odd(const struct picture *picture, const struct layer *layer,
		       const struct world *world, uint64_t page)
{
	static struct tile tile;
	unsigned int level;
	uint32_t x, y;

	assert_true(world_place(world, page, &x, &y));
	for (level = 0; level <= tile_level_most(world) + 1; level++) {
		uint32_t cell_x = x >> level, cell_y = y >> level;
		const uint8_t *odd;
		size_t at = (size_t)cell_y % TILE_SIDE * TILE_SIDE +
			    cell_x % TILE_SIDE;

		assert_int_equal(tile_make(world, picture, layer, 0, level,
					   cell_x / TILE_SIDE,
					   cell_y / TILE_SIDE, &tile), 0);
		odd = memchr(tile.class_of, 2, sizeof(tile.class_of));
		assert_non_null(odd);
		assert_int_equal(odd - tile.class_of, at);
		assert_null(memchr(odd + 1, 2, sizeof(tile.class_of) - at - 1));
	}
}

static void an_odd_page_is_seen_from_afar(void **unused)
{
	struct area area = { .first_page = 0, .end_page = MANY_PAGES };
	struct extent extent = { 0, MANY_PAGES };
	struct picture picture = { .areas = &area, .area_count = 1 };
	int i, layout;

	(void)unused;
	state = 5;
	for (i = 0; i < 20; i++) {
		uint64_t page = i ? chance(MANY_PAGES - 1) : 0;
		struct layer_run runs[] = {
			{ 0, page, 1 }, { page, 1, 2 },
			{ page + 1, MANY_PAGES - page - 1, 1 },
		};
		/* Among absent ones too. */
		struct layer layer = {
			.class_count = 3,
			.runs = runs + (i % 2 || !i),
			.run_count = i % 2 || !i ? 1 : 3,
		};

		for (layout = 0; layout < LAYOUT_COUNT; layout++) {
			struct world *world;

			assert_int_equal(world_make(&extent, 1,
						    (enum layout)layout, 0, 1.6,
						    &world), 0);
			assert_odd(&picture, &layer, world, page);
			world_free(world);
		}
	}
}

/* More pages than there can be: a tile is no more work. */
static void no_map_is_too_large(void **unused)
{
	struct area area = { .first_page = 0, .end_page = UINT64_C(1) << 52 };
	struct extent extent = { 0, UINT64_C(1) << 52 };
	struct picture picture = { .areas = &area, .area_count = 1 };
	struct layer_run runs[] = {
		{ 0, UINT64_C(1) << 51, 1 },
		{ UINT64_C(1) << 51, 1, 2 },
	};
	struct layer layer = { .class_count = 3, .runs = runs, .run_count = 2 };
	int layout;

	(void)unused;
	for (layout = 0; layout < LAYOUT_COUNT; layout++) {
		struct world *world;

		assert_int_equal(world_make(&extent, 1, (enum layout)layout, 0,
					    1.6, &world), 0);
		assert_true(tile_level_most(world) > 12);
		assert_odd(&picture, &layer, world, UINT64_C(1) << 51);
		world_free(world);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tiles_are_what_pages_are),
		cmocka_unit_test(small_rows_are_drawn),
		cmocka_unit_test(nothing_is_a_tile_too),
		cmocka_unit_test(mixes_look_like_mixes),
		cmocka_unit_test(the_rarest_come_first),
		cmocka_unit_test(an_odd_page_is_seen_from_afar),
		cmocka_unit_test(no_map_is_too_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
