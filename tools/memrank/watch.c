/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ranking once, or again and again: in place on a terminal, one after the
 * other in a pipe.
 */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "memrank.h"
#include "message.h"
#include "source.h"

/* Clears the screen below; the cursor goes home first. */
#define TERMINAL_HOME "\033[H"
#define TERMINAL_CLEAR "\033[J"

static bool is_exact(const struct settings *settings, const struct row *row)
{
	return row_quality(row, columns_metrics(&settings->columns)) ==
	       PAGEMAP_EXACT;
}

static int status_of(const struct settings *settings,
		     const struct ranking *ranking)
{
	size_t i, measured = 0, exact = 0;

	for (i = 0; i < ranking->count; i++) {
		struct pagemap_value pss = row_value(&ranking->rows[i],
						     PAGEMAP_PSS);
		struct pagemap_value rss = row_value(&ranking->rows[i],
						     PAGEMAP_RSS);

		measured += pss.quality != PAGEMAP_UNAVAILABLE ||
			    rss.quality != PAGEMAP_UNAVAILABLE;
		exact += is_exact(settings, &ranking->rows[i]);
	}
	if (ranking->count && !measured)
		return EXIT_NOTHING;
	return settings->strict && exact < ranking->count ? EXIT_NOT_EXACT
							   : EXIT_DONE;
}

int rank_snapshot(const struct settings *settings,
		  struct pagemap_source *source,
		  const struct pagemap_snapshot *snapshot)
{
	struct ranking ranking;
	int status, err = ranking_make(settings, source, snapshot, &ranking);

	if (!err)
		err = ranking_print(settings, source, snapshot, &ranking);
	status = err ? EXIT_NOTHING : status_of(settings, &ranking);
	if (err)
		message("%s", strerror(-err));
	ranking_free(&ranking);
	if (!err && message_flush_output())
		return EXIT_NOTHING;
	return status;
}

/* Processes that were named and are not there are said each. */
static void report_missing(const struct settings *settings,
			   const struct pagemap_snapshot *snapshot)
{
	size_t i;

	for (i = 0; i < settings->pid_count; i++) {
		const struct pagemap_process *process =
			pagemap_snapshot_find_pid(snapshot, settings->pids[i]);

		if (!process || pagemap_process_status(process) ==
				PAGEMAP_STATUS_VANISHED)
			message("process %d does not exist",
				(int)settings->pids[i]);
		else if (pagemap_process_status(process) ==
			 PAGEMAP_STATUS_NO_MEMORY)
			message("process %d is a kernel thread or a zombie: "
				"it has no memory", (int)settings->pids[i]);
	}
}

int rank_once(const struct settings *settings, struct pagemap_source *source)
{
	struct pagemap_snapshot_opts opts;
	struct pagemap_snapshot *snapshot;
	int err, status;

	settings_to_opts(settings, source, &opts);
	err = pagemap_snapshot_take(source, &opts, &snapshot);
	if (err)
		return snapshot_failed(source, err);
	status = rank_snapshot(settings, source, snapshot);
	report_unreadable(source, snapshot);
	report_missing(settings, snapshot);
	pagemap_snapshot_free(snapshot);
	return status;
}

static void print_heading(const struct pagemap_snapshot *snapshot)
{
	time_t seconds = (time_t)(pagemap_snapshot_time_ns(snapshot) /
				  1000000000u);
	uint64_t wall_ns, cpu_ns;
	struct tm local;
	char clock[32] = "";

	if (localtime_r(&seconds, &local))
		strftime(clock, sizeof(clock), "%H:%M:%S", &local);
	pagemap_snapshot_cost(snapshot, &wall_ns, &cpu_ns);
	printf("%s  %zu processes, read in %.1f ms of CPU  (~ kept from an "
	       "earlier reading)\n", clock,
	       pagemap_snapshot_process_count(snapshot), (double)cpu_ns / 1e6);
}

static void wait_until_next(const struct settings *settings)
{
	struct timespec pause = { .tv_sec = (time_t)settings->watch_s };

	pause.tv_nsec = (long)((settings->watch_s - (double)pause.tv_sec) *
			       1e9);
	nanosleep(&pause, NULL);
}

/* The top is found anew each time; watching keeps all and reads what moved. */
static void watch_opts(const struct settings *settings,
		       struct pagemap_source *source,
		       struct pagemap_snapshot_opts *opts)
{
	settings_to_opts(settings, source, opts);
	opts->top_count = 0;
}

int rank_watch(const struct settings *settings, struct pagemap_source *source)
{
	bool plain = settings->json || settings->csv;
	bool screen = isatty(STDOUT_FILENO) && !plain;
	struct pagemap_snapshot *snapshot = NULL, *next;
	struct pagemap_snapshot_opts opts;
	unsigned long done = 0;
	int err, status;

	watch_opts(settings, source, &opts);
	for (;;) {
		err = snapshot ?
			pagemap_snapshot_update(source, snapshot, &next) :
			pagemap_snapshot_take(source, &opts, &next);
		pagemap_snapshot_free(snapshot);
		if (err)
			return snapshot_failed(source, err);
		snapshot = next;
		if (screen)
			fputs(TERMINAL_HOME TERMINAL_CLEAR, stdout);
		if (!plain)
			print_heading(snapshot);
		status = rank_snapshot(settings, source, snapshot);
		if (!done)
			report_unreadable(source, snapshot);
		if (status == EXIT_NOTHING ||
		    ++done == settings->refreshes)
			break;
		if (!screen && !plain)
			putchar('\n');
		wait_until_next(settings);
	}
	pagemap_snapshot_free(snapshot);
	return status;
}
