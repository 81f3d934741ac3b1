/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The methods of clear_refs, and the choice among methods, on kernels that
 * the test plays: what works is set by hand, and nothing is tried.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "wss.h"

#define PAGE 4096ul
#define CLEAR_REFS PAGEMAP_WSS_BIT(PAGEMAP_WSS_CLEAR_REFS)
#define SOFT_DIRTY PAGEMAP_WSS_BIT(PAGEMAP_WSS_SOFT_DIRTY)

#define PRESENT (UINT64_C(1) << 63)
#define OF_FILE (UINT64_C(1) << 61)
#define DIRTY (UINT64_C(1) << 55)

static struct pagemap_source source;
static struct wss_target target;
static struct wss_hold hold;

static void play(uint32_t working, bool flushes)
{
	for (unsigned int i = 0; i < PAGEMAP_WSS_METHOD_COUNT; i++) {
		bool works = working & PAGEMAP_WSS_BIT(i);

		source.wss_methods[i] = works ? FEATURE_PRESENT :
						FEATURE_MISSING;
		source.wss_reasons[i] = works ? "" : "it does nothing here";
	}
	source.wss_flush = flushes ? FEATURE_PRESENT : FEATURE_MISSING;
}

static int setup(void **state)
{
	(void)state;
	source = (struct pagemap_source){
		.kind = PAGEMAP_SOURCE_LIVE,
		.page_size_bytes = PAGE,
		.page_shift = 12,
	};
	target = (struct wss_target){ .lock_fd = -1 };
	hold = (struct wss_hold){ .source = &source, .target = &target };
	play(CLEAR_REFS, true);
	return 0;
}

/* ---- clear_refs -------------------------------------------------------- */

static struct pagemap_value referenced(uint32_t methods)
{
	static struct smaps_sizes sizes = {
		.found = PAGEMAP_METRIC_BIT(PAGEMAP_RSS) |
			 PAGEMAP_METRIC_BIT(PAGEMAP_REFERENCED),
	};

	sizes.bytes[PAGEMAP_RSS] = 100 * PAGE;
	sizes.bytes[PAGEMAP_REFERENCED] = 30 * PAGE;
	hold.methods = methods;
	return wss_clear_refs_ops.referenced(&hold, &sizes);
}

static void expect_bounded(struct pagemap_value value)
{
	assert_int_equal(value.quality, PAGEMAP_BOUNDED);
	assert_int_equal(value.reason, PAGEMAP_REASON_STALE_TLB);
	assert_int_equal(value.low, 30 * PAGE);
	assert_int_equal(value.high, 100 * PAGE);
}

static void is_exact_where_the_tlb_was_flushed(void **unused)
{
	(void)unused;
	assert_int_equal(referenced(CLEAR_REFS).quality, PAGEMAP_EXACT);
	assert_int_equal(referenced(CLEAR_REFS).value, 30 * PAGE);
	play(CLEAR_REFS, false);
	expect_bounded(referenced(CLEAR_REFS));
	/* The 4 would disturb others: only where it was asked for. */
	play(CLEAR_REFS | SOFT_DIRTY, true);
	expect_bounded(referenced(CLEAR_REFS));
	assert_int_equal(referenced(CLEAR_REFS | SOFT_DIRTY).quality,
			 PAGEMAP_EXACT);
}

static void a_kernel_that_does_not_tell_is_believed(void **unused)
{
	struct smaps_sizes sizes = { .found = PAGEMAP_METRIC_BIT(PAGEMAP_RSS) };

	(void)unused;
	assert_int_equal(wss_clear_refs_ops.referenced(&hold, &sizes).quality,
			 PAGEMAP_UNAVAILABLE);
}

static void expect_writes(const struct wss_method_ops *ops, const char *numbers)
{
	char text[8] = "";

	target.lock_fd = memfd_create("clear_refs", MFD_CLOEXEC);
	assert_true(target.lock_fd >= 0);
	assert_int_equal(ops->forget(&hold), 0);
	assert_true(pread(target.lock_fd, text, sizeof(text) - 1, 0) >= 0);
	assert_string_equal(text, numbers);
	close(target.lock_fd);
}

