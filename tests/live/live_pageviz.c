// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pageviz on processes that the test makes: a family that shares pages, to the
 * page; one that ends while it is watched; and what a user sees who is not
 * root.
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

#include "common_oracle.h"
#include "common_tool.h"
#include "common_victim.h"

#include <cmocka.h>

/* A sanitizer's shadow has terabytes, and the simple truth walks each page. */
#ifdef __SANITIZE_ADDRESS__
#define HAS_SHADOW true
#else
#define HAS_SHADOW false
#endif

#define N 1000ul
#define RANGES_MOST 256

/* A scene goes to a file, whose text is what these commands write. */
#define DRAWN "f=$(mktemp --suffix=.txt) && pageviz --plain-font --size 800x600 "
#define SHOWN " -o \"$f\"; s=$?; cat \"$f\"; rm -f \"$f\"; exit $s"

static int teardown(void **unused)
{
	(void)unused;
	victim_end_all();
	return 0;
}

/* ---- Victims ------------------------------------------------------------ */

struct family {
	char *area;
	size_t copied;		/* pages that the child makes its own */
};

static void write_some(struct report *report, void *context)
{
	const struct family *family = context;

	(void)report;
	touch_write(family->area, family->copied);
}

/* All pages are its own before it forks, so that no stranger shares any. */
static void be_family(struct report *report, void *context)
{
	struct family *family = context;

	family->area = map_range(report, N * PAGE, MAP_PRIVATE | MAP_ANONYMOUS,
				 -1);
	if (!family->area)
		return;
	touch_write(family->area, N);
	own_all_pages(report);
	partner_start(report, write_some, family);
}

static void be_single(struct report *report, void *unused)
{
	char *area = map_range(report, N * PAGE, MAP_PRIVATE | MAP_ANONYMOUS,
			       -1);

	(void)unused;
	if (area)
		touch_write(area, N);
}

static void be_nobody(struct report *report, void *unused)
{
	if (setgroups(0, NULL) || setgid(NOBODY) || setuid(NOBODY))
		return report_skip(report, "changing the user");
	prctl(PR_SET_DUMPABLE, 1);
	be_single(report, unused);
}

/* ---- What is drawn ------------------------------------------------------ */

/* The number that a filter makes of the first map. */
static uint64_t number_of(uid_t uid, pid_t pid, const char *by,
			  const char *filter)
{
	struct tool_run run;
	char command[512], *end;
	uint64_t number;

	snprintf(command, sizeof(command), "pageviz --json --by %s $1 | "
		 "jq '.maps[0] | [%s | .pages] | add // 0'", by, filter);
	tool_run(&run, uid, command, (pid_t[2]){ pid });
	number = strtoull(run.out, &end, 10);
	if (run.status || end == run.out)
		fail_msg("%s: status %d: %s", command, run.status, run.err);
	tool_done(&run);
	return number;
}

/* The pages of a class, by the word that JSON has; 0: there is none. */
static uint64_t pages_of(uid_t uid, pid_t pid, const char *by, const char *key)
{
	char filter[128];

	snprintf(filter, sizeof(filter),
		 ".classes[] | select(.class == \"%s\")", key);
	return number_of(uid, pid, by, filter);
}

/* The same of a mapping alone. */
static uint64_t pages_in(pid_t pid, const struct range *range, const char *by,
			 const char *key)
{
	char filter[192];

	snprintf(filter, sizeof(filter), ".areas[] | select(.start == "
		 "\"0x%lx\") | .classes[] | select(.class == \"%s\")",
		 (unsigned long)range->start, key);
	return number_of(0, pid, by, filter);
}

/* All mappings of a process whose pages may be counted. */
static size_t ranges_of(pid_t pid, struct range *ranges)
{
	char path[64], line[512];
	size_t count = 0;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	maps = fopen(path, "r");
	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps)) {
		struct range *range = &ranges[count];

		assert_true(count < RANGES_MOST);
		if (!strstr(line, "[vsyscall]") &&
		    sscanf(line, "%lx-%lx", &range->start, &range->end) == 2)
			count++;
	}
	fclose(maps);
	return count;
}

