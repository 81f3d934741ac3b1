/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the eye is on a small machine after wheels, drags and keys; the page
 * that is lit, the cursor, and going somewhere.
 */
#include "own_view.h"

/* ---- Cameras ----------------------------------------------------------- */

static bool is_whole(double scale)
{
	return scale >= 1 ? scale == floor(scale)
			  : log2(scale) == floor(log2(scale));
}

static void all_of_a_map_is_seen_first(void **state)
{
	struct stage_pane of;

	(void)state;
	begin(100000, map_ram);
	of = stage_pane(stage, 0);
	assert_true(pane()->fit);
	assert_true(world_width(of.world) * pane()->camera.scale <= 1000);
	assert_true(world_height(of.world) * pane()->camera.scale <= 600);
	assert_true(is_whole(pane()->camera.scale));
	play("resize:500x400");
	assert_true(world_width(of.world) * pane()->camera.scale <= 500);
	assert_true(pane()->camera.x == pane()->target.x);
}

static void wheels_zoom_about_the_pointer(void **state)
{
	uint64_t page;
	int i;

	(void)state;
	begin(100000, map_ram);
	page = page_at(400, 300);
	assert_true(page < RAM_PAGES);
	play("wheel-up:400,300");
	assert_false(pane()->fit);
	for (i = 0; i < 20; i++)
		play("wheel-up:400,300");
	assert_int_equal(page_at(400, 300), page);
	assert_true(pane()->camera.scale == SCALE_MOST);
	for (i = 0; i < 60; i++)
		play("wheel-down:400,300");
	assert_true(pane()->camera.scale < 8 && pane()->camera.scale > 0);
}

/* On the way, too, what is under the pointer is at most a pixel off. */
static void zooming_glides(void **state)
{
	struct event wheel = { .kind = EVENT_MOUSE, .button = EVENT_WHEEL_UP,
			       .x = 123, .y = 456 };
	double place, scale;
	int frames = 0, i;

	(void)state;
	begin(100000, map_ram);
	for (i = 0; i < 4; i++)
		view_take(&view, stage, &wheel, NULL);
	place = pane()->camera.x + (123 - 500) / pane()->camera.scale;
	scale = pane()->camera.scale;
	while (view_animate(&view, 0.016)) {
		double now = pane()->camera.x +
			     (123 - 500) / pane()->camera.scale;

		assert_true(fabs(now - place) * pane()->camera.scale < 1.01);
		assert_true(pane()->camera.scale > scale);
		scale = pane()->camera.scale;
		assert_true(++frames < 200);
	}
	assert_true(frames > 5);
	assert_true(pane()->camera.scale == pane()->target.scale);
	assert_true(pane()->camera.x == pane()->target.x);
}

static void pads_settle_on_whole_pixels(void **state)
{
	struct event pad = { .kind = EVENT_SCROLL, .x = 500, .y = 400,
			     .scroll_y = 0.3 };
	int i;

	(void)state;
	begin(100000, map_ram);
	play("z");
	for (i = 0; i < 7; i++) {
		view_take(&view, stage, &pad, NULL);
		while (view_animate(&view, 0.016))
			;
	}
	assert_true(is_whole(pane()->camera.scale));
	pad.scroll_y = 0;
	pad.scroll_x = 2;
	view_take(&view, stage, &pad, NULL);
	assert_true(pane()->target.x > pane()->camera.x);
}

/* What a pad left to settle is nothing to a map that is seen whole. */
static void a_fitted_map_does_not_settle(void **state)
{
	struct event pad = { .kind = EVENT_SCROLL, .x = 500, .y = 400,
			     .scroll_y = 0.3 };
	struct camera all;

	(void)state;
	begin(100000, map_ram);
	all = pane()->camera;
	view_take(&view, stage, &pad, NULL);
	play("f");
	while (view_animate(&view, 0.016))
		;
	assert_true(pane()->camera.scale == all.scale);
	assert_true(pane()->fit && !pane()->settles);
}

static void a_drag_holds_its_page(void **state)
{
	uint64_t page;

	(void)state;
	begin(100000, map_ram);
	play("z");
	page = page_at(600, 300);
	play("drag:600,300-480,380");
	assert_int_equal(page_at(480, 380), page);
	assert_false(view.dragging);
	assert_false(view.has_selection);
	play("press:480,380 move:500,400");
	assert_true(view.dragging);
	play("release:500,400");
	assert_false(view.dragging);
}

static void a_map_never_gets_lost(void **state)
{
	struct stage_pane of;
	int i;

	(void)state;
	begin(100000, map_ram);
	for (i = 0; i < 20; i++)
		play("drag:10,110-990,690");
	of = stage_pane(stage, 0);
	assert_true(pane()->camera.x >= 0 && pane()->camera.y >= 0);
	for (i = 0; i < 40; i++)
		play("PgDn drag:990,690-10,110");
	assert_true(pane()->camera.x <= world_width(of.world));
	assert_true(pane()->camera.y <= world_height(of.world));
	play("f");
	assert_true(pane()->fit);
	assert_true(pane()->camera.x == world_width(of.world) / 2.0);
}

