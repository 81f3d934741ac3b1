/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What comes back when a set of processes dies: the frames that only they
 * map, sorted by what becomes of them.  Sums and bounds are made here, and
 * the parts that need more than frames are asked for from the other
 * killed_*.c.
 */
#include "killed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *pagemap_killed_part_name(enum pagemap_killed_part part)
{
	static const char *const names[PAGEMAP_KILLED_PART_COUNT] = {
		[PAGEMAP_KILLED_FREED] = "freed",
		[PAGEMAP_KILLED_FREED_ANON] = "freed_anon",
		[PAGEMAP_KILLED_FREED_SHMEM] = "freed_shmem",
		[PAGEMAP_KILLED_FREED_FILE] = "freed_file",
		[PAGEMAP_KILLED_FREED_PAGE_TABLES] = "freed_page_tables",
		[PAGEMAP_KILLED_FREED_KERNEL_STACKS] = "freed_kernel_stacks",
		[PAGEMAP_KILLED_FREED_HUGETLB] = "freed_hugetlb",
		[PAGEMAP_KILLED_CLEAN_CACHE] = "clean_cache",
		[PAGEMAP_KILLED_DIRTY] = "dirty",
		[PAGEMAP_KILLED_STAYS] = "stays",
		[PAGEMAP_KILLED_STAYS_SHARED] = "stays_shared",
		[PAGEMAP_KILLED_STAYS_SHMEM] = "stays_shmem",
		[PAGEMAP_KILLED_STAYS_HUGETLB] = "stays_hugetlb",
		[PAGEMAP_KILLED_SWAP_FREED] = "swap_freed",
	};

	return (unsigned int)part < PAGEMAP_KILLED_PART_COUNT ? names[part]
							      : NULL;
}

void killed_add(struct killed *killed, enum pagemap_killed_part part,
		struct amount bytes, enum pagemap_reason reason)
{
	struct part *sum = &killed->parts[part];

	sum->bytes.low += bytes.low;
	sum->bytes.value += bytes.value;
	sum->bytes.high += bytes.high;
	if (bytes.low != bytes.high && !sum->reason)
		sum->reason = reason;
}

void killed_estimate(struct killed *killed, enum pagemap_killed_part part,
		     enum pagemap_reason reason)
{
	if (!killed->parts[part].estimated)
		killed->parts[part].estimated = reason;
}

/* ---- Runs of numbers --------------------------------------------------- */

static int compare_runs(const void *a, const void *b)
{
	const struct killed_run *x = a, *y = b;

	return (x->first > y->first) - (x->first < y->first);
}

void killed_unite(struct array *runs)
{
	struct killed_run *run = runs->items;
	size_t i, last = 0;

	if (!runs->count)
		return;
	qsort(run, runs->count, sizeof(*run), compare_runs);
	for (i = 1; i < runs->count; i++) {
		uint64_t end = run[last].first + run[last].count;

		if (run[i].first > end)
			run[++last] = run[i];
		else if (run[i].first + run[i].count > end)
			run[last].count = run[i].first + run[i].count -
					  run[last].first;
	}
	runs->count = last + 1;
}

uint64_t killed_count_without(const struct array *runs,
			      const struct array *others)
{
	const struct killed_run *run = runs->items, *other = others->items;
	uint64_t count = 0;
	size_t i, k = 0;

	for (i = 0; i < runs->count; i++) {
		uint64_t at = run[i].first, end = at + run[i].count;

		while (k < others->count &&
		       other[k].first + other[k].count <= at)
			k++;
		while (k < others->count && other[k].first < end) {
			uint64_t stop = other[k].first + other[k].count;

			count += other[k].first > at ? other[k].first - at : 0;
			at = stop < end ? stop : end;
			if (stop > end)
				break;
			k++;
		}
		count += end - at;
	}
	return count;
}

/* ---- Frames ------------------------------------------------------------ */

/*
 * A node is its parent and one process more, and comes after it: so one pass
 * finds of each whether all of it dies, or some.
 */
