/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of maps, and the unescaping of their paths.  What was understood is
 * written out and read again: nothing may be lost.
 */
#include "fuzz.h"

static void check_path(struct span path)
{
	char *name = malloc(path.len + 1);
	size_t len;

	CHECK(name);
	len = unescape_path(path, name);
	CHECK(len <= path.len);
	CHECK((path.len - len) % 3 == 0);
	CHECK(name[len] == '\0');
	free(name);
}

static void check_again(const struct maps_line *map)
{
	struct maps_line again;
	char head[160];
	int len = snprintf(head, sizeof(head),
			   "%llx-%llx %s %llx %x:%x %llu",
			   (unsigned long long)map->start_vaddr,
			   (unsigned long long)map->end_vaddr,
			   map->permissions,
			   (unsigned long long)map->offset_bytes,
			   map->dev_major, map->dev_minor,
			   (unsigned long long)map->inode);

	CHECK(len > 0 && (size_t)len < sizeof(head));
	CHECK(!parse_maps_line((struct span){ head, (size_t)len }, &again));
	CHECK(again.start_vaddr == map->start_vaddr);
	CHECK(again.end_vaddr == map->end_vaddr);
	CHECK(!strcmp(again.permissions, map->permissions));
	CHECK(again.offset_bytes == map->offset_bytes);
	CHECK(again.dev_major == map->dev_major);
	CHECK(again.dev_minor == map->dev_minor);
	CHECK(again.inode == map->inode);
	CHECK(!again.path.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *start = (const char *)data;
	struct text text = { start, start + size };
	struct maps_line map;
	struct span line;

	while (text_next_line(&text, &line)) {
		int err = parse_maps_line(line, &map);

		CHECK(err == 0 || err == -EINVAL);
		if (err)
			continue;
		CHECK(map.start_vaddr < map.end_vaddr);
		CHECK(strlen(map.permissions) == 4);
		CHECK(span_inside(map.path, line.at, line.len));
		CHECK(!map.path.len || *map.path.at != ' ');
		check_path(map.path);
		check_again(&map);
	}
	CHECK(text.at == text.end);
	return 0;
}
