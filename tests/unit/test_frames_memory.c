/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the table of frames costs, as README.md says: by the number of frames
 * that are counted one by one, and by whole blocks of 512.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "frames.h"

#define MIB (UINT64_C(1) << 20)
#define FRAMES_OF_1_TIB (UINT64_C(1) << 28)
#define FRAMES_OF_1_GIB (UINT64_C(1) << 18)

/* Frames in a row, in runs of so many, mapped by two mms. */
static size_t cost_of(uint64_t count, uint64_t run)
{
	struct frames *frames = frames_new();
	struct array again = { 0 };
	uint64_t first;
	size_t bytes;
	int mm;

	assert_non_null(frames);
	for (mm = 0; mm < 2; mm++) {
		frames_begin_mm(frames);
		for (first = 0; first < count; first += run)
			assert_int_equal(frames_count(frames, first, run,
						      &again), 0);
	}
	assert_int_equal(frames_settle(frames), 0);
	assert_int_equal(again.count, 0);
	bytes = frames_memory_bytes(frames);
	frames_free(frames);
	return bytes;
}

static void test_whole_blocks_cost_28_mib_a_tib(void **state)
{
	size_t bytes = cost_of(FRAMES_OF_1_TIB, 512);

	(void)state;
	assert_in_range(bytes, 28 * MIB, 28 * MIB + 4096);
}

static void test_one_block_more_doubles_the_indexes(void **state)
{
	size_t bytes = cost_of(FRAMES_OF_1_TIB + 512, 512);

	(void)state;
	assert_in_range(bytes, 56 * MIB, 56 * MIB + 4096);
}

static void test_single_frames_cost_1116_mib_a_tib(void **state)
{
	size_t bytes = cost_of(8 * FRAMES_OF_1_GIB, 1);

	(void)state;
	assert_in_range(bytes * 128 / MIB, 1116, 1117);
}

static void test_a_lonely_frame_costs_a_chunk(void **state)
{
	const uint64_t count = 64 * 1024;
	struct frames *frames = frames_new();
	struct array again = { 0 };
	uint64_t i;
	size_t bytes;

	(void)state;
	assert_non_null(frames);
	frames_begin_mm(frames);
	for (i = 0; i < count; i++)
		assert_int_equal(frames_count(frames, i * 64, 1, &again), 0);
	bytes = frames_memory_bytes(frames);
	/* Eight chunks share a block of 48 bytes and 8 of the hash. */
	assert_in_range(bytes, count * 272, count * 280 + 8192);
	frames_free(frames);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_blocks_cost_28_mib_a_tib),
		cmocka_unit_test(test_one_block_more_doubles_the_indexes),
		cmocka_unit_test(test_single_frames_cost_1116_mib_a_tib),
		cmocka_unit_test(test_a_lonely_frame_costs_a_chunk),
	};

	return cmocka_run_group_tests_name("frames_memory", tests, NULL, NULL);
}
