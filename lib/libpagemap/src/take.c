/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Taking a snapshot: which engine, which processes, the order of the steps.
 * What each step does lives in the engines and in the files they share.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine.h"
#include "frames.h"

#define BIT(metric) PAGEMAP_METRIC_BIT(metric)

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static bool has_pid(const pid_t *pids, size_t count, pid_t pid)
{
	return pids && bsearch(&pid, pids, count, sizeof(pid_t), array_compare_pids);
}

bool snapshot_names_pid(const struct pagemap_snapshot *snapshot, pid_t pid)
{
	return has_pid(snapshot->pids, snapshot->pid_count, pid);
}

bool snapshot_keeps_runs_of(const struct pagemap_snapshot *snapshot, pid_t pid)
{
	const struct pagemap_page_filter *filter = snapshot->filter;

	return !filter || !filter->pid_count ||
	       has_pid(filter->pids, filter->pid_count, pid);
}

/* A copy of pids, rising, each once; *count: how many.  NULL: no memory. */
static pid_t *copy_pids(struct pagemap_snapshot *snapshot, const pid_t *pids,
			size_t *count)
{
	pid_t *kept = arena_copy(&snapshot->arena, pids,
				 *count * sizeof(pid_t));
	size_t i, n = 0;

	if (!kept)
		return NULL;
	qsort(kept, *count, sizeof(pid_t), array_compare_pids);
	for (i = 0; i < *count; i++)
		if (!n || kept[n - 1] != kept[i])
			kept[n++] = kept[i];
	*count = n;
	return kept;
}

/* The pids asked for. */
static int keep_pids(struct pagemap_snapshot *snapshot, const pid_t *pids,
		     size_t count)
{
	if (!pids)
		return 0;
	snapshot->pids = copy_pids(snapshot, pids, &count);
	snapshot->pid_count = count;
	return snapshot->pids ? 0 : -ENOMEM;
}

/* A copy, whose path and pids are copies too. */
static int keep_filter(struct pagemap_snapshot *snapshot,
		       const struct pagemap_page_filter *filter)
{
	struct pagemap_page_filter *copy;

	if (!filter)
		return 0;
	copy = arena_copy(&snapshot->arena, filter, sizeof(*filter));
	if (copy && filter->path)
		copy->path = arena_string(&snapshot->arena, filter->path,
					  strlen(filter->path));
	if (copy && filter->pid_count)
		copy->pids = copy_pids(snapshot, filter->pids,
				       &copy->pid_count);
	snapshot->filter = copy;
	return copy && !copy->path == !filter->path &&
	       !copy->pids == !filter->pids ? 0 : -ENOMEM;
}

static bool census_can_see(struct pagemap_source *source)
{
	return pagemap_source_has_feature(source, PAGEMAP_FEATURE_PFN);
}

/* The kernel's figures where exact and enough, the census elsewhere. */
static enum pagemap_engine choose_engine(struct pagemap_source *source,
					 const struct pagemap_snapshot *snapshot)
{
	if (snapshot->detail == PAGEMAP_DETAIL_PAGES)
		return PAGEMAP_ENGINE_CENSUS;
	if (snapshot->frames_detail)
		return PAGEMAP_ENGINE_CENSUS;
	if ((snapshot->groups || snapshot->gentle) && census_can_see(source))
		return PAGEMAP_ENGINE_CENSUS;
	if (!pagemap_source_has_feature(source, PAGEMAP_FEATURE_SMAPS_ROLLUP) &&
	    !pagemap_source_has_feature(source, PAGEMAP_FEATURE_SMAPS))
		return census_can_see(source) ? PAGEMAP_ENGINE_CENSUS
					      : PAGEMAP_ENGINE_KERNEL;
	if (!pagemap_source_has_feature(source,
					PAGEMAP_FEATURE_PRECISE_COUNTS) &&
	    census_can_see(source))
		return PAGEMAP_ENGINE_CENSUS;
	return PAGEMAP_ENGINE_KERNEL;
}

