/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finding vkernels in trees made by hand: what is one, from each of its
 * processes; and what only looks like one, each with its reason.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cmocka.h>

#include "common_vkernel.h"
#include "vk_find.h"

static struct pagemap_source *source;

static int begin(void **state)
{
	(void)state;
	made_vkernel();
	source = NULL;
	return 0;
}

static int end(void **state)
{
	(void)state;
	pagemap_source_close(source);
	made_end();
	return 0;
}

static void find(pid_t pid, struct vk_found *found)
{
	if (!source)
		source = made_open();
	if (vk_find(source, pid, found))
		fail_msg("%d: %s", (int)pid, pagemap_source_last_error(source));
}

static void assert_facts(const struct pagemap_vkernel *facts)
{
	assert_int_equal(facts->pid, MADE_MAIN);
	assert_int_equal(facts->ram_dev, makedev(0, 0x1b));
	assert_int_equal(facts->ram_inode, MADE_INODE);
	assert_int_equal(facts->ram_bytes, MADE_RAM_BYTES);
	assert_int_equal(facts->base_vaddr, MADE_BASE);
	assert_int_equal(facts->first_pfn, MADE_FIRST_PFN);
	assert_int_equal(facts->child_count, 2);
	assert_int_equal(facts->helper_count, 1);
}

static void found_from_each_of_its_processes(void **state)
{
	static const pid_t pids[] = {
		MADE_MAIN, MADE_HELPER, MADE_CHILD, MADE_OTHER_CHILD,
	};
	struct pagemap_vkernel facts;
	size_t i;

	(void)state;
	source = made_open();
	for (i = 0; i < sizeof(pids) / sizeof(pids[0]); i++) {
		memset(&facts, 0, sizeof(facts));
		assert_int_equal(pagemap_vkernel_look(source, pids[i], &facts),
				 0);
		assert_facts(&facts);
	}
}

static void its_children_and_what_they_map(void **state)
{
	const struct vk_child *child;
	const struct vk_piece *piece;
	struct vk_found found;

	(void)state;
	find(MADE_CHILD, &found);
	assert_string_equal(found.ram_name, MADE_RAM_NAME);
	assert_int_equal(*(const pid_t *)found.helpers.items, MADE_HELPER);
	assert_int_equal(found.mapped.count, 3);
	child = found.children.items;
	assert_int_equal(child[0].pid, MADE_CHILD);
	assert_int_equal(child[0].pieces.count, 5);
	assert_int_equal(child[0].mappings, 7);
	assert_int_equal(child[0].tables_bytes, 48 * 1024);
	assert_int_equal(child[0].stub_vaddr, MADE_STUB);
	assert_int_equal(child[0].stub_pfn, 0x800);
	assert_int_equal(child[0].stub_frames, 1);
	assert_false(child[0].changed);
	piece = child[0].pieces.items;
	assert_int_equal(piece[0].start_vpn, 0x400);
	assert_int_equal(piece[0].page_count, 2);
	assert_int_equal(piece[0].first_pfn, 0x500);
	assert_true(piece[0].readable && piece[0].executable);
	assert_false(piece[0].writable || piece[0].is_private);
	assert_true(piece[1].writable);
	assert_true(piece[3].is_private);
	assert_int_equal(child[1].pid, MADE_OTHER_CHILD);
	/* Its own page without access, and one to write behind it, are none. */
	assert_int_equal(child[1].stub_vaddr, MADE_STUB);
	assert_int_equal(child[1].stub_pfn, 0x802);
	assert_int_equal(child[1].stub_frames, 2);
	vk_found_free(&found);
}

