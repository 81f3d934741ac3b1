/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sizes as text: one rule (cut, never rounded up), at every power and at the
 * ends of what 64 bits hold; and the marks of quality.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "units.h"

#define KIB UINT64_C(1024)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)
#define TIB (1024 * GIB)
#define PIB (1024 * TIB)

struct sample {
	uint64_t bytes;
	const char *text;
};

static void check(const struct sample *samples, size_t count, enum units units)
{
	char text[UNITS_SIZE];
	size_t i;

	for (i = 0; i < count; i++) {
		size_t length = units_format(samples[i].bytes, units, text);

		assert_string_equal(text, samples[i].text);
		assert_int_equal(length, strlen(text));
	}
}

#define CHECK(samples, units) \
	check(samples, sizeof(samples) / sizeof((samples)[0]), units)

static void kib_are_cut(void **state)
{
	static const struct sample samples[] = {
		{ 0, "0" }, { 1023, "0" }, { 1024, "1" }, { 2047, "1" },
		{ 4096, "4" }, { 1500 * 4096, "6000" }, { TIB, "1073741824" },
		{ UINT64_MAX, "18014398509481983" },
	};

	(void)state;
	CHECK(samples, UNITS_KIB);
}

static void suffixes_begin_at_their_power(void **state)
{
	static const struct sample samples[] = {
		{ 0, "0B" }, { 1, "1B" }, { 1023, "1023B" },
		{ KIB, "1.0K" }, { MIB - 1, "1023.9K" },
		{ MIB, "1.0M" }, { GIB - 1, "1023.9M" },
		{ GIB, "1.0G" }, { TIB - 1, "1023.9G" },
		{ TIB, "1.0T" }, { PIB - 1, "1023.9T" },
		{ PIB, "1.0P" }, { UINT64_MAX, "16383.9P" },
	};

	(void)state;
	CHECK(samples, UNITS_SUFFIX);
}

static void tenths_are_cut(void **state)
{
	static const struct sample samples[] = {
		{ KIB + 102, "1.0K" },		/* 1.0996 */
		{ KIB + 103, "1.1K" },		/* 1.1006 */
		{ 2 * KIB - 1, "1.9K" },
		{ MIB + MIB / 2, "1.5M" },
		{ 123 * MIB + 430 * KIB, "123.4M" },	/* 123.4199 */
		{ GIB + GIB / 10, "1.0G" },	/* a byte below 1.1 */
		{ GIB + GIB / 10 + KIB * KIB, "1.1G" },
	};

	(void)state;
	CHECK(samples, UNITS_SUFFIX);
}

static struct pagemap_value value_of(uint64_t value, uint64_t low,
				     uint64_t high,
				     enum pagemap_quality quality)
{
	return (struct pagemap_value){
		.value = value, .low = low, .high = high, .quality = quality,
	};
}

static const char *shown(struct pagemap_value value, enum units units)
{
	static char text[UNITS_SIZE];
	size_t length = units_format_value(&value, units, text);

	assert_int_equal(length, strlen(text));
	return text;
}

static void qualities_are_marked(void **state)
{
	(void)state;
	assert_string_equal(shown(value_of(MIB, MIB, MIB, PAGEMAP_EXACT),
				  UNITS_SUFFIX), "1.0M");
	assert_string_equal(shown(value_of(MIB, MIB, MIB, PAGEMAP_ESTIMATED),
				  UNITS_SUFFIX), "~1.0M");
	assert_string_equal(shown(value_of(MIB, MIB, MIB, PAGEMAP_ESTIMATED),
				  UNITS_KIB), "~1024");
}

static void unknown_is_never_a_number(void **state)
{
	struct pagemap_value unknown = value_of(0, 0, 0, PAGEMAP_UNAVAILABLE);

	(void)state;
	assert_string_equal(shown(unknown, UNITS_KIB), "-");
	assert_string_equal(shown(unknown, UNITS_SUFFIX), "-");
}

static void bounds_that_look_alike_need_no_mark(void **state)
{
	struct pagemap_value narrow = value_of(100 * MIB + 10, 100 * MIB,
					       100 * MIB + 20,
					       PAGEMAP_BOUNDED);
	struct pagemap_value wide = value_of(100 * MIB, 90 * MIB, 110 * MIB,
					     PAGEMAP_BOUNDED);

	(void)state;
	assert_string_equal(shown(narrow, UNITS_KIB), "102400");
	assert_string_equal(shown(narrow, UNITS_SUFFIX), "100.0M");
	assert_string_not_equal(shown(wide, UNITS_SUFFIX), "100.0M");
	assert_string_not_equal(shown(wide, UNITS_KIB), "102400");
}

static void the_longest_value_fits(void **state)
{
	enum pagemap_quality quality;
	int units;

	(void)state;
	for (units = UNITS_KIB; units <= UNITS_SUFFIX; units++)
		for (quality = PAGEMAP_EXACT; quality <= PAGEMAP_UNAVAILABLE;
		     quality++)
			assert_true(strlen(shown(value_of(UINT64_MAX - 1, 1,
							  UINT64_MAX, quality),
						 (enum units)units)) <
				    UNITS_SIZE);
}

static void sizes_are_read_as_people_write_them(void **state)
{
	static const struct {
		const char *text;
		uint64_t bytes;
	} good[] = {
		{ "1", 1 }, { "4096", 4096 }, { "1K", 1024 }, { "1k", 1024 },
		{ "512M", UINT64_C(512) << 20 }, { "1.5G", UINT64_C(3) << 29 },
		{ "2GiB", UINT64_C(2) << 30 }, { "3TB", UINT64_C(3) << 40 },
		{ "7P", UINT64_C(7) << 50 }, { "10B", 10 }, { "0.5K", 512 },
	};
	static const char *const bad[] = {
		"", "0", "-1", "+1", " 1", "1 ", "1X", "M", "0x10", "inf",
		"nan", "1e3", "1.2.3", "9000P", "1KK", "1Mib", ".", "0.1",
	};
	uint64_t bytes;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(units_parse(good[i].text, &bytes));
		assert_int_equal(bytes, good[i].bytes);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (units_parse(bad[i], &bytes))
			fail_msg("'%s' is no size", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kib_are_cut),
		cmocka_unit_test(suffixes_begin_at_their_power),
		cmocka_unit_test(tenths_are_cut),
		cmocka_unit_test(qualities_are_marked),
		cmocka_unit_test(unknown_is_never_a_number),
		cmocka_unit_test(bounds_that_look_alike_need_no_mark),
		cmocka_unit_test(the_longest_value_fits),
		cmocka_unit_test(sizes_are_read_as_people_write_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
