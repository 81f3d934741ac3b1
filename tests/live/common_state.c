// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checks a row of a table of states: the victim is stopped, the oracle counts
 * it, both engines are asked, and where both know a metric they must agree.
 */
#include "common_state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common_oracle.h"

#include <cmocka.h>

static void check_oracle(const struct state *state, pid_t pid,
			 const struct report *report)
{
	struct truth truth;

	oracle_count(pid, report->ranges, report->count, &truth);
	if (truth.rss != state->rss || truth.pss_fixed >> 12 != state->pss ||
	    truth.uss != state->uss)
		fail_msg("%s: the state is not as expected: rss %lu of %lu, "
			 "pss %lu of %lu, uss %lu of %lu", state->name,
			 truth.rss, state->rss, truth.pss_fixed >> 12,
			 state->pss, truth.uss, state->uss);
}

static void check_known(const struct state *state,
			const struct pagemap_usage *usage, bool kernel)
{
	for (size_t i = 0; i < 5 && state->known[i].metric; i++) {
		const struct known *known = &state->known[i];
		struct pagemap_value value =
			pagemap_usage_value(usage, known->metric);

		if (!kernel && value.quality == PAGEMAP_UNAVAILABLE &&
		    value.reason != PAGEMAP_REASON_NONE)
			continue;
		expect_exact(usage, known->metric, known->bytes, state->name);
	}
}

/* The kernel's smaps cuts PSS to whole KiB. */
static void check_kernel(const struct state *state,
			 const struct pagemap_usage *usage)
{
	uint64_t pss = state->kernel_differs ? state->kernel_pss : state->pss;
	uint64_t uss = state->kernel_differs ? state->kernel_uss : state->uss;

	expect_exact(usage, PAGEMAP_RSS, state->rss, state->name);
	expect_exact(usage, PAGEMAP_PSS, pss / KIB * KIB, state->name);
	expect_exact(usage, PAGEMAP_USS, uss, state->name);
	check_known(state, usage, true);
}

static void check_census(const struct state *state,
			 const struct pagemap_usage *usage)
{
	expect_exact(usage, PAGEMAP_RSS, state->rss, state->name);
	expect_exact(usage, PAGEMAP_PSS, state->pss, state->name);
	expect_exact(usage, PAGEMAP_USS, state->uss, state->name);
	check_known(state, usage, false);
}

static void check_agreement(const struct state *state,
			    const struct pagemap_usage *kernel,
			    const struct pagemap_usage *census,
			    size_t mappings)
{
	for (int i = 0; i < PAGEMAP_METRIC_COUNT; i++) {
		uint64_t low = kernel->value_bytes[i];
		uint64_t value = census->value_bytes[i];

		if (kernel->quality[i] != PAGEMAP_EXACT ||
		    census->quality[i] != PAGEMAP_EXACT ||
		    (state->differing & PAGEMAP_METRIC_BIT(i)))
			continue;
		/* Cut to whole KiB in each mapping. */
		if (value < low || value >= low + mappings * KIB)
			fail_msg("%s: %s is %lu by the kernel, %lu by the census",
				 state->name, pagemap_metric_name(i), low,
				 value);
	}
}

static void check_one(const struct state *state, struct pagemap_source *source,
		      pid_t pid, const struct report *report)
{
	struct pagemap_usage usages[2];

	check_oracle(state, pid, report);
	for (int e = 0; e < 2; e++) {
		struct pagemap_snapshot *snapshot =
			take(source, both_engines[e], &pid, 1);

		usage_of_ranges(snapshot, pid, report->ranges, report->count,
				&usages[e]);
		pagemap_snapshot_free(snapshot);
	}
	check_kernel(state, &usages[0]);
	check_census(state, &usages[1]);
	if (!state->kernel_differs)
		check_agreement(state, &usages[0], &usages[1], report->count);
}

void state_check(const struct state *state)
{
	struct pagemap_source *source;
	struct victim victim;

	victim_start(&victim, state->make, NULL);
	if (victim.report.skip[0]) {
		victim_end(&victim);
		SKIP("%s: %s", state->name, victim.report.skip);
	}
	victim_stop(&victim);
	source = open_live();
	check_one(state, source, victim.pid, &victim.report);
	if (state->partner_too)
		check_one(state, source, victim.report.partner, &victim.report);
	pagemap_source_close(source);
	victim_end(&victim);
}

void state_test(void **row)
{
	state_check(*row);
}
