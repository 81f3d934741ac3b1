/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sorting the entries of a pagemap, see gather.h.  The loop over the pages of
 * private memory is the hottest of the census: it does as little as it can.
 */
#include "gather.h"

#include <errno.h>
#include <string.h>

#define ENTRY_PFN_MASK ((UINT64_C(1) << 55) - 1)
#define ENTRY_EXCLUSIVE (UINT64_C(1) << 56)
#define ENTRY_FILE (UINT64_C(1) << 61)
#define ENTRY_SWAPPED (UINT64_C(1) << 62)
#define ENTRY_PRESENT (UINT64_C(1) << 63)

/* A swap slot as one number: the area above, the offset below. */
#define SLOT_OFFSET_BITS 35

static bool push_word(struct array *array, uint64_t word)
{
	uint64_t *place;

	/* Nearly always there is room: no call, nothing to clear. */
	if (array->count < array->capacity) {
		((uint64_t *)array->items)[array->count++] = word;
		return true;
	}
	place = array_push(array, sizeof(word));
	if (place)
		*place = word;
	return place;
}

static void end_run(struct gather *gather)
{
	while (gather->run_count) {
		uint64_t part = gather->run_count;

		if (part > PACKED_MAX_COUNT)
			part = PACKED_MAX_COUNT;
		if (!push_word(&gather->worker->shared,
			       pack_run(gather->run_first, part,
					gather->run_anon)))
			gather->error = -ENOMEM;
		gather->run_first += part;
		gather->run_count -= part;
	}
}

static void add_frame(struct gather *gather, uint64_t pfn, bool anon)
{
	if (gather->run_count && pfn == gather->run_first + gather->run_count &&
	    anon == gather->run_anon) {
		gather->run_count++;
		return;
	}
	end_run(gather);
	gather->run_first = pfn;
	gather->run_count = 1;
	gather->run_anon = anon;
}

/* Whether the next page follows in frames, or is the same frame again. */
static bool extends(struct entry_run *run, uint64_t page,
		    const struct entry_run *next)
{
	bool same = run->bits & PAGEMAP_RUN_SAME_FRAME;

	if (run->start_page + run->count != page || run->state != next->state ||
	    (run->bits & ~PAGEMAP_RUN_SAME_FRAME) != next->bits ||
	    run->swap_type != next->swap_type || run->count == UINT32_MAX)
		return false;
	if (run->number == PAGEMAP_PFN_UNKNOWN)
		return next->number == PAGEMAP_PFN_UNKNOWN;
	if (next->number == run->number &&
	    run->state != PAGEMAP_PAGE_SWAPPED && (same || run->count == 1)) {
		run->bits |= PAGEMAP_RUN_SAME_FRAME;
		return true;
	}
	return !same && next->number == run->number + run->count;
}

static void keep_page(struct gather *gather, uint64_t page,
		      const struct entry_run *next)
{
	struct array *runs = &gather->worker->runs;
	struct entry_run *last = runs->count ?
		(struct entry_run *)runs->items + runs->count - 1 : NULL;
	/* A mapping's runs are its own. */
	bool same_mapping = !gather->mapping ||
		runs->count > gather->mapping->runs.first;

	if (last && same_mapping && extends(last, page, next)) {
		last->count++;
		return;
	}
	last = array_push(runs, sizeof(*last));
	if (!last) {
		gather->error = -ENOMEM;
		return;
	}
	*last = *next;
	last->start_page = page;
	last->count = 1;
}

static enum pagemap_page_state state_as(enum gather_as as, uint64_t number)
{
	if (as == GATHER_HUGETLB)
		return PAGEMAP_PAGE_HUGETLB;
	if (as == GATHER_ZERO)
		return PAGEMAP_PAGE_ZERO;
	return number == 0 ? PAGEMAP_PAGE_SPECIAL : PAGEMAP_PAGE_PRESENT;
}

static void keep_entry(struct gather *gather, uint64_t page, uint64_t entry,
		       uint32_t use, enum gather_as as)
{
	struct pagemap_page decoded =
		pagemap_decode_entry(entry, gather->swap_types);
	struct entry_run run = {
		.number = PAGEMAP_PFN_UNKNOWN,
		.bits = (uint16_t)decoded.bits,
		.state = (uint8_t)decoded.state,
		.swap_type = (uint8_t)decoded.swap_type,
	};

	if (decoded.state == PAGEMAP_PAGE_PRESENT) {
		run.number = decoded.pfn;
		run.state = (uint8_t)state_as(as, gather->frames_shown ?
					      entry & ENTRY_PFN_MASK : 1);
		if (as == GATHER_COUNTED || as == GATHER_HUGETLB)
			run.bits |= PAGEMAP_RUN_HUGE;
		run.bits |= (uint16_t)use;
	} else if (decoded.state == PAGEMAP_PAGE_SWAPPED &&
		   decoded.swap_offset) {
		run.number = decoded.swap_offset;
	}
	keep_page(gather, page, &run);
}

/* ---- Whose runs are kept ----------------------------------------------- */

