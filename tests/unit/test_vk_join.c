// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which child runs which guest mm: mm_structs found in RAM, by a shape that is
 * not known beforehand, among copies and lies; and what a child maps beside
 * what the tables say.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common_guest_ram.h"
#include "vk_join.h"

#define FRAMES 4096
#define FIRST 16
#define BASE UINT64_C(0x60000000)
#define MMS 9

/* RAM in memory, as a walker is given it. */
struct memory {
	struct vk_memory memory;
	struct guest_ram *ram;
	int err;
};

static struct memory memory;
static struct vk_found found;
static struct vk_child children[MMS];
static uint64_t roots[MMS], mm_frames[MMS];
static struct array root_list;

static int read_ram(const struct vk_memory *at, uint64_t pfn, size_t count,
		    void *ret_bytes)
{
	const struct memory *self = (const void *)at;

	if (self->err)
		return self->err;
	assert_true(pfn + count <= at->frame_count);
	memcpy(ret_bytes, self->ram->bytes + pfn * 4096, count * 4096);
	return 0;
}

static void add_root(uint64_t pfn)
{
	uint64_t *place = array_push(&root_list, sizeof(*place));

	assert_non_null(place);
	*place = pfn;
}

/* A guest of MMS mms, one child each; mm_structs two in a page. */
static int set_up(void **state)
{
	size_t i;

	(void)state;
	memset(&memory, 0, sizeof(memory));
	memset(children, 0, sizeof(children));
	memory.ram = guest_ram_new(FRAMES, FIRST, BASE, 3);
	memory.memory = (struct vk_memory){
		.frame_count = FRAMES, .read = read_ram,
	};
	for (i = 0; i < MMS; i++) {
		roots[i] = guest_ram_new_mm(memory.ram);
		add_root(roots[i]);
		children[i].pid = 700 + (pid_t)i * 3;
		/* Main is in a pid namespace of its own. */
		children[i].own_pid = 2 + (pid_t)i;
		children[i].stub_pfn = guest_ram_take(memory.ram);
		mm_frames[i] = i % 2 ? mm_frames[i - 1]
				     : guest_ram_take(memory.ram);
		guest_ram_put_mm(memory.ram, mm_frames[i], i % 2 * 1024,
				 roots[i], children[i].own_pid,
				 children[i].stub_pfn);
	}
	found = (struct vk_found){
		.facts.base_vaddr = BASE,
		.children = { children, MMS, MMS },
	};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	array_free(&root_list);
	guest_ram_free(memory.ram);
	return 0;
}

static size_t find(struct vk_mm_shape *shape, struct array *mms)
{
	struct vk_mm_search search;

	mms->count = 0;
	assert_int_equal(vk_mm_search_init(&memory.memory, &found, &search), 0);
	assert_int_equal(vk_mm_search_frames(&search, 0, FRAMES + 9), 0);
	assert_int_equal(vk_mm_search_end(&search, &root_list, shape, mms), 0);
	vk_mm_search_free(&search);
	return mms->count;
}

static void check_mms(const struct array *mms)
{
	const struct vk_mm *all = mms->items;
	size_t i;

	for (i = 0; i < mms->count; i++) {
		assert_int_equal(all[i].pid, children[i].pid);
		assert_int_equal(all[i].root_pfn, roots[i]);
		assert_int_equal(all[i].at, mm_frames[i] * 4096 +
				 i % 2 * 1024 + GUEST_MM_STACK);
	}
}

static void test_the_shape_is_found(void **state)
{
	struct vk_mm_shape shape = { 0 };
	struct array mms = { 0 };

	(void)state;
	assert_int_equal(find(&shape, &mms), MMS);
	check_mms(&mms);
	assert_true(shape.known);
	assert_int_equal(shape.pid_offset,
			 (int)GUEST_MM_PID - (int)GUEST_MM_STACK);
	assert_int_equal(shape.root_offset,
			 (int)GUEST_MM_PGD - (int)GUEST_MM_STACK);
	/* With what was learnt, without any list of roots. */
	root_list.count = 0;
	assert_int_equal(find(&shape, &mms), MMS);
	check_mms(&mms);
	array_free(&mms);
}

