/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events on a small machine, and what the view is after them: keys, clicks,
 * drags and wheels; going somewhere; time; maps; the list.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "own_machine.h"
#include "scene.h"
#include "stage.h"

static struct history *history;
static struct stage *stage;
static struct view view;

/* Boxes as a scene would place them: side by side. */
static void prepare(void)
{
	int width = view.width / (int)view.pane_count;
	size_t i;

	for (i = 0; i < view.pane_count; i++)
		view.panes[i].box = (struct box){ (int)i * width, 100, width,
						  view.height - 100 };
	assert_int_equal(view_prepare(&view, stage), 0);
}

static void add_moment(uint64_t time_ns, bool grown)
{
	int gone = history_add(history, own_moment(time_ns, grown));

	assert_true(gone >= 0);
	view_moment_added(&view, stage, (size_t)gone);
	prepare();
}

static void begin(size_t most_bytes, struct map_id map)
{
	history = history_new(most_bytes);
	stage = stage_new(history);
	assert_non_null(stage);
	view_init(&view);
	view.width = 1000;
	view.height = 700;
	assert_true(view_add_map(&view, map));
	view.maps_changed = false;
	add_moment(100, false);
}

static int end(void **state)
{
	(void)state;
	stage_free(stage);
	history_free(history);
	stage = NULL;
	history = NULL;
	return 0;
}

static const struct hot *hot_now;

/* Plays a script, and lets what it moves arrive. */
static void play(const char *words)
{
	struct event_script script = { .at = words, .pointer = true };
	struct event event;
	int ret;

	while ((ret = event_script_next(&script, &event)) > 0) {
		view_take(&view, stage, &event, hot_now);
		prepare();
		while (view_animate(&view, 0.016))
			;
	}
	assert_int_equal(ret, 0);
}

static void on_hot(struct hot hot, const char *words)
{
	hot_now = &hot;
	play(words);
	hot_now = NULL;
}

static struct pane *pane(void)
{
	return &view.panes[view.active];
}

static void said(const char *part)
{
	if (!strstr(view.said, part))
		fail_msg("'%s' was said, not '%s'", view.said, part);
}

/* The pixel of a page's middle. */
static void pixel_of(uint64_t page, int *ret_x, int *ret_y)
{
	struct stage_pane of = stage_pane(stage, view.active);
	const struct pane *at = pane();
	uint32_t x, y;

	assert_true(world_place(of.world, page, &x, &y));
	*ret_x = (int)floor(at->box.x + at->box.width / 2.0 +
			    (x + 0.5 - at->camera.x) * at->camera.scale);
	*ret_y = (int)floor(at->box.y + at->box.height / 2.0 +
			    (y + 0.5 - at->camera.y) * at->camera.scale);
}

static uint64_t page_at(int x, int y)
{
	uint64_t page = UINT64_MAX;

	view_page_at(&view, stage, view.active, x, y, &page);
	return page;
}

static void point(const char *word, uint64_t page)
{
	char text[64];
	int x, y;

	pixel_of(page, &x, &y);
	snprintf(text, sizeof(text), "%s:%d,%d", word, x, y);
	play(text);
}

static bool is_whole(double scale)
{
	return scale >= 1 ? scale == floor(scale)
			  : log2(scale) == floor(log2(scale));
}

/* ---- Cameras ----------------------------------------------------------- */

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

/* ---- Time -------------------------------------------------------------- */

static void time_is_stepped_through(void **state)
{
	(void)state;
	begin(100000, map_tool);
	add_moment(200, false);
	add_moment(300, false);
	assert_int_equal(view.moment, 2);
	play(",");
	assert_int_equal(view.moment, 1);
	assert_false(view.follow);
	add_moment(400, false);
	assert_int_equal(view.moment, 1);
	play(", ,");
	assert_int_equal(view.moment, 0);
	said("oldest");
	play(". . .");
	assert_true(view.follow);
	play("<");
	assert_int_equal(view.moment, 0);
	play(">");
	assert_int_equal(view.moment, 3);
	play("Space");
	assert_true(view.paused);
	play("p");
	assert_false(view.paused);
	play("< p");
	assert_int_equal(view.moment, 3);
	assert_true(view.follow);
}

