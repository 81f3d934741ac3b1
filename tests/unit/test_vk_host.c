/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the host has made of guest RAM, in a tree made by hand: frames by main's
 * pagemap and by its children's, their flags, the guest's zero page by the
 * words of its kernel, and what is taken beside the RAM.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common_vkernel.h"
#include "vk_host.h"

#define PAGE ((size_t)4096)
#define FRAMES (MADE_RAM_BYTES / PAGE)
#define PRESENT (UINT64_C(1) << 63)
#define SWAPPED (UINT64_C(1) << 62)
#define FILE_PAGE (UINT64_C(1) << 61)

static struct pagemap_source *source;
static struct vk_found found;

static void write_entry(pid_t pid, uint64_t vaddr, uint64_t entry)
{
	made_write_at(pid, "pagemap", vaddr / PAGE * 8, &entry, 8);
}

static void write_flags(uint64_t pfn, uint64_t flags)
{
	made_write_at(0, "kpageflags", pfn * 8, &flags, 8);
}

static int begin(void **state)
{
	(void)state;
	made_vkernel();
	source = NULL;
	memset(&found, 0, sizeof(found));
	return 0;
}

static int end(void **state)
{
	(void)state;
	vk_found_free(&found);
	pagemap_source_close(source);
	made_end();
	return 0;
}

static void find(void)
{
	source = made_open();
	if (vk_find(source, MADE_MAIN, &found))
		fail_msg("%s", pagemap_source_last_error(source));
}

/* ---- Frames of the host -------------------------------------------------- */

static void write_pages(void)
{
	/* The image, which is none of the RAM. */
	write_entry(MADE_MAIN, MADE_BASE + 0x1000, PRESENT | 900);
	write_entry(MADE_MAIN, MADE_BASE + 0x400000, PRESENT | 1000);
	write_entry(MADE_MAIN, MADE_BASE + 0x401000, SWAPPED | 77);
	write_entry(MADE_MAIN, MADE_BASE + 0x600000, PRESENT | 1001);
	/* Frame 0xa01 by the second mapping alone. */
	write_entry(MADE_MAIN, 0x70001000, PRESENT | 1002);
	write_entry(MADE_MAIN, 0x70001000 + 5 * PAGE, PRESENT | 3);
	/* Main and child: the same. */
	write_entry(MADE_MAIN, MADE_BASE + 0x500000, PRESENT | 1003);
	write_entry(MADE_CHILD, 0x400000, PRESENT | 1003);
	/* The child alone; and a page of its own, the stub's code. */
	write_entry(MADE_CHILD, 0x401000, PRESENT | 1004);
	write_entry(MADE_CHILD, MADE_STUB, PRESENT | 901);
	write_entry(MADE_CHILD, MADE_STUB + 0x1000, PRESENT | 1005);
	write_entry(MADE_OTHER_CHILD, 0x401000, PRESENT | 1006);
}

static const struct known {
	uint64_t pfn;
	uint64_t host_pfn;
} known[] = {
	{ 0x400, 1000 }, { 0x500, 1003 }, { 0x501, 1004 }, { 0x600, 1001 },
	{ 0x701, 1006 }, { 0x800, 1005 }, { 0xa01, 1002 },
};

#define KNOWN (sizeof(known) / sizeof(known[0]))

static uint64_t expected_of(uint64_t pfn)
{
	size_t i;

	for (i = 0; i < KNOWN; i++)
		if (known[i].pfn == pfn)
			return known[i].host_pfn;
	return PAGEMAP_PFN_UNKNOWN;
}

static void check_frames(uint64_t first, size_t count)
{
	uint64_t *frames = calloc(count + 1, sizeof(*frames));
	size_t i;

	assert_non_null(frames);
	frames[count] = 4711;
	assert_int_equal(vk_host_frames(source, &found, first, count, frames),
			 0);
	for (i = 0; i < count; i++)
		if (frames[i] != expected_of(first + i))
			fail_msg("frame %llx of %llx: %lld",
				 (unsigned long long)(first + i),
				 (unsigned long long)first,
				 (long long)frames[i]);
	assert_int_equal(frames[count], 4711);
	free(frames);
}

