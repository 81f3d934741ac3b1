/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The public usages of mappings, processes and the whole machine, made on
 * demand from what a snapshot keeps.  Groups are in group.c.
 */
#include <errno.h>
#include <stdlib.h>

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

/*
 * Sums what was measured, and the resident size of what was not: that many
 * bytes at most does it share with those that it does not see.
 */
static void add_processes(const struct pagemap_snapshot *snapshot,
			  struct figures *ret_figures, uint64_t *ret_unread)
{
	struct figures sum = { 0 };
	bool first = true;
	size_t i;

	*ret_unread = 0;
	for (i = 0; i < snapshot->process_count; i++) {
		const struct pagemap_process *process = &snapshot->processes[i];

		if (!process_is_measured(process)) {
			*ret_unread += process->figures.bytes[PAGEMAP_RSS];
			continue;
		}
		if (first)
			sum = process->figures;
		else
			figures_add(&sum, &process->figures);
		first = false;
	}
	*ret_figures = sum;
}

/* Together they have no sharer outside but those that could not be read. */
static void unite_all(struct figures *figures, uint64_t unread)
{
	uint64_t pss = figures->bytes[PAGEMAP_PSS], low = pss, high = pss;

	if (figures->bounded & BIT(PAGEMAP_PSS)) {
		low = figures->low[PAGEMAP_PSS];
		high = figures->high[PAGEMAP_PSS];
	}
	figures->bounded_reason = PAGEMAP_REASON_UNSEEN;
	if (figures->known & BIT(PAGEMAP_PSS)) {
		figures_bound(figures, PAGEMAP_RSS, low, pss, high + unread);
		figures_bound(figures, PAGEMAP_USS,
			      low > unread ? low - unread : 0, pss, high);
	}
	if (!(figures->known & BIT(PAGEMAP_SWAP_PSS)))
		return;
	pss = figures->bytes[PAGEMAP_SWAP_PSS];
	if (figures->bounded & BIT(PAGEMAP_SWAP_PSS))
		figures_bound(figures, PAGEMAP_SWAP,
			      figures->low[PAGEMAP_SWAP_PSS], pss,
			      figures->high[PAGEMAP_SWAP_PSS]);
	else
		figures_set(figures, PAGEMAP_SWAP, pss);
}

/* Some of the machine's processes are a group like any other. */
static int unite_some(const struct pagemap_snapshot *snapshot,
		      struct pagemap_usage *ret_usage)
{
	uint32_t *group_of = calloc(snapshot->process_count + 1,
				    sizeof(*group_of));
	struct pagemap_partition partition = {
		group_of, snapshot->process_count, 1,
	};
	int err = group_of ? pagemap_usage_of_groups(snapshot, &partition,
						     ret_usage) : -ENOMEM;

	free(group_of);
	return err;
}

int pagemap_usage_of_snapshot(const struct pagemap_snapshot *snapshot,
			      struct pagemap_usage *ret_usage)
{
	struct figures figures;
	uint64_t unread;

	if (snapshot->pids || snapshot->top_count || snapshot->missing_pids)
		return unite_some(snapshot, ret_usage);
	add_processes(snapshot, &figures, &unread);
	unite_all(&figures, unread);
	figures_to_usage(&figures, snapshot->metrics, ret_usage);
	return 0;
}
