// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The memory of each kind of process of the load.  Neighbouring mappings get
 * different permissions, so that the kernel cannot merge them into one.
 */
#include "common_memory.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096ul
#define GIB (1ul << 30)
#define HUGE (2ul << 20)
#define SPARSE_BYTES (16ul << 40)
#define SPARSE_PAGES 2000ul

static void touch(volatile char *from, size_t pages)
{
	for (size_t i = 0; i < pages; i++)
		from[i * PAGE] = (char)(i | 1);
}

/*
 * Maps bytes of a file (or of nothing: fd -1) as parts of which every second
 * one is read-only at the end.
 */
static int map_parts(int fd, size_t pages, size_t parts, int flags)
{
	size_t step = pages / parts;
	char *base = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, flags, fd,
			  0);

	if (base == MAP_FAILED)
		return -1;
	madvise(base, pages * PAGE, MADV_NOHUGEPAGE);
	if (fd < 0) {
		touch(base, pages);
	} else if (madvise(base, pages * PAGE, MADV_POPULATE_READ) < 0) {
		for (size_t i = 0; i < pages; i++)
			(void)*(volatile char *)(base + i * PAGE);
	}
	for (size_t i = 0; i < parts; i += 2) {
		if (mprotect(base + i * step * PAGE, step * PAGE, PROT_READ))
			return -1;
	}
	return 0;
}

/* Some 70 to 100 mappings with what a dynamic program has by itself. */
static int make_sized(size_t private_pages, unsigned long index,
		      const struct memory_files *files)
{
	size_t parts = 25 + index % 30;

	if (private_pages < parts)
		private_pages = parts;
	if (map_parts(-1, private_pages, parts, MAP_PRIVATE | MAP_ANONYMOUS) ||
	    map_parts(files->group, MEMORY_GROUP_BYTES / PAGE, 10, MAP_SHARED))
		return -1;
	return map_parts(files->file, MEMORY_FILE_BYTES / PAGE, 8, MAP_PRIVATE);
}

static int make_ordinary(unsigned long amount, unsigned long index,
			 const struct memory_files *files)
{
	(void)amount;
	return make_sized(400 + index * 37 % 300, index, files);
}

/* Few large ones and many small ones: the size falls as 1 / (place + 1). */
static int make_skewed(unsigned long amount, unsigned long index,
		       const struct memory_files *files)
{
	size_t pages = 60000 / (index + 1);

	(void)amount;
	if (pages >= 600)
		return make_sized(pages, index, files);
	return map_parts(-1, 100 + pages, 25 + index % 30,
			 MAP_PRIVATE | MAP_ANONYMOUS);
}

static int make_idle(unsigned long amount, unsigned long index,
		     const struct memory_files *files)
{
	(void)amount;
	(void)index;
	(void)files;
	return 0;
}

static int make_dense(unsigned long amount, unsigned long index,
		      const struct memory_files *files)
{
	size_t bytes = amount * GIB;
	char *base = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	(void)index;
	(void)files;
	if (base == MAP_FAILED)
		return -1;
	madvise(base, bytes, MADV_NOHUGEPAGE);
	touch(base, bytes / PAGE);
	return 0;
}

static int make_thp(unsigned long amount, unsigned long index,
		    const struct memory_files *files)
{
	size_t bytes = amount * GIB;
	char *base = mmap(NULL, bytes + HUGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	(void)index;
	(void)files;
	if (base == MAP_FAILED)
		return -1;
	base = (char *)(((unsigned long)base + HUGE - 1) & ~(HUGE - 1));
	if (madvise(base, bytes, MADV_HUGEPAGE))
		return -1;
	for (size_t i = 0; i < bytes; i += HUGE)
		touch(base + i, 1);
	return 0;
}

static int make_mappings(unsigned long amount, unsigned long index,
			 const struct memory_files *files)
{
	(void)index;
	(void)files;
	return map_parts(-1, amount, amount, MAP_PRIVATE | MAP_ANONYMOUS);
}

static int make_sparse(unsigned long amount, unsigned long index,
		       const struct memory_files *files)
{
	char *base = mmap(NULL, SPARSE_BYTES, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	(void)amount;
	(void)index;
	(void)files;
	if (base == MAP_FAILED)
		return -1;
	madvise(base, SPARSE_BYTES, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < SPARSE_PAGES; i++)
		touch(base + i * (SPARSE_BYTES / SPARSE_PAGES & ~(PAGE - 1)), 1);
	return 0;
}

static const struct {
	const char *name;
	int (*make)(unsigned long amount, unsigned long index,
		    const struct memory_files *files);
} kinds[] = {
	{ "ordinary", make_ordinary },
	{ "skewed", make_skewed },
	{ "idle", make_idle },
	{ "dense", make_dense },
	{ "thp", make_thp },
	{ "mappings", make_mappings },
	{ "sparse", make_sparse },
};

int memory_make(const char *kind, unsigned long amount, unsigned long index,
		const struct memory_files *files)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (strcmp(kinds[i].name, kind) == 0)
			return kinds[i].make(amount, index, files);
	}
	errno = EINVAL;
	return -1;
}
