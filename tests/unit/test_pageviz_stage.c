/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the stage keeps and what it makes again: worlds that grow, layers,
 * tiles within a budget, the list of people.
 */
#include <stdio.h>
#include <unistd.h>

#include "own_machine.h"
#include "view/stage_inside.h"

static struct history *history;
static struct stage *stage;
static struct view view;

static void add_moment(uint64_t time_ns, bool grown)
{
	assert_int_equal(history_add(history, own_moment(time_ns, grown)), 0);
	view.moment = history_count(history) - 1;
}

static struct stage_pane prepare(size_t pane)
{
	assert_int_equal(stage_prepare(stage, &view), 0);
	return stage_pane(stage, pane);
}

static int begin(void **state)
{
	(void)state;
	history = history_new(100000);
	stage = stage_new(history);
	assert_non_null(stage);
	view_init(&view);
	view_add_map(&view, map_tool);
	return 0;
}

static int end(void **state)
{
	(void)state;
	stage_free(stage);
	history_free(history);
	return 0;
}

static void without_a_moment_there_is_nothing(void **state)
{
	struct stage_pane of;
	size_t count = 9;

	(void)state;
	of = prepare(0);
	assert_null(of.picture);
	assert_null(of.world);
	assert_null(stage_tile(stage, 0, 0, 0, 0));
	assert_null(stage_list(stage, &view, &count));
	assert_int_equal(count, 0);
	assert_false(stage_budget(stage, 1));
}

static void a_map_that_was_not_read_is_empty(void **state)
{
	(void)state;
	add_moment(100, false);
	view.panes[0].map.pid = 12345;
	assert_null(prepare(0).picture);
	assert_null(stage_tile(stage, 0, 0, 0, 0));
}

static void what_is_the_same_is_not_made_again(void **state)
{
	struct stage_pane first, again;

	(void)state;
	add_moment(100, false);
	first = prepare(0);
	assert_int_equal(first.layer->classes[CLASS_ANON].pages, 512);
	again = prepare(0);
	assert_ptr_equal(first.layer, again.layer);
	assert_ptr_equal(first.world, again.world);
	assert_int_equal(first.world_serial, again.world_serial);
	view.panes[0].by = COLOUR_SHARERS;
	assert_ptr_not_equal(prepare(0).layer, first.layer);
	view.panes[0].by = COLOUR_STATE;
	assert_ptr_equal(prepare(0).layer, first.layer);
	view.panes[0].lit = 2;
	assert_ptr_equal(prepare(0).layer, first.layer);
}

static void worlds_only_grow(void **state)
{
	struct stage_pane first, grown, back;
	uint32_t x, y;

	(void)state;
	add_moment(100, false);
	first = prepare(0);
	assert_false(world_place(first.world, NEW_PAGE, &x, &y));
	add_moment(200, true);
	grown = prepare(0);
	assert_true(grown.world_serial > first.world_serial);
	assert_true(world_place(grown.world, NEW_PAGE + 2047, &x, &y));
	assert_true(world_place(grown.world, TEXT_PAGE, &x, &y));
	view.moment = 0;
	back = prepare(0);
	assert_int_equal(back.world_serial, grown.world_serial);
	add_moment(300, false);
	assert_int_equal(prepare(0).world_serial, grown.world_serial);
}

static void rows_keep_their_width(void **state)
{
	struct world *alone;
	uint32_t pages;

	(void)state;
	view.panes[0].box = (struct box){ 0, 0, 3000, 1000 };
	add_moment(100, false);
	pages = world_row_pages(prepare(0).world);
	/* What has the new mapping from the beginning is wider. */
	assert_int_equal(world_make(tool_extents, 4, LAYOUT_ROWS, 0, 3, &alone),
			 0);
	assert_true(world_row_pages(alone) > pages);
	world_free(alone);
	add_moment(200, true);
	assert_int_equal(world_row_pages(prepare(0).world), pages);
	view.panes[0].row_pages = pages * 4;
	assert_int_equal(world_row_pages(prepare(0).world), pages * 4);
}

static void windows_of_another_shape(void **state)
{
	uint64_t serial;

	(void)state;
	add_moment(100, false);
	view.panes[0].box = (struct box){ 0, 0, 1600, 1000 };
	serial = prepare(0).world_serial;
	view.panes[0].box.width = 1800;
	assert_int_equal(prepare(0).world_serial, serial);
	view.panes[0].box.width = 300;
	assert_true(prepare(0).world_serial > serial);
	view.panes[0].layout = LAYOUT_HILBERT;
	serial = prepare(0).world_serial;
	assert_int_equal(world_layout(prepare(0).world), LAYOUT_HILBERT);
	view.panes[0].box.width = 3000;
	assert_int_equal(prepare(0).world_serial, serial);
}

