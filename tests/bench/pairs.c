// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pairs: compares two commands that run in turns, A B A B ...
 *
 *     pairs [-n PAIRS] COMMAND-A... -- COMMAND-B...
 *
 * Prints the ratio A / B of user + system time and of wall time over the
 * pairs (median, least, most), the peak RSS and the median times of each.
 * Output of the commands goes to /dev/null.  It knows nothing of targets.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_PAIRS 101

extern char **environ;

struct cost {
	double cpu;	/* seconds */
	double wall;
	long max_rss_kib;
};

struct series {
	double value[MAX_PAIRS];
};

static void die(const char *what)
{
	fprintf(stderr, "pairs: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double seconds(struct timeval time)
{
	return time.tv_sec + time.tv_usec / 1e6;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static pid_t start(char **command)
{
	posix_spawn_file_actions_t actions;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	if (!getenv("PAIRS_VERBOSE"))
		posix_spawn_file_actions_adddup2(&actions, 1, 2);
	errno = posix_spawnp(&pid, command[0], &actions, NULL, command, environ);
	if (errno)
		die(command[0]);
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

static struct cost run(char **command)
{
	struct rusage usage;
	struct cost cost;
	double begin = now();
	pid_t pid = start(command);
	int status;

	if (wait4(pid, &status, 0, &usage) != pid)
		die("wait4");
	cost.wall = now() - begin;
	cost.cpu = seconds(usage.ru_utime) + seconds(usage.ru_stime);
	cost.max_rss_kib = usage.ru_maxrss;
	if (!WIFEXITED(status) || WEXITSTATUS(status)) {
		fprintf(stderr, "pairs: %s failed, status %#x\n", command[0],
			status);
		exit(1);
	}
	return cost;
}

static int compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

static double median(struct series *series, int count)
{
	qsort(series->value, count, sizeof(double), compare);
	if (count % 2)
		return series->value[count / 2];
	return (series->value[count / 2 - 1] + series->value[count / 2]) / 2;
}

static void print_series(const char *name, struct series *series, int count)
{
	double middle = median(series, count);

	printf("%s %.3f %.3f %.3f\n", name, middle, series->value[0],
	       series->value[count - 1]);
}

static void compare_commands(char **a, char **b, int count)
{
	static struct series cpu, wall, cpu_a, cpu_b, wall_a, wall_b;
	long rss_a = 0, rss_b = 0;

	/* The first run of each finds cold caches and is not counted. */
	run(a);
	run(b);
	for (int i = 0; i < count; i++) {
		struct cost cost_a = run(a), cost_b = run(b);

		cpu.value[i] = cost_a.cpu / cost_b.cpu;
		wall.value[i] = cost_a.wall / cost_b.wall;
		cpu_a.value[i] = cost_a.cpu * 1e3;
		cpu_b.value[i] = cost_b.cpu * 1e3;
		wall_a.value[i] = cost_a.wall * 1e3;
		wall_b.value[i] = cost_b.wall * 1e3;
		rss_a = cost_a.max_rss_kib > rss_a ? cost_a.max_rss_kib : rss_a;
		rss_b = cost_b.max_rss_kib > rss_b ? cost_b.max_rss_kib : rss_b;
	}
	print_series("cpu_ratio", &cpu, count);
	print_series("wall_ratio", &wall, count);
	print_series("cpu_a_ms", &cpu_a, count);
	print_series("cpu_b_ms", &cpu_b, count);
	print_series("wall_a_ms", &wall_a, count);
	print_series("wall_b_ms", &wall_b, count);
	printf("rss_kib %ld %ld\n", rss_a, rss_b);
}

int main(int argc, char **argv)
{
	int count = 7, first = 1, second;

	if (argc > 2 && strcmp(argv[1], "-n") == 0) {
		count = atoi(argv[2]);
		first = 3;
	}
	for (second = first; second < argc; second++) {
		if (strcmp(argv[second], "--") == 0)
			break;
	}
	if (count < 1 || count > MAX_PAIRS || second == first ||
	    second >= argc - 1) {
		fprintf(stderr, "usage: pairs [-n PAIRS] A... -- B...\n");
		return 2;
	}
	argv[second] = NULL;
	compare_commands(argv + first, argv + second + 1, count);
	return 0;
}
