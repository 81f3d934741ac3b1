/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Groups of processes and groups of mappings as unions: a page that members
 * share counts once in the RSS, and a page that only members map is the
 * group's USS.  From the census exactly, from the kernel's figures as bounds.
 */
#include <errno.h>
#include <stdlib.h>

#include "census.h"
#include "frames.h"
#include "repeats.h"

#define BIT(metric) PAGEMAP_METRIC_BIT(metric)
#define UNIT (UINT64_C(1) << CENSUS_UNIT_SHIFT)

/* Sums that stay true when a page is counted by each member that shares it. */
#define ADDITIVE                                                              \
	(BIT(PAGEMAP_VSS) | BIT(PAGEMAP_PSS) | BIT(PAGEMAP_SWAP_PSS) |        \
	 BIT(PAGEMAP_PSS_ANON) | BIT(PAGEMAP_PSS_FILE) |                      \
	 BIT(PAGEMAP_PSS_SHMEM) | BIT(PAGEMAP_PSS_DIRTY) |                    \
	 BIT(PAGEMAP_PAGE_TABLES) | BIT(PAGEMAP_HUGETLB_PRIVATE))

/* The members of each group, group after group. */
struct members {
	size_t *first;		/* of each group; one more at the end */
	uint32_t *items;
};

/* How many members of the group at hand map a frame. */
struct tick {
	uint32_t group;		/* + 1 */
	uint32_t members;
	uint32_t parts;		/* of mm's mappings of it, seen here */
	pid_t mm;
};

struct union_sum {
	uint64_t pages;		/* distinct */
	uint64_t sole_pages;	/* only members map them */
	uint64_t sole_low;
	uint64_t units;		/* PSS */
	uint64_t units_low;
	uint64_t units_high;
	uint64_t unknown_pages;	/* frames not shown */
	uint64_t unknown_slots;	/* of swap */
};

static int sort_members(const struct pagemap_partition *partition,
			struct members *members)
{
	size_t i, *next = calloc(partition->group_count + 1, sizeof(*next));

	members->first = calloc(partition->group_count + 1, sizeof(size_t));
	members->items = calloc(partition->count + 1, sizeof(uint32_t));
	if (!next || !members->first || !members->items) {
		free(next);
		return -ENOMEM;
	}
	for (i = 0; i < partition->count; i++)
		if (partition->group_of[i] != PAGEMAP_NO_GROUP)
			members->first[partition->group_of[i] + 1]++;
	for (i = 1; i <= partition->group_count; i++)
		members->first[i] += members->first[i - 1];
	for (i = 0; i < partition->count; i++) {
		uint32_t group = partition->group_of[i];

		if (group != PAGEMAP_NO_GROUP)
			members->items[members->first[group] + next[group]++] =
				(uint32_t)i;
	}
	free(next);
	return 0;
}

static void members_free(struct members *members)
{
	free(members->first);
	free(members->items);
}

/* One group being united, in one table (frames, or slots of swap). */
struct uniting {
	const struct frames *frames;
	const uint32_t *unseen_counts;	/* of that table; NULL: all were seen */
	struct tick *ticks;		/* by slot of that table */
	uint32_t group;
	pid_t mm;			/* whose frames these are, */
	uint32_t times;			/* and how often it maps each of them */
	struct union_sum sum;
};

/* Counts a frame, or the uniform frames of a slot, for one more member. */
static void tick_slot(struct uniting *uniting, uint32_t slot, uint32_t sharers,
		      uint32_t pages)
{
	struct tick *tick = &uniting->ticks[slot];
	uint32_t high = sharers;

	if (!sharers || frames_is_mark(sharers))
		return;
	if (uniting->unseen_counts)
		high += uniting->unseen_counts[slot];
	if (tick->group != uniting->group + 1) {
		*tick = (struct tick){ .group = uniting->group + 1 };
		uniting->sum.pages += pages;
	}
	/* A mm is a member when all its mappings of the frame are. */
	if (uniting->times > 1) {
		if (tick->mm != uniting->mm)
			tick->parts = 0;
		tick->mm = uniting->mm;
		if (++tick->parts < uniting->times)
			return;
	}
	tick->members++;
	if (tick->members == sharers)
		uniting->sum.sole_pages += pages;
	if (tick->members == high)
		uniting->sum.sole_low += pages;
}

