/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * swaps, mountinfo, zoneinfo, loadavg, shm and version.
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

static int swaps_of(const char *text, size_t size, struct proc_swaps *ret_swaps)
{
	fill_garbage(ret_swaps, sizeof(*ret_swaps));
	return parse_swaps(edge_copy(text, size), size, ret_swaps);
}

#define SWAPS_HEAD "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
#define SWAPS_PARTITION "/dev/sda2                               " \
			"partition\t8388604\t\t1024\t\t-2\n"
#define SWAPS_FILE "/swap\\040file\\040(deleted)               " \
		   "file\t\t1048572\t0\t5\n"

static void no_swap(void **state)
{
	struct proc_swaps swaps;

	(void)state;
	assert_int_equal(swaps_of(SWAPS_HEAD, strlen(SWAPS_HEAD), &swaps), 0);
	assert_int_equal(swaps.area_count, 0);
	assert_int_equal(swaps.types, 0);
	assert_int_equal(swaps.used_bytes, 0);
}

static void two_areas(void **state)
{
	static const char text[] = SWAPS_HEAD SWAPS_PARTITION SWAPS_FILE;
	struct proc_swaps swaps;

	(void)state;
	assert_int_equal(swaps_of(text, strlen(text), &swaps), 0);
	assert_int_equal(swaps.area_count, 2);
	assert_int_equal(swaps.types, 0x7fffff);
	assert_int_equal(swaps.used_bytes, 1024 * 1024);
}

static void types_follow_the_areas(void **state)
{
	static const struct {
		unsigned int areas;
		uint32_t types;
	} rows[] = {
		{ 1, 0x7fffff }, { 23, 0x7fffff }, { 24, 0xffffff },
		{ 31, 0x7fffffff }, { 32, 0xffffffff }, { 40, 0xffffffff },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[8192] = SWAPS_HEAD;
		struct proc_swaps swaps;

		for (unsigned int n = 0; n < rows[i].areas; n++)
			strcat(text, SWAPS_PARTITION);
		assert_int_equal(swaps_of(text, strlen(text), &swaps), 0);
		assert_int_equal(swaps.area_count, rows[i].areas);
		assert_int_equal(swaps.types, rows[i].types);
		assert_int_equal(swaps.used_bytes,
				 rows[i].areas * UINT64_C(1024) * 1024);
	}
}

static void broken_swaps(void **state)
{
	static const char *const texts[] = {
		"", "\n", SWAPS_PARTITION, "Filenames\n",
		"Filename\tType", SWAPS_HEAD "\n", SWAPS_HEAD "/dev/sda2\n",
		SWAPS_HEAD "/dev/sda2 partition 1 2\n",
		SWAPS_HEAD "/dev/sda2 partition 1 2 3 4\n",
		SWAPS_HEAD "/dev/sda2 partition 1 2 3",
		SWAPS_HEAD "/dev/sda2 partition x 2 3\n",
		SWAPS_HEAD "/dev/sda2 partition 1 x 3\n",
		SWAPS_HEAD "/dev/sda2 partition 1 2 x\n",
		SWAPS_HEAD "/dev/sda2 partition 1 -2 3\n",
		SWAPS_HEAD "/dev/sda2 partition 1 18014398509481984 3\n",
		SWAPS_HEAD "/dev/sda2 partition 1 18446744073709551616 3\n",
		SWAPS_HEAD "/dev/sda2 partition 1 18014398509481983 3\n"
			   "/dev/sda3 partition 1 1 3\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct proc_swaps swaps;

		assert_int_equal(swaps_of(texts[i], strlen(texts[i]), &swaps),
				 -EINVAL);
		assert_garbage(&swaps, sizeof(swaps));
	}
}

static void swaps_cut_at_every_byte(void **state)
{
	static const char text[] = SWAPS_HEAD SWAPS_PARTITION SWAPS_FILE;
	struct proc_swaps swaps;

	(void)state;
	for (size_t len = 0; len < strlen(text); len++)
		assert_int_equal(swaps_of(text, len, &swaps),
				 len && text[len - 1] == '\n' ? 0 : -EINVAL);
}

static int mount_of(const char *line, size_t len, struct mount_line *ret_mount)
{
	struct span span = { edge_copy(line, len), len };

	fill_garbage(ret_mount, sizeof(*ret_mount));
	return parse_mountinfo_line(span, ret_mount);
}

