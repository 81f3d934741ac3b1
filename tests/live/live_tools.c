// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tools on processes of the test: the thousand pages in memrank and in
 * memstats by both engines, huge and odd processes, output that cannot be
 * written, and what a user who is not root is told.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common_measure.h"
#include "common_oracle.h"
#include "common_tool.h"

#include <cmocka.h>

#define THOUSAND 1000ul

static const char *const engine_names[] = { "kernel", "census" };

/* ---- The thousand pages ------------------------------------------------ */

static int shared_fd;

static void make_thousand(struct report *report, void *unused)
{
	char *own = map_range(report, THOUSAND * PAGE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1);
	char *shared = map_range(report, THOUSAND * PAGE, MAP_SHARED,
				 shared_fd);

	(void)unused;
	if (!own || !shared)
		return;
	touch_write(own, THOUSAND);
	touch_write(shared, THOUSAND);
	own_all_pages(report);
}

static void start_pair(struct victim pair[2], pid_t pids[2])
{
	shared_fd = new_memfd(THOUSAND);
	for (int i = 0; i < 2; i++) {
		victim_start(&pair[i], make_thousand, NULL);
		victim_stop(&pair[i]);
		pids[i] = pair[i].pid;
	}
	close(shared_fd);
}

static size_t count_of(const char *text, const char *part)
{
	size_t count = 0;

	while ((text = strstr(text, part))) {
		count++;
		text++;
	}
	return count;
}

static void run_ok(struct tool_run *run, const char *command,
		   const pid_t pids[2])
{
	tool_run(run, 0, command, pids);
	if (run->status)
		fail_msg("%s: status %d: %s", command, run->status, run->err);
}

/* Adds up the mappings of a victim's ranges. */
static uint64_t sum_ranges(const char *csv, const struct report *report,
			   const char *heading)
{
	uint64_t sum = 0;

	for (size_t line = 1; csv_line(csv, line); line++) {
		uint64_t start = csv_number(csv, line, "start");

		for (size_t i = 0; i < report->count; i++)
			if (start == report->ranges[i].start)
				sum += csv_number(csv, line, heading);
	}
	return sum;
}

static void memstats_says_1500_and_1000(void **unused)
{
	struct victim pair[2];
	pid_t pids[2];

	(void)unused;
	start_pair(pair, pids);
	for (int e = 0; e < 2; e++)
		for (int i = 0; i < 2; i++) {
			const struct report *report = &pair[i].report;
			char command[128];
			struct tool_run run;

			snprintf(command, sizeof(command),
				 "memstats --csv --maps --engine %s $1",
				 engine_names[e]);
			run_ok(&run, command, (pid_t[2]){ pids[i] });
			assert_int_equal(sum_ranges(run.out, report,
						    "rss_bytes"), 2000 * PAGE);
			assert_int_equal(sum_ranges(run.out, report,
						    "pss_bytes"), 1500 * PAGE);
			assert_int_equal(sum_ranges(run.out, report,
						    "uss_bytes"), 1000 * PAGE);
			tool_done(&run);
		}
	victim_end(&pair[0]);
	victim_end(&pair[1]);
}

/*
 * A process as a whole has its libraries besides, which are its own here: the
 * oracle counts those, and the thousand pages stand above them.
 */
static void memrank_says_1500_and_1000(void **unused)
{
	struct victim pair[2];
	pid_t pids[2];

	(void)unused;
	start_pair(pair, pids);
	for (int e = 0; e < 2; e++) {
		char command[128];
		struct tool_run run;

		snprintf(command, sizeof(command), "memrank --csv --engine %s "
			 "-c pid,rss,pss,uss $1 $2", engine_names[e]);
		run_ok(&run, command, pids);
		assert_int_equal(count_lines(run.out), 3);
		for (size_t line = 1; line <= 2; line++) {
			uint64_t rss = csv_number(run.out, line, "rss_bytes");
			uint64_t pss = csv_number(run.out, line, "pss_bytes");
			uint64_t uss = csv_number(run.out, line, "uss_bytes");

			/*
			 * Of all its pages only the thousand are shared, but
			 * for the vdso's two.
			 */
			assert_in_range(rss - uss, 1000 * PAGE, 1002 * PAGE);
			assert_in_range(pss - uss, 500 * PAGE - KIB,
					500 * PAGE + PAGE);
			assert_true(uss >= 1000 * PAGE);
		}
		tool_done(&run);
	}
	victim_end(&pair[0]);
	victim_end(&pair[1]);
}

