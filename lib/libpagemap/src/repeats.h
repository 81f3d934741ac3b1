/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Frames that one mm maps more than once: ELF segments that meet in a page of
 * their file, pages merged by KSM, files mapped at two addresses.
 */
#ifndef PAGEMAP_REPEATS_H
#define PAGEMAP_REPEATS_H

#include "buffer.h"
#include "snapshot.h"

/*
 * Sets the repeats of a process.  again: an array of uint64_t, each frame as
 * many times as it is mapped after the first; it is sorted.
 */
int repeats_set(struct arena *arena, const struct array *again,
		struct pagemap_process *process);

/*
 * How often the mm maps a frame, and for how many frames from it on that
 * holds (perhaps more than it maps).
 */
uint32_t repeats_times(const struct pagemap_process *process, uint64_t frame,
		       uint64_t *ret_count);

#endif
