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
 * Makes the repeats of a mm.  again: an array of uint64_t, each frame as many
 * times as it is mapped after the first; it is sorted.  0 or -ENOMEM.
 */
int repeats_make(struct arena *arena, const struct array *again,
		 struct repeats *ret_repeats);

/*
 * How often the mm maps a frame, and for how many frames from it on that
 * holds (perhaps more than it maps).
 */
uint32_t repeats_times(const struct repeats *repeats, uint64_t frame,
		       uint64_t *ret_count);

#endif
