// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The oracle: frames of the ranges asked for, sorted; then a walk over every
 * page of every process, noting which address space was the last to map each
 * of them, so that one that maps a frame twice counts once.
 */
#include "common_oracle.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common_scan.h"

#include <cmocka.h>

#define PRESENT (UINT64_C(1) << 63)
#define SWAPPED (UINT64_C(1) << 62)
#define UFFD_WP (UINT64_C(1) << 57)
#define GUARD (UINT64_C(1) << 58)
#define PFN_BITS ((UINT64_C(1) << 55) - 1)
#define SWAP_TYPE_BITS 31
#define KPF_HUGE (UINT64_C(1) << 17)
#define KPF_ZERO_PAGE (UINT64_C(1) << 24)
#define CHUNK 4096

struct frame {
	uint64_t pfn;
	uint32_t sharers;
	uint32_t last_mm;
};

struct table {
	struct frame *frames;
	size_t count;
	size_t room;
};

static int open_in(pid_t pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static uint64_t flags_of(int kpageflags, uint64_t pfn)
{
	uint64_t flags = 0;

	if (pread(kpageflags, &flags, 8, pfn * 8) != 8)
		fail_msg("kpageflags of frame %lu", (unsigned long)pfn);
	return flags;
}

static void table_add(struct table *table, uint64_t pfn)
{
	if (table->count == table->room) {
		table->room = table->room * 2 + 1024;
		table->frames = realloc(table->frames,
					table->room * sizeof(struct frame));
		assert_non_null(table->frames);
	}
	table->frames[table->count++] = (struct frame){ .pfn = pfn };
}

static int compare_frames(const void *a, const void *b)
{
	const struct frame *left = a, *right = b;

	return (left->pfn > right->pfn) - (left->pfn < right->pfn);
}

static void table_sort(struct table *table)
{
	size_t kept = 0;

	if (!table->count)
		return;
	qsort(table->frames, table->count, sizeof(struct frame),
	      compare_frames);
	for (size_t i = 0; i < table->count; i++) {
		if (kept && table->frames[kept - 1].pfn == table->frames[i].pfn)
			continue;
		table->frames[kept++] = table->frames[i];
	}
	table->count = kept;
}

static struct frame *table_find(struct table *table, uint64_t pfn)
{
	struct frame key = { .pfn = pfn };

	return bsearch(&key, table->frames, table->count, sizeof(key),
		       compare_frames);
}

/* Calls back for every page's entry that is not 0, with its address. */
typedef void (*entry_fn)(uint64_t entry, void *context);

static void each_entry(int pagemap, struct range range, entry_fn call,
		       void *context)
{
	static uint64_t entries[CHUNK];

	for (uint64_t at = range.start; at < range.end;) {
		uint64_t left = (range.end - at) / PAGE;
		size_t want = left < CHUNK ? left : CHUNK;
		ssize_t got = pread(pagemap, entries, want * 8, at / PAGE * 8);

		if (got <= 0)
			return;
		for (size_t i = 0; i < (size_t)got / 8; i++)
			if (entries[i])
				call(entries[i], context);
		at += got / 8 * PAGE;
	}
}

struct own {
	struct table table;
	struct truth *truth;
	int kpageflags;
};

static void count_own(uint64_t entry, void *context)
{
	struct own *own = context;
	uint64_t pfn = entry & PFN_BITS, flags;

	if (entry & SWAPPED && !(entry & (GUARD | UFFD_WP)) &&
	    (entry & SWAP_TYPE_BITS) == 0)
		own->truth->swap += PAGE;
	if (!(entry & PRESENT) || pfn == 0)
		return;
	flags = flags_of(own->kpageflags, pfn);
	if (flags & KPF_ZERO_PAGE) {
		own->truth->zero += PAGE;
	} else if (flags & KPF_HUGE) {
		own->truth->hugetlb += PAGE;
	} else {
		own->truth->rss += PAGE;
		table_add(&own->table, pfn);
	}
}

struct visit {
	struct table *table;
	uint32_t mm;
};

static void count_sharer(uint64_t entry, void *context)
{
	struct visit *visit = context;
	struct frame *frame;

	if (!(entry & PRESENT))
		return;
	frame = table_find(visit->table, entry & PFN_BITS);
	if (!frame || frame->last_mm == visit->mm)
		return;
	frame->last_mm = visit->mm;
	frame->sharers++;
}

struct each {
	int pagemap;
	entry_fn call;
	void *context;
};

static void each_present(struct range range, void *context)
{
	const struct each *each = context;

	each_entry(each->pagemap, range, each->call, each->context);
}

/* A vast mapping, such as a sanitizer's, would take minutes page by page. */
#define VAST (1ul << 30)

static void visit_range(int pagemap, struct range range, struct visit *visit)
{
	struct each each = { pagemap, count_sharer, visit };

	if (range.end - range.start > VAST)
		scan_present(pagemap, range, each_present, &each);
	else
		each_entry(pagemap, range, count_sharer, visit);
}

/* Walks the mappings of a process that smaps says have something in them. */
static void visit_process(pid_t pid, struct visit *visit)
{
	int pagemap = open_in(pid, "pagemap"), smaps = open_in(pid, "smaps");
	FILE *text = smaps < 0 ? NULL : fdopen(smaps, "r");
	struct range range = { 0, 0 };
	char line[4400];
	uint64_t start, end, kib;

	while (text && fgets(line, sizeof(line), text)) {
		if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
			range = (struct range){ start, end };
		else if (sscanf(line, "Rss: %lu", &kib) == 1 && kib)
			visit_range(pagemap, range, visit);
	}
	if (text)
		fclose(text);
	if (pagemap >= 0)
		close(pagemap);
}

/* Whether an earlier pid of the list has the same address space. */
static bool mm_seen(const pid_t *pids, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (syscall(SYS_kcmp, pids[i], pids[index], KCMP_VM, 0, 0) == 0)
			return true;
	}
	return false;
}

