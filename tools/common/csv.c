/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows as CSV: a header of JSON's keys, sizes in whole bytes, nothing between
 * the commas where a value is not known.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "view.h"

static void quote(const char *text, FILE *out)
{
	if (!strpbrk(text, ",\"")) {
		fputs(text, out);
		return;
	}
	putc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			putc('"', out);
		putc(*text, out);
	}
	putc('"', out);
}

void csv_field(const char *text, FILE *out)
{
	char small[4096];
	/* Four bytes are the longest escape of one. */
	size_t size = strlen(text) * 4 + 1;
	char *escaped = size > sizeof(small) ? malloc(size) : small;

	if (!escaped) {
		escaped = small;
		size = sizeof(small);
	}
	escape_text(text, escaped, size);
	quote(escaped, out);
	if (escaped != small)
		free(escaped);
}

static void print_cell(const struct column *column, const struct row *row,
		       FILE *out)
{
	struct pagemap_value value;
	char scratch[4096];
	const char *text;
	int64_t number;

	if (column->kind == COLUMN_SIZE) {
		value = cell_value(column, row);
		if (value.quality != PAGEMAP_UNAVAILABLE)
			fprintf(out, "%" PRIu64, value.value);
	} else if (column->number) {
		if (cell_number(column, row, &number))
			fprintf(out, "%" PRId64, number);
	} else {
		text = cell_text(column, row, scratch, sizeof(scratch));
		if (text)
			csv_field(text, out);
	}
}

static void print_row(const struct view *view, const struct row *row, FILE *out)
{
	size_t i;

	for (i = 0; i < view->columns->count; i++) {
		if (i)
			putc(',', out);
		print_cell(view->columns->items[i], row, out);
	}
	putc('\n', out);
}

void view_csv(const struct view *view, FILE *out)
{
	size_t i;

	for (i = 0; view->header && i < view->columns->count; i++)
		fprintf(out, "%s%s", i ? "," : "", view->columns->items[i]->key);
	if (view->header)
		putc('\n', out);
	for (i = 0; i < view->count; i++)
		print_row(view, &view->rows[i], out);
	if (view->totals)
		print_row(view, view->totals, out);
}
