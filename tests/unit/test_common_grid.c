// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A grid: what its cells look like as text, as CSV and as JSON.
 */
#include <stdlib.h>
#include <string.h>

#include "common_edge.h"
#include "common_rows.h"
#include "grid.h"

static const struct grid_column columns[] = {
	{ "PID", "pid", GRID_NUMBER },
	{ NULL, "secret", GRID_NUMBER },
	{ "SIZE", "size", GRID_SIZE },
	{ "WHY", NULL, GRID_TEXT },
	{ "NAME", "name", GRID_TEXT },
};

static struct grid *grid_of_two(void)
{
	struct pagemap_value between = value_bounded(1024, 2048, 4096);
	struct grid *grid = grid_new(columns, 5);

	assert_non_null(grid);
	grid_number(grid, 7);
	grid_number(grid, -1);
	grid_size(grid, &between);
	grid_text(grid, "so");
	grid_text(grid, "a \"quoted\", name");
	grid_unknown(grid);
	grid_unknown(grid);
	grid_unknown(grid);
	grid_text(grid, NULL);
	grid_text(grid, "b\n");
	return grid;
}

static void for_people(void **state)
{
	struct grid *grid = grid_of_two();
	FILE *stream = stream_open();
	char *text;

	(void)state;
	assert_int_equal(grid_row_count(grid), 2);
	assert_int_equal(grid_print(grid, UNITS_KIB, true, 0, stream), 0);
	text = stream_text(stream);
	assert_string_equal(text, "PID SIZE WHY NAME\n"
				  "  7 1..4 so  a \"quoted\", name\n"
				  "  -    - -   b\\n\n");
	free(text);
	grid_free(grid);
}

static void as_csv(void **state)
{
	struct grid *grid = grid_of_two();
	FILE *stream = stream_open();
	char *text;

	(void)state;
	assert_int_equal(grid_csv(grid, true, stream), 0);
	text = stream_text(stream);
	assert_string_equal(text, "pid,secret,size_bytes,name\n"
				  "7,-1,2048,\"a \"\"quoted\"\", name\"\n"
				  ",,,b\\n\n");
	free(text);
	grid_free(grid);
}

static void as_json(void **state)
{
	struct grid *grid = grid_of_two();
	struct json *array = json_new_array();
	FILE *stream;
	char *text;

	(void)state;
	if (!json_is_built_in()) {
		print_message("this build has no JSON\n");
		grid_free(grid);
		skip();
	}
	stream = stream_open();
	assert_int_equal(grid_json(grid, array), 0);
	json_print(array, stream);
	text = stream_text(stream);
	assert_string_equal(text,
		"[{\"pid\":7,\"secret\":-1,\"size_bytes\":2048,"
		"\"size_low_bytes\":1024,\"size_high_bytes\":4096,"
		"\"name\":\"a \\\"quoted\\\", name\"},"
		"{\"pid\":null,\"secret\":null,\"size_bytes\":null,"
		"\"name\":\"b\\n\"}]");
	free(text);
	json_free(array);
	grid_free(grid);
}

/* The last column is cut to the terminal; without a heading nothing is said. */
static void cut_and_bare(void **state)
{
	struct grid *grid = grid_of_two();
	FILE *stream = stream_open();
	char *text;

	(void)state;
	assert_int_equal(grid_print(grid, UNITS_KIB, false, 20, stream), 0);
	text = stream_text(stream);
	assert_string_equal(text, "7 1..4 so a \"quoted\"\n"
				  "-    - -  b\\n\n");
	free(text);
	grid_free(grid);
	grid_free(NULL);
}

/* Printed one by one, rows stand below each other. */
static void row_by_row(void **state)
{
	static const size_t widths[] = { 6, 9, 8, 3, 0 };
	struct pagemap_value between = value_bounded(1024, 2048, 4096);
	struct grid *grid = grid_of_two();
	FILE *stream = stream_open();
	char *text;

	(void)state;
	grid_set_least(grid, widths);
	grid_clear(grid);
	assert_int_equal(grid_row_count(grid), 0);
	grid_number(grid, 7);
	grid_number(grid, -1);
	grid_size(grid, &between);
	grid_text(grid, "so");
	grid_text(grid, "long");
	assert_int_equal(grid_print(grid, UNITS_KIB, true, 0, stream), 0);
	text = stream_text(stream);
	assert_string_equal(text, "   PID     SIZE WHY NAME\n"
				  "     7     1..4 so  long\n");
	free(text);
	grid_free(grid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(for_people),
		cmocka_unit_test(as_csv),
		cmocka_unit_test(as_json),
		cmocka_unit_test(cut_and_bare),
		cmocka_unit_test(row_by_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
