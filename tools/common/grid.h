/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small table of anything: columns named once, cells set one after the
 * other, shown as text, CSV or JSON like the rows of the table of columns.
 */
#ifndef TOOLS_GRID_H
#define TOOLS_GRID_H

#include <stdio.h>

#include "json.h"
#include "units.h"

enum grid_kind {
	GRID_TEXT,		/* escaped when it is shown */
	GRID_SIZE,		/* key without _bytes, which is added */
	GRID_NUMBER,
};

struct grid_column {
	const char *heading;	/* NULL: not shown to people */
	const char *key;	/* in JSON and CSV; NULL: not for programs */
	enum grid_kind kind;
};

struct grid;

/* The columns must outlive the grid.  NULL: no memory. */
struct grid *grid_new(const struct grid_column *columns, size_t column_count);
void grid_free(struct grid *grid);

/*
 * Set the next cell, row by row.  Texts are copied.  A failure for want of
 * memory is kept, and told by what shows the grid.
 */
void grid_text(struct grid *grid, const char *text);	/* NULL: not known */
void grid_size(struct grid *grid, const struct pagemap_value *value);
void grid_bytes(struct grid *grid, uint64_t bytes);	/* exact */
void grid_number(struct grid *grid, int64_t number);
void grid_unknown(struct grid *grid);

/*
 * Takes all rows out again.  With least widths, one for each column, rows that
 * are printed one by one stand below each other.  They must outlive the grid.
 */
void grid_clear(struct grid *grid);
void grid_set_least(struct grid *grid, const size_t *widths);

/* Rows that are whole. */
size_t grid_row_count(const struct grid *grid);

/* These three give 0 or -ENOMEM.  width as in layout_print(). */
int grid_print(const struct grid *grid, enum units units, bool header,
	       size_t width, FILE *out);
int grid_csv(const struct grid *grid, bool header, FILE *out);

/* An object for each row, appended to an array. */
int grid_json(const struct grid *grid, struct json *array);

#endif
