// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * memrank --free on the running machine: a process alone, a family whose
 * memory only comes back with all of it, and those that are never proposed.
 * What is said to come back is held against kills in live_if_killed.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common_measure.h"
#include "common_tool.h"

#include <cmocka.h>

#define LONER_PAGES (40 * MIB / PAGE)
#define FAMILY_PAGES (96 * MIB / PAGE)

/* Whoever is larger could take the place of what the test made. */
#define LARGE_BYTES (8 * MIB)

static void make_loner(struct report *report, void *unused)
{
	char *area = map_range(report, LONER_PAGES * PAGE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1);

	(void)unused;
	if (area)
		touch_write(area, LONER_PAGES);
}

static void do_nothing(struct report *report, void *unused)
{
	(void)report, (void)unused;
}

/* The partner has all of it by fork, and nothing is written afterwards. */
static void make_family(struct report *report, void *unused)
{
	char *area = map_range(report, FAMILY_PAGES * PAGE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1);

	(void)unused;
	if (!area)
		return;
	touch_write(area, FAMILY_PAGES);
	partner_start(report, do_nothing, NULL);
}

/* "--keep pid:1,pid:2 ..." of all large processes but these. */
static void keep_others(const pid_t *mine, size_t count, char *option,
			size_t size)
{
	struct tool_run run;
	size_t line, i, at;

	at = (size_t)snprintf(option, size, "--keep pid:1");
	tool_run(&run, 0, "memrank --csv -c pid,rss", (pid_t[2]){ 0 });
	assert_int_equal(run.status, 0);
	for (line = 1; csv_line(run.out, line); line++) {
		pid_t pid = (pid_t)csv_number(run.out, line, "pid");
		bool is_mine = false;

		for (i = 0; i < count; i++)
			is_mine |= mine[i] == pid;
		if (is_mine || csv_number(run.out, line, "rss_bytes") <
			       LARGE_BYTES)
			continue;
		at += (size_t)snprintf(option + at, size - at, ",pid:%d",
				       (int)pid);
		assert_true(at < size);
	}
	tool_done(&run);
}

static void ask(struct tool_run *run, const char *size_and_sets,
		const pid_t *mine, size_t count)
{
	char keep[4096], command[4400];

	keep_others(mine, count, keep, sizeof(keep));
	snprintf(command, sizeof(command), "memrank --csv --free %s %s",
		 size_and_sets, keep);
	tool_run(run, 0, command, (pid_t[2]){ 0 });
	if (run->status)
		fail_msg("%s: status %d: %s", command, run->status, run->err);
}

/* Rows of one set that have a pid. */
static size_t rows_of(const struct tool_run *run, uint64_t set, pid_t pid)
{
	size_t line, count = 0;

	for (line = 1; csv_line(run->out, line); line++)
		count += csv_number(run->out, line, "set") == set &&
			 csv_number(run->out, line, "pid") == (uint64_t)pid;
	return count;
}

static void one_is_enough(void **unused)
{
	struct victim loner, family;
	struct tool_run run;
	pid_t mine[3];

	(void)unused;
	victim_start(&loner, make_loner, NULL);
	victim_start(&family, make_family, NULL);
	mine[0] = loner.pid;
	mine[1] = family.pid;
	mine[2] = family.report.partner;
	ask(&run, "40M -n 1", mine, 3);
	assert_int_equal(count_lines(run.out), 2);
	assert_int_equal(rows_of(&run, 1, loner.pid), 1);
	assert_in_range(csv_number(run.out, 1, "freed_bytes"), 40 * MIB,
			42 * MIB);
	assert_int_equal(csv_number(run.out, 1, "freed_bytes"),
			 csv_number(run.out, 1, "alone_bytes"));
	tool_done(&run);
	victim_end(&loner);
	victim_end(&family);
}

static void a_family_only_together(void **unused)
{
	struct victim family;
	struct tool_run run;
	pid_t mine[2];

	(void)unused;
	victim_start(&family, make_family, NULL);
	mine[0] = family.pid;
	mine[1] = family.report.partner;
	ask(&run, "90M -n 1", mine, 2);
	/* Either of them alone gives next to nothing. */
	assert_int_equal(count_lines(run.out), 3);
	assert_int_equal(rows_of(&run, 1, mine[0]), 1);
	assert_int_equal(rows_of(&run, 1, mine[1]), 1);
	for (size_t line = 1; line <= 2; line++) {
		assert_in_range(csv_number(run.out, line, "freed_bytes"),
				96 * MIB, 110 * MIB);
		assert_in_range(csv_number(run.out, line, "alone_bytes"), 0,
				8 * MIB);
	}
	tool_done(&run);
	victim_end(&family);
}

/*
 * Process 1, memrank itself (here its parents: the shell and this test).  On
 * a machine where nobody else runs, the loner is all that can be proposed.
 */
static void some_are_never_proposed(void **unused)
{
	struct victim loner;
	struct tool_run run;
	pid_t parent = getppid();
	size_t loners = 0;
	uint64_t set;

	(void)unused;
	victim_start(&loner, make_loner, NULL);
	tool_run(&run, 0, "memrank --csv --free 64K -n 1000",
		 (pid_t[2]){ 0 });
	if (run.status)
		fail_msg("status %d: %s", run.status, run.err);
	assert_true(count_lines(run.out) > 1);
	for (set = 1; set <= 1000; set++) {
		assert_int_equal(rows_of(&run, set, 1), 0);
		assert_int_equal(rows_of(&run, set, getpid()), 0);
		assert_int_equal(rows_of(&run, set, parent), 0);
		loners += rows_of(&run, set, loner.pid);
	}
	assert_true(loners > 0);
	tool_done(&run);
	victim_end(&loner);
}

static int begin(void **state)
{
	(void)state;
	return 0;
}

static int end(void **state)
{
	(void)state;
	victim_end_all();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_is_enough, begin, end),
		cmocka_unit_test_setup_teardown(a_family_only_together, begin,
						end),
		cmocka_unit_test_setup_teardown(some_are_never_proposed, begin,
						end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
