/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The largest processes without measuring the rest: no PSS is above its RSS,
 * and statm tells the RSS for little.  So processes are measured by falling
 * RSS until the next one's RSS is below the smallest PSS still in the list;
 * that is exact, and the rest is marked as skipped.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "engine.h"

struct top {
	pthread_mutex_t lock;
	uint64_t *heap;			/* the largest PSS so far, least first */
	size_t count;
	size_t capacity;
	struct pagemap_process **order;	/* by falling RSS */
	size_t order_count;
};

static int read_rss(struct worker *worker, size_t item, void *context)
{
	struct pagemap_process *process = &worker->snapshot->processes[item];
	struct process_ref ref = { .pid = process->pid, .dir_fd = -1 };
	uint32_t shift = worker->snapshot->page_shift;
	int err = statm_read(worker, &ref, process);

	(void)context;
	if (err == -ENOMEM || err == -EMFILE || err == -ENFILE)
		return err;
	process->status = PAGEMAP_STATUS_SKIPPED;
	if (err || !process->statm.size_pages) {
		process->ended = true;
		process->status = err ? PAGEMAP_STATUS_VANISHED
				      : PAGEMAP_STATUS_NO_MEMORY;
		return 0;
	}
	figures_set(&process->figures, PAGEMAP_VSS,
		    process->statm.size_pages << shift);
	figures_set(&process->figures, PAGEMAP_RSS,
		    process->statm.resident_pages << shift);
	process->figures.missing_reason = PAGEMAP_REASON_NOT_ASKED;
	return 0;
}

static void sift_down(uint64_t *heap, size_t count, size_t at)
{
	for (;;) {
		size_t child = at * 2 + 1;
		uint64_t value = heap[at];

		if (child >= count)
			return;
		if (child + 1 < count && heap[child + 1] < heap[child])
			child++;
		if (heap[child] >= value)
			return;
		heap[at] = heap[child];
		heap[child] = value;
		at = child;
	}
}

static void heap_push(struct top *top, uint64_t pss)
{
	size_t at;

	if (top->count == top->capacity) {
		if (pss <= top->heap[0])
			return;
		top->heap[0] = pss;
		sift_down(top->heap, top->count, 0);
		return;
	}
	at = top->count++;
	top->heap[at] = pss;
	while (at && top->heap[(at - 1) / 2] > top->heap[at]) {
		uint64_t swap = top->heap[at];

		top->heap[at] = top->heap[(at - 1) / 2];
		top->heap[(at - 1) / 2] = swap;
		at = (at - 1) / 2;
	}
}

static int measure(struct worker *worker, size_t item, void *context)
{
	struct top *top = context;
	struct pagemap_process *process = top->order[item];
	uint64_t rss = process->statm.resident_pages
		       << worker->snapshot->page_shift;
	bool enough;
	int err;

	if (process->status != PAGEMAP_STATUS_SKIPPED)
		return 0;
	pthread_mutex_lock(&top->lock);
	enough = top->count == top->capacity && rss < top->heap[0];
	pthread_mutex_unlock(&top->lock);
	if (enough)
		return 0;
	err = process_read(worker, process);
	if (err || !process_is_measured(process))
		return err;
	pthread_mutex_lock(&top->lock);
	heap_push(top, process->figures.bytes[PAGEMAP_PSS]);
	pthread_mutex_unlock(&top->lock);
	return 0;
}

static int by_rss(const void *a, const void *b)
{
	const struct pagemap_process *x = *(struct pagemap_process *const *)a;
	const struct pagemap_process *y = *(struct pagemap_process *const *)b;

	if (x->statm.resident_pages != y->statm.resident_pages)
		return x->statm.resident_pages > y->statm.resident_pages ? -1
									 : 1;
	return x->pid < y->pid ? -1 : 1;
}

static int measure_largest(struct pagemap_source *source,
			   struct pagemap_snapshot *snapshot,
			   const struct engine *engine, struct top *top)
{
	size_t i;

	for (i = 0; i < snapshot->process_count; i++)
		if (!snapshot->processes[i].ended)
			top->order[top->order_count++] =
				&snapshot->processes[i];
	qsort(top->order, top->order_count, sizeof(top->order[0]), by_rss);
	return workers_run(source, snapshot, engine, top->order_count, measure,
			   top);
}

/* Processes that turned out to be another's mm do not count for the top. */
static size_t merged_count(const struct pagemap_snapshot *snapshot)
{
	size_t i, count = 0;

	for (i = 0; i < snapshot->process_count; i++)
		count += snapshot->processes[i].merged;
	return count;
}

int top_read(struct pagemap_source *source, struct pagemap_snapshot *snapshot,
	     const struct engine *engine)
{
	struct top top = { .lock = PTHREAD_MUTEX_INITIALIZER };
	size_t merged = 0, more;
	int err = workers_run(source, snapshot, engine,
			      snapshot->process_count, read_rss, NULL);

	top.capacity = snapshot->top_count < snapshot->process_count + 1 ?
		       snapshot->top_count : snapshot->process_count + 1;
	top.order = calloc(snapshot->process_count + 1, sizeof(top.order[0]));
	while (!err) {
		uint64_t *heap = reallocarray(top.heap, top.capacity,
					      sizeof(heap[0]));

		top.heap = heap ? heap : top.heap;
		err = heap && top.order ? 0 : -ENOMEM;
		if (!err)
			err = measure_largest(source, snapshot, engine, &top);
		if (!err)
			err = same_mm_merge(source, snapshot);
		more = merged_count(snapshot) - merged;
		if (err || !more)
			break;
		/* Each merged one took a place: look that much further. */
		merged += more;
		top.capacity += more;
		top.order_count = 0;
	}
	free(top.heap);
	free(top.order);
	return err;
}
