/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Inside of a source: the table of functions that every kind of source fills,
 * and what all of them share (page size, features, the last error).  Sources
 * know nothing of metrics; what reads them does not know where bytes are from.
 *
 * The functions of the table may be called by several workers at once, each
 * with a process handle and buffers of its own; source_fail and the feature
 * probes belong to the thread that uses the source.
 */
#ifndef PAGEMAP_SOURCE_H
#define PAGEMAP_SOURCE_H

#include <libpagemap/pagemap.h>

#include "buffer.h"

/* One process of a source, held so that a reused pid cannot take its place. */
struct process_ref {
	pid_t pid;
	int dir_fd;		/* its directory; -1: by path, one file only */
};

/* An open pagemap. */
struct pages_file {
	int fd;
	int uses_fd;		/* where accessed and modified are; -1 */
	void *state;		/* of sources that have more than a descriptor */
	bool changed;		/* the source knows that what it gives is not of
				   one moment */
};

/*
 * What a snapshot keeps of a source beside its processes, until it is freed.
 * Begins a struct of the source's own; release is called once.
 */
struct source_beside {
	void (*release)(struct source_beside *beside);
	uint64_t ram_end;		/* its frames end here; 0: not known */
};

/* Bits of an extent: what a scan knows of its pages. */
enum {
	EXTENT_HUGE = 1,	/* mapped by a PMD or larger, or hugetlb */
	EXTENT_ZERO = 2,	/* the zero page */
	EXTENT_SURE = 4,	/* every page is present or swapped */
	EXTENT_WRITTEN = 8,	/* not write-protected, of scan_written */
};

/* Pages that follow each other and of which a scan says the same. */
struct extent {
	uint64_t start_page;	/* virtual page number */
	uint64_t end_page;	/* exclusive */
	uint32_t bits;
};

/* Where a scan stands. */
struct scan {
	uint64_t next_page;
	uint64_t end_page;	/* exclusive */
	uint64_t max_pages;	/* found in one call; 0: no limit (gentle) */
	bool protect;		/* scan_written: protects what it finds */
};

enum frame_file { FRAME_COUNTS, FRAME_FLAGS };

/* Files that make the kernel forget accesses. */
enum forget_file {
	FORGET_CLEAR_REFS,	/* a process's own: to be written */
	FORGET_MODULE,		/* the same of the module procfs_pagemap */
	FORGET_IDLE,		/* the bitmap of idle frames: both */
};

#define FILE_PAGES_UNKNOWN UINT64_MAX

/* Where the data of a file is. */
enum file_home {
	FILE_ON_DISK,		/* or on another machine: RAM is its cache */
	FILE_IN_SHMEM,		/* tmpfs, memfd, SysV, /dev/zero */
	FILE_IN_RAMFS,
	FILE_IN_HUGETLB,
};

/* A regular file that a process has open or mapped. */
struct source_file {
	dev_t dev;
	uint64_t inode;
	uint64_t link_count;
	uint64_t allocated_bytes;
	int descriptor;			/* of the process; -1: mapped */
	/* Of stat_file alone: */
	enum file_home home;
	uint64_t cached_pages;		/* in RAM; FILE_PAGES_UNKNOWN */
	uint64_t swapped_pages;		/* of shmem; FILE_PAGES_UNKNOWN */
};

struct source_ops {
	/*
	 * Called as a snapshot begins, for sources that read by themselves:
	 * what is asked afterwards is of this moment.  whole: also what only
	 * pictures need.  NULL: nothing to do.
	 */
	int (*begin)(struct pagemap_source *source, bool whole,
		     struct source_beside **ret_beside);

	int (*next_pid)(struct pagemap_source *source, pid_t *pid);

	/* Holds a process by its directory.  -ENOENT, -EACCES, -EMFILE. */
	int (*open_process)(struct pagemap_source *source, pid_t pid,
			    struct process_ref *ret_ref);
	void (*close_process)(struct process_ref *ref);

	/*
	 * A file of a process (ref NULL: of the machine), whole.  -ESTALE: it
	 * was open, and the mm behind it went away before it was read.
	 */
	int (*read_text)(struct pagemap_source *source,
			 const struct process_ref *ref, const char *name,
			 struct buffer *ret_text);
	/* Opens a file to be read again and again; a descriptor or an error. */
	int (*open_kept)(struct pagemap_source *source,
			 const struct process_ref *ref, const char *name);
	int (*read_link)(struct pagemap_source *source,
			 const struct process_ref *ref, const char *name,
			 struct buffer *ret_target);
	int (*owner)(struct pagemap_source *source,
		     const struct process_ref *ref, uid_t *ret_uid);

	int (*open_pages)(struct pagemap_source *source,
			  const struct process_ref *ref,
			  struct pages_file *ret_pages);
	void (*close_pages)(struct pages_file *pages);

	/*
	 * Entries from first_page on; gives their number, fewer at the end of
	 * the address space, or a negative errno.
	 */
	ssize_t (*read_entries)(const struct pages_file *pages,
				uint64_t first_page, uint64_t *ret_entries,
				size_t count);

	/*
	 * Opens where the uses of pages are, after open_pages; closed with it.
	 * The entries and uses (enum pagemap_run_bits, of those that are
	 * present; HUGE among them) are then read together, as by read_entries.
	 */
	int (*open_uses)(struct pagemap_source *source,
			 const struct process_ref *ref,
			 struct pages_file *pages);
	ssize_t (*read_uses)(const struct pages_file *pages,
			     uint64_t first_page, uint64_t *ret_entries,
			     uint32_t *ret_uses, size_t count);