static void frames_of_the_host(void **state)
{
	size_t i;

	(void)state;
	write_pages();
	find();
	check_frames(0, FRAMES);
	for (i = 0; i < KNOWN; i++) {
		check_frames(known[i].pfn, 1);
		check_frames(known[i].pfn - 1, 3);
	}
	check_frames(0x500, 0);
	check_frames(FRAMES - 1, 1);
}

static void a_child_that_ended(void **state)
{
	uint64_t frame = 0;

	(void)state;
	write_pages();
	find();
	made_remove(MADE_CHILD, NULL);
	assert_int_equal(vk_host_frames(source, &found, 0x501, 1, &frame), 0);
	assert_int_equal(frame, PAGEMAP_PFN_UNKNOWN);
	made_remove(MADE_MAIN, NULL);
	assert_int_equal(vk_host_frames(source, &found, 0x501, 1, &frame),
			 -ESRCH);
}

static void without_frame_numbers(void **state)
{
	uint64_t frame = 0;

	(void)state;
	write_entry(MADE_MAIN, MADE_BASE + 0x400000, PRESENT);
	find();
	assert_int_equal(vk_host_frames(source, &found, 0x400, 1, &frame), 0);
	assert_int_equal(frame, PAGEMAP_PFN_UNKNOWN);
}

static void flags_of_frames(void **state)
{
	static const uint64_t frames[] = {
		1000, 1001, PAGEMAP_PFN_UNKNOWN, 900, 0, 5000, 901, 1000,
	};
	uint64_t flags[8];

	(void)state;
	write_flags(0, 1);
	write_flags(900, 9);
	write_flags(901, 10);
	write_flags(1000, 0x2000);
	write_flags(1001, 0x2001);
	find();
	vk_host_flags(source, frames, 8, flags);
	assert_int_equal(flags[0], 0x2000);
	assert_int_equal(flags[1], 0x2001);
	assert_int_equal(flags[2], PAGEMAP_FLAGS_UNKNOWN);
	assert_int_equal(flags[3], 9);
	assert_int_equal(flags[4], PAGEMAP_FLAGS_UNKNOWN);
	/* Behind the end of the RAM of the host. */
	assert_int_equal(flags[5], PAGEMAP_FLAGS_UNKNOWN);
	assert_int_equal(flags[6], 10);
	assert_int_equal(flags[7], 0x2000);
	vk_host_flags(source, frames, 0, NULL);
}

static void no_flags(void **state)
{
	uint64_t frame = 1000, flags = 0;

	(void)state;
	find();
	vk_host_flags(source, &frame, 1, &flags);
	assert_int_equal(flags, PAGEMAP_FLAGS_UNKNOWN);
}

/* ---- The zero page ------------------------------------------------------- */

#define DATA (MADE_BASE + 0x200000)	/* of the image, 1.5 MiB of it */

/* As main does, to whom the page is then. */
static void write_word(uint64_t vaddr, uint64_t word)
{
	made_write_at(MADE_MAIN, "mem", vaddr, &word, 8);
	write_entry(MADE_MAIN, vaddr, PRESENT | 1);
}

static void write_both(uint64_t vaddr, uint64_t pfn)
{
	write_word(vaddr, pfn);
	write_word(vaddr + 0x100000, MADE_BASE + pfn * PAGE);
}

static const uint64_t candidates[] = { 0x900, 0x501, 0x500, 0x501, 0x502 };

static int find_zero(uint64_t *ret_pfn)
{
	struct vk_ram ram;
	int err;

	vk_found_free(&found);
	pagemap_source_close(source);
	find();
	err = vk_ram_open(vk_open_ram(source, &found), &found, false, &ram);
	if (!err)
		err = vk_ram_refresh(&ram);
	assert_int_equal(err, 0);
	err = vk_find_zero_page(source, &found, &ram, candidates, 5, ret_pfn);
	vk_ram_close(&ram);
	return err;
}

