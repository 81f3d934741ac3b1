/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Huge pages of hugetlb: what members have of them returns to the pool, and
 * leaves it where the pool has more pages than it was given (surplus).  They
 * are in no frame that a census counts, so their entries are read here.
 */
#include <errno.h>

#include "killed.h"

/* Frames of hugetlb that some processes map. */
struct huge_frames {
	struct array anon;	/* struct killed_run */
	struct array file;
	struct array dying;	/* the same, of files that die */
	uint64_t mapped;	/* pages of all mappings, */
	uint64_t touched;	/* those that have a frame */
};

static uint64_t pages_of(const struct killed *killed,
			 const struct pagemap_mapping *mapping)
{
	return (mapping->end_vaddr - mapping->start_vaddr) >>
	       killed->snapshot->page_shift;
}

static int add_frame(struct array *runs, uint64_t pfn)
{
	struct killed_run *run = runs->items;

	if (runs->count && run[runs->count - 1].first +
			   run[runs->count - 1].count == pfn) {
		run[runs->count - 1].count++;
		return 0;
	}
	run = array_push(runs, sizeof(*run));
	if (!run)
		return -ENOMEM;
	*run = (struct killed_run){ pfn, 1 };
	return 0;
}

static bool file_dies(const struct killed *killed,
		      const struct pagemap_mapping *mapping)
{
	const struct file_key *dying = killed->huge_files.items;
	struct file_key key = file_key_of(mapping);
	size_t i;

	for (i = 0; i < killed->huge_files.count; i++)
		if (!file_key_compare(&dying[i], &key))
			return true;
	return false;
}

struct reading {
	struct killed *killed;
	struct huge_frames *frames;
};

static bool is_wanted(const struct pagemap_mapping *mapping)
{
	return killed_is_hugetlb(mapping);
}

static int take_entries(void *context, const struct pagemap_mapping *mapping,
			const uint64_t *entries, size_t count)
{
	struct reading *reading = context;
	struct huge_frames *frames = reading->frames;
	struct array *file = file_dies(reading->killed, mapping) ?
			     &frames->dying : &frames->file;
	size_t i;
	int err = 0;

	for (i = 0; i < count && !err; i++) {
		struct pagemap_page page = pagemap_decode_entry(entries[i], 0);

		if (!page.mapped || page.pfn == PAGEMAP_PFN_UNKNOWN)
			continue;
		err = add_frame(page.bits & PAGEMAP_RUN_FILE ? file
							     : &frames->anon,
				page.pfn);
		frames->touched++;
	}
	return err;
}

/* The frames of members, or of all others. */
static int read_frames(struct killed *killed, bool dies,
		       struct huge_frames *frames)
{
	struct reading reading = { killed, frames };
	size_t i, k;
	int err = 0;

	for (i = 0; i < killed->snapshot->process_count && !err; i++) {
		const struct pagemap_process *process =
			&killed->snapshot->processes[i];

		if (killed->dies[i] != dies || !killed_reads(killed, i))
			continue;
		for (k = 0; k < process->mapping_count; k++)
			if (killed_is_hugetlb(&process->mappings[k]))
				frames->mapped += pages_of(killed,
						&process->mappings[k]);
		if (frames->mapped)
			err = killed_walk(killed, process, is_wanted,
					  take_entries, &reading);
	}
	killed_unite(&frames->anon);
	killed_unite(&frames->file);
	killed_unite(&frames->dying);
	return err;
}

static void huge_frames_free(struct huge_frames *frames)
{
	array_free(&frames->anon);
	array_free(&frames->file);
	array_free(&frames->dying);
}

/* ---- The pool ---------------------------------------------------------- */

struct pool {
	uint64_t surplus_bytes;
	uint64_t reserved_bytes;
	bool known;
	bool other_sizes;	/* there are pages that it does not tell of */
};

