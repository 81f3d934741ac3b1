// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * decay [-m MIB] [-c CHILDREN] [-s SECONDS]: a tree of processes that share all
 * of their memory when they are forked and write to ever more of it, until
 * little is shared any more: what pageviz is to show.  Each process writes
 * stretches of its own, the same in each run.  Prints the pid of the first one
 * and, once nothing more is written, "done"; ends with its parent.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "common_bench.h"

enum { PAGE = 4096, STEPS = 100, STRETCH_MOST = 96 };

/* Writing so many times all pages, at random, leaves 12 of 100 alone. */
#define WRITTEN_TIMES 2.1

struct tree {
	size_t pages;
	size_t children;
	double seconds;
	char *memory;
};

/* Numbers that look random and are the same in each run. */
static uint64_t next_number(uint64_t *state)
{
	uint64_t number = *state += 0x9e3779b97f4a7c15;

	number = (number ^ number >> 30) * 0xbf58476d1ce4e5b9;
	number = (number ^ number >> 27) * 0x94d049bb133111eb;
	return number ^ number >> 31;
}

static void write_page(const struct tree *tree, size_t page, uint64_t seed)
{
	*(uint64_t *)(tree->memory + page * PAGE) = seed ^ page << 8;
}

static void wait_for(double seconds)
{
	struct timespec time = {
		.tv_sec = (time_t)seconds,
		.tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9),
	};

	while (nanosleep(&time, &time) && errno == EINTR)
		;
}

/* Stretches at random: what is hit twice is written twice. */
static void decay(const struct tree *tree, uint64_t seed)
{
	size_t most = (size_t)((double)tree->pages * WRITTEN_TIMES / STEPS);
	uint64_t state = seed;
	int step;

	for (step = 0; step < STEPS; step++) {
		size_t page, length, written = 0;

		while (written < most) {
			page = next_number(&state) % tree->pages;
			length = 1 + next_number(&state) % STRETCH_MOST;
			for (; length && page < tree->pages; length--, page++) {
				write_page(tree, page, seed);
				written++;
			}
		}
		wait_for(tree->seconds / STEPS);
	}
}

static void live(const struct tree *tree, uint64_t seed)
{
	decay(tree, seed);
	for (;;)
		pause();
}

static pid_t fork_one(void)
{
	pid_t parent = getpid(), pid = fork();

	if (pid < 0)
		die_errno("fork");
	if (!pid)
		die_with_parent(parent, SIGKILL);
	return pid;
}

/* Children of the first one; each has a child of its own. */
static void grow(const struct tree *tree)
{
	uint64_t i;

	for (i = 0; i < tree->children; i++) {
		if (fork_one())
			continue;
		if (fork_one())
			live(tree, 2 * i + 2);
		live(tree, 2 * i + 3);
	}
}

int main(int argc, char **argv)
{
	struct tree tree = { .pages = 16384, .children = 4, .seconds = 20 };
	int letter;
	size_t page;

	while ((letter = getopt(argc, argv, "m:c:s:")) != -1) {
		if (letter == 'm')
			tree.pages = strtoul(optarg, NULL, 10) * 256;
		else if (letter == 'c')
			tree.children = strtoul(optarg, NULL, 10);
		else if (letter == 's')
			tree.seconds = strtod(optarg, NULL);
		else
			die("decay [-m MIB] [-c CHILDREN] [-s SECONDS]");
	}
	if (!tree.pages || tree.children > 64)
		die("decay takes a MiB or more, and up to 64 children");
	die_with_parent(getppid(), SIGKILL);
	tree.memory = mmap(NULL, tree.pages * PAGE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (tree.memory == MAP_FAILED)
		die_errno("mapping %zu pages", tree.pages);
	/* A huge page would be shared, and copied, as one. */
	madvise(tree.memory, tree.pages * PAGE, MADV_NOHUGEPAGE);
	for (page = 0; page < tree.pages; page++)
		write_page(&tree, page, 1);
	printf("%d\n", (int)getpid());
	fflush(stdout);
	grow(&tree);
	decay(&tree, 1);
	puts("done");
	fflush(stdout);
	for (;;)
		pause();
}
