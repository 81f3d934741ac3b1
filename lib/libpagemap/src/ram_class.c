/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From the flags of a frame to its class: one table, tested from its top, and
 * the names of all classes.  Pure functions.
 */
#include "ram.h"

#define FLAG(name) (UINT64_C(1) << PAGEMAP_FLAG_##name)

/* Older kernels show these of the head of a compound page alone. */
#define OF_HEAD                                                               \
	(FLAG(SLAB) | FLAG(HUGE) | FLAG(LRU) | FLAG(UPTODATE) | FLAG(DIRTY) | \
	 FLAG(WRITEBACK) | FLAG(SWAPBACKED) | FLAG(SWAPCACHE) | FLAG(ANON) |  \
	 FLAG(KSM) | FLAG(RESERVED))

/* A page of the page cache has one of these, of anonymous memory maybe. */
#define CACHE (FLAG(LRU) | FLAG(UPTODATE) | FLAG(DIRTY) | FLAG(WRITEBACK))

/*
 * The order matters.  A page that is free, of a slab or a page table holds
 * other things where its mapping would be, from which kernels make false ANON,
 * KSM and MMAP bits; so these come before them.  A frame that says that it is
 * broken, offline or no frame at all is that whatever else it says.
 */
static const struct {
	uint64_t any;			/* has one of these, */
	uint64_t all;			/* and all of these, */
	uint64_t none;			/* and none of these */
	enum pagemap_ram_class ram_class;
} rules[] = {
	{ FLAG(NOPAGE), 0, 0, PAGEMAP_RAM_HOLE },
	{ FLAG(HWPOISON), 0, 0, PAGEMAP_RAM_HWPOISON },
	{ FLAG(OFFLINE), 0, 0, PAGEMAP_RAM_OFFLINE },
	{ FLAG(BUDDY), 0, 0, PAGEMAP_RAM_FREE },
	{ FLAG(SLAB), 0, 0, PAGEMAP_RAM_SLAB },
	{ FLAG(PGTABLE), 0, 0, PAGEMAP_RAM_PAGE_TABLES },
	{ FLAG(RESERVED), 0, 0, PAGEMAP_RAM_RESERVED },
	{ FLAG(HUGE), FLAG(MMAP), 0, PAGEMAP_RAM_HUGETLB_MAPPED },
	{ FLAG(HUGE), 0, 0, PAGEMAP_RAM_HUGETLB_UNMAPPED },
	{ FLAG(ZERO_PAGE), 0, 0, PAGEMAP_RAM_ZERO_PAGE },
	{ FLAG(KSM), FLAG(ANON) | FLAG(MMAP), 0, PAGEMAP_RAM_KSM },
	{ FLAG(ANON), FLAG(MMAP), 0, PAGEMAP_RAM_ANON },
	{ FLAG(ANON) | FLAG(SWAPBACKED), FLAG(SWAPCACHE), FLAG(MMAP),
	  PAGEMAP_RAM_SWAP_CACHE },
	{ FLAG(ANON), 0, 0, PAGEMAP_RAM_ANON_UNMAPPED },
	{ FLAG(SWAPBACKED), FLAG(MMAP), 0, PAGEMAP_RAM_SHMEM_MAPPED },
	{ FLAG(SWAPBACKED), 0, 0, PAGEMAP_RAM_SHMEM_UNMAPPED },
	{ CACHE, FLAG(MMAP), 0, PAGEMAP_RAM_FILE_MAPPED },
	{ FLAG(DIRTY) | FLAG(WRITEBACK), 0, 0, PAGEMAP_RAM_FILE_DIRTY },
	{ CACHE, 0, 0, PAGEMAP_RAM_FILE_CLEAN },
	{ FLAG(MMAP), 0, 0, PAGEMAP_RAM_KERNEL_MAPPED },
	{ FLAG(COMPOUND_HEAD) | FLAG(COMPOUND_TAIL), 0, 0,
	  PAGEMAP_RAM_KERNEL_BLOCKS },
};

uint64_t ram_flags_of_tail(uint64_t flags, uint64_t head_flags)
{
	return flags & FLAG(COMPOUND_TAIL) ? flags | (head_flags & OF_HEAD)
					   : flags;
}

enum pagemap_ram_class pagemap_ram_class_of(uint64_t flags,
					    uint64_t head_flags)
{
	size_t i;

	flags = ram_flags_of_tail(flags, head_flags);
	for (i = 0; flags && i < sizeof(rules) / sizeof(rules[0]); i++)
		if ((flags & rules[i].any) &&
		    (flags & rules[i].all) == rules[i].all &&
		    !(flags & rules[i].none))
			return rules[i].ram_class;
	return PAGEMAP_RAM_UNKNOWN;
}

