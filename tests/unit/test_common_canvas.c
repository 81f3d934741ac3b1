// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The canvas clips, keeps wide characters whole and prints what was drawn;
 * scripts of events are understood or refused.
 */
#include <errno.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "canvas.h"
#include "event.h"

static void assert_shows(struct canvas *canvas, const char *expected,
			 bool styles)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	(styles ? canvas_print_styles : canvas_print)(canvas, out);
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
	canvas_free(canvas);
}

static void test_clipped(void **state)
{
	struct canvas *canvas = canvas_new(5, 2, true);

	(void)state;
	assert_int_equal(canvas_text(canvas, 3, 0, 9, STYLE_NORMAL, "abc"), 2);
	assert_int_equal(canvas_text(canvas, 5, 0, 9, STYLE_NORMAL, "abc"), 0);
	assert_int_equal(canvas_text(canvas, 0, 2, 9, STYLE_NORMAL, "abc"), 0);
	assert_int_equal(canvas_text(canvas, 0, 1, 2, STYLE_NORMAL, "abc"), 2);
	assert_null(canvas_cell(canvas, 5, 0));
	assert_null(canvas_cell(canvas, 0, 2));
	assert_shows(canvas, "   ab\nab\n", false);
}

static void test_wide(void **state)
{
	struct canvas *canvas = canvas_new(5, 3, true);

	(void)state;
	assert_int_equal(canvas_text(canvas, 0, 0, 5, STYLE_NORMAL, "日本語"), 4);
	assert_int_equal(canvas_text(canvas, 0, 1, 5, STYLE_NORMAL, "日本"), 4);
	canvas_text(canvas, 1, 1, 2, STYLE_NORMAL, "xy");
	assert_int_equal(canvas_text(canvas, 0, 2, 5, STYLE_NORMAL, "e\u0301a"),
			 2);
	assert_shows(canvas, "日本\n xy\ne\u0301a\n", false);
}

static void test_plain(void **state)
{
	struct canvas *canvas = canvas_new(6, 3, false);

	(void)state;
	canvas_box(canvas, 0, 0, 6, 3, "long");
	assert_int_equal(canvas_text(canvas, 1, 1, 4, STYLE_NORMAL, "ü日"), 3);
	assert_shows(canvas, "+----+\n|??? |\n+----+\n", false);
}

static void test_styles(void **state)
{
	struct canvas *canvas = canvas_new(6, 3, true);

	(void)state;
	canvas_text(canvas, 0, 0, 6, STYLE_NORMAL, "ab");
	canvas_text(canvas, 1, 1, 6, STYLE_MAP_9, "cd");
	canvas_fill(canvas, 0, 2, 9, STYLE_BAR_5, " ");
	canvas_restyle(canvas, 1, 2, 2, STYLE_DIM);
	assert_shows(canvas, "ab\n cd\n.yy\n\n5dd555\n", true);
}

/* Each event as a text, so that a whole script is compared at once. */
static void describe(const struct event *event, char *text, size_t size)
{
	char name[8];

	if (event->kind == EVENT_KEY)
		snprintf(text, size, "%s ", event_key_name(event->key, name));
	else
		snprintf(text, size, "%d:%d:%d,%d:%dx%d ", (int)event->kind,
			 (int)event->button, event->x, event->y, event->width,
			 event->height);
}

static void assert_script(const char *text, const char *expected, int end)
{
	struct event_script script = { .at = text };
	char all[512] = "", one[64];
	struct event event;
	int ret;

	while ((ret = event_script_next(&script, &event)) > 0) {
		describe(&event, one, sizeof(one));
		assert_true(strlen(all) + strlen(one) < sizeof(all));
		strcat(all, one);
	}
	assert_string_equal(all, expected);
	assert_int_equal(ret, end);
}

static void test_scripts(void **state)
{
	(void)state;
	assert_script("", "", 0);
	assert_script("  j Down F1 F12 C-l", "j Down F1 F12 C-l ", 0);
	assert_script("/aF1 F13", "/ a F 1 F 1 3 ", 0);
	assert_script("'F1 x' Enter", "F 1 Space x Enter ", 0);
	assert_script("'unfinished", "u n f i n i s h e d ", 0);
	assert_script("'' q", "q ", 0);
	assert_script("ü日", "ü 日 ", 0);
	assert_script("click:3,4 wheel-up:0,1", "2:1:3,4:0x0 2:4:0,1:0x0 ", 0);
	assert_script("resize:20x6 tick", "6:0:0,0:20x6 7:0:0,0:0x0 ", 0);
	assert_script("a click:3", "a ", -EINVAL);
	assert_script("resize:20", "", -EINVAL);
	assert_script("resize:0x6", "", -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clipped),
		cmocka_unit_test(test_wide),
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_styles),
		cmocka_unit_test(test_scripts),
	};

	/* Widths of characters are the locale's. */
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