/* What is made before a box is known is made again for it. */
static void a_box_that_comes_late(void **state)
{
	uint64_t serial;

	(void)state;
	add_moment(100, false);
	view.panes[0].box = (struct box){ 0 };
	serial = prepare(0).world_serial;
	assert_int_equal(prepare(0).world_serial, serial);
	/* As wide for its height as is guessed, nearly. */
	view.panes[0].box = (struct box){ 0, 0, 1300, 1000 };
	assert_true(prepare(0).world_serial > serial);
	serial = prepare(0).world_serial;
	view.panes[0].box = (struct box){ 0 };
	assert_int_equal(prepare(0).world_serial, serial);
}

static void closed_maps_leave_the_others(void **state)
{
	struct stage_pane ram;

	(void)state;
	view_add_map(&view, map_ram);
	add_moment(100, false);
	ram = prepare(1);
	assert_int_equal(ram.picture->id.kind, MAP_RAM);
	view.panes[0] = view.panes[1];
	view.pane_count = 1;
	assert_ptr_equal(prepare(0).world, ram.world);
	assert_null(stage_pane(stage, 1).world);
}

/* Whoever looks at a moment has it, though the history let it go. */
static void a_moment_seen_is_held(void **state)
{
	struct stage_pane of;

	(void)state;
	history_free(history);
	stage_free(stage);
	history = history_new(1500);
	stage = stage_new(history);
	add_moment(100, false);
	of = prepare(0);
	assert_int_equal(history_add(history, own_moment(200, false)), 1);
	assert_int_equal(of.moment->time_ns, 100);
	assert_string_equal(of.picture->name, "tool");
	view.moment = 0;
	assert_int_equal(prepare(0).moment->time_ns, 200);
}

static void what_is_compared_to(void **state)
{
	struct stage_pane of;
	const struct layer *since;

	(void)state;
	view.panes[0].by = COLOUR_CHANGED;
	add_moment(100, false);
	assert_null(prepare(0).base);
	add_moment(200, false);
	add_moment(300, true);
	of = prepare(0);
	assert_int_equal(of.base_moment->time_ns, 200);
	assert_string_equal(of.base->name, "tool");
	since = of.layer;
	view.has_base = true;
	view.base_time_ns = 100;
	of = prepare(0);
	assert_int_equal(of.base_moment->time_ns, 100);
	assert_ptr_not_equal(of.layer, since);
	view.has_base = false;
	assert_ptr_equal(prepare(0).layer, since);
}

/* ---- Tiles ------------------------------------------------------------- */

static void tiles_are_made_once(void **state)
{
	const struct tile *tile;

	(void)state;
	add_moment(100, false);
	prepare(0);
	assert_null(stage_tile_there(stage, 0, 0, 0, 0));
	tile = stage_tile(stage, 0, 0, 0, 0);
	assert_non_null(tile);
	assert_int_equal(tile->level, 0);
	assert_ptr_equal(stage_tile(stage, 0, 0, 0, 0), tile);
	assert_ptr_equal(stage_tile_there(stage, 0, 0, 0, 0), tile);
	view.panes[0].lit = 2;
	prepare(0);
	assert_ptr_equal(stage_tile_there(stage, 0, 0, 0, 0), tile);
	assert_ptr_not_equal(stage_tile(stage, 0, 0, 0, 0), tile);
	view.panes[0].lit = 0;
	prepare(0);
	assert_ptr_equal(stage_tile_there(stage, 0, 0, 0, 0), tile);
}

static void tiles_have_a_budget(void **state)
{
	(void)state;
	add_moment(100, false);
	prepare(0);
	assert_false(stage_budget(stage, 0));
	assert_false(stage_is_short(stage));
	assert_null(stage_tile(stage, 0, 0, 0, 0));
	assert_true(stage_is_short(stage));
	/* One is always made, however long it takes. */
	assert_true(stage_budget(stage, 1));
	assert_non_null(stage_tile(stage, 0, 0, 0, 0));
	assert_null(stage_tile(stage, 0, 0, 1, 0));
	assert_true(stage_budget(stage, UINT64_MAX));
	assert_non_null(stage_tile(stage, 0, 1, 0, 0));
	assert_false(stage_budget(stage, 0));
}

