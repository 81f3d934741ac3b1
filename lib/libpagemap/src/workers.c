/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Worker threads: items are taken one by one by whoever is free, each worker
 * has buffers and an arena of its own, and nothing is shared but the counter.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "engine.h"

#define MAX_THREADS 64

/* Starting a thread costs as much as reading a few processes. */
#define ITEMS_WORTH_A_THREAD 8

struct crew {
	atomic_size_t next;
	atomic_int error;
	size_t count;
	work_fn work;
	void *context;
};

struct hand {
	struct worker worker;
	struct crew *crew;
	pthread_t thread;
};

static uint64_t thread_cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void *hand_main(void *argument)
{
	struct hand *hand = argument;
	struct crew *crew = hand->crew;
	uint64_t begin = thread_cpu_ns();
	size_t item;

	while (!atomic_load_explicit(&crew->error, memory_order_relaxed) &&
	       (item = atomic_fetch_add(&crew->next, 1)) < crew->count) {
		int err = crew->work(&hand->worker, item, crew->context);

		if (err)
			atomic_store(&crew->error, err);
	}
	hand->worker.cpu_ns = thread_cpu_ns() - begin;
	return NULL;
}

static void worker_finish(struct worker *worker)
{
	struct pagemap_snapshot *snapshot = worker->snapshot;

	arena_join(&snapshot->arena, &worker->arena);
	snapshot->cpu_ns += worker->cpu_ns;
	buffer_free(&worker->text);
	buffer_free(&worker->link);
	array_free(&worker->shared);
	array_free(&worker->swapped);
	array_free(&worker->runs);
	array_free(&worker->mappings);
	free(worker->entries);
	free(worker->uses);
}

static size_t thread_count(const struct pagemap_snapshot *snapshot,
			   size_t items)
{
	size_t threads = snapshot->threads;
	cpu_set_t cpus;

	if (!threads)
		threads = sched_getaffinity(0, sizeof(cpus), &cpus) ? 1 :
			  (size_t)CPU_COUNT(&cpus);
	if (threads > items / ITEMS_WORTH_A_THREAD + 1)
		threads = items / ITEMS_WORTH_A_THREAD + 1;
	return threads > MAX_THREADS ? MAX_THREADS : threads;
}

int workers_run(struct pagemap_source *source,
		struct pagemap_snapshot *snapshot, const struct engine *engine,
		size_t count, work_fn work, void *context)
{
	struct crew crew = { .count = count, .work = work, .context = context };
	size_t i, started, threads = thread_count(snapshot, count);
	struct hand *hands = calloc(threads, sizeof(*hands));

	if (!hands)
		return -ENOMEM;
	for (i = 0; i < threads; i++) {
		hands[i].crew = &crew;
		hands[i].worker.source = source;
		hands[i].worker.snapshot = snapshot;
		hands[i].worker.engine = engine;
	}
	/* A thread that does not start is one hand less, no more. */
	for (started = 1; started < threads; started++)
		if (pthread_create(&hands[started].thread, NULL, hand_main,
				   &hands[started]))
			break;
	hand_main(&hands[0]);
	for (i = 1; i < started; i++)
		pthread_join(hands[i].thread, NULL);
	for (i = 0; i < threads; i++)
		worker_finish(&hands[i].worker);
	free(hands);
	return atomic_load(&crew.error);
}
