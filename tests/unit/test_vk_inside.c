// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who of those that a guest tells of has which of the trees that were walked:
 * relatives after a fork, twins, processes that share an mm or tell no frames,
 * what is old, partial or a lie; and all of it against counting every pair.
 */
#include "own_inside.h"

#include "own_chance.h"
#include "vk_told.h"

#define MAPS "400000-500000 r-xp 00000000 08:01 7 /bin/x\n" \
	     "600000-700000 rw-p 00000000 00:00 0 [heap]\n"

static struct vk_inside joined;

static const struct vk_inside_process *result(size_t index)
{
	assert_true(index < joined.processes.count);
	return (const struct vk_inside_process *)joined.processes.items + index;
}

static void join(void)
{
	assert_int_equal(vk_inside_join(&inside.source, layout, trees,
					tree_count, &joined), 0);
}

static int tear_down(void **unused)
{
	vk_inside_free(&joined);
	joined = (struct vk_inside){ 0 };
	return inside_tear_down(unused);
}

/* A server and its child, which wrote to pages at 0x600 after the fork. */
static struct inside_process *tell_server(pid_t pid)
{
	struct inside_process *process = add_told(pid, "server\n", MAPS);

	tell(process, 0x400, 1000, 100);
	tell(process, 0x600, 2000, 60);
	return process;
}

static struct inside_process *tell_worker(pid_t pid)
{
	struct inside_process *process = add_told(pid, "worker\n", MAPS);

	tell(process, 0x400, 1000, 100);
	tell(process, 0x600, 3000, 20);
	tell(process, 0x614, 2020, 40);
	return process;
}

static void walk_server(void)
{
	struct vk_tree *tree = add_tree();

	walked(tree, 0x400, 1000, 100);
	walked(tree, 0x600, 2000, 60);
}

static void walk_worker(void)
{
	struct vk_tree *tree = add_tree();

	walked(tree, 0x400, 1000, 100);
	walked(tree, 0x600, 3000, 20);
	walked(tree, 0x614, 2020, 40);
}

static void test_pages_tell_who(void **unused)
{
	(void)unused;
	tell_server(20);
	tell_worker(21);
	walk_worker();
	walk_server();
	join();
	assert_int_equal(joined.processes.count, 2);
	assert_int_equal(result(0)->pid, 20);
	assert_string_equal(result(0)->comm, "server");
	assert_int_equal(result(0)->tree, 1);
	assert_int_equal(result(0)->page_count, 160);
	assert_int_equal(result(0)->compared, 160);
	assert_int_equal(result(0)->differ, 0);
	assert_int_equal(result(0)->outside, 0);
	assert_int_equal(result(1)->tree, 0);
}

/* The parent is not told of, the child has no tree. */
static void test_a_relative_is_nobody(void **unused)
{
	(void)unused;
	tell_worker(21);
	walk_server();
	join();
	assert_int_equal(result(0)->tree, VK_NO_TREE);
	assert_int_equal(result(0)->page_count, 160);
}

/*
 * Two runs of one program have its pages in common, and few that are their own:
 * the first has ended, the second has begun since.
 */
static void test_another_run_is_nobody(void **unused)
{
	struct inside_process *ended = add_told(30, "sh\n", MAPS);
	struct inside_process *other = add_told(31, "sleep\n", MAPS);
	struct vk_tree *tree = add_tree();

	(void)unused;
	tell(ended, 0x400, 1000, 100);
	tell(ended, 0x600, 2000, 8);
	tell(other, 0x400, 1000, 100);
	tell(other, 0x600, 4000, 4);
	walked(tree, 0x400, 1000, 100);
	walked(tree, 0x610, 5000, 8);
	join();
	assert_int_equal(result(0)->tree, VK_NO_TREE);
	assert_int_equal(result(1)->tree, VK_NO_TREE);
	/* With an eighth of its own it is the one that was told of. */
	tree->leaves.count -= 8;
	walked(tree, 0x607, 2007, 1);
	vk_inside_free(&joined);
	join();
	assert_int_equal(result(0)->tree, 0);
	assert_int_equal(result(1)->tree, VK_NO_TREE);
}

