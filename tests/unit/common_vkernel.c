/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A tree of files that a host with a vkernel would have.  See the header.
 */
#include "common_vkernel.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *walk)
{
	(void)st;
	(void)type;
	(void)walk;
	return remove(path);
}

static void remove_tree(const char *path)
{
	assert_int_equal(nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

static void make_folder(const char *path)
{
	assert_true(!mkdir(path, 0700) || errno == EEXIST);
}

/* The path of a file, whose folders are made. */
static void path_of(pid_t pid, const char *name, char path[256])
{
	char *slash;

	if (pid)
		snprintf(path, 256, "%s/%d/%s", folder, (int)pid, name);
	else
		snprintf(path, 256, "%s/%s", folder, name);
	for (slash = path + strlen(folder) + 1;
	     (slash = strchr(slash, '/')) != NULL; slash++) {
		*slash = '\0';
		make_folder(path);
		*slash = '/';
	}
}

static int open_file(pid_t pid, const char *name, int flags)
{
	char path[256];
	int fd;

	path_of(pid, name, path);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);
	assert_return_code(fd, errno);
	return fd;
}

void made_write(pid_t pid, const char *name, const char *text)
{
	int fd = open_file(pid, name, O_TRUNC);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

void made_write_at(pid_t pid, const char *name, uint64_t offset,
		   const void *bytes, size_t size)
{
	int fd = open_file(pid, name, 0);

	assert_int_equal(pwrite(fd, bytes, size, (off_t)offset), size);
	close(fd);
}

void made_size(pid_t pid, const char *name, uint64_t bytes)
{
	int fd = open_file(pid, name, 0);

	assert_int_equal(ftruncate(fd, (off_t)bytes), 0);
	close(fd);
}

static void write_stat(pid_t pid, pid_t ppid, int start)
{
	char text[256];

	snprintf(text, sizeof(text),
		 "%d (linux) t %d 1 1 0 -1 4194368 100 0 0 0 1 2 0 0 20 0 1 0 "
		 "%d 6750208 311 18446744073709551615\n",
		 (int)pid, (int)ppid, start);
	made_write(pid, "stat", text);
}

void made_restart(pid_t pid, pid_t ppid)
{
	write_stat(pid, ppid, 7001);
}

void made_process(pid_t pid, pid_t ppid, pid_t tracer, const char *maps)
{
	char text[512];

	write_stat(pid, ppid, 7000);
	snprintf(text, sizeof(text),
		 "Name:\tlinux\nState:\tt (tracing stop)\nTgid:\t%d\n"
		 "Pid:\t%d\nPPid:\t%d\nTracerPid:\t%d\n"
		 "Uid:\t0\t0\t0\t0\nVmSize:\t    4096 kB\n"
		 "VmPTE:\t      %d kB\nvoluntary_ctxt_switches:\t12\n"
		 "nonvoluntary_ctxt_switches:\t3\n",
		 (int)pid, (int)pid, (int)ppid, (int)tracer,
		 4 * (int)(pid % 10) + 40);
	made_write(pid, "status", text);
	made_write(pid, "maps", maps);
}

void made_remove(pid_t pid, const char *name)
{
	char path[256];

	path_of(pid, name ? name : "", path);
	remove_tree(path);
}

void made_begin(void)
{
	strcpy(folder, "/tmp/vkernel-XXXXXX");
	assert_non_null(mkdtemp(folder));
}

void made_vkernel(void)
{
	made_begin();
	made_process(1, 0, 0, "00400000-00500000 r-xp 00000000 fe:00 9 /init\n");
	made_process(2, 0, 0, "");
	made_write(2, "stat", "2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 "
		   "0 0 20 0 1 0 3 0 0 18446744073709551615\n");
	made_process(MADE_MAIN, 1, 0, MADE_MAIN_MAPS);
	made_process(MADE_HELPER, MADE_MAIN, 0, MADE_MAIN_MAPS);
	made_process(MADE_CHILD, MADE_MAIN, MADE_MAIN,
		     MADE_RAM("00400000-00402000", "r-xs", "00500000")
		     MADE_RAM("00500000-00501000", "rwxs", "00700000")
		     MADE_RAM("7fbffff000-7fc0000000", "r-xs", "00600000")
		     MADE_RAM("7fc0000000-7fc0001000", "--xp", "00236000")
		     MADE_RAM("7fc0001000-7fc0002000", "rw-s", "00800000")
		     MADE_LIBC);
	/* As 6.12 has it: two frames of data. */
	made_process(MADE_OTHER_CHILD, MADE_MAIN, MADE_MAIN,
		     MADE_RAM("00400000-00401000", "--xs", "00500000")
		     MADE_RAM("00401000-00402000", "rw-s", "00701000")
		     MADE_RAM("7fc0000000-7fc0001000", "--xp", "00236000")
		     MADE_RAM("7fc0001000-7fc0003000", "rw-s", "00802000")
		     MADE_LIBC);
	made_size(MADE_MAIN, MADE_RAM_NAME, MADE_RAM_BYTES);
}

void made_end(void)
{
	remove_tree(folder);
}

struct pagemap_source *made_open(void)
{
	struct pagemap_source *source;
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_return_code(fd, errno);
	assert_int_equal(pagemap_source_open_tree(fd, NULL, &source), 0);
	close(fd);
	return source;
}
