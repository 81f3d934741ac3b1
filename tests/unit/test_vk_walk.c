/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walking the page tables of a guest: what was mapped is found, no more, and
 * whatever is wrong with tables is left out and said.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "own_chance.h"
#include "own_guest_memory.h"

#define FRAMES 4096
#define FIRST 600
#define BASE UINT64_C(0x60000000)

static struct guest_ram *ram;
static struct guest_memory guest;
static struct vk_visited visited;
static struct vk_tree tree;
static const struct vk_layout *layout;

static void begin_with(const struct vk_layout *of, uint64_t frames,
		       uint64_t first)
{
	layout = of;
	ram = guest_ram_new(frames, first, BASE, layout->levels);
	guest = guest_memory_make(ram);
	assert_int_equal(vk_visited_init(&visited, frames), 0);
}

static int begin(void **unused)
{
	(void)unused;
	begin_with(vk_layout_at(0), FRAMES, FIRST);
	return 0;
}

static int end(void **unused)
{
	(void)unused;
	vk_tree_free(&tree);
	vk_visited_free(&visited);
	guest_ram_free(ram);
	return 0;
}

static void walk(uint64_t root)
{
	vk_tree_free(&tree);
	assert_int_equal(vk_walk(layout, &guest.memory, root, &visited, &tree),
			 0);
	assert_int_equal(tree.root_pfn, root);
	assert_false(guest.read_outside);
}

static const struct vk_leaf *leaf_at(size_t index)
{
	assert_true(index < tree.leaves.count);
	return &((const struct vk_leaf *)tree.leaves.items)[index];
}

static void assert_leaf(size_t index, uint64_t vpn, uint64_t entry)
{
	assert_int_equal(leaf_at(index)->vpn, vpn);
	assert_int_equal(leaf_at(index)->entry, entry);
}

/* ---- Whole trees -------------------------------------------------------- */

static void an_empty_root_has_nothing(void **unused)
{
	uint64_t root = guest_ram_new_mm(ram);

	(void)unused;
	walk(root);
	assert_int_equal(tree.leaves.count, 0);
	assert_int_equal(tree.tables.count, 1);
	assert_int_equal(tree.wrong, 0);
	assert_true(vk_visited_has(&visited, root));
	assert_false(vk_visited_has(&visited, root + 1));
}

static void pages_come_by_rising_address(void **unused)
{
	uint64_t root = guest_ram_new_mm(ram);
	const uint64_t top = (UINT64_C(1) << 27) - 1;

	(void)unused;
	guest_ram_map(ram, root, top, 3000, GUEST_WRITTEN);
	guest_ram_map(ram, root, 0x400, 3001, GUEST_READONLY);
	guest_ram_map(ram, root, 0, 3002, GUEST_NO_ACCESS);
	guest_ram_swap(ram, root, 0x401, 3, 77);
	guest_ram_map(ram, root, 0x402, 3003, GUEST_WRITTEN);
	guest_ram_unmap(ram, root, 0x402);
	walk(root);
	assert_int_equal(tree.wrong, 0);
	assert_int_equal(tree.leaves.count, 4);
	assert_leaf(0, 0, 3002 << 12 | 0x90);
	assert_leaf(1, 0x400, 3001 << 12 | 0xc1);
	assert_leaf(2, 0x401, 77 << 11 | 3 << 5 | 2);
	assert_leaf(3, top, 3000 << 12 | 0x1e1);
	/* The root, two tables for each end of the space and one for 0x400. */
	assert_int_equal(tree.tables.count, 6);
	assert_int_equal(((uint64_t *)tree.tables.items)[0], root);
	for (size_t i = 0; i < tree.tables.count; i++)
		assert_true(vk_visited_has(
			&visited, ((uint64_t *)tree.tables.items)[i]));
}

