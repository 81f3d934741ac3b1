/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --owners FILE: each process that maps any part of it, with what its mappings
 * of the file hold, private copies of pages too.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "grid.h"
#include "message.h"
#include "owners.h"
#include "source.h"
#include "table.h"

static const struct grid_column columns[] = {
	{ "PID", "pid", GRID_NUMBER },
	{ "RSS", "rss", GRID_SIZE },
	{ "PSS", "pss", GRID_SIZE },
	{ "USS", "uss", GRID_SIZE },
	{ "SWAP", "swap", GRID_SIZE },
	{ "MAPPINGS", "mappings", GRID_NUMBER },
	{ "NAME", "comm", GRID_TEXT },
};

#define COLUMN_COUNT (sizeof(columns) / sizeof(columns[0]))

static const enum pagemap_metric sizes[] = {
	PAGEMAP_RSS, PAGEMAP_PSS, PAGEMAP_USS, PAGEMAP_SWAP,
};

#define SIZE_COUNT (sizeof(sizes) / sizeof(sizes[0]))

/* One process that maps the file. */
struct owner {
	uint32_t process;		/* its index */
	size_t mappings;
	struct pagemap_usage usage;
};

struct found {
	struct owners *owners;
	uint32_t *group_of;		/* by mapping */
	struct owner *items;
	size_t count;
	struct pagemap_usage all;
};

static size_t place_mappings(struct found *found,
			     const struct pagemap_process *process,
			     uint32_t group)
{
	size_t i, placed = 0;

	for (i = 0; i < pagemap_process_mapping_count(process); i++) {
		const struct pagemap_mapping *mapping =
			pagemap_process_mapping_at(process, i);

		if (!owned_is_file(found->owners->owned, mapping))
			continue;
		found->group_of[pagemap_mapping_index(mapping)] = group;
		placed++;
	}
	return placed;
}

static void find_owners(struct found *found)
{
	const struct pagemap_snapshot *snapshot = found->owners->snapshot;
	size_t i, mappings = pagemap_snapshot_mapping_count(snapshot);

	for (i = 0; i < mappings; i++)
		found->group_of[i] = PAGEMAP_NO_GROUP;
	for (i = 0; i < found->owners->count; i++) {
		struct owner *owner = &found->items[found->count];

		owner->process = (uint32_t)i;
		owner->mappings = place_mappings(found,
			pagemap_snapshot_process_at(snapshot, i),
			(uint32_t)found->count);
		found->count += owner->mappings != 0;
	}
}

/* Of each, and of all of them with each page once. */
static int measure(struct found *found)
{
	const struct pagemap_snapshot *snapshot = found->owners->snapshot;
	struct pagemap_partition partition = {
		found->group_of, pagemap_snapshot_mapping_count(snapshot),
		found->count,
	};
	struct pagemap_usage *usages = calloc(found->count + 1,
					      sizeof(*usages));
	size_t i;
	int err;

	if (!usages)
		return -ENOMEM;
	err = pagemap_usage_of_mapping_groups(snapshot, &partition, usages);
	for (i = 0; i < found->count && !err; i++)
		found->items[i].usage = usages[i];
	free(usages);
	for (i = 0; i < partition.count; i++)
		if (found->group_of[i] != PAGEMAP_NO_GROUP)
			found->group_of[i] = 0;
	partition.group_count = 1;
	return err ? err : pagemap_usage_of_mapping_groups(snapshot,
						&partition, &found->all);
}

static int compare_owners(const void *a, const void *b)
{
	const struct owner *x = a, *y = b;
	uint64_t pss_x = x->usage.value_bytes[PAGEMAP_PSS];
	uint64_t pss_y = y->usage.value_bytes[PAGEMAP_PSS];

	if (pss_x != pss_y)
		return pss_x > pss_y ? -1 : 1;
	return (x->process > y->process) - (x->process < y->process);
}

static void fill_grid(const struct found *found, size_t shown,
		      struct grid *grid)
{
	size_t i, k;

	for (i = 0; i < shown; i++) {
		const struct owner *owner = &found->items[i];
		const struct row *row = &found->owners->rows[owner->process];

		grid_number(grid, pagemap_process_pid(row->process));
		for (k = 0; k < SIZE_COUNT; k++) {
			struct pagemap_value value =
				pagemap_usage_value(&owner->usage, sizes[k]);

			grid_size(grid, &value);
		}
		grid_number(grid, (int64_t)owner->mappings);
		grid_text(grid, row->comm);
	}
}

