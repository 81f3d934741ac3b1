/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines, fields, numbers and escapes: what all parsers stand on.
 */
#include <limits.h>
#include <string.h>

#include "common_edge.h"
#include "parse.h"

#define SPAN(literal) ((struct span){ EDGE(literal) })

static void assert_span(struct span span, const char *want)
{
	assert_int_equal(span.len, strlen(want));
	assert_memory_equal(span.at, want, span.len);
}

static void lines_come_one_by_one(void **state)
{
	const char *copy = edge_copy("one\n\ntwo", 8);
	struct text text = { copy, copy + 8 };
	struct span line;

	(void)state;
	assert_true(text_next_line(&text, &line));
	assert_span(line, "one");
	assert_true(text_next_line(&text, &line));
	assert_span(line, "");
	assert_true(text_next_line(&text, &line));
	assert_span(line, "two");
	fill_garbage(&line, sizeof(line));
	assert_false(text_next_line(&text, &line));
	assert_false(text_next_line(&text, &line));
	assert_garbage(&line, sizeof(line));
}

static void last_newline_begins_no_line(void **state)
{
	const char *copy = edge_copy("a\n", 2);
	struct text text = { copy, copy + 2 };
	struct text none = { copy, copy };
	struct text null = { NULL, NULL };
	struct span line;

	(void)state;
	assert_true(text_next_line(&text, &line));
	assert_span(line, "a");
	assert_false(text_next_line(&text, &line));
	assert_false(text_next_line(&none, &line));
	assert_false(text_next_line(&null, &line));
}

static void whole_texts_end_in_a_newline(void **state)
{
	(void)state;
	assert_true(text_is_whole(EDGE("a\n")));
	assert_false(text_is_whole(EDGE("a\nb")));
	assert_false(text_is_whole(EDGE("")));
	assert_false(text_is_whole(NULL, 0));
}

