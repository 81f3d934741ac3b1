/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Figures of working sets: what is exact, what is bounded and by what; bounds
 * against programs made up at random whose pages are known.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wss_figures.h"

#define KIB 1024ul
#define PAGE 4096ul

static struct wss_told by_mapping(uint64_t rss, uint64_t referenced)
{
	return (struct wss_told){
		.page_bytes = PAGE,
		.samples = 1,
		.rss_bytes = rss,
		.pss_bytes = rss,
		.by_mapping = true,
		.referenced = wss_value_exact(referenced),
	};
}

static void expect(struct pagemap_value value, enum pagemap_quality quality,
		   uint64_t low, uint64_t best, uint64_t high)
{
	assert_int_equal(value.quality, quality);
	assert_int_equal(value.low, low);
	assert_int_equal(value.value, best);
	assert_int_equal(value.high, high);
}

static void expect_exact(struct pagemap_value value, uint64_t bytes)
{
	expect(value, PAGEMAP_EXACT, bytes, bytes, bytes);
}

static void expect_unknown(struct pagemap_value value,
			   enum pagemap_reason reason)
{
	expect(value, PAGEMAP_UNAVAILABLE, 0, 0, 0);
	assert_int_equal(value.reason, reason);
}

static void first_interval_is_exact(void **unused)
{
	struct wss_told told = by_mapping(100 * PAGE, 30 * PAGE);
	struct pagemap_wss_figures figures;

	(void)unused;
	wss_figures_make(&told, &figures);
	expect_exact(figures.rss, 100 * PAGE);
	expect_exact(figures.referenced, 30 * PAGE);
	expect_exact(figures.cold, 70 * PAGE);
	expect_exact(figures.referenced_share, 30 * PAGE);
	expect_exact(figures.touched_within[0], 30 * PAGE);
	expect_unknown(figures.touched_within[1], PAGEMAP_REASON_TOO_SHORT);
	expect_unknown(figures.written, PAGEMAP_REASON_NO_FEATURE);
}

static void stale_tlb_leaves_bounds(void **unused)
{
	struct wss_told told = by_mapping(100 * PAGE, 0);
	struct pagemap_wss_figures figures;

	(void)unused;
	told.referenced = wss_value_between(30 * PAGE, 30 * PAGE, 100 * PAGE,
					PAGEMAP_REASON_STALE_TLB);
	wss_figures_make(&told, &figures);
	expect(figures.referenced, PAGEMAP_BOUNDED, 30 * PAGE, 30 * PAGE,
	       100 * PAGE);
	expect(figures.cold, PAGEMAP_BOUNDED, 0, 70 * PAGE, 70 * PAGE);
	assert_int_equal(figures.cold.reason, PAGEMAP_REASON_STALE_TLB);
}

static void what_is_shared_counts_in_parts(void **unused)
{
	struct wss_told told = by_mapping(100 * PAGE, 40 * PAGE);
	struct pagemap_wss_figures figures;

	(void)unused;
	told.pss_bytes = 50 * PAGE;
	wss_figures_make(&told, &figures);
	expect(figures.referenced_share, PAGEMAP_BOUNDED, 0, 20 * PAGE,
	       40 * PAGE);
	assert_int_equal(figures.referenced_share.reason,
			 PAGEMAP_REASON_APPORTIONED);
	/* 10 pages were not used: at most 10 pages of the PSS are theirs. */
	told.referenced = wss_value_exact(90 * PAGE);
	wss_figures_make(&told, &figures);
	expect(figures.referenced_share, PAGEMAP_BOUNDED, 40 * PAGE, 45 * PAGE,
	       50 * PAGE + KIB - 1);
	told.averaged = true;
	wss_figures_make(&told, &figures);
	assert_int_equal(figures.referenced_share.quality, PAGEMAP_ESTIMATED);
}

static void what_is_not_resident_is_nothing(void **unused)
{
	struct wss_told told = by_mapping(0, 0);
	struct pagemap_wss_figures figures;

	(void)unused;
	told.by_mapping = false;
	wss_figures_make(&told, &figures);
	expect_exact(figures.referenced, 0);
	expect_exact(figures.written, 0);
	expect_exact(figures.cold, 0);
}

/* smaps does not say whether they were used: not 0. */
static void hugetlb_pages_are_not_called_unused(void **unused)
{
	struct wss_told told = by_mapping(0, 0);
	struct pagemap_wss_figures figures;

	(void)unused;
	told.uncounted = true;
	wss_figures_make(&told, &figures);
	expect_exact(figures.rss, 0);
	expect_unknown(figures.referenced, PAGEMAP_REASON_NO_FEATURE);
}

