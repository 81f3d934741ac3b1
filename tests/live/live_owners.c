// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * memrank --owners on pages whose owners the test has made: a memfd that three
 * map at known addresses, a page copied on write, a file and a private copy of
 * one of its pages, hugetlb, and pages that are not there.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common_guardian.h"
#include "common_measure.h"
#include "common_tool.h"

#include <cmocka.h>

#define PAGES 8ul

/* What memrank says of an argument, as CSV; *ret_lines: without the heading. */
static size_t run_owners(const char *what, struct tool_run *run)
{
	static const pid_t none[2];
	char *command;

	assert_true(asprintf(&command, "memrank --csv --owners '%s'", what) >
		    0);
	tool_run(run, 0, command, none);
	free(command);
	return run->status ? 0 : count_lines(run->out) - 1;
}

static size_t run_address(pid_t pid, uint64_t address, struct tool_run *run)
{
	char what[64];

	snprintf(what, sizeof(what), "%d:0x%" PRIx64, (int)pid, address);
	return run_owners(what, run);
}

/* The line of a process, which must have that address and state. */
static size_t expect_owner(const struct tool_run *run, pid_t pid,
			   uint64_t address, const char *state)
{
	char field[64];
	size_t line;

	for (line = 1; csv_line(run->out, line); line++)
		if (csv_number(run->out, line, "pid") == (uint64_t)pid)
			break;
	assert_int_equal(csv_number(run->out, line, "address"), address);
	assert_true(csv_field(run->out, line, "state", field, sizeof(field)));
	assert_string_equal(field, state);
	return line;
}

/* ---- A memfd that three map -------------------------------------------- */

static int fd;

/* Each maps all but so many pages, so that addresses differ. */
static void map_memfd(struct report *report, void *context)
{
	unsigned long first = *(unsigned long *)context;
	char *at = mmap(place(PAGES * PAGE), (PAGES - first) * PAGE,
			PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd,
			(off_t)(first * PAGE));

	if (at == MAP_FAILED)
		return report_skip(report, "mmap");
	report_range(report, at, (PAGES - first) * PAGE);
	touch_write(at, PAGES - first - 1);
}

static void three_map_a_memfd(void **state)
{
	unsigned long firsts[3] = { 0, 1, 3 };
	struct victim victims[3];
	struct tool_run run;
	char what[64];
	int i;

	(void)state;
	fd = new_memfd(PAGES);
	for (i = 0; i < 3; i++) {
		victim_start(&victims[i], map_memfd, &firsts[i]);
		assert_string_equal(victims[i].report.skip, "");
	}
	/* By an address of the first: the fifth page of the memfd. */
	assert_int_equal(run_address(victims[0].pid,
			 victims[0].report.ranges[0].start + 4 * PAGE + 77,
			 &run), 3);
	for (i = 0; i < 3; i++)
		expect_owner(&run, victims[i].pid,
			     victims[i].report.ranges[0].start +
			     (4 - firsts[i]) * PAGE, "present");
	snprintf(what, sizeof(what), "%" PRIu64,
		 csv_number(run.out, 1, "pfn"));
	assert_int_equal(csv_number(run.out, 1, "offset"), 4 * PAGE);
	tool_done(&run);
	/* By the frame. */
	assert_int_equal(run_owners(what, &run), 3);
	assert_null(strstr(run.err, " more"));
	tool_done(&run);
	for (i = 0; i < 3; i++)
		victim_end(&victims[i]);
	close(fd);
}

/* ---- Copied on write --------------------------------------------------- */

static void write_half(struct report *report, void *context)
{
	(void)report;
	touch_write(*(char **)context, PAGES / 2);
}

static void make_cow(struct report *report, void *context)
{
	char *at = map_range(report, PAGES * PAGE, MAP_PRIVATE | MAP_ANONYMOUS,
			     -1);

	(void)context;
	if (!at)
		return;
	touch_write(at, PAGES);
	partner_start(report, write_half, &at);
}

