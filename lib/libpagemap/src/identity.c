/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who a process is: reads what the snapshot was asked to know, each file only
 * for the fields that need it.  A file that cannot be read leaves its fields
 * unknown; it never fails the process.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "engine.h"
#include "parse.h"

static int read_stat(struct worker *worker, const struct process_ref *ref,
		     struct pagemap_process *process)
{
	struct proc_stat stat;
	int err = worker->source->ops->read_text(worker->source, ref, "stat",
						 &worker->text);

	if (!err)
		err = parse_stat(worker->text.data, worker->text.size, &stat);
	if (err)
		return err;
	process->ppid = stat.ppid;
	process->session = stat.session;
	process->start_time_ns = stat.start_ticks *
		(UINT64_C(1000000000) / (uint64_t)sysconf(_SC_CLK_TCK));
	process->comm = arena_string(&worker->arena, stat.comm.at,
				     stat.comm.len);
	return process->comm ? 0 : -ENOMEM;
}

static int read_comm(struct worker *worker, const struct process_ref *ref,
		     struct pagemap_process *process)
{
	struct buffer *text = &worker->text;
	int err = worker->source->ops->read_text(worker->source, ref, "comm",
						 text);

	if (err)
		return err;
	if (text->size && text->data[text->size - 1] == '\n')
		text->size--;
	process->comm = arena_string(&worker->arena, text->data, text->size);
	return process->comm ? 0 : -ENOMEM;
}

static int read_command(struct worker *worker, const struct process_ref *ref,
			struct pagemap_process *process)
{
	struct buffer *text = &worker->text;
	int err = worker->source->ops->read_text(worker->source, ref,
						 "cmdline", text);
	size_t i;

	if (err)
		return err;
	while (text->size && (text->data[text->size - 1] == '\0' ||
			      text->data[text->size - 1] == ' '))
		text->size--;
	if (!text->size)
		return 0;
	for (i = 0; i < text->size; i++)
		if (text->data[i] == '\0')
			text->data[i] = ' ';
	process->command = arena_string(&worker->arena, text->data, text->size);
	return process->command ? 0 : -ENOMEM;
}

static int read_exe(struct worker *worker, const struct process_ref *ref,
		    struct pagemap_process *process)
{
	int err = worker->source->ops->read_link(worker->source, ref, "exe",
						 &worker->link);

	if (err)
		return err;
	process->exe = arena_string(&worker->arena, worker->link.data,
				    worker->link.size);
	return process->exe ? 0 : -ENOMEM;
}

static int read_cgroup(struct worker *worker, const struct process_ref *ref,
		       struct pagemap_process *process)
{
	struct span path;
	int err = worker->source->ops->read_text(worker->source, ref, "cgroup",
						 &worker->text);

	if (!err)
		err = parse_cgroup(worker->text.data, worker->text.size, &path);
	if (err)
		return err;
	process->cgroup = arena_string(&worker->arena, path.at, path.len);
	return process->cgroup ? 0 : -ENOMEM;
}

static int read_uid(struct worker *worker, const struct process_ref *ref,
		    struct pagemap_process *process)
{
	return worker->source->ops->owner(worker->source, ref, &process->uid);
}

static const struct {
	uint32_t identity;
	int (*read)(struct worker *worker, const struct process_ref *ref,
		    struct pagemap_process *process);
} readers[] = {
	{ PAGEMAP_ID_UID, read_uid },
	{ PAGEMAP_ID_STAT, read_stat },
	{ PAGEMAP_ID_COMM, read_comm },
	{ PAGEMAP_ID_COMMAND, read_command },
	{ PAGEMAP_ID_EXE, read_exe },
	{ PAGEMAP_ID_CGROUP, read_cgroup },
};

int identity_read(struct worker *worker, const struct process_ref *ref,
		  struct pagemap_process *process)
{
	uint32_t asked = worker->snapshot->identity;
	size_t i;

	if ((asked & PAGEMAP_ID_STAT) && (asked & PAGEMAP_ID_COMM))
		asked &= ~(uint32_t)PAGEMAP_ID_COMM;
	for (i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
		if (!(asked & readers[i].identity))
			continue;
		if (readers[i].read(worker, ref, process) == -ENOMEM)
			return -ENOMEM;
	}
	return 0;
}
