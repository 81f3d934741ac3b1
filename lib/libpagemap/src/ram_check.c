/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Figures of meminfo, each beside the classes that it counts, and why the two
 * may differ by what they mean.
 */
#include <errno.h>

#include "ram.h"

#define CACHE (RAM_BIT(FILE_MAPPED) | RAM_BIT(FILE_CLEAN) | \
	       RAM_BIT(FILE_DIRTY) | RAM_BIT(SHMEM_MAPPED) | \
	       RAM_BIT(SHMEM_UNMAPPED))
#define HUGETLB (RAM_BIT(HUGETLB_MAPPED) | RAM_BIT(HUGETLB_UNMAPPED) | \
		 RAM_BIT(HUGETLB_FREE))

#define NO_MARK RAM_MARKS

static const char told_alone[] = "no flag shows it: taken as it is told";

static const struct {
	enum meminfo_field field;
	enum ram_mark mark;
	uint64_t classes;		/* 0: by a mark, or not seen */
	const char *note;
} checks[] = {
	{ MEMINFO_TOTAL, NO_MARK, PAGEMAP_RAM_ALL & ~PAGEMAP_RAM_OUTSIDE,
	  "all frames that are not outside of it, known or not" },
	{ MEMINFO_FREE, NO_MARK, RAM_BIT(FREE) | RAM_BIT(FREE_LAZY),
	  "what CPUs keep in their lists is free too, and not in it" },
	{ MEMINFO_ANON_PAGES, NO_MARK, RAM_BIT(ANON) | RAM_BIT(KSM), "" },
	{ MEMINFO_MAPPED, NO_MARK, RAM_BIT(FILE_MAPPED) |
	  RAM_BIT(SHMEM_MAPPED) | RAM_BIT(KERNEL_MAPPED),
	  "it also counts reserved pages that are mapped (vdso)" },
	{ MEMINFO_CACHED, NO_MARK, CACHE, "" },
	{ MEMINFO_BUFFERS, NO_MARK, 0,
	  "page cache like any other: taken as it is told" },
	{ MEMINFO_SHMEM, NO_MARK, RAM_BIT(SHMEM_MAPPED) |
	  RAM_BIT(SHMEM_UNMAPPED), "" },
	{ MEMINFO_SWAP_CACHED, RAM_IN_SWAP_CACHE, 0,
	  "those that processes map are in the class of their kind" },
	{ MEMINFO_DIRTY, RAM_DIRTY, 0,
	  "those that processes map are in the class of mapped files" },
	{ MEMINFO_WRITEBACK, RAM_WRITEBACK, 0, "" },
	{ MEMINFO_SLAB, NO_MARK, RAM_BIT(SLAB) | RAM_BIT(SLAB_RECLAIMABLE),
	  "it also counts kmalloc above two pages, which is in no slab" },
	{ MEMINFO_PAGE_TABLES, NO_MARK, RAM_BIT(PAGE_TABLES),
	  "frames also show tables that no process counts" },
	{ MEMINFO_HUGETLB, NO_MARK, HUGETLB, "" },
	{ MEMINFO_CORRUPTED, NO_MARK, RAM_BIT(HWPOISON), "" },
	{ MEMINFO_BALLOON, NO_MARK, RAM_BIT(OFFLINE) | RAM_BIT(LENT),
	  "frames also show what is unplugged" },
	{ MEMINFO_SLAB_RECLAIMABLE, NO_MARK, 0, told_alone },
	{ MEMINFO_KERNEL_STACK, NO_MARK, 0, told_alone },
	{ MEMINFO_VMALLOC_USED, NO_MARK, 0,
	  "no flag shows it, and stacks are in it: taken without them" },
	{ MEMINFO_PERCPU, NO_MARK, 0, told_alone },
	{ MEMINFO_SEC_PAGE_TABLES, NO_MARK, 0, told_alone },
	{ MEMINFO_ZSWAP, NO_MARK, 0,
	  "part of zsmalloc, which is told by zoneinfo" },
};

/* The figures of both looks, as one with bounds. */
static struct pagemap_value told_value(uint64_t before, uint64_t after)
{
	bool rose = after > before;

	return (struct pagemap_value){
		.value = after,
		.low = rose ? before : after,
		.high = rose ? after : before,
		.quality = before == after ? PAGEMAP_EXACT : PAGEMAP_ESTIMATED,
		.reason = before == after ? PAGEMAP_REASON_NONE
					  : PAGEMAP_REASON_MOVED,
	};
}

static struct pagemap_value seen_value(const struct pagemap_ram *ram, size_t i)
{
	uint64_t bytes;

	if (checks[i].classes)
		return pagemap_ram_value(ram, checks[i].classes);
	if (checks[i].mark == NO_MARK)
		return (struct pagemap_value){
			.quality = PAGEMAP_UNAVAILABLE,
			.reason = PAGEMAP_REASON_TOLD,
		};
	bytes = ram->seen.marks[checks[i].mark] << ram->page_shift;
	return (struct pagemap_value){
		.value = bytes, .low = bytes, .high = bytes,
	};
}

int pagemap_ram_check_at(const struct pagemap_ram *ram, size_t index,
			 struct pagemap_ram_check *ret_check)
{
	uint64_t before, after;
	size_t i;

	for (i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		if (!ram_field(&ram->before, checks[i].field, &before) ||
		    !ram_field(&ram->after, checks[i].field, &after) ||
		    index--)
			continue;
		*ret_check = (struct pagemap_ram_check){
			.name = meminfo_field_name(checks[i].field),
			.told = told_value(before, after),
			.seen = seen_value(ram, i),
			.note = checks[i].note,
		};
		return 0;
	}
	return -ENOENT;
}
