// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a page frame is and how often it is used: the flags by mainline's
 * numbers, and both counts.  Where the kernel lets modules call its own
 * function for the flags, that one is called.
 *
 * Nothing here takes a lock or a reference, as in mainline: a frame may become
 * something else between two looks at it, and each look is a snapshot.
 */
#include <linux/hugetlb.h>
#include <linux/kernel-page-flags.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/nodemask.h>
#include <linux/string.h>

#include "../page.h"
#include "frame.h"

/*
 * max_pfn is not exported.  The nodes know their ends too, and on User-Mode
 * Linux they know them better: there max_pfn leaves out the last frames, which
 * are the ones that fresh user pages come from.
 */
unsigned long frames_end(void)
{
	unsigned long end = 0;
	int node;

	for_each_online_node(node)
		end = max(end, node_end_pfn(node));
#ifdef CONFIG_SPARSEMEM
	/* The last section has a struct page for each of its frames. */
	end = round_up(end, PAGES_PER_SECTION);
#endif
	return end;
}

#ifdef HAVE_STABLE_PAGE_FLAGS

static u64 frame_flags(struct frame_walk *walk, unsigned long pfn,
		       struct page *page, u32 map_count)
{
	return stable_page_flags(page);
}

#else

#define COPY(raw, kpf, pg) ((u64)((raw) >> (pg) & 1) << (kpf))

/* Flags that are a bit of the frame's own word of flags. */
static u64 copied_flags(unsigned long raw)
{
	u64 flags = COPY(raw, KPF_LOCKED, PG_locked) |
		    COPY(raw, KPF_REFERENCED, PG_referenced) |
		    COPY(raw, KPF_UPTODATE, PG_uptodate) |
		    COPY(raw, KPF_DIRTY, PG_dirty) |
		    COPY(raw, KPF_LRU, PG_lru) |
		    COPY(raw, KPF_ACTIVE, PG_active) |
		    COPY(raw, KPF_SLAB, PG_slab) |
		    COPY(raw, KPF_WRITEBACK, PG_writeback) |
		    COPY(raw, KPF_RECLAIM, PG_reclaim) |
		    COPY(raw, KPF_SWAPBACKED, PG_swapbacked) |
		    COPY(raw, KPF_UNEVICTABLE, PG_unevictable) |
		    COPY(raw, KPF_RESERVED, PG_reserved) |
		    COPY(raw, KPF_MLOCKED, PG_mlocked) |
		    COPY(raw, KPF_MAPPEDTODISK, COMPAT_PG_34) |
		    COPY(raw, KPF_PRIVATE, PG_private) |
		    COPY(raw, KPF_PRIVATE_2, PG_private_2) |
		    COPY(raw, KPF_OWNER_PRIVATE, PG_owner_priv_1) |
		    COPY(raw, KPF_ARCH, PG_arch_1) | COMPAT_KPF_ERROR(raw);

#ifdef CONFIG_MEMORY_FAILURE
	flags |= COPY(raw, KPF_HWPOISON, PG_hwpoison);
#endif
#ifdef CONFIG_ARCH_USES_PG_UNCACHED
	flags |= COPY(raw, KPF_UNCACHED, PG_uncached);
#endif
#ifdef CONFIG_64BIT
	flags |= COPY(raw, KPF_ARCH_2, PG_arch_2);
#endif
	return flags;
}

#ifdef CONFIG_TRANSPARENT_HUGEPAGE

/*
 * The huge zero page is not exported.  It is a compound page of a PMD's size
 * that belongs to nobody and holds nothing but zeros; what was found to be one
 * is remembered, since looking takes a while.
 */
static bool is_huge_zero(struct page *head)
{
	static struct page *known;

	if (compound_order(head) != HPAGE_PMD_ORDER || PageSlab(head) ||
	    PageHighMem(head) || READ_ONCE(head->mapping))
		return false;
	if (READ_ONCE(known) == head)
		return true;
	if (memchr_inv(page_address(head), 0, HPAGE_PMD_SIZE))
		return false;
	WRITE_ONCE(known, head);
	return true;
}

#else

static bool is_huge_zero(struct page *head)
{
	return false;
}

#endif

/* A huge page: only one that is user memory is called so. */
static u64 huge_flags(struct page *page)
{
	struct page *head = compound_head(page);

	if (PageLRU(head) || PageAnon(head))
		return BIT_ULL(KPF_THP);
	return is_huge_zero(head) ? BIT_ULL(KPF_THP) | BIT_ULL(KPF_ZERO_PAGE)
				  : 0;
}

static u64 compound_flags(struct page *page)
{
	u64 flags = 0;

	if (PageHead(page))
		flags |= BIT_ULL(KPF_COMPOUND_HEAD);
	if (PageTail(page)) {
		flags |= BIT_ULL(KPF_COMPOUND_TAIL);
		/* The head's word of flags has this for all of it. */
		if (PageSlab(compound_head(page)))
			flags |= BIT_ULL(KPF_SLAB);
	}
	if (PageHuge(page))
		flags |= BIT_ULL(KPF_HUGE);
	else if (PageTransCompound(page))
		flags |= huge_flags(page);
	else if (is_zero_pfn(page_to_pfn(page)))
		flags |= BIT_ULL(KPF_ZERO_PAGE);
	return flags;
}

/*
 * What maps it.  A compound page is mapped when any page of it is; for slab the
 * count of mappings has another use.
 */
static u64 mapping_flags(struct page *page, u32 map_count)
{
	u64 flags = 0;

	if (PageCompound(page) ? !PageSlab(page) && page_mapped(page)
			       : map_count)
		flags |= BIT_ULL(KPF_MMAP);
	if (PageAnon(page))
		flags |= BIT_ULL(KPF_ANON);
	if (PageKsm(page))
		flags |= BIT_ULL(KPF_KSM);
	if (PageSwapCache(page))
		flags |= BIT_ULL(KPF_SWAPCACHE);
	if (page_is_idle(page))
		flags |= BIT_ULL(KPF_IDLE);
	return flags;
}

/*
 * Only the first frame of a free block says that it is free, and how many
 * more: asking the allocator for each of the others means a search.
 */
static bool is_free(struct frame_walk *walk, unsigned long pfn,
		    struct page *page)
{
	if (PageBuddy(page)) {
		unsigned long order = READ_ONCE(page->private);

		/* Else it was allocated in this moment. */
		if (order <= COMPAT_MAX_ORDER)
			walk->free_end = pfn + (1UL << order);
		return true;
	}
	return !page_count(page) &&
	       (pfn < walk->free_end || is_free_buddy_page(page));
}

static u64 frame_flags(struct frame_walk *walk, unsigned long pfn,
		       struct page *page, u32 map_count)
{
	u64 flags = copied_flags(compat_page_flags(page)) |
		    mapping_flags(page, map_count) | compound_flags(page);

	if (is_free(walk, pfn, page))
		flags |= BIT_ULL(KPF_BUDDY);
	if (PageOffline(page))
		flags |= BIT_ULL(KPF_OFFLINE);
	if (PageTable(page))
		flags |= BIT_ULL(KPF_PGTABLE);
	return flags;
}

#endif

void frame_record(struct frame_walk *walk, unsigned long pfn,
		  struct kpagemap_record *record)
{
	struct page *page = pfn_to_online_page(pfn);

	if (!page) {
		*record = (struct kpagemap_record){
			.flags = BIT_ULL(KPF_NOPAGE),
		};
		return;
	}
	record->map_count = page_map_count(page);
	record->flags = frame_flags(walk, pfn, page, record->map_count);
	record->ref_count = page_count(page);
}
