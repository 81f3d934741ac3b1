// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The example by which PSS was defined: two processes with 1000 private pages
 * each and 1000 pages shared between them have a PSS of 1500 pages and a USS
 * of 1000 pages each, to the page, by both engines.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "common_measure.h"
#include "common_oracle.h"

#include <cmocka.h>

#define THOUSAND 1000ul

struct pair {
	struct victim victims[2];
	struct pagemap_source *source;
	int fd;
};

static void make(struct report *report, void *context)
{
	char *own = map_range(report, THOUSAND * PAGE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1);
	char *shared = map_range(report, THOUSAND * PAGE, MAP_SHARED,
				 *(int *)context);

	if (!own || !shared)
		return;
	touch_write(own, THOUSAND);
	touch_write(shared, THOUSAND);
}

static int setup(void **state)
{
	static struct pair pair;

	pair.fd = new_memfd(THOUSAND);
	pair.source = open_live();
	for (int i = 0; i < 2; i++) {
		victim_start(&pair.victims[i], make, &pair.fd);
		assert_string_equal(pair.victims[i].report.skip, "");
		victim_stop(&pair.victims[i]);
	}
	*state = &pair;
	return 0;
}

static int teardown(void **state)
{
	struct pair *pair = *state;

	for (int i = 0; i < 2; i++)
		victim_end(&pair->victims[i]);
	pagemap_source_close(pair->source);
	return 0;
}

static void expect_thousand(const struct pagemap_snapshot *snapshot,
			    const struct victim *victim, const char *name)
{
	struct pagemap_usage usage;

	usage_of_ranges(snapshot, victim->pid, victim->report.ranges,
			victim->report.count, &usage);
	expect_exact(&usage, PAGEMAP_VSS, 2000 * PAGE, name);
	expect_exact(&usage, PAGEMAP_RSS, 2000 * PAGE, name);
	expect_exact(&usage, PAGEMAP_PSS, 1500 * PAGE, name);
	expect_exact(&usage, PAGEMAP_USS, 1000 * PAGE, name);
}

static void by_engine(struct pair *pair, enum pagemap_engine engine)
{
	pid_t pids[2] = { pair->victims[0].pid, pair->victims[1].pid };
	struct pagemap_snapshot *both = take(pair->source, engine, pids, 2);

	for (int i = 0; i < 2; i++) {
		struct pagemap_snapshot *alone = take(pair->source, engine,
						      &pids[i], 1);

		expect_thousand(both, &pair->victims[i], "asked for both");
		expect_thousand(alone, &pair->victims[i], "asked for one");
		pagemap_snapshot_free(alone);
	}
	pagemap_snapshot_free(both);
}

static void kernel_says_1500_and_1000(void **state)
{
	by_engine(*state, PAGEMAP_ENGINE_KERNEL);
}

static void census_says_1500_and_1000(void **state)
{
	by_engine(*state, PAGEMAP_ENGINE_CENSUS);
}

static void oracle_says_1500_and_1000(void **state)
{
	struct pair *pair = *state;
	struct truth truth;

	for (int i = 0; i < 2; i++) {
		const struct report *report = &pair->victims[i].report;

		oracle_count(pair->victims[i].pid, report->ranges,
			     report->count, &truth);
		assert_int_equal(truth.rss, 2000 * PAGE);
		assert_int_equal(truth.pss_fixed, 1500 * PAGE << 12);
		assert_int_equal(truth.uss, 1000 * PAGE);
	}
}

/* What a process has besides, its libraries, is no part of the difference. */
static void processes_differ_by_their_memory_alone(void **state)
{
	struct pair *pair = *state;
	pid_t pids[2] = { pair->victims[0].pid, pair->victims[1].pid };

	for (int e = 0; e < 2; e++) {
		struct pagemap_snapshot *snapshot =
			take(pair->source, both_engines[e], pids, 2);
		struct pagemap_usage usage;

		for (int i = 0; i < 2; i++) {
			usage_of_pid(snapshot, pids[i], &usage);
			assert_true(usage.value_bytes[PAGEMAP_RSS] >=
				    2000 * PAGE);
			assert_true(usage.value_bytes[PAGEMAP_PSS] >=
				    1500 * PAGE);
			assert_true(usage.value_bytes[PAGEMAP_USS] >=
				    1000 * PAGE);
			assert_true(usage.value_bytes[PAGEMAP_PSS] <
				    usage.value_bytes[PAGEMAP_RSS]);
		}
		pagemap_snapshot_free(snapshot);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(oracle_says_1500_and_1000),
		cmocka_unit_test(kernel_says_1500_and_1000),
		cmocka_unit_test(census_says_1500_and_1000),
		cmocka_unit_test(processes_differ_by_their_memory_alone),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
