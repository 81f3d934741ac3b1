/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What processes of ours that are not memstats itself (the agent of launch.h,
 * the guardian) have in common: becoming one, and finding and killing others.
 */
#ifndef MEMSTATS_OFFSPRING_H
#define MEMSTATS_OFFSPRING_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <libpagemap/pagemap.h>

/*
 * After fork: a session of its own, where no key of a terminal and no signal
 * but SIGKILL reaches it, and with nothing to read and to write.
 */
void offspring_detach(void);

/*
 * Kills all who are in a cgroup, but the caller.  False if there was nobody;
 * else to be called again, until they have gone.
 */
bool offspring_kill_cgroup(struct pagemap_cgroup *cgroup);

/* The processes that come from one, without it.  Owner: the caller. */
int offspring_below(struct pagemap_source *source, pid_t ancestor,
		    pid_t **ret_pids, size_t *ret_count);

/*
 * Lets a process that was killed go: the wait between two looks, of which
 * there are at most OFFSPRING_LOOKS, some ten seconds.
 */
void offspring_pause(void);
#define OFFSPRING_LOOKS 5000

#endif
