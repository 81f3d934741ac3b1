/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One reading of a vkernel: everything that a snapshot of it is made of, of
 * one moment as far as its guest held still.  Made by the source, kept by the
 * source and by snapshots, changed by nobody once it is made.
 */
#ifndef PAGEMAP_VK_READING_H
#define PAGEMAP_VK_READING_H

#include <stdatomic.h>

#include "vk_host.h"
#include "vk_inside.h"
#include "vk_join.h"

/* What a source keeps from one reading to the next. */
struct vk_state {
	struct pagemap_source *host;
	struct pagemap_source *inside;	/* NULL: none */
	const struct vk_layout *layout;	/* NULL: not known yet */
	struct vk_found found;
	struct vk_ram ram;
	struct vk_mm_shape shape;
	struct array mms;		/* struct vk_mm, of the last reading */
	bool seeks_childless;		/* some mm may have lost its child: only
					   a search of all RAM finds it */
	bool roots_left_out;		/* there were more than trees can be */
	uint64_t zero_pfn;		/* PAGEMAP_PFN_UNKNOWN: not found yet */
};

/* Between the least and the most that it can be; what it counts as. */
struct vk_part {
	uint64_t low;
	uint64_t value;
	uint64_t high;
};

/* What pages have of the host: units are parts of a byte, see vk_share.c. */
struct vk_held {
	struct vk_part pss_units;
	struct vk_part uss_bytes;
	struct vk_part swapped_units;
};

/* A guest mm. */
struct vk_process {
	pid_t pid;			/* of the snapshot's process */
	struct vk_tree tree;
	size_t child;			/* index; VK_NO_CHILD */
	size_t inside;			/* index; SIZE_MAX */
	enum pagemap_guest_link link;
	struct vk_overlap overlap;
	uint64_t page_count;		/* leaves that are pages */
	struct vk_held held;		/* by it alone */
	bool changed;			/* its tables were not of one moment */
	bool has_root;
};

struct vk_reading {
	struct source_beside beside;	/* first: what a snapshot keeps */
	atomic_uint users;
	const struct vk_layout *layout;
	struct pagemap_vkernel facts;
	struct array children;		/* struct vk_child, taken over */
	struct vk_process *processes;	/* by rising pid */
	size_t process_count;
	uint64_t frame_count;
	uint8_t *states;		/* enum pagemap_guest_state, by frame */
	uint8_t *uses;			/* enum pagemap_guest_use */
	uint32_t *mappers;		/* distinct mms */
	uint8_t *bits;			/* VK_FRAME_*, of all mappers */
	uint64_t *host_pfns;
	uint64_t *host_flags;
	uint64_t *guest_flags;		/* NULL: not known of any */
	uint64_t zero_pfn;
	struct array runs;		/* uint64_t: first frame of each */
	struct array by_host;		/* struct vk_host_run, rising; of each
					   page alone, as the places */
	struct vk_place *places;	/* by frame, pid, address */
	uint64_t *place_firsts;		/* of each frame, and where the last's
					   end; NULL: no index */
	struct vk_inside inside;
	struct vk_overhead overhead;
	bool swap_untold;		/* data of a saved file counts as
					   resident: of frames that no page
					   table of the host has, nothing tells */
	bool incomplete;		/* mms exist that were not read: why */
	const char *incomplete_reason;
};

/* Guest frames that follow each other in the host too. */
struct vk_host_run {
	uint64_t host_pfn;
	uint64_t pfn;
	uint64_t count;
};

/* A page: which process maps it, and which of its leaves does. */
struct vk_place {
	uint32_t process;
	uint32_t leaf;
};

enum { VK_FRAME_ACCESSED = 1, VK_FRAME_MODIFIED = 2 };

/* Of an entry that is a page. */
static inline uint8_t vk_entry_bits(const struct vk_layout *layout,
				    uint64_t entry)
{
	return (entry & layout->accessed ? VK_FRAME_ACCESSED : 0) |
	       (entry & layout->modified ? VK_FRAME_MODIFIED : 0);
}

/* As a run has them, PAGEMAP_RUN_*. */
static inline uint32_t vk_run_bits(uint8_t bits)
{
	return PAGEMAP_RUN_USE_KNOWN |
	       (bits & VK_FRAME_ACCESSED ? PAGEMAP_RUN_ACCESSED : 0) |
	       (bits & VK_FRAME_MODIFIED ? PAGEMAP_RUN_MODIFIED : 0);
}

/*
 * Reads it all; whole: the host's flags of each frame too.  Errors are those
 * of vk_find_again, -EACCES, -ENOTSUP if its tables have no known layout,
 * -ENOMEM; host->detail says why.
 */
int vk_reading_make(struct vk_state *state, bool whole,
		    struct vk_reading **ret_reading);

/* One user more, and one less; the last frees it.  NULL is fine. */
void vk_reading_hold(struct vk_reading *reading);
void vk_reading_release(struct vk_reading *reading);

/* Whether a frame counts as resident, and no pagemap of the host has it. */
static inline bool vk_is_nowhere(const struct vk_reading *reading, uint64_t pfn)
{
	return reading->states[pfn] == PAGEMAP_GUEST_RESIDENT &&
	       reading->host_pfns[pfn] == PAGEMAP_PFN_UNKNOWN;
}

/* Whether a frame that counts as resident may be in swap. */
static inline bool vk_maybe_swapped(const struct vk_reading *reading,
				    uint64_t pfn)
{
	return reading->swap_untold && vk_is_nowhere(reading, pfn);
}

/* The public handle is the reading itself. */
static inline const struct vk_reading *
vk_reading_of(const struct pagemap_guest *guest)
{
	return (const struct vk_reading *)(const void *)guest;
}

/* By pid; NULL if there is none. */
const struct vk_process *vk_reading_find(const struct vk_reading *reading,
					 pid_t pid);

/* The leaf of a page or the first behind it; leaves.count: none. */
size_t vk_leaf_from(const struct vk_tree *tree, uint64_t vpn);

void vk_state_free(struct vk_state *state);

/* ---- vk_share.c: what they have of the host ----------------------------- */

/* Once frames are filled: what each process has for itself.  0 or -ENOMEM. */
int vk_share_fill(struct vk_reading *reading);

/* Some processes of a reading taken together.  0 or -ENOMEM. */
int vk_share_of(const struct vk_reading *reading,
		const struct vk_process *const *processes, size_t process_count,
		struct pagemap_guest_share *ret_share);

/* ---- vk_roots.c: which mms there are ------------------------------------ */

/*
 * Finds the roots and walks them, into reading->processes, without pids; of
 * several layouts that which fits what children map.  0 or a negative errno.
 */
int vk_roots_walk(struct vk_state *state, struct vk_reading *reading);

/* Lets what was walked go. */
void vk_roots_drop(struct vk_reading *reading);

/* ---- vk_frames.c: what each frame is for -------------------------------- */

int vk_frames_fill(struct vk_state *state, bool whole,
		   struct vk_reading *reading);

/*
 * When all is filled: where runs of frames that are alike begin; whole: also
 * by the host's frames.
 */
int vk_frames_find_runs(struct vk_reading *reading, bool whole);

/* ---- vk_places.c: who maps each frame ----------------------------------- */

/* When processes have their order.  0 or -ENOMEM. */
int vk_places_fill(struct vk_reading *reading);

#endif
