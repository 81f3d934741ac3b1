/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text from processes made harmless for a terminal and a line.
 */
#ifndef TOOLS_ESCAPE_H
#define TOOLS_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Copies text, control characters (also C1) and bytes that are no UTF-8 as
 * \n, \t, \\ or \xNN.  Writes at most size - 1 bytes and a NUL, never half an
 * escape or half a character.  Gives the length written.
 */
size_t escape_text(const char *text, char *ret_escaped, size_t size);

/* Whether all bytes of a text are UTF-8. */
bool escape_is_utf8(const char *text);

/* Columns of a terminal that an escaped text takes. */
size_t escape_width(const char *escaped);

/* Columns that the first character of a text takes, and its bytes. */
size_t escape_next(const char *escaped, size_t *ret_bytes);

/* Bytes of an escaped text that fit into so many columns. */
size_t escape_fit(const char *escaped, size_t columns);

#endif
