/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Letters of our own, drawn dot by dot: for machines without fonts, for
 * characters that a font lacks, and for pictures that are to be the same
 * everywhere.  One size and whole multiples of it; bold is the same, drawn
 * twice, a dot apart.
 */
#ifndef PAGEVIZ_LETTERS_H
#define PAGEVIZ_LETTERS_H

#include "type.h"

/* Pixels, for letters of about so many: see type.h. */
int letters_width(enum face face, int size, const char *text, size_t bytes);
int letters_height(int size);
int letters_ascent(int size);

/* Adds the shape of a text at x, its feet at y, to ink; cuts what is outside. */
void letters_draw(enum face face, int size, const char *text, size_t bytes,
		  const struct ink *ink, int x, int y);

/* The first character of a text, and its bytes; U+FFFD and 1 for bytes that
 * are no UTF-8.  Text of no bytes has none. */
uint32_t letters_decode(const char *text, size_t bytes, size_t *ret_bytes);

#endif
