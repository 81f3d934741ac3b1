/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A saved tree of a host with a vkernel, made by hand, file by file: main, its
 * helper and two children, whose texts are those of User-Mode Linux 6.1.  A
 * test spoils what it is about.  What should be found in it is the tests'.
 */
#ifndef TESTS_COMMON_VKERNEL_H
#define TESTS_COMMON_VKERNEL_H

#include "source.h"

#define MADE_MAIN 4000
#define MADE_HELPER 4001
#define MADE_CHILD 4002
#define MADE_OTHER_CHILD 4003

#define MADE_INODE 4242
#define MADE_BASE UINT64_C(0x60000000)
#define MADE_FIRST_PFN UINT64_C(0x400)
#define MADE_RAM_BYTES (UINT64_C(16) << 20)
#define MADE_RAM_NAME "map_files/60400000-60600000"
#define MADE_STUB UINT64_C(0x7fc0000000)

/* A line of maps of the RAM. */
#define MADE_RAM(range, perms, offset) \
	range " " perms " " offset " 00:1b 4242   /dev/shm/#4242 (deleted)\n"

/* What every process of it has beside the RAM. */
#define MADE_LIBC \
	"7ffff7dd1000-7ffff7df7000 r--p 00000000 fe:00 33  /lib/libc.so.6\n" \
	"7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0  [stack]\n"

#define MADE_IMAGE \
	"60000000-60001000 r--p 00000000 fe:00 77  /bin/linux\n" \
	"60001000-60200000 r-xp 00001000 fe:00 77  /bin/linux\n" \
	"60200000-60300000 rw-p 00200000 fe:00 77  /bin/linux\n" \
	"60300000-60380000 rw-p 00000000 00:00 0  [heap]\n"

#define MADE_MAIN_MAPS MADE_IMAGE \
	MADE_RAM("60400000-60600000", "rw-s", "00400000") \
	MADE_RAM("60600000-61000000", "rwxs", "00600000") \
	MADE_RAM("70000000-70003000", "rwxs", "00a00000") MADE_LIBC

/* An empty tree below /tmp; a tree of the vkernel above. */
void made_begin(void);
void made_vkernel(void);
void made_end(void);

/* Writes a file of a process (pid 0: of the machine), or part of one. */
void made_write(pid_t pid, const char *name, const char *text);
void made_write_at(pid_t pid, const char *name, uint64_t offset,
		   const void *bytes, size_t size);

/* Makes a sparse file of so many bytes. */
void made_size(pid_t pid, const char *name, uint64_t bytes);

/* Writes stat, status and maps. */
void made_process(pid_t pid, pid_t ppid, pid_t tracer, const char *maps);

/* Starts it at another time than the others. */
void made_restart(pid_t pid, pid_t ppid);

/* Removes a file, or all of a process (name NULL). */
void made_remove(pid_t pid, const char *name);

/* The tree as a source; the caller closes it. */
struct pagemap_source *made_open(void);

#endif
