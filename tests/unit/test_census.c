// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The census on machines made up at random, every figure of it counted again
 * the slow way: sets of frames for each process, group and mapping.
 */
#include <math.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common_machine.h"

#define SEEDS 12
#define ALL_MAPPINGS (MACHINE_PROCESSES * MACHINE_MAPPINGS)

struct expected {
	uint64_t rss;			/* pages */
	uint64_t uss;
	double pss;
	uint64_t zero;
	uint64_t swap;
	double swap_pss;
};

static struct machine machine;
static uint32_t sharers[MACHINE_FRAMES];
static uint32_t slot_sharers[MACHINE_SLOTS];
static uint16_t times[MACHINE_PROCESSES][MACHINE_FRAMES];
static uint16_t slot_times[MACHINE_PROCESSES][MACHINE_SLOTS];

static bool is_twin(int process)
{
	return process == machine.same_mm[1];
}

static void count_slowly(void)
{
	int process, mapping, page, frame;

	memset(sharers, 0, sizeof(sharers));
	memset(slot_sharers, 0, sizeof(slot_sharers));
	memset(times, 0, sizeof(times));
	memset(slot_times, 0, sizeof(slot_times));
	for (process = 0; process < MACHINE_PROCESSES; process++)
		for (mapping = 0; mapping < MACHINE_MAPPINGS; mapping++)
			for (page = 0; page < MACHINE_PAGES; page++) {
				const struct machine_page *p = &machine
					.mappings[process][mapping].pages[page];

				if (p->kind == PAGE_FRAME)
					times[process][p->number]++;
				if (p->kind == PAGE_SWAP)
					slot_times[process][p->number]++;
			}
	for (process = 0; process < MACHINE_PROCESSES; process++) {
		if (is_twin(process))
			continue;
		for (frame = 0; frame < MACHINE_FRAMES; frame++)
			sharers[frame] += times[process][frame] != 0;
		for (frame = 0; frame < MACHINE_SLOTS; frame++)
			slot_sharers[frame] += slot_times[process][frame] != 0;
	}
}

static struct expected expect_process(int process)
{
	struct expected e = { 0 };
	int mapping, page, frame;

	for (frame = 0; frame < MACHINE_FRAMES; frame++) {
		e.rss += times[process][frame];
		if (!times[process][frame])
			continue;
		e.uss += sharers[frame] == 1;
		e.pss += 1.0 / sharers[frame];
	}
	for (frame = 0; frame < MACHINE_SLOTS; frame++)
		if (slot_times[process][frame])
			e.swap_pss += 1.0 / slot_sharers[frame];
	for (mapping = 0; mapping < MACHINE_MAPPINGS; mapping++)
		for (page = 0; page < MACHINE_PAGES; page++) {
			int kind = machine.mappings[process][mapping]
				   .pages[page].kind;

			e.zero += kind == PAGE_ZERO;
			e.swap += kind == PAGE_SWAP;
		}
	return e;
}

static void assert_near(uint64_t bytes, double pages, double tolerance)
{
	double wanted = pages * MACHINE_PAGE_BYTES;

	if (fabs((double)bytes - wanted) > tolerance)
		fail_msg("%llu bytes where %.3f are right",
			 (unsigned long long)bytes, wanted);
}

static uint64_t exact(const struct pagemap_usage *usage,
		      enum pagemap_metric metric)
{
	struct pagemap_value value = pagemap_usage_value(usage, metric);

	assert_int_equal(value.quality, PAGEMAP_EXACT);
	return value.value;
}

static struct pagemap_snapshot *take(struct pagemap_source *source,
				     enum pagemap_detail detail)
{
	struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts),
		.engine = PAGEMAP_ENGINE_CENSUS,
		.detail = detail,
		.metrics = PAGEMAP_METRICS_SIZES |
			   PAGEMAP_METRIC_BIT(PAGEMAP_ZERO),
		.threads = 2,
	};
	struct pagemap_snapshot *snapshot;

	assert_int_equal(pagemap_snapshot_take(source, &opts, &snapshot), 0);
	return snapshot;
}

