/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What vkernels take of their host in common.  To a vkernel belong main, what
 * shares its mm, and those children that map its RAM; others may map it too,
 * as we do while we look into it.  Frames of the host that processes of two
 * vkernels map are what both share.
 */
#include <errno.h>
#include <stdlib.h>

#include "pairs.h"
#include "vkernels.h"

/* ---- Who belongs to which ---------------------------------------------- */

static bool is_ram(const struct pagemap_mapping *mapping,
		   const struct pagemap_vkernel *facts)
{
	uint64_t inode;
	dev_t dev;

	pagemap_mapping_file(mapping, &dev, &inode);
	return inode == facts->ram_inode && dev == facts->ram_dev;
}

static bool maps_ram(const struct pagemap_process *process,
		     const struct pagemap_vkernel *facts)
{
	size_t i, count = pagemap_process_mapping_count(process);

	for (i = 0; i < count; i++)
		if (is_ram(pagemap_process_mapping_at(process, i), facts))
			return true;
	return false;
}

/* Its number, or PAGEMAP_NO_GROUP.  Helpers are in main's mm. */
static uint32_t owner_of(const struct vkernels *vkernels,
			 const struct pagemap_process *process)
{
	pid_t pid = pagemap_process_pid(process);
	pid_t ppid = pagemap_process_ppid(process);
	size_t i;

	for (i = 0; i < vkernels->count; i++) {
		const struct pagemap_vkernel *facts = &vkernels->rows[i].facts;

		if ((pid == facts->pid || ppid == facts->pid) &&
		    maps_ram(process, facts))
			return (uint32_t)i;
	}
	return PAGEMAP_NO_GROUP;
}

static uint32_t *find_owners(const struct vkernels *vkernels)
{
	const struct pagemap_snapshot *snapshot = vkernels->survey.snapshot;
	size_t i, count = pagemap_snapshot_process_count(snapshot);
	uint32_t *owners = calloc(count + 1, sizeof(*owners));

	for (i = 0; owners && i < count; i++)
		owners[i] = owner_of(vkernels,
				     pagemap_snapshot_process_at(snapshot, i));
	return owners;
}

/* ---- What each takes ---------------------------------------------------- */

static void keep_usage(const struct pagemap_usage *usage,
		       struct vkernels_row *row)
{
	row->figures[VKERNELS_HOST_RSS] = pagemap_usage_value(usage,
							      PAGEMAP_RSS);
	row->figures[VKERNELS_HOST_PSS] = pagemap_usage_value(usage,
							      PAGEMAP_PSS);
	row->figures[VKERNELS_HOST_USS] = pagemap_usage_value(usage,
							      PAGEMAP_USS);
}

static int find_usages(struct vkernels *vkernels, uint32_t *owners)
{
	const struct pagemap_snapshot *snapshot = vkernels->survey.snapshot;
	struct pagemap_partition partition = {
		.group_of = owners,
		.count = pagemap_snapshot_process_count(snapshot),
		.group_count = vkernels->count,
	};
	struct pagemap_usage *usages = calloc(vkernels->count,
					      sizeof(*usages));
	int err = usages ? pagemap_usage_of_groups(snapshot, &partition, usages)
			 : -ENOMEM;
	size_t i;

	for (i = 0; i < vkernels->count && !err; i++)
		keep_usage(&usages[i], &vkernels->rows[i]);
	free(usages);
	return err;
}

/* All of them as one group.  Forgets which is whose. */
static int find_usage_of_all(struct vkernels *vkernels, uint32_t *owners)
{
	const struct pagemap_snapshot *snapshot = vkernels->survey.snapshot;
	struct pagemap_partition partition = {
		.group_of = owners,
		.count = pagemap_snapshot_process_count(snapshot),
		.group_count = 1,
	};
	struct pagemap_usage usage;
	size_t i;
	int err;

	for (i = 0; i < partition.count; i++)
		if (owners[i] != PAGEMAP_NO_GROUP)
			owners[i] = 0;
	err = pagemap_usage_of_groups(snapshot, &partition, &usage);
	if (!err)
		keep_usage(&usage, &vkernels->total);
	return err;
}

/* ---- What they share ---------------------------------------------------- */

/* Pages by kind: that others of them map too, and all that are. */
struct tally {
	uint64_t shared[PAGEMAP_FRAME_KIND_COUNT];
	uint64_t mapped[PAGEMAP_FRAME_KIND_COUNT];
};

struct sorting {
	struct vkernels *vkernels;
	const uint32_t *owners;
	struct tally *tallies;		/* one for each, and one for all */
	size_t *seen;			/* by vkernel: the last set + 1 */
	uint32_t *present;		/* vkernels of the set at hand */
};

/* The vkernels that have a process in a set; gives how many. */
static size_t find_present(struct sorting *sorting, size_t index,
			   const struct pagemap_share_set *set)
{
	size_t i, count = 0;

	for (i = 0; i < set->member_count; i++) {
		uint32_t owner = sorting->owners[set->members[i]];

		if (owner == PAGEMAP_NO_GROUP ||
		    sorting->seen[owner] == index + 1)
			continue;
		sorting->seen[owner] = index + 1;
		sorting->present[count++] = owner;
	}
	return count;
}

