/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which vkernels a host has, for those who do not yet open one: whether a
 * process belongs to one, and all of them, one after the other.
 */
#include <errno.h>
#include <stdlib.h>

#include "parse.h"
#include "vk_find.h"

int pagemap_vkernel_look(struct pagemap_source *host, pid_t pid,
			 struct pagemap_vkernel *ret_vkernel)
{
	struct vk_found found;
	int err = vk_find_outline(host, pid, &found);

	if (err)
		return err;
	*ret_vkernel = found.facts;
	vk_found_free(&found);
	return 0;
}

/* Adds the tracer of a process, unless it was the last one found, too. */
static int add_tracer(struct array *tracers, pid_t tracer)
{
	const pid_t *pids = tracers->items;
	pid_t *place;

	if (!tracer || (tracers->count && pids[tracers->count - 1] == tracer))
		return 0;
	place = array_push(tracers, sizeof(*place));
	if (!place)
		return -ENOMEM;
	*place = tracer;
	return 0;
}

/*
 * Whoever traces another process may be main.  That a child is stopped cannot
 * be asked: the only one of a guest with one process may be running now.
 */
static int list_tracers(struct pagemap_source *host, struct array *tracers)
{
	struct process_ref ref = { .dir_fd = -1 };
	struct proc_tracing tracing;
	struct buffer text = { 0 };
	int got, err = 0;

	tracers->count = 0;
	while (!err && (got = host->ops->next_pid(host, &ref.pid)) != 0) {
		if (got < 0)
			err = got;
		else if (!host->ops->read_text(host, &ref, "status", &text) &&
			 !parse_tracing(text.data, text.size, &tracing))
			err = add_tracer(tracers, tracing.tracer_pid);
	}
	buffer_free(&text);
	if (!err && tracers->count)
		qsort(tracers->items, tracers->count, sizeof(pid_t),
		      array_compare_pids);
	return err;
}

int pagemap_vkernel_next(struct pagemap_source *host, pid_t *pid,
			 struct pagemap_vkernel *ret_vkernel)
{
	char why[SOURCE_DETAIL_SIZE];
	struct vk_found found;
	pid_t last = *pid;
	size_t i;
	int err = 0;

	if (*pid == 0)
		err = list_tracers(host, &host->tracers);
	if (err)
		return err;
	for (i = 0; i < host->tracers.count; i++) {
		pid_t tracer = ((const pid_t *)host->tracers.items)[i];

		if (tracer <= last)
			continue;
		last = tracer;
		err = vk_find_main(host, tracer, &found, why);
		if (err == -ENOMEM)
			return err;
		if (err)
			continue;
		*ret_vkernel = found.facts;
		*pid = tracer;
		vk_found_free(&found);
		return 1;
	}
	return 0;
}
