/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libpagemap, continued: which pages are used in an interval.  A session
 * (begin, look or sample, end) forgets accesses and then reads which came.
 * Part of <libpagemap/pagemap.h>, which includes it and whose conventions
 * hold here; not to be included alone.
 */
#ifndef LIBPAGEMAP_WORKING_SET_H
#define LIBPAGEMAP_WORKING_SET_H

#ifndef LIBPAGEMAP_PAGEMAP_H
#error "include <libpagemap/pagemap.h>"
#endif

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/** How accesses are found.  Best first: the order in which auto tries them. */
enum pagemap_wss_method {
	PAGEMAP_WSS_MODULE,	/**< /proc/pagemap of the kernel module: each
				     page, accessed; written within bounds */
	PAGEMAP_WSS_IDLE,	/**< /sys/kernel/mm/page_idle/bitmap: each
				     frame, used by whomever */
	PAGEMAP_WSS_CLEAR_REFS,	/**< 1 to clear_refs, then smaps Referenced:
				     each mapping.  A huge page counts whole.
				     Figures are bounded where pages of files
				     may have been used by others alone, or
				     accesses hide in stale TLB entries.
				     Either holds the target's mmap lock for a
				     whole mapping: there is no gentle way */
	PAGEMAP_WSS_SOFT_DIRTY,	/**< 4 to clear_refs, then bit 55 of pagemap:
				     each page, written */
	PAGEMAP_WSS_WRITE_PROTECT, /**< PAGEMAP_SCAN with write protection, where
				     the process registered userfaultfd itself:
				     each page, written */
	PAGEMAP_WSS_METHOD_COUNT
};

/** The bit of a method in a mask of methods. */
#define PAGEMAP_WSS_BIT(method) (UINT32_C(1) << (method))

/** What a method can tell; a mask. */
enum pagemap_wss_tells {
	PAGEMAP_WSS_TELLS_REFERENCED = 1 << 0,
	PAGEMAP_WSS_TELLS_WRITTEN = 1 << 1,
	PAGEMAP_WSS_TELLS_PAGES = 1 << 2,	/**< page by page */
};

/** What there is to know of a method, before it is used; static storage. */
struct pagemap_wss_method_facts {
	const char *name;	/**< "module", "idle", "clear_refs",
				     "soft-dirty", "write-protect" */
	const char *describe;	/**< what it does, one line, no full stop */
	const char *harm;	/**< what it does to the target and to others,
				     one line, no full stop */
	bool disturbs;		/**< to be asked for by name or consent: slows
				     the target, or changes what others see */
	bool by_name_alone;	/**< never chosen for somebody: the target or
				     another loses state that it relies on */
	uint32_t tells;		/**< mask of enum pagemap_wss_tells */
};

/** Facts of a method; NULL for an unknown one. */
const struct pagemap_wss_method_facts *
pagemap_wss_method_facts(enum pagemap_wss_method method);

/** Finds a method by its name.  -ENOENT if there is none. */
int pagemap_wss_method_from_name(const char *name,
				 enum pagemap_wss_method *ret_method);

/**
 * Whether a method works on this source, found by its effect on pages of our
 * own (a method that silently does nothing is found out), once for a source.
 * If not, the reason and how to get it are stored, else "".  Borrowed: source.
 */
bool pagemap_wss_method_works(struct pagemap_source *source,
			      enum pagemap_wss_method method,
			      const char **ret_reason);

/**
 * The methods that a session would use, as a mask.  methods: those asked for by
 * name, which all have to work; 0: the best that works and tells accesses.
 * Errors: -EINVAL; -EPERM if only a method
 * that disturbs would do and may_disturb is not set (its name is in
 * pagemap_source_last_error); -ENOTSUP if no method works, or one of those
 * asked for does not (why: last_error), or the source is no running kernel.
 */
int pagemap_wss_choose(struct pagemap_source *source, uint32_t methods,
		       bool may_disturb, uint32_t *ret_methods);

/** A session: targets, locked against other sessions, and what is forgotten. */
struct pagemap_wss;

/** What was found of all targets at one moment; never changes. */
struct pagemap_working_set;

/*
 * A source of a vkernel is measured by its host: pids are those of its
 * snapshots, and methods work on the children that run them, which map the
 * pages of guest processes at the guest's own addresses.  The guest's own bits
 * stay as they are.  Figures are of the pages that a process has by its tables;
 * what a child does not map was not used.  What the guest's kernel does for a
 * process (read, write, other system calls) it does by mappings of its own, and
 * "idle" alone sees it.  exec begins another child: the target has ended.
 */

/** Options of a session; zero in a field means its default. */
struct pagemap_wss_opts {
	size_t size;		/**< sizeof(struct pagemap_wss_opts) */
	uint32_t methods;	/**< mask of PAGEMAP_WSS_BIT: each adds what it
				     tells, the first that tells a thing wins;
				     0: the best that works, and where it tells
				     no writes, the best that does */
	bool may_disturb;	/**< auto may choose those that disturb; one
				     asked for by name is taken without */
	const pid_t *pids;	/**< the targets */
	size_t pid_count;
};

/**
 * Chooses methods, locks the targets and forgets their accesses: an interval
 * begins.  The lock (flock on the target's clear_refs) holds between sessions
 * of all processes and goes with its holder, however that ends; children that
 * the holder forks and that do not exec hold it too.  (Processes that share an
 * mm, CLONE_VM, have a lock each.)  A target that cannot be read is kept with
 * its status.  Nothing has to be put back at the end: what was forgotten comes
 * again with use.  A target takes three descriptors.  The source stays open
 * until the session has ended.  Errors: -EINVAL; -ESRCH if none of the pids
 * exists; -EBUSY if another session is at work on one of them (the pid is in
 * pagemap_source_last_error); -EPERM and -ENOTSUP as pagemap_wss_choose;
 * -EACCES if no target may be read; -ENOMEM; -EMFILE.  Owner: the caller, who
 * ends it.
 */
