/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libpagemap: exact figures about the memory of processes.
 *
 * The way data flows: a source (a tree that looks like /proc) gives a snapshot
 * (immutable: processes, their mappings, runs of equal pages, frames), and the
 * snapshot gives usages: values of metrics, each with its quality.
 *
 * Conventions.  Functions returning int give 0 or a negative errno; iterators
 * give 1 for an item, 0 at the end, or a negative errno.  Results come last,
 * are named ret_*, and are untouched on failure.  Handles are opaque; their
 * *_close and *_free accept NULL.  A borrowed pointer lives as long as the
 * handle that its comment names.  Structs of options begin with their size
 * and NULL means the defaults.  Units are in the names.  The library prints
 * nothing, never exits, reads no environment and has no mutable globals.  A
 * source is used by one thread at a time; a snapshot may be shared by threads.
 */
#ifndef LIBPAGEMAP_PAGEMAP_H
#define LIBPAGEMAP_PAGEMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* All that is declared here is exported; the library hides the rest. */
#pragma GCC visibility push(default)

/** Where bytes come from: the live /proc, a tree like it, a vkernel's RAM. */
struct pagemap_source;

/** What a source held at one moment; never changes once it is taken. */
struct pagemap_snapshot;

/** An mm of a snapshot, with the process that leads it. */
struct pagemap_process;

/** A VMA of a process of a snapshot. */
struct pagemap_mapping;

/** The processes of a snapshot in the order of a metric. */
struct pagemap_ranking;

/** The library's version, "MAJOR.MINOR.PATCH"; static storage. */
const char *pagemap_version_string(void);

/* ---- Quality ----------------------------------------------------------- */

/** How far a number can be trusted, best first. */
enum pagemap_quality {
	PAGEMAP_EXACT,		/**< read from page data, every sharer seen */
	PAGEMAP_BOUNDED,	/**< low <= truth <= high, both known */
	PAGEMAP_ESTIMATED,	/**< an average, or it changed while read */
	PAGEMAP_UNAVAILABLE,	/**< not known; the reason says why; never 0 */
};

/** Why a number is not exact. */
enum pagemap_reason {
	PAGEMAP_REASON_NONE,
	PAGEMAP_REASON_DENIED,		/**< the kernel does not permit it */
	PAGEMAP_REASON_NO_FEATURE,	/**< this kernel or source lacks it */
	PAGEMAP_REASON_NOT_ASKED,	/**< this engine or detail leaves it out */
	PAGEMAP_REASON_AVERAGED,	/**< CONFIG_NO_PAGE_MAPCOUNT averages */
	PAGEMAP_REASON_MAYBE_AVERAGED,	/**< cannot tell whether it averages */
	PAGEMAP_REASON_CHANGED,		/**< the process changed while read */
	PAGEMAP_REASON_UNSEEN,		/**< sharers exist that were not seen */
	PAGEMAP_REASON_OLD,		/**< kept from an earlier snapshot */
	PAGEMAP_REASON_SUMMED,		/**< sum over members; union not known */
	PAGEMAP_REASON_MALFORMED,	/**< the source's file was not understood */
	PAGEMAP_REASON_VANISHED,	/**< the process ended before it was read */
	PAGEMAP_REASON_TOLD,		/**< the kernel says so: no flag shows it */
	PAGEMAP_REASON_MOVED,		/**< memory moved while it was read */
	PAGEMAP_REASON_STALE_TLB,	/**< accesses through stale TLB entries
					     are not seen */
	PAGEMAP_REASON_DIRTY_BEFORE,	/**< used and dirty: written then, or
					     perhaps before */
	PAGEMAP_REASON_APPORTIONED,	/**< shared out as the whole mapping is */
	PAGEMAP_REASON_BY_OTHERS,	/**< pages of files that others used, by
					     read() too, count as well */
	PAGEMAP_REASON_TOO_SHORT,	/**< not so many samples were taken */
	PAGEMAP_REASON_FITTED,		/**< a line through measured steps; low
					     and high hold it in 95 of 100 */
	PAGEMAP_REASON_FREE,		/**< a number of copies that has no end:
					     another one costs nothing */
	PAGEMAP_REASON_REMAPPED,	/**< pages that the host mapped or took
					     away meanwhile, or that others
					     used */
	PAGEMAP_REASON_COUNT
};

