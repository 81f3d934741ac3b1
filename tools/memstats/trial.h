/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Copies of commands on trial: started in a memory cgroup of their own (or
 * without one, where none is to be had), left alone until they have come to
 * rest, and read.  Whatever happens to memstats, none of it stays behind.
 */
#ifndef MEMSTATS_TRIAL_H
#define MEMSTATS_TRIAL_H

#include <stdbool.h>
#include <stddef.h>

#include <libpagemap/pagemap.h>

#include "ending.h"
#include "guardian.h"
#include "launch.h"

struct trial {
	struct pagemap_source *source;
	enum pagemap_engine engine;	/* KERNEL: frames are not looked at */
	struct pagemap_cgroup *cgroup;	/* NULL: there is none, */
	char why_not[256];		/* and this is why */
	struct pagemap_cgroup_books empty; /* before the first copy */
	struct guardian *guardian;
	struct launch *launch;
	struct ending ending;		/* what ends a trial is put off */
	uint64_t begin_ns;		/* CLOCK_MONOTONIC */
	uint64_t started_ns;		/* the last copy */
	unsigned int next_number;
	size_t *teams;			/* of each copy: who started it and why */
};

/* How copies came to rest. */
struct rest {
	bool settled;			/* false: still moving when time was up */
	uint64_t file_growth_bytes;	/* a second: the file cache's own */
};

/* What was read of all copies at one moment. */
struct reading {
	struct pagemap_cgroup_books books; /* without a cgroup: unknown */
	struct pagemap_copies_census census;
	uint64_t huge_bytes;		/* hugetlb pages, in no other figure */
	pid_t *pids;
	size_t pid_count;
	struct pagemap_snapshot *snapshot;
	struct pagemap_sharing *sharing; /* NULL: frames are not shown */
};

/* These give 0, or an exit status after a message. */
int trial_begin(struct pagemap_source *source, enum pagemap_engine engine,
		struct trial *ret_trial);

/* One more copy, of a team (any number that tells commands apart). */
int trial_start(struct trial *trial, char *const *words, size_t word_count,
		size_t team);

/* Lets time pass; a signal or the end of a copy ends it with a message. */
int trial_wait(struct trial *trial, unsigned int milliseconds);

int trial_settle(struct trial *trial, struct rest *ret_rest);
int trial_read(struct trial *trial, struct reading *ret_reading);

/* The same, but the mean of some: programs at rest still breathe. */
int trial_read_mean(struct trial *trial, struct reading *ret_reading);
void reading_free(struct reading *reading);

/* The copy, by its place, that a process comes from; SIZE_MAX: not known. */
size_t reading_copy_of(const struct trial *trial,
		       const struct reading *reading, pid_t pid);

/* The sums of one team's processes alone; pid_count is set, but no pids. */
int reading_of_team(struct trial *trial, const struct reading *reading,
		    size_t team, struct reading *ret_reading);

/* Ends all copies and removes the cgroup.  Fine on one that is all 0. */
void trial_end(struct trial *trial);

#endif
