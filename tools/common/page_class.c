/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The classes of pages, see page_class.h.  Letters tell them apart also where
 * there are no colours.
 */
#include "page_class.h"

#include "canvas.h"

#define FLAG(name) (UINT64_C(1) << PAGEMAP_FLAG_##name)

static const struct page_class_row states[CLASS_COUNT] = {
	[CLASS_ABSENT] = { '.', STYLE_DIM, "absent", "nothing there yet" },
	[CLASS_ANON] = { 'a', STYLE_MAP_1, "anon", "anonymous memory" },
	[CLASS_FILE] = { 'f', STYLE_MAP_3, "file", "page cache of a file" },
	[CLASS_SHMEM] = { 's', STYLE_MAP_4, "shmem",
			  "memfd, tmpfs, SysV shared memory" },
	[CLASS_HUGE] = { 'h', STYLE_MAP_2, "huge",
			 "part of a huge page, mapped as one" },
	[CLASS_HUGETLB] = { 't', STYLE_MAP_8, "hugetlb",
			    "part of a page of the hugetlb pool" },
	[CLASS_KSM] = { 'k', STYLE_MAP_5, "ksm", "merged with equal pages" },
	[CLASS_SWAPPED] = { 'w', STYLE_MAP_7, "swapped", "in swap" },
	[CLASS_ZERO] = { 'z', STYLE_MAP_9, "zero",
			 "read, never written: the page of zeros" },
	[CLASS_GUARD] = { 'g', STYLE_MAP_6, "guard",
			  "an access here ends the process" },
	[CLASS_MARKER] = { 'm', STYLE_MAP_6, "marker",
			   "userfaultfd's marker, or a poisoned page" },
	[CLASS_MOVING] = { 'v', STYLE_MAP_6, "moving",
			   "on the way to another frame or a device" },
	[CLASS_DEVICE] = { 'd', STYLE_MAP_9, "device",
			   "memory of a device, no page of RAM" },
	[CLASS_MAPPED] = { 'p', STYLE_MAP_3, "mapped",
			   "a page, but what backs it is not known" },
};

static const struct page_class_row sharers[SHARERS_COUNT] = {
	[SHARERS_ABSENT] = { '.', STYLE_DIM, "absent", "nothing there yet" },
	[SHARERS_ONE] = { 'a', STYLE_MAP_1, "alone", "of this process alone" },
	[SHARERS_TWO] = { 'b', STYLE_MAP_2, "by 2", "of two processes" },
	[SHARERS_FEW] = { 'c', STYLE_MAP_5, "by 3-4", "of 3 or 4" },
	[SHARERS_8] = { 'd', STYLE_MAP_6, "by 5-8", "of 5 to 8" },
	[SHARERS_16] = { 'e', STYLE_MAP_7, "by 9-16", "of 9 to 16" },
	[SHARERS_64] = { 'f', STYLE_MAP_8, "by 17-64", "of 17 to 64" },
	[SHARERS_MORE] = { 'g', STYLE_MAP_3, "by 65 on", "of 65 or more" },
	[SHARERS_UNKNOWN] = { 'u', STYLE_WARNING, "unknown",
			      "a page, but who maps it was not seen" },
	[SHARERS_NO_FRAME] = { 'n', STYLE_MAP_9, "not counted",
			       "swapped, zero, guard, hugetlb, device" },
};

size_t page_class_count(enum page_by by)
{
	return by == PAGE_BY_STATE ? (size_t)CLASS_COUNT
				   : (size_t)SHARERS_COUNT;
}

const struct page_class_row *page_class_row(enum page_by by,
					    unsigned int number)
{
	return by == PAGE_BY_STATE ? &states[number] : &sharers[number];
}

/* Bit 61 says file also of shmem; only flags or the mapping know which. */
static enum page_class present_class(const struct pagemap_run *run,
				     enum pagemap_mapping_kind kind)
{
	bool known = run->flags != PAGEMAP_FLAGS_UNKNOWN;

	if (known && (run->flags & FLAG(KSM)))
		return CLASS_KSM;
	if (run->bits & PAGEMAP_RUN_HUGE)
		return CLASS_HUGE;
	if (!known && kind == PAGEMAP_MAPPING_UNKNOWN)
		return CLASS_MAPPED;
	if (known ? (run->flags & FLAG(ANON)) != 0
		  : !(run->bits & PAGEMAP_RUN_FILE))
		return CLASS_ANON;
	if (kind == PAGEMAP_MAPPING_SHMEM ||
	    (known && (run->flags & FLAG(SWAPBACKED))))
		return CLASS_SHMEM;
	return CLASS_FILE;
}

enum page_class page_class_of(const struct pagemap_run *run,
			      enum pagemap_mapping_kind kind)
{
	static const enum page_class classes[] = {
		[PAGEMAP_PAGE_SWAPPED] = CLASS_SWAPPED,
		[PAGEMAP_PAGE_ZERO] = CLASS_ZERO,
		[PAGEMAP_PAGE_HUGETLB] = CLASS_HUGETLB,
		[PAGEMAP_PAGE_SPECIAL] = CLASS_DEVICE,
		[PAGEMAP_PAGE_GUARD] = CLASS_GUARD,
		[PAGEMAP_PAGE_MARKER] = CLASS_MARKER,
		[PAGEMAP_PAGE_MIGRATING] = CLASS_MOVING,
	};

	return run->state == PAGEMAP_PAGE_PRESENT ? present_class(run, kind)
						  : classes[run->state];
}

enum sharer_class sharer_class_of(const struct pagemap_run *run)
{
	static const struct {
		uint32_t most;
		enum sharer_class number;
	} steps[] = {
		{ 0, SHARERS_UNKNOWN }, { 1, SHARERS_ONE }, { 2, SHARERS_TWO },
		{ 4, SHARERS_FEW }, { 8, SHARERS_8 }, { 16, SHARERS_16 },
		{ 64, SHARERS_64 }, { UINT32_MAX, SHARERS_MORE },
	};
	size_t i;

	/* What is no frame of this process's RSS is not counted by sharers. */
	if (run->state != PAGEMAP_PAGE_PRESENT)
		return SHARERS_NO_FRAME;
	for (i = 0; run->sharers > steps[i].most; i++)
		;
	return steps[i].number;
}
