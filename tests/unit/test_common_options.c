/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Options out of a table: letters and long ones, arguments, what is refused,
 * and where the words begin.
 */
#include "options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "common_edge.h"
#include "common_rows.h"
#include "message.h"

enum { ID_LONG = 256, ID_VALUE };

static const struct option_row table[] = {
	{ 'r', "reverse", NULL, "the other way round" },
	{ 's', "sort", "KEY", "sort by KEY" },
	{ ID_LONG, "long-alone", NULL, "has no letter" },
	{ ID_VALUE, "value", "N", "takes one, and has none" },
	{ 0, NULL, NULL, NULL },
};

/* What was taken, as "id=argument;" in order. */
struct taken {
	char text[256];
	int refuse;		/* this id ends with status 1 */
};

static int take(int id, const char *argument, void *context)
{
	struct taken *taken = context;
	size_t at = strlen(taken->text);

	if (id == taken->refuse)
		return EXIT_NOTHING;
	snprintf(taken->text + at, sizeof(taken->text) - at, "%d=%s;", id,
		 argument ? argument : "");
	return 0;
}

#define ARGS(...) (char *[]){ (char[]){ "tool" }, __VA_ARGS__, NULL }

static int parse(char **argv, struct taken *taken)
{
	int argc = 0;

	while (argv[argc])
		argc++;
	/* getopt starts again at 0. */
	optind = 0;
	taken->text[0] = '\0';
	return options_parse(table, argc, argv, take, taken);
}

static void all_forms_are_taken(void **state)
{
	struct taken taken = { .refuse = -1 };

	(void)state;
	assert_int_equal(parse(ARGS("-r", "-s", "pss", "-suss", "-rs", "x"),
			       &taken), 7);
	assert_string_equal(taken.text, "114=;115=pss;115=uss;114=;115=x;");
	assert_int_equal(parse(ARGS("--reverse", "--sort=pss", "--sort", "uss",
				    "--long-alone", "--value=-1"), &taken), 7);
	assert_string_equal(taken.text,
			    "114=;115=pss;115=uss;256=;257=-1;");
	/* As long as it is clear, a beginning is enough. */
	assert_int_equal(parse(ARGS("--rev", "--lo"), &taken), 3);
	assert_string_equal(taken.text, "114=;256=;");
}

static void words_begin_where_options_end(void **state)
{
	struct taken taken = { .refuse = -1 };

	(void)state;
	assert_int_equal(parse(ARGS("12", "13"), &taken), 1);
	assert_string_equal(taken.text, "");
	assert_int_equal(parse(ARGS("-r", "12"), &taken), 2);
	assert_int_equal(parse(ARGS("-r", "--", "-s"), &taken), 3);
	assert_string_equal(taken.text, "114=;");
}

static void what_is_wrong_is_bad_usage(void **state)
{
	struct taken taken = { .refuse = -1 };

	(void)state;
	assert_int_equal(parse(ARGS("-x"), &taken), -EXIT_USAGE);
	assert_int_equal(parse(ARGS("--nothing"), &taken), -EXIT_USAGE);
	assert_int_equal(parse(ARGS("-s"), &taken), -EXIT_USAGE);
	assert_int_equal(parse(ARGS("--value"), &taken), -EXIT_USAGE);
	assert_int_equal(parse(ARGS("--reverse=yes"), &taken), -EXIT_USAGE);
	assert_string_equal(taken.text, "");
	/* What came before it was taken. */
	assert_int_equal(parse(ARGS("-r", "-x"), &taken), -EXIT_USAGE);
	assert_string_equal(taken.text, "114=;");
}

static void the_taker_decides(void **state)
{
	struct taken taken = { .refuse = 's' };

	(void)state;
	assert_int_equal(parse(ARGS("-r", "-s", "x", "-r"), &taken),
			 -EXIT_NOTHING);
	assert_string_equal(taken.text, "114=;");
}

static void help_lists_the_table(void **state)
{
	FILE *stream = stream_open();
	char *text;

	(void)state;
	options_print_help(table, stream);
	text = stream_text(stream);
	assert_non_null(strstr(text, "-r, --reverse "));
	assert_non_null(strstr(text, "-s, --sort KEY "));
	assert_non_null(strstr(text, "    --long-alone "));
	assert_non_null(strstr(text, "    --value N "));
	for (const struct option_row *row = table; row->name; row++)
		assert_non_null(strstr(text, row->help));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_forms_are_taken),
		cmocka_unit_test(words_begin_where_options_end),
		cmocka_unit_test(what_is_wrong_is_bad_usage),
		cmocka_unit_test(the_taker_decides),
		cmocka_unit_test(help_lists_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
