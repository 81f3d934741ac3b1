/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The books of a memory cgroup: which file of which version tells a figure.
 * Each difference between kernels is a row of a table here; a figure that no
 * row could be read for is unknown.
 */
#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "parse.h"

/* memory.stat of the longest kernels has 2 KiB. */
#define TEXT_HINT 8192

/* A figure out of one or two fields of memory.stat. */
struct sum {
	enum pagemap_cgroup_figure figure;
	bool less;		/* the second is taken off */
	const char *field;
	const char *also;	/* NULL: none */
};

static const struct sum sums_v1[] = {
	{ PAGEMAP_CGROUP_ANON, false, "total_rss", NULL },
	{ PAGEMAP_CGROUP_FILE, true, "total_cache", "total_shmem" },
	{ PAGEMAP_CGROUP_SHMEM, false, "total_shmem", NULL },
	{ PAGEMAP_CGROUP_MAPPED_FILE, false, "total_mapped_file", NULL },
	{ PAGEMAP_CGROUP_DIRTY, false, "total_dirty", "total_writeback" },
	{ PAGEMAP_CGROUP_SWAP, false, "total_swap", NULL },
	{ PAGEMAP_CGROUP_REFAULTS, false, "total_workingset_refault", NULL },
	{ PAGEMAP_CGROUP_REFAULTS, false, "total_workingset_refault_anon",
	  "total_workingset_refault_file" },
	{ PAGEMAP_CGROUP_REFAULTS_FILE, false, "total_workingset_refault",
	  NULL },
	{ PAGEMAP_CGROUP_REFAULTS_FILE, false, "total_workingset_refault_file",
	  NULL },
	{ PAGEMAP_CGROUP_FAULTS, false, "total_pgfault", NULL },
	{ PAGEMAP_CGROUP_MAJOR_FAULTS, false, "total_pgmajfault", NULL },
};

static const struct sum sums_v2[] = {
	{ PAGEMAP_CGROUP_ANON, false, "anon", NULL },
	{ PAGEMAP_CGROUP_FILE, true, "file", "shmem" },
	{ PAGEMAP_CGROUP_SHMEM, false, "shmem", NULL },
	{ PAGEMAP_CGROUP_MAPPED_FILE, false, "file_mapped", NULL },
	{ PAGEMAP_CGROUP_DIRTY, false, "file_dirty", "file_writeback" },
	{ PAGEMAP_CGROUP_KERNEL, false, "kernel", NULL },
	{ PAGEMAP_CGROUP_PAGE_TABLES, false, "pagetables", NULL },
	{ PAGEMAP_CGROUP_KERNEL_STACKS, false, "kernel_stack", NULL },
	{ PAGEMAP_CGROUP_SLAB, false, "slab", NULL },
	/* One name up to 5.8, of files alone: nothing else was counted. */
	{ PAGEMAP_CGROUP_REFAULTS, false, "workingset_refault", NULL },
	{ PAGEMAP_CGROUP_REFAULTS, false, "workingset_refault_anon",
	  "workingset_refault_file" },
	{ PAGEMAP_CGROUP_REFAULTS_FILE, false, "workingset_refault", NULL },
	{ PAGEMAP_CGROUP_REFAULTS_FILE, false, "workingset_refault_file",
	  NULL },
	{ PAGEMAP_CGROUP_FAULTS, false, "pgfault", NULL },
	{ PAGEMAP_CGROUP_MAJOR_FAULTS, false, "pgmajfault", NULL },
};

#define SUMS_MAX (sizeof(sums_v2) / sizeof(sums_v2[0]))

_Static_assert(sizeof(sums_v1) <= sizeof(sums_v2), "SUMS_MAX is too small");

/* A file of the cgroup, or of its twin, and how it is understood. */
struct book {
	const char *name;
	int (*take)(const char *text, size_t size, uint64_t *values);
	bool of_twin;
};

/* The two fields of a sum as they are found. */
struct found {
	uint64_t value[2];
	bool known[2];
};

static void note_field(const struct sum *sums, size_t count, struct span key,
		       uint64_t number, struct found *found)
{
	size_t i;

	for (i = 0; i < count; i++) {
		int second = sums[i].also && span_is(key, sums[i].also);

		if (!second && !span_is(key, sums[i].field))
			continue;
		found[i].value[second] = number;
		found[i].known[second] = true;
	}
}

/* Both fields in one; more taken off than there is leaves nothing. */
static uint64_t add_up(const struct sum *sum, const struct found *found)
{
	uint64_t a = found->value[0], b = found->value[1];

	if (!sum->also)
		return a;
	return sum->less ? (a > b ? a - b : 0) : a + b;
}

