/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libpagemap, continued: all of RAM, every frame in exactly one class, beside
 * what the kernel says of itself.  Part of <libpagemap/pagemap.h>, which
 * includes it and whose conventions hold here; not to be included alone.
 */
#ifndef LIBPAGEMAP_RAM_H
#define LIBPAGEMAP_RAM_H

#ifndef LIBPAGEMAP_PAGEMAP_H
#error "include <libpagemap/pagemap.h>"
#endif

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/**
 * What a frame of RAM is used for.  Those "seen" are told by the flags of each
 * frame (kpageflags); those "told" have no flag of their own: the kernel says
 * how many there are, and so many are taken out of frames that are known less
 * well.  Each frame is in one class, and the classes add up to all frames.
 */
enum pagemap_ram_class {
	PAGEMAP_RAM_ANON,	/**< seen: anonymous, mapped by processes */
	PAGEMAP_RAM_KSM,	/**< seen: anonymous, merged by KSM, mapped */
	PAGEMAP_RAM_ANON_UNMAPPED, /**< seen: anonymous, mapped by nobody:
				     pinned, or not yet given back */
	PAGEMAP_RAM_SWAP_CACHE,	/**< seen: mapped by nobody, has a copy in swap
				     or is on its way there */
	PAGEMAP_RAM_SHMEM_MAPPED, /**< seen: tmpfs, memfd, SysV; mapped */
	PAGEMAP_RAM_SHMEM_UNMAPPED, /**< seen: the same, mapped by nobody */
	PAGEMAP_RAM_FILE_MAPPED, /**< seen: page cache that processes map */
	PAGEMAP_RAM_FILE_CLEAN,	/**< seen: page cache that nobody maps */
	PAGEMAP_RAM_FILE_DIRTY,	/**< seen: the same, to be written first */
	PAGEMAP_RAM_BUFFERS,	/**< told: page cache of block devices
				     (meminfo Buffers), out of FILE_* */
	PAGEMAP_RAM_HUGETLB_MAPPED, /**< seen: hugetlb pages that are mapped */
	PAGEMAP_RAM_HUGETLB_UNMAPPED, /**< seen: in files, or of a further pool */
	PAGEMAP_RAM_HUGETLB_FREE, /**< told: free in the pool (HugePages_Free) */
	PAGEMAP_RAM_KERNEL_MAPPED, /**< seen: the kernel's own that processes
				     map: rings of drivers */
	PAGEMAP_RAM_ZERO_PAGE,	/**< seen: the huge zero page, which stands for
				     what was read and never written; the
				     small one is in RESERVED */
	PAGEMAP_RAM_SLAB,	/**< seen: slab caches (unreclaimable) */
	PAGEMAP_RAM_SLAB_RECLAIMABLE, /**< told: SReclaimable, out of SLAB */
	PAGEMAP_RAM_KMALLOC_LARGE, /**< told: the part of meminfo's Slab that is
				     in no slab: kmalloc above two pages */
	PAGEMAP_RAM_PAGE_TABLES, /**< seen: page tables of processes; told
				     (PageTables) before 4.18 */
	PAGEMAP_RAM_SEC_PAGE_TABLES, /**< told: tables of guests and IOMMUs
				     (SecPageTables) */
	PAGEMAP_RAM_KERNEL_STACKS, /**< told: KernelStack */
	PAGEMAP_RAM_VMALLOC,	/**< told: VmallocUsed, without the stacks where
				     these can be in it; 0 before 5.3 */
	PAGEMAP_RAM_PERCPU,	/**< told: Percpu, 4.20 on */
	PAGEMAP_RAM_ZSMALLOC,	/**< told: compressed swap (nr_zspages) */
	PAGEMAP_RAM_KERNEL_BLOCKS, /**< the rest: blocks of pages of the kernel
				     that say no more; part of the residual */
	PAGEMAP_RAM_UNKNOWN,	/**< the rest: frames in use that say nothing;
				     part of the residual */
	PAGEMAP_RAM_FREE,	/**< seen: in free blocks (buddy) */
	PAGEMAP_RAM_FREE_CPU_LISTS, /**< told: free, kept by CPUs for their next
				     need (zoneinfo pagesets); not in MemFree */
	PAGEMAP_RAM_FREE_LAZY,	/**< seen by its place: RAM that the kernel has
				     not yet begun to manage, but counts in
				     MemTotal and MemFree (deferred_init=lazy) */
	PAGEMAP_RAM_HWPOISON,	/**< seen: broken, out of use */
	PAGEMAP_RAM_LENT,	/**< told: OFFLINE frames that MemTotal counts:
				     of a balloon that gives them back when
				     memory runs out (deflate on OOM) */
	PAGEMAP_RAM_RESERVED,	/**< seen: the kernel's image, the table of
				     frames; outside of MemTotal, as are: */
	PAGEMAP_RAM_RESERVED_LAZY, /**< told: the same where the kernel has not
				     yet begun to manage, out of FREE_LAZY */
	PAGEMAP_RAM_OFFLINE,	/**< seen: given back to the host (balloon), or
				     unplugged */
	PAGEMAP_RAM_HOLE,	/**< seen: a number without RAM behind it */
	PAGEMAP_RAM_CLASS_COUNT
};