static void check_process(const struct pagemap_snapshot *snapshot, int index,
			  uint64_t *sum)
{
	const struct pagemap_process *process =
		pagemap_snapshot_find_pid(snapshot, MACHINE_PID(index));
	struct expected e = expect_process(index);
	struct pagemap_usage usage;

	assert_non_null(process);
	assert_int_equal(pagemap_usage_of_process(process, &usage), 0);
	assert_int_equal(exact(&usage, PAGEMAP_RSS), e.rss << 12);
	assert_int_equal(exact(&usage, PAGEMAP_USS), e.uss << 12);
	assert_int_equal(exact(&usage, PAGEMAP_ZERO), e.zero << 12);
	assert_near(exact(&usage, PAGEMAP_PSS), e.pss, 1.01);
	assert_near(exact(&usage, PAGEMAP_SWAP_PSS), e.swap_pss, 1.01);
	assert_int_equal(exact(&usage, PAGEMAP_SWAP), e.swap << 12);
	*sum += exact(&usage, PAGEMAP_PSS);
}

static void check_machine(enum pagemap_detail detail)
{
	struct pagemap_source *source = machine_source(&machine);
	struct pagemap_snapshot *snapshot = take(source, detail);
	struct pagemap_usage usage;
	uint64_t sum = 0, distinct = 0;
	int i;

	count_slowly();
	for (i = 0; i < MACHINE_PROCESSES; i++)
		if (!is_twin(i))
			check_process(snapshot, i, &sum);
	for (i = 0; i < MACHINE_FRAMES; i++)
		distinct += sharers[i] != 0;
	assert_int_equal(sum, distinct << 12);
	assert_int_equal(pagemap_usage_of_snapshot(snapshot, &usage), 0);
	assert_int_equal(exact(&usage, PAGEMAP_RSS), distinct << 12);
	assert_int_equal(exact(&usage, PAGEMAP_USS), distinct << 12);
	pagemap_snapshot_free(snapshot);
	pagemap_source_close(source);
}

static void make(unsigned int seed, bool can_scan, bool twins)
{
	memset(&machine, 0, sizeof(machine));
	machine.can_scan = can_scan;
	machine.same_mm[0] = twins ? 2 : -1;
	machine.same_mm[1] = twins ? 9 : -1;
	machine_make(&machine, seed);
}

static void test_processes(void **state)
{
	unsigned int seed;

	(void)state;
	for (seed = 1; seed <= SEEDS; seed++) {
		make(seed, seed & 1, false);
		check_machine((enum pagemap_detail)(seed % 3));
	}
}

static void test_shared_mm_counts_once(void **state)
{
	const struct pagemap_process *process;
	struct pagemap_source *source;
	struct pagemap_snapshot *snapshot;
	const pid_t *pids;
	size_t count;

	(void)state;
	make(77, true, true);
	check_machine(PAGEMAP_DETAIL_PROCESSES);
	source = machine_source(&machine);
	snapshot = take(source, PAGEMAP_DETAIL_PROCESSES);
	assert_int_equal(pagemap_snapshot_process_count(snapshot),
			 MACHINE_PROCESSES - 1);
	process = pagemap_snapshot_find_pid(snapshot, MACHINE_PID(9));
	assert_non_null(process);
	assert_int_equal(pagemap_process_pid(process), MACHINE_PID(2));
	pids = pagemap_process_mm_pids(process, &count);
	assert_int_equal(count, 2);
	assert_int_equal(pids[1], MACHINE_PID(9));
	pagemap_snapshot_free(snapshot);
	pagemap_source_close(source);
}

/* The union of the processes of a group, counted frame by frame. */
static struct expected expect_group(const uint32_t *group_of, uint32_t group)
{
	struct expected e = { 0 };
	int process, frame;

	for (frame = 0; frame < MACHINE_FRAMES; frame++) {
		uint32_t members = 0;

		for (process = 0; process < MACHINE_PROCESSES; process++)
			members += group_of[process] == group &&
				   times[process][frame];
		if (!members)
			continue;
		e.rss++;
		e.uss += members == sharers[frame];
		e.pss += (double)members / sharers[frame];
	}
	return e;
}

