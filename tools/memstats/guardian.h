/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process that outlives memstats, to put back what memstats did to a memory
 * cgroup: whatever ends memstats, SIGKILL too, closes a pipe, and that wakes
 * the guardian.  An orderly end goes the same way.
 */
#ifndef MEMSTATS_GUARDIAN_H
#define MEMSTATS_GUARDIAN_H

#include <libpagemap/pagemap.h>

struct guardian;

/* What it does besides, when the limits are as they were. */
enum guardian_duty {
	GUARDIAN_LIMITS = 0,	/* nothing: the cgroup is somebody else's */
	GUARDIAN_KILL = 1,	/* kills all who are in it */
	GUARDIAN_REMOVE = 2,	/* and removes it */
	GUARDIAN_OWN = GUARDIAN_KILL | GUARDIAN_REMOVE,
};

/*
 * Before the first limit is set and before any other process is started.  0
 * or a negative errno.
 */
int guardian_begin(struct pagemap_cgroup *cgroup, unsigned int duties,
		   struct guardian **ret_guardian);

/*
 * Has it do all that now, and waits for it.  0, or what it could not do:
 * -EBUSY if the cgroup is still there.  NULL is fine.
 */
int guardian_end(struct guardian *guardian);

#endif
