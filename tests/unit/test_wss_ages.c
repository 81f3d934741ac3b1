/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ages of pages, against a plain array.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wss_ages.h"

#define PAGES 20000
#define SEEDS 20

static void an_age_rises_until_the_page_is_used(void **unused)
{
	(void)unused;
	assert_int_equal(age_next(AGE_NEVER, false), AGE_NEVER);
	assert_int_equal(age_next(AGE_NEVER, true), 0);
	assert_int_equal(age_next(0, false), 1);
	assert_int_equal(age_next(7, true), 0);
	assert_int_equal(age_next(AGE_OLDEST - 1, false), AGE_OLDEST);
	/* So long ago, but not never. */
	assert_int_equal(age_next(AGE_OLDEST, false), AGE_OLDEST);
}

static uint8_t model[PAGES];

/* Dense stretches and lone pages. */
static void fill(struct wss_ages *ages, unsigned int *seed)
{
	size_t page = 0;

	memset(model, AGE_NEVER, sizeof(model));
	while (page < PAGES) {
		size_t end = page + 1 + (size_t)rand_r(seed) % 200;

		for (; page < end && page < PAGES; page++) {
			model[page] = (uint8_t)(rand_r(seed) % 255);
			assert_int_equal(ages_put(ages, page, model[page]), 0);
		}
		page += (size_t)rand_r(seed) % 700;
	}
}

static void what_was_put_is_there(void **unused)
{
	(void)unused;
	for (unsigned int seed = 1; seed <= SEEDS; seed++) {
		struct ages_cursor rising = { 0 }, anywhere = { 0 };
		struct wss_ages ages = { 0 };
		unsigned int state = seed;

		fill(&ages, &state);
		for (size_t page = 0; page < PAGES; page++)
			assert_int_equal(ages_get(&ages, &rising, page),
					 model[page]);
		for (int i = 0; i < 5000; i++) {
			size_t page = (size_t)rand_r(&state) % PAGES;

			assert_int_equal(ages_get(&ages, &anywhere, page),
					 model[page]);
		}
		ages_free(&ages);
	}
}

static void nothing_is_known_of_what_was_not_put(void **unused)
{
	struct ages_cursor cursor = { 0 };
	struct wss_ages ages = { 0 };

	(void)unused;
	assert_int_equal(ages_get(&ages, &cursor, 0), AGE_NEVER);
	assert_int_equal(ages_get(&ages, &cursor, UINT64_MAX), AGE_NEVER);
	assert_int_equal(ages_put(&ages, 1000, 3), 0);
	assert_int_equal(ages_get(&ages, &cursor, UINT64_MAX), AGE_NEVER);
	assert_int_equal(ages_get(&ages, &cursor, 1000), 3);
	assert_int_equal(ages_get(&ages, &cursor, 999), AGE_NEVER);
	ages_free(&ages);
	ages_free(&ages);
}

/* Sixteen terabytes with a page in each gigabyte. */
static void holes_cost_nothing(void **unused)
{
	const uint64_t step = UINT64_C(1) << 18;
	struct ages_cursor cursor = { 0 };
	struct wss_ages ages = { 0 };

	(void)unused;
	for (uint64_t i = 0; i < 16384; i++)
		assert_int_equal(ages_put(&ages, i * step, i & 1), 0);
	assert_true(ages.count == 16384);
	assert_true(ages.capacity * sizeof(*ages.chunks) < 2500000);
	for (uint64_t i = 0; i < 16384; i++) {
		assert_int_equal(ages_get(&ages, &cursor, i * step), i & 1);
		assert_int_equal(ages_get(&ages, &cursor, i * step + 1),
				 AGE_NEVER);
	}
	ages_free(&ages);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_age_rises_until_the_page_is_used),
		cmocka_unit_test(what_was_put_is_there),
		cmocka_unit_test(nothing_is_known_of_what_was_not_put),
		cmocka_unit_test(holes_cost_nothing),
	};

	return cmocka_run_group_tests_name("wss_ages", tests, NULL, NULL);
}
