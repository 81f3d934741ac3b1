// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * guest_twins PIDFILE: two processes with 1,000 pages each and 1,000 pages
 * between them, zero pages and a reservation of a terabyte besides; writes
 * their pids and sleeps.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#define PAGE 4096ul
#define THOUSAND (1000 * PAGE)

static char *map(size_t bytes, int flags)
{
	char *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, -1, 0);

	if (at == MAP_FAILED)
		exit(1);
	return at;
}

/* What is of its own is made after the fork. */
static void be_twin(char *shared)
{
	char *own = map(THOUSAND, MAP_PRIVATE | MAP_ANONYMOUS);
	char *zero = map(THOUSAND, MAP_PRIVATE | MAP_ANONYMOUS);

	map(1ul << 38, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE);
	memset(own, 1, THOUSAND);
	memset(shared, 2, THOUSAND);
	for (size_t i = 0; i < 1000; i++)
		(void)*(volatile char *)(zero + i * PAGE);
}

int main(int argc, char **argv)
{
	char *shared = map(THOUSAND, MAP_SHARED | MAP_ANONYMOUS);
	FILE *file = argc == 2 ? fopen(argv[1], "w") : NULL;
	pid_t twin;

	if (!file)
		return 1;
	twin = fork();
	if (twin < 0)
		return 1;
	if (!twin)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	be_twin(shared);
	if (!twin)
		for (;;)
			pause();
	sleep(1);
	fprintf(file, "%d %d\n", getpid(), twin);
	fclose(file);
	for (;;)
		pause();
}
