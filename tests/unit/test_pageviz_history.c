/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The moments kept: a bound of memory that the oldest pay for, and who still
 * looks at one keeps it.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "history.h"

#include "data/pack.h"
#include "data/store.h"

#define MANY 100
#define STRETCHES 5000

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

/* A first look gives way to what was read after it; others go on beside it. */
static void first_looks_give_way(void **state)
{
	struct history *history = history_new(1000);
	struct moment *first = make(2, 80);

	(void)state;
	first->quick = true;
	moment_ref(first);
	assert_int_equal(history_add(history, make(1, 80)), 0);
	assert_int_equal(history_add(history, first), 0);
	assert_int_equal(history_count(history), 2);
	assert_int_equal(history_add(history, make(3, 80)), 0);
	assert_int_equal(history_count(history), 2);
	assert_int_equal(history_at(history, 0)->time_ns, 1);
	assert_int_equal(history_at(history, 1)->time_ns, 3);
	assert_int_equal(history_add(history, make(4, 80)), 0);
	assert_int_equal(history_count(history), 3);
	/* Who looks at it has it still. */
	assert_int_equal(first->time_ns, 2);
	moment_unref(first);
	history_free(history);
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

/* ---- Packing ----------------------------------------------------------- */

static uint64_t any(unsigned int *seed)
{
	uint64_t number = (uint64_t)rand_r(seed) << 42 ^
			  (uint64_t)rand_r(seed) << 21 ^
			  (uint64_t)rand_r(seed);

	/* All sizes, and those at the edges. */
	switch (rand_r(seed) % 8) {
	case 0:
		return UINT64_MAX;
	case 1:
		return 0;
	default:
		return number >> rand_r(seed) % 64;
	}
}

/* Like pages are, or not like them at all. */
static void make_stretch(unsigned int *seed, struct stretch *stretch)
{
	stretch->first_page += stretch->page_count;
	stretch->place += stretch->page_count;
	if (rand_r(seed) % 2)
		stretch->first_page += rand_r(seed) % 9000;
	if (rand_r(seed) % 2)
		stretch->place = any(seed);
	if (rand_r(seed) % 2)
		stretch->page_count = (uint32_t)any(seed);
	if (rand_r(seed) % 2)
		stretch->set = (uint32_t)any(seed);
	if (rand_r(seed) % 4 == 0)
		stretch->sharers = (uint32_t)any(seed);
	if (rand_r(seed) % 4 == 0)
		stretch->sharers_high = (uint32_t)any(seed);
	if (rand_r(seed) % 2)
		stretch->flags = (uint16_t)any(seed);
	if (rand_r(seed) % 4 == 0)
		stretch->bits = (uint16_t)any(seed);
	if (rand_r(seed) % 4 == 0)
		stretch->class_of = (uint8_t)any(seed);
	if (rand_r(seed) % 8 == 0)
		stretch->state = (uint8_t)any(seed);
	if (rand_r(seed) % 8 == 0)
		stretch->age = (uint8_t)any(seed);
	if (rand_r(seed) % 8 == 0)
		stretch->swap_type = any(seed) & 0x1f;
	if (rand_r(seed) % 8 == 0)
		stretch->host = any(seed) & 7;
}

static struct stretch *make_stretches(unsigned int seed, size_t count)
{
	struct stretch *stretches = calloc(count, sizeof(*stretches));
	struct stretch stretch = { .page_count = 1 };
	size_t i;

	assert_non_null(stretches);
	for (i = 0; i < count; i++) {
		make_stretch(&seed, &stretch);
		stretches[i] = stretch;
	}
	return stretches;
}

static struct packer pack_all(const struct stretch *stretches, size_t count)
{
	struct packer packer = { 0 };
	size_t i;

	for (i = 0; i < count; i++)
		assert_int_equal(packer_add(&packer, &stretches[i]), 0);
	packer_finish(&packer);
	assert_int_equal(packer.count, count);
	return packer;
}

static void what_is_packed_comes_out_again(void **state)
{
	unsigned int seed;

	(void)state;
	for (seed = 0; seed < 20; seed++) {
		size_t count = STRETCHES >> seed % 13;
		struct stretch *stretches = make_stretches(seed, count);
		struct stretch *again = calloc(count, sizeof(*again));
		struct packer packer = pack_all(stretches, count);
		uint8_t *exact = malloc(packer.size);

		/* The sanitizer sees a read behind its end. */
		assert_non_null(again);
		assert_non_null(exact);
		memcpy(exact, packer.bytes, packer.size);
		stretches_unpack(exact, again, count);
		assert_memory_equal(again, stretches,
				    count * sizeof(*again));
		free(exact);
		packer_free(&packer);
		free(again);
		free(stretches);
	}
}

/* A moment with one picture of that many stretches. */
static struct moment *make_picture(unsigned int seed, size_t count)
{
	struct stretch *stretches = make_stretches(seed, count);
	struct packer packer = pack_all(stretches, count);
	struct store *store = store_new();
	struct picture *picture;
	struct moment *moment;

	assert_non_null(store);
	picture = store_allocate(store, sizeof(*picture));
	assert_non_null(picture);
	free(stretches);
	assert_int_equal(store_set_stretches(store, picture, &packer), 0);
	assert_null(packer.bytes);
	moment = store_moment(store);
	moment->pictures = picture;
	moment->picture_count = 1;
	moment->memory_bytes = store_bytes(store);
	assert_int_equal(store_unpack(store), 0);
	return moment;
}

static void assert_shown(const struct moment *moment, unsigned int seed)
{
	struct stretch *expected = make_stretches(seed, STRETCHES);

	assert_int_equal(moment->pictures[0].stretch_count, STRETCHES);
	assert_memory_equal(moment->pictures[0].stretches, expected,
			    STRETCHES * sizeof(*expected));
	free(expected);
}

static void who_looks_has_it_whole(void **state)
{
	struct history *history = history_new(SIZE_MAX);
	struct moment *seen = make_picture(1, STRETCHES);
	size_t whole = seen->memory_bytes;

	(void)state;
	moment_ref(seen);
	assert_int_equal(history_add(history, seen), 0);
	assert_int_equal(history_add(history, make_picture(2, STRETCHES)), 0);
	assert_int_equal(history_add(history, make_picture(3, STRETCHES)), 0);
	/* One is looked at, one packed, one the newest. */
	assert_shown(history_at(history, 0), 1);
	assert_int_equal(seen->memory_bytes, whole);
	assert_int_equal(history_at(history, 1)->pictures[0].stretch_count, 0);
	assert_true(history_at(history, 1)->memory_bytes <
		    whole - STRETCHES * sizeof(struct stretch) + 4096);
	assert_shown(history_at(history, 2), 3);
	/* One goes, and one comes. */
	moment_unref(seen);
	seen = moment_ref(history_at(history, 1));
	assert_shown(seen, 2);
	assert_int_equal(history_add(history, make_picture(4, STRETCHES)), 0);
	assert_int_equal(history_at(history, 0)->pictures[0].stretch_count, 0);
	assert_shown(seen, 2);
	history_free(history);
	assert_shown(seen, 2);
	moment_unref(seen);
}

static void *unpack(void *moment)
{
	return moment_unpack(moment) ? NULL : moment;
}

/* Who keeps one has it packed, until some thread brings it back. */
static void who_keeps_may_unpack(void **state)
{
	struct history *history = history_new(SIZE_MAX);
	struct moment *kept;
	pthread_t threads[2];
	void *same;
	size_t i;

	(void)state;
	assert_int_equal(history_add(history, make_picture(1, STRETCHES)), 0);
	assert_int_equal(history_add(history, make_picture(2, STRETCHES)), 0);
	kept = moment_keep(history_at(history, 0));
	assert_true(moment_is_packed(kept));
	assert_int_equal(kept->pictures[0].stretch_count, 0);
	for (i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, unpack,
						kept), 0);
	for (i = 0; i < 2; i++) {
		pthread_join(threads[i], &same);
		assert_ptr_equal(same, kept);
	}
	assert_false(moment_is_packed(kept));
	assert_shown(kept, 1);
	/* It stays so while it is kept. */
	assert_int_equal(history_add(history, make_picture(3, STRETCHES)), 0);
	assert_shown(kept, 1);
	moment_unref(kept);
	assert_int_equal(history_add(history, make_picture(4, STRETCHES)), 0);
	assert_true(moment_is_packed(history_at(history, 0)));
	assert_false(moment_is_packed(NULL));
	history_free(history);
}

