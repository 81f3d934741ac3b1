/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entries of pagemap: every state, every bit, and what a mask of swap areas
 * makes of the swap bit.
 */
#include "common_edge.h"
#include "parse.h"

#define BIT(n) (UINT64_C(1) << (n))
#define PRESENT BIT(63)
#define SWAP BIT(62)
#define SWAP_ENTRY(type, offset) (SWAP | (uint64_t)(offset) << 5 | (type))

static void assert_no_swap(const struct pagemap_page *page)
{
	assert_int_equal(page->swap_type, 0);
	assert_int_equal(page->swap_offset, 0);
}

static void nothing_there(void **state)
{
	/* A hole in a mapping that is new: soft-dirty without a page. */
	static const uint64_t entries[] = { 0, BIT(55), BIT(61), 12345 };

	(void)state;
	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		struct pagemap_page page =
			pagemap_decode_entry(entries[i], UINT32_MAX);

		assert_false(page.mapped);
		assert_int_equal(page.bits, 0);
		assert_int_equal(page.pfn, PAGEMAP_PFN_UNKNOWN);
		assert_no_swap(&page);
	}
}

static void present_pages(void **state)
{
	struct pagemap_page page = pagemap_decode_entry(PRESENT | 0x1234, 0);

	(void)state;
	assert_true(page.mapped);
	assert_int_equal(page.state, PAGEMAP_PAGE_PRESENT);
	assert_int_equal(page.pfn, 0x1234);
	assert_int_equal(page.bits, 0);
	assert_no_swap(&page);
	page = pagemap_decode_entry(PRESENT | (BIT(55) - 1), UINT32_MAX);
	assert_int_equal(page.pfn, BIT(55) - 1);
	assert_int_equal(page.bits, 0);
}

static void hidden_frames_are_unknown(void **state)
{
	struct pagemap_page page =
		pagemap_decode_entry(PRESENT | BIT(56) | BIT(61), 0);

	(void)state;
	assert_true(page.mapped);
	assert_int_equal(page.state, PAGEMAP_PAGE_PRESENT);
	assert_int_equal(page.pfn, PAGEMAP_PFN_UNKNOWN);
	assert_int_equal(page.bits, PAGEMAP_RUN_EXCLUSIVE | PAGEMAP_RUN_FILE);
}

static void each_bit_by_itself(void **state)
{
	static const struct {
		unsigned int bit;
		uint32_t bits;
	} rows[] = {
		{ 55, PAGEMAP_RUN_SOFT_DIRTY },
		{ 56, PAGEMAP_RUN_EXCLUSIVE },
		{ 57, PAGEMAP_RUN_UFFD_WP },
		{ 58, 0 }, { 59, 0 }, { 60, 0 },
		{ 61, PAGEMAP_RUN_FILE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pagemap_page page = pagemap_decode_entry(
			PRESENT | BIT(rows[i].bit) | 7, 0);

		assert_int_equal(page.bits, rows[i].bits);
		assert_int_equal(page.state, PAGEMAP_PAGE_PRESENT);
		assert_int_equal(page.pfn, 7);
	}
}

static void swapped_pages(void **state)
{
	const uint64_t most = BIT(50) - 1;

	(void)state;
	for (uint32_t type = 0; type < 32; type++) {
		struct pagemap_page page = pagemap_decode_entry(
			SWAP_ENTRY(type, most - type), UINT32_C(1) << type);

		assert_true(page.mapped);
		assert_int_equal(page.state, PAGEMAP_PAGE_SWAPPED);
		assert_int_equal(page.swap_type, type);
		assert_int_equal(page.swap_offset, most - type);
		assert_int_equal(page.pfn, PAGEMAP_PFN_UNKNOWN);
	}
}

static void swapped_pages_keep_their_bits(void **state)
{
	struct pagemap_page page = pagemap_decode_entry(
		SWAP_ENTRY(1, 99) | BIT(55) | BIT(57) | BIT(61), 2);

	(void)state;
	assert_int_equal(page.state, PAGEMAP_PAGE_SWAPPED);
	assert_int_equal(page.swap_offset, 99);
	assert_int_equal(page.bits, PAGEMAP_RUN_SOFT_DIRTY |
			 PAGEMAP_RUN_UFFD_WP | PAGEMAP_RUN_FILE);
}

static void other_types_are_not_in_swap(void **state)
{
	(void)state;
	for (uint32_t type = 0; type < 32; type++) {
		uint32_t others = ~(UINT32_C(1) << type);
		struct pagemap_page page =
			pagemap_decode_entry(SWAP_ENTRY(type, 5), others);

		assert_true(page.mapped);
		assert_int_equal(page.state, PAGEMAP_PAGE_MIGRATING);
		assert_no_swap(&page);
		page = pagemap_decode_entry(SWAP_ENTRY(type, 5) | BIT(57),
					    others);
		assert_true(page.mapped);
		assert_int_equal(page.state, PAGEMAP_PAGE_MARKER);
		assert_no_swap(&page);
	}
}

static void markers_of_hugetlb_have_no_swap_bit(void **state)
{
	struct pagemap_page page = pagemap_decode_entry(BIT(57), UINT32_MAX);

	(void)state;
	assert_true(page.mapped);
	assert_int_equal(page.state, PAGEMAP_PAGE_MARKER);
	assert_int_equal(page.bits, PAGEMAP_RUN_UFFD_WP);
}

static void guard_pages(void **state)
{
	(void)state;
	for (uint32_t type = 0; type < 32; type++) {
		struct pagemap_page page = pagemap_decode_entry(
			SWAP_ENTRY(type, 4) | BIT(58), UINT32_MAX);

		assert_true(page.mapped);
		assert_int_equal(page.state, PAGEMAP_PAGE_GUARD);
		assert_no_swap(&page);
	}
}

static void present_wins(void **state)
{
	struct pagemap_page page = pagemap_decode_entry(UINT64_MAX, UINT32_MAX);

	(void)state;
	assert_int_equal(page.state, PAGEMAP_PAGE_PRESENT);
	assert_int_equal(page.pfn, BIT(55) - 1);
	assert_no_swap(&page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_there),
		cmocka_unit_test(present_pages),
		cmocka_unit_test(hidden_frames_are_unknown),
		cmocka_unit_test(each_bit_by_itself),
		cmocka_unit_test(swapped_pages),
		cmocka_unit_test(swapped_pages_keep_their_bits),
		cmocka_unit_test(other_types_are_not_in_swap),
		cmocka_unit_test(markers_of_hugetlb_have_no_swap_bit),
		cmocka_unit_test(guard_pages),
		cmocka_unit_test(present_wins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