/* There are runs to be kept, and it says of what. */
static bool filter_fits(const struct pagemap_snapshot_opts *opts)
{
	const struct pagemap_page_filter *filter = opts->pages;

	return !filter || (opts->detail == PAGEMAP_DETAIL_PAGES &&
			   (filter->frame_count || filter->path ||
			    filter->inode || filter->pid_count) &&
			   (filter->pids || !filter->pid_count));
}

static int read_options(struct pagemap_snapshot *snapshot,
			const struct pagemap_snapshot_opts *opts)
{
	static const struct pagemap_snapshot_opts defaults = {
		.size = sizeof(defaults),
	};

	if (!opts)
		opts = &defaults;
	if (opts->size != sizeof(*opts) ||
	    (unsigned int)opts->engine > PAGEMAP_ENGINE_CENSUS ||
	    (unsigned int)opts->detail > PAGEMAP_DETAIL_PAGES ||
	    (unsigned int)opts->frames > PAGEMAP_FRAMES_ALL ||
	    (opts->pids && !opts->pid_count) ||
	    (opts->alone && !opts->pids) || !filter_fits(opts))
		return -EINVAL;
	snapshot->engine = opts->engine;
	snapshot->detail = opts->detail;
	snapshot->metrics = opts->metrics ? opts->metrics
					  : PAGEMAP_METRICS_SIZES;
	snapshot->identity = opts->identity;
	snapshot->threads = opts->threads;
	snapshot->gentle = opts->gentle;
	snapshot->groups = opts->groups;
	snapshot->top_count = opts->top_count;
	snapshot->frames_detail = opts->frames;
	snapshot->alone = opts->alone;
	snapshot->no_flags = opts->no_flags;
	if (keep_filter(snapshot, opts->pages))
		return -ENOMEM;
	return keep_pids(snapshot, opts->pids, opts->pid_count);
}

static int add_process(struct array *list, pid_t pid)
{
	struct pagemap_process *process = array_push(list, sizeof(*process));

	if (!process)
		return -ENOMEM;
	process->pid = pid;
	process->ppid = -1;
	process->session = -1;
	process->uid = (uid_t)-1;
	process->start_time_ns = UINT64_MAX;
	return 0;
}

int snapshot_list_processes(struct pagemap_source *source,
			    struct pagemap_snapshot *snapshot)
{
	bool only = snapshot->pids &&
		    (snapshot->alone ||
		     snapshot->engine == PAGEMAP_ENGINE_KERNEL);
	struct array list = { 0 };
	size_t named = 0;
	pid_t pid = 0;
	int err = 0;

	while (!err && !only &&
	       (err = source->ops->next_pid(source, &pid)) == 1) {
		/* Named ones that are not listed are reported as gone. */
		err = 0;
		for (; !err && named < snapshot->pid_count &&
		       snapshot->pids[named] <= pid; named++)
			if (snapshot->pids[named] < pid)
				err = add_process(&list, snapshot->pids[named]);
		if (!err)
			err = add_process(&list, pid);
	}
	for (; !err && named < snapshot->pid_count; named++)
		err = add_process(&list, snapshot->pids[named]);
	snapshot->processes = list.items;
	snapshot->process_count = list.count;
	return err;
}

static int read_one(struct worker *worker, size_t item, void *context)
{
	(void)context;
	return process_read(worker, &worker->snapshot->processes[item]);
}

static bool reads_only_the_top(const struct pagemap_snapshot *snapshot)
{
	return snapshot->top_count && !snapshot->pids &&
	       snapshot->engine == PAGEMAP_ENGINE_KERNEL &&
	       snapshot->detail == PAGEMAP_DETAIL_PROCESSES;
}