/* ---- Sharers, to the page ----------------------------------------------- */

static void sharers_are_counted(size_t copied)
{
	struct family family = { .copied = copied };
	struct range ranges[RANGES_MOST];
	struct truth all, area;
	struct victim victim;
	const struct range *range = &victim.report.ranges[0];

	victim_start(&victim, be_family, &family);
	assert_string_equal(victim.report.skip, "");
	victim_stop(&victim);
	oracle_count(victim.pid, victim.report.ranges, 1, &area);
	assert_int_equal(area.uss, copied * PAGE);
	assert_int_equal(pages_in(victim.pid, range, "sharers", "1"), copied);
	assert_int_equal(pages_in(victim.pid, range, "sharers", "2"),
			 N - copied);
	assert_int_equal(pages_of(0, victim.pid, "sharers", "unknown"), 0);
	if (!HAS_SHADOW) {
		oracle_count(victim.pid, ranges,
			     ranges_of(victim.pid, ranges), &all);
		assert_int_equal(pages_of(0, victim.pid, "sharers", "1") * PAGE,
				 all.uss);
	}
	victim_end(&victim);
}

static void a_family_parts_page_by_page(void **unused)
{
	static const size_t copied[] = { 0, 1, 333, N };
	size_t i;

	(void)unused;
	for (i = 0; i < sizeof(copied) / sizeof(copied[0]); i++)
		sharers_are_counted(copied[i]);
}

/* Only at level 0 a cell is a page: the copied ones are the first of it. */
static void each_page_is_drawn_as_it_is(void **unused)
{
	struct family family = { .copied = 300 };
	struct victim victim;
	struct tool_run run;
	char command[512];

	(void)unused;
	victim_start(&victim, be_family, &family);
	assert_string_equal(victim.report.skip, "");
	victim_stop(&victim);
	snprintf(command, sizeof(command), DRAWN "--by sharers --row 256 "
		 "--zoom 2 --at 0x%lx $1" SHOWN,
		 (unsigned long)victim.report.ranges[0].start);
	tool_run(&run, 0, command, (pid_t[2]){ victim.pid });
	if (run.status)
		fail_msg("%s: status %d: %s", command, run.status, run.err);
	/* A row of 256 copied, then 44, and then those that are shared. */
	assert_non_null(strstr(run.out, "a256\n"));
	assert_non_null(strstr(run.out, "a44 b212\n"));
	assert_non_null(strstr(run.out, "b256\n"));
	tool_done(&run);
	victim_end(&victim);
}

/* ---- A process that ends ------------------------------------------------ */

static void the_last_picture_stays(void **unused)
{
	struct victim victim;
	struct tool_run run;

	(void)unused;
	victim_start(&victim, be_single, NULL);
	tool_run(&run, 0, "(sleep 0.7; kill -9 $1) & " DRAWN "--window "
		 "--moments 3 --interval 0.7 $1" SHOWN,
		 (pid_t[2]){ victim.pid });
	if (run.status)
		fail_msg("status %d: %s", run.status, run.err);
	assert_non_null(strstr(run.out, "ended"));
	assert_non_null(strstr(run.out, "\ntile "));
	tool_done(&run);
	victim_end(&victim);
}

static void what_ended_is_not_exact(void **unused)
{
	struct victim victim;
	struct tool_run run;

	(void)unused;
	victim_start(&victim, be_single, NULL);
	tool_run(&run, 0, "(sleep 0.7; kill -9 $1) & pageviz --json --strict "
		 "--moments 3 --interval 0.7 $1", (pid_t[2]){ victim.pid });
	assert_int_equal(run.status, 3);
	tool_done(&run);
	victim_end(&victim);
}