static int sort_nodes(struct killed *killed)
{
	const struct pagemap_sharing *sharing = killed->sharing;
	size_t i, count = sharing->nodes.count;
	int kind;

	killed->node_dies = calloc(count, sizeof(*killed->node_dies));
	killed->node_mixed = calloc(count, sizeof(*killed->node_mixed));
	if (!killed->node_dies || !killed->node_mixed)
		return -ENOMEM;
	killed->node_dies[0] = true;
	for (i = 1; i < count; i++) {
		const struct share_node *node =
			share_node_at(sharing, (uint32_t)i);
		const struct share_weight *weight = &sharing->weights[i];
		bool dies = killed->dies[node->process];

		killed->node_dies[i] = killed->node_dies[node->parent] && dies;
		killed->node_mixed[i] = !killed->node_dies[i] &&
			(killed->node_mixed[node->parent] || dies ||
			 (node->parent && killed->node_dies[node->parent]));
		for (kind = 0; kind < PAGEMAP_FRAME_KIND_COUNT; kind++) {
			if (killed->node_dies[i]) {
				killed->sole.pages[kind] += weight->pages[kind];
				killed->sole.unseen[kind] +=
					weight->unseen[kind];
			} else if (killed->node_mixed[i]) {
				killed->shared_pages += weight->pages[kind];
			}
		}
	}
	killed->node_dies[0] = false;
	return 0;
}

/* What becomes of frames that die, by what they hold. */
static const enum pagemap_killed_part part_of_kind[PAGEMAP_FRAME_KIND_COUNT] = {
	[PAGEMAP_FRAME_ANON] = PAGEMAP_KILLED_FREED_ANON,
	[PAGEMAP_FRAME_KSM] = PAGEMAP_KILLED_FREED_ANON,
	[PAGEMAP_FRAME_FILE] = PAGEMAP_KILLED_CLEAN_CACHE,
	[PAGEMAP_FRAME_FILE_DIRTY] = PAGEMAP_KILLED_DIRTY,
	[PAGEMAP_FRAME_SHMEM] = PAGEMAP_KILLED_STAYS_SHMEM,
};

/* The kernel counts more mappings of these than were seen: likelier shared. */
static void add_unseen(struct killed *killed, enum pagemap_killed_part part,
		       uint64_t bytes)
{
	killed_add(killed, part, (struct amount){ 0, 0, bytes },
		   PAGEMAP_REASON_UNSEEN);
	killed_add(killed, PAGEMAP_KILLED_STAYS_SHARED,
		   (struct amount){ 0, bytes, bytes }, PAGEMAP_REASON_UNSEEN);
}

static void add_frames(struct killed *killed)
{
	uint32_t shift = killed->snapshot->page_shift;
	uint64_t bytes = killed->shared_pages << shift;
	int kind, other;

	killed_add(killed, PAGEMAP_KILLED_STAYS_SHARED,
		   (struct amount){ bytes, bytes, bytes },
		   PAGEMAP_REASON_NONE);
	for (kind = PAGEMAP_FRAME_ANON; kind < PAGEMAP_FRAME_KIND_COUNT;
	     kind++) {
		uint64_t unseen = killed->sole.unseen[kind] << shift;

		bytes = (killed->sole.pages[kind] << shift) - unseen;
		killed_add(killed, part_of_kind[kind],
			   (struct amount){ bytes, bytes, bytes },
			   PAGEMAP_REASON_NONE);
		if (unseen)
			add_unseen(killed, part_of_kind[kind], unseen);
	}
	/* Without their flags these may hold any of it. */
	bytes = killed->sole.pages[PAGEMAP_FRAME_UNKNOWN] << shift;
	for (other = PAGEMAP_FRAME_ANON; bytes && other <
	     PAGEMAP_FRAME_KIND_COUNT; other++)
		if (other != PAGEMAP_FRAME_KSM)
			killed_add(killed, part_of_kind[other],
				   (struct amount){ 0, 0, bytes },
				   PAGEMAP_REASON_NO_FEATURE);
}