static void a_child_without_a_stub(void **state)
{
	const struct vk_child *child;
	struct vk_found found;

	(void)state;
	made_process(MADE_CHILD, MADE_MAIN, MADE_MAIN,
		     MADE_RAM("00400000-00402000", "r-xs", "00500000")
		     MADE_RAM("00402000-00403000", "rw-s", "00700000"));
	made_process(MADE_OTHER_CHILD, MADE_MAIN, MADE_MAIN,
		     MADE_RAM("7fc0000000-7fc0001000", "--xp", "00236000")
		     MADE_RAM("7fc0002000-7fc0003000", "rw-s", "00802000"));
	find(MADE_MAIN, &found);
	child = found.children.items;
	/* Code that may be read, and data behind it, are the guest's. */
	assert_int_equal(child[0].stub_vaddr, 0);
	assert_int_equal(child[0].stub_pfn, PAGEMAP_PFN_UNKNOWN);
	assert_int_equal(child[0].stub_frames, 0);
	/* A gap between them: these are not the two. */
	assert_int_equal(child[1].stub_vaddr, 0);
	vk_found_free(&found);
}

static void the_ram_is_opened(void **state)
{
	struct vk_found found;
	char byte = 0;
	int fd;

	(void)state;
	made_write_at(MADE_MAIN, MADE_RAM_NAME, 0x500000, "x", 1);
	find(MADE_MAIN, &found);
	fd = vk_open_ram(source, &found);
	assert_return_code(fd, -fd);
	assert_int_equal(pread(fd, &byte, 1, 0x500000), 1);
	assert_int_equal(byte, 'x');
	close(fd);
	vk_found_free(&found);
}

/* A capture may tell of a vkernel without holding its RAM. */
static void a_tree_without_the_ram(void **state)
{
	struct vk_found found;

	(void)state;
	made_remove(MADE_MAIN, MADE_RAM_NAME);
	find(MADE_MAIN, &found);
	assert_facts(&found.facts);
	assert_int_equal(vk_open_ram(source, &found), -ENOENT);
	assert_non_null(strstr(pagemap_source_last_error(source),
			       MADE_RAM_NAME));
	/* Nor is anything but a file one. */
	made_write(MADE_MAIN, MADE_RAM_NAME "/x", "");
	assert_int_equal(vk_open_ram(source, &found), -EINVAL);
	vk_found_free(&found);
}

/* ---- What is none -------------------------------------------------------- */

#define OWN_FILE(size) \
	"60400000-" size " rw-s 00400000 00:1b 4242   /dev/shm/#4242 (deleted)\n"
#define FORKED MADE_RAM("60400000-60600000", "rw-s", "00400000")

/* A pid that is looked at, what is spoiled first, and what is said. */
struct refusal {
	const char *name;
	pid_t pid;
	int err;
	const char *says;
	const char *main_maps;		/* NULL: as they were */
	const char *child_maps;		/* of both; "" of none */
	pid_t tracer;			/* of both; 0: as it was, -1: nobody */
};

