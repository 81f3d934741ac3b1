/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Looking into a snapshot: the public accessors of snapshots, processes and
 * mappings.  Nothing here changes or measures anything.
 */
#include "snapshot.h"

#include <errno.h>
#include <stdlib.h>

#include "frames.h"

enum pagemap_engine
pagemap_snapshot_engine(const struct pagemap_snapshot *snapshot)
{
	return snapshot->engine;
}

uint64_t pagemap_snapshot_time_ns(const struct pagemap_snapshot *snapshot)
{
	return snapshot->time_ns;
}

uint64_t pagemap_snapshot_boottime_ns(const struct pagemap_snapshot *snapshot)
{
	return snapshot->boottime_ns;
}

void pagemap_snapshot_cost(const struct pagemap_snapshot *snapshot,
			   uint64_t *ret_wall_ns, uint64_t *ret_cpu_ns)
{
	*ret_wall_ns = snapshot->wall_ns;
	*ret_cpu_ns = snapshot->cpu_ns;
}

size_t pagemap_snapshot_process_count(const struct pagemap_snapshot *snapshot)
{
	return snapshot->process_count;
}

const struct pagemap_process *
pagemap_snapshot_process_at(const struct pagemap_snapshot *snapshot,
			    size_t index)
{
	return index < snapshot->process_count ? &snapshot->processes[index]
					       : NULL;
}

static int compare_process(const void *key, const void *item)
{
	pid_t pid = *(const pid_t *)key;
	const struct pagemap_process *process = item;

	return (pid > process->pid) - (pid < process->pid);
}

static int compare_alias(const void *key, const void *item)
{
	pid_t pid = *(const pid_t *)key;
	const struct alias *alias = item;

	return (pid > alias->pid) - (pid < alias->pid);
}

const struct pagemap_process *
pagemap_snapshot_find_pid(const struct pagemap_snapshot *snapshot, pid_t pid)
{
	const struct pagemap_process *process;
	const struct alias *alias;

	if (!snapshot->process_count)
		return NULL;
	process = bsearch(&pid, snapshot->processes, snapshot->process_count,
			  sizeof(*process), compare_process);
	if (process || !snapshot->alias_count)
		return process;
	alias = bsearch(&pid, snapshot->aliases, snapshot->alias_count,
			sizeof(*alias), compare_alias);
	return alias ? &snapshot->processes[alias->index] : NULL;
}

size_t pagemap_snapshot_vanished_count(const struct pagemap_snapshot *snapshot)
{
	return snapshot->vanished_count;
}

size_t pagemap_snapshot_mapping_count(const struct pagemap_snapshot *snapshot)
{
	return snapshot->mapping_count;
}

size_t pagemap_snapshot_memory_bytes(const struct pagemap_snapshot *snapshot)
{
	size_t i, runs = 0;

	for (i = 0; i < snapshot->process_count; i++)
		runs += snapshot->processes[i].run_count;
	return sizeof(*snapshot) + snapshot->arena.bytes +
	       runs * sizeof(struct page_run) +
	       snapshot->process_count * sizeof(*snapshot->processes) +
	       frames_memory_bytes(snapshot->frames) +
	       frames_memory_bytes(snapshot->slots);
}

/* ---- Processes ---- */

pid_t pagemap_process_pid(const struct pagemap_process *process)
{
	return process->pid;
}

size_t pagemap_process_index(const struct pagemap_process *process)
{
	return (size_t)(process - process->snapshot->processes);
}

enum pagemap_status
pagemap_process_status(const struct pagemap_process *process)
{
	return (enum pagemap_status)process->status;
}

const pid_t *pagemap_process_mm_pids(const struct pagemap_process *process,
				     size_t *ret_count)
{
	*ret_count = process->mm_pids ? process->mm_pid_count : 1;
	return process->mm_pids ? process->mm_pids : &process->pid;
}

pid_t pagemap_process_ppid(const struct pagemap_process *process)
{
	return process->ppid;
}

pid_t pagemap_process_session(const struct pagemap_process *process)
{
	return process->session;
}

uid_t pagemap_process_uid(const struct pagemap_process *process)
{
	return process->uid;
}

uint64_t pagemap_process_start_time_ns(const struct pagemap_process *process)
{
	return process->start_time_ns;
}

uint64_t pagemap_process_read_time_ns(const struct pagemap_process *process)
{
	return process->read_time_ns;
}

const char *pagemap_process_comm(const struct pagemap_process *process)
{
	return process->comm;
}

const char *pagemap_process_command(const struct pagemap_process *process)
{
	return process->command;
}

const char *pagemap_process_exe(const struct pagemap_process *process)
{
	return process->exe;
}

const char *pagemap_process_cgroup(const struct pagemap_process *process)
{
	return process->cgroup;
}

size_t pagemap_process_mapping_count(const struct pagemap_process *process)
{
	return process->mapping_count;
}

const struct pagemap_mapping *
pagemap_process_mapping_at(const struct pagemap_process *process, size_t index)
{
	return index < process->mapping_count ? &process->mappings[index]
					      : NULL;
}

/* ---- Mappings ---- */

uint64_t pagemap_mapping_start_vaddr(const struct pagemap_mapping *mapping)
{
	return mapping->start_vaddr;
}

uint64_t pagemap_mapping_end_vaddr(const struct pagemap_mapping *mapping)
{
	return mapping->end_vaddr;
}

const char *pagemap_mapping_permissions(const struct pagemap_mapping *mapping)
{
	return mapping->permissions;
}

uint64_t pagemap_mapping_offset_bytes(const struct pagemap_mapping *mapping)
{
	return mapping->offset_bytes;
}

void pagemap_mapping_file(const struct pagemap_mapping *mapping, dev_t *ret_dev,
			  uint64_t *ret_inode)
{
	*ret_dev = mapping->dev;
	*ret_inode = mapping->inode;
}

const char *pagemap_mapping_path(const struct pagemap_mapping *mapping)
{
	return mapping->path;
}

enum pagemap_mapping_kind
pagemap_mapping_kind(const struct pagemap_mapping *mapping)
{
	return (enum pagemap_mapping_kind)mapping->kind;
}

size_t pagemap_mapping_index(const struct pagemap_mapping *mapping)
{
	return mapping->process->first_mapping +
	       (size_t)(mapping - mapping->process->mappings);
}