static size_t all_pids(pid_t *pids, size_t room)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	size_t count = 0;

	assert_non_null(proc);
	while ((entry = readdir(proc))) {
		if (atoi(entry->d_name) > 0 && count < room)
			pids[count++] = atoi(entry->d_name);
	}
	closedir(proc);
	return count;
}

static void visit_all(struct table *table)
{
	static pid_t pids[32768];
	size_t count = all_pids(pids, 32768);

	for (size_t i = 0; i < count; i++) {
		struct visit visit = { table, i + 1 };

		if (!mm_seen(pids, i))
			visit_process(pids[i], &visit);
	}
}

/* PSS and USS; false for a frame that nobody maps any more. */
static bool sum_up(const struct table *table, struct truth *truth)
{
	for (size_t i = 0; i < table->count; i++) {
		uint32_t sharers = table->frames[i].sharers;

		if (sharers == 0)
			return false;
		truth->pss_fixed += (PAGE << 12) / sharers;
		if (sharers == 1)
			truth->uss += PAGE;
	}
	return true;
}

bool oracle_try(pid_t pid, const struct range *ranges, size_t count,
		struct truth *ret_truth)
{
	struct own own = { .truth = ret_truth };
	int pagemap = open_in(pid, "pagemap");
	bool steady;

	memset(ret_truth, 0, sizeof(*ret_truth));
	own.kpageflags = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);
	assert_true(pagemap >= 0 && own.kpageflags >= 0);
	for (size_t i = 0; i < count; i++)
		each_entry(pagemap, ranges[i], count_own, &own);
	table_sort(&own.table);
	if (own.table.count)
		visit_all(&own.table);
	steady = sum_up(&own.table, ret_truth);
	free(own.table.frames);
	close(pagemap);
	close(own.kpageflags);
	return steady;
}

void oracle_count(pid_t pid, const struct range *ranges, size_t count,
		  struct truth *ret_truth)
{
	assert_true(oracle_try(pid, ranges, count, ret_truth));
}
