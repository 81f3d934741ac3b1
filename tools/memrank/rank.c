/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a snapshot to rows: filtered, grouped, sorted, cut to what is shown,
 * and named.  Only rows that are shown are named, unless names decide what is
 * shown.
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

static bool matches(const struct settings *settings, const struct row *row)
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
		/* There is nothing to group. */
		return settings->by == BY_PROCESS && settings->pid_count;
	default:
		return true;
	}
}

static size_t count_pids(const struct pagemap_process *process)
{
	size_t count;

	pagemap_process_mm_pids(process, &count);
	return count ? count : 1;
}

static uint64_t boot_time_ns(const struct pagemap_snapshot *snapshot)
{
	uint64_t boottime_ns = pagemap_snapshot_boottime_ns(snapshot);

	return boottime_ns ? pagemap_snapshot_time_ns(snapshot) - boottime_ns
			   : 0;
}

static int make_rows(const struct settings *settings,
		     const struct pagemap_source *source,
		     const struct pagemap_snapshot *snapshot, uint64_t metrics,
		     struct ranking *ranking)
{
	size_t i, count = pagemap_snapshot_process_count(snapshot);
	struct row row = row_init();

	row.taken_ns = pagemap_snapshot_time_ns(snapshot);
	row.boot_time_ns = boot_time_ns(snapshot);
	row.metrics = metrics;
	row.page_bytes = pagemap_source_page_size_bytes(source);
	ranking->rows = calloc(count + 1, sizeof(*ranking->rows));
	if (!ranking->rows)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		row.process = pagemap_snapshot_process_at(snapshot, i);
		if (!is_listed(settings, row.process))
			continue;
		row.processes = count_pids(row.process);
		ranking->rows[ranking->count++] = row;
	}
	return 0;
}

/* What the host knows of the processes of a vkernel's guest. */
static int find_guests(const struct pagemap_snapshot *snapshot,
		       struct ranking *ranking)
{
	size_t i;
	int err;

	if (!pagemap_snapshot_guest(snapshot))
		return 0;
	ranking->guests = calloc(ranking->count + 1, sizeof(*ranking->guests));
	if (!ranking->guests)
		return -ENOMEM;
	for (i = 0; i < ranking->count; i++) {
		struct row *row = &ranking->rows[i];

		err = pagemap_guest_process(row->process, &ranking->guests[i]);
		if (!err)
			row->guest = &ranking->guests[i];
		else if (err != -ENOTSUP)	/* it is not there any more */
			return err;
	}
	return 0;
}

static void filter_rows(const struct settings *settings,
			struct ranking *ranking)
{
	size_t i, kept = 0;

	for (i = 0; i < ranking->count; i++)
		if (matches(settings, &ranking->rows[i]))
			ranking->rows[kept++] = ranking->rows[i];
	ranking->count = kept;
}

static int name_rows(const struct settings *settings,
		     struct pagemap_source *source,
		     const struct pagemap_snapshot *snapshot,
		     struct ranking *ranking)
{
	return proclist_name_rows(source, snapshot, ranking->rows,
				  ranking->count, settings_names(settings),
				  ranking->names);
}

/* All of the machine, or of what the filters leave of it. */
static int set_totals(const struct settings *settings,
		      const struct pagemap_snapshot *snapshot,
		      struct ranking *ranking)
{
	static const char all[] = "(all, each page once)";
	static const char some[] = "(all that match, each page once)";
	struct row *totals = &ranking->totals;
	bool filter = settings_filter(settings);
	size_t i;

	int err = 0;

	if (!settings->totals && !settings->usual.json)
		return 0;
	*totals = row_init();
	for (i = 0; i < ranking->count; i++)
		totals->processes += ranking->rows[i].processes;
	totals->name = totals->command = filter ? some : all;
	totals->usage = &ranking->totals_usage;
	totals->metrics = ranking->count ? ranking->rows[0].metrics : 0;
	if (settings->by == BY_NAMED) {
		totals->name = totals->command = "(all groups, each page once)";
		return 0;	/* by named_groups_make() */
	}
	if (pagemap_snapshot_guest(snapshot) && !settings->mapping_filter.set) {
		err = row_sums_make(snapshot, ranking->rows, ranking->count,
				    NULL, &ranking->totals_sums);
		totals->sums = &ranking->totals_sums;
	}
	if (err)
		return err;
	if (!filter)
		return pagemap_usage_of_snapshot(snapshot,
						 &ranking->totals_usage);
	if (settings->mapping_filter.set)
		return 0;	/* by groups_make(), which sees mappings */
	return usage_of_rows(snapshot, ranking->rows, ranking->count,
			     &ranking->totals_usage);
}

static int rank_rows(const struct settings *settings,
		     struct pagemap_source *source,
		     const struct pagemap_snapshot *snapshot,
		     struct ranking *ranking)
{
	uint32_t early = settings_early_names(settings);
	struct column_list columns;
	size_t i;
	int err;

	settings_columns(settings, &columns);
	err = make_rows(settings, source, snapshot, columns_metrics(&columns),
			ranking);
	if (!err)
		err = find_guests(snapshot, ranking);
	if (!err && early)
		err = name_rows(settings, source, snapshot, ranking);
	if (err)
		return err;
	filter_rows(settings, ranking);
	err = set_totals(settings, snapshot, ranking);
	if (!err && settings_group(settings))
		err = (settings->by == BY_NAMED ? named_groups_make
						: groups_make)(
			settings, snapshot, ranking);
	if (err)
		return err;
	rows_sort(ranking->rows, ranking->count, settings->sort,
		  settings->reverse);
	for (i = 0; i < ranking->count; i++)
		ranking->matched += ranking->rows[i].processes != 0;
	if (settings->limit && settings->limit < ranking->count)
		ranking->count = settings->limit;
	return early ? 0 : name_rows(settings, source, snapshot, ranking);
}

int ranking_make(const struct settings *settings,
		 struct pagemap_source *source,
		 const struct pagemap_snapshot *snapshot,
		 struct proclist **names, struct ranking *ranking)
{
	int err;

	*ranking = (struct ranking){ .names = names };
	err = rank_rows(settings, source, snapshot, ranking);
	if (!err && settings_names_vkernels(settings))
		err = vkernels_seen_find(source, ranking->rows, ranking->count,
					 &ranking->seen);
	if (err)
		ranking_free(ranking);
	return err;
}

void ranking_free(struct ranking *ranking)
{
	strings_free(ranking->group_names);
	members_free(ranking->members);
	vkernels_seen_free(&ranking->seen);
	free(ranking->found);
	free(ranking->usages);
	free(ranking->sums);
	free(ranking->guests);
	free(ranking->rows);
}
