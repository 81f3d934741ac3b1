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
	*range = (struct wss_range){ 16 * PAGE, 20 * PAGE };
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
		{ 10, 20 }, { 20, 30 }, { 40, 50 },
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

/* ---- The choice -------------------------------------------------------- */

static void auto_adds_who_tells_writes(void **unused)
{
	uint32_t methods = 0;

	(void)unused;
	assert_int_equal(wss_choose(&source, 0, true, &methods), 0);
	assert_int_equal(methods, CLEAR_REFS);
	play(CLEAR_REFS | SOFT_DIRTY, true);
	assert_int_equal(wss_choose(&source, 0, true, &methods), 0);
	assert_int_equal(methods, CLEAR_REFS | SOFT_DIRTY);
	/* It tells writes alone: not what was asked. */
	play(SOFT_DIRTY, true);
	assert_int_equal(wss_choose(&source, 0, true, &methods), -ENOTSUP);
}

static void auto_disturbs_nobody_unasked(void **unused)
{
	uint32_t methods = 7;

	(void)unused;
	assert_int_equal(wss_choose(&source, 0, false, &methods), -EPERM);
	assert_non_null(strstr(source.detail, "clear_refs"));
	assert_int_equal(methods, 7);
	assert_int_equal(wss_choose(&source, CLEAR_REFS, false, &methods), 0);
	assert_int_equal(methods, CLEAR_REFS);
}

static void what_does_not_work_is_refused_with_its_reason(void **unused)
{
	uint32_t methods = 7;

	(void)unused;
	assert_int_equal(wss_choose(&source, CLEAR_REFS | SOFT_DIRTY, true,
				    &methods), -ENOTSUP);
	assert_string_equal(source.detail,
			    "soft-dirty: it does nothing here");
	assert_int_equal(wss_choose(&source, 1u << PAGEMAP_WSS_METHOD_COUNT,
				    true, &methods), -EINVAL);
	assert_int_equal(methods, 7);
}

static void a_saved_tree_forgets_nothing(void **unused)
{
	uint32_t methods = 7;
	const char *reason;

	(void)unused;
	source.kind = PAGEMAP_SOURCE_TREE;
	assert_int_equal(wss_choose(&source, 0, true, &methods), -ENOTSUP);
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
		TEST(auto_adds_who_tells_writes),
		TEST(auto_disturbs_nobody_unasked),
		TEST(what_does_not_work_is_refused_with_its_reason),
		TEST(a_saved_tree_forgets_nothing),
		TEST(methods_have_names_and_say_their_harm),
	};

	return cmocka_run_group_tests_name("wss_methods", tests, NULL, NULL);
}
