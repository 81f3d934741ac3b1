/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The area below a line of sizes, drawn in a rectangle of a canvas by dots,
 * with a scale at its left.  What a place from left to right stands for is the
 * caller's: a moment, or the length of an interval.
 */
#ifndef TOOLS_AREA_H
#define TOOLS_AREA_H

#include "canvas.h"

/* Dots that are drawn at most, however wide the rectangle. */
#define AREA_DOTS_MOST 1024

/* Columns of the scale: "1023.9M" and a mark. */
#define AREA_SCALE_COLUMNS 9

struct area {
	struct canvas *canvas;
	size_t x, y, width, height;	/* of the plot, without its scale */
	float low, high;		/* of the scale, KiB */
	const float *levels;		/* KiB, a dot each; NAN: nothing */
};

/* Dots from left to right in so many columns. */
size_t area_dots(const struct canvas *canvas, size_t columns);

/* The least multiple of a unit that is at least this. */
float area_multiple_of(float number, float unit);

/* A round number that is at least this: one to eight times a power of two. */
float area_round_up(float number);

/* levels has area_dots() of the width. */
void area_draw(const struct area *area);

/* Sizes at the left of the plot, in AREA_SCALE_COLUMNS from column x. */
void area_draw_scale(const struct area *area, size_t x);

/* The same as text. */
void area_format_kib(float kib, char *text);

#endif
