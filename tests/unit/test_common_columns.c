/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of columns: parsing lists of them, what they need, the quality of
 * a row, and the order of rows, where the unknown comes last.
 */
#include "columns.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common_edge.h"
#include "common_rows.h"

static void the_table_agrees_with_itself(void **state)
{
	const struct column *column, *other;
	size_t count = 0;

	(void)state;
	for (column = columns_all(); column->name; column++, count++) {
		assert_true(*column->heading && *column->key && *column->help);
		assert_ptr_equal(column_find(column->name,
					     strlen(column->name)), column);
		assert_string_equal(column_name_at(count), column->name);
		if (column->kind == COLUMN_SIZE) {
			if (column->value)
				assert_int_equal(column->metric, -1);
			else
				assert_in_range(column->metric, 0,
						PAGEMAP_METRIC_COUNT - 1);
			assert_string_equal(column->key +
					    strlen(column->name), "_bytes");
		} else {
			assert_true(column->text || column->number);
		}
		for (other = columns_all(); other != column; other++) {
			assert_string_not_equal(column->name, other->name);
			assert_string_not_equal(column->heading,
						other->heading);
			assert_string_not_equal(column->key, other->key);
		}
	}
	assert_null(column_name_at(count));
	assert_null(column_name_at(count + 1000));
}

static void names_are_matched_whole(void **state)
{
	(void)state;
	assert_non_null(column_find("pss,uss", 3));
	assert_null(column_find("pss,uss", 2));
	assert_null(column_find("pssx", 4));
	assert_null(column_find("PSS", 3));
	assert_null(column_find("", 0));
}

static void lists_keep_their_order(void **state)
{
	struct column_list list = columns_of("command,pss,pid,pss");

	(void)state;
	assert_int_equal(list.count, 4);
	assert_string_equal(list.items[0]->name, "command");
	assert_string_equal(list.items[1]->name, "pss");
	assert_string_equal(list.items[2]->name, "pid");
	assert_ptr_equal(list.items[3], list.items[1]);
	assert_true(column_is_shown(&list, "pid"));
	assert_false(column_is_shown(&list, "uss"));
	assert_false(column_is_shown(&list, "pi"));
}

static void assert_wrong(const char *text, size_t at, size_t length)
{
	struct column_list list;
	size_t got_length = 0;
	const char *wrong = NULL;

	fill_garbage(&list, sizeof(list));
	assert_int_equal(columns_parse(text, &list, &wrong, &got_length),
			 -EINVAL);
	assert_garbage(&list, sizeof(list));
	assert_ptr_equal(wrong, text + at);
	assert_int_equal(got_length, length);
}

static void wrong_words_are_pointed_at(void **state)
{
	(void)state;
	assert_wrong("", 0, 0);
	assert_wrong("pid,colour,pss", 4, 6);
	assert_wrong("pid,pss,", 8, 0);
	assert_wrong(",pid", 0, 0);
	assert_wrong("pid,,pss", 4, 0);
	assert_wrong("pid;pss", 0, 7);
}

static void too_many_are_refused(void **state)
{
	char text[4 * (COLUMNS_MAX + 1)] = "";
	struct column_list list;
	const char *wrong;
	size_t length;

	(void)state;
	for (int i = 0; i < COLUMNS_MAX; i++)
		memcpy(text + 4 * i, "pid,", 4);
	text[4 * COLUMNS_MAX - 1] = '\0';
	assert_int_equal(columns_parse(text, &list, &wrong, &length), 0);
	assert_int_equal(list.count, COLUMNS_MAX);
	memcpy(text + 4 * COLUMNS_MAX - 1, ",pid", 5 - 1);
	assert_wrong(text, 4 * COLUMNS_MAX, 3);
}

