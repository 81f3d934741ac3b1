// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading /proc/meminfo and memory.stat of either version of cgroups.
 */
#include "common_cage.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common_victim.h"

#include <cmocka.h>

#define ROOT_V1 "/sys/fs/cgroup/memory"
#define ROOT_V2 "/sys/fs/cgroup"

static char cage[128];
static uint64_t cage_inode;
static int frame_cgroups = -1;		/* /proc/kpagecgroup */
static bool version_1;

/* The sum of some fields of a text of "name value" lines. */
struct row {
	const char *name;
	enum reading reading;
	int sign;
};

static const struct row machine_rows[] = {
	{ "AnonPages:", READ_ANON, 1 }, { "Shmem:", READ_SHMEM, 1 },
	{ "Cached:", READ_FILE, 1 }, { "Shmem:", READ_FILE, -1 },
	{ "Dirty:", READ_DIRTY, 1 }, { "Writeback:", READ_DIRTY, 1 },
	{ "PageTables:", READ_PAGE_TABLES, 1 },
	{ "KernelStack:", READ_STACKS, 1 },
	{ "Hugetlb:", READ_HUGE_ALL, 1 }, { "HugePages_Free:", READ_HUGE_FREE, 1 },
	{ "SwapTotal:", READ_SWAP, 1 }, { "SwapFree:", READ_SWAP, -1 },
	{ "MemTotal:", READ_USED, 1 }, { "MemFree:", READ_USED, -1 },
};

static const struct row v1_rows[] = {
	{ "rss", READ_ANON, 1 }, { "shmem", READ_SHMEM, 1 },
	{ "cache", READ_FILE, 1 }, { "shmem", READ_FILE, -1 },
	{ "dirty", READ_DIRTY, 1 }, { "writeback", READ_DIRTY, 1 },
	/* Its swap stays 0 on 6.18, with 64 MiB swapped out. */
};

static const struct row v2_rows[] = {
	{ "anon", READ_ANON, 1 }, { "shmem", READ_SHMEM, 1 },
	{ "file", READ_FILE, 1 }, { "shmem", READ_FILE, -1 },
	{ "file_dirty", READ_DIRTY, 1 }, { "file_writeback", READ_DIRTY, 1 },
	{ "pagetables", READ_PAGE_TABLES, 1 },
	{ "kernel_stack", READ_STACKS, 1 },
};

static bool read_file(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got, length = 0;

	if (fd < 0)
		return false;
	while ((got = read(fd, text + length, size - 1 - length)) > 0)
		length += got;
	close(fd);
	text[length] = 0;
	return length > 0;
}

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, text, strlen(text)) > 0;

	if (fd >= 0)
		close(fd);
	return done;
}

static void add_line(struct readings *readings, const struct row *rows,
		     size_t row_count, const char *line, int64_t unit)
{
	char name[64];
	long value;

	if (sscanf(line, "%63s %ld", name, &value) != 2)
		return;
	for (size_t i = 0; i < row_count; i++) {
		if (strcmp(rows[i].name, name) != 0)
			continue;
		readings->bytes[rows[i].reading] += rows[i].sign * value * unit;
		readings->known[rows[i].reading] = true;
	}
}

static void read_rows(const char *path, const struct row *rows,
		      size_t row_count, int64_t unit,
		      struct readings *ret_readings)
{
	static char text[1 << 16];
	char *line, *rest = text;

	memset(ret_readings, 0, sizeof(*ret_readings));
	if (!read_file(path, text, sizeof(text)))
		return;
	while ((line = strsep(&rest, "\n")))
		add_line(ret_readings, rows, row_count, line, unit);
}

/*
 * Pages that were freed lately wait on lists of each CPU, 200 MiB of them on
 * this kernel: free for it, but not in MemFree.
 */
static int64_t waiting_bytes(void)
{
	static char text[1 << 16];
	char *line, *rest = text;
	long count, sum = 0;

	if (!read_file("/proc/zoneinfo", text, sizeof(text)))
		return 0;
	while ((line = strsep(&rest, "\n")))
		if (sscanf(line, " count: %ld", &count) == 1)
			sum += count;
	return sum * (int64_t)PAGE;
}

void machine_read(struct readings *ret_readings)
{
	/* Counters of each CPU are added up first. */
	write_file("/proc/sys/vm/stat_refresh", "1");
	read_rows("/proc/meminfo", machine_rows,
		  sizeof(machine_rows) / sizeof(machine_rows[0]), 1024,
		  ret_readings);
	ret_readings->bytes[READ_USED] -= waiting_bytes();
	/* That one is a number of pages, of 2 MiB here. */
	ret_readings->bytes[READ_HUGE_FREE] *= HUGE / KIB;
}

void cage_read(struct readings *ret_readings)
{
	char path[256];

	memset(ret_readings, 0, sizeof(*ret_readings));
	if (!cage[0])
		return;
	snprintf(path, sizeof(path), "%s/memory.stat", cage);
	read_rows(path, version_1 ? v1_rows : v2_rows, version_1 ?
		  sizeof(v1_rows) / sizeof(v1_rows[0]) :
		  sizeof(v2_rows) / sizeof(v2_rows[0]), 1, ret_readings);
}

bool cage_knows_frames(void)
{
	return frame_cgroups >= 0;
}

bool cage_has_frame(uint64_t pfn)
{
	uint64_t inode = 0;

	return frame_cgroups >= 0 &&
	       pread(frame_cgroups, &inode, 8, (off_t)(pfn * 8)) == 8 &&
	       inode == cage_inode;
}

static void learn_frames(void)
{
	struct stat st;

	if (stat(cage, &st))
		return;
	cage_inode = st.st_ino;
	frame_cgroups = open("/proc/kpagecgroup", O_RDONLY | O_CLOEXEC);
}

bool cage_make(void)
{
	version_1 = access(ROOT_V1 "/memory.stat", R_OK) == 0;
	snprintf(cage, sizeof(cage), "%s/libpagemap-live-%d",
		 version_1 ? ROOT_V1 : ROOT_V2, getpid());
	if (mkdir(cage, 0755) == 0) {
		char path[256];

		snprintf(path, sizeof(path), "%s/memory.stat", cage);
		if (access(path, R_OK) == 0) {
			learn_frames();
			return true;
		}
		rmdir(cage);
	}
	cage[0] = 0;
	return false;
}

bool cage_join(void)
{
	char path[256], text[16];

	if (!cage[0])
		return false;
	snprintf(path, sizeof(path), "%s/cgroup.procs", cage);
	snprintf(text, sizeof(text), "%d", getpid());
	return write_file(path, text);
}

void cage_remove(void)
{
	if (!cage[0])
		return;
	/* The last of them may still be on its way out. */
	for (int i = 0; i < 200 && rmdir(cage) < 0; i++)
		usleep(10000);
	cage[0] = 0;
	if (frame_cgroups >= 0)
		close(frame_cgroups);
	frame_cgroups = -1;
}
