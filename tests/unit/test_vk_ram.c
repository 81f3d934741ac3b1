/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Guest RAM in files of the test's own: what is read, which frames are told to
 * be where, and that neither fills a hole, reads anything in, or dies of a
 * file that is cut short.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "vk_host.h"

#define SHIFT 12
#define PAGE ((size_t)1 << SHIFT)
#define FIRST_PFN 16
/* More than one window of mincore's, and no multiple of it. */
#define FRAMES UINT64_C(150000)

static struct vk_ram ram;
static int file;		/* the same as ram.fd, and ours */

static void write_frame(uint64_t pfn, char byte)
{
	char page[PAGE];

	memset(page, byte, sizeof(page));
	assert_int_equal(pwrite(file, page, sizeof(page),
				(off_t)(pfn << SHIFT)), sizeof(page));
}

static int open_ram(uint64_t bytes, bool is_live)
{
	struct vk_found found = {
		.page_shift = SHIFT,
		.facts = { .ram_bytes = bytes, .first_pfn = FIRST_PFN },
	};
	int err, fd = dup(file);

	assert_return_code(fd, errno);
	err = vk_ram_open(fd, &found, is_live, &ram);
	return err ? err : vk_ram_refresh(&ram);
}

static int begin(void **state)
{
	(void)state;
	file = memfd_create("ram", MFD_CLOEXEC);
	if (file < 0 || ftruncate(file, (off_t)(FRAMES << SHIFT)))
		return -1;
	/* The page of the image that User-Mode Linux writes there, too. */
	write_frame(3, 'i');
	write_frame(FIRST_PFN, 'a');
	write_frame(100, 'b');
	write_frame(101, 0);
	write_frame(65535, 'c');
	write_frame(65536, 'd');
	write_frame(FRAMES - 1, 'e');
	return 0;
}

static int end(void **state)
{
	(void)state;
	vk_ram_close(&ram);
	close(file);
	return 0;
}

static blkcnt_t blocks(void)
{
	struct stat st;

	assert_int_equal(fstat(file, &st), 0);
	return st.st_blocks;
}

static void assert_frame(uint64_t pfn, char byte)
{
	char page[PAGE], expected[PAGE];

	memset(page, 0xa5, sizeof(page));
	memset(expected, byte, sizeof(expected));
	assert_int_equal(ram.memory.read(&ram.memory, pfn, 1, page), 0);
	assert_memory_equal(page, expected, PAGE);
}

/* ---- Reading ------------------------------------------------------------- */

static void frames_are_read(void **state)
{
	char *pages = malloc(20 * PAGE);
	int i;

	(void)state;
	assert_int_equal(open_ram(FRAMES << SHIFT, true), 0);
	assert_int_equal(ram.memory.frame_count, FRAMES);
	assert_frame(FIRST_PFN, 'a');
	assert_frame(100, 'b');
	assert_frame(101, 0);
	assert_frame(102, 0);
	assert_frame(FRAMES - 1, 'e');
	/* The image is not in the file, whatever lies there. */
	assert_frame(3, 0);
	/* From the image into the file, at once. */
	assert_non_null(pages);
	memset(pages, 0xa5, 20 * PAGE);
	assert_int_equal(ram.memory.read(&ram.memory, 0, 20, pages), 0);
	for (i = 0; i < 20; i++)
		assert_int_equal(pages[(size_t)i * PAGE + 77],
				 i == FIRST_PFN ? 'a' : 0);
	assert_int_equal(ram.memory.read(&ram.memory, FRAMES - 1, 2, pages),
			 -EINVAL);
	assert_int_equal(ram.memory.read(&ram.memory, UINT64_MAX, 2, pages),
			 -EINVAL);
	free(pages);
}

/* ---- States -------------------------------------------------------------- */

