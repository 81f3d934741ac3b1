/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The moments kept: a bound of memory that the oldest pay for, and who still
 * looks at one keeps it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "history.h"

#include "data/store.h"

#define MANY 100

static struct moment *make(uint64_t time_ns, size_t bytes)
{
	struct store *store = store_new();
	struct moment *moment;

	assert_non_null(store);
	moment = store_moment(store);
	moment->time_ns = time_ns;
	moment->memory_bytes = bytes;
	return moment;
}

static void oldest_go(void **state)
{
	struct history *history = history_new(1000);
	size_t i;

	(void)state;
	assert_int_equal(history_count(history), 0);
	assert_null(history_at(history, 0));
	for (i = 0; i < 4; i++)
		assert_int_equal(history_add(history, make(i, 250)), 0);
	assert_int_equal(history_memory_bytes(history), 1000);
	assert_int_equal(history_add(history, make(4, 250)), 1);
	assert_int_equal(history_at(history, 0)->time_ns, 1);
	assert_int_equal(history_add(history, make(5, 700)), 3);
	assert_int_equal(history_count(history), 2);
	assert_int_equal(history_at(history, 0)->time_ns, 4);
	assert_int_equal(history_at(history, 1)->time_ns, 5);
	assert_null(history_at(history, 2));
	assert_int_equal(history_memory_bytes(history), 950);
	history_free(history);
}

static void newest_stays(void **state)
{
	struct history *history = history_new(10);

	(void)state;
	assert_int_equal(history_add(history, make(1, 5000)), 0);
	assert_int_equal(history_count(history), 1);
	assert_int_equal(history_add(history, make(2, 5000)), 1);
	assert_int_equal(history_count(history), 1);
	assert_int_equal(history_at(history, 0)->time_ns, 2);
	assert_int_equal(history_memory_bytes(history), 5000);
	history_free(history);
}

/* With the leak sanitizer this also says that nobody keeps it too long. */
static void who_looks_keeps_it(void **state)
{
	struct history *history = history_new(100);
	struct moment *kept = make(1, 80);

	(void)state;
	moment_ref(kept);
	assert_int_equal(history_add(history, kept), 0);
	assert_int_equal(history_add(history, make(2, 80)), 1);
	assert_int_equal(kept->time_ns, 1);
	history_free(history);
	assert_int_equal(kept->time_ns, 1);
	moment_unref(kept);
	moment_unref(NULL);
	assert_null(moment_ref(NULL));
	history_free(NULL);
}

static void many_are_kept(void **state)
{
	struct history *history = history_new(SIZE_MAX);
	size_t i;

	(void)state;
	for (i = 0; i < MANY; i++)
		assert_int_equal(history_add(history, make(i, 10)), 0);
	assert_int_equal(history_count(history), MANY);
	for (i = 0; i < MANY; i++)
		assert_int_equal(history_at(history, i)->time_ns, i);
	history_free(history);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(oldest_go),
		cmocka_unit_test(newest_stays),
		cmocka_unit_test(who_looks_keeps_it),
		cmocka_unit_test(many_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
