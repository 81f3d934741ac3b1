// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stall: what reading a process costs the process that is read.
 *
 *     stall GIB COMMAND [ARG]...      (an ARG that is {} becomes the pid)
 *
 * A child with GIB of small pages in one mapping maps and unmaps a page
 * without pause in its second thread, and notes how long the worst of it took
 * while the command reads it.  Prints that, and the worst without a reader
 * (over as long a time), which is what the machine itself does.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096ul
#define ROUNDS 5

/* Shared with the child: it writes the worst, the parent sets it to 0. */
static _Atomic long *worst_ns;

static void die(const char *what)
{
	fprintf(stderr, "stall: %s: %s\n", what, strerror(errno));
	exit(1);
}

static long now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000L + time.tv_nsec;
}

static void *map_and_unmap(void *unused)
{
	for (;;) {
		long begin = now_ns(), took;
		void *page = mmap(NULL, PAGE, PROT_READ,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (page == MAP_FAILED || munmap(page, PAGE))
			return unused;
		took = now_ns() - begin;
		if (took > atomic_load(worst_ns))
			atomic_store(worst_ns, took);
	}
}

static void be_target(size_t bytes, int ready)
{
	pthread_t thread;
	char *base = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (base == MAP_FAILED)
		_exit(1);
	madvise(base, bytes, MADV_NOHUGEPAGE);
	for (size_t at = 0; at < bytes; at += PAGE)
		base[at] = 1;
	if (pthread_create(&thread, NULL, map_and_unmap, NULL) ||
	    write(ready, "", 1) != 1)
		_exit(1);
	pthread_join(thread, NULL);
	_exit(1);
}

static pid_t start_target(size_t bytes)
{
	int ready[2];
	char byte;
	pid_t pid;

	if (pipe(ready) < 0)
		die("pipe");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0)
		be_target(bytes, ready[1]);
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		die("the target did not come up");
	close(ready[0]);
	return pid;
}

static void run(char **command)
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY);

		dup2(null, 1);
		execvp(command[0], command);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) != pid || status)
		die(command[0]);
}

static int compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

/* The medians of the worst of each round, with and without a reader. */
static void measure(char **command)
{
	double busy[ROUNDS], quiet[ROUNDS];

	for (int i = 0; i < ROUNDS; i++) {
		long begin = now_ns(), took;

		atomic_store(worst_ns, 0);
		run(command);
		busy[i] = atomic_load(worst_ns) / 1e6;
		took = now_ns() - begin;
		atomic_store(worst_ns, 0);
		nanosleep(&(struct timespec){ took / 1000000000,
					      took % 1000000000 }, NULL);
		quiet[i] = atomic_load(worst_ns) / 1e6;
	}
	qsort(busy, ROUNDS, sizeof(double), compare);
	qsort(quiet, ROUNDS, sizeof(double), compare);
	printf("stall_ms %.3f %.3f %.3f\n", busy[ROUNDS / 2], busy[0],
	       busy[ROUNDS - 1]);
	printf("quiet_ms %.3f %.3f %.3f\n", quiet[ROUNDS / 2], quiet[0],
	       quiet[ROUNDS - 1]);
}

int main(int argc, char **argv)
{
	char pid_text[24];
	pid_t target;

	if (argc < 3 || atoi(argv[1]) < 1) {
		fprintf(stderr, "usage: stall GIB COMMAND [ARG]...\n");
		return 2;
	}
	worst_ns = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (worst_ns == MAP_FAILED)
		die("mmap");
	target = start_target((size_t)atoi(argv[1]) << 30);
	snprintf(pid_text, sizeof(pid_text), "%d", target);
	for (char **word = argv + 2; *word; word++) {
		if (strcmp(*word, "{}") == 0)
			*word = pid_text;
	}
	measure(argv + 2);
	kill(target, SIGKILL);
	waitpid(target, NULL, 0);
	return 0;
}