static void a_copied_page_has_one_owner(void **state)
{
	struct victim victim;
	struct tool_run run;
	uint64_t start;

	(void)state;
	victim_start(&victim, make_cow, NULL);
	assert_string_equal(victim.report.skip, "");
	start = victim.report.ranges[0].start;
	assert_int_equal(run_address(victim.pid, start, &run), 1);
	expect_owner(&run, victim.pid, start, "present");
	tool_done(&run);
	assert_int_equal(run_address(victim.report.partner, start, &run), 1);
	expect_owner(&run, victim.report.partner, start, "present");
	tool_done(&run);
	start += PAGES / 2 * PAGE;
	assert_int_equal(run_address(victim.report.partner, start, &run), 2);
	expect_owner(&run, victim.pid, start, "present");
	expect_owner(&run, victim.report.partner, start, "present");
	tool_done(&run);
	victim_end(&victim);
}

/* ---- A file ------------------------------------------------------------ */

static char file_path[64];

static void map_file(struct report *report, void *context)
{
	int file = open(file_path, O_RDWR | O_CLOEXEC);
	char *at = map_range(report, PAGES * PAGE, MAP_PRIVATE, file);

	if (!at)
		return;
	touch_read(at, PAGES - 1);
	/* The second one writes the second page, and so has its own. */
	if (*(int *)context)
		touch_write(at + PAGE, 1);
}

static void make_file(void)
{
	static const char page[PAGE] = "page";
	int file;
	size_t i;

	snprintf(file_path, sizeof(file_path), "/var/tmp/owners-XXXXXX");
	file = mkstemp(file_path);
	assert_return_code(file, errno);
	for (i = 0; i < PAGES; i++)
		assert_int_equal(write(file, page, PAGE), PAGE);
	close(file);
}

static void place_in_file(uint64_t offset, char *what, size_t size)
{
	snprintf(what, size, "%s:%" PRIu64, file_path, offset);
}

static void check_file_pages(const struct victim victims[2])
{
	struct tool_run run;
	char what[96];

	place_in_file(0, what, sizeof(what));
	assert_int_equal(run_owners(what, &run), 2);
	assert_int_equal(csv_number(run.out, 1, "pfn"),
			 csv_number(run.out, 2, "pfn"));
	tool_done(&run);
	place_in_file(PAGE + 5, what, sizeof(what));
	assert_int_equal(run_owners(what, &run), 2);
	expect_owner(&run, victims[0].pid,
		     victims[0].report.ranges[0].start + PAGE, "present");
	expect_owner(&run, victims[1].pid,
		     victims[1].report.ranges[0].start + PAGE, "copy");
	assert_int_not_equal(csv_number(run.out, 1, "pfn"),
			     csv_number(run.out, 2, "pfn"));
	tool_done(&run);
	place_in_file(PAGES * PAGE, what, sizeof(what));
	assert_int_equal(run_owners(what, &run), 0);
	assert_int_equal(run.status, 1);
	assert_non_null(strstr(run.err, "no process maps "));
	tool_done(&run);
}

static void a_file_and_a_copy(void **state)
{
	struct victim victims[2];
	struct tool_run run;
	int i;

	(void)state;
	make_file();
	for (i = 0; i < 2; i++) {
		victim_start(&victims[i], map_file, &i);
		assert_string_equal(victims[i].report.skip, "");
	}
	check_file_pages(victims);
	assert_int_equal(run_owners(file_path, &run), 2);
	for (i = 1; i <= 2; i++)
		assert_true(csv_number(run.out, (size_t)i, "rss_bytes") >=
			    (PAGES - 1) * PAGE);
	tool_done(&run);
	for (i = 0; i < 2; i++)
		victim_end(&victims[i]);
	unlink(file_path);
}

/* ---- Where there is no frame ------------------------------------------- */

static void make_holes(struct report *report, void *context)
{
	char *at = map_range(report, PAGES * PAGE, MAP_PRIVATE | MAP_ANONYMOUS,
			     -1);

	(void)context;
	if (at)
		touch_read(at, 1);
}

static void expect_said(pid_t pid, uint64_t address, const char *words)
{
	struct tool_run run;

	assert_int_equal(run_address(pid, address, &run), 0);
	assert_int_equal(run.status, 1);
	if (!strstr(run.err, words))
		fail_msg("not '%s' in: %s", words, run.err);
	tool_done(&run);
}