/**
 * A number and how far to trust it.  Unit: bytes.  Where quality is EXACT,
 * low == value == high.  BOUNDED: low <= truth <= high and value is the best
 * guess between.  UNAVAILABLE: all three are 0 and mean nothing.
 */
struct pagemap_value {
	uint64_t value;
	uint64_t low;
	uint64_t high;
	enum pagemap_quality quality;
	enum pagemap_reason reason;
};

/** "exact", "bounded", "estimated", "unavailable"; static storage. */
const char *pagemap_quality_name(enum pagemap_quality quality);

/** One sentence for people, without a full stop; static storage. */
const char *pagemap_reason_describe(enum pagemap_reason reason);

/* ---- Metrics ----------------------------------------------------------- */

/** What can be known of a mapping, a process, a group or the machine. */
enum pagemap_metric {
	PAGEMAP_VSS,		/**< mapped size: statm field 1, maps */
	PAGEMAP_RSS,		/**< resident: smaps Rss; present pages */
	PAGEMAP_PSS,		/**< each page over its sharers: smaps Pss */
	PAGEMAP_USS,		/**< pages of one sharer: smaps Private_* */
	PAGEMAP_SWAP,		/**< in swap: smaps Swap */
	PAGEMAP_SWAP_PSS,	/**< in swap over its sharers: SwapPss */
	PAGEMAP_ANON,		/**< resident anonymous: smaps Anonymous */
	PAGEMAP_FILE,		/**< resident file pages: status RssFile */
	PAGEMAP_SHMEM,		/**< resident shmem: status RssShmem */
	PAGEMAP_PSS_ANON,	/**< smaps_rollup Pss_Anon */
	PAGEMAP_PSS_FILE,	/**< smaps_rollup Pss_File */
	PAGEMAP_PSS_SHMEM,	/**< smaps_rollup Pss_Shmem */
	PAGEMAP_PSS_DIRTY,	/**< smaps Pss_Dirty (6.0 on) */
	PAGEMAP_SHARED_CLEAN,	/**< smaps Shared_Clean */
	PAGEMAP_SHARED_DIRTY,	/**< smaps Shared_Dirty */
	PAGEMAP_PRIVATE_CLEAN,	/**< smaps Private_Clean */
	PAGEMAP_PRIVATE_DIRTY,	/**< smaps Private_Dirty */
	PAGEMAP_REFERENCED,	/**< smaps Referenced */
	PAGEMAP_LAZY_FREE,	/**< smaps LazyFree */
	PAGEMAP_LOCKED,		/**< smaps Locked */
	PAGEMAP_KSM,		/**< smaps KSM (6.5 on); frames with KPF_KSM */
	PAGEMAP_ANON_THP,	/**< smaps AnonHugePages */
	PAGEMAP_SHMEM_THP,	/**< smaps ShmemPmdMapped */
	PAGEMAP_FILE_THP,	/**< smaps FilePmdMapped */
	PAGEMAP_HUGETLB_PRIVATE, /**< smaps Private_Hugetlb; not in RSS */
	PAGEMAP_HUGETLB_SHARED,	/**< smaps Shared_Hugetlb; not in RSS */
	PAGEMAP_ZERO,		/**< mapped zero pages; not in RSS */
	PAGEMAP_PAGE_TABLES,	/**< status VmPTE (with VmPMD before 4.15) */
	PAGEMAP_RSS_PEAK,	/**< largest RSS so far: status VmHWM */
	PAGEMAP_METRIC_COUNT
};

/** Room for metrics in struct pagemap_usage; COUNT may grow up to it. */
#define PAGEMAP_METRIC_SLOTS 40

/** The bit of a metric in a mask of metrics. */
#define PAGEMAP_METRIC_BIT(metric) (UINT64_C(1) << (metric))

/** VSS, RSS, PSS, USS, SWAP and SWAP_PSS: what every ranking row shows. */
#define PAGEMAP_METRICS_SIZES ((UINT64_C(1) << (PAGEMAP_SWAP_PSS + 1)) - 1)

/** Every metric that this version of the library knows. */
#define PAGEMAP_METRICS_ALL ((UINT64_C(1) << PAGEMAP_METRIC_COUNT) - 1)

