/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * File systems by their devices: their names, as mountinfo tells them, and how
 * far ahead their files are read.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "parse.h"
#include "source.h"

/* The mount of a device: of its root if that is mounted, else the first. */
static bool find_mount(const struct buffer *file, dev_t dev,
		       struct mount_line *ret_mount)
{
	struct text text = { file->data, file->data + file->size };
	struct mount_line mount;
	bool found = false;
	struct span line;

	while (text_next_line(&text, &line)) {
		if (parse_mountinfo_line(line, &mount) ||
		    makedev(mount.dev_major, mount.dev_minor) != dev)
			continue;
		if (!found || span_is(mount.root, "/"))
			*ret_mount = mount;
		found = true;
		if (span_is(mount.root, "/"))
			break;
	}
	return found;
}

int pagemap_source_file_system(struct pagemap_source *source, dev_t dev,
			       char *ret_name, size_t size)
{
	struct buffer file = { 0 };
	struct mount_line mount;
	size_t at;
	int err;

	if (!size)
		return -EINVAL;
	err = source->ops->read_text(source, NULL, "self/mountinfo", &file);
	if (!err && !find_mount(&file, dev, &mount))
		err = -ENOENT;
	if (!err) {
		at = unescape_octal(mount.fs_type, ret_name, size);
		at += unescape_octal((struct span){ " ", 1 }, ret_name + at,
				     size - at);
		unescape_octal(mount.mount_point, ret_name + at, size - at);
	}
	buffer_free(&file);
	return err;
}

/* Where sysfs is mounted as a whole; "" if it is not. */
static int find_sysfs(struct pagemap_source *source, char *ret_path,
		      size_t size)
{
	struct buffer file = { 0 };
	struct mount_line mount;
	struct span line;
	int err = source->ops->read_text(source, NULL, "self/mountinfo", &file);
	struct text text = { file.data, file.data + file.size };

	*ret_path = '\0';
	while (!err && !*ret_path && text_next_line(&text, &line))
		if (!parse_mountinfo_line(line, &mount) &&
		    span_is(mount.fs_type, "sysfs") && span_is(mount.root, "/"))
			unescape_octal(mount.mount_point, ret_path, size);
	buffer_free(&file);
	return err ? err : *ret_path ? 0 : -ENOENT;
}

static int read_kib(const char *path, uint64_t *ret_bytes)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[32];
	ssize_t size;
	uint64_t kib;

	if (fd < 0)
		return -errno;
	size = read(fd, text, sizeof(text));
	close(fd);
	if (size < 1 || text[size - 1] != '\n' ||
	    !span_to_u64((struct span){ text, (size_t)size - 1 }, 10, &kib))
		return -EINVAL;
	*ret_bytes = kib * 1024;
	return 0;
}

int pagemap_source_read_ahead(struct pagemap_source *source, dev_t dev,
			      uint64_t *ret_bytes)
{
	char mount_point[256], path[320];
	int err = source->kind == PAGEMAP_SOURCE_LIVE ?
		  find_sysfs(source, mount_point, sizeof(mount_point)) :
		  -ENOTSUP;

	if (err)
		return err;
	snprintf(path, sizeof(path), "%s/class/bdi/%u:%u/read_ahead_kb",
		 mount_point, major(dev), minor(dev));
	return read_kib(path, ret_bytes);
}
