/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shared by the programs that run inside a guest: TAP, memory, processes.
 */
#ifndef GUEST_H
#define GUEST_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096ul
#define HUGE (512 * PAGE)
#define PRESENT (UINT64_C(1) << 63)
#define SWAPPED (UINT64_C(1) << 62)
#define PFN_MASK ((UINT64_C(1) << 55) - 1)

static int cases;

static inline bool check(bool passed, const char *name)
{
	printf("%sok %d - %s\n", passed ? "" : "not ", ++cases, name);
	fflush(stdout);
	return passed;
}

static inline void skip(const char *name, const char *why)
{
	printf("ok %d - %s # SKIP %s\n", ++cases, name, why);
	fflush(stdout);
}

/* The test itself cannot go on. */
static inline void give_up(const char *what)
{
	printf("not ok %d - ", ++cases);
	fflush(stdout);
	perror(what);
	exit(1);
}

static inline char *map(size_t bytes, int how)
{
	char *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, how, -1, 0);

	if (at == MAP_FAILED)
		give_up("mmap");
	return at;
}

/* Ends with this process, however that ends. */
static inline pid_t start_child(void)
{
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child < 0)
		give_up("fork");
	if (!child)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return child;
}

static inline void end_child(pid_t child)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static inline double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static inline int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* A file of 16-byte records; far is beyond its end. */
static inline void check_wrong_reads(int fd, off_t far)
{
	char *nowhere = map(PAGE, MAP_PRIVATE | MAP_ANONYMOUS);
	off_t end = lseek(fd, 0, SEEK_END);
	char two[32];

	munmap(nowhere, PAGE);
	check(end > 0 && end % 16 == 0, "the end is a number of records");
	check(pread(fd, two, 32, end) == 0, "nothing is read at the end");
	check(pread(fd, two, 32, end - 16) == 16, "a read over the end is cut");
	check(pread(fd, two, 16, 8) < 0 && errno == EINVAL,
	      "an offset inside a record is EINVAL");
	check(pread(fd, two, 17, 0) < 0 && errno == EINVAL,
	      "a part of a record is EINVAL");
	check(pread(fd, nowhere, 16, 0) < 0 && errno == EFAULT,
	      "a bad address is EFAULT");
	check(pread(fd, two, 16, far) == 0,
	      "far beyond the end there is nothing");
}

/* For the kernel's other users of memory, while processes read it. */
static inline void stir(unsigned int seed)
{
	for (;;) {
		size_t pages = 1 + rand_r(&seed) % 600;
		char *at = map(pages * PAGE, MAP_PRIVATE | MAP_ANONYMOUS);
		pid_t child;

		for (size_t i = 0; i < pages; i++)
			at[i * PAGE] = 1;
		child = fork();
		if (!child) {
			for (size_t i = 0; i < pages / 2; i++)
				at[i * PAGE] = 2;
			_exit(0);
		}
		madvise(at, pages * PAGE, rand_r(&seed) % 2 ? MADV_DONTNEED
							    : MADV_PAGEOUT);
		mprotect(at, pages * PAGE, PROT_READ);
		if (child > 0)
			waitpid(child, NULL, 0);
		munmap(at, pages * PAGE);
	}
}

#endif