static const struct {
	const char *name;
	const char *line;
} texts[PAGEMAP_RAM_CLASS_COUNT] = {
	[PAGEMAP_RAM_ANON] = { "anon", "anonymous, mapped by processes" },
	[PAGEMAP_RAM_KSM] = { "ksm", "anonymous, merged by KSM" },
	[PAGEMAP_RAM_ANON_UNMAPPED] = { "anon_unmapped",
		"anonymous, mapped by nobody: pinned, or not yet given back" },
	[PAGEMAP_RAM_SWAP_CACHE] = { "swap_cache",
		"mapped by nobody, with a copy in swap or on its way there" },
	[PAGEMAP_RAM_SHMEM_MAPPED] = { "shmem_mapped",
		"tmpfs, memfd and SysV shared memory that processes map" },
	[PAGEMAP_RAM_SHMEM_UNMAPPED] = { "shmem_unmapped",
		"tmpfs, memfd and SysV shared memory that nobody maps" },
	[PAGEMAP_RAM_FILE_MAPPED] = { "file_mapped",
		"page cache that processes map" },
	[PAGEMAP_RAM_FILE_CLEAN] = { "file_clean",
		"page cache that nobody maps, as it is in the files" },
	[PAGEMAP_RAM_FILE_DIRTY] = { "file_dirty",
		"page cache that nobody maps, to be written first" },
	[PAGEMAP_RAM_BUFFERS] = { "buffers",
		"page cache of block devices (meminfo Buffers)" },
	[PAGEMAP_RAM_HUGETLB_MAPPED] = { "hugetlb_mapped",
		"huge pages of hugetlbfs that processes map" },
	[PAGEMAP_RAM_HUGETLB_UNMAPPED] = { "hugetlb_unmapped",
		"huge pages of hugetlbfs in files, or of further pools" },
	[PAGEMAP_RAM_HUGETLB_FREE] = { "hugetlb_free",
		"huge pages that are free in the pool (HugePages_Free)" },
	[PAGEMAP_RAM_KERNEL_MAPPED] = { "kernel_mapped",
		"the kernel's own that processes map: rings of drivers" },
	[PAGEMAP_RAM_ZERO_PAGE] = { "zero_page",
		"the huge zero page, for what was read and never written" },
	[PAGEMAP_RAM_SLAB] = { "slab",
		"slab caches of the kernel that reclaim cannot free" },
	[PAGEMAP_RAM_SLAB_RECLAIMABLE] = { "slab_reclaimable",
		"slab caches that reclaim can free (SReclaimable)" },
	[PAGEMAP_RAM_KMALLOC_LARGE] = { "kmalloc_large",
		"kmalloc above two pages: in meminfo's Slab, in no slab" },
	[PAGEMAP_RAM_PAGE_TABLES] = { "page_tables",
		"page tables of processes" },
	[PAGEMAP_RAM_SEC_PAGE_TABLES] = { "sec_page_tables",
		"page tables of guests and IOMMUs (SecPageTables)" },
	[PAGEMAP_RAM_KERNEL_STACKS] = { "kernel_stacks",
		"kernel stacks of tasks (KernelStack)" },
	[PAGEMAP_RAM_VMALLOC] = { "vmalloc",
		"vmalloc without the stacks (VmallocUsed)" },
	[PAGEMAP_RAM_PERCPU] = { "percpu", "per-CPU memory (Percpu)" },
	[PAGEMAP_RAM_ZSMALLOC] = { "zsmalloc",
		"compressed swap of zram and zswap (nr_zspages)" },
	[PAGEMAP_RAM_KERNEL_BLOCKS] = { "kernel_blocks",
		"blocks of the kernel that do not say what for" },
	[PAGEMAP_RAM_UNKNOWN] = { "unknown",
		"in use, and nothing says what for" },
	[PAGEMAP_RAM_FREE] = { "free", "in free blocks (buddy)" },
	[PAGEMAP_RAM_FREE_CPU_LISTS] = { "free_cpu_lists",
		"kept by CPUs for their next need (zoneinfo pagesets)" },
	[PAGEMAP_RAM_FREE_LAZY] = { "free_lazy",
		"not yet begun to be managed (deferred_init=lazy)" },
	[PAGEMAP_RAM_HWPOISON] = { "hwpoison", "broken, out of use" },
	[PAGEMAP_RAM_LENT] = { "lent",
		"lent to the host by a balloon, and still in MemTotal" },
	[PAGEMAP_RAM_RESERVED] = { "reserved",
		"the kernel's image and table of frames, firmware" },
	[PAGEMAP_RAM_RESERVED_LAZY] = { "reserved_lazy",
		"the same in RAM that is not yet managed" },
	[PAGEMAP_RAM_OFFLINE] = { "offline",
		"given back to the host (balloon), or unplugged" },
	[PAGEMAP_RAM_HOLE] = { "hole", "frame numbers without RAM" },
};

const char *pagemap_ram_class_name(enum pagemap_ram_class ram_class)
{
	return (unsigned int)ram_class < PAGEMAP_RAM_CLASS_COUNT ?
	       texts[ram_class].name : NULL;
}

const char *pagemap_ram_class_describe(enum pagemap_ram_class ram_class)
{
	return (unsigned int)ram_class < PAGEMAP_RAM_CLASS_COUNT ?
	       texts[ram_class].line : NULL;
}
