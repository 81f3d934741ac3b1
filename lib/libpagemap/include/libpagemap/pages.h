/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libpagemap, continued: runs of pages, what stands at an address, flags of
 * frames.  Part of <libpagemap/pagemap.h>, which includes it and whose
 * conventions hold here; not to be included alone.
 */
#ifndef LIBPAGEMAP_PAGES_H
#define LIBPAGEMAP_PAGES_H

#ifndef LIBPAGEMAP_PAGEMAP_H
#error "include <libpagemap/pagemap.h>"
#endif

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/** What stands at a page's address; pages without anything have no run. */
enum pagemap_page_state {
	PAGEMAP_PAGE_PRESENT,
	PAGEMAP_PAGE_SWAPPED,
	PAGEMAP_PAGE_ZERO,	/**< the zero page or the huge zero page */
	PAGEMAP_PAGE_HUGETLB,	/**< part of a hugetlb page */
	PAGEMAP_PAGE_SPECIAL,	/**< a device's page, or no struct page */
	PAGEMAP_PAGE_GUARD,	/**< guard page: bit 58, 6.15 on */
	PAGEMAP_PAGE_MARKER,	/**< userfaultfd marker or poison, no page */
	PAGEMAP_PAGE_MIGRATING,	/**< migration or device-private entry */
};

/** "present", "swapped", ...; static storage. */
const char *pagemap_page_state_name(enum pagemap_page_state state);

/** A frame number that is not known (no permission, not a frame). */
#define PAGEMAP_PFN_UNKNOWN UINT64_MAX

/** Flags that are not known; test it before testing bits. */
#define PAGEMAP_FLAGS_UNKNOWN UINT64_MAX

/** Bits of pagemap's entry that a run keeps. */
enum pagemap_run_bits {
	PAGEMAP_RUN_FILE = 1 << 0,	/**< bit 61: file page or shared anon */
	PAGEMAP_RUN_EXCLUSIVE = 1 << 1,	/**< bit 56, as the kernel gave it */
	PAGEMAP_RUN_SOFT_DIRTY = 1 << 2, /**< bit 55 */
	PAGEMAP_RUN_UFFD_WP = 1 << 3,	/**< bit 57 */
	PAGEMAP_RUN_HUGE = 1 << 4,	/**< mapped by a PMD or larger */
	PAGEMAP_RUN_SAME_FRAME = 1 << 5, /**< all its pages are one frame */
	PAGEMAP_RUN_USE_KNOWN = 1 << 6,	/**< the two below are known: only with
					     PAGEMAP_FEATURE_PAGE_USE */
	PAGEMAP_RUN_ACCESSED = 1 << 7,	/**< used by this process since accesses
					     were last forgotten (clear_refs of
					     the module; or by reclaim) */
	PAGEMAP_RUN_MODIFIED = 1 << 8,	/**< written by this process since it
					     was mapped or written back */
};

/**
 * Pages that follow each other and are alike: same state, bits, flags and
 * sharers, and frames (or swap slots) that rise by one, or are one and the
 * same (PAGEMAP_RUN_SAME_FRAME: merged by KSM, the zero page).
 */
struct pagemap_run {
	uint64_t start_vaddr;
	uint64_t page_count;
	uint64_t pfn;		/**< of the first page; PAGEMAP_PFN_UNKNOWN */
	uint64_t swap_offset;	/**< of the first page, when swapped; 0 if
				     not shown */
	uint32_t swap_type;	/**< index in /proc/swaps, when swapped */
	uint32_t bits;		/**< mask of enum pagemap_run_bits */
	uint64_t flags;		/**< kpageflags; PAGEMAP_FLAGS_UNKNOWN */
	uint32_t sharers;	/**< distinct mms; 0 if not known */
	uint32_t sharers_high;	/**< upper bound, = sharers if all were seen */
	enum pagemap_page_state state;
};

/** An iterator over a mapping's runs; its fields are the library's. */
struct pagemap_run_iter {
	const struct pagemap_mapping *mapping;
	size_t next_run;
	uint64_t next_page;
};

/** Starts at the mapping's first page.  -ENOTSUP below DETAIL_PAGES. */
int pagemap_run_iter_init(struct pagemap_run_iter *iter,
			  const struct pagemap_mapping *mapping);

/** Stores the next run and returns 1, or 0 at the end.  Holes have no run. */
int pagemap_run_iter_next(struct pagemap_run_iter *iter,
			  struct pagemap_run *ret_run);

