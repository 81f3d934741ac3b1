// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * guest_pages [SWAP]: runs as root inside a guest with procfs_pagemap mounted
 * at /proc/pagemap: every page of every process against mainline's files,
 * memory whose state is known, wrong reads, ends of processes, and the time
 * that it takes. With SWAP, pages can be swapped out. Prints TAP.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <linux/userfaultfd.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "../../kernel/uapi/procfs_pagemap.h"
#include "guest.h"

#define BATCH 1024
#define SPEED_ROUNDS 5
#define SPEED_BYTES (64ul << 20)
#define COUNTED_ONE_IN 16
#define UFFD_WP_BIT (UINT64_C(1) << 57)

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif

typedef struct procfs_pagemap_record record_t;

static int counts;

static int open_of(const char *format, int pid)
{
	char path[64];

	snprintf(path, sizeof(path), format, pid);
	return open(path, O_RDONLY);
}

/* ---- Every page of every process ----------------------------------------- */

struct tally {
	uint64_t pages, present, different, changed, wrong_counts;
};

static uint64_t uncounted;	/* frames that mainline does not show */

struct files {
	int ours, mainline;
};

/* What mainline says of the frame, unless it is counted for nobody. */
static bool is_count_right(const record_t *record)
{
	uint64_t count;
	off_t at = (off_t)(record->entry & PFN_MASK) * 8;

	if (!(record->entry & PRESENT) || record->bits & PROCFS_PAGEMAP_SPECIAL)
		return !record->map_count;
	if (pread(counts, &count, 8, at) == 8)
		return record->map_count == count;
	uncounted++;
	return true;
}

static void compare_one(const struct files *files, uint64_t vpn,
			const record_t *record, uint64_t entry,
			struct tally *tally)
{
	record_t again;

	tally->pages++;
	if (record->entry != entry && tally->different++ < 8)
		printf("# page %#jx: %#jx, mainline %#jx\n",
		       (uintmax_t)vpn * PAGE, (uintmax_t)record->entry,
		       (uintmax_t)entry);
	if (!(entry & PRESENT)) {
		tally->different += record->map_count || record->bits;
		return;
	}
	tally->present++;
	/* Once more: the count may have changed since the record was read. */
	if (is_count_right(record) ||
	    pread(files->ours, &again, 16, (off_t)vpn * 16) != 16 ||
	    is_count_right(&again))
		return;
	if (tally->wrong_counts++ < 8)
		printf("# page %#jx: count %u, entry %#jx, bits %#x\n",
		       (uintmax_t)vpn * PAGE, again.map_count,
		       (uintmax_t)again.entry, again.bits);
}

/* Mainline is read before and after: what it changed itself is set aside. */
static void compare_batch(const struct files *files, uint64_t vpn,
			  size_t count, struct tally *tally)
{
	static uint64_t before[BATCH], after[BATCH];
	static record_t records[BATCH];
	ssize_t a = pread(files->mainline, before, count * 8, vpn * 8);
	ssize_t got = pread(files->ours, records, count * 16, vpn * 16);
	ssize_t b = pread(files->mainline, after, count * 8, vpn * 8);

	if (got / 2 != a || a != b) {
		tally->changed += count;
		return;
	}
	for (ssize_t i = 0; i < a / 8; i++) {
		if (before[i] != after[i])
			tally->changed++;
		else
			compare_one(files, vpn + i, &records[i], before[i],
				    tally);
	}
}

static void compare_process(int pid, struct tally *tally)
{
	struct files files = { open_of("/proc/pagemap/%d/pagemap", pid),
			       open_of("/proc/%d/pagemap", pid) };
	char path[64], line[512];
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	maps = fopen(path, "r");
	while (maps && files.ours >= 0 && fgets(line, sizeof(line), maps)) {
		unsigned long start, end;

		if (sscanf(line, "%lx-%lx", &start, &end) != 2 ||
		    start >= 1ul << 56)
			continue;
		/* A hole goes before it. */
		start = start / PAGE > 3 ? start / PAGE - 3 : 0;
		for (end /= PAGE; start < end; start += BATCH)
			compare_batch(&files, start, end - start < BATCH ?
				      end - start : BATCH, tally);
	}
	if (maps)
		fclose(maps);
	close(files.ours);
	close(files.mainline);
}