static void others_soft_dirty_bits_are_left_alone(void **unused)
{
	(void)unused;
	expect_writes(&wss_clear_refs_ops, "14");
	play(CLEAR_REFS | SOFT_DIRTY, true);
	expect_writes(&wss_clear_refs_ops, "1");
	expect_writes(&wss_soft_dirty_ops, "4");
}

/* ---- soft-dirty -------------------------------------------------------- */

static void new_mappings_are_dirty_as_a_whole(void **unused)
{
	const uint64_t entries[] = {
		PRESENT, PRESENT | DIRTY, PRESENT | OF_FILE | DIRTY,
		PRESENT | OF_FILE,
	};
	const uint8_t known[] = {
		WSS_WRITTEN_TOLD, WSS_WRITTEN_TOLD | WSS_WRITTEN,
		WSS_WRITTEN_TOLD | WSS_WRITTEN, WSS_WRITTEN_TOLD,
	};
	struct wss_range *range = array_push(&target.layout, sizeof(*range));
	uint8_t bits[4] = { 0 };

	(void)unused;
	assert_non_null(range);
	*range = (struct wss_range){
		.start_vaddr = 16 * PAGE, .end_vaddr = 20 * PAGE,
	};
	assert_int_equal(wss_soft_dirty_ops.read_pages(&hold, 16, entries, 4,
						       bits), 0);
	assert_memory_equal(bits, known, 4);
	/* Behind what was mapped: of a file, it may be only read. */
	assert_int_equal(wss_soft_dirty_ops.read_pages(&hold, 20, entries, 4,
						       bits), 0);
	assert_int_equal(bits[1], WSS_WRITTEN_TOLD | WSS_WRITTEN);
	assert_int_equal(bits[2], WSS_WRITTEN_TOLD | WSS_MAYBE_WRITTEN);
	array_free(&target.layout);
}

static void ranges_that_touch_are_mapped_as_one(void **unused)
{
	static const struct wss_range ranges[] = {
		{ 10, 20, false }, { 20, 30, false }, { 40, 50, false },
	};

	(void)unused;
	for (size_t i = 0; i < 3; i++) {
		struct wss_range *range = array_push(&target.layout,
						     sizeof(*range));

		assert_non_null(range);
		*range = ranges[i];
	}
	assert_true(wss_was_mapped(&target, 10, 30));
	assert_true(wss_was_mapped(&target, 15, 25));
	assert_true(wss_was_mapped(&target, 49, 50));
	assert_false(wss_was_mapped(&target, 9, 12));
	assert_false(wss_was_mapped(&target, 25, 45));
	assert_false(wss_was_mapped(&target, 30, 40));
	assert_false(wss_was_mapped(&target, 45, 51));
	assert_false(wss_was_mapped(&target, 60, 61));
	array_free(&target.layout);
}

/* ---- What others used -------------------------------------------------- */

#define AREA_PAGES 6000
#define FIRST_PFN 5000
#define UPTODATE (UINT64_C(1) << PAGEMAP_FLAG_UPTODATE)
#define MARKED (UINT64_C(1) << PAGEMAP_FLAG_REFERENCED)
#define TAIL (UINT64_C(1) << PAGEMAP_FLAG_COMPOUND_TAIL)

static uint64_t area[AREA_PAGES], flags[AREA_PAGES];

static ssize_t read_area(const struct pages_file *pages, uint64_t first,
			 uint64_t *ret_entries, size_t count)
{
	(void)pages;
	assert_true(first + count <= AREA_PAGES);
	memcpy(ret_entries, area + first, count * sizeof(*area));
	return (ssize_t)count;
}

/* RAM ends in the last hundred frames of the area. */
static ssize_t read_flags(struct pagemap_source *from, enum frame_file file,
			  uint64_t pfn, uint64_t *ret_values, size_t count)
{
	size_t end = FIRST_PFN + AREA_PAGES - 100;

	(void)from;
	assert_int_equal(file, FRAME_FLAGS);
	assert_true(pfn >= FIRST_PFN);
	if (pfn >= end)
		return 0;
	if (pfn + count > end)
		count = end - pfn;
	memcpy(ret_values, flags + (pfn - FIRST_PFN), count * sizeof(*flags));
	return (ssize_t)count;
}

