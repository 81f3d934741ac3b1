/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows as a table for people: numbers to the right, text to the left, as wide
 * as needed; a last column of text gets what is left of the terminal.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "escape.h"
#include "view.h"

/* An escaped command line beyond this is cut. */
#define CELL_SIZE 8192
/* What a last column gets in the narrowest terminal. */
#define LAST_MIN 8

struct cell {
	size_t start;			/* in the text of all cells */
	uint32_t length;
	uint32_t width;			/* columns of a terminal */
};

struct table {
	const struct view *view;
	char *text;
	size_t used;
	size_t capacity;
	struct cell *cells;		/* row by row */
	size_t cell_count;
	uint32_t widths[COLUMNS_MAX];
	char *line;
};

static bool is_text(const struct column *column)
{
	return column->kind == COLUMN_TEXT || column->kind == COLUMN_PIDS;
}

static int make_room(struct table *table)
{
	size_t capacity = table->capacity * 2 + 8 * CELL_SIZE;
	char *text;

	if (table->capacity - table->used >= CELL_SIZE)
		return 0;
	text = realloc(table->text, capacity);
	if (!text)
		return -ENOMEM;
	table->text = text;
	table->capacity = capacity;
	return 0;
}

/* One row, or with NULL the headings. */
static int add_row(struct table *table, const struct row *row)
{
	const struct view *view = table->view;
	size_t i;

	for (i = 0; i < view->columns->count; i++) {
		const struct column *column = view->columns->items[i];
		struct cell *cell = &table->cells[table->cell_count++];
		char *text;

		if (make_room(table))
			return -ENOMEM;
		text = table->text + table->used;
		cell->start = table->used;
		if (row)
			cell->length = (uint32_t)cell_format(column, row,
						view->units, text, CELL_SIZE);
		else
			cell->length = (uint32_t)snprintf(text, CELL_SIZE, "%s",
							  column->heading);
		cell->width = is_text(column) ? (uint32_t)escape_width(text)
					      : cell->length;
		table->used += cell->length + 1;
		if (cell->width > table->widths[i])
			table->widths[i] = cell->width;
	}
	return 0;
}

static size_t pad(char *line, size_t columns)
{
	memset(line, ' ', columns);
	return columns;
}

/* The bytes of a last text that there is room for after so many columns. */
static size_t fit_last(const struct view *view, const struct cell *cell,
		       const char *text, size_t columns)
{
	size_t room = view->width > columns + LAST_MIN ? view->width - columns
						       : LAST_MIN;

	return !view->width || cell->width <= room ? cell->length
						   : escape_fit(text, room);
}

static void print_row(const struct table *table, const struct cell *cells,
		      FILE *out)
{
	const struct view *view = table->view;
	size_t i, at = 0, columns = 0, last = view->columns->count - 1;

	for (i = 0; i <= last; i++) {
		const char *text = table->text + cells[i].start;
		size_t gap = table->widths[i] - cells[i].width;
		size_t length = cells[i].length;
		bool left = is_text(view->columns->items[i]);

		if (!left)
			at += pad(table->line + at, gap);
		else if (i == last)
			length = fit_last(view, &cells[i], text, columns);
		memcpy(table->line + at, text, length);
		at += length;
		if (i == last)
			break;
		at += pad(table->line + at, left ? gap + 1 : 1);
		columns += table->widths[i] + 1;
	}
	table->line[at++] = '\n';
	fwrite(table->line, 1, at, out);
}

static int print_rows(struct table *table, FILE *out)
{
	size_t i, count = table->view->columns->count;

	/* A cell is no wider than long, and four bytes make one column. */
	table->line = malloc(count * (4 * CELL_SIZE + 1) + 1);
	if (!table->line)
		return -ENOMEM;
	for (i = 0; i < table->cell_count; i += count)
		print_row(table, &table->cells[i], out);
	free(table->line);
	return 0;
}

int view_table(const struct view *view, FILE *out)
{
	struct table table = { .view = view };
	size_t i;
	int err = 0;

	table.cells = calloc((view->count + 2) * view->columns->count,
			     sizeof(table.cells[0]));
	if (!table.cells)
		return -ENOMEM;
	if (view->header)
		err = add_row(&table, NULL);
	for (i = 0; i < view->count && !err; i++)
		err = add_row(&table, &view->rows[i]);
	if (view->totals && !err)
		err = add_row(&table, view->totals);
	if (!err)
		err = print_rows(&table, out);
	free(table.text);
	free(table.cells);
	return err;
}

void terminal_size(size_t *ret_columns, size_t *ret_lines)
{
	struct winsize size;

	*ret_columns = 0;
	*ret_lines = 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
		return;
	*ret_columns = size.ws_col;
	*ret_lines = size.ws_row;
}
