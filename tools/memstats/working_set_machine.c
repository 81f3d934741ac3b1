/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What memstats -w found, for programs: CSV, and JSON as in memstats(1).
 */
#include <errno.h>
#include <inttypes.h>

#include "memstats.h"
#include "table.h"
#include "working_set.h"

/* ---- CSV --------------------------------------------------------------- */

enum { SAMPLE_COLUMNS = WSET_FIGURES + 6, MAP_COLUMNS = WSET_FIGURES + 8 };

static void figure_columns(struct grid_column *columns)
{
	size_t i;

	for (i = 0; i < WSET_FIGURES; i++)
		columns[i] = (struct grid_column){
			NULL, wset_figure_key((enum wset_figure)i), GRID_SIZE,
		};
}

static void add_figures(struct grid *grid,
			const struct pagemap_wss_figures *figures)
{
	size_t i;

	for (i = 0; i < WSET_FIGURES; i++)
		grid_size(grid, wset_figure_of(figures, (enum wset_figure)i));
}

static const char *quality_of(const struct wset *set,
			      const struct pagemap_wss_figures *figures)
{
	return pagemap_quality_name(wset_figure_of(figures,
				wset_main_figure(set->methods))->quality);
}

static void add_sample(const struct wset *set, const struct wset_target *target,
		       size_t number, struct grid *grid)
{
	const struct wset_sample *sample = &target->samples[number];
	const char *command = target->row ? target->row->command : NULL;

	grid_number(grid, target->pid);
	grid_number(grid, (int64_t)number + 1);
	grid_number(grid, (int64_t)sample->interval_ns);
	add_figures(grid, &sample->figures);
	grid_text(grid, quality_of(set, &sample->figures));
	grid_text(grid, set->method_names);
	grid_text(grid, command);
}

/* Each look at each target, or the newest alone. */
static int csv_samples(const struct wset *set, bool newest, bool header)
{
	struct grid_column columns[SAMPLE_COLUMNS] = {
		{ NULL, "pid", GRID_NUMBER },
		{ NULL, "sample", GRID_NUMBER },
		{ NULL, "interval_ns", GRID_NUMBER },
		[WSET_FIGURES + 3] = { NULL, "quality", GRID_TEXT },
		{ NULL, "method", GRID_TEXT },
		{ NULL, "command", GRID_TEXT },
	};
	struct grid *grid;
	size_t i, k;
	int err;

	figure_columns(columns + 3);
	grid = grid_new(columns, SAMPLE_COLUMNS);
	if (!grid)
		return -ENOMEM;
	for (i = 0; i < set->target_count; i++) {
		const struct wset_target *target = &set->targets[i];

		for (k = newest && target->count ? target->count - 1 : 0;
		     k < target->count; k++)
			if (!newest || wset_is_fresh(target))
				add_sample(set, target, k, grid);
	}
	err = grid_csv(grid, header, stdout);
	grid_free(grid);
	return err;
}

int wset_csv_line(const struct wset *set, bool first)
{
	return csv_samples(set, true, first && set->settings->usual.header);
}

static void format_address(uint64_t vaddr, char text[32])
{
	snprintf(text, 32, "0x%" PRIx64, vaddr);
}

static void add_mapping(const struct wset *set, pid_t pid,
			const struct pagemap_wss_mapping *mapping,
			struct grid *grid)
{
	char address[32];

	grid_number(grid, pid);
	format_address(mapping->start_vaddr, address);
	grid_text(grid, address);
	format_address(mapping->end_vaddr, address);
	grid_text(grid, address);
	grid_text(grid, mapping->permissions);
	grid_number(grid, (int64_t)mapping->offset_bytes);
	grid_text(grid, pagemap_mapping_kind_name(mapping->kind));
	add_figures(grid, &mapping->figures);
	grid_text(grid, quality_of(set, &mapping->figures));
	grid_text(grid, mapping->path);
}

static void add_mappings(const struct wset *set,
			 const struct wset_target *target, struct grid *grid)
{
	struct pagemap_wss_process process;
	struct pagemap_wss_mapping mapping;
	size_t i;

	if (!wset_last_process(set, target, &process))
		return;
	for (i = 0; i < process.mapping_count; i++)
		if (!pagemap_working_set_mapping_at(set->last, target->index,
						    i, &mapping))
			add_mapping(set, target->pid, &mapping, grid);
}

static int csv_mappings(const struct wset *set)
{
	struct grid_column columns[MAP_COLUMNS] = {
		{ NULL, "pid", GRID_NUMBER },
		{ NULL, "start", GRID_TEXT },
		{ NULL, "end", GRID_TEXT },
		{ NULL, "perms", GRID_TEXT },
		{ NULL, "offset", GRID_NUMBER },
		{ NULL, "kind", GRID_TEXT },
		[WSET_FIGURES + 6] = { NULL, "quality", GRID_TEXT },
		{ NULL, "path", GRID_TEXT },
	};
	struct grid *grid;
	size_t i;
	int err;

	figure_columns(columns + 6);
	grid = grid_new(columns, MAP_COLUMNS);
	if (!grid)
		return -ENOMEM;
	for (i = 0; i < set->target_count; i++)
		add_mappings(set, &set->targets[i], grid);
	err = grid_csv(grid, set->settings->usual.header, stdout);
	grid_free(grid);
	return err;
}

