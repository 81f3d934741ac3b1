// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Kernels that lack something, played on this one: a feature of the source is
 * switched off and the same stopped processes are measured.  What may be told
 * another way must come out the same, to the byte; the rest must say so.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common_measure.h"
#include "source.h"

#include <cmocka.h>

#define N 300ul
#define SPARSE (16ul << 40)
#define SPARSE_PAGES 200ul
#define SPARSE_USED (4ul << 30)		/* the rest would take 13 s to read */

/* Private, shared with the other victim, zero, huge, and a vast reservation. */
static void make_mixture(struct report *report, void *context)
{
	int shared_fd = *(int *)context;
	char *own = map_range(report, N * PAGE, MAP_PRIVATE | MAP_ANONYMOUS,
			      -1);
	char *shared = map_range(report, N * PAGE, MAP_SHARED, shared_fd);
	char *zero = map_range(report, N * PAGE, MAP_PRIVATE | MAP_ANONYMOUS,
			       -1);
	char *huge = map_range(report, 2 * HUGE, MAP_PRIVATE | MAP_ANONYMOUS,
			       -1);
	char *sparse = map_range(report, SPARSE, MAP_PRIVATE | MAP_ANONYMOUS |
				 MAP_NORESERVE, -1);

	if (!own || !shared || !zero || !huge || !sparse)
		return;
	touch_write(own, N);
	touch_write(shared, N);
	touch_read(zero, N);
	madvise(huge, 2 * HUGE, MADV_HUGEPAGE);
	touch_write(huge, 2 * HUGE / PAGE);
	for (unsigned long i = 0; i < SPARSE_PAGES; i++)
		sparse[i * (SPARSE_USED / SPARSE_PAGES) / PAGE * PAGE] = 1;
	own_all_pages(report);
}

static struct victim pair[2];
static pid_t pids[2];

static int setup(void **unused)
{
	int shared_fd = new_memfd(N);

	(void)unused;
	for (int i = 0; i < 2; i++) {
		victim_start(&pair[i], make_mixture, &shared_fd);
		victim_stop(&pair[i]);
		pids[i] = pair[i].pid;
	}
	close(shared_fd);
	return 0;
}

static int teardown(void **unused)
{
	(void)unused;
	victim_end_all();
	return 0;
}

static const enum pagemap_metric compared[] = {
	PAGEMAP_VSS, PAGEMAP_RSS, PAGEMAP_PSS, PAGEMAP_USS, PAGEMAP_SWAP,
};

/* The source asks no more for features that are missing. */
static struct pagemap_source *source_without(const enum pagemap_feature *gone,
					     size_t count)
{
	struct pagemap_source *source = open_live();

	for (size_t i = 0; i < count; i++)
		source->features[gone[i]] = FEATURE_MISSING;
	return source;
}

static void compare(const struct pagemap_snapshot *snapshot,
		    const struct pagemap_snapshot *full, const char *name)
{
	for (int i = 0; i < 2; i++) {
		struct pagemap_usage usage, wanted;

		usage_of_pid(snapshot, pids[i], &usage);
		usage_of_pid(full, pids[i], &wanted);
		for (size_t m = 0; m < sizeof(compared) / sizeof(compared[0]);
		     m++)
			expect_exact(&usage, compared[m],
				     wanted.value_bytes[compared[m]], name);
	}
}

/* By both details: reading ahead is for processes alone. */
static void same_without(enum pagemap_engine engine,
			 const enum pagemap_feature *gone, size_t count)
{
	struct pagemap_source *source = source_without(gone, count);
	struct pagemap_source *whole = open_live();

	for (int detail = PAGEMAP_DETAIL_PROCESSES;
	     detail <= PAGEMAP_DETAIL_MAPPINGS; detail++) {
		struct pagemap_snapshot *full =
			take_detail(whole, engine, detail, pids, 2);
		struct pagemap_snapshot *snapshot =
			take_detail(source, engine, detail, pids, 2);

		compare(snapshot, full, pagemap_feature_name(gone[0]));
		pagemap_snapshot_free(snapshot);
		pagemap_snapshot_free(full);
	}
	pagemap_source_close(source);
	pagemap_source_close(whole);
}

#define SAME_WITHOUT(engine, ...) \
	same_without(engine, (const enum pagemap_feature[]){ __VA_ARGS__ }, \
		     sizeof((const enum pagemap_feature[]){ __VA_ARGS__ }) / \
		     sizeof(enum pagemap_feature))

/* A sanitizer reserves terabytes too, and uses them here and there. */
#ifdef __SANITIZE_ADDRESS__
#define NEEDS_QUICK_MAPPINGS() SKIP("a sanitizer's shadow takes minutes " \
				    "to read without a scan")
#else
#define NEEDS_QUICK_MAPPINGS() do { } while (0)
#endif