static void tick_run(struct uniting *uniting, uint64_t first, uint64_t count)
{
	struct frame_piece piece;
	uint32_t k;

	while (count && frames_piece(uniting->frames, first, count, &piece)) {
		if (!piece.counts)
			tick_slot(uniting, piece.slot, piece.uniform,
				  piece.count);
		for (k = 0; piece.counts && k < piece.count; k++)
			tick_slot(uniting, piece.slot + k, piece.counts[k], 1);
		first += piece.count;
		count -= piece.count;
	}
}

/* Runs of a mm that may map some of their frames more than once. */
static void tick_runs(struct uniting *uniting, const struct repeats *repeats,
		      const packed_run *runs, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		uint64_t first = packed_number(runs[i]);
		uint64_t rest = packed_count(runs[i]), part;

		for (; rest; first += part, rest -= part) {
			uniting->times = repeats_times(repeats, first, &part);
			part = part < rest ? part : rest;
			tick_run(uniting, first, part);
		}
	}
}

/* What a process has in these parts of its frames and swap slots. */
static void tick_process(struct uniting *frames, struct uniting *slots,
			 const struct pagemap_process *process,
			 struct slice shared, struct slice swapped)
{
	frames->mm = process->pid;
	slots->mm = process->pid;
	tick_runs(frames, &process->repeats, process->shared + shared.first,
		  shared.count);
	tick_runs(slots, &process->slot_repeats,
		  process->swapped + swapped.first, swapped.count);
}

static int uniting_init(const struct pagemap_snapshot *snapshot, bool swap,
			struct uniting *uniting)
{
	const struct frames *frames = swap ? snapshot->slots
					   : snapshot->frames;

	*uniting = (struct uniting){
		.frames = frames,
		.unseen_counts = swap ? NULL : snapshot->unseen_counts,
		.times = 1,
		.ticks = calloc(frames_slots(frames) + 1, sizeof(struct tick)),
	};
	return uniting->ticks ? 0 : -ENOMEM;
}

/* Pages that one member alone maps, and those of which nothing is known. */
static void add_tally(const struct tally *tally, struct union_sum *sum)
{
	uint64_t sole = tally->exclusive_anon + tally->exclusive_file;

	sum->pages += sole;
	sum->sole_pages += sole;
	sum->sole_low += sole;
	sum->units += sole * UNIT;
	sum->units_low += sole * UNIT;
	sum->units_high += sole * UNIT;
	sum->unknown_pages += tally->unknown_pfn;
	sum->unknown_slots += tally->unknown_swap;
}

static void add_weighed(const struct weighed *weighed, struct union_sum *sum)
{
	sum->units += weighed->units;
	sum->units_low += weighed->units_low;
	sum->units_high += weighed->units_high;
}

static uint64_t units_to_bytes(const struct pagemap_snapshot *snapshot,
			       uint64_t units)
{
	return census_units_to_bytes(snapshot, units);
}

/*
 * Figures of members, summed, become those of their union.  Frames that are
 * not shown may be shared within the group, outside of it or not at all.
 */
static void set_union(const struct pagemap_snapshot *snapshot,
		      const struct union_sum *sum,
		      const struct union_sum *swap, struct figures *figures)
{
	uint32_t shift = snapshot->page_shift;
	uint64_t unknown = sum->unknown_pages << shift;
	uint64_t low, high;

	figures->bounded_reason = PAGEMAP_REASON_UNSEEN;
	low = units_to_bytes(snapshot, sum->units_low);
	high = units_to_bytes(snapshot, sum->units_high) + unknown;
	figures_bound(figures, PAGEMAP_PSS, low,
		      units_to_bytes(snapshot, sum->units) + unknown / 2, high);
	figures_bound(figures, PAGEMAP_RSS, sum->pages << shift,
		      (sum->pages << shift) + unknown,
		      (sum->pages << shift) + unknown);
	figures_bound(figures, PAGEMAP_USS, sum->sole_low << shift,
		      sum->sole_low << shift,
		      (sum->sole_pages << shift) + unknown);
	if (figures->estimated & BIT(PAGEMAP_SWAP))
		return;
	low = swap->pages << shift;
	high = (swap->pages + sum->unknown_slots) << shift;
	figures_bound(figures, PAGEMAP_SWAP, low, high, high);
}