static void the_zero_page(void **state)
{
	uint64_t pfn = 0;

	(void)state;
	made_process(MADE_MAIN, 1, 0,
		     "50000000-50001000 rw-p 00000000 00:00 0\n" MADE_MAIN_MAPS
		     "90000000-90001000 rw-p 00000000 00:00 0\n");
	made_size(MADE_MAIN, "mem", 0x90001000);
	/* One word alone, for each of two; and none that anybody maps. */
	write_word(DATA + 8, 0x500);
	write_word(DATA + 0x17fff8, MADE_BASE + 0x501 * PAGE);
	write_both(DATA + 0x40, 0x700);
	/* Not where a page begins. */
	write_word(DATA + 0x50, MADE_BASE + 0x500 * PAGE + 8);
	assert_int_equal(find_zero(&pfn), -ENOENT);
	/* Both, but beside the data. */
	write_word(MADE_BASE + 0x1000, 0x501);
	write_word(0x50000000, 0x501);
	write_word(0x90000000, 0x501);
	assert_int_equal(find_zero(&pfn), -ENOENT);
	assert_int_equal(pfn, 0);
	write_word(DATA + 0x9000, 0x501);
	assert_int_equal(find_zero(&pfn), 0);
	assert_int_equal(pfn, 0x501);
	/* Two that may be it: not known. */
	write_both(DATA + 0xa000, 0x502);
	pfn = 0;
	assert_int_equal(find_zero(&pfn), -ENOENT);
	assert_int_equal(pfn, 0);
	/* But one of them is not of zeros. */
	made_write_at(MADE_MAIN, MADE_RAM_NAME, 0x502fff, "x", 1);
	assert_int_equal(find_zero(&pfn), 0);
	assert_int_equal(pfn, 0x501);
}

/* Words in pages that main has not written are none of its. */
static void pages_that_are_not_read(void **state)
{
	static const struct {
		uint64_t entry;
		int found;
	} cases[] = {
		{ PRESENT | 1, 0 },
		{ SWAPPED, 0 },
		{ PRESENT | FILE_PAGE | 1, -ENOENT },
		{ 0, -ENOENT },
	};
	uint64_t pfn = 0;
	size_t i;

	(void)state;
	made_process(MADE_MAIN, 1, 0, MADE_MAIN_MAPS);
	made_size(MADE_MAIN, "mem", DATA + 0x180000);
	write_both(DATA + 0x40, 0x501);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		write_entry(MADE_MAIN, DATA + 0x40, cases[i].entry);
		assert_int_equal(find_zero(&pfn), cases[i].found);
	}
}

static void no_memory_to_look_into(void **state)
{
	uint64_t pfn = 0;

	(void)state;
	assert_int_equal(find_zero(&pfn), -ENOENT);
	assert_int_equal(vk_find_zero_page(source, &found, NULL, NULL, 0, &pfn),
			 -ENOENT);
}

/* ---- Beside the RAM ------------------------------------------------------ */

#define SMAPS(line, pss) line \
	"Size:  4 kB\nRss:   4 kB\nPss:   " pss " kB\n" \
	"Private_Clean: 0 kB\nPrivate_Dirty: 0 kB\n"

