/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cells one after the other, and how wide each column must be; see layout.h.
 */
#include "layout.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"

/* What a last column gets in the narrowest terminal. */
#define LAST_MIN 8

struct cell {
	size_t start;			/* in the text of all cells */
	uint32_t length;
	uint32_t width;			/* columns of a terminal */
};

struct layout {
	const bool *left;
	size_t column_count;
	char *text;
	size_t used;
	size_t capacity;
	struct cell *cells;		/* row by row */
	size_t cell_count;
	size_t cell_capacity;
	uint32_t widths[LAYOUT_COLUMNS_MAX];
};

struct layout *layout_new(const bool *left, size_t column_count)
{
	struct layout *layout = calloc(1, sizeof(*layout));

	if (!layout)
		return NULL;
	layout->left = left;
	layout->column_count = column_count;
	return layout;
}

void layout_free(struct layout *layout)
{
	if (!layout)
		return;
	free(layout->text);
	free(layout->cells);
	free(layout);
}

void layout_set_least(struct layout *layout, size_t column, size_t width)
{
	layout->widths[column] = (uint32_t)width;
}

static bool make_cells(struct layout *layout)
{
	size_t capacity = layout->cell_capacity * 2 + 256;
	struct cell *cells;

	if (layout->cell_count < layout->cell_capacity)
		return true;
	cells = reallocarray(layout->cells, capacity, sizeof(*cells));
	if (!cells)
		return false;
	layout->cells = cells;
	layout->cell_capacity = capacity;
	return true;
}

char *layout_room(struct layout *layout)
{
	size_t capacity = layout->capacity * 2 + 8 * LAYOUT_CELL_SIZE;
	char *text;

	if (!make_cells(layout))
		return NULL;
	if (layout->capacity - layout->used < LAYOUT_CELL_SIZE) {
		text = realloc(layout->text, capacity);
		if (!text)
			return NULL;
		layout->text = text;
		layout->capacity = capacity;
	}
	return layout->text + layout->used;
}

void layout_add(struct layout *layout, size_t length)
{
	size_t column = layout->cell_count % layout->column_count;
	struct cell *cell = &layout->cells[layout->cell_count++];

	cell->start = layout->used;
	cell->length = (uint32_t)length;
	cell->width = layout->left[column] ?
		(uint32_t)escape_width(layout->text + layout->used) :
		cell->length;
	layout->used += length + 1;
	if (cell->width > layout->widths[column])
		layout->widths[column] = cell->width;
}

static size_t pad(char *line, size_t columns)
{
	memset(line, ' ', columns);
	return columns;
}

/* The bytes of a last text that there is room for after so many columns. */
static size_t fit_last(size_t width, const struct cell *cell, const char *text,
		       size_t columns)
{
	size_t room = width > columns + LAST_MIN ? width - columns : LAST_MIN;

	return !width || cell->width <= room ? cell->length
					     : escape_fit(text, room);
}

static void print_row(const struct layout *layout, const struct cell *cells,
		      size_t width, char *line, FILE *out)
{
	size_t i, at = 0, columns = 0, last = layout->column_count - 1;

	for (i = 0; i <= last; i++) {
		const char *text = layout->text + cells[i].start;
		size_t gap = layout->widths[i] - cells[i].width;
		size_t length = cells[i].length;
		bool left = layout->left[i];

		if (!left)
			at += pad(line + at, gap);
		else if (i == last)
			length = fit_last(width, &cells[i], text, columns);
		memcpy(line + at, text, length);
		at += length;
		if (i == last)
			break;
		at += pad(line + at, left ? gap + 1 : 1);
		columns += layout->widths[i] + 1;
	}
	line[at++] = '\n';
	fwrite(line, 1, at, out);
}

int layout_print(const struct layout *layout, size_t width, FILE *out)
{
	size_t i, count = layout->column_count;
	/* A cell is no wider than long, and four bytes make one column. */
	char *line = malloc(count * (4 * LAYOUT_CELL_SIZE + 1) + 1);

	if (!line)
		return -ENOMEM;
	for (i = 0; i + count <= layout->cell_count; i += count)
		print_row(layout, &layout->cells[i], width, line, out);
	free(line);
	return 0;
}
