// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Methods that tell page by page, on a source made up in memory: what they say
 * of a page for each state of it, when accesses are forgotten and when they are
 * read.  And the marks in which they remember.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "wss.h"
#include "wss_marks.h"

#include <cmocka.h>

#define PAGES 1024
#define FIRST_PAGE 0x7f000
#define FRAMES 4096
#define FLAG(bit) (UINT64_C(1) << PAGEMAP_FLAG_##bit)
#define PRESENT (UINT64_C(1) << 63)
#define FILE_PAGE (UINT64_C(1) << 61)

/* ---- The source ----------------------------------------------------------- */

/* A page of the one process, as the kernel has it. */
struct page {
	uint64_t entry;
	uint32_t uses;		/* as the module's records tell them */
	bool registered;
	bool protected;
};

static struct page pages[PAGES];
static uint64_t flags[FRAMES];
static int bitmap_fd;		/* of idle frames */
static int forget_error;
static unsigned int forgets;

static struct page *page_at(uint64_t number)
{
	assert_true(number >= FIRST_PAGE && number < FIRST_PAGE + PAGES);
	return &pages[number - FIRST_PAGE];
}

static ssize_t fake_entries(const struct pages_file *file, uint64_t first,
			    uint64_t *ret_entries, size_t count)
{
	(void)file;
	for (size_t i = 0; i < count; i++)
		ret_entries[i] = page_at(first + i)->entry;
	return (ssize_t)count;
}

static int fake_open_uses(struct pagemap_source *source,
			  const struct process_ref *ref,
			  struct pages_file *file)
{
	(void)source, (void)ref;
	file->uses_fd = 0;
	return 0;
}

static ssize_t fake_uses(const struct pages_file *file, uint64_t first,
			 uint64_t *ret_entries, uint32_t *ret_uses,
			 size_t count)
{
	assert_int_equal(file->uses_fd, 0);
	for (size_t i = 0; i < count; i++)
		ret_uses[i] = page_at(first + i)->uses;
	return fake_entries(file, first, ret_entries, count);
}

static void fake_close_pages(struct pages_file *file)
{
	file->uses_fd = -1;
}

/* The module's clear_refs is a hole: tests clear the bits themselves. */
static int fake_open_forget(struct pagemap_source *source,
			    const struct process_ref *ref,
			    enum forget_file file)
{
	(void)source, (void)ref;
	if (forget_error)
		return forget_error;
	forgets++;
	return file == FORGET_IDLE ? dup(bitmap_fd)
				   : open("/dev/null", O_WRONLY);
}

static ssize_t fake_scan_written(struct pagemap_source *source,
				 const struct pages_file *file,
				 struct scan *scan, struct extent *ret_extents,
				 size_t count)
{
	size_t found = 0;

	(void)source, (void)file;
	for (; scan->next_page < scan->end_page && found < count;
	     scan->next_page++) {
		struct page *page = page_at(scan->next_page);

		if (!page->registered || !wss_is_present(page->entry))
			continue;
		ret_extents[found++] = (struct extent){
			scan->next_page, scan->next_page + 1,
			page->protected ? 0 : EXTENT_WRITTEN,
		};
		page->protected |= scan->protect;
	}
	return (ssize_t)found;
}

static ssize_t fake_frames(struct pagemap_source *source, enum frame_file file,
			   uint64_t pfn, uint64_t *ret_values, size_t count)
{
	size_t i;

	(void)source;
	assert_int_equal(file, FRAME_FLAGS);
	for (i = 0; i < count && pfn + i < FRAMES; i++)
		ret_values[i] = flags[pfn + i];
	return (ssize_t)i;
}

static bool fake_probe(struct pagemap_source *source,
		       enum pagemap_feature feature, const char **ret_reason)
{
	(void)source;
	*ret_reason = "left out by the test";
	return feature == PAGEMAP_FEATURE_KPAGEFLAGS;
}

static void fake_close(struct pagemap_source *source)
{
	(void)source;
}

static const struct source_ops fake_ops = {
	.read_entries = fake_entries,
	.open_uses = fake_open_uses,
	.read_uses = fake_uses,
	.close_pages = fake_close_pages,
	.scan_written = fake_scan_written,
	.read_frames = fake_frames,
	.open_forget = fake_open_forget,
	.probe = fake_probe,
	.close = fake_close,
};

