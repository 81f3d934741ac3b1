/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What one process of a guest says of itself: its mappings, and its pages with
 * the frames they are in.  Read out of a tree that looks like the guest's
 * /proc; which of the walked trees it belongs to is not known here.
 */
#ifndef PAGEMAP_VK_TOLD_H
#define PAGEMAP_VK_TOLD_H

#include "vk_inside.h"

struct told_page {
	uint64_t vpn;
	uint64_t pfn;
};

struct told_mapping {
	uint64_t start_vpn;
	uint64_t end_vpn;		/* exclusive */
	bool closed;			/* nobody may touch it: a guard */
};

struct told {
	struct vk_inside_process process;
	struct array pages;		/* struct told_page, by rising vpn */
	struct array mappings;		/* struct told_mapping, rising, apart */
	bool has_frames;		/* its pagemap told any */
};

/* How much of what is told may be kept. */
struct told_limit {
	uint64_t end_vpn;		/* addresses that tables can have */
	size_t pages_each;		/* of one process */
	size_t pages;			/* that are left for all */
	size_t mappings;		/* likewise */
};

/*
 * Reads one process.  -ENODATA: it has no mm, as kernel threads and the dead.
 * -ENOMEM, -EMFILE, -E2BIG if it has more mappings than are left, or why it
 * cannot be read.  Of a process with more pages than the limit allows none is
 * kept: it is without frames.
 */
int told_read(struct pagemap_source *inside, pid_t pid,
	      struct told_limit *limit, struct told *ret_told);

void told_free(struct told *told);

/* Whether a page lies in a mapping; mapping: where to begin, and where it
   ended.  Asked of rising pages. */
bool told_has_page(const struct told *told, uint64_t vpn, size_t *mapping);

#endif