/* Before 6.7: mapping by mapping, and the reservation by what smaps finds. */
static void census_without_a_scan(void **unused)
{
	(void)unused;
	NEEDS_QUICK_MAPPINGS();
	SAME_WITHOUT(PAGEMAP_ENGINE_CENSUS, PAGEMAP_FEATURE_SCAN);
}

/* Before 4.2: every frame is counted. */
static void census_without_bit_56(void **unused)
{
	(void)unused;
	SAME_WITHOUT(PAGEMAP_ENGINE_CENSUS, PAGEMAP_FEATURE_EXCLUSIVE);
	NEEDS_QUICK_MAPPINGS();
	SAME_WITHOUT(PAGEMAP_ENGINE_CENSUS, PAGEMAP_FEATURE_EXCLUSIVE,
		     PAGEMAP_FEATURE_SCAN);
}

/* The zero page is then known by a page of one's own. */
static void census_without_flags(void **unused)
{
	(void)unused;
	SAME_WITHOUT(PAGEMAP_ENGINE_CENSUS, PAGEMAP_FEATURE_KPAGEFLAGS);
	NEEDS_QUICK_MAPPINGS();
	SAME_WITHOUT(PAGEMAP_ENGINE_CENSUS, PAGEMAP_FEATURE_KPAGEFLAGS,
		     PAGEMAP_FEATURE_SCAN);
}

/* Address spaces are then compared by what they hold. */
static void census_without_kcmp(void **unused)
{
	(void)unused;
	SAME_WITHOUT(PAGEMAP_ENGINE_CENSUS, PAGEMAP_FEATURE_KCMP);
}

/* Before 4.14. */
static void kernel_without_rollup(void **unused)
{
	(void)unused;
	SAME_WITHOUT(PAGEMAP_ENGINE_KERNEL, PAGEMAP_FEATURE_SMAPS_ROLLUP);
}

/* Without smaps too there is no PSS, and it is not 0. */
static void kernel_with_statm_alone(void **unused)
{
	const enum pagemap_feature gone[] = {
		PAGEMAP_FEATURE_SMAPS_ROLLUP, PAGEMAP_FEATURE_SMAPS,
	};
	struct pagemap_source *source = source_without(gone, 2);
	struct pagemap_source *whole = open_live();
	struct pagemap_snapshot *full, *snapshot;
	struct pagemap_usage usage, wanted;

	(void)unused;
	full = take_detail(whole, PAGEMAP_ENGINE_KERNEL,
			   PAGEMAP_DETAIL_PROCESSES, pids, 2);
	snapshot = take_detail(source, PAGEMAP_ENGINE_KERNEL,
			       PAGEMAP_DETAIL_PROCESSES, pids, 2);
	usage_of_pid(snapshot, pids[0], &usage);
	usage_of_pid(full, pids[0], &wanted);
	expect_exact(&usage, PAGEMAP_RSS, wanted.value_bytes[PAGEMAP_RSS],
		     "statm");
	assert_int_equal(usage.quality[PAGEMAP_PSS], PAGEMAP_UNAVAILABLE);
	assert_int_equal(usage.quality[PAGEMAP_USS], PAGEMAP_UNAVAILABLE);
	pagemap_snapshot_free(snapshot);
	pagemap_snapshot_free(full);
	pagemap_source_close(source);
	pagemap_source_close(whole);
}

/* Averages of the kernel are estimates; the census stays exact. */
static void averaged_counts(void **unused)
{
	const enum pagemap_feature gone[] = { PAGEMAP_FEATURE_PRECISE_COUNTS };
	struct pagemap_source *source = source_without(gone, 1);
	struct pagemap_snapshot *snapshot;
	struct pagemap_usage usage;

	(void)unused;
	snapshot = take(source, PAGEMAP_ENGINE_KERNEL, pids, 2);
	usage_of_pid(snapshot, pids[0], &usage);
	assert_int_equal(usage.quality[PAGEMAP_RSS], PAGEMAP_EXACT);
	assert_int_equal(usage.quality[PAGEMAP_PSS], PAGEMAP_ESTIMATED);
	assert_int_equal(usage.quality[PAGEMAP_USS], PAGEMAP_ESTIMATED);
	pagemap_snapshot_free(snapshot);
	pagemap_source_close(source);
	SAME_WITHOUT(PAGEMAP_ENGINE_CENSUS, PAGEMAP_FEATURE_PRECISE_COUNTS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(census_without_a_scan),
		cmocka_unit_test(census_without_bit_56),
		cmocka_unit_test(census_without_flags),
		cmocka_unit_test(census_without_kcmp),
		cmocka_unit_test(kernel_without_rollup),
		cmocka_unit_test(kernel_with_statm_alone),
		cmocka_unit_test(averaged_counts),
	};

	if (geteuid() != 0) {
		printf("needs root, for frame numbers\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, setup, teardown);
}