static void read_pool(struct killed *killed, struct pool *ret_pool)
{
	struct proc_meminfo meminfo;
	const uint64_t *values = meminfo.values;
	struct pool pool = { 0 };
	uint64_t size;

	if (!killed_meminfo(killed, &meminfo) &&
	    meminfo_has(&meminfo, MEMINFO_HUGE_TOTAL) &&
	    meminfo_has(&meminfo, MEMINFO_HUGE_SURPLUS) &&
	    meminfo_has(&meminfo, MEMINFO_HUGE_RESERVED) &&
	    meminfo_has(&meminfo, MEMINFO_HUGE_SIZE)) {
		size = values[MEMINFO_HUGE_SIZE];
		pool.known = true;
		pool.surplus_bytes = values[MEMINFO_HUGE_SURPLUS] * size;
		pool.reserved_bytes = values[MEMINFO_HUGE_RESERVED] * size;
		/* Since 4.15 it tells how much there is in all sizes. */
		pool.other_sizes = !meminfo_has(&meminfo, MEMINFO_HUGETLB) ||
				   values[MEMINFO_HUGETLB] !=
				   values[MEMINFO_HUGE_TOTAL] * size;
	}
	*ret_pool = pool;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/*
 * Surplus pages go first.  What was reserved and never touched is given up
 * too, as far as the members' untouched pages are what is reserved.
 */
static struct amount freed_of(const struct pool *pool, struct amount returned,
			      uint64_t untouched)
{
	uint64_t reserved = least(untouched, pool->reserved_bytes);
	struct amount freed = {
		least(returned.low, pool->surplus_bytes),
		least(returned.value + reserved, pool->surplus_bytes),
		least(returned.high + reserved, pool->surplus_bytes),
	};

	if (pool->other_sizes) {
		freed.low = 0;
		freed.high = returned.high + reserved;
	}
	return freed;
}

static uint64_t bytes_of(const struct killed *killed, const struct array *runs)
{
	const struct array none = { 0 };

	return killed_count_without(runs, &none)
	       << killed->snapshot->page_shift;
}

static uint64_t above(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static void settle(struct killed *killed, const struct huge_frames *own,
		   const struct huge_frames *others)
{
	uint32_t shift = killed->snapshot->page_shift;
	uint64_t dying = bytes_of(killed, &own->dying);
	uint64_t held = bytes_of(killed, &own->anon) +
			bytes_of(killed, &own->file) + dying;
	uint64_t anon = killed_count_without(&own->anon, &others->anon)
			<< shift;
	struct amount returned = killed->huge_file_bytes, freed;
	struct pool pool;

	/* Of files that die also what nobody maps, where that was told. */
	held += above(returned.value, dying);
	if (returned.value < dying)
		returned.value = returned.high = dying;
	returned.low += anon;
	returned.value += anon;
	returned.high += anon;
	read_pool(killed, &pool);
	freed = freed_of(&pool, returned, above(own->mapped, own->touched) << shift);
	killed_add(killed, PAGEMAP_KILLED_FREED_HUGETLB, freed,
		   PAGEMAP_REASON_UNSEEN);
	killed_add(killed, PAGEMAP_KILLED_STAYS_HUGETLB, (struct amount){
		above(held, freed.high), above(held, freed.value),
		above(held, freed.low) }, PAGEMAP_REASON_UNSEEN);
	if (!pool.known) {
		killed->parts[PAGEMAP_KILLED_FREED_HUGETLB].missing =
			PAGEMAP_REASON_NO_FEATURE;
		killed_estimate(killed, PAGEMAP_KILLED_STAYS_HUGETLB,
				PAGEMAP_REASON_NO_FEATURE);
	}
}

int killed_hugetlb(struct killed *killed)
{
	struct huge_frames own = { 0 }, others = { 0 };
	int err = read_frames(killed, true, &own);

	if (!err && (own.mapped || killed->huge_files.count)) {
		/* By fork they may share what is copied on write. */
		if (own.anon.count)
			err = read_frames(killed, false, &others);
		if (!err)
			settle(killed, &own, &others);
	}
	huge_frames_free(&own);
	huge_frames_free(&others);
	return err;
}
