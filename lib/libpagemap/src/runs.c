/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs of pages with what is known of their frames: split when a snapshot is
 * settled, so that a run is alike in flags and sharers too; the iterator over
 * them, and looking one frame up.
 */
#include <errno.h>
#include <stdlib.h>

#include "buffer.h"
#include "census.h"
#include "engine.h"
#include "frames.h"

#define FLAG(bit) (UINT64_C(1) << PAGEMAP_FLAG_##bit)
#define BATCH 512

static bool has_frame(const struct page_run *run)
{
	return run->number != PAGEMAP_PFN_UNKNOWN &&
	       run->state != PAGEMAP_PAGE_SWAPPED;
}

/* What a mark in place of a count says of a frame. */
static enum pagemap_page_state state_of_mark(uint32_t mark)
{
	if (mark == (uint32_t)FRAMES_ZERO)
		return PAGEMAP_PAGE_ZERO;
	return mark == (uint32_t)FRAMES_HUGETLB ? PAGEMAP_PAGE_HUGETLB
						: PAGEMAP_PAGE_SPECIAL;
}

/*
 * What the census says of a frame of a run, and of how many from it on, at most
 * limit, it says that at once.
 */
static uint32_t set_sharers(const struct pagemap_snapshot *snapshot,
			    uint64_t pfn, uint32_t limit, struct page_run *run)
{
	struct frame_piece piece;
	uint32_t sharers, count;

	/*
	 * Not in the table: exclusive by the kernel's own word, or a number
	 * that no RAM has, which figures leave out too.
	 */
	if (!frames_piece(snapshot->frames, pfn, limit, &piece)) {
		run->sharers = run->bits & PAGEMAP_RUN_EXCLUSIVE ? 1 : 0;
		run->sharers_high = run->sharers;
		if (!run->sharers && run->state == PAGEMAP_PAGE_PRESENT)
			run->state = PAGEMAP_PAGE_SPECIAL;
		return piece.count;
	}
	count = piece.counts ? 1 : piece.count;
	sharers = piece.counts ? *piece.counts : piece.uniform;
	/* Not counted: what the kernel's count holds is this one, not unseen. */
	if (!sharers && (run->bits & PAGEMAP_RUN_EXCLUSIVE)) {
		run->sharers = 1;
		run->sharers_high = 1;
		return count;
	}
	if (frames_is_mark(sharers)) {
		run->state = (uint8_t)state_of_mark(sharers);
		sharers = 0;
	}
	run->sharers = sharers;
	run->sharers_high = sharers;
	if (sharers && snapshot->unseen_counts)
		run->sharers_high += snapshot->unseen_counts[piece.slot];
	return count;
}

static bool alike(const struct page_run *a, const struct page_run *b)
{
	return a->flags == b->flags && a->sharers == b->sharers &&
	       a->sharers_high == b->sharers_high && a->state == b->state;
}

static int add_pages(struct array *out, const struct page_run *whole,
		     uint32_t page, uint32_t count, const struct page_run *some)
{
	struct page_run *last = out->items;

	if (page) {
		last += out->count - 1;
		if (alike(last, some)) {
			last->count += count;
			return 0;
		}
	}
	last = array_push(out, sizeof(*last));
	if (!last)
		return -ENOMEM;
	*last = *some;
	last->start_page = whole->start_page + page;
	last->count = count;
	if (whole->number != PAGEMAP_PFN_UNKNOWN)
		last->number = whole->number + page;
	return 0;
}

/* A run of one frame: what is known of it holds for all. */
static int keep_same(struct pagemap_source *source,
		     const struct pagemap_snapshot *snapshot,
		     const struct page_run *run, struct array *out)
{
	struct page_run *copy = array_push(out, sizeof(*copy));

	if (!copy)
		return -ENOMEM;
	*copy = *run;
	if (snapshot->no_flags ||
	    source->ops->read_frames(source, FRAME_FLAGS, run->number,
				     &copy->flags, 1) != 1)
		copy->flags = PAGEMAP_FLAGS_UNKNOWN;
	set_sharers(snapshot, run->number, 1, copy);
	return 0;
}

/* Flags of a run's frames, read some at a time. */
struct flags_read {
	struct pagemap_source *source;
	uint32_t first;			/* page of the run */
	uint32_t count;
	ssize_t got;
	uint64_t flags[BATCH];
};

/* How many pages of a run from one on, at most limit, have the same flags. */
static uint32_t span_of_flags(struct flags_read *read,
			      const struct page_run *run, uint32_t page,
			      uint32_t limit, uint64_t *ret_flags)
{
	uint32_t at, i = 1;

	if (page - read->first >= read->count) {
		read->first = page;
		read->count = run->count - page < BATCH ? run->count - page
							: BATCH;
		read->got = read->source->ops->read_frames(read->source,
			FRAME_FLAGS, run->number + page, read->flags,
			read->count);
	}
	at = page - read->first;
	if (limit > read->count - at)
		limit = read->count - at;
	*ret_flags = PAGEMAP_FLAGS_UNKNOWN;
	if (read->got < 0 || at >= (size_t)read->got)
		return limit;
	*ret_flags = read->flags[at];
	while (i < limit && at + i < (size_t)read->got &&
	       read->flags[at + i] == *ret_flags)
		i++;
	return i;
}

