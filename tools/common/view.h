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

/* CSV (RFC 4180, but lines end in a newline): sizes in bytes. */
void view_csv(const struct view *view, FILE *out);

/* One field of CSV, quoted where needed. */
void csv_field(const char *text, FILE *out);

/* Columns of the terminal that a stream is; 0: it is none. */
size_t terminal_width(FILE *out);

#endif
