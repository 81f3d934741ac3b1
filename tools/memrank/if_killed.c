/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What comes back if a set of processes dies: which are meant, what the
 * library predicts, and who came and went while that was read.  How it is
 * shown is in if_killed_print.c.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "if_killed.h"
#include "message.h"
#include "source.h"

int if_killed_take(struct settings *settings, const char *text)
{
	selector_free(settings->killed);
	settings->killed = NULL;
	return selector_parse(text, &settings->killed);
}

int if_killed_check(const struct settings *settings)
{
	if (settings->by != BY_PROCESS || settings_filter(settings)) {
		message("--if-killed takes the processes as its selector, as "
			"in --if-killed pid:812,user:www-data, and no other "
			"choice of rows");
		return EXIT_USAGE;
	}
	return 0;
}

/* ---- Who dies ---------------------------------------------------------- */

/* An mm is freed when the last process that has it is gone. */
static void spare_survivors(struct killing *killing, bool *dies)
{
	const struct selector *selector = killing->settings->killed;
	size_t i;

	for (i = 0; i < killing->survey.count; i++) {
		const struct row *row = &killing->survey.rows[i];

		if (!dies[i] || row->processes <= 1 ||
		    selector_takes_whole(selector, killing->survey.snapshot,
					 row))
			continue;
		dies[i] = false;
		killing->survivors++;
		message("the memory of process %d lives on in others that "
			"share it and were not named: nothing of it is freed",
			(int)pagemap_process_pid(row->process));
	}
}

static void report_unsure(const struct killing *killing, const bool *member)
{
	size_t unsure = selector_unsure(killing->settings->killed,
					killing->survey.rows,
					killing->survey.count, member);

	if (unsure)
		message("%zu more process%s may be meant: what decides could "
			"not be read", unsure, unsure == 1 ? "" : "es");
}

/* The rows that are left are those of who dies. */
static void keep_members(struct killing *killing, const bool *dies)
{
	struct survey *survey = &killing->survey;
	size_t i, kept = 0;

	for (i = 0; i < survey->count; i++) {
		if (!dies[i])
			continue;
		killing->processes += survey->rows[i].processes;
		survey->rows[kept++] = survey->rows[i];
	}
	survey->count = kept;
	rows_sort(survey->rows, kept, killing->settings->sort,
		  killing->settings->reverse);
}

/* ---- Who came and went ------------------------------------------------- */

static bool has_pid(const struct survey *survey, pid_t pid)
{
	size_t i, k, count;

	for (i = 0; i < survey->count; i++) {
		const pid_t *pids = pagemap_process_mm_pids(
			survey->rows[i].process, &count);

		for (k = 0; k < count; k++)
			if (pids[k] == pid)
				return true;
	}
	return false;
}

/* Rows of a second look, which has no more than selecting needs. */
static int look_again(const struct killing *killing,
		      const struct pagemap_snapshot *snapshot, size_t *ret_came)
{
	const struct selector *selector = killing->settings->killed;
	size_t i, count = pagemap_snapshot_process_count(snapshot), came = 0;
	struct row *rows = calloc(count + 1, sizeof(*rows));
	bool *member = calloc(count + 1, sizeof(*member));
	struct proclist *names = NULL;
	int err = rows && member ? 0 : -ENOMEM;

	for (i = 0; i < count && !err; i++) {
		rows[i] = row_init();
		rows[i].process = pagemap_snapshot_process_at(snapshot, i);
	}
	if (!err)
		err = proclist_name_rows(killing->survey.source, snapshot, rows,
					 count, selector_names(selector),
					 &names);
	if (!err)
		err = selector_match(selector, snapshot, rows, count, member);
	for (i = 0; i < count && !err; i++)
		came += member[i] && !has_pid(&killing->survey,
				pagemap_process_pid(rows[i].process));
	free(rows);
	free(member);
	proclist_free(names);
	*ret_came = came;
	return err;
}