static int split_run(struct pagemap_source *source,
		     const struct pagemap_snapshot *snapshot,
		     const struct page_run *run, struct array *out)
{
	struct flags_read read;
	struct page_run some = *run;
	uint32_t page, count, left = 0;
	int err = 0;

	read.source = source;
	read.first = read.count = 0;
	for (page = 0; page < run->count && !err; page += count) {
		if (!left) {
			some.state = run->state;
			left = set_sharers(snapshot, run->number + page,
					   run->count - page, &some);
		}
		count = left;
		if (!snapshot->no_flags)
			count = span_of_flags(&read, run, page, left,
					      &some.flags);
		left -= count;
		err = add_pages(out, run, page, count, &some);
	}
	return err;
}

static struct page_run page_run_of(const struct entry_run *found)
{
	return (struct page_run){
		.start_page = found->start_page,
		.number = found->number,
		.flags = PAGEMAP_FLAGS_UNKNOWN,
		.count = found->count,
		.bits = found->bits,
		.state = found->state,
		.swap_type = found->swap_type,
	};
}

static int split_slice(struct pagemap_source *source,
		       const struct pagemap_process *process,
		       struct slice *slice, struct array *out)
{
	const struct entry_run *found = process->found + slice->first;
	uint32_t i, first = (uint32_t)out->count;
	int err = 0;

	for (i = 0; i < slice->count && !err; i++) {
		struct page_run *copy, run = page_run_of(&found[i]);

		if (run.bits & PAGEMAP_RUN_SAME_FRAME) {
			err = keep_same(source, process->snapshot, &run, out);
			continue;
		}
		if (has_frame(&run)) {
			err = split_run(source, process->snapshot, &run, out);
			continue;
		}
		copy = array_push(out, sizeof(*copy));
		if (!copy)
			return -ENOMEM;
		*copy = run;
		/* Its frame is not shown, but that it is its own. */
		if (copy->state == PAGEMAP_PAGE_PRESENT &&
		    copy->bits & PAGEMAP_RUN_EXCLUSIVE)
			copy->sharers = copy->sharers_high = 1;
	}
	slice->first = first;
	slice->count = (uint32_t)out->count - first;
	return err;
}

static int split_process(struct pagemap_source *source,
			 struct pagemap_snapshot *snapshot,
			 struct pagemap_process *process)
{
	struct array out = { 0 };
	size_t i;
	int err = 0;

	process->snapshot = snapshot;
	for (i = 0; i < process->mapping_count && !err; i++)
		err = split_slice(source, process, &process->mappings[i].runs,
				  &out);
	if (!err && out.count > UINT32_MAX)
		err = -E2BIG;
	process_drop_runs(process);
	if (err || !out.count) {
		array_free(&out);
		return err;
	}
	array_shrink(&out, sizeof(struct page_run));
	process->runs = out.items;
	process->run_count = (uint32_t)out.count;
	return 0;
}

/* The pages of processes that were not asked for are of no interest. */
int runs_settle(struct pagemap_source *source,
		struct pagemap_snapshot *snapshot)
{
	size_t i;
	int err = 0;

	for (i = 0; i < snapshot->process_count && !err; i++) {
		struct pagemap_process *process = &snapshot->processes[i];

		if (!process->ended && process_is_measured(process) &&
		    process_is_wanted(snapshot, process))
			err = split_process(source, snapshot, process);
	}
	return err;
}

int pagemap_snapshot_frame(const struct pagemap_snapshot *snapshot,
			   uint64_t pfn, struct pagemap_frame *ret_frame)
{
	struct frame_piece piece;
	uint32_t sharers;

	if (!snapshot->frames)
		return -ENOTSUP;
	if (!frames_piece(snapshot->frames, pfn, 1, &piece))
		return -ENOENT;
	sharers = piece.counts ? *piece.counts : piece.uniform;
	if (!sharers || frames_is_mark(sharers))
		return -ENOENT;
	*ret_frame = (struct pagemap_frame){
		.pfn = pfn,
		.sharers = sharers,
		.sharers_high = sharers + (snapshot->unseen_counts ?
				snapshot->unseen_counts[piece.slot] : 0),
	};
	return 0;
}

int pagemap_run_iter_init(struct pagemap_run_iter *iter,
			  const struct pagemap_mapping *mapping)
{
	if (mapping->process->snapshot->detail != PAGEMAP_DETAIL_PAGES)
		return -ENOTSUP;
	*iter = (struct pagemap_run_iter){ .mapping = mapping };
	return 0;
}

int pagemap_run_iter_next(struct pagemap_run_iter *iter,
			  struct pagemap_run *ret_run)
{
	const struct pagemap_mapping *mapping = iter->mapping;
	const struct pagemap_process *process = mapping->process;
	const struct page_run *run;

	if (iter->next_run >= mapping->runs.count)
		return 0;
	run = &process->runs[mapping->runs.first + iter->next_run++];
	*ret_run = (struct pagemap_run){
		.start_vaddr = run->start_page
			       << process->snapshot->page_shift,
		.page_count = run->count,
		.pfn = PAGEMAP_PFN_UNKNOWN,
		.bits = run->bits,
		.flags = run->flags,
		.sharers = run->sharers,
		.sharers_high = run->sharers_high,
		.state = (enum pagemap_page_state)run->state,
	};
	if (run->state == PAGEMAP_PAGE_SWAPPED) {
		ret_run->swap_offset = run->number == PAGEMAP_PFN_UNKNOWN ? 0 :
				       run->number;
		ret_run->swap_type = run->swap_type;
	} else {
		ret_run->pfn = run->number;
	}
	return 1;
}
