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

static bool is_octal(const char *at)
{
	return at[0] >= '0' && at[0] <= '3' && at[1] >= '0' && at[1] <= '7' &&
	       at[2] >= '0' && at[2] <= '7';
}

/* Adds a text, mountinfo's \040 undone, as far as there is room. */
static size_t add_text(struct span text, char *ret_name, size_t at, size_t size)
{
	size_t i;

	for (i = 0; i < text.len && at + 1 < size; i++) {
		char byte = text.at[i];

		if (byte == '\\' && text.len - i > 3 &&
		    is_octal(text.at + i + 1)) {
			byte = (char)((text.at[i + 1] - '0') << 6 |
				      (text.at[i + 2] - '0') << 3 |
				      (text.at[i + 3] - '0'));
			i += 3;
		}
		ret_name[at++] = byte;
	}
	ret_name[at] = '\0';
	return at;
}

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
		at = add_text(mount.fs_type, ret_name, 0, size);
		at = add_text((struct span){ " ", 1 }, ret_name, at, size);
		add_text(mount.mount_point, ret_name, at, size);
	}
	buffer_free(&file);
	return err;
}
