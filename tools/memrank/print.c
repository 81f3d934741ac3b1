/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A ranking as table, CSV or JSON.
 */
#include <stdlib.h>

#include "guest.h"
#include "json.h"
#include "table.h"

static struct json *json_totals(const struct row *totals)
{
	struct json *object = json_new_object();
	int metric;

	json_set_number(object, "processes", (int64_t)totals->processes);
	for (metric = PAGEMAP_VSS; metric <= PAGEMAP_SWAP_PSS; metric++) {
		struct pagemap_value value = row_value(totals,
						(enum pagemap_metric)metric);

		json_set_value(object,
			       pagemap_metric_name((enum pagemap_metric)metric),
			       &value);
	}
	if (totals->sums)
		json_set_value(object, "host_pss", &totals->sums->share.host_pss);
	json_set_text(object, "quality", pagemap_quality_name(
		      row_quality(totals, PAGEMAP_METRICS_SIZES)));
	return object;
}

void json_print_member(const char *key, struct json *value, const char *end,
		       FILE *out)
{
	fprintf(out, "\"%s\":", key);
	json_print(value, out);
	fputs(end, out);
	json_free(value);
}

void json_begin(struct pagemap_source *source,
		const struct pagemap_snapshot *snapshot, FILE *out)
{
	fputs("{\"schema\":\"memrank/1\",", out);
	json_print_member("source", json_source(source, snapshot), ",", out);
	json_print_member("cost", json_cost(snapshot), ",", out);
	json_print_member("unreadable", json_unreadable(snapshot), ",\n", out);
}

/* Row by row, so that a million rows need the memory of one. */
static void print_json(const struct settings *settings,
		       struct pagemap_source *source,
		       const struct pagemap_snapshot *snapshot,
		       const struct ranking *ranking, FILE *out)
{
	struct column_list columns;
	size_t i;

	settings_columns(settings, &columns);
	json_begin(source, snapshot, out);
	json_print_member("totals", json_totals(&ranking->totals), ",\n", out);
	if (pagemap_snapshot_guest(snapshot))
		json_print_member("guest", guest_json(snapshot,
				  settings->usual.source.inside != NULL),
				  ",\n", out);
	if (settings_names_vkernels(settings))
		json_print_member("vkernels", vkernels_seen_json(&ranking->seen),
				  ",\n", out);
	fputs("\"rows\":[", out);
	for (i = 0; i < ranking->count; i++) {
		struct json *row = json_new_object();

		json_set_row(row, &columns, &ranking->rows[i]);
		fputs(i ? ",\n" : "\n", out);
		json_print(row, out);
		json_free(row);
	}
	fputs("\n]}\n", out);
}

int ranking_print(const struct settings *settings,
		  struct pagemap_source *source,
		  const struct pagemap_snapshot *snapshot,
		  const struct ranking *ranking, FILE *out)
{
	struct table table = {
		.columns = &settings->columns,
		.rows = ranking->rows,
		.count = ranking->count,
		.totals = settings->totals ? &ranking->totals : NULL,
		.units = settings->usual.units,
		.header = settings->usual.header,
	};
	size_t lines;

	if (settings->usual.json) {
		print_json(settings, source, snapshot, ranking, out);
		return 0;
	}
	if (settings->usual.csv) {
		table_csv(&table, out);
		return 0;
	}
	terminal_size(&table.width, &lines);
	return table_print(&table, out);
}
