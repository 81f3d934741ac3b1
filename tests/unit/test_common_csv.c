/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CSV: quoting by RFC 4180, escapes, whole bytes, nothing where nothing is known.
 */
#include <stdlib.h>

#include "common_edge.h"
#include "common_rows.h"
#include "table.h"

static void assert_field(const char *field, const char *expected)
{
	FILE *stream = stream_open();
	char *text;

	csv_field(field, stream);
	text = stream_text(stream);
	assert_string_equal(text, expected);
	free(text);
}

static void fields_are_quoted_where_needed(void **state)
{
	(void)state;
	assert_field("", "");
	assert_field("plain text", "plain text");
	assert_field("a,b", "\"a,b\"");
	assert_field("say \"hi\"", "\"say \"\"hi\"\"\"");
	assert_field("\"", "\"\"\"\"");
	/* What would break a line or a terminal is escaped before. */
	assert_field("two\nlines", "two\\nlines");
	assert_field("cr\r,\x1b", "\"cr\\r,\\x1b\"");
	assert_field("\xff", "\\xff");
	assert_field("caf\xc3\xa9", "caf\xc3\xa9");
	assert_field("semi;colon", "semi;colon");
}

static void assert_csv(const struct table *table, const char *expected)
{
	FILE *stream = stream_open();
	char *text;

	table_csv(table, stream);
	text = stream_text(stream);
	assert_string_equal(text, expected);
	free(text);
}

static void rows_are_whole_bytes(void **state)
{
	struct column_list list = columns_of("pid,user,pss,uss,rss,swap,name");
	struct pagemap_usage usage;
	struct row row, totals;
	struct table table = { .columns = &list, .rows = &row, .count = 1,
			     .units = UNITS_SUFFIX, .header = true,
			     .width = 10 };

	(void)state;
	usage_clear(&usage);
	usage_set(&usage, PAGEMAP_PSS, value_estimated(1365));
	usage_set(&usage, PAGEMAP_USS, value_exact(0));
	usage_set(&usage, PAGEMAP_RSS, value_bounded(1, 4097, 8192));
	row = row_of(&usage, "a, \"b\"");
	assert_csv(&table, "pid,user,pss_bytes,uss_bytes,rss_bytes,swap_bytes,"
			  "name\n,,1365,0,4097,,\"a, \"\"b\"\"\"\n");
	table.header = false;
	totals = row_of(&usage, NULL);
	totals.user = "all";
	table.totals = &totals;
	assert_csv(&table, ",,1365,0,4097,,\"a, \"\"b\"\"\"\n"
			  ",all,1365,0,4097,,\n");
}

static void the_largest_size_is_no_negative_number(void **state)
{
	struct column_list list = columns_of("vss");
	struct pagemap_usage usage;
	struct row row;
	struct table table = { .columns = &list, .rows = &row, .count = 1 };

	(void)state;
	usage_clear(&usage);
	usage_set(&usage, PAGEMAP_VSS, value_exact(UINT64_MAX));
	row = row_of(&usage, NULL);
	assert_csv(&table, "18446744073709551615\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_quoted_where_needed),
		cmocka_unit_test(rows_are_whole_bytes),
		cmocka_unit_test(the_largest_size_is_no_negative_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