static void test_groups(void **state)
{
	uint32_t group_of[MACHINE_PROCESSES];
	struct pagemap_partition partition = {
		group_of, MACHINE_PROCESSES, 4,
	};
	struct pagemap_usage usages[4];
	unsigned int seed;
	uint32_t i;

	(void)state;
	for (seed = 100; seed < 100 + SEEDS; seed++) {
		struct pagemap_source *source = machine_source(&machine);
		struct pagemap_snapshot *snapshot;

		make(seed, seed & 1, false);
		count_slowly();
		srand(seed);
		for (i = 0; i < MACHINE_PROCESSES; i++) {
			group_of[i] = (uint32_t)rand() % 5;
			if (group_of[i] == 4)
				group_of[i] = PAGEMAP_NO_GROUP;
		}
		snapshot = take(source, PAGEMAP_DETAIL_PROCESSES);
		assert_int_equal(pagemap_usage_of_groups(snapshot, &partition,
							 usages), 0);
		for (i = 0; i < 4; i++) {
			struct expected e = expect_group(group_of, i);
			bool empty = !e.rss;

			if (empty)
				continue;
			assert_int_equal(exact(&usages[i], PAGEMAP_RSS),
					 e.rss << 12);
			assert_int_equal(exact(&usages[i], PAGEMAP_USS),
					 e.uss << 12);
			assert_near(exact(&usages[i], PAGEMAP_PSS), e.pss, 2);
		}
		pagemap_snapshot_free(snapshot);
		pagemap_source_close(source);
	}
}

static void add_mapping(struct expected *e, const uint32_t *group_of,
			uint32_t group, uint16_t here[MACHINE_PROCESSES]
						     [MACHINE_FRAMES])
{
	int process, mapping, page, frame;

	memset(here, 0, sizeof(here[0]) * MACHINE_PROCESSES);
	for (process = 0; process < MACHINE_PROCESSES; process++)
		for (mapping = 0; mapping < MACHINE_MAPPINGS; mapping++) {
			if (group_of[process * MACHINE_MAPPINGS + mapping] !=
			    group)
				continue;
			for (page = 0; page < MACHINE_PAGES; page++) {
				const struct machine_page *p = &machine
					.mappings[process][mapping].pages[page];

				if (p->kind == PAGE_FRAME)
					here[process][p->number]++;
			}
		}
	for (frame = 0; frame < MACHINE_FRAMES; frame++) {
		uint32_t whole = 0, some = 0;

		for (process = 0; process < MACHINE_PROCESSES; process++) {
			if (!here[process][frame])
				continue;
			some++;
			whole += here[process][frame] == times[process][frame];
			e->pss += (double)here[process][frame] /
				  times[process][frame] / sharers[frame];
		}
		e->rss += some != 0;
		e->uss += whole && whole == sharers[frame];
	}
}

static void test_mapping_groups(void **state)
{
	static uint16_t here[MACHINE_PROCESSES][MACHINE_FRAMES];
	uint32_t group_of[ALL_MAPPINGS];
	struct pagemap_partition partition = { group_of, ALL_MAPPINGS, 3 };
	struct pagemap_usage usages[3];
	unsigned int seed;
	uint32_t i;

	(void)state;
	for (seed = 200; seed < 200 + SEEDS; seed++) {
		struct pagemap_source *source = machine_source(&machine);
		struct pagemap_snapshot *snapshot;

		make(seed, seed & 1, false);
		count_slowly();
		srand(seed);
		for (i = 0; i < ALL_MAPPINGS; i++)
			group_of[i] = (uint32_t)rand() % 3;
		snapshot = take(source, PAGEMAP_DETAIL_MAPPINGS);
		assert_int_equal(pagemap_snapshot_mapping_count(snapshot),
				 ALL_MAPPINGS);
		assert_int_equal(pagemap_usage_of_mapping_groups(snapshot,
						&partition, usages), 0);
		for (i = 0; i < 3; i++) {
			struct expected e = { 0 };

			add_mapping(&e, group_of, i, here);
			assert_int_equal(exact(&usages[i], PAGEMAP_RSS),
					 e.rss << 12);
			assert_int_equal(exact(&usages[i], PAGEMAP_USS),
					 e.uss << 12);
			assert_near(exact(&usages[i], PAGEMAP_PSS), e.pss, 2);
		}
		pagemap_snapshot_free(snapshot);
		pagemap_source_close(source);
	}
}

