// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two hundred stopped processes of different sizes.  The kernel engine gives
 * smaps_rollup's own figures to the kB in all of them; the census the same,
 * but for the definitions that differ, which have a test each elsewhere
 * (pages mapped twice; here none are), and for what unseen processes may map.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common_measure.h"

#include <cmocka.h>

#define COUNT 200
#define SHARED_PAGES 256ul

struct crowd {
	struct victim victims[COUNT];
	pid_t pids[COUNT];
	struct pagemap_source *source;
	int memfd;
	int file;
};

/* Sizes in bytes as smaps_rollup says them. */
struct rollup {
	uint64_t rss;
	uint64_t pss;
	uint64_t uss;
	uint64_t swap;
	uint64_t anonymous;
};

static struct crowd crowd;

/* Different amounts of private, shared and file memory. */
static void make(struct report *report, void *context)
{
	size_t index = (size_t)context;
	size_t own = 1 + index * 7 % 300;
	char *area = map_range(report, own * PAGE, MAP_PRIVATE | MAP_ANONYMOUS,
			       -1);
	char *shared = map_range(report, SHARED_PAGES * PAGE, MAP_SHARED,
				 crowd.memfd);
	char *file = map_range(report, SHARED_PAGES * PAGE, MAP_PRIVATE,
			       crowd.file);

	if (!area || !shared || !file)
		return;
	touch_write(area, own);
	touch_read(shared, 1 + index * 13 % SHARED_PAGES);
	touch_read(file, 1 + index * 5 % SHARED_PAGES);
	touch_write(file, index % 3);
	own_all_pages(report);
}

static int setup(void **state)
{
	crowd.memfd = new_memfd(SHARED_PAGES);
	crowd.file = new_file(SHARED_PAGES);
	crowd.source = open_live();
	for (size_t i = 0; i < COUNT; i++) {
		victim_start(&crowd.victims[i], make, (void *)i);
		assert_string_equal(crowd.victims[i].report.skip, "");
		crowd.pids[i] = crowd.victims[i].pid;
	}
	for (size_t i = 0; i < COUNT; i++)
		victim_stop(&crowd.victims[i]);
	*state = &crowd;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	victim_end_all();
	pagemap_source_close(crowd.source);
	return 0;
}

static void read_rollup(pid_t pid, struct rollup *rollup)
{
	char path[64], line[256];
	unsigned long kib;
	FILE *file;

	memset(rollup, 0, sizeof(*rollup));
	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", pid);
	file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "Rss: %lu", &kib) == 1)
			rollup->rss = kib * KIB;
		else if (sscanf(line, "Pss: %lu", &kib) == 1)
			rollup->pss = kib * KIB;
		else if (sscanf(line, "Private_Clean: %lu", &kib) == 1 ||
			 sscanf(line, "Private_Dirty: %lu", &kib) == 1)
			rollup->uss += kib * KIB;
		else if (sscanf(line, "Swap: %lu", &kib) == 1)
			rollup->swap = kib * KIB;
		else if (sscanf(line, "Anonymous: %lu", &kib) == 1)
			rollup->anonymous = kib * KIB;
	}
	fclose(file);
	assert_true(rollup->rss > 0);
}

static struct pagemap_snapshot *take_crowd(enum pagemap_engine engine)
{
	return take_detail(crowd.source, engine, PAGEMAP_DETAIL_PROCESSES,
			   crowd.pids, COUNT);
}

static void kernel_engine_is_smaps_rollup(void **state)
{
	struct pagemap_snapshot *snapshot = take_crowd(PAGEMAP_ENGINE_KERNEL);

	(void)state;
	assert_int_equal(pagemap_snapshot_process_count(snapshot), COUNT);
	for (size_t i = 0; i < COUNT; i++) {
		struct pagemap_usage usage;
		struct rollup rollup;

		read_rollup(crowd.pids[i], &rollup);
		usage_of_pid(snapshot, crowd.pids[i], &usage);
		expect_exact(&usage, PAGEMAP_RSS, rollup.rss, "rollup");
		expect_exact(&usage, PAGEMAP_PSS, rollup.pss, "rollup");
		expect_exact(&usage, PAGEMAP_USS, rollup.uss, "rollup");
		expect_exact(&usage, PAGEMAP_SWAP, rollup.swap, "rollup");
		expect_exact(&usage, PAGEMAP_ANON, rollup.anonymous, "rollup");
	}
	pagemap_snapshot_free(snapshot);
}

/* What a process that starts or ends adds to or takes from the vdso's share. */
#define VDSO_SLACK 64

/*
 * Low and high must hold the kernel's figure; without unseen sharers, the
 * three are one, and only the cut to whole kB is left.
 */
static void expect_around(const struct pagemap_usage *usage,
			  enum pagemap_metric metric, uint64_t kernel,
			  pid_t pid)
{
	struct pagemap_value value = pagemap_usage_value(usage, metric);

	if (value.quality <= PAGEMAP_BOUNDED && 
	    value.low < kernel + KIB + VDSO_SLACK &&
	    value.high + VDSO_SLACK >= kernel && value.high - value.low < 2 * PAGE)
		return;
	fail_msg("process %d: %s is %lu (%lu to %lu, %s), by the kernel %lu",
		 pid, pagemap_metric_name(metric), value.value, value.low,
		 value.high, pagemap_quality_name(value.quality), kernel);
}

