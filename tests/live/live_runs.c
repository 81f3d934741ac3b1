// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pictures of pages: the runs of a mapping name every page's state, frame and
 * sharers as pagemap has them, and add up to its figures.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common_guardian.h"
#include "common_measure.h"

#include <cmocka.h>

#define N 64ul
#define STATES (PAGEMAP_PAGE_MIGRATING + 1)
#define PRIVATE_ANON (MAP_PRIVATE | MAP_ANONYMOUS)

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif
#ifndef UFFD_FEATURE_WP_UNPOPULATED
#define UFFD_FEATURE_WP_UNPOPULATED (1 << 13)
#endif

struct picture {
	const char *name;
	victim_fn make;
	uint64_t pages[STATES];
	uint32_t sharers;	/* of each present page */
};

/* ---- Makers ------------------------------------------------------------ */

static void partner_idle(struct report *report, void *context)
{
	(void)report;
	(void)context;
}

/* Every second page of the first half. */
static void make_holes(struct report *report, void *unused)
{
	char *area = map_range(report, 2 * N * PAGE, PRIVATE_ANON, -1);

	(void)unused;
	for (size_t i = 0; area && i < N; i += 2)
		touch_write(area + i * PAGE, 1);
}

static void make_shared(struct report *report, void *unused)
{
	char *area = map_range(report, N * PAGE, PRIVATE_ANON, -1);

	(void)unused;
	if (!area)
		return;
	touch_write(area, N);
	partner_start(report, partner_idle, NULL);
}

static void make_zero(struct report *report, void *unused)
{
	char *area = map_range(report, 2 * N * PAGE, PRIVATE_ANON, -1);

	(void)unused;
	if (!area)
		return;
	touch_write(area, N);
	touch_read(area + N * PAGE, N / 2);
}

static void make_huge_zero(struct report *report, void *unused)
{
	char *area = map_range(report, HUGE, PRIVATE_ANON, -1);

	(void)unused;
	if (!area || madvise(area, HUGE, MADV_HUGEPAGE))
		return report_skip(report, "MADV_HUGEPAGE");
	touch_read(area, 1);
}

static void make_guard(struct report *report, void *unused)
{
	char *area = map_range(report, 2 * N * PAGE, PRIVATE_ANON, -1);

	(void)unused;
	if (!area)
		return;
	touch_write(area, N);
	if (madvise(area + N * PAGE, N * PAGE, MADV_GUARD_INSTALL))
		report_skip(report, "MADV_GUARD_INSTALL, Linux 6.13 on");
}

static void make_markers(struct report *report, void *unused)
{
	struct uffdio_api api = {
		.api = UFFD_API, .features = UFFD_FEATURE_WP_UNPOPULATED,
	};
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_WP };
	struct uffdio_writeprotect wp = { .mode = UFFDIO_WRITEPROTECT_MODE_WP };
	char *area = map_range(report, 2 * N * PAGE, PRIVATE_ANON, -1);
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);

	(void)unused;
	if (!area || fd < 0 || ioctl(fd, UFFDIO_API, &api))
		return report_skip(report, "userfaultfd, Linux 6.4 on");
	touch_write(area, N);
	reg.range.start = wp.range.start = (uintptr_t)area;
	reg.range.len = wp.range.len = 2 * N * PAGE;
	if (ioctl(fd, UFFDIO_REGISTER, &reg) ||
	    ioctl(fd, UFFDIO_WRITEPROTECT, &wp))
		report_skip(report, "write-protecting");
}

static void make_swapped(struct report *report, void *unused)
{
	char *area = map_range(report, N * PAGE, PRIVATE_ANON, -1);

	(void)unused;
	if (!area)
		return;
	touch_write(area, N);
	page_out(report, area, N);
}

static const struct picture pictures[] = {
	{ "holes", make_holes, { [PAGEMAP_PAGE_PRESENT] = N / 2 }, 1 },
	{ "shared by two", make_shared, { [PAGEMAP_PAGE_PRESENT] = N }, 2 },
	{ "zero pages", make_zero, { [PAGEMAP_PAGE_PRESENT] = N,
				     [PAGEMAP_PAGE_ZERO] = N / 2 }, 1 },
	{ "huge zero page", make_huge_zero, { [PAGEMAP_PAGE_ZERO] = 512 }, 0 },
	{ "guard pages", make_guard, { [PAGEMAP_PAGE_PRESENT] = N,
				       [PAGEMAP_PAGE_GUARD] = N }, 1 },
	{ "markers", make_markers, { [PAGEMAP_PAGE_PRESENT] = N,
				     [PAGEMAP_PAGE_MARKER] = N }, 1 },
};

static const struct picture swapped_picture = {
	"swapped", make_swapped, { [PAGEMAP_PAGE_SWAPPED] = N }, 0,
};

/* ---- Checks ------------------------------------------------------------ */

static uint64_t entry_of(pid_t pid, uint64_t vaddr)
{
	char path[64];
	uint64_t entry;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);
	fd = open(path, O_RDONLY);
	assert_int_equal(pread(fd, &entry, 8, vaddr / PAGE * 8), 8);
	close(fd);
	return entry;
}

