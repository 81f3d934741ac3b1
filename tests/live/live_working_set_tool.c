// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * memstats -w on processes of the test, which use pages that it knows: the
 * figures, JSON, curve and plot; who is refused; and what remains when a
 * signal or the end of the process cuts an interval short.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common_busy.h"
#include "common_measure.h"
#include "common_tool.h"

#include <cmocka.h>

#define RESIDENT 1024ul
#define HOT 200ul

static struct busy_control *control;

static int setup(void **unused)
{
	(void)unused;
	control = busy_new();
	return 0;
}

static int teardown(void **unused)
{
	(void)unused;
	victim_end_all();
	busy_free(control);
	return 0;
}

/* 200 of 1024 pages are used without end. */
static void use_hot_pages(struct report *report, void *unused)
{
	char *area = map_range(report, RESIDENT * PAGE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1);

	(void)unused;
	if (!area)
		return;
	madvise(area, RESIDENT * PAGE, MADV_NOHUGEPAGE);
	touch_write(area, RESIDENT);
	busy_add(control, (struct busy_use){
		.area = area, .step = 5, .count = HOT, .writes = true,
	});
	busy_begin(report, control);
}

static void start(struct victim *victim)
{
	victim_start(victim, use_hot_pages, NULL);
	if (victim->report.skip[0])
		SKIP("%s", victim->report.skip);
}

static void run(struct tool_run *run, int status, const char *command,
		pid_t pid)
{
	tool_run(run, 0, command, (pid_t[2]){ pid });
	if (run->status != status)
		fail_msg("%s: status %d, not %d: %s%s", command, run->status,
			 status, run->out, run->err);
}

static void says(const struct tool_run *run, const char *text)
{
	if (!strstr(run->err, text))
		fail_msg("does not say '%s': %s", text, run->err);
}

/* The line of a mapping that begins there. */
static size_t line_of(const char *csv, uint64_t start_vaddr)
{
	for (size_t line = 1; csv_line(csv, line); line++)
		if (csv_number(csv, line, "start") == start_vaddr)
			return line;
	fail_msg("no mapping at %lx", (unsigned long)start_vaddr);
	return 0;
}

/* ---- Figures ------------------------------------------------------------ */

/* To the page where clear_refs is exact; it is where soft-dirty is not. */
static void csv_has_the_hot_pages(void **unused)
{
	char quality[32];
	struct victim victim;
	struct tool_run got;
	size_t line;

	(void)unused;
	start(&victim);
	run(&got, 0, "memstats -w 0.3 --method clear_refs --csv --maps $1",
	    victim.pid);
	line = line_of(got.out, victim.report.ranges[0].start);
	assert_int_equal(csv_number(got.out, line, "rss_bytes"),
			 RESIDENT * PAGE);
	assert_true(csv_field(got.out, line, "quality", quality,
			      sizeof(quality)));
	if (!strcmp(quality, "exact")) {
		assert_int_equal(csv_number(got.out, line, "referenced_bytes"),
				 HOT * PAGE);
		assert_int_equal(csv_number(got.out, line, "cold_bytes"),
				 (RESIDENT - HOT) * PAGE);
	} else {
		assert_string_equal(quality, "bounded");
	}
	says(&got, "clear_refs: ");
	tool_done(&got);
}

static void a_series_has_a_line_each(void **unused)
{
	struct victim victim;
	struct tool_run got;

	(void)unused;
	start(&victim);
	run(&got, 0, "memstats -w 0.1 --count 4 --yes --csv $1 $1", victim.pid);
	assert_int_equal(count_lines(got.out), 5);
	for (size_t line = 1; line <= 4; line++) {
		assert_int_equal(csv_number(got.out, line, "sample"), line);
		assert_in_range(csv_number(got.out, line, "interval_ns"),
				10000000, 5000000000);
		assert_true(csv_number(got.out, line, "referenced_bytes") >=
			    HOT * PAGE / 2);
	}
	tool_done(&got);
	run(&got, 0, "memstats -w 0.1 --count 2 --yes -H $1", victim.pid);
	/* Two intervals, a blank line, and of both least, median and most. */
	assert_int_equal(count_lines(got.out), 6);
	tool_done(&got);
}

