/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One ranking: what it says on standard error, and the exit status.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guest.h"
#include "message.h"
#include "source.h"

static bool is_known(const struct row *row, int metric)
{
	return row_value(row, (enum pagemap_metric)metric).quality !=
	       PAGEMAP_UNAVAILABLE;
}

static bool is_measured(const struct row *row, uint64_t metrics)
{
	int metric;

	for (metric = 0; metric < PAGEMAP_METRIC_COUNT; metric++)
		if ((metrics & PAGEMAP_METRIC_BIT(metric)) &&
		    is_known(row, metric))
			return true;
	return false;
}

/* Everything that is shown, also what this machine cannot know. */
static bool is_exact(const struct row *row, uint64_t metrics)
{
	int metric;

	for (metric = 0; metric < PAGEMAP_METRIC_COUNT; metric++)
		if ((metrics & PAGEMAP_METRIC_BIT(metric)) &&
		    row_value(row, (enum pagemap_metric)metric).quality !=
			    PAGEMAP_EXACT)
			return false;
	return true;
}

static int status_of(const struct settings *settings,
		     const struct ranking *ranking)
{
	struct column_list columns;
	uint64_t metrics;
	size_t i, measured = 0, exact = 0;

	settings_columns(settings, &columns);
	metrics = columns_metrics(&columns);
	if (!metrics || !ranking->matched)
		return ranking->matched ? EXIT_DONE : EXIT_NOTHING;
	for (i = 0; i < ranking->count; i++) {
		measured += is_measured(&ranking->rows[i], metrics);
		exact += is_exact(&ranking->rows[i], metrics);
	}
	if (!measured)
		return EXIT_NOTHING;
	return settings->usual.strict && exact < ranking->count ? EXIT_NOT_EXACT
							   : EXIT_DONE;
}

void kept_free(struct kept *kept)
{
	proclist_free(kept->names);
	members_free(kept->members);
	members_free(kept->before);
	vkernels_seen_free(&kept->seen);
	free(kept->found);
}

/* What is said later, of named groups and of vkernels. */
static void keep(struct kept *kept, struct ranking *ranking)
{
	members_free(kept->before);
	kept->before = kept->members;
	kept->members = ranking->members;
	ranking->members = NULL;
	free(kept->found);
	kept->found = ranking->found;
	ranking->found = NULL;
	vkernels_seen_free(&kept->seen);
	kept->seen = ranking->seen;
	ranking->seen = (struct vkernels_seen){ 0 };
}

int rank_snapshot(const struct settings *settings,
		  struct pagemap_source *source,
		  const struct pagemap_snapshot *snapshot, struct kept *kept,
		  FILE *out, bool *ret_empty)
{
	struct ranking ranking;
	int status, err = ranking_make(settings, source, snapshot,
				       &kept->names, &ranking);

	if (!err) {
		*ret_empty = !ranking.matched;
		err = ranking_print(settings, source, snapshot, &ranking, out);
		keep(kept, &ranking);
		status = status_of(settings, &ranking);
		ranking_free(&ranking);
	}
	if (err) {
		message("%s", strerror(-err));
		return EXIT_NOTHING;
	}
	return status;
}

/* Processes that were named and are not there are said each. */
static void report_missing(const struct settings *settings,
			   const struct pagemap_source *source,
			   const struct pagemap_snapshot *snapshot)
{
	size_t i;

	for (i = 0; i < settings->pid_count; i++) {
		const struct pagemap_process *process =
			pagemap_snapshot_find_pid(snapshot, settings->pids[i]);

		if (!process || pagemap_process_status(process) ==
				PAGEMAP_STATUS_VANISHED)
			say_missing(source, settings->pids[i]);
		else if (pagemap_process_status(process) ==
			 PAGEMAP_STATUS_NO_MEMORY)
			message("process %d is a kernel thread or a zombie: "
				"it has no memory", (int)settings->pids[i]);
	}
}

/* Below a table of all; who asked for some asked for no more. */
static bool wants_balance(const struct settings *settings,
			  const struct pagemap_snapshot *snapshot)
{
	return pagemap_snapshot_guest(snapshot) && !settings->usual.json &&
	       !settings->usual.csv && !settings_filter(settings);
}

int rank_once(const struct settings *settings, struct pagemap_source *source)
{
	struct pagemap_snapshot_opts opts;
	struct pagemap_snapshot *snapshot;
	struct kept kept = { 0 };
	bool empty = false;
	int err, status;

	settings_to_opts(settings, source, &opts);
	err = pagemap_snapshot_take(source, &opts, &snapshot);
	if (err)
		return snapshot_failed(source, err, settings->pids,
				       settings->pid_count);
	status = rank_snapshot(settings, source, snapshot, &kept, stdout,
			       &empty);
	if (status != EXIT_NOTHING && wants_balance(settings, snapshot) &&
	    guest_print(settings, snapshot, stdout))
		message("%s", strerror(ENOMEM));
	/* Nobody reads on, or the disk is full: that was said. */
	if (message_flush_output()) {
		status = EXIT_NOTHING;
	} else {
		report_unreadable(source, snapshot);
		report_missing(settings, source, snapshot);
		guest_report(snapshot);
		groups_report(settings, snapshot, kept.found);
		vkernels_seen_report(&kept.seen);
		if (empty && settings_filter(settings))
			message("nothing matches");
		else if (empty && !settings->pid_count && !kept.found)
			message("no process here could be measured");
	}
	kept_free(&kept);
	pagemap_snapshot_free(snapshot);
	return status;
}