static void a_page_stays_when_worlds_change(void **state)
{
	uint64_t page;

	(void)state;
	begin(100000, map_tool);
	play("g LIBC Enter Esc Esc");
	assert_int_equal(view_jump(&view, stage, "[heap]"), 0);
	while (view_animate(&view, 0.016))
		;
	page = page_at(500, 400);
	assert_true(page >= HEAP_PAGE && page < HEAP_PAGE + 2);
	add_moment(200, true);
	assert_int_equal(page_at(500, 400), page);
	play("m");
	assert_int_equal(pane()->layout, LAYOUT_BLOCKS);
	assert_int_equal(page_at(500, 400), page);
	play("m");
	assert_int_equal(page_at(500, 400), page);
	play("M M ]");
	assert_int_equal(page_at(500, 400), page);
}

static void rows_are_wider(void **state)
{
	uint32_t pages;

	(void)state;
	begin(100000, map_ram);
	pages = world_row_pages(stage_pane(stage, 0).world);
	play("]");
	assert_int_equal(world_row_pages(stage_pane(stage, 0).world),
			 pages * 2);
	play("[ [");
	assert_int_equal(world_row_pages(stage_pane(stage, 0).world),
			 pages / 2);
	play("m ]");
	said("only rows");
}

/* ---- Pages ------------------------------------------------------------- */

static void a_click_lights_the_frame(void **state)
{
	(void)state;
	begin(100000, map_tool);
	play("z");
	assert_int_equal(view_jump(&view, stage, "libc"), 0);
	play("tick");
	point("click", LIBC_PAGE + 3);
	assert_true(view.has_selection);
	assert_int_equal(view.selected_pfn, LIBC_PFN + 3);
	assert_int_equal(view.selected_page, LIBC_PAGE + 3);
	assert_true(map_id_equal(view.selected_map, map_tool));
	assert_int_equal(pane()->cursor, LIBC_PAGE + 3);
	point("click", LIBC_PAGE + 3);
	assert_false(view.has_selection);
	point("click", LIBC_PAGE + 260);
	assert_true(view.has_selection);
	assert_true(view.selected_pfn == PAGEMAP_PFN_UNKNOWN);
}

static void swap_slots_are_no_frames(void **state)
{
	(void)state;
	begin(100000, map_tool);
	assert_int_equal(view_jump(&view, stage, "0x1300000"), 0);
	play("tick Enter");
	assert_int_equal(view.selected_page, SWAP_PAGE);
	assert_true(view.selected_pfn == PAGEMAP_PFN_UNKNOWN);
}

static void a_right_click_shows_one_class(void **state)
{
	(void)state;
	begin(100000, map_tool);
	assert_int_equal(view_jump(&view, stage, "heap"), 0);
	play("tick");
	point("right", HEAP_PAGE);
	assert_int_equal(pane()->lit, 1u << CLASS_ANON);
	said("only anon");
	point("right", HEAP_PAGE);
	assert_int_equal(pane()->lit, 0);
}

static void the_cursor_moves_near_by(void **state)
{
	uint64_t cursor;

	(void)state;
	begin(100000, map_ram);
	play("Right");
	assert_int_equal(pane()->has_cursor, pane()->target.scale >= 4);
	assert_int_equal(view_jump(&view, stage, "3000"), 0);
	play("tick");
	assert_int_equal(pane()->cursor, 3000);
	play("Right l");
	assert_int_equal(pane()->cursor, 3002);
	play("h");
	assert_int_equal(pane()->cursor, 3001);
	cursor = pane()->cursor;
	play("Down");
	assert_true(pane()->cursor > cursor);
	play("k");
	assert_int_equal(pane()->cursor, cursor);
	play("Enter");
	assert_int_equal(view.selected_pfn, cursor);
	play("End");
	assert_int_equal(pane()->cursor, RAM_PAGES - 1);
	play("Home");
	assert_int_equal(pane()->cursor, 0);
	play("Esc Esc");
	assert_false(view.has_selection);
	assert_false(pane()->has_cursor);
}

static void odd_pages_are_gone_to(void **state)
{
	(void)state;
	begin(100000, map_tool);
	play("n");
	said("choose a class");
	pane()->lit = UINT64_C(1) << CLASS_SWAPPED;
	play("n");
	assert_int_equal(pane()->cursor, SWAP_PAGE);
	play("n");
	said("from the first");
	assert_int_equal(pane()->cursor, SWAP_PAGE);
	pane()->lit = UINT64_C(1) << CLASS_FILE;
	play("n");
	assert_int_equal(pane()->cursor, LIBC_PAGE);
	play("n");
	assert_int_equal(pane()->cursor, TEXT_PAGE);
	pane()->lit = UINT64_C(1) << CLASS_GUARD;
	play("n");
	said("no page");
}