static void add_set(struct sorting *sorting, size_t index,
		    const struct pagemap_share_set *set)
{
	struct vkernels *vkernels = sorting->vkernels;
	size_t i, k, count = find_present(sorting, index, set);
	struct tally *all = &sorting->tallies[vkernels->count];

	if (count)
		pairs_add_pages(all->mapped, set->pages);
	if (count > 1)
		pairs_add_pages(all->shared, set->pages);
	for (i = 0; i < count; i++) {
		struct tally *one = &sorting->tallies[sorting->present[i]];

		pairs_add_pages(one->mapped, set->pages);
		if (count > 1)
			pairs_add_pages(one->shared, set->pages);
		for (k = 0; k < i; k++)
			pairs_add_pages(pairs_at(vkernels->pairs,
						 sorting->present[i],
						 sorting->present[k])->pages,
					set->pages);
	}
}

static void keep_tally(const struct vkernels *vkernels,
		       const struct tally *tally, struct vkernels_row *row)
{
	static const struct {
		enum vkernels_figure figure;
		uint32_t kinds;
	} parts[] = {
		{ VKERNELS_SHARED, VKERNELS_KINDS },
		{ VKERNELS_SHARED_ANON, VKERNELS_ANON },
		{ VKERNELS_SHARED_FILE, VKERNELS_FILE },
		{ VKERNELS_SHARED_SHMEM, VKERNELS_SHMEM },
		{ VKERNELS_SHARED_KSM, VKERNELS_KSM_KIND },
	};
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		row->figures[parts[i].figure] = vkernels_bytes(
			vkernels, tally->shared, parts[i].kinds);
	row->figures[VKERNELS_KSM] = vkernels_bytes(vkernels, tally->mapped,
						    VKERNELS_KSM_KIND);
}

static int compare_pairs(const void *a, const void *b)
{
	const struct pagemap_share_pair *x = a, *y = b;
	uint64_t x_pages = pairs_pages(x), y_pages = pairs_pages(y);

	if (x_pages != y_pages)
		return x_pages > y_pages ? -1 : 1;
	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return (x->second > y->second) - (x->second < y->second);
}

/* Those that share something, largest first. */
static void pack_pairs(struct vkernels *vkernels)
{
	vkernels->pair_count = pairs_pack(vkernels->pairs, vkernels->count,
					  NULL);
	qsort(vkernels->pairs, vkernels->pair_count, sizeof(*vkernels->pairs),
	      compare_pairs);
}

static int sort_frames(struct vkernels *vkernels, const uint32_t *owners)
{
	size_t i, count = vkernels->count;
	struct sorting sorting = {
		.vkernels = vkernels,
		.owners = owners,
		.tallies = calloc(count + 1, sizeof(*sorting.tallies)),
		.seen = calloc(count, sizeof(*sorting.seen)),
		.present = calloc(count, sizeof(*sorting.present)),
	};
	struct pagemap_share_set set;
	int err = 0;

	vkernels->pairs = pairs_new(count);
	if (!sorting.tallies || !sorting.seen || !sorting.present ||
	    !vkernels->pairs)
		err = -ENOMEM;
	for (i = 0; !err && !pagemap_sharing_set_at(vkernels->survey.sharing, i,
						    &set); i++)
		add_set(&sorting, i, &set);
	for (i = 0; i < count && !err; i++)
		keep_tally(vkernels, &sorting.tallies[i], &vkernels->rows[i]);
	if (!err) {
		keep_tally(vkernels, &sorting.tallies[count], &vkernels->total);
		pack_pairs(vkernels);
	}
	free(sorting.tallies);
	free(sorting.seen);
	free(sorting.present);
	return err;
}

/* No kernel merges shared memory; but what is seen goes before. */
static bool is_ram_merged(const struct vkernels *vkernels,
			  const struct pagemap_vkernel *facts)
{
	const struct pagemap_process *main_process = pagemap_snapshot_find_pid(
		vkernels->survey.snapshot, facts->pid);
	uint64_t pages[PAGEMAP_FRAME_KIND_COUNT];
	size_t i, count = main_process ?
			  pagemap_process_mapping_count(main_process) : 0;

	for (i = 0; i < count; i++) {
		const struct pagemap_mapping *mapping =
			pagemap_process_mapping_at(main_process, i);

		if (!is_ram(mapping, facts))
			continue;
		pagemap_sharing_of_mapping(vkernels->survey.sharing, mapping,
			(uint32_t)pagemap_process_index(main_process), pages);
		if (pages[PAGEMAP_FRAME_KSM])
			return true;
	}
	return false;
}

static void look_for_merged_ram(struct vkernels *vkernels)
{
	size_t i;

	for (i = 0; i < vkernels->count; i++)
		vkernels->is_ram_merged |=
			is_ram_merged(vkernels, &vkernels->rows[i].facts);
}

int vkernels_share(struct vkernels *vkernels)
{
	uint32_t *owners = find_owners(vkernels);
	int err = owners ? 0 : -ENOMEM;

	if (!err)
		err = find_usages(vkernels, owners);
	if (!err)
		err = sort_frames(vkernels, owners);
	if (!err)
		err = find_usage_of_all(vkernels, owners);
	if (!err)
		look_for_merged_ram(vkernels);
	free(owners);
	return err;
}