/** Short lower-case name, "pss", "swap_pss"; NULL for an unknown metric. */
const char *pagemap_metric_name(enum pagemap_metric metric);

/** One line that says what is counted and where it is read; static storage. */
const char *pagemap_metric_describe(enum pagemap_metric metric);

/** Finds a metric by its name.  -ENOENT if there is none. */
int pagemap_metric_from_name(const char *name, enum pagemap_metric *ret_metric);

/** The values of all metrics of one thing; filled by pagemap_usage_of_*. */
struct pagemap_usage {
	uint64_t value_bytes[PAGEMAP_METRIC_SLOTS];
	uint64_t low_bytes[PAGEMAP_METRIC_SLOTS];
	uint64_t high_bytes[PAGEMAP_METRIC_SLOTS];
	uint8_t quality[PAGEMAP_METRIC_SLOTS];
	uint8_t reason[PAGEMAP_METRIC_SLOTS];
};

/** One metric out of a usage; UNAVAILABLE for a metric not known here. */
struct pagemap_value pagemap_usage_value(const struct pagemap_usage *usage,
					 enum pagemap_metric metric);

/** The worst quality among the metrics of a mask (unavailable ones too). */
enum pagemap_quality pagemap_usage_quality(const struct pagemap_usage *usage,
					   uint64_t metrics);

/* ---- Sources ----------------------------------------------------------- */

/** What a source reads. */
enum pagemap_source_kind {
	PAGEMAP_SOURCE_LIVE,	/**< the running kernel's /proc */
	PAGEMAP_SOURCE_TREE,	/**< a directory that looks like /proc */
	PAGEMAP_SOURCE_VKERNEL,	/**< the guest of a vkernel, from its host */
};

/** What a kernel or a source can do; each is found by trying it, once. */
enum pagemap_feature {
	PAGEMAP_FEATURE_PAGEMAP,	/**< <pid>/pagemap can be read */
	PAGEMAP_FEATURE_PFN,		/**< it shows frame numbers */
	PAGEMAP_FEATURE_EXCLUSIVE,	/**< bit 56 is set by this kernel: 4.2 */
	PAGEMAP_FEATURE_SCAN,		/**< ioctl PAGEMAP_SCAN: 6.7 on */
	PAGEMAP_FEATURE_KPAGECOUNT,
	PAGEMAP_FEATURE_KPAGEFLAGS,
	PAGEMAP_FEATURE_SMAPS,
	PAGEMAP_FEATURE_SMAPS_ROLLUP,	/**< 4.14 on */
	PAGEMAP_FEATURE_PRECISE_COUNTS,	/**< a count per page, no averages */
	PAGEMAP_FEATURE_KCMP,		/**< kcmp(2) tells equal mms */
	PAGEMAP_FEATURE_ALL_PIDS,	/**< no pid namespace hides processes */
	PAGEMAP_FEATURE_SWAP,		/**< some swap area is in use */
	PAGEMAP_FEATURE_KPAGEMAP,	/**< kpagemap, of the kernel module: the
					     counts and flags are read there */
	PAGEMAP_FEATURE_PAGE_USE,	/**< /proc/pagemap, of the kernel module
					     procfs_pagemap: which pages were
					     accessed and modified */
	PAGEMAP_FEATURE_KSM_FLAG,	/**< kpageflags tells merged pages: 6.12
					     calls every anonymous page merged */
	PAGEMAP_FEATURE_FILE_BIT,	/**< entries tell pages of files from
					     anonymous ones: bit 61 */
	PAGEMAP_FEATURE_MAPPINGS,	/**< maps tells every mapping; else pages
					     that follow each other stand for
					     them, PAGEMAP_MAPPING_UNKNOWN */
	PAGEMAP_FEATURE_COUNT
};

/** Options for opening a tree; zero means the default. */
struct pagemap_source_opts {
	size_t size;			/**< sizeof(struct pagemap_source_opts) */
	uint32_t page_size_bytes;	/**< 0: meta.json's, else this machine's */
};

/** Receives what the source tried and why it failed; for debugging. */
typedef void (*pagemap_log_fn)(void *context, const char *message);

