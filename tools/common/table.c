/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows of the table of columns as a table for people.
 */
#include <errno.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "layout.h"
#include "table.h"

_Static_assert(COLUMNS_MAX <= LAYOUT_COLUMNS_MAX, "a layout has all columns");

static bool is_text(const struct column *column)
{
	return column->kind == COLUMN_TEXT || column->kind == COLUMN_PIDS;
}

/* One row, or with NULL the headings. */
static int add_row(struct layout *layout, const struct table *table,
		   const struct row *row)
{
	size_t i, length;

	for (i = 0; i < table->columns->count; i++) {
		const struct column *column = table->columns->items[i];
		char *text = layout_room(layout);

		if (!text)
			return -ENOMEM;
		if (row)
			length = cell_format(column, row, table->units, text,
					     LAYOUT_CELL_SIZE);
		else
			length = (size_t)snprintf(text, LAYOUT_CELL_SIZE, "%s",
						  column->heading);
		layout_add(layout, length);
	}
	return 0;
}

static int add_rows(struct layout *layout, const struct table *table)
{
	size_t i;
	int err = 0;

	if (table->header)
		err = add_row(layout, table, NULL);
	for (i = 0; i < table->count && !err; i++)
		err = add_row(layout, table, &table->rows[i]);
	if (table->totals && !err)
		err = add_row(layout, table, table->totals);
	return err;
}

int table_print(const struct table *table, FILE *out)
{
	bool left[COLUMNS_MAX];
	struct layout *layout;
	size_t i;
	int err;

	for (i = 0; i < table->columns->count; i++)
		left[i] = is_text(table->columns->items[i]);
	layout = layout_new(left, table->columns->count);
	if (!layout)
		return -ENOMEM;
	err = add_rows(layout, table);
	if (!err)
		err = layout_print(layout, table->width, out);
	layout_free(layout);
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
