// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every state of pages that a process can make by itself, and the figures of
 * both engines for it.  States that need a setting of the system are in
 * live_system_states.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common_state.h"

#include <cmocka.h>

#define N 64ul

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif
#ifndef UFFD_FEATURE_WP_UNPOPULATED
#define UFFD_FEATURE_WP_UNPOPULATED (1 << 13)
#endif

#define PRIVATE_ANON (MAP_PRIVATE | MAP_ANONYMOUS)

/* ---- Partners ---------------------------------------------------------- */

static char *area;

static void partner_idle(struct report *report, void *context)
{
	(void)report;
	(void)context;
}

static void partner_reads(struct report *report, void *context)
{
	(void)report;
	touch_read(area, (size_t)context);
}

static void partner_writes(struct report *report, void *context)
{
	(void)report;
	touch_write(area, (size_t)context);
}

/* Writes one page, the one whose index is given. */
static void partner_copies(struct report *report, void *context)
{
	(void)report;
	touch_write(area + (size_t)context * PAGE, 1);
}

/* ---- Anonymous memory -------------------------------------------------- */

static void make_anon(struct report *report, void *unused)
{
	(void)unused;
	area = map_range(report, 2 * N * PAGE, PRIVATE_ANON, -1);
	if (area)
		touch_write(area, N);
}

static void make_cow(struct report *report, void *unused)
{
	make_anon(report, unused);
	if (area)
		partner_start(report, partner_writes, (void *)16);
}

static void make_mlocked(struct report *report, void *unused)
{
	(void)unused;
	area = map_range(report, N * PAGE, PRIVATE_ANON, -1);
	/* Not by libc: a sanitizer makes nothing of mlock. */
	if (area && syscall(SYS_mlock, area, N * PAGE))
		report_skip(report, "mlock");
}

static void make_lazy_free(struct report *report, void *unused)
{
	make_anon(report, unused);
	if (area && madvise(area, N * PAGE, MADV_FREE))
		report_skip(report, "MADV_FREE");
}

static void make_zero(struct report *report, void *unused)
{
	(void)unused;
	area = map_range(report, 2 * N * PAGE, PRIVATE_ANON, -1);
	if (!area)
		return;
	touch_write(area, N / 2);
	touch_read(area + N * PAGE, N);
}

static void make_guard(struct report *report, void *unused)
{
	make_anon(report, unused);
	if (area && madvise(area + N * PAGE, N * PAGE, MADV_GUARD_INSTALL))
		report_skip(report, "MADV_GUARD_INSTALL, Linux 6.13 on");
}

static void make_none(struct report *report, void *unused)
{
	(void)unused;
	area = map_range(report, N * PAGE, PRIVATE_ANON, -1);
}

/* ---- Userfaultfd ------------------------------------------------------- */

static int uffd_open(struct report *report, uint64_t features)
{
	struct uffdio_api api = { .api = UFFD_API, .features = features };
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);

	if (fd < 0 || ioctl(fd, UFFDIO_API, &api) < 0) {
		report_skip(report, "userfaultfd");
		return -1;
	}
	return fd;
}

/* Markers stand where write-protected pages would be. */
static void make_markers(struct report *report, void *unused)
{
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_WP };
	struct uffdio_writeprotect wp = { .mode = UFFDIO_WRITEPROTECT_MODE_WP };
	int fd;

	(void)unused;
	area = map_range(report, 2 * N * PAGE, PRIVATE_ANON, -1);
	fd = area ? uffd_open(report, UFFD_FEATURE_WP_UNPOPULATED) : -1;
	if (fd < 0)
		return;
	touch_write(area, N);
	reg.range.start = wp.range.start = (uintptr_t)area;
	reg.range.len = wp.range.len = 2 * N * PAGE;
	if (ioctl(fd, UFFDIO_REGISTER, &reg) < 0 ||
	    ioctl(fd, UFFDIO_WRITEPROTECT, &wp) < 0)
		report_skip(report, "write-protecting");
}

/* ---- Files and shared memory ------------------------------------------- */

static void map_file(struct report *report, int fd, int flags)
{
	area = NULL;
	if (fd < 0)
		report_skip(report, "a file");
	else
		area = map_range(report, N * PAGE, flags, fd);
}

static void make_memfd(struct report *report, void *unused)
{
	(void)unused;
	map_file(report, new_memfd(N), MAP_SHARED);
	if (area)
		touch_write(area, N);
}

static void make_memfd_shared(struct report *report, void *unused)
{
	make_memfd(report, unused);
	if (area)
		partner_start(report, partner_reads, (void *)N);
}

