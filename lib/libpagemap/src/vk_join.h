/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which child of a vkernel runs which guest mm.  The guest's mm_struct names
 * both: the address of its root, and beside it the child's pid and the address
 * of the stub's data, which the child maps too.  Where these words lie in the
 * struct is not known beforehand: it is where they are found for the most
 * children.  What a child maps is the check, and stands in where that fails.
 */
#ifndef PAGEMAP_VK_JOIN_H
#define PAGEMAP_VK_JOIN_H

#include "vk_find.h"
#include "vk_walk.h"

#define VK_NO_CHILD SIZE_MAX

/* Where the words of an mm_struct lie, from that with the stub's address. */
struct vk_mm_shape {
	bool known;
	int32_t pid_offset;		/* bytes */
	int32_t root_offset;
};

/* The mm_struct of a child. */
struct vk_mm {
	pid_t pid;			/* of the child */
	uint64_t at;			/* bytes into the RAM: of its word with the
					   stub's address */
	uint64_t root_pfn;		/* as it says */
};

/*
 * A search for mm_structs, which sees frames one by one: those of a scan, or
 * whichever there are.
 */
struct vk_mm_search {
	struct vk_also also;		/* first */
	const struct vk_memory *memory;
	const struct vk_found *found;
	struct array stubs;		/* frames of stubs' data, rising */
	struct array hits;		/* where their addresses stand */
};

/* -ENOMEM. */
int vk_mm_search_init(const struct vk_memory *memory,
		      const struct vk_found *found,
		      struct vk_mm_search *ret_search);

/* Has it see count frames from pfn on; what lies outside of RAM is left out. */
int vk_mm_search_frames(struct vk_mm_search *search, uint64_t pfn,
			uint64_t count);

/*
 * What was found, once all was seen: mm_structs are added to ret_mms (struct
 * vk_mm), at most one a child, in the order of children.  roots: frames that
 * may be roots (rising), which tell the shape where it is not known.  0,
 * -ENOMEM or an error of reading.
 */
int vk_mm_search_end(const struct vk_mm_search *search,
		     const struct array *roots, struct vk_mm_shape *shape,
		     struct array *ret_mms);

void vk_mm_search_free(struct vk_mm_search *search);

/*
 * Whether an mm_struct is still where it was and names the same child: 1 and
 * its root as it says now, 0 it does not, or a negative errno.
 */
int vk_mm_again(const struct vk_memory *memory, const struct vk_found *found,
		const struct vk_child *child, const struct vk_mm_shape *shape,
		struct vk_mm *mm);

/*
 * Whether an mm_struct of which the child is gone may still be in use: it names
 * its root as it did, and that names anything.  1, 0, or a negative errno.
 */
int vk_mm_lives_on(const struct vk_layout *layout,
		   const struct vk_memory *memory, const struct vk_found *found,
		   const struct vk_mm_shape *shape, const struct vk_mm *mm);

/* Pages of a child beside those of a tree. */
struct vk_overlap {
	uint64_t same;			/* that both have, with the same frame */
	uint64_t other;			/* of the child alone */
};

void vk_overlap_count(const struct vk_layout *layout,
		      const struct vk_tree *tree, const struct vk_child *child,
		      struct vk_overlap *ret_overlap);

#endif
