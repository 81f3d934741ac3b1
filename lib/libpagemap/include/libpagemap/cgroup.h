/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libpagemap, continued: memory cgroups of version 1 and 2, their books, and
 * the few things that are done to them.  Part of <libpagemap/pagemap.h>,
 * which includes it and whose conventions hold here; not to be included alone.
 */
#ifndef LIBPAGEMAP_CGROUP_H
#define LIBPAGEMAP_CGROUP_H

#ifndef LIBPAGEMAP_PAGEMAP_H
#error "include <libpagemap/pagemap.h>"
#endif

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/** A memory cgroup, held by its directory. */
struct pagemap_cgroup;

/**
 * What the books of a cgroup and of all below it tell: bytes, but for the
 * counts and the time at the end.  v1 and v2 name the file or the field of
 * memory.stat that a figure is from.
 */
enum pagemap_cgroup_figure {
	PAGEMAP_CGROUP_USAGE,		/**< all that is charged: v1
					     memory.usage_in_bytes, v2 memory.current */
	PAGEMAP_CGROUP_ANON,		/**< v1 total_rss, v2 anon */
	PAGEMAP_CGROUP_FILE,		/**< page cache without shmem: v1 total_cache
					     - total_shmem, v2 file - shmem */
	PAGEMAP_CGROUP_SHMEM,		/**< v1 total_shmem, v2 shmem */
	PAGEMAP_CGROUP_MAPPED_FILE,	/**< page cache and shmem that is mapped: v1
					     total_mapped_file, v2 file_mapped */
	PAGEMAP_CGROUP_DIRTY,		/**< yet to be written, or being written: v1
					     total_dirty + total_writeback, v2
					     file_dirty + file_writeback */
	PAGEMAP_CGROUP_KERNEL,		/**< page tables, stacks, slab and the rest: v1
					     memory.kmem.usage_in_bytes, v2 kernel
					     (Linux 5.18 on) */
	PAGEMAP_CGROUP_PAGE_TABLES,	/**< v2 pagetables; v1 does not tell */
	PAGEMAP_CGROUP_KERNEL_STACKS,	/**< v2 kernel_stack; v1 does not tell */
	PAGEMAP_CGROUP_SLAB,		/**< v2 slab; v1 does not tell */
	PAGEMAP_CGROUP_SWAP,		/**< v1 memory.memsw.usage_in_bytes less
					     usage, v2 memory.swap.current */
	PAGEMAP_CGROUP_LIMIT,		/**< its own: v1 memory.limit_in_bytes, v2 the
					     lesser of memory.high and memory.max;
					     PAGEMAP_CGROUP_NO_LIMIT */
	PAGEMAP_CGROUP_PEAK,		/**< the highest usage so far: v1
					     memory.max_usage_in_bytes, v2 memory.peak
					     (5.19 on) */
	PAGEMAP_CGROUP_REFAULTS,	/**< count of pages that came back soon after
					     they were reclaimed: workingset_refault_anon
					     + _file; before 5.9 workingset_refault */
	PAGEMAP_CGROUP_REFAULTS_FILE,	/**< count: those of files */
	PAGEMAP_CGROUP_MAJOR_FAULTS,	/**< count: (total_)pgmajfault */
	PAGEMAP_CGROUP_FAULTS,		/**< count: (total_)pgfault */
	PAGEMAP_CGROUP_OOM_KILLS,	/**< count: oom_kill of v1 memory.oom_control,
					     v2 memory.events */
	PAGEMAP_CGROUP_STALL_US,	/**< microseconds in which some process waited
					     for memory: some total of memory.pressure;
					     with v1 only of a cgroup that was made by
					     pagemap_cgroup_make where version 2 is
					     mounted too */
	PAGEMAP_CGROUP_PAUSED,		/**< 1 while processes wait at a limit of v1,
					     where nobody is killed; else 0: under_oom
					     of memory.oom_control */
	PAGEMAP_CGROUP_FIGURE_COUNT
};

/** A figure that this kernel does not tell. */
#define PAGEMAP_CGROUP_UNKNOWN UINT64_MAX

/** As PAGEMAP_CGROUP_LIMIT, and to be set: no limit. */
#define PAGEMAP_CGROUP_NO_LIMIT (UINT64_MAX - 1)

/** The figures of one moment. */
struct pagemap_cgroup_books {
	uint64_t value[PAGEMAP_CGROUP_FIGURE_COUNT]; /**< or
						          PAGEMAP_CGROUP_UNKNOWN */
	uint64_t time_ns;	/**< CLOCK_MONOTONIC, before the first was read */
};

/** "anon", "page_tables", ...; static storage, NULL for an unknown figure. */
const char *pagemap_cgroup_figure_name(enum pagemap_cgroup_figure figure);

/**
 * Opens the memory cgroup that a process is charged to, 0 being the caller:
 * its own, or the nearest above it that has the memory controller.  Errors:
 * -ENOTSUP for a source that is not live or a kernel without memory cgroups,
 * -ENOENT if there is no such process or its cgroup is mounted nowhere,
 * -EACCES, -ENOMEM.  pagemap_source_last_error says what failed, for this and
 * the next two.  Owner: the caller.
 */
