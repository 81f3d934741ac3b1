// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A user who is not root: own processes are exact, those of others show `-`
 * with the reason, never 0, and one line says how to see more.
 */
#include <errno.h>
#include <grp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "common_measure.h"
#include "common_tool.h"

#include <cmocka.h>

#define N 100ul

static struct victim own, other;

static void make(struct report *report, void *unused)
{
	char *area = map_range(report, N * PAGE, MAP_PRIVATE | MAP_ANONYMOUS,
			       -1);

	(void)unused;
	if (area)
		touch_write(area, N);
	own_all_pages(report);
}

/* The owner of the memory is nobody, and may be looked at by nobody. */
static void make_as_nobody(struct report *report, void *unused)
{
	if (setgroups(0, NULL) || setgid(NOBODY) || setuid(NOBODY))
		return report_skip(report, "changing the user");
	prctl(PR_SET_DUMPABLE, 1);
	make(report, unused);
}

static int setup(void **unused)
{
	(void)unused;
	victim_start(&own, make_as_nobody, NULL);
	victim_start(&other, make, NULL);
	assert_string_equal(own.report.skip, "");
	victim_stop(&own);
	victim_stop(&other);
	return 0;
}

static int teardown(void **unused)
{
	(void)unused;
	victim_end_all();
	return 0;
}

/* What the kernel says to root of the victim. */
static uint64_t private_bytes(pid_t pid)
{
	char path[64], line[256];
	unsigned long kib, sum = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", pid);
	file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "Private_Clean: %lu", &kib) == 1 ||
		    sscanf(line, "Private_Dirty: %lu", &kib) == 1)
			sum += kib;
	fclose(file);
	assert_true(sum > 4 * N);
	return sum * KIB;
}

static void own_process_is_exact(void **unused)
{
	static const char *const commands[] = {
		"memrank --csv -c pid,rss,pss,uss $1",
		"memrank --csv --engine kernel -c pid,rss,pss,uss $1",
		"memrank --csv --engine census -c pid,rss,pss,uss $1",
		"memstats --csv $1",
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		struct tool_run run;

		tool_run(&run, NOBODY, commands[i], (pid_t[2]){ own.pid });
		if (run.status)
			fail_msg("%s: status %d: %s", commands[i], run.status,
				 run.err);
		assert_int_equal(csv_number(run.out, 1, "uss_bytes"),
				 private_bytes(own.pid));
		tool_done(&run);
	}
}

/* --strict would fail if the library had called them less than exact. */
static void own_process_is_exact_and_says_so(void **unused)
{
	struct tool_run run;

	(void)unused;
	tool_run(&run, NOBODY, "memrank --strict $1", (pid_t[2]){ own.pid });
	if (run.status)
		fail_msg("status %d: %s", run.status, run.err);
	assert_string_equal(run.err, "");
	tool_done(&run);
}

/* Kernel threads have nothing that could be withheld. */
static void census_lists_no_kernel_thread(void **unused)
{
	struct tool_run run;
	const char *rows;

	(void)unused;
	tool_run(&run, NOBODY, "memrank --json --engine census", NULL);
	assert_int_equal(run.status, 0);
	assert_null(strstr(run.out, "kthreadd"));
	/* Frames are not shown: bounds, but no guesses, of any process. */
	rows = strstr(run.out, "\"rows\"");
	assert_non_null(rows);
	assert_null(strstr(rows, "\"estimated\""));
	assert_non_null(strstr(run.err, "figures are ranges"));
	tool_done(&run);
}

static void other_process_is_a_dash(void **unused)
{
	struct tool_run run;
	pid_t pids[2] = { own.pid, other.pid };
	char field[64];

	(void)unused;
	tool_run(&run, NOBODY, "memrank --csv -c pid,pss,uss $1 $2", pids);
	assert_int_equal(run.status, 0);
	assert_int_equal(count_lines(run.out), 3);
	/* The one without figures comes last. */
	assert_int_equal(csv_number(run.out, 2, "pid"), other.pid);
	assert_true(csv_field(run.out, 2, "pss_bytes", field, sizeof(field)));
	assert_string_equal(field, "");
	assert_true(csv_field(run.out, 2, "uss_bytes", field, sizeof(field)));
	assert_string_equal(field, "");
	tool_done(&run);
	tool_run(&run, NOBODY, "memrank -H -c pid,pss,uss $1 $2 | tail -n 1",
		 pids);
	assert_non_null(strchr(run.out, '-'));
	assert_null(strstr(run.out, " 0"));
	tool_done(&run);
}

