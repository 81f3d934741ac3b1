// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Counts what agrees: see common_tally.h.
 */
#include "common_tally.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define SHOWN 8

bool tally_add(struct tally *tally, bool agrees, const char *format, ...)
{
	va_list arguments;

	tally->total++;
	tally->agree += agrees;
	if (!agrees && tally->total - tally->agree <= SHOWN) {
		printf("# %s: ", tally->name);
		va_start(arguments, format);
		vprintf(format, arguments);
		va_end(arguments);
		printf("\n");
	}
	return agrees;
}

bool tally_report(const struct tally *tally)
{
	bool passed = tally->total && tally->agree == tally->total;

	if (!tally->total && tally->may_be_none)
		return true;
	printf("%sok - %s: %" PRIu64 " of %" PRIu64 "\n", passed ? "" : "not ",
	       tally->name, tally->agree, tally->total);
	return passed;
}
