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

/* What the census says of one frame of a run. */
static void set_sharers(const struct pagemap_snapshot *snapshot, uint64_t pfn,
			struct page_run *run)
{
	struct frame_piece piece;
	uint32_t sharers;

	/*
	 * Not in the table: exclusive by the kernel's own word, or a number
	 * that no RAM has, which figures leave out too.
	 */
	if (!frames_piece(snapshot->frames, pfn, 1, &piece)) {
		run->sharers = run->bits & PAGEMAP_RUN_EXCLUSIVE ? 1 : 0;
		run->sharers_high = run->sharers;
		if (!run->sharers && run->state == PAGEMAP_PAGE_PRESENT)
			run->state = PAGEMAP_PAGE_SPECIAL;
		return;
	}
	sharers = piece.counts ? *piece.counts : piece.uniform;
	/* Not counted: what the kernel's count holds is this one, not unseen. */
	if (!sharers && (run->bits & PAGEMAP_RUN_EXCLUSIVE)) {
		run->sharers = 1;
		run->sharers_high = 1;
		return;
	}
	if (frames_is_mark(sharers)) {
		run->state = sharers == (uint32_t)FRAMES_ZERO ?
			PAGEMAP_PAGE_ZERO :
			sharers == (uint32_t)FRAMES_HUGETLB ?
			PAGEMAP_PAGE_HUGETLB : PAGEMAP_PAGE_SPECIAL;
		sharers = 0;
	}
	run->sharers = sharers;
	run->sharers_high = sharers;
	if (sharers && snapshot->unseen_counts)
		run->sharers_high += snapshot->unseen_counts[piece.slot];
}

static bool alike(const struct page_run *a, const struct page_run *b)
{
	return a->flags == b->flags && a->sharers == b->sharers &&
	       a->sharers_high == b->sharers_high && a->state == b->state;
}

static int add_page(struct array *out, const struct page_run *whole,
		    uint32_t page, struct page_run *one)
{
	struct page_run *last = out->items;

	if (page) {
		last += out->count - 1;
		if (alike(last, one)) {
			last->count++;
			return 0;
		}
	}
	one->start_page = whole->start_page + page;
	one->count = 1;
	if (one->number != PAGEMAP_PFN_UNKNOWN)
		one->number = whole->number + page;
	last = array_push(out, sizeof(*last));
	if (!last)
		return -ENOMEM;
	*last = *one;
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
	if (source->ops->read_frames(source, FRAME_FLAGS, run->number,
				     &copy->flags, 1) != 1)
		copy->flags = PAGEMAP_FLAGS_UNKNOWN;
	set_sharers(snapshot, run->number, copy);
	return 0;
}

static int split_run(struct pagemap_source *source,
		     const struct pagemap_snapshot *snapshot,
		     const struct page_run *run, struct array *out)
{
	uint64_t flags[BATCH];
	uint32_t page;
	ssize_t got = 0;
	int err = 0;

	for (page = 0; page < run->count && !err; page++) {
		uint32_t at = page % BATCH, rest = run->count - page;
		uint64_t pfn = run->number + page;
		struct page_run one = *run;

		if (!at)
			got = source->ops->read_frames(source, FRAME_FLAGS,
				pfn, flags, rest < BATCH ? rest : BATCH);
		one.flags = (ssize_t)at < got ? flags[at]
					      : PAGEMAP_FLAGS_UNKNOWN;
		set_sharers(snapshot, pfn, &one);
		err = add_page(out, run, page, &one);
	}
	return err;
}

static int split_slice(struct pagemap_source *source,
		       const struct pagemap_process *process,
		       struct slice *slice, struct array *out)
{
	const struct page_run *runs = process->runs + slice->first;
	uint32_t i, first = (uint32_t)out->count;
	int err = 0;

	for (i = 0; i < slice->count && !err; i++) {
		struct page_run *copy;

		if (runs[i].bits & PAGEMAP_RUN_SAME_FRAME) {
			err = keep_same(source, process->snapshot, &runs[i],
					out);
			continue;
		}
		if (has_frame(&runs[i])) {
			err = split_run(source, process->snapshot, &runs[i],
					out);
			continue;
		}
		copy = array_push(out, sizeof(*copy));
		if (!copy)
			return -ENOMEM;
		*copy = runs[i];
		copy->flags = PAGEMAP_FLAGS_UNKNOWN;
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
	if (!err) {
		process->runs = arena_copy(&snapshot->arena, out.items,
					   out.count * sizeof(struct page_run));
		process->run_count = (uint32_t)out.count;
		err = process->runs ? 0 : -ENOMEM;
	}
	array_free(&out);
	return err;
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