static void json_says_null_and_why(void **unused)
{
	pid_t pids[2] = { own.pid, other.pid };
	struct tool_run run;
	char expected[64];

	(void)unused;
	tool_run(&run, NOBODY, "memrank --json $1 $2 | jq -r '.unreadable[] | "
		 "\"\\(.pid) \\(.reason | length > 5)\"'", pids);
	if (run.status == 127)
		SKIP("no jq");
	snprintf(expected, sizeof(expected), "%d true\n", other.pid);
	assert_string_equal(run.out, expected);
	tool_done(&run);
	tool_run(&run, NOBODY, "memrank --json $1 $2 | jq -r "
		 "\".rows[] | select(.pid == $2) | .pss_bytes\"", pids);
	if (run.out[0])
		assert_string_equal(run.out, "null\n");
	tool_done(&run);
}

/* Once, however many processes there are. */
static void one_line_says_how_to_see_more(void **unused)
{
	static const char *const commands[] = {
		"memrank >/dev/null", "memrank -n 3 >/dev/null",
		"memrank -u >/dev/null", "memrank $1 $2 >/dev/null",
	};
	pid_t pids[2] = { own.pid, other.pid };

	(void)unused;
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		struct tool_run run;

		tool_run(&run, NOBODY, commands[i], pids);
		assert_int_equal(run.status, 0);
		if (count_lines(run.err) != 1 || !strstr(run.err, "root"))
			fail_msg("%s says: %s", commands[i], run.err);
		tool_done(&run);
	}
}

/* statm is open to all, so that even then something was measured. */
static void sizes_of_others_are_still_known(void **unused)
{
	struct tool_run run;
	char field[64];

	(void)unused;
	tool_run(&run, NOBODY, "memrank --csv -c pid,vss,rss,pss $1",
		 (pid_t[2]){ other.pid });
	assert_int_equal(run.status, 0);
	assert_true(csv_number(run.out, 1, "rss_bytes") >=
		    private_bytes(other.pid));
	assert_true(csv_number(run.out, 1, "vss_bytes") >=
		    csv_number(run.out, 1, "rss_bytes"));
	assert_true(csv_field(run.out, 1, "pss_bytes", field, sizeof(field)));
	assert_string_equal(field, "");
	tool_done(&run);
}

static void strict_is_status_3(void **unused)
{
	struct tool_run run;
	pid_t pids[2] = { own.pid, other.pid };

	(void)unused;
	tool_run(&run, NOBODY, "memrank --strict $1 $2", pids);
	assert_int_equal(run.status, 3);
	tool_done(&run);
}

/* A command of one's own needs no rights at all. */
static void own_command_is_measured(void **unused)
{
	struct tool_run run;

	(void)unused;
	tool_run(&run, NOBODY, "memstats --csv -- sh -c 'exit 42'", NULL);
	assert_int_equal(run.status, 42);
	assert_true(csv_number(run.out, 1, "rss_bytes") > 0);
	tool_done(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_process_is_exact),
		cmocka_unit_test(own_process_is_exact_and_says_so),
		cmocka_unit_test(census_lists_no_kernel_thread),
		cmocka_unit_test(other_process_is_a_dash),
		cmocka_unit_test(json_says_null_and_why),
		cmocka_unit_test(one_line_says_how_to_see_more),
		cmocka_unit_test(sizes_of_others_are_still_known),
		cmocka_unit_test(strict_is_status_3),
		cmocka_unit_test(own_command_is_measured),
	};

	if (geteuid() != 0) {
		printf("needs root, to become another user\n");
		return 77;
	}
	if (!tools_are_there(NOBODY)) {
		printf("the tools are not built where nobody can start them\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, setup, teardown);
}