static const struct source_ops frame_ops = {
	.read_entries = read_area, .read_frames = read_flags,
};

/* Counts what must be left out, one by one. */
static uint64_t make_area(unsigned int *seed)
{
	uint64_t marked = 0;

	for (size_t i = 0; i < AREA_PAGES; i++) {
		static const uint64_t some[] = {
			UPTODATE, UPTODATE | MARKED, MARKED, UPTODATE | TAIL,
			TAIL, 0,
		};
		bool shuffled = rand_r(seed) % 8 == 0;
		size_t at = shuffled ? (size_t)rand_r(seed) % AREA_PAGES : i;
		int kind = rand_r(seed) % 10;

		area[i] = 0;
		flags[i] = some[rand_r(seed) % 6];
		if (kind)
			area[i] = PRESENT | (FIRST_PFN + at);
		if (kind > 2)
			area[i] |= OF_FILE;
	}
	for (size_t i = 0; i < AREA_PAGES; i++) {
		size_t at = (area[i] & 0xffff) - FIRST_PFN;

		if (!(area[i] & OF_FILE))
			continue;
		marked += at >= AREA_PAGES - 100 || flags[at] & MARKED ||
			  flags[at] == TAIL;
	}
	return marked;
}

static struct pagemap_value left(uint64_t file_pages, uint64_t found_pages)
{
	struct pagemap_value value = {
		.value = found_pages * PAGE, .low = found_pages * PAGE,
		.high = found_pages * PAGE,
	};
	struct wss_range range = { .end_vaddr = AREA_PAGES * PAGE };

	assert_int_equal(wss_others_leave_out(&source, &target, &range,
					      file_pages * PAGE, &value), 0);
	assert_int_equal(value.high, found_pages * PAGE);
	return value;
}

static void what_bears_the_mark_is_left_out(void **unused)
{
	unsigned int seed = 5;

	(void)unused;
	source.ops = &frame_ops;
	source.features[PAGEMAP_FEATURE_SCAN] = FEATURE_MISSING;
	source.features[PAGEMAP_FEATURE_PFN] = FEATURE_PRESENT;
	source.features[PAGEMAP_FEATURE_KPAGEFLAGS] = FEATURE_PRESENT;
	for (int i = 0; i < 20; i++) {
		uint64_t marked = make_area(&seed);
		struct pagemap_value value = left(AREA_PAGES, AREA_PAGES);

		assert_int_equal(value.low, (AREA_PAGES - marked) * PAGE);
		assert_int_equal(value.quality, PAGEMAP_BOUNDED);
		assert_int_equal(value.reason, PAGEMAP_REASON_BY_OTHERS);
		assert_int_equal(left(AREA_PAGES, 7).low, 0);
		assert_int_equal(left(30, AREA_PAGES).low,
				 (AREA_PAGES - 30) * PAGE);
	}
	memset(flags, 0, sizeof(flags));
	memset(area, 0, sizeof(area));
	area[0] = PRESENT | OF_FILE | FIRST_PFN;
	assert_int_equal(left(1, 1).quality, PAGEMAP_EXACT);
}

/* Not root: any page of a file may be one of them, and no anonymous one. */
static void what_cannot_be_seen_is_left_out(void **unused)
{
	(void)unused;
	source.features[PAGEMAP_FEATURE_PFN] = FEATURE_MISSING;
	assert_int_equal(left(0, 50).quality, PAGEMAP_EXACT);
	assert_int_equal(left(20, 50).low, 30 * PAGE);
	assert_int_equal(left(20, 50).quality, PAGEMAP_BOUNDED);
}

/* ---- The choice -------------------------------------------------------- */

