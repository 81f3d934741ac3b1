/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Copies of many short texts, freed together; and numbers for equal texts.
 * (A strings.h here would hide that of libc.)
 */
#ifndef TOOLS_STRING_TABLE_H
#define TOOLS_STRING_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct strings;

/* NULL: no memory. */
struct strings *strings_new(void);
void strings_free(struct strings *strings);

/* A copy that lives as long as strings; NULL: no memory. */
const char *strings_keep(struct strings *strings, const char *text,
			 size_t length);

#define STRINGS_NONE UINT32_MAX

/*
 * The number of a text, which is kept: 0, 1, 2 in the order in which texts
 * are first met.  STRINGS_NONE: no memory.
 */
uint32_t strings_number(struct strings *strings, const char *text,
			size_t length);

/* The same of a text that was met before; else STRINGS_NONE, and not kept. */
uint32_t strings_find(const struct strings *strings, const char *text,
		      size_t length);

/* How many texts have numbers, and the text of one. */
uint32_t strings_count(const struct strings *strings);
const char *strings_at(const struct strings *strings, uint32_t number);

/* Bytes that all of it takes. */
size_t strings_bytes(const struct strings *strings);

#endif
