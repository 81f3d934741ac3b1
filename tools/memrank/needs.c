/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a command line needs to be read: columns that are written, names of
 * processes, and the library's options.  Nothing is read that is not shown,
 * sorted by, filtered by or grouped by.
 */
#include "memrank.h"

/* What JSON's rows always have; more columns may be asked for. */
static const char json_process_columns[] =
	"pid,ppid,uid,user,comm,command,"
	"vss,rss,pss,uss,swap,swap_pss,quality";
static const char json_group_columns[] =
	"name,processes,vss,rss,pss,uss,swap,swap_pss,quality";

/* What a key needs of every process; names are in settings_early_names(). */
static const uint32_t key_identity[] = {
	[BY_PROCESS] = 0,
	[BY_MAPPING] = 0,
	[BY_USER] = 0,
	[BY_EXE] = PAGEMAP_ID_EXE,
	[BY_COMM] = PAGEMAP_ID_COMM,
	[BY_CGROUP] = PAGEMAP_ID_CGROUP,
	[BY_UNIT] = PAGEMAP_ID_CGROUP,
	[BY_SESSION] = PAGEMAP_ID_STAT,
	[BY_NAMED] = 0,			/* see groups_identity() */
};

void settings_columns(const struct settings *settings,
		      struct column_list *ret_columns)
{
	const char *wrong;
	size_t i, length;

	if (!settings->usual.json) {
		*ret_columns = settings->columns;
		return;
	}
	columns_parse(settings->by == BY_PROCESS ? json_process_columns
						 : json_group_columns,
		      ret_columns, &wrong, &length);
	for (i = 0; i < settings->columns.count &&
		    ret_columns->count < COLUMNS_MAX; i++)
		if (!column_is_shown(ret_columns,
				     settings->columns.items[i]->name))
			ret_columns->items[ret_columns->count++] =
				settings->columns.items[i];
}

bool settings_filter(const struct settings *settings)
{
	return settings->process_filter.set || settings->user_filter.set ||
	       settings->mapping_filter.set || settings->pid_count;
}

uint32_t settings_early_names(const struct settings *settings)
{
	uint32_t names = groups_names(settings) | settings->more_names;

	if (settings->by == BY_PROCESS)
		names |= settings->sort->names;
	if (settings->process_filter.set)
		names |= NAME_COMMAND | NAME_COMM;
	if (settings->user_filter.set || settings->by == BY_USER)
		names |= NAME_USER;
	return names;
}

/*
 * In a vkernel there are none.  States are read with names, and not without
 * any: see proclist.c.
 */
bool settings_names_vkernels(const struct settings *settings)
{
	struct column_list columns;

	if (settings->run != rank_once || settings->by != BY_PROCESS ||
	    settings->usual.source.vkernel || settings->pid_count ||
	    settings_filter(settings))
		return false;
	settings_columns(settings, &columns);
	return columns_names(&columns) || settings_early_names(settings);
}

uint32_t settings_names(const struct settings *settings)
{
	uint32_t names = settings_early_names(settings);
	struct column_list columns;

	/* Rows of groups have no names but the group's. */
	if (settings->by != BY_PROCESS)
		return names;
	settings_columns(settings, &columns);
	if (settings_names_vkernels(settings))
		names |= NAME_STATE;
	return names | columns_names(&columns);
}

uint32_t settings_identity(const struct settings *settings)
{
	return key_identity[settings->by] | groups_identity(settings);
}

static uint64_t needed_metrics(const struct settings *settings,
			       const struct column_list *columns)
{
	uint64_t metrics = columns_metrics(columns) | settings->more_metrics;

	if (settings->sort->metric >= 0)
		metrics |= PAGEMAP_METRIC_BIT(settings->sort->metric);
	if (column_is_shown(columns, "quality") && !metrics)
		metrics |= PAGEMAP_METRICS_SIZES;
	/* None at all would mean the library's choice: take the cheapest. */
	return metrics ? metrics : PAGEMAP_METRIC_BIT(PAGEMAP_RSS);
}

/* The largest by PSS are enough where nothing is said of all the others. */
static bool needs_top_only(const struct settings *settings)
{
	return settings->limit && settings->sort->metric == PAGEMAP_PSS &&
	       !settings->sort->average && !settings->reverse &&
	       !settings->totals && !settings->usual.json &&
	       !settings_group(settings) && !settings_filter(settings);
}

void settings_to_opts(const struct settings *settings,
		      const struct pagemap_source *source,
		      struct pagemap_snapshot_opts *ret_opts)
{
	struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts),
		.engine = settings->usual.engine,
		.gentle = settings->usual.gentle,
		.pids = settings->pids,
		.pid_count = settings->pid_count,
	};
	struct column_list columns;

	settings_columns(settings, &columns);
	opts.metrics = needed_metrics(settings, &columns);
	opts.identity = columns_identity(&columns) |
			settings->sort->identity |
			settings_identity(settings) |
			proclist_identity(source, settings_names(settings));
	opts.groups = settings_group(settings) ||
		      (settings->totals && settings_filter(settings));
	if (settings->by == BY_MAPPING || settings->mapping_filter.set)
		opts.detail = PAGEMAP_DETAIL_MAPPINGS;
	if (needs_top_only(settings))
		opts.top_count = settings->limit;
	*ret_opts = opts;
}
