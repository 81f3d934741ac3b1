/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a guest says of itself (a tree that looks like its /proc) joined with
 * the trees that were walked: by the pages themselves, where it has pagemaps,
 * and by its mappings else.  Nothing it says is believed against the tables:
 * where they differ, that is counted.
 */
#ifndef PAGEMAP_VK_INSIDE_H
#define PAGEMAP_VK_INSIDE_H

#include "source.h"
#include "vk_walk.h"

#define VK_NO_TREE SIZE_MAX

/* A process that the guest tells of. */
struct vk_inside_process {
	pid_t pid;			/* inside */
	char comm[16];			/* "": not known */
	uint64_t page_count;		/* by its pagemap; 0 without one */
	size_t tree;			/* index, VK_NO_TREE: none fits */
	bool shares_mm;			/* another one here, which has the tree,
					   has the same pages */
	uint64_t compared;		/* pages that tree and pagemap have */
	uint64_t differ;		/* with another frame, or in one alone */
	uint64_t outside;		/* pages of the tree, those in the
					   guest's swap too, that are in no
					   mapping it tells of */
};

struct vk_inside {
	struct array processes;		/* by rising pid */
};

/*
 * Reads it and joins: each tree has at most one process, the best first.  What
 * cannot be read, or has no mm, is left out.  0, -ENOMEM, -EMFILE, or why the
 * processes could not be listed; ret_inside is untouched then.
 */
int vk_inside_join(struct pagemap_source *inside,
		   const struct vk_layout *layout, const struct vk_tree *trees,
		   size_t tree_count, struct vk_inside *ret_inside);

void vk_inside_free(struct vk_inside *inside);

#endif
