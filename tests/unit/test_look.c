/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs of certain frames or processes alone, and single pages and frames, on
 * machines made up at random: against the machine's own arrays.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common_machine.h"

#define SEEDS 6
#define RANGES 12

static struct machine machine;
static struct pagemap_source *source;

static void begin(unsigned int seed)
{
	memset(&machine, 0, sizeof(machine));
	machine.can_scan = seed & 1;
	machine.same_mm[0] = machine.same_mm[1] = -1;
	machine_make(&machine, seed);
	source = machine_source(&machine);
	assert_non_null(source);
}

static struct pagemap_snapshot *take(const struct pagemap_page_filter *filter)
{
	struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts),
		.detail = PAGEMAP_DETAIL_PAGES,
		.pages = filter,
		.threads = 2,
	};
	struct pagemap_snapshot *snapshot;

	assert_int_equal(pagemap_snapshot_take(source, &opts, &snapshot), 0);
	return snapshot;
}

/* Pages of the runs of a mapping, each by its own arithmetic. */
static size_t check_runs(const struct pagemap_mapping *mapping,
			 const struct machine_mapping *made, uint64_t first,
			 uint64_t count)
{
	struct pagemap_run_iter iter;
	struct pagemap_run run;
	size_t pages = 0;
	uint64_t i;

	assert_int_equal(pagemap_run_iter_init(&iter, mapping), 0);
	while (pagemap_run_iter_next(&iter, &run) == 1) {
		for (i = 0; i < run.page_count; i++) {
			uint64_t at = (run.start_vaddr >> 12) + i -
				      made->first_page;
			uint64_t pfn = run.pfn +
				(run.bits & PAGEMAP_RUN_SAME_FRAME ? 0 : i);

			assert_true(at < MACHINE_PAGES);
			assert_int_equal(made->pages[at].kind, PAGE_FRAME);
			assert_int_equal(made->pages[at].number, pfn);
			assert_true(pfn >= first && pfn < first + count);
		}
		pages += run.page_count;
	}
	return pages;
}

static void check_range(uint64_t first, uint64_t count)
{
	const struct pagemap_page_filter filter = {
		.first_pfn = first, .frame_count = count,
	};
	struct pagemap_snapshot *snapshot = take(&filter);
	size_t kept = 0, made = 0;
	int process, mapping, page;

	for (process = 0; process < MACHINE_PROCESSES; process++) {
		const struct pagemap_process *found = pagemap_snapshot_find_pid(
			snapshot, MACHINE_PID(process));

		assert_int_equal(pagemap_process_mapping_count(found),
				 MACHINE_MAPPINGS);
		for (mapping = 0; mapping < MACHINE_MAPPINGS; mapping++) {
			struct machine_mapping *m =
				&machine.mappings[process][mapping];

			for (page = 0; page < MACHINE_PAGES; page++)
				made += m->pages[page].kind == PAGE_FRAME &&
					m->pages[page].number >= first &&
					m->pages[page].number < first + count;
			kept += check_runs(pagemap_process_mapping_at(found,
						(size_t)mapping),
					   m, first, count);
		}
	}
	assert_int_equal(kept, made);
	pagemap_snapshot_free(snapshot);
}

static void runs_of_frames_are_kept_and_no_other(void **state)
{
	unsigned int seed, i;

	(void)state;
	for (seed = 1; seed <= SEEDS; seed++) {
		begin(seed);
		for (i = 0; i < RANGES; i++)
			check_range(8 + (i * 1237 + seed * 71) %
				    (MACHINE_FRAMES - 700),
				    i % 3 ? 1 : 600);
		check_range(8, MACHINE_FRAMES);
		pagemap_source_close(source);
	}
}