static void every_bit_of_an_entry_is_kept(void **unused)
{
	static const uint64_t bits[] = {
		GUEST_PRESENT, GUEST_PRESENT | GUEST_NEWPAGE | GUEST_NEWPROT,
		GUEST_NO_ACCESS | GUEST_NEWPROT, GUEST_READONLY,
		GUEST_WRITTEN, GUEST_WRITTEN & ~GUEST_ACCESSED,
		GUEST_WRITTEN & ~GUEST_DIRTY, GUEST_KERNEL_TABLE,
	};
	const size_t count = sizeof(bits) / sizeof(*bits);
	uint64_t root = guest_ram_new_mm(ram);

	(void)unused;
	for (size_t i = 0; i < count; i++)
		guest_ram_map(ram, root, i, FRAMES - 1 - i, bits[i]);
	walk(root);
	assert_int_equal(tree.wrong, 0);
	assert_int_equal(tree.leaves.count, count);
	for (size_t i = 0; i < count; i++)
		assert_leaf(i, i, (FRAMES - 1 - i) << 12 | bits[i]);
}

static void tables_that_are_marked_anew_are_walked(void **unused)
{
	uint64_t root = guest_ram_new_mm(ram);

	(void)unused;
	guest_ram_map(ram, root, 5, 3000, GUEST_WRITTEN);
	guest_ram_words(ram, root)[0] |= GUEST_NEWPAGE;
	guest_ram_words(ram, root)[1] = GUEST_NEWPAGE;
	walk(root);
	assert_int_equal(tree.wrong, 0);
	assert_int_equal(tree.leaves.count, 1);
}

static void a_fork_has_the_same_pages_in_tables_of_its_own(void **unused)
{
	uint64_t parent = guest_ram_new_mm(ram), child;
	size_t tables;

	(void)unused;
	for (uint64_t i = 0; i < 100; i++)
		guest_ram_map(ram, parent, i * 300, 3000 + i, GUEST_WRITTEN);
	child = guest_ram_fork(ram, parent);
	walk(parent);
	assert_int_equal(tree.wrong, 0);
	assert_int_equal(tree.leaves.count, 100);
	assert_leaf(99, 99 * 300, 3099 << 12 | 0x1c1);
	tables = tree.tables.count;
	walk(child);
	assert_int_equal(tree.wrong, 0);
	assert_int_equal(tree.leaves.count, 100);
	assert_int_equal(tree.tables.count, tables);
}

/* ---- Wrong tables ------------------------------------------------------- */

static void a_table_outside_of_ram_is_left_out(void **unused)
{
	uint64_t root = guest_ram_new_mm(ram), middle;

	(void)unused;
	guest_ram_map(ram, root, 5, 3000, GUEST_WRITTEN);
	middle = guest_ram_table(ram, root, 5, 1);
	guest_ram_words(ram, root)[1] = FRAMES << 12 | GUEST_TABLE;
	guest_ram_words(ram, root)[2] = ~UINT64_C(0xfff) | GUEST_TABLE;
	guest_ram_words(ram, middle)[7] = (FRAMES + 5) << 12 | GUEST_TABLE;
	walk(root);
	assert_int_equal(tree.wrong, VK_WRONG_OUTSIDE);
	assert_int_equal(tree.leaves.count, 1);
	assert_int_equal(tree.tables.count, 3);
}

static void a_root_outside_of_ram_has_no_table(void **unused)
{
	static const uint64_t roots[] = { FRAMES, FRAMES + 1, UINT64_MAX };

	(void)unused;
	for (size_t i = 0; i < sizeof(roots) / sizeof(*roots); i++) {
		walk(roots[i]);
		assert_int_equal(tree.wrong, VK_WRONG_OUTSIDE);
		assert_int_equal(tree.tables.count, 0);
		assert_false(vk_visited_has(&visited, roots[i]));
	}
}

static void a_page_outside_of_ram_is_left_out(void **unused)
{
	uint64_t root = guest_ram_new_mm(ram);

	(void)unused;
	guest_ram_map(ram, root, 4, FRAMES, GUEST_WRITTEN);
	guest_ram_map(ram, root, 5, FRAMES - 1, GUEST_WRITTEN);
	guest_ram_map(ram, root, 6, UINT64_MAX >> 12, GUEST_WRITTEN);
	walk(root);
	assert_int_equal(tree.wrong, VK_WRONG_OUTSIDE);
	assert_int_equal(tree.leaves.count, 1);
	assert_int_equal(leaf_at(0)->vpn, 5);
}

