// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What --with FILE and --copies LIST say, and what they must not.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "copies.h"

static void lines_are_commands(void **state)
{
	struct companions list;
	const char *wrong = NULL;
	size_t line = 0;

	(void)state;
	assert_int_equal(companions_parse("# a list\n\n 2 a 'b c' {}\n"
					  "10000 d # e\n1 f", &list, &line,
					  &wrong), 0);
	assert_int_equal(list.count, 3);
	assert_int_equal(list.items[0].count, 2);
	assert_int_equal(list.items[0].word_count, 3);
	assert_string_equal(list.items[0].words[0], "a");
	assert_string_equal(list.items[0].words[1], "b c");
	assert_null(list.items[0].words[3]);
	assert_int_equal(list.items[1].count, 10000);
	assert_int_equal(list.items[1].word_count, 1);
	assert_string_equal(list.items[2].words[0], "f");
	companions_free(&list);
}

static void wrong_lines_are_named(void **state)
{
	static const struct {
		const char *text;
		size_t line;
		const char *part;
	} rows[] = {
		{ "a b", 1, "number of copies" },
		{ "1 a\n0 b", 2, "number of copies" },
		{ "10001 a", 1, "number of copies" },
		{ "-1 a", 1, "number of copies" },
		{ "1x a", 1, "number of copies" },
		{ "99999999999999999999 a", 1, "number of copies" },
		{ "\n\n3", 3, "no command" },
		{ "1 a | b", 1, "needs a shell" },
		{ "1 'a", 1, "never closed" },
	};
	struct companions list = { NULL, 77 };
	size_t i, line;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *wrong = "";

		assert_int_equal(companions_parse(rows[i].text, &list, &line,
						  &wrong), -EINVAL);
		assert_int_equal(line, rows[i].line);
		if (!strstr(wrong, rows[i].part))
			fail_msg("%s: %s", rows[i].text, wrong);
	}
	assert_int_equal(list.count, 77);
}

static void no_command_is_no_list(void **state)
{
	struct companions list;
	const char *wrong;
	size_t line;

	(void)state;
	assert_int_equal(companions_parse("", &list, &line, &wrong), -ENODATA);
	assert_int_equal(companions_parse("# x\n \n", &list, &line, &wrong),
			 -ENODATA);
}

static void steps_rise(void **state)
{
	struct copies_plan plan;

	(void)state;
	assert_true(copies_plan_parse(NULL, &plan));
	assert_int_equal(plan.count, 5);
	assert_int_equal(plan.steps[4], 6);
	assert_true(copies_plan_parse("2,1000", &plan));
	assert_int_equal(plan.count, 2);
	assert_int_equal(plan.steps[1], 1000);
	assert_true(copies_plan_parse("1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16",
				      &plan));
}

static void other_steps_are_refused(void **state)
{
	const char *const texts[] = {
		"", "1", "1,", ",1", "1,1", "2,1", "0,1", "1,1001", "1 2",
		"1,2,", "a", "1,-2", "1,,2", "1,99999999999999999999",
		"1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17",
	};
	struct copies_plan plan = { .count = 77 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (copies_plan_parse(texts[i], &plan))
			fail_msg("'%s' was taken", texts[i]);
	assert_int_equal(plan.count, 77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_commands),
		cmocka_unit_test(wrong_lines_are_named),
		cmocka_unit_test(no_command_is_no_list),
		cmocka_unit_test(steps_rise),
		cmocka_unit_test(other_steps_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