/* One line for each point of each curve. */
static int csv_curve(const struct wset *set)
{
	static const struct grid_column columns[] = {
		{ NULL, "pid", GRID_NUMBER },
		{ NULL, "interval_ns", GRID_NUMBER },
		{ NULL, "rounds", GRID_NUMBER },
		{ NULL, "min", GRID_SIZE },
		{ NULL, "median", GRID_SIZE },
		{ NULL, "max", GRID_SIZE },
		{ NULL, "quality", GRID_TEXT },
		{ NULL, "method", GRID_TEXT },
	};
	enum wset_figure figure = wset_main_figure(set->methods);
	struct grid *grid = grid_new(columns, 8);
	struct wset_spread spreads[WSET_POINTS];
	uint64_t lengths_ns[WSET_POINTS];
	size_t i, k, count;
	int err;

	if (!grid)
		return -ENOMEM;
	for (i = 0; i < set->target_count; i++) {
		count = wset_curve_of(&set->targets[i], figure, set->points,
				      spreads, lengths_ns);
		for (k = 0; k < count; k++) {
			grid_number(grid, set->targets[i].pid);
			grid_number(grid, (int64_t)lengths_ns[k]);
			grid_number(grid, (int64_t)spreads[k].known);
			grid_size(grid, &spreads[k].least);
			grid_size(grid, &spreads[k].median);
			grid_size(grid, &spreads[k].most);
			grid_text(grid, pagemap_quality_name(
				  spreads[k].median.quality));
			grid_text(grid, set->method_names);
		}
	}
	err = grid_csv(grid, set->settings->usual.header, stdout);
	grid_free(grid);
	return err;
}

int wset_csv(const struct wset *set)
{
	if (set->settings->maps)
		return csv_mappings(set);
	if (set->settings->pages) {
		wset_csv_pages(set);
		return 0;
	}
	if (set->settings->working_set.curve)
		return csv_curve(set);
	return set->printed ? 0 : csv_samples(set, false,
					      set->settings->usual.header);
}

/* ---- JSON -------------------------------------------------------------- */

static void set_figures(struct json *object,
			const struct pagemap_wss_figures *figures)
{
	size_t i;

	for (i = 0; i < WSET_FIGURES; i++)
		json_set_value(object, wset_figure_key((enum wset_figure)i),
			       wset_figure_of(figures, (enum wset_figure)i));
}

static void set_sample(const struct wset *set, struct json *object,
		       const struct wset_sample *sample)
{
	json_set_number(object, "interval_ns", (int64_t)sample->interval_ns);
	json_set_number(object, "at_ns", (int64_t)sample->at_ns);
	set_figures(object, &sample->figures);
	json_set_text(object, "quality", quality_of(set, &sample->figures));
	json_set_number(object, "forget_ns", (int64_t)sample->forget_ns);
	json_set_number(object, "read_ns", (int64_t)sample->read_ns);
}

static struct json *json_samples(const struct wset *set,
				 const struct wset_target *target)
{
	struct json *array = json_new_array();
	size_t i;

	for (i = 0; i < target->count; i++) {
		struct json *object = json_new_object();

		set_sample(set, object, &target->samples[i]);
		json_append(array, object);
	}
	return array;
}

static struct json *json_curve(const struct wset *set,
			       const struct wset_target *target)
{
	enum wset_figure figure = wset_main_figure(set->methods);
	const char *key = wset_figure_key(figure);
	struct json *array = json_new_array();
	struct wset_spread spreads[WSET_POINTS];
	uint64_t lengths_ns[WSET_POINTS];
	size_t i, count = wset_curve_of(target, figure, set->points, spreads,
					lengths_ns);
	char name[64];

	for (i = 0; i < count; i++) {
		struct json *object = json_new_object();

		json_set_number(object, "interval_ns", (int64_t)lengths_ns[i]);
		json_set_number(object, "rounds", (int64_t)spreads[i].known);
		json_set_value(object, key, &spreads[i].median);
		snprintf(name, sizeof(name), "%s_min", key);
		json_set_value(object, name, &spreads[i].least);
		snprintf(name, sizeof(name), "%s_max", key);
		json_set_value(object, name, &spreads[i].most);
		json_append(array, object);
	}
	return array;
}

/* Where the curve becomes flat, or null. */
static void set_flat(const struct wset *set, struct json *object,
		     const struct wset_target *target)
{
	enum wset_figure figure = wset_main_figure(set->methods);
	struct wset_spread spreads[WSET_POINTS];
	struct pagemap_value medians[WSET_POINTS];
	uint64_t lengths_ns[WSET_POINTS];
	size_t i, at, count = wset_curve_of(target, figure, set->points,
					    spreads, lengths_ns);

	for (i = 0; i < count; i++)
		medians[i] = spreads[i].median;
	if (count && wset_flattens(medians, count, &at))
		json_set_number(object, "flat_from_ns",
				(int64_t)lengths_ns[at]);
	else
		json_set(object, "flat_from_ns", NULL);
}