static const struct refusal refusals[] = {
	{ "no process", 77, -ESRCH, "77 is no process", NULL, NULL, 0 },
	{ "another program", 1, -ENOTSUP, "1 maps no deleted file shared",
	  NULL, NULL, 0 },
	{ "a kernel thread", 2, -ENOTSUP, "2 is a kernel thread", NULL, NULL,
	  0 },
	{ "a zombie", MADE_MAIN, -ESRCH, "4000 is no process, or has ended",
	  "", NULL, 0 },
	{ "a debugger", MADE_MAIN, -ENOTSUP, "maps no deleted file shared",
	  MADE_IMAGE, MADE_LIBC, 0 },
	{ "what a debugger traces", MADE_CHILD, -ENOTSUP,
	  "4002 maps no deleted file shared, as a vkernel its RAM; its tracer "
	  "4000 maps no deleted", MADE_IMAGE, MADE_LIBC, 0 },
	{ "a file with a name", MADE_MAIN, -ENOTSUP, "maps no deleted file",
	  "60400000-61000000 rw-s 00400000 00:1b 4242  /dev/shm/x\n", NULL, 0 },
	{ "a private file", MADE_MAIN, -ENOTSUP, "maps no deleted file",
	  "60400000-61000000 rw-p 00400000 00:1b 4242  /x (deleted)\n", NULL,
	  0 },
	{ "a small file", MADE_MAIN, -ENOTSUP, "1020 KiB of a deleted file, "
	  "too little", OWN_FILE("604ff000"), NULL, 0 },
	{ "a file that ends before its mappings", MADE_MAIN, -ENOTSUP,
	  "beyond its end",
	  MADE_MAIN_MAPS MADE_RAM("80000000-80001000", "rw-s", "01000000"),
	  NULL, 0 },
	{ "a beginning below address 0", MADE_MAIN, -ENOTSUP,
	  "where no vkernel has its RAM",
	  "00300000-00a00000 rw-s 00400000 00:1b 4242  /x (deleted)\n",
	  NULL, 0 },
	{ "more than a vkernel could use", MADE_MAIN, -ENOTSUP,
	  "where no vkernel has its RAM",
	  "7f0000000000-7f0000400000 rw-s 10000000000 00:1b 4242  "
	  "/x (deleted)\n", NULL, 0 },
	{ "an offset that overflows", MADE_MAIN, -ENOTSUP,
	  "where no vkernel has its RAM",
	  "ffffffff00000000-ffffffff00400000 rw-s fffffffffffff000 00:1b 4242 "
	  " /x (deleted)\n", NULL, 0 },
	{ "shared memory, no children", MADE_MAIN, -ENOTSUP,
	  "has no children that it traces", NULL, "", 0 },
	{ "shared memory and a debugger of another", MADE_MAIN, -ENOTSUP,
	  "traces 4003, which maps nothing of its deleted shared file: a "
	  "debugger", NULL, MADE_LIBC, 0 },
	{ "children that are not traced", MADE_MAIN, -ENOTSUP,
	  "child 4003 and does not trace it", NULL, NULL, -1 },
	{ "children that another traces", MADE_MAIN, -ENOTSUP,
	  "child 4003 and does not trace it", NULL, NULL, 1 },
	{ "what another traces", MADE_CHILD, -ENOTSUP,
	  "too little for a vkernel's RAM; its tracer 1 maps no deleted",
	  NULL, NULL, 1 },
	{ "forks that are traced", MADE_MAIN, -ENOTSUP,
	  "traces 4003, which has of its deleted shared file what any fork has",
	  NULL, FORKED MADE_LIBC, 0 },
	{ "a fork", MADE_CHILD, -ENOTSUP,
	  "no children that it traces, as a vkernel has; its tracer 4000 "
	  "traces 4003", NULL, FORKED MADE_LIBC, 0 },
};

static void spoil(const struct refusal *row)
{
	static const pid_t children[] = { MADE_CHILD, MADE_OTHER_CHILD };
	const char *maps = row->child_maps;
	pid_t tracer = row->tracer > 0 ? row->tracer :
		       row->tracer ? 0 : MADE_MAIN;
	size_t i;

	if (row->main_maps)
		made_process(MADE_MAIN, 1, 0, row->main_maps);
	if (row->tracer && !maps)
		maps = MADE_RAM("00400000-00402000", "r-xs", "00500000");
	for (i = 0; i < 2; i++) {
		if (maps && !*maps)
			made_remove(children[i], NULL);
		else if (maps)
			made_process(children[i], MADE_MAIN, tracer, maps);
	}
}

static void refused(void **state)
{
	const struct refusal *row = *state;
	struct pagemap_vkernel facts, copy;
	pid_t pid = 0;
	int err;

	begin(NULL);
	spoil(row);
	source = made_open();
	memset(&facts, 0xa5, sizeof(facts));
	copy = facts;
	err = pagemap_vkernel_look(source, row->pid, &facts);
	if (err != row->err)
		fail_msg("%d, not %d: %s", err, row->err,
			 pagemap_source_last_error(source));
	assert_memory_equal(&facts, &copy, sizeof(facts));
	if (!strstr(pagemap_source_last_error(source), row->says))
		fail_msg("says: %s", pagemap_source_last_error(source));
	/* All but the looks at others are about the only vkernel. */
	if (row->pid == MADE_MAIN)
		assert_int_equal(pagemap_vkernel_next(source, &pid, &facts), 0);
	end(NULL);
}

