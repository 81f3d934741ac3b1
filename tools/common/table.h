/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows as text for people and as CSV: pure functions of what is given, writing
 * to a stream.  JSON is in json.h.
 */
#ifndef TOOLS_TABLE_H
#define TOOLS_TABLE_H

#include "columns.h"

struct table {
	const struct column_list *columns;
	const struct row *rows;
	size_t count;
	const struct row *totals;	/* a last row; NULL none */
	enum units units;
	bool header;
	size_t width;			/* of the terminal; 0: do not cut */
};

/* For people.  0 or -ENOMEM; errors of the stream stay in the stream. */
int table_print(const struct table *table, FILE *out);

/*
 * CSV as in RFC 4180, but that lines end in a newline alone: sizes in bytes,
 * texts escaped.
 */
void table_csv(const struct table *table, FILE *out);

/* One field of CSV: escaped, and quoted where needed. */
void csv_field(const char *text, FILE *out);

/* Columns and lines of the terminal that output goes to; 0: it is none. */
void terminal_size(size_t *ret_columns, size_t *ret_lines);

#endif