static void mounts(void **state)
{
	static const struct {
		const char *line;
		unsigned int dev_major, dev_minor;
		const char *root, *point, *type, *options;
	} rows[] = {
		{ "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw",
		  254, 0, "/", "/", "ext4", "rw" },
		{ "36 35 98:12 /mnt1 /mnt\\0402 rw,noatime master:1 shared:2 "
		  "- ext3 /dev/root rw,errors=continue",
		  98, 12, "/mnt1", "/mnt\\0402", "ext3",
		  "rw,errors=continue" },
		{ "36 35 98:12 / /mnt rw x - ext3 /dev/root rw",
		  98, 12, "/", "/mnt", "ext3", "rw" },
		{ "40 35 0:3 net:[4026532008] /run/netns/a rw - nsfs nsfs rw",
		  0, 3, "net:[4026532008]", "/run/netns/a", "nsfs", "rw" },
		/* A source without a name leaves two spaces. */
		{ "41 35 0:24 / /dev/shm rw shared:1 - tmpfs  rw,size=4k",
		  0, 24, "/", "/dev/shm", "tmpfs", "rw,size=4k" },
		{ "41 35 0:4294967295 / /- rw - - - rw,context=\"a b\"",
		  0, UINT32_MAX, "/", "/-", "-", "rw,context=\"a b\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct mount_line mount;

		assert_int_equal(mount_of(rows[i].line, strlen(rows[i].line),
					  &mount), 0);
		assert_int_equal(mount.dev_major, rows[i].dev_major);
		assert_int_equal(mount.dev_minor, rows[i].dev_minor);
		assert_span(mount.root, rows[i].root);
		assert_span(mount.mount_point, rows[i].point);
		assert_span(mount.fs_type, rows[i].type);
		assert_span(mount.super_options, rows[i].options);
	}
}

static void broken_mounts(void **state)
{
	static const char *const lines[] = {
		"", "-", "27", "27 1 254:0 / / rw",
		"x 1 254:0 / / rw - ext4 /dev/vda rw",
		"27 x 254:0 / / rw - ext4 /dev/vda rw",
		"27 1 2540 / / rw - ext4 /dev/vda rw",
		"27 1 :0 / / rw - ext4 /dev/vda rw",
		"27 1 1: / / rw - ext4 /dev/vda rw",
		"27 1 1:4294967296 / / rw - ext4 /dev/vda rw",
		"27 1 254:0  / rw - ext4 /dev/vda rw",
		"27 1 254:0 /  rw - ext4 /dev/vda rw",
		"27 1 254:0 / / rw ext4 /dev/vda rw",
		"27 1 254:0 / / rw -- ext4 /dev/vda rw",
		"27 1 254:0 / / rw -  /dev/vda rw",
		"27 1 254:0 / / - ext4 /dev/vda rw",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct mount_line mount;

		assert_int_equal(mount_of(lines[i], strlen(lines[i]), &mount),
				 -EINVAL);
		assert_garbage(&mount, sizeof(mount));
	}
}

static void mount_cut_at_every_byte(void **state)
{
	static const char line[] =
		"27 1 254:7 / /x rw,relatime shared:1 - ext4 /dev/vda rw";
	struct mount_line mount;

	(void)state;
	for (size_t len = 0; len < strlen(line); len++) {
		bool good = len == strlen(line) - 1;

		assert_int_equal(mount_of(line, len, &mount),
				 good ? 0 : -EINVAL);
		if (good)
			assert_span(mount.super_options, "r");
	}
}

static int version_of(const char *text, size_t size,
		      struct proc_version *ret_version)
{
	fill_garbage(ret_version, sizeof(*ret_version));
	return parse_version(edge_copy(text, size), size, ret_version);
}

static void versions(void **state)
{
	static const struct {
		const char *text, *release;
		unsigned int major, minor;
	} rows[] = {
		{ "Linux version 6.1.0-56-amd64 (debian@x) (gcc) #1 SMP\n",
		  "6.1.0-56-amd64", 6, 1 },
		{ "Linux version 4.4.0 (x)\n", "4.4.0", 4, 4 },
		{ "Linux version 6.18-rc1 #1\n", "6.18-rc1", 6, 18 },
		{ "Linux version 3.10.0-1160.el7.x86_64 (m) #1", "3.10.0-1160"
		  ".el7.x86_64", 3, 10 },
		{ "Linux version 6.1.0\n", "6.1.0", 6, 1 },
		{ "Linux version 6.1 ", "6.1", 6, 1 },
		{ "Linux version 6.1+\nmore text", "6.1+", 6, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct proc_version version;

		assert_int_equal(version_of(rows[i].text, strlen(rows[i].text),
					    &version), 0);
		assert_span(version.release, rows[i].release);
		assert_int_equal(version.major, rows[i].major);
		assert_int_equal(version.minor, rows[i].minor);
	}
}

static void broken_versions(void **state)
{
	static const char *const texts[] = {
		"", "\n", "Linux", "Linux version", "Linux version ",
		"Linux version 6.1.0", "Linux version  6.1.0 x\n",
		"Linux version 6 x\n", "Linux version 6. x\n",
		"Linux version .1 x\n", "Linux version six.1 x\n",
		"Linux version 4294967296.1 x\n",
		"Linux version 6.4294967296 x\n",
		"linux version 6.1.0 x\n", "Linux versions 6.1.0 x\n",
		"Linux\nversion 6.1.0 x\n", "FreeBSD version 6.1.0 x\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct proc_version version;

		assert_int_equal(version_of(texts[i], strlen(texts[i]),
					    &version), -EINVAL);
		assert_garbage(&version, sizeof(version));
	}
}

static void version_cut_at_every_byte(void **state)
{
	static const char text[] = "Linux version 6.18.44-x (a) #1\n";
	const size_t needed = strlen("Linux version 6.18.44-x ");
	struct proc_version version;

	(void)state;
	for (size_t len = 0; len < strlen(text); len++) {
		assert_int_equal(version_of(text, len, &version),
				 len >= needed ? 0 : -EINVAL);
		if (len >= needed)
			assert_span(version.release, "6.18.44-x");
	}
}

/* ---- zoneinfo ---------------------------------------------------------- */

static int end_of(const char *text, size_t size, uint64_t *ret_end)
{
	fill_garbage(ret_end, sizeof(*ret_end));
	return parse_zoneinfo(edge_copy(text, size), size, ret_end);
}

#define ZONE_DMA "Node 0, zone      DMA\n  pages free     2816\n" \
		 "        spanned  4095\n        present  3998\n" \
		 "  node_unreclaimable:  0\n  start_pfn:           1\n"
#define ZONE_NORMAL "Node 0, zone   Normal\n        spanned  5505024\n" \
		    "  start_pfn:           1048576\n"
#define ZONE_EMPTY "Node 0, zone  Movable\n        spanned  0\n"

static void the_last_frame_of_all_zones(void **state)
{
	uint64_t end;

	(void)state;
	assert_int_equal(end_of(ZONE_DMA, strlen(ZONE_DMA), &end), 0);
	assert_int_equal(end, 4096);
	assert_int_equal(end_of(ZONE_NORMAL ZONE_DMA ZONE_EMPTY,
				strlen(ZONE_NORMAL ZONE_DMA ZONE_EMPTY),
				&end), 0);
	assert_int_equal(end, 1048576 + 5505024);
}

static void broken_zones(void **state)
{
	static const char *const broken[] = {
		"", "\n", ZONE_EMPTY, "        spanned  x\n  start_pfn: 1\n",
		"        spanned\n", "  start_pfn:\n",
		"        spanned  18446744073709551615\n  start_pfn: 1\n",
		"        spanned  18446744073709551616\n  start_pfn: 1\n",
		"        spanned  5\n  start_pfn: 1",
	};
	uint64_t end;

	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		assert_int_equal(end_of(broken[i], strlen(broken[i]), &end),
				 -EINVAL);
}

/* ---- loadavg, sysvipc/shm ----------------------------------------------- */

static void threads_of_loadavg(void **state)
{
	static const char *const broken[] = {
		"", "0.29 0.26 0.11 1/88 7917", "0.29 0.26 0.11\n",
		"0.29 0.26 0.11 188 7917\n", "0.29 0.26 0.11 1/0 7917\n",
		"0.29 0.26 0.11 1/x 7917\n", "0.29 0.26 0.11 1/ 7917\n",
	};
	uint64_t threads;

	(void)state;
	assert_int_equal(parse_loadavg(EDGE("0.29 0.26 0.11 1/88 7917\n"),
				       &threads), 0);
	assert_int_equal(threads, 88);
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		size_t size = strlen(broken[i]);

		fill_garbage(&threads, sizeof(threads));
		assert_int_equal(parse_loadavg(edge_copy(broken[i], size), size,
					       &threads), -EINVAL);
		assert_garbage(&threads, sizeof(threads));
	}
}

#define SEGMENT "         0      32769  1600               1048576  7319  7319" \
		"      3     0     0     0     0 1795727356          0 " \
		"1795727356                  4096                  8192"

static void segments(void **state)
{
	size_t last = strlen(SEGMENT) - strlen("  8192");
	struct shm_line segment;

	(void)state;
	assert_int_equal(parse_shm_line((struct span){ EDGE(SEGMENT) },
					&segment), 0);
	assert_int_equal(segment.id, 32769);
	assert_int_equal(segment.mode, SHM_LINE_DEST | 0600);
	assert_int_equal(segment.attach_count, 3);
	assert_int_equal(segment.resident_bytes, 4096);
	assert_int_equal(segment.swapped_bytes, 8192);
	/* Cut before the last number, its headings, a mode that is none. */
	for (size_t size = 0; size < last; size++) {
		fill_garbage(&segment, sizeof(segment));
		assert_int_equal(parse_shm_line((struct span){
			edge_copy(SEGMENT, size), size }, &segment), -EINVAL);
		assert_garbage(&segment, sizeof(segment));
	}
	assert_int_equal(parse_shm_line((struct span){
		EDGE("key shmid perms size") }, &segment), -EINVAL);
	assert_int_equal(parse_shm_line((struct span){ EDGE(
		"0 1 1900 4096 1 1 1 0 0 0 0 0 0 0 0 0") }, &segment), -EINVAL);
}

/* ---- slabinfo ----------------------------------------------------------- */

#define SLABS "slabinfo - version: 2.1\n" \
	"# name            <active_objs> <num_objs> <objsize> <objperslab>\n" \
	"vm_area_struct_x      7     8    999   21    1 : tunables    0\n" \
	"vm_area_struct     10539  10605    192   21    1 : tunables    0\n"

static int object_of(const char *text, size_t size, uint64_t *ret_bytes)
{
	return parse_slab_object(edge_copy(text, size), size, "vm_area_struct",
				 ret_bytes);
}

static void objects_of_a_cache(void **state)
{
	static const char *const broken[] = {
		"vm_area_struct\n", "vm_area_struct 1 2\n",
		"vm_area_struct 1 2 192\n", "vm_area_struct 1 2 x 4 5\n",
		"vm_area_struct 1 2 18446744073709551616 4 5\n",
	};
	uint64_t bytes = 7;
	size_t i;

	(void)state;
	assert_int_equal(object_of(SLABS, strlen(SLABS), &bytes), 0);
	assert_int_equal(bytes, 192);
	bytes = 7;
	assert_int_equal(parse_slab_object(EDGE(SLABS), "vma_lock", &bytes),
			 -ENODATA);
	assert_int_equal(object_of("", 0, &bytes), -ENODATA);
	for (i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		assert_int_equal(object_of(broken[i], strlen(broken[i]),
					   &bytes), -EINVAL);
	assert_int_equal(bytes, 7);
	/* A line that is cut gives the number or none, never less of it. */
	for (i = 0; i < strlen(SLABS); i++)
		if (!object_of(SLABS, i, &bytes))
			assert_int_equal(bytes, 192);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_swap),
		cmocka_unit_test(two_areas),
		cmocka_unit_test(types_follow_the_areas),
		cmocka_unit_test(broken_swaps),
		cmocka_unit_test(swaps_cut_at_every_byte),
		cmocka_unit_test(mounts),
		cmocka_unit_test(broken_mounts),
		cmocka_unit_test(mount_cut_at_every_byte),
		cmocka_unit_test(the_last_frame_of_all_zones),
		cmocka_unit_test(broken_zones),
		cmocka_unit_test(threads_of_loadavg),
		cmocka_unit_test(segments),
		cmocka_unit_test(objects_of_a_cache),
		cmocka_unit_test(versions),
		cmocka_unit_test(broken_versions),
		cmocka_unit_test(version_cut_at_every_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
