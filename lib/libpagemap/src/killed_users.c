/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who uses the files that may die: what members have open beside what they
 * map, and which other processes map or hold them.  Descriptors are listed
 * only where a file is still thought to die, since that asks every process.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "killed_files.h"

/* A file by what stat says, which is not what maps says on every file system. */
struct file_name {
	dev_t dev;
	uint64_t inode;
	uint32_t process;	/* by index */
	pid_t pid;		/* whose descriptor, */
	int descriptor;
	struct dying_file *file;
};

static int compare_names(const void *a, const void *b)
{
	const struct file_name *x = a, *y = b;

	if (x->dev != y->dev)
		return x->dev < y->dev ? -1 : 1;
	return (x->inode > y->inode) - (x->inode < y->inode);
}

/*
 * Lists what a process and those that share its mm have open: their tables of
 * descriptors need not be the same.  -EACCES: not all of it was shown.
 */
static int list_open(const struct dying_files *files, uint32_t index,
		     struct array *ret_files, int (*take)(void *context,
		     pid_t pid, const struct source_file *file), void *context)
{
	struct pagemap_source *source = files->killed->source;
	const struct pagemap_process *process =
		&files->killed->snapshot->processes[index];
	size_t i, k, count;
	const pid_t *pids = pagemap_process_mm_pids(process, &count);
	int err = 0, worst = 0;

	for (i = 0; i < count && err != -ENOMEM; i++) {
		struct process_ref ref;

		/* It ended: it has nothing open. */
		if (source->ops->open_process(source, pids[i], &ref))
			continue;
		ret_files->count = 0;
		err = source->ops->list_files(source, &ref, ret_files);
		source->ops->close_process(&ref);
		if (err && err != -ENOENT && err != -ESRCH)
			worst = err;
		for (k = 0; k < ret_files->count && err != -ENOMEM; k++)
			if (take(context, pids[i], (struct source_file *)
				 ret_files->items + k))
				err = worst = -ENOMEM;
	}
	return worst;
}

/* ---- What members have open -------------------------------------------- */

struct collecting {
	uint32_t process;
	struct array names;
};

static int take_unnamed(void *context, pid_t pid,
			const struct source_file *file)
{
	struct collecting *collecting = context;
	struct file_name *name;

	if (file->link_count)
		return 0;
	name = array_push(&collecting->names, sizeof(*name));
	if (!name)
		return -ENOMEM;
	*name = (struct file_name){
		.dev = file->dev, .inode = file->inode,
		.process = collecting->process,
		.pid = pid, .descriptor = file->descriptor,
	};
	return 0;
}

static bool is_known(const struct dying_files *files, size_t mapped,
		     const struct file_name *name)
{
	const struct file_key key = { name->dev, name->inode, false };
	const struct dying_file *file = files->files.items;
	size_t i;

	for (i = 0; i < mapped; i++) {
		bool same = file[i].by_us ?
			file[i].facts.dev == name->dev &&
			file[i].facts.inode == name->inode :
			!file_key_compare(&file[i].key, &key);

		if (same && !file[i].key.sysv)
			return true;
	}
	return false;
}

static int add_open_file(struct dying_files *files,
			 const struct file_name *name)
{
	struct pagemap_source *source = files->killed->source;
	struct dying_file *file = array_push(&files->files, sizeof(*file));
	struct process_ref ref;
	char path[32];

	if (!file)
		return -ENOMEM;
	*file = (struct dying_file){
		.key = { name->dev, name->inode, false },
		.process = name->process,
		.deleted = true,
	};
	if (source->ops->open_process(source, name->pid, &ref))
		return 0;
	snprintf(path, sizeof(path), "fd/%d", name->descriptor);
	file->by_us = !source->ops->stat_file(source, &ref, path,
					      &file->facts);
	source->ops->close_process(&ref);
	/* Closed meanwhile, and another one is in its place. */
	if (file->by_us && (file->facts.dev != name->dev ||
			    file->facts.inode != name->inode))
		file->facts.link_count = 1;
	return 0;
}

static int compare_files(const void *a, const void *b)
{
	const struct dying_file *x = a, *y = b;

	return file_key_compare(&x->key, &y->key);
}