/* Three moments fit: the fourth costs the oldest. */
static void old_moments_go(void **state)
{
	(void)state;
	begin(3500, map_tool);
	add_moment(200, false);
	play("d < d");
	assert_true(view.has_base);
	assert_int_equal(view.base_time_ns, 100);
	play(".");
	assert_int_equal(view.moment, 1);
	play("<");
	play("tick");
	add_moment(300, false);
	assert_int_equal(view.moment, 0);
	view.moment = 1;
	add_moment(400, false);
	assert_int_equal(history_count(history), 3);
	assert_int_equal(view.moment, 0);
	assert_int_equal(history_at(history, view.moment)->time_ns, 200);
	assert_false(view.has_base);
	said("compared to is no longer kept");
	add_moment(500, false);
	assert_int_equal(view.moment, 0);
	said("this is the oldest");
}

static void the_base_is_taken_back(void **state)
{
	(void)state;
	begin(100000, map_tool);
	play("d");
	said("9 colours by them");
	play("9 d");
	assert_false(view.has_base);
	play("d");
	assert_true(view.has_base);
}

static void intervals(void **state)
{
	static const double down[] = { 0.1, 0.1 };
	static const double up[] = { 0.3, 1, 3, 10, 30, 30 };
	size_t i;

	(void)state;
	begin(100000, map_tool);
	assert_true(view.interval_s == 0.3);
	for (i = 0; i < 2; i++) {
		play("i");
		assert_true(view.interval_s == down[i]);
	}
	for (i = 0; i < 6; i++) {
		play("I");
		assert_true(view.interval_s == up[i]);
	}
	view.interval_s = 2;
	play("i");
	assert_true(view.interval_s == 1);
	view.interval_s = 2;
	play("I");
	assert_true(view.interval_s == 3);
	said("every 3 s");
	play("r");
	assert_true(view.read_now);
}

static void the_scrubber_is_dragged(void **state)
{
	struct hot all = { .box = { 100, 0, 400, 20 },
			   .action = ACTION_MOMENT, .argument = -1 };
	struct hot one = { .box = { 100, 0, 10, 20 },
			   .action = ACTION_MOMENT, .argument = 1 };

	(void)state;
	begin(100000, map_tool);
	add_moment(200, false);
	add_moment(300, false);
	add_moment(400, false);
	on_hot(all, "press:210,5");
	assert_int_equal(view.moment, 1);
	play("move:310,300");
	assert_int_equal(view.moment, 2);
	play("move:5,5");
	assert_int_equal(view.moment, 0);
	play("release:5,5 move:310,5");
	assert_int_equal(view.moment, 0);
	on_hot(one, "click:105,5");
	assert_int_equal(view.moment, 1);
	on_hot(one, "wheel-up:105,5");
	assert_int_equal(view.moment, 2);
}

/* ---- Places of the scene ----------------------------------------------- */

static void the_legend_is_clicked(void **state)
{
	struct hot hot = { .box = { 900, 0, 50, 20 }, .action = ACTION_ONLY,
			   .argument = CLASS_FILE };

	(void)state;
	begin(100000, map_tool);
	on_hot(hot, "click:910,5");
	assert_int_equal(pane()->lit, 1u << CLASS_FILE);
	hot.argument = CLASS_ANON;
	on_hot(hot, "C-click:910,5");
	assert_int_equal(pane()->lit, 1u << CLASS_FILE | 1u << CLASS_ANON);
	on_hot(hot, "right:910,5");
	assert_int_equal(pane()->lit, 1u << CLASS_FILE);
	on_hot(hot, "click:910,5 click:910,5");
	assert_int_equal(pane()->lit, 0);
	hot.argument = 63;
	on_hot(hot, "click:910,5");
	assert_int_equal(pane()->lit, 0);
}

