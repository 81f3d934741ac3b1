/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Inside of a pagemap_sharing: a tree of sets of mms.  A node is the set of
 * its parent and one process more, of a higher index; so every set has one
 * node, found without comparing sets, and sets that begin alike share nodes.
 */
#ifndef PAGEMAP_SHARING_H
#define PAGEMAP_SHARING_H

#include "buffer.h"
#include "frames.h"
#include "snapshot.h"

struct share_node {
	uint32_t parent;	/* 0: the empty set, which is node 0 */
	uint32_t process;	/* by index; of node 0 NO_PROCESS */
	uint32_t child;		/* the one that was made last, */
	uint32_t child_of;	/* and its process + 1 */
};

/* What just the set of a node has; apart, so that walking up is quick. */
struct share_weight {
	uint64_t pages[PAGEMAP_FRAME_KIND_COUNT];
	uint64_t unseen[PAGEMAP_FRAME_KIND_COUNT];	/* of these, such as
							   others may map */
	uint64_t swap_pages;
};

#define NO_PROCESS UINT32_MAX

/* A node that has something. */
struct share_set {
	uint32_t node;
	uint32_t member_count;
	size_t first_member;
};

struct pagemap_sharing {
	const struct pagemap_snapshot *snapshot;
	struct array nodes;		/* struct share_node */
	struct share_weight *weights;	/* by node */
	uint32_t *node_of_slot;		/* of the snapshot's frames; 0 none */
	uint32_t *set_of_node;		/* index + 1; 0: it has nothing */
	struct share_set *sets;
	size_t set_count;
	uint32_t *members;		/* of all sets */
};

static inline const struct share_node *
share_node_at(const struct pagemap_sharing *sharing, uint32_t index)
{
	return (const struct share_node *)sharing->nodes.items + index;
}

/* Whether a process, by its index, is in the set of a node. */
static inline bool share_node_has(const struct pagemap_sharing *sharing,
				  uint32_t node, uint32_t process)
{
	const struct share_node *at = share_node_at(sharing, node);

	/* Down the tree the indexes fall; node 0 has none. */
	while (node && at->process > process) {
		node = at->parent;
		at = share_node_at(sharing, node);
	}
	return node && at->process == process;
}

#endif
