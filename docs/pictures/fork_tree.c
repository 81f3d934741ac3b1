// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guest of the pictures of a vkernel: init of a User-Mode Linux that has a
 * tree of fifteen processes, each forked from one that wrote to a part of what
 * it had.  Then it writes what its /proc says of them to the host, for
 * pageviz --inside, and rests.  vkernel.sh boots it.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096
#define LEVELS 3		/* of two children each below it */

static unsigned int pages = 6144;	/* that the first of them has */
static volatile char *memory;

static void write_page(unsigned int page)
{
	memory[(size_t)page * PAGE]++;
	/* The others have a turn: their copies lie between these. */
	if (page % 16 == 0)
		usleep(1000);
}

/* A sixth that its level writes, and every so many pages of the last third,
 * which is all that looks different in each of them. */
static void write_part(unsigned int level, unsigned int number)
{
	unsigned int i, step = 7 + 4 * level + number % 4, part = pages / 6;

	for (i = 0; i < part; i++)
		write_page(level * part + i);
	for (i = (LEVELS + 1) * part + number; i < pages; i += step)
		write_page(i);
}

static void rest(void)
{
	for (;;)
		pause();
}

static void grow(unsigned int level, unsigned int number)
{
	char name[16];
	int i;

	for (i = 0; level < LEVELS && i < 2; i++) {
		unsigned int child = 2 * number + (unsigned int)i;

		if (fork())
			continue;
		snprintf(name, sizeof(name), "level-%u", level + 1);
		prctl(PR_SET_NAME, name);
		write_part(level + 1, child);
		/* The level above is done before the next one begins. */
		sleep(1);
		grow(level + 1, child);
		rest();
	}
}

/* ---- What it says of itself --------------------------------------------- */

static void copy(const char *from, const char *to)
{
	static char bytes[1 << 16];
	int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT, 0644);
	ssize_t size;

	while (in >= 0 && out >= 0 &&
	       (size = read(in, bytes, sizeof(bytes))) > 0)
		if (write(out, bytes, (size_t)size) != size)
			break;
	close(in);
	close(out);
}

/* The entries of all mappings, each where it is: a file with holes. */
static void copy_entries(FILE *maps, int in, int out)
{
	uint64_t page, end, entry;
	char line[512];

	while (fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%" SCNx64 "-%" SCNx64, &page, &end) != 2)
			continue;
		for (page /= PAGE, end /= PAGE; page < end; page++)
			if (pread(in, &entry, 8, (off_t)page * 8) != 8 ||
			    pwrite(out, &entry, 8, (off_t)page * 8) != 8)
				break;
	}
}

static void tell_process(int pid)
{
	static const char *const files[] = {
		"comm", "cmdline", "maps", "stat", "statm", "status",
	};
	char from[64], to[64];
	FILE *maps;
	int in, out;
	size_t i;

	snprintf(to, sizeof(to), "/host/%d", pid);
	mkdir(to, 0755);
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(from, sizeof(from), "/proc/%d/%s", pid, files[i]);
		snprintf(to, sizeof(to), "/host/%d/%s", pid, files[i]);
		copy(from, to);
	}
	snprintf(from, sizeof(from), "/proc/%d/pagemap", pid);
	snprintf(to, sizeof(to), "/host/%d/pagemap", pid);
	in = open(from, O_RDONLY);
	out = open(to, O_WRONLY | O_CREAT, 0644);
	snprintf(from, sizeof(from), "/proc/%d/maps", pid);
	maps = fopen(from, "r");
	if (maps) {
		copy_entries(maps, in, out);
		fclose(maps);
	}
	close(in);
	close(out);
}

static void tell(void)
{
	static const char *const files[] = {
		"version", "meminfo", "zoneinfo", "stat", "loadavg", "uptime",
		"kpageflags", "kpagecount",
	};
	char from[64], to[64];
	struct dirent *entry;
	DIR *proc = opendir("/proc");
	size_t i;

	if (!proc)
		return;
	while ((entry = readdir(proc)))
		if (atoi(entry->d_name) > 0)
			tell_process(atoi(entry->d_name));
	closedir(proc);
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(from, sizeof(from), "/proc/%s", files[i]);
		snprintf(to, sizeof(to), "/host/%s", files[i]);
		copy(from, to);
	}
}

int main(void)
{
	const char *wanted = getenv("pages");
	unsigned int i;

	if (wanted)
		pages = (unsigned int)atoi(wanted);
	mkdir("/proc", 0755);
	mkdir("/host", 0755);
	mount("proc", "/proc", "proc", 0, NULL);
	if (mount("none", "/host", "hostfs", 0, getenv("told")))
		perror("/host");
	memory = mmap(NULL, (size_t)pages * PAGE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return 1;
	for (i = 0; i < pages; i++)
		memory[(size_t)i * PAGE] = 1;
	prctl(PR_SET_NAME, "level-0");
	grow(0, 0);
	sleep(8);
	tell();
	puts("told");
	fflush(stdout);
	rest();
}
