/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The history of PSS: samples are thinned out and peaks stay, what was not
 * read is a gap, memory is bounded; and the graph that is drawn of it.
 */
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "history.h"

#define SECOND UINT64_C(1000000000)
#define KIB UINT64_C(1024)
#define UNKNOWN UINT64_MAX

static struct history_sample sample_of(pid_t pid, uint64_t kib)
{
	struct history_sample sample = {
		.pid = pid,
		.start_time_ns = UINT64_MAX,
		.pss = { kib * KIB, kib * KIB, kib * KIB, PAGEMAP_EXACT,
			 PAGEMAP_REASON_NONE },
	};

	if (kib == UNKNOWN)
		sample.pss = (struct pagemap_value){
			.quality = PAGEMAP_UNAVAILABLE,
		};
	return sample;
}

static void add_one(struct history *history, uint64_t second, uint64_t kib)
{
	struct history_sample sample = sample_of(7, kib);

	assert_int_equal(history_add_samples(history, second * SECOND, &sample,
					     1), 0);
}

static struct history_series series_of(const struct history *history,
				       pid_t pid)
{
	struct history_series series;

	assert_true(history_series(history, pid, &series));
	return series;
}

static void samples_are_kept(void **state)
{
	struct history *history = history_new();
	struct history_series series;

	(void)state;
	assert_false(history_series(history, 7, &series));
	add_one(history, 1, 100);
	add_one(history, 2, 300);
	series = series_of(history, 7);
	assert_int_equal(series.count, 2);
	assert_int_equal(series.step, 1);
	assert_true(series.kib[0] == 100 && series.kib[1] == 300);
	assert_true(series.time_ns[1] == 2 * SECOND);
	assert_false(history_series(history, 8, &series));
	series = series_of(history, HISTORY_TOTAL);
	assert_true(series.kib[1] == 300);
	history_free(history);
}

static void gaps_are_gaps(void **state)
{
	struct history *history = history_new();
	struct history_sample old = sample_of(7, 500);
	struct history_series series;

	(void)state;
	add_one(history, 1, 100);
	add_one(history, 2, UNKNOWN);
	old.pss.reason = PAGEMAP_REASON_OLD;
	assert_int_equal(history_add_samples(history, 3 * SECOND, &old, 1), 0);
	assert_int_equal(history_add_samples(history, 4 * SECOND, NULL, 0), 0);
	series = series_of(history, 7);
	assert_int_equal(series.count, 4);
	assert_true(series.kib[0] == 100);
	assert_true(isnan(series.kib[1]) && isnan(series.kib[2]) &&
		    isnan(series.kib[3]));
	/* The sum has what is kept of those that were not read again. */
	series = series_of(history, HISTORY_TOTAL);
	assert_true(isnan(series.kib[1]) && series.kib[2] == 500);
	history_free(history);
}

/* A peak, a dip and a gap in 100,000 samples: the peak is there at the end. */
static void thinning_keeps_peaks(void **state)
{
	struct history *history = history_new();
	struct history_series series;
	size_t i, peaks = 0;

	(void)state;
	for (i = 0; i < 100000; i++) {
		add_one(history, i, i == 77777 ? 9000 : i % 2 ? 10 : UNKNOWN);
		series = series_of(history, 7);
		assert_true(series.count <= HISTORY_SAMPLES);
	}
	assert_int_equal(series.step, 512);
	assert_in_range(series.count, HISTORY_SAMPLES / 2, HISTORY_SAMPLES);
	for (i = 0; i < series.count; i++) {
		uint64_t last = (i + 1) * series.step - 1;

		if (i + 1 < series.count)
			assert_true(series.time_ns[i] == last * SECOND);
		assert_false(isnan(series.kib[i]));
		peaks += series.kib[i] == 9000;
		if (series.kib[i] == 9000)
			assert_int_equal(i, 77777 / series.step);
		else
			assert_true(series.kib[i] == 10);
	}
	assert_int_equal(peaks, 1);
	history_free(history);
}