/* ---- A hold on it --------------------------------------------------------- */

static struct pagemap_source *source;
static struct wss_target target;
static struct wss_hold hold;
static const struct wss_method_ops *ops;

static void set_page(unsigned int nth, uint64_t frame, uint32_t uses)
{
	pages[nth].entry = PRESENT | frame;
	pages[nth].uses = PAGEMAP_RUN_USE_KNOWN | uses;
}

static void attach(const struct wss_method_ops *method)
{
	ops = method;
	if (ops->open)
		assert_int_equal(ops->open(source, &hold.shared), 0);
	assert_int_equal(ops->attach(&hold), 0);
}

static uint8_t bits_of(unsigned int nth)
{
	uint64_t entries[PAGES];
	uint8_t bits[PAGES] = { 0 };

	fake_entries(NULL, FIRST_PAGE, entries, PAGES);
	assert_int_equal(ops->read_pages(&hold, FIRST_PAGE, entries, PAGES,
					 bits), 0);
	return bits[nth];
}

static int begin(void **unused)
{
	struct wss_range *range;

	(void)unused;
	memset(pages, 0, sizeof(pages));
	memset(flags, 0, sizeof(flags));
	forget_error = 0;
	forgets = 0;
	bitmap_fd = memfd_create("bitmap", MFD_CLOEXEC);
	assert_int_equal(ftruncate(bitmap_fd, FRAMES / 8), 0);
	source = source_new(&fake_ops, PAGEMAP_SOURCE_LIVE);
	source->page_size_bytes = 4096;
	source->page_shift = 12;
	/* Without soft-dirty a 4 goes to the lock. */
	source->wss_methods[PAGEMAP_WSS_SOFT_DIRTY] = FEATURE_MISSING;
	source->wss_reasons[PAGEMAP_WSS_SOFT_DIRTY] = "left out by the test";
	target = (struct wss_target){
		.pid = 100, .lock_fd = open("/dev/null", O_WRONLY),
	};
	range = array_push(&target.layout, sizeof(*range));
	range->start_vaddr = (uint64_t)FIRST_PAGE << 12;
	range->end_vaddr = (uint64_t)(FIRST_PAGE + PAGES) << 12;
	hold = (struct wss_hold){ .source = source, .target = &target };
	return 0;
}

static int end(void **unused)
{
	(void)unused;
	ops->detach(&hold);
	ops->detach(&hold);
	if (ops->close)
		ops->close(hold.shared);
	array_free(&target.layout);
	pagemap_source_close(source);
	close(target.lock_fd);
	close(bitmap_fd);
	return 0;
}

/* ---- The module's --------------------------------------------------------- */

#define ACCESSED PAGEMAP_RUN_ACCESSED
#define MODIFIED PAGEMAP_RUN_MODIFIED
#define TOLD (WSS_ACCESSED_TOLD | WSS_WRITTEN_TOLD)

static void module_tells_uses(void **unused)
{
	(void)unused;
	attach(&wss_module_ops);
	set_page(1, 11, 0);
	set_page(2, 12, MODIFIED);
	set_page(3, 13, 0);
	assert_int_equal(ops->forget(&hold), 0);
	assert_int_equal(forgets, 1);
	set_page(1, 11, ACCESSED);
	set_page(2, 12, ACCESSED | MODIFIED);
	set_page(3, 13, ACCESSED | MODIFIED);
	set_page(4, 14, ACCESSED | MODIFIED);
	set_page(5, 15, 0);
	assert_int_equal(bits_of(0), 0);
	assert_int_equal(bits_of(1), TOLD | WSS_ACCESSED);
	/* It was modified before; the next was not; the last is new. */
	assert_int_equal(bits_of(2), TOLD | WSS_ACCESSED | WSS_MAYBE_WRITTEN);
	assert_int_equal(bits_of(3), TOLD | WSS_ACCESSED | WSS_WRITTEN);
	assert_int_equal(bits_of(4), TOLD | WSS_ACCESSED | WSS_WRITTEN);
	assert_int_equal(bits_of(5), TOLD);
}