static void make_shared_anon(struct report *report, void *unused)
{
	(void)unused;
	area = map_range(report, N * PAGE, MAP_SHARED | MAP_ANONYMOUS, -1);
	if (!area)
		return;
	touch_write(area, N);
	partner_start(report, partner_reads, (void *)(N / 2));
}

static void make_file_private(struct report *report, void *unused)
{
	(void)unused;
	map_file(report, new_file(N), MAP_PRIVATE);
	if (area)
		touch_read(area, N);
}

/* Half of it becomes anonymous by writing. */
static void make_file_copied(struct report *report, void *unused)
{
	make_file_private(report, unused);
	if (area)
		touch_write(area, N / 2);
}

static void make_file_read_by_two(struct report *report, void *unused)
{
	make_file_private(report, unused);
	if (area)
		partner_start(report, partner_reads, (void *)N);
}

static void make_file_shared_clean(struct report *report, void *unused)
{
	(void)unused;
	map_file(report, new_file(N), MAP_SHARED);
	if (area)
		touch_read(area, N);
}

static void make_file_shared_dirty(struct report *report, void *unused)
{
	make_file_shared_clean(report, unused);
	if (!area)
		return;
	touch_write(area, N);
	partner_start(report, partner_reads, (void *)N);
}

static void make_mapped_twice(struct report *report, void *unused)
{
	int fd = new_memfd(N);

	(void)unused;
	for (int i = 0; i < 2; i++) {
		map_file(report, fd, MAP_SHARED);
		if (area)
			touch_write(area, N);
	}
}

/* ---- Huge pages -------------------------------------------------------- */

static char *map_huge(struct report *report)
{
	char *at = map_range(report, HUGE, PRIVATE_ANON, -1);

	if (at && madvise(at, HUGE, MADV_HUGEPAGE)) {
		report_skip(report, "MADV_HUGEPAGE");
		return NULL;
	}
	return at;
}

/* Whether smaps says that a huge page maps the area. */
static bool is_huge(const char *at)
{
	FILE *smaps = fopen("/proc/self/smaps", "r");
	char line[512];
	unsigned long start, end, kib, seen = 0;
	bool there = false;

	while (smaps && fgets(line, sizeof(line), smaps)) {
		if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
			there = start == (uintptr_t)at;
		else if (there && sscanf(line, "AnonHugePages: %lu", &kib) == 1)
			seen = kib;
	}
	if (smaps)
		fclose(smaps);
	return seen == HUGE / KIB;
}

static void make_thp(struct report *report, void *unused)
{
	(void)unused;
	area = map_huge(report);
	if (!area)
		return;
	touch_write(area, 1);
	if (!is_huge(area)) {
		errno = ENOMEM;
		report_skip(report, "no huge page was given");
	}
}

static void make_thp_shared(struct report *report, void *unused)
{
	make_thp(report, unused);
	if (area)
		partner_start(report, partner_idle, NULL);
}

static void make_thp_first_copied(struct report *report, void *unused)
{
	make_thp(report, unused);
	if (area)
		partner_start(report, partner_copies, (void *)0);
}

static void make_thp_fifth_copied(struct report *report, void *unused)
{
	make_thp(report, unused);
	if (area)
		partner_start(report, partner_copies, (void *)5);
}

static void make_thp_halved(struct report *report, void *unused)
{
	make_thp(report, unused);
	if (area && madvise(area + HUGE / 2, HUGE / 2, MADV_DONTNEED))
		report_skip(report, "MADV_DONTNEED");
}

/* The whole huge page is read only: the huge zero page, where it is used. */
static void make_huge_zero(struct report *report, void *unused)
{
	(void)unused;
	area = map_huge(report);
	if (area)
		touch_read(area, 512);
}

/* ---- The table --------------------------------------------------------- */

#define K(metric, bytes) { PAGEMAP_##metric, (bytes) }

/*
 * A kernel may have written dirty pages of a file on disk back meanwhile, so
 * these rows name no clean or dirty figure.
 */
#define BY_WRITEBACK                                                          \
	(PAGEMAP_METRIC_BIT(PAGEMAP_SHARED_CLEAN) |                           \
	 PAGEMAP_METRIC_BIT(PAGEMAP_SHARED_DIRTY) |                           \
	 PAGEMAP_METRIC_BIT(PAGEMAP_PRIVATE_CLEAN) |                          \
	 PAGEMAP_METRIC_BIT(PAGEMAP_PRIVATE_DIRTY) |                          \
	 PAGEMAP_METRIC_BIT(PAGEMAP_PSS_DIRTY))