static void figures_do_not_depend_on_what_is_kept(void **state)
{
	const struct pagemap_page_filter filter = {
		.first_pfn = 100, .frame_count = 1,
	};
	struct pagemap_snapshot *all, *some;
	size_t i;

	(void)state;
	begin(3);
	all = take(NULL);
	some = take(&filter);
	for (i = 0; i < pagemap_snapshot_process_count(all); i++) {
		struct pagemap_usage a, b;

		pagemap_usage_of_process(pagemap_snapshot_process_at(all, i),
					 &a);
		pagemap_usage_of_process(pagemap_snapshot_process_at(some, i),
					 &b);
		assert_memory_equal(&a, &b, sizeof(a));
	}
	assert_true(pagemap_snapshot_memory_bytes(some) <
		    pagemap_snapshot_memory_bytes(all));
	pagemap_snapshot_free(all);
	pagemap_snapshot_free(some);
	pagemap_source_close(source);
}

/* ---- Pages of certain processes ---------------------------------------- */

static size_t check_same_runs(const struct pagemap_mapping *a,
			      const struct pagemap_mapping *b)
{
	struct pagemap_run_iter at_a, at_b;
	struct pagemap_run run_a, run_b;
	size_t count = 0;
	int got;

	memset(&run_a, 0, sizeof(run_a));
	memset(&run_b, 0, sizeof(run_b));
	assert_int_equal(pagemap_run_iter_init(&at_a, a), 0);
	assert_int_equal(pagemap_run_iter_init(&at_b, b), 0);
	do {
		got = pagemap_run_iter_next(&at_a, &run_a);
		assert_int_equal(pagemap_run_iter_next(&at_b, &run_b), got);
		assert_memory_equal(&run_a, &run_b, sizeof(run_a));
		count += got == 1;
	} while (got == 1);
	return count;
}

static bool is_named(const struct pagemap_page_filter *filter, pid_t pid)
{
	size_t i;

	for (i = 0; i < filter->pid_count; i++)
		if (filter->pids[i] == pid)
			return true;
	return false;
}

/* All runs of those that are named, none of others; the rest as without. */
static size_t check_named(const struct pagemap_snapshot *all,
			  const struct pagemap_snapshot *some,
			  const struct pagemap_page_filter *filter)
{
	size_t i, m, count = 0;

	assert_int_equal(pagemap_snapshot_process_count(some),
			 pagemap_snapshot_process_count(all));
	for (i = 0; i < pagemap_snapshot_process_count(all); i++) {
		const struct pagemap_process *a =
			pagemap_snapshot_process_at(all, i);
		const struct pagemap_process *b =
			pagemap_snapshot_process_at(some, i);
		struct pagemap_usage usage_a, usage_b;
		struct pagemap_run_iter iter;
		struct pagemap_run run;

		pagemap_usage_of_process(a, &usage_a);
		pagemap_usage_of_process(b, &usage_b);
		assert_memory_equal(&usage_a, &usage_b, sizeof(usage_a));
		for (m = 0; m < MACHINE_MAPPINGS; m++) {
			const struct pagemap_mapping *mapping =
				pagemap_process_mapping_at(b, m);

			if (is_named(filter, pagemap_process_pid(b))) {
				count += check_same_runs(
					pagemap_process_mapping_at(a, m),
					mapping);
				continue;
			}
			assert_int_equal(pagemap_run_iter_init(&iter, mapping),
					 0);
			assert_int_equal(pagemap_run_iter_next(&iter, &run), 0);
		}
	}
	return count;
}

static void runs_of_processes_are_kept_and_no_other(void **state)
{
	/* In no order, one twice, one that is not there. */
	const pid_t pids[] = {
		MACHINE_PID(7), MACHINE_PID(2), 99999, MACHINE_PID(7),
	};
	const struct pagemap_page_filter filter = {
		.pids = pids, .pid_count = 4,
	};
	const struct pagemap_page_filter none = {
		.pids = &pids[2], .pid_count = 1,
	};
	struct pagemap_snapshot *all, *some, *later;
	unsigned int seed;

	(void)state;
	for (seed = 1; seed <= SEEDS; seed++) {
		begin(seed);
		all = take(NULL);
		some = take(&filter);
		assert_true(check_named(all, some, &filter) > 100);
		assert_true(pagemap_snapshot_memory_bytes(some) <
			    pagemap_snapshot_memory_bytes(all));
		assert_int_equal(pagemap_snapshot_update(source, some, &later),
				 0);
		check_named(all, later, &filter);
		pagemap_snapshot_free(some);
		pagemap_snapshot_free(later);
		some = take(&none);
		assert_int_equal(check_named(all, some, &none), 0);
		pagemap_snapshot_free(some);
		pagemap_snapshot_free(all);
		pagemap_source_close(source);
	}
}