static void write_own(void)
{
	made_write(MADE_MAIN, "smaps",
		   SMAPS("60000000-60001000 r--p 00000000 fe:00 77  /linux\n",
			 "100")
		   SMAPS(MADE_RAM("60400000-61000000", "rwxs", "00400000"),
			 "9000")
		   SMAPS("7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0\n",
			 "23"));
	made_write(MADE_CHILD, "smaps",
		   SMAPS(MADE_RAM("00400000-00402000", "r-xs", "00500000"),
			 "8")
		   SMAPS(MADE_RAM("7fc0000000-7fc0001000", "--xp", "00236000"),
			 "4")
		   SMAPS("7ffff7dd1000-7ffff7df7000 r--p 00000000 fe:00 33 /c\n",
			 "11"));
	made_write(MADE_OTHER_CHILD, "smaps",
		   SMAPS("7ffff7dd1000-7ffff7df7000 r--p 00000000 fe:00 33 /c\n",
			 "2"));
	made_write(0, "slabinfo",
		   "slabinfo - version: 2.1\n# name <active_objs> ...\n"
		   "vm_area 1 2 3 4\n"
		   "vm_area_struct 10539 10605 192 21 1 : tunables 0 0 0\n");
	made_write(0, "meminfo", "MemTotal: 1000 kB\nKernelStack: 1600 kB\n");
	made_write(0, "loadavg", "0.00 0.01 0.05 1/100 4711\n");
}

static void what_is_taken_beside(void **state)
{
	struct vk_overhead overhead;

	(void)state;
	write_own();
	find();
	vk_overhead_read(source, &found, false, &overhead);
	assert_int_equal(overhead.main_own_bytes, 123 * 1024);
	assert_int_equal(overhead.main_tables_bytes, 40 * 1024);
	assert_int_equal(overhead.children_own_bytes, 13 * 1024);
	assert_int_equal(overhead.mapping_bytes, 192);
	assert_int_equal(overhead.stack_bytes, 16384);
	/* Sums tell of a child that has no other shared memory. */
	made_write(MADE_CHILD, "smaps_rollup",
		   "1000-2000 ---p 00000000 00:00 0 [rollup]\nRss: 30 kB\n"
		   "Pss: 28 kB\nPss_Anon:       3 kB\n"
		   "Pss_File:       9 kB\nPss_Shmem: 16 kB\n");
	vk_overhead_read(source, &found, true, &overhead);
	assert_int_equal(overhead.children_own_bytes, 14 * 1024);
	((struct vk_child *)found.children.items)[0].maybe_shmem = true;
	vk_overhead_read(source, &found, true, &overhead);
	assert_int_equal(overhead.children_own_bytes, 13 * 1024);
	/* Locks of VMAs apart, as from 6.4 until 6.14. */
	made_write(0, "slabinfo", "vma_lock 1 2 40 4 1 :\n"
		   "vm_area_struct 1 2 152 4 1 :\n");
	/* A child that has ended takes nothing. */
	made_remove(MADE_OTHER_CHILD, NULL);
	vk_overhead_read(source, &found, false, &overhead);
	assert_int_equal(overhead.mapping_bytes, 192);
	assert_int_equal(overhead.children_own_bytes, 11 * 1024);
}

static void what_is_not_known(void **state)
{
	struct vk_overhead overhead;

	(void)state;
	find();
	made_remove(MADE_MAIN, "status");
	/* No smaps at all is not the end of the children. */
	vk_overhead_read(source, &found, false, &overhead);
	assert_int_equal(overhead.children_own_bytes, UINT64_MAX);
	made_write(MADE_CHILD, "smaps", "Rss: cut");
	vk_overhead_read(source, &found, false, &overhead);
	assert_int_equal(overhead.main_own_bytes, UINT64_MAX);
	assert_int_equal(overhead.main_tables_bytes, UINT64_MAX);
	assert_int_equal(overhead.children_own_bytes, UINT64_MAX);
	assert_int_equal(overhead.mapping_bytes, UINT64_MAX);
	assert_int_equal(overhead.stack_bytes, UINT64_MAX);
}

int main(void)
{
#define MADE(test) cmocka_unit_test_setup_teardown(test, begin, end)
	const struct CMUnitTest tests[] = {
		MADE(frames_of_the_host),
		MADE(a_child_that_ended),
		MADE(without_frame_numbers),
		MADE(flags_of_frames),
		MADE(no_flags),
		MADE(the_zero_page),
		MADE(pages_that_are_not_read),
		MADE(no_memory_to_look_into),
		MADE(what_is_taken_beside),
		MADE(what_is_not_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