static int add_names(struct dying_files *files, struct array *names)
{
	struct file_name *name = names->items;
	size_t i, mapped = files->files.count;
	int err = 0;

	if (!names->count)
		return 0;
	qsort(name, names->count, sizeof(*name), compare_names);
	for (i = 0; i < names->count && !err; i++)
		if ((!i || compare_names(&name[i - 1], &name[i])) &&
		    !is_known(files, mapped, &name[i]))
			err = add_open_file(files, &name[i]);
	if (files->files.count)
		qsort(files->files.items, files->files.count,
		      sizeof(struct dying_file), compare_files);
	return err;
}

int dying_files_add_open(struct dying_files *files)
{
	const struct killed *killed = files->killed;
	struct collecting collecting = { 0 };
	struct array open = { 0 };
	int one, err = 0;
	size_t i;

	for (i = 0; i < killed->snapshot->process_count && err != -ENOMEM;
	     i++) {
		if (!killed->dies[i])
			continue;
		collecting.process = (uint32_t)i;
		one = list_open(files, (uint32_t)i, &open, take_unnamed,
				&collecting);
		err = one ? one : err;
	}
	if (err != -ENOMEM && add_names(files, &collecting.names))
		err = -ENOMEM;
	array_free(&collecting.names);
	array_free(&open);
	return err;
}

/* ---- What others use --------------------------------------------------- */

static void find_mapped(struct dying_files *files,
			const struct pagemap_process *process)
{
	size_t i;

	for (i = 0; i < process->mapping_count; i++) {
		const struct pagemap_mapping *mapping = &process->mappings[i];
		struct dying_file *file;
		struct file_key key;

		if (mapping->kind != PAGEMAP_MAPPING_FILE &&
		    mapping->kind != PAGEMAP_MAPPING_SHMEM &&
		    mapping->kind != PAGEMAP_MAPPING_HUGETLB)
			continue;
		key = file_key_of(mapping);
		file = dying_file_find(files, &key);
		if (file)
			file->mapped_outside = true;
	}
}

static void make_unsure(struct dying_files *files)
{
	struct dying_file *file = files->files.items;
	size_t i;

	for (i = 0; i < files->files.count; i++)
		file[i].unsure = true;
}

/* Those that are to be looked for among descriptors, by what stat says. */
static int name_doomed(struct dying_files *files, struct array *names)
{
	struct dying_file *file = files->files.items;
	size_t i;

	for (i = 0; i < files->files.count; i++) {
		struct file_name *name;

		if (!file[i].by_us || file[i].key.sysv ||
		    dying_file_fate(&file[i]) == FATE_STAYS)
			continue;
		name = array_push(names, sizeof(*name));
		if (!name)
			return -ENOMEM;
		*name = (struct file_name){ .dev = file[i].facts.dev,
					    .inode = file[i].facts.inode,
					    .file = &file[i] };
	}
	if (names->count)
		qsort(names->items, names->count, sizeof(struct file_name),
		      compare_names);
	return 0;
}

static int take_held(void *context, pid_t pid, const struct source_file *file)
{
	const struct array *names = context;
	const struct file_name wanted = { .dev = file->dev,
					  .inode = file->inode };
	struct file_name *name;

	(void)pid;
	if (file->link_count)
		return 0;
	name = bsearch(&wanted, names->items, names->count, sizeof(*name),
		       compare_names);
	if (name)
		name->file->held_outside = true;
	return 0;
}

static int find_held(struct dying_files *files)
{
	const struct killed *killed = files->killed;
	struct array names = { 0 }, open = { 0 };
	int one, err = name_doomed(files, &names);
	size_t i;

	for (i = 0; i < killed->snapshot->process_count && names.count && !err;
	     i++) {
		if (killed->dies[i])
			continue;
		one = list_open(files, (uint32_t)i, &open, take_held, &names);
		if (one == -ENOMEM)
			err = one;
		else if (one)
			make_unsure(files);
	}
	array_free(&names);
	array_free(&open);
	return err;
}

int dying_files_find_users(struct dying_files *files)
{
	const struct killed *killed = files->killed;
	size_t i;

	if (!files->files.count)
		return 0;
	if (killed->snapshot->missing_pids)
		make_unsure(files);
	for (i = 0; i < killed->snapshot->process_count; i++) {
		if (killed->dies[i])
			continue;
		if (killed_reads(killed, i))
			find_mapped(files, &killed->snapshot->processes[i]);
		else if (killed->snapshot->processes[i].status !=
			 PAGEMAP_STATUS_VANISHED)
			make_unsure(files);
	}
	return find_held(files);
}
