/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Vkernels beside each other, as text, CSV and JSON: a row for each, and the
 * pairs of them that share frames.
 */
#include <errno.h>

#include "grid.h"
#include "json.h"
#include "table.h"
#include "vkernels.h"

#define TOTAL_NAME "(all, each frame once)"

/* Figures in the order of enum vkernels_figure, between what names a row. */
static const struct grid_column columns[] = {
	{ "PID", "pid", GRID_NUMBER },
	{ "PROCS", "processes", GRID_NUMBER },
	{ "RAM", "ram", GRID_SIZE },
	{ "RESIDENT", "resident", GRID_SIZE },
	{ "SWAP", "swapped", GRID_SIZE },
	{ NULL, "untouched", GRID_SIZE },
	{ "GUESTS", "guest_pss", GRID_SIZE },
	{ "TABLES", "guest_tables", GRID_SIZE },
	{ NULL, "guest_stubs", GRID_SIZE },
	{ NULL, "zero_page", GRID_SIZE },
	{ "SLACK", "slack", GRID_SIZE },
	{ "OWN", "main_own", GRID_SIZE },
	{ NULL, "child_own", GRID_SIZE },
	{ "HTABLES", "host_tables", GRID_SIZE },
	{ NULL, "host_stacks", GRID_SIZE },
	{ NULL, "host_rss", GRID_SIZE },
	{ "HOST", "host_pss", GRID_SIZE },
	{ NULL, "host_uss", GRID_SIZE },
	{ "SHARED", "shared", GRID_SIZE },
	{ NULL, "shared_anon", GRID_SIZE },
	{ NULL, "shared_file", GRID_SIZE },
	{ NULL, "shared_shmem", GRID_SIZE },
	{ NULL, "shared_ksm", GRID_SIZE },
	{ "KSM", "ksm", GRID_SIZE },
	{ "NAME", "comm", GRID_TEXT },
};

#define COLUMN_COUNT (sizeof(columns) / sizeof(columns[0]))
#define FIRST_FIGURE 2

_Static_assert(COLUMN_COUNT == FIRST_FIGURE + VKERNELS_FIGURE_COUNT + 1,
	       "a column for each figure");

static const struct grid_column pair_columns[] = {
	{ "SHARED", "shared", GRID_SIZE },
	{ "ANON", "anon", GRID_SIZE },
	{ "FILE", "file", GRID_SIZE },
	{ "SHMEM", "shmem", GRID_SIZE },
	{ "KSM", "ksm", GRID_SIZE },
	{ "PID", "pid", GRID_NUMBER },
	{ "WITH", "other_pid", GRID_NUMBER },
};

#define PAIR_COLUMN_COUNT (sizeof(pair_columns) / sizeof(pair_columns[0]))

static void add_row(struct grid *grid, const struct vkernels_row *row)
{
	int figure;

	if (row->facts.pid)
		grid_number(grid, (int64_t)row->facts.pid);
	else
		grid_unknown(grid);
	if (row->is_read)
		grid_number(grid, (int64_t)row->processes);
	else
		grid_unknown(grid);
	for (figure = 0; figure < VKERNELS_FIGURE_COUNT; figure++)
		grid_size(grid, &row->figures[figure]);
	grid_text(grid, row->facts.pid ? row->comm : TOTAL_NAME);
}

static struct grid *grid_of_rows(const struct vkernels *vkernels, bool total)
{
	struct grid *grid = grid_new(columns, COLUMN_COUNT);
	size_t i;

	for (i = 0; grid && i < vkernels->count; i++)
		add_row(grid, &vkernels->rows[i]);
	if (grid && total)
		add_row(grid, &vkernels->total);
	return grid;
}

static struct grid *grid_of_pairs(const struct vkernels *vkernels)
{
	static const uint32_t kinds[] = {
		VKERNELS_KINDS, VKERNELS_ANON, VKERNELS_FILE, VKERNELS_SHMEM,
		VKERNELS_KSM_KIND,
	};
	struct grid *grid = grid_new(pair_columns, PAIR_COLUMN_COUNT);
	size_t i, k;

	for (i = 0; grid && i < vkernels->pair_count; i++) {
		const struct pagemap_share_pair *pair = &vkernels->pairs[i];

		for (k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
			struct pagemap_value value = vkernels_bytes(
				vkernels, pair->pages, kinds[k]);

			grid_size(grid, &value);
		}
		grid_number(grid, vkernels->rows[pair->first].facts.pid);
		grid_number(grid, vkernels->rows[pair->second].facts.pid);
	}
	return grid;
}

/* ---- Text --------------------------------------------------------------- */