/**
 * Opens the running kernel's /proc.  Errors: -ENOENT or -EACCES if /proc
 * cannot be opened, -ENOTDIR, -ENOMEM.  Owner: the caller, who closes it.
 */
int pagemap_source_open_live(struct pagemap_source **ret_source);

/**
 * Opens a tree that looks like /proc (a fixture, an unpacked capture).
 * root_fd is duplicated and stays the caller's; opts may be NULL.  An
 * optional meta.json in the tree tells page size and kernel.  Errors:
 * -ENOTDIR, -EBADF, -ENOMEM, -EINVAL for a page size that is no power of two
 * from 1 KiB to 1 MiB, -ENODATA if the tree holds not one process directory.
 */
int pagemap_source_open_tree(int root_fd, const struct pagemap_source_opts *opts,
			     struct pagemap_source **ret_source);

/** Closes a source.  Snapshots taken from it stay valid.  NULL is fine. */
void pagemap_source_close(struct pagemap_source *source);

/** What the source reads. */
enum pagemap_source_kind
pagemap_source_kind(const struct pagemap_source *source);

/** Bytes in a page of the source's machine, a power of two. */
uint32_t pagemap_source_page_size_bytes(const struct pagemap_source *source);

/** Kernel release, "6.1.0-56-amd64", or "" if not known.  Borrowed: source. */
const char *pagemap_source_kernel(const struct pagemap_source *source);

/** Whether a feature is there; the first call for a feature probes it. */
bool pagemap_source_has_feature(struct pagemap_source *source,
				enum pagemap_feature feature);

/** Short name, "scan"; NULL for an unknown feature. */
const char *pagemap_feature_name(enum pagemap_feature feature);

/**
 * Why a feature is missing and how to get it; "" if it is there.
 * Borrowed: source.
 */
const char *pagemap_feature_reason(struct pagemap_source *source,
				   enum pagemap_feature feature);

/**
 * Detail of the last failure on this source: what was tried, on which path
 * and pid, and errno's text.  "" after no failure.  Borrowed: until the next
 * call on the source.
 */
const char *pagemap_source_last_error(const struct pagemap_source *source);

/** Installs a debugging callback, NULL to remove it. */
void pagemap_source_set_log(struct pagemap_source *source, pagemap_log_fn log,
			    void *context);

/**
 * Walks the pids of the source in rising order, starting above *pid (begin
 * with 0).  Returns 1 and stores the next pid, 0 at the end.
 */
int pagemap_source_next_pid(struct pagemap_source *source, pid_t *pid);

/**
 * Reads the name of a process, at most size - 1 bytes and a NUL, as the
 * process set it: any byte but NUL.  Errors: -ENOENT, -EINVAL for size 0.
 */
int pagemap_source_comm(struct pagemap_source *source, pid_t pid,
			char *ret_comm, size_t size);

/**
 * How long a process and its threads ran, in user and in kernel mode, by the
 * clock's ticks (stat, fields 14 and 15).  Errors: -ENOENT, -EINVAL if stat is
 * not understood.
 */
int pagemap_source_cpu_time(struct pagemap_source *source, pid_t pid,
			    uint64_t *ret_user_ns, uint64_t *ret_system_ns);

/**
 * The file system of a device (see pagemap_mapping_file): its type and where
 * it is mounted, "ext4 /home", at most size - 1 bytes and a NUL.  Any byte but
 * NUL may be in it.  Errors: -ENOENT, -EINVAL for size 0.
 */
int pagemap_source_file_system(struct pagemap_source *source, dev_t dev,
			       char *ret_name, size_t size);

/**
 * How far ahead files on a device are read (read_ahead_kb of its bdi), bytes.
 * Errors: -ENOTSUP for a tree, -ENOENT for a device that has none of its own,
 * -EINVAL.
 */
int pagemap_source_read_ahead(struct pagemap_source *source, dev_t dev,
			      uint64_t *ret_bytes);

/* ---- Snapshots --------------------------------------------------------- */

/** How figures are found. */
enum pagemap_engine {
	PAGEMAP_ENGINE_AUTO,	/**< the kernel's where exact and enough */
	PAGEMAP_ENGINE_KERNEL,	/**< smaps_rollup and smaps */
	PAGEMAP_ENGINE_CENSUS,	/**< joins the frames of every process */
};