int pagemap_cgroup_open_of(struct pagemap_source *source, pid_t pid,
			   struct pagemap_cgroup **ret_cgroup);

/**
 * Opens a memory cgroup by its path in the hierarchy ("/docker/x"), or by its
 * directory.  Errors: -EINVAL for a path with "..", -ENOENT, -ENOTSUP as
 * above or if it has not the memory controller, -EACCES, -ENOMEM.
 */
int pagemap_cgroup_open(struct pagemap_source *source, const char *path,
			struct pagemap_cgroup **ret_cgroup);

/**
 * Makes an empty cgroup below the caller's own; where that may have none with
 * the memory controller, below the nearest above it that may.  In version 2
 * that one hands the controller down from then on.  Errors: -EINVAL
 * for a name that is no plain file name, -EEXIST, -EACCES, -EROFS, -ENOTSUP
 * as above, -ENOMEM.  It stays until pagemap_cgroup_remove.
 */
int pagemap_cgroup_make(struct pagemap_source *source, const char *name,
			struct pagemap_cgroup **ret_cgroup);

/** Closes it and leaves it as it is.  NULL is fine. */
void pagemap_cgroup_close(struct pagemap_cgroup *cgroup);

/** 1 or 2. */
int pagemap_cgroup_version(const struct pagemap_cgroup *cgroup);

/** Its directory.  Borrowed: cgroup. */
const char *pagemap_cgroup_path(const struct pagemap_cgroup *cgroup);

/**
 * Reads its books by descriptors that stay open: 20 to 60 microseconds.
 * -ENODEV once it has been removed, -ENOMEM.
 */
int pagemap_cgroup_read(struct pagemap_cgroup *cgroup,
			struct pagemap_cgroup_books *ret_books);

/**
 * Moves a process, 0 being the caller, into it.  What the process has already
 * stays charged where it was.  -ESRCH, -EACCES, -EBUSY, -ENODEV.
 */
int pagemap_cgroup_join(struct pagemap_cgroup *cgroup, pid_t pid);

/**
 * Sets the limit that makes its processes reclaim and wait: v1
 * memory.limit_in_bytes, v2 memory.high.  Lowered below what can be
 * reclaimed, v1 gives -EBUSY and leaves the limit as it was; v2 slows its
 * processes down, without end and without killing any.  A limit of v1 kills
 * when it is reached later.  PAGEMAP_CGROUP_NO_LIMIT lifts it.  -EBUSY,
 * -EINTR, -EACCES, -ENODEV, -ENOTSUP.
 */
int pagemap_cgroup_set_limit(struct pagemap_cgroup *cgroup, uint64_t bytes);

/**
 * Sets the limit beyond which processes are killed: v1 memory.limit_in_bytes
 * as above, v2 memory.max, which kills at once if it is set too low.
 */
int pagemap_cgroup_set_hard_limit(struct pagemap_cgroup *cgroup,
				  uint64_t bytes);

/**
 * From now on its processes wait where a limit of v1 would kill one of them:
 * until memory comes free or the limit is raised (memory.oom_control).  v2:
 * nothing is to be done, pagemap_cgroup_set_limit never kills there.
 * pagemap_cgroup_restore_limits ends it.  -EACCES, -ENODEV, -ENOTSUP.
 */
int pagemap_cgroup_pause_when_short(struct pagemap_cgroup *cgroup);

/**
 * Puts the limits back to what they were when it was opened or made, and what
 * happens at them.  Opens, allocates and remembers nothing: fit for a guardian
 * after fork.
 */
int pagemap_cgroup_restore_limits(struct pagemap_cgroup *cgroup);

/**
 * Reclaims without a limit: v2 so many bytes (memory.reclaim, 5.19 on), v1
 * all that can be, also what is in use, whatever bytes says
 * (memory.force_empty).  Kills nobody and leaves nothing behind.  -EAGAIN if
 * not all of it could be had, -EBUSY, -ENOTSUP, -EACCES.
 */
int pagemap_cgroup_reclaim(struct pagemap_cgroup *cgroup, uint64_t bytes);

/**
 * The processes in it and in all below it, in no order.  Owner: the caller,
 * who frees ret_pids.  -ENODEV, -ENOMEM.
 */
int pagemap_cgroup_pids(struct pagemap_cgroup *cgroup, pid_t **ret_pids,
			size_t *ret_count);

/**
 * Kills all in it and below it at once, also those that are being forked
 * (cgroup.kill, 5.14 on).  -ENOTSUP where the kernel cannot: then kill
 * pagemap_cgroup_pids until there are none.
 */
int pagemap_cgroup_kill(struct pagemap_cgroup *cgroup);

/**
 * Removes it and those below it.  -EBUSY while a process is in one of them,
 * which one that was killed is until it has gone.  0 if it is gone already.
 */
int pagemap_cgroup_remove(struct pagemap_cgroup *cgroup);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif /* LIBPAGEMAP_CGROUP_H */
