/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The public usages of mappings, processes and the whole machine, made on
 * demand from what a snapshot keeps.  Groups are in group.c.
 */
#include <errno.h>

#include "census.h"
#include "frames.h"

#define BIT(metric) PAGEMAP_METRIC_BIT(metric)

int pagemap_usage_of_mapping(const struct pagemap_mapping *mapping,
			     struct pagemap_usage *ret_usage)
{
	const struct pagemap_snapshot *snapshot = mapping->process->snapshot;
	struct figures figures;

	if (snapshot->detail < PAGEMAP_DETAIL_MAPPINGS)
		return -ENOTSUP;
	if (mapping->kernel)
		figures = *mapping->kernel;
	else
		census_mapping_figures(mapping, &figures);
	figures_to_usage(&figures, snapshot->metrics, ret_usage);
	return 0;
}

int pagemap_usage_of_process(const struct pagemap_process *process,
			     struct pagemap_usage *ret_usage)
{
	figures_to_usage(&process->figures, process->snapshot->metrics,
			 ret_usage);
	return 0;
}

struct pagemap_value pagemap_process_value(const struct pagemap_process *process,
					   enum pagemap_metric metric)
{
	return figures_value(&process->figures, process->snapshot->metrics,
			     metric);
}

static void add_processes(const struct pagemap_snapshot *snapshot,
			  struct figures *ret_figures)
{
	struct figures sum = { 0 };
	bool first = true;
	size_t i;

	for (i = 0; i < snapshot->process_count; i++) {
		const struct pagemap_process *process = &snapshot->processes[i];

		if (!process_is_measured(process))
			continue;
		if (first)
			sum = process->figures;
		else
			figures_add(&sum, &process->figures);
		first = false;
	}
	*ret_figures = sum;
}

int pagemap_usage_of_snapshot(const struct pagemap_snapshot *snapshot,
			      struct pagemap_usage *ret_usage)
{
	struct figures figures;

	add_processes(snapshot, &figures);
	/* Together they have no sharer outside: all of PSS is theirs. */
	if (figures.known & BIT(PAGEMAP_PSS)) {
		figures.bytes[PAGEMAP_RSS] = figures.bytes[PAGEMAP_PSS];
		figures.bytes[PAGEMAP_USS] = figures.bytes[PAGEMAP_PSS];
	}
	if (figures.known & BIT(PAGEMAP_SWAP_PSS))
		figures.bytes[PAGEMAP_SWAP] = figures.bytes[PAGEMAP_SWAP_PSS];
	figures_to_usage(&figures, snapshot->metrics, ret_usage);
	return 0;
}
