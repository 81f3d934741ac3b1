// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Working sets without any process: what many measurements say together, where
 * a curve becomes flat, what is read of the command line, and what people and
 * programs see of measurements that were made up.
 */
#include <fcntl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common_edge.h"
#include "common_rows.h"
#include "memstats.h"

#define MIB UINT64_C(1048576)
#define SECOND UINT64_C(1000000000)

/* ---- Many measurements -------------------------------------------------- */

static void median_of_odd_and_even(void **state)
{
	struct pagemap_value values[] = {
		value_exact(30), value_exact(10), value_exact(20),
		value_estimated(50),
	};
	struct wset_spread spread;

	(void)state;
	wset_spread_of(values, 3, &spread);
	assert_int_equal(spread.known, 3);
	assert_int_equal(spread.least.value, 10);
	assert_int_equal(spread.median.value, 20);
	assert_int_equal(spread.most.value, 30);
	assert_int_equal(spread.median.quality, PAGEMAP_EXACT);
	wset_spread_of(values, 4, &spread);
	assert_int_equal(spread.median.value, 25);
	assert_int_equal(spread.most.quality, PAGEMAP_ESTIMATED);
	wset_spread_of(values + 2, 2, &spread);
	assert_int_equal(spread.median.value, 40);
	assert_int_equal(spread.median.quality, PAGEMAP_ESTIMATED);
}

static void median_of_the_largest(void **state)
{
	struct pagemap_value values[] = {
		value_exact(UINT64_MAX), value_exact(UINT64_MAX),
	};
	struct wset_spread spread;

	(void)state;
	wset_spread_of(values, 2, &spread);
	assert_true(spread.median.value == UINT64_MAX);
}

static void unknown_ones_are_left_out(void **state)
{
	struct pagemap_value values[] = {
		value_unknown(PAGEMAP_REASON_DENIED), value_exact(7),
		value_unknown(PAGEMAP_REASON_DENIED),
	};
	struct wset_spread spread;

	(void)state;
	wset_spread_of(values, 3, &spread);
	assert_int_equal(spread.known, 1);
	assert_int_equal(spread.least.value, 7);
	assert_int_equal(spread.median.value, 7);
	wset_spread_of(values + 1, 2, &spread);
	assert_int_equal(spread.known, 0);
	assert_int_equal(spread.median.quality, PAGEMAP_UNAVAILABLE);
	assert_int_equal(spread.median.reason, PAGEMAP_REASON_DENIED);
	wset_spread_of(values, 0, &spread);
	assert_int_equal(spread.median.quality, PAGEMAP_UNAVAILABLE);
}

static void sums_keep_the_worst_quality(void **state)
{
	struct pagemap_wss_figures sum = {
		.rss = value_exact(5), .written = value_bounded(1, 2, 3),
	};
	const struct pagemap_wss_figures more = {
		.rss = value_estimated(6), .written = value_bounded(10, 20, 30),
		.cold = value_unknown(PAGEMAP_REASON_NO_FEATURE),
	};

	(void)state;
	wset_figures_add(&sum, &more);
	assert_int_equal(sum.rss.value, 11);
	assert_int_equal(sum.rss.quality, PAGEMAP_ESTIMATED);
	assert_int_equal(sum.written.low, 11);
	assert_int_equal(sum.written.high, 33);
	assert_int_equal(sum.cold.quality, PAGEMAP_UNAVAILABLE);
	assert_int_equal(sum.cold.reason, PAGEMAP_REASON_NO_FEATURE);
}

/* ---- Curves ------------------------------------------------------------ */

/* Where it becomes flat; -1: nowhere. */
static int flat_at(size_t count, const uint64_t *sizes)
{
	struct pagemap_value points[WSET_POINTS];
	size_t i, at;

	for (i = 0; i < count; i++)
		points[i] = value_exact(sizes[i]);
	return wset_flattens(points, count, &at) ? (int)at : -1;
}

#define FLAT_AT(...) flat_at(sizeof((uint64_t[]){ __VA_ARGS__ }) / 8, \
			     (uint64_t[]){ __VA_ARGS__ })

static void where_it_is_flat(void **state)
{
	(void)state;
	assert_int_equal(FLAT_AT(10, 20, 40, 41, 41), 2);
	assert_int_equal(FLAT_AT(100, 104, 109, 114), 0);
	/* 5 % is growth, and so is what comes after a flat part. */
	assert_int_equal(FLAT_AT(10, 20, 100, 105), -1);
	assert_int_equal(FLAT_AT(10, 100, 100, 100, 200), -1);
	assert_int_equal(FLAT_AT(10, 100, 100, 200, 201), 3);
	assert_int_equal(FLAT_AT(0, 0, 0), 0);
	assert_int_equal(FLAT_AT(0, 0, 1), -1);
	/* Looks of one round never lose; medians of many may. */
	assert_int_equal(FLAT_AT(10, 20, 19), 1);
	assert_int_equal(FLAT_AT(10), -1);
	assert_false(wset_flattens(NULL, 0, &(size_t){ 0 }));
}

