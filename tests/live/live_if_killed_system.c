// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a kill gives back of memory that needs a setting of the system:
 * hugetlb, swap and pages merged by KSM.  A guardian changes the settings and
 * puts them back.
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

#include "common_death.h"
#include "common_guardian.h"
#include "common_measure.h"

#include <cmocka.h>

#define SIZE (64 * MIB)
#define PAGES (SIZE / PAGE)
#define PRIVATE_ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static char *area;

static void partner_reads(struct report *report, void *context)
{
	(void)report;
	touch_read(area, (size_t)context);
}

static void make_anonymous(struct report *report)
{
	area = map_range(report, SIZE, PRIVATE_ANON, -1);
	if (area)
		touch_write(area, PAGES);
}

/* ---- hugetlb ----------------------------------------------------------- */

#define HUGE_PAGES 16ul

static void make_hugetlb(struct report *report, void *unused)
{
	(void)unused;
	area = map_range(report, HUGE_PAGES * HUGE, PRIVATE_ANON | MAP_HUGETLB,
			 -1);
	if (area)
		touch_write(area, HUGE_PAGES * HUGE / PAGE);
}

/* Half of it is touched: the other half is only reserved. */
static void make_hugetlb_shared(struct report *report, void *unused)
{
	(void)unused;
	area = map_range(report, HUGE_PAGES * HUGE,
			 MAP_SHARED | MAP_ANONYMOUS | MAP_HUGETLB, -1);
	if (!area)
		return;
	touch_write(area, HUGE_PAGES * HUGE / PAGE / 2);
	partner_start(report, partner_reads,
		      (void *)(HUGE_PAGES * HUGE / PAGE / 4));
}

/* A file in hugetlb without a name, of which one half is mapped by nobody. */
static void make_hugetlb_memfd(struct report *report, void *unused)
{
	int fd = memfd_create("victim", MFD_CLOEXEC | MFD_HUGETLB);

	(void)unused;
	if (fd < 0 || ftruncate(fd, HUGE_PAGES * HUGE))
		return report_skip(report, "memfd in hugetlb");
	area = map_range(report, HUGE_PAGES * HUGE, MAP_SHARED | MAP_HUGETLB,
			 fd);
	if (!area)
		return;
	touch_write(area, HUGE_PAGES * HUGE / PAGE);
	munmap(area, HUGE_PAGES * HUGE / 2);
	report->ranges[0].start += HUGE_PAGES * HUGE / 2;
}

static void with_pool(const char *setting, const struct death *death)
{
	struct guardian *guardian = guardian_start();
	char value[64] = "";

	if (!guardian)
		SKIP("somebody else changes settings");
	snprintf(value, sizeof(value), "%lu", HUGE_PAGES);
	guardian_set(guardian, setting, value);
	setting_read(setting, value, sizeof(value));
	if (strtoul(value, NULL, 10) < HUGE_PAGES) {
		guardian_stop(guardian);
		SKIP("%s: no huge pages are to be had", death->name);
	}
	death_check(death);
	guardian_stop(guardian);
}

static void hugetlb_pool(void **unused)
{
	static const struct death death = {
		"hugetlb, of the pool", make_hugetlb,
		.expected = { PART(STAYS_HUGETLB, HUGE_PAGES * HUGE),
			      PART(FREED_HUGETLB, 0) },
		.fates = { FATE_HUGETLB },
	};

	(void)unused;
	with_pool("/proc/sys/vm/nr_hugepages", &death);
}

static void hugetlb_surplus(void **unused)
{
	static const struct death death = {
		"hugetlb, surplus", make_hugetlb,
		.expected = { PART(FREED_HUGETLB, HUGE_PAGES * HUGE),
			      PART(STAYS_HUGETLB, 0) },
		.fates = { FATE_FREE },
	};

	(void)unused;
	with_pool("/proc/sys/vm/nr_overcommit_hugepages", &death);
}

static void hugetlb_surplus_shared(void **unused)
{
	static const struct death death = {
		"hugetlb, surplus, shared", make_hugetlb_shared,
		.expected = { PART(FREED_HUGETLB, HUGE_PAGES * HUGE) },
		.fates = { FATE_FREE },
	};

	(void)unused;
	with_pool("/proc/sys/vm/nr_overcommit_hugepages", &death);
}

static void hugetlb_memfd(void **unused)
{
	static const struct death death = {
		"memfd in hugetlb, surplus", make_hugetlb_memfd,
		.expected = { PART(FREED_HUGETLB, HUGE_PAGES * HUGE),
			      PART(STAYS_HUGETLB, 0) },
		.fates = { FATE_FREE },
	};

	(void)unused;
	with_pool("/proc/sys/vm/nr_overcommit_hugepages", &death);
}

/* ---- Swap -------------------------------------------------------------- */

static void make_swapped(struct report *report, void *unused)
{
	(void)unused;
	make_anonymous(report);
	if (area)
		page_out(report, area, PAGES);
	report->count = 0;
}

static void make_swapped_memfd(struct report *report, void *unused)
{
	int fd = new_memfd(PAGES);

	(void)unused;
	area = fd < 0 ? NULL : map_range(report, SIZE, MAP_SHARED, fd);
	if (!area)
		return report_skip(report, "memfd");
	touch_write(area, PAGES);
	close(fd);
	page_out(report, area, PAGES);
	report->count = 0;
}

static const struct death swapped_deaths[] = {
	{ "swapped out", make_swapped,
	  .expected = { PART(SWAP_FREED, SIZE), PART_OWN(FREED_ANON, 0) } },
	{ "memfd, swapped out", make_swapped_memfd,
	  .expected = { PART(SWAP_FREED, SIZE), PART(FREED_SHMEM, 0) } },
};