static void a_root_that_names_itself_is_walked_once(void **unused)
{
	uint64_t root = guest_ram_new_mm(ram);

	(void)unused;
	guest_ram_map(ram, root, 5, 3000, GUEST_WRITTEN);
	for (size_t i = 1; i < 512; i++)
		guest_ram_words(ram, root)[i] = root << 12 | GUEST_TABLE;
	walk(root);
	assert_int_equal(tree.wrong, VK_WRONG_TWICE);
	assert_int_equal(tree.leaves.count, 1);
	assert_int_equal(tree.tables.count, 3);
	assert_int_equal(guest.frames_read, 3);
}

static void a_loop_of_tables_ends(void **unused)
{
	uint64_t root = guest_ram_new_mm(ram), middle, lowest;

	(void)unused;
	guest_ram_map(ram, root, 5, 3000, GUEST_WRITTEN);
	middle = guest_ram_table(ram, root, 5, 1);
	lowest = guest_ram_table(ram, root, 5, 2);
	guest_ram_words(ram, middle)[1] = root << 12 | GUEST_TABLE;
	guest_ram_words(ram, middle)[2] = middle << 12 | GUEST_TABLE;
	guest_ram_words(ram, root)[3] = lowest << 12 | GUEST_TABLE;
	walk(root);
	assert_int_equal(tree.wrong, VK_WRONG_TWICE);
	assert_int_equal(tree.tables.count, 3);
	assert_int_equal(tree.leaves.count, 1);
}

static void tables_of_two_roots_are_the_first_ones(void **unused)
{
	uint64_t root = guest_ram_new_mm(ram), copy;

	(void)unused;
	guest_ram_map(ram, root, 5, 3000, GUEST_WRITTEN);
	guest_ram_map(ram, root, 5000, 3001, GUEST_WRITTEN);
	copy = guest_ram_copy(ram, root);
	walk(copy);
	assert_int_equal(tree.wrong, 0);
	assert_int_equal(tree.leaves.count, 2);
	walk(root);
	assert_int_equal(tree.wrong, VK_WRONG_TWICE);
	assert_int_equal(tree.leaves.count, 0);
	assert_int_equal(tree.tables.count, 1);
	walk(root);
	assert_int_equal(tree.wrong, VK_WRONG_TWICE);
	assert_int_equal(tree.tables.count, 0);
}

static void pages_of_unknown_bits_are_left_out(void **unused)
{
	uint64_t root = guest_ram_new_mm(ram);

	(void)unused;
	for (uint64_t bit = 0; bit < 12; bit++)
		guest_ram_map(ram, root, bit, 3000 + bit,
			      GUEST_PRESENT | UINT64_C(1) << bit);
	walk(root);
	assert_int_equal(tree.wrong, VK_WRONG_ENTRY);
	/* Bits 3 and 9 to 11 are no flags. */
	assert_int_equal(tree.leaves.count, 8);
	assert_int_equal(leaf_at(3)->vpn, 4);
	assert_int_equal(leaf_at(7)->vpn, 8);
}

static void tables_of_other_bits_are_left_out(void **unused)
{
	/* Not for users, not present, with a bit too many. */
	static const uint64_t wrong[] = { GUEST_KERNEL_TABLE,
					  GUEST_TABLE & ~GUEST_PRESENT,
					  GUEST_TABLE | GUEST_NEWPROT };
	uint64_t root = guest_ram_new_mm(ram), *word;

	(void)unused;
	guest_ram_map(ram, root, 5, 3000, GUEST_WRITTEN);
	for (unsigned int level = 0; level < 2; level++)
		for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
			word = guest_ram_words(
				ram, guest_ram_table(ram, root, 5, level));
			word[1] = 700 << 12 | wrong[i];
			walk(root);
			assert_int_equal(tree.wrong, VK_WRONG_ENTRY);
			assert_int_equal(tree.tables.count, 3);
			assert_int_equal(tree.leaves.count, 1);
			word[1] = 0;
			vk_visited_free(&visited);
			assert_int_equal(vk_visited_init(&visited, FRAMES), 0);
		}
}

