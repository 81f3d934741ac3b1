/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What groups of mappings hold: the distinct frames of a file, whoever maps
 * it and wherever.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sharing.h"

/* A group's mappings follow each other, so that a frame is met once for it. */
struct sorting {
	const struct pagemap_sharing *sharing;
	const struct pagemap_mapping **mappings;	/* by group */
	uint32_t *group_of;				/* of each of these */
	size_t count;
	uint32_t *last_group;				/* + 1, by slot */
};

static void add_slot(struct sorting *sorting, uint32_t slot, uint32_t group,
		     uint32_t pages, uint64_t *sum)
{
	const struct pagemap_sharing *sharing = sorting->sharing;

	if (!sharing->node_of_slot[slot] ||
	    sorting->last_group[slot] == group + 1)
		return;
	sorting->last_group[slot] = group + 1;
	sum[sharing->snapshot->kinds[slot]] += pages;
}

static void add_run(struct sorting *sorting, packed_run run, uint32_t group,
		    uint64_t *sum)
{
	const struct frames *frames = sorting->sharing->snapshot->frames;
	uint64_t first = packed_number(run), count = packed_count(run);
	struct frame_piece piece;
	uint32_t i;

	while (count && frames_piece(frames, first, count, &piece)) {
		if (!piece.counts)
			add_slot(sorting, piece.slot, group, piece.count, sum);
		for (i = 0; piece.counts && i < piece.count; i++)
			add_slot(sorting, piece.slot + i, group, 1, sum);
		first += piece.count;
		count -= piece.count;
	}
}

/* The mappings of each group, group after group. */
static int sort_mappings(struct sorting *sorting,
			 const struct pagemap_partition *partition)
{
	const struct pagemap_snapshot *snapshot = sorting->sharing->snapshot;
	size_t i, k, *next = calloc(partition->group_count + 1, sizeof(*next));

	if (!next)
		return -ENOMEM;
	for (i = 0; i < partition->count; i++)
		if (partition->group_of[i] != PAGEMAP_NO_GROUP)
			next[partition->group_of[i] + 1]++;
	for (i = 1; i <= partition->group_count; i++)
		next[i] += next[i - 1];
	sorting->count = next[partition->group_count];
	for (i = 0; i < snapshot->process_count; i++)
		for (k = 0; k < snapshot->processes[i].mapping_count; k++) {
			const struct pagemap_process *process =
				&snapshot->processes[i];
			uint32_t group = partition->group_of
					 [process->first_mapping + k];

			if (group == PAGEMAP_NO_GROUP)
				continue;
			sorting->group_of[next[group]] = group;
			sorting->mappings[next[group]++] =
				&process->mappings[k];
		}
	free(next);
	return 0;
}

static bool fits(const struct pagemap_snapshot *snapshot,
		 const struct pagemap_partition *partition)
{
	size_t i;

	if (partition->count != snapshot->mapping_count)
		return false;
	for (i = 0; i < partition->count; i++)
		if (partition->group_of[i] != PAGEMAP_NO_GROUP &&
		    partition->group_of[i] >= partition->group_count)
			return false;
	return true;
}

static int add_all(struct sorting *sorting,
		   const struct pagemap_partition *partition,
		   uint64_t (*ret_pages)[PAGEMAP_FRAME_KIND_COUNT])
{
	int err = sort_mappings(sorting, partition);
	size_t i;
	uint32_t k;

	if (err)
		return err;
	memset(ret_pages, 0, partition->group_count * sizeof(*ret_pages));
	for (i = 0; i < sorting->count; i++) {
		const struct pagemap_mapping *mapping = sorting->mappings[i];
		uint32_t group = sorting->group_of[i];

		for (k = 0; k < mapping->shared.count; k++)
			add_run(sorting, mapping->process->shared
				[mapping->shared.first + k], group,
				ret_pages[group]);
	}
	return 0;
}

int pagemap_sharing_of_mapping_groups(
	const struct pagemap_sharing *sharing,
	const struct pagemap_partition *partition,
	uint64_t (*ret_pages)[PAGEMAP_FRAME_KIND_COUNT])
{
	struct sorting sorting = { .sharing = sharing };
	int err = -ENOMEM;

	if (!fits(sharing->snapshot, partition))
		return -EINVAL;
	sorting.mappings = calloc(partition->count + 1,
				  sizeof(*sorting.mappings));
	sorting.group_of = calloc(partition->count + 1,
				  sizeof(*sorting.group_of));
	sorting.last_group = calloc(frames_slots(sharing->snapshot->frames) + 1,
				    sizeof(*sorting.last_group));
	if (sorting.mappings && sorting.group_of && sorting.last_group)
		err = add_all(&sorting, partition, ret_pages);
	free(sorting.mappings);
	free(sorting.group_of);
	free(sorting.last_group);
	return err;
}
