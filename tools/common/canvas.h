/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A screen as a grid of cells, drawn on without any terminal: what a program
 * shows is a function of its state, and a test can read it.  terminal.h puts a
 * canvas on a terminal.
 */
#ifndef TOOLS_CANVAS_H
#define TOOLS_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * What a text is, not how it looks: colours are the terminal's matter, and
 * where there are none, reverse and bold stand for some of these.
 */
enum style {
	STYLE_NORMAL,
	STYLE_DIM,		/* less important, older */
	STYLE_BOLD,
	STYLE_HEADING,		/* the line over a list */
	STYLE_SELECTED,		/* the row that keys act on */
	STYLE_TAGGED,
	STYLE_WARNING,
	STYLE_GOOD,
	STYLE_KEY,		/* the name of a key, F1 */
	STYLE_ACCENT,		/* what a key does; the column sorted by */
	STYLE_BAR_1,		/* parts of a bar */
	STYLE_BAR_2,
	STYLE_BAR_3,
	STYLE_BAR_4,
	STYLE_BAR_5,
	STYLE_MAP_0,		/* classes of pages on a map */
	STYLE_MAP_1,
	STYLE_MAP_2,
	STYLE_MAP_3,
	STYLE_MAP_4,
	STYLE_MAP_5,
	STYLE_MAP_6,
	STYLE_MAP_7,
	STYLE_MAP_8,
	STYLE_MAP_9,
	STYLE_COUNT
};

struct canvas;

/* What stands at a place. */
struct cell {
	char text[14];		/* one character of UTF-8, ended; "" is blank */
	unsigned char width;	/* 1 or 2; 0: the right half of a wide one */
	unsigned char style;	/* enum style */
};

/*
 * A blank canvas.  Without utf8 all that is no ASCII is drawn as '?'.  NULL:
 * no memory.
 */
struct canvas *canvas_new(size_t width, size_t height, bool utf8);
void canvas_free(struct canvas *canvas);

/* Makes all of it blank. */
void canvas_clear(struct canvas *canvas);

size_t canvas_width(const struct canvas *canvas);
size_t canvas_height(const struct canvas *canvas);
bool canvas_is_utf8(const struct canvas *canvas);

/* The cell at a place; NULL outside. */
const struct cell *canvas_cell(const struct canvas *canvas, size_t x, size_t y);

/* The one of two texts that the canvas can draw. */
const char *canvas_glyph(const struct canvas *canvas, const char *utf8,
			 const char *ascii);

/*
 * Draws a text from (x, y) rightwards, cut at max_columns and at the edge;
 * gives the columns it took.  Text of processes is to be escaped before.
 */
size_t canvas_text(struct canvas *canvas, size_t x, size_t y,
		   size_t max_columns, enum style style, const char *text);

/* The same of a format. */
size_t canvas_printf(struct canvas *canvas, size_t x, size_t y,
		     size_t max_columns, enum style style, const char *format,
		     ...) __attribute__((format(printf, 6, 7)));

/* Draws a character of one column so many times; " " for a blank. */
void canvas_fill(struct canvas *canvas, size_t x, size_t y, size_t columns,
		 enum style style, const char *character);

/* Gives what is drawn already another style. */
void canvas_restyle(struct canvas *canvas, size_t x, size_t y, size_t columns,
		    enum style style);

/* A box with a title, blank inside; the least is 2 by 2. */
void canvas_box(struct canvas *canvas, size_t x, size_t y, size_t columns,
		size_t lines, const char *title);

/* Writes the lines as text, without trailing blanks. */
void canvas_print(const struct canvas *canvas, FILE *out);

/*
 * The same with a letter for each cell's style below each line that has other
 * than normal ones: "." normal, "d" dim, "b" bold, "H" heading, "S" selected, "T"
 * tagged, "W" warning, "G" good, "K" key, "A" accent, "1" to "5" bars, "p" to
 * "y" map.
 */
void canvas_print_styles(const struct canvas *canvas, FILE *out);

#endif
