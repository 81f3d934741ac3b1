/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Ranking the processes of a snapshot by a metric.
 */
#include <errno.h>
#include <stdlib.h>

#include "snapshot.h"

struct ranked {
	uint64_t bytes;
	bool known;
	const struct pagemap_process *process;
};

struct pagemap_ranking {
	size_t count;
	struct ranked ranked[];
};

static int compare(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->known != y->known)
		return x->known ? -1 : 1;
	if (x->bytes != y->bytes)
		return x->bytes > y->bytes ? -1 : 1;
	return x->process->pid < y->process->pid ? -1 : 1;
}

static bool is_ranked(const struct pagemap_process *process)
{
	return process->status != PAGEMAP_STATUS_SKIPPED &&
	       process->status != PAGEMAP_STATUS_VANISHED &&
	       process->status != PAGEMAP_STATUS_NO_MEMORY;
}

int pagemap_rank(const struct pagemap_snapshot *snapshot,
		 enum pagemap_metric metric,
		 struct pagemap_ranking **ret_ranking)
{
	struct pagemap_ranking *ranking;
	size_t i;

	if ((unsigned int)metric >= PAGEMAP_METRIC_COUNT)
		return -EINVAL;
	ranking = calloc(1, sizeof(*ranking) + snapshot->process_count *
			 sizeof(ranking->ranked[0]));
	if (!ranking)
		return -ENOMEM;
	for (i = 0; i < snapshot->process_count; i++) {
		const struct pagemap_process *process = &snapshot->processes[i];
		const struct figures *figures = &process->figures;

		if (!is_ranked(process))
			continue;
		ranking->ranked[ranking->count++] = (struct ranked){
			.bytes = figures->bytes[metric],
			.known = figures->known & PAGEMAP_METRIC_BIT(metric),
			.process = process,
		};
	}
	qsort(ranking->ranked, ranking->count, sizeof(ranking->ranked[0]),
	      compare);
	*ret_ranking = ranking;
	return 0;
}

size_t pagemap_ranking_count(const struct pagemap_ranking *ranking)
{
	return ranking->count;
}

const struct pagemap_process *
pagemap_ranking_at(const struct pagemap_ranking *ranking, size_t rank)
{
	return rank < ranking->count ? ranking->ranked[rank].process : NULL;
}

void pagemap_ranking_free(struct pagemap_ranking *ranking)
{
	free(ranking);
}
