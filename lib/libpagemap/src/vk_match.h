/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which process that a guest tells of has which of the trees that were walked:
 * by pages that both have in the same frame, and for processes without frames
 * by their mappings.  Pure: what was read is given.
 */
#ifndef PAGEMAP_VK_MATCH_H
#define PAGEMAP_VK_MATCH_H

#include "vk_told.h"

/* A tree's pages beside a process's. */
struct match_counts {
	uint64_t same;			/* both have it, in the same frame */
	uint64_t other;			/* both have it, in another frame */
	uint64_t tree_alone;
	uint64_t process_alone;
};

void match_count(const struct vk_layout *layout, const struct vk_tree *tree,
		 const struct told *told, struct match_counts *ret_counts);

/*
 * Gives processes their trees (process.tree) and says which share an mm.  0 or
 * -ENOMEM.  Twice the same figures, twice the same answer: where two fit
 * equally well, neither is taken.
 */
int match_by_pages(const struct vk_layout *layout, const struct vk_tree *trees,
		   size_t tree_count, struct told *told, size_t told_count);

/* Of those that have no frames, and the trees that are left. */
int match_by_mappings(const struct vk_tree *trees, size_t tree_count,
		      struct told *told, size_t told_count);

#endif