/* RAM of vkernels is a shared mapping: that it is not merged is no chance. */
static const char *said_of_ksm(const struct vkernels *vkernels)
{
	const struct pagemap_value *ksm =
		&vkernels->total.figures[VKERNELS_KSM];

	if (ksm->quality != PAGEMAP_EXACT || vkernels->is_ram_merged)
		return NULL;
	if (!ksm->value)
		return "None of their memory is merged: the RAM of vkernels "
		       "is shared memory, which KSM does not\nmerge; what is "
		       "their own it merges where they were started with "
		       "PR_SET_MEMORY_MERGE.";
	return "What is merged is their own memory: the RAM of vkernels is "
	       "shared memory, which KSM does\nnot merge.";
}

static int print_pairs(const struct vkernels *vkernels, size_t width, FILE *out)
{
	const struct usual *usual = &vkernels->settings->usual;
	struct grid *grid = grid_of_pairs(vkernels);
	int err = grid ? 0 : -ENOMEM;

	if (!err) {
		putc('\n', out);
		err = grid_print(grid, usual->units, usual->header, width, out);
	}
	grid_free(grid);
	return err;
}

static int print_text(const struct vkernels *vkernels, FILE *out)
{
	const struct usual *usual = &vkernels->settings->usual;
	struct grid *grid = grid_of_rows(vkernels, vkernels->settings->totals);
	int err = grid ? 0 : -ENOMEM;
	size_t width, lines;
	const char *said;

	terminal_size(&width, &lines);
	if (!err)
		err = grid_print(grid, usual->units, usual->header, width, out);
	grid_free(grid);
	if (!err && vkernels->pair_count)
		err = print_pairs(vkernels, width, out);
	said = err || !usual->header ? NULL : said_of_ksm(vkernels);
	if (said)
		fprintf(out, "\n%s\n", said);
	return err;
}

static int print_csv(const struct vkernels *vkernels, FILE *out)
{
	struct grid *grid = grid_of_rows(vkernels, vkernels->settings->totals);
	int err = grid ? grid_csv(grid, vkernels->settings->usual.header, out)
		       : -ENOMEM;

	grid_free(grid);
	return err;
}

/* ---- JSON --------------------------------------------------------------- */

static struct json *json_total(const struct vkernels *vkernels)
{
	const struct vkernels_row *total = &vkernels->total;
	struct json *object = json_new_object();
	int figure;

	if (total->is_read)
		json_set_number(object, "processes", (int64_t)total->processes);
	else
		json_set(object, "processes", NULL);
	for (figure = 0; figure < VKERNELS_FIGURE_COUNT; figure++)
		json_set_value(object, columns[FIRST_FIGURE + figure].key,
			       &total->figures[figure]);
	return object;
}

static int print_grid(const char *key, struct grid *grid, const char *end,
		      FILE *out)
{
	struct json *array = json_new_array();
	int err = grid ? grid_json(grid, array) : -ENOMEM;

	if (err)
		json_free(array);
	else
		json_print_member(key, array, end, out);
	grid_free(grid);
	return err;
}

/* Without a census of the host there are the guests alone to tell of. */
static void print_origin(const struct vkernels *vkernels, FILE *out)
{
	const struct json_origin origin = {
		.kind = pagemap_source_kind(vkernels->host),
		.kernel = pagemap_source_kernel(vkernels->host),
		.page_size_bytes =
			pagemap_source_page_size_bytes(vkernels->host),
		.time_ns = vkernels->time_ns,
		.engine = PAGEMAP_ENGINE_CENSUS,
	};

	if (vkernels->has_survey) {
		json_begin(vkernels->host, vkernels->survey.snapshot, out);
		return;
	}
	fputs("{\"schema\":\"memrank/1\",", out);
	json_print_member("source", json_source_of(&origin), ",", out);
	json_print_member("cost", json_cost_of(vkernels->wall_ns,
					       vkernels->cpu_ns), ",\n", out);
}

static int print_json(const struct vkernels *vkernels, FILE *out)
{
	int err;

	print_origin(vkernels, out);
	json_print_member("totals", json_total(vkernels), ",\n", out);
	err = print_grid("vkernels", grid_of_rows(vkernels, false), ",\n", out);
	if (err)
		return err;
	if (vkernels->pairs)
		return print_grid("pairs", grid_of_pairs(vkernels), "}\n", out);
	json_print_member("pairs", NULL, "}\n", out);
	return 0;
}

int vkernels_print(const struct vkernels *vkernels, FILE *out)
{
	if (vkernels->settings->usual.json)
		return print_json(vkernels, out);
	if (vkernels->settings->usual.csv)
		return print_csv(vkernels, out);
	return print_text(vkernels, out);
}