static void say_tally(const struct tally *tally, const char *name)
{
	printf("# %ju pages, %ju present: %ju entries and %ju counts "
	       "different, %ju changed meanwhile\n", (uintmax_t)tally->pages,
	       (uintmax_t)tally->present, (uintmax_t)tally->different,
	       (uintmax_t)tally->wrong_counts, (uintmax_t)tally->changed);
	check(tally->present > 20 && !tally->different &&
	      !tally->wrong_counts && tally->changed <= tally->pages / 20 + 20,
	      name);
}

static void compare_self(const char *name)
{
	struct tally tally = { 0 };

	compare_process(getpid(), &tally);
	say_tally(&tally, name);
}

static void compare_all(void)
{
	struct tally tally = { 0 };
	int processes = 0, listed = 0;
	struct dirent *entry;
	DIR *proc = opendir("/proc"), *ours = opendir("/proc/pagemap");

	while (proc && (entry = readdir(proc)))
		if (isdigit(entry->d_name[0])) {
			compare_process(atoi(entry->d_name), &tally);
			processes++;
		}
	while (ours && (entry = readdir(ours)))
		listed += isdigit(entry->d_name[0]) != 0;
	closedir(proc);
	closedir(ours);
	say_tally(&tally, "every page of every process as in mainline");
	printf("# %d processes, %d listed; %ju counts that mainline does not "
	       "show\n", processes, listed, (uintmax_t)uncounted);
	check(processes > 2 && listed == processes,
	      "the processes are those of /proc");
}

/* ---- Known memory -------------------------------------------------------- */

static int own;

static record_t record_of(const void *at)
{
	record_t record;

	if (pread(own, &record, 16, (uintptr_t)at / PAGE * 16) != 16)
		memset(&record, 0xff, sizeof(record));
	return record;
}

static bool has(const record_t *record, uint32_t bits)
{
	return record->entry & PRESENT && (record->bits & bits) == bits;
}

static bool lacks(const record_t *record, uint32_t bits)
{
	return record->entry & PRESENT && !(record->bits & bits);
}

static void check_sharing(void)
{
	char *at = map(4 * PAGE, MAP_PRIVATE | MAP_ANONYMOUS);
	record_t alone, shared, copied, kept, zero;
	char *nothing = map(PAGE, MAP_PRIVATE | MAP_ANONYMOUS);
	pid_t child;

	memset(at, 1, 4 * PAGE);
	alone = record_of(at);
	child = start_child();
	if (!child)
		for (;;)
			pause();
	shared = record_of(at);
	at[PAGE] = 2;
	copied = record_of(at + PAGE);
	kept = record_of(at + 2 * PAGE);
	check(alone.map_count == 1 && has(&alone, PROCFS_PAGEMAP_WRITABLE |
	      PROCFS_PAGEMAP_MODIFIED | PROCFS_PAGEMAP_ACCESSED),
	      "an own page: one mapping, modified, accessed, writable");
	check(shared.map_count == 2 && lacks(&shared, PROCFS_PAGEMAP_WRITABLE),
	      "a forked page: two mappings, not writable");
	check(copied.map_count == 1 && has(&copied, PROCFS_PAGEMAP_WRITABLE) &&
	      (copied.entry & PFN_MASK) != 0 && kept.map_count == 2,
	      "a page that was copied on writing: one mapping again");
	compare_self("entries of forked pages");
	end_child(child);
	if (*(volatile char *)nothing)
		exit(1);
	zero = record_of(nothing);
	check(has(&zero, PROCFS_PAGEMAP_SPECIAL) && !zero.map_count &&
	      lacks(&zero, PROCFS_PAGEMAP_WRITABLE | PROCFS_PAGEMAP_MODIFIED),
	      "the zero page is special, and counted for nobody");
	munmap(at, 4 * PAGE);
	munmap(nothing, PAGE);
}

static char *huge_area(void)
{
	char *area = map(2 * HUGE, MAP_PRIVATE | MAP_ANONYMOUS);
	char *huge = (char *)(((uintptr_t)area + HUGE - 1) & ~(HUGE - 1));

	return madvise(huge, HUGE, MADV_HUGEPAGE) ? NULL : huge;
}

