/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pen: a memory cgroup with a hard limit, and an agent inside it that
 * starts copies of a command, so that all their memory is charged there.  It
 * knows nothing of the library and of the tools: what is packed into it is the
 * truth that their predictions are held against.
 *
 * A guardian of its own kills what is inside and removes the cgroup when the
 * owner ends, however it ends.
 */
#ifndef TESTS_BENCH_COMMON_PEN_H
#define TESTS_BENCH_COMMON_PEN_H

#include <stddef.h>
#include <stdint.h>

struct pen;

/* Bytes, then counts since the pen was made. */
enum pen_figure {
	PEN_USAGE,
	PEN_ANON,
	PEN_FILE,		/* page cache, shmem in it */
	PEN_KERNEL,		/* page tables, stacks, slab */
	PEN_REFAULTS,		/* pages read again soon after their eviction */
	PEN_KILLS,		/* by the OOM killer */
	PEN_FIGURES
};

/* Dies if there is no memory controller to be had. */
struct pen *pen_make(uint64_t budget);

/* Starts copy number, with MEMSTATS_COPY in its environment. */
void pen_start(struct pen *pen, unsigned int number, char **command);

/* Copies that have not ended; their children are not counted. */
unsigned int pen_alive(const struct pen *pen);

void pen_read(const struct pen *pen, uint64_t ret_figures[PEN_FIGURES]);

/* Kills all inside, waits, removes.  NULL is fine. */
void pen_remove(struct pen *pen);

#endif
