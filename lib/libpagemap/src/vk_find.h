/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A vkernel as the host's files show it: its main process, its RAM's file, its
 * children and helpers, and what of the RAM each child has mapped.  Reads the
 * host's source through its table of functions alone; knows nothing of what
 * lies in the RAM.
 */
#ifndef PAGEMAP_VK_FIND_H
#define PAGEMAP_VK_FIND_H

#include "source.h"

/* Pages of guest RAM that a child maps, from its maps. */
struct vk_piece {
	uint64_t start_vpn;
	uint64_t page_count;
	uint64_t first_pfn;		/* guest frame of the first */
	bool readable;
	bool writable;
	bool executable;
	bool is_private;		/* no page of the guest's: the stub's code */
};

struct vk_child {
	pid_t pid;
	struct array pieces;		/* struct vk_piece, by rising address */
	uint64_t stub_vaddr;		/* where the stub is: pages from there on
					   are not the guest's; 0 not known */
	uint64_t stub_pfn;		/* guest frame of its data;
					   PAGEMAP_PFN_UNKNOWN */
	uint64_t mappings;		/* all VMAs of it in the host */
	uint64_t tables_bytes;		/* VmPTE; UINT64_MAX: not known */
	bool changed;			/* it ended or changed while read */
};

/* What was found of a vkernel at one moment. */
struct vk_found {
	struct pagemap_vkernel facts;
	struct array children;		/* struct vk_child, by rising pid */
	struct array helpers;		/* pid_t, without main */
	char ram_name[64];		/* how main has it: "map_files/..." */
};

/*
 * Finds the vkernel that a process belongs to.  Errors as of
 * pagemap_vkernel_look, with the sentence in host->detail.
 */
int vk_find(struct pagemap_source *host, pid_t pid, struct vk_found *ret_found);

/*
 * Finds the children anew, of a main process that is known: as vk_find, and
 * quicker.  -ESRCH if it ended, -ENOTSUP if it is another one now.
 */
int vk_find_again(struct pagemap_source *host, struct vk_found *found);

void vk_found_free(struct vk_found *found);

/*
 * Opens the RAM's file for reading: a descriptor, checked by device and inode.
 * Errors: -EACCES, -ESRCH, -ENOENT.
 */
int vk_open_ram(struct pagemap_source *host, const struct vk_found *found);

#endif
