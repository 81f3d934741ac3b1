// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * guest_stress SECONDS: runs as root inside a guest with both modules: memory
 * that is mapped, forked, given back, protected and swapped out, while readers
 * read all of it and accesses are forgotten. What the kernel says of it is for
 * the caller to read. Prints TAP.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <string.h>

#include "../../kernel/uapi/procfs_pagemap.h"
#include "guest.h"

#define STIRRERS 3
#define BATCH 4096

/* What the helpers did, shared with them. */
struct done {
	unsigned long frames, pages, clears, failed;
};

static struct done *done;

static void read_frames(void)
{
	static char buffer[BATCH * 16];
	int fd = open("/proc/kpagemap", O_RDONLY);
	off_t at = 0;
	ssize_t got;

	while ((got = pread(fd, buffer, sizeof(buffer), at)) > 0)
		at += got;
	done->frames++;
	done->failed += fd < 0 || at != lseek(fd, 0, SEEK_END);
	close(fd);
}

static void read_mapping(int fd, unsigned long start, unsigned long end)
{
	static struct procfs_pagemap_record records[BATCH];

	for (start /= PAGE, end /= PAGE; start < end; start += BATCH) {
		size_t count = end - start < BATCH ? end - start : BATCH;

		if (pread(fd, records, count * 16, (off_t)start * 16) <= 0)
			return;
		done->pages += count;
	}
}

static void read_process(int pid)
{
	char path[64], line[512];
	unsigned long start, end;
	FILE *maps;
	int fd;

	snprintf(path, sizeof(path), "/proc/pagemap/%d/pagemap", pid);
	fd = open(path, O_RDONLY);
	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	maps = fopen(path, "r");
	while (fd >= 0 && maps && fgets(line, sizeof(line), maps))
		if (sscanf(line, "%lx-%lx", &start, &end) == 2 &&
		    end < 1ul << 56)
			read_mapping(fd, start, end);
	if (maps)
		fclose(maps);
	if (fd >= 0)
		close(fd);
}

static void clear_process(int pid)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/pagemap/%d/clear_refs", pid);
	fd = open(path, O_WRONLY);
	if (fd < 0)
		return;
	if (write(fd, "1", 1) == 1)
		done->clears++;
	close(fd);
}

static void each_process(void (*act)(int pid))
{
	struct dirent *entry;
	DIR *dir = opendir("/proc/pagemap");

	while (dir && (entry = readdir(dir)))
		if (isdigit(entry->d_name[0]))
			act(atoi(entry->d_name));
	if (dir)
		closedir(dir);
	else
		done->failed++;
}

/* Huge pages too, split and put together, where there are any. */
static void stir_huge(void)
{
	for (;;) {
		char *at = map(4 * HUGE, MAP_PRIVATE | MAP_ANONYMOUS);

		madvise(at, 4 * HUGE, MADV_HUGEPAGE);
		memset(at, 1, 4 * HUGE);
		mprotect(at + HUGE, 3 * PAGE, PROT_READ);
		madvise(at + 2 * HUGE, PAGE, MADV_DONTNEED);
		madvise(at, 2 * HUGE, MADV_PAGEOUT);
		at[HUGE / 2] = 3;
		munmap(at, 4 * HUGE);
	}
}

static pid_t start(int which)
{
	pid_t child = start_child();

	if (child)
		return child;
	for (;;) {
		if (which < STIRRERS)
			stir((unsigned int)which + 1);
		else if (which == STIRRERS)
			stir_huge();
		else if (which == STIRRERS + 1)
			read_frames();
		else if (which == STIRRERS + 2)
			each_process(read_process);
		else
			each_process(clear_process);
	}
}

int main(int argc, char **argv)
{
	pid_t children[STIRRERS + 4];
	int count = sizeof(children) / sizeof(*children);
	unsigned int seconds = argc > 1 ? (unsigned int)atoi(argv[1]) : 5;

	done = (struct done *)map(sizeof(*done), MAP_SHARED | MAP_ANONYMOUS);
	for (int i = 0; i < count; i++)
		children[i] = start(i);
	sleep(seconds);
	for (int i = 0; i < count; i++)
		end_child(children[i]);
	printf("# in %u s: all frames read %lu times, %lu pages read, %lu "
	       "processes cleared\n", seconds, done->frames, done->pages,
	       done->clears);
	check(done->frames > 0 && done->pages > 1000 && done->clears > 0 &&
	      !done->failed, "readers and clears while memory comes and goes");
	return 0;
}