static void the_minimap_is_dragged(void **state)
{
	struct hot hot = { .box = { 800, 600, 100, 50 },
			   .action = ACTION_MINIMAP };
	struct stage_pane of;

	(void)state;
	begin(100000, map_ram);
	play("z");
	on_hot(hot, "press:850,625");
	of = stage_pane(stage, 0);
	assert_true(fabs(pane()->camera.x - world_width(of.world) / 2.0) < 1);
	play("move:825,650");
	assert_true(fabs(pane()->camera.x - world_width(of.world) / 4.0) < 1);
	assert_true(fabs(pane()->camera.y - world_height(of.world)) < 1);
	assert_false(view.has_selection);
}

/* ---- Maps and the list ------------------------------------------------- */

static void maps_come_and_go(void **state)
{
	(void)state;
	begin(100000, map_tool);
	play("x");
	said("last map");
	play("2 b");
	assert_int_equal(view.pane_count, 2);
	assert_int_equal(view.active, 1);
	assert_int_equal(view.panes[1].by, COLOUR_SHARERS);
	assert_true(map_id_equal(view.panes[1].map, map_tool));
	play("R");
	assert_true(map_id_equal(view.panes[1].map, map_ram));
	assert_true(view.maps_changed && view.read_now);
	play("b b");
	assert_int_equal(view.pane_count, 4);
	play("b");
	said("room for 4");
	play("Tab");
	assert_int_equal(view.active, 0);
	play("S-Tab x x");
	assert_int_equal(view.pane_count, 2);
	assert_int_equal(view.active, 1);
	play("Tab R");
	assert_int_equal(view.active, 1);
	play("Tab x");
	assert_true(map_id_equal(view.panes[0].map, map_ram));
	assert_true(map_id_equal(stage_pane(stage, 0).picture->id, map_ram));
}

static void a_list_is_gone_through(void **state)
{
	(void)state;
	begin(100000, map_tool);
	play("o");
	assert_true(view.list && view.in_list);
	said("choose");
	play("Down");
	assert_int_equal(view.list_cursor, 1);
	play("Enter");
	assert_true(map_id_equal(pane()->map, map_other));
	play("End");
	assert_int_equal(view.list_cursor, 3);
	play("PgUp PgUp Enter");
	assert_true(map_id_equal(pane()->map, map_ram));
	play("Esc");
	assert_true(view.list && !view.in_list);
	play("P P");
	assert_false(view.list);
}

static void a_search_opens(void **state)
{
	(void)state;
	begin(100000, map_ram);
	play("/ ann");
	assert_string_equal(view.search, "ann");
	assert_int_equal(view.list_cursor, 1);
	play("Down");
	assert_int_equal(view.list_cursor, 2);
	play("Up Enter");
	assert_int_equal(pane()->map.pid, 200);
	play("/ Esc");
	assert_string_equal(view.search, "");
	play("/ nobody Enter");
	said("no process matches 'nobody'");
	play("/ C-u oth Tab b");
	assert_int_equal(view.pane_count, 2);
	assert_true(map_id_equal(pane()->map, map_other));
}

static void rows_of_the_list_stay_seen(void **state)
{
	(void)state;
	begin(100000, map_tool);
	view.list_rows = 2;
	play("P Down Down Down");
	assert_int_equal(view.list_cursor, 3);
	assert_int_equal(view.list_first, 2);
	play("Home");
	assert_int_equal(view.list_first, 0);
	on_hot((struct hot){ .box = { 0, 0, 200, 700 } }, "wheel-down:5,5");
	assert_int_equal(view.list_first, 2);
	assert_int_equal(view.list_cursor, 0);
	on_hot((struct hot){ .box = { 0, 0, 200, 700 } }, "wheel-up:5,5");
	assert_int_equal(view.list_first, 0);
}