/* Sums that count a shared page again and again say so. */
static void mark_summed(struct figures *figures, size_t member_count)
{
	uint64_t united = ADDITIVE | BIT(PAGEMAP_RSS) | BIT(PAGEMAP_USS) |
			  BIT(PAGEMAP_SWAP);

	if (member_count > 1)
		figures_estimate(figures, figures->known & ~united,
				 PAGEMAP_REASON_SUMMED);
}

/* By the kernel's figures: between no page and all pages in common. */
static void bound_union(struct figures *figures, size_t member_count)
{
	uint64_t pss = figures->bytes[PAGEMAP_PSS];
	uint64_t rss = figures->bytes[PAGEMAP_RSS];
	uint64_t uss = figures->bytes[PAGEMAP_USS];

	if (member_count < 2)
		return;
	figures->bounded_reason = PAGEMAP_REASON_SUMMED;
	if (figures->known & BIT(PAGEMAP_PSS)) {
		figures_bound(figures, PAGEMAP_RSS, pss, pss, rss);
		figures_bound(figures, PAGEMAP_USS, uss, uss, pss);
	} else {
		figures_estimate(figures, figures->known & BIT(PAGEMAP_RSS),
				 PAGEMAP_REASON_SUMMED);
	}
	if (figures->known & BIT(PAGEMAP_SWAP_PSS))
		figures_bound(figures, PAGEMAP_SWAP,
			      figures->bytes[PAGEMAP_SWAP_PSS],
			      figures->bytes[PAGEMAP_SWAP_PSS],
			      figures->bytes[PAGEMAP_SWAP]);
}

static void add_figures(struct figures *sum, const struct figures *more,
			size_t *count)
{
	if ((*count)++)
		figures_add(sum, more);
	else
		*sum = *more;
}

static void sum_processes(const struct pagemap_snapshot *snapshot,
			  const uint32_t *items, size_t item_count,
			  struct figures *ret_figures, size_t *ret_count)
{
	bool incomplete = false;
	size_t i;

	*ret_count = 0;
	*ret_figures = (struct figures){ 0 };
	for (i = 0; i < item_count; i++) {
		const struct pagemap_process *process =
			&snapshot->processes[items[i]];

		if (process_is_measured(process))
			add_figures(ret_figures, &process->figures, ret_count);
		else
			incomplete = true;
	}
	/* Members that could not be read are not in it, and it says so. */
	if (incomplete)
		figures_estimate(ret_figures, ret_figures->known,
				 PAGEMAP_REASON_DENIED);
}

static void unite_processes(const struct pagemap_snapshot *snapshot,
			    const uint32_t *items, size_t item_count,
			    struct uniting *frames, struct uniting *slots)
{
	size_t i;

	for (i = 0; i < item_count; i++) {
		const struct pagemap_process *process =
			&snapshot->processes[items[i]];
		struct weighed weighed;

		if (!process_is_measured(process))
			continue;
		tick_process(frames, slots, process,
			     (struct slice){ 0, process->shared_count },
			     (struct slice){ 0, process->swapped_count });
		census_weigh_process(process, &weighed);
		add_weighed(&weighed, &frames->sum);
		add_tally(&process->tally, &frames->sum);
	}
}

/* How the members of a group are summed and united. */
struct kind_of_members {
	void (*sum)(const struct pagemap_snapshot *snapshot,
		    const uint32_t *items, size_t item_count,
		    struct figures *ret_figures, size_t *ret_count);
	void (*unite)(const struct pagemap_snapshot *snapshot,
		      const uint32_t *items, size_t item_count,
		      struct uniting *frames, struct uniting *slots);
};

static const struct kind_of_members process_members = {
	sum_processes, unite_processes,
};

static const struct pagemap_mapping *
mapping_by_index(const struct pagemap_snapshot *snapshot, uint32_t index)
{
	size_t low = 0, high = snapshot->process_count;
	const struct pagemap_process *process;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (snapshot->processes[middle].first_mapping <= index)
			low = middle;
		else
			high = middle;
	}
	process = &snapshot->processes[low];
	return &process->mappings[index - process->first_mapping];
}