/** "auto", "kernel", "census"; NULL for an unknown engine. */
const char *pagemap_engine_name(enum pagemap_engine engine);

/** How deep a snapshot goes. */
enum pagemap_detail {
	PAGEMAP_DETAIL_PROCESSES,	/**< figures of each process */
	PAGEMAP_DETAIL_MAPPINGS,	/**< and of each mapping */
	PAGEMAP_DETAIL_PAGES,		/**< and runs of pages (census) */
};

/** What to read about who a process is; a mask. */
enum pagemap_identity {
	PAGEMAP_ID_UID = 1 << 0,	/**< owner of the /proc/<pid> directory */
	PAGEMAP_ID_STAT = 1 << 1,	/**< stat: ppid, session, start, comm */
	PAGEMAP_ID_COMMAND = 1 << 2,	/**< cmdline */
	PAGEMAP_ID_EXE = 1 << 3,	/**< target of the exe link */
	PAGEMAP_ID_CGROUP = 1 << 4,	/**< cgroup path */
	PAGEMAP_ID_COMM = 1 << 5,	/**< comm alone, cheaper than STAT */
};

/** What a census keeps of the frames that processes map. */
enum pagemap_frame_detail {
	PAGEMAP_FRAMES_COUNTED,	/**< the sharers of those that may be shared */
	PAGEMAP_FRAMES_KINDS,	/**< and what each of them holds; also of every
				     frame of a file */
	PAGEMAP_FRAMES_ALL,	/**< and of anonymous ones that one process
				     has alone: each mapped frame is found */
};

/**
 * Which pages have their runs kept at PAGEMAP_DETAIL_PAGES: those of certain
 * frames, or those that stand for a part of a file.  Where frame_count is not
 * 0 the frames decide, else the file.  Where pid_count is not 0, these of the
 * named processes alone; without frames and a file, all pages of theirs.  All
 * else of a snapshot is as without a filter: mappings of other processes are
 * there, with their usages, and have no runs.  Of processes that share an mm,
 * one that is named leads it.
 */
struct pagemap_page_filter {
	uint64_t first_pfn;		/**< frames from this one on, */
	uint64_t frame_count;		/**< so many; 0: pages of a file */
	const char *path;		/**< a mapping's path is this and */
	dev_t dev;			/**< its inode that, or device and */
	uint64_t inode;			/**< inode are; inode 0: path alone */
	uint64_t offset_bytes;		/**< from here in the file, */
	uint64_t size_bytes;		/**< so many bytes; 0: to its end */
	const pid_t *pids;		/**< of these processes alone; they need
					     not exist */
	size_t pid_count;		/**< 0: of all */
};

/** Options of a snapshot; zero in a field means its default. */
struct pagemap_snapshot_opts {
	size_t size;			/**< sizeof(struct pagemap_snapshot_opts) */
	enum pagemap_engine engine;
	enum pagemap_detail detail;
	uint64_t metrics;		/**< mask; 0: PAGEMAP_METRICS_SIZES */
	uint32_t identity;		/**< mask of enum pagemap_identity */
	uint32_t threads;		/**< workers; 0: one for each CPU */
	const pid_t *pids;		/**< report only these; NULL: all */
	size_t pid_count;
	bool groups;			/**< groups will be asked of it: auto
					     then takes the census */
	bool gentle;			/**< short lock holds in the targets */
	size_t top_count;		/**< measure only the top_count largest
					     by PSS, stopping early; 0: all */
	enum pagemap_frame_detail frames; /**< above COUNTED: auto takes the
					     census; for pagemap_sharing_* */
	const struct pagemap_page_filter *pages; /**< keep only the runs of
					     these pages, so that all of a
					     machine can be looked through;
					     NULL: of all */
	bool alone;			/**< nobody but pids is read, who may
					     share pages with them: sharers and
					     shares are then bounds, as where
					     processes are hidden */
	bool no_flags;			/**< runs of pages do without the flags
					     of their frames, which take the
					     most time to read */
};

/**
 * Takes a snapshot.  opts may be NULL.  A process that ends meanwhile is left
 * out and counted, one that cannot be read is kept with its status.  Errors:
 * -ENOMEM; -EINVAL for impossible options; -ENOTSUP if the engine asked for
 * by name cannot work on this source; -ESRCH if pids were given and none of
 * them exists.  Owner: the caller, who frees it.
 */
