/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libpagemap, continued: a virtual kernel (User-Mode Linux) seen from its host.
 * Part of <libpagemap/pagemap.h>, which includes it and whose conventions hold
 * here; not to be included alone.
 *
 * A vkernel is one process of the host, its RAM one file, and each address
 * space of its guest one child, stopped while it does not run.  The guest's own
 * page tables lie in that file.  A source of a vkernel walks them: it gives one
 * process for each guest mm, with guest frame numbers in place of frames, and a
 * snapshot of it is like every other.  What only such a snapshot knows, what
 * the host has made of each guest frame, is here.
 *
 * The guest is not stopped, not written to, and not asked.
 */
#ifndef LIBPAGEMAP_VKERNEL_H
#define LIBPAGEMAP_VKERNEL_H

#ifndef LIBPAGEMAP_PAGEMAP_H
#error "include <libpagemap/pagemap.h>"
#endif

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/* ---- Finding them ------------------------------------------------------ */

/** A vkernel as its host's files show it. */
struct pagemap_vkernel {
	pid_t pid;		/**< its main process: the guest's kernel */
	dev_t ram_dev;		/**< its RAM: a deleted file that main maps */
	uint64_t ram_inode;	/**< shared, found by device and inode alone */
	uint64_t ram_bytes;	/**< its size; guest frame n is at n * page */
	uint64_t base_vaddr;	/**< where main would have frame 0 */
	uint64_t first_pfn;	/**< lowest frame that main maps from the file;
				     below lies the kernel's image */
	size_t child_count;	/**< address spaces of the guest: children that
				     main traces and that map its RAM; of a
				     snapshot each was seen to, else one was */
	size_t helper_count;	/**< processes that share main's mm */
};

/**
 * Looks whether a process of a host belongs to a vkernel: main, or one of its
 * children or helpers.  Errors: -ESRCH no such process, -EACCES it may not be
 * looked at, -ENOTSUP it is no vkernel, -ENOMEM;
 * pagemap_source_last_error(host) is a sentence that says why.
 */
int pagemap_vkernel_look(struct pagemap_source *host, pid_t pid,
			 struct pagemap_vkernel *ret_vkernel);

/**
 * The next vkernel of a host whose main process is above *pid, by rising pid
 * (begin with 0): 1 and stores it and its pid, 0 at the end.  Reads one small
 * file of each process, and more of those that trace another.  Those that may
 * not be looked at are passed over.  Errors: -ENOMEM.
 */
int pagemap_vkernel_next(struct pagemap_source *host, pid_t *pid,
			 struct pagemap_vkernel *ret_vkernel);

/** Options for opening a vkernel; zero means the default. */
struct pagemap_vkernel_opts {
	size_t size;		/**< sizeof(struct pagemap_vkernel_opts) */
	struct pagemap_source *inside; /**< what the guest says of itself: a
				     tree that looks like its /proc (see
				     pagemap_source_open_tree), for names,
				     commands, mappings, flags.  Must outlive
				     the source.  NULL: none */
};

/**
 * Opens a vkernel by any of its processes.  Each snapshot of the source walks
 * the tables anew.  host is live, or a tree that has the RAM's file below
 * map_files; it must outlive the source and is used by the same thread.
 * opts may be NULL.  Errors: as pagemap_vkernel_look, -EACCES if its RAM may
 * not be read.  Owner: the caller, who closes it.
 */
int pagemap_source_open_vkernel(struct pagemap_source *host, pid_t pid,
				const struct pagemap_vkernel_opts *opts,
				struct pagemap_source **ret_source);

/**
 * The source of the host that a vkernel's source was opened on; NULL for any
 * other source.  Borrowed: source.
 */
struct pagemap_source *pagemap_source_host(const struct pagemap_source *source);

/* ---- What a snapshot of one knows beside its processes ------------------ */

/** A guest at the moment of a snapshot. */
struct pagemap_guest;

/** The guest of a snapshot; NULL if it is of no vkernel.  Borrowed: snapshot. */
const struct pagemap_guest *
pagemap_snapshot_guest(const struct pagemap_snapshot *snapshot);

/** The vkernel as it was then. */
void pagemap_guest_vkernel(const struct pagemap_guest *guest,
			   struct pagemap_vkernel *ret_vkernel);

/** What the host has made of a frame of guest RAM. */
enum pagemap_guest_state {
	PAGEMAP_GUEST_RESIDENT,	/**< in the host's RAM */
	PAGEMAP_GUEST_SWAPPED,	/**< in the host's swap */
	PAGEMAP_GUEST_UNTOUCHED, /**< a hole of the RAM file: never used, or
				     given back */
	PAGEMAP_GUEST_IMAGE,	/**< below first_pfn: the guest kernel's image,
				     which is not in the file */
	PAGEMAP_GUEST_STATE_COUNT
};

