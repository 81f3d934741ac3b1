// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * States of pages that need a setting of the system: KSM, hugetlb, mTHP and
 * swap.  A guardian changes the settings and puts them back.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common_guardian.h"
#include "common_oracle.h"
#include "common_state.h"

#include <cmocka.h>

#define N 64ul
#define PRIVATE_ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define K(metric, bytes) { PAGEMAP_##metric, (bytes) }

static char *area;

static void partner_reads(struct report *report, void *context)
{
	(void)report;
	touch_read(area, (size_t)context);
}

static struct guardian *guardian_or_skip(void)
{
	struct guardian *guardian = guardian_start();

	if (!guardian)
		SKIP("needs root, and nobody else who changes settings");
	return guardian;
}

static long setting_number(const char *path)
{
	char text[64];

	return setting_read(path, text, sizeof(text)) ? atol(text) : -1;
}

/* ---- KSM --------------------------------------------------------------- */

#define KSM "/sys/kernel/mm/ksm/"
#define EQUAL 256ul

static void make_equal(struct report *report, void *unused)
{
	(void)unused;
	area = map_range(report, EQUAL * PAGE, PRIVATE_ANON, -1);
	if (!area)
		return;
	memset(area, 0x5a, EQUAL * PAGE);
	if (madvise(area, EQUAL * PAGE, MADV_MERGEABLE))
		report_skip(report, "MADV_MERGEABLE");
}

/* All 512 pages by one frame, or by as few as the kernel wants. */
static bool wait_until_merged(const struct victim *victims)
{
	for (int i = 0; i < 300; i++) {
		struct truth truths[2];

		for (int v = 0; v < 2; v++)
			oracle_try(victims[v].pid, victims[v].report.ranges,
				   1, &truths[v]);
		if (truths[0].pss_fixed == (PAGE << 12) / 2 &&
		    truths[1].pss_fixed == truths[0].pss_fixed)
			return true;
		usleep(50000);
	}
	return false;
}

static int ksm_on(struct guardian *guardian)
{
	const char *const settings[][2] = {
		/* Only while nothing is merged the limit can be changed. */
		{ KSM "run", "2" }, { KSM "max_page_sharing", "1024" },
		{ KSM "pages_to_scan", "20000" }, { KSM "sleep_millisecs", "5" },
		{ KSM "run", "1" },
	};

	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++) {
		int error = guardian_set(guardian, settings[i][0],
					 settings[i][1]);

		if (error)
			return error;
	}
	return 0;
}

static void check_merged(const struct victim *victim)
{
	struct pagemap_source *source = open_live();

	for (int e = 0; e < 2; e++) {
		struct pagemap_snapshot *snapshot =
			take(source, both_engines[e], &victim->pid, 1);
		struct pagemap_usage usage;

		usage_of_ranges(snapshot, victim->pid, victim->report.ranges,
				1, &usage);
		expect_exact(&usage, PAGEMAP_RSS, P(EQUAL), "KSM");
		/* One frame of two processes; 256 of its 512 mappings. */
		expect_exact(&usage, PAGEMAP_PSS, PAGE / 2, "KSM");
		expect_exact(&usage, PAGEMAP_USS, 0, "KSM");
		if (usage.quality[PAGEMAP_KSM] != PAGEMAP_UNAVAILABLE)
			expect_exact(&usage, PAGEMAP_KSM, P(EQUAL), "KSM");
		pagemap_snapshot_free(snapshot);
	}
	pagemap_source_close(source);
}

static void ksm_pages_of_two_processes(void **unused)
{
	struct guardian *guardian;
	struct victim victims[2];
	bool merged;
	int error;

	(void)unused;
	if (setting_number(KSM "run") != 0)
		SKIP("KSM is not there, or in use");
	guardian = guardian_or_skip();
	for (int i = 0; i < 2; i++)
		victim_start(&victims[i], make_equal, NULL);
	error = ksm_on(guardian);
	for (int i = 0; i < 2; i++)
		victim_stop(&victims[i]);
	merged = !error && !victims[0].report.skip[0] &&
		 wait_until_merged(victims);
	for (int i = 0; merged && i < 2; i++)
		check_merged(&victims[i]);
	for (int i = 0; i < 2; i++)
		victim_end(&victims[i]);
	guardian_stop(guardian);
	if (!merged)
		SKIP("KSM did not merge: %s %s", strerror(-error),
		     victims[0].report.skip);
	assert_int_equal(setting_number(KSM "run"), 0);
}

