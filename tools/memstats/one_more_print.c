/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What each further copy costs, for people, and its steps as CSV.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "copies.h"
#include "escape.h"
#include "message.h"
#include "table.h"
#include "words.h"

/* Figures of the table, in this order. */
static const enum pagemap_copies_figure shown[] = {
	PAGEMAP_COPIES_ANON, PAGEMAP_COPIES_FILE, PAGEMAP_COPIES_SHMEM,
	PAGEMAP_COPIES_PAGE_TABLES, PAGEMAP_COPIES_KERNEL_STACKS,
	PAGEMAP_COPIES_KERNEL_OTHER, PAGEMAP_COPIES_ALL, PAGEMAP_COPIES_USAGE,
};

#define SHOWN_COUNT (sizeof(shown) / sizeof(shown[0]))

/* For a cell: a measured line is printed as it is, its error apart. */
static struct pagemap_value cell_of(struct pagemap_value value)
{
	if (value.quality == PAGEMAP_ESTIMATED &&
	    value.reason == PAGEMAP_REASON_FITTED)
		value.quality = PAGEMAP_EXACT;
	return value;
}

static struct pagemap_value step_cell(const struct copies_report *report,
				      size_t step,
				      enum pagemap_copies_figure figure,
				      unsigned int *ret_count)
{
	struct pagemap_value value = { .quality = PAGEMAP_UNAVAILABLE };
	uint64_t bytes = PAGEMAP_COPIES_UNKNOWN;

	pagemap_copies_step_at(report->copies, step, figure, ret_count,
			       &bytes);
	if (bytes == PAGEMAP_COPIES_UNKNOWN)
		return value;
	value.value = value.low = value.high = bytes;
	value.quality = report->trial.cgroup ? PAGEMAP_EXACT :
					       PAGEMAP_ESTIMATED;
	return value;
}

static void add_step(const struct copies_report *report, struct grid *grid,
		     size_t step)
{
	unsigned int count = 0;
	char text[16];
	size_t i;

	step_cell(report, step, PAGEMAP_COPIES_ALL, &count);
	snprintf(text, sizeof(text), "%u", count);
	grid_text(grid, text);
	for (i = 0; i < SHOWN_COUNT; i++) {
		struct pagemap_value value = step_cell(report, step, shown[i],
						       &count);

		grid_size(grid, &value);
	}
}

enum cost_row { ROW_FIXED, ROW_EACH, ROW_ERROR, ROW_COUNT };

static struct pagemap_value error_cell(const struct pagemap_cost *cost)
{
	struct pagemap_value value = { .quality = PAGEMAP_UNAVAILABLE };

	if (!cost->line.point_count || !isfinite(cost->line.slope_error))
		return value;
	value.value = value.low = value.high =
		(uint64_t)(cost->line.slope_error + 0.5);
	value.quality = PAGEMAP_EXACT;
	return value;
}

static void add_costs(const struct copies_report *report, struct grid *grid,
		      enum cost_row row)
{
	static const char *const names[ROW_COUNT] = { "fixed", "each", "+-" };
	size_t i;

	grid_text(grid, names[row]);
	for (i = 0; i < SHOWN_COUNT; i++) {
		struct pagemap_cost cost = copies_cost(report, shown[i]);
		struct pagemap_value value =
			row == ROW_FIXED ? cell_of(cost.fixed) :
			row == ROW_EACH ? cell_of(cost.each) :
			error_cell(&cost);

		grid_size(grid, &value);
	}
}

int copies_print_table(const struct copies_report *report)
{
	static const struct grid_column columns[] = {
		{ "COPIES", "copies", GRID_TEXT }, { "ANON", "anon", GRID_SIZE },
		{ "FILE", "file", GRID_SIZE }, { "SHMEM", "shmem", GRID_SIZE },
		{ "TABLES", "page_tables", GRID_SIZE },
		{ "STACKS", "kernel_stacks", GRID_SIZE },
		{ "OTHER", "kernel_other", GRID_SIZE },
		{ "ALL", "all", GRID_SIZE }, { "USAGE", "usage", GRID_SIZE },
	};
	struct grid *grid = grid_new(columns, SHOWN_COUNT + 1);
	size_t i, steps = pagemap_copies_step_count(report->copies);
	int row, err = grid ? 0 : -ENOMEM;

	for (i = 0; !err && i < steps; i++)
		add_step(report, grid, i);
	for (row = ROW_FIXED; !err && row < ROW_COUNT; row++)
		add_costs(report, grid, (enum cost_row)row);
	if (!err)
		err = grid_print(grid, report->settings->usual.units,
				 report->settings->usual.header, 0, stdout);
	grid_free(grid);
	return err;
}

int copies_csv(const struct copies_report *report)
{
	static const struct grid_column columns[] = {
		{ NULL, "copies", GRID_NUMBER }, { NULL, "anon", GRID_SIZE },
		{ NULL, "file", GRID_SIZE }, { NULL, "shmem", GRID_SIZE },
		{ NULL, "page_tables", GRID_SIZE },
		{ NULL, "kernel_stacks", GRID_SIZE },
		{ NULL, "kernel_other", GRID_SIZE }, { NULL, "all", GRID_SIZE },
		{ NULL, "usage", GRID_SIZE },
	};
	struct grid *grid = grid_new(columns, SHOWN_COUNT + 1);
	size_t i, k, steps = pagemap_copies_step_count(report->copies);
	int err = grid ? 0 : -ENOMEM;
	unsigned int count = 0;

	for (i = 0; !err && i < steps; i++) {
		step_cell(report, i, PAGEMAP_COPIES_ALL, &count);
		grid_number(grid, count);
		for (k = 0; k < SHOWN_COUNT; k++) {
			struct pagemap_value value =
				step_cell(report, i, shown[k], &count);

			grid_size(grid, &value);
		}
	}
	if (!err)
		err = grid_csv(grid, report->settings->usual.header, stdout);
	grid_free(grid);
	return err;
}