/** "resident", "swapped", "untouched", "image"; NULL for an unknown one. */
const char *pagemap_guest_state_name(enum pagemap_guest_state state);

/** What a frame of guest RAM is for, as far as the host can tell. */
enum pagemap_guest_use {
	PAGEMAP_GUEST_MAPPED,	/**< guest processes map it */
	PAGEMAP_GUEST_ZERO_PAGE, /**< the guest's zero page */
	PAGEMAP_GUEST_TABLE,	/**< a page table of a guest process */
	PAGEMAP_GUEST_STUB,	/**< by which main drives a child: one or two
				     for each, and one for all */
	PAGEMAP_GUEST_OTHER,	/**< the guest kernel's own, its page cache, or
				     free: the host cannot tell which */
	PAGEMAP_GUEST_USE_COUNT
};

/** "mapped", "zero_page", "table", ...; NULL for an unknown one. */
const char *pagemap_guest_use_name(enum pagemap_guest_use use);

/**
 * Frames of guest RAM that follow each other and are alike: state, use, bits,
 * mappers and flags; host frames rise by one, or are not known.
 */
struct pagemap_guest_run {
	uint64_t first_pfn;	/**< guest frame */
	uint64_t frame_count;
	uint64_t host_pfn;	/**< of the first frame; PAGEMAP_PFN_UNKNOWN */
	uint64_t host_flags;	/**< the host's kpageflags, read at
				     PAGEMAP_DETAIL_PAGES alone;
				     PAGEMAP_FLAGS_UNKNOWN */
	uint64_t guest_flags;	/**< the guest's, by `inside`;
				     PAGEMAP_FLAGS_UNKNOWN */
	enum pagemap_guest_state state;
	enum pagemap_guest_use use;
	uint32_t mappers;	/**< distinct guest mms that map it */
	uint32_t bits;		/**< PAGEMAP_RUN_USE_KNOWN with ACCESSED and
				     MODIFIED, if any mapper's entry has them;
				     0 for frames that nobody maps */
};

/**
 * The run at an index, by rising frame, without gaps, from 0 to the end of the
 * RAM.  -ENOENT past the end.
 */
int pagemap_guest_run_at(const struct pagemap_guest *guest, size_t index,
			 struct pagemap_guest_run *ret_run);

/** The index of the run that a guest frame is in.  -ENOENT past the end. */
int pagemap_guest_run_of(const struct pagemap_guest *guest, uint64_t pfn,
			 size_t *ret_index);

/** Where a guest process maps a frame. */
struct pagemap_guest_place {
	const struct pagemap_process *process;	/**< borrowed: snapshot */
	uint64_t vaddr;
	uint32_t bits;		/**< of this entry: ACCESSED, MODIFIED */
	bool writable;
};

/**
 * Where guest processes of a snapshot map a frame: at most count places are
 * stored, by rising pid and address; gives how many there are.
 */
size_t pagemap_guest_places(const struct pagemap_snapshot *snapshot,
			     uint64_t pfn,
			     struct pagemap_guest_place *ret_places,
			     size_t count);

/**
 * The guest frame that lies in a frame of the host.  -ENOENT if none is known
 * to.
 */
int pagemap_guest_from_host(const struct pagemap_guest *guest,
			    uint64_t host_pfn, uint64_t *ret_pfn);

/* ---- Guest processes --------------------------------------------------- */

/** How it is known which child runs a guest mm. */
enum pagemap_guest_link {
	PAGEMAP_GUEST_LINK_NONE,  /**< no child was found for it, or none of
				       its tables */
	PAGEMAP_GUEST_LINK_PAGES, /**< what the child maps are its pages, and
				       no other's */
	PAGEMAP_GUEST_LINK_MM,	  /**< the guest's mm_struct names both */
};

/** "none", "pages", "mm"; static storage. */
const char *pagemap_guest_link_name(enum pagemap_guest_link link);

/**
 * Pids of guest processes of which no child is known are this and the frame of
 * their root: no pid of Linux reaches it.
 */
#define PAGEMAP_GUEST_PID_BASE (1 << 30)