int pagemap_snapshot_take(struct pagemap_source *source,
			  const struct pagemap_snapshot_opts *opts,
			  struct pagemap_snapshot **ret_snapshot);

/**
 * Takes a snapshot like the previous one, reading again only what moved since
 * and, in turn, a small part of the rest; figures kept from the previous one
 * carry PAGEMAP_REASON_OLD where they may have gone stale.  Works for the
 * kernel engine at PAGEMAP_DETAIL_PROCESSES; in other cases it reads all.
 * The previous snapshot stays the caller's and unchanged.
 */
int pagemap_snapshot_update(struct pagemap_source *source,
			    const struct pagemap_snapshot *previous,
			    struct pagemap_snapshot **ret_snapshot);

/** Frees a snapshot and all that was borrowed from it.  NULL is fine. */
void pagemap_snapshot_free(struct pagemap_snapshot *snapshot);

/** The engine that was used: KERNEL or CENSUS. */
enum pagemap_engine
pagemap_snapshot_engine(const struct pagemap_snapshot *snapshot);

/** When it was begun, CLOCK_REALTIME in nanoseconds since 1970. */
uint64_t pagemap_snapshot_time_ns(const struct pagemap_snapshot *snapshot);

/** The same moment on CLOCK_BOOTTIME, nanoseconds; 0 for a tree. */
uint64_t pagemap_snapshot_boottime_ns(const struct pagemap_snapshot *snapshot);

/** How long it took: wall clock, and CPU time of all workers, nanoseconds. */
void pagemap_snapshot_cost(const struct pagemap_snapshot *snapshot,
			   uint64_t *ret_wall_ns, uint64_t *ret_cpu_ns);

/** Processes in it, in the order of their pids. */
size_t pagemap_snapshot_process_count(const struct pagemap_snapshot *snapshot);

/** The process at index, NULL past the end.  Borrowed: snapshot. */
const struct pagemap_process *
pagemap_snapshot_process_at(const struct pagemap_snapshot *snapshot,
			    size_t index);

/**
 * The process that holds this pid, also where another pid leads their common
 * mm; NULL if there is none.  Borrowed: snapshot.
 */
const struct pagemap_process *
pagemap_snapshot_find_pid(const struct pagemap_snapshot *snapshot, pid_t pid);

/** Processes that ended while the snapshot was taken. */
size_t pagemap_snapshot_vanished_count(const struct pagemap_snapshot *snapshot);

/** Mappings of all processes together: the indexes of mapping_index. */
size_t pagemap_snapshot_mapping_count(const struct pagemap_snapshot *snapshot);

/** Bytes of memory that the snapshot itself takes, roughly. */
size_t pagemap_snapshot_memory_bytes(const struct pagemap_snapshot *snapshot);

/** What a census knows of one frame of RAM. */
struct pagemap_frame {
	uint64_t pfn;		/**< its number */
	uint32_t sharers;	/**< distinct mms seen to map it */
	uint32_t sharers_high;	/**< upper bound, where some were not seen */
};

/**
 * Looks a frame up.  -ENOENT if no process maps it, or one process alone does
 * and the kernel itself said so; -ENOTSUP if no census took the snapshot.
 */
int pagemap_snapshot_frame(const struct pagemap_snapshot *snapshot,
			   uint64_t pfn, struct pagemap_frame *ret_frame);

/* ---- Processes --------------------------------------------------------- */

/** How reading a process went. */
enum pagemap_status {
	PAGEMAP_STATUS_COMPLETE,
	PAGEMAP_STATUS_CHANGED,		/**< twice; its figures are estimates */
	PAGEMAP_STATUS_DENIED,		/**< no permission */
	PAGEMAP_STATUS_MALFORMED,	/**< a file was not understood */
	PAGEMAP_STATUS_SKIPPED,		/**< below the top_count largest */
	PAGEMAP_STATUS_VANISHED,	/**< asked for by pid, and it ended */
	PAGEMAP_STATUS_NO_MEMORY,	/**< kernel thread or zombie: no mm;
					     only when asked for by pid */
};

/** "complete", "denied" and so on; static storage. */
const char *pagemap_status_name(enum pagemap_status status);

