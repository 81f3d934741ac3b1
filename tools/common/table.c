/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows as a table for people: numbers to the right, text to the left, as wide
 * as needed; a last column of text gets what is left of the terminal.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "escape.h"
#include "view.h"

/* An escaped command line beyond this is cut. */
#define CELL_SIZE 4096

struct cells {
	char *text;
	size_t used;
	size_t capacity;
	size_t *starts;			/* of each cell, row by row */
	size_t widths[COLUMNS_MAX];
};

static bool is_text(const struct column *column)
{
	return column->kind == COLUMN_TEXT;
}

static void format_cell(const struct view *view, const struct column *column,
			const struct row *row, char cell[CELL_SIZE])
{
	struct pagemap_value value;
	char scratch[CELL_SIZE];
	const char *text;
	int64_t number;

	switch (column->kind) {
	case COLUMN_SIZE:
		value = row_value(row, (enum pagemap_metric)column->metric);
		units_format_value(&value, view->units, cell);
		return;
	case COLUMN_TEXT:
		text = cell_text(column, row, scratch, sizeof(scratch));
		escape_text(text ? text : "-", cell, CELL_SIZE);
		return;
	default:
		if (cell_number(column, row, &number))
			snprintf(cell, CELL_SIZE, "%lld", (long long)number);
		else
			strcpy(cell, "-");
	}
}

static int add_cell(struct cells *cells, size_t index, size_t column,
		    const char *cell)
{
	size_t width, size = strlen(cell) + 1;

	if (cells->capacity - cells->used < size) {
		size_t capacity = (cells->capacity + size) * 2 + 4096;
		char *text = realloc(cells->text, capacity);

		if (!text)
			return -ENOMEM;
		cells->text = text;
		cells->capacity = capacity;
	}
	cells->starts[index] = cells->used;
	memcpy(cells->text + cells->used, cell, size);
	cells->used += size;
	width = escape_width(cell);
	if (width > cells->widths[column])
		cells->widths[column] = width;
	return 0;
}

/* Row -1 is the header, row count the totals. */
static int add_row(const struct view *view, struct cells *cells,
		   const struct row *row, size_t line)
{
	size_t i, count = view->columns->count;
	char cell[CELL_SIZE];
	int err = 0;

	for (i = 0; i < count && !err; i++) {
		const struct column *column = view->columns->items[i];

		if (row)
			format_cell(view, column, row, cell);
		else
			strcpy(cell, column->heading);
		err = add_cell(cells, line * count + i, i, cell);
	}
	return err;
}

static void pad(FILE *out, size_t columns)
{
	while (columns--)
		putc(' ', out);
}

static void print_last(const struct view *view, const char *cell, size_t at,
		       FILE *out)
{
	size_t length = strlen(cell);

	if (view->width) {
		/* Eight columns at least, or nothing could be told. */
		size_t room = view->width > at + 8 ? view->width - at : 8;

		length = escape_fit(cell, room);
	}
	fwrite(cell, 1, length, out);
}

static void print_line(const struct view *view, const struct cells *cells,
		       size_t line, FILE *out)
{
	size_t i, at = 0, count = view->columns->count;

	for (i = 0; i < count; i++) {
		const char *cell = cells->text +
				   cells->starts[line * count + i];
		size_t gap = cells->widths[i] - escape_width(cell);

		if (i)
			putc(' ', out);
		if (!is_text(view->columns->items[i])) {
			pad(out, gap);
			fputs(cell, out);
		} else if (i + 1 < count) {
			fputs(cell, out);
			pad(out, gap);
		} else {
			print_last(view, cell, at, out);
		}
		at += cells->widths[i] + 1;
	}
	putc('\n', out);
}

int view_table(const struct view *view, FILE *out)
{
	size_t i, lines = 0;
	struct cells cells = { 0 };
	int err = 0;

	cells.starts = calloc((view->count + 2) * view->columns->count,
			      sizeof(cells.starts[0]));
	if (!cells.starts)
		return -ENOMEM;
	if (view->header)
		err = add_row(view, &cells, NULL, lines++);
	for (i = 0; i < view->count && !err; i++)
		err = add_row(view, &cells, &view->rows[i], lines++);
	if (view->totals && !err)
		err = add_row(view, &cells, view->totals, lines++);
	for (i = 0; i < lines && !err; i++)
		print_line(view, &cells, i, out);
	free(cells.text);
	free(cells.starts);
	return err;
}

size_t terminal_width(FILE *out)
{
	struct winsize size;

	if (ioctl(fileno(out), TIOCGWINSZ, &size) || !size.ws_col)
		return 0;
	return size.ws_col;
}
