/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One entry of a pagemap file, taken apart: the bits of Linux 3.11 and later
 * (Documentation/admin-guide/mm/pagemap.rst).
 */
#include "parse.h"

#define PFN_MASK ((UINT64_C(1) << 55) - 1)
#define SWAP_TYPE_MASK 31
#define SWAP_OFFSET_SHIFT 5
#define SWAP_OFFSET_BITS 50
#define SOFT_DIRTY (UINT64_C(1) << 55)
#define EXCLUSIVE (UINT64_C(1) << 56)
#define UFFD_WP (UINT64_C(1) << 57)
#define GUARD (UINT64_C(1) << 58)
#define FILE_OR_SHARED (UINT64_C(1) << 61)
#define SWAPPED (UINT64_C(1) << 62)
#define PRESENT (UINT64_C(1) << 63)

static uint32_t run_bits(uint64_t entry)
{
	uint32_t bits = 0;

	if (entry & FILE_OR_SHARED)
		bits |= PAGEMAP_RUN_FILE;
	if (entry & EXCLUSIVE)
		bits |= PAGEMAP_RUN_EXCLUSIVE;
	if (entry & SOFT_DIRTY)
		bits |= PAGEMAP_RUN_SOFT_DIRTY;
	if (entry & UFFD_WP)
		bits |= PAGEMAP_RUN_UFFD_WP;
	return bits;
}

/* An entry with the swap bit may be a marker or a page under way. */
static void decode_swapped(uint64_t entry, uint32_t swap_types,
			   struct pagemap_page *page)
{
	uint32_t type = (uint32_t)(entry & SWAP_TYPE_MASK);

	if (entry & GUARD) {
		page->state = PAGEMAP_PAGE_GUARD;
		return;
	}
	if (!(swap_types >> type & 1)) {
		page->state = entry & UFFD_WP ? PAGEMAP_PAGE_MARKER
					      : PAGEMAP_PAGE_MIGRATING;
		return;
	}
	page->state = PAGEMAP_PAGE_SWAPPED;
	page->swap_type = type;
	page->swap_offset = (entry >> SWAP_OFFSET_SHIFT) &
			    ((UINT64_C(1) << SWAP_OFFSET_BITS) - 1);
}

struct pagemap_page pagemap_decode_entry(uint64_t entry, uint32_t swap_types)
{
	struct pagemap_page page = {
		.state = PAGEMAP_PAGE_PRESENT,
		.pfn = PAGEMAP_PFN_UNKNOWN,
	};

	if (!(entry & (PRESENT | SWAPPED)))
		return page;
	page.mapped = true;
	page.bits = run_bits(entry);
	if (!(entry & PRESENT))
		decode_swapped(entry, swap_types, &page);
	else if (entry & PFN_MASK)
		page.pfn = entry & PFN_MASK;
	return page;
}
