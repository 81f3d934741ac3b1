/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of maps: of 32 and 64 bits, with every kind of path, broken in every
 * way, cut at every byte.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common_edge.h"
#include "parse.h"

static int parse(const char *line, size_t len, struct maps_line *ret_map)
{
	fill_garbage(ret_map, sizeof(*ret_map));
	return parse_maps_line((struct span){ edge_copy(line, len), len },
			       ret_map);
}

static void assert_path(const struct maps_line *map, const char *want)
{
	assert_int_equal(map->path.len, strlen(want));
	assert_memory_equal(map->path.at, want, map->path.len);
}

static void a_file_of_64_bits(void **state)
{
	static const char line[] =
		"7fb990ebe000-7fb990ec0000 r-xp 00031000 fe:1f 332383"
		"                     /usr/lib/x86_64-linux-gnu/libc.so.6";
	struct maps_line map;

	(void)state;
	assert_int_equal(parse(line, strlen(line), &map), 0);
	assert_int_equal(map.start_vaddr, 0x7fb990ebe000);
	assert_int_equal(map.end_vaddr, 0x7fb990ec0000);
	assert_int_equal(map.offset_bytes, 0x31000);
	assert_int_equal(map.dev_major, 0xfe);
	assert_int_equal(map.dev_minor, 0x1f);
	assert_int_equal(map.inode, 332383);
	assert_string_equal(map.permissions, "r-xp");
	assert_path(&map, "/usr/lib/x86_64-linux-gnu/libc.so.6");
}

static void a_file_of_32_bits(void **state)
{
	static const char line[] =
		"08048000-08056000 rwxs 00000000 03:0c 64593      /usr/sbin/gpm";
	struct maps_line map;

	(void)state;
	assert_int_equal(parse(line, strlen(line), &map), 0);
	assert_int_equal(map.start_vaddr, 0x08048000);
	assert_int_equal(map.end_vaddr, 0x08056000);
	assert_string_equal(map.permissions, "rwxs");
	assert_path(&map, "/usr/sbin/gpm");
}

static void the_largest_numbers(void **state)
{
	static const char line[] =
		"fffffffffffffffe-ffffffffffffffff ---s ffffffffffffffff "
		"ffffffff:ffffffff 18446744073709551615 /x";
	struct maps_line map;

	(void)state;
	assert_int_equal(parse(line, strlen(line), &map), 0);
	assert_int_equal(map.end_vaddr, UINT64_MAX);
	assert_int_equal(map.offset_bytes, UINT64_MAX);
	assert_int_equal(map.dev_major, UINT32_MAX);
	assert_int_equal(map.dev_minor, UINT32_MAX);
	assert_int_equal(map.inode, UINT64_MAX);
}

