// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lines, settling, copies and fits: numbers in, numbers out.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <libpagemap/pagemap.h>

#define KIB UINT64_C(1024)
#define MIB (1024 * KIB)
#define SECOND UINT64_C(1000000000)

static void near(double a, double b, double within)
{
	if (!(fabs(a - b) <= within))
		fail_msg("%.9g is not %.9g", a, b);
}

/* ---- Lines ------------------------------------------------------------- */

static void a_line_is_found(void **state)
{
	const double x[] = { 1, 2, 3, 4, 6 };
	const double y[] = { 5, 7, 9, 11, 15 };
	struct pagemap_line line;

	(void)state;
	assert_int_equal(pagemap_line_fit(x, y, 5, &line), 0);
	near(line.slope, 2, 1e-12);
	near(line.intercept, 3, 1e-12);
	near(line.slope_error, 0, 1e-9);
	near(line.largest_residual, 0, 1e-9);
}

/* Worked out by the textbook's formulas, elsewhere. */
static void error_bars_are_those_of_the_books(void **state)
{
	const double x[] = { 1, 2, 3, 4, 6 };
	const double y[] = { 10, 12, 15, 15, 21 };
	struct pagemap_line line;

	(void)state;
	assert_int_equal(pagemap_line_fit(x, y, 5, &line), 0);
	near(line.slope, 2.1216216216216215, 1e-12);
	near(line.intercept, 7.8108108108108105, 1e-12);
	near(line.slope_deviation, 0.24110673, 1e-8);
	near(line.intercept_deviation, 0.87598426, 1e-8);
	near(line.slope_error, 3.182 * 0.24110673, 1e-5);
	near(line.largest_residual, 1.2972972972973, 1e-9);
}

static void two_points_have_no_error_bar(void **state)
{
	const double x[] = { 1, 2 }, y[] = { 5, 7 };
	struct pagemap_line line;

	(void)state;
	assert_int_equal(pagemap_line_fit(x, y, 2, &line), 0);
	near(line.slope, 2, 1e-12);
	assert_true(isinf(line.slope_error));
	assert_true(isinf(line.intercept_error));
}

static void what_is_no_line_is_refused(void **state)
{
	const double x[] = { 1, 1, 1 }, y[] = { 1, 2, 3 };
	const double bad[] = { 1, NAN, 3 }, huge[] = { -1e308, 1e308, 1e308 };
	struct pagemap_line line = { .point_count = 77 };

	(void)state;
	assert_int_equal(pagemap_line_fit(x, y, 3, &line), -EINVAL);
	assert_int_equal(pagemap_line_fit(y, y, 1, &line), -EINVAL);
	assert_int_equal(pagemap_line_fit(y, y, 0, &line), -EINVAL);
	assert_int_equal(pagemap_line_fit(y, bad, 3, &line), -EINVAL);
	assert_int_equal(pagemap_line_fit(bad, y, 3, &line), -EINVAL);
	assert_int_equal(pagemap_line_fit(huge, huge, 3, &line), -EINVAL);
	assert_int_equal(line.point_count, 77);
}

/* ---- Settling ---------------------------------------------------------- */

static void flat_memory_settles_after_its_window(void **state)
{
	struct pagemap_settling settling = pagemap_settling_init(0);

	(void)state;
	assert_false(pagemap_settling_feed(&settling, 0, 100 * MIB, 0));
	assert_false(pagemap_settling_feed(&settling, SECOND / 2,
					   100 * MIB + 900 * KIB, 0));
	assert_true(pagemap_settling_feed(&settling, SECOND, 100 * MIB, 0));
}

static void growth_begins_the_window_anew(void **state)
{
	struct pagemap_settling settling = pagemap_settling_init(SECOND);

	(void)state;
	assert_false(pagemap_settling_feed(&settling, 0, 10 * MIB, 0));
	assert_false(pagemap_settling_feed(&settling, SECOND * 9 / 10,
					   20 * MIB, 0));
	assert_false(pagemap_settling_feed(&settling, SECOND, 20 * MIB, 0));
	assert_true(pagemap_settling_feed(&settling, SECOND * 19 / 10,
					  20 * MIB, 0));
	/* And so does memory that falls. */
	assert_false(pagemap_settling_feed(&settling, SECOND * 2, 5 * MIB, 0));
}

