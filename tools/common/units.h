/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sizes as text, by one rule: cut, as the kernel cuts its kB.
 */
#ifndef TOOLS_UNITS_H
#define TOOLS_UNITS_H

#include <stdbool.h>

#include <libpagemap/pagemap.h>

enum units {
	UNITS_KIB,		/* whole KiB without a suffix, as ps and smem */
	UNITS_SUFFIX,		/* 123.4M, with one of B K M G T P */
};

/* Enough for every size and every value. */
#define UNITS_SIZE 64

/* Ranges longer than this are shown by their best guess, as ~123. */
#define UNITS_RANGE_MAX 14

/* Writes a size into half of UNITS_SIZE bytes; gives its length. */
size_t units_format(uint64_t bytes, enum units units, char *text);

/*
 * Writes a value with its quality: 123, 120..131 (bounded, where low and high
 * differ as text; ~123 where that is too long), ~123 (estimated), -
 * (unavailable).  Gives its length.
 */
size_t units_format_value(const struct pagemap_value *value, enum units units,
			  char text[UNITS_SIZE]);

/*
 * Reads a size as people write it: 512M, 1.5G, 4096; K M G T P count by 1024,
 * and a plain number is bytes.  False if it is none, or nothing, or beyond
 * 64 bits.
 */
bool units_parse(const char *text, uint64_t *ret_bytes);

#endif