/** The bit of a class in a mask of classes. */
#define PAGEMAP_RAM_BIT(class) (UINT64_C(1) << (class))

/** Every class that this version of the library knows. */
#define PAGEMAP_RAM_ALL ((UINT64_C(1) << PAGEMAP_RAM_CLASS_COUNT) - 1)

/** Classes outside of MemTotal. */
#define PAGEMAP_RAM_OUTSIDE                                                   \
	(PAGEMAP_RAM_BIT(PAGEMAP_RAM_RESERVED) |                              \
	 PAGEMAP_RAM_BIT(PAGEMAP_RAM_RESERVED_LAZY) |                         \
	 PAGEMAP_RAM_BIT(PAGEMAP_RAM_OFFLINE) |                               \
	 PAGEMAP_RAM_BIT(PAGEMAP_RAM_HOLE))

/** Classes of which is not known what they are for. */
#define PAGEMAP_RAM_RESIDUAL                                                  \
	(PAGEMAP_RAM_BIT(PAGEMAP_RAM_KERNEL_BLOCKS) |                         \
	 PAGEMAP_RAM_BIT(PAGEMAP_RAM_UNKNOWN))

/** Short name, "anon", "file_clean"; NULL for an unknown class. */
const char *pagemap_ram_class_name(enum pagemap_ram_class ram_class);

/** One line for people on what is in it; static storage. */
const char *pagemap_ram_class_describe(enum pagemap_ram_class ram_class);

/**
 * The class that a frame's flags alone tell (kpageflags), never one that is
 * told: a pure function.  Unknown bits are passed over.  head_flags: those of
 * the first frame of its compound page where flags has COMPOUND_TAIL, since
 * older kernels show the rest there alone; else it is not looked at.
 */
enum pagemap_ram_class pagemap_ram_class_of(uint64_t flags,
					    uint64_t head_flags);

/** All of RAM at one moment, as far as that takes one moment. */
struct pagemap_ram;

/** Options of pagemap_ram_read; zero in a field means its default. */
struct pagemap_ram_opts {
	size_t size;			/**< sizeof(struct pagemap_ram_opts) */
	const struct pagemap_sharing *sharing; /**< whose frames they are; of
					     PAGEMAP_FRAMES_ALL; must outlive */
	uint32_t threads;		/**< 0: one for each CPU */
	bool ranges;			/**< keep where each class lies */
	bool runs;			/**< keep every frame's flags and
					     sharers: 16 bytes a run */
};

/**
 * Reads the flags of every frame of the machine, 8 bytes each in large reads,
 * and between two looks at meminfo and zoneinfo.  opts may be NULL.  Errors:
 * -EACCES or -ENOTSUP if kpageflags cannot be read (the reason is that of
 * PAGEMAP_FEATURE_KPAGEFLAGS), -EINVAL if meminfo is not understood, -ENODATA
 * if kpageflags is empty, -ENOMEM.  Owner: the caller.
 */
int pagemap_ram_read(struct pagemap_source *source,
		     const struct pagemap_ram_opts *opts,
		     struct pagemap_ram **ret_ram);

/** Frees it.  NULL is fine. */
void pagemap_ram_free(struct pagemap_ram *ram);

/**
 * The bytes of some classes together, by a mask of PAGEMAP_RAM_BITs.  EXACT
 * where all are seen and the kernel counted the same before and after;
 * ESTIMATED with PAGEMAP_REASON_MOVED where it did not (low and high: by how
 * much), with PAGEMAP_REASON_TOLD where it rests on what the kernel tells.
 * Classes that share out the same frames are exact together.
 */
struct pagemap_value pagemap_ram_value(const struct pagemap_ram *ram,
				       uint64_t classes);