/* Pages of one process alone: they are its own, all of them one page. */
static void ksm_pages_of_one_process(void **unused)
{
	struct guardian *guardian;
	struct victim victim;
	struct truth truth = { 0 };
	int error;

	(void)unused;
	if (setting_number(KSM "run") != 0)
		SKIP("KSM is not there, or in use");
	guardian = guardian_or_skip();
	victim_start(&victim, make_equal, NULL);
	error = ksm_on(guardian);
	for (int i = 0; !error && i < 300 && truth.uss != PAGE; i++) {
		oracle_try(victim.pid, victim.report.ranges, 1, &truth);
		usleep(50000);
	}
	victim_stop(&victim);
	if (truth.uss == PAGE) {
		struct pagemap_source *source = open_live();
		struct pagemap_snapshot *snapshot = take(
			source, PAGEMAP_ENGINE_CENSUS, &victim.pid, 1);
		struct pagemap_usage usage;

		usage_of_ranges(snapshot, victim.pid, victim.report.ranges, 1,
				&usage);
		expect_exact(&usage, PAGEMAP_RSS, P(EQUAL), "KSM of one");
		expect_exact(&usage, PAGEMAP_PSS, PAGE, "KSM of one");
		expect_exact(&usage, PAGEMAP_USS, PAGE, "KSM of one");
		pagemap_snapshot_free(snapshot);
		pagemap_source_close(source);
	}
	victim_end(&victim);
	guardian_stop(guardian);
	if (truth.uss != PAGE)
		SKIP("KSM did not merge: %s %s", strerror(-error),
		     victim.report.skip);
}

/* ---- hugetlb ----------------------------------------------------------- */

#define HUGE_COUNT 2

static void make_hugetlb_private(struct report *report, void *unused)
{
	(void)unused;
	area = map_range(report, HUGE_COUNT * HUGE, PRIVATE_ANON | MAP_HUGETLB,
			 -1);
	if (area)
		touch_write(area, HUGE_COUNT * 512);
}

static void make_hugetlb_shared(struct report *report, void *unused)
{
	(void)unused;
	area = map_range(report, HUGE_COUNT * HUGE,
			 MAP_SHARED | MAP_ANONYMOUS | MAP_HUGETLB, -1);
	if (!area)
		return;
	touch_write(area, HUGE_COUNT * 512);
	partner_start(report, partner_reads, (void *)(HUGE_COUNT * 512));
}

/* Not resident in the sense of RSS: shown apart. */
static const struct state hugetlb_states[] = {
	{ "hugetlb private", make_hugetlb_private,
	  .known = { K(HUGETLB_PRIVATE, HUGE_COUNT * HUGE),
		     K(HUGETLB_SHARED, 0), K(ANON, 0), K(SWAP, 0) } },
	{ "hugetlb shared by two", make_hugetlb_shared, .partner_too = true,
	  .known = { K(HUGETLB_SHARED, HUGE_COUNT * HUGE),
		     K(HUGETLB_PRIVATE, 0), K(ANON, 0), K(SWAP, 0) } },
};

static void with_hugetlb(const struct state *state)
{
	const char *path = "/proc/sys/vm/nr_hugepages";
	struct guardian *guardian = guardian_or_skip();
	long before = setting_number(path);
	char wanted[32];

	snprintf(wanted, sizeof(wanted), "%ld", before + HUGE_COUNT + 2);
	guardian_set(guardian, path, wanted);
	if (setting_number(path) < before + HUGE_COUNT) {
		guardian_stop(guardian);
		SKIP("no huge pages are to be had");
	}
	state_check(state);
	guardian_stop(guardian);
	assert_int_equal(setting_number(path), before);
}

static void hugetlb_private(void **unused)
{
	(void)unused;
	with_hugetlb(&hugetlb_states[0]);
}

static void hugetlb_shared(void **unused)
{
	(void)unused;
	with_hugetlb(&hugetlb_states[1]);
}

/* ---- mTHP: large folios smaller than a PMD ----------------------------- */

#define MTHP "/sys/kernel/mm/transparent_hugepage/hugepages-64kB/"

static void partner_copies_third(struct report *report, void *unused)
{
	(void)report;
	(void)unused;
	touch_write(area + 2 * PAGE, 1);
}

static void make_mthp(struct report *report, void *unused)
{
	(void)unused;
	area = map_range(report, N * PAGE, PRIVATE_ANON, -1);
	if (!area || madvise(area, N * PAGE, MADV_HUGEPAGE))
		return report_skip(report, "MADV_HUGEPAGE");
	/* One touch in each 64 KiB brings the whole folio. */
	for (size_t i = 0; i < N; i += 16)
		touch_write(area + i * PAGE, 1);
	if (own_entry(area + PAGE) == 0) {
		errno = ENOMEM;
		report_skip(report, "no folio of 64 KiB was given");
	}
}