static int take_stat(const struct sum *sums, size_t count, const char *text,
		     size_t size, uint64_t *values)
{
	struct text rest = { text, text + size };
	struct found found[SUMS_MAX] = { 0 };
	struct span key;
	uint64_t number;
	size_t i;
	int got;

	while ((got = parse_keyed_next(&rest, &key, &number)) > 0)
		note_field(sums, count, key, number, found);
	if (got)
		return got;
	for (i = 0; i < count; i++)
		if (found[i].known[0] && (found[i].known[1] || !sums[i].also))
			values[sums[i].figure] = add_up(&sums[i], &found[i]);
	return 0;
}

static int take_stat_v1(const char *text, size_t size, uint64_t *values)
{
	return take_stat(sums_v1, sizeof(sums_v1) / sizeof(sums_v1[0]), text,
			 size, values);
}

static int take_stat_v2(const char *text, size_t size, uint64_t *values)
{
	return take_stat(sums_v2, sizeof(sums_v2) / sizeof(sums_v2[0]), text,
			 size, values);
}

static int take_usage(const char *text, size_t size, uint64_t *values)
{
	return parse_limit(text, size, &values[PAGEMAP_CGROUP_USAGE]);
}

static int take_kernel(const char *text, size_t size, uint64_t *values)
{
	return parse_limit(text, size, &values[PAGEMAP_CGROUP_KERNEL]);
}

static int take_peak(const char *text, size_t size, uint64_t *values)
{
	return parse_limit(text, size, &values[PAGEMAP_CGROUP_PEAK]);
}

static int take_swap(const char *text, size_t size, uint64_t *values)
{
	return parse_limit(text, size, &values[PAGEMAP_CGROUP_SWAP]);
}

/* Memory and swap together: read after usage. */
static int take_memsw(const char *text, size_t size, uint64_t *values)
{
	uint64_t usage = values[PAGEMAP_CGROUP_USAGE], both;
	int err = parse_limit(text, size, &both);

	if (!err && usage != PAGEMAP_CGROUP_UNKNOWN)
		values[PAGEMAP_CGROUP_SWAP] = both > usage ? both - usage : 0;
	return err;
}

/* The lesser of those there are: UNKNOWN is above all. */
static int take_limit(const char *text, size_t size, uint64_t *values)
{
	uint64_t limit;
	int err = parse_limit(text, size, &limit);

	if (!err && limit < values[PAGEMAP_CGROUP_LIMIT])
		values[PAGEMAP_CGROUP_LIMIT] = limit;
	return err;
}

static int take_kills(const char *text, size_t size, uint64_t *values)
{
	struct text rest = { text, text + size };
	struct span key;
	uint64_t number;
	int got;

	while ((got = parse_keyed_next(&rest, &key, &number)) > 0)
		if (span_is(key, "oom_kill"))
			values[PAGEMAP_CGROUP_OOM_KILLS] = number;
		else if (span_is(key, "under_oom"))
			values[PAGEMAP_CGROUP_PAUSED] = number;
	return got;
}

static int take_stall(const char *text, size_t size, uint64_t *values)
{
	return parse_pressure(text, size, &values[PAGEMAP_CGROUP_STALL_US]);
}

/* memory.stat is the first: without it this is no memory cgroup. */
static const struct book books[][CGROUP_BOOKS_MAX] = {
	[1] = {
		{ "memory.stat", take_stat_v1, false },
		{ "memory.usage_in_bytes", take_usage, false },
		{ "memory.memsw.usage_in_bytes", take_memsw, false },
		{ "memory.kmem.usage_in_bytes", take_kernel, false },
		{ "memory.limit_in_bytes", take_limit, false },
		{ "memory.max_usage_in_bytes", take_peak, false },
		{ "memory.oom_control", take_kills, false },
		{ "memory.pressure", take_stall, true },
	},
	[2] = {
		{ "memory.stat", take_stat_v2, false },
		{ "memory.current", take_usage, false },
		{ "memory.swap.current", take_swap, false },
		{ "memory.high", take_limit, false },
		{ "memory.max", take_limit, false },
		{ "memory.peak", take_peak, false },
		{ "memory.events", take_kills, false },
		{ "memory.pressure", take_stall, false },
	},
};

int cgroup_open_books(struct pagemap_cgroup *cgroup)
{
	const struct book *book = books[cgroup->version];
	size_t i;

	for (i = 0; i < CGROUP_BOOKS_MAX; i++) {
		int dir_fd = book[i].of_twin ? cgroup->twin_fd
					     : cgroup->dir_fd;

		if (dir_fd < 0)
			continue;
		cgroup->book_fds[i] = openat(dir_fd, book[i].name,
					     O_RDONLY | O_CLOEXEC);
		if (!i && cgroup->book_fds[i] < 0)
			return errno == ENOENT ? -ENOTSUP : -errno;
	}
	return buffer_reserve(&cgroup->text, TEXT_HINT);
}