static void swapped(void **unused)
{
	struct guardian *guardian = guardian_start();
	int error;

	(void)unused;
	if (!guardian)
		SKIP("somebody else changes settings");
	error = guardian_swap_on(guardian, 2 * SIZE / MIB);
	if (error) {
		guardian_stop(guardian);
		SKIP("a swap file cannot be used: %s", strerror(-error));
	}
	for (size_t i = 0; i < 2; i++)
		death_check(&swapped_deaths[i]);
	guardian_stop(guardian);
}

/* Read back, pages may keep their slots. */
static void make_read_back(struct report *report, void *unused)
{
	(void)unused;
	make_anonymous(report);
	if (!area)
		return;
	page_out(report, area, PAGES);
	touch_read(area, PAGES / 2);
	report->count = 0;
}

static void swap_cache(void **unused)
{
	static const struct death death = {
		"read back from swap", make_read_back, .apart = "bounded",
	};
	struct guardian *guardian = guardian_start();
	struct outcome swap, anon;

	(void)unused;
	if (!guardian)
		SKIP("somebody else changes settings");
	if (guardian_swap_on(guardian, 2 * SIZE / MIB)) {
		guardian_stop(guardian);
		SKIP("a swap file cannot be used");
	}
	death_watch(&death, PAGEMAP_KILLED_SWAP_FREED, READ_SWAP, &swap);
	death_watch(&death, PAGEMAP_KILLED_FREED_ANON, READ_ANON, &anon);
	guardian_stop(guardian);
	printf("# %s: swap_freed %lu..%lu, meminfo %ld; freed_anon %lu..%lu, "
	       "cgroup %ld\n", death.name, swap.value.low / PAGE,
	       swap.value.high / PAGE, (long)(swap.machine / (int64_t)PAGE),
	       anon.value.low / PAGE, anon.value.high / PAGE,
	       (long)(anon.cage / (int64_t)PAGE));
	assert_true(llabs(swap.machine - (int64_t)swap.value.value) <=
		    (int64_t)SIZE / 100);
	assert_true(anon.cage + 64 * (int64_t)PAGE >= (int64_t)anon.value.low);
	assert_true(anon.cage <= (int64_t)anon.value.high);
}

/* ---- KSM --------------------------------------------------------------- */

#define KSM "/sys/kernel/mm/ksm/"
#define EQUAL 4096ul

/* As many different pages, each of them once more in the partner. */
static void fill_equal(struct report *report)
{
	touch_write(area, EQUAL);
	if (madvise(area, EQUAL * PAGE, MADV_MERGEABLE))
		report_skip(report, "MADV_MERGEABLE");
}

static void partner_fills(struct report *report, void *unused)
{
	(void)unused;
	fill_equal(report);
}

/*
 * Of the caller.  The machine's count has those of processes that have ended
 * until the scanner comes by again; kernels before 5.19 have that alone.
 */
static long merged_pages(void)
{
	char text[32];

	return setting_read("/proc/self/ksm_merging_pages", text,
			    sizeof(text)) ||
	       setting_read(KSM "pages_sharing", text, sizeof(text)) ?
	       atol(text) : 0;
}

static void make_merged(struct report *report, void *unused)
{
	(void)unused;
	area = map_range(report, EQUAL * PAGE, PRIVATE_ANON, -1);
	if (!area)
		return;
	partner_start(report, partner_fills, NULL);
	fill_equal(report);
	for (int i = 0; i < 300 && merged_pages() < (long)EQUAL; i++)
		usleep(20000);
	errno = EBUSY;
	if (merged_pages() < (long)EQUAL)
		report_skip(report, "KSM does not merge");
}

static void merged(void **unused)
{
	static const char *const settings[][2] = {
		{ KSM "pages_to_scan", "20000" }, { KSM "sleep_millisecs", "5" },
		{ KSM "run", "1" },
	};
	static const struct death death = {
		"merged by KSM", make_merged,
		.expected = { PART_OWN(FREED_ANON, EQUAL * PAGE) },
		.fates = { FATE_FREE },
	};
	struct guardian *guardian = guardian_start();
	char run[8];

	(void)unused;
	if (!guardian)
		SKIP("somebody else changes settings");
	if (!setting_read(KSM "run", run, sizeof(run)) || run[0] != '0') {
		guardian_stop(guardian);
		SKIP("KSM is not there, or in use");
	}
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		guardian_set(guardian, settings[i][0], settings[i][1]);
	death_check(&death);
	guardian_stop(guardian);
}

static int end_all(void **unused)
{
	(void)unused;
	victim_end_all();
	guardian_end_running();
	return 0;
}

static int remove_cage(void **unused)
{
	(void)unused;
	cage_remove();
	return 0;
}

#define OWN_TEST(name) cmocka_unit_test_teardown(name, end_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		OWN_TEST(hugetlb_pool),
		OWN_TEST(hugetlb_surplus),
		OWN_TEST(hugetlb_surplus_shared),
		OWN_TEST(hugetlb_memfd),
		OWN_TEST(swapped),
		OWN_TEST(swap_cache),
		OWN_TEST(merged),
	};

	if (geteuid() != 0) {
		printf("needs root, for frame numbers\n");
		return 77;
	}
	if (!cage_make())
		printf("# no memory cgroup: only meminfo and frames\n");
	death_print_head();
	return cmocka_run_group_tests(tests, NULL, remove_cage);
}