static void a_swap_entry_has_its_form(void **unused)
{
	uint64_t root = guest_ram_new_mm(ram);

	(void)unused;
	*guest_ram_entry(ram, root, 0) = 0x804;
	*guest_ram_entry(ram, root, 1) = 0x808;
	*guest_ram_entry(ram, root, 2) = 0x800;
	*guest_ram_entry(ram, root, 3) = 0xc02;	/* exclusive */
	*guest_ram_entry(ram, root, 4) = UINT64_C(1) << 63;
	walk(root);
	assert_int_equal(tree.wrong, VK_WRONG_ENTRY);
	assert_int_equal(tree.leaves.count, 3);
	assert_int_equal(leaf_at(0)->vpn, 2);
}

static void what_cannot_be_read_is_left_out(void **unused)
{
	uint64_t root = guest_ram_new_mm(ram);

	(void)unused;
	guest_ram_map(ram, root, 5, 3000, GUEST_WRITTEN);
	guest_ram_map(ram, root, 5000, 3001, GUEST_WRITTEN);
	guest.broken_pfn = guest_ram_table(ram, root, 5, 2);
	walk(root);
	assert_int_equal(tree.wrong, VK_WRONG_READ);
	assert_int_equal(tree.leaves.count, 1);
	assert_int_equal(leaf_at(0)->vpn, 5000);
	assert_int_equal(tree.tables.count, 3);
	/* Not walked, so another reading may. */
	assert_false(vk_visited_has(&visited, guest.broken_pfn));
}

static void ram_that_was_cut_short_is_walked_as_far(void **unused)
{
	uint64_t root = guest_ram_new_mm(ram), cut;

	(void)unused;
	guest_ram_map(ram, root, 5, 700, GUEST_WRITTEN);
	cut = guest_ram_take(ram);
	guest_ram_map(ram, root, 6, cut, GUEST_WRITTEN);
	guest_ram_map(ram, root, 5000, 700, GUEST_WRITTEN);
	guest.memory.frame_count = cut;
	walk(root);
	assert_int_equal(tree.wrong, VK_WRONG_OUTSIDE);
	assert_int_equal(tree.tables.count, 3);
	/* Frames 700 and cut are both above the end. */
	assert_int_equal(tree.leaves.count, 0);
}

/* ---- Limits ------------------------------------------------------------- */

/* A root whose tables are all full of pages: `tables` lowest ones. */
static uint64_t full_mm(uint64_t tables)
{
	uint64_t root = guest_ram_new_mm(ram);

	for (uint64_t vpn = 0; vpn < tables * 512; vpn++)
		guest_ram_map(ram, root, vpn, FIRST, GUEST_READONLY);
	return root;
}

static void as_many_pages_as_may_be_are_found(void **unused)
{
	uint64_t root = full_mm(FRAMES * VK_LEAVES_PER_FRAME / 512);

	(void)unused;
	walk(root);
	assert_int_equal(tree.wrong, 0);
	assert_int_equal(tree.leaves.count, FRAMES * VK_LEAVES_PER_FRAME);
	assert_int_equal(visited.leaf_count, tree.leaves.count);
}

static void more_pages_are_left_out_of_all_trees(void **unused)
{
	const size_t most = (size_t)FRAMES * VK_LEAVES_PER_FRAME;
	uint64_t root = full_mm(most / 512 - 1);
	uint64_t other = full_mm(3), last = guest_ram_new_mm(ram);

	(void)unused;
	guest_ram_map(ram, last, 0, FIRST, GUEST_READONLY);
	walk(root);
	assert_int_equal(tree.wrong, 0);
	walk(other);
	assert_int_equal(tree.wrong, VK_WRONG_LIMIT);
	assert_int_equal(tree.leaves.count, 512);
	/* The table at which it was found, and none after it. */
	assert_int_equal(tree.tables.count, 4);
	walk(last);
	assert_int_equal(tree.wrong, VK_WRONG_LIMIT);
	assert_int_equal(tree.leaves.count, 0);
	assert_int_equal(visited.leaf_count, most);
}