/** Its pid; where several share the mm, that of the one which leads it. */
pid_t pagemap_process_pid(const struct pagemap_process *process);

/** Its place in the snapshot, as pagemap_snapshot_process_at counts. */
size_t pagemap_process_index(const struct pagemap_process *process);

/** How far reading it came; tells why its usage may be unavailable. */
enum pagemap_status
pagemap_process_status(const struct pagemap_process *process);

/**
 * The pids of processes that share this one's mm (CLONE_VM), itself first,
 * others rising; their number is stored.  The mm is counted once, here.
 * Borrowed: snapshot.
 */
const pid_t *pagemap_process_mm_pids(const struct pagemap_process *process,
				     size_t *ret_count);

/** Parent's pid (stat, field 4); -1 if not read. */
pid_t pagemap_process_ppid(const struct pagemap_process *process);

/** Session id (stat, field 6); -1 if not read. */
pid_t pagemap_process_session(const struct pagemap_process *process);

/** Effective user id; (uid_t)-1 if not read. */
uid_t pagemap_process_uid(const struct pagemap_process *process);

/** Start, nanoseconds after boot (stat, field 22); UINT64_MAX if not read. */
uint64_t pagemap_process_start_time_ns(const struct pagemap_process *process);

/** Nanoseconds since 1970 at which its figures were read. */
uint64_t pagemap_process_read_time_ns(const struct pagemap_process *process);

/**
 * Name of up to 15 bytes (stat or comm), as the process set it: it may hold
 * any byte but NUL.  NULL if not read.  Borrowed: snapshot.
 */
const char *pagemap_process_comm(const struct pagemap_process *process);

/** Command line, arguments joined by spaces; NULL if not read or empty. */
const char *pagemap_process_command(const struct pagemap_process *process);

/** Path of the executable as the kernel gives it; NULL if not read. */
const char *pagemap_process_exe(const struct pagemap_process *process);

/**
 * Path of its cgroup: of the unified hierarchy or, on version 1, of systemd's
 * or else the memory controller's; NULL if not read.  Borrowed: snapshot.
 */
const char *pagemap_process_cgroup(const struct pagemap_process *process);

/** Number of mappings; 0 below PAGEMAP_DETAIL_MAPPINGS. */
size_t pagemap_process_mapping_count(const struct pagemap_process *process);

/** The mapping at index, by rising address; NULL past the end. */
const struct pagemap_mapping *
pagemap_process_mapping_at(const struct pagemap_process *process, size_t index);

/* ---- Mappings ---------------------------------------------------------- */

/** What backs a mapping. */
enum pagemap_mapping_kind {
	PAGEMAP_MAPPING_ANON,		/**< no file, or [anon:NAME] */
	PAGEMAP_MAPPING_HEAP,
	PAGEMAP_MAPPING_STACK,
	PAGEMAP_MAPPING_FILE,
	PAGEMAP_MAPPING_SHMEM,		/**< memfd, tmpfs, SysV, /dev/zero */
	PAGEMAP_MAPPING_HUGETLB,
	PAGEMAP_MAPPING_DEVICE,		/**< a character device */
	PAGEMAP_MAPPING_VDSO,		/**< [vdso], [vvar], [vsyscall] ... */
	PAGEMAP_MAPPING_UNKNOWN,	/**< what backs it is not known */
};

/** "anon", "heap", ...; static storage. */
const char *pagemap_mapping_kind_name(enum pagemap_mapping_kind kind);

/** First address, inclusive. */
uint64_t pagemap_mapping_start_vaddr(const struct pagemap_mapping *mapping);

/** Last address, exclusive. */
uint64_t pagemap_mapping_end_vaddr(const struct pagemap_mapping *mapping);

/**
 * Four characters as in maps, "rw-p"; "?" stands for what is not known.
 * Borrowed: snapshot.
 */
const char *pagemap_mapping_permissions(const struct pagemap_mapping *mapping);

/** Offset in its file, bytes. */
uint64_t pagemap_mapping_offset_bytes(const struct pagemap_mapping *mapping);

/** Device (as makedev(3) gives it) and inode of its file; 0 without one. */
void pagemap_mapping_file(const struct pagemap_mapping *mapping, dev_t *ret_dev,
			  uint64_t *ret_inode);