	/*
	 * The next extents that hold pages; 0 at the end.  A source without
	 * a way to skip holes gives -ENOTSUP: read by the maps instead.
	 */
	ssize_t (*scan)(struct pagemap_source *source,
			const struct pages_file *pages, struct scan *scan,
			struct extent *ret_extents, size_t count);

	/*
	 * The same of pages whose process registered them for asynchronous
	 * write protection (userfaultfd, 6.7 on), and no others: which were
	 * written since they were protected.  NULL: no running kernel.
	 */
	ssize_t (*scan_written)(struct pagemap_source *source,
				const struct pages_file *pages,
				struct scan *scan, struct extent *ret_extents,
				size_t count);

	/* Registers pages of our own so; a descriptor, which keeps it up. */
	int (*register_own)(struct pagemap_source *source, void *at,
			    size_t bytes);

	/* Counts or flags of frames; fewer at the end of RAM. */
	ssize_t (*read_frames)(struct pagemap_source *source,
			       enum frame_file file, uint64_t pfn,
			       uint64_t *ret_values, size_t count);

	/*
	 * Opens a file that forgets; a descriptor or an error.  ref NULL: our
	 * own process's.  -ENOTSUP: what is read is no running kernel.
	 */
	int (*open_forget)(struct pagemap_source *source,
			   const struct process_ref *ref,
			   enum forget_file file);

	/*
	 * The regular files that a process holds open, added to an array of
	 * struct source_file.  -ENOTSUP: this source cannot tell.
	 */
	int (*list_files)(struct pagemap_source *source,
			  const struct process_ref *ref,
			  struct array *ret_files);

	/*
	 * More of one of them, "fd/3" or "map_files/START-END", by opening it:
	 * for files that have no name any more, or are memory.
	 */
	int (*stat_file)(struct pagemap_source *source,
			 const struct process_ref *ref, const char *name,
			 struct source_file *ret_file);

	/*
	 * Opens for reading the regular file behind a mapping of a process,
	 * which may have no name any more; a descriptor, which keeps the file
	 * alive, or an error.  Of a running kernel it is checked to be the
	 * file of that device and inode: -ENOENT.  NULL: no such source.
	 */
	int (*open_mapped)(struct pagemap_source *source,
			   const struct process_ref *ref, uint64_t start_vaddr,
			   uint64_t end_vaddr, dev_t dev, uint64_t inode);

	/* Tries a feature.  True if there; else a reason for people. */
	bool (*probe)(struct pagemap_source *source,
		      enum pagemap_feature feature, const char **ret_reason);

	/*
	 * Orders two processes by their mms: 0 if they share one, 1 and 2 for
	 * before and after, 3 for unequal without an order.  Negative errno.
	 */
	int (*compare_mm)(struct pagemap_source *source, pid_t a, pid_t b);

	void (*close)(struct pagemap_source *source);
};

enum feature_state { FEATURE_UNTRIED, FEATURE_PRESENT, FEATURE_MISSING };

#define SOURCE_DETAIL_SIZE 256
#define SOURCE_KERNEL_SIZE 128

struct pagemap_source {
	const struct source_ops *ops;
	enum pagemap_source_kind kind;
	uint32_t page_size_bytes;
	uint32_t page_shift;
	uint32_t kernel_major;		/* 0: not known */
	uint32_t kernel_minor;
	char kernel[SOURCE_KERNEL_SIZE];
	bool missing_pids;		/* the tree itself says so */
	int averaged;			/* the tree itself says so; -1 unknown */
	bool averaged_for_sure;		/* PRECISE_COUNTS is missing, and known
					   to be, not only not found out */

	int root_fd;			/* of the proc tree */
	int frame_fds[2];		/* by enum frame_file; -1 not open */
	int records_fd;			/* of kpagemap, in place of both; -1 */
	uint32_t swap_types;		/* see parse.h; read with each snapshot */
	uint32_t swap_types_untold;	/* the same, where no file tells */
	uint64_t swap_used_bytes;
	uint64_t scan_end_page;		/* end of what a scan may ask; 0 untried */

	/* A window of the pids of root_fd, in rising order. */
	struct array pids;

	/* Who traced anyone when vkernels were looked for, by rising pid. */
	struct array tracers;

	/* Open statm files of watched processes, by rising pid. */
	struct array watched;

	enum feature_state features[PAGEMAP_FEATURE_COUNT];
	const char *feature_reasons[PAGEMAP_FEATURE_COUNT];

	/* The same of methods of sessions, and whether 4 to clear_refs makes
	   accesses be seen at once: see wss_choose.c. */
	enum feature_state wss_methods[PAGEMAP_WSS_METHOD_COUNT];
	const char *wss_reasons[PAGEMAP_WSS_METHOD_COUNT];
	enum feature_state wss_flush;

	pagemap_log_fn log;
	void *log_context;
	char detail[SOURCE_DETAIL_SIZE];
};

/*
 * Keeps the detail of a failure and gives err back: "what path: errno".
 * pid 0: none.
 */
int source_fail(struct pagemap_source *source, int err, const char *what,
		pid_t pid);

/* Whether the kernel is known to be at least this release. */
bool source_kernel_at_least(const struct pagemap_source *source,
			    uint32_t major, uint32_t minor);

/* Sets a zeroed source's part that all kinds share. */
void source_init(struct pagemap_source *source, const struct source_ops *ops,
		 enum pagemap_source_kind kind);

/* Makes a source with everything but its kind's own part; NULL: no memory. */
struct pagemap_source *source_new(const struct source_ops *ops,
				  enum pagemap_source_kind kind);

/* How large a kernel stack is, by meminfo and loadavg: stacks.c. */
int source_stack_bytes(struct pagemap_source *source, uint64_t *ret_bytes);

/* Reads the text of the machine's own files: version, swaps. */
int source_read_swaps(struct pagemap_source *source);

#endif
