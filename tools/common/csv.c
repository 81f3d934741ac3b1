/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows as CSV: a header of JSON's keys, sizes in whole bytes, nothing between
 * the commas where a value is not known.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "table.h"

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

static void print_row(const struct table *table, const struct row *row, FILE *out)
{
	size_t i;

	for (i = 0; i < table->columns->count; i++) {
		if (i)
			putc(',', out);
		print_cell(table->columns->items[i], row, out);
	}
	putc('\n', out);
}

void table_csv(const struct table *table, FILE *out)
{
	size_t i;

	for (i = 0; table->header && i < table->columns->count; i++)
		fprintf(out, "%s%s", i ? "," : "", table->columns->items[i]->key);
	if (table->header)
		putc('\n', out);
	for (i = 0; i < table->count; i++)
		print_row(table, &table->rows[i], out);
	if (table->totals)
		print_row(table, table->totals, out);
}