/* Rows change places while they are looked at. */
static void who_is_chosen_stays_so(void **state)
{
	struct person people[3];
	struct moment *moment;

	(void)state;
	begin(100000, map_tool);
	play("P Down Down");
	assert_int_equal(view.list_map.pid, 200);
	moment = own_moment(200, false);
	memcpy(people, own_people, sizeof(people));
	people[0].pss.value = 250;
	moment->people = people;
	assert_int_equal(history_add(history, moment), 0);
	view_moment_added(&view, stage, 0);
	assert_int_equal(view.list_cursor, 3);
	moment->person_count = 2;
	add_moment(300, false);
	assert_int_equal(view.list_cursor, 2);
	play(",");
	assert_int_equal(view.list_cursor, 2);
}

/* ---- Keys -------------------------------------------------------------- */

static void the_help_closes(void **state)
{
	(void)state;
	begin(100000, map_tool);
	assert_true(view.hint);
	play("?");
	assert_true(view.help);
	assert_false(view.hint);
	play("q");
	assert_false(view.help);
	assert_false(view.quit);
	play("? 3");
	assert_false(view.help);
	assert_int_equal(pane()->by, COLOUR_FLAGS);
}

static void every_key_is_one_action(void **state)
{
	const struct action_row *row, *other;
	char keys[64], *name, *rest;
	char first[16];

	(void)state;
	for (row = actions_all(); row->action != ACTION_NONE; row++) {
		assert_true(row == actions_all() || row->help || row[-1].help ||
			    row->action == row[-1].action);
		snprintf(keys, sizeof(keys), "%s", row->keys);
		for (name = strtok_r(keys, " ", &rest); name;
		     name = strtok_r(NULL, " ", &rest)) {
			struct event_script script = { .at = name };
			struct event event;

			assert_int_equal(event_script_next(&script, &event),
					 1);
			assert_int_equal(event.kind, EVENT_KEY);
			other = actions_by_key(event.key);
			if (other != row)
				fail_msg("%s is twice in the table", name);
		}
		assert_true(strlen(actions_key_of(row->action, row->argument,
						  first)) > 0);
	}
	assert_null(actions_by_key(EVENT_F1 + 6));
}

/* Every action does something or nothing, also before the first reading. */
static void nothing_is_there_yet(void **state)
{
	enum action action;
	int64_t argument;

	(void)state;
	history = history_new(1000);
	stage = stage_new(history);
	view_init(&view);
	view_add_map(&view, map_tool);
	prepare();
	for (action = ACTION_NONE; action <= ACTION_COUNT; action++)
		for (argument = -2; argument < 70; argument++)
			view_act(&view, stage, action, -1, argument);
	view_act(&view, stage, ACTION_COLOUR, 17, 1);
	play("click:500,400 wheel-up:500,400 drag:1,1-900,600 g x Enter");
	said("nothing to go to yet");
	assert_false(view_page_at(&view, stage, 0, 500, 400,
				  &(uint64_t){ 0 }));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, end)
	const struct CMUnitTest tests[] = {
		TEST(all_of_a_map_is_seen_first),
		TEST(wheels_zoom_about_the_pointer),
		TEST(zooming_glides),
		TEST(pads_settle_on_whole_pixels),
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
		TEST(time_is_stepped_through),
		TEST(old_moments_go),
		TEST(the_base_is_taken_back),
		TEST(intervals),
		TEST(the_scrubber_is_dragged),
		TEST(the_legend_is_clicked),
		TEST(the_minimap_is_dragged),
		TEST(maps_come_and_go),
		TEST(a_list_is_gone_through),
		TEST(a_search_opens),
		TEST(rows_of_the_list_stay_seen),
		TEST(who_is_chosen_stays_so),
		TEST(the_help_closes),
		TEST(every_key_is_one_action),
		TEST(nothing_is_there_yet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