/* ---- Huge and odd processes -------------------------------------------- */

static void make_many_mappings(struct report *report, void *unused)
{
	size_t count = 65000;
	char *area = mmap(NULL, count * PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)unused;
	if (area == MAP_FAILED)
		return report_skip(report, "mmap");
	madvise(area, count * PAGE, MADV_NOHUGEPAGE);
	touch_write(area, count);
	report_range(report, area, count * PAGE);
	for (size_t i = 0; i < count; i += 2)
		if (mprotect(area + i * PAGE, PAGE, PROT_READ))
			return report_skip(report, "65,000 mappings");
}

static void shows_65000_mappings(void **unused)
{
	struct victim victim;

	(void)unused;
	victim_start(&victim, make_many_mappings, NULL);
	if (victim.report.skip[0])
		SKIP("%s", victim.report.skip);
	for (int e = 0; e < 2; e++) {
		char command[128];
		struct tool_run run;

		snprintf(command, sizeof(command),
			 "memstats --csv --maps --engine %s $1",
			 engine_names[e]);
		run_ok(&run, command, (pid_t[2]){ victim.pid });
		assert_true(count_lines(run.out) > 65000);
		tool_done(&run);
		snprintf(command, sizeof(command),
			 "memrank --csv --engine %s -c pid,uss $1",
			 engine_names[e]);
		run_ok(&run, command, (pid_t[2]){ victim.pid });
		assert_true(csv_number(run.out, 1, "uss_bytes") >=
			    65000 * PAGE);
		tool_done(&run);
	}
	victim_end(&victim);
}

#define TIB16 (16ul << 40)

static void make_sparse(struct report *report, void *unused)
{
	char *area = mmap(NULL, TIB16, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	(void)unused;
	if (area == MAP_FAILED)
		return report_skip(report, "16 TiB");
	madvise(area, TIB16, MADV_NOHUGEPAGE);
	report_range(report, area, TIB16);
	for (size_t i = 0; i < 2000; i++)
		touch_write(area + i * (8ul << 30), 1);
}

static double seconds_since(const struct timespec *begin)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec - begin->tv_sec +
	       (now.tv_nsec - begin->tv_nsec) / 1e9;
}

/* Seconds here would mean that holes were walked page by page: 13 s. */
static void passes_over_16_tib(void **unused)
{
	static const char *const commands[] = {
		"memstats --csv --maps --engine kernel $1",
		"memstats --csv --maps --engine census $1",
		"memstats --csv --maps --gentle --engine census $1",
	};
	struct victim victim;

	(void)unused;
	victim_start(&victim, make_sparse, NULL);
	if (victim.report.skip[0])
		SKIP("%s", victim.report.skip);
	for (size_t i = 0; i < 3; i++) {
		struct timespec begin;
		struct tool_run run;

		clock_gettime(CLOCK_MONOTONIC, &begin);
		run_ok(&run, commands[i], (pid_t[2]){ victim.pid });
		assert_true(seconds_since(&begin) < 4);
		assert_int_equal(sum_ranges(run.out, &victim.report,
					    "uss_bytes"), 2000 * PAGE);
		assert_int_equal(sum_ranges(run.out, &victim.report,
					    "vss_bytes"), TIB16);
		tool_done(&run);
	}
	victim_end(&victim);
}

#define ODD_NAME "a\033[31m\nb\001,\"\177c"

