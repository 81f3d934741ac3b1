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

struct maps_line;
struct proc_tracing;

/* Less is no RAM that a kernel could boot in; more, none that it could use. */
#define VK_RAM_MIN_BYTES (UINT64_C(1) << 20)
#define VK_RAM_MAX_BYTES (UINT64_C(1) << 40)

/* Pages of guest RAM that a process maps, from its maps. */
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
	pid_t own_pid;			/* as main knows it: another one where
					   they run in a pid namespace */
	struct array pieces;		/* struct vk_piece, by rising address */
	uint64_t stub_vaddr;		/* where the stub is: pages from there on
					   are not the guest's; 0 not known */
	uint64_t stub_pfn;		/* guest frame of its data;
					   PAGEMAP_PFN_UNKNOWN */
	uint64_t stub_frames;		/* of its data, from stub_pfn on; 0 not
					   known */
	uint64_t mappings;		/* all VMAs of it in the host */
	bool maybe_shmem;		/* of these one beside the RAM may have
					   pages of shared memory */
	uint64_t tables_bytes;		/* VmPTE; UINT64_MAX: not known */
	bool changed;			/* it ended or changed while read */
	bool counted;			/* main traces it: no more was read */
};

/* What was found of a vkernel at one moment. */
struct vk_found {
	struct pagemap_vkernel facts;
	struct array children;		/* struct vk_child, by rising pid */
	struct array helpers;		/* pid_t, without main, rising */
	struct array mapped;		/* struct vk_piece: main's own mappings
					   of the RAM, by rising address */
	uint32_t page_shift;		/* of the host, and so of the guest */
	uint64_t start_ticks;		/* of main: no other process with its
					   pid has it */
	uint64_t ram_start_vaddr;	/* main's mapping of the lowest offset */
	uint64_t ram_end_vaddr;
	char ram_name[64];		/* how main has it: "map_files/..." */
};

/*
 * Finds the vkernel that a process belongs to.  Errors as of
 * pagemap_vkernel_look, with the sentence in host->detail.
 */
int vk_find(struct pagemap_source *host, pid_t pid, struct vk_found *ret_found);

/*
 * As vk_find, and quicker where there are many children: once one is found that
 * has pages of the RAM, others that main traces are counted, and what they have
 * mapped is not read.  The process that was asked for is read in any case.
 */
int vk_find_outline(struct pagemap_source *host, pid_t pid,
		    struct vk_found *ret_found);

/*
 * Whether a process is a vkernel's main one, in outline.  Errors as vk_find,
 * with the sentence in ret_why, of SOURCE_DETAIL_SIZE.
 */
int vk_find_main(struct pagemap_source *host, pid_t pid,
		 struct vk_found *ret_found, char *ret_why);

/*
 * Finds the children anew, of a main process that is known: as vk_find, and
 * quicker.  There may be none.  -ESRCH if it ended, -ENOTSUP if it is another
 * one now; found is as it was then.
 */
int vk_find_again(struct pagemap_source *host, struct vk_found *found);

/*
 * Whether the children are still those that vk_find_again has found, and no
 * other: 1, 0, or an error as of it.  Their mappings are not read anew.
 */
int vk_find_same(struct pagemap_source *host, const struct vk_found *found);

void vk_found_free(struct vk_found *found);

/*
 * Opens the RAM's file for reading: a descriptor, checked by device and inode.
 * While it is open the RAM stays, also when the vkernel ends.  Errors:
 * -EACCES, -ESRCH, -ENOENT, with the sentence in host->detail.
 */
int vk_open_ram(struct pagemap_source *host, const struct vk_found *found);

/* ---- vk_child.c -------------------------------------------------------- */

/* Whether a mapping is one of the RAM's file. */
bool vk_is_of_ram(const struct vk_found *found, const struct maps_line *map);

/* VmPTE out of a text of status; UINT64_MAX: it does not say. */
uint64_t vk_tables_bytes(const struct buffer *text);

/* What a process says of who traces it: 0 or a negative errno. */
int vk_tracing_read(struct pagemap_source *host, pid_t pid,
		    struct proc_tracing *ret_tracing);

/* What one process says of itself. */
struct vk_relative {
	pid_t ppid;
	pid_t tracer_pid;
	struct vk_child child;		/* its pieces: none of a stranger */
	bool same_mm;			/* it shares main's */
};

/*
 * Reads a process that may be a child: 1; 0 if it is gone or may not be read;
 * -ENOMEM, -EMFILE.  found has the RAM and main's mappings.
 */
int vk_relative_read(struct pagemap_source *host, pid_t pid,
		     const struct vk_found *found,
		     struct vk_relative *ret_relative);

/* Adds what a text of maps has of the RAM to an array of struct vk_piece. */
int vk_pieces_read(const struct buffer *maps, const struct vk_found *found,
		   struct array *ret_pieces);

void vk_child_free(struct vk_child *child);

/* An array of struct vk_child. */
void vk_children_free(struct array *children);

/* ---- vk_kin.c ---------------------------------------------------------- */

/* What those are like that are no children of a vkernel; pids, 0: none. */
struct vk_strangers {
	pid_t traced;			/* without a page of the RAM */
	pid_t inherited;		/* traced, with what any fork has */
	pid_t untraced;			/* with pages of the RAM */
};

/*
 * Finds children and helpers of main, which is held; outline: as
 * vk_find_outline does.  -ENOMEM, -EMFILE.
 */
int vk_kin_find(struct pagemap_source *host, const struct process_ref *ref,
		uint32_t thread_count, bool outline, struct vk_found *found,
		struct vk_strangers *ret_strangers);

/* Reads a child that was counted: whether it has pages of the RAM, too. */
bool vk_kin_confirm(struct pagemap_source *host, const struct vk_found *found,
		    pid_t pid);

/* As vk_find_same, of main, which is held. */
int vk_kin_same(struct pagemap_source *host, const struct process_ref *ref,
		uint32_t thread_count, const struct vk_found *found);

/* Whether a process is one of them. */
bool vk_is_kin(const struct vk_found *found, pid_t pid);

#endif
