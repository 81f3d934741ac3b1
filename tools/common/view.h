/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows as text for people and as CSV: pure functions of what is given, writing
 * to a stream.  JSON is in json.h.
 */
#ifndef TOOLS_VIEW_H
#define TOOLS_VIEW_H

#include "columns.h"

struct view {
	const struct column_list *columns;
	const struct row *rows;
	size_t count;
	const struct row *totals;	/* a last row; NULL none */
	enum units units;
	bool header;
	size_t width;			/* of the terminal; 0: do not cut */
};

/* A table.  0 or -ENOMEM; errors of the stream stay in the stream. */
int view_table(const struct view *view, FILE *out);

/*
 * CSV as in RFC 4180, but that lines end in a newline alone: sizes in bytes,
 * texts escaped.
 */
void view_csv(const struct view *view, FILE *out);

/* One field of CSV: escaped, and quoted where needed. */
void csv_field(const char *text, FILE *out);

/* Columns and lines of the terminal that output goes to; 0: it is none. */
void terminal_size(size_t *ret_columns, size_t *ret_lines);

#endif
