/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events on a small machine, and what the view is after them: time, places of
 * a scene that are clicked, maps, the list, keys.
 */
#include "own_view.h"

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
	play("Tab Tab");
	view_act(&view, stage, ACTION_CLOSE_MAP, 1, 0);
	assert_int_equal(view.active, 1);
	play("Tab x");
	assert_int_equal(view.pane_count, 2);
	assert_int_equal(view.active, 1);
	play("Tab R");
	assert_int_equal(view.active, 1);
	view_act(&view, stage, ACTION_CLOSE_MAP, 0, 0);
	assert_int_equal(view.active, 0);
	assert_true(map_id_equal(pane()->map, map_ram));
	play("b Tab");
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
	assert_int_equal(view.list_cursor, 3);
	play("Home Down");
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
	play("/ nobody");
	add_moment(200, false);
	play("Enter");
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
	play("P Home Down Down Down");
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
	play("P Home Down Down");
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