/* Somebody may rely on what soft-dirty takes from him, whoever agreed to it. */
static void soft_dirty_is_taken_by_name_alone(void **unused)
{
	uint32_t methods = 0;

	(void)unused;
	assert_int_equal(pagemap_wss_choose(&source, 0, true, &methods), 0);
	assert_int_equal(methods, CLEAR_REFS);
	play(CLEAR_REFS | SOFT_DIRTY, true);
	assert_int_equal(pagemap_wss_choose(&source, 0, true, &methods), 0);
	assert_int_equal(methods, CLEAR_REFS);
	assert_int_equal(pagemap_wss_choose(&source, SOFT_DIRTY, false,
					    &methods), 0);
	assert_int_equal(methods, SOFT_DIRTY);
	play(SOFT_DIRTY, true);
	assert_int_equal(pagemap_wss_choose(&source, 0, true, &methods),
			 -ENOTSUP);
}

static void auto_disturbs_nobody_unasked(void **unused)
{
	uint32_t methods = 7;

	(void)unused;
	assert_int_equal(pagemap_wss_choose(&source, 0, false, &methods),
			 -EPERM);
	assert_non_null(strstr(source.detail, "clear_refs"));
	assert_int_equal(methods, 7);
	assert_int_equal(pagemap_wss_choose(&source, CLEAR_REFS, false,
					    &methods), 0);
	assert_int_equal(methods, CLEAR_REFS);
}

static void what_does_not_work_is_refused_with_its_reason(void **unused)
{
	uint32_t methods = 7;

	(void)unused;
	assert_int_equal(pagemap_wss_choose(&source, CLEAR_REFS | SOFT_DIRTY,
					    true, &methods), -ENOTSUP);
	assert_string_equal(source.detail,
			    "soft-dirty: it does nothing here");
	assert_int_equal(pagemap_wss_choose(&source,
					    1u << PAGEMAP_WSS_METHOD_COUNT,
					    true, &methods), -EINVAL);
	assert_int_equal(methods, 7);
}

static void a_saved_tree_forgets_nothing(void **unused)
{
	uint32_t methods = 7;
	const char *reason;

	(void)unused;
	source.kind = PAGEMAP_SOURCE_TREE;
	assert_int_equal(pagemap_wss_choose(&source, 0, true, &methods),
			 -ENOTSUP);
	assert_non_null(strstr(source.detail, "a saved tree forgets nothing"));
	assert_false(pagemap_wss_method_works(&source, PAGEMAP_WSS_CLEAR_REFS,
					      &reason));
	assert_non_null(strstr(reason, "a saved tree forgets nothing"));
}

static void methods_have_names_and_say_their_harm(void **unused)
{
	enum pagemap_wss_method found;

	(void)unused;
	for (unsigned int i = 0; i < PAGEMAP_WSS_METHOD_COUNT; i++) {
		const struct pagemap_wss_method_facts *facts =
			pagemap_wss_method_facts(i);

		if (!facts)
			continue;
		assert_int_equal(pagemap_wss_method_from_name(facts->name,
							      &found), 0);
		assert_int_equal(found, i);
		assert_true(facts->harm[0] && facts->describe[0]);
		assert_int_not_equal(facts->describe[strlen(facts->describe) -
						     1], '.');
		assert_true(facts->tells & (PAGEMAP_WSS_TELLS_REFERENCED |
					    PAGEMAP_WSS_TELLS_WRITTEN));
	}
	assert_int_equal(pagemap_wss_method_from_name("", &found), -ENOENT);
	assert_null(pagemap_wss_method_facts(PAGEMAP_WSS_METHOD_COUNT));
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(is_exact_where_the_tlb_was_flushed),
		TEST(a_kernel_that_does_not_tell_is_believed),
		TEST(others_soft_dirty_bits_are_left_alone),
		TEST(new_mappings_are_dirty_as_a_whole),
		TEST(ranges_that_touch_are_mapped_as_one),
		TEST(what_bears_the_mark_is_left_out),
		TEST(what_cannot_be_seen_is_left_out),
		TEST(soft_dirty_is_taken_by_name_alone),
		TEST(auto_disturbs_nobody_unasked),
		TEST(what_does_not_work_is_refused_with_its_reason),
		TEST(a_saved_tree_forgets_nothing),
		TEST(methods_have_names_and_say_their_harm),
	};

	return cmocka_run_group_tests_name("wss_methods", tests, NULL, NULL);
}