static void numbers(void **state)
{
	static const struct {
		const char *text;
		unsigned int base;
		uint64_t number;
	} rows[] = {
		{ "0", 10, 0 },
		{ "007", 10, 7 },
		{ "18446744073709551615", 10, UINT64_MAX },
		{ "00000000018446744073709551615", 10, UINT64_MAX },
		{ "ffffffffffffffff", 16, UINT64_MAX },
		{ "DeadBeef", 16, 0xdeadbeef },
		{ "777", 8, 0777 },
		{ "101", 2, 5 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len = strlen(rows[i].text);
		struct span span = { edge_copy(rows[i].text, len), len };
		uint64_t number = 0;

		assert_true(span_to_u64(span, rows[i].base, &number));
		assert_int_equal(number, rows[i].number);
	}
}

static void not_numbers(void **state)
{
	static const struct {
		const char *text;
		unsigned int base;
	} rows[] = {
		{ "", 10 }, { " 1", 10 }, { "1 ", 10 }, { "+1", 10 },
		{ "-1", 10 }, { "0x10", 16 }, { "a", 10 }, { "8", 8 },
		{ "g", 16 }, { "1.0", 10 }, { "/", 10 }, { ":", 10 },
		{ "18446744073709551616", 10 },
		{ "99999999999999999999999999999", 10 },
		{ "10000000000000000", 16 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len = strlen(rows[i].text);
		struct span span = { edge_copy(rows[i].text, len), len };
		uint64_t number;

		fill_garbage(&number, sizeof(number));
		assert_false(span_to_u64(span, rows[i].base, &number));
		assert_garbage(&number, sizeof(number));
	}
}

static void narrow_numbers(void **state)
{
	uint32_t number = 1;
	int integer = 1;

	(void)state;
	assert_true(span_to_u32(SPAN("4294967295"), 10, &number));
	assert_int_equal(number, UINT32_MAX);
	assert_false(span_to_u32(SPAN("4294967296"), 10, &number));
	assert_false(span_to_u32(SPAN(""), 10, &number));
	assert_true(span_to_int(SPAN("-2147483647"), &integer));
	assert_int_equal(integer, -INT_MAX);
	assert_true(span_to_int(SPAN("2147483647"), &integer));
	assert_int_equal(integer, INT_MAX);
	assert_false(span_to_int(SPAN("2147483648"), &integer));
	assert_false(span_to_int(SPAN("-2147483649"), &integer));
	assert_false(span_to_int(SPAN("-"), &integer));
	assert_false(span_to_int(SPAN("--1"), &integer));
	assert_false(span_to_int(SPAN(""), &integer));
	assert_int_equal(integer, INT_MAX);
}

static void sizes_have_a_unit(void **state)
{
	uint64_t bytes = 0;

	(void)state;
	assert_true(span_to_bytes(SPAN("\t   12 kB"), &bytes));
	assert_int_equal(bytes, 12 * 1024);
	assert_true(span_to_bytes(SPAN("18014398509481983 kB"), &bytes));
	assert_int_equal(bytes, UINT64_MAX - 1023);
	fill_garbage(&bytes, sizeof(bytes));
	assert_false(span_to_bytes(SPAN("18014398509481984 kB"), &bytes));
	assert_false(span_to_bytes(SPAN("12"), &bytes));
	assert_false(span_to_bytes(SPAN("12 k"), &bytes));
	assert_false(span_to_bytes(SPAN("12 kB "), &bytes));
	assert_false(span_to_bytes(SPAN("12 MB"), &bytes));
	assert_false(span_to_bytes(SPAN("12  kB"), &bytes));
	assert_false(span_to_bytes(SPAN("kB"), &bytes));
	assert_false(span_to_bytes(SPAN(" -1 kB"), &bytes));
	assert_false(span_to_bytes(SPAN("   "), &bytes));
	assert_false(span_to_bytes(SPAN(""), &bytes));
	assert_garbage(&bytes, sizeof(bytes));
}

static void fields_end_at_a_separator(void **state)
{
	struct span rest = SPAN("a::b"), field;

	(void)state;
	assert_true(span_take(&rest, ':', &field));
	assert_span(field, "a");
	assert_true(span_take(&rest, ':', &field));
	assert_span(field, "");
	assert_false(span_take(&rest, ':', &field));
	assert_span(rest, "b");
}

static void words_stand_between_blanks(void **state)
{
	struct span rest = SPAN(" \ta  bc\t"), word;

	(void)state;
	assert_true(span_take_word(&rest, &word));
	assert_span(word, "a");
	assert_true(span_take_word(&rest, &word));
	assert_span(word, "bc");
	assert_false(span_take_word(&rest, &word));
	assert_true(span_is(SPAN("bc"), "bc"));
	assert_false(span_is(SPAN("bc"), "b"));
	assert_false(span_is(SPAN("b"), "bc"));
	assert_true(span_is(SPAN(""), ""));
}

static void assert_unescaped(struct span path, const char *want, size_t len)
{
	char buffer[64];

	fill_garbage(buffer, sizeof(buffer));
	assert_int_equal(unescape_path(path, buffer), len);
	assert_memory_equal(buffer, want, len);
	assert_int_equal(buffer[len], '\0');
	assert_garbage(buffer + path.len + 1, sizeof(buffer) - path.len - 1);
}

static void newlines_are_unescaped(void **state)
{
	(void)state;
	assert_unescaped(SPAN(""), "", 0);
	assert_unescaped(SPAN("/usr/bin/a"), "/usr/bin/a", 10);
	assert_unescaped(SPAN("\\012"), "\n", 1);
	assert_unescaped(SPAN("/a\\012b\\012\\012"), "/a\nb\n\n", 6);
	assert_unescaped(SPAN("\\\\012"), "\\\n", 2);
}

/* maps does not escape the backslash: these are names as they are. */
static void other_backslashes_stay(void **state)
{
	(void)state;
	assert_unescaped(SPAN("/a\\"), "/a\\", 3);
	assert_unescaped(SPAN("/a\\0"), "/a\\0", 4);
	assert_unescaped(SPAN("/a\\01"), "/a\\01", 5);
	assert_unescaped(SPAN("\\040"), "\\040", 4);
	assert_unescaped(SPAN("\\134"), "\\134", 4);
	assert_unescaped(SPAN("\\000"), "\\000", 4);
	assert_unescaped(SPAN("\\013"), "\\013", 4);
}

static void lists_have_whole_words(void **state)
{
	(void)state;
	assert_true(span_list_has(SPAN("memory"), "memory"));
	assert_true(span_list_has(SPAN("rw,memory"), "memory"));
	assert_true(span_list_has(SPAN("memory,cpu"), "memory"));
	assert_false(span_list_has(SPAN("memory2,xmemory"), "memory"));
	assert_false(span_list_has(SPAN("name=memory"), "memory"));
	assert_false(span_list_has((struct span){ NULL, 0 }, "memory"));
}

static void assert_octal(struct span text, const char *want, size_t size)
{
	char undone[32];

	assert_int_equal(unescape_octal(text, undone, size), strlen(want));
	assert_string_equal(undone, want);
}

static void octal_is_unescaped_as_far_as_it_fits(void **state)
{
	(void)state;
	assert_octal(SPAN("/a\\040b\\012\\134"), "/a b\n\\", 32);
	assert_octal(SPAN("/a\\040b"), "/a b", 5);
	assert_octal(SPAN("/a\\040b"), "/a ", 4);
	assert_octal(SPAN("/a\\040b"), "", 1);
	assert_octal(SPAN("\\04"), "\\04", 32);
	assert_octal(SPAN("\\400"), "\\400", 32);
	assert_octal(SPAN("\\08"), "\\08", 32);
	assert_octal((struct span){ NULL, 0 }, "", 32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_come_one_by_one),
		cmocka_unit_test(last_newline_begins_no_line),
		cmocka_unit_test(whole_texts_end_in_a_newline),
		cmocka_unit_test(numbers),
		cmocka_unit_test(not_numbers),
		cmocka_unit_test(narrow_numbers),
		cmocka_unit_test(sizes_have_a_unit),
		cmocka_unit_test(fields_end_at_a_separator),
		cmocka_unit_test(words_stand_between_blanks),
		cmocka_unit_test(newlines_are_unescaped),
		cmocka_unit_test(other_backslashes_stay),
		cmocka_unit_test(lists_have_whole_words),
		cmocka_unit_test(octal_is_unescaped_as_far_as_it_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