/* Its name, its command line and a file it maps hold whatever hurts. */
static void make_odd(struct report *report, void *unused)
{
	int fd = memfd_create("x\033]0;t\007\n(deleted)", 0);
	char *area;

	(void)unused;
	prctl(PR_SET_NAME, ODD_NAME);
	if (fd < 0 || ftruncate(fd, PAGE) < 0)
		return report_skip(report, "memfd");
	area = map_range(report, PAGE, MAP_SHARED, fd);
	if (area)
		touch_write(area, 1);
}

/* No control character but the line's end reaches the screen. */
static void expect_printable(const struct tool_run *run, const char *command)
{
	for (size_t i = 0; i < run->out_length; i++) {
		unsigned char c = run->out[i];

		if ((c < 32 && c != '\n') || c == 127)
			fail_msg("%s prints byte %u: %.60s", command, c,
				 run->out + (i > 30 ? i - 30 : 0));
	}
}

static void escapes_control_characters(void **unused)
{
	static const struct {
		const char *command;
		size_t lines;	/* 0: any number */
	} rows[] = {
		{ "memrank -c pid,comm,pss $1", 2 },
		{ "memrank -c pid,command,pss $1", 2 },
		{ "memrank --json $1", 0 },
		{ "memstats $1", 0 },
		{ "memstats --maps $1", 0 },
		{ "memstats --json --maps $1", 0 },
	};
	struct victim victim;

	(void)unused;
	victim_start(&victim, make_odd, NULL);
	assert_string_equal(victim.report.skip, "");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct tool_run run;

		run_ok(&run, rows[i].command, (pid_t[2]){ victim.pid });
		expect_printable(&run, rows[i].command);
		if (rows[i].lines)
			assert_int_equal(count_lines(run.out), rows[i].lines);
		tool_done(&run);
	}
	victim_end(&victim);
}

/* JSON stays JSON, and the name loses no character. */
static void json_holds_any_name(void **unused)
{
	struct victim victim;
	struct tool_run run;

	(void)unused;
	victim_start(&victim, make_odd, NULL);
	tool_run(&run, 0, "memrank --json $1 | jq '.rows[0].comm | length'",
		 (pid_t[2]){ victim.pid });
	if (run.status == 127)
		SKIP("no jq");
	assert_int_equal(run.status, 0);
	assert_int_equal(atoi(run.out), strlen(ODD_NAME));
	tool_done(&run);
	victim_end(&victim);
}

/* ---- Output that cannot be written ------------------------------------- */

/* Says so once and fails; a fake success would lose a report. */
static void full_disk_is_an_error(void **unused)
{
	static const char *const commands[] = {
		"memrank >/dev/full", "memrank --json >/dev/full",
		"memrank --csv >/dev/full", "memrank -u >/dev/full",
		"memstats $1 >/dev/full", "memstats --maps $1 >/dev/full",
		"memstats --pages $1 >/dev/full",
		"memstats --json $1 >/dev/full",
		"memrank --help >/dev/full", "memstats --version >/dev/full",
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		struct tool_run run;

		tool_run(&run, 0, commands[i], (pid_t[2]){ getpid() });
		if (run.status != 1 || !strstr(run.err, "No space left"))
			fail_msg("%s: status %d, says '%s'", commands[i],
				 run.status, run.err);
		tool_done(&run);
	}
}

/* The reader went away: an end without noise, and without a crash. */
static void closed_pipe_ends_quietly(void **unused)
{
	static const char *const commands[] = {
		"memrank", "memrank --json", "memrank --csv",
		"memstats --pages $1", "memstats --maps $1",
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		char command[128];
		struct tool_run run;

		/* The pipe has no reader before the tool writes. */
		snprintf(command, sizeof(command), "{ sleep 0.1; %s; "
			 "echo \"status $?\" >&2; } | true", commands[i]);
		tool_run(&run, 0, command, (pid_t[2]){ getpid() });
		if (!strstr(run.err, "status 0") &&
		    !strstr(run.err, "status 1\n") &&
		    !strstr(run.err, "status 141"))
			fail_msg("%s: %s", commands[i], run.err);
		assert_null(strstr(run.err, "anitizer"));
		tool_done(&run);
	}
}

