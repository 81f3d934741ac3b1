/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cgroup of a process: a path out of one of its lines, and each line.
 */
#include "fuzz.h"

static void check_lines(const char *start, size_t size)
{
	struct text text = { start, start + size };
	struct cgroup_line found;
	struct span line;

	while (text_next_line(&text, &line)) {
		int err = parse_cgroup_line(line, &found);

		CHECK(err == 0 || err == -EINVAL);
		if (err)
			continue;
		CHECK(span_inside(found.controllers, line.at, line.len));
		CHECK(!span_has(found.controllers, ':'));
		CHECK(found.path.len && *found.path.at == '/');
		CHECK(found.path.at + found.path.len == line.at + line.len);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct span path;
	int err = parse_cgroup(text, size, &path);

	check_lines(text, size);
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