/* What is old is joined, and all that is different is counted. */
static void test_differences_are_counted(void **unused)
{
	struct inside_process *process = add_told(7, "old\n", MAPS);
	struct vk_tree *tree = add_tree();

	(void)unused;
	tell(process, 0x400, 1000, 100);
	tell(process, 0x600, 2000, 10);
	walked(tree, 0x400, 1000, 95);
	walked(tree, 0x45f, 5000, 3);
	walked(tree, 0x600, 2000, 10);
	walked(tree, 0x6ff, 2100, 2);
	/* In the guest's swap, and nowhere that it tells of. */
	add_entries(&tree->leaves, 0x800, 5 << 11, 1 << 11, 4);
	join();
	assert_int_equal(result(0)->tree, 0);
	assert_int_equal(result(0)->page_count, 110);
	assert_int_equal(result(0)->compared, 108);
	assert_int_equal(result(0)->differ, 3 + 2 + 2);
	assert_int_equal(result(0)->outside, 1 + 4);
}

static void test_half_is_no_majority(void **unused)
{
	struct inside_process *process = add_told(7, "x\n", MAPS);
	struct vk_tree *tree = add_tree();

	(void)unused;
	tell(process, 0x400, 1000, 50);
	walked(tree, 0x400, 1000, 100);
	join();
	assert_int_equal(result(0)->tree, VK_NO_TREE);
	vk_inside_free(&joined);
	tell(process, 0x432, 1050, 1);
	join();
	assert_int_equal(result(0)->tree, 0);
	assert_int_equal(result(0)->differ, 49);
	/* And of the process's pages: the same from the other side. */
	vk_inside_free(&joined);
	tree->leaves.count = 25;
	join();
	assert_int_equal(result(0)->tree, VK_NO_TREE);
}

static void test_twins_stay_nameless(void **unused)
{
	(void)unused;
	tell_server(20);
	tell_server(21);
	walk_server();
	walk_server();
	join();
	assert_int_equal(result(0)->tree, VK_NO_TREE);
	assert_int_equal(result(1)->tree, VK_NO_TREE);
	assert_false(result(0)->shares_mm || result(1)->shares_mm);
}

static void test_one_mm_has_one_name(void **unused)
{
	(void)unused;
	tell_server(20);
	tell_server(21);
	tell_worker(22);
	walk_worker();
	walk_server();
	join();
	assert_int_equal(result(0)->tree, 1);
	assert_false(result(0)->shares_mm);
	assert_int_equal(result(1)->tree, VK_NO_TREE);
	assert_true(result(1)->shares_mm);
	assert_int_equal(result(2)->tree, 0);
}

/* Two that fit one tree equally well, and not wholly: neither is it. */
static void test_rivals_get_nothing(void **unused)
{
	(void)unused;
	tell(tell_server(20), 0x660, 7000, 1);
	tell(tell_server(21), 0x660, 7001, 1);
	walk_server();
	join();
	assert_int_equal(result(0)->tree, VK_NO_TREE);
	assert_int_equal(result(1)->tree, VK_NO_TREE);
}

/* What all have in common tells nobody; what is one's own does. */
static void test_a_library_tells_nobody(void **unused)
{
	size_t i, count = 40;

	(void)unused;
	for (i = 0; i < count; i++) {
		struct inside_process *process =
			add_told((pid_t)(100 + i), "x\n", MAPS);

		tell(process, 0x400, 1000, 200);
		tell(process, 0x600, 2000 + i, 1);
	}
	for (i = 0; i < count; i++) {
		struct vk_tree *tree = add_tree();

		walked(tree, 0x400, 1000, 200);
		walked(tree, 0x600, 2000 + (count - 1 - i), 1);
	}
	join();
	for (i = 0; i < count; i++)
		assert_int_equal(result(i)->tree, count - 1 - i);
}

/* ---- Without frames ------------------------------------------------------ */

#define MAPS_A "400000-410000 r-xp 0 08:01 7 /bin/x\n" \
	       "7fb0000000-7fb0010000 rw-p 0 00:00 0 [stack]\n"
#define MAPS_B "400000-410000 r-xp 0 08:01 7 /bin/x\n" \
	       "7fb0008000-7fb0018000 rw-p 0 00:00 0 [stack]\n"

static struct inside_process *tell_mappings(pid_t pid, const char *maps)
{
	struct inside_process *process = add_told(pid, "x\n", maps);

	process->pages_error = -ENOENT;
	return process;
}