/**
 * The last field of maps with the kernel's escapes (\012) undone: it may hold
 * any byte but NUL, also newlines and terminal escapes.  "" for none.
 * Borrowed: snapshot.
 */
const char *pagemap_mapping_path(const struct pagemap_mapping *mapping);

/** What backs the mapping. */
enum pagemap_mapping_kind
pagemap_mapping_kind(const struct pagemap_mapping *mapping);

/** Its place among all mappings of the snapshot, for partitions. */
size_t pagemap_mapping_index(const struct pagemap_mapping *mapping);

/* ---- Usage ------------------------------------------------------------- */

/** The usage of a mapping.  -ENOTSUP below PAGEMAP_DETAIL_MAPPINGS. */
int pagemap_usage_of_mapping(const struct pagemap_mapping *mapping,
			     struct pagemap_usage *ret_usage);

/** The usage of a process's mm. */
int pagemap_usage_of_process(const struct pagemap_process *process,
			     struct pagemap_usage *ret_usage);

/** One metric of a process's mm: what sorting needs of many processes. */
struct pagemap_value pagemap_process_value(const struct pagemap_process *process,
					   enum pagemap_metric metric);

/**
 * The usage of all measured processes as one group, each frame once.  Where
 * all of the machine's were measured, its RSS and USS equal its PSS; those of
 * a selection, or beside processes that could not be read, are what they are,
 * or bounded.  Errors: -ENOMEM.
 */
int pagemap_usage_of_snapshot(const struct pagemap_snapshot *snapshot,
			      struct pagemap_usage *ret_usage);

/** In struct pagemap_partition: this one belongs to no group. */
#define PAGEMAP_NO_GROUP UINT32_MAX

/** Says for each process, or each mapping, to which group it belongs. */
struct pagemap_partition {
	const uint32_t *group_of;	/**< by index; < group_count or NO_GROUP */
	size_t count;			/**< process_count or mapping_count */
	size_t group_count;
};

/**
 * The usage of groups of processes: RSS counts a page that members share
 * once, USS counts every page that only members map.  By the kernel engine
 * RSS and USS are bounded.  ret_usages has group_count places.  Errors:
 * -EINVAL if the partition does not fit the snapshot, -ENOMEM.
 */
int pagemap_usage_of_groups(const struct pagemap_snapshot *snapshot,
			    const struct pagemap_partition *partition,
			    struct pagemap_usage *ret_usages);

/** The same for groups of mappings, indexed by pagemap_mapping_index. */
int pagemap_usage_of_mapping_groups(const struct pagemap_snapshot *snapshot,
				    const struct pagemap_partition *partition,
				    struct pagemap_usage *ret_usages);

/* ---- Ranking ----------------------------------------------------------- */

/**
 * Ranks the measured processes by a metric, largest first, equal ones by
 * pid; those whose metric is unavailable come last.  Owner: the caller.
 */
int pagemap_rank(const struct pagemap_snapshot *snapshot,
		 enum pagemap_metric metric, struct pagemap_ranking **ret_ranking);

/** How many processes are ranked. */
size_t pagemap_ranking_count(const struct pagemap_ranking *ranking);

/** The process at a rank from 0; NULL past the end.  Borrowed: snapshot. */
const struct pagemap_process *
pagemap_ranking_at(const struct pagemap_ranking *ranking, size_t rank);

/** Frees a ranking.  NULL is fine. */
void pagemap_ranking_free(struct pagemap_ranking *ranking);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

/* Runs of pages, their frames and flags. */
#include <libpagemap/pages.h>

/* Who shares what with whom, and what follows from it. */
#include <libpagemap/sharing.h>

/* All of RAM, frame by frame. */
#include <libpagemap/ram.h>

/* Which pages are used in an interval. */
#include <libpagemap/working_set.h>

/* Memory cgroups. */
#include <libpagemap/cgroup.h>

/* What another copy costs, and how many fit. */
#include <libpagemap/sizing.h>

/* How little memory one can do with. */
#include <libpagemap/pressure.h>

/* A virtual kernel seen from its host. */
#include <libpagemap/vkernel.h>

#endif /* LIBPAGEMAP_PAGEMAP_H */