/* What is looked at now is packed later, and need not push others out. */
static void the_bound_is_of_packed_ones(void **state)
{
	struct moment *first = make_picture(1, STRETCHES);
	size_t whole = first->memory_bytes;
	size_t packed = store_packed_bytes(store_of(first));
	struct history *history = history_new(whole + 2 * packed + 8192);

	(void)state;
	moment_ref(first);
	assert_int_equal(history_add(history, first), 0);
	assert_int_equal(history_add(history, make_picture(2, STRETCHES)), 0);
	assert_int_equal(history_add(history, make_picture(3, STRETCHES)), 0);
	assert_true(history_memory_bytes(history) > 2 * whole);
	assert_int_equal(history_add(history, make_picture(4, STRETCHES)), 1);
	moment_unref(first);
	assert_int_equal(history_count(history), 3);
	history_free(history);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(oldest_go),
		cmocka_unit_test(newest_stays),
		cmocka_unit_test(who_looks_keeps_it),
		cmocka_unit_test(first_looks_give_way),
		cmocka_unit_test(many_are_kept),
		cmocka_unit_test(what_is_packed_comes_out_again),
		cmocka_unit_test(who_looks_has_it_whole),
		cmocka_unit_test(who_keeps_may_unpack),
		cmocka_unit_test(the_bound_is_of_packed_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
