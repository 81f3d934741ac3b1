/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libpagemap, continued: who shares which frames with whom, and what follows
 * from it.  Part of <libpagemap/pagemap.h>, which includes it and whose
 * conventions hold here; not to be included alone.
 */
#ifndef LIBPAGEMAP_SHARING_H
#define LIBPAGEMAP_SHARING_H

#ifndef LIBPAGEMAP_PAGEMAP_H
#error "include <libpagemap/pagemap.h>"
#endif

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/** What a mapped frame holds, by its flags (kpageflags). */
enum pagemap_frame_kind {
	PAGEMAP_FRAME_UNKNOWN,	/**< the flags could not be read */
	PAGEMAP_FRAME_ANON,	/**< anonymous: also one shared by fork */
	PAGEMAP_FRAME_KSM,	/**< anonymous pages merged into one by KSM */
	PAGEMAP_FRAME_FILE,	/**< page cache that is as the file is */
	PAGEMAP_FRAME_FILE_DIRTY, /**< page cache yet to be written: dirty, or
				     being written back */
	PAGEMAP_FRAME_SHMEM,	/**< shmem: memfd, tmpfs, SysV, /dev/zero */
	PAGEMAP_FRAME_KIND_COUNT
};

/** "anon", "file_dirty", ...; static storage, NULL for an unknown kind. */
const char *pagemap_frame_kind_name(enum pagemap_frame_kind kind);

/**
 * All mapped frames, sorted by the set of mms that map them: the answer to
 * every question about who shares what with whom, without reading again.
 */
struct pagemap_sharing;

/** The frames that all members map, and that nobody else was seen to map. */
struct pagemap_share_set {
	const uint32_t *members;	/**< indexes of processes in the
					     snapshot, rising; borrowed: sharing */
	size_t member_count;		/**< at least 1 */
	uint64_t pages[PAGEMAP_FRAME_KIND_COUNT]; /**< frames, by kind */
	uint64_t unseen_pages;		/**< of these, frames that others, who
					     could not be read, may map too */
	uint64_t swap_pages;		/**< swap slots that just these use */
};

/** Two mms and the frames that both map, whoever else does. */
struct pagemap_share_pair {
	uint32_t first;			/**< indexes of processes, */
	uint32_t second;		/**< first < second */
	uint64_t pages[PAGEMAP_FRAME_KIND_COUNT];
};

/**
 * Sorts the frames of a census of all processes.  The sets add up to the
 * distinct frames that the measured processes map, each frame in one set.
 * Errors: -ENOTSUP if no census took the snapshot, if it was of some processes
 * alone, with PAGEMAP_FRAMES_COUNTED, or where frame numbers are not shown;
 * -ENOMEM.  Owner: the caller, who frees it before the snapshot.
 */
int pagemap_sharing_find(const struct pagemap_snapshot *snapshot,
			 struct pagemap_sharing **ret_sharing);

/** Frees it and what was borrowed from it.  NULL is fine. */
void pagemap_sharing_free(struct pagemap_sharing *sharing);

/** How many sets there are; none is empty of frames and slots. */
size_t pagemap_sharing_set_count(const struct pagemap_sharing *sharing);

/** The set at an index.  -ENOENT past the end. */
int pagemap_sharing_set_at(const struct pagemap_sharing *sharing, size_t index,
			   struct pagemap_share_set *ret_set);

/** In place of a set's index: in none. */
#define PAGEMAP_NO_SET SIZE_MAX

/**
 * The index of the set that a frame is in.  -ENOENT if no measured process
 * maps it (or one alone, below PAGEMAP_FRAMES_ALL), and for what is no memory
 * of a process: zero pages, hugetlb pages, frames of devices.
 */
int pagemap_sharing_set_of_frame(const struct pagemap_sharing *sharing,
				 uint64_t pfn, size_t *ret_index);

/**
 * How many frames from pfn on, at most limit, are in one and the same set, and
 * in which; PAGEMAP_NO_SET for those in none.  That is how the pages of a run
 * (struct pagemap_run, pages.h) are split where their sharers change: all calls
 * together take time by the frames that they pass, not each for itself.  The
 * count is 0 for a limit of 0 alone.
 */