static void census_is_smaps_rollup(void **state)
{
	struct pagemap_snapshot *snapshot = take_crowd(PAGEMAP_ENGINE_CENSUS);

	(void)state;
	assert_int_equal(pagemap_snapshot_process_count(snapshot), COUNT);
	for (size_t i = 0; i < COUNT; i++) {
		struct pagemap_usage usage;
		struct rollup rollup;

		read_rollup(crowd.pids[i], &rollup);
		usage_of_pid(snapshot, crowd.pids[i], &usage);
		expect_exact(&usage, PAGEMAP_RSS, rollup.rss, "rollup");
		expect_exact(&usage, PAGEMAP_ANON, rollup.anonymous, "rollup");
		expect_around(&usage, PAGEMAP_PSS, rollup.pss, crowd.pids[i]);
		expect_around(&usage, PAGEMAP_USS, rollup.uss, crowd.pids[i]);
	}
	pagemap_snapshot_free(snapshot);
}

/* What the test made no unseen process can map. */
static void own_ranges_are_exact_in_the_census(void **state)
{
	struct pagemap_snapshot *snapshots[2];

	(void)state;
	for (int e = 0; e < 2; e++)
		snapshots[e] = take(crowd.source, both_engines[e], crowd.pids,
				    COUNT);
	for (size_t i = 0; i < COUNT; i++) {
		const struct report *report = &crowd.victims[i].report;
		struct pagemap_usage by[2];

		for (int e = 0; e < 2; e++)
			usage_of_ranges(snapshots[e], crowd.pids[i],
					report->ranges, report->count, &by[e]);
		expect_exact(&by[1], PAGEMAP_RSS, by[0].value_bytes[PAGEMAP_RSS],
			     "own");
		expect_exact(&by[1], PAGEMAP_USS, by[0].value_bytes[PAGEMAP_USS],
			     "own");
		assert_int_equal(by[1].quality[PAGEMAP_PSS], PAGEMAP_EXACT);
		assert_in_range(by[1].value_bytes[PAGEMAP_PSS],
				by[0].value_bytes[PAGEMAP_PSS],
				by[0].value_bytes[PAGEMAP_PSS] + 3 * KIB - 1);
	}
	pagemap_snapshot_free(snapshots[0]);
	pagemap_snapshot_free(snapshots[1]);
}

/* Stopped processes give the same figures twice. */
static void asking_changes_nothing(void **state)
{
	(void)state;
	for (int e = 0; e < 2; e++) {
		struct pagemap_snapshot *first = take_crowd(both_engines[e]);
		struct pagemap_snapshot *second = take_crowd(both_engines[e]);

		for (size_t i = 0; i < COUNT; i++) {
			struct pagemap_usage a, b;

			usage_of_pid(first, crowd.pids[i], &a);
			usage_of_pid(second, crowd.pids[i], &b);
			assert_int_equal(a.value_bytes[PAGEMAP_RSS],
					 b.value_bytes[PAGEMAP_RSS]);
			assert_int_equal(a.value_bytes[PAGEMAP_VSS],
					 b.value_bytes[PAGEMAP_VSS]);
			assert_int_equal(a.value_bytes[PAGEMAP_ANON],
					 b.value_bytes[PAGEMAP_ANON]);
		}
		pagemap_snapshot_free(first);
		pagemap_snapshot_free(second);
	}
}

/* gentle must not change a figure, only how it is read. */
static void gentle_gives_the_same(void **state)
{
	(void)state;
	for (int e = 0; e < 2; e++) {
		struct pagemap_snapshot_opts opts = {
			.size = sizeof(opts),
			.engine = both_engines[e],
			.pids = crowd.pids,
			.pid_count = 20,
			.gentle = true,
		};
		struct pagemap_snapshot *gentle, *plain;

		assert_int_equal(pagemap_snapshot_take(crowd.source, &opts,
						       &gentle), 0);
		plain = take_crowd(both_engines[e]);
		for (size_t i = 0; i < 20; i++) {
			struct pagemap_usage a, b;

			usage_of_pid(gentle, crowd.pids[i], &a);
			usage_of_pid(plain, crowd.pids[i], &b);
			assert_int_equal(a.value_bytes[PAGEMAP_RSS],
					 b.value_bytes[PAGEMAP_RSS]);
			assert_int_equal(a.value_bytes[PAGEMAP_USS],
					 b.value_bytes[PAGEMAP_USS]);
		}
		pagemap_snapshot_free(gentle);
		pagemap_snapshot_free(plain);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kernel_engine_is_smaps_rollup),
		cmocka_unit_test(census_is_smaps_rollup),
		cmocka_unit_test(own_ranges_are_exact_in_the_census),
		cmocka_unit_test(asking_changes_nothing),
		cmocka_unit_test(gentle_gives_the_same),
	};

	if (geteuid() != 0) {
		printf("needs root, for frame numbers\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, setup, teardown);
}
