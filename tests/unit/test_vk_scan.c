/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finding the roots of page tables in a guest's RAM: all that there are, and
 * nothing that is none, in RAM that is full of what looks alike.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "own_guest_memory.h"

#define FRAMES 4096
#define FIRST 600
#define BASE UINT64_C(0x60000000)

static struct guest_ram *ram;
static struct guest_memory guest;
static struct array roots;
static const struct vk_layout *layout;

static int begin(void **unused)
{
	(void)unused;
	layout = vk_layout_at(0);
	ram = guest_ram_new(FRAMES, FIRST, BASE, layout->levels);
	guest = guest_memory_make(ram);
	return 0;
}

static int end(void **unused)
{
	(void)unused;
	array_free(&roots);
	guest_ram_free(ram);
	return 0;
}

static int scan(bool resident_only, size_t limit)
{
	int err;

	array_free(&roots);
	err = vk_scan_roots(layout, &guest.memory, resident_only, limit,
			    NULL, &roots);
	assert_false(guest.read_outside);
	return err;
}

static void assert_roots(size_t count, const uint64_t *expected)
{
	assert_int_equal(scan(false, SIZE_MAX), 0);
	assert_int_equal(roots.count, count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(((uint64_t *)roots.items)[i], expected[i]);
}

#define assert_roots_are(...) \
	assert_roots(sizeof((uint64_t[]){ __VA_ARGS__ }) / sizeof(uint64_t), \
		     (uint64_t[]){ __VA_ARGS__ })

static void assert_no_root(void)
{
	assert_roots(0, NULL);
}

/* An address space of one page, which the kernel wrote to. */
static uint64_t small_mm(uint64_t vpn)
{
	uint64_t root = guest_ram_new_mm(ram);

	guest_ram_map(ram, root, vpn, guest_ram_take(ram), GUEST_WRITTEN);
	return root;
}

/* ---- What is a root ----------------------------------------------------- */

static void ram_without_tables_has_none(void **unused)
{
	(void)unused;
	assert_no_root();
	guest_ram_take(ram);
	guest_ram_new_mm(ram);
	guest_ram_stale_table(ram);
	assert_no_root();
}

static void roots_come_rising(void **unused)
{
	uint64_t a = small_mm(5), b, c;

	(void)unused;
	guest_ram_skip_to(ram, 1000);
	b = small_mm(1 << 20);
	guest_ram_skip_to(ram, FRAMES - 4);
	c = small_mm(0);
	assert_roots_are(a, b, c);
	/* What is there already stays, before them. */
	assert_int_equal(vk_scan_roots(layout, &guest.memory, false, 3,
				       NULL, &roots), 0);
	assert_int_equal(roots.count, 6);
	assert_int_equal(((uint64_t *)roots.items)[3], a);
}

static void one_page_of_any_kind_makes_a_root(void **unused)
{
	static const uint64_t bits[] = { GUEST_READONLY, GUEST_WRITTEN,
					 GUEST_NO_ACCESS,
					 GUEST_PRESENT | GUEST_USER };
	uint64_t expected[5];

	(void)unused;
	for (size_t i = 0; i < 4; i++) {
		expected[i] = guest_ram_new_mm(ram);
		guest_ram_map(ram, expected[i], 77, 900, bits[i]);
	}
	expected[4] = guest_ram_new_mm(ram);
	guest_ram_swap(ram, expected[4], 77, 0, 1);
	assert_roots(5, expected);
}

static void a_root_without_a_page_is_none(void **unused)
{
	uint64_t root = guest_ram_new_mm(ram);

	(void)unused;
	guest_ram_unmap(ram, root, 5);
	assert_no_root();
	/* The kernel's, and beside RAM. */
	guest_ram_map(ram, root, 5, 900, GUEST_KERNEL_TABLE);
	guest_ram_map(ram, root, 6, FRAMES, GUEST_WRITTEN);
	assert_no_root();
	guest_ram_map(ram, root, 511, 900, GUEST_READONLY);
	assert_roots_are(root);
}

static void pages_beside_ram_hide_no_root(void **unused)
{
	uint64_t root = small_mm(5);

	(void)unused;
	guest_ram_map(ram, root, 6, FRAMES + 9, GUEST_WRITTEN);
	assert_roots_are(root);
}

static void the_way_may_be_the_last_of_each_table(void **unused)
{
	uint64_t root = guest_ram_new_mm(ram);

	(void)unused;
	/* Ways that end: in a free table, and in pages of the kernel. */
	guest_ram_unmap(ram, root, 0);
	guest_ram_map(ram, root, 512, 900, GUEST_KERNEL_TABLE);
	guest_ram_unmap(ram, root, 1 << 18);
	guest_ram_map(ram, root, (1 << 27) - 1, 900, GUEST_READONLY);
	assert_roots_are(root);
}

static void a_table_below_another_is_no_root(void **unused)
{
	uint64_t root = small_mm(5);
	uint64_t data = guest_ram_take(ram), lowest;

	(void)unused;
	/*
	 * All of the lowest table's pages were written to: it could be one that
	 * names tables; and the page could be a lowest table.  So the middle one
	 * has a whole way below it.
	 */
	lowest = guest_ram_table(ram, root, 5, 2);
	guest_ram_map(ram, root, 6, data, GUEST_WRITTEN);
	guest_ram_words(ram, data)[0] = 900 << 12 | GUEST_READONLY;
	assert_roots_are(root);
	/* Nor does a table of data hide a root that it would name. */
	guest_ram_words(ram, lowest)[7] = root << 12 | GUEST_WRITTEN;
	assert_roots_are(root);
}

static void tables_of_the_kernel_are_none(void **unused)
{
	uint64_t root = small_mm(5);

	(void)unused;
	guest_ram_kernel_tables(ram, 900, 400);
	assert_roots_are(root);
}

static void one_wrong_word_makes_it_none(void **unused)
{
	static const uint64_t wrong[] = {
		1, GUEST_TABLE | 0x200, GUEST_TABLE | GUEST_NEWPROT,
		GUEST_TABLE | FRAMES << 12, GUEST_TABLE | UINT64_C(1) << 63,
		GUEST_KERNEL_TABLE | 900 << 12, 0x1000,
	};
	uint64_t root = small_mm(5);

	(void)unused;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		for (size_t at = 1; at < 512; at += 170) {
			guest_ram_words(ram, root)[at] = wrong[i];
			assert_no_root();
			guest_ram_words(ram, root)[at] = 0;
		}
	assert_roots_are(root);
}

/* The same on the way: what one wrong word is in leads nowhere. */
static void a_way_through_a_wrong_table_is_none(void **unused)
{
	uint64_t root = small_mm(5);

	(void)unused;
	for (unsigned int level = 1; level < 3; level++) {
		uint64_t *words = guest_ram_words(
			ram, guest_ram_table(ram, root, 5, level));

		words[400] = GUEST_PRESENT | 0x800;
		assert_no_root();
		words[400] = 0;
	}
	assert_roots_are(root);
}

static void the_mark_of_what_is_new_is_no_bit(void **unused)
{
	uint64_t root = small_mm(5);
	uint64_t *words = guest_ram_words(ram, root);

	(void)unused;
	for (size_t i = 0; i < 512; i++)
		words[i] |= GUEST_NEWPAGE;
	assert_roots_are(root);
}

/* ---- Forged ------------------------------------------------------------- */

static void a_copy_of_a_root_is_one_too(void **unused)
{
	uint64_t root = small_mm(5), copy = guest_ram_copy(ram, root);

	(void)unused;
	assert_roots_are(root, copy);
}

static void a_root_that_names_itself_is_one(void **unused)
{
	uint64_t root = small_mm(5);

	(void)unused;
	guest_ram_words(ram, root)[511] = root << 12 | GUEST_TABLE;
	assert_roots_are(root);
	/* Of nothing but itself. */
	for (size_t i = 0; i < 512; i++)
		guest_ram_words(ram, root)[i] = root << 12 | GUEST_TABLE;
	assert_roots_are(root);
}

static void two_that_name_each_other_hide_but_one(void **unused)
{
	uint64_t a = small_mm(5), b = small_mm(5);

	(void)unused;
	guest_ram_words(ram, a)[1] = b << 12 | GUEST_TABLE;
	guest_ram_words(ram, b)[1] = a << 12 | GUEST_TABLE;
	assert_roots_are(a);
}

static void a_table_above_a_root_hides_it(void **unused)
{
	uint64_t root = small_mm(5), above = guest_ram_take(ram);

	(void)unused;
	guest_ram_words(ram, above)[3] = root << 12 | GUEST_TABLE;
	assert_roots_are(above);
}

/* A frame was given back, and became a root, while RAM was read. */
static void a_page_of_another_may_be_a_root(void **unused)
{
	uint64_t a = small_mm(5), b = small_mm(5);

	(void)unused;
	guest_ram_map(ram, a, 6, b, GUEST_WRITTEN);
	assert_roots_are(a, b);
}

/* Each names all: every frame is read once for each level, and no more. */
static void a_web_of_tables_takes_no_longer(void **unused)
{
	enum { WEB = 256 };
	const uint64_t first = FIRST;

	(void)unused;
	for (size_t i = 0; i < WEB; i++)
		guest_ram_take(ram);
	for (uint64_t i = 0; i < WEB; i++)
		for (size_t at = 0; at < 512; at++)
			guest_ram_words(ram, first + i)[at] =
				(first + at % WEB) << 12 |
				(at == 300 ? GUEST_KERNEL_TABLE : GUEST_TABLE);
	assert_no_root();
	for (uint64_t i = 0; i < WEB; i++)
		guest_ram_words(ram, first + i)[300] = 0;
	guest.frames_read = 0;
	assert_roots_are(first);
	assert_true(guest.frames_read <= WEB * (2 * layout->levels + 1));
}

/* Of three floors, each table names all of the floor below; the last is data. */
static void ways_that_end_are_tried_once(void **unused)
{
	enum { FLOOR = 200 };

	(void)unused;
	for (uint64_t i = 0; i < 3 * FLOOR; i++) {
		uint64_t pfn = guest_ram_take(ram);
		const uint64_t below = FIRST + (i / FLOOR + 1) * FLOOR;

		for (size_t at = 0; at < FLOOR && i < 2 * FLOOR; at++)
			guest_ram_words(ram, pfn)[at] = (below + at) << 12 |
							GUEST_TABLE;
		if (i >= 2 * FLOOR)
			guest_ram_words(ram, pfn)[511] = GUEST_PRESENT | 0x800;
	}
	assert_no_root();
	assert_true(guest.frames_read <= 3 * FLOOR * (layout->levels + 1));
}

/* ---- RAM that is not all there ------------------------------------------ */

static void what_is_swapped_out_is_found_if_asked(void **unused)
{
	uint64_t a = small_mm(5), b = small_mm(5);

	(void)unused;
	guest.swapped_pfn = b;
	assert_roots_are(a, b);
	assert_int_equal(scan(true, SIZE_MAX), 0);
	assert_int_equal(roots.count, 1);
	assert_int_equal(*(uint64_t *)roots.items, a);
	/* The tables below it may be. */
	guest.swapped_pfn = guest_ram_table(ram, b, 5, 1);
	assert_int_equal(scan(true, SIZE_MAX), 0);
	assert_int_equal(roots.count, 2);
}

static void holes_are_not_read(void **unused)
{
	uint64_t root = small_mm(5);

	(void)unused;
	guest_ram_skip_to(ram, 3000);
	guest_ram_take(ram);
	guest.frames_read = 0;
	assert_roots_are(root);
	/* 5 in use, then the root's way and its tables. */
	assert_true(guest.frames_read <= 5 + 3 + 2);
}

static void ram_that_is_cut_off_has_what_is_left(void **unused)
{
	uint64_t a = small_mm(5), b = small_mm(5);

	(void)unused;
	guest.memory.frame_count = b + 2;
	assert_roots_are(a);
	guest.memory.frame_count = a;
	assert_no_root();
}

/* As a file may that grew since its size was asked for. */
static int next_without_end(const struct vk_memory *memory, uint64_t *pfn,
			    bool resident_only, uint64_t *ret_count)
{
	(void)memory;
	(void)pfn;
	(void)resident_only;
	*ret_count = UINT64_MAX;
	return 1;
}

static void what_is_used_beyond_the_end_is_not_read(void **unused)
{
	uint64_t root = small_mm(5);

	(void)unused;
	guest.memory.next_used = next_without_end;
	assert_roots_are(root);
}

static void errors_are_given_and_nothing_else(void **unused)
{
	uint64_t root = small_mm(5);

	(void)unused;
	for (uint64_t pfn = root; pfn < root + 4; pfn++) {
		guest.broken_pfn = pfn;
		assert_int_equal(scan(false, SIZE_MAX), -EIO);
		assert_int_equal(roots.count, 0);
	}
}

static void at_most_so_many_are_given(void **unused)
{
	uint64_t first = small_mm(5);

	(void)unused;
	for (size_t i = 1; i < 20; i++)
		small_mm(5);
	assert_int_equal(scan(false, 20), 0);
	assert_int_equal(roots.count, 20);
	assert_int_equal(scan(false, 19), -E2BIG);
	assert_int_equal(roots.count, 19);
	assert_int_equal(*(uint64_t *)roots.items, first);
	assert_int_equal(scan(false, 0), -E2BIG);
	assert_int_equal(roots.count, 0);
}

static void absurd_ram_is_no_memory(void **unused)
{
	(void)unused;
	guest.memory.frame_count = UINT64_MAX;
	assert_int_equal(scan(false, SIZE_MAX), -ENOMEM);
}

/* ---- Layouts ------------------------------------------------------------ */

static void layouts_say_what_is_needed(void **unused)
{
	const struct vk_layout *at;
	size_t count = 0;

	(void)unused;
	for (; (at = vk_layout_at(count)); count++) {
		assert_non_null(at->name);
		assert_true(at->levels >= 2 && at->levels <= VK_LEVELS_MAX);
		assert_true(vk_table_words(at) <= VK_TABLE_WORDS);
		/* A table's entry is not empty, and present if it were a leaf. */
		assert_false(vk_entry_is_empty(at, at->table_value));
		assert_true(at->table_value & at->present_any);
		assert_int_equal(at->table_value & ~at->table_mask, 0);
		/* What an entry has is known, and no part of the frame. */
		assert_int_equal((at->present_any | at->user | at->protnone |
				  at->writable | at->accessed | at->modified) &
				 (at->pfn_mask | at->leaf_unknown), 0);
		assert_int_equal(at->swap_unknown & at->present_any, 0);
		for (size_t i = 0; i < count; i++)
			assert_string_not_equal(vk_layout_at(i)->name,
						at->name);
	}
	assert_int_equal(count, 2);
	assert_null(vk_layout_at(SIZE_MAX));
}

static void four_levels_are_found_as_such(void **unused)
{
	uint64_t root;

	(void)unused;
	guest_ram_free(ram);
	ram = guest_ram_new(FRAMES, FIRST, BASE, 4);
	guest = guest_memory_make(ram);
	root = small_mm(UINT64_C(1) << 35);
	layout = vk_layout_at(1);
	assert_string_equal(layout->name, "um-4");
	assert_roots_are(root);
	/* Three are too few of them. */
	layout = vk_layout_at(0);
	assert_string_equal(layout->name, "um-3");
	guest_ram_map(ram, root, UINT64_C(1) << 35, 900, GUEST_READONLY);
	assert_int_equal(scan(false, SIZE_MAX), 0);
}

static void three_levels_are_not_four(void **unused)
{
	(void)unused;
	small_mm(5);
	layout = vk_layout_at(1);
	assert_no_root();
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(ram_without_tables_has_none),
		CASE(roots_come_rising),
		CASE(one_page_of_any_kind_makes_a_root),
		CASE(a_root_without_a_page_is_none),
		CASE(pages_beside_ram_hide_no_root),
		CASE(the_way_may_be_the_last_of_each_table),
		CASE(a_table_below_another_is_no_root),
		CASE(tables_of_the_kernel_are_none),
		CASE(one_wrong_word_makes_it_none),
		CASE(a_way_through_a_wrong_table_is_none),
		CASE(the_mark_of_what_is_new_is_no_bit),
		CASE(a_copy_of_a_root_is_one_too),
		CASE(a_root_that_names_itself_is_one),
		CASE(two_that_name_each_other_hide_but_one),
		CASE(a_table_above_a_root_hides_it),
		CASE(a_page_of_another_may_be_a_root),
		CASE(a_web_of_tables_takes_no_longer),
		CASE(ways_that_end_are_tried_once),
		CASE(what_is_swapped_out_is_found_if_asked),
		CASE(holes_are_not_read),
		CASE(ram_that_is_cut_off_has_what_is_left),
		CASE(what_is_used_beyond_the_end_is_not_read),
		CASE(errors_are_given_and_nothing_else),
		CASE(at_most_so_many_are_given),
		CASE(absurd_ram_is_no_memory),
		CASE(layouts_say_what_is_needed),
		CASE(four_levels_are_found_as_such),
		CASE(three_levels_are_not_four),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