void pagemap_sharing_set_run(const struct pagemap_sharing *sharing,
			     uint64_t pfn, uint64_t limit, size_t *ret_set,
			     uint64_t *ret_count);

/**
 * The pages of a mapping whose frames another process (by its index) maps too,
 * by kind, or all of its pages if that is the mapping's own process.  Pages of
 * which the kernel itself says that they are exclusive are in neither.
 * ret_pages has PAGEMAP_FRAME_KIND_COUNT places.
 */
void pagemap_sharing_of_mapping(const struct pagemap_sharing *sharing,
				const struct pagemap_mapping *mapping,
				uint32_t process, uint64_t *ret_pages);

/** The pages of a mapping whose frames are in one set. */
struct pagemap_share_part {
	size_t set;			/**< its index */
	uint64_t pages[PAGEMAP_FRAME_KIND_COUNT];
};

/**
 * The sets that the frames of a mapping are in, by rising index, each once:
 * with whom it shares what, for who asks about many.  Pages that the kernel
 * itself says are exclusive are in none.  Errors: -ENOMEM.  Owner: the caller,
 * who frees the array by free(3).
 */
int pagemap_sharing_parts(const struct pagemap_sharing *sharing,
			  const struct pagemap_mapping *mapping,
			  struct pagemap_share_part **ret_parts,
			  size_t *ret_count);

/**
 * The pages of groups of mappings by kind, each frame once in a group: what of
 * a file processes map, or of all files of a device.  Wants a snapshot of
 * PAGEMAP_DETAIL_MAPPINGS or more; the partition is by pagemap_mapping_index.
 * ret_pages has group_count rows.  Errors: -EINVAL if the partition does not
 * fit the snapshot, -ENOMEM.
 */
int pagemap_sharing_of_mapping_groups(
	const struct pagemap_sharing *sharing,
	const struct pagemap_partition *partition,
	uint64_t (*ret_pages)[PAGEMAP_FRAME_KIND_COUNT]);

/**
 * The pairs that share the most frames, largest first.  wanted: processes, by
 * index, of which a pair must have one; NULL: all.  *count: in, how many are
 * wanted at most, 0 for all; out, how many there are.  Errors: -ENOMEM.
 * Owner: the caller, who frees the array by free(3).
 */
int pagemap_sharing_pairs(const struct pagemap_sharing *sharing,
			  const bool *wanted, size_t *count,
			  struct pagemap_share_pair **ret_pairs);

/* ---- The cheapest way to get memory back ------------------------------- */

/** Sets of processes whose end gives so much back. */
struct pagemap_cheapest;

/** What is wanted of pagemap_cheapest_find. */
struct pagemap_cheapest_opts {
	size_t size;			/**< sizeof(struct pagemap_cheapest_opts) */
	uint64_t wanted_bytes;		/**< to come back; above 0 */
	uint32_t wanted_sets;		/**< how many to find at most; above 0 */
	uint32_t kinds;			/**< mask of enum pagemap_frame_kind: what
					     comes back when nobody maps it */
	const bool *allowed;		/**< by index of process: may be chosen */
	const uint64_t *also_bytes;	/**< by index: what each gives besides,
					     as page tables; NULL: nothing */
};

/**
 * Finds the fewest processes whose end gives wanted_bytes back: pages that
 * they alone map, and those that only they share.  Pages that unseen processes
 * may map are not counted on.  Sets come with the fewest members first, and of
 * equally large ones those that give the least; none has a member that it can
 * do without.  None at all if even all that are allowed are not enough.
 * Errors: -EINVAL, -ENOMEM.  Owner: the caller, who frees it.
 */
int pagemap_cheapest_find(const struct pagemap_sharing *sharing,
			  const struct pagemap_cheapest_opts *opts,
			  struct pagemap_cheapest **ret_cheapest);

/** Frees it and what was borrowed from it.  NULL is fine. */
void pagemap_cheapest_free(struct pagemap_cheapest *cheapest);

