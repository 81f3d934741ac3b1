/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rules of the tools' texts that hold for all inputs, tried on many: tenths
 * are cut and not rounded, and no pair of bytes gets a control character
 * through.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common_edge.h"
#include "escape.h"
#include "units.h"

/* What the text says as tenths of a unit, and how large that unit is. */
static uint64_t tenths_of(const char *text, uint64_t *ret_unit)
{
	static const char suffixes[] = "BKMGTP";
	uint64_t whole = 0, tenth = 0;
	char suffix = 0;

	if (strchr(text, '.'))
		assert_int_equal(sscanf(text, "%" SCNu64 ".%" SCNu64 "%c",
					&whole, &tenth, &suffix), 3);
	else
		assert_int_equal(sscanf(text, "%" SCNu64 "%c", &whole,
					&suffix), 2);
	assert_true(tenth < 10);
	*ret_unit = UINT64_C(1) << (10 * (strchr(suffixes, suffix) - suffixes));
	return whole * 10 + tenth;
}

/* The text is the largest number of tenths that is not above the size. */
static void assert_cut(uint64_t bytes)
{
	unsigned __int128 tenths, unit, wanted = (unsigned __int128)bytes * 10;
	char text[UNITS_SIZE / 2];
	uint64_t unit_bytes;

	units_format(bytes, UNITS_SUFFIX, text);
	tenths = tenths_of(text, &unit_bytes);
	unit = unit_bytes;
	assert_true(tenths * unit <= wanted);
	/* Bytes have no tenths. */
	tenths += unit == 1 ? 10 : 1;
	assert_true(tenths * unit > wanted);
}

static void tenths_are_the_largest_not_above(void **state)
{
	uint64_t random = 1;

	(void)state;
	for (unsigned int i = 0; i < 200000; i++) {
		random = random * UINT64_C(6364136223846793005) + 1442695041;
		assert_cut(random >> (random >> 6 & 63));
	}
}

/* Where a rule that looks at the highest bits alone goes wrong. */
static void sizes_at_a_tenth_are_cut_right(void **state)
{
	(void)state;
	for (unsigned int shift = 10; shift < 64; shift++) {
		uint64_t unit = UINT64_C(1) << shift;

		assert_cut(unit);
		assert_cut(unit - 1);
		for (unsigned int tenth = 1; tenth < 10; tenth++) {
			uint64_t part = (uint64_t)((unsigned __int128)unit *
						   tenth / 10);

			assert_cut(unit + part - 1);
			assert_cut(unit + part);
			assert_cut(unit + part + 1);
		}
	}
}

static void no_control_gets_through(void **state)
{
	char text[3] = "", escaped[16];

	(void)state;
	for (unsigned int bytes = 1; bytes < 65536; bytes++) {
		text[0] = (char)(bytes & 0xff);
		text[1] = (char)(bytes >> 8);
		escape_text(text, escaped, sizeof(escaped));
		assert_true(escape_is_utf8(escaped));
		for (const char *at = escaped; *at; at++) {
			assert_true((unsigned char)*at >= 0x20);
			assert_true(*at != 0x7f);
			if ((unsigned char)*at == 0xc2)
				assert_true((unsigned char)at[1] >= 0xa0);
		}
	}
}

/* What follows must not take the place of an escape that does not fit. */
static void a_cut_ends_the_text(void **state)
{
	char escaped[6];

	(void)state;
	assert_int_equal(escape_text("abc\x01" "d", escaped, sizeof(escaped)),
			 3);
	assert_string_equal(escaped, "abc");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tenths_are_the_largest_not_above),
		cmocka_unit_test(sizes_at_a_tenth_are_cut_right),
		cmocka_unit_test(no_control_gets_through),
		cmocka_unit_test(a_cut_ends_the_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