/* Moved by mremap, or to another frame: it was modified before all the same. */
static void module_knows_what_moved(void **unused)
{
	(void)unused;
	attach(&wss_module_ops);
	set_page(1, 11, MODIFIED);
	set_page(2, 12, MODIFIED);
	assert_int_equal(ops->forget(&hold), 0);
	pages[1] = (struct page){ 0 };
	set_page(7, 11, ACCESSED | MODIFIED);
	set_page(2, 99, ACCESSED | MODIFIED);
	assert_int_equal(bits_of(7), TOLD | WSS_ACCESSED | WSS_MAYBE_WRITTEN);
	assert_int_equal(bits_of(2), TOLD | WSS_ACCESSED | WSS_MAYBE_WRITTEN);
	/* What the last interval knew is not kept for the next. */
	set_page(2, 99, 0);
	set_page(7, 11, 0);
	assert_int_equal(ops->forget(&hold), 0);
	set_page(2, 99, ACCESSED | MODIFIED);
	assert_int_equal(bits_of(2), TOLD | WSS_ACCESSED | WSS_WRITTEN);
}

static void module_is_not_sure_of_huge_pages(void **unused)
{
	(void)unused;
	attach(&wss_module_ops);
	set_page(512, 1024, PAGEMAP_RUN_HUGE);
	assert_int_equal(ops->forget(&hold), 0);
	set_page(512, 1024, PAGEMAP_RUN_HUGE | ACCESSED | MODIFIED);
	assert_int_equal(bits_of(512), TOLD | WSS_ACCESSED | WSS_MAYBE_WRITTEN);
}

static void module_passes_errors_on(void **unused)
{
	(void)unused;
	attach(&wss_module_ops);
	forget_error = -EACCES;
	assert_int_equal(ops->forget(&hold), -EACCES);
	forget_error = -ENOENT;
	assert_int_equal(ops->forget(&hold), -ENOENT);
}

/* ---- The bitmap of idle frames -------------------------------------------- */

static void set_idle(uint64_t frame, bool idle)
{
	uint64_t word;

	assert_int_equal(pread(bitmap_fd, &word, 8, frame / 64 * 8), 8);
	word &= ~(UINT64_C(1) << frame % 64);
	word |= (uint64_t)idle << frame % 64;
	assert_int_equal(pwrite(bitmap_fd, &word, 8, frame / 64 * 8), 8);
}

static bool is_idle(uint64_t frame)
{
	uint64_t word;

	assert_int_equal(pread(bitmap_fd, &word, 8, frame / 64 * 8), 8);
	return word >> frame % 64 & 1;
}

static void idle_tells_accesses(void **unused)
{
	(void)unused;
	attach(&wss_idle_ops);
	flags[70] = flags[71] = flags[700] = FLAG(LRU);
	set_page(1, 70, 0);
	set_page(2, 71, 0);
	set_page(3, 700, 0);
	set_page(4, 72, 0);
	assert_int_equal(ops->forget(&hold), 0);
	assert_true(is_idle(70) && is_idle(71) && is_idle(700));
	/* Reclaim does not know it; its neighbours are nobody's. */
	assert_false(is_idle(72) || is_idle(69) || is_idle(701));
	set_idle(71, false);
	/* Page 5 came in the interval. */
	flags[73] = FLAG(LRU);
	set_page(5, 73, 0);
	assert_int_equal(bits_of(1), WSS_ACCESSED_TOLD);
	assert_int_equal(bits_of(2), WSS_ACCESSED_TOLD | WSS_ACCESSED);
	assert_int_equal(bits_of(3), WSS_ACCESSED_TOLD);
	assert_int_equal(bits_of(4), 0);
	assert_int_equal(bits_of(5), WSS_ACCESSED_TOLD | WSS_ACCESSED);
	assert_int_equal(bits_of(6), 0);
}