static int read_processes(struct pagemap_source *source,
			  struct pagemap_snapshot *snapshot,
			  const struct engine *engine)
{
	int err;

	if (reads_only_the_top(snapshot))
		return top_read(source, snapshot, engine);
	err = workers_run(source, snapshot, engine, snapshot->process_count,
			  read_one, NULL);
	return err ? err : same_mm_merge(source, snapshot);
}

void process_drop_runs(struct pagemap_process *process)
{
	free(process->found);
	free(process->runs);
	process->found = NULL;
	process->runs = NULL;
	process->found_count = process->run_count = 0;
}

bool process_is_wanted(const struct pagemap_snapshot *snapshot,
		       const struct pagemap_process *process)
{
	size_t i;

	if (process->ended)
		return false;
	if (!snapshot->pids || snapshot_names_pid(snapshot, process->pid))
		return true;
	for (i = 0; i < process->mm_pid_count; i++)
		if (snapshot_names_pid(snapshot, process->mm_pids[i]))
			return true;
	return false;
}

/* Leaves out what ended, was merged or was read for its frames alone. */
static void compact(struct pagemap_snapshot *snapshot)
{
	struct pagemap_process *all = snapshot->processes;
	size_t i, kept = 0;

	for (i = 0; i < snapshot->process_count; i++) {
		if (all[i].ended && all[i].status == PAGEMAP_STATUS_VANISHED)
			snapshot->vanished_count++;
		if (!process_is_wanted(snapshot, &all[i])) {
			process_drop_runs(&all[i]);
			continue;
		}
		if (kept != i)
			all[kept] = all[i];
		kept++;
	}
	snapshot->process_count = kept;
	if (kept && kept < i) {
		all = reallocarray(all, kept, sizeof(*all));
		if (all)
			snapshot->processes = all;
	}
}

static int compare_aliases(const void *a, const void *b)
{
	const struct alias *x = a, *y = b;

	return (x->pid > y->pid) - (x->pid < y->pid);
}

/* Points everything at its final place. */
static int link_up(struct pagemap_snapshot *snapshot)
{
	size_t i, j, at = 0;

	for (i = 0; i < snapshot->process_count; i++) {
		struct pagemap_process *process = &snapshot->processes[i];

		process->snapshot = snapshot;
		process->first_mapping = snapshot->mapping_count;
		snapshot->mapping_count += process->mapping_count;
		for (j = 0; j < process->mapping_count; j++)
			process->mappings[j].process = process;
		if (process->mm_pid_count)
			snapshot->alias_count += process->mm_pid_count - 1;
	}
	snapshot->aliases = arena_alloc(&snapshot->arena,
					snapshot->alias_count *
					sizeof(struct alias));
	if (!snapshot->aliases)
		return -ENOMEM;
	for (i = 0; i < snapshot->process_count; i++)
		for (j = 1; j < snapshot->processes[i].mm_pid_count; j++)
			snapshot->aliases[at++] = (struct alias){
				snapshot->processes[i].mm_pids[j], (uint32_t)i,
			};
	qsort(snapshot->aliases, at, sizeof(struct alias), compare_aliases);
	return 0;
}

/* Pids that were asked for and are not there at all. */
static int check_named(const struct pagemap_snapshot *snapshot)
{
	size_t i;

	if (!snapshot->pids)
		return 0;
	for (i = 0; i < snapshot->process_count; i++)
		if (snapshot->processes[i].status != PAGEMAP_STATUS_VANISHED)
			return 0;
	return -ESRCH;
}

int snapshot_finish(struct pagemap_snapshot *snapshot)
{
	int err;

	compact(snapshot);
	err = check_named(snapshot);
	if (!err)
		err = link_up(snapshot);
	snapshot->wall_ns = clock_ns(CLOCK_MONOTONIC) - snapshot->begin_ns;
	return err;
}

/* What a source reads by itself is part of the cost. */
static int begin(struct pagemap_source *source,
		 struct pagemap_snapshot *snapshot)
{
	uint64_t begin_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	int err;