/* Of a slab of several pages. */
static void test_one_lies_across_pages(void **state)
{
	struct vk_mm_shape shape = { 0 };
	struct array mms = { 0 };
	uint64_t pfn = guest_ram_take(memory.ram);
	uint64_t next = guest_ram_take(memory.ram);
	uint64_t begin = 4096 - 400;

	(void)state;
	assert_int_equal(next, pfn + 1);
	memset(guest_ram_words(memory.ram, mm_frames[8]), 0, 4096);
	guest_ram_words(memory.ram, pfn)[(begin + GUEST_MM_PGD) / 8] =
		guest_ram_vaddr(memory.ram, roots[8]);
	guest_ram_words(memory.ram, next)[(GUEST_MM_PID - 400) / 8] =
		(uint64_t)children[8].own_pid;
	guest_ram_words(memory.ram, next)[(GUEST_MM_STACK - 400) / 8] =
		guest_ram_vaddr(memory.ram, children[8].stub_pfn);
	assert_int_equal(find(&shape, &mms), MMS);
	assert_int_equal(((struct vk_mm *)mms.items)[8].root_pfn, roots[8]);
	array_free(&mms);
}

/* A copy in a user's page says the same; a lie says something else. */
static void test_copies_and_lies(void **state)
{
	struct vk_mm_shape shape = { 0 };
	struct array mms = { 0 };
	uint64_t copy = guest_ram_copy(memory.ram, mm_frames[0]), lie;
	const struct vk_mm *all;

	(void)state;
	assert_true(copy != mm_frames[0]);
	assert_int_equal(find(&shape, &mms), MMS);
	lie = guest_ram_take(memory.ram);
	guest_ram_put_mm(memory.ram, lie, 512, roots[1],
			 children[4].own_pid,
			 children[4].stub_pfn);
	/* Whose root it is cannot be told: of nobody else is that doubted. */
	assert_int_equal(find(&shape, &mms), MMS - 1);
	all = mms.items;
	for (size_t i = 0; i < mms.count; i++) {
		assert_int_not_equal(all[i].pid, children[4].pid);
		assert_int_equal(all[i].root_pfn,
				 roots[(all[i].pid - 700) / 3]);
	}
	array_free(&mms);
}

/* Words that stand beside each other in another way are in the minority. */
static void test_most_children_tell_the_shape(void **state)
{
	struct vk_mm_shape shape = { 0 };
	struct array mms = { 0 };
	uint64_t *words = guest_ram_words(memory.ram,
					  guest_ram_take(memory.ram));
	size_t i;

	(void)state;
	for (i = 0; i < MMS - 1; i++) {
		words[i * 32] = guest_ram_vaddr(memory.ram, roots[7 - i]);
		words[i * 32 + 1] = (uint64_t)children[i].own_pid;
		words[i * 32 + 2] = guest_ram_vaddr(memory.ram,
						    children[i].stub_pfn);
	}
	assert_int_equal(find(&shape, &mms), MMS);
	check_mms(&mms);
	array_free(&mms);
}

static void test_one_is_looked_at_again(void **state)
{
	struct vk_mm_shape shape = { 0 };
	struct array mms = { 0 };
	struct vk_mm mm;

	(void)state;
	assert_int_equal(find(&shape, &mms), MMS);
	mm = ((struct vk_mm *)mms.items)[2];
	assert_int_equal(vk_mm_again(&memory.memory, &found, &children[2],
				     &shape, &mm), 1);
	assert_int_equal(mm.root_pfn, roots[2]);
	assert_int_equal(vk_mm_again(&memory.memory, &found, &children[3],
				     &shape, &mm), 0);
	memset(guest_ram_words(memory.ram, mm_frames[2]), 0, 4096);
	assert_int_equal(vk_mm_again(&memory.memory, &found, &children[2],
				     &shape, &mm), 0);
	mm.at = UINT64_C(4096) * FRAMES - 8;
	assert_int_equal(vk_mm_again(&memory.memory, &found, &children[2],
				     &shape, &mm), 0);
	memory.err = -EIO;
	mm.at = 4096;
	assert_int_equal(vk_mm_again(&memory.memory, &found, &children[2],
				     &shape, &mm), -EIO);
	array_free(&mms);
}

