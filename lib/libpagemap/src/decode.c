/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One entry of a pagemap file, as Linux 3.11 and later write it.  What its
 * frame holds is in kpageflags, and no matter of this file.
 */
#include "parse.h"

#define ENTRY_BIT(bit) (UINT64_C(1) << (bit))

#define ENTRY_SOFT_DIRTY ENTRY_BIT(55)
#define ENTRY_EXCLUSIVE ENTRY_BIT(56)	/* 4.2 */
#define ENTRY_UFFD_WP ENTRY_BIT(57)	/* 5.13 */
#define ENTRY_GUARD ENTRY_BIT(58)	/* 6.15 */
#define ENTRY_FILE ENTRY_BIT(61)
#define ENTRY_SWAP ENTRY_BIT(62)
#define ENTRY_PRESENT ENTRY_BIT(63)

#define ENTRY_PFN_MASK (ENTRY_BIT(55) - 1)
#define SWAP_TYPE_MASK UINT64_C(0x1f)
#define SWAP_OFFSET_SHIFT 5

static uint32_t run_bits(uint64_t entry)
{
	uint32_t bits = 0;

	if (entry & ENTRY_FILE)
		bits |= PAGEMAP_RUN_FILE;
	if (entry & ENTRY_EXCLUSIVE)
		bits |= PAGEMAP_RUN_EXCLUSIVE;
	if (entry & ENTRY_SOFT_DIRTY)
		bits |= PAGEMAP_RUN_SOFT_DIRTY;
	if (entry & ENTRY_UFFD_WP)
		bits |= PAGEMAP_RUN_UFFD_WP;
	return bits;
}

/*
 * Everything that is no page but stands in the page table has the swap bit:
 * of these, only an entry of an area that is in use is in swap.
 */
static void decode_swap(uint64_t entry, uint32_t swap_types,
			struct pagemap_page *page)
{
	uint32_t type = (uint32_t)(entry & SWAP_TYPE_MASK);

	if (swap_types >> type & 1) {
		page->state = PAGEMAP_PAGE_SWAPPED;
		page->swap_type = type;
		page->swap_offset =
			(entry & ENTRY_PFN_MASK) >> SWAP_OFFSET_SHIFT;
	} else if (entry & ENTRY_UFFD_WP) {
		page->state = PAGEMAP_PAGE_MARKER;
	} else {
		page->state = PAGEMAP_PAGE_MIGRATING;
	}
}

struct pagemap_page pagemap_decode_entry(uint64_t entry, uint32_t swap_types)
{
	struct pagemap_page page = {
		.state = PAGEMAP_PAGE_PRESENT,
		.mapped = true,
		.pfn = PAGEMAP_PFN_UNKNOWN,
	};

	if (entry & ENTRY_PRESENT) {
		/* 0 is what the kernel shows to those who may not know. */
		if (entry & ENTRY_PFN_MASK)
			page.pfn = entry & ENTRY_PFN_MASK;
	} else if (entry & ENTRY_GUARD) {
		page.state = PAGEMAP_PAGE_GUARD;
	} else if (entry & ENTRY_SWAP) {
		decode_swap(entry, swap_types, &page);
	} else if (entry & ENTRY_UFFD_WP) {
		/* hugetlb sets no swap bit for its markers. */
		page.state = PAGEMAP_PAGE_MARKER;
	} else {
		page.mapped = false;
		return page;
	}
	page.bits = run_bits(entry);
	return page;
}