/* A slow drift is not flat just because no step of it is large. */
static void drift_does_not_settle(void **state)
{
	struct pagemap_settling settling = pagemap_settling_init(SECOND);
	unsigned int i;

	(void)state;
	for (i = 0; i < 100; i++)
		assert_false(pagemap_settling_feed(&settling,
			SECOND / 10 * i, 100 * MIB + i * 150 * KIB, 0));
}

static void small_programs_may_breathe_by_pages(void **state)
{
	struct pagemap_settling settling = pagemap_settling_init(SECOND);

	(void)state;
	pagemap_settling_feed(&settling, 0, 100 * KIB, 0);
	pagemap_settling_feed(&settling, SECOND / 2, 116 * KIB, 0);
	assert_true(pagemap_settling_feed(&settling, SECOND, 100 * KIB, 0));
	assert_false(pagemap_settling_feed(&settling, SECOND + 1, 96 * KIB, 0));
}

static void growing_file_cache_is_told_apart(void **state)
{
	struct pagemap_settling settling = pagemap_settling_init(SECOND);

	(void)state;
	assert_int_equal(pagemap_settling_file_growth(&settling), 0);
	pagemap_settling_feed(&settling, 0, MIB, 10 * MIB);
	assert_true(pagemap_settling_feed(&settling, SECOND * 2, MIB,
					  16 * MIB));
	assert_int_equal(pagemap_settling_file_growth(&settling), 3 * MIB);
	pagemap_settling_feed(&settling, SECOND * 3, MIB, 4 * MIB);
	assert_int_equal(pagemap_settling_file_growth(&settling), 0);
}

static void time_that_goes_back_begins_anew(void **state)
{
	struct pagemap_settling settling = pagemap_settling_init(SECOND);

	(void)state;
	pagemap_settling_feed(&settling, 10 * SECOND, MIB, 0);
	assert_false(pagemap_settling_feed(&settling, 5 * SECOND, MIB, 0));
	assert_true(pagemap_settling_feed(&settling, 6 * SECOND, MIB, 0));
}

/* ---- Copies ------------------------------------------------------------ */

static struct pagemap_cgroup_books books_unknown(void)
{
	struct pagemap_cgroup_books books = { .time_ns = 0 };
	unsigned int i;

	for (i = 0; i < PAGEMAP_CGROUP_FIGURE_COUNT; i++)
		books.value[i] = PAGEMAP_CGROUP_UNKNOWN;
	return books;
}

/* Each copy: 3 MiB anonymous, 1 of a file; 2 of a file are shared. */
static struct pagemap_cgroup_books books_of(unsigned int count)
{
	struct pagemap_cgroup_books books = books_unknown();

	books.value[PAGEMAP_CGROUP_ANON] = 100 * KIB + count * 3 * MIB;
	books.value[PAGEMAP_CGROUP_FILE] = (count ? 2 : 0) * MIB + count * MIB;
	books.value[PAGEMAP_CGROUP_SHMEM] = 0;
	books.value[PAGEMAP_CGROUP_MAPPED_FILE] =
		books.value[PAGEMAP_CGROUP_FILE];
	books.value[PAGEMAP_CGROUP_KERNEL] = 50 * KIB + count * 200 * KIB;
	books.value[PAGEMAP_CGROUP_USAGE] =
		books.value[PAGEMAP_CGROUP_ANON] +
		books.value[PAGEMAP_CGROUP_FILE] +
		books.value[PAGEMAP_CGROUP_KERNEL];
	return books;
}

static struct pagemap_copies_census census_of(unsigned int count)
{
	return (struct pagemap_copies_census){
		.anon_bytes = count * 3 * MIB,
		.file_bytes = 2 * MIB + count * MIB,
		.shmem_bytes = 0,
		.page_table_bytes = count * 60 * KIB,
		.stack_bytes = count * 16 * KIB,
		.swap_bytes = 0,
	};
}

static struct pagemap_copies *session(bool books, bool census)
{
	const unsigned int steps[] = { 1, 2, 3, 4, 6 };
	struct pagemap_cgroup_books empty = books_of(0), full;
	struct pagemap_copies_census sums;
	struct pagemap_copies *copies = NULL;
	size_t i;

	assert_int_equal(pagemap_copies_begin(books ? &empty : NULL, &copies),
			 0);
	for (i = 0; i < 5; i++) {
		full = books_of(steps[i]);
		sums = census_of(steps[i]);
		assert_int_equal(pagemap_copies_sample(copies, steps[i],
			books ? &full : NULL, census ? &sums : NULL), 0);
	}
	return copies;
}