static void ram_of_absurd_size_is_no_memory(void **unused)
{
	struct vk_visited none;

	(void)unused;
	assert_int_equal(vk_visited_init(&none, UINT64_MAX), -ENOMEM);
}

static void nothing_may_be_freed(void **unused)
{
	(void)unused;
	vk_tree_free(NULL);
	vk_visited_free(NULL);
	vk_tree_free(&tree);
	vk_tree_free(&tree);
}

/* ---- The same ----------------------------------------------------------- */

static void a_change_of_any_table_is_seen(void **unused)
{
	uint64_t root = guest_ram_new_mm(ram), *word;

	(void)unused;
	guest_ram_map(ram, root, 5, 3000, GUEST_WRITTEN);
	guest_ram_map(ram, root, 5000, 3001, GUEST_WRITTEN);
	walk(root);
	for (size_t i = 0; i < tree.tables.count; i++) {
		uint64_t pfn = ((uint64_t *)tree.tables.items)[i];

		for (size_t at = 0; at < 512; at++) {
			word = &guest_ram_words(ram, pfn)[at];
			*word ^= UINT64_C(1) << at % 64;
			assert_int_equal(vk_walk_is_same(
				layout, &guest.memory, &tree), 0);
			*word ^= UINT64_C(1) << at % 64;
		}
		guest.broken_pfn = pfn;
		assert_int_equal(vk_walk_is_same(layout, &guest.memory, &tree),
				 -EIO);
		guest.broken_pfn = GUEST_NO_FRAME;
	}
	assert_int_equal(vk_walk_is_same(layout, &guest.memory, &tree), 1);
	/* Pages are not looked at, nor other tables. */
	guest_ram_words(ram, 3000)[0] = 1;
	assert_int_equal(vk_walk_is_same(layout, &guest.memory, &tree), 1);
}

static void words_that_change_places_are_seen(void **unused)
{
	uint64_t root = guest_ram_new_mm(ram), *words, word;

	(void)unused;
	guest_ram_map(ram, root, 5, 3000, GUEST_WRITTEN);
	words = guest_ram_words(ram, guest_ram_table(ram, root, 5, 2));
	walk(root);
	for (size_t at = 0; at < 512; at++) {
		if (at == 5)
			continue;
		word = words[5];
		words[5] = words[at];
		words[at] = word;
		assert_int_equal(vk_walk_is_same(layout, &guest.memory, &tree),
				 0);
		words[at] = words[5];
		words[5] = word;
	}
	assert_int_equal(vk_walk_is_same(layout, &guest.memory, &tree), 1);
}

/* ---- Against a model ---------------------------------------------------- */

#define MODEL_MMS 6
#define MODEL_PAGES 600

struct model {
	uint64_t root;
	struct vk_leaf pages[MODEL_PAGES];
	size_t count;
};

static struct model models[MODEL_MMS];

static int by_vpn(const void *a, const void *b)
{
	const struct vk_leaf *x = a, *y = b;

	return x->vpn < y->vpn ? -1 : x->vpn > y->vpn;
}

/* In a few places of the space, near each other, as real ones are. */
static uint64_t chance_vpn(void)
{
	const uint64_t end = UINT64_C(1) << 9 * layout->levels;
	const uint64_t place = chance(4) * (end / 4);

	return place + chance(700);
}

static void put(struct model *model, uint64_t vpn, uint64_t entry)
{
	size_t i = 0;

	while (i < model->count && model->pages[i].vpn != vpn)
		i++;
	if (entry == GUEST_NEWPAGE) {
		if (i < model->count)
			model->pages[i] = model->pages[--model->count];
	} else {
		model->pages[i] = (struct vk_leaf){ vpn, entry };
		model->count += i == model->count;
	}
}

