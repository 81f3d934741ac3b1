/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the process view knows of a process: read at one moment, by a thread of
 * its own, and unchanged from then on.
 */
#ifndef SCREEN_STUDY_H
#define SCREEN_STUDY_H

#include "memrank.h"
#include "page_map.h"

enum study_kind {
	STUDY_PROCESS,			/* figures and mappings */
	STUDY_PAGES,			/* and its pages, as a map */
	STUDY_SHARERS,			/* who shares pages with it */
	STUDY_COUNT
};

/* Another process that maps frames which this one maps. */
struct sharer {
	struct row row;
	uint64_t pages[PAGEMAP_FRAME_KIND_COUNT];
	uint64_t total;
};

/* How many of its frames are whose. */
struct sharing_sums {
	uint64_t alone;
	uint64_t shared;
	uint64_t unseen;		/* of both: others may map them too */
};

struct study {
	enum study_kind kind;
	pid_t pid;
	enum pagemap_engine engine;
	bool gentle;
	int err;			/* nothing below is known then */
	char why[256];			/* for people; "" if all went well */
	uint64_t page_bytes;
	struct pagemap_snapshot *snapshot;
	const struct pagemap_process *process;
	struct row row;			/* with its names */
	struct proclist *names;
	struct page_map *map;		/* STUDY_PAGES */
	struct sharer *sharers;		/* STUDY_SHARERS: most pages first */
	size_t sharer_count;
	struct proclist *sharer_names;
	struct sharing_sums sums;
	uint64_t cpu_ns;		/* that it took */
	uint64_t done_ns;		/* CLOCK_MONOTONIC */
};

/* NULL: no memory. */
struct study *study_new(enum study_kind kind, pid_t pid,
			    const struct settings *settings);
void study_free(struct study *study);

/* Does it: the work of a background thread. */
void study_run(struct study *study, struct pagemap_source *source);

#endif