static void columns_say_what_they_need(void **state)
{
	struct column_list list = columns_of("pid,pss,uss,avgpss");

	(void)state;
	assert_int_equal(columns_metrics(&list),
			 PAGEMAP_METRIC_BIT(PAGEMAP_PSS) |
			 PAGEMAP_METRIC_BIT(PAGEMAP_USS));
	assert_int_equal(columns_names(&list), 0);
	assert_int_equal(columns_identity(&list), 0);
	list = columns_of("user,command,vss");
	assert_int_equal(columns_names(&list), NAME_USER | NAME_COMMAND);
	assert_int_equal(columns_metrics(&list),
			 PAGEMAP_METRIC_BIT(PAGEMAP_VSS));
	list = columns_of("exe,unit,start,ppid,session,uid,comm");
	assert_int_equal(columns_identity(&list),
			 PAGEMAP_ID_EXE | PAGEMAP_ID_CGROUP);
	assert_int_equal(columns_names(&list), NAME_START | NAME_PPID |
			 NAME_SESSION | NAME_UID | NAME_COMM);
}

static void help_names_all(void **state)
{
	FILE *stream = stream_open();
	const struct column *column;
	char *text;

	(void)state;
	columns_print_help(stream);
	text = stream_text(stream);
	for (column = columns_all(); column->name; column++) {
		char line[200];

		snprintf(line, sizeof(line), "  %-16s %s\n", column->name,
			 column->help);
		assert_non_null(strstr(text, line));
	}
	free(text);
}

static void quality_is_the_worst_but_what_nobody_knows(void **state)
{
	uint64_t both = PAGEMAP_METRIC_BIT(PAGEMAP_PSS) |
			PAGEMAP_METRIC_BIT(PAGEMAP_USS);
	struct pagemap_usage usage;
	struct row row;

	(void)state;
	usage_clear(&usage);
	row = row_of(&usage, "x");
	assert_int_equal(row_quality(&row, both), PAGEMAP_UNAVAILABLE);
	usage_set(&usage, PAGEMAP_PSS, value_exact(1));
	/* USS was not asked for: no matter of the row. */
	assert_int_equal(row_quality(&row, both), PAGEMAP_EXACT);
	usage_set(&usage, PAGEMAP_USS,
		  value_unknown(PAGEMAP_REASON_NO_FEATURE));
	assert_int_equal(row_quality(&row, both), PAGEMAP_EXACT);
	usage_set(&usage, PAGEMAP_USS, value_bounded(0, 1, 2));
	assert_int_equal(row_quality(&row, both), PAGEMAP_BOUNDED);
	usage_set(&usage, PAGEMAP_PSS, value_estimated(1));
	assert_int_equal(row_quality(&row, both), PAGEMAP_ESTIMATED);
	usage_set(&usage, PAGEMAP_USS, value_unknown(PAGEMAP_REASON_DENIED));
	assert_int_equal(row_quality(&row, both), PAGEMAP_UNAVAILABLE);
	/* Outside the mask nothing counts. */
	assert_int_equal(row_quality(&row, PAGEMAP_METRIC_BIT(PAGEMAP_PSS)),
			 PAGEMAP_ESTIMATED);
}

static void averages_divide_all_of_a_value(void **state)
{
	struct column_list list = columns_of("avgpss,pss");
	struct pagemap_usage usage;
	struct pagemap_value value;
	struct row row;

	(void)state;
	usage_clear(&usage);
	usage_set(&usage, PAGEMAP_PSS, value_bounded(8, 16, 32));
	row = row_of(&usage, "x");
	row.processes = 4;
	value = cell_value(list.items[0], &row);
	assert_int_equal(value.value, 4);
	assert_int_equal(value.low, 2);
	assert_int_equal(value.high, 8);
	assert_int_equal(value.quality, PAGEMAP_BOUNDED);
	assert_int_equal(cell_value(list.items[1], &row).value, 16);
	usage_clear(&usage);
	assert_int_equal(cell_value(list.items[0], &row).quality,
			 PAGEMAP_UNAVAILABLE);
}

