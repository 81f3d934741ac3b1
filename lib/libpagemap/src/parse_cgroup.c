/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Control groups: where a process is (<pid>/cgroup), and the files of a
 * memory cgroup.  Which fields matter is not known here.
 */
#include <errno.h>
#include <string.h>

#include "parse.h"

/* Hierarchies whose path is used, the best first. */
enum { CGROUP_UNIFIED, CGROUP_SYSTEMD, CGROUP_MEMORY, CGROUP_KINDS };

int parse_cgroup_line(struct span line, struct cgroup_line *ret_line)
{
	struct cgroup_line found;
	struct span id;

	if (!span_take(&line, ':', &id) ||
	    !span_to_u32(id, 10, &found.hierarchy) ||
	    !span_take(&line, ':', &found.controllers) || !line.len ||
	    *line.at != '/')
		return -EINVAL;
	found.path = line;
	*ret_line = found;
	return 0;
}

static int kind_of(const struct cgroup_line *line)
{
	if (!line->hierarchy)
		return CGROUP_UNIFIED;
	if (span_is(line->controllers, "name=systemd"))
		return CGROUP_SYSTEMD;
	return span_list_has(line->controllers, "memory") ? CGROUP_MEMORY
							   : CGROUP_KINDS;
}

int parse_cgroup(const char *text, size_t size, struct span *ret_path)
{
	struct span line, root = { 0 }, paths[CGROUP_KINDS] = { 0 };
	struct cgroup_line found;
	struct text rest;

	if (!size)
		return -ENODATA;
	if (!text_is_whole(text, size))
		return -EINVAL;
	rest = (struct text){ text, text + size };
	while (text_next_line(&rest, &line)) {
		int kind;

		if (parse_cgroup_line(line, &found))
			return -EINVAL;
		kind = kind_of(&found);
		if (kind < CGROUP_KINDS)
			paths[kind] = found.path;
	}
	for (int kind = 0; kind < CGROUP_KINDS; kind++) {
		if (paths[kind].len > 1) {
			*ret_path = paths[kind];
			return 0;
		}
		if (paths[kind].len)
			root = paths[kind];
	}
	if (!root.len)
		return -ENODATA;
	*ret_path = root;
	return 0;
}

int parse_keyed_next(struct text *text, struct span *ret_key,
		     uint64_t *ret_number)
{
	struct span line, key;
	uint64_t number;

	while (text_next_line(text, &line)) {
		const char *end = line.at + line.len;

		if (!span_take(&line, ' ', &key) || !key.len || !line.len ||
		    *line.at < '0' || *line.at > '9')
			continue;
		/* A line that ends with the text has no newline. */
		if (end == text->end || !span_to_u64(line, 10, &number))
			return -EINVAL;
		*ret_key = key;
		*ret_number = number;
		return 1;
	}
	return 0;
}

/*
 * What version 1 says where there is no limit: LONG_MAX in whole pages of up
 * to 64 KiB, or (of 32 bits) so many pages; before 3.19 all of LLONG_MAX.
 */
static bool is_no_limit(uint64_t bytes)
{
	const uint64_t most = INT64_MAX, pages = INT32_MAX;

	return bytes > most - (1 << 16) ||
	       (bytes % pages == 0 && bytes / pages >= 4096 &&
		bytes / pages <= 1 << 16);
}

int parse_limit(const char *text, size_t size, uint64_t *ret_bytes)
{
	struct span line, rest = { text, size };
	uint64_t bytes;

	if (!span_take(&rest, '\n', &line) || rest.len)
		return -EINVAL;
	if (span_is(line, "max"))
		bytes = PAGEMAP_CGROUP_NO_LIMIT;
	else if (!span_to_u64(line, 10, &bytes))
		return -EINVAL;
	*ret_bytes = is_no_limit(bytes) ? PAGEMAP_CGROUP_NO_LIMIT : bytes;
	return 0;
}

/* "some avg10=0.00 avg60=0.00 avg300=0.00 total=0" */
int parse_pressure(const char *text, size_t size, uint64_t *ret_some_us)
{
	struct text rest = { text, text + size };
	struct span line, word, name;

	if (!text_is_whole(text, size))
		return -EINVAL;
	while (text_next_line(&rest, &line)) {
		if (!span_take_word(&line, &word) || !span_is(word, "some"))
			continue;
		while (span_take_word(&line, &word))
			if (span_take(&word, '=', &name) &&
			    span_is(name, "total"))
				return span_to_u64(word, 10, ret_some_us) ?
				       0 : -EINVAL;
	}
	return -EINVAL;
}