/* ---- All of them --------------------------------------------------------- */

static void none_after_the_last(void **state)
{
	struct pagemap_vkernel facts;
	pid_t pid = 0;

	(void)state;
	/* A second one, on the same machine, and a debugger between. */
	made_process(4500, 1, 0, MADE_IMAGE);
	made_process(4501, 4500, 4500, MADE_LIBC);
	made_process(5000, 1, 0,
		     "50100000-50900000 rw-s 00100000 00:01 99 "
		     "/memfd:ram (deleted)\n");
	made_process(5001, 5000, 5000,
		     "00400000-00401000 rwxs 00200000 00:01 99 "
		     "/memfd:ram (deleted)\n");
	source = made_open();
	assert_int_equal(pagemap_vkernel_next(source, &pid, &facts), 1);
	assert_int_equal(pid, MADE_MAIN);
	assert_facts(&facts);
	assert_int_equal(pagemap_vkernel_next(source, &pid, &facts), 1);
	assert_int_equal(pid, 5000);
	assert_int_equal(facts.pid, 5000);
	assert_int_equal(facts.ram_inode, 99);
	assert_int_equal(facts.first_pfn, 0x100);
	assert_int_equal(facts.base_vaddr, 0x50000000);
	assert_int_equal(facts.ram_bytes, 0x900000);
	assert_int_equal(pagemap_vkernel_next(source, &pid, &facts), 0);
	assert_int_equal(pid, 5000);
	/* And anew from the beginning. */
	made_remove(5001, NULL);
	pid = 0;
	assert_int_equal(pagemap_vkernel_next(source, &pid, &facts), 1);
	assert_int_equal(pagemap_vkernel_next(source, &pid, &facts), 0);
	assert_int_equal(pid, MADE_MAIN);
}

static void the_largest_file_is_the_ram(void **state)
{
	struct vk_found found;

	(void)state;
	/* One before it and one behind, of another inode and another device. */
	made_process(MADE_MAIN, 1, 0,
		     "50000000-50b00000 rw-s 00000000 00:1b 4241 /a (deleted)\n"
		     MADE_MAIN_MAPS
		     "80000000-80b00000 rw-s 00000000 00:1c 4242 /b (deleted)\n");
	find(MADE_CHILD, &found);
	assert_int_equal(found.facts.ram_inode, MADE_INODE);
	assert_int_equal(found.facts.ram_dev, makedev(0, 0x1b));
	assert_int_equal(found.facts.first_pfn, MADE_FIRST_PFN);
	vk_found_free(&found);
}

/* ---- Again --------------------------------------------------------------- */

static void children_come_and_go(void **state)
{
	const struct vk_child *child;
	struct vk_found found;

	(void)state;
	find(MADE_MAIN, &found);
	made_remove(MADE_CHILD, NULL);
	made_process(4009, MADE_MAIN, MADE_MAIN,
		     MADE_RAM("00400000-00401000", "r-xs", "00500000"));
	assert_int_equal(vk_find_again(source, &found), 0);
	assert_int_equal(found.children.count, 2);
	child = found.children.items;
	assert_int_equal(child[0].pid, MADE_OTHER_CHILD);
	assert_int_equal(child[1].pid, 4009);
	made_remove(4009, NULL);
	made_remove(MADE_OTHER_CHILD, NULL);
	assert_int_equal(vk_find_again(source, &found), 0);
	assert_int_equal(found.children.count, 0);
	assert_int_equal(found.facts.child_count, 0);
	vk_found_free(&found);
}