static void assert_states(const uint64_t *resident, size_t count)
{
	uint64_t pfn;
	size_t at = 0;

	for (pfn = 0; pfn < FRAMES; pfn++) {
		enum pagemap_guest_state state = PAGEMAP_GUEST_UNTOUCHED;

		if (pfn < FIRST_PFN)
			state = PAGEMAP_GUEST_IMAGE;
		else if (at < count && resident[at] == pfn)
			state = PAGEMAP_GUEST_RESIDENT;
		if (state == PAGEMAP_GUEST_RESIDENT)
			at++;
		if (ram.states[pfn] != state)
			fail_msg("frame %llu: %d, not %d",
				 (unsigned long long)pfn, ram.states[pfn],
				 state);
	}
	assert_int_equal(at, count);
}

static const uint64_t written[] = {
	FIRST_PFN, 100, 101, 65535, 65536, FRAMES - 1,
};

static void states_are_found(void **state)
{
	const uint64_t more[] = {
		FIRST_PFN, 100, 101, 5000, 65535, 65536,
	};

	(void)state;
	assert_int_equal(open_ram(FRAMES << SHIFT, true), 0);
	assert_states(written, 6);
	/* One more, and one that is given back. */
	write_frame(5000, 'x');
	assert_int_equal(fallocate(file, FALLOC_FL_PUNCH_HOLE |
				   FALLOC_FL_KEEP_SIZE,
				   (off_t)((FRAMES - 1) << SHIFT),
				   (off_t)PAGE), 0);
	assert_states(written, 6);
	assert_int_equal(vk_ram_refresh(&ram), 0);
	assert_states(more, 6);
}

/* Of a stretch of data that begins in one window and ends in the next. */
static void data_across_windows(void **state)
{
	const uint64_t border = 65536 + FIRST_PFN;
	uint64_t pfn;

	(void)state;
	for (pfn = border - 5; pfn < border + 5; pfn++)
		write_frame(pfn, 'x');
	assert_int_equal(open_ram(FRAMES << SHIFT, true), 0);
	for (pfn = border - 10; pfn < border + 10; pfn++)
		assert_int_equal(ram.states[pfn],
				 pfn >= border - 5 && pfn < border + 5 ?
				 PAGEMAP_GUEST_RESIDENT :
				 PAGEMAP_GUEST_UNTOUCHED);
	assert_int_equal(ram.states[FRAMES - 1], PAGEMAP_GUEST_RESIDENT);
}

static void of_a_saved_file_data_count(void **state)
{
	(void)state;
	assert_int_equal(open_ram(FRAMES << SHIFT, false), 0);
	assert_states(written, 6);
}

static void next(uint64_t from, bool resident_only, uint64_t pfn,
		 uint64_t count)
{
	uint64_t at = from, found = 0;

	assert_int_equal(ram.memory.next_used(&ram.memory, &at, resident_only,
					      &found), 1);
	assert_int_equal(at, pfn);
	assert_int_equal(found, count);
}

static void stretches_that_are_used(void **state)
{
	uint64_t at = FRAMES, count;

	(void)state;
	assert_int_equal(open_ram(FRAMES << SHIFT, true), 0);
	next(0, true, FIRST_PFN, 1);
	next(FIRST_PFN, true, FIRST_PFN, 1);
	next(FIRST_PFN + 1, true, 100, 2);
	next(101, true, 101, 1);
	next(102, true, 65535, 2);
	ram.states[101] = PAGEMAP_GUEST_SWAPPED;
	next(100, true, 100, 1);
	next(100, false, 100, 2);
	next(101, true, 65535, 2);
	next(65537, false, FRAMES - 1, 1);
	assert_int_equal(ram.memory.next_used(&ram.memory, &at, false, &count),
			 0);
	at = UINT64_MAX;
	assert_int_equal(ram.memory.next_used(&ram.memory, &at, false, &count),
			 0);
}

/* ---- What it must not do ------------------------------------------------- */

static void no_hole_is_filled(void **state)
{
	const blkcnt_t before = blocks();
	char *pages = malloc(1000 * PAGE);
	int i;

	(void)state;
	assert_non_null(pages);
	assert_int_equal(open_ram(FRAMES << SHIFT, true), 0);
	for (i = 0; i < 3; i++)
		assert_int_equal(vk_ram_refresh(&ram), 0);
	for (i = 0; i < 100; i++)
		assert_int_equal(ram.memory.read(&ram.memory,
						 (uint64_t)i * 1000, 1000,
						 pages), 0);
	assert_int_equal(blocks(), before);
	/* Seven frames, of which one is none: the count could have grown. */
	assert_int_equal(before, 7 * 8);
	free(pages);
}