/** How many sets were found. */
size_t pagemap_cheapest_count(const struct pagemap_cheapest *cheapest);

/**
 * The indexes of the processes of a set, rising; their number is stored.
 * NULL past the end.  Borrowed: cheapest.
 */
const uint32_t *pagemap_cheapest_at(const struct pagemap_cheapest *cheapest,
				    size_t index, size_t *ret_count);

/** Whether it is certain that no smaller set is enough. */
bool pagemap_cheapest_is_smallest(const struct pagemap_cheapest *cheapest);

/** Bytes that the end of all that are allowed would give. */
uint64_t pagemap_cheapest_all_bytes(const struct pagemap_cheapest *cheapest);

/* ---- What a kill gives back -------------------------------------------- */

/** What becomes of the memory of processes that die together. */
enum pagemap_killed_part {
	PAGEMAP_KILLED_FREED,		/**< back at once: the six below */
	PAGEMAP_KILLED_FREED_ANON,	/**< anonymous pages (copied on write,
					     merged, huge) that only they map */
	PAGEMAP_KILLED_FREED_SHMEM,	/**< shmem whose last users they are:
					     memfd, /dev/zero, unlinked tmpfs
					     files, removed SysV segments; also
					     what of it nobody maps */
	PAGEMAP_KILLED_FREED_FILE,	/**< page cache of unlinked files whose
					     last users they are, dirty or not,
					     mapped or not */
	PAGEMAP_KILLED_FREED_PAGE_TABLES, /**< all levels of them */
	PAGEMAP_KILLED_FREED_KERNEL_STACKS, /**< one of each thread */
	PAGEMAP_KILLED_FREED_HUGETLB,	/**< surplus pages: they leave the pool */
	PAGEMAP_KILLED_CLEAN_CACHE,	/**< page cache that nobody else maps: it
					     stays, and is to be had for asking */
	PAGEMAP_KILLED_DIRTY,		/**< the same, but to be written first */
	PAGEMAP_KILLED_STAYS,		/**< stays in use: the three below */
	PAGEMAP_KILLED_STAYS_SHARED,	/**< pages that others map too, and the
					     rest of huge pages of which these
					     are parts: freed when reclaim
					     splits them */
	PAGEMAP_KILLED_STAYS_SHMEM,	/**< files in memory that outlive them:
					     tmpfs, ramfs, SysV segments, memfd
					     that others hold */
	PAGEMAP_KILLED_STAYS_HUGETLB,	/**< huge pages that return to the pool,
					     or stay in their file */
	PAGEMAP_KILLED_SWAP_FREED,	/**< swap slots, not RAM */
	PAGEMAP_KILLED_PART_COUNT
};

/** Room for parts; PART_COUNT may grow up to it. */
#define PAGEMAP_KILLED_SLOTS 24

/** Bytes of each part, with their quality. */
struct pagemap_if_killed {
	struct pagemap_value parts[PAGEMAP_KILLED_SLOTS];
};

/** "freed_anon", "dirty", ...; static storage, NULL for an unknown part. */
const char *pagemap_killed_part_name(enum pagemap_killed_part part);

/**
 * What comes back if processes die, all at once, by whatever kills them.
 * dies: by index of process in the snapshot that the sharing is of, which has
 * PAGEMAP_DETAIL_MAPPINGS; of an mm that several processes share, all die.
 * Each resident page of theirs is in one part.  Files in memory and unlinked
 * files are asked for from the source, now: a saved tree does not tell who has
 * a file open, and the parts that this decides are then estimates.  Not in it:
 * slab (task, VMAs, inodes), buffers of sockets and pipes, memory of devices.
 * Not seen: files that only a message in a socket, io_uring or a loop device
 * holds, pages pinned by others, and that others have other parts of a huge
 * page than those who die.  Errors: -EINVAL for a snapshot below
 * PAGEMAP_DETAIL_MAPPINGS; -ENOMEM.
 */
int pagemap_if_killed(struct pagemap_source *source,
		      const struct pagemap_sharing *sharing, const bool *dies,
		      struct pagemap_if_killed *ret_killed);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif /* LIBPAGEMAP_SHARING_H */