static void cost_is(const struct pagemap_copies *copies,
		    enum pagemap_copies_figure figure, uint64_t fixed,
		    uint64_t each, enum pagemap_reason reason)
{
	struct pagemap_cost cost;

	assert_int_equal(pagemap_copies_cost(copies, figure, &cost), 0);
	near((double)cost.fixed.value, (double)fixed, 2);
	near((double)cost.each.value, (double)each, 2);
	assert_int_equal(cost.each.quality, PAGEMAP_ESTIMATED);
	assert_int_equal(cost.each.reason, reason);
	assert_true(cost.each.low <= cost.each.value &&
		    cost.each.value <= cost.each.high);
	assert_int_equal(cost.line.point_count, 5);
}

static void each_part_has_its_cost(void **state)
{
	struct pagemap_copies *copies = session(true, true);
	const enum pagemap_reason why = PAGEMAP_REASON_FITTED;

	(void)state;
	cost_is(copies, PAGEMAP_COPIES_ANON, 0, 3 * MIB, why);
	cost_is(copies, PAGEMAP_COPIES_FILE, 2 * MIB, MIB, why);
	cost_is(copies, PAGEMAP_COPIES_SHMEM, 0, 0, why);
	cost_is(copies, PAGEMAP_COPIES_PAGE_TABLES, 0, 60 * KIB, why);
	cost_is(copies, PAGEMAP_COPIES_KERNEL_STACKS, 0, 16 * KIB, why);
	cost_is(copies, PAGEMAP_COPIES_KERNEL_OTHER, 0, 124 * KIB, why);
	cost_is(copies, PAGEMAP_COPIES_KERNEL, 0, 200 * KIB, why);
	cost_is(copies, PAGEMAP_COPIES_KEPT, 0, 3 * MIB + 200 * KIB, why);
	cost_is(copies, PAGEMAP_COPIES_ALL, 2 * MIB, 4 * MIB + 200 * KIB, why);
	cost_is(copies, PAGEMAP_COPIES_CHARGED, 2 * MIB, 4 * MIB + 200 * KIB,
		why);
	cost_is(copies, PAGEMAP_COPIES_USAGE, 2 * MIB, 4 * MIB + 200 * KIB,
		why);
	assert_int_equal(pagemap_copies_step_count(copies), 5);
	pagemap_copies_end(copies);
}

static void without_books_it_is_summed(void **state)
{
	struct pagemap_copies *copies = session(false, true);
	const enum pagemap_reason why = PAGEMAP_REASON_SUMMED;
	struct pagemap_cost cost;

	(void)state;
	cost_is(copies, PAGEMAP_COPIES_KERNEL, 0, 76 * KIB, why);
	cost_is(copies, PAGEMAP_COPIES_KEPT, 0, 3 * MIB + 76 * KIB, why);
	assert_int_equal(pagemap_copies_cost(copies,
			 PAGEMAP_COPIES_KERNEL_OTHER, &cost), 0);
	assert_int_equal(cost.each.quality, PAGEMAP_UNAVAILABLE);
	assert_int_equal(cost.line.point_count, 0);
	assert_int_equal(pagemap_copies_warm(copies).quality,
			 PAGEMAP_UNAVAILABLE);
	pagemap_copies_end(copies);
}

static void without_census_the_books_tell(void **state)
{
	struct pagemap_copies *copies = session(true, false);
	struct pagemap_cost cost;

	(void)state;
	cost_is(copies, PAGEMAP_COPIES_ANON, 0, 3 * MIB,
		PAGEMAP_REASON_FITTED);
	cost_is(copies, PAGEMAP_COPIES_KEPT, 0, 3 * MIB + 200 * KIB,
		PAGEMAP_REASON_FITTED);
	assert_int_equal(pagemap_copies_cost(copies,
			 PAGEMAP_COPIES_PAGE_TABLES, &cost), 0);
	assert_int_equal(cost.each.quality, PAGEMAP_UNAVAILABLE);
	pagemap_copies_end(copies);
}

/* Half of what they map was paid for by others, and 5 MiB were only read. */
static void a_warm_start_is_seen(void **state)
{
	struct pagemap_cgroup_books books = books_of(2);
	struct pagemap_copies_census census = census_of(2);
	struct pagemap_copies *copies;
	unsigned int count;
	uint64_t bytes;

	(void)state;
	books.value[PAGEMAP_CGROUP_FILE] = 7 * MIB;
	books.value[PAGEMAP_CGROUP_MAPPED_FILE] = 2 * MIB;
	assert_int_equal(pagemap_copies_begin(NULL, &copies), 0);
	assert_int_equal(pagemap_copies_sample(copies, 2, &books, &census), 0);
	assert_int_equal(pagemap_copies_warm(copies).value, 2 * MIB);
	assert_int_equal(pagemap_copies_step_at(copies, 0, PAGEMAP_COPIES_FILE,
						&count, &bytes), 0);
	assert_int_equal(count, 2);
	assert_int_equal(bytes, 4 * MIB + 5 * MIB);
	pagemap_copies_end(copies);
}

