/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes of ours that are not memstats itself: how they come to be alone,
 * and how those below them or in a cgroup are found and killed.
 */
#include "offspring.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define PAUSE_NS 2000000

void offspring_detach(void)
{
	int i, fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t all;

	setsid();
	/* Blocked, not ignored: what is ignored would be so for copies too. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	for (i = 0; fd >= 0 && i < 3; i++)
		dup2(fd, i);
	if (fd >= 3)
		close(fd);
}

void offspring_pause(void)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };

	nanosleep(&pause, NULL);
}

bool offspring_kill_cgroup(struct pagemap_cgroup *cgroup)
{
	pid_t *pids, self = getpid();
	size_t i, count, others = 0;

	if (pagemap_cgroup_pids(cgroup, &pids, &count))
		return false;
	for (i = 0; i < count; i++)
		others += pids[i] != self;
	/*
	 * All at once, or those that are being forked may get away; and one by
	 * one, since by version 1 some may be in it that its twin has not.
	 */
	if (others && others == count)
		pagemap_cgroup_kill(cgroup);
	for (i = 0; i < count; i++)
		if (pids[i] != self)
			kill(pids[i], SIGKILL);
	free(pids);
	return others > 0;
}

static bool is_listed(const pid_t *pids, size_t count, pid_t pid)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (pids[i] == pid)
			return true;
	return false;
}

/* Those whose parent is listed, until there are no more. */
static size_t list_below(const struct pagemap_snapshot *snapshot,
			 pid_t ancestor, pid_t *pids)
{
	size_t i, before, count = 0;

	pids[count++] = ancestor;
	do {
		before = count;
		for (i = 0; i < pagemap_snapshot_process_count(snapshot); i++) {
			const struct pagemap_process *process =
				pagemap_snapshot_process_at(snapshot, i);
			pid_t pid = pagemap_process_pid(process);

			if (is_listed(pids, count,
				      pagemap_process_ppid(process)) &&
			    !is_listed(pids, count, pid))
				pids[count++] = pid;
		}
	} while (count > before);
	return count;
}

int offspring_below(struct pagemap_source *source, pid_t ancestor,
		    pid_t **ret_pids, size_t *ret_count)
{
	const struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts),
		.engine = PAGEMAP_ENGINE_KERNEL,
		.metrics = PAGEMAP_METRIC_BIT(PAGEMAP_RSS),
		.identity = PAGEMAP_ID_STAT,
		.threads = 1,
	};
	struct pagemap_snapshot *snapshot;
	pid_t *pids;
	int err = pagemap_snapshot_take(source, &opts, &snapshot);

	if (err)
		return err;
	pids = calloc(pagemap_snapshot_process_count(snapshot) + 1,
		      sizeof(*pids));
	if (pids) {
		*ret_count = list_below(snapshot, ancestor, pids) - 1;
		/* The first is the ancestor. */
		for (size_t i = 0; i < *ret_count; i++)
			pids[i] = pids[i + 1];
		*ret_pids = pids;
	}
	pagemap_snapshot_free(snapshot);
	return pids ? 0 : -ENOMEM;
}
