// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pairs: runs two commands in turn, A B A B ..., and prints how much more
 * the first costs than the second.
 *
 *	pairs [-n PAIRS] [-w WARM-UPS] [-i] A [ARG...] --vs B [ARG...]
 *
 * A figure is user + system time of the command and the children it waited
 * for; a ratio is taken within a pair, so that what else the machine does
 * falls on both sides.  Output and errors of the commands are thrown away, a
 * failing command ends the measurement (-i: its status is ignored).  Prints
 * one line a figure: the name, then numbers.
 *
 *	cpu_ratio wall_ratio	of A/B: median, least, most
 *	cpu_a_ms cpu_b_ms wall_a_ms wall_b_ms	milliseconds: the same
 *	rss_kib			largest peak of A, of B
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common_bench.h"

enum { MAX_PAIRS = 999 };

struct cost {
	double cpu_ms;
	double wall_ms;
	long rss_kib;
};

struct side {
	char **argv;
	double cpu_ms[MAX_PAIRS];
	double wall_ms[MAX_PAIRS];
	long rss_kib;
};

struct options {
	size_t pairs;
	size_t warm_ups;
	int ignore_status;
};

static struct side sides[2];
static double ratio_cpu[MAX_PAIRS], ratio_wall[MAX_PAIRS];

static pid_t start(char **argv, const posix_spawn_file_actions_t *actions)
{
	extern char **environ;
	pid_t pid;
	int error = posix_spawnp(&pid, argv[0], actions, NULL, argv, environ);

	if (error)
		die("%s: %s", argv[0], strerror(error));
	return pid;
}

static double milliseconds(struct timeval time)
{
	return (double)time.tv_sec * 1e3 + (double)time.tv_usec / 1e3;
}

static struct cost run_once(char **argv, const struct options *options,
			    const posix_spawn_file_actions_t *actions)
{
	struct rusage usage;
	struct cost cost;
	uint64_t begin;
	pid_t pid;
	int status;

	begin = now_ns();
	pid = start(argv, actions);
	while (wait4(pid, &status, 0, &usage) < 0)
		if (errno != EINTR)
			die_errno("wait4");
	cost.wall_ms = (double)(now_ns() - begin) / 1e6;
	cost.cpu_ms = milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime);
	cost.rss_kib = usage.ru_maxrss;
	if (status && !options->ignore_status)
		die("%s: %s %d", argv[0],
		    WIFEXITED(status) ? "exit status" : "signal",
		    WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	return cost;
}

static void measure(const struct options *options)
{
	posix_spawn_file_actions_t actions;
	struct cost cost;
	size_t i, s;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, 1, 2);
	for (i = 0; i < options->warm_ups * 2; i++)
		run_once(sides[i % 2].argv, options, &actions);
	for (i = 0; i < options->pairs; i++) {
		for (s = 0; s < 2; s++) {
			cost = run_once(sides[s].argv, options, &actions);
			sides[s].cpu_ms[i] = cost.cpu_ms;
			sides[s].wall_ms[i] = cost.wall_ms;
			if (cost.rss_kib > sides[s].rss_kib)
				sides[s].rss_kib = cost.rss_kib;
		}
		ratio_cpu[i] = sides[0].cpu_ms[i] / sides[1].cpu_ms[i];
		ratio_wall[i] = sides[0].wall_ms[i] / sides[1].wall_ms[i];
	}
	posix_spawn_file_actions_destroy(&actions);
}

static void print_series(const char *name, double *values, size_t count)
{
	double median = median_of(values, count);

	printf("%s %.3f %.3f %.3f\n", name, median, values[0], values[count - 1]);
}

static void report(size_t count)
{
	print_series("cpu_ratio", ratio_cpu, count);
	print_series("wall_ratio", ratio_wall, count);
	print_series("cpu_a_ms", sides[0].cpu_ms, count);
	print_series("cpu_b_ms", sides[1].cpu_ms, count);
	print_series("wall_a_ms", sides[0].wall_ms, count);
	print_series("wall_b_ms", sides[1].wall_ms, count);
	printf("rss_kib %ld %ld\n", sides[0].rss_kib, sides[1].rss_kib);
}

static void split_commands(char **words)
{
	char **word = words;

	while (*word && strcmp(*word, "--vs"))
		word++;
	if (word == words || !*word || !word[1])
		die("usage: pairs [-n PAIRS] [-w WARM-UPS] [-i] A... --vs B...");
	*word = NULL;
	sides[0].argv = words;
	sides[1].argv = word + 1;
}

int main(int argc, char **argv)
{
	struct options options = { .pairs = 7, .warm_ups = 1 };
	int letter;

	/* The + leaves options of the commands to them. */
	while ((letter = getopt(argc, argv, "+n:w:i")) != -1) {
		if (letter == 'n')
			options.pairs = parse_size(optarg);
		else if (letter == 'w')
			options.warm_ups = parse_size(optarg);
		else if (letter == 'i')
			options.ignore_status = 1;
		else
			return 2;
	}
	if (!options.pairs || options.pairs > MAX_PAIRS)
		die("1 to %d pairs", MAX_PAIRS);
	split_commands(argv + optind);
	measure(&options);
	report(options.pairs);
	return 0;
}