static struct json *json_ages(const struct wset_target *target)
{
	const struct wset_sample *newest = &target->samples[target->count - 1];
	struct json *array = json_new_array();
	size_t i;

	for (i = 0; i < PAGEMAP_WSS_AGES && (size_t)1 << i <= target->count;
	     i++) {
		struct json *object = json_new_object();

		json_set_number(object, "samples", (int64_t)1 << i);
		json_set_value(object, "touched",
			       &newest->figures.touched_within[i]);
		json_append(array, object);
	}
	return array;
}

static void set_spread(struct json *object, const char *key,
		       const struct wset_target *target, int which)
{
	struct json *inner = json_new_object();
	struct wset_spread spread;
	size_t i;

	for (i = 0; i < WSET_FIGURES; i++)
		if (!wset_spread_of_target(target, (enum wset_figure)i, -1,
					   &spread))
			json_set_value(inner,
				wset_figure_key((enum wset_figure)i),
				which < 0 ? &spread.least :
				which > 0 ? &spread.most : &spread.median);
	json_set(object, key, inner);
}

static struct json *json_working_set(const struct wset *set,
				     const struct wset_target *target)
{
	const struct wset_options *options = &set->settings->working_set;
	struct json *object = json_new_object();

	json_set_text(object, "method", set->method_names);
	/* Absent where all is seen. */
	if (set->settings->usual.source.vkernel)
		json_set_text(object, "not_seen", "guest kernel");
	set_sample(set, object, &target->samples[target->count - 1]);
	if (options->curve) {
		json_set(object, "curve", json_curve(set, target));
		set_flat(set, object, target);
	} else if (options->count > 1 || options->ages) {
		set_spread(object, "min", target, -1);
		set_spread(object, "median", target, 0);
		set_spread(object, "max", target, 1);
	}
	json_set(object, "samples", json_samples(set, target));
	if (options->ages)
		json_set(object, "ages", json_ages(target));
	return object;
}

static struct json *json_mapping(const struct wset *set,
				 const struct wset_target *target,
				 size_t number,
				 const struct pagemap_wss_mapping *mapping)
{
	struct json *object = json_new_object(), *inner = json_new_object();
	char address[32];

	format_address(mapping->start_vaddr, address);
	json_set_text(object, "start", address);
	format_address(mapping->end_vaddr, address);
	json_set_text(object, "end", address);
	json_set_text(object, "perms", mapping->permissions);
	json_set_number(object, "offset", (int64_t)mapping->offset_bytes);
	json_set_text(object, "path", mapping->path);
	json_set_text(object, "kind", pagemap_mapping_kind_name(mapping->kind));
	set_figures(inner, &mapping->figures);
	json_set_text(inner, "quality", quality_of(set, &mapping->figures));
	if (set->settings->pages)
		json_set(inner, "runs", wset_json_pages(set, target, number));
	json_set(object, "working_set", inner);
	return object;
}

static struct json *json_mappings(const struct wset *set,
				  const struct wset_target *target)
{
	struct json *array = json_new_array();
	struct pagemap_wss_process process;
	struct pagemap_wss_mapping mapping;
	size_t i;

	if (!wset_last_process(set, target, &process))
		return array;
	for (i = 0; i < process.mapping_count; i++)
		if (!pagemap_working_set_mapping_at(set->last, target->index,
						    i, &mapping))
			json_append(array, json_mapping(set, target, i,
							&mapping));
	return array;
}

static struct json *json_target(const struct wset *set,
				const struct wset_target *target)
{
	static const char names[] = "pid,ppid,uid,user,comm,command";
	struct json *object = json_new_object();
	struct column_list columns;
	const char *wrong;
	size_t length;

	columns_parse(names, &columns, &wrong, &length);
	if (target->row)
		json_set_row(object, &columns, target->row);
	else
		json_set_number(object, "pid", target->pid);
	json_set_text(object, "status", pagemap_status_name(target->status));
	json_set(object, "working_set", target->count ?
		 json_working_set(set, target) : NULL);
	if ((set->settings->maps || set->settings->pages) && target->count)
		json_set(object, "mappings", json_mappings(set, target));
	return object;
}

int wset_json(const struct wset *set)
{
	struct json *array = json_new_array(), *object = json_new_object();
	size_t i;

	for (i = 0; i < set->target_count; i++)
		json_append(array, json_target(set, &set->targets[i]));
	json_set_text(object, "schema", "memstats/1");
	json_set(object, "source", json_source(set->source, set->snapshot));
	json_set(object, "cost", json_cost(set->snapshot));
	json_set(object, "unreadable", json_unreadable(set->snapshot));
	json_set(object, "processes", array);
	json_print(object, stdout);
	putchar('\n');
	json_free(object);
	return 0;
}