/** What the host knows of a guest process (of a snapshot of a vkernel). */
struct pagemap_guest_process {
	pid_t child_pid;	/**< the host's process that runs it, and the pid
				     of the snapshot's process; 0: none known */
	pid_t guest_pid;	/**< its pid inside, by `inside`; -1: not known */
	enum pagemap_guest_link link;
	uint64_t root_pfn;	/**< guest frame of its top table;
				     PAGEMAP_PFN_UNKNOWN: none was found */
	uint64_t table_frames;	/**< page tables that were walked, root too;
				     this and the pages below are not known of
				     one without root, and are 0 */
	uint64_t stub_frames;	/**< of its own: the stub's data; 0: none was
				     found */
	uint64_t page_count;	/**< pages that its tables map */
	uint64_t child_pages;	/**< of these, such as its child maps now */
	uint64_t child_other;	/**< pages that its child maps and its tables do
				     not: taken away since, or read between */
	struct pagemap_value host_pss; /**< bytes of the host's RAM that its
				     pages lie in, shared out among guest mms */
	struct pagemap_value host_uss; /**< those of pages that it maps alone */
	struct pagemap_value host_swapped; /**< of its pages, in the host's swap,
				     shared out */
	struct pagemap_value child_tables; /**< the host's page tables of the
				     child (status VmPTE) */
	uint64_t child_mappings; /**< the child's VMAs in the host */
	uint64_t inside_pages;	/**< pages compared with `inside`, */
	uint64_t inside_differ;	/**< with another frame there, or none, */
	uint64_t inside_outside; /**< and in no mapping that it tells of */
};

/** Of a process of a snapshot.  -ENOTSUP if that is of no vkernel. */
int pagemap_guest_process(const struct pagemap_process *process,
			  struct pagemap_guest_process *ret_process);

/** What guest processes have of the host, taken together; bytes. */
struct pagemap_guest_share {
	struct pagemap_value host_pss;	/**< sum of theirs, rounded once */
	struct pagemap_value host_uss;	/**< of pages that only they map */
	struct pagemap_value host_swapped; /**< sum of theirs */
};

/**
 * Adds up processes of a snapshot, each named once.  Errors: -ENOTSUP if it is
 * of no vkernel, -EINVAL for a process that is not of it, -ENOMEM.
 */
int pagemap_guest_share(const struct pagemap_snapshot *snapshot,
			const struct pagemap_process *const *processes,
			size_t count, struct pagemap_guest_share *ret_share);

/** A process that `inside` tells of and that no guest mm was found for. */
struct pagemap_guest_stray {
	pid_t guest_pid;
	uint64_t page_count;	/**< that it says it has */
	const char *comm;	/**< NULL: not known.  Borrowed: guest */
};

/** By index; -ENOENT past the end. */
int pagemap_guest_stray_at(const struct pagemap_guest *guest, size_t index,
			   struct pagemap_guest_stray *ret_stray);

/* ---- All of a guest ---------------------------------------------------- */

/** Guest RAM and what running the guest takes of the host; bytes. */
struct pagemap_guest_balance {
	uint64_t frames;		/**< of guest RAM, image too */
	uint64_t page_bytes;
	/** Frames by use (rows) and by what the host made of them. */
	uint64_t counts[PAGEMAP_GUEST_USE_COUNT][PAGEMAP_GUEST_STATE_COUNT];
	/**
	 * Of those counted as resident, by use: what a saved host does not
	 * tell from swap.  0 of a running one.
	 */
	uint64_t maybe_swapped[PAGEMAP_GUEST_USE_COUNT];
	struct pagemap_value main_own;	/**< main's resident memory beside the
					     RAM: image, data, heap, stack; PSS */
	struct pagemap_value main_tables; /**< host page tables of main, */
	struct pagemap_value child_tables; /**< and of all children */
	struct pagemap_value child_own;	/**< children's resident memory beside
					     the RAM; PSS */
	struct pagemap_value stacks;	/**< host kernel stacks of all of them */
};

/** Adds it up.  What only the host's figures can tell may be unavailable. */
void pagemap_guest_balance(const struct pagemap_guest *guest,
			   struct pagemap_guest_balance *ret_balance);

/**
 * What one more guest process costs beside its own pages: the median of those
 * that run, low and high the least and the most.  UNAVAILABLE where nothing
 * was measured.
 */
struct pagemap_guest_cost {
	struct pagemap_value host_tables;	/**< the child's page tables */
	struct pagemap_value host_stack;	/**< its kernel stack */
	struct pagemap_value host_mappings;	/**< its VMAs, as slab objects */
	struct pagemap_value guest_tables;	/**< page tables in guest RAM */
	struct pagemap_value guest_stub;	/**< stub data in guest RAM */
};

/** Bytes.  Of a guest without processes all are unavailable. */
void pagemap_guest_cost(const struct pagemap_guest *guest,
			struct pagemap_guest_cost *ret_cost);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif /* LIBPAGEMAP_VKERNEL_H */