static size_t count_gone(const struct survey *survey,
			 const struct pagemap_snapshot *snapshot)
{
	size_t i, count = 0;

	for (i = 0; i < survey->count; i++)
		count += !pagemap_snapshot_find_pid(snapshot,
			pagemap_process_pid(survey->rows[i].process));
	return count;
}

/* The set is looked up again, cheaply, to see whether it still is the same. */
static void report_moved(const struct killing *killing)
{
	const struct selector *selector = killing->settings->killed;
	struct pagemap_source *source = killing->survey.source;
	struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts),
		.metrics = PAGEMAP_METRIC_BIT(PAGEMAP_VSS),
		.identity = selector_identity(selector) |
			    proclist_identity(source, selector_names(selector)),
	};
	struct pagemap_snapshot *snapshot;
	size_t came, went;

	/* Mms that live on are none of its rows: they would seem to come. */
	if (pagemap_source_kind(source) != PAGEMAP_SOURCE_LIVE ||
	    killing->survivors ||
	    pagemap_snapshot_take(source, &opts, &snapshot))
		return;
	went = count_gone(&killing->survey, snapshot);
	if (!look_again(killing, snapshot, &came) && (came || went))
		message("while this was read %zu came to the set, and are not "
			"in it, and %zu went", came, went);
	pagemap_snapshot_free(snapshot);
}

/* ---- The answer -------------------------------------------------------- */

static bool is_exact(const struct killing *killing)
{
	int part;

	for (part = 0; part < PAGEMAP_KILLED_PART_COUNT; part++)
		if (killing->killed.parts[part].quality != PAGEMAP_EXACT)
			return false;
	return true;
}

static int show(const struct killing *killing)
{
	killing_print(killing, stdout);
	if (message_flush_output())
		return EXIT_NOTHING;
	report_unreadable(killing->survey.source, killing->survey.snapshot);
	report_moved(killing);
	return killing->settings->usual.strict && !is_exact(killing) ?
	       EXIT_NOT_EXACT : EXIT_DONE;
}

static int predict(struct killing *killing)
{
	struct survey *survey = &killing->survey;
	bool *dies = calloc(survey->count + 1, sizeof(*dies));
	int err = dies ? selector_match(killing->settings->killed,
					survey->snapshot, survey->rows,
					survey->count, dies) : -ENOMEM;

	if (!err) {
		report_unsure(killing, dies);
		spare_survivors(killing, dies);
		err = pagemap_if_killed(survey->source, survey->sharing, dies,
					&killing->killed);
	}
	if (!err)
		keep_members(killing, dies);
	free(dies);
	return err;
}

/* For the rows of JSON, their order, and who is meant. */
static struct survey_needs needs_of(const struct settings *settings)
{
	const struct column *sort = settings->sort;
	struct survey_needs needs = {
		.frames = PAGEMAP_FRAMES_KINDS,
		.kinds = true,
	};
	struct column_list columns;

	settings_columns(settings, &columns);
	needs.metrics = columns_metrics(&columns);
	if (sort->metric >= 0)
		needs.metrics |= PAGEMAP_METRIC_BIT(sort->metric);
	needs.identity = columns_identity(&columns) | sort->identity |
			 selector_identity(settings->killed);
	needs.names = columns_names(&columns) | sort->names | NAME_COMM |
		      selector_names(settings->killed);
	return needs;
}

int rank_if_killed(const struct settings *settings,
		   struct pagemap_source *source)
{
	struct survey_needs needs = needs_of(settings);
	struct killing killing = { .settings = settings };
	int err, status;

	status = survey_take(settings, source, "--if-killed", &needs,
			     &killing.survey);
	if (status != EXIT_DONE)
		return status;
	err = predict(&killing);
	status = EXIT_NOTHING;
	if (err)
		message("%s", strerror(-err));
	else if (killing.survey.count || killing.survivors)
		status = show(&killing);
	else
		message("nothing matches");
	survey_free(&killing.survey);
	return status;
}
