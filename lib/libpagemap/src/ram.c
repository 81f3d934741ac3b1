/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * All of RAM: begun, balanced, and asked.  How frames are read is in
 * ram_read.c, what the kernel tells in ram_told.c.
 */
#include "ram.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

/* Fields of meminfo that move with classes, for what is seen of these. */
static const struct {
	uint64_t classes;
	enum meminfo_field field;
} movers[] = {
	{ RAM_BIT(ANON) | RAM_BIT(KSM), MEMINFO_ANON_PAGES },
	{ RAM_BIT(SHMEM_MAPPED) | RAM_BIT(SHMEM_UNMAPPED), MEMINFO_SHMEM },
	{ RAM_BIT(FILE_MAPPED) | RAM_BIT(SHMEM_MAPPED) |
	  RAM_BIT(KERNEL_MAPPED), MEMINFO_MAPPED },
	{ RAM_BIT(FILE_MAPPED) | RAM_BIT(FILE_CLEAN) | RAM_BIT(FILE_DIRTY),
	  MEMINFO_CACHED },
	{ RAM_BIT(FILE_CLEAN) | RAM_BIT(FILE_DIRTY) | RAM_BIT(BUFFERS),
	  MEMINFO_BUFFERS },
	{ RAM_BIT(FILE_DIRTY) | RAM_BIT(FILE_CLEAN), MEMINFO_DIRTY },
	{ RAM_BIT(FILE_DIRTY) | RAM_BIT(FILE_CLEAN), MEMINFO_WRITEBACK },
	{ RAM_BIT(SWAP_CACHE) | RAM_BIT(ANON_UNMAPPED), MEMINFO_SWAP_CACHED },
	{ RAM_BIT(SLAB) | RAM_BIT(SLAB_RECLAIMABLE), MEMINFO_SLAB },
	{ RAM_BIT(PAGE_TABLES), MEMINFO_PAGE_TABLES },
	{ RAM_BIT(FREE) | RAM_BIT(FREE_LAZY), MEMINFO_FREE },
	{ RAM_BIT(HUGETLB_MAPPED) | RAM_BIT(HUGETLB_UNMAPPED) |
	  RAM_BIT(HUGETLB_FREE), MEMINFO_HUGETLB },
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int allocate_sets(struct pagemap_ram *ram)
{
	if (!ram->sharing)
		return 0;
	ram->set_count = pagemap_sharing_set_count(ram->sharing);
	ram->set_pages = calloc(ram->set_count + 1, sizeof(*ram->set_pages));
	return ram->set_pages ? 0 : -ENOMEM;
}

/* Features are probed here, by the one thread that may. */
static int prepare(struct pagemap_source *source, struct pagemap_ram *ram)
{
	int err;

	if (!pagemap_source_has_feature(source, PAGEMAP_FEATURE_KPAGEFLAGS))
		return source_fail(source, -ENOTSUP, "kpageflags", 0);
	ram->page_size_bytes = source->page_size_bytes;
	ram->page_shift = source->page_shift;
	ram->ksm_flag = pagemap_source_has_feature(source,
						   PAGEMAP_FEATURE_KSM_FLAG);
	ram->has_counts =
		pagemap_source_has_feature(source, PAGEMAP_FEATURE_KPAGECOUNT) &&
		pagemap_source_has_feature(source,
					   PAGEMAP_FEATURE_PRECISE_COUNTS);
	err = allocate_sets(ram);
	return err ? err : ram_banks_read(source, ram);
}

static int read_all(struct pagemap_source *source, struct pagemap_ram *ram,
		    uint32_t threads)
{
	int err = prepare(source, ram);

	if (!err)
		err = ram_look_take(source, &ram->before);
	if (err)
		return err;
	ram->lazy_pages = ram_lazy_pages(ram, &ram->before);
	err = ram_frames_read(source, ram, threads);
	if (!err && !ram->frames)
		err = -ENODATA;
	if (err)
		return err == -ENOMEM ? err :
		       source_fail(source, err, "kpageflags", 0);
	err = ram_look_take(source, &ram->after);
	if (!err)
		err = ram_zones_read(source, ram);
	return err ? err : ram_transfers_make(ram);
}

int pagemap_ram_read(struct pagemap_source *source,
		     const struct pagemap_ram_opts *opts,
		     struct pagemap_ram **ret_ram)
{
	static const struct pagemap_ram_opts defaults = { .size = 0 };
	struct pagemap_ram *ram = calloc(1, sizeof(*ram));
	uint64_t begin = now_ns();
	int err;

	if (!ram)
		return -ENOMEM;
	if (!opts)
		opts = &defaults;
	ram->sharing = opts->sharing;
	ram->keeps_ranges = opts->ranges;
	ram->keeps_runs = opts->runs;
	err = read_all(source, ram, opts->threads);
	if (err) {
		pagemap_ram_free(ram);
		return err;
	}
	ram->wall_ns = now_ns() - begin;
	*ret_ram = ram;
	return 0;
}

void pagemap_ram_free(struct pagemap_ram *ram)
{
	if (!ram)
		return;
	array_free(&ram->banks);
	array_free(&ram->transfers);
	array_free(&ram->ranges);
	array_free(&ram->zones);
	ram_runs_free(ram);
	free(ram->set_pages);
	free(ram);
}

/* ---- Values ------------------------------------------------------------ */

static uint64_t pages_of(const struct pagemap_ram *ram, uint64_t classes)
{
	uint64_t pages = 0;
	int i;

	for (i = 0; i < PAGEMAP_RAM_CLASS_COUNT; i++)
		if (classes & PAGEMAP_RAM_BIT(i))
			pages += ram->pages[i];
	return pages;
}

static void spread(struct pagemap_value *value, uint64_t down, uint64_t up,
		   enum pagemap_reason reason)
{
	if (value->quality == PAGEMAP_EXACT)
		value->reason = reason;
	value->quality = PAGEMAP_ESTIMATED;
	value->low -= down < value->low ? down : value->low;
	value->high += up;
}

/* What is taken from a class of the same mask changes nothing of its sum. */
static void spread_by_transfers(const struct pagemap_ram *ram,
				uint64_t classes, struct pagemap_value *value)
{
	const struct ram_transfer *transfers = ram->transfers.items;
	size_t i;

	for (i = 0; i < ram->transfers.count; i++) {
		const struct ram_transfer *transfer = &transfers[i];
		bool to = classes & PAGEMAP_RAM_BIT(transfer->to);
		bool from = classes & PAGEMAP_RAM_BIT(transfer->from);
		uint64_t less = transfer->pages - transfer->low;
		uint64_t more = transfer->high - transfer->pages;

		if (to != from)
			spread(value, (to ? less : more) << ram->page_shift,
			       (to ? more : less) << ram->page_shift,
			       PAGEMAP_REASON_TOLD);
	}
}

static void spread_by_moves(const struct pagemap_ram *ram, uint64_t classes,
			    struct pagemap_value *value)
{
	const uint64_t inside = PAGEMAP_RAM_ALL & ~PAGEMAP_RAM_OUTSIDE;
	uint64_t before, after, most = 0;
	size_t i;

	/* Where all is asked for, what moves stays in it. */
	if (!value->value || (classes & inside) == inside)
		return;
	for (i = 0; i < sizeof(movers) / sizeof(movers[0]); i++) {
		if (!(classes & movers[i].classes) ||
		    !ram_field(&ram->before, movers[i].field, &before) ||
		    !ram_field(&ram->after, movers[i].field, &after))
			continue;
		if (before > after && before - after > most)
			most = before - after;
		else if (after > before && after - before > most)
			most = after - before;
	}
	if (most)
		spread(value, most, most, PAGEMAP_REASON_MOVED);
}

struct pagemap_value pagemap_ram_value(const struct pagemap_ram *ram,
				       uint64_t classes)
{
	uint64_t bytes = pages_of(ram, classes) << ram->page_shift;
	struct pagemap_value value = {
		.value = bytes, .low = bytes, .high = bytes,
	};

	spread_by_transfers(ram, classes, &value);
	spread_by_moves(ram, classes, &value);
	return value;
}

/* ---- Balance ----------------------------------------------------------- */

/* Frames in sets that were not found in use by processes. */
static uint64_t moved_pages(const struct pagemap_ram *ram)
{
	struct pagemap_share_set set;
	uint64_t pages = 0;
	size_t i;
	int kind;

	for (i = 0; i < ram->set_count; i++) {
		if (pagemap_sharing_set_at(ram->sharing, i, &set))
			continue;
		for (kind = 0; kind < PAGEMAP_FRAME_KIND_COUNT; kind++)
			pages += set.pages[kind];
	}
	return pages > ram->seen.found_pages ? pages - ram->seen.found_pages : 0;
}

void pagemap_ram_balance(const struct pagemap_ram *ram,
			 struct pagemap_ram_balance *ret_balance)
{
	struct pagemap_ram_balance balance = {
		.frames = ram->frames,
		.known_bytes = pages_of(ram, PAGEMAP_RAM_ALL &
					~PAGEMAP_RAM_OUTSIDE &
					~PAGEMAP_RAM_RESIDUAL) <<
			       ram->page_shift,
		.overdrawn_bytes = ram->overdrawn_pages << ram->page_shift,
		.moved_pages = moved_pages(ram),
		.wall_ns = ram->wall_ns,
		.cpu_ns = ram->cpu_ns,
	};
	uint64_t total;

	if (ram_field(&ram->after, MEMINFO_TOTAL, &total)) {
		balance.mem_total = (struct pagemap_value){
			.value = total, .low = total, .high = total,
		};
		balance.residual_bytes = (int64_t)(total - balance.known_bytes);
	} else {
		balance.mem_total.quality = PAGEMAP_UNAVAILABLE;
		balance.mem_total.reason = PAGEMAP_REASON_NO_FEATURE;
	}
	*ret_balance = balance;
}

/* ---- Groups and ranges ------------------------------------------------- */

/* The row of a set: its members' group, if that is one. */
static size_t row_of(const struct pagemap_share_set *set,
		     const struct pagemap_partition *partition)
{
	uint32_t group = partition->group_of[set->members[0]];
	size_t i;

	for (i = 1; i < set->member_count; i++)
		if (partition->group_of[set->members[i]] != group)
			group = PAGEMAP_NO_GROUP;
	return group == PAGEMAP_NO_GROUP ?
	       partition->group_count + PAGEMAP_RAM_ROW_SEVERAL : group;
}

static bool fits(const struct pagemap_ram *ram,
		 const struct pagemap_partition *partition)
{
	struct pagemap_share_set set;
	size_t i;

	for (i = 0; i < partition->count; i++)
		if (partition->group_of[i] != PAGEMAP_NO_GROUP &&
		    partition->group_of[i] >= partition->group_count)
			return false;
	for (i = 0; i < ram->set_count; i++)
		if (!pagemap_sharing_set_at(ram->sharing, i, &set) &&
		    set.members[set.member_count - 1] >= partition->count)
			return false;
	return true;
}

int pagemap_ram_of_groups(const struct pagemap_ram *ram,
			  const struct pagemap_partition *partition,
			  uint64_t (*ret_pages)[PAGEMAP_RAM_CLASS_COUNT])
{
	size_t unseen = partition->group_count + PAGEMAP_RAM_ROW_UNSEEN;
	struct pagemap_share_set set;
	size_t i, row;
	int k;

	if (!ram->sharing)
		return -ENOTSUP;
	if (!fits(ram, partition))
		return -EINVAL;
	for (row = 0; row <= unseen; row++)
		for (k = 0; k < PAGEMAP_RAM_CLASS_COUNT; k++)
			ret_pages[row][k] =
				row == unseen && (PAGEMAP_RAM_BIT(k) & RAM_MAPPED) ?
				ram->pages[k] : 0;
	for (i = 0; i < ram->set_count; i++) {
		if (pagemap_sharing_set_at(ram->sharing, i, &set))
			continue;
		row = row_of(&set, partition);
		for (k = 0; k < PAGEMAP_RAM_CLASS_COUNT; k++) {
			ret_pages[row][k] += ram->set_pages[i][k];
			ret_pages[unseen][k] -= ram->set_pages[i][k];
		}
	}
	return 0;
}

int pagemap_ram_range_at(const struct pagemap_ram *ram, size_t index,
			 struct pagemap_ram_range *ret_range)
{
	const struct pagemap_ram_range *ranges = ram->ranges.items;

	if (!ram->keeps_ranges)
		return -ENOTSUP;
	if (index >= ram->ranges.count)
		return -ENOENT;
	*ret_range = ranges[index];
	return 0;
}
