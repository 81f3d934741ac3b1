/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small table of anything, see grid.h.
 */
#include "grid.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "layout.h"
#include "string_table.h"
#include "table.h"

struct cell {
	bool known;
	const char *text;
	struct pagemap_value value;
	int64_t number;
};

struct grid {
	const struct grid_column *columns;
	size_t column_count;
	struct cell *cells;
	size_t count;
	size_t capacity;
	struct strings *strings;
	const size_t *least;	/* width of columns; NULL: as needed */
	bool failed;
};

struct grid *grid_new(const struct grid_column *columns, size_t column_count)
{
	struct grid *grid = calloc(1, sizeof(*grid));

	if (!grid)
		return NULL;
	grid->columns = columns;
	grid->column_count = column_count;
	grid->strings = strings_new();
	if (grid->strings)
		return grid;
	free(grid);
	return NULL;
}

void grid_free(struct grid *grid)
{
	if (!grid)
		return;
	strings_free(grid->strings);
	free(grid->cells);
	free(grid);
}

static void add_cell(struct grid *grid, const struct cell *cell)
{
	size_t capacity = grid->capacity * 2 + 64;
	struct cell *cells;

	if (grid->count == grid->capacity) {
		cells = reallocarray(grid->cells, capacity, sizeof(*cells));
		if (!cells) {
			grid->failed = true;
			return;
		}
		grid->cells = cells;
		grid->capacity = capacity;
	}
	grid->cells[grid->count++] = *cell;
}

void grid_text(struct grid *grid, const char *text)
{
	struct cell cell = { .known = text != NULL };

	if (text) {
		cell.text = strings_keep(grid->strings, text, strlen(text));
		grid->failed |= !cell.text;
	}
	add_cell(grid, &cell);
}

void grid_size(struct grid *grid, const struct pagemap_value *value)
{
	add_cell(grid, &(struct cell){
		.known = value->quality != PAGEMAP_UNAVAILABLE,
		.value = *value,
	});
}

void grid_bytes(struct grid *grid, uint64_t bytes)
{
	grid_size(grid, &(struct pagemap_value){
		bytes, bytes, bytes, PAGEMAP_EXACT, PAGEMAP_REASON_NONE,
	});
}

void grid_number(struct grid *grid, int64_t number)
{
	add_cell(grid, &(struct cell){ .known = true, .number = number });
}

void grid_unknown(struct grid *grid)
{
	add_cell(grid, &(struct cell){ .value.quality = PAGEMAP_UNAVAILABLE });
}

void grid_clear(struct grid *grid)
{
	grid->count = 0;
}

void grid_set_least(struct grid *grid, const size_t *widths)
{
	grid->least = widths;
}

size_t grid_row_count(const struct grid *grid)
{
	return grid->count / grid->column_count;
}

/* ---- For people -------------------------------------------------------- */

static size_t format_cell(const struct grid_column *column,
			  const struct cell *cell, enum units units, char *text)
{
	if (!cell->known)
		return (size_t)snprintf(text, LAYOUT_CELL_SIZE, "-");
	switch (column->kind) {
	case GRID_SIZE:
		return units_format_value(&cell->value, units, text);
	case GRID_NUMBER:
		return (size_t)snprintf(text, LAYOUT_CELL_SIZE, "%" PRId64,
					cell->number);
	case GRID_TEXT:
		break;
	}
	return escape_text(cell->text, text, LAYOUT_CELL_SIZE);
}

/* One row of cells, or with NULL the headings. */
static int add_row(struct layout *layout, const struct grid *grid,
		   const struct cell *cells, enum units units)
{
	size_t i, length;

	for (i = 0; i < grid->column_count; i++) {
		const struct grid_column *column = &grid->columns[i];
		char *text;

		if (!column->heading)
			continue;
		text = layout_room(layout);
		if (!text)
			return -ENOMEM;
		length = cells ? format_cell(column, &cells[i], units, text) :
			(size_t)snprintf(text, LAYOUT_CELL_SIZE, "%s",
					 column->heading);
		layout_add(layout, length);
	}
	return 0;
}

int grid_print(const struct grid *grid, enum units units, bool header,
	       size_t width, FILE *out)
{
	size_t i, rows = grid_row_count(grid), shown = 0;
	bool left[LAYOUT_COLUMNS_MAX];
	struct layout *layout;
	int err = 0;

	for (i = 0; i < grid->column_count; i++)
		if (grid->columns[i].heading)
			left[shown++] = grid->columns[i].kind == GRID_TEXT;
	layout = grid->failed ? NULL : layout_new(left, shown);
	if (!layout)
		return -ENOMEM;
	for (i = 0, shown = 0; grid->least && i < grid->column_count; i++)
		if (grid->columns[i].heading)
			layout_set_least(layout, shown++, grid->least[i]);
	if (header)
		err = add_row(layout, grid, NULL, units);
	for (i = 0; i < rows && !err; i++)
		err = add_row(layout, grid,
			      &grid->cells[i * grid->column_count], units);
	if (!err)
		err = layout_print(layout, width, out);
	layout_free(layout);
	return err;
}

/* ---- For programs ------------------------------------------------------ */

static void csv_cell(const struct grid_column *column, const struct cell *cell,
		     FILE *out)
{
	if (!cell->known)
		return;
	if (column->kind == GRID_SIZE)
		fprintf(out, "%" PRIu64, cell->value.value);
	else if (column->kind == GRID_NUMBER)
		fprintf(out, "%" PRId64, cell->number);
	else
		csv_field(cell->text, out);
}

/* One row of cells, or with NULL the keys. */
static void csv_row(const struct grid *grid, const struct cell *cells,
		    FILE *out)
{
	const char *comma = "";
	size_t i;

	for (i = 0; i < grid->column_count; i++) {
		const struct grid_column *column = &grid->columns[i];

		if (!column->key)
			continue;
		fputs(comma, out);
		comma = ",";
		if (cells)
			csv_cell(column, &cells[i], out);
		else
			fprintf(out, "%s%s", column->key,
				column->kind == GRID_SIZE ? "_bytes" : "");
	}
	putc('\n', out);
}

int grid_csv(const struct grid *grid, bool header, FILE *out)
{
	size_t i, rows = grid_row_count(grid);

	if (grid->failed)
		return -ENOMEM;
	if (header)
		csv_row(grid, NULL, out);
	for (i = 0; i < rows; i++)
		csv_row(grid, &grid->cells[i * grid->column_count], out);
	return 0;
}

static void json_cell(struct json *object, const struct grid_column *column,
		      const struct cell *cell)
{
	if (column->kind == GRID_SIZE)
		json_set_value(object, column->key, &cell->value);
	else if (!cell->known)
		json_set(object, column->key, NULL);
	else if (column->kind == GRID_NUMBER)
		json_set_number(object, column->key, cell->number);
	else
		json_set_text(object, column->key, cell->text);
}

int grid_json(const struct grid *grid, struct json *array)
{
	size_t i, k, rows = grid_row_count(grid);

	if (grid->failed)
		return -ENOMEM;
	for (i = 0; i < rows; i++) {
		struct json *object = json_new_object();

		for (k = 0; k < grid->column_count; k++)
			if (grid->columns[k].key)
				json_cell(object, &grid->columns[k],
					  &grid->cells[i * grid->column_count +
						       k]);
		json_append(array, object);
	}
	return 0;
}