/* The first frame of a folio stands for all, also of one across flags read. */
static void idle_asks_heads(void **unused)
{
	(void)unused;
	attach(&wss_idle_ops);
	flags[500] = FLAG(LRU) | FLAG(COMPOUND_HEAD);
	for (uint64_t frame = 501; frame < 564; frame++)
		flags[frame] = FLAG(COMPOUND_TAIL);
	flags[564] = FLAG(LRU) | FLAG(COMPOUND_HEAD);
	flags[565] = FLAG(COMPOUND_TAIL);
	for (unsigned int i = 0; i < 20; i++)
		set_page(i, 563 - i, 0);
	set_page(20, 565, 0);
	assert_int_equal(ops->forget(&hold), 0);
	assert_true(is_idle(500) && is_idle(564));
	assert_false(is_idle(501) || is_idle(563) || is_idle(565));
	set_idle(564, false);
	assert_int_equal(bits_of(0), WSS_ACCESSED_TOLD);
	assert_int_equal(bits_of(19), WSS_ACCESSED_TOLD);
	assert_int_equal(bits_of(20), WSS_ACCESSED_TOLD | WSS_ACCESSED);
}

/* ---- Write protection ----------------------------------------------------- */

static void protect_tells_writes(void **unused)
{
	(void)unused;
	attach(&wss_protect_ops);
	for (unsigned int i = 0; i < 4; i++) {
		set_page(i, 10 + i, 0);
		pages[i].registered = i != 3;
	}
	assert_int_equal(ops->forget(&hold), 0);
	assert_true(pages[0].protected && pages[2].protected);
	assert_false(pages[3].protected);
	pages[1].protected = false;
	assert_int_equal(bits_of(0), WSS_WRITTEN_TOLD);
	assert_int_equal(bits_of(1), WSS_WRITTEN_TOLD | WSS_WRITTEN);
	assert_int_equal(bits_of(3), 0);
}

/* One of a file may have come by being read. */
static void protect_and_new_pages(void **unused)
{
	(void)unused;
	attach(&wss_protect_ops);
	assert_int_equal(ops->forget(&hold), 0);
	set_page(1, 11, 0);
	set_page(2, 12, 0);
	pages[2].entry |= FILE_PAGE;
	pages[1].registered = pages[2].registered = true;
	assert_int_equal(bits_of(1), WSS_WRITTEN_TOLD | WSS_WRITTEN);
	assert_int_equal(bits_of(2), WSS_WRITTEN_TOLD | WSS_MAYBE_WRITTEN);
}

/* ---- Marks ---------------------------------------------------------------- */

#define NUMBERS 100000

static void marks_are_a_set(void **unused)
{
	struct wss_marks marks = { 0 };
	bool *there = calloc(NUMBERS, sizeof(*there));
	uint64_t spread = UINT64_C(0x9e3779b97f);
	const struct wss_block *block;
	size_t at = 0, count = 0, seen = 0;
	unsigned int seed = 5;

	(void)unused;
	assert_false(wss_marks_has(&marks, 0));
	for (int i = 0; i < 30000; i++) {
		size_t n = (size_t)rand_r(&seed) % NUMBERS;

		count += !there[n];
		there[n] = true;
		/* Half in a row, half far from each other. */
		assert_int_equal(wss_marks_add(&marks, n % 2 ? n : n * spread),
				 0);
	}
	for (size_t n = 0; n < NUMBERS; n++)
		assert_int_equal(wss_marks_has(&marks, n % 2 ? n : n * spread),
				 there[n]);
	while ((block = wss_marks_next(&marks, &at)))
		for (int i = 0; i < WSS_BLOCK_WORDS; i++)
			seen += (size_t)__builtin_popcountll(block->words[i]);
	assert_int_equal(seen, count);
	wss_marks_clear(&marks);
	assert_false(wss_marks_has(&marks, 1));
	assert_int_equal(wss_marks_add_range(&marks, 510, 515), 0);
	assert_true(wss_marks_has(&marks, 510) && wss_marks_has(&marks, 514));
	assert_false(wss_marks_has(&marks, 509) || wss_marks_has(&marks, 515));
	wss_marks_free(&marks);
	wss_marks_free(&marks);
	free(there);
}

#define WITH_SOURCE(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SOURCE(module_tells_uses),
		WITH_SOURCE(module_knows_what_moved),
		WITH_SOURCE(module_is_not_sure_of_huge_pages),
		WITH_SOURCE(module_passes_errors_on),
		WITH_SOURCE(idle_tells_accesses),
		WITH_SOURCE(idle_asks_heads),
		WITH_SOURCE(protect_tells_writes),
		WITH_SOURCE(protect_and_new_pages),
		cmocka_unit_test(marks_are_a_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