/* What was given may be gone when the snapshot is updated. */
static void a_filter_is_copied(void **state)
{
	pid_t pids[2] = { MACHINE_PID(1), MACHINE_PID(3) };
	const pid_t kept[2] = { MACHINE_PID(1), MACHINE_PID(3) };
	const struct pagemap_page_filter filter = {
		.pids = pids, .pid_count = 2,
	};
	const struct pagemap_page_filter wanted = {
		.pids = kept, .pid_count = 2,
	};
	struct pagemap_snapshot *all, *some, *later;

	(void)state;
	begin(4);
	all = take(NULL);
	some = take(&filter);
	pids[0] = MACHINE_PID(5);
	pids[1] = MACHINE_PID(6);
	assert_int_equal(pagemap_snapshot_update(source, some, &later), 0);
	pagemap_snapshot_free(some);
	assert_true(check_named(all, later, &wanted) > 100);
	pagemap_snapshot_free(later);
	pagemap_snapshot_free(all);
	pagemap_source_close(source);
}

/* Both: certain frames of certain processes. */
static void frames_of_a_process(void **state)
{
	const pid_t pid = MACHINE_PID(3);
	const struct pagemap_page_filter filter = {
		.first_pfn = 8, .frame_count = 900,
		.pids = &pid, .pid_count = 1,
	};
	struct pagemap_snapshot *snapshot;
	size_t kept = 0, made = 0;
	int process, mapping, page;

	(void)state;
	begin(5);
	snapshot = take(&filter);
	for (process = 0; process < MACHINE_PROCESSES; process++)
		for (mapping = 0; mapping < MACHINE_MAPPINGS; mapping++) {
			struct machine_mapping *m =
				&machine.mappings[process][mapping];

			for (page = 0; process == 3 && page < MACHINE_PAGES;
			     page++)
				made += m->pages[page].kind == PAGE_FRAME &&
					m->pages[page].number - 8u < 900;
			kept += check_runs(pagemap_process_mapping_at(
				pagemap_snapshot_find_pid(snapshot,
					MACHINE_PID(process)),
				(size_t)mapping), m, 8, 900);
		}
	assert_true(made > 0);
	assert_int_equal(kept, made);
	pagemap_snapshot_free(snapshot);
	pagemap_source_close(source);
}

/* Of two that share an mm, the one that is named leads, and has the runs. */
static void the_named_one_leads_its_mm(void **state)
{
	const pid_t pid = MACHINE_PID(9);
	const struct pagemap_page_filter filter = {
		.pids = &pid, .pid_count = 1,
	};
	const struct pagemap_process *found;
	struct pagemap_snapshot *snapshot;
	struct pagemap_sharing *sharing;
	struct pagemap_run_iter iter;
	struct pagemap_run run;

	(void)state;
	begin(6);
	machine.same_mm[0] = 2;
	machine.same_mm[1] = 9;
	memcpy(machine.mappings[9], machine.mappings[2],
	       sizeof(machine.mappings[9]));
	snapshot = take(NULL);
	found = pagemap_snapshot_find_pid(snapshot, pid);
	assert_int_equal(pagemap_process_pid(found), MACHINE_PID(2));
	pagemap_snapshot_free(snapshot);
	snapshot = take(&filter);
	found = pagemap_snapshot_find_pid(snapshot, MACHINE_PID(2));
	assert_int_equal(pagemap_process_pid(found), pid);
	pagemap_run_iter_init(&iter, pagemap_process_mapping_at(found, 0));
	assert_int_equal(pagemap_run_iter_next(&iter, &run), 1);
	/* Below PAGEMAP_FRAMES_KINDS there are no sets. */
	assert_int_equal(pagemap_sharing_find(snapshot, &sharing), -ENOTSUP);
	pagemap_snapshot_free(snapshot);
	pagemap_source_close(source);
}