/* The k mappings of a frame show 1/k each, so that rows add up. */
static void test_mappings_add_up(void **state)
{
	struct pagemap_source *source = machine_source(&machine);
	struct pagemap_snapshot *snapshot;
	size_t i, k;

	(void)state;
	make(5, true, false);
	snapshot = take(source, PAGEMAP_DETAIL_MAPPINGS);
	assert_int_equal(pagemap_snapshot_process_count(snapshot),
			 MACHINE_PROCESSES);
	for (i = 0; i < pagemap_snapshot_process_count(snapshot); i++) {
		const struct pagemap_process *process =
			pagemap_snapshot_process_at(snapshot, i);
		struct pagemap_usage whole, part;
		uint64_t rss = 0, pss = 0, uss = 0;

		assert_int_equal(pagemap_usage_of_process(process, &whole), 0);
		for (k = 0; k < pagemap_process_mapping_count(process); k++) {
			assert_int_equal(pagemap_usage_of_mapping(
				pagemap_process_mapping_at(process, k),
				&part), 0);
			rss += exact(&part, PAGEMAP_RSS);
			pss += exact(&part, PAGEMAP_PSS);
			uss += exact(&part, PAGEMAP_USS);
		}
		assert_int_equal(rss, exact(&whole, PAGEMAP_RSS));
		assert_near(pss, (double)exact(&whole, PAGEMAP_PSS) / 4096,
			    MACHINE_MAPPINGS + 1);
		assert_near(uss, (double)exact(&whole, PAGEMAP_USS) / 4096,
			    MACHINE_MAPPINGS + 1);
	}
	pagemap_snapshot_free(snapshot);
	pagemap_source_close(source);
}

static void check_run(const struct pagemap_run *run, int process)
{
	uint64_t i;

	for (i = 0; i < run->page_count; i++) {
		uint64_t page = (run->start_vaddr >> 12) + i;
		uint64_t step = run->bits & PAGEMAP_RUN_SAME_FRAME ? 0 : i;
		const struct machine_page *p = NULL;
		int mapping;

		for (mapping = 0; mapping < MACHINE_MAPPINGS; mapping++) {
			struct machine_mapping *m =
				&machine.mappings[process][mapping];

			if (page >= m->first_page &&
			    page < m->first_page + MACHINE_PAGES)
				p = &m->pages[page - m->first_page];
		}
		assert_non_null(p);
		if (run->state == PAGEMAP_PAGE_ZERO) {
			assert_int_equal(p->kind, PAGE_ZERO);
			continue;
		}
		if (run->state == PAGEMAP_PAGE_SWAPPED) {
			assert_int_equal(p->kind, PAGE_SWAP);
			assert_int_equal(run->swap_offset + i, p->number);
			continue;
		}
		assert_int_equal(run->state, PAGEMAP_PAGE_PRESENT);
		assert_int_equal(p->kind, PAGE_FRAME);
		assert_int_equal(run->pfn + step, p->number);
		assert_int_equal(run->sharers, sharers[p->number]);
	}
}

/* Every page of every process is in exactly one run, with its sharers. */
static void test_runs(void **state)
{
	struct pagemap_source *source = machine_source(&machine);
	struct pagemap_snapshot *snapshot;
	int scan, process;
	size_t k;

	(void)state;
	for (scan = 0; scan < 2; scan++) {
		make(31, scan, false);
		count_slowly();
		snapshot = take(source, PAGEMAP_DETAIL_PAGES);
		for (process = 0; process < MACHINE_PROCESSES; process++) {
			const struct pagemap_process *found =
				pagemap_snapshot_find_pid(snapshot,
						MACHINE_PID(process));
			struct expected e = expect_process(process);
			struct pagemap_run_iter iter;
			struct pagemap_run run;
			uint64_t pages = 0;

			for (k = 0; k < MACHINE_MAPPINGS; k++) {
				assert_int_equal(pagemap_run_iter_init(&iter,
					pagemap_process_mapping_at(found, k)),
					0);
				while (pagemap_run_iter_next(&iter, &run)) {
					check_run(&run, process);
					pages += run.page_count;
				}
			}
			assert_int_equal(pages, e.rss + e.zero + e.swap);
		}
		pagemap_snapshot_free(snapshot);
		source->features[PAGEMAP_FEATURE_SCAN] = FEATURE_UNTRIED;
	}
	pagemap_source_close(source);
}

