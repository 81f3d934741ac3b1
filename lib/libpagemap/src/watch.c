/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A snapshot like the previous one for a fraction of its cost: statm files
 * stay open and tell which processes moved; these are read again, and in turn
 * the oldest of the rest, so that none grows old unseen.
 */
#include "watch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "engine.h"

/* Of the processes that did not move, one in so many is read again. */
#define REST_PART 50

/* Descriptors left to the program and to the workers. */
#define SPARE_DESCRIPTORS 256

/* Sizes that another process's mapping or unmapping changes. */
#define SHARED_FIGURES (~PAGEMAP_METRIC_BIT(PAGEMAP_RSS) & \
			~PAGEMAP_METRIC_BIT(PAGEMAP_VSS))

struct watched {
	pid_t pid;
	int fd;			/* of statm; -1 not open */
};

struct update {
	const struct pagemap_snapshot *previous;
	const struct pagemap_process **known;	/* by item; NULL: new */
	struct watched *watched;		/* by item */
	uint64_t read_before_ns;	/* those read up to here are read again */
	size_t may_open;
};

void watch_end(struct pagemap_source *source)
{
	struct watched *watched = source->watched.items;
	size_t i;

	for (i = 0; i < source->watched.count; i++)
		if (watched[i].fd >= 0)
			close(watched[i].fd);
	array_free(&source->watched);
}

static int open_statm(struct pagemap_source *source, pid_t pid)
{
	struct process_ref ref = { .pid = pid, .dir_fd = -1 };

	return source->ops->open_kept(source, &ref, "statm");
}

/* statm of an open file: 0, or -ESTALE once the process has ended. */
static int read_kept(int fd, struct proc_moved *ret_statm)
{
	struct proc_statm statm;
	char text[128];
	ssize_t size = pread(fd, text, sizeof(text), 0);

	if (size <= 0 || parse_statm(text, (size_t)size, &statm))
		return -ESTALE;
	*ret_statm = (struct proc_moved){
		statm.size_pages, statm.resident_pages, statm.shared_pages,
	};
	return 0;
}

static bool is_equal(const struct proc_moved *a, const struct proc_moved *b)
{
	return a->size_pages == b->size_pages &&
	       a->resident_pages == b->resident_pages &&
	       a->shared_pages == b->shared_pages;
}

static const char *copy_text(struct worker *worker, const char *text,
			     bool *failed)
{
	char *copy = text ? arena_string(&worker->arena, text, strlen(text))
			  : NULL;

	*failed |= text && !copy;
	return copy;
}

static int keep(struct worker *worker, const struct pagemap_process *known,
		struct pagemap_process *process)
{
	bool failed = false;

	*process = *known;
	process->mm_pids = NULL;
	process->mm_pid_count = 0;
	process->comm = copy_text(worker, known->comm, &failed);
	process->command = copy_text(worker, known->command, &failed);
	process->exe = copy_text(worker, known->exe, &failed);
	process->cgroup = copy_text(worker, known->cgroup, &failed);
	if (process_is_measured(known))
		figures_estimate(&process->figures,
				 process->figures.known & SHARED_FIGURES,
				 PAGEMAP_REASON_OLD);
	return failed ? -ENOMEM : 0;
}

static int update_one(struct worker *worker, size_t item, void *context)
{
	const struct update *update = context;
	struct pagemap_process *process = &worker->snapshot->processes[item];
	const struct pagemap_process *known = update->known[item];
	struct watched *watched = &update->watched[item];
	struct proc_moved now = { 0 };
	int err;

	if (watched->fd < 0 && item < update->may_open)
		watched->fd = open_statm(worker->source, process->pid);
	if (watched->fd >= 0 && read_kept(watched->fd, &now)) {
		/* Perhaps its pid is in use again: looked at next time. */
		close(watched->fd);
		watched->fd = -1;
	}
	/* Kernel threads and zombies: statm says so for little. */
	if (watched->fd >= 0 && !now.size_pages && !worker->snapshot->pids) {
		process->ended = true;
		process->status = PAGEMAP_STATUS_NO_MEMORY;
		return 0;
	}
	if (known && watched->fd >= 0 && is_equal(&now, &known->statm) &&
	    known->read_time_ns > update->read_before_ns)
		return keep(worker, known, process);
	err = process_read(worker, process);
	process->statm = now;
	return err;
}

static int compare_times(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The time up to which figures are too old: that of the oldest part. */
static int find_oldest(const struct pagemap_snapshot *previous,
		       uint64_t *ret_time_ns)
{
	size_t i, count = previous->process_count;
	uint64_t *times = calloc(count + 1, sizeof(*times));

	if (!times)
		return -ENOMEM;
	for (i = 0; i < count; i++)
		times[i] = previous->processes[i].read_time_ns;
	qsort(times, count, sizeof(*times), compare_times);
	*ret_time_ns = count ? times[count / REST_PART] : 0;
	free(times);
	return 0;
}

static size_t descriptors_to_keep(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) ||
	    limit.rlim_cur <= SPARE_DESCRIPTORS)
		return 0;
	return (size_t)limit.rlim_cur - SPARE_DESCRIPTORS;
}

