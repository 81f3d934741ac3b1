/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The texts of control groups: where a process is, and the files of a memory
 * cgroup.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common_edge.h"
#include "parse.h"

static void assert_span(struct span span, const char *want)
{
	assert_int_equal(span.len, strlen(want));
	assert_memory_equal(span.at, want, span.len);
}

static int cgroup_of(const char *text, size_t size, struct span *ret_path)
{
	fill_garbage(ret_path, sizeof(*ret_path));
	return parse_cgroup(edge_copy(text, size), size, ret_path);
}

static void the_best_hierarchy(void **state)
{
	static const struct {
		const char *text, *path;
	} rows[] = {
		{ "0::/user.slice/a.scope\n", "/user.slice/a.scope" },
		{ "0::/\n", "/" },
		{ "0::/../other\n", "/../other" },
		{ "0::/a:b c (deleted)\n", "/a:b c (deleted)" },
		/* Hybrid: unified alone has the path, or is unused. */
		{ "4:memory:/m\n1:name=systemd:/s\n0::/u\n", "/u" },
		{ "4:memory:/m\n1:name=systemd:/s\n0::/\n", "/s" },
		{ "4:memory:/m\n1:name=systemd:/\n0::/\n", "/m" },
		{ "4:memory:/\n1:name=systemd:/\n0::/\n", "/" },
		/* Version 1. */
		{ "2:cpu,cpuacct:/c\n1:name=systemd:/s\n", "/s" },
		{ "3:cpu,memory,pids:/m\n2:freezer:/f\n", "/m" },
		{ "3:memory,cpu:/m\n", "/m" },
		{ "3:cpu,memory:/m\n", "/m" },
		{ "3:memory:/\n", "/" },
		/* Words that only look alike. */
		{ "5:name=systemd2:/x\n4:memoryx:/y\n3:memory:/\n", "/" },
		{ "5:xmemory,b:/y\n0::/\n", "/" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct span path;

		assert_int_equal(cgroup_of(rows[i].text, strlen(rows[i].text),
					   &path), 0);
		assert_span(path, rows[i].path);
	}
}

static void assert_cgroup_fails(const char *text, int err)
{
	struct span path;

	assert_int_equal(cgroup_of(text, strlen(text), &path), err);
	assert_garbage(&path, sizeof(path));
}

static void no_path_of_a_cgroup(void **state)
{
	(void)state;
	assert_cgroup_fails("", -ENODATA);
	assert_cgroup_fails("2:cpu:/x\n", -ENODATA);
	assert_cgroup_fails("\n", -EINVAL);
	assert_cgroup_fails("0::\n", -EINVAL);
	assert_cgroup_fails("0::x\n", -EINVAL);
	assert_cgroup_fails("0:/x\n", -EINVAL);
	assert_cgroup_fails("::/x\n", -EINVAL);
	assert_cgroup_fails("a::/x\n", -EINVAL);
	assert_cgroup_fails("4294967296::/x\n", -EINVAL);
	assert_cgroup_fails("0::/x\nrubbish\n", -EINVAL);
}

static void cgroup_cut_at_every_byte(void **state)
{
	static const char text[] = "2:memory:/mem\n1:name=systemd:/sys\n"
				   "0::/uni\n";
	struct span path;

	(void)state;
	for (size_t len = 1; len < strlen(text); len++) {
		bool good = text[len - 1] == '\n';

		assert_int_equal(cgroup_of(text, len, &path),
				 good ? 0 : -EINVAL);
		if (good)
			assert_span(path, len < 20 ? "/mem" : "/sys");
	}
}

static void lines_of_a_cgroup(void **state)
{
	struct cgroup_line line;

	(void)state;
	assert_int_equal(parse_cgroup_line((struct span){
		EDGE("4:cpu,memory:/a:b") }, &line), 0);
	assert_int_equal(line.hierarchy, 4);
	assert_span(line.controllers, "cpu,memory");
	assert_span(line.path, "/a:b");
	assert_int_equal(parse_cgroup_line((struct span){ EDGE("0::/") },
					   &line), 0);
	assert_int_equal(line.hierarchy, 0);
	assert_span(line.controllers, "");
	fill_garbage(&line, sizeof(line));
	assert_int_equal(parse_cgroup_line((struct span){ EDGE("0::") },
					   &line), -EINVAL);
	assert_int_equal(parse_cgroup_line((struct span){ NULL, 0 }, &line),
			 -EINVAL);
	assert_garbage(&line, sizeof(line));
}

/* memory.stat with what else may stand in such a file. */
static void keys_and_numbers(void **state)
{
	static const char stat[] =
		"anon 4096\n"
		"\n"
		"no number\n"
		"alone\n"
		" 5\n"
		"two 1 2x\n"
		"negative -1\n"
		"workingset_refault_anon 18446744073709551615\n"
		"zero 0\n";
	struct span key;
	uint64_t number;
	struct text text;

	(void)state;
	text.at = edge_copy(stat, 10);
	text.end = text.at + 10;
	assert_int_equal(parse_keyed_next(&text, &key, &number), 1);
	assert_span(key, "anon");
	assert_int_equal(number, 4096);
	assert_int_equal(parse_keyed_next(&text, &key, &number), 0);

	text.at = edge_copy(stat, sizeof(stat) - 1);
	text.end = text.at + sizeof(stat) - 1;
	assert_int_equal(parse_keyed_next(&text, &key, &number), 1);
	/* "1 2x" begins with a digit and is no number. */
	assert_int_equal(parse_keyed_next(&text, &key, &number), -EINVAL);
	assert_int_equal(parse_keyed_next(&text, &key, &number), 1);
	assert_span(key, "workingset_refault_anon");
	assert_true(number == UINT64_MAX);
	assert_int_equal(parse_keyed_next(&text, &key, &number), 1);
	assert_span(key, "zero");
	assert_int_equal(number, 0);
	assert_int_equal(parse_keyed_next(&text, &key, &number), 0);
}

static void keyed_cut_at_every_byte(void **state)
{
	static const char stat[] = "anon 41\nfile 5\n";
	struct span key;
	uint64_t number;

	(void)state;
	for (size_t size = 0; size < sizeof(stat); size++) {
		struct text text = { edge_copy(stat, size), NULL };
		uint64_t sum = 0;
		int got;

		text.end = text.at + size;
		while ((got = parse_keyed_next(&text, &key, &number)) > 0)
			sum += number;
		/* A number that may go on is none. */
		assert_int_equal(got, size == 6 || size == 7 || size == 14 ?
				 -EINVAL : 0);
		assert_int_equal(sum, size < 8 ? 0 : size < 15 ? 41 : 46);
	}
}

static void keyed_overflow(void **state)
{
	static const char stat[] = "a 18446744073709551616\n";
	struct text text = { edge_copy(stat, sizeof(stat) - 1), NULL };
	struct span key;
	uint64_t number = 7;

	(void)state;
	text.end = text.at + sizeof(stat) - 1;
	assert_int_equal(parse_keyed_next(&text, &key, &number), -EINVAL);
	assert_int_equal(number, 7);
}

static void limits(void **state)
{
	static const struct {
		const char *text;
		uint64_t bytes;
		int err;
	} rows[] = {
		{ "0\n", 0, 0 },
		{ "1048576\n", 1048576, 0 },
		{ "max\n", PAGEMAP_CGROUP_NO_LIMIT, 0 },
		/* Version 1, of 64 bits and pages of 4 and 64 KiB; 3.18. */
		{ "9223372036854771712\n", PAGEMAP_CGROUP_NO_LIMIT, 0 },
		{ "9223372036854710272\n", PAGEMAP_CGROUP_NO_LIMIT, 0 },
		{ "9223372036854775807\n", PAGEMAP_CGROUP_NO_LIMIT, 0 },
		/* Of 32 bits: 2^31 - 1 pages. */
		{ "8796093018112\n", PAGEMAP_CGROUP_NO_LIMIT, 0 },
		{ "8796093014016\n", 8796093014016, 0 },
		{ "9223372036854710271\n", 9223372036854710271u, 0 },
		{ "", 0, -EINVAL }, { "\n", 0, -EINVAL },
		{ "1", 0, -EINVAL }, { "max", 0, -EINVAL },
		{ "maximum\n", 0, -EINVAL }, { "-1\n", 0, -EINVAL },
		{ "1\n2\n", 0, -EINVAL }, { "1 \n", 0, -EINVAL },
		{ "18446744073709551616\n", 0, -EINVAL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t size = strlen(rows[i].text);
		uint64_t bytes;

		fill_garbage(&bytes, sizeof(bytes));
		assert_int_equal(parse_limit(edge_copy(rows[i].text, size),
					     size, &bytes), rows[i].err);
		if (rows[i].err)
			assert_garbage(&bytes, sizeof(bytes));
		else
			assert_true(bytes == rows[i].bytes);
	}
}

#define SOME "some avg10=0.12 avg60=0.00 avg300=3.50 total="
#define FULL "full avg10=0.00 avg60=0.00 avg300=0.00 total="

static void pressure(void **state)
{
	uint64_t us;

	(void)state;
	assert_int_equal(parse_pressure(EDGE(SOME "77\n" FULL "5\n"), &us), 0);
	assert_int_equal(us, 77);
	assert_int_equal(parse_pressure(EDGE(FULL "5\n" SOME "1\n"), &us), 0);
	assert_int_equal(us, 1);
	fill_garbage(&us, sizeof(us));
	assert_int_equal(parse_pressure(EDGE(""), &us), -EINVAL);
	assert_int_equal(parse_pressure(EDGE(SOME "77"), &us), -EINVAL);
	assert_int_equal(parse_pressure(EDGE(SOME "\n"), &us), -EINVAL);
	assert_int_equal(parse_pressure(EDGE(SOME "7x\n"), &us), -EINVAL);
	assert_int_equal(parse_pressure(EDGE(FULL "7\n"), &us), -EINVAL);
	assert_int_equal(parse_pressure(EDGE("some\n"), &us), -EINVAL);
	assert_garbage(&us, sizeof(us));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_best_hierarchy),
		cmocka_unit_test(no_path_of_a_cgroup),
		cmocka_unit_test(cgroup_cut_at_every_byte),
		cmocka_unit_test(lines_of_a_cgroup),
		cmocka_unit_test(keys_and_numbers),
		cmocka_unit_test(keyed_cut_at_every_byte),
		cmocka_unit_test(keyed_overflow),
		cmocka_unit_test(limits),
		cmocka_unit_test(pressure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