static bool is_file(const struct pagemap_page_filter *filter,
		    const struct pagemap_mapping *mapping)
{
	bool path = filter->path && !strcmp(filter->path, mapping->path);

	if (!filter->inode)
		return path;
	/* Devices differ where a file system is laid over another. */
	return filter->inode == mapping->inode &&
	       (path || filter->dev == mapping->dev);
}

/* The pages of a mapping that stand for the filter's part of its file. */
static void find_kept(struct gather *gather,
		      const struct pagemap_mapping *mapping)
{
	const struct pagemap_page_filter *filter = gather->filter;
	uint32_t shift = gather->worker->snapshot->page_shift;
	uint64_t begin = mapping->offset_bytes >> shift;
	uint64_t end = begin + ((mapping->end_vaddr - mapping->start_vaddr)
				>> shift);
	uint64_t from = filter->offset_bytes >> shift, to = UINT64_MAX;
	uint64_t start_page = mapping->start_vaddr >> shift;

	gather->kept_from = gather->kept_to = 0;
	if (!is_file(filter, mapping))
		return;
	if (filter->size_bytes &&
	    filter->size_bytes - 1 <= UINT64_MAX - filter->offset_bytes)
		to = ((filter->offset_bytes + filter->size_bytes - 1) >> shift)
		     + 1;
	from = from > begin ? from : begin;
	to = to < end ? to : end;
	if (from >= to)
		return;
	gather->kept_from = start_page + (from - begin);
	gather->kept_to = start_page + (to - begin);
}

static bool is_kept(const struct gather *gather, uint64_t page, uint64_t entry)
{
	const struct pagemap_page_filter *filter = gather->filter;

	if (!filter)
		return true;
	if (filter->frame_count)
		return (entry & ENTRY_PRESENT) &&
		       (entry & ENTRY_PFN_MASK) - filter->first_pfn <
			       filter->frame_count;
	return page >= gather->kept_from && page < gather->kept_to;
}

/* ---- What is counted --------------------------------------------------- */

/* A page that may have other sharers. */
static void take_counted(struct gather *gather, uint64_t entry)
{
	uint64_t pfn = entry & ENTRY_PFN_MASK;
	bool anon = !(entry & ENTRY_FILE);

	if (pfn && pfn == gather->zero_frame) {
		gather->tally->zero++;
	} else if (pfn && pfn >> PACKED_NUMBER_BITS == 0) {
		add_frame(gather, pfn, anon);
	} else if (!gather->frames_shown) {
		gather->tally->unknown_pfn++;
		gather->tally->unknown_pfn_anon += anon;
	}
	/* Else it is no frame of RAM, so no memory of the process. */
}

static void take_hugetlb(struct gather *gather, uint64_t entry)
{
	if (entry & ENTRY_EXCLUSIVE)
		gather->tally->hugetlb_private++;
	else
		gather->tally->hugetlb_shared++;
}

/* By the kernel's word, where that is enough. */
static bool is_exclusive(const struct gather *gather, uint64_t entry)
{
	return (entry & ENTRY_EXCLUSIVE) &&
	       (gather->trusted & (entry & ENTRY_FILE ? TRUST_FILE
						      : TRUST_ANON));
}

static void take_present(struct gather *gather, uint64_t entry,
			 enum gather_as as)
{
	switch (as) {
	case GATHER_PLAIN:
		if (is_exclusive(gather, entry)) {
			if (entry & ENTRY_FILE)
				gather->tally->exclusive_file++;
			else
				gather->tally->exclusive_anon++;
			return;
		}
		take_counted(gather, entry);
		return;
	case GATHER_COUNTED:
		if (entry & ENTRY_FILE)
			gather->tally->file_thp++;
		else
			gather->tally->anon_thp++;
		/* Frames not shown: bit 56 is all there is. */
		if (!gather->frames_shown) {
			take_present(gather, entry, GATHER_PLAIN);
			return;
		}
		take_counted(gather, entry);
		return;
	case GATHER_HUGETLB:
		take_hugetlb(gather, entry);
		return;
	case GATHER_ZERO:
		gather->tally->zero++;
		return;
	}
}

static void take_swapped(struct gather *gather, uint64_t entry)
{
	struct pagemap_page page =
		pagemap_decode_entry(entry, gather->swap_types);
	uint64_t slot = (uint64_t)page.swap_type << SLOT_OFFSET_BITS |
			page.swap_offset;

	if (page.state == PAGEMAP_PAGE_MIGRATING) {
		/* In RSS, but where is not shown: read it again. */
		gather->moving++;
		return;
	}
	if (page.state != PAGEMAP_PAGE_SWAPPED)
		return;
	/* The first slot of an area is its header: this one is not shown. */
	if (!slot) {
		gather->tally->unknown_swap++;
		return;
	}
	/* Slots of neighbours rarely follow each other: one run a page. */
	if (!push_word(&gather->worker->swapped, pack_run(slot, 1, true)))
		gather->error = -ENOMEM;
}