/** Page flags, by mainline's numbers (include/uapi/linux/kernel-page-flags.h). */
enum pagemap_flag {
	PAGEMAP_FLAG_LOCKED = 0,
	PAGEMAP_FLAG_ERROR = 1,
	PAGEMAP_FLAG_REFERENCED = 2,
	PAGEMAP_FLAG_UPTODATE = 3,
	PAGEMAP_FLAG_DIRTY = 4,
	PAGEMAP_FLAG_LRU = 5,
	PAGEMAP_FLAG_ACTIVE = 6,
	PAGEMAP_FLAG_SLAB = 7,
	PAGEMAP_FLAG_WRITEBACK = 8,
	PAGEMAP_FLAG_RECLAIM = 9,
	PAGEMAP_FLAG_BUDDY = 10,
	PAGEMAP_FLAG_MMAP = 11,
	PAGEMAP_FLAG_ANON = 12,
	PAGEMAP_FLAG_SWAPCACHE = 13,
	PAGEMAP_FLAG_SWAPBACKED = 14,
	PAGEMAP_FLAG_COMPOUND_HEAD = 15,
	PAGEMAP_FLAG_COMPOUND_TAIL = 16,
	PAGEMAP_FLAG_HUGE = 17,
	PAGEMAP_FLAG_UNEVICTABLE = 18,
	PAGEMAP_FLAG_HWPOISON = 19,
	PAGEMAP_FLAG_NOPAGE = 20,
	PAGEMAP_FLAG_KSM = 21,
	PAGEMAP_FLAG_THP = 22,
	PAGEMAP_FLAG_OFFLINE = 23,
	PAGEMAP_FLAG_ZERO_PAGE = 24,
	PAGEMAP_FLAG_IDLE = 25,
	PAGEMAP_FLAG_PGTABLE = 26,
	PAGEMAP_FLAG_RESERVED = 32,
	PAGEMAP_FLAG_MLOCKED = 33,
	PAGEMAP_FLAG_OWNER_2 = 34,
	PAGEMAP_FLAG_PRIVATE = 35,
	PAGEMAP_FLAG_PRIVATE_2 = 36,
	PAGEMAP_FLAG_OWNER_PRIVATE = 37,
	PAGEMAP_FLAG_ARCH = 38,
	PAGEMAP_FLAG_UNCACHED = 39,
	PAGEMAP_FLAG_SOFTDIRTY = 40,
	PAGEMAP_FLAG_ARCH_2 = 41,
	PAGEMAP_FLAG_ARCH_3 = 42,
};

/** Short name of a flag's bit, "dirty"; NULL for one that has none. */
const char *pagemap_flag_name(unsigned int bit);

/** The bit of a flag's name.  -ENOENT if there is none. */
int pagemap_flag_from_name(const char *name, unsigned int *ret_bit);

/** One 64-bit entry of a pagemap file, taken apart. */
struct pagemap_page {
	enum pagemap_page_state state;	/**< where present: PRESENT */
	bool mapped;		/**< false: no page, no swap, no marker */
	uint32_t bits;		/**< mask of enum pagemap_run_bits */
	uint64_t pfn;		/**< PAGEMAP_PFN_UNKNOWN if not present or 0 */
	uint32_t swap_type;
	uint64_t swap_offset;
};

/**
 * Takes an entry of Linux 3.11 or later apart.  swap_types is a mask of the
 * swap areas in use: an entry of another type is MIGRATING, not SWAPPED.
 */
struct pagemap_page pagemap_decode_entry(uint64_t entry, uint32_t swap_types);

/**
 * Reads what stands at one address of a process, by its pagemap alone: a zero
 * page or a page of hugetlbfs is PRESENT like others.  mapped is false also
 * where nothing can be mapped.  Errors: -ENOENT if the process does not exist,
 * -EACCES or -EPERM.
 */
int pagemap_source_page(struct pagemap_source *source, pid_t pid,
			uint64_t vaddr, struct pagemap_page *ret_page);

/** A count that is not known. */
#define PAGEMAP_COUNT_UNKNOWN UINT64_MAX

/** What the kernel says of one frame. */
struct pagemap_frame_facts {
	uint64_t flags;		/**< kpageflags; PAGEMAP_FLAGS_UNKNOWN */
	uint64_t map_count;	/**< kpagecount; PAGEMAP_COUNT_UNKNOWN */
};

/**
 * Reads what the kernel says of a frame, mapped or not; what cannot be read is
 * not known.  -ENOENT: the files that can be read end before it.
 */
int pagemap_source_frame(struct pagemap_source *source, uint64_t pfn,
			 struct pagemap_frame_facts *ret_facts);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif /* LIBPAGEMAP_PAGES_H */