static void check_huge(void)
{
	char *huge = huge_area();
	record_t head, tail, split;
	pid_t child;

	if (!huge) {
		skip("transparent huge pages", "this kernel has none");
		return;
	}
	memset(huge, 1, HUGE);
	head = record_of(huge);
	tail = record_of(huge + 77 * PAGE);
	check(has(&head, PROCFS_PAGEMAP_HUGE | PROCFS_PAGEMAP_MODIFIED) &&
	      has(&tail, PROCFS_PAGEMAP_HUGE) && head.map_count == 1 &&
	      tail.entry == head.entry + 77, "a huge page, mapped as one");
	compare_self("entries of a huge page");
	child = start_child();
	if (!child) {
		/* Here it is mapped page by page, and in part. */
		munmap(huge, PAGE);
		for (;;)
			pause();
	}
	usleep(300000);
	head = record_of(huge);
	tail = record_of(huge + 77 * PAGE);
	check(head.map_count == 1 && tail.map_count == 2,
	      "a huge page that another process maps in part");
	compare_self("entries of a huge page that is split elsewhere");
	end_child(child);
	mprotect(huge + 5 * PAGE, PAGE, PROT_READ);
	split = record_of(huge + 5 * PAGE);
	check(lacks(&split, PROCFS_PAGEMAP_HUGE | PROCFS_PAGEMAP_WRITABLE) &&
	      split.map_count == 1, "a huge page, split here");
	compare_self("entries of a huge page that is split here");

	huge = huge_area();
	if (*(volatile char *)huge)
		exit(1);
	head = record_of(huge + PAGE);
	check(has(&head, PROCFS_PAGEMAP_HUGE | PROCFS_PAGEMAP_SPECIAL) &&
	      !head.map_count, "the huge zero page is special");
	compare_self("entries of the huge zero page");
}

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	bool written = fd >= 0 &&
		       write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	close(fd);
	return written;
}

static void check_hugetlb(void)
{
	char *shared, *private;
	record_t one, two, alone;
	pid_t child;

	if (!write_file("/proc/sys/vm/nr_hugepages", "8")) {
		skip("hugetlb", "this kernel has none");
		return;
	}
	shared = map(2 * HUGE, MAP_SHARED | MAP_ANONYMOUS | MAP_HUGETLB);
	private = map(2 * HUGE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB);
	shared[0] = private[0] = 1;
	child = start_child();
	if (!child) {
		shared[1] = 1;
		for (;;)
			pause();
	}
	usleep(300000);
	one = record_of(shared + 3 * PAGE);
	two = record_of(private + 3 * PAGE);
	check(has(&one, PROCFS_PAGEMAP_HUGE | PROCFS_PAGEMAP_WRITABLE) &&
	      one.map_count == 2, "a shared page of hugetlb");
	check(has(&two, PROCFS_PAGEMAP_HUGE) && two.map_count == 2 &&
	      lacks(&two, PROCFS_PAGEMAP_WRITABLE),
	      "a private page of hugetlb, after a fork");
	compare_self("entries of hugetlb");
	private[0] = 2;
	alone = record_of(private);
	check(alone.map_count == 1 && has(&alone, PROCFS_PAGEMAP_WRITABLE),
	      "a private page of hugetlb, copied on writing");
	end_child(child);
	munmap(shared, 2 * HUGE);
	munmap(private, 2 * HUGE);
	write_file("/proc/sys/vm/nr_hugepages", "0");
}

static void check_swap(bool has_swap)
{
	char *at = map(256 * PAGE, MAP_PRIVATE | MAP_ANONYMOUS);
	record_t record;
	int swapped = 0;

	if (!has_swap) {
		skip("swapped pages", "there is nothing to swap to");
		return;
	}
	for (size_t i = 0; i < 256 * PAGE; i++)
		at[i] = (char)(i * 7 + i / PAGE);
	madvise(at, 256 * PAGE, MADV_PAGEOUT);
	for (size_t i = 0; i < 256; i++) {
		record = record_of(at + i * PAGE);
		swapped += record.entry & SWAPPED && !record.map_count &&
			   !record.bits;
	}
	printf("# %d of 256 pages swapped out\n", swapped);
	check(swapped > 200, "pages in swap");
	compare_self("entries of swapped pages");
	munmap(at, 256 * PAGE);
}

static void check_write_protected(void)
{
	char *at = map(2 * PAGE, MAP_PRIVATE | MAP_ANONYMOUS);
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register area = {
		.range = { (uintptr_t)at, 2 * PAGE },
		.mode = UFFDIO_REGISTER_MODE_WP,
	};
	struct uffdio_writeprotect protect = {
		.range = { (uintptr_t)at, PAGE },
		.mode = UFFDIO_WRITEPROTECT_MODE_WP,
	};
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	record_t record;

	memset(at, 1, 2 * PAGE);
	if (fd < 0 || ioctl(fd, UFFDIO_API, &api) ||
	    ioctl(fd, UFFDIO_REGISTER, &area) ||
	    ioctl(fd, UFFDIO_WRITEPROTECT, &protect)) {
		skip("userfaultfd", "this kernel has none");
	} else {
		record = record_of(at);
		check(record.entry & UFFD_WP_BIT &&
		      lacks(&record, PROCFS_PAGEMAP_WRITABLE),
		      "a page that userfaultfd protects");
		compare_self("entries of pages that userfaultfd protects");
	}
	close(fd);
	munmap(at, 2 * PAGE);
}

