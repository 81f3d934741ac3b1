/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ranking again and again: in place on a terminal, one table after the
 * other in a pipe.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "memrank.h"
#include "message.h"
#include "source.h"
#include "table.h"

/* The cursor goes home, each line's rest is cleared, at last what is below. */
#define TERMINAL_HOME "\033[H"
#define TERMINAL_CLEAR_LINE "\033[K"
#define TERMINAL_CLEAR_BELOW "\033[J"

/* A line that is too long ends at the edge: wrapped, it would move the rest. */
#define TERMINAL_NO_WRAP "\033[?7l"
#define TERMINAL_WRAP "\033[?7h"

#define NANOSECONDS 1000000000

struct watching {
	struct settings settings;	/* -n cut to the terminal's lines */
	struct pagemap_source *source;
	struct pagemap_snapshot *snapshot;	/* the newest */
	struct kept kept;
	struct timespec next;			/* CLOCK_MONOTONIC */
	unsigned long limit;			/* as it was asked for */
	bool screen;
};

double snapshot_oldest_s(const struct pagemap_snapshot *snapshot)
{
	uint64_t taken = pagemap_snapshot_time_ns(snapshot), oldest = taken;
	size_t i;

	for (i = 0; i < pagemap_snapshot_process_count(snapshot); i++) {
		uint64_t read = pagemap_process_read_time_ns(
			pagemap_snapshot_process_at(snapshot, i));

		if (read && read < oldest)
			oldest = read;
	}
	return (double)(taken - oldest) / NANOSECONDS;
}

/* width: of the terminal, 0 for none. */
static void print_heading(const struct pagemap_snapshot *snapshot, size_t width,
			  FILE *out)
{
	time_t seconds = (time_t)(pagemap_snapshot_time_ns(snapshot) /
				  NANOSECONDS);
	uint64_t wall_ns, cpu_ns;
	char clock[32] = "", line[160];
	struct tm local;

	if (localtime_r(&seconds, &local))
		strftime(clock, sizeof(clock), "%H:%M:%S", &local);
	pagemap_snapshot_cost(snapshot, &wall_ns, &cpu_ns);
	snprintf(line, sizeof(line), "%s  %zu processes  read in %.1f ms "
		 "(%.1f ms of CPU)  oldest figure %.1f s", clock,
		 pagemap_snapshot_process_count(snapshot),
		 (double)wall_ns / 1e6, (double)cpu_ns / 1e6,
		 snapshot_oldest_s(snapshot));
	if (width && width < sizeof(line))
		line[width] = '\0';
	fprintf(out, "%s\n", line);
}

/* What was drawn, over what stands on the screen, so that nothing flickers. */
static void show_frame(const char *frame, FILE *out)
{
	const char *end;

	fputs(TERMINAL_NO_WRAP TERMINAL_HOME, out);
	for (; (end = strchr(frame, '\n')); frame = end + 1) {
		fwrite(frame, 1, (size_t)(end - frame), out);
		fputs(TERMINAL_CLEAR_LINE "\r\n", out);
	}
	fputs(TERMINAL_CLEAR_BELOW TERMINAL_WRAP, out);
}

/* As many rows as there are lines below headings, above totals and cursor. */
static void fit_to_screen(struct watching *watching, size_t lines)
{
	struct settings *settings = &watching->settings;
	size_t other = 2;

	other += settings->usual.header + settings->totals +
		 (settings->group_count != 0);
	settings->limit = lines > other ? lines - other : 1;
	if (watching->limit && watching->limit < settings->limit)
		settings->limit = watching->limit;
}

static int draw(struct watching *watching)
{
	char *frame = NULL;
	size_t size, columns, lines;
	bool empty = false;
	FILE *out = open_memstream(&frame, &size);
	int status;

	if (!out) {
		message("%s", strerror(errno));
		return EXIT_NOTHING;
	}
	terminal_size(&columns, &lines);
	fit_to_screen(watching, lines);
	print_heading(watching->snapshot, columns, out);
	status = rank_snapshot(&watching->settings, watching->source,
			       watching->snapshot, &watching->kept, out,
			       &empty);
	if (watching->kept.found)
		groups_print_changes(&watching->settings,
			pagemap_snapshot_time_ns(watching->snapshot), columns,
			&watching->kept, out);
	if (!fclose(out))
		show_frame(frame, stdout);
	free(frame);
	/* What does not match now may match when it is looked for again. */
	return empty ? EXIT_DONE : status;
}