/* In outline one child is read, and the one that was asked for. */
static void children_that_are_counted(void **state)
{
	const struct vk_child *child;
	struct vk_found found;

	(void)state;
	made_process(4009, MADE_MAIN, MADE_MAIN, MADE_LIBC);
	source = made_open();
	assert_int_equal(vk_find_outline(source, MADE_MAIN, &found), 0);
	assert_int_equal(found.facts.child_count, 3);
	assert_int_equal(found.facts.helper_count, 1);
	child = found.children.items;
	assert_false(child[0].counted);
	assert_true(child[0].pieces.count != 0);
	assert_true(child[1].counted);
	assert_int_equal(child[1].pieces.count, 0);
	vk_found_free(&found);
	assert_int_equal(vk_find_outline(source, MADE_OTHER_CHILD, &found), 0);
	assert_int_equal(found.facts.pid, MADE_MAIN);
	vk_found_free(&found);
	assert_int_equal(vk_find_outline(source, 4009, &found), -ENOTSUP);
	assert_non_null(strstr(pagemap_source_last_error(source),
			       "4000 is a vkernel whose RAM it does not map"));
}

static void children_that_are_the_same(void **state)
{
	struct vk_found found;

	(void)state;
	find(MADE_MAIN, &found);
	assert_int_equal(vk_find_same(source, &found), 1);
	/* One that main traces and that has nothing of the RAM is no child. */
	made_process(4009, MADE_MAIN, MADE_MAIN, MADE_LIBC);
	assert_int_equal(vk_find_same(source, &found), 1);
	made_process(4009, MADE_MAIN, MADE_MAIN,
		     MADE_RAM("00400000-00401000", "r-xs", "00500000"));
	assert_int_equal(vk_find_same(source, &found), 0);
	made_remove(4009, NULL);
	assert_int_equal(vk_find_same(source, &found), 1);
	made_process(MADE_CHILD, MADE_MAIN, 1, MADE_LIBC);
	assert_int_equal(vk_find_same(source, &found), 0);
	made_remove(MADE_CHILD, NULL);
	assert_int_equal(vk_find_same(source, &found), 0);
	made_restart(MADE_MAIN, 1);
	assert_int_equal(vk_find_same(source, &found), -ENOTSUP);
	made_remove(MADE_MAIN, NULL);
	assert_int_equal(vk_find_same(source, &found), -ESRCH);
	vk_found_free(&found);
}

static void another_process_with_its_pid(void **state)
{
	struct vk_found found;

	(void)state;
	find(MADE_MAIN, &found);
	made_restart(MADE_MAIN, 1);
	assert_int_equal(vk_find_again(source, &found), -ENOTSUP);
	assert_string_equal(pagemap_source_last_error(source),
			    "4000 is another process now");
	/* What was known of it is as it was. */
	assert_facts(&found.facts);
	assert_int_equal(found.children.count, 2);
	made_remove(MADE_MAIN, NULL);
	assert_int_equal(vk_find_again(source, &found), -ESRCH);
	vk_found_free(&found);
}

int main(void)
{
	enum { ROWS = sizeof(refusals) / sizeof(refusals[0]), MADE_TESTS = 11 };
#define MADE(test) cmocka_unit_test_setup_teardown(test, begin, end)
	struct CMUnitTest tests[MADE_TESTS + ROWS] = {
		MADE(found_from_each_of_its_processes),
		MADE(its_children_and_what_they_map),
		MADE(a_child_without_a_stub),
		MADE(the_ram_is_opened),
		MADE(a_tree_without_the_ram),
		MADE(none_after_the_last),
		MADE(the_largest_file_is_the_ram),
		MADE(children_come_and_go),
		MADE(children_that_are_counted),
		MADE(children_that_are_the_same),
		MADE(another_process_with_its_pid),
	};
	int i;

	for (i = 0; i < ROWS; i++)
		tests[MADE_TESTS + i] = (struct CMUnitTest){
			.name = refusals[i].name, .test_func = refused,
			.initial_state = (void *)&refusals[i],
		};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
