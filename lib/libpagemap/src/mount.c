/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The names of file systems by their devices, as mountinfo tells them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

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