static void add(struct wset_target *target, unsigned int point,
		uint64_t interval_ns, uint64_t mib)
{
	struct wset_sample sample = {
		.interval_ns = interval_ns, .point = point,
		.at_ns = (target->count + 1) * SECOND,
		.figures = {
			.rss = value_exact(64 * MIB),
			.referenced = value_exact(mib * MIB),
			.written = value_unknown(PAGEMAP_REASON_NOT_ASKED),
			.cold = value_exact((64 - mib) * MIB),
			.referenced_share = value_exact(mib * MIB),
		},
	};

	target->samples = reallocarray(target->samples, target->count + 1,
				       sizeof(sample));
	assert_non_null(target->samples);
	target->samples[target->count++] = sample;
}

/* Two rounds; the second had no time for the middle point. */
static struct wset_target two_rounds(void)
{
	struct wset_target target = { .pid = 4711 };

	add(&target, 0, SECOND / 2, 10);
	add(&target, 1, SECOND, 30);
	add(&target, 2, 2 * SECOND, 31);
	add(&target, 0, SECOND / 2 + 2, 20);
	add(&target, 2, 2 * SECOND, 31);
	return target;
}

static void rounds_make_a_curve(void **state)
{
	struct wset_target target = two_rounds();
	struct wset_spread spreads[WSET_POINTS];
	uint64_t lengths_ns[WSET_POINTS];

	(void)state;
	assert_int_equal(wset_curve_of(&target, WSET_REFERENCED, 3, spreads,
				       lengths_ns), 3);
	assert_int_equal(spreads[0].known, 2);
	assert_int_equal(spreads[0].median.value, 15 * MIB);
	assert_int_equal(lengths_ns[0], SECOND / 2 + 1);
	assert_int_equal(spreads[1].known, 1);
	/* What the method does not tell has no curve. */
	assert_int_equal(wset_curve_of(&target, WSET_WRITTEN, 3, spreads,
				       lengths_ns), 0);
	free(target.samples);
}

/* What a view writes to standard output. */
static char *output_of(int (*view)(const struct wset *set,
				   const struct wset_target *target),
		       const struct wset *set, const struct wset_target *target)
{
	FILE *kept = stdout, *stream = stream_open();

	stdout = stream;
	assert_int_equal(view(set, target), 0);
	stdout = kept;
	return stream_text(stream);
}

static const struct settings curve_settings = {
	.usual = { .units = UNITS_SUFFIX, .header = true },
	.working_set = { .interval_ns = 2 * SECOND, .count = 2, .curve = true },
};

static struct wset set_of(struct wset_target *target)
{
	struct wset set = {
		.settings = &curve_settings,
		.methods = PAGEMAP_WSS_BIT(PAGEMAP_WSS_CLEAR_REFS),
		.targets = target, .target_count = 1, .points = 3,
	};

	methods_names(set.methods, set.method_names);
	return set;
}

static void curve_for_people(void **state)
{
	struct wset_target target = two_rounds();
	struct wset set = set_of(&target);
	char *text;

	(void)state;
	setlocale(LC_CTYPE, "C");
	text = output_of(wset_print_curve, &set, &target);
	assert_string_equal(text,
"4711 (name not known)\n"
"REFERENCED by clear_refs\n"
"INTERVAL   MIN MEDIAN   MAX ROUNDS\n"
"500 ms   10.0M  15.0M 20.0M      2\n"
"1.00 s   30.0M  30.0M 30.0M      1\n"
"2.00 s   31.0M  31.0M 31.0M      2\n"
"\n"
"  32.0M |                               ................................\n"
"        |                         ...###################################\n"
"        |                   ...#########################################\n"
"        |             ...###############################################\n"
"        |       ...#####################################################\n"
"  16.0M | ...###########################################################\n"
"        |###############################################################\n"
"        |###############################################################\n"
"        |###############################################################\n"
"        |###############################################################\n"
"     0B |###############################################################\n"
"         ---------------------------------------------------------------\n"
"         500 ms                                                   2.00 s\n"
"Working set 31.0M: flat from 1.00 s on, no doubling up to 2.00 s adds 5 %\n");
	free(text);
	free(target.samples);
}

static void curve_without_an_end(void **state)
{
	struct wset_target target = { .pid = 1 };
	struct wset set = set_of(&target);
	char *text;

	(void)state;
	add(&target, 0, SECOND, 10);
	add(&target, 1, 2 * SECOND, 20);
	text = output_of(wset_print_curve, &set, &target);
	assert_non_null(strstr(text, "No sharp working set up to 2.00 s"));
	free(text);
	free(target.samples);
}

/* ---- Texts ------------------------------------------------------------- */

