/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a snapshot to rows: filtered, sorted, cut to what is shown, and named.
 * Only rows that are shown are named, unless names decide what is shown.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "memrank.h"

bool filter_matches(const struct filter *filter, const char *text)
{
	return !filter->set ||
	       (text && !regexec(&filter->pattern, text, 0, NULL, 0));
}

bool settings_show_row(const struct settings *settings, const struct row *row)
{
	return filter_matches(&settings->user_filter, row->user) &&
	       (filter_matches(&settings->process_filter, row->command) ||
		filter_matches(&settings->process_filter, row->comm));
}

static bool is_listed(const struct settings *settings,
		      const struct pagemap_process *process)
{
	switch (pagemap_process_status(process)) {
	case PAGEMAP_STATUS_SKIPPED:
		return false;
	case PAGEMAP_STATUS_VANISHED:
	case PAGEMAP_STATUS_NO_MEMORY:
		/* Only there when asked for by pid. */
		return settings->pid_count;
	default:
		return true;
	}
}

static int make_rows(const struct settings *settings,
		     const struct pagemap_snapshot *snapshot,
		     struct ranking *ranking)
{
	size_t i, count = pagemap_snapshot_process_count(snapshot);

	ranking->rows = calloc(count + 1, sizeof(*ranking->rows));
	if (!ranking->rows)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		const struct pagemap_process *process =
			pagemap_snapshot_process_at(snapshot, i);

		if (!is_listed(settings, process))
			continue;
		ranking->rows[ranking->count++] = (struct row){
			.process = process,
			.processes = 1,
			.start_time_ns = UINT64_MAX,
			.taken_ns = pagemap_snapshot_time_ns(snapshot),
		};
	}
	return 0;
}

static void filter_rows(const struct settings *settings,
			struct ranking *ranking)
{
	size_t i, kept = 0;

	for (i = 0; i < ranking->count; i++)
		if (settings_show_row(settings, &ranking->rows[i]))
			ranking->rows[kept++] = ranking->rows[i];
	ranking->count = kept;
}

static int compare_rows(const void *a, const void *b, void *context)
{
	const struct settings *settings = context;
	int order = rows_compare(settings->sort, a, b);

	/* What is not known stays last in either order. */
	return order && settings->reverse ? -order : order;
}

/* The sum over the rows that are shown, where it is not over all. */
static void set_totals(const struct settings *settings,
		       const struct pagemap_snapshot *snapshot,
		       struct ranking *ranking)
{
	static const char name[] = "(all, each page once)";

	if (!settings->totals)
		return;
	pagemap_usage_of_snapshot(snapshot, &ranking->totals_usage);
	ranking->totals = (struct row){
		.usage = &ranking->totals_usage,
		.name = name,
		.command = name,
		.processes = pagemap_snapshot_process_count(snapshot),
		.start_time_ns = UINT64_MAX,
	};
}

int ranking_make(const struct settings *settings,
		 struct pagemap_source *source,
		 const struct pagemap_snapshot *snapshot,
		 struct ranking *ret_ranking)
{
	uint32_t early = settings_early_names(settings);
	uint32_t names = columns_names(&settings->columns) | early;
	struct ranking *ranking = ret_ranking;
	int err;

	*ranking = (struct ranking){ 0 };
	if (settings->json)
		names |= NAME_USER | NAME_COMM | NAME_COMMAND;
	if (settings->by != BY_PROCESS) {
		err = groups_make(settings, source, snapshot, ranking);
	} else {
		err = make_rows(settings, snapshot, ranking);
		if (!err && early)
			err = proclist_name_rows(source, snapshot,
						 ranking->rows, ranking->count,
						 names, &ranking->names);
		if (!err && early)
			filter_rows(settings, ranking);
	}
	if (err)
		return err;
	qsort_r(ranking->rows, ranking->count, sizeof(*ranking->rows),
		compare_rows, (void *)settings);
	if (settings->limit && settings->limit < ranking->count)
		ranking->count = settings->limit;
	if (settings->by == BY_PROCESS && !early)
		err = proclist_name_rows(source, snapshot, ranking->rows,
					 ranking->count, names,
					 &ranking->names);
	set_totals(settings, snapshot, ranking);
	return err;
}

void ranking_free(struct ranking *ranking)
{
	size_t i;

	for (i = 0; i < ranking->group_count; i++)
		free(ranking->group_names[i]);
	free(ranking->group_names);
	free(ranking->usages);
	free(ranking->rows);
	proclist_free(ranking->names);
}