/* A run's frames rise by one from its first page to its last. */
static void check_run(const struct picture *picture, pid_t pid,
		      const struct pagemap_run *run)
{
	uint64_t last = run->page_count - 1;

	assert_true(run->page_count > 0);
	if (run->state != PAGEMAP_PAGE_PRESENT)
		return;
	assert_int_equal(run->sharers, picture->sharers);
	assert_int_equal(run->sharers_high, picture->sharers);
	assert_true(run->flags != PAGEMAP_FLAGS_UNKNOWN);
	assert_true(run->flags >> PAGEMAP_FLAG_ANON & 1);
	assert_int_equal(run->pfn,
			 entry_of(pid, run->start_vaddr) & ((1ul << 55) - 1));
	assert_int_equal(run->pfn + last,
			 entry_of(pid, run->start_vaddr + last * PAGE) &
				 ((1ul << 55) - 1));
}

static void count_runs(const struct picture *picture, pid_t pid,
		       const struct pagemap_mapping *mapping)
{
	uint64_t pages[STATES] = { 0 }, end = 0;
	struct pagemap_run_iter iter;
	struct pagemap_run run;

	assert_int_equal(pagemap_run_iter_init(&iter, mapping), 0);
	while (pagemap_run_iter_next(&iter, &run) == 1) {
		assert_true(run.start_vaddr >= end);
		assert_true(run.state < STATES);
		end = run.start_vaddr + run.page_count * PAGE;
		assert_true(run.start_vaddr >=
			    pagemap_mapping_start_vaddr(mapping));
		assert_true(end <= pagemap_mapping_end_vaddr(mapping));
		check_run(picture, pid, &run);
		pages[run.state] += run.page_count;
	}
	for (int i = 0; i < STATES; i++)
		if (pages[i] != picture->pages[i])
			fail_msg("%s: %lu pages are %s, not %lu", picture->name,
				 pages[i], pagemap_page_state_name(i),
				 picture->pages[i]);
}

static const struct pagemap_mapping *
mapping_at(const struct pagemap_snapshot *snapshot, pid_t pid, uint64_t start)
{
	const struct pagemap_process *process =
		pagemap_snapshot_find_pid(snapshot, pid);

	for (size_t i = 0; i < pagemap_process_mapping_count(process); i++) {
		const struct pagemap_mapping *mapping =
			pagemap_process_mapping_at(process, i);

		if (pagemap_mapping_start_vaddr(mapping) == start)
			return mapping;
	}
	fail_msg("the mapping is not there");
	return NULL;
}

static void check_picture(const struct picture *picture, bool gentle)
{
	struct pagemap_source *source = open_live();
	struct pagemap_snapshot *snapshot;
	struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts),
		.engine = PAGEMAP_ENGINE_CENSUS,
		.detail = PAGEMAP_DETAIL_PAGES,
		.pid_count = 1,
		.gentle = gentle,
	};
	struct victim victim;

	victim_start(&victim, picture->make, NULL);
	if (victim.report.skip[0])
		SKIP("%s: %s", picture->name, victim.report.skip);
	victim_stop(&victim);
	opts.pids = &victim.pid;
	assert_int_equal(pagemap_snapshot_take(source, &opts, &snapshot), 0);
	count_runs(picture, victim.pid,
		   mapping_at(snapshot, victim.pid,
			      victim.report.ranges[0].start));
	pagemap_snapshot_free(snapshot);
	pagemap_source_close(source);
	victim_end(&victim);
}

static void picture_test(void **row)
{
	check_picture(*row, false);
	check_picture(*row, true);
}

static void swapped_pages(void **unused)
{
	struct guardian *guardian = guardian_start();
	int error = guardian ? guardian_swap_on(guardian, 16) : -EPERM;

	(void)unused;
	if (error)
		SKIP("a swap file cannot be used: %s", strerror(-error));
	check_picture(&swapped_picture, false);
	guardian_stop(guardian);
}

/* A frame of two processes, found by its number. */
static void frames_are_found(void **unused)
{
	struct pagemap_source *source = open_live();
	struct pagemap_snapshot *snapshot;
	struct pagemap_frame frame;
	struct victim victim;
	uint64_t pfn;

	(void)unused;
	victim_start(&victim, make_shared, NULL);
	victim_stop(&victim);
	snapshot = take_detail(source, PAGEMAP_ENGINE_CENSUS,
			       PAGEMAP_DETAIL_PAGES, &victim.pid, 1);
	pfn = entry_of(victim.pid, victim.report.ranges[0].start) &
	      ((1ul << 55) - 1);
	assert_int_equal(pagemap_snapshot_frame(snapshot, pfn, &frame), 0);
	assert_int_equal(frame.pfn, pfn);
	assert_int_equal(frame.sharers, 2);
	assert_int_equal(frame.sharers_high, 2);
	pagemap_snapshot_free(snapshot);
	pagemap_source_close(source);
	victim_end(&victim);
}

static int end_all(void **unused)
{
	(void)unused;
	victim_end_all();
	guardian_end_running();
	return 0;
}

#define PICTURES (sizeof(pictures) / sizeof(*pictures))

int main(void)
{
	struct CMUnitTest tests[PICTURES + 2] = {
		cmocka_unit_test_teardown(swapped_pages, end_all),
		cmocka_unit_test_teardown(frames_are_found, end_all),
	};

	if (geteuid() != 0) {
		printf("needs root, for frame numbers\n");
		return 77;
	}
	for (size_t i = 0; i < PICTURES; i++)
		tests[2 + i] = (struct CMUnitTest){
			pictures[i].name, picture_test, NULL, end_all,
			(void *)&pictures[i],
		};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