static void cells_know_nothing_at_first(void **state)
{
	struct pagemap_usage usage;
	struct row row;
	const struct column *column;
	char scratch[256];
	int64_t number;

	(void)state;
	usage_clear(&usage);
	row = row_init();
	row.usage = &usage;
	for (column = columns_all(); column->name; column++) {
		if (column->kind == COLUMN_SIZE)
			assert_int_equal(cell_value(column, &row).quality,
					 PAGEMAP_UNAVAILABLE);
		if (column->kind == COLUMN_SIZE || !strcmp(column->name,
							   "quality"))
			continue;
		assert_null(cell_text(column, &row, scratch, sizeof(scratch)));
		assert_false(cell_number(column, &row, &number));
	}
}

/* Four rows: 10, unknown, 30, 20 KiB. */
struct four {
	struct pagemap_usage usages[4];
	struct row rows[4];
};

static void four_make(struct four *four)
{
	static const char *const names[] = { "ten", "none", "thirty", NULL };
	static const unsigned int kib[] = { 10, 0, 30, 20 };

	for (int i = 0; i < 4; i++) {
		usage_clear(&four->usages[i]);
		four->rows[i] = row_of(&four->usages[i], names[i]);
		four->rows[i].processes = kib[i];
		if (kib[i])
			usage_set(&four->usages[i], PAGEMAP_PSS,
				  value_exact(kib[i] * 1024));
	}
}

static void assert_order(const char *column, bool reversed, const int *order)
{
	struct column_list list = columns_of(column);
	struct four four;

	four_make(&four);
	rows_sort(four.rows, 4, list.items[0], reversed);
	for (int i = 0; i < 4; i++)
		assert_int_equal(four.rows[i].usage - four.usages, order[i]);
}

static void the_unknown_sorts_last_either_way(void **state)
{
	(void)state;
	assert_order("pss", false, (int[]){ 2, 3, 0, 1 });
	assert_order("pss", true, (int[]){ 0, 3, 2, 1 });
	assert_order("processes", false, (int[]){ 2, 3, 0, 1 });
	assert_order("processes", true, (int[]){ 0, 3, 2, 1 });
	assert_order("name", false, (int[]){ 1, 0, 2, 3 });
	assert_order("name", true, (int[]){ 2, 0, 1, 3 });
	/* Nothing known at all: by PSS. */
	assert_order("uss", false, (int[]){ 2, 3, 0, 1 });
	assert_order("uss", true, (int[]){ 2, 3, 0, 1 });
	assert_order("user", true, (int[]){ 2, 3, 0, 1 });
}

static void zero_sorts_before_the_unknown(void **state)
{
	struct column_list list = columns_of("swap");
	struct four four;

	(void)state;
	four_make(&four);
	usage_set(&four.usages[1], PAGEMAP_SWAP, value_exact(0));
	rows_sort(four.rows, 4, list.items[0], false);
	assert_ptr_equal(four.rows[0].usage, &four.usages[1]);
	rows_sort(four.rows, 4, list.items[0], true);
	assert_ptr_equal(four.rows[0].usage, &four.usages[1]);
}

static void directions(void **state)
{
	(void)state;
	assert_true(column_sorts_down(column_find("pss", 3)));
	assert_true(column_sorts_down(column_find("processes", 9)));
	assert_false(column_sorts_down(column_find("pid", 3)));
	assert_false(column_sorts_down(column_find("command", 7)));
	assert_false(column_sorts_down(column_find("start", 5)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_agrees_with_itself),
		cmocka_unit_test(names_are_matched_whole),
		cmocka_unit_test(lists_keep_their_order),
		cmocka_unit_test(wrong_words_are_pointed_at),
		cmocka_unit_test(too_many_are_refused),
		cmocka_unit_test(columns_say_what_they_need),
		cmocka_unit_test(help_names_all),
		cmocka_unit_test(quality_is_the_worst_but_what_nobody_knows),
		cmocka_unit_test(averages_divide_all_of_a_value),
		cmocka_unit_test(cells_know_nothing_at_first),
		cmocka_unit_test(the_unknown_sorts_last_either_way),
		cmocka_unit_test(zero_sorts_before_the_unknown),
		cmocka_unit_test(directions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