static void make_mthp_copied(struct report *report, void *unused)
{
	make_mthp(report, unused);
	if (area)
		partner_start(report, partner_copies_third, NULL);
}

static const struct state mthp_states[] = {
	{ "mTHP", make_mthp, P(N), P(N), P(N), .known = { K(ANON, P(N)) } },
	{ "mTHP, one page copied", make_mthp_copied, P(N),
	  P(1) + P(N - 1) / 2, P(1), .partner_too = true,
	  .known = { K(ANON, P(N)) } },
};

static void with_mthp(const struct state *state)
{
	struct guardian *guardian = guardian_or_skip();

	if (guardian_set(guardian, MTHP "enabled", "madvise")) {
		guardian_stop(guardian);
		SKIP("no mTHP on this kernel, Linux 6.8 on");
	}
	state_check(state);
	guardian_stop(guardian);
}

static void mthp(void **unused)
{
	(void)unused;
	with_mthp(&mthp_states[0]);
}

static void mthp_copied(void **unused)
{
	(void)unused;
	with_mthp(&mthp_states[1]);
}

/* ---- Swap -------------------------------------------------------------- */

static void make_swapped(struct report *report, void *unused)
{
	(void)unused;
	area = map_range(report, 2 * N * PAGE, PRIVATE_ANON, -1);
	if (!area)
		return;
	touch_write(area, 2 * N);
	page_out(report, area, N);
}

static void partner_does_nothing(struct report *report, void *unused)
{
	(void)report;
	(void)unused;
}

static void make_swapped_twice(struct report *report, void *unused)
{
	make_swapped(report, unused);
	if (area)
		partner_start(report, partner_does_nothing, NULL);
}

static void make_swapped_shmem(struct report *report, void *unused)
{
	int fd = new_memfd(N);

	(void)unused;
	area = fd < 0 ? NULL : map_range(report, N * PAGE, MAP_SHARED, fd);
	if (!area)
		return report_skip(report, "memfd");
	touch_write(area, N);
	page_out(report, area, N);
}

static const struct state swap_states[] = {
	{ "swapped anonymous", make_swapped, P(N), P(N), P(N),
	  .known = { K(SWAP, P(N)), K(SWAP_PSS, P(N)), K(ANON, P(N)) } },
	{ "swapped anonymous of two", make_swapped_twice, P(N), P(N) / 2, 0,
	  .partner_too = true,
	  .known = { K(SWAP, P(N)), K(SWAP_PSS, P(N) / 2), K(ANON, P(N)) } },
	/* smaps alone sees it; the kernel leaves it out of SwapPss. */
	{ "swapped shmem", make_swapped_shmem,
	  .known = { K(SWAP, P(N)), K(SWAP_PSS, 0) } },
};

/* Slots of swap have no number that tells who else has them. */
static bool sees_all_pids(void)
{
	struct pagemap_source *source = open_live();
	bool sees = pagemap_source_has_feature(source,
					       PAGEMAP_FEATURE_ALL_PIDS);

	pagemap_source_close(source);
	return sees;
}

static void with_swap(const struct state *state)
{
	struct guardian *guardian;
	int error;

	if (state->known[1].metric == PAGEMAP_SWAP_PSS &&
	    state->known[1].bytes && !sees_all_pids())
		SKIP("in a pid namespace nobody knows who shares swap");
	guardian = guardian_or_skip();
	error = guardian_swap_on(guardian, 16);
	if (error) {
		guardian_stop(guardian);
		SKIP("a swap file cannot be used: %s", strerror(-error));
	}
	state_check(state);
	guardian_stop(guardian);
}

static void swapped(void **unused)
{
	(void)unused;
	with_swap(&swap_states[0]);
}

static void swapped_of_two(void **unused)
{
	(void)unused;
	with_swap(&swap_states[1]);
}

static void swapped_shmem(void **unused)
{
	(void)unused;
	with_swap(&swap_states[2]);
}

static int end_all(void **unused)
{
	(void)unused;
	victim_end_all();
	guardian_end_running();
	return 0;
}

#define OWN_TEST(name) cmocka_unit_test_teardown(name, end_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		OWN_TEST(ksm_pages_of_two_processes),
		OWN_TEST(ksm_pages_of_one_process),
		OWN_TEST(hugetlb_private),
		OWN_TEST(hugetlb_shared),
		OWN_TEST(mthp),
		OWN_TEST(mthp_copied),
		OWN_TEST(swapped),
		OWN_TEST(swapped_of_two),
		OWN_TEST(swapped_shmem),
	};

	if (geteuid() != 0) {
		printf("needs root\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