static void a_filter_of_nothing_is_refused(void **state)
{
	static const pid_t pid = 1;
	static const struct pagemap_page_filter nothing, some = {
		.frame_count = 1,
	}, nobody = {
		.pids = &pid,
	}, no_list = {
		.frame_count = 1, .pid_count = 1,
	};
	struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts),
		.detail = PAGEMAP_DETAIL_PAGES,
		.pages = &nothing,
	};
	struct pagemap_snapshot *snapshot;

	(void)state;
	begin(1);
	assert_int_equal(pagemap_snapshot_take(source, &opts, &snapshot),
			 -EINVAL);
	opts.pages = &nobody;
	assert_int_equal(pagemap_snapshot_take(source, &opts, &snapshot),
			 -EINVAL);
	opts.pages = &no_list;
	assert_int_equal(pagemap_snapshot_take(source, &opts, &snapshot),
			 -EINVAL);
	opts.pages = &some;
	opts.detail = PAGEMAP_DETAIL_MAPPINGS;
	assert_int_equal(pagemap_snapshot_take(source, &opts, &snapshot),
			 -EINVAL);
	pagemap_source_close(source);
}

static void single_pages_are_what_they_are(void **state)
{
	struct pagemap_page page;
	int process, mapping, i;

	(void)state;
	begin(2);
	for (process = 0; process < MACHINE_PROCESSES; process++)
		for (mapping = 0; mapping < MACHINE_MAPPINGS; mapping++)
			for (i = 0; i < MACHINE_PAGES; i += 7) {
				struct machine_mapping *m =
					&machine.mappings[process][mapping];
				const struct machine_page *p = &m->pages[i];
				uint64_t at = (m->first_page + (uint64_t)i)
					      << 12;

				assert_int_equal(pagemap_source_page(source,
					MACHINE_PID(process), at + 123, &page),
					0);
				assert_int_equal(page.mapped,
						 p->kind != PAGE_NONE);
				if (p->kind == PAGE_FRAME)
					assert_int_equal(page.pfn, p->number);
				if (p->kind == PAGE_SWAP)
					assert_int_equal(page.state,
							 PAGEMAP_PAGE_SWAPPED);
			}
	pagemap_source_close(source);
}

static void single_frames_are_what_they_are(void **state)
{
	struct pagemap_frame_facts facts;
	uint64_t pfn;

	(void)state;
	begin(2);
	for (pfn = 1; pfn < MACHINE_FRAMES; pfn += 13) {
		assert_int_equal(pagemap_source_frame(source, pfn, &facts), 0);
		assert_int_equal(facts.map_count, machine.map_counts[pfn]);
		assert_true(facts.flags != PAGEMAP_FLAGS_UNKNOWN);
	}
	assert_int_equal(pagemap_source_frame(source, MACHINE_ZERO_FRAME,
					      &facts), 0);
	assert_true(facts.flags >> PAGEMAP_FLAG_ZERO_PAGE & 1);
	assert_int_equal(pagemap_source_frame(source, MACHINE_FRAMES, &facts),
			 -ENOENT);
	pagemap_source_close(source);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_of_frames_are_kept_and_no_other),
		cmocka_unit_test(figures_do_not_depend_on_what_is_kept),
		cmocka_unit_test(runs_of_processes_are_kept_and_no_other),
		cmocka_unit_test(a_filter_is_copied),
		cmocka_unit_test(frames_of_a_process),
		cmocka_unit_test(the_named_one_leads_its_mm),
		cmocka_unit_test(a_filter_of_nothing_is_refused),
		cmocka_unit_test(single_pages_are_what_they_are),
		cmocka_unit_test(single_frames_are_what_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
