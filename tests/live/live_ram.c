// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All of RAM on the running machine: memory that the test makes is found in
 * its class, frame for frame, and so is whose it is, and moves its class by its
 * size; every frame is in one class; the figures of meminfo agree; the residual
 * is small.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common_guardian.h"
#include "common_measure.h"
#include "common_tool.h"

#include <cmocka.h>

#define N 8192ul			/* pages: 32 MiB */
#define TRIES 8				/* others use this machine too */
#define BIT(name) PAGEMAP_RAM_BIT(PAGEMAP_RAM_##name)

static uint64_t pfns[N];

/* One reading of all; freed by look_end. */
struct look {
	struct pagemap_source *source;
	struct pagemap_snapshot *snapshot;
	struct pagemap_sharing *sharing;
	struct pagemap_ram *ram;
};

static void look_begin(struct look *look)
{
	struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts),
		.engine = PAGEMAP_ENGINE_CENSUS,
		.frames = PAGEMAP_FRAMES_ALL,
	};
	struct pagemap_ram_opts ram_opts = {
		.size = sizeof(ram_opts), .ranges = true, .runs = true,
	};

	look->source = open_live();
	assert_int_equal(pagemap_snapshot_take(look->source, &opts,
					       &look->snapshot), 0);
	assert_int_equal(pagemap_sharing_find(look->snapshot, &look->sharing),
			 0);
	ram_opts.sharing = look->sharing;
	assert_int_equal(pagemap_ram_read(look->source, &ram_opts, &look->ram),
			 0);
}

static void look_end(struct look *look)
{
	pagemap_ram_free(look->ram);
	pagemap_sharing_free(look->sharing);
	pagemap_snapshot_free(look->snapshot);
	pagemap_source_close(look->source);
}

static uint64_t pages_of(const struct look *look, uint64_t classes)
{
	return pagemap_ram_value(look->ram, classes).value / PAGE;
}

/* ---- Frames of known memory -------------------------------------------- */

static size_t range_count(const struct pagemap_ram *ram)
{
	struct pagemap_ram_range range;
	size_t low = 0, high = 1;

	while (!pagemap_ram_range_at(ram, high, &range))
		high *= 2;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (pagemap_ram_range_at(ram, middle, &range))
			high = middle;
		else
			low = middle;
	}
	return high;
}

static enum pagemap_ram_class class_of_frame(const struct pagemap_ram *ram,
					     size_t count, uint64_t pfn)
{
	struct pagemap_ram_range range;
	size_t low = 0, high = count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		pagemap_ram_range_at(ram, middle, &range);
		if (range.first_pfn > pfn)
			high = middle;
		else
			low = middle;
	}
	assert_int_equal(pagemap_ram_range_at(ram, low, &range), 0);
	assert_true(pfn >= range.first_pfn &&
		    pfn < range.first_pfn + range.frame_count);
	return range.ram_class;
}

/* How many of the known frames are in the class. */
static size_t found_in(const struct look *look, enum pagemap_ram_class wanted)
{
	size_t i, found = 0, count = range_count(look->ram);

	for (i = 0; i < N; i++)
		found += class_of_frame(look->ram, count, pfns[i]) == wanted;
	return found;
}

/* The frames behind a mapping, of a process that holds still. */
static void read_pfns(pid_t pid, uint64_t start)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/pagemap", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(pread(fd, pfns, sizeof(pfns), (off_t)(start / PAGE * 8)),
			 sizeof(pfns));
	close(fd);
	for (size_t i = 0; i < N; i++) {
		assert_true(pfns[i] >> 63);
		pfns[i] &= (UINT64_C(1) << 55) - 1;
	}
}

/* The kernel may move a page to another frame meanwhile: one in a hundred. */
static void expect_found(const struct look *look, enum pagemap_ram_class wanted)
{
	size_t found = found_in(look, wanted);

	if (found < N - N / 100)
		print_message("%zu of %zu frames in %s\n", found, (size_t)N,
			      pagemap_ram_class_name(wanted));
	assert_true(found >= N - N / 100);
}

