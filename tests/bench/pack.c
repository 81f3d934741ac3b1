// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pack: how many copies of a command fit into a budget, found by doing it.
 * Copies are started one by one in a pen of that size (common_pen.h), each
 * settles, until the OOM killer strikes.  Says which copy brought the first
 * kill or never got the memory that those before it have, and from which copy
 * on pages were read again and again, more than 100 each second for four
 * seconds.  It owns that search; what the copies do is
 * the programs', and what was predicted is not known here.
 */
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common_bench.h"
#include "common_pen.h"

static const char help[] =
"usage: pack --budget BYTES [OPTION]... -- COMMAND ARG...\n"
"  --budget BYTES    what all copies may use; K, M and G are powers of 1024\n"
"  --name NAME       what the command is called (its first word)\n"
"  --steps FILE      one line of CSV for each copy, into FILE\n"
"  --most N          no more copies than these (1000)\n"
"  --settle MS       each copy runs so long at least (1000)\n"
"  --thrash          ends when pages are read again and again,\n"
"  --rate N          which is more than N each second (100)\n"
"Prints one line of CSV: name, budget in bytes, number of the copy that\n"
"brought the first kill, number of the one that never got its memory, number\n"
"from which on pages were read again and again (nothing: that did not happen),\n"
"copies that ended by themselves, the most memory in use after a copy settled,\n"
"seconds.\n";

enum {
	TICK_MS = 100,
	FLAT_TICKS = 10,	/* a second without growth is settled */
	STUCK_MS = 20000,	/* no longer for one copy, though it grows */
	WINDOWS = 4,		/* seconds */
};

struct want {
	uint64_t budget;
	const char *name;
	FILE *steps;
	unsigned int most;
	unsigned int settle_ms;
	bool until_thrash;
	double rate;			/* refaults in a second */
	char **command;
};

struct found {
	unsigned int copies;
	unsigned int killed;		/* 0: none; these begin at 1 */
	unsigned int stuck;
	unsigned int thrashing;
	unsigned int ended;
	uint64_t usage;
	double rate;
};

static volatile sig_atomic_t interrupted;

static void interrupt(int signal)
{
	interrupted = signal;
}

static bool has_kill(const uint64_t *figures)
{
	return interrupted || figures[PEN_KILLS] > 0;
}

/* ---- One copy ---------------------------------------------------------- */

/* While memory is left nothing is read again; that needs no second look. */
static bool has_room(const uint64_t *figures, uint64_t budget)
{
	return figures[PEN_USAGE] < budget - budget / 32;
}

/*
 * What the anonymous memory is at least when one more copy is there: under
 * pressure a copy can rest long before it has all its memory, and would be
 * taken for a settled one.
 */
static uint64_t least_anon(const uint64_t *before, unsigned int copies)
{
	if (copies < 4)
		return 0;
	return before[PEN_ANON] + before[PEN_ANON] / (copies - 1) * 9 / 10;
}

static bool is_flat(const uint64_t *ring, unsigned int ticks)
{
	uint64_t low = UINT64_MAX, high = 0;

	if (ticks < FLAT_TICKS)
		return false;
	for (int i = 0; i < FLAT_TICKS; i++) {
		low = ring[i] < low ? ring[i] : low;
		high = ring[i] > high ? ring[i] : high;
	}
	return high - low <= high / 100;
}

/*
 * Leaves the figures as they are when the copy has settled, or as they were
 * last; false if there was no memory that it could settle in.  Copies that
 * start other programs are never quite flat.
 */
static bool settle(const struct pen *pen, const struct want *want,
		   unsigned int copies, uint64_t figures[PEN_FIGURES])
{
	uint64_t ring[FLAT_TICKS], least = least_anon(figures, copies), most = 0;
	unsigned int ticks = 0, ms;
	bool has_all;

	do {
		usleep(TICK_MS * 1000);
		pen_read(pen, figures);
		ring[ticks++ % FLAT_TICKS] = figures[PEN_ANON];
		if (figures[PEN_ANON] > most)
			most = figures[PEN_ANON];
		has_all = most >= least || has_room(figures, want->budget);
		ms = ticks * TICK_MS;
		if (ms >= want->settle_ms && is_flat(ring, ticks) && has_all)
			return true;
	} while (ms < STUCK_MS && !has_kill(figures));
	return has_all;
}

/* Refaults of a second; the figures are those at its end. */
static double watch_second(const struct pen *pen, uint64_t figures[PEN_FIGURES])
{
	uint64_t before = figures[PEN_REFAULTS], begin = now_ns();

	for (int i = 0; i < 1000 / TICK_MS && !has_kill(figures); i++) {
		usleep(TICK_MS * 1000);
		pen_read(pen, figures);
	}
	return (double)(figures[PEN_REFAULTS] - before) * 1e9 /
	       (double)(now_ns() - begin);
}