/* ---- What is told of it ------------------------------------------------ */

static const struct {
	enum pagemap_killed_part sum, first, last;
} sums[] = {
	{ PAGEMAP_KILLED_FREED, PAGEMAP_KILLED_FREED_ANON,
	  PAGEMAP_KILLED_FREED_HUGETLB },
	{ PAGEMAP_KILLED_STAYS, PAGEMAP_KILLED_STAYS_SHARED,
	  PAGEMAP_KILLED_STAYS_HUGETLB },
};

/* A part that is missing makes of the others' sum an estimate. */
static void sum_up(struct killed *killed)
{
	size_t i;
	int part;

	for (i = 0; i < sizeof(sums) / sizeof(sums[0]); i++)
		for (part = (int)sums[i].first; part <= (int)sums[i].last;
		     part++) {
			const struct part *one = &killed->parts[part];

			if (one->missing || one->estimated)
				killed_estimate(killed, sums[i].sum,
						one->missing ? one->missing
							     : one->estimated);
			if (!one->missing)
				killed_add(killed, sums[i].sum, one->bytes,
					   one->reason);
		}
}

static struct pagemap_value value_of(const struct part *part)
{
	struct pagemap_value value = {
		.value = part->bytes.value,
		.low = part->bytes.low,
		.high = part->bytes.high,
		.quality = PAGEMAP_EXACT,
	};

	if (part->missing)
		return (struct pagemap_value){
			.quality = PAGEMAP_UNAVAILABLE,
			.reason = part->missing,
		};
	if (value.low != value.high) {
		value.quality = PAGEMAP_BOUNDED;
		value.reason = part->reason;
	}
	if (part->estimated) {
		value.quality = PAGEMAP_ESTIMATED;
		value.reason = part->estimated;
	}
	return value;
}

/* Figures of a member that changed while it was read are estimates. */
static void doubt_changed(struct killed *killed)
{
	size_t i;
	int part;

	for (i = 0; i < killed->snapshot->process_count; i++) {
		if (!killed->dies[i] || killed->snapshot->processes[i].status !=
					PAGEMAP_STATUS_CHANGED)
			continue;
		for (part = 0; part < PAGEMAP_KILLED_PART_COUNT; part++)
			killed_estimate(killed, (enum pagemap_killed_part)part,
					PAGEMAP_REASON_CHANGED);
		return;
	}
}

static int predict(struct killed *killed)
{
	int err = sort_nodes(killed);

	if (!err)
		err = killed_folios(killed);
	if (!err)
		err = killed_files(killed);
	if (!err)
		err = killed_hugetlb(killed);
	if (!err)
		err = killed_system(killed);
	if (err)
		return err;
	add_frames(killed);
	err = killed_swap(killed);
	doubt_changed(killed);
	sum_up(killed);
	return err;
}

int pagemap_if_killed(struct pagemap_source *source,
		      const struct pagemap_sharing *sharing, const bool *dies,
		      struct pagemap_if_killed *ret_killed)
{
	struct killed killed = {
		.source = source,
		.sharing = sharing,
		.snapshot = sharing->snapshot,
		.dies = dies,
	};
	int part, err = -EINVAL;

	if (killed.snapshot->detail >= PAGEMAP_DETAIL_MAPPINGS)
		err = predict(&killed);
	free(killed.node_dies);
	free(killed.node_mixed);
	array_free(&killed.huge_files);
	if (err)
		return err;
	memset(ret_killed, 0, sizeof(*ret_killed));
	for (part = 0; part < PAGEMAP_KILLED_SLOTS; part++)
		ret_killed->parts[part] = part < PAGEMAP_KILLED_PART_COUNT ?
			value_of(&killed.parts[part]) :
			(struct pagemap_value){
				.quality = PAGEMAP_UNAVAILABLE,
				.reason = PAGEMAP_REASON_NO_FEATURE,
			};
	return 0;
}
