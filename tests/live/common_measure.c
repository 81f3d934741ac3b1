// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Snapshots of victims, and sums over their ranges.
 */
#include "common_measure.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

const enum pagemap_engine both_engines[2] = {
	PAGEMAP_ENGINE_KERNEL, PAGEMAP_ENGINE_CENSUS,
};

struct pagemap_source *open_live(void)
{
	struct pagemap_source *source;

	assert_int_equal(pagemap_source_open_live(&source), 0);
	return source;
}

struct pagemap_snapshot *take_detail(struct pagemap_source *source,
				     enum pagemap_engine engine,
				     enum pagemap_detail detail,
				     const pid_t *pids, size_t count)
{
	struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts),
		.engine = engine,
		.detail = detail,
		.metrics = PAGEMAP_METRICS_ALL,
		.pids = count ? pids : NULL,
		.pid_count = count,
	};
	struct pagemap_snapshot *snapshot;
	int error = pagemap_snapshot_take(source, &opts, &snapshot);

	if (error)
		fail_msg("snapshot by %s: %s: %s", pagemap_engine_name(engine),
			 strerror(-error), pagemap_source_last_error(source));
	assert_int_equal(pagemap_snapshot_engine(snapshot), engine);
	return snapshot;
}

struct pagemap_snapshot *take(struct pagemap_source *source,
			      enum pagemap_engine engine, const pid_t *pids,
			      size_t count)
{
	return take_detail(source, engine, PAGEMAP_DETAIL_MAPPINGS, pids,
			   count);
}

static void add(struct pagemap_usage *sum, const struct pagemap_usage *part)
{
	for (int i = 0; i < PAGEMAP_METRIC_COUNT; i++) {
		sum->value_bytes[i] += part->value_bytes[i];
		sum->low_bytes[i] += part->low_bytes[i];
		sum->high_bytes[i] += part->high_bytes[i];
		if (part->quality[i] > sum->quality[i]) {
			sum->quality[i] = part->quality[i];
			sum->reason[i] = part->reason[i];
		}
	}
}

static bool inside(const struct pagemap_mapping *mapping,
		   const struct range *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (pagemap_mapping_start_vaddr(mapping) >= ranges[i].start &&
		    pagemap_mapping_end_vaddr(mapping) <= ranges[i].end)
			return true;
	}
	return false;
}

static const struct pagemap_process *
complete_process(const struct pagemap_snapshot *snapshot, pid_t pid)
{
	const struct pagemap_process *process =
		pagemap_snapshot_find_pid(snapshot, pid);

	assert_non_null(process);
	assert_string_equal(pagemap_status_name(pagemap_process_status(process)),
			    "complete");
	return process;
}

void usage_of_ranges(const struct pagemap_snapshot *snapshot, pid_t pid,
		     const struct range *ranges, size_t count,
		     struct pagemap_usage *ret_sum)
{
	const struct pagemap_process *process = complete_process(snapshot, pid);
	uint64_t covered = 0, wanted = 0;

	memset(ret_sum, 0, sizeof(*ret_sum));
	for (size_t i = 0; i < pagemap_process_mapping_count(process); i++) {
		const struct pagemap_mapping *mapping =
			pagemap_process_mapping_at(process, i);
		struct pagemap_usage part;

		if (!inside(mapping, ranges, count))
			continue;
		assert_int_equal(pagemap_usage_of_mapping(mapping, &part), 0);
		add(ret_sum, &part);
		covered += pagemap_mapping_end_vaddr(mapping) -
			   pagemap_mapping_start_vaddr(mapping);
	}
	for (size_t i = 0; i < count; i++)
		wanted += ranges[i].end - ranges[i].start;
	/* A mapping that was merged with a neighbour would be left out. */
	assert_int_equal(covered, wanted);
}

void usage_of_pid(const struct pagemap_snapshot *snapshot, pid_t pid,
		  struct pagemap_usage *ret_usage)
{
	const struct pagemap_process *process = complete_process(snapshot, pid);

	assert_int_equal(pagemap_usage_of_process(process, ret_usage), 0);
}

void expect_exact(const struct pagemap_usage *usage, enum pagemap_metric metric,
		  uint64_t bytes, const char *name)
{
	struct pagemap_value value = pagemap_usage_value(usage, metric);

	if (value.quality == PAGEMAP_EXACT && value.value == bytes &&
	    value.low == bytes && value.high == bytes)
		return;
	fail_msg("%s: %s is %lu (%lu to %lu, %s: %s), not exactly %lu", name,
		 pagemap_metric_name(metric), value.value, value.low,
		 value.high, pagemap_quality_name(value.quality),
		 pagemap_reason_describe(value.reason), bytes);
}
