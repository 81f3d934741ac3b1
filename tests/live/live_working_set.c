// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Working sets against the truth: running processes of the test use pages
 * that it knows, and clear_refs has to find these, all of them and no other,
 * also where the target never stops and its pages are hot in the TLB.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common_busy.h"
#include "common_measure.h"

#include <cmocka.h>

static struct pagemap_source *source;
static struct busy_control *control;

static int setup(void **unused)
{
	(void)unused;
	source = open_live();
	control = busy_new();
	return 0;
}

static int teardown(void **unused)
{
	(void)unused;
	victim_end_all();
	busy_free(control);
	pagemap_source_close(source);
	return 0;
}

static struct pagemap_wss *begin(pid_t pid)
{
	struct pagemap_wss_opts opts = {
		.size = sizeof(opts),
		.methods = PAGEMAP_WSS_BIT(PAGEMAP_WSS_CLEAR_REFS),
		.pids = &pid,
		.pid_count = 1,
	};
	struct pagemap_wss *session;
	int err = pagemap_wss_begin(source, &opts, &session);

	if (err)
		fail_msg("%s: %s", strerror(-err),
			 pagemap_source_last_error(source));
	return session;
}

static struct pagemap_working_set *sample(struct pagemap_wss *session)
{
	struct pagemap_working_set *set;

	assert_int_equal(pagemap_wss_sample(session, &set), 0);
	return set;
}

static struct pagemap_working_set *look(struct pagemap_wss *session)
{
	struct pagemap_working_set *set;

	assert_int_equal(pagemap_wss_look(session, &set), 0);
	return set;
}

static bool find_mapping(const struct pagemap_working_set *set,
			 uint64_t start_vaddr,
			 struct pagemap_wss_mapping *ret_mapping)
{
	for (size_t i = 0; !pagemap_working_set_mapping_at(set, 0, i,
							   ret_mapping); i++)
		if (ret_mapping->start_vaddr == start_vaddr)
			return true;
	return false;
}

/* The mapping of a reported range, which begins there. */
static struct pagemap_wss_mapping
mapping_of(const struct pagemap_working_set *set, const struct victim *victim,
	   size_t range)
{
	struct pagemap_wss_mapping mapping = { 0 };

	assert_true(find_mapping(set, victim->report.ranges[range].start,
				 &mapping));
	return mapping;
}

/*
 * Where the kernel has soft-dirty and the session does not use it, nothing
 * flushes the TLB: a range that holds the truth is all that can be had.
 */
static bool is_exact_here(void)
{
	const char *reason;

	return !pagemap_wss_method_works(source, PAGEMAP_WSS_SOFT_DIRTY,
					 &reason);
}

static void expect_pages(const struct pagemap_value *value, uint64_t pages)
{
	if (is_exact_here()) {
		assert_int_equal(value->quality, PAGEMAP_EXACT);
		assert_int_equal(value->value / PAGE, pages);
	}
	assert_in_range(pages * PAGE, value->low, value->high);
}

static void start(struct victim *victim, victim_fn make, void *context)
{
	victim_start(victim, make, context);
	if (victim->report.skip[0])
		SKIP("%s", victim->report.skip);
}

/* ---- Known pages ------------------------------------------------------- */

struct scattered {
	const char *what;
	size_t pages;
	size_t used;
	size_t step;
	bool writes;
	enum { ANON, MEMFD, DISK } home;
};

static void make_scattered(struct report *report, void *context)
{
	const struct scattered *row = context;
	int fd = -1, flags = MAP_PRIVATE | MAP_ANONYMOUS;
	char *area;

	if (row->home != ANON) {
		fd = row->home == DISK ? new_file(row->pages) :
					 new_memfd(row->pages);
		flags = MAP_SHARED;
	}
	area = map_range(report, row->pages * PAGE, flags, fd);
	if (!area)
		return;
	madvise(area, row->pages * PAGE, MADV_NOHUGEPAGE);
	if (row->home == DISK)
		touch_read(area, row->pages);
	else
		touch_write(area, row->pages);
	busy_add(control, (struct busy_use){
		.area = area, .first = 1, .step = row->step,
		.count = row->used, .writes = row->writes });
	busy_begin(report, control);
}