static size_t index_of(const struct pagemap_snapshot *snapshot, pid_t pid)
{
	const struct pagemap_process *process =
		pagemap_snapshot_find_pid(snapshot, pid);

	assert_non_null(process);
	return pagemap_process_index(process);
}

/* What of a class one process alone maps. */
static void expect_owned(const struct look *look, pid_t pid,
			 enum pagemap_ram_class wanted)
{
	uint64_t rows[1 + PAGEMAP_RAM_ROW_COUNT][PAGEMAP_RAM_CLASS_COUNT];
	size_t i, count = pagemap_snapshot_process_count(look->snapshot);
	uint32_t *group_of = malloc(count * sizeof(*group_of));
	const struct pagemap_partition partition = { group_of, count, 1 };

	assert_non_null(group_of);
	for (i = 0; i < count; i++)
		group_of[i] = PAGEMAP_NO_GROUP;
	group_of[index_of(look->snapshot, pid)] = 0;
	assert_int_equal(pagemap_ram_of_groups(look->ram, &partition, rows), 0);
	/* Beside it the process has a few pages of its own. */
	assert_in_range(rows[0][wanted], N - N / 100, N + 512);
	free(group_of);
}

static int compare_pfns(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static bool is_of(const struct look *look, const struct pagemap_ram_run *run,
		  enum pagemap_ram_class wanted, size_t process)
{
	struct pagemap_share_set set;

	return run->ram_class == wanted && run->set != PAGEMAP_NO_SET &&
	       !pagemap_sharing_set_at(look->sharing, run->set, &set) &&
	       set.member_count == 1 && set.members[0] == process &&
	       run->flags >> PAGEMAP_FLAG_MMAP & 1;
}

/* By runs too: each frame's flags, and that this process alone maps it. */
static void expect_runs(const struct look *look, pid_t pid,
			enum pagemap_ram_class wanted)
{
	size_t process = index_of(look->snapshot, pid);
	struct pagemap_ram_run run;
	size_t i, at = 0, found = 0;

	qsort(pfns, N, sizeof(*pfns), compare_pfns);
	for (i = 0; !pagemap_ram_run_at(look->ram, i, &run); i++)
		for (; at < N && pfns[at] < run.first_pfn + run.frame_count;
		     at++)
			found += is_of(look, &run, wanted, process);
	if (found < N - N / 100)
		print_message("%zu of %zu frames in runs of %s\n", found,
			      (size_t)N, pagemap_ram_class_name(wanted));
	assert_true(found >= N - N / 100);
}

static void make_mapped(struct report *report, void *context)
{
	int fd = context == (void *)BIT(SHMEM_MAPPED) ? new_memfd(N) :
		 context == (void *)BIT(FILE_MAPPED) ? new_file(N) : -1;
	int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
	char *area = map_range(report, N * PAGE, flags, fd);

	if (!area)
		return;
	if (context == (void *)BIT(FILE_MAPPED))
		touch_read(area, N);
	else
		touch_write(area, N);
}

static void mapped(enum pagemap_ram_class wanted)
{
	struct victim victim;
	struct look look;

	victim_start(&victim, make_mapped, (void *)PAGEMAP_RAM_BIT(wanted));
	assert_string_equal(victim.report.skip, "");
	victim_stop(&victim);
	read_pfns(victim.pid, victim.report.ranges[0].start);
	look_begin(&look);
	expect_found(&look, wanted);
	expect_owned(&look, victim.pid, wanted);
	expect_runs(&look, victim.pid, wanted);
	look_end(&look);
	victim_end(&victim);
}

static void anonymous(void **unused)
{
	(void)unused;
	mapped(PAGEMAP_RAM_ANON);
}

static void shmem_mapped(void **unused)
{
	(void)unused;
	mapped(PAGEMAP_RAM_SHMEM_MAPPED);
}

static void file_mapped(void **unused)
{
	(void)unused;
	mapped(PAGEMAP_RAM_FILE_MAPPED);
}

/* Maps a file for as long as it takes to learn its frames. */
static void learn_frames(int fd)
{
	char *area = mmap(NULL, N * PAGE, PROT_READ, MAP_SHARED, fd, 0);

	assert_true(area != MAP_FAILED);
	touch_read(area, N);
	read_pfns(getpid(), (uintptr_t)area);
	munmap(area, N * PAGE);
}

static void write_all(int fd)
{
	static const char page[PAGE] = "dirty";

	for (size_t i = 0; i < N; i++)
		assert_int_equal(pwrite(fd, page, PAGE, (off_t)(i * PAGE)),
				 PAGE);
}

static void shmem_unmapped(void **unused)
{
	struct look look;
	int fd = new_memfd(N);

	(void)unused;
	write_all(fd);
	learn_frames(fd);
	look_begin(&look);
	expect_found(&look, PAGEMAP_RAM_SHMEM_UNMAPPED);
	look_end(&look);
	close(fd);
}

static void file_unmapped(void **unused)
{
	struct look look;
	int fd = new_file(N);

	(void)unused;
	assert_true(fd >= 0);
	learn_frames(fd);
	look_begin(&look);
	expect_found(&look, PAGEMAP_RAM_FILE_CLEAN);
	look_end(&look);
	write_all(fd);
	look_begin(&look);
	expect_found(&look, PAGEMAP_RAM_FILE_DIRTY);
	look_end(&look);
	close(fd);
}

/* ---- What is made is seen by the tool ---------------------------------- */

static bool is_near(int64_t moved, int64_t wanted)
{
	int64_t slack = wanted / 100 > 64 ? wanted / 100 : 64;

	return moved - wanted <= slack && wanted - moved <= slack;
}

static void make_nothing(struct report *report, void *unused)
{
	(void)report, (void)unused;
}

/* This program's part of a class, and all of the class, in pages. */
static void read_csv(const char *csv, const char *ram_class, int64_t *ret_own,
		     int64_t *ret_all)
{
	char word[64], name[512];
	size_t line;

	*ret_own = *ret_all = 0;
	for (line = 1; csv_line(csv, line); line++) {
		int64_t pages;

		if (!csv_field(csv, line, "class", word, sizeof(word)) ||
		    strcmp(word, ram_class) != 0)
			continue;
		pages = (int64_t)csv_number(csv, line, "frames");
		csv_field(csv, line, "name", name, sizeof(name));
		if (!*name)
			*ret_all = pages;
		if (strstr(name, "/live_ram"))
			*ret_own = pages;
	}
}

/*
 * The tool is another program: reading by itself would change what the victim
 * has inherited, and shares with this one.
 */
static int64_t pages_beside(victim_fn make, enum pagemap_ram_class made)
{
	const pid_t none[2] = { 0, 0 };
	struct victim victim;
	struct tool_run run;
	int64_t own, all;

	victim_start(&victim, make, (void *)PAGEMAP_RAM_BIT(made));
	assert_string_equal(victim.report.skip, "");
	tool_run(&run, 0, "memrank -w --csv --by exe", none);
	victim_end(&victim);
	assert_int_equal(run.status, 0);
	read_csv(run.out, pagemap_ram_class_name(made), &own, &all);
	assert_true(own <= all);
	tool_done(&run);
	return own;
}

static void expect_moves(enum pagemap_ram_class made)
{
	int64_t moved = pages_beside(make_mapped, made) -
			pages_beside(make_nothing, made);

	print_message("%s moved by %ld of %ld pages\n",
		      pagemap_ram_class_name(made), (long)moved, (long)N);
	assert_true(is_near(moved, N));
}

static void classes_move(void **unused)
{
	(void)unused;
	if (!tools_are_there(0))
		SKIP("memrank is not there");
	expect_moves(PAGEMAP_RAM_ANON);
	expect_moves(PAGEMAP_RAM_SHMEM_MAPPED);
	expect_moves(PAGEMAP_RAM_FILE_MAPPED);
}

/* ---- hugetlb ----------------------------------------------------------- */

#define NR_HUGE "/proc/sys/vm/nr_hugepages"
#define HUGE_COUNT 4

static void make_hugetlb(struct report *report, void *unused)
{
	char *area = map_range(report, HUGE_COUNT / 2 * HUGE, MAP_PRIVATE |
			       MAP_ANONYMOUS | MAP_HUGETLB, -1);

	(void)unused;
	if (area)
		touch_write(area, HUGE_COUNT / 2 * 512);
}

static long setting_number(const char *path)
{
	char text[64];

	return setting_read(path, text, sizeof(text)) ? atol(text) : -1;
}

static void hugetlb(void **unused)
{
	struct guardian *guardian = guardian_start();
	uint64_t mapped_before, free_before;
	long before = setting_number(NR_HUGE);
	struct victim victim;
	struct look look;
	char wanted[32];

	(void)unused;
	if (!guardian)
		SKIP("needs root, and nobody else who changes settings");
	look_begin(&look);
	mapped_before = pages_of(&look, BIT(HUGETLB_MAPPED));
	free_before = pages_of(&look, BIT(HUGETLB_FREE));
	look_end(&look);
	snprintf(wanted, sizeof(wanted), "%ld", before + HUGE_COUNT);
	guardian_set(guardian, NR_HUGE, wanted);
	if (setting_number(NR_HUGE) < before + HUGE_COUNT) {
		guardian_stop(guardian);
		SKIP("no huge pages are to be had");
	}
	victim_start(&victim, make_hugetlb, NULL);
	assert_string_equal(victim.report.skip, "");
	look_begin(&look);
	assert_int_equal(pages_of(&look, BIT(HUGETLB_MAPPED)),
			 mapped_before + HUGE_COUNT / 2 * 512);
	assert_int_equal(pages_of(&look, BIT(HUGETLB_FREE)),
			 free_before + HUGE_COUNT / 2 * 512);
	look_end(&look);
	victim_end(&victim);
	guardian_stop(guardian);
	assert_int_equal(setting_number(NR_HUGE), before);
}

/* ---- The whole --------------------------------------------------------- */

/* Ranges and runs are of the same frames in the same classes. */
static void expect_same_classes(const struct pagemap_ram *ram)
{
	uint64_t frames[PAGEMAP_RAM_CLASS_COUNT] = { 0 };
	struct pagemap_ram_range range;
	struct pagemap_ram_run run;
	uint64_t next = 0;
	size_t i;

	for (i = 0; !pagemap_ram_range_at(ram, i, &range); i++)
		frames[range.ram_class] += range.frame_count;
	for (i = 0; !pagemap_ram_run_at(ram, i, &run); i++) {
		assert_int_equal(run.first_pfn, next);
		next += run.frame_count;
		frames[run.ram_class] -= run.frame_count;
	}
	for (i = 0; i < PAGEMAP_RAM_CLASS_COUNT; i++)
		assert_int_equal(frames[i], 0);
}

/* In order, and of frames that there are. */
static void expect_zones(const struct pagemap_ram *ram, uint64_t frames)
{
	struct pagemap_ram_zone zone;
	uint64_t end = 0;
	size_t i;

	for (i = 0; !pagemap_ram_zone_at(ram, i, &zone); i++) {
		assert_true(zone.first_pfn >= end && zone.frame_count);
		end = zone.first_pfn + zone.frame_count;
		assert_true(zone.node < 0 || *zone.name);
	}
	assert_true(i > 0 && end <= frames);
}

static void each_frame_once(void **unused)
{
	struct pagemap_ram_balance balance;
	struct pagemap_ram_range range;
	uint64_t sum = 0, next = 0;
	struct look look;
	size_t i;

	(void)unused;
	look_begin(&look);
	pagemap_ram_balance(look.ram, &balance);
	for (i = 0; i < PAGEMAP_RAM_CLASS_COUNT; i++)
		sum += pages_of(&look, PAGEMAP_RAM_BIT(i));
	assert_int_equal(sum, balance.frames);
	for (i = 0; !pagemap_ram_range_at(look.ram, i, &range); i++) {
		assert_int_equal(range.first_pfn, next);
		next += range.frame_count;
	}
	assert_int_equal(next, balance.frames);
	expect_same_classes(look.ram);
	expect_zones(look.ram, balance.frames);
	look_end(&look);
}

/* Under half a percent, unless much moves while it is read. */
static void residual_is_small(void **unused)
{
	struct pagemap_ram_balance balance;
	struct look look;
	double percent = 100;
	int i;

	(void)unused;
	for (i = 0; i < TRIES && (percent >= 0.5 || percent <= -0.5); i++) {
		look_begin(&look);
		pagemap_ram_balance(look.ram, &balance);
		look_end(&look);
		percent = 100.0 * (double)balance.residual_bytes /
			  (double)balance.mem_total.value;
		print_message("residual: %ld pages, %.4f %% of MemTotal; %lu "
			      "frames moved\n",
			      (long)balance.residual_bytes / (long)PAGE,
			      percent, (unsigned long)balance.moved_pages);
	}
	assert_true(percent < 0.5 && percent > -0.5);
}

/* These count what frames show, and no more: but for what moves meanwhile. */
static bool should_agree(const char *name)
{
	static const char *const names[] = {
		"MemTotal", "MemFree", "AnonPages", "Mapped", "Cached", "Shmem",
		"SwapCached", "PageTables", "Hugetlb",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

static size_t count_disagreeing(const struct look *look, bool say)
{
	struct pagemap_ram_check check;
	size_t i, wrong = 0;

	for (i = 0; !pagemap_ram_check_at(look->ram, i, &check); i++) {
		int64_t slack = (int64_t)(check.told.high - check.told.low);

		if (!should_agree(check.name))
			continue;
		slack += (int64_t)check.told.value / 100 > (int64_t)(64 * PAGE)
			 ? (int64_t)check.told.value / 100 : (int64_t)(64 * PAGE);
		if (llabs((long long)(check.seen.value - check.told.value)) <=
		    slack)
			continue;
		wrong++;
		if (say)
			print_message("%s: %lu, and frames %lu\n", check.name,
				      (unsigned long)check.told.value,
				      (unsigned long)check.seen.value);
	}
	return wrong;
}

static void meminfo_agrees(void **unused)
{
	size_t wrong = 1;
	struct look look;
	int i;

	(void)unused;
	for (i = 0; i < TRIES && wrong; i++) {
		look_begin(&look);
		wrong = count_disagreeing(&look, i == TRIES - 1);
		look_end(&look);
	}
	assert_int_equal(wrong, 0);
}

/* ---- The tool ---------------------------------------------------------- */

static void for_root_alone(void **unused)
{
	const pid_t none[2] = { 0, 0 };
	struct tool_run run;

	(void)unused;
	if (!tools_are_there(NOBODY))
		SKIP("memrank is not there, or nobody may not start it");
	tool_run(&run, NOBODY, "memrank -w", none);
	assert_int_equal(run.status, 1);
	assert_string_equal(run.out, "");
	assert_non_null(strstr(run.err, "run as root"));
	assert_int_equal(count_lines(run.err), 1);
	tool_done(&run);
	tool_run(&run, 0, "memrank -w --csv", none);
	assert_int_equal(run.status, 0);
	assert_true(count_lines(run.out) > PAGEMAP_RAM_CLASS_COUNT);
	tool_done(&run);
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
		OWN_TEST(anonymous),
		OWN_TEST(shmem_mapped),
		OWN_TEST(file_mapped),
		OWN_TEST(shmem_unmapped),
		OWN_TEST(file_unmapped),
		OWN_TEST(classes_move),
		OWN_TEST(hugetlb),
		OWN_TEST(each_frame_once),
		OWN_TEST(residual_is_small),
		OWN_TEST(meminfo_agrees),
		OWN_TEST(for_root_alone),
	};

	if (geteuid() != 0) {
		printf("needs root\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