static void do_something(struct model *model)
{
	static const uint64_t bits[] = { GUEST_READONLY, GUEST_WRITTEN,
					 GUEST_NO_ACCESS, GUEST_PRESENT };
	const uint64_t vpn = chance_vpn();

	switch (chance(4)) {
	case 0:
		guest_ram_unmap(ram, model->root, vpn);
		break;
	case 1:
		guest_ram_swap(ram, model->root, vpn, (unsigned int)chance(30),
			       1 + chance(100000));
		break;
	default:
		guest_ram_map(ram, model->root, vpn, chance(FRAMES),
			      bits[chance(4)] |
			      (chance(2) ? GUEST_NEWPAGE : 0));
	}
	put(model, vpn, *guest_ram_entry(ram, model->root, vpn));
}

static void assert_walk_is(struct model *model)
{
	walk(model->root);
	assert_int_equal(tree.wrong, 0);
	assert_int_equal(tree.leaves.count, model->count);
	qsort(model->pages, model->count, sizeof(*model->pages), by_vpn);
	for (size_t i = 0; i < model->count; i++)
		assert_leaf(i, model->pages[i].vpn, model->pages[i].entry);
}

static void assert_roots_are_models(void)
{
	struct array roots = { 0 };
	const uint64_t *pfns;

	assert_int_equal(vk_scan_roots(layout, &guest.memory, false, SIZE_MAX,
				       NULL, &roots), 0);
	assert_int_equal(roots.count, MODEL_MMS);
	pfns = roots.items;
	for (size_t i = 0; i < MODEL_MMS; i++)
		assert_int_equal(pfns[i], models[i].root);
	array_free(&roots);
}

static void model_round(uint64_t seed)
{
	state = seed;
	for (size_t m = 0; m < MODEL_MMS; m++) {
		models[m].count = 0;
		models[m].root = guest_ram_new_mm(ram);
		/* So that there is a page of a user's in each. */
		guest_ram_map(ram, models[m].root, 900, 1, GUEST_WRITTEN);
		put(&models[m], 900, 1 << 12 | GUEST_WRITTEN);
	}
	for (size_t i = 0; i < MODEL_MMS * 500; i++)
		do_something(&models[chance(MODEL_MMS)]);
	assert_roots_are_models();
	for (size_t m = 0; m < MODEL_MMS; m++)
		assert_walk_is(&models[m]);
}

static void what_is_mapped_is_found(void **unused)
{
	for (size_t index = 0; vk_layout_at(index); index++)
		for (uint64_t seed = 1; seed <= 30; seed++) {
			end(unused);
			begin_with(vk_layout_at(index), FRAMES, FIRST);
			model_round(seed);
		}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(an_empty_root_has_nothing),
		CASE(pages_come_by_rising_address),
		CASE(every_bit_of_an_entry_is_kept),
		CASE(tables_that_are_marked_anew_are_walked),
		CASE(a_fork_has_the_same_pages_in_tables_of_its_own),
		CASE(a_table_outside_of_ram_is_left_out),
		CASE(a_root_outside_of_ram_has_no_table),
		CASE(a_page_outside_of_ram_is_left_out),
		CASE(a_root_that_names_itself_is_walked_once),
		CASE(a_loop_of_tables_ends),
		CASE(tables_of_two_roots_are_the_first_ones),
		CASE(pages_of_unknown_bits_are_left_out),
		CASE(tables_of_other_bits_are_left_out),
		CASE(a_swap_entry_has_its_form),
		CASE(what_cannot_be_read_is_left_out),
		CASE(ram_that_was_cut_short_is_walked_as_far),
		CASE(as_many_pages_as_may_be_are_found),
		CASE(more_pages_are_left_out_of_all_trees),
		CASE(ram_of_absurd_size_is_no_memory),
		CASE(nothing_may_be_freed),
		CASE(a_change_of_any_table_is_seen),
		CASE(words_that_change_places_are_seen),
		CASE(what_is_mapped_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