/* Its child is gone: is the mm? */
static void test_one_may_live_on(void **state)
{
	const struct vk_layout *layout = vk_layout_at(0);
	struct vk_mm_shape shape = { 0 };
	struct array mms = { 0 };
	struct vk_mm mm;

	(void)state;
	assert_int_equal(find(&shape, &mms), MMS);
	mm = ((struct vk_mm *)mms.items)[2];
	/* It maps nothing: what a guest has freed looks so. */
	assert_int_equal(vk_mm_lives_on(layout, &memory.memory, &found, &shape,
					&mm), 0);
	guest_ram_map(memory.ram, roots[2], 0x100, 2000, GUEST_WRITTEN);
	assert_int_equal(vk_mm_lives_on(layout, &memory.memory, &found, &shape,
					&mm), 1);
	memset(guest_ram_words(memory.ram, mm_frames[2]), 0, 4096);
	assert_int_equal(vk_mm_lives_on(layout, &memory.memory, &found, &shape,
					&mm), 0);
	array_free(&mms);
}

static void test_nobody_is_there(void **state)
{
	struct vk_mm_shape shape = { 0 };
	struct array mms = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < MMS; i++)
		children[i].stub_pfn = PAGEMAP_PFN_UNKNOWN;
	assert_int_equal(find(&shape, &mms), 0);
	assert_false(shape.known);
	found.children.count = 0;
	assert_int_equal(find(&shape, &mms), 0);
	array_free(&mms);
}

/* ---- What a child maps -------------------------------------------------- */

static void count_overlap(struct vk_child *child, uint64_t same, uint64_t other)
{
	struct vk_visited visited;
	struct vk_overlap overlap;
	struct vk_tree tree;

	assert_int_equal(vk_visited_init(&visited, FRAMES), 0);
	assert_int_equal(vk_walk(vk_layout_at(0), &memory.memory, roots[0],
				 &visited, &tree), 0);
	vk_overlap_count(vk_layout_at(0), &tree, child, &overlap);
	assert_int_equal(overlap.same, same);
	assert_int_equal(overlap.other, other);
	vk_tree_free(&tree);
	vk_visited_free(&visited);
}

static void test_overlap(void **state)
{
	struct vk_piece pieces[] = {
		{ .start_vpn = 0x100, .page_count = 4, .first_pfn = 2000 },
		{ .start_vpn = 0x200, .page_count = 2, .first_pfn = 3000 },
		{ .start_vpn = 0x7fc0, .page_count = 1, .first_pfn = 2,
		  .is_private = true },
		{ .start_vpn = 0x7fc1, .page_count = 1, .first_pfn = 9 },
	};
	struct vk_child child = { .pieces = { pieces, 4, 4 } };
	uint64_t i;

	(void)state;
	for (i = 0; i < 6; i++)
		guest_ram_map(memory.ram, roots[0], 0x0fe + i, 1998 + i,
			      GUEST_READONLY);
	guest_ram_map(memory.ram, roots[0], 0x200, 3000, GUEST_WRITTEN);
	guest_ram_swap(memory.ram, roots[0], 0x201, 0, 77);
	count_overlap(&child, 4 + 1, 1 + 1);
	child.stub_vaddr = UINT64_C(0x7fc0) << 12;
	count_overlap(&child, 4 + 1, 1);
	pieces[0].first_pfn++;
	count_overlap(&child, 1, 4 + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(test_the_shape_is_found),
		TEST(test_one_lies_across_pages),
		TEST(test_copies_and_lies),
		TEST(test_most_children_tell_the_shape),
		TEST(test_one_is_looked_at_again),
		TEST(test_one_may_live_on),
		TEST(test_nobody_is_there),
		TEST(test_overlap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
