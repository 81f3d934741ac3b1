// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The cheapest sets of processes, against all sets that there are, on machines
 * made up at random.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common_machine.h"

#define SUBSETS (1u << MACHINE_PROCESSES)
#define KINDS (1u << PAGEMAP_FRAME_ANON | 1u << PAGEMAP_FRAME_KSM)
#define PAGE UINT64_C(4096)

static struct machine machine;
static struct pagemap_source *source;
static struct pagemap_snapshot *snapshot;
static struct pagemap_sharing *sharing;
static uint64_t also_bytes[MACHINE_PROCESSES];
static uint64_t freed_by[SUBSETS];

static void begin(unsigned int seed, bool hides_pids)
{
	struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts), .frames = PAGEMAP_FRAMES_KINDS,
	};
	int i;

	memset(&machine, 0, sizeof(machine));
	machine.same_mm[0] = machine.same_mm[1] = -1;
	machine.hides_pids = hides_pids;
	for (i = 0; hides_pids && i < MACHINE_FRAMES; i += 2)
		machine.hidden_counts[i] = 1;
	machine_make(&machine, seed);
	source = machine_source(&machine);
	assert_int_equal(pagemap_snapshot_take(source, &opts, &snapshot), 0);
	assert_int_equal(pagemap_sharing_find(snapshot, &sharing), 0);
	for (i = 0; i < MACHINE_PROCESSES; i++)
		also_bytes[i] = PAGE * (uint64_t)(i + seed % 7);
}

static void end(void)
{
	pagemap_sharing_free(sharing);
	pagemap_snapshot_free(snapshot);
	pagemap_source_close(source);
}

/* What the end of each subset gives, frame by frame. */
static void free_slowly(uint32_t allowed)
{
	static uint32_t mappers[MACHINE_FRAMES];
	uint32_t subset;
	int process, frame;

	memset(freed_by, 0, sizeof(freed_by));
	machine_users(&machine, NULL, mappers, NULL);
	for (subset = 1; subset < SUBSETS; subset++) {
		if (subset & ~allowed)
			continue;
		for (frame = 0; frame < MACHINE_FRAMES; frame++)
			if (mappers[frame] && !(mappers[frame] & ~subset) &&
			    KINDS >> machine_kind((uint64_t)frame) & 1)
				freed_by[subset] += PAGE;
		for (process = 0; process < MACHINE_PROCESSES; process++)
			if (subset >> process & 1)
				freed_by[subset] += also_bytes[process];
	}
}

/* The fewest processes that are enough, and the least that so many give. */
static bool find_slowly(uint64_t wanted, int *ret_count, uint64_t *ret_freed)
{
	uint32_t subset;
	bool found = false;

	for (subset = 1; subset < SUBSETS; subset++) {
		int count = __builtin_popcount(subset);

		if (freed_by[subset] < wanted ||
		    (found && (count > *ret_count ||
			       (count == *ret_count &&
				freed_by[subset] >= *ret_freed))))
			continue;
		*ret_count = count;
		*ret_freed = freed_by[subset];
		found = true;
	}
	return found;
}

static uint32_t subset_of(const struct pagemap_cheapest *cheapest, size_t index)
{
	size_t i, count;
	const uint32_t *members = pagemap_cheapest_at(cheapest, index, &count);
	uint32_t subset = 0;

	assert_non_null(members);
	for (i = 0; i < count; i++) {
		assert_true(!i || members[i - 1] < members[i]);
		subset |= 1u << members[i];
	}
	return subset;
}

