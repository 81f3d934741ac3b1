// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs as root inside a guest with the module kpagemap: every frame of
 * /proc/kpagemap against /proc/kpagecount and /proc/kpageflags, memory whose
 * frames are known, wrong reads, and the time it takes.  Prints TAP.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/kernel-page-flags.h>
#include <string.h>
#include <sys/stat.h>

#include "guest.h"
#include "../../kernel/uapi/kpagemap.h"

#define BATCH 1024
#define SPEED_ROUNDS 5

static int ours, counts, flags;

/* ---- Every frame ------------------------------------------------------- */

struct mainline {
	uint64_t counts[BATCH], flags[BATCH];
	size_t got;
};

static void read_mainline(uint64_t pfn, struct mainline *ret)
{
	ssize_t a = pread(counts, ret->counts, sizeof(ret->counts), pfn * 8);
	ssize_t b = pread(flags, ret->flags, sizeof(ret->flags), pfn * 8);

	ret->got = a < 0 || b < 0 ? 0 : (size_t)(a < b ? a : b) / 8;
}

struct tally {
	uint64_t same, different, changed, beyond;
};

static void compare_one(uint64_t pfn, const struct kpagemap_record *record,
			uint64_t count, uint64_t word, struct tally *tally)
{
	if (record->flags == word && record->map_count == count) {
		tally->same++;
		return;
	}
	if (tally->different++ < 8)
		printf("# frame %#jx: flags %#jx count %u, mainline %#jx %ju\n",
		       (uintmax_t)pfn, (uintmax_t)record->flags,
		       record->map_count, (uintmax_t)word, (uintmax_t)count);
}

/* Mainline is read before and after: what it changed itself is set aside. */
static void compare_batch(uint64_t pfn, struct tally *tally, size_t *ret_got)
{
	static struct kpagemap_record records[BATCH];
	static struct mainline before, after;
	ssize_t got;

	read_mainline(pfn, &before);
	got = pread(ours, records, sizeof(records), pfn * sizeof(*records));
	read_mainline(pfn, &after);
	*ret_got = got < 0 ? 0 : (size_t)got / sizeof(*records);
	for (size_t i = 0; i < *ret_got; i++) {
		if (i >= before.got || i >= after.got)
			tally->beyond++;
		else if (before.counts[i] != after.counts[i] ||
			 before.flags[i] != after.flags[i])
			tally->changed++;
		else
			compare_one(pfn + i, &records[i], before.counts[i],
				    before.flags[i], tally);
	}
}

static void compare_all(const char *name)
{
	struct tally tally = { 0 };
	uint64_t pfn = 0;
	size_t got;

	do {
		compare_batch(pfn, &tally, &got);
		pfn += got;
	} while (got == BATCH);
	printf("# %ju frames the same, %ju different, %ju changed meanwhile, "
	       "%ju that mainline does not show\n", (uintmax_t)tally.same,
	       (uintmax_t)tally.different, (uintmax_t)tally.changed,
	       (uintmax_t)tally.beyond);
	check(tally.same > 10000 && !tally.different &&
	      tally.changed < tally.same / 50, name);
}

/* ---- Known memory ------------------------------------------------------ */

static uint64_t frame_of(const void *at)
{
	uint64_t entry = 0;
	int fd = open("/proc/self/pagemap", O_RDONLY);

	if (pread(fd, &entry, 8, (uintptr_t)at / PAGE * 8) != 8)
		entry = 0;
	close(fd);
	return entry & PRESENT ? entry & PFN_MASK : 0;
}

static struct kpagemap_record record_of(const void *at)
{
	struct kpagemap_record record = { 0 };
	uint64_t pfn = frame_of(at);

	if (!pfn || pread(ours, &record, sizeof(record), pfn * 16) != 16)
		memset(&record, 0xff, sizeof(record));
	return record;
}

static bool has(const struct kpagemap_record *record, unsigned int bit)
{
	return record->flags >> bit & 1;
}