static void wrong_use_of_copies_is_refused(void **state)
{
	struct pagemap_copies_census census = census_of(1);
	struct pagemap_copies *copies;
	struct pagemap_cost cost;
	unsigned int count;
	uint64_t bytes;

	(void)state;
	assert_int_equal(pagemap_copies_begin(NULL, &copies), 0);
	assert_int_equal(pagemap_copies_sample(copies, 0, NULL, &census),
			 -EINVAL);
	assert_int_equal(pagemap_copies_sample(copies, 1, NULL, NULL), -EINVAL);
	assert_int_equal(pagemap_copies_cost(copies, PAGEMAP_COPIES_ALL, &cost),
			 -ENODATA);
	assert_int_equal(pagemap_copies_sample(copies, 3, NULL, &census), 0);
	assert_int_equal(pagemap_copies_sample(copies, 3, NULL, &census), 0);
	assert_int_equal(pagemap_copies_cost(copies, PAGEMAP_COPIES_ALL, &cost),
			 -ENODATA);
	assert_int_equal(pagemap_copies_cost(copies,
			 PAGEMAP_COPIES_FIGURE_COUNT, &cost), -EINVAL);
	assert_int_equal(pagemap_copies_step_at(copies, 2, PAGEMAP_COPIES_ALL,
						&count, &bytes), -ENOENT);
	pagemap_copies_end(copies);
	pagemap_copies_end(NULL);
}

static void every_figure_has_a_name(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < PAGEMAP_COPIES_FIGURE_COUNT; i++)
		assert_non_null(pagemap_copies_figure_name(
				(enum pagemap_copies_figure)i));
	assert_null(pagemap_copies_figure_name(PAGEMAP_COPIES_FIGURE_COUNT));
}

/* ---- Fits -------------------------------------------------------------- */

static struct pagemap_value value(uint64_t low, uint64_t likely, uint64_t high)
{
	return (struct pagemap_value){
		likely, low, high, PAGEMAP_ESTIMATED, PAGEMAP_REASON_FITTED,
	};
}

static struct pagemap_fit_opts opts_of(uint64_t budget)
{
	return (struct pagemap_fit_opts){
		.size = sizeof(struct pagemap_fit_opts),
		.budget_bytes = budget,
		.fixed = value(0, 0, 0),
		.each = value(3 * MIB, 3 * MIB, 3 * MIB),
		.file_floor = value(0, 0, 0),
		.shared_file = value(6 * MIB, 6 * MIB, 12 * MIB),
		.private_file = value(MIB, MIB, MIB),
	};
}

static void a_budget_holds_so_many(void **state)
{
	struct pagemap_fit_opts opts = opts_of(30 * MIB + 256 * KIB);
	struct pagemap_fit fit;

	(void)state;
	assert_int_equal(pagemap_fit_copies(&opts, &fit), 0);
	assert_int_equal(fit.until_killed.value, 10);
	assert_int_equal(fit.until_thrashing.value, 6);
	assert_int_equal(fit.until_thrashing.low, 4);
	assert_int_equal(fit.until_thrashing.high, 6);
	assert_int_equal(fit.until_thrashing.quality, PAGEMAP_ESTIMATED);
	/* The last byte decides. */
	opts.budget_bytes--;
	assert_int_equal(pagemap_fit_copies(&opts, &fit), 0);
	assert_int_equal(fit.until_killed.value, 9);
	/* Others beside them, and files that do not give way. */
	opts.beside = value(9 * MIB, 9 * MIB, 9 * MIB);
	opts.file_floor = value(3 * MIB, 3 * MIB, 6 * MIB);
	assert_int_equal(pagemap_fit_copies(&opts, &fit), 0);
	assert_int_equal(fit.until_killed.value, 5);
	assert_int_equal(fit.until_killed.low, 4);
}

