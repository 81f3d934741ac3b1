/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memstats -w: which memory processes use, interval by interval.  Who is
 * measured, what is written of it, and how it ends; measuring itself is in
 * working_set_measure.c.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guest.h"
#include "memstats.h"
#include "message.h"
#include "source.h"
#include "working_set.h"

/* What --ages takes without --count: the last 1, 2, 4 and 8 samples. */
#define AGES_COUNT 8

static int make_targets(struct wset *set, struct settings *settings)
{
	size_t i, k;

	set->targets = calloc(settings->pid_count, sizeof(*set->targets));
	if (!set->targets)
		return -ENOMEM;
	for (i = 0; i < settings->pid_count; i++) {
		/* One that was named twice is measured once. */
		for (k = 0; k < set->target_count; k++)
			if (settings->pids[k] == settings->pids[i])
				break;
		if (k < set->target_count)
			continue;
		set->targets[k] = (struct wset_target){
			.pid = settings->pids[i], .index = k,
		};
		settings->pids[k] = settings->pids[i];
		set->target_count++;
	}
	settings->pid_count = set->target_count;
	return 0;
}

static void name_targets(struct wset *set, const struct report *report)
{
	size_t i, k;

	for (i = 0; i < set->target_count; i++) {
		const struct pagemap_process *process =
			pagemap_snapshot_find_pid(report->snapshot,
						  set->targets[i].pid);

		for (k = 0; process && k < report->count; k++)
			if (report->rows[k].process == process)
				set->targets[i].row = &report->rows[k];
	}
}

bool wset_last_process(const struct wset *set, const struct wset_target *target,
		       struct pagemap_wss_process *ret_process)
{
	return set->last && !pagemap_working_set_process_at(set->last,
						target->index, ret_process);
}

static const char *why_ended(enum pagemap_status status, bool of_guest)
{
	switch (status) {
	case PAGEMAP_STATUS_VANISHED:
		return of_guest ? "it has ended, or runs in another child "
				  "since exec" : "it has ended";
	case PAGEMAP_STATUS_DENIED:
		return "permission denied: run as its user or as root";
	case PAGEMAP_STATUS_NO_MEMORY:
		return "a kernel thread or a zombie: it has no memory";
	case PAGEMAP_STATUS_MALFORMED:
		return "a file of it was not understood";
	default:
		return NULL;
	}
}

/* Not even when it was looked for. */
static bool was_never_there(const struct wset_target *target)
{
	return !target->count && target->row &&
	       pagemap_process_status(target->row->process) ==
		       PAGEMAP_STATUS_VANISHED;
}

static void say_what_became(const struct wset *set)
{
	size_t i;

	if (set->interrupted)
		message("interrupted: the last interval ends here; accesses "
			"were forgotten, which harms nothing and need not be "
			"undone");
	for (i = 0; i < set->target_count; i++) {
		const struct wset_target *target = &set->targets[i];
		const char *why = why_ended(target->status,
					    set->settings->usual.source.vkernel);

		if (was_never_there(target))
			message("process %d does not exist", (int)target->pid);
		else if (why && target->count)
			message("process %d: %s; what was measured before "
				"stands", (int)target->pid, why);
		else if (why)
			message("process %d: nothing could be measured: %s",
				(int)target->pid, why);
	}
}

static int status_of(const struct wset *set)
{
	size_t i, measured = 0, exact = 0;

	for (i = 0; i < set->target_count; i++) {
		measured += set->targets[i].count != 0;
		exact += wset_is_exact(set, &set->targets[i]);
	}
	if (!measured)
		return EXIT_NOTHING;
	return set->settings->usual.strict && exact < set->target_count ?
	       EXIT_NOT_EXACT : EXIT_DONE;
}

static int write_all(const struct wset *set)
{
	const struct usual *usual = &set->settings->usual;
	int err = 0, status = status_of(set);

	if (usual->json)
		err = wset_json(set);
	else if (status == EXIT_NOTHING)
		return status;
	else
		err = usual->csv ? wset_csv(set) : wset_print_text(set);
	if (err) {
		message("%s", strerror(-err));
		return EXIT_NOTHING;
	}
	if (message_flush_output())
		return EXIT_NOTHING;
	if (set->settings->working_set.plot && status != EXIT_NOTHING)
		err = wset_plot(set);
	return err ? err : status;
}

/* Names only: what processes use is measured, not read from here. */
static int take_names(struct settings *settings, struct pagemap_source *source,
		      struct pagemap_snapshot **ret_snapshot)
{
	struct pagemap_snapshot_opts opts;
	int err;

	settings_to_opts(settings, &opts);
	opts.detail = PAGEMAP_DETAIL_PROCESSES;
	opts.metrics = PAGEMAP_METRIC_BIT(PAGEMAP_RSS);
	opts.identity |= proclist_identity(source, NAME_USER | NAME_COMM |
					   NAME_COMMAND);
	err = pagemap_snapshot_take(source, &opts, ret_snapshot);
	return err ? snapshot_failed(source, err, settings->pids,
				     settings->pid_count) : 0;
}

static void set_free(struct wset *set)
{
	size_t i;

	for (i = 0; i < set->target_count; i++)
		free(set->targets[i].samples);
	free(set->targets);
	pagemap_working_set_free(set->last);
}

/* Everything between the names and the end. */
static int measure_named(struct wset *set, const struct report *report)
{
	const struct wset_options *options = &set->settings->working_set;
	int status = options->plot ? wset_plot_check(options->plot) : 0;

	name_targets(set, report);
	if (!status)
		status = wset_measure(set, options->count ? options->count :
				      options->ages ? AGES_COUNT : 1);
	if (status)
		return status;
	status = write_all(set);
	say_what_became(set);
	return status;
}

int measure_working_sets(struct settings *settings,
			 struct pagemap_source *source)
{
	struct wset set = { .settings = settings, .source = source };
	struct pagemap_snapshot *snapshot = NULL;
	struct report report = { 0 };
	int err, status = select_processes(settings, source);

	if (!status && settings->usual.source.vkernel)
		status = guest_check_children(settings);
	if (status)
		return status;
	err = make_targets(&set, settings);
	if (!err)
		status = take_names(settings, source, &snapshot);
	set.snapshot = snapshot;
	if (!err && !status)
		err = report_make(source, snapshot, &report);
	if (!err && !status)
		status = measure_named(&set, &report);
	if (err)
		message("%s", strerror(-err));
	set_free(&set);
	report_free(&report);
	pagemap_snapshot_free(snapshot);
	return err ? EXIT_NOTHING : status;
}