static void walk_two(uint64_t stack_vpn)
{
	struct vk_tree *tree = add_tree();

	walked(tree, 0x400, 1000, 16);
	walked(tree, stack_vpn, 2000 + tree_count, 2);
}

static void test_mappings_tell_who(void **unused)
{
	(void)unused;
	tell_mappings(5, MAPS_A);
	tell_mappings(6, MAPS_B);
	walk_two(0x7fb0016);
	walk_two(0x7fb0002);
	join();
	assert_int_equal(result(0)->tree, 1);
	assert_int_equal(result(1)->tree, 0);
	assert_int_equal(result(0)->compared, 0);
	assert_int_equal(result(0)->page_count, 0);
	assert_int_equal(result(0)->outside, 0);
}

/* Both may have the second tree; the first only one may have. */
static void test_who_is_left_is_it(void **unused)
{
	(void)unused;
	tell_mappings(5, MAPS_A);
	tell_mappings(6, MAPS_A
		      "7fb0020000-7fb0030000 rw-p 0 00:00 0\n");
	walk_two(0x7fb0002);
	walk_two(0x7fb000a);
	walked(&trees[1], 0x7fb0020, 2100, 1);
	join();
	assert_int_equal(result(1)->tree, VK_NO_TREE);
	assert_int_equal(result(0)->tree, VK_NO_TREE);
	/* By its frames one is known: then so is the other. */
	vk_inside_free(&joined);
	inside.processes[1].pages_error = 0;
	tell(&inside.processes[1], 0x400, 1000, 16);
	tell(&inside.processes[1], 0x7fb000a, 2002, 2);
	tell(&inside.processes[1], 0x7fb0020, 2100, 1);
	join();
	assert_int_equal(result(1)->tree, 1);
	assert_int_equal(result(0)->tree, 0);
}

static void test_mappings_that_fit_two_tell_nobody(void **unused)
{
	(void)unused;
	tell_mappings(5, MAPS_A);
	walk_two(0x7fb0002);
	walk_two(0x7fb0004);
	join();
	assert_int_equal(result(0)->tree, VK_NO_TREE);
}

/* Who maps the most could be anybody; guards are not to be touched. */
static void test_unused_mappings_tell_nobody(void **unused)
{
	(void)unused;
	tell_mappings(5, MAPS_A "7fb0020000-7fb0030000 ---p 0 00:00 0\n"
			 "7fb0030000-7fb0031000 ---p 0 00:00 0\n"
			 "7fb0040000-7fb0041000 ---p 0 00:00 0\n");
	walk_two(0x7fb0002);
	join();
	assert_int_equal(result(0)->tree, 0);
	vk_inside_free(&joined);
	inside.processes[0].maps = MAPS_A
		"7fb0020000-7fb0030000 rw-p 0 00:00 0\n"
		"7fb0030000-7fb0031000 r--p 0 00:00 0\n";
	join();
	assert_int_equal(result(0)->tree, VK_NO_TREE);
}

/* A pagemap without frame numbers still tells how many pages there are. */
static void test_pages_without_frames(void **unused)
{
	struct inside_process *process = add_told(5, "x\n", MAPS_A);

	(void)unused;
	add_entries(&process->pages, 0x400, PRESENT, 0, 16);
	add_entries(&process->pages, 0x7fb0002, PRESENT, 0, 2);
	walk_two(0x7fb0002);
	join();
	assert_int_equal(result(0)->page_count, 18);
	assert_int_equal(result(0)->tree, 0);
	assert_int_equal(result(0)->compared, 0);
	vk_inside_free(&joined);
	add_entries(&process->pages, 0x7fb0004, PRESENT, 0, 20);
	join();
	assert_int_equal(result(0)->page_count, 38);
	assert_int_equal(result(0)->tree, VK_NO_TREE);
}

/* An area that begins in one mapping and ends in the next lies in both. */
static void test_mappings_side_by_side(void **unused)
{
	struct vk_tree *tree = add_tree();

	(void)unused;
	tell_mappings(5, "402000-404000 rw-p 0 00:00 0\n"
			 "400000-402000 r-xp 0 08:01 7 /bin/x\n"
			 "401000-403000 r-xp 0 08:01 7 /bin/lie\n");
	walked(tree, 0x400, 1000, 4);
	join();
	assert_int_equal(result(0)->tree, 0);
	vk_inside_free(&joined);
	walked(tree, 0x404, 1004, 1);
	join();
	assert_int_equal(result(0)->tree, VK_NO_TREE);
}