static void closed_output_is_an_error(void **unused)
{
	struct tool_run run;

	(void)unused;
	tool_run(&run, 0, "memrank >&-", NULL);
	assert_int_equal(run.status, 1);
	assert_true(run.err[0] != 0);
	tool_done(&run);
	tool_run(&run, 0, "memstats $1 >&-", (pid_t[2]){ getpid() });
	assert_int_equal(run.status, 1);
	assert_true(run.err[0] != 0);
	tool_done(&run);
}

/* ---- Not there --------------------------------------------------------- */

static void ended_process_is_said(void **unused)
{
	static const char *const commands[] = { "memrank $1", "memstats $1" };
	pid_t pid = fork();

	(void)unused;
	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	for (size_t i = 0; i < 2; i++) {
		struct tool_run run;

		tool_run(&run, 0, commands[i], (pid_t[2]){ pid });
		assert_int_equal(run.status, 1);
		assert_string_equal(run.out, "");
		if (!strstr(run.err, "exist") && !strstr(run.err, "o such"))
			fail_msg("%s: %s", commands[i], run.err);
		tool_done(&run);
	}
}

static int end_all(void **unused)
{
	(void)unused;
	victim_end_all();
	return 0;
}

/* ---- Watching ---------------------------------------------------------- */

/* Names are kept from round to round, but not beyond an exec. */
static void watching_sees_an_exec(void **unused)
{
	struct tool_run run;
	size_t before, after;

	(void)unused;
	run_ok(&run, "bash -c 'sleep 0.5; exec sleep 7' & "
		     "memrank --watch 0.2 --count 8 --csv -c command $!; "
		     "kill $!", NULL);
	assert_non_null(strstr(run.out, "bash -c"));
	before = count_of(run.out, "\nbash -c sleep 0.5");
	after = count_of(run.out, "\nsleep 7\n");
	assert_in_range(before, 1, 7);
	assert_int_equal(before + after, 8);
	tool_done(&run);
}

/* A refresh shows the same rows as a ranking of its own, to the byte. */
static void watching_agrees_with_once(void **unused)
{
	struct victim pair[2];
	struct tool_run run, once;
	pid_t pids[2];

	(void)unused;
	start_pair(pair, pids);
	run_ok(&once, "memrank --csv -H $1 $2", pids);
	run_ok(&run, "memrank --csv -H --watch 0.1 --count 3 $1 $2", pids);
	assert_int_equal(run.out_length, 3 * once.out_length);
	for (size_t i = 0; i < 3; i++)
		assert_memory_equal(run.out + i * once.out_length, once.out,
				    once.out_length);
	tool_done(&run);
	tool_done(&once);
	victim_end(&pair[0]);
	victim_end(&pair[1]);
}

#define OWN_TEST(name) cmocka_unit_test_teardown(name, end_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		OWN_TEST(memstats_says_1500_and_1000),
		OWN_TEST(memrank_says_1500_and_1000),
		OWN_TEST(shows_65000_mappings),
		OWN_TEST(passes_over_16_tib),
		OWN_TEST(escapes_control_characters),
		OWN_TEST(json_holds_any_name),
		OWN_TEST(full_disk_is_an_error),
		OWN_TEST(closed_pipe_ends_quietly),
		OWN_TEST(closed_output_is_an_error),
		OWN_TEST(ended_process_is_said),
		OWN_TEST(watching_sees_an_exec),
		OWN_TEST(watching_agrees_with_once),
	};

	if (geteuid() != 0) {
		printf("needs root, for frame numbers\n");
		return 77;
	}
	if (!tools_are_there(0)) {
		printf("the tools are not built\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