static void classes_by_keys(void **state)
{
	uint64_t first;

	(void)state;
	begin(100000, map_tool);
	play("e");
	first = pane()->lit;
	assert_int_equal(__builtin_popcountll(first), 1);
	play("e");
	assert_int_equal(__builtin_popcountll(pane()->lit), 1);
	assert_true(pane()->lit != first);
	play("E");
	assert_int_equal(pane()->lit, first);
	play("a");
	assert_int_equal(pane()->lit, 0);
	play("g heap Enter y");
	assert_int_equal(pane()->lit, 1u << CLASS_ANON);
	play("g libc Enter Y");
	assert_int_equal(pane()->lit, 1u << CLASS_ANON | 1u << CLASS_FILE);
	play("2");
	assert_int_equal(pane()->by, COLOUR_SHARERS);
	assert_int_equal(pane()->lit, 0);
}

/* ---- Going ------------------------------------------------------------- */

static void jumps_to(const char *text, uint64_t page)
{
	assert_int_equal(view_jump(&view, stage, text), 0);
	assert_true(pane()->has_cursor);
	if (pane()->cursor != page)
		fail_msg("%s went to 0x%llx", text,
			 (unsigned long long)pane()->cursor);
}

static void jumps_in_a_process(void **state)
{
	(void)state;
	begin(100000, map_tool);
	jumps_to("0x1001234", HEAP_PAGE + 1);
	said("in [heap]");
	jumps_to(" 400000 ", TEXT_PAGE);
	jumps_to("/usr/bin/tool", TEXT_PAGE);
	jumps_to("TOOL", TEXT_PAGE);
	jumps_to("heap", HEAP_PAGE);
	jumps_to("libc", LIBC_PAGE);
	said("1 of 2");
	jumps_to("libc", LIBC_PAGE + 256);
	said("2 of 2");
	jumps_to("libc", LIBC_PAGE);
	jumps_to("so.6", LIBC_PAGE + 256);
	jumps_to("pfn:4001", LIBC_PAGE + 1);
	assert_true(pane()->target.scale >= 4);
}

static void jumps_in_ram(void **state)
{
	(void)state;
	begin(100000, map_ram);
	jumps_to("0x10", 16);
	said("PFN 0x10");
	jumps_to("17", 17);
	jumps_to("normal", 0);
	assert_int_equal(view_jump(&view, stage, "99999"), -ENOENT);
	said("no such frame");
	assert_int_equal(pane()->cursor, 0);
}

static void what_is_not_there_is_said(void **state)
{
	(void)state;
	begin(100000, map_tool);
	assert_int_equal(view_jump(&view, stage, "0x5000"), -ENOENT);
	said("0x5000: nothing is mapped there in tool");
	assert_int_equal(view_jump(&view, stage, "libm"), -ENOENT);
	said("nothing in tool is called 'libm'");
	assert_int_equal(view_jump(&view, stage, "pfn:9"), -ENOENT);
	said("frame 9 is not in tool");
	assert_int_equal(view_jump(&view, stage, "pfn:x"), -ENOENT);
	assert_int_equal(view_jump(&view, stage, "0x"), -ENOENT);
	assert_false(pane()->has_cursor);
}

static void going_is_typed(void **state)
{
	(void)state;
	begin(100000, map_tool);
	play("g hexx Backspace");
	assert_int_equal(view.prompt, PROMPT_JUMP);
	assert_string_equal(view.typed, "hex");
	play("C-u 'hea' Enter");
	assert_int_equal(view.prompt, PROMPT_NONE);
	assert_int_equal(pane()->cursor, HEAP_PAGE);
	play("g 'q\xc3\xa4' Backspace");
	assert_string_equal(view.typed, "q");
	play("Esc");
	assert_false(view.quit);
	play("q");
	assert_true(view.quit);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, end)
	const struct CMUnitTest tests[] = {
		TEST(all_of_a_map_is_seen_first),
		TEST(wheels_zoom_about_the_pointer),
		TEST(zooming_glides),
		TEST(pads_settle_on_whole_pixels),
		TEST(a_fitted_map_does_not_settle),
		TEST(a_drag_holds_its_page),
		TEST(a_map_never_gets_lost),
		TEST(a_page_stays_when_worlds_change),
		TEST(rows_are_wider),
		TEST(a_click_lights_the_frame),
		TEST(swap_slots_are_no_frames),
		TEST(a_right_click_shows_one_class),
		TEST(the_cursor_moves_near_by),
		TEST(odd_pages_are_gone_to),
		TEST(classes_by_keys),
		TEST(jumps_in_a_process),
		TEST(jumps_in_ram),
		TEST(what_is_not_there_is_said),
		TEST(going_is_typed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