/* ---- What cannot be read, and what lies ---------------------------------- */

static void test_no_scan(void **unused)
{
	(void)unused;
	inside.cannot_scan = true;
	tell_server(20);
	tell_worker(21);
	walk_worker();
	walk_server();
	join();
	assert_int_equal(result(0)->tree, 1);
	assert_int_equal(result(1)->tree, 0);
	assert_int_equal(result(1)->differ, 0);
}

static void test_who_cannot_be_read_is_left_out(void **unused)
{
	(void)unused;
	tell_server(20)->open_error = -ENOENT;
	add_told(21, "kthreadd\n", "");
	add_told(22, "no maps\n", NULL);
	tell_server(23);
	walk_server();
	join();
	assert_int_equal(joined.processes.count, 1);
	assert_int_equal(result(0)->pid, 23);
	assert_int_equal(result(0)->tree, 0);
}

static void test_names(void **unused)
{
	(void)unused;
	tell_server(1)->comm = NULL;
	tell_server(2)->comm = "";
	tell_server(3)->comm = "no newline";
	tell_server(4)->comm = "much longer than a kernel has it\n";
	tell_server(5)->comm = "two\nlines\n";
	join();
	assert_string_equal(result(0)->comm, "");
	assert_string_equal(result(1)->comm, "");
	assert_string_equal(result(2)->comm, "no newline");
	assert_string_equal(result(3)->comm, "much longer tha");
	assert_string_equal(result(4)->comm, "two\nlines");
}

static void test_errors(void **unused)
{
	struct vk_inside untouched = { .processes = { .count = 77 } };

	(void)unused;
	tell_server(20);
	tell_server(21)->pages_error = -EMFILE;
	walk_server();
	assert_int_equal(vk_inside_join(&inside.source, layout, trees,
					tree_count, &untouched), -EMFILE);
	inside.processes[1].open_error = -ENOMEM;
	assert_int_equal(vk_inside_join(&inside.source, layout, trees,
					tree_count, &untouched), -ENOMEM);
	inside.list_error = -EIO;
	assert_int_equal(vk_inside_join(&inside.source, layout, trees,
					tree_count, &untouched), -EIO);
	assert_int_equal(untouched.processes.count, 77);
}

/* A pagemap without end, of pages that nobody has. */
static void test_endless_pages(void **unused)
{
	(void)unused;
	add_told(10, "liar\n", MAPS)->endless = true;
	tell_server(20);
	walk_server();
	join();
	assert_int_equal(result(0)->tree, VK_NO_TREE);
	assert_int_equal(result(0)->page_count, UINT64_C(1) << 27);
	assert_int_equal(result(1)->tree, 0);
	assert_true(inside.entries_read < UINT64_C(2) << 27);
}

/* Of all processes together only so many are kept. */
static void test_endless_mappings(void **unused)
{
	struct told_limit limit = {
		.end_vpn = UINT64_C(1) << 27, .pages_each = 8, .pages = 8,
		.mappings = 3,
	};
	struct told told;

	(void)unused;
	add_told(10, "server\n", MAPS);
	add_told(11, "liar\n", MAPS);
	assert_int_equal(told_read(&inside.source, 10, &limit, &told), 0);
	assert_int_equal(told.mappings.count, 2);
	told_free(&told);
	assert_int_equal(limit.mappings, 1);
	assert_int_equal(told_read(&inside.source, 11, &limit, &told), -E2BIG);
	assert_int_equal(limit.mappings, 1);
	assert_int_equal(inside.open_files, 0);
}

static void test_nothing(void **unused)
{
	(void)unused;
	join();
	assert_int_equal(joined.processes.count, 0);
	tell_server(20);
	join();
	assert_int_equal(result(0)->tree, VK_NO_TREE);
	vk_inside_free(&joined);
	inside.count = 0;
	array_free(&inside.processes[0].pages);
	walk_server();
	add_tree();
	join();
	assert_int_equal(joined.processes.count, 0);
}

/* ---- Against all pairs ---------------------------------------------------- */

#define FAMILY 40
#define PAGES 60

