// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lines taken apart into words, and put together again.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common_edge.h"
#include "words.h"

/* The words of a line, each in brackets. */
static void words_are(const char *line, const char *expected)
{
	const char *copy = edge_copy(line, strlen(line) + 1);
	char **words, text[256] = "";
	const char *wrong;
	size_t i, count;

	assert_int_equal(words_split(copy, &words, &count, &wrong), 0);
	for (i = 0; i < count; i++) {
		strcat(text, "[");
		strcat(text, words[i]);
		strcat(text, "]");
	}
	assert_null(words[count]);
	assert_string_equal(text, expected);
	free(words);
}

static void wrong_is(const char *line, const char *part)
{
	const char *wrong = NULL;
	char **words = NULL;
	size_t count;

	assert_int_equal(words_split(line, &words, &count, &wrong), -EINVAL);
	assert_null(words);
	if (!strstr(wrong, part))
		fail_msg("%s: %s", line, wrong);
}

static void blanks_part_words(void **state)
{
	(void)state;
	words_are("", "");
	words_are(" \t\n", "");
	words_are("a", "[a]");
	words_are(" a  b\tc\n", "[a][b][c]");
	words_are("a b c d e f g", "[a][b][c][d][e][f][g]");
}

static void quotes_keep_them_together(void **state)
{
	(void)state;
	words_are("sh -c 'a | b; c'", "[sh][-c][a | b; c]");
	words_are("\"a 'b' \\\"c\\\" \\n \\$x\"", "[a 'b' \"c\" \\n $x]");
	words_are("a'b'\"c\"d", "[abcd]");
	words_are("'' \"\"", "[][]");
	words_are("a\\ b \\' \\\\ \\$x", "[a b]['][\\][$x]");
}

static void comments_begin_where_words_would(void **state)
{
	(void)state;
	words_are("# all", "");
	words_are("a # b", "[a]");
	words_are("a#b '#' c", "[a#b][#][c]");
}

static void what_a_shell_would_do_is_refused(void **state)
{
	const char *const lines[] = {
		"a | b", "a > b", "a &", "a; b", "$HOME", "`a`", "(a)",
		"\"$HOME\"", "\"`a`\"", "a<b",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		wrong_is(lines[i], "needs a shell");
	wrong_is("a 'b", "' is never closed");
	wrong_is("a \"b", "\" is never closed");
	wrong_is("a \"b\\", "\" is never closed");
	wrong_is("a \\", "ends with a \\");
}

static void what_is_joined_comes_apart_again(void **state)
{
	char *const words[] = {
		"a", "", "b c", "it's", "$x", "\"", "a\\b", "{}", "x\ny", "#",
	};
	const size_t count = sizeof(words) / sizeof(words[0]);
	char *line = words_join(words, count), **back;
	const char *wrong;
	size_t i, found;

	(void)state;
	assert_string_equal(line, "a '' 'b c' 'it'\\''s' '$x' '\"' 'a\\b' {} "
				  "'x\ny' '#'");
	assert_int_equal(words_split(line, &back, &found, &wrong), 0);
	assert_int_equal(found, count);
	for (i = 0; i < count; i++)
		assert_string_equal(back[i], words[i]);
	free(back);
	free(line);
	line = words_join(words, 0);
	assert_string_equal(line, "");
	free(line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blanks_part_words),
		cmocka_unit_test(quotes_keep_them_together),
		cmocka_unit_test(comments_begin_where_words_would),
		cmocka_unit_test(what_a_shell_would_do_is_refused),
		cmocka_unit_test(what_is_joined_comes_apart_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