/* ---- Sentences --------------------------------------------------------- */

static const char *size_text(const struct pagemap_value *value, char *text)
{
	struct pagemap_value cell = cell_of(*value);

	units_format_value(&cell, UNITS_SUFFIX, text);
	return text;
}

static void print_cost(const struct pagemap_cost *cost)
{
	struct pagemap_value error = error_cell(cost);
	char text[UNITS_SIZE];

	fputs(size_text(&cost->each, text), stdout);
	if (error.quality == PAGEMAP_EXACT)
		printf(" +- %s", size_text(&error, text));
}

static void print_each(const struct copies_report *report)
{
	struct pagemap_cost all = copies_cost(report, PAGEMAP_COPIES_ALL);
	struct pagemap_cost kept = copies_cost(report, PAGEMAP_COPIES_KEPT);
	struct pagemap_cost file = copies_cost(report, PAGEMAP_COPIES_FILE);
	char text[UNITS_SIZE];

	fputs("\nEach further copy costs ", stdout);
	print_cost(&kept);
	fputs(" that stay, and ", stdout);
	print_cost(&file);
	printf(" of files,\nwhich can be dropped and read again. All copies "
	       "have %s in common.\n", size_text(&all.fixed, text));
	if (pagemap_copies_step_count(report->copies) < 3)
		puts("Two steps tell no error bar: give --copies three.");
}

static void print_warmth(const struct copies_report *report)
{
	struct pagemap_value warm = pagemap_copies_warm(report->copies);
	char text[UNITS_SIZE];

	if (warm.quality == PAGEMAP_UNAVAILABLE) {
		puts("Whether their files were cached before is not known "
		     "without a cgroup.");
		return;
	}
	/* The books of files may be behind by some pages. */
	if (warm.value < UINT64_C(64) << 10)
		puts("Cold: none of their files was cached before the start.");
	else {
		warm.quality = PAGEMAP_EXACT;
		printf("Warm: %s of their files were cached before the start "
		       "and are in USAGE of\nothers; FILE and ALL count them.\n",
		       size_text(&warm, text));
	}
}

/* What it is charged for: page cache that others paid for is not in it. */
static void print_check(const struct copies_report *report)
{
	struct pagemap_cost usage = copies_cost(report, PAGEMAP_COPIES_USAGE);
	struct pagemap_cost charged = copies_cost(report,
						  PAGEMAP_COPIES_CHARGED);
	struct pagemap_value error = error_cell(&usage);
	char text[UNITS_SIZE];

	if (!usage.line.point_count || !charged.line.point_count ||
	    !(usage.line.slope > 0))
		return;
	printf("The cgroup's usage grew by %s", size_text(&usage.each, text));
	if (error.quality == PAGEMAP_EXACT)
		printf(" +- %s", size_text(&error, text));
	printf(" a copy, what it was charged for by %s: %.1f %% apart.\n",
	       size_text(&charged.each, text),
	       100 * fabs(charged.line.slope / usage.line.slope - 1));
}

void copies_print_facts(const struct copies_report *report)
{
	struct pagemap_value growth = {
		.value = report->file_growth_bytes, .quality = PAGEMAP_EXACT,
	};
	struct pagemap_value huge = {
		.value = report->last.huge_bytes, .quality = PAGEMAP_EXACT,
	};
	struct pagemap_cost swap = copies_cost(report, PAGEMAP_COPIES_SWAP);
	char text[UNITS_SIZE];

	if (report->restless)
		puts("Not at rest: their memory still grew after 30 s, so these "
		     "are no final figures.");
	if (growth.value > UINT64_C(64) << 10)
		printf("Their page cache still grew by %s a second.\n",
		       size_text(&growth, text));
	if (swap.line.point_count && (swap.each.value || swap.fixed.value))
		printf("Part of them is in swap, and not in the figures above: "
		       "%s of each.\n", size_text(&swap.each, text));
	if (huge.value)
		printf("Their %s of hugetlb pages are in none of the figures.\n",
		       size_text(&huge, text));
}

static int print_text(const struct copies_report *report)
{
	char escaped[512];
	int err;

	escape_text(report->command, escaped, sizeof(escaped));
	printf("%s\n", escaped);
	err = copies_print_table(report);
	if (err)
		return err;
	print_each(report);
	print_warmth(report);
	print_check(report);
	copies_print_facts(report);
	return 0;
}

static int write_json(const struct copies_report *report)
{
	copies_json_open(report);
	copies_json_member("one_more", copies_json(report), "}\n");
	return 0;
}

int copies_print(const struct copies_report *report)
{
	const struct usual *usual = &report->settings->usual;
	int err = usual->json ? write_json(report) :
		  usual->csv ? copies_csv(report) : print_text(report);

	if (err)
		message("%s", strerror(-err));
	if (message_flush_output() || err)
		return EXIT_NOTHING;
	/* A line is an estimate, however small its error. */
	return usual->strict ? EXIT_NOT_EXACT : EXIT_DONE;
}
