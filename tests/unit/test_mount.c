/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * File systems by their devices, out of mountinfo.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include <cmocka.h>

#include "source.h"

static const char *mountinfo;

static int read_text(struct pagemap_source *source,
		     const struct process_ref *ref, const char *name,
		     struct buffer *ret_text)
{
	(void)source;
	assert_null(ref);
	assert_string_equal(name, "self/mountinfo");
	if (!mountinfo)
		return -EACCES;
	if (buffer_reserve(ret_text, strlen(mountinfo)))
		return -ENOMEM;
	memcpy(ret_text->data, mountinfo, strlen(mountinfo) + 1);
	ret_text->size = strlen(mountinfo);
	return 0;
}

static void file_systems(void **state)
{
	static const struct source_ops ops = { .read_text = read_text };
	struct pagemap_source source = { .ops = &ops };
	static const struct {
		unsigned int major, minor;
		size_t size;
		int err;
		const char *name;
	} rows[] = {
		{ 254, 0, 64, 0, "ext4 /" },
		{ 0, 5, 64, 0, "tmpfs /dev/a b\\c" },
		/* The root of it, though that is mounted later. */
		{ 8, 1, 64, 0, "xfs /whole" },
		{ 8, 2, 64, 0, "xfs /part" },
		{ 8, 3, 64, -ENOENT, NULL },
		{ 254, 0, 6, 0, "ext4 " },
		{ 254, 0, 1, 0, "" },
		{ 254, 0, 0, -EINVAL, NULL },
	};
	char name[64];
	size_t i;

	(void)state;
	mountinfo =
		"1 0 254:0 / / rw - ext4 /dev/vda rw\n"
		"2 1 0:5 / /dev/a\\040b\\134c rw shared:2 - tmpfs none rw\n"
		"nonsense\n"
		"3 1 8:1 /sub /part rw - xfs /dev/sda1 rw\n"
		"4 1 8:1 / /whole rw - xfs /dev/sda1 rw\n"
		"5 1 8:2 /sub /part rw - xfs /dev/sda2 rw\n";
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(pagemap_source_file_system(&source,
					makedev(rows[i].major, rows[i].minor),
					name, rows[i].size), rows[i].err);
		if (rows[i].name)
			assert_string_equal(name, rows[i].name);
	}
	mountinfo = NULL;
	assert_int_equal(pagemap_source_file_system(&source, makedev(254, 0),
						    name, sizeof(name)),
			 -EACCES);
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

/* A folder that is said to be sysfs, with one device in it. */
static void read_ahead(void **state)
{
	char folder[] = "/tmp/mount-XXXXXX", text[128], path[128], command[160];
	const struct source_ops ops = { .read_text = read_text };
	struct pagemap_source source = { .ops = &ops };
	uint64_t bytes = 7;

	(void)state;
	source.kind = PAGEMAP_SOURCE_LIVE;
	assert_non_null(mkdtemp(folder));
	snprintf(command, sizeof(command), "mkdir -p %s/class/bdi/254:1",
		 folder);
	assert_int_equal(system(command), 0);
	snprintf(path, sizeof(path), "%s/class/bdi/254:1/read_ahead_kb", folder);
	snprintf(text, sizeof(text), "1 0 0:5 /part /none rw - sysfs sysfs rw\n"
		 "2 0 0:5 / %s rw - sysfs sysfs rw\n", folder);
	mountinfo = text;
	write_file(path, "8192\n");
	assert_int_equal(pagemap_source_read_ahead(&source, makedev(254, 1),
						   &bytes), 0);
	assert_int_equal(bytes, 8192 * 1024);
	assert_int_equal(pagemap_source_read_ahead(&source, makedev(254, 2),
						   &bytes), -ENOENT);
	write_file(path, "81x\n");
	assert_int_equal(pagemap_source_read_ahead(&source, makedev(254, 1),
						   &bytes), -EINVAL);
	mountinfo = "1 0 254:0 / / rw - ext4 /dev/vda rw\n";
	assert_int_equal(pagemap_source_read_ahead(&source, makedev(254, 1),
						   &bytes), -ENOENT);
	source.kind = PAGEMAP_SOURCE_TREE;
	assert_int_equal(pagemap_source_read_ahead(&source, makedev(254, 1),
						   &bytes), -ENOTSUP);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(read_ahead),
		cmocka_unit_test(file_systems),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
