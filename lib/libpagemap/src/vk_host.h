/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Guest RAM as the host keeps it: reading it without filling its holes, which
 * frames are resident, swapped out or were never touched, in which frames of
 * the host they lie; and what main and its children take beside it.
 */
#ifndef PAGEMAP_VK_HOST_H
#define PAGEMAP_VK_HOST_H

#include "vk_find.h"
#include "vk_walk.h"

/* Guest RAM by its file. */
struct vk_ram {
	struct vk_memory memory;	/* first: what a walker is given */
	int fd;
	uint32_t page_shift;
	uint64_t first_pfn;		/* below: the image, which reads as holes */
	bool is_shmem;			/* a live file of a tmpfs */
	bool is_live;			/* residency can be asked; of a saved
					   file all data counts as resident */
	uint8_t *states;		/* enum pagemap_guest_state, by frame */
};

/*
 * Takes fd over.  Before vk_ram_refresh all seems untouched.  -ENOMEM, -EINVAL
 * for a size that is no RAM.
 */
int vk_ram_open(int fd, const struct vk_found *found, bool is_live,
		struct vk_ram *ret_ram);
void vk_ram_close(struct vk_ram *ram);

/*
 * Finds anew which frames are resident, swapped out or holes.  Nothing is read
 * in and no hole is filled by it.
 */
int vk_ram_refresh(struct vk_ram *ram);

/*
 * The host's frames of count guest frames from pfn on: main's pagemap, and for
 * those that main has not touched its children's.  PAGEMAP_PFN_UNKNOWN where
 * neither tells, and for the image, which is not in the RAM's file.  0 or a
 * negative errno.
 */
int vk_host_frames(struct pagemap_source *host, const struct vk_found *found,
		   uint64_t pfn, size_t count, uint64_t *ret_host_pfns);

/* The host's kpageflags of frames; PAGEMAP_FLAGS_UNKNOWN where not known. */
void vk_host_flags(struct pagemap_source *host, const uint64_t *host_pfns,
		   size_t count, uint64_t *ret_flags);

/*
 * The guest's zero page: the frame of all zeros whose number and address stand
 * in the data of main's image, the number of candidates given.  0 and stores
 * it; -ENOENT if none of them is, or more than one may be; -EACCES if main's
 * memory may not be read.
 */
int vk_find_zero_page(struct pagemap_source *host, const struct vk_found *found,
		      const struct vk_ram *ram, const uint64_t *candidates,
		      size_t count, uint64_t *ret_pfn);

/* What a vkernel takes of the host beside its RAM; UINT64_MAX: not known. */
struct vk_overhead {
	uint64_t main_own_bytes;	/* PSS of main beside the RAM */
	uint64_t ram_swap_bytes;	/* of the RAM, in the host's swap */
	uint64_t main_tables_bytes;	/* VmPTE */
	uint64_t children_own_bytes;	/* PSS of children beside the RAM */
	uint64_t stack_bytes;		/* one kernel stack */
	uint64_t mapping_bytes;		/* one VMA's slab objects */
};

/* ram_is_shmem: its file lies in a tmpfs of this machine. */
void vk_overhead_read(struct pagemap_source *host, const struct vk_found *found,
		      bool ram_is_shmem, struct vk_overhead *ret_overhead);

#endif