static void who_never_was_is_no_picture(void **unused)
{
	struct tool_run run;

	(void)unused;
	tool_run(&run, 0, DRAWN "2147483647" SHOWN, NULL);
	assert_int_equal(run.status, 1);
	assert_non_null(strstr(run.err, "2147483647"));
	assert_string_equal(run.out, "");
	tool_done(&run);
}

/* ---- Without privileges ------------------------------------------------- */

static void own_states_are_shown(void **unused)
{
	struct victim victim;
	struct tool_run run;

	(void)unused;
	victim_start(&victim, be_nobody, NULL);
	assert_string_equal(victim.report.skip, "");
	victim_stop(&victim);
	assert_true(pages_of(NOBODY, victim.pid, "state", "anon") >= N);
	assert_int_equal(pages_of(NOBODY, victim.pid, "state", "anon"),
			 pages_of(0, victim.pid, "state", "anon"));
	tool_run(&run, NOBODY, DRAWN "--by sharers --window $1" SHOWN,
		 (pid_t[2]){ victim.pid });
	assert_int_equal(run.status, 0);
	/* The reason is in the picture and on standard error. */
	assert_non_null(strstr(run.out, "root"));
	assert_non_null(strstr(run.err, "root"));
	tool_done(&run);
	tool_run(&run, NOBODY, "pageviz --json --strict --by sharers $1",
		 (pid_t[2]){ victim.pid });
	assert_int_equal(run.status, 3);
	tool_done(&run);
	victim_end(&victim);
}

static void others_are_refused_with_the_reason(void **unused)
{
	struct victim victim;
	struct tool_run run;

	(void)unused;
	victim_start(&victim, be_single, NULL);
	tool_run(&run, NOBODY, DRAWN "$1" SHOWN, (pid_t[2]){ victim.pid });
	assert_int_equal(run.status, 1);
	assert_non_null(strstr(run.err, "not permitted"));
	assert_string_equal(run.out, "");
	tool_done(&run);
	victim_end(&victim);
}

static void ram_is_refused_with_the_reason(void **unused)
{
	struct tool_run run;

	(void)unused;
	tool_run(&run, NOBODY, DRAWN "--physical" SHOWN, NULL);
	assert_int_equal(run.status, 1);
	assert_non_null(strstr(run.err, "root"));
	assert_int_equal(count_lines(run.err), 1);
	assert_string_equal(run.out, "");
	tool_done(&run);
}

static void no_display_says_what_to_do(void **unused)
{
	struct tool_run run;

	(void)unused;
	tool_run(&run, 0, "env -u DISPLAY -u WAYLAND_DISPLAY pageviz $$", NULL);
	assert_int_equal(run.status, 1);
	assert_non_null(strstr(run.err, "-o FILE.png"));
	assert_int_equal(count_lines(run.err), 1);
	tool_done(&run);
}

static bool pageviz_is_there(void)
{
	struct tool_run run;
	bool there;

	tool_run(&run, NOBODY, "pageviz --version && jq --version", NULL);
	there = run.status == 0;
	tool_done(&run);
	return there;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_family_parts_page_by_page, teardown),
		cmocka_unit_test_teardown(each_page_is_drawn_as_it_is, teardown),
		cmocka_unit_test_teardown(the_last_picture_stays, teardown),
		cmocka_unit_test_teardown(what_ended_is_not_exact, teardown),
		cmocka_unit_test(who_never_was_is_no_picture),
		cmocka_unit_test_teardown(own_states_are_shown, teardown),
		cmocka_unit_test_teardown(others_are_refused_with_the_reason,
					  teardown),
		cmocka_unit_test(ram_is_refused_with_the_reason),
		cmocka_unit_test(no_display_says_what_to_do),
	};

	if (geteuid() != 0) {
		printf("needs root, to see all and to become another user\n");
		return 77;
	}
	if (!pageviz_is_there()) {
		printf("pageviz or jq cannot be started by nobody\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
