// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * floor: the least that the kernel's figures can cost.  It reads
 * smaps_rollup of every process, once, with one thread, and looks at nothing
 * of what it read.  It owns no figure; other programs are measured in
 * multiples of its CPU time.  Exit status 1 if not one process could be read.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char entries[32768];
static char contents[4096];

/* Whether the process's rollup could be read; kernel threads have none. */
static int read_rollup(int proc_fd, const char *pid)
{
	char path[40];
	ssize_t length;
	int fd;

	strcpy(stpcpy(path, pid), "/smaps_rollup");
	fd = openat(proc_fd, path, O_RDONLY);
	if (fd < 0)
		return 0;
	length = read(fd, contents, sizeof(contents));
	close(fd);
	return length > 0;
}

int main(void)
{
	const struct dirent64 *entry;
	int proc_fd, found = 0;
	ssize_t length, at;

	proc_fd = open("/proc", O_RDONLY | O_DIRECTORY);
	if (proc_fd < 0) {
		perror("floor: /proc");
		return 1;
	}
	while ((length = getdents64(proc_fd, entries, sizeof(entries))) > 0) {
		for (at = 0; at < length; at += entry->d_reclen) {
			entry = (const void *)(entries + at);
			if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' &&
			    strlen(entry->d_name) < 12)
				found += read_rollup(proc_fd, entry->d_name);
		}
	}
	return found ? 0 : 1;
}