int pagemap_wss_begin(struct pagemap_source *source,
		      const struct pagemap_wss_opts *opts,
		      struct pagemap_wss **ret_session);

/** The methods in use, as a mask. */
uint32_t pagemap_wss_methods(const struct pagemap_wss *session);

/**
 * Reads what was used since the interval began; it goes on.  A target that
 * ended is kept with its status (PAGEMAP_STATUS_VANISHED); one that became
 * another program has PAGEMAP_STATUS_CHANGED and what that used.  Owner of
 * the result: the caller.  Errors: -ENOMEM; -ESRCH if no target is left that
 * can be read.
 */
int pagemap_wss_look(struct pagemap_wss *session,
		     struct pagemap_working_set **ret_set);

/**
 * The same, then forgets accesses: the next interval begins.  All targets are
 * read before the first is made to forget, since they may share frames; what
 * is used between the two is in neither interval.
 */
int pagemap_wss_sample(struct pagemap_wss *session,
		       struct pagemap_working_set **ret_set);

/** Ends a session and unlocks its targets.  NULL is fine. */
void pagemap_wss_end(struct pagemap_wss *session);

/** Frees what was found and all borrowed of it.  NULL is fine. */
void pagemap_working_set_free(struct pagemap_working_set *set);

/** Ages in the histogram: number k counts pages touched within 2^k samples. */
#define PAGEMAP_WSS_AGES 8

/**
 * What was found of a mapping, or of a process.  Unit: bytes.  EXACT means
 * read from page data: what reclaim or another observer forgot meanwhile is
 * not seen.
 */
struct pagemap_wss_figures {
	struct pagemap_value rss;		/**< smaps Rss, or pages seen */
	struct pagemap_value referenced;	/**< used in the interval */
	struct pagemap_value written;		/**< written in the interval */
	struct pagemap_value cold;		/**< resident, and not used in
						     any interval so far */
	struct pagemap_value referenced_share;	/**< referenced x PSS / RSS: what
						     processes share counts in
						     parts, as in PSS */
	struct pagemap_value touched_within[PAGEMAP_WSS_AGES];
						/**< [0] this sample, [1] the
						     last 2, [2] the last 4 ...;
						     from [1] on unavailable
						     where pages are not told
						     apart, or so many samples
						     were not taken */
};

/** A target.  Its mappings are by rising address. */
struct pagemap_wss_process {
	pid_t pid;
	enum pagemap_status status;
	uint64_t interval_ns;		/**< forgotten until read, of the middle
					     of both */
	uint64_t forget_ns;		/**< how long forgetting took, of all
					     that was done to the target */
	uint64_t read_ns;		/**< how long reading took */
	uint64_t samples;		/**< intervals so far, with this one */
	struct pagemap_wss_figures figures;
	size_t mapping_count;
};

/** A mapping of a target, as it was when it was read. */
struct pagemap_wss_mapping {
	uint64_t start_vaddr;		/**< inclusive */
	uint64_t end_vaddr;		/**< exclusive */
	uint64_t offset_bytes;		/**< in its file */
	const char *permissions;	/**< "rw-p"; borrowed: working set */
	const char *path;		/**< as pagemap_mapping_path; borrowed */
	enum pagemap_mapping_kind kind;
	bool is_new;			/**< came, or grew, in the interval */
	struct pagemap_wss_figures figures;
};

/** How many targets there are: as many as pids were given. */
size_t pagemap_working_set_process_count(const struct pagemap_working_set *set);

/** The target at index, in the order of the pids; -ENOENT past the end. */
int pagemap_working_set_process_at(const struct pagemap_working_set *set,
				   size_t index,
				   struct pagemap_wss_process *ret_process);

/** A mapping of the target at process_index; -ENOENT past the end. */
int pagemap_working_set_mapping_at(const struct pagemap_working_set *set,
				   size_t process_index, size_t index,
				   struct pagemap_wss_mapping *ret_mapping);

/** The age of pages that were used in no interval so far. */
#define PAGEMAP_WSS_NEVER UINT32_MAX

/**
 * Resident pages that follow each other and were used alike.  Where a method
 * tells writes alone, use means being written.
 */
struct pagemap_wss_run {
	uint64_t start_vaddr;
	uint64_t page_count;
	uint32_t age;		/**< samples since the last use: 0 in this one;
				     at most 254; PAGEMAP_WSS_NEVER */
	bool written;		/**< in this interval, for certain */
	bool maybe_written;	/**< perhaps (module alone cannot tell) */
};

/** An iterator over a mapping's runs; its fields are the library's. */
struct pagemap_wss_run_iter {
	const struct pagemap_working_set *set;
	size_t process_index;
	size_t next_run;
	size_t end_run;
};

/**
 * Starts at the mapping's first resident page.  -ENOENT past the end,
 * -ENOTSUP where no method tells pages apart.
 */
int pagemap_wss_run_iter_init(struct pagemap_wss_run_iter *iter,
			      const struct pagemap_working_set *set,
			      size_t process_index, size_t mapping_index);

/** Stores the next run and returns 1, or 0 at the end.  Holes have no run. */
int pagemap_wss_run_iter_next(struct pagemap_wss_run_iter *iter,
			      struct pagemap_wss_run *ret_run);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif /* LIBPAGEMAP_WORKING_SET_H */
