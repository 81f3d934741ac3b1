// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * scanner: reads a mapped file from begin to end, again and again, at a steady
 * pace: the worst that a least-recently-used order can be asked for.  All
 * copies map the same file; each holds next to nothing of its own.
 *
 *	scanner FILE SECONDS-FOR-ALL-OF-IT
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096, STEPS_A_SECOND = 50 };

static void read_pages(const volatile char *start, size_t from, size_t to)
{
	for (; from < to; from++)
		(void)start[from * PAGE];
}

int main(int argc, char **argv)
{
	const struct timespec rest = { .tv_nsec = 1000000000 / STEPS_A_SECOND };
	size_t pages, step, steps;
	struct stat status;
	char *start;
	int fd;

	if (argc != 3 || (steps = (size_t)atoi(argv[2]) * STEPS_A_SECOND) == 0)
		return 2;
	fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status)) {
		perror(argv[1]);
		return 1;
	}
	pages = (size_t)status.st_size / PAGE;
	start = mmap(NULL, pages * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (start == MAP_FAILED) {
		perror("scanner: mmap");
		return 1;
	}
	for (step = 0;; step = (step + 1) % steps) {
		read_pages(start, pages * step / steps,
			   pages * (step + 1) / steps);
		nanosleep(&rest, NULL);
	}
}
