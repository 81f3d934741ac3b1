/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows as a table: widths, sides, the header, totals, and a last column that
 * is cut to the terminal.
 */
#include <stdlib.h>
#include <string.h>

#include "common_edge.h"
#include "common_rows.h"
#include "table.h"

struct two {
	struct pagemap_usage usages[2];
	struct row rows[2];
	struct column_list columns;
};

static void two_make(struct two *two, const char *columns)
{
	for (int i = 0; i < 2; i++)
		usage_clear(&two->usages[i]);
	two->rows[0] = row_of(&two->usages[0], "a name that is long");
	two->rows[1] = row_of(&two->usages[1], "b\n");
	two->rows[1].user = "root";
	usage_set(&two->usages[0], PAGEMAP_PSS, value_exact(123456 * 1024));
	usage_set(&two->usages[0], PAGEMAP_USS, value_estimated(1024));
	usage_set(&two->usages[1], PAGEMAP_PSS, value_bounded(0, 1024, 4096));
	two->columns = columns_of(columns);
}

static struct table table_of(const struct two *two)
{
	return (struct table){ .columns = &two->columns, .rows = two->rows,
			      .count = 2, .units = UNITS_KIB, .header = true };
}

static void assert_table(const struct table *table, const char *expected)
{
	FILE *stream = stream_open();
	char *text;

	assert_int_equal(table_print(table, stream), 0);
	text = stream_text(stream);
	assert_string_equal(text, expected);
	free(text);
}

static void columns_are_as_wide_as_needed(void **state)
{
	struct two two;
	struct table table;

	(void)state;
	two_make(&two, "user,pss,uss,name");
	table = table_of(&two);
	assert_table(&table, "USER    PSS USS NAME\n"
			    "-    123456  ~1 a name that is long\n"
			    "root   0..4   - b\\n\n");
}

static void no_header_takes_no_room(void **state)
{
	struct two two;
	struct table table;

	(void)state;
	two_make(&two, "uss,name");
	table = table_of(&two);
	table.header = false;
	assert_table(&table, "~1 a name that is long\n - b\\n\n");
}

static void units_have_suffixes(void **state)
{
	struct two two;
	struct table table;

	(void)state;
	two_make(&two, "pss");
	table = table_of(&two);
	table.units = UNITS_SUFFIX;
	assert_table(&table, "     PSS\n  120.5M\n0B..4.0K\n");
}

static void totals_come_last(void **state)
{
	struct pagemap_usage usage;
	struct two two;
	struct table table;
	struct row totals;

	(void)state;
	two_make(&two, "pss,name");
	usage_clear(&usage);
	usage_set(&usage, PAGEMAP_PSS, value_exact(1234567 * 1024));
	totals = row_of(&usage, "2");
	table = table_of(&two);
	table.totals = &totals;
	assert_table(&table, "    PSS NAME\n"
			    " 123456 a name that is long\n"
			    "   0..4 b\\n\n"
			    "1234567 2\n");
}

static void the_last_column_is_cut(void **state)
{
	struct two two;
	struct table table;

	(void)state;
	two_make(&two, "pss,name");
	table = table_of(&two);
	table.width = 20;
	assert_table(&table, "   PSS NAME\n"
			    "123456 a name that i\n"
			    "  0..4 b\\n\n");
	/* Eight columns remain, however narrow the terminal is. */
	table.width = 3;
	assert_table(&table, "   PSS NAME\n"
			    "123456 a name t\n"
			    "  0..4 b\\n\n");
}

static void a_column_in_the_middle_is_not_cut(void **state)
{
	struct two two;
	struct table table;

	(void)state;
	two_make(&two, "name,pss");
	table = table_of(&two);
	table.width = 10;
	assert_table(&table, "NAME                   PSS\n"
			    "a name that is long 123456\n"
			    "b\\n                   0..4\n");
}

static void nothing_gives_a_header(void **state)
{
	struct two two;
	struct table table;

	(void)state;
	two_make(&two, "pid,pss,name");
	table = table_of(&two);
	table.count = 0;
	assert_table(&table, "PID PSS NAME\n");
	table.header = false;
	assert_table(&table, "");
}

/* Longer than a cell may be: cut, and the line still ends. */
static void endless_names_end(void **state)
{
	char *name = malloc(100001);
	struct two two;
	struct table table;
	FILE *stream;
	char *text;

	(void)state;
	assert_non_null(name);
	memset(name, '\x01', 100000);
	name[100000] = '\0';
	two_make(&two, "name");
	two.rows[0].name = name;
	table = table_of(&two);
	table.count = 1;
	stream = stream_open();
	assert_int_equal(table_print(&table, stream), 0);
	text = stream_text(stream);
	assert_in_range(strlen(text), 1000, 20000);
	assert_string_equal(text + strlen(text) - 5, "\\x01\n");
	free(text);
	free(name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_are_as_wide_as_needed),
		cmocka_unit_test(no_header_takes_no_room),
		cmocka_unit_test(units_have_suffixes),
		cmocka_unit_test(totals_come_last),
		cmocka_unit_test(the_last_column_is_cut),
		cmocka_unit_test(a_column_in_the_middle_is_not_cut),
		cmocka_unit_test(nothing_gives_a_header),
		cmocka_unit_test(endless_names_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
