/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entries of pagemap: a mask of swap types (4 bytes), then entries (8 bytes
 * each), lowest byte first.
 */
#include "fuzz.h"

static uint64_t take(const uint8_t **at, size_t bytes)
{
	uint64_t word = 0;

	for (size_t i = 0; i < bytes; i++)
		word |= (uint64_t)*(*at)++ << 8 * i;
	return word;
}

static uint64_t bit(uint64_t entry, unsigned int n)
{
	return entry >> n & 1;
}

static void check_bits(uint64_t entry, uint32_t bits)
{
	CHECK(!(bits & PAGEMAP_RUN_SOFT_DIRTY) == !bit(entry, 55));
	CHECK(!(bits & PAGEMAP_RUN_EXCLUSIVE) == !bit(entry, 56));
	CHECK(!(bits & PAGEMAP_RUN_UFFD_WP) == !bit(entry, 57));
	CHECK(!(bits & PAGEMAP_RUN_FILE) == !bit(entry, 61));
	CHECK(!(bits & PAGEMAP_RUN_HUGE));
}

static void check_entry(uint64_t entry, uint32_t swap_types)
{
	const uint64_t low = entry & ((UINT64_C(1) << 55) - 1);
	struct pagemap_page page = pagemap_decode_entry(entry, swap_types);

	if (!page.mapped) {
		CHECK(!bit(entry, 63) && !bit(entry, 62));
		CHECK(!page.bits);
		CHECK(page.pfn == PAGEMAP_PFN_UNKNOWN);
		return;
	}
	check_bits(entry, page.bits);
	CHECK(bit(entry, 63) == (page.state == PAGEMAP_PAGE_PRESENT));
	if (page.state == PAGEMAP_PAGE_PRESENT)
		CHECK(page.pfn == (low ? low : PAGEMAP_PFN_UNKNOWN));
	else
		CHECK(page.pfn == PAGEMAP_PFN_UNKNOWN);
	if (page.state == PAGEMAP_PAGE_SWAPPED) {
		CHECK(bit(entry, 62) && !bit(entry, 58));
		CHECK(swap_types >> page.swap_type & 1);
		CHECK((page.swap_offset << 5 | page.swap_type) == low);
	} else {
		CHECK(!page.swap_type && !page.swap_offset);
	}
	if (page.state == PAGEMAP_PAGE_GUARD)
		CHECK(bit(entry, 58));
	if (page.state == PAGEMAP_PAGE_MARKER)
		CHECK(bit(entry, 57) && !bit(entry, 58));
	if (page.state == PAGEMAP_PAGE_MIGRATING)
		CHECK(bit(entry, 62) && !bit(entry, 57));
	CHECK(page.state != PAGEMAP_PAGE_ZERO &&
	      page.state != PAGEMAP_PAGE_HUGETLB &&
	      page.state != PAGEMAP_PAGE_SPECIAL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *at = data, *end = data + size;
	uint32_t swap_types;

	if (size < 4)
		return 0;
	swap_types = (uint32_t)take(&at, 4);
	while (end - at >= 8)
		check_entry(take(&at, 8), swap_types);
	return 0;
}
