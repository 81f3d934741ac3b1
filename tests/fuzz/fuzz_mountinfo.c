/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of mountinfo: fields stand in order, and none holds a space but the
 * last.
 */
#include "fuzz.h"

static void check_field(struct span field, struct span line)
{
	CHECK(span_inside(field, line.at, line.len));
	CHECK(field.len);
	CHECK(!span_has(field, ' '));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *start = (const char *)data;
	struct text text = { start, start + size };
	struct mount_line mount;
	struct span line;

	while (text_next_line(&text, &line)) {
		int err = parse_mountinfo_line(line, &mount);

		CHECK(err == 0 || err == -EINVAL);
		if (err)
			continue;
		check_field(mount.root, line);
		check_field(mount.mount_point, line);
		check_field(mount.fs_type, line);
		CHECK(mount.root.at < mount.mount_point.at);
		CHECK(mount.mount_point.at < mount.fs_type.at);
		CHECK(mount.fs_type.at < mount.super_options.at);
		CHECK(mount.super_options.at + mount.super_options.len ==
		      line.at + line.len);
	}
	return 0;
}