/* A process's pages: most of its parent's, some of its own. */
static uint64_t frames[FAMILY][PAGES];
static uint64_t next_frame;

static void make_family(void)
{
	next_frame = 100;
	for (size_t p = 0; p < FAMILY; p++)
		for (size_t i = 0; i < PAGES; i++)
			frames[p][i] = p && chance(4) ?
				       frames[chance(2) ? p / 2 : p - 1][i] :
				       chance(5) ? next_frame++ : 0;
}

static void tell_family(void)
{
	for (size_t p = 0; p < FAMILY; p++) {
		struct inside_process *process =
			add_told((pid_t)(p + 1), "x\n", MAPS);

		for (size_t i = 0; i < PAGES; i++)
			if (frames[p][i])
				tell(process, 0x400 + i, frames[p][i], 1);
	}
	for (size_t p = 0; p < FAMILY; p++) {
		struct vk_tree *tree = add_tree();

		for (size_t i = 0; i < PAGES; i++) {
			/* A moment later: few have changed. */
			uint64_t pfn = chance(40) ? frames[p][i] :
				       chance(2) ? next_frame++ : 0;

			if (pfn)
				walked(tree, 0x400 + i, pfn, 1);
		}
	}
}

static double share_of(size_t process, size_t tree)
{
	const struct vk_leaf *told = inside.processes[process].pages.items;
	const struct vk_leaf *leaves = trees[tree].leaves.items;
	size_t told_count = inside.processes[process].pages.count;
	size_t leaf_count = trees[tree].leaves.count;
	size_t same = 0, other = 0;

	for (size_t i = 0; i < told_count; i++)
		for (size_t k = 0; k < leaf_count; k++) {
			if (told[i].vpn != leaves[k].vpn)
				continue;
			if ((told[i].entry & ~PRESENT) ==
			    leaves[k].entry >> 12)
				same++;
			else
				other++;
		}
	if (same * 2 <= told_count || same * 2 <= leaf_count ||
	    other * 16 > same + other)
		return 0;
	return (double)same / (double)(told_count + leaf_count - same - other);
}

/* Nobody who is joined has another with more in common that is free. */
static void check_family(void)
{
	static bool taken[FAMILY];
	size_t p, t, right = 0;

	memset(taken, 0, sizeof(taken));
	for (p = 0; p < FAMILY; p++)
		if (result(p)->tree != VK_NO_TREE) {
			assert_false(taken[result(p)->tree]);
			taken[result(p)->tree] = true;
			right += result(p)->tree == p;
		}
	for (p = 0; p < FAMILY; p++)
		for (t = 0; t < FAMILY; t++) {
			double share = share_of(p, t);

			if (result(p)->tree == t)
				assert_true(share > 0);
			if (result(p)->tree != VK_NO_TREE && !taken[t])
				assert_true(share_of(p, result(p)->tree) >=
					    share);
		}
	/* Most are who they were. */
	assert_true(right > FAMILY / 3);
}

static void test_families(void **unused)
{
	(void)unused;
	for (int round = 0; round < 50; round++) {
		inside_set_up(NULL);
		make_family();
		tell_family();
		join();
		check_family();
		vk_inside_free(&joined);
		inside_tear_down(NULL);
	}
	inside_set_up(NULL);
}

#define CASE(name) \
	cmocka_unit_test_setup_teardown(name, inside_set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_pages_tell_who),
		CASE(test_a_relative_is_nobody),
		CASE(test_another_run_is_nobody),
		CASE(test_differences_are_counted),
		CASE(test_half_is_no_majority),
		CASE(test_twins_stay_nameless),
		CASE(test_one_mm_has_one_name),
		CASE(test_rivals_get_nothing),
		CASE(test_a_library_tells_nobody),
		CASE(test_mappings_tell_who),
		CASE(test_who_is_left_is_it),
		CASE(test_mappings_that_fit_two_tell_nobody),
		CASE(test_unused_mappings_tell_nobody),
		CASE(test_pages_without_frames),
		CASE(test_mappings_side_by_side),
		CASE(test_no_scan),
		CASE(test_who_cannot_be_read_is_left_out),
		CASE(test_names),
		CASE(test_errors),
		CASE(test_endless_pages),
		CASE(test_endless_mappings),
		CASE(test_nothing),
		CASE(test_families),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