/* Not that it rises: what others have forgotten of shared files is gone. */
static void a_curve_has_the_hot_pages(void **unused)
{
	char quality[32];
	struct victim victim;
	struct tool_run got;

	(void)unused;
	start(&victim);
	run(&got, 0, "memstats -w 0.4 --curve --yes --csv $1", victim.pid);
	/* 50, 100, 200 and 400 ms, but for what came too late. */
	assert_in_range(count_lines(got.out), 2, 5);
	for (size_t line = 1; csv_line(got.out, line); line++) {
		assert_true(csv_field(got.out, line, "quality", quality,
				      sizeof(quality)));
		if (!strcmp(quality, "exact"))
			assert_true(csv_number(got.out, line, "median_bytes") >=
				    HOT * PAGE);
		else
			assert_string_equal(quality, "bounded");
	}
	tool_done(&got);
	run(&got, 0, "memstats -w 3.2 --curve --yes -k $1", victim.pid);
	assert_true(strstr(got.out, "Working set ") ||
		    strstr(got.out, "No sharp working set"));
	tool_done(&got);
}

static void json_has_it_all(void **unused)
{
	static const char *const commands[] = {
		"memstats -w 0.1 --count 2 --yes --json --maps $1 | jq -e '"
		".schema == \"memstats/1\" and (.processes | length == 1) and "
		"(.processes[0] | .status == \"complete\" and "
		".working_set.method != null and "
		".working_set.median.rss_bytes > 0 and "
		"(.working_set.samples | length == 2) and "
		"([.mappings[].working_set.rss_bytes] | add) == "
		".working_set.rss_bytes)'",
		"memstats -w 0.2 --curve --yes --json $1 | jq -e '"
		".processes[0].working_set | (.curve | length >= 1) and "
		"(.curve[-1].referenced_bytes > 0) and "
		"has(\"flat_from_ns\")'",
		"memstats -w 0.1 --ages --count 4 --yes --json $1 | jq -e '"
		".processes[0].working_set.ages | "
		"map(.samples) == [1, 2, 4]'",
	};
	struct victim victim;
	struct tool_run got;

	(void)unused;
	start(&victim);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		run(&got, 0, commands[i], victim.pid);
		tool_done(&got);
	}
}

static void a_plot_is_there_or_nothing_begins(void **unused)
{
	struct victim victim;
	struct tool_run got;

	(void)unused;
	start(&victim);
	run(&got, 0, "folder=$(mktemp -d) && cd $folder && memstats -w 0.2 "
		     "--curve --yes --plot a.svg $1 >/dev/null && "
		     "tail -n 1 a.svg; rm -r $folder", victim.pid);
	assert_string_equal(got.out, "</svg>\n");
	tool_done(&got);
	run(&got, 1, "memstats -w 60 --curve --yes --plot /nowhere/a.svg $1",
	    victim.pid);
	says(&got, "cannot write /nowhere/a.svg");
	tool_done(&got);
}

/* ---- Refused ------------------------------------------------------------ */

static void who_disturbs_is_asked(void **unused)
{
	struct victim victim;
	struct tool_run got;

	(void)unused;
	start(&victim);
	/* Where the module is loaded, a method that does not disturb works. */
	tool_run(&got, 0, "memstats -w 0.1 $1", (pid_t[2]){ victim.pid });
	if (got.status) {
		assert_int_equal(got.status, 2);
		assert_string_equal(got.out, "");
		assert_int_equal(count_lines(got.err), 1);
		says(&got, "add --yes, or --method clear_refs");
	}
	tool_done(&got);
	run(&got, 0, "memstats --method help", 0);
	assert_non_null(strstr(got.out, "clear_refs"));
	assert_non_null(strstr(got.out, "  harm "));
	tool_done(&got);
}