static void what_changed_is_estimated(void **unused)
{
	struct wss_told told = by_mapping(100 * PAGE, 30 * PAGE);
	struct pagemap_wss_figures figures;

	(void)unused;
	told.changed = true;
	wss_figures_make(&told, &figures);
	assert_int_equal(figures.referenced.quality, PAGEMAP_ESTIMATED);
	assert_int_equal(figures.referenced.reason, PAGEMAP_REASON_CHANGED);
	assert_int_equal(figures.written.quality, PAGEMAP_UNAVAILABLE);
}

static void no_part_is_more_than_the_whole(void **unused)
{
	struct wss_told told = by_mapping(100 * PAGE, 30 * PAGE);
	struct pagemap_wss_figures figures;

	(void)unused;
	told.pss_bytes = 300 * PAGE;
	told.referenced = wss_value_exact(200 * PAGE);
	told.pages = (struct page_counts){
		.resident = 150, .write_told = 150, .written = 140 };
	wss_figures_make(&told, &figures);
	expect_exact(figures.referenced, 100 * PAGE);
	expect_exact(figures.written, 100 * PAGE);
	expect_exact(figures.cold, 0);
	assert_true(figures.referenced_share.high <= 100 * PAGE);
}

static void pages_tell_more_than_mappings(void **unused)
{
	struct wss_told told = by_mapping(90 * PAGE, 90 * PAGE);
	struct pagemap_wss_figures figures;

	(void)unused;
	told.samples = 4;
	told.pages = (struct page_counts){
		.resident = 100, .access_told = 100, .accessed = 20,
		.write_told = 100, .written = 5, .maybe_written = 7,
		.cold = 50, .within = { 20, 30, 40, 50 } };
	wss_figures_make(&told, &figures);
	expect_exact(figures.rss, 100 * PAGE);
	expect_exact(figures.referenced, 20 * PAGE);
	expect_exact(figures.cold, 50 * PAGE);
	expect_exact(figures.touched_within[1], 30 * PAGE);
	expect_exact(figures.touched_within[2], 40 * PAGE);
	expect_unknown(figures.touched_within[3], PAGEMAP_REASON_TOO_SHORT);
	expect(figures.written, PAGEMAP_BOUNDED, 5 * PAGE, 12 * PAGE,
	       12 * PAGE);
	assert_int_equal(figures.written.reason, PAGEMAP_REASON_DIRTY_BEFORE);
}

static void pages_that_are_not_told_widen(void **unused)
{
	struct wss_told told = by_mapping(100 * PAGE, 0);
	struct pagemap_wss_figures figures;

	(void)unused;
	told.pages = (struct page_counts){
		.resident = 100, .access_told = 60, .accessed = 20,
		.cold = 40 };
	wss_figures_make(&told, &figures);
	expect(figures.referenced, PAGEMAP_BOUNDED, 20 * PAGE, 20 * PAGE,
	       60 * PAGE);
	expect(figures.cold, PAGEMAP_BOUNDED, 40 * PAGE, 40 * PAGE, 80 * PAGE);
}

/* ---- Sums -------------------------------------------------------------- */

static void a_sum_of_exact_ones_is_exact(void **unused)
{
	struct wss_told told = by_mapping(100 * PAGE, 30 * PAGE);
	struct pagemap_wss_figures figures;
	struct wss_sum sum = { 0 };

	(void)unused;
	wss_sum_finish(&sum, &figures);
	expect_exact(figures.referenced, 0);
	wss_figures_make(&told, &figures);
	wss_sum_add(&sum, &figures);
	wss_sum_add(&sum, &figures);
	wss_sum_finish(&sum, &figures);
	expect_exact(figures.rss, 200 * PAGE);
	expect_exact(figures.referenced, 60 * PAGE);
	expect_unknown(figures.written, PAGEMAP_REASON_NO_FEATURE);
}