static int print_json(const struct found *found, const struct grid *grid)
{
	struct json *rows = json_new_array(), *what = json_new_object();
	struct owners *owners = found->owners;
	int err = grid_json(grid, rows);
	size_t i;

	json_set_text(what, "path", owners->owned->path);
	json_set_number(what, "processes", (int64_t)found->count);
	for (i = 0; i < SIZE_COUNT; i++) {
		struct pagemap_value value = pagemap_usage_value(&found->all,
								 sizes[i]);

		json_set_value(what, pagemap_metric_name(sizes[i]), &value);
	}
	json_begin(owners->source, owners->snapshot, stdout);
	json_print_member("owners", what, ",\n", stdout);
	json_print_member("rows", rows, "}\n", stdout);
	return err;
}

static int print_text(const struct found *found, const struct grid *grid)
{
	const struct usual *usual = &found->owners->settings->usual;
	struct pagemap_value rss = pagemap_usage_value(&found->all,
						       PAGEMAP_RSS);
	char path[4352], size[UNITS_SIZE];
	size_t width, lines;

	terminal_size(&width, &lines);
	escape_text(found->owners->owned->path, path, sizeof(path));
	units_format_value(&rss, usual->units, size);
	if (usual->header)
		printf("%s: %zu process%s, %s%s resident, each page once\n",
		       path, found->count, found->count == 1 ? "" : "es", size,
		       usual->units == UNITS_KIB ? " KiB" : "");
	return grid_print(grid, usual->units, usual->header, width, stdout);
}

static int print(const struct found *found, size_t shown)
{
	const struct usual *usual = &found->owners->settings->usual;
	struct grid *grid = grid_new(columns, COLUMN_COUNT);
	int err;

	if (!grid)
		return -ENOMEM;
	fill_grid(found, shown, grid);
	if (usual->json)
		err = print_json(found, grid);
	else if (usual->csv)
		err = grid_csv(grid, usual->header, stdout);
	else
		err = print_text(found, grid);
	grid_free(grid);
	return err;
}

static bool is_exact(const struct found *found)
{
	uint64_t metrics = 0;
	size_t i;

	for (i = 0; i < SIZE_COUNT; i++)
		metrics |= PAGEMAP_METRIC_BIT(sizes[i]);
	return pagemap_usage_quality(&found->all, metrics) == PAGEMAP_EXACT;
}

static int show(struct found *found)
{
	const struct settings *settings = found->owners->settings;
	size_t shown = settings->limit && settings->limit < found->count ?
		       settings->limit : found->count;
	int err = measure(found);

	if (!err) {
		qsort(found->items, found->count, sizeof(*found->items),
		      compare_owners);
		err = print(found, shown);
	}
	if (err) {
		message("%s", strerror(-err));
		return EXIT_NOTHING;
	}
	if (message_flush_output())
		return EXIT_NOTHING;
	report_unreadable(found->owners->source, found->owners->snapshot);
	if (shown < found->count)
		message("only the first %zu of %zu processes are shown", shown,
			found->count);
	return settings->usual.strict && !is_exact(found) ? EXIT_NOT_EXACT
							  : EXIT_DONE;
}

static int find_and_show(struct found *found)
{
	const struct owners *owners = found->owners;

	find_owners(found);
	if (found->count)
		return show(found);
	message("no process maps %s", owners->owned->path);
	report_unreadable(owners->source, owners->snapshot);
	return EXIT_NOTHING;
}

int owners_of_file(struct owners *owners)
{
	struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts),
		.engine = owners->settings->usual.engine,
		.gentle = owners->settings->usual.gentle,
		.detail = PAGEMAP_DETAIL_MAPPINGS,
		.groups = true,
	};
	struct found found = { .owners = owners };
	int status = owners_take(owners, &opts);

	if (status)
		return status;
	found.group_of = calloc(
		pagemap_snapshot_mapping_count(owners->snapshot) + 1,
		sizeof(*found.group_of));
	found.items = calloc(owners->count + 1, sizeof(*found.items));
	if (found.group_of && found.items) {
		status = find_and_show(&found);
	} else {
		message("out of memory");
		status = EXIT_NOTHING;
	}
	free(found.group_of);
	free(found.items);
	return status;
}