static void times(void **state)
{
	static const struct {
		uint64_t ns;
		const char *text;
	} rows[] = {
		{ 50000000, "50 ms" }, { 999400000, "999 ms" },
		{ 999600000, "1.00 s" }, { 12800000000, "12.8 s" },
		{ 9994000000, "9.99 s" }, { 9996000000, "10.0 s" },
		{ 99960000000, "100 s" }, { 3600000000000, "3600 s" },
	};
	char text[WSET_TIME_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		wset_format_time(rows[i].ns, text);
		assert_string_equal(text, rows[i].text);
	}
}

static void intervals(void **state)
{
	static const char *const bad[] = {
		"", "-1", "0", "0.009", "1e3", "1s", "nan", "inf", " 1", "1.2.3",
		"1000001", "0x10",
	};
	struct settings settings = { .word_count = 1 };
	size_t i;

	(void)state;
	assert_int_equal(wset_take_interval(&settings, "12.8"), 0);
	assert_int_equal(settings.working_set.interval_ns, 12800000000);
	assert_int_equal(wset_take_interval(&settings, ".05"), 0);
	assert_int_equal(settings.working_set.interval_ns, 50000000);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (wset_take_interval(&settings, bad[i]) != 2)
			fail_msg("'%s' is taken", bad[i]);
	assert_int_equal(settings.working_set.interval_ns, 50000000);
}

static void methods(void **state)
{
	struct settings settings = { .word_count = 1 };
	char names[METHODS_SIZE];

	(void)state;
	assert_int_equal(wset_take_methods(&settings, "soft-dirty,clear_refs"), 0);
	assert_int_equal(settings.working_set.methods,
			 PAGEMAP_WSS_BIT(PAGEMAP_WSS_CLEAR_REFS) |
			 PAGEMAP_WSS_BIT(PAGEMAP_WSS_SOFT_DIRTY));
	methods_names(settings.working_set.methods, names);
	assert_string_equal(names, "clear_refs+soft-dirty");
	assert_int_equal(wset_take_methods(&settings, ""), 2);
	assert_int_equal(wset_take_methods(&settings, "clear_refs,"), 2);
	assert_int_equal(wset_take_methods(&settings, "clear"), 2);
	assert_int_equal(wset_take_methods(&settings,
		"a-name-that-is-longer-than-that-of-any-method"), 2);
	assert_false(settings.working_set.list_methods);
	assert_int_equal(wset_take_methods(&settings, "help"), 0);
	assert_true(settings.working_set.list_methods);
}

static void exact_is_what_the_method_tells(void **state)
{
	struct wset_target target = two_rounds(), none = { .pid = 1 };
	struct wset set = set_of(&target);

	(void)state;
	/* Writes are not told, and not asked for. */
	assert_true(wset_is_exact(&set, &target));
	assert_false(wset_is_exact(&set, &none));
	set.methods |= PAGEMAP_WSS_BIT(PAGEMAP_WSS_SOFT_DIRTY);
	assert_false(wset_is_exact(&set, &target));
	set.methods = PAGEMAP_WSS_BIT(PAGEMAP_WSS_CLEAR_REFS);
	target.samples[1].figures.referenced = value_estimated(1);
	assert_false(wset_is_exact(&set, &target));
	free(target.samples);
}

static void a_plot_is_written_or_said(void **state)
{
	struct wset_target target = two_rounds();
	struct settings settings = curve_settings;
	struct wset set = set_of(&target);
	char name[] = "/tmp/memstats-plot-XXXXXX", text[8192];
	int fd = mkstemp(name);
	ssize_t length;

	(void)state;
	assert_true(fd >= 0);
	settings.working_set.plot = name;
	set.settings = &settings;
	assert_int_equal(wset_plot_check(name), 0);
	assert_int_equal(wset_plot_check("/proc/nowhere/x.svg"), 1);
	assert_int_equal(wset_plot(&set), 0);
	close(fd);
	fd = open(name, O_RDONLY);
	length = read(fd, text, sizeof(text) - 1);
	assert_true(length > 0);
	text[length] = '\0';
	close(fd);
	unlink(name);
	assert_non_null(strstr(text, "Working set of process 4711"));
	assert_non_null(strstr(text, "flat from 1.00 s: 31.0 MiB"));
	/* RSS and what is referenced; writes are not told. */
	assert_non_null(strstr(text, ">referenced<"));
	assert_null(strstr(text, ">written<"));
	assert_non_null(strstr(text, "</svg>"));
	free(target.samples);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(median_of_odd_and_even),
		cmocka_unit_test(median_of_the_largest),
		cmocka_unit_test(unknown_ones_are_left_out),
		cmocka_unit_test(sums_keep_the_worst_quality),
		cmocka_unit_test(where_it_is_flat),
		cmocka_unit_test(rounds_make_a_curve),
		cmocka_unit_test(curve_for_people),
		cmocka_unit_test(curve_without_an_end),
		cmocka_unit_test(times),
		cmocka_unit_test(intervals),
		cmocka_unit_test(methods),
		cmocka_unit_test(exact_is_what_the_method_tells),
		cmocka_unit_test(a_plot_is_written_or_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
