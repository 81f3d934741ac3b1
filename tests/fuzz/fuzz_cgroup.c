/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cgroup of a process: a path out of one of its lines.
 */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct span path;
	int err = parse_cgroup(text, size, &path);

	CHECK(err == 0 || err == -EINVAL || err == -ENODATA);
	CHECK(size || err == -ENODATA);
	if (err)
		return 0;
	CHECK(span_inside(path, text, size - 1));
	CHECK(path.len && *path.at == '/');
	CHECK(!span_has(path, '\n'));
	CHECK(path.at > text && path.at[-1] == ':');
	CHECK(path.at[path.len] == '\n');
	return 0;
}
