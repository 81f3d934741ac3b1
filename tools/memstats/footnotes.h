/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of a report of one process, and why figures in them are not known:
 * said once each, below all lines.
 */
#ifndef MEMSTATS_FOOTNOTES_H
#define MEMSTATS_FOOTNOTES_H

#include <libpagemap/pagemap.h>

/* Zeroed: none. */
struct footnotes {
	enum pagemap_reason reasons[PAGEMAP_REASON_COUNT];
	size_t count;
};

/* A figure, with a note, which may be empty. */
void footnotes_print_line(struct footnotes *notes, const char *label,
			  const struct pagemap_value *value, const char *note);

void footnotes_print(const struct footnotes *notes);

#endif