static void another_process_begins_anew(void **state)
{
	struct history *history = history_new();
	struct history_sample sample = sample_of(7, 100);
	struct history_series series;

	(void)state;
	sample.start_time_ns = 1000;
	history_add_samples(history, SECOND, &sample, 1);
	sample.start_time_ns = 2000;
	history_add_samples(history, 2 * SECOND, &sample, 1);
	series = series_of(history, 7);
	assert_true(isnan(series.kib[0]) && series.kib[1] == 100);
	history_free(history);
}

/* Each snapshot has 100 processes that no other one had. */
static void memory_is_bounded(void **state)
{
	struct history *history = history_new();
	struct history_sample samples[100];
	struct history_series series;
	size_t i, n, bytes;

	(void)state;
	for (n = 0; n < 1000; n++) {
		for (i = 0; i < 100; i++)
			samples[i] = sample_of((pid_t)(n * 100 + i + 1), 4);
		assert_int_equal(history_add_samples(history, n * SECOND,
						     samples, 100), 0);
	}
	bytes = history_memory_bytes(history);
	assert_true(bytes < (100 + HISTORY_ENDED + 1) * 1100 + 4096);
	/* Those that ended last are still there, earlier ones are not. */
	assert_true(history_series(history, 999 * 100, &series) ||
		    history_series(history, 998 * 100 + 1, &series));
	assert_false(history_series(history, 1, &series));
	assert_true(history_series(history, 999 * 100 + 100, &series));
	history_free(history);
}

/* The promise of history.h. */
static void thousands_take_megabytes(void **state)
{
	struct history *history = history_new();
	struct history_sample *samples = calloc(4000, sizeof(*samples));
	size_t i;

	(void)state;
	assert_non_null(samples);
	for (i = 0; i < 4000; i++)
		samples[i] = sample_of((pid_t)i + 1, i);
	for (i = 0; i < 300; i++)
		history_add_samples(history, i * SECOND, samples, 4000);
	assert_in_range(history_memory_bytes(history), 4000 * 1024,
			4400 * 1024);
	free(samples);
	history_free(history);
}

/* ---- The graph --------------------------------------------------------- */

static void assert_graph(const struct history *history, bool from_zero,
			 bool utf8, size_t width, size_t height,
			 const char *expected)
{
	struct canvas *canvas = canvas_new(width, height, utf8);
	struct history_view view = { 7, from_zero };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	history_draw(history, &view, canvas, 0, 0, width, height);
	canvas_print(canvas, out);
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
	canvas_free(canvas);
}

static void graphs_show_samples(void **state)
{
	struct history *history = history_new();
	uint64_t i;

	(void)state;
	for (i = 0; i < 10; i++)
		add_one(history, 2 * i, i == 4 ? UNKNOWN : 400 + 50 * i);
	assert_graph(history, true, false, 30, 7,
		     "PSS 850.0K  least 400.0K, most\n"
		     " 896.0K |                   ..\n"
		     "        |                .####\n"
		     " 448.0K |            .## #####\n"
		     "        |           #### #####\n"
		     "     0B |           #### #####\n"
		     "         42 s ago -------- now\n");
	history_free(history);
}

static void little_room_shows_the_plot(void **state)
{
	struct history *history = history_new();

	(void)state;
	assert_graph(history, true, false, 20, 1, "nothing measured yet\n");
	add_one(history, 0, UNKNOWN);
	assert_graph(history, true, false, 22, 1, "its PSS was never read\n");
	add_one(history, 2, 100);
	add_one(history, 4, 200);
	assert_graph(history, true, false, 4, 2, "   #\n  ##\n");
	assert_graph(history, true, true, 2, 1, " \u28fc\n");
	assert_graph(history, false, true, 2, 1, " \u28f8\n");
	history_free(history);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_are_kept),
		cmocka_unit_test(gaps_are_gaps),
		cmocka_unit_test(thinning_keeps_peaks),
		cmocka_unit_test(another_process_begins_anew),
		cmocka_unit_test(memory_is_bounded),
		cmocka_unit_test(thousands_take_megabytes),
		cmocka_unit_test(graphs_show_samples),
		cmocka_unit_test(little_room_shows_the_plot),
	};

	/* Widths of characters are the locale's. */
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