static void sum_mappings(const struct pagemap_snapshot *snapshot,
			 const uint32_t *items, size_t item_count,
			 struct figures *ret_figures, size_t *ret_count)
{
	size_t i;

	*ret_count = 0;
	*ret_figures = (struct figures){ 0 };
	for (i = 0; i < item_count; i++) {
		const struct pagemap_mapping *mapping =
			mapping_by_index(snapshot, items[i]);
		struct figures figures;

		if (mapping->kernel)
			figures = *mapping->kernel;
		else
			census_mapping_figures(mapping, &figures);
		add_figures(ret_figures, &figures, ret_count);
	}
}

static void unite_mappings(const struct pagemap_snapshot *snapshot,
			   const uint32_t *items, size_t item_count,
			   struct uniting *frames, struct uniting *slots)
{
	size_t i;

	for (i = 0; i < item_count; i++) {
		const struct pagemap_mapping *mapping =
			mapping_by_index(snapshot, items[i]);
		const struct pagemap_process *process = mapping->process;
		struct weighed weighed;

		add_tally(&mapping->tally, &frames->sum);
		tick_process(frames, slots, process, mapping->shared,
			     mapping->swapped);
		census_weigh_mapping(mapping, &weighed);
		add_weighed(&weighed, &frames->sum);
	}
}

static const struct kind_of_members mapping_members = {
	sum_mappings, unite_mappings,
};

static int usage_of_group(const struct pagemap_snapshot *snapshot,
			  const struct kind_of_members *kind,
			  const uint32_t *items, size_t item_count,
			  struct uniting tables[2],
			  struct pagemap_usage *ret_usage)
{
	struct figures figures;
	size_t count;

	kind->sum(snapshot, items, item_count, &figures, &count);
	if (tables) {
		tables[0].sum = (struct union_sum){ 0 };
		tables[1].sum = (struct union_sum){ 0 };
		kind->unite(snapshot, items, item_count, &tables[0],
			    &tables[1]);
		if (count)
			set_union(snapshot, &tables[0].sum, &tables[1].sum,
				  &figures);
		tables[0].group++;
		tables[1].group++;
	} else {
		bound_union(&figures, count);
	}
	mark_summed(&figures, count);
	figures_to_usage(&figures, snapshot->metrics, ret_usage);
	return 0;
}

static int usages(const struct pagemap_snapshot *snapshot,
		  const struct kind_of_members *kind,
		  const struct pagemap_partition *partition,
		  struct pagemap_usage *ret_usages)
{
	bool census = snapshot->engine == PAGEMAP_ENGINE_CENSUS;
	struct uniting tables[2] = { 0 };
	struct members members = { 0 };
	size_t i;
	int err = sort_members(partition, &members);

	if (!err && census)
		err = uniting_init(snapshot, false, &tables[0]);
	if (!err && census)
		err = uniting_init(snapshot, true, &tables[1]);
	for (i = 0; i < partition->group_count && !err; i++)
		err = usage_of_group(snapshot, kind,
				     members.items + members.first[i],
				     members.first[i + 1] - members.first[i],
				     census ? tables : NULL, &ret_usages[i]);
	free(tables[0].ticks);
	free(tables[1].ticks);
	members_free(&members);
	return err;
}

static int check(const struct pagemap_partition *partition, size_t count)
{
	size_t i;

	if (partition->count != count || partition->group_count >= UINT32_MAX)
		return -EINVAL;
	for (i = 0; i < count; i++)
		if (partition->group_of[i] >= partition->group_count &&
		    partition->group_of[i] != PAGEMAP_NO_GROUP)
			return -EINVAL;
	return 0;
}

int pagemap_usage_of_groups(const struct pagemap_snapshot *snapshot,
			    const struct pagemap_partition *partition,
			    struct pagemap_usage *ret_usages)
{
	int err = check(partition, snapshot->process_count);

	return err ? err : usages(snapshot, &process_members, partition,
				  ret_usages);
}

int pagemap_usage_of_mapping_groups(const struct pagemap_snapshot *snapshot,
				    const struct pagemap_partition *partition,
				    struct pagemap_usage *ret_usages)
{
	int err = check(partition, snapshot->mapping_count);

	return err ? err : usages(snapshot, &mapping_members, partition,
				  ret_usages);
}
