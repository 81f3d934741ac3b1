/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Processes that share an mm (CLONE_VM, vfork) are one: found by kcmp on a
 * running kernel, by their pages in a saved tree.  Only processes with the
 * same layout of addresses are compared, since few have one.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"

struct candidate {
	struct pagemap_process *process;
	struct pagemap_source *source;
	uint64_t content;		/* saved trees: of its pages; 0 none */
};

static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 29;
}

static int by_layout(const void *a, const void *b)
{
	const struct pagemap_process *x = ((const struct candidate *)a)->process;
	const struct pagemap_process *y = ((const struct candidate *)b)->process;

	if (x->layout != y->layout)
		return x->layout < y->layout ? -1 : 1;
	return x->pid < y->pid ? -1 : 1;
}

/* An order in which equal mms are neighbours, the lower pid first. */
static int by_mm(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	int order = x->source->ops->compare_mm(x->source, x->process->pid,
					       y->process->pid);

	if (order == 1 || order == 2)
		return order == 1 ? -1 : 1;
	return x->process->pid < y->process->pid ? -1 : 1;
}

static int by_content(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->content != y->content)
		return x->content < y->content ? -1 : 1;
	return x->process->pid < y->process->pid ? -1 : 1;
}

static bool same_mm(const struct candidate *a, const struct candidate *b)
{
	if (a->source->kind == PAGEMAP_SOURCE_TREE)
		return a->content && a->content == b->content;
	return a->source->ops->compare_mm(a->source, a->process->pid,
					  b->process->pid) == 0;
}

/*
 * A hash of all entries; 0 where no page is exclusive: a forked child that
 * touched nothing looks the same, and is not the same mm.
 */
static uint64_t hash_pages(struct pagemap_source *source,
			   const struct pages_file *pages)
{
	struct scan scan = { .end_page = INT64_MAX / 8 };
	uint64_t entries[512], hash = 1;
	struct extent extent;
	bool exclusive = false;

	while (source->ops->scan(source, pages, &scan, &extent, 1) == 1) {
		uint64_t page = extent.start_page;

		hash = mix(hash, page);
		while (page < extent.end_page) {
			uint64_t want = extent.end_page - page;
			ssize_t i, got = source->ops->read_entries(pages, page,
				entries, want < 512 ? (size_t)want : 512);

			for (i = 0; i < got; i++) {
				hash = mix(hash, entries[i]);
				exclusive |= pagemap_decode_entry(entries[i],
						0).bits & PAGEMAP_RUN_EXCLUSIVE;
			}
			if (got <= 0)
				break;
			page += (uint64_t)got;
		}
	}
	return exclusive ? hash : 0;
}

static void find_content(struct candidate *candidate)
{
	struct pagemap_source *source = candidate->source;
	struct process_ref ref = {
		.pid = candidate->process->pid, .dir_fd = -1,
	};
	struct buffer text = { 0 };
	struct pages_file pages;
	size_t i;

	if (source->ops->open_pages(source, &ref, &pages))
		return;
	candidate->content = hash_pages(source, &pages);
	source->ops->close_pages(&pages);
	if (candidate->content &&
	    !source->ops->read_text(source, &ref, "maps", &text))
		for (i = 0; i < text.size; i++)
			candidate->content = mix(candidate->content,
						 (unsigned char)text.data[i]);
	buffer_free(&text);
}

/* Of two, the one that was asked for, or else whose runs are kept. */
static int rank_of(const struct pagemap_snapshot *snapshot, pid_t pid)
{
	return 2 * snapshot_names_pid(snapshot, pid) +
	       snapshot_keeps_runs_of(snapshot, pid);
}

/* The one that leads is the first of the highest rank. */
static int join(struct pagemap_snapshot *snapshot,
		const struct candidate *first, size_t count)
{
	struct pagemap_process *lead = first[0].process;
	pid_t *pids = arena_alloc(&snapshot->arena, count * sizeof(pid_t));
	size_t i, at = 1;

	if (!pids)
		return -ENOMEM;
	for (i = 1; i < count; i++)
		if (rank_of(snapshot, first[i].process->pid) >
		    rank_of(snapshot, lead->pid))
			lead = first[i].process;
	pids[0] = lead->pid;
	for (i = 0; i < count; i++) {
		if (first[i].process == lead)
			continue;
		pids[at++] = first[i].process->pid;
		first[i].process->ended = true;
		first[i].process->merged = true;
	}
	lead->mm_pids = pids;
	lead->mm_pid_count = count;
	return 0;
}

static int merge_layout(struct pagemap_snapshot *snapshot,
			struct candidate *first, size_t count)
{
	size_t i, next;
	int err = 0;

	if (first->source->kind == PAGEMAP_SOURCE_TREE)
		for (i = 0; i < count; i++)
			find_content(&first[i]);
	qsort(first, count, sizeof(*first),
	      first->source->kind == PAGEMAP_SOURCE_TREE ? by_content : by_mm);
	for (i = 0; i < count && !err; i = next) {
		for (next = i + 1; next < count; next++)
			if (!same_mm(&first[i], &first[next]))
				break;
		if (next - i > 1)
			err = join(snapshot, &first[i], next - i);
	}
	return err;
}

/* It may be called again when more processes have been read. */
static void undo_merges(struct pagemap_snapshot *snapshot)
{
	size_t i;

	for (i = 0; i < snapshot->process_count; i++) {
		struct pagemap_process *process = &snapshot->processes[i];

		if (process->merged)
			process->ended = false;
		process->merged = false;
		process->mm_pids = NULL;
		process->mm_pid_count = 0;
	}
}

int same_mm_merge(struct pagemap_source *source,
		  struct pagemap_snapshot *snapshot)
{
	struct candidate *candidates;
	size_t i, next, count = 0;
	int err = 0;

	candidates = calloc(snapshot->process_count + 1, sizeof(*candidates));
	if (!candidates)
		return -ENOMEM;
	undo_merges(snapshot);
	for (i = 0; i < snapshot->process_count; i++) {
		struct pagemap_process *process = &snapshot->processes[i];

		if (process->ended || !process_is_measured(process) ||
		    !process->layout)
			continue;
		candidates[count].process = process;
		candidates[count++].source = source;
	}
	qsort(candidates, count, sizeof(*candidates), by_layout);
	for (i = 0; i < count && !err; i = next) {
		for (next = i + 1; next < count; next++)
			if (candidates[next].process->layout !=
			    candidates[i].process->layout)
				break;
		if (next - i > 1)
			err = merge_layout(snapshot, &candidates[i], next - i);
	}
	free(candidates);
	return err;
}