static const struct state states[] = {
	{ "nothing", make_none, .rss = 0,
	  .known = { K(SWAP, 0), K(VSS, P(N)), K(ANON, 0) } },
	{ "anonymous", make_anon, P(N), P(N), P(N),
	  .known = { K(ANON, P(N)), K(PRIVATE_DIRTY, P(N)), K(SWAP, 0),
		     K(VSS, P(2 * N)) } },
	{ "copy-on-write shared", make_cow, P(N), P(16) + P(48) / 2, P(16),
	  .partner_too = true, .known = { K(ANON, P(N)) } },
	{ "mlocked", make_mlocked, P(N), P(N), P(N),
	  .known = { K(LOCKED, P(N)), K(ANON, P(N)) } },
	{ "MADV_FREE", make_lazy_free, P(N), P(N), P(N),
	  .known = { K(ANON, P(N)) } },
	{ "zero page", make_zero, P(N / 2), P(N / 2), P(N / 2),
	  .known = { K(ANON, P(N / 2)), K(SWAP, 0) } },
	{ "guard pages", make_guard, P(N), P(N), P(N),
	  .known = { K(SWAP, 0), K(SWAP_PSS, 0) } },
	{ "userfaultfd markers", make_markers, P(N), P(N), P(N),
	  .known = { K(SWAP, 0), K(SWAP_PSS, 0) } },
	{ "memfd of one", make_memfd, P(N), P(N), P(N),
	  .known = { K(ANON, 0) } },
	{ "memfd of two", make_memfd_shared, P(N), P(N) / 2, 0,
	  .partner_too = true, .known = { K(ANON, 0) } },
	{ "shared anonymous, half of it by two", make_shared_anon, P(N),
	  P(N) / 2 + P(N) / 4, P(N) / 2, .known = { K(ANON, 0) } },
	{ "file private", make_file_private, P(N), P(N), P(N),
	  .known = { K(ANON, 0) } },
	{ "file private, half written", make_file_copied, P(N), P(N), P(N),
	  .known = { K(ANON, P(N / 2)) } },
	{ "file private by two", make_file_read_by_two, P(N), P(N) / 2, 0,
	  .partner_too = true, .known = { K(ANON, 0) } },
	{ "file shared clean", make_file_shared_clean, P(N), P(N), P(N),
	  .known = { K(ANON, 0), K(PRIVATE_CLEAN, P(N)),
		     K(PRIVATE_DIRTY, 0) } },
	{ "file shared dirty by two", make_file_shared_dirty, P(N), P(N) / 2, 0,
	  .partner_too = true, .known = { K(ANON, 0) },
	  .differing = BY_WRITEBACK },
	/* The kernel counts mappings, the census processes. */
	{ "mapped twice by one process", make_mapped_twice, P(2 * N), P(N),
	  P(N), .kernel_differs = true, .kernel_pss = P(N), .kernel_uss = 0 },
	{ "huge page", make_thp, HUGE, HUGE, HUGE,
	  .known = { K(ANON_THP, HUGE), K(ANON, HUGE) } },
	{ "huge page of two", make_thp_shared, HUGE, HUGE / 2, 0,
	  .partner_too = true, .known = { K(ANON_THP, HUGE) } },
	/* pagemap's bit 56 of all 512 pages is that of the first. */
	{ "huge page, first page copied", make_thp_first_copied, HUGE,
	  P(1) + P(511) / 2, P(1), .partner_too = true,
	  .known = { K(ANON, HUGE) } },
	{ "huge page, fifth page copied", make_thp_fifth_copied, HUGE,
	  P(1) + P(511) / 2, P(1), .partner_too = true,
	  .known = { K(ANON, HUGE) } },
	{ "huge page, half of it given back", make_thp_halved, HUGE / 2,
	  HUGE / 2, HUGE / 2, .known = { K(ANON_THP, 0) } },
	{ "huge zero page", make_huge_zero, 0, 0, 0,
	  .known = { K(ANON, 0), K(ANON_THP, 0), K(SWAP, 0) } },
};

#define STATE_COUNT (sizeof(states) / sizeof(*states))

/* Zero pages are shown apart, by whoever sees them. */
static void zero_pages_are_counted_apart(void **unused)
{
	const struct {
		victim_fn make;
		uint64_t bytes;
	} rows[] = { { make_zero, P(N) }, { make_huge_zero, HUGE } };
	struct pagemap_source *source = open_live();

	(void)unused;
	for (size_t i = 0; i < 2; i++) {
		struct pagemap_snapshot *snapshot;
		struct pagemap_usage usage;
		struct victim victim;

		victim_start(&victim, rows[i].make, NULL);
		assert_string_equal(victim.report.skip, "");
		victim_stop(&victim);
		snapshot = take(source, PAGEMAP_ENGINE_CENSUS, &victim.pid, 1);
		usage_of_ranges(snapshot, victim.pid, victim.report.ranges,
				victim.report.count, &usage);
		expect_exact(&usage, PAGEMAP_ZERO, rows[i].bytes, "zero");
		pagemap_snapshot_free(snapshot);
		victim_end(&victim);
	}
	pagemap_source_close(source);
}