static int print(struct watching *watching, bool first)
{
	const struct settings *settings = &watching->settings;
	bool plain = settings->usual.json || settings->usual.csv, empty = false;
	int status;

	if (!plain && !first)
		putc('\n', stdout);
	if (!plain)
		print_heading(watching->snapshot, 0, stdout);
	status = rank_snapshot(settings, watching->source, watching->snapshot,
			       &watching->kept, stdout, &empty);
	/* One heading for all rows of CSV. */
	if (settings->usual.csv)
		watching->settings.usual.header = false;
	return empty ? EXIT_DONE : status;
}

/* The beat is kept: what a refresh takes is no part of the pause. */
static void wait_for_next(struct watching *watching)
{
	double watch_s = watching->settings.watch_s;
	struct timespec now, *next = &watching->next;

	next->tv_sec += (time_t)watch_s;
	next->tv_nsec += (long)((watch_s - (double)(time_t)watch_s) *
				NANOSECONDS);
	if (next->tv_nsec >= NANOSECONDS) {
		next->tv_nsec -= NANOSECONDS;
		next->tv_sec++;
	}
	clock_gettime(CLOCK_MONOTONIC, &now);
	/* Too late for this beat: what was missed is not made up for. */
	if (now.tv_sec > next->tv_sec ||
	    (now.tv_sec == next->tv_sec && now.tv_nsec > next->tv_nsec))
		*next = now;
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, next, NULL) ==
	       EINTR)
		;
}

/* The newest snapshot, by reading what moved since the one before. */
static int take(struct watching *watching)
{
	struct pagemap_snapshot *next, *previous = watching->snapshot;
	struct pagemap_snapshot_opts opts;
	int err;

	settings_to_opts(&watching->settings, watching->source, &opts);
	/* Watching knows all of the machine, and reads a little of it again. */
	opts.top_count = 0;
	err = previous ? pagemap_snapshot_update(watching->source, previous,
						 &next) :
			 pagemap_snapshot_take(watching->source, &opts, &next);
	if (err)
		return snapshot_failed(watching->source, err,
				       watching->settings.pids,
				       watching->settings.pid_count);
	pagemap_snapshot_free(previous);
	watching->snapshot = next;
	return EXIT_DONE;
}

static void report(const struct watching *watching)
{
	report_unreadable(watching->source, watching->snapshot);
	groups_report(&watching->settings, watching->snapshot,
		      watching->kept.found);
}

static int refresh(struct watching *watching, bool first)
{
	int status = take(watching);

	if (status)
		return status;
	status = watching->screen ? draw(watching) : print(watching, first);
	if (message_flush_output())
		return EXIT_NOTHING;
	if (first && !watching->screen)
		report(watching);
	if (!watching->screen)
		groups_report_changes(&watching->settings, &watching->kept);
	return status;
}

int rank_watch(const struct settings *settings, struct pagemap_source *source)
{
	struct watching watching = {
		.settings = *settings,
		.source = source,
		.limit = settings->limit,
		.screen = isatty(STDOUT_FILENO) && !settings->usual.json &&
			  !settings->usual.csv,
	};
	unsigned long done = 0;
	int status;

	clock_gettime(CLOCK_MONOTONIC, &watching.next);
	for (;;) {
		status = refresh(&watching, !done);
		if (status == EXIT_NOTHING ||
		    ++done == settings->refreshes)
			break;
		wait_for_next(&watching);
	}
	if (watching.screen && watching.snapshot)
		report(&watching);
	kept_free(&watching.kept);
	pagemap_snapshot_free(watching.snapshot);
	return status;
}
