/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A ranking on standard output: table, CSV or JSON.
 */
#include <stdlib.h>

#include "json.h"
#include "memrank.h"
#include "view.h"

/* What JSON's rows always have; more columns may be asked for. */
static const char process_columns[] =
	"pid,ppid,uid,user,comm,command,"
	"vss,rss,pss,uss,swap,swap_pss,quality";
static const char group_columns[] =
	"name,processes,vss,rss,pss,uss,swap,swap_pss,quality";

static void json_columns(const struct settings *settings,
			 struct column_list *ret_columns)
{
	const char *wrong;
	size_t i, length;

	columns_parse(settings->by == BY_PROCESS ? process_columns
						 : group_columns,
		      ret_columns, &wrong, &length);
	for (i = 0; i < settings->columns.count &&
		    ret_columns->count < COLUMNS_MAX; i++)
		if (!column_is_shown(ret_columns,
				     settings->columns.items[i]->name))
			ret_columns->items[ret_columns->count++] =
				settings->columns.items[i];
}

static struct json *json_totals(const struct pagemap_snapshot *snapshot)
{
	struct json *totals = json_new_object();
	struct pagemap_usage usage;
	int metric;

	pagemap_usage_of_snapshot(snapshot, &usage);
	for (metric = PAGEMAP_VSS; metric <= PAGEMAP_SWAP_PSS; metric++) {
		struct pagemap_value value = pagemap_usage_value(&usage,
						(enum pagemap_metric)metric);

		json_set_value(totals,
			       pagemap_metric_name((enum pagemap_metric)metric),
			       &value);
	}
	json_set_text(totals, "quality", pagemap_quality_name(
		      pagemap_usage_quality(&usage,
				PAGEMAP_METRIC_BIT(PAGEMAP_PSS))));
	return totals;
}

static void print_member(const char *key, struct json *value, const char *end)
{
	printf("\"%s\":", key);
	json_print(value, stdout);
	fputs(end, stdout);
	json_free(value);
}

/* Row by row, so that a million rows need the memory of one. */
static void print_json(const struct settings *settings,
		       struct pagemap_source *source,
		       const struct pagemap_snapshot *snapshot,
		       const struct ranking *ranking)
{
	struct column_list columns;
	size_t i;

	json_columns(settings, &columns);
	fputs("{\"schema\":\"memrank/1\",", stdout);
	print_member("source", json_source(source, snapshot), ",");
	print_member("cost", json_cost(snapshot), ",");
	print_member("totals", json_totals(snapshot), ",");
	print_member("unreadable", json_unreadable(snapshot), ",\n\"rows\":[");
	for (i = 0; i < ranking->count; i++) {
		struct json *row = json_new_object();

		json_set_row(row, &columns, &ranking->rows[i]);
		fputs(i ? ",\n" : "\n", stdout);
		json_print(row, stdout);
		json_free(row);
	}
	fputs("\n]}\n", stdout);
}

int ranking_print(const struct settings *settings,
		  struct pagemap_source *source,
		  const struct pagemap_snapshot *snapshot,
		  const struct ranking *ranking)
{
	struct view view = {
		.columns = &settings->columns,
		.rows = ranking->rows,
		.count = ranking->count,
		.totals = settings->totals ? &ranking->totals : NULL,
		.units = settings->units,
		.header = settings->header,
		.width = terminal_width(stdout),
	};

	if (settings->json) {
		print_json(settings, source, snapshot, ranking);
		return 0;
	}
	if (!settings->csv)
		return view_table(&view, stdout);
	view_csv(&view, stdout);
	return 0;
}
