/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Letters: how wide a text is and its shape, by fonts of the machine
 * (fontconfig, SDL2_ttf) or, where there are none, by letters of our own.
 * Texts are UTF-8, one line.
 */
#ifndef PAGEVIZ_TYPE_H
#define PAGEVIZ_TYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum face {
	FACE_TEXT,		/* proportional */
	FACE_BOLD,
	FACE_MONO,		/* addresses and numbers that line up */
	FACE_COUNT
};

struct type;

/*
 * plain: letters of our own alone, the same everywhere.  Else what fontconfig
 * finds, and our own where that fails (type_name says).  NULL: no memory.
 */
struct type *type_open(bool plain);
void type_close(struct type *type);

/* What is used: "DejaVu Sans", or "built in". */
const char *type_name(const struct type *type, enum face face);

/* Pixels from the left to the right end; size: of the letters, in pixels. */
int type_width(struct type *type, enum face face, int size, const char *text);

/* Pixels of a line, and from its top to the letters' feet. */
int type_height(struct type *type, enum face face, int size);
int type_ascent(struct type *type, enum face face, int size);

/* How much ink is at each pixel, 0 to 255, row after row. */
struct ink {
	int width, height;
	uint8_t *pixels;
};

/* The shape of a text, as wide and high as said above.  Borrowed: until the
 * next text is asked for.  NULL: no memory. */
const struct ink *type_shape(struct type *type, enum face face, int size,
			     const char *text);

#endif