static bool is_thrashing(const struct pen *pen, double least,
			 uint64_t *figures, double *rate)
{
	double sum = 0;
	int window;

	for (window = 0; window < WINDOWS; window++) {
		*rate = watch_second(pen, figures);
		sum += *rate;
		if (*rate <= least)
			return false;
	}
	*rate = sum / WINDOWS;
	return true;
}

/* ---- All copies -------------------------------------------------------- */

static void print_step(const struct want *want, const struct found *found,
		       const uint64_t *figures)
{
	if (!want->steps)
		return;
	fprintf(want->steps, "%s,%llu,%u,%llu,%llu,%llu,%llu,%.0f,%llu\n",
		want->name, (unsigned long long)want->budget, found->copies,
		(unsigned long long)figures[PEN_USAGE],
		(unsigned long long)figures[PEN_ANON],
		(unsigned long long)figures[PEN_FILE],
		(unsigned long long)figures[PEN_KERNEL], found->rate,
		(unsigned long long)figures[PEN_KILLS]);
	fflush(want->steps);
}

static void add_copy(struct pen *pen, const struct want *want,
		     struct found *found, uint64_t *figures)
{
	bool settled;

	pen_start(pen, found->copies++, want->command);
	settled = settle(pen, want, found->copies, figures);
	found->rate = 0;
	if (found->thrashing)
		found->rate = watch_second(pen, figures);
	else if (!has_room(figures, want->budget) &&
		 is_thrashing(pen, want->rate, figures, &found->rate))
		found->thrashing = found->copies;
	if (figures[PEN_USAGE] > found->usage)
		found->usage = figures[PEN_USAGE];
	if (figures[PEN_KILLS])
		found->killed = found->copies;
	else if (!settled)
		found->stuck = found->copies;
	if (!found->killed)
		found->ended = found->copies - pen_alive(pen);
	print_step(want, found, figures);
}

/* Copies that end by themselves, or have no memory, say nothing more. */
static bool is_over(const struct want *want, const struct found *found)
{
	return interrupted || found->killed || found->stuck ||
	       found->ended > 2 || (found->thrashing && want->until_thrash);
}

static void pack(const struct want *want, struct found *found)
{
	struct pen *pen = pen_make(want->budget);
	uint64_t figures[PEN_FIGURES];

	pen_read(pen, figures);
	while (found->copies < want->most && !is_over(want, found))
		add_copy(pen, want, found, figures);
	pen_remove(pen);
}

static void print_count(unsigned int count)
{
	if (count)
		printf("%u", count);
	putchar(',');
}

static void print_found(const struct want *want, const struct found *found,
			uint64_t begin)
{
	printf("%s,%llu,", want->name, (unsigned long long)want->budget);
	print_count(found->killed);
	print_count(found->stuck);
	print_count(found->thrashing);
	printf("%u,%llu,%.0f\n", found->ended,
	       (unsigned long long)found->usage,
	       (double)(now_ns() - begin) / 1e9);
}

/* ---- Options ----------------------------------------------------------- */

static FILE *open_steps(const char *path)
{
	FILE *file = fopen(path, "we");

	if (!file)
		die_errno("%s", path);
	fputs("name,budget_bytes,copies,usage_bytes,anon_bytes,file_bytes,"
	      "kernel_bytes,refaults_per_s,kills\n", file);
	return file;
}

static void set_option(struct want *want, int letter, const char *value)
{
	if (letter == 'b')
		want->budget = parse_size(value);
	else if (letter == 'n')
		want->name = value;
	else if (letter == 's')
		want->steps = open_steps(value);
	else if (letter == 'm')
		want->most = (unsigned int)parse_size(value);
	else if (letter == 't')
		want->settle_ms = (unsigned int)parse_size(value);
	else if (letter == 'u')
		want->until_thrash = true;
	else if (letter == 'r')
		want->rate = (double)parse_size(value);
	else
		exit(2);
}

static void parse_options(int argc, char **argv, struct want *want)
{
	static const struct option names[] = {
		{ "budget", required_argument, NULL, 'b' },
		{ "name", required_argument, NULL, 'n' },
		{ "steps", required_argument, NULL, 's' },
		{ "most", required_argument, NULL, 'm' },
		{ "settle", required_argument, NULL, 't' },
		{ "thrash", no_argument, NULL, 'u' },
		{ "rate", required_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int letter;

	while ((letter = getopt_long(argc, argv, "+", names, NULL)) != -1) {
		if (letter == 'h') {
			fputs(help, stdout);
			exit(0);
		}
		set_option(want, letter, optarg);
	}
	want->command = argv + optind;
	if (!want->budget || !*want->command)
		die("a budget and a command are wanted; see --help");
	if (!want->name)
		want->name = *want->command;
}

int main(int argc, char **argv)
{
	struct want want = { .most = 1000, .settle_ms = 1000, .rate = 100 };
	struct sigaction action = { .sa_handler = interrupt };
	struct found found = { 0 };
	uint64_t begin = now_ns();

	parse_options(argc, argv, &want);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	pack(&want, &found);
	print_found(&want, &found, begin);
	if (want.steps)
		fclose(want.steps);
	return interrupted ? 128 + interrupted : 0;
}