static void old_tiles_stand_in(void **state)
{
	struct stage_pane of;
	const struct tile *tile;

	(void)state;
	add_moment(100, false);
	prepare(0);
	tile = stage_tile(stage, 0, 0, 0, 0);
	add_moment(200, false);
	prepare(0);
	stage_budget(stage, 0);
	assert_ptr_equal(stage_tile(stage, 0, 0, 0, 0), tile);
	assert_true(stage_budget(stage, UINT64_MAX));
	assert_ptr_not_equal(stage_tile(stage, 0, 0, 0, 0), tile);
	tile = stage_tile(stage, 0, 0, 0, 0);
	assert_ptr_equal(stage_tile_look(stage).layer, prepare(0).layer);
	/* Another colouring numbers other classes: they come along. */
	of = prepare(0);
	view.panes[0].by = COLOUR_SHARERS;
	stage_budget(stage, 0);
	assert_ptr_not_equal(prepare(0).layer, of.layer);
	assert_ptr_equal(stage_tile(stage, 0, 0, 0, 0), tile);
	assert_ptr_equal(stage_tile_look(stage).layer, of.layer);
	assert_true(stage_has_news(stage));
	stage_budget(stage, UINT64_MAX);
	of = prepare(0);
	assert_ptr_not_equal(stage_tile(stage, 0, 0, 0, 0), tile);
	assert_ptr_equal(stage_tile_look(stage).layer, of.layer);
}

/* ---- Tiles that take long ---------------------------------------------- */

/* Frames without time, until the thread has the tile. */
static const struct tile *wait_for_tile(unsigned int level)
{
	const struct tile *tile;
	int tries;

	for (tries = 0; tries < 10000; tries++) {
		stage_budget(stage, 0);
		prepare(0);
		tile = stage_tile(stage, 0, level, 0, 0);
		if (tile)
			return tile;
		assert_true(stage_is_short(stage));
		while (!stage_has_news(stage))
			usleep(100);
	}
	fail_msg("the thread makes nothing");
	return NULL;
}

static void a_tile_is_made_meanwhile(void **state)
{
	const struct tile *tile;

	(void)state;
	add_moment(100, false);
	stage_budget(stage, 0);
	prepare(0);
	tile = wait_for_tile(1);
	assert_int_equal(tile->level, 1);
	assert_false(stage_is_short(stage));
	assert_ptr_equal(stage_tile_there(stage, 0, 1, 0, 0), tile);
	/* Who has time has it at once. */
	stage_budget(stage, UINT64_C(10000000000));
	assert_int_equal(stage_tile(stage, 0, 2, 0, 0)->level, 2);
	assert_int_equal(stage_tile(stage, 0, 3, 0, 0)->level, 3);
	assert_false(stage_is_short(stage));
}

/* What it is made of may go before it is done. */
static void a_tile_of_what_is_gone(void **state)
{
	int round;

	(void)state;
	add_moment(100, false);
	for (round = 0; round < 90; round++) {
		view.panes[0].layout = round % 2 ? LAYOUT_ROWS : LAYOUT_BLOCKS;
		view.panes[0].by = round % 3 ? COLOUR_STATE : COLOUR_FLAGS;
		add_moment((uint64_t)(200 + round), round % 5 == 4);
		stage_budget(stage, 0);
		prepare(0);
		stage_tile(stage, 0, 1, 0, 0);
	}
	assert_int_equal(wait_for_tile(2)->level, 2);
}

#define KEPT 400

static struct tile_key key_at(uint32_t x)
{
	return (struct tile_key){ .world_serial = 1, .x = x };
}

static size_t count_kept(struct tile_cache *cache, uint32_t end)
{
	size_t count = 0;
	uint32_t x;

	for (x = 0; x < end; x++) {
		struct tile_key key = key_at(x);
		const struct tile *tile = tiles_find(cache, &key);

		if (tile)
			assert_int_equal(tile->x, x);
		count += tile != NULL;
	}
	return count;
}

static void add_tiles(struct tile_cache *cache, uint32_t from, uint32_t end)
{
	for (; from < end; from++) {
		struct tile_key key = key_at(from);

		tiles_add(cache, &key)->x = from;
	}
}

static void a_frame_keeps_its_tiles(void **state)
{
	struct tile_cache *cache = tiles_new();
	struct tile_key first = key_at(0), last = key_at(KEPT + 109);

	(void)state;
	tiles_frame(cache);
	add_tiles(cache, 0, KEPT + 100);
	assert_int_equal(count_kept(cache, KEPT + 100), KEPT + 100);
	tiles_frame(cache);
	assert_non_null(tiles_find(cache, &first));
	add_tiles(cache, KEPT + 100, KEPT + 110);
	assert_non_null(tiles_find(cache, &first));
	assert_int_equal(count_kept(cache, KEPT + 110), KEPT);
	tiles_take_back(cache, &last);
	assert_null(tiles_find(cache, &last));
	assert_int_equal(count_kept(cache, KEPT + 110), KEPT - 1);
	tiles_free(cache);
	tiles_free(NULL);
}

/* ---- Layers that take long --------------------------------------------- */

#define LARGE 60000

/* RAM in which every second frame is somebody's. */
static struct moment *large_moment(uint64_t time_ns)
{
	static const struct area areas[] = {
		{ 0, 2 * LARGE, "node 0 Normal", "", 0, 0 },
	};
	static const struct extent extents[] = { { 0, 2 * LARGE } };
	static struct stretch stretches[LARGE];
	struct moment *moment = own_moment(time_ns, false);
	struct picture *ram = (struct picture *)&moment->pictures[2];
	size_t i;