static void check(uint64_t wanted, uint32_t allowed)
{
	bool may[MACHINE_PROCESSES];
	struct pagemap_cheapest_opts opts = {
		.size = sizeof(opts), .wanted_bytes = wanted, .wanted_sets = 4,
		.kinds = KINDS, .allowed = may, .also_bytes = also_bytes,
	};
	struct pagemap_cheapest *cheapest;
	uint64_t least;
	size_t i, none;
	int fewest;

	for (i = 0; i < MACHINE_PROCESSES; i++)
		may[i] = allowed >> i & 1;
	assert_int_equal(pagemap_cheapest_find(sharing, &opts, &cheapest), 0);
	assert_int_equal(pagemap_cheapest_all_bytes(cheapest),
			 freed_by[allowed]);
	if (!find_slowly(wanted, &fewest, &least)) {
		assert_int_equal(pagemap_cheapest_count(cheapest), 0);
		pagemap_cheapest_free(cheapest);
		return;
	}
	assert_true(pagemap_cheapest_is_smallest(cheapest));
	assert_true(pagemap_cheapest_count(cheapest) > 0);
	for (i = 0; i < pagemap_cheapest_count(cheapest); i++) {
		uint32_t subset = subset_of(cheapest, i);

		assert_false(subset & ~allowed);
		assert_true(freed_by[subset] >= wanted);
		if (i)
			continue;
		assert_int_equal(__builtin_popcount(subset), fewest);
		assert_int_equal(freed_by[subset], least);
	}
	assert_null(pagemap_cheapest_at(cheapest, i, &none));
	pagemap_cheapest_free(cheapest);
}

static void test_against_all_subsets(void **state)
{
	static const uint32_t allowed[] = { SUBSETS - 1, 0xf5b, 0x03c, 0x001 };
	unsigned int seed;
	size_t i;
	int part;

	(void)state;
	for (seed = 1; seed <= 4; seed++) {
		begin(seed, false);
		for (i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
			free_slowly(allowed[i]);
			for (part = 1; part <= 20; part++)
				check(freed_by[allowed[i]] * (uint64_t)part /
				      18 + 1, allowed[i]);
			check(freed_by[allowed[i]], allowed[i]);
		}
		end();
	}
}

/* What somebody unseen may hold too is not promised. */
static void test_unseen_is_not_counted_on(void **state)
{
	static const bool may[MACHINE_PROCESSES] = {
		true, true, true, true, true, true,
		true, true, true, true, true, true,
	};
	struct pagemap_cheapest_opts opts = {
		.size = sizeof(opts), .wanted_bytes = 1, .wanted_sets = 1,
		.kinds = KINDS, .allowed = may,
	};
	struct pagemap_cheapest *cheapest;
	uint64_t seen = 0, unseen = 0;
	uint32_t frame;

	(void)state;
	begin(9, true);
	for (frame = 0; frame < MACHINE_FRAMES; frame++) {
		bool mapped = machine.map_counts[frame] >
			      machine.hidden_counts[frame];

		if (!mapped || !(KINDS >> machine_kind(frame) & 1))
			continue;
		if (machine.hidden_counts[frame])
			unseen++;
		else
			seen++;
	}
	assert_int_equal(pagemap_cheapest_find(sharing, &opts, &cheapest), 0);
	assert_true(unseen > 0);
	assert_int_equal(pagemap_cheapest_all_bytes(cheapest), seen * PAGE);
	pagemap_cheapest_free(cheapest);
	end();
}

static void test_bad_options(void **state)
{
	static const bool may[MACHINE_PROCESSES] = { true };
	struct pagemap_cheapest_opts opts = {
		.size = sizeof(opts), .wanted_bytes = 1, .wanted_sets = 1,
		.kinds = KINDS, .allowed = may,
	};
	struct pagemap_cheapest *cheapest;
	struct pagemap_cheapest_opts bad;

	(void)state;
	begin(11, false);
	bad = opts;
	bad.size = 4;
	assert_int_equal(pagemap_cheapest_find(sharing, &bad, &cheapest),
			 -EINVAL);
	bad = opts;
	bad.wanted_bytes = 0;
	assert_int_equal(pagemap_cheapest_find(sharing, &bad, &cheapest),
			 -EINVAL);
	bad = opts;
	bad.wanted_sets = 0;
	assert_int_equal(pagemap_cheapest_find(sharing, &bad, &cheapest),
			 -EINVAL);
	bad = opts;
	bad.allowed = NULL;
	assert_int_equal(pagemap_cheapest_find(sharing, &bad, &cheapest),
			 -EINVAL);
	pagemap_cheapest_free(NULL);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_all_subsets),
		cmocka_unit_test(test_unseen_is_not_counted_on),
		cmocka_unit_test(test_bad_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