static void a_file_that_is_cut_short(void **state)
{
	(void)state;
	assert_int_equal(open_ram(FRAMES << SHIFT, true), 0);
	assert_int_equal(ftruncate(file, (off_t)(100 * PAGE + 7)), 0);
	/* Before it is noticed, and after. */
	assert_frame(65535, 0);
	assert_frame(FIRST_PFN, 'a');
	assert_int_equal(vk_ram_refresh(&ram), 0);
	assert_states((const uint64_t[]){ FIRST_PFN, 100 }, 2);
	assert_frame(101, 0);
	assert_int_equal(ftruncate(file, 0), 0);
	assert_int_equal(vk_ram_refresh(&ram), 0);
	assert_states(NULL, 0);
	assert_frame(FIRST_PFN, 0);
}

/* Whether a page of a file is in RAM, by a mapping that is never touched. */
static bool is_cached(uint64_t pfn)
{
	unsigned char cached = 0;
	void *at = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, file,
			(off_t)(pfn << SHIFT));

	assert_ptr_not_equal(at, MAP_FAILED);
	assert_int_equal(mincore(at, PAGE, &cached), 0);
	munmap(at, PAGE);
	return cached & 1;
}

/* As pages in swap, without need of any: clean pages of a disk, evicted. */
static void nothing_is_read_in(void **state)
{
	char name[] = "/var/tmp/ram-XXXXXX";
	int i;

	(void)state;
	close(file);
	file = mkstemp(name);
	assert_return_code(file, errno);
	unlink(name);
	assert_int_equal(ftruncate(file, 1000 * (off_t)PAGE), 0);
	write_frame(500, 'x');
	write_frame(600, 'y');
	assert_int_equal(fsync(file), 0);
	assert_int_equal(posix_fadvise(file, 600 * (off_t)PAGE, (off_t)PAGE,
				       POSIX_FADV_DONTNEED), 0);
	if (is_cached(600) || !is_cached(500)) {
		printf("# SKIP the file system of /var/tmp evicts no page\n");
		fflush(stdout);
		skip();
	}
	assert_int_equal(open_ram(1000 * PAGE, true), 0);
	for (i = 0; i < 3; i++)
		assert_int_equal(vk_ram_refresh(&ram), 0);
	assert_int_equal(ram.states[500], PAGEMAP_GUEST_RESIDENT);
	assert_int_equal(ram.states[600], PAGEMAP_GUEST_SWAPPED);
	assert_false(is_cached(600));
	assert_frame(600, 'y');
	assert_int_equal(vk_ram_refresh(&ram), 0);
	assert_int_equal(ram.states[600], PAGEMAP_GUEST_RESIDENT);
}

/* ---- What is no RAM ------------------------------------------------------ */

static void sizes_that_are_none(void **state)
{
	static const uint64_t sizes[] = {
		0, PAGE - 1, FIRST_PFN * PAGE, VK_RAM_MAX_BYTES + 1, UINT64_MAX,
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		assert_int_equal(open_ram(sizes[i], true), -EINVAL);
	close(file);
	file = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	assert_int_equal(open_ram(FRAMES << SHIFT, true), -EINVAL);
	ram.fd = -1;
	ram.states = NULL;
}

int main(void)
{
#define RAM(test) cmocka_unit_test_setup_teardown(test, begin, end)
	const struct CMUnitTest tests[] = {
		RAM(frames_are_read),
		RAM(states_are_found),
		RAM(data_across_windows),
		RAM(of_a_saved_file_data_count),
		RAM(stretches_that_are_used),
		RAM(no_hole_is_filled),
		RAM(a_file_that_is_cut_short),
		RAM(nothing_is_read_in),
		RAM(sizes_that_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