/** What adds up to MemTotal, and what does not. */
struct pagemap_ram_balance {
	uint64_t frames;		/**< all, holes too: sum of the classes */
	struct pagemap_value mem_total;	/**< MemTotal of meminfo */
	uint64_t known_bytes;		/**< in classes that are inside of it
					     and known */
	int64_t residual_bytes;		/**< MemTotal - known; negative if more
					     was told of than there is; 0 if
					     MemTotal is not known */
	uint64_t overdrawn_bytes;	/**< told of, but there were not so many
					     frames left to take */
	uint64_t moved_pages;		/**< frames that processes mapped in the
					     census and that were in other use
					     when all were read; counted by
					     their flags then */
	uint64_t wall_ns;		/**< what reading took, */
	uint64_t cpu_ns;		/**< and all its threads */
};

/** The balance of all classes. */
void pagemap_ram_balance(const struct pagemap_ram *ram,
			 struct pagemap_ram_balance *ret_balance);

/** A figure of meminfo beside that of the frames. */
struct pagemap_ram_check {
	const char *name;		/**< "MemFree"; static storage */
	struct pagemap_value told;	/**< before and after: low and high */
	struct pagemap_value seen;	/**< of the classes that it counts;
					     unavailable: no flag shows it */
	const char *note;		/**< why they may differ; "" */
};

/** The check at an index; fields that this kernel lacks are left out.
 *  -ENOENT past the end. */
int pagemap_ram_check_at(const struct pagemap_ram *ram, size_t index,
			 struct pagemap_ram_check *ret_check);

/** Rows of pagemap_ram_of_groups behind those of the groups. */
enum pagemap_ram_row {
	PAGEMAP_RAM_ROW_SEVERAL,	/**< of members of several groups */
	PAGEMAP_RAM_ROW_UNSEEN,		/**< who maps them was not seen, or it is
					     nobody */
	PAGEMAP_RAM_ROW_COUNT
};

/**
 * Pages of each class by the group of processes whose members alone map them:
 * group_count + PAGEMAP_RAM_ROW_COUNT rows of PAGEMAP_RAM_CLASS_COUNT places,
 * that add up to what is mapped.  What processes in no group map is in the row
 * of several.  Errors: -ENOTSUP if it was read without pagemap_sharing, -EINVAL
 * if the partition does not fit.
 */
int pagemap_ram_of_groups(const struct pagemap_ram *ram,
			  const struct pagemap_partition *partition,
			  uint64_t (*ret_pages)[PAGEMAP_RAM_CLASS_COUNT]);

/** Frames that follow each other, of one class as their flags tell it. */
struct pagemap_ram_range {
	uint64_t first_pfn;
	uint64_t frame_count;
	enum pagemap_ram_class ram_class; /**< those told have no place: they
					     are in UNKNOWN, FILE_CLEAN ... */
};

/**
 * The range at an index, by rising frame number, without gaps.  -ENOENT past
 * the end; -ENOTSUP if it was read without ranges.
 */
int pagemap_ram_range_at(const struct pagemap_ram *ram, size_t index,
			 struct pagemap_ram_range *ret_range);

/** Frames that follow each other and are alike in all that is kept. */
struct pagemap_ram_run {
	uint64_t first_pfn;
	uint64_t frame_count;
	uint64_t flags;		/**< as kpageflags has them, unknown bits too */
	size_t set;		/**< who maps them, of the sharing that it was
				     read with: of classes that processes map
				     (anon, ksm, shmem_mapped, file_mapped,
				     kernel_mapped); else, and where nobody was
				     seen to map them, PAGEMAP_NO_SET */
	enum pagemap_ram_class ram_class; /**< as of a range */
};

/**
 * The run at an index, by rising frame number, without gaps: those of a class
 * add up to its ranges, and those of a set to what pagemap_ram_of_groups says
 * of it.  -ENOENT past the end; -ENOTSUP if it was read without runs.
 */
int pagemap_ram_run_at(const struct pagemap_ram *ram, size_t index,
		       struct pagemap_ram_run *ret_run);

/** A part of RAM that the kernel manages for itself (zoneinfo). */
struct pagemap_ram_zone {
	int node;		/**< NUMA node; -1: zones overlap here, and of
				     which one a frame is cannot be told */
	const char *name;	/**< "DMA32", "Normal": letters, digits and _;
				     "" where zones overlap.  Borrowed: ram */
	uint64_t first_pfn;
	uint64_t frame_count;	/**< spanned: holes may be in it */
};

/**
 * The zone at an index, by rising frame number: none overlaps another, none is
 * empty or reaches past the frames that were read.  Where nodes interleave,
 * zones do overlap: a zone then comes in pieces, and what is in several is a
 * piece of its own.  -ENOENT past the end; there are none if the kernel does
 * not tell of zones or what it tells is not understood.
 */
int pagemap_ram_zone_at(const struct pagemap_ram *ram, size_t index,
			struct pagemap_ram_zone *ret_zone);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif /* LIBPAGEMAP_RAM_H */