static void what_has_no_frame_is_said(void **state)
{
	struct victim victim;
	uint64_t start;
	pid_t pid;

	(void)state;
	victim_start(&victim, make_holes, NULL);
	assert_string_equal(victim.report.skip, "");
	start = victim.report.ranges[0].start;
	expect_said(victim.pid, start, "is the zero page");
	expect_said(victim.pid, start + PAGE, "has no page at");
	expect_said(victim.pid, PAGE, "maps nothing at");
	pid = victim.pid;
	victim_end(&victim);
	expect_said(pid, start, "does not exist");
}

static void make_swapped(struct report *report, void *context)
{
	char *at = map_range(report, PAGES * PAGE, MAP_PRIVATE | MAP_ANONYMOUS,
			     -1);

	(void)context;
	if (!at)
		return;
	touch_write(at, PAGES);
	page_out(report, at, PAGES);
}

static void a_swapped_page_is_said(void **state)
{
	struct guardian *guardian = guardian_start();
	struct victim victim;

	(void)state;
	if (!guardian || guardian_swap_on(guardian, 32)) {
		guardian_stop(guardian);
		SKIP("no swap can be turned on here");
	}
	victim_start(&victim, make_swapped, NULL);
	if (*victim.report.skip) {
		victim_end(&victim);
		guardian_stop(guardian);
		SKIP("%s", victim.report.skip);
	}
	expect_said(victim.pid, victim.report.ranges[0].start, "is in swap");
	victim_end(&victim);
	guardian_stop(guardian);
}

/* ---- hugetlb ----------------------------------------------------------- */

static void touch_partner(struct report *report, void *context)
{
	(void)report;
	touch_read(*(char **)context, 1);
}

static void make_hugetlb(struct report *report, void *context)
{
	char *at = map_range(report, HUGE,
			     MAP_SHARED | MAP_ANONYMOUS | MAP_HUGETLB, -1);

	(void)context;
	if (!at)
		return;
	touch_write(at, 1);
	partner_start(report, touch_partner, &at);
}

static void hugetlb_has_owners_too(void **state)
{
	static const char setting[] = "/proc/sys/vm/nr_hugepages";
	struct guardian *guardian = guardian_start();
	char before[32] = "0", wanted[32];
	struct victim victim;
	struct tool_run run;
	uint64_t at;

	(void)state;
	setting_read(setting, before, sizeof(before));
	snprintf(wanted, sizeof(wanted), "%ld", atol(before) + 2);
	if (!guardian || guardian_set(guardian, setting, wanted)) {
		guardian_stop(guardian);
		SKIP("no hugetlb pages can be had here");
	}
	victim_start(&victim, make_hugetlb, NULL);
	if (*victim.report.skip) {
		victim_end(&victim);
		guardian_stop(guardian);
		SKIP("%s", victim.report.skip);
	}
	at = victim.report.ranges[0].start + 3 * PAGE;
	assert_int_equal(run_address(victim.pid, at, &run), 2);
	expect_owner(&run, victim.pid, at, "hugetlb");
	expect_owner(&run, victim.report.partner, at, "hugetlb");
	tool_done(&run);
	victim_end(&victim);
	guardian_stop(guardian);
}

static int end_all(void **state)
{
	(void)state;
	victim_end_all();
	guardian_end_running();
	if (*file_path)
		unlink(file_path);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(three_map_a_memfd, end_all),
		cmocka_unit_test_teardown(a_copied_page_has_one_owner, end_all),
		cmocka_unit_test_teardown(a_file_and_a_copy, end_all),
		cmocka_unit_test_teardown(what_has_no_frame_is_said, end_all),
		cmocka_unit_test_teardown(a_swapped_page_is_said, end_all),
		cmocka_unit_test_teardown(hugetlb_has_owners_too, end_all),
	};

	if (geteuid() != 0 || access("/proc/kpagecount", R_OK)) {
		printf("SKIP: frame numbers take root\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