static void a_budget_too_small_holds_none(void **state)
{
	struct pagemap_fit_opts opts = opts_of(256 * KIB);
	struct pagemap_fit fit;

	(void)state;
	assert_int_equal(pagemap_fit_copies(&opts, &fit), 0);
	assert_int_equal(fit.until_killed.value, 0);
	assert_int_equal(fit.until_killed.high, 0);
	opts.budget_bytes = 1;
	assert_int_equal(pagemap_fit_copies(&opts, &fit), 0);
	assert_int_equal(fit.until_killed.value, 0);
	assert_int_equal(fit.until_thrashing.value, 0);
}

static void what_costs_nothing_has_no_number(void **state)
{
	struct pagemap_fit_opts opts = opts_of(MIB);
	struct pagemap_fit fit;

	(void)state;
	opts.each = value(0, 0, 1);
	assert_int_equal(pagemap_fit_copies(&opts, &fit), 0);
	assert_int_equal(fit.until_killed.quality, PAGEMAP_UNAVAILABLE);
	assert_int_equal(fit.until_killed.reason, PAGEMAP_REASON_FREE);
	/* But their own files do cost: the budget has no room for any. */
	assert_int_equal(fit.until_thrashing.value, 0);
	/* Perhaps nothing: no end above. */
	opts.each = value(0, KIB, KIB);
	assert_int_equal(pagemap_fit_copies(&opts, &fit), 0);
	assert_int_equal(fit.until_killed.value, 768);
	assert_true(fit.until_killed.high == UINT64_MAX);
}

static void unknown_files_leave_thrashing_open(void **state)
{
	struct pagemap_fit_opts opts = opts_of(64 * MIB);
	struct pagemap_fit_left left;
	struct pagemap_fit fit;

	(void)state;
	opts.shared_file = (struct pagemap_value){
		.quality = PAGEMAP_UNAVAILABLE,
		.reason = PAGEMAP_REASON_DENIED,
	};
	assert_int_equal(pagemap_fit_copies(&opts, &fit), 0);
	assert_int_equal(fit.until_killed.value, 21);
	assert_int_equal(fit.until_thrashing.quality, PAGEMAP_UNAVAILABLE);
	assert_int_equal(fit.until_thrashing.reason, PAGEMAP_REASON_DENIED);
	assert_int_equal(pagemap_fit_left(&opts, 0, &left), 0);
	assert_false(left.thrashing_known);
	opts.size = 3;
	assert_int_equal(pagemap_fit_copies(&opts, &fit), -EINVAL);
	assert_int_equal(pagemap_fit_left(&opts, 0, &left), -EINVAL);
}

static void what_is_left_may_be_missing(void **state)
{
	struct pagemap_fit_opts opts = opts_of(20 * MIB + 256 * KIB);
	struct pagemap_fit_left left;

	(void)state;
	assert_int_equal(pagemap_fit_left(&opts, 3, &left), 0);
	assert_int_equal(left.until_killed_bytes, 11 * MIB);
	assert_int_equal(left.until_thrashing_bytes, 2 * MIB);
	assert_true(left.thrashing_known);
	assert_true(left.until_thrashing_low_bytes == -(int64_t)(4 * MIB));
	assert_int_equal(pagemap_fit_left(&opts, 7, &left), 0);
	assert_true(left.until_killed_bytes == -(int64_t)MIB);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_found),
		cmocka_unit_test(error_bars_are_those_of_the_books),
		cmocka_unit_test(two_points_have_no_error_bar),
		cmocka_unit_test(what_is_no_line_is_refused),
		cmocka_unit_test(flat_memory_settles_after_its_window),
		cmocka_unit_test(growth_begins_the_window_anew),
		cmocka_unit_test(drift_does_not_settle),
		cmocka_unit_test(small_programs_may_breathe_by_pages),
		cmocka_unit_test(growing_file_cache_is_told_apart),
		cmocka_unit_test(time_that_goes_back_begins_anew),
		cmocka_unit_test(each_part_has_its_cost),
		cmocka_unit_test(without_books_it_is_summed),
		cmocka_unit_test(without_census_the_books_tell),
		cmocka_unit_test(a_warm_start_is_seen),
		cmocka_unit_test(wrong_use_of_copies_is_refused),
		cmocka_unit_test(every_figure_has_a_name),
		cmocka_unit_test(a_budget_holds_so_many),
		cmocka_unit_test(a_budget_too_small_holds_none),
		cmocka_unit_test(what_costs_nothing_has_no_number),
		cmocka_unit_test(unknown_files_leave_thrashing_open),
		cmocka_unit_test(what_is_left_may_be_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