/* ---- What the kernel itself maps into everyone ------------------------- */

static void make_vdso(struct report *report, void *unused)
{
	const char *vdso = (const char *)getauxval(AT_SYSINFO_EHDR);

	(void)report;
	(void)unused;
	if (vdso)
		touch_read(vdso, 1);
}

static const struct pagemap_mapping *
mapping_named(const struct pagemap_snapshot *snapshot, pid_t pid,
	      const char *path)
{
	const struct pagemap_process *process =
		pagemap_snapshot_find_pid(snapshot, pid);

	for (size_t i = 0; i < pagemap_process_mapping_count(process); i++) {
		const struct pagemap_mapping *mapping =
			pagemap_process_mapping_at(process, i);

		if (strcmp(pagemap_mapping_path(mapping), path) == 0)
			return mapping;
	}
	return NULL;
}

/* Usages of a named mapping by both engines; skips where there is none. */
static void usages_of_named(const char *path, struct pagemap_usage usages[2])
{
	struct pagemap_source *source = open_live();
	struct victim victim;

	victim_start(&victim, make_vdso, NULL);
	victim_stop(&victim);
	for (int e = 0; e < 2; e++) {
		struct pagemap_snapshot *snapshot =
			take(source, both_engines[e], &victim.pid, 1);
		const struct pagemap_mapping *mapping =
			mapping_named(snapshot, victim.pid, path);

		if (!mapping)
			SKIP("no mapping %s on this machine", path);
		assert_int_equal(pagemap_mapping_kind(mapping),
				 PAGEMAP_MAPPING_VDSO);
		assert_int_equal(pagemap_usage_of_mapping(mapping, &usages[e]),
				 0);
		pagemap_snapshot_free(snapshot);
	}
	pagemap_source_close(source);
	victim_end(&victim);
}

/* Every process maps it, some perhaps unseen: then there are bounds. */
static void vdso_is_shared_by_all(void **unused)
{
	struct pagemap_usage usages[2];
	struct pagemap_value pss;
	uint64_t kernel;

	(void)unused;
	usages_of_named("[vdso]", usages);
	kernel = usages[0].value_bytes[PAGEMAP_PSS];
	assert_true(usages[0].value_bytes[PAGEMAP_RSS] >= PAGE);
	expect_exact(&usages[1], PAGEMAP_RSS,
		     usages[0].value_bytes[PAGEMAP_RSS], "vdso");
	expect_exact(&usages[1], PAGEMAP_USS, 0, "vdso");
	pss = pagemap_usage_value(&usages[1], PAGEMAP_PSS);
	assert_true(pss.quality <= PAGEMAP_BOUNDED);
	assert_true(pss.low < kernel + KIB && pss.high >= kernel);
	assert_true(pss.value < PAGE);
}

static void vvar_is_not_resident(void **unused)
{
	const enum pagemap_metric none[] = {
		PAGEMAP_RSS, PAGEMAP_PSS, PAGEMAP_USS, PAGEMAP_SWAP,
	};
	struct pagemap_usage usages[2];

	(void)unused;
	usages_of_named("[vvar]", usages);
	for (int e = 0; e < 2; e++)
		for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
			expect_exact(&usages[e], none[i], 0, "vvar");
}

static void migration_entries(void **unused)
{
	(void)unused;
	SKIP("migration and device-private entries: no way to hold one still");
}

static int end_all(void **unused)
{
	(void)unused;
	victim_end_all();
	return 0;
}

int main(void)
{
	struct CMUnitTest tests[STATE_COUNT + 4] = {
		cmocka_unit_test(zero_pages_are_counted_apart),
		cmocka_unit_test(vdso_is_shared_by_all),
		cmocka_unit_test(vvar_is_not_resident),
		cmocka_unit_test(migration_entries),
	};

	if (geteuid() != 0) {
		printf("needs root, for frame numbers\n");
		return 77;
	}
	for (size_t i = 0; i < STATE_COUNT; i++)
		tests[4 + i] = (struct CMUnitTest){
			states[i].name, state_test, NULL, end_all,
			(void *)&states[i],
		};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