/* The open files of those that are still there, in the order of the list. */
static int match_watched(struct pagemap_source *source,
			 const struct pagemap_snapshot *snapshot,
			 struct update *update)
{
	struct watched *old = source->watched.items;
	size_t i, at = 0, count = snapshot->process_count;

	update->watched = calloc(count + 1, sizeof(*update->watched));
	if (!update->watched)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		pid_t pid = snapshot->processes[i].pid;

		for (; at < source->watched.count && old[at].pid < pid; at++)
			if (old[at].fd >= 0)
				close(old[at].fd);
		update->watched[i] = (struct watched){ pid, -1 };
		if (at < source->watched.count && old[at].pid == pid)
			update->watched[i].fd = old[at++].fd;
	}
	for (; at < source->watched.count; at++)
		if (old[at].fd >= 0)
			close(old[at].fd);
	free(old);
	source->watched = (struct array){ update->watched, count, count + 1 };
	return 0;
}

static int match_known(const struct pagemap_snapshot *snapshot,
		       struct update *update)
{
	const struct pagemap_snapshot *previous = update->previous;
	size_t i, at = 0;

	update->known = calloc(snapshot->process_count + 1,
			       sizeof(*update->known));
	if (!update->known)
		return -ENOMEM;
	for (i = 0; i < snapshot->process_count; i++) {
		pid_t pid = snapshot->processes[i].pid;

		while (at < previous->process_count &&
		       previous->processes[at].pid < pid)
			at++;
		if (at < previous->process_count &&
		    previous->processes[at].pid == pid)
			update->known[i] = &previous->processes[at];
	}
	return 0;
}

static struct pagemap_snapshot *
snapshot_alike(const struct pagemap_source *source,
	       const struct pagemap_snapshot *previous)
{
	struct pagemap_snapshot *snapshot = snapshot_new(source);

	if (!snapshot)
		return NULL;
	snapshot->engine = previous->engine;
	snapshot->wanted_engine = previous->wanted_engine;
	snapshot->detail = previous->detail;
	snapshot->metrics = previous->metrics;
	snapshot->identity = previous->identity;
	snapshot->threads = previous->threads;
	snapshot->groups = previous->groups;
	snapshot->one_file = previous->one_file;
	snapshot->averaged = previous->averaged;
	snapshot->averaged_reason = previous->averaged_reason;
	snapshot->swap_types = previous->swap_types;
	snapshot->swap_in_use = previous->swap_in_use;
	return snapshot;
}

static int update_snapshot(struct pagemap_source *source,
			   struct pagemap_snapshot *snapshot,
			   struct update *update)
{
	int err = 0;

	if (update->previous->pids) {
		snapshot->pid_count = update->previous->pid_count;
		snapshot->pids = arena_copy(&snapshot->arena,
					    update->previous->pids,
					    snapshot->pid_count *
					    sizeof(pid_t));
		err = snapshot->pids ? 0 : -ENOMEM;
	}
	if (!err)
		err = snapshot_list_processes(source, snapshot);
	if (!err)
		err = match_watched(source, snapshot, update);
	if (!err)
		err = match_known(snapshot, update);
	if (!err)
		err = find_oldest(update->previous, &update->read_before_ns);
	update->may_open = descriptors_to_keep();
	if (!err)
		err = workers_run(source, snapshot, &kernel_engine,
				  snapshot->process_count, update_one, update);
	if (!err)
		err = same_mm_merge(source, snapshot);
	return err ? err : snapshot_finish(snapshot);
}

static int take_again(struct pagemap_source *source,
		      const struct pagemap_snapshot *previous,
		      struct pagemap_snapshot **ret_snapshot)
{
	struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts),
		.engine = previous->wanted_engine,
		.detail = previous->detail,
		.metrics = previous->metrics,
		.identity = previous->identity,
		.threads = previous->threads,
		.pids = previous->pids,
		.pid_count = previous->pid_count,
		.groups = previous->groups,
		.gentle = previous->gentle,
		.top_count = previous->top_count,
		.frames = previous->frames_detail,
		.pages = previous->filter,
	};

	return pagemap_snapshot_take(source, &opts, ret_snapshot);
}

int pagemap_snapshot_update(struct pagemap_source *source,
			    const struct pagemap_snapshot *previous,
			    struct pagemap_snapshot **ret_snapshot)
{
	struct update update = { .previous = previous };
	struct pagemap_snapshot *snapshot;
	int err;

	if (previous->engine != PAGEMAP_ENGINE_KERNEL ||
	    previous->detail != PAGEMAP_DETAIL_PROCESSES ||
	    previous->top_count || source->kind != PAGEMAP_SOURCE_LIVE)
		return take_again(source, previous, ret_snapshot);
	snapshot = snapshot_alike(source, previous);
	if (!snapshot)
		return -ENOMEM;
	err = update_snapshot(source, snapshot, &update);
	free(update.known);
	if (err)
		pagemap_snapshot_free(snapshot);
	else
		*ret_snapshot = snapshot;
	return err;
}
