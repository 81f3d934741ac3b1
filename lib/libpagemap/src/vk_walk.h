/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Finding and walking the page tables that lie in a guest's RAM.  The guest is
 * hostile input: every frame is checked, no table is visited twice, and what
 * one walk may find is bounded by the RAM that there is.  Does no I/O of its
 * own: RAM is given as a table of functions.
 */
#ifndef PAGEMAP_VK_WALK_H
#define PAGEMAP_VK_WALK_H

#include "buffer.h"
#include "vk_layout.h"

/* Guest RAM, by frames. */
struct vk_memory {
	uint64_t frame_count;		/* frames are below it */

	/*
	 * Reads count frames from pfn on, all inside.  Holes read as zeros and
	 * stay holes.  0 or a negative errno.
	 */
	int (*read)(const struct vk_memory *memory, uint64_t pfn, size_t count,
		    void *ret_bytes);

	/*
	 * The same, but of the first byte of each frame, which reads as 0: a
	 * host takes a frame that is read from its beginning for one that is
	 * used, and what is used it does not reclaim.  NULL: read does.
	 */
	int (*skim)(const struct vk_memory *memory, uint64_t pfn, size_t count,
		    void *ret_bytes);

	/*
	 * The next stretch of frames at or after *pfn that may hold anything:
	 * 1, sets *pfn to its first and gives its length; 0 at the end.
	 * resident_only: and that lie in the host's RAM now.
	 */
	int (*next_used)(const struct vk_memory *memory, uint64_t *pfn,
			 bool resident_only, uint64_t *ret_count);
};

static inline int vk_skim(const struct vk_memory *memory, uint64_t pfn,
			  size_t count, void *ret_bytes)
{
	return memory->skim ? memory->skim(memory, pfn, count, ret_bytes) :
			      memory->read(memory, pfn, count, ret_bytes);
}

/* A page that a guest mm has, or has in the guest's swap. */
struct vk_leaf {
	uint64_t vpn;			/* guest virtual page number */
	uint64_t entry;			/* as it stands in the table */
};

/* What is wrong with tables; a mask. */
enum vk_wrong {
	VK_WRONG_OUTSIDE = 1,		/* a frame that is not in RAM */
	VK_WRONG_TWICE = 2,		/* a table that was walked before: of
					   this root, or of another */
	VK_WRONG_ENTRY = 4,		/* bits that the layout does not know */
	VK_WRONG_READ = 8,		/* RAM could not be read there */
	VK_WRONG_LIMIT = 16,		/* too many pages for this RAM: see
					   VK_LEAVES_PER_FRAME */
};

/* Pages may have been left out. */
#define VK_WRONG_LOSES (VK_WRONG_TWICE | VK_WRONG_ENTRY | VK_WRONG_READ | \
			VK_WRONG_LIMIT)

/*
 * Leaves that all trees of one reading may have, for each frame of RAM.  Tables
 * are walked once, so 512 for a frame is what they could name at worst; this
 * many need a quarter of RAM to be tables without a gap, and keep the lists
 * below half of what RAM takes.
 */
#define VK_LEAVES_PER_FRAME 128

/* One root and all that it maps. */
struct vk_tree {
	uint64_t root_pfn;
	struct array leaves;		/* struct vk_leaf, by rising vpn */
	struct array tables;		/* uint64_t: frames of its tables, the
					   root first */
	uint64_t hash;			/* of all words of all its tables */
	uint32_t wrong;			/* mask of enum vk_wrong */
};

/* What was walked, of all trees of one reading. */
struct vk_visited {
	uint64_t *bits;			/* by frame: its table was walked */
	uint64_t frame_count;
	uint64_t leaf_count;		/* of all trees */
};

/* 0 or -ENOMEM. */
int vk_visited_init(struct vk_visited *visited, uint64_t frame_count);
void vk_visited_free(struct vk_visited *visited);
bool vk_visited_has(const struct vk_visited *visited, uint64_t pfn);

/*
 * Walks one root.  What is wrong is left out and noted in tree->wrong.  Tables
 * that visited has already are not walked (VK_WRONG_TWICE); those that are
 * walked are added to it.  0, or -ENOMEM.
 */
int vk_walk(const struct vk_layout *layout, const struct vk_memory *memory,
	    uint64_t root_pfn, struct vk_visited *visited,
	    struct vk_tree *ret_tree);

/*
 * Reads the tables of a tree once more: whether they hold what they held.
 * 1 they do, 0 they do not, or a negative errno.
 */
int vk_walk_is_same(const struct vk_layout *layout,
		    const struct vk_memory *memory, const struct vk_tree *tree);

void vk_tree_free(struct vk_tree *tree);

/* Whoever wants to see the frames that a scan reads: all RAM is read once. */
struct vk_also {
	/*
	 * A frame that is not all zeros, as skim reads it.  0, or an errno that
	 * ends the scan.
	 */
	int (*look)(struct vk_also *also, uint64_t pfn, const uint64_t *words);
};

/* Whether a frame holds nothing but zeros. */
bool vk_is_zeros(const uint64_t *words);

/*
 * Finds frames that look like roots: pages of nothing but empty entries and
 * entries that name tables for users, from which a way of such tables leads to
 * a page, or one in the guest's swap; and that no other root has among its
 * tables.  Frames are added to ret_roots (uint64_t), rising.  At most limit;
 * more are -E2BIG, and limit of them are there.  Also -ENOMEM and errors of
 * memory; nothing is added then.  also: NULL, or who else sees each frame.
 *
 * A copy of a root looks like one: which is the guest's, another thing has to
 * tell.  So does, seldom, data that names tables by chance.  A guest that makes
 * a table of its own above a root hides the root.
 */
int vk_scan_roots(const struct vk_layout *layout,
		  const struct vk_memory *memory, bool resident_only,
		  size_t limit, struct vk_also *also,
		  struct array *ret_roots);

#endif