/* Sharers that cannot be seen make bounds, and the truth lies within. */
static void test_unseen_sharers(void **state)
{
	struct pagemap_source *source = machine_source(&machine);
	struct pagemap_snapshot *snapshot;
	int i, process, bounded = 0;

	(void)state;
	memset(&machine, 0, sizeof(machine));
	machine.can_scan = true;
	machine.hides_pids = true;
	machine.same_mm[0] = machine.same_mm[1] = -1;
	for (i = 16; i < 1000; i += 3)
		machine.hidden_counts[i] = 1 + (uint32_t)i % 4;
	machine_make(&machine, 9);
	count_slowly();
	/* One hidden process maps each of these, once or several times. */
	for (i = 16; i < 1000; i += 3)
		sharers[i]++;
	snapshot = take(source, PAGEMAP_DETAIL_PROCESSES);
	for (process = 0; process < MACHINE_PROCESSES; process++) {
		struct expected e = expect_process(process);
		struct pagemap_usage usage;
		struct pagemap_value pss, uss;

		pagemap_usage_of_process(pagemap_snapshot_find_pid(snapshot,
				MACHINE_PID(process)), &usage);
		pss = pagemap_usage_value(&usage, PAGEMAP_PSS);
		uss = pagemap_usage_value(&usage, PAGEMAP_USS);
		bounded += pss.quality == PAGEMAP_BOUNDED;
		assert_true((double)pss.low <= e.pss * 4096 + 1);
		assert_true((double)pss.high >= e.pss * 4096 - 1);
		assert_true(uss.low <= e.uss << 12);
		assert_true(uss.high >= e.uss << 12);
	}
	assert_int_equal(bounded, MACHINE_PROCESSES);
	pagemap_snapshot_free(snapshot);
	pagemap_source_close(source);
}

/* One alone: all of its pages, no flags, and sharers within whose truth is. */
static void check_alone(int process)
{
	struct pagemap_source *source = machine_source(&machine);
	const pid_t pid = MACHINE_PID(process);
	const struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts), .detail = PAGEMAP_DETAIL_PAGES,
		.pids = &pid, .pid_count = 1, .alone = true, .no_flags = true,
	};
	struct expected e = expect_process(process);
	struct pagemap_snapshot *snapshot;
	struct pagemap_run_iter iter;
	struct pagemap_run run;
	uint64_t i, pages = 0;
	size_t k;

	assert_int_equal(pagemap_snapshot_take(source, &opts, &snapshot), 0);
	assert_int_equal(pagemap_snapshot_process_count(snapshot), 1);
	for (k = 0; k < MACHINE_MAPPINGS; k++) {
		assert_int_equal(pagemap_run_iter_init(&iter,
			pagemap_process_mapping_at(
				pagemap_snapshot_process_at(snapshot, 0), k)),
			0);
		while (pagemap_run_iter_next(&iter, &run)) {
			bool same = run.bits & PAGEMAP_RUN_SAME_FRAME;

			assert_true(run.flags == PAGEMAP_FLAGS_UNKNOWN);
			pages += run.page_count;
			for (i = 0; run.state == PAGEMAP_PAGE_PRESENT &&
				    i < run.page_count; i++) {
				uint32_t true_sharers =
					sharers[run.pfn + (same ? 0 : i)];

				assert_int_equal(run.sharers, 1);
				assert_true(run.sharers_high >= true_sharers);
				assert_true(!(run.bits & PAGEMAP_RUN_EXCLUSIVE)
					    || run.sharers_high == 1);
			}
		}
	}
	assert_int_equal(pages, e.rss + e.zero + e.swap);
	pagemap_snapshot_free(snapshot);
	pagemap_source_close(source);
}

static void test_alone(void **state)
{
	struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts), .alone = true,
	};
	struct pagemap_source *source = machine_source(&machine);
	struct pagemap_snapshot *snapshot;
	int process, can_scan;

	(void)state;
	for (can_scan = 0; can_scan < 2; can_scan++) {
		memset(&machine, 0, sizeof(machine));
		machine.can_scan = can_scan;
		machine.same_mm[0] = machine.same_mm[1] = -1;
		machine_make(&machine, 13);
		count_slowly();
		for (process = 0; process < MACHINE_PROCESSES; process++)
			check_alone(process);
	}
	/* Of nobody it cannot be. */
	assert_int_equal(pagemap_snapshot_take(source, &opts, &snapshot),
			 -EINVAL);
	pagemap_source_close(source);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_processes),
		cmocka_unit_test(test_shared_mm_counts_once),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_mapping_groups),
		cmocka_unit_test(test_mappings_add_up),
		cmocka_unit_test(test_runs),
		cmocka_unit_test(test_unseen_sharers),
		cmocka_unit_test(test_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
