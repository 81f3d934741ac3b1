/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the processes of the load map and touch.  Each kind is a row of a
 * table; starting the processes and telling when they are ready is load.c's.
 */
#ifndef BENCH_COMMON_MEMORY_H
#define BENCH_COMMON_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* Sizes of the memfd of a group of processes and of the file all map. */
#define MEMORY_GROUP_BYTES (900ul << 12)
#define MEMORY_FILE_BYTES (608ul << 12)

struct memory_files {
	int group;	/* memfd shared with a few others */
	int file;	/* regular file, mapped by all */
};

/*
 * Makes the memory of a kind: "ordinary", "skewed", "idle" (index tells them
 * apart), "dense" and "thp" (amount GiB), "mappings" (amount), "sparse".
 * Returns 0, or -1 with errno.
 */
int memory_make(const char *kind, unsigned long amount, unsigned long index,
		const struct memory_files *files);

#endif
