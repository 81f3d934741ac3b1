/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What memory is in use, by the kernel's own books: of the machine
 * (/proc/meminfo), and of a memory cgroup of our own, the cage, in which
 * nobody else's noise is.  Who is in the cage is the test's.
 */
#ifndef LIVE_COMMON_CAGE_H
#define LIVE_COMMON_CAGE_H

#include <stdbool.h>
#include <stdint.h>

enum reading {
	READ_ANON,
	READ_SHMEM,
	READ_FILE,		/* page cache without shmem */
	READ_DIRTY,		/* of that, yet to be written */
	READ_PAGE_TABLES,
	READ_STACKS,
	READ_HUGE_ALL,		/* pages of hugetlb that exist */
	READ_HUGE_FREE,		/* of that, free in the pool */
	READ_SWAP,
	READ_USED,		/* all that is not free, be it on a CPU's own
				   lists, where MemFree does not count it */
	READING_COUNT
};

/* Bytes; known says which were read. */
struct readings {
	int64_t bytes[READING_COUNT];
	bool known[READING_COUNT];
};

/* Makes a cgroup; false if there is no memory controller to be had. */
bool cage_make(void);

/* The caller goes into it, with all the memory it makes from now on. */
bool cage_join(void);

/* Removes it when all in it have ended.  Fine to call without one. */
void cage_remove(void);

/* Whether a frame is charged to the cage; false also where nothing tells. */
bool cage_has_frame(uint64_t pfn);

/* Whether cage_has_frame() can tell. */
bool cage_knows_frames(void);

void cage_read(struct readings *ret_readings);
void machine_read(struct readings *ret_readings);

#endif
