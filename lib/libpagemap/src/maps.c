/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Mappings out of the lines of maps and smaps: their kind, their path, their
 * order.  Which devices hold shmem or hugetlb is learnt from mountinfo; the
 * kernel's own mounts (memfd, SysV, /dev/zero) are known by the names it
 * gives.
 */
#include <errno.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "engine.h"
#include "parse.h"

static const struct {
	const char *type;
	uint8_t kind;
} file_systems[] = {
	{ "tmpfs", PAGEMAP_MAPPING_SHMEM },
	{ "hugetlbfs", PAGEMAP_MAPPING_HUGETLB },
	{ "devtmpfs", PAGEMAP_MAPPING_DEVICE },
};

/* Beginnings of paths that say the kind, whatever the device. */
static const struct {
	const char *prefix;
	uint8_t kind;
} names[] = {
	{ "[heap]", PAGEMAP_MAPPING_HEAP },
	{ "[stack", PAGEMAP_MAPPING_STACK },
	{ "[anon_shmem:", PAGEMAP_MAPPING_SHMEM },
	{ "[anon:", PAGEMAP_MAPPING_ANON },
	{ "[", PAGEMAP_MAPPING_VDSO },
	{ "/anon_hugepage", PAGEMAP_MAPPING_HUGETLB },
	{ "anon_inode:", PAGEMAP_MAPPING_DEVICE },
};

/* The same, where the device does not say more. */
static const char *const shmem_names[] = {
	"/memfd:", "/SYSV", "/dev/zero (deleted)", "/dev/shm/", "/drm mm object",
};

static bool starts_with(struct span path, const char *prefix)
{
	size_t length = strlen(prefix);

	return path.len >= length && !memcmp(path.at, prefix, length);
}

static uint8_t kind_of(const struct pagemap_snapshot *snapshot,
		       const struct maps_line *line)
{
	dev_t dev = makedev(line->dev_major, line->dev_minor);
	uint8_t by_device = PAGEMAP_MAPPING_FILE;
	size_t i;

	/* Whose source does not know whether it is shared knows no kind. */
	if (line->permissions[3] == '?')
		return PAGEMAP_MAPPING_UNKNOWN;
	if (!line->path.len)
		return PAGEMAP_MAPPING_ANON;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (starts_with(line->path, names[i].prefix))
			return names[i].kind;
	for (i = 0; i < snapshot->mount_count; i++)
		if (snapshot->mounts[i].dev == dev)
			by_device = snapshot->mounts[i].kind;
	if (by_device == PAGEMAP_MAPPING_HUGETLB)
		return by_device;
	for (i = 0; i < sizeof(shmem_names) / sizeof(shmem_names[0]); i++)
		if (starts_with(line->path, shmem_names[i]))
			return PAGEMAP_MAPPING_SHMEM;
	return by_device;
}

int mounts_read(struct pagemap_source *source,
		struct pagemap_snapshot *snapshot)
{
	struct array mounts = { 0 };
	struct buffer buffer = { 0 };
	struct span line;
	struct text text;
	size_t i;

	/* Without it kinds are told by names alone. */
	if (source->ops->read_text(source, NULL, "self/mountinfo", &buffer))
		buffer.size = 0;
	text = (struct text){ buffer.data, buffer.data + buffer.size };
	while (buffer.size && text_next_line(&text, &line)) {
		struct mount_line mount;

		if (parse_mountinfo_line(line, &mount))
			continue;
		for (i = 0; i < sizeof(file_systems) / sizeof(file_systems[0]);
		     i++) {
			struct mount_kind *place;

			if (mount.fs_type.len != strlen(file_systems[i].type) ||
			    !starts_with(mount.fs_type, file_systems[i].type))
				continue;
			place = array_push(&mounts, sizeof(*place));
			if (!place)
				goto out;
			place->dev = makedev(mount.dev_major, mount.dev_minor);
			place->kind = file_systems[i].kind;
		}
	}
out:
	buffer_free(&buffer);
	snapshot->mounts = arena_copy(&snapshot->arena, mounts.items,
				      mounts.count * sizeof(struct mount_kind));
	snapshot->mount_count = snapshot->mounts ? mounts.count : 0;
	array_free(&mounts);
	return snapshot->mounts ? 0 : -ENOMEM;
}

int mapping_from_line(struct worker *worker, const struct maps_line *line,
		      struct pagemap_mapping *previous,
		      struct pagemap_mapping *ret_mapping)
{
	char *path;

	*ret_mapping = (struct pagemap_mapping){
		.start_vaddr = line->start_vaddr,
		.end_vaddr = line->end_vaddr,
		.offset_bytes = line->offset_bytes,
		.inode = line->inode,
		.dev = makedev(line->dev_major, line->dev_minor),
		.kind = kind_of(worker->snapshot, line),
		.path = "",
	};
	memcpy(ret_mapping->permissions, line->permissions,
	       sizeof(ret_mapping->permissions));
	if (!line->path.len ||
	    !worker->keeps_mappings)
		return 0;
	/* A file is mapped in several pieces: its path is kept once. */
	if (previous && !strncmp(previous->path, line->path.at, line->path.len) &&
	    !previous->path[line->path.len]) {
		ret_mapping->path = previous->path;
		return 0;
	}
	path = arena_alloc(&worker->arena, line->path.len + 1);
	if (!path)
		return -ENOMEM;
	path[unescape_path(line->path, path)] = '\0';
	ret_mapping->path = path;
	return 0;
}

int mappings_read(struct worker *worker, const struct process_ref *ref,
		  struct pagemap_process *process)
{
	struct pagemap_mapping *previous = NULL;
	struct array *found = &worker->mappings;
	struct maps_line parsed;
	struct span line;
	struct text text;
	int err;

	found->count = 0;
	worker->keeps_mappings = worker_detail(worker, process) >
				 PAGEMAP_DETAIL_PROCESSES;
	err = worker->source->ops->read_text(worker->source, ref, "maps",
					     &worker->text);
	if (err)
		return err;
	if (!worker->text.size)
		return -ESRCH;
	if (!text_is_whole(worker->text.data, worker->text.size))
		return -EINVAL;
	text = (struct text){ worker->text.data,
			      worker->text.data + worker->text.size };
	while (!err && text_next_line(&text, &line)) {
		struct pagemap_mapping *mapping;

		err = parse_maps_line(line, &parsed);
		if (err)
			break;
		mapping = array_push(found, sizeof(*mapping));
		if (!mapping)
			return -ENOMEM;
		previous = found->count > 1 ? mapping - 1 : NULL;
		err = mapping_from_line(worker, &parsed, previous, mapping);
		/* Read page by page: it can change in between. */
		if (previous && mapping->start_vaddr < previous->end_vaddr)
			err = -EAGAIN;
	}
	if (err)
		return err;
	process->mapping_count = found->count;
	process->mappings = found->items;
	if (worker->keeps_mappings)
		process->mappings = arena_copy(&worker->arena, found->items,
					       found->count *
					       sizeof(*previous));
	return process->mappings ? 0 : -ENOMEM;
}