void cgroup_close_books(struct pagemap_cgroup *cgroup)
{
	size_t i;

	for (i = 0; i < CGROUP_BOOKS_MAX; i++) {
		if (cgroup->book_fds[i] >= 0)
			close(cgroup->book_fds[i]);
		cgroup->book_fds[i] = -1;
	}
}

/*
 * Files of cgroups are one record, which the kernel gives whole if there is
 * room for it: so a read that leaves room was the last.
 */
static int read_kept(struct buffer *text, int fd)
{
	ssize_t got;

	for (;;) {
		got = pread(fd, text->data, text->capacity, 0);
		if (got < 0)
			return -errno;
		if ((size_t)got < text->capacity)
			break;
		if (buffer_reserve(text, text->capacity * 2))
			return -ENOMEM;
	}
	text->size = (size_t)got;
	text->data[got] = '\0';
	return 0;
}

static int take_book(struct pagemap_cgroup *cgroup, const struct book *book,
		     int fd, uint64_t *values)
{
	int err = read_kept(&cgroup->text, fd);

	return err ? err : book->take(cgroup->text.data, cgroup->text.size,
				      values);
}

/*
 * A kernel that does not account for its own memory says 0, which cannot be
 * where processes have memory.
 */
static void doubt_kernel(uint64_t *values)
{
	uint64_t anon = values[PAGEMAP_CGROUP_ANON];

	if (!values[PAGEMAP_CGROUP_KERNEL] && anon &&
	    anon != PAGEMAP_CGROUP_UNKNOWN)
		values[PAGEMAP_CGROUP_KERNEL] = PAGEMAP_CGROUP_UNKNOWN;
}

int pagemap_cgroup_read(struct pagemap_cgroup *cgroup,
			struct pagemap_cgroup_books *ret_books)
{
	const struct book *book = books[cgroup->version];
	struct pagemap_cgroup_books read;
	struct timespec now;
	size_t i;
	int err;

	memset(read.value, 0xff, sizeof(read.value));
	clock_gettime(CLOCK_MONOTONIC, &now);
	read.time_ns = (uint64_t)now.tv_sec * 1000000000u +
		       (uint64_t)now.tv_nsec;
	for (i = 0; i < CGROUP_BOOKS_MAX; i++) {
		if (cgroup->book_fds[i] < 0)
			continue;
		err = take_book(cgroup, &book[i], cgroup->book_fds[i],
				read.value);
		if (err == -ENODEV || err == -ENOMEM)
			return err;
	}
	doubt_kernel(read.value);
	*ret_books = read;
	return 0;
}

const char *pagemap_cgroup_figure_name(enum pagemap_cgroup_figure figure)
{
	static const char *const names[] = {
		[PAGEMAP_CGROUP_USAGE] = "usage",
		[PAGEMAP_CGROUP_ANON] = "anon",
		[PAGEMAP_CGROUP_FILE] = "file",
		[PAGEMAP_CGROUP_SHMEM] = "shmem",
		[PAGEMAP_CGROUP_MAPPED_FILE] = "mapped_file",
		[PAGEMAP_CGROUP_DIRTY] = "dirty",
		[PAGEMAP_CGROUP_KERNEL] = "kernel",
		[PAGEMAP_CGROUP_PAGE_TABLES] = "page_tables",
		[PAGEMAP_CGROUP_KERNEL_STACKS] = "kernel_stacks",
		[PAGEMAP_CGROUP_SLAB] = "slab",
		[PAGEMAP_CGROUP_SWAP] = "swap",
		[PAGEMAP_CGROUP_LIMIT] = "limit",
		[PAGEMAP_CGROUP_PEAK] = "peak",
		[PAGEMAP_CGROUP_REFAULTS] = "refaults",
		[PAGEMAP_CGROUP_REFAULTS_FILE] = "refaults_file",
		[PAGEMAP_CGROUP_MAJOR_FAULTS] = "major_faults",
		[PAGEMAP_CGROUP_FAULTS] = "faults",
		[PAGEMAP_CGROUP_OOM_KILLS] = "oom_kills",
		[PAGEMAP_CGROUP_STALL_US] = "stall_us",
		[PAGEMAP_CGROUP_PAUSED] = "paused",
	};

	return (unsigned int)figure < PAGEMAP_CGROUP_FIGURE_COUNT
		? names[figure] : NULL;
}