static void what_one_lacks_bounds_the_sum(void **unused)
{
	struct wss_told told = by_mapping(100 * PAGE, 30 * PAGE);
	struct wss_told untold = told;
	struct pagemap_wss_figures figures;
	struct wss_sum sum = { 0 };

	(void)unused;
	untold.by_mapping = false;
	wss_figures_make(&told, &figures);
	wss_sum_add(&sum, &figures);
	wss_figures_make(&untold, &figures);
	wss_sum_add(&sum, &figures);
	/* Nothing of this one is in RSS, so nothing of it is missing. */
	untold.uncounted = true;
	wss_figures_make(&untold, &figures);
	wss_sum_add(&sum, &figures);
	wss_sum_finish(&sum, &figures);
	expect_exact(figures.rss, 200 * PAGE);
	expect(figures.referenced, PAGEMAP_BOUNDED, 30 * PAGE, 30 * PAGE,
	       130 * PAGE);
	assert_int_equal(figures.referenced.reason, PAGEMAP_REASON_NO_FEATURE);
}

/* ---- Bounds against pages ---------------------------------------------- */

#define MODEL_PAGES 200
#define MODEL_SAMPLES 12

struct model {
	bool resident[MODEL_PAGES];
	bool ever[MODEL_PAGES];
	bool now[MODEL_PAGES];
	unsigned int sharers[MODEL_PAGES];
};

/* Pages come, are used and go; one that goes is forgotten. */
static void live_on(struct model *model, unsigned int *seed)
{
	unsigned int uses = 1 + (unsigned int)rand_r(seed) % 10;

	for (size_t i = 0; i < MODEL_PAGES; i++) {
		model->now[i] = rand_r(seed) % 10 < (int)uses;
		if (rand_r(seed) % 20 == 0) {
			model->resident[i] = !model->resident[i];
			model->ever[i] = false;
			model->sharers[i] = 1 + (unsigned int)rand_r(seed) % 4;
		}
		model->now[i] &= model->resident[i];
		model->ever[i] |= model->now[i];
	}
}

static void check_bounds(const struct model *model, unsigned int samples,
			 struct wss_history *history, bool *has_history)
{
	uint64_t rss = 0, used = 0, cold = 0, pss = 0, share = 0;
	struct pagemap_wss_figures figures;
	struct wss_told told;

	for (size_t i = 0; i < MODEL_PAGES; i++) {
		if (!model->resident[i])
			continue;
		rss += PAGE;
		used += model->now[i] ? PAGE : 0;
		cold += model->ever[i] ? 0 : PAGE;
		pss += PAGE / model->sharers[i];
		share += model->now[i] ? PAGE / model->sharers[i] : 0;
	}
	told = by_mapping(rss, used);
	told.samples = samples;
	told.pss_bytes = pss / KIB * KIB;
	told.history = *has_history ? history : NULL;
	wss_figures_make(&told, &figures);
	expect_exact(figures.referenced, used);
	assert_in_range(cold, figures.cold.low, figures.cold.high);
	assert_in_range(figures.cold.value, figures.cold.low,
			figures.cold.high);
	/* Shares of the model are cut to bytes, a few for each page. */
	assert_in_range(share, figures.referenced_share.low,
			figures.referenced_share.high + MODEL_PAGES);
	*history = wss_history_next(told.history, 0, 1, &figures.referenced);
	*has_history = true;
}

static void bounds_hold_the_truth(void **unused)
{
	(void)unused;
	for (unsigned int seed = 1; seed <= 300; seed++) {
		struct wss_history history;
		struct model model = { 0 };
		bool has_history = false;
		unsigned int state = seed;

		for (size_t i = 0; i < MODEL_PAGES; i++) {
			model.resident[i] = rand_r(&state) % 3;
			model.sharers[i] = 1;
		}
		for (unsigned int k = 1; k <= MODEL_SAMPLES; k++) {
			live_on(&model, &state);
			check_bounds(&model, k, &history, &has_history);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_interval_is_exact),
		cmocka_unit_test(stale_tlb_leaves_bounds),
		cmocka_unit_test(what_is_shared_counts_in_parts),
		cmocka_unit_test(what_is_not_resident_is_nothing),
		cmocka_unit_test(hugetlb_pages_are_not_called_unused),
		cmocka_unit_test(what_changed_is_estimated),
		cmocka_unit_test(no_part_is_more_than_the_whole),
		cmocka_unit_test(pages_tell_more_than_mappings),
		cmocka_unit_test(pages_that_are_not_told_widen),
		cmocka_unit_test(a_sum_of_exact_ones_is_exact),
		cmocka_unit_test(what_one_lacks_bounds_the_sum),
		cmocka_unit_test(bounds_hold_the_truth),
	};

	return cmocka_run_group_tests_name("wss_figures", tests, NULL, NULL);
}