	if (!source->ops->begin)
		return 0;
	err = source->ops->begin(source,
				 snapshot->detail == PAGEMAP_DETAIL_PAGES,
				 &snapshot->beside);
	snapshot->cpu_ns += clock_ns(CLOCK_THREAD_CPUTIME_ID) - begin_ns;
	if (!err && snapshot->beside)
		snapshot->ram_end = snapshot->beside->ram_end;
	return err;
}

static int take(struct pagemap_source *source,
		struct pagemap_snapshot *snapshot)
{
	const struct engine *engine;
	int err = begin(source, snapshot);

	if (err)
		return err;
	err = source_read_swaps(source);
	if (err)
		return source_fail(source, err, "swaps", 0);
	source->features[PAGEMAP_FEATURE_SWAP] = FEATURE_UNTRIED;
	snapshot->swap_types = source->swap_types;
	snapshot->swap_in_use = source->swap_used_bytes != 0;
	if (snapshot->engine == PAGEMAP_ENGINE_AUTO)
		snapshot->engine = choose_engine(source, snapshot);
	engine = snapshot->engine == PAGEMAP_ENGINE_CENSUS ? &census_engine
							   : &kernel_engine;
	snapshot->file_bit =
		pagemap_source_has_feature(source, PAGEMAP_FEATURE_FILE_BIT);
	snapshot->mappings_told =
		pagemap_source_has_feature(source, PAGEMAP_FEATURE_MAPPINGS);
	snapshot->missing_pids = snapshot->alone ||
		!pagemap_source_has_feature(source, PAGEMAP_FEATURE_ALL_PIDS);
	err = engine->prepare(source, snapshot);
	if (!err && snapshot->detail > PAGEMAP_DETAIL_PROCESSES)
		err = mounts_read(source, snapshot);
	if (!err)
		err = snapshot_list_processes(source, snapshot);
	if (!err)
		err = read_processes(source, snapshot, engine);
	if (!err)
		err = engine->settle(source, snapshot);
	return err ? err : snapshot_finish(snapshot);
}

struct pagemap_snapshot *snapshot_new(const struct pagemap_source *source)
{
	struct pagemap_snapshot *snapshot = calloc(1, sizeof(*snapshot));

	if (!snapshot)
		return NULL;
	snapshot->begin_ns = clock_ns(CLOCK_MONOTONIC);
	snapshot->page_shift = source->page_shift;
	snapshot->source_kind = source->kind;
	snapshot->time_ns = clock_ns(CLOCK_REALTIME);
	if (source->kind == PAGEMAP_SOURCE_LIVE)
		snapshot->boottime_ns = clock_ns(CLOCK_BOOTTIME);
	return snapshot;
}

int pagemap_snapshot_take(struct pagemap_source *source,
			  const struct pagemap_snapshot_opts *opts,
			  struct pagemap_snapshot **ret_snapshot)
{
	struct pagemap_snapshot *snapshot = snapshot_new(source);
	int err;

	if (!snapshot)
		return -ENOMEM;
	err = read_options(snapshot, opts);
	snapshot->wanted_engine = snapshot->engine;
	if (!err)
		err = take(source, snapshot);
	if (err) {
		pagemap_snapshot_free(snapshot);
		return err;
	}
	*ret_snapshot = snapshot;
	return 0;
}

void pagemap_snapshot_free(struct pagemap_snapshot *snapshot)
{
	size_t i;

	if (!snapshot)
		return;
	for (i = 0; i < snapshot->process_count; i++)
		process_drop_runs(&snapshot->processes[i]);
	frames_free(snapshot->frames);
	frames_free(snapshot->slots);
	if (snapshot->beside)
		snapshot->beside->release(snapshot->beside);
	free(snapshot->processes);
	arena_free(&snapshot->arena);
	free(snapshot);
}