static void check_sharing(void)
{
	char *own = map(64 * PAGE, MAP_PRIVATE | MAP_ANONYMOUS);
	struct kpagemap_record alone, shared, again;
	int ends[2];
	pid_t child;

	memset(own, 1, 64 * PAGE);
	alone = record_of(own + 5 * PAGE);
	if (pipe(ends) || (child = fork()) < 0)
		exit(1);
	if (!child) {
		char byte;

		close(ends[1]);
		_exit(read(ends[0], &byte, 1) != 0);
	}
	shared = record_of(own + 5 * PAGE);
	close(ends[0]);
	close(ends[1]);
	waitpid(child, NULL, 0);
	again = record_of(own + 5 * PAGE);
	check(alone.map_count == 1 && shared.map_count == 2 &&
	      again.map_count == 1, "a forked page is mapped twice, then once");
	check(alone.ref_count >= 1 && shared.ref_count > alone.ref_count,
	      "references count too");
	check(has(&alone, KPF_ANON) && has(&alone, KPF_MMAP) &&
	      has(&alone, KPF_SWAPBACKED), "an anonymous page is called so");
	munmap(own, 64 * PAGE);
}

static void check_kinds(void)
{
	char *zero = map(PAGE, MAP_PRIVATE | MAP_ANONYMOUS);
	char *area = map(2 * HUGE, MAP_PRIVATE | MAP_ANONYMOUS);
	char *huge = (char *)(((uintptr_t)area + HUGE - 1) & ~(HUGE - 1));
	struct kpagemap_record record;

	if (*(volatile char *)zero)
		exit(1);
	record = record_of(zero);
	check(has(&record, KPF_ZERO_PAGE), "the zero page is called so");
	if (madvise(huge, HUGE, MADV_HUGEPAGE)) {
		skip("huge pages", "this kernel has none");
		return;
	}
	memset(huge, 1, HUGE);
	record = record_of(huge);
	check(has(&record, KPF_THP) && has(&record, KPF_COMPOUND_HEAD) &&
	      record.map_count == 1, "a huge page's head");
	record = record_of(huge + 77 * PAGE);
	check(has(&record, KPF_THP) && has(&record, KPF_COMPOUND_TAIL) &&
	      record.map_count == 1, "a huge page's tail");
	munmap(area, 2 * HUGE);
	/* Read only: the huge zero page. */
	area = map(2 * HUGE, MAP_PRIVATE | MAP_ANONYMOUS);
	huge = (char *)(((uintptr_t)area + HUGE - 1) & ~(HUGE - 1));
	madvise(huge, HUGE, MADV_HUGEPAGE);
	if (*(volatile char *)huge)
		exit(1);
	compare_all("every frame as in mainline, with the huge zero page");
	munmap(area, 2 * HUGE);
}

/* ---- Wrong reads ------------------------------------------------------- */

static void check_reads(void)
{
	struct stat st;
	int status;
	pid_t child;

	check_wrong_reads(ours, (off_t)1 << 60);
	check(!fstat(ours, &st) && (st.st_mode & 0777) == 0400,
	      "the file is root's alone");
	child = fork();
	if (!child)
		_exit(setuid(65534) || open("/proc/kpagemap", O_RDONLY) >= 0 ||
		      errno != EACCES);
	waitpid(child, &status, 0);
	check(status == 0, "another user may not open it");
}

/* ---- Speed ------------------------------------------------------------- */

static double time_whole(int fd, size_t size)
{
	static char buffer[1 << 18];
	double start = now_s();
	off_t at = 0;
	ssize_t got;

	while ((got = pread(fd, buffer, BATCH * 16 * size, at)) > 0)
		at += got;
	return now_s() - start;
}

static void measure_speed(void)
{
	double ratios[SPEED_ROUNDS];

	for (int i = 0; i < SPEED_ROUNDS; i++) {
		double one = time_whole(ours, 2);
		double two = time_whole(counts, 1) + time_whole(flags, 1);

		ratios[i] = one / two;
	}
	qsort(ratios, SPEED_ROUNDS, sizeof(*ratios), compare_doubles);
	printf("# kpagemap / (kpagecount + kpageflags), time: %.2f "
	       "(%.2f..%.2f)\n", ratios[SPEED_ROUNDS / 2], ratios[0],
	       ratios[SPEED_ROUNDS - 1]);
	check(ratios[SPEED_ROUNDS / 2] < 1, "one pass is quicker than two");
}

int main(void)
{
	ours = open("/proc/kpagemap", O_RDONLY);
	counts = open("/proc/kpagecount", O_RDONLY);
	flags = open("/proc/kpageflags", O_RDONLY);
	if (!check(ours >= 0 && counts >= 0 && flags >= 0, "the files are there"))
		return 1;
	compare_all("every frame as in mainline");
	check_sharing();
	check_kinds();
	check_reads();
	measure_speed();
	return 0;
}
