/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Texts laid out in columns for people: numbers to the right, text to the
 * left, as wide as needed; a last column of text gets what is left of the
 * terminal.  Knows nothing of what the texts say.
 */
#ifndef TOOLS_LAYOUT_H
#define TOOLS_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* An escaped text beyond this is cut. */
#define LAYOUT_CELL_SIZE 8192

#define LAYOUT_COLUMNS_MAX 64

struct layout;

/*
 * left: by column, whether it is text; it must outlive the layout.  At most
 * LAYOUT_COLUMNS_MAX columns.  NULL: no memory.
 */
struct layout *layout_new(const bool *left, size_t column_count);
void layout_free(struct layout *layout);

/* A column is at least so wide, whatever stands in it. */
void layout_set_least(struct layout *layout, size_t column, size_t width);

/* Room for the next cell, LAYOUT_CELL_SIZE bytes; NULL: no memory. */
char *layout_room(struct layout *layout);

/* The next cell is what was written there, so many bytes and a NUL. */
void layout_add(struct layout *layout, size_t length);

/*
 * Writes all rows that are whole.  width: of the terminal, 0: do not cut.
 * 0 or -ENOMEM; errors of the stream stay in the stream.
 */
int layout_print(const struct layout *layout, size_t width, FILE *out);

#endif
