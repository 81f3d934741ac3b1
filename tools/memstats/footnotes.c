/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of a report and their footnotes, see footnotes.h.
 */
#include "footnotes.h"

#include <stdio.h>

#include "units.h"

static size_t number_of(struct footnotes *notes, enum pagemap_reason reason)
{
	size_t i;

	for (i = 0; i < notes->count && notes->reasons[i] != reason; i++)
		;
	if (i == notes->count)
		notes->reasons[notes->count++] = reason;
	return i + 1;
}

void footnotes_print_line(struct footnotes *notes, const char *label,
			  const struct pagemap_value *value, const char *note)
{
	char text[UNITS_SIZE];

	units_format_value(value, UNITS_SUFFIX, text);
	if (value->quality == PAGEMAP_UNAVAILABLE)
		printf("  %-15s %12s  [%zu]\n", label, text,
		       number_of(notes, value->reason));
	else if (*note)
		printf("  %-15s %12s  %s\n", label, text, note);
	else
		printf("  %-15s %12s\n", label, text);
}

void footnotes_print(const struct footnotes *notes)
{
	size_t i;

	for (i = 0; i < notes->count; i++)
		printf("  [%zu] %s\n", i + 1,
		       pagemap_reason_describe(notes->reasons[i]));
}