static struct scattered scattered[] = {
	{ "33 of 1024", 1024, 33, 31, false, ANON },
	{ "200 of 1024", 1024, 200, 5, false, ANON },
	{ "1000 of 1024", 1024, 1000, 1, false, ANON },
	{ "33 of 1024, written only", 1024, 33, 31, true, ANON },
	{ "50 of 512 of shared memory", 512, 50, 10, true, MEMFD },
	{ "50 of 512 of a file, read only", 512, 50, 10, false, DISK },
	{ "none of 64", 64, 0, 1, false, ANON },
};

static void finds_scattered_pages(void **state)
{
	struct scattered *row = *state;
	struct pagemap_working_set *set;
	struct pagemap_wss_mapping found;
	struct pagemap_wss *session;
	struct victim victim;

	start(&victim, make_scattered, row);
	busy_wait(control);
	session = begin(victim.pid);
	for (int i = 0; i < 5; i++) {
		busy_wait(control);
		set = sample(session);
		found = mapping_of(set, &victim, 0);
		expect_pages(&found.figures.referenced, row->used);
		assert_int_equal(found.figures.rss.value, row->pages * PAGE);
		pagemap_working_set_free(set);
	}
	pagemap_wss_end(session);
}

static void make_gigabyte(struct report *report, void *unused)
{
	char *area = map_range(report, 1024 * MIB, MAP_PRIVATE | MAP_ANONYMOUS,
			       -1);

	(void)unused;
	if (!area)
		return;
	madvise(area, 1024 * MIB, MADV_NOHUGEPAGE);
	touch_write(area, 1024 * MIB / PAGE);
	busy_add(control, (struct busy_use){
		.area = area, .first = 65536, .step = 1, .count = 65536 });
	busy_begin(report, control);
}

static void finds_a_quarter_of_a_gigabyte(void **unused)
{
	struct pagemap_working_set *set;
	struct pagemap_wss_mapping found;
	struct pagemap_wss_process process;
	struct pagemap_wss *session;
	struct victim victim;

	(void)unused;
	start(&victim, make_gigabyte, NULL);
	session = begin(victim.pid);
	busy_wait(control);
	set = sample(session);
	found = mapping_of(set, &victim, 0);
	expect_pages(&found.figures.referenced, 65536);
	expect_pages(&found.figures.cold, 3 * 65536);
	assert_int_equal(pagemap_working_set_process_at(set, 0, &process), 0);
	assert_int_equal(process.status, PAGEMAP_STATUS_COMPLETE);
	assert_true(process.figures.referenced.low >=
		    found.figures.referenced.low);
	printf("# forgets %.1f ms, reads %.1f ms\n",
	       (double)process.forget_ns / 1e6, (double)process.read_ns / 1e6);
	pagemap_working_set_free(set);
	pagemap_wss_end(session);
}

static void make_huge(struct report *report, void *unused)
{
	char *area = map_range(report, 4 * HUGE, MAP_PRIVATE | MAP_ANONYMOUS,
			       -1);

	(void)unused;
	if (!area || madvise(area, 4 * HUGE, MADV_HUGEPAGE))
		return report_skip(report, "MADV_HUGEPAGE");
	touch_write(area, 4 * HUGE / PAGE);
	busy_add(control, (struct busy_use){
		.area = area, .first = 7, .step = 1024, .count = 2 });
	busy_begin(report, control);
}

/* A page of the first and of the third: both count whole. */
static void a_huge_page_counts_whole(void **unused)
{
	const pid_t *pids;
	struct pagemap_snapshot *snapshot;
	struct pagemap_working_set *set;
	struct pagemap_wss_mapping found;
	struct pagemap_wss *session;
	struct pagemap_usage usage;
	struct victim victim;

	(void)unused;
	start(&victim, make_huge, NULL);
	pids = &victim.pid;
	snapshot = take(source, PAGEMAP_ENGINE_KERNEL, pids, 1);
	usage_of_ranges(snapshot, victim.pid, victim.report.ranges, 1, &usage);
	pagemap_snapshot_free(snapshot);
	if (usage.value_bytes[PAGEMAP_ANON_THP] != 4 * HUGE)
		SKIP("no huge pages to be had");
	session = begin(victim.pid);
	busy_wait(control);
	set = sample(session);
	found = mapping_of(set, &victim, 0);
	expect_pages(&found.figures.referenced, 2 * HUGE / PAGE);
	pagemap_working_set_free(set);
	pagemap_wss_end(session);
}