static void paths(void **state)
{
	static const struct {
		const char *rest, *path;
	} rows[] = {
		{ "0", "" },
		{ "0 ", "" },
		{ "0                          ", "" },
		{ "0                          [heap]", "[heap]" },
		{ "0                          [stack:1234]", "[stack:1234]" },
		{ "0                          [anon:a b]", "[anon:a b]" },
		{ "12 /tmp/a b", "/tmp/a b" },
		{ "12 /tmp/a (deleted)", "/tmp/a (deleted)" },
		{ "12 /tmp/ends in spaces  ", "/tmp/ends in spaces  " },
		{ "12 /tmp/new\\012line", "/tmp/new\\012line" },
		{ "12 /tmp/\t\033[2J", "/tmp/\t\033[2J" },
		{ "12 anon_inode:[perf_event]", "anon_inode:[perf_event]" },
		{ "12 /SYSV00000000 (deleted)", "/SYSV00000000 (deleted)" },
		{ "12 /memfd:x (deleted)", "/memfd:x (deleted)" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct maps_line map;
		char line[128];

		strcpy(line, "1000-2000 rw-p 00000000 00:00 ");
		strcat(line, rows[i].rest);
		assert_int_equal(parse(line, strlen(line), &map), 0);
		assert_path(&map, rows[i].path);
	}
}

static void vsyscall(void **state)
{
	static const char line[] =
		"ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0"
		"                  [vsyscall]";
	struct maps_line map;

	(void)state;
	assert_int_equal(parse(line, strlen(line), &map), 0);
	assert_int_equal(map.start_vaddr, UINT64_C(0xffffffffff600000));
	assert_int_equal(map.end_vaddr, UINT64_C(0xffffffffff601000));
	assert_string_equal(map.permissions, "--xp");
	assert_path(&map, "[vsyscall]");
}

static void a_path_of_65000_characters(void **state)
{
	static const char head[] = "1000-2000 rw-p 00000000 00:00 1 /";
	const size_t len = sizeof(head) - 1 + 65000;
	char *line = malloc(len);
	struct maps_line map;

	(void)state;
	assert_non_null(line);
	memset(line, 'x', len);
	memcpy(line, head, sizeof(head) - 1);
	assert_int_equal(parse(line, len, &map), 0);
	assert_int_equal(map.path.len, 65001);
	free(line);
}

static void broken_lines(void **state)
{
	static const char *const lines[] = {
		"",
		" ",
		"Rss:                 692 kB",
		"-2000 rw-p 00000000 00:00 0",
		"1000- rw-p 00000000 00:00 0",
		"1000 2000 rw-p 00000000 00:00 0",
		"2000-1000 rw-p 00000000 00:00 0",
		"1000-1000 rw-p 00000000 00:00 0",
		" 1000-2000 rw-p 00000000 00:00 0",
		"1000-2000  rw-p 00000000 00:00 0",
		"0x1000-0x2000 rw-p 00000000 00:00 0",
		"10000000000000000-20000000000000000 rw-p 00000000 00:00 0",
		"1000-10000000000000000 rw-p 00000000 00:00 0",
		"1000-2000 rw-p 10000000000000000 00:00 0",
		"1000-2000 rw-p 00000000 100000000:00 0",
		"1000-2000 rw-p 00000000 00:100000000 0",
		"1000-2000 rw-p 00000000 00:00 18446744073709551616",
		"1000-2000 rw-p 00000000 00:00 99999999999999999999999",
		"1000-2000 rw-p 00000000 00:00 -1",
		"1000-2000 rw-p 00000000 00:00 1a",
		"1000-2000 rw-p 00000000 00:00 ",
		"1000-2000 rw-p 00000000 00:00",
		"1000-2000 rw-p 00000000 0000 0",
		"1000-2000 rw-p 00000000 :00 0",
		"1000-2000 rw-p  00:00 0",
		"1000-2000 rw- 00000000 00:00 0",
		"1000-2000 rw-pp 00000000 00:00 0",
		"1000-2000 rw-pp00000000 00:00 0",
		"1000-2000 wr-p 00000000 00:00 0",
		"1000-2000 rwxx 00000000 00:00 0",
		"1000-2000 r",
		"1G00-2000 rw-p 00000000 00:00 0",
		"A000-B000 rw-p 00000000 00:00 0",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct maps_line map;

		assert_int_equal(parse(lines[i], strlen(lines[i]), &map),
				 -EINVAL);
		assert_garbage(&map, sizeof(map));
	}
}

/*
 * A line is a span, so a path or inode that was cut cannot be told from a
 * short one; all that stands before is read right or not at all.
 */
static void cut_at_every_byte(void **state)
{
	static const char line[] = "55d0a1c00000-55d0a1c21000 rw-p 00012000 "
				   "fe:01 98765       /bin/x y";
	const size_t inode = strlen("55d0a1c00000-55d0a1c21000 rw-p 00012000 "
				    "fe:01 ");
	struct maps_line map;

	(void)state;
	for (size_t len = 0; len <= strlen(line); len++) {
		int err = parse(line, len, &map);

		assert_int_equal(err, len > inode ? 0 : -EINVAL);
		if (err)
			continue;
		assert_int_equal(map.start_vaddr, 0x55d0a1c00000);
		assert_int_equal(map.end_vaddr, 0x55d0a1c21000);
		assert_int_equal(map.offset_bytes, 0x12000);
		assert_int_equal(map.dev_minor, 1);
		if (len >= inode + 5)
			assert_int_equal(map.inode, 98765);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_of_64_bits),
		cmocka_unit_test(a_file_of_32_bits),
		cmocka_unit_test(the_largest_numbers),
		cmocka_unit_test(paths),
		cmocka_unit_test(vsyscall),
		cmocka_unit_test(a_path_of_65000_characters),
		cmocka_unit_test(broken_lines),
		cmocka_unit_test(cut_at_every_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