/* Above 47 bits the address space goes on where tables have five levels. */
static void check_high(void)
{
	char *hint = (char *)(1ul << 50);
	char *at = mmap(hint, 4 * PAGE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	record_t record;

	if (at < (char *)(1ul << 47)) {
		skip("addresses above 47 bits", "tables have four levels here");
	} else {
		memset(at, 1, 4 * PAGE);
		record = record_of(at + PAGE);
		check(has(&record, PROCFS_PAGEMAP_MODIFIED) &&
		      record.map_count == 1, "a page above 47 bits");
		compare_self("entries above 47 bits");
	}
	munmap(at, 4 * PAGE);
}

static void check_large(void)
{
	char *at = map(SPEED_BYTES, MAP_PRIVATE | MAP_ANONYMOUS);
	static record_t records[SPEED_BYTES / PAGE];
	size_t bad = 0;
	ssize_t got;

	madvise(at, SPEED_BYTES, MADV_NOHUGEPAGE);
	memset(at, 1, SPEED_BYTES);
	got = pread(own, records, sizeof(records), (uintptr_t)at / PAGE * 16);
	for (size_t i = 0; i < SPEED_BYTES / PAGE; i++)
		bad += records[i].map_count != 1 ||
		       !has(&records[i], PROCFS_PAGEMAP_MODIFIED);
	check(got == sizeof(records) && !bad, "64 MiB in one read");
	/* The buffer is read as it is written to: no lock is held meanwhile. */
	got = pread(own, records, sizeof(records),
		    (uintptr_t)records / PAGE * 16);
	check(got == sizeof(records), "its own buffer, in one read");
	munmap(at, SPEED_BYTES);
}

/* ---- Wrong reads, ends, permission ---------------------------------------- */

static void check_reads(void)
{
	record_t first;

	check_wrong_reads(own, (off_t)1 << 62);
	check(pread(own, &first, 16, 0) == 16 && !first.entry && !first.bits,
	      "the first page is a hole");
}

static bool is_open_error(const char *path, int error)
{
	int fd = open(path, O_RDONLY);

	if (fd >= 0)
		close(fd);
	return fd < 0 && errno == error;
}

static void check_names(void)
{
	char path[64], zombie[64];
	struct stat st;
	pid_t child = start_child();
	record_t record;
	int fd, dir;

	if (!child)
		for (;;)
			pause();
	snprintf(path, sizeof(path), "/proc/pagemap/%d/pagemap", child);
	fd = open(path, O_RDONLY);
	check(!fstat(fd, &st) && (st.st_mode & 07777) == 0600 && !st.st_uid,
	      "files are root's alone");
	snprintf(zombie, sizeof(zombie), "/proc/pagemap/%d", child);
	dir = open(zombie, O_RDONLY | O_DIRECTORY);
	kill(child, SIGKILL);
	usleep(300000);
	check(is_open_error(path, ESRCH), "a zombie is ESRCH");
	waitpid(child, NULL, 0);
	check(pread(fd, &record, 16, 0x400 * 16) == 0,
	      "a process that ended reads as nothing");
	check(is_open_error(path, ENOENT), "and its files are ENOENT");
	check(openat(dir, "pagemap", O_RDONLY) < 0,
	      "also through a directory that was open before");
	close(fd);
	close(dir);
	check(is_open_error("/proc/pagemap/2/pagemap", ESRCH),
	      "a kernel thread is ESRCH");
	check(is_open_error("/proc/pagemap/0/pagemap", ENOENT) &&
	      is_open_error("/proc/pagemap/01/pagemap", ENOENT) &&
	      is_open_error("/proc/pagemap/1x/pagemap", ENOENT) &&
	      is_open_error("/proc/pagemap/4294967297/pagemap", ENOENT) &&
	      is_open_error("/proc/pagemap/1/maps", ENOENT),
	      "other names are ENOENT");
}

static void check_permission(void)
{
	pid_t child = start_child();
	int status;

	if (!child)
		_exit(setuid(65534) ||
		      !is_open_error("/proc/pagemap/self", EACCES) ||
		      !is_open_error("/proc/pagemap/1/pagemap", EACCES) ||
		      !is_open_error("/proc/pagemap", EACCES));
	waitpid(child, &status, 0);
	check(status == 0, "another user sees nothing");
	child = start_child();
	if (!child) {
		record_t record;

		/* An open file, handed over: it is the opener's. */
		if (setuid(65534))
			_exit(1);
		_exit(pread(own, &record, 16, 0) != 16);
	}
	waitpid(child, &status, 0);
	check(status == 0, "who is given an open file may read it");
}

/* A reader whose process becomes another program keeps nothing alive. */
static void check_exec(void)
{
	int ends[2], fd;
	record_t record;
	ssize_t before, after;
	pid_t child;
	char byte;

	if (pipe(ends))
		give_up("pipe");
	child = start_child();
	if (!child) {
		close(ends[1]);
		if (read(ends[0], &byte, 1) == 0)
			execl("/bin/sleep", "sleep", "100", NULL);
		_exit(1);
	}
	close(ends[0]);
	fd = open_of("/proc/pagemap/%d/pagemap", child);
	before = pread(fd, &record, 16, (uintptr_t)&cases / PAGE * 16);
	close(ends[1]);
	for (int i = 0; i < 50; i++) {
		after = pread(fd, &record, 16, (uintptr_t)&cases / PAGE * 16);
		if (!after)
			break;
		usleep(100000);
	}
	check(before == 16 && after == 0, "an exec during the read ends it");
	close(fd);
	end_child(child);
}

/* ---- Speed ---------------------------------------------------------------- */

static void time_once(char *at, double *ours, double *mainline, double *with)
{
	static record_t records[SPEED_BYTES / PAGE];
	static uint64_t entries[SPEED_BYTES / PAGE];
	off_t vpn = (uintptr_t)at / PAGE;
	int fd = open("/proc/self/pagemap", O_RDONLY);
	double start = now_s();
	uint64_t count;

	if (pread(own, records, sizeof(records), vpn * 16) < 0)
		exit(1);
	*ours = now_s() - start;
	start = now_s();
	if (pread(fd, entries, sizeof(entries), vpn * 8) < 0)
		exit(1);
	*mainline = now_s() - start;
	/* A vkernel's mainline has no count for some. */
	start = now_s();
	for (size_t i = 0; i < SPEED_BYTES / PAGE; i += COUNTED_ONE_IN)
		if (pread(counts, &count, 8,
			  (off_t)(entries[i] & PFN_MASK) * 8) < 0)
			exit(1);
	*with = *mainline + (now_s() - start) * COUNTED_ONE_IN;
	close(fd);
}

static void measure_speed(void)
{
	char *at = map(SPEED_BYTES, MAP_PRIVATE | MAP_ANONYMOUS);
	double raw[SPEED_ROUNDS], counted[SPEED_ROUNDS];

	madvise(at, SPEED_BYTES, MADV_NOHUGEPAGE);
	memset(at, 1, SPEED_BYTES);
	for (int i = 0; i < SPEED_ROUNDS; i++) {
		double ours, mainline, with;

		time_once(at, &ours, &mainline, &with);
		raw[i] = ours / mainline;
		counted[i] = ours / with;
	}
	qsort(raw, SPEED_ROUNDS, sizeof(*raw), compare_doubles);
	qsort(counted, SPEED_ROUNDS, sizeof(*counted), compare_doubles);
	printf("# pagemap with counts and bits / mainline's pagemap, time: "
	       "%.2f (%.2f..%.2f)\n", raw[SPEED_ROUNDS / 2], raw[0],
	       raw[SPEED_ROUNDS - 1]);
	printf("# pagemap with counts and bits / (mainline's pagemap + a "
	       "kpagecount a page), time: %.3f (%.3f..%.3f)\n",
	       counted[SPEED_ROUNDS / 2], counted[0],
	       counted[SPEED_ROUNDS - 1]);
	check(counted[SPEED_ROUNDS / 2] < 0.5,
	      "counts come quicker than by asking for each");
	munmap(at, SPEED_BYTES);
}

int main(int argc, char **argv)
{
	counts = open("/proc/kpagecount", O_RDONLY);
	own = open_of("/proc/pagemap/%d/pagemap", getpid());
	if (!check(counts >= 0 && own >= 0, "the files are there"))
		return 1;
	compare_all();
	check_sharing();
	check_huge();
	check_hugetlb();
	check_swap(argc > 1 && !strcmp(argv[1], "SWAP"));
	check_write_protected();
	check_high();
	check_large();
	check_reads();
	check_names();
	check_permission();
	check_exec();
	measure_speed();
	return 0;
}
