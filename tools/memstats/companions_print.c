/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands of --with, each with what all of its copies take.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "copies.h"
#include "words.h"

static struct pagemap_value known(const struct copies_report *report,
				  uint64_t bytes)
{
	return (struct pagemap_value){
		bytes, bytes, bytes,
		report->trial.cgroup ? PAGEMAP_EXACT : PAGEMAP_ESTIMATED,
		report->trial.cgroup ? PAGEMAP_REASON_NONE :
				       PAGEMAP_REASON_SUMMED,
	};
}

static void add_size(const struct copies_report *report, struct grid *grid,
		     uint64_t bytes)
{
	struct pagemap_value value = known(report, bytes);

	grid_size(grid, &value);
}

static int add_row(const struct copies_report *report, struct grid *grid,
		   const struct reading *reading, unsigned int count,
		   const char *command)
{
	const struct pagemap_copies_census *census = &reading->census;

	grid_number(grid, count);
	grid_number(grid, (int64_t)reading->pid_count);
	add_size(report, grid, census->anon_bytes);
	add_size(report, grid, census->file_bytes);
	add_size(report, grid, census->shmem_bytes);
	add_size(report, grid, census->page_table_bytes);
	add_size(report, grid, census->stack_bytes);
	grid_text(grid, command);
	return 0;
}

static int add_companion(const struct copies_report *report, struct grid *grid,
			 size_t index)
{
	const struct companion *companion = &report->companions.items[index];
	struct trial trial = report->trial;
	struct reading part;
	char *command;
	int err = reading_of_team(&trial, &report->beside, index + 1, &part);

	if (err == -ESRCH) {
		part = (struct reading){ 0 };
		err = 0;
	}
	if (err)
		return err;
	command = words_join(companion->words, companion->word_count);
	err = command ? add_row(report, grid, &part, companion->count, command)
		      : -ENOMEM;
	free(command);
	return err;
}

/* NULL: no memory. */
static struct grid *make_grid(const struct copies_report *report)
{
	static const struct grid_column columns[] = {
		{ "COUNT", "count", GRID_NUMBER },
		{ "PROCS", "processes", GRID_NUMBER },
		{ "ANON", "anon", GRID_SIZE }, { "FILE", "file", GRID_SIZE },
		{ "SHMEM", "shmem", GRID_SIZE },
		{ "TABLES", "page_tables", GRID_SIZE },
		{ "STACKS", "kernel_stacks", GRID_SIZE },
		{ "COMMAND", "command", GRID_TEXT },
	};
	struct grid *grid = grid_new(columns, 8);
	size_t i;
	int err = grid ? 0 : -ENOMEM;

	for (i = 0; i < report->companions.count && !err; i++)
		err = add_companion(report, grid, i);
	if (!err)
		return grid;
	grid_free(grid);
	return NULL;
}

int companions_print(const struct copies_report *report)
{
	struct grid *grid = make_grid(report);
	unsigned int count = 0;
	size_t i;
	int err = grid ? 0 : -ENOMEM;

	for (i = 0; i < report->companions.count; i++)
		count += report->companions.items[i].count;
	if (!err)
		err = add_row(report, grid, &report->beside, count,
			      "all together, each page once");
	if (!err)
		err = report->settings->usual.csv ?
		      grid_csv(grid, report->settings->usual.header, stdout) :
		      grid_print(grid, report->settings->usual.units,
				 report->settings->usual.header, 0, stdout);
	grid_free(grid);
	return err;
}

struct json *companions_json(const struct copies_report *report)
{
	struct json *array = json_new_array();
	struct grid *grid = make_grid(report);

	if (grid)
		grid_json(grid, array);
	grid_free(grid);
	return array;
}