void gather_entries(struct gather *gather, uint64_t first_page,
		    const uint64_t *entries, size_t count, enum gather_as as)
{
	const struct worker *worker = gather->worker;
	const uint32_t *uses = gather->keeps_uses ?
		worker->uses + (entries - worker->entries) : NULL;
	uint64_t any = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		uint64_t entry = entries[i];

		any |= entry;
		if (entry & ENTRY_PRESENT)
			take_present(gather, entry, as);
		else if (entry & ENTRY_SWAPPED)
			take_swapped(gather, entry);
		else
			gather->missing++;
		if (gather->keep_runs &&
		    (entry & (ENTRY_PRESENT | ENTRY_SWAPPED)) &&
		    is_kept(gather, first_page + i, entry))
			keep_entry(gather, first_page + i, entry,
				   uses ? uses[i] : 0, as);
	}
	if (!(any & (ENTRY_PRESENT | ENTRY_SWAPPED)))
		return;
	if (first_page < gather->first_page)
		gather->first_page = first_page;
	if (first_page + count > gather->last_page)
		gather->last_page = first_page + count;
}

void gather_zero(struct gather *gather, uint64_t first_page, uint64_t count)
{
	struct entry_run run = {
		.number = PAGEMAP_PFN_UNKNOWN,
		.state = PAGEMAP_PAGE_ZERO,
	};
	uint64_t i;

	gather->tally->zero += count;
	for (i = 0; gather->keep_runs && i < count; i++)
		if (is_kept(gather, first_page + i, 0))
			keep_page(gather, first_page + i, &run);
}

static void leave(struct gather *gather)
{
	struct pagemap_mapping *mapping = gather->mapping;
	const struct worker *worker = gather->worker;

	end_run(gather);
	if (!mapping)
		return;
	mapping->shared.count =
		(uint32_t)worker->shared.count - mapping->shared.first;
	mapping->swapped.count =
		(uint32_t)worker->swapped.count - mapping->swapped.first;
	mapping->runs.count =
		(uint32_t)worker->runs.count - mapping->runs.first;
}

void gather_enter(struct gather *gather, struct pagemap_mapping *mapping)
{
	const struct worker *worker = gather->worker;

	leave(gather);
	gather->mapping = mapping;
	if (!mapping)
		return;
	gather->tally = &mapping->tally;
	if (gather->keep_runs && gather->filter &&
	    !gather->filter->frame_count)
		find_kept(gather, mapping);
	mapping->shared.first = (uint32_t)worker->shared.count;
	mapping->swapped.first = (uint32_t)worker->swapped.count;
	mapping->runs.first = (uint32_t)worker->runs.count;
}

static void add_tally(struct tally *sum, const struct tally *more)
{
	sum->vss_pages += more->vss_pages;
	sum->exclusive_anon += more->exclusive_anon;
	sum->exclusive_file += more->exclusive_file;
	sum->unknown_pfn += more->unknown_pfn;
	sum->unknown_pfn_anon += more->unknown_pfn_anon;
	sum->unknown_swap += more->unknown_swap;
	sum->hugetlb_private += more->hugetlb_private;
	sum->hugetlb_shared += more->hugetlb_shared;
	sum->zero += more->zero;
	sum->anon_thp += more->anon_thp;
	sum->file_thp += more->file_thp;
}

static void *keep(struct gather *gather, const struct array *array,
		  size_t item_size, uint32_t *ret_count)
{
	*ret_count = (uint32_t)array->count;
	if (array->count > UINT32_MAX)
		return NULL;
	return arena_copy(&gather->worker->arena, array->items,
			  array->count * item_size);
}

/* The worker begins another array for the next process. */
static int keep_runs(struct worker *worker, struct pagemap_process *process)
{
	process_drop_runs(process);
	if (!worker->runs.count)
		return 0;
	if (worker->runs.count > UINT32_MAX)
		return -ENOMEM;
	array_shrink(&worker->runs, sizeof(struct entry_run));
	process->found = worker->runs.items;
	process->found_count = (uint32_t)worker->runs.count;
	worker->runs = (struct array){ 0 };
	return 0;
}

int gather_finish(struct gather *gather)
{
	struct pagemap_process *process = gather->process;
	struct worker *worker = gather->worker;
	size_t i;

	leave(gather);
	if (gather->error)
		return gather->error;
	for (i = 0; i < process->mapping_count; i++)
		add_tally(&process->tally, &process->mappings[i].tally);
	process->shared = keep(gather, &worker->shared, sizeof(uint64_t),
			       &process->shared_count);
	process->swapped = keep(gather, &worker->swapped, sizeof(uint64_t),
				&process->swapped_count);
	if (!process->shared || !process->swapped ||
	    keep_runs(worker, process))
		return -ENOMEM;
	if (worker_detail(worker, process) == PAGEMAP_DETAIL_PROCESSES) {
		process->mappings = NULL;
		process->mapping_count = 0;
	}
	process->layout = gather->last_page ?
		(gather->first_page * UINT64_C(0x9e3779b97f4a7c15)) ^
		gather->last_page : 0;
	return 0;
}
