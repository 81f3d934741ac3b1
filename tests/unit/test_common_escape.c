/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text from processes made harmless: nothing that moves a cursor, ends a line
 * or turns its direction gets through, nothing else changes, and a buffer of
 * any size ends with whole characters and whole escapes.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"

struct sample {
	const char *text;
	const char *escaped;
};

static void check(const struct sample *samples, size_t count)
{
	char escaped[256];
	size_t i;

	for (i = 0; i < count; i++) {
		size_t length = escape_text(samples[i].text, escaped,
					    sizeof(escaped));

		assert_string_equal(escaped, samples[i].escaped);
		assert_int_equal(length, strlen(escaped));
	}
}

#define CHECK(samples) \
	check(samples, sizeof(samples) / sizeof((samples)[0]))

static void harmless_text_stays(void **state)
{
	static const struct sample samples[] = {
		{ "", "" }, { "/usr/bin/nginx -g 'daemon off;'",
			      "/usr/bin/nginx -g 'daemon off;'" },
		{ "caf\xc3\xa9", "caf\xc3\xa9" },
		{ "\xc2\xa0", "\xc2\xa0" },		/* just above C1 */
		{ "\xe6\x97\xa5\xe6\x9c\xac", "\xe6\x97\xa5\xe6\x9c\xac" },
		{ "\xf0\x9f\x90\xa7", "\xf0\x9f\x90\xa7" },
		{ "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf" },  /* U+10FFFF */
	};

	(void)state;
	CHECK(samples);
}

static void controls_are_escaped(void **state)
{
	static const struct sample samples[] = {
		{ "a\nb", "a\\nb" }, { "a\tb", "a\\tb" }, { "a\rb", "a\\rb" },
		{ "\033[2J", "\\x1b[2J" }, { "\001", "\\x01" },
		{ "\177", "\\x7f" }, { "a\\nb", "a\\\\nb" },
		/* CSI and NEL of C1, as characters and as bytes. */
		{ "\xc2\x9b" "2J", "\\xc2\\x9b2J" },
		{ "\xc2\x80", "\\xc2\\x80" }, { "\xc2\x9f", "\\xc2\\x9f" },
		{ "\x9b", "\\x9b" },
		/* Right-to-left override and isolate. */
		{ "\xe2\x80\xae", "\\xe2\\x80\\xae" },
		{ "\xe2\x81\xa7", "\\xe2\\x81\\xa7" },
	};

	(void)state;
	CHECK(samples);
}

static void every_control_is_escaped(void **state)
{
	int byte;

	(void)state;
	for (byte = 1; byte < 256; byte++) {
		char text[2] = { (char)byte, '\0' }, escaped[8];
		size_t i, length = escape_text(text, escaped, sizeof(escaped));

		assert_true(length > 0);
		for (i = 0; i < length; i++)
			assert_true(escaped[i] >= ' ' && escaped[i] < 127);
		assert_true((length == 1) ==
			    (byte >= ' ' && byte < 127 && byte != '\\'));
	}
}

static void broken_utf8_is_escaped(void **state)
{
	static const struct sample samples[] = {
		{ "\xc3", "\\xc3" },			/* cut */
		{ "\xe6\x97", "\\xe6\\x97" },
		{ "\xc3(", "\\xc3(" },
		{ "\x80", "\\x80" },			/* goes on from none */
		{ "\xc0\xaf", "\\xc0\\xaf" },		/* overlong '/' */
		{ "\xe0\x80\xaf", "\\xe0\\x80\\xaf" },
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },	/* a surrogate */
		{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" },
		{ "\xff\xfe", "\\xff\\xfe" },
	};
	size_t i;

	(void)state;
	CHECK(samples);
	for (i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		assert_false(escape_is_utf8(samples[i].text));
	assert_true(escape_is_utf8("caf\xc3\xa9 \xf0\x9f\x90\xa7 \n"));
}

/* Each size in a block of its own, so that one byte too many is caught. */
static void any_size_ends_whole(void **state)
{
	static const char text[] = "a\n\033\xc3\xa9\xff\xe6\x97\xa5z";
	static const char whole[] = "a\\n\\x1b\xc3\xa9\\xff\xe6\x97\xa5z";
	/* Lengths at which neither an escape nor a character is cut. */
	static const size_t stops[] = { 0, 1, 3, 7, 9, 13, 16, 17 };
	size_t size, at;

	(void)state;
	for (size = 1; size <= sizeof(whole) + 2; size++) {
		char *escaped = malloc(size);
		size_t length;

		assert_non_null(escaped);
		length = escape_text(text, escaped, size);
		assert_true(length < size);
		assert_int_equal(escaped[length], '\0');
		assert_memory_equal(escaped, whole, length);
		for (at = 7; stops[at] > size - 1;)
			at--;
		assert_int_equal(length, stops[at]);
		free(escaped);
	}
}

static void width_counts_columns(void **state)
{
	(void)state;
	assert_int_equal(escape_width(""), 0);
	assert_int_equal(escape_width("abc"), 3);
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		skip();
	assert_int_equal(escape_width("caf\xc3\xa9"), 4);
	assert_int_equal(escape_width("\xe6\x97\xa5\xe6\x9c\xac"), 4);
	assert_int_equal(escape_width("e\xcc\x81"), 1);	/* combining */
}

static void fit_never_cuts_a_character(void **state)
{
	static const char wide[] = "a\xe6\x97\xa5z";

	(void)state;
	assert_int_equal(escape_fit("abc", 0), 0);
	assert_int_equal(escape_fit("abc", 2), 2);
	assert_int_equal(escape_fit("abc", 3), 3);
	assert_int_equal(escape_fit("abc", 100), 3);
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		skip();
	assert_int_equal(escape_fit(wide, 1), 1);
	assert_int_equal(escape_fit(wide, 2), 1);
	assert_int_equal(escape_fit(wide, 3), 4);
	assert_int_equal(escape_fit(wide, 4), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(harmless_text_stays),
		cmocka_unit_test(controls_are_escaped),
		cmocka_unit_test(every_control_is_escaped),
		cmocka_unit_test(broken_utf8_is_escaped),
		cmocka_unit_test(any_size_ends_whole),
		cmocka_unit_test(width_counts_columns),
		cmocka_unit_test(fit_never_cuts_a_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