/* The first has its lock when the second is refused, and it goes on. */
static void a_second_session_is_refused(void **unused)
{
	struct victim victim;
	struct tool_run got;

	(void)unused;
	start(&victim);
	run(&got, 1, "out=$(mktemp); "
		     "memstats -w 0.1 --count 10000 --yes $1 >$out & "
		     "first=$!; until [ -s $out ]; do sleep 0.01; done; "
		     "memstats -w 0.05 --yes $1; status=$?; "
		     "kill -TERM $first; wait $first || status=$?; "
		     "rm $out; exit $status", victim.pid);
	says(&got, "another session measures its working set");
	assert_string_equal(got.out, "");
	tool_done(&got);
	run(&got, 0, "memstats -w 0.05 --yes $1", victim.pid);
	tool_done(&got);
}

static void others_are_not_measured(void **unused)
{
	struct victim victim;
	struct tool_run got;

	(void)unused;
	if (!tools_are_there(NOBODY))
		SKIP("another user cannot reach the tools");
	start(&victim);
	tool_run(&got, NOBODY, "memstats -w 0.1 --yes $1",
		 (pid_t[2]){ victim.pid });
	assert_int_equal(got.status, 1);
	assert_string_equal(got.out, "");
	assert_true(got.err[0] != 0);
	tool_done(&got);
}

/* ---- Cut short ---------------------------------------------------------- */

static void a_signal_ends_the_interval(void **unused)
{
	static const char *const signals[] = { "INT", "TERM" };
	struct victim victim;
	struct tool_run got;
	char command[128];

	(void)unused;
	start(&victim);
	for (size_t i = 0; i < 2; i++) {
		snprintf(command, sizeof(command),
			 "timeout --preserve-status -s %s 1 memstats -w 60 "
			 "--count 5 --yes --csv $1", signals[i]);
		run(&got, 0, command, victim.pid);
		assert_int_equal(count_lines(got.out), 2);
		assert_in_range(csv_number(got.out, 1, "interval_ns"),
				100000000, 20000000000);
		says(&got, "interrupted");
		tool_done(&got);
	}
}

static void what_was_measured_before_an_end_stands(void **unused)
{
	struct tool_run got;

	(void)unused;
	run(&got, 0, "sleep 2 & memstats -w 0.2 --count 1000 --yes --csv $!",
	    0);
	assert_in_range(count_lines(got.out), 2, 13);
	says(&got, "what was measured before stands");
	tool_done(&got);
	run(&got, 1, "sleep 2 & memstats -w 600 --yes $!", 0);
	assert_string_equal(got.out, "");
	says(&got, "nothing could be measured: it has ended");
	tool_done(&got);
}

/* Long before the 1000 intervals are over, which the runner does not wait for. */
static void nobody_reads_on(void **unused)
{
	struct victim victim;
	struct tool_run got;

	(void)unused;
	start(&victim);
	run(&got, 0, "{ memstats -w 1 --count 1000 --yes --csv $1; "
		     "echo \"status $?\" >&2; } | head -n 1 >/dev/null",
	    victim.pid);
	says(&got, "status 1");
	tool_done(&got);
	run(&got, 1, "memstats -w 0.1 --count 100000 --yes $1 >/dev/full",
	    victim.pid);
	says(&got, "cannot write the output");
	tool_done(&got);
}

#define OWN_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		OWN_TEST(csv_has_the_hot_pages),
		OWN_TEST(a_series_has_a_line_each),
		OWN_TEST(a_curve_has_the_hot_pages),
		OWN_TEST(json_has_it_all),
		OWN_TEST(a_plot_is_there_or_nothing_begins),
		OWN_TEST(who_disturbs_is_asked),
		OWN_TEST(a_second_session_is_refused),
		OWN_TEST(others_are_not_measured),
		OWN_TEST(a_signal_ends_the_interval),
		OWN_TEST(what_was_measured_before_an_end_stands),
		OWN_TEST(nobody_reads_on),
	};

	if (geteuid() != 0) {
		printf("needs root, for clear_refs of others\n");
		return 77;
	}
	if (!tools_are_there(0)) {
		printf("the tools are not built\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
