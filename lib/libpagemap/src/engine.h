/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The one interface of both engines, and what a worker brings along.  An
 * engine reads one process at a time, by any worker, and settles what needs
 * all of them when all are read.
 */
#ifndef PAGEMAP_ENGINE_H
#define PAGEMAP_ENGINE_H

#include "buffer.h"
#include "parse.h"
#include "snapshot.h"
#include "source.h"

/* Entries that one read of a pagemap brings: 16 MiB of 4 KiB pages. */
#define WORKER_ENTRIES 4096
#define WORKER_EXTENTS 256

struct worker {
	struct pagemap_source *source;
	struct pagemap_snapshot *snapshot;
	const struct engine *engine;
	struct arena arena;
	struct buffer text;
	struct buffer link;

	/* Census: what is being gathered, copied to the arena when whole. */
	struct array shared;
	struct array swapped;
	struct array runs;
	struct array mappings;
	bool keeps_mappings;	/* in the arena, with their paths */
	uint64_t *entries;
	uint32_t *uses;		/* beside entries, where a source knows it */
	struct extent extents[WORKER_EXTENTS];

	uint64_t cpu_ns;
	int error;		/* of the machine, not of one process */
};

struct engine {
	enum pagemap_engine id;

	/* 0, or -ENOTSUP with a detail in the source.  Also probes. */
	int (*prepare)(struct pagemap_source *source,
		       struct pagemap_snapshot *snapshot);

	/*
	 * Reads the sizes of a process.  Negative errno: -ENOENT it ended,
	 * -ESRCH it has no mm, -ESTALE its mm went away, -EACCES, -EINVAL not
	 * understood, -EAGAIN it changed while it was read (what was read is
	 * there), -ENOMEM.
	 */
	int (*read)(struct worker *worker, const struct process_ref *ref,
		    struct pagemap_process *process);

	/* When all are read and equal mms are merged. */
	int (*settle)(struct pagemap_source *source,
		      struct pagemap_snapshot *snapshot);
};

extern const struct engine kernel_engine;
extern const struct engine census_engine;

/* An empty snapshot that begins now; NULL: no memory. */
struct pagemap_snapshot *snapshot_new(const struct pagemap_source *source);

/* All processes, or with the kernel engine only those that were asked for. */
int snapshot_list_processes(struct pagemap_source *source,
			    struct pagemap_snapshot *snapshot);

/* When all is read and settled: leaves out what ended and points all right. */
int snapshot_finish(struct pagemap_snapshot *snapshot);

/* Whether this pid was asked for by name. */
bool snapshot_names_pid(const struct pagemap_snapshot *snapshot, pid_t pid);

/* Whether pages of this one have their runs kept (see the page filter). */
bool snapshot_keeps_runs_of(const struct pagemap_snapshot *snapshot, pid_t pid);

/* Whether it is to be reported, and not only read for its frames. */
bool process_is_wanted(const struct pagemap_snapshot *snapshot,
		       const struct pagemap_process *process);

/* Called for each item by some worker; a negative errno ends everything. */
typedef int (*work_fn)(struct worker *worker, size_t item, void *context);

/* Runs work for items 0 .. count - 1 on the snapshot's threads. */
int workers_run(struct pagemap_source *source,
		struct pagemap_snapshot *snapshot, const struct engine *engine,
		size_t count, work_fn work, void *context);

/* How deep to read a process: one not asked for is read for its frames. */
enum pagemap_detail worker_detail(const struct worker *worker,
				  const struct pagemap_process *process);

/*
 * Reads one process: identity, sizes, what went wrong.  Tries again once
 * where it changed.  Only an error of the machine is returned.
 */
int process_read(struct worker *worker, struct pagemap_process *process);

/* Reads statm into process->statm. */
int statm_read(struct worker *worker, const struct process_ref *ref,
	       struct pagemap_process *process);

/* Reads who a process is, by the snapshot's mask. */
int identity_read(struct worker *worker, const struct process_ref *ref,
		  struct pagemap_process *process);

/*
 * Reads maps into process->mappings: in the arena, or at
 * PAGEMAP_DETAIL_PROCESSES in the worker, until it reads another process.
 */
int mappings_read(struct worker *worker, const struct process_ref *ref,
		  struct pagemap_process *process);

/* Finds which devices hold shmem, for mappings_read. */
int mounts_read(struct pagemap_source *source,
		struct pagemap_snapshot *snapshot);

/* A mapping out of a line of maps or smaps; its path goes to the arena. */
int mapping_from_line(struct worker *worker, const struct maps_line *line,
		      struct pagemap_mapping *previous,
		      struct pagemap_mapping *ret_mapping);

/* The frame of the running kernel's zero page; 0: not known. */
uint64_t zero_frame_find(struct pagemap_source *source);

/* Joins processes that share an mm, keeping the one that leads it. */
int same_mm_merge(struct pagemap_source *source,
		  struct pagemap_snapshot *snapshot);

/* Reads the largest processes only, and stops when no other can be larger. */
int top_read(struct pagemap_source *source, struct pagemap_snapshot *snapshot,
	     const struct engine *engine);

#endif
