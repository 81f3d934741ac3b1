/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lists on a screen: which columns there is room for, and which line is
 * selected and in sight.
 */
#ifndef SCREEN_LISTING_H
#define SCREEN_LISTING_H

#include "canvas.h"
#include "event.h"
#include "units.h"

#define LISTING_COLUMNS 12

struct listing_column {
	const char *heading;
	unsigned char width;
	bool left;			/* text; else a number, at the right */
	unsigned char keep;		/* the highest goes first; 0 never */
};

/* Where each column stands; a width of 0: there is no room for it. */
struct listing {
	size_t x[LISTING_COLUMNS];
	size_t width[LISTING_COLUMNS];
};

/* The last column gets what is left, and at least so much. */
void listing_fit(struct listing *listing, const struct listing_column *columns,
	      size_t count, size_t width, size_t last_least);

/* Draws the headings; the column sorted by stands out. */
void listing_headings(const struct listing *listing, const struct listing_column *columns,
		   size_t count, size_t sorted, struct canvas *canvas,
		   size_t x, size_t y, size_t width);

/* Draws a cell; text is escaped. */
void listing_cell(const struct listing *listing, const struct listing_column *columns,
	       size_t number, struct canvas *canvas, size_t x, size_t y,
	       enum style style, const char *text);

/* A value as it fits: a range that is too long becomes its best guess. */
void listing_value(const struct pagemap_value *value, enum units units,
		size_t width, char text[UNITS_SIZE]);

/* A line of a list that is selected, and the first one in sight. */
struct picker {
	size_t selected;
	size_t top;
};

/* Moves it by a key or the wheel; false: it means nothing here. */
bool picker_event(struct picker *picker, const struct event *event,
		  size_t count, size_t lines);

/* Brings the selected line into sight, with what lines there are. */
void picker_fit(struct picker *picker, size_t count, size_t lines);

#endif