static void make_of_a_file(struct report *report, void *context)
{
	char *area = map_range(report, 64 * PAGE, MAP_SHARED, *(int *)context);

	if (!area)
		return;
	touch_read(area, 64);
	busy_add(control, (struct busy_use){
		.area = area, .first = 0, .step = 1, .count = 5 });
	busy_begin(report, control);
}

/* A process that uses the others of these pages, and ends. */
static void another_uses(int fd)
{
	pid_t pid = fork();

	if (pid == 0) {
		char *area = mmap(NULL, 64 * PAGE, PROT_READ, MAP_SHARED, fd,
				  0);

		if (area == MAP_FAILED)
			_exit(1);
		touch_read(area + 32 * PAGE, 32);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* The kernel marks what the other had mapped, and smaps adds the marks. */
static void what_others_used_is_not_taken_for_its_own(void **unused)
{
	struct pagemap_wss_figures figures;
	struct pagemap_working_set *set;
	struct pagemap_wss *session;
	struct victim victim;
	int fd = new_file(64);

	(void)unused;
	assert_true(fd >= 0);
	start(&victim, make_of_a_file, &fd);
	session = begin(victim.pid);
	another_uses(fd);
	busy_wait(control);
	set = sample(session);
	figures = mapping_of(set, &victim, 0).figures;
	assert_int_equal(figures.referenced.quality, PAGEMAP_BOUNDED);
	assert_true(figures.referenced.high >= 37 * PAGE);
	assert_in_range(5 * PAGE, figures.referenced.low,
			figures.referenced.high);
	assert_in_range(59 * PAGE, figures.cold.low, figures.cold.high);
	if (is_exact_here())
		assert_int_equal(figures.referenced.reason,
				 PAGEMAP_REASON_BY_OTHERS);
	pagemap_working_set_free(set);
	/* Nobody else in this interval. */
	busy_wait(control);
	set = sample(session);
	figures = mapping_of(set, &victim, 0).figures;
	expect_pages(&figures.referenced, 5);
	pagemap_working_set_free(set);
	pagemap_wss_end(session);
	close(fd);
}

/* ---- From interval to interval ----------------------------------------- */

static void make_phases(struct report *report, void *unused)
{
	char *area = map_range(report, 200 * PAGE, MAP_PRIVATE | MAP_ANONYMOUS,
			       -1);

	(void)unused;
	if (!area)
		return;
	madvise(area, 200 * PAGE, MADV_NOHUGEPAGE);
	touch_write(area, 200);
	for (unsigned int phase = 1; phase <= 2; phase++)
		busy_add(control, (struct busy_use){
			.area = area, .first = phase == 1 ? 0 : 30,
			.step = 1, .count = phase == 1 ? 40 : 60,
			.phase = phase });
	busy_begin(report, control);
}

/* Pages 0..39, then 30..89: 90 of 200 in all. */
static void what_is_cold_lies_within_bounds(void **unused)
{
	struct pagemap_wss_figures figures;
	struct pagemap_working_set *set;
	struct pagemap_wss *session;
	struct victim victim;

	(void)unused;
	start(&victim, make_phases, NULL);
	session = begin(victim.pid);
	busy_wait(control);
	set = look(session);
	figures = mapping_of(set, &victim, 0).figures;
	expect_pages(&figures.referenced, 40);
	pagemap_working_set_free(set);
	set = sample(session);
	figures = mapping_of(set, &victim, 0).figures;
	expect_pages(&figures.referenced, 40);
	expect_pages(&figures.cold, 160);
	expect_pages(&figures.touched_within[0], 40);
	assert_int_equal(figures.touched_within[1].reason,
			 PAGEMAP_REASON_TOO_SHORT);
	pagemap_working_set_free(set);
	busy_enter(control, 2);
	pagemap_working_set_free(sample(session));
	busy_wait(control);
	set = sample(session);
	figures = mapping_of(set, &victim, 0).figures;
	expect_pages(&figures.referenced, 60);
	assert_int_equal(figures.cold.quality, PAGEMAP_BOUNDED);
	assert_in_range(110 * PAGE, figures.cold.low, figures.cold.high);
	assert_int_equal(figures.cold.high, is_exact_here() ? 140 * PAGE :
							      200 * PAGE);
	assert_int_equal(figures.touched_within[1].quality,
			 PAGEMAP_UNAVAILABLE);
	pagemap_working_set_free(set);
	pagemap_wss_end(session);
}

/* A look ends nothing: what was used in both phases adds up. */
static void looks_add_up(void **unused)
{
	struct pagemap_wss_figures figures;
	struct pagemap_working_set *set;
	struct pagemap_wss *session;
	struct victim victim;

	(void)unused;
	start(&victim, make_phases, NULL);
	session = begin(victim.pid);
	busy_wait(control);
	pagemap_working_set_free(look(session));
	busy_enter(control, 2);
	busy_wait(control);
	set = look(session);
	figures = mapping_of(set, &victim, 0).figures;
	expect_pages(&figures.referenced, 90);
	expect_pages(&figures.cold, 110);
	pagemap_working_set_free(set);
	pagemap_wss_end(session);
}

static char *comes_and_goes[2];

static void exchange(unsigned int phase)
{
	char *area;

	if (phase != 2)
		return;
	munmap(comes_and_goes[0], 16 * PAGE);
	area = mmap(comes_and_goes[1], 16 * PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	if (area != comes_and_goes[1])
		_exit(1);
	touch_write(area, 9);
}

static void make_exchange(struct report *report, void *unused)
{
	(void)unused;
	comes_and_goes[0] = map_range(report, 16 * PAGE,
				      MAP_PRIVATE | MAP_ANONYMOUS, -1);
	comes_and_goes[1] = report_range(report, place(16 * PAGE), 16 * PAGE);
	if (!comes_and_goes[0])
		return;
	munmap(comes_and_goes[1], 16 * PAGE);
	touch_write(comes_and_goes[0], 16);
	control->enter = exchange;
	busy_begin(report, control);
}

static void mappings_come_and_go(void **unused)
{
	struct pagemap_wss_mapping found;
	struct pagemap_working_set *set;
	struct pagemap_wss *session;
	struct victim victim;

	(void)unused;
	start(&victim, make_exchange, NULL);
	session = begin(victim.pid);
	busy_wait(control);
	set = sample(session);
	assert_false(mapping_of(set, &victim, 0).is_new);
	pagemap_working_set_free(set);
	busy_enter(control, 2);
	set = sample(session);
	assert_false(find_mapping(set, victim.report.ranges[0].start, &found));
	found = mapping_of(set, &victim, 1);
	assert_true(found.is_new);
	assert_string_equal(found.permissions, "rw-p");
	expect_pages(&found.figures.referenced, 9);
	expect_pages(&found.figures.rss, 9);
	pagemap_working_set_free(set);
	pagemap_wss_end(session);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define SCATTERED(row) \
	{ scattered[row].what, finds_scattered_pages, setup, teardown, \
	  &scattered[row] }

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCATTERED(0), SCATTERED(1), SCATTERED(2), SCATTERED(3),
		SCATTERED(4), SCATTERED(5), SCATTERED(6),
		TEST(finds_a_quarter_of_a_gigabyte),
		TEST(a_huge_page_counts_whole),
		TEST(what_others_used_is_not_taken_for_its_own),
		TEST(what_is_cold_lies_within_bounds),
		TEST(looks_add_up),
		TEST(mappings_come_and_go),
	};

	return cmocka_run_group_tests_name("working_set", tests, NULL, NULL);
}