	/* A thread may read them by now. */
	for (i = 0; i < LARGE && !stretches[LARGE - 1].page_count; i++) {
		stretches[i] = ram_stretches[0];
		stretches[i].first_page = stretches[i].place = 2 * i;
		stretches[i].page_count = 1;
	}
	ram->areas = areas;
	ram->extents = extents;
	ram->stretches = stretches;
	ram->stretch_count = LARGE;
	return moment;
}

static void add_large(uint64_t time_ns)
{
	assert_int_equal(history_add(history, large_moment(time_ns)), 0);
	view.moment = history_count(history) - 1;
}

static struct stage_pane wait_for(uint64_t time_ns)
{
	int tries;

	for (tries = 0; tries < 10000; tries++) {
		struct stage_pane of = prepare(0);

		if (of.moment && of.moment->time_ns == time_ns)
			return of;
		assert_true(stage_is_short(stage));
		usleep(1000);
	}
	fail_msg("the thread makes nothing");
	return (struct stage_pane){ 0 };
}

static void a_large_layer_is_waited_for_elsewhere(void **state)
{
	struct stage_pane first, next;

	(void)state;
	view.panes[0].map = map_ram;
	add_large(100);
	stage_budget(stage, 1000000);
	assert_null(prepare(0).layer);
	first = wait_for(100);
	add_large(200);
	next = prepare(0);
	assert_int_equal(next.moment->time_ns, 100);
	assert_ptr_equal(next.layer, first.layer);
	assert_true(stage_is_short(stage));
	/* What is asked for meanwhile is seen at once. */
	view.panes[0].layout = LAYOUT_HILBERT;
	assert_int_equal(world_layout(prepare(0).world), LAYOUT_HILBERT);
	next = wait_for(200);
	assert_ptr_not_equal(next.layer, first.layer);
	stage_budget(stage, 1000000);
	assert_false(stage_is_short(stage));
	view.moment = 0;
	assert_ptr_equal(prepare(0).layer, first.layer);
	view.panes[0].by = COLOUR_SHARERS;
	assert_ptr_equal(prepare(0).layer, first.layer);
	while (prepare(0).layer->by != COLOUR_SHARERS)
		usleep(1000);
}

static void images_wait_for_large_layers(void **state)
{
	(void)state;
	view.panes[0].map = map_ram;
	add_large(100);
	prepare(0);
	add_large(200);
	assert_int_equal(prepare(0).moment->time_ns, 200);
	assert_false(stage_is_short(stage));
}

/* Whoever closes does not leave the thread behind. */
static void a_thread_ends_with_its_stage(void **state)
{
	(void)state;
	view.panes[0].map = map_ram;
	stage_budget(stage, 1000000);
	add_large(100);
	prepare(0);
	add_large(200);
	prepare(0);
	assert_true(stage_is_short(stage));
}

/* ---- People ------------------------------------------------------------ */

static void list_is(const char *search, const char *expected)
{
	const uint32_t *people;
	char text[64] = "";
	size_t count, i;

	snprintf(view.search, sizeof(view.search), "%s", search);
	people = stage_list(stage, &view, &count);
	for (i = 0; i < count; i++) {
		char pid[16];

		snprintf(pid, sizeof(pid), "%d ",
			 (int)own_people[people[i]].pid);
		strcat(text, pid);
	}
	assert_string_equal(text, expected);
}

static void people_by_size(void **state)
{
	(void)state;
	add_moment(100, false);
	list_is("", "11 200 10 ");
	list_is("ANN", "200 10 ");
	list_is("fast", "10 ");
	list_is("1", "11 10 ");
	list_is("20", "200 ");
	list_is("nobody", "");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(without_a_moment_there_is_nothing),
		TEST(a_map_that_was_not_read_is_empty),
		TEST(what_is_the_same_is_not_made_again),
		TEST(worlds_only_grow),
		TEST(rows_keep_their_width),
		TEST(windows_of_another_shape),
		TEST(a_box_that_comes_late),
		TEST(closed_maps_leave_the_others),
		TEST(a_moment_seen_is_held),
		TEST(what_is_compared_to),
		TEST(tiles_are_made_once),
		TEST(tiles_have_a_budget),
		TEST(old_tiles_stand_in),
		TEST(a_tile_is_made_meanwhile),
		TEST(a_tile_of_what_is_gone),
		cmocka_unit_test(a_frame_keeps_its_tiles),
		TEST(a_large_layer_is_waited_for_elsewhere),
		TEST(images_wait_for_large_layers),
		TEST(a_thread_ends_with_its_stage),
		TEST(people_by_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
