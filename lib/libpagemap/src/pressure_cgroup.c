/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A pressure session over a memory cgroup of the running kernel.
 */
#include <errno.h>

#include "pressure.h"

static int read_books(void *target, struct pagemap_cgroup_books *ret_books)
{
	return pagemap_cgroup_read(target, ret_books);
}

static int pause_when_short(void *target)
{
	return pagemap_cgroup_pause_when_short(target);
}

static int set_limit(void *target, uint64_t bytes)
{
	return pagemap_cgroup_set_limit(target, bytes);
}

/* To what it was: a cgroup of somebody else's may have a limit of its own. */
static int lift(void *target)
{
	return pagemap_cgroup_restore_limits(target);
}

static int reclaim(void *target, uint64_t bytes)
{
	return pagemap_cgroup_reclaim(target, bytes);
}

static const struct pressure_ops cgroup_ops = {
	.read = read_books,
	.pause = pause_when_short,
	.set_limit = set_limit,
	.lift = lift,
	.reclaim = reclaim,
};

int pagemap_pressure_begin(struct pagemap_cgroup *cgroup,
			   const struct pagemap_pressure_opts *opts,
			   struct pagemap_pressure **ret_session)
{
	if (!cgroup)
		return -EINVAL;
	return pressure_begin_on(&cgroup_ops, cgroup, opts, ret_session);
}
