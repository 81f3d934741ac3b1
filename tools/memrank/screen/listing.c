/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Columns and selected lines of lists, see listing.h.
 */
#include "listing.h"

#include <string.h>

#include "escape.h"

/* Lines that the wheel moves. */
#define WHEEL_LINES 3

static size_t taken(const struct listing *listing, size_t count)
{
	size_t i, sum = 0;

	for (i = 0; i + 1 < count; i++)
		sum += listing->width[i] ? listing->width[i] + 1 : 0;
	return sum;
}

/* The shown column that can be missed most; count if none can. */
static size_t least_needed(const struct listing *listing,
			   const struct listing_column *columns, size_t count)
{
	size_t i, found = count;

	for (i = 0; i + 1 < count; i++)
		if (listing->width[i] && columns[i].keep &&
		    (found == count || columns[i].keep > columns[found].keep))
			found = i;
	return found;
}

void listing_fit(struct listing *listing, const struct listing_column *columns,
	      size_t count, size_t width, size_t last_least)
{
	size_t i, x = 0;

	for (i = 0; i < count; i++)
		listing->width[i] = columns[i].width;
	while (taken(listing, count) + last_least > width) {
		size_t drop = least_needed(listing, columns, count);

		if (drop == count)
			break;
		listing->width[drop] = 0;
	}
	for (i = 0; i < count; i++) {
		listing->x[i] = x;
		x += listing->width[i] ? listing->width[i] + 1 : 0;
	}
	listing->width[count - 1] = listing->x[count - 1] < width ?
				 width - listing->x[count - 1] : 0;
}

void listing_cell(const struct listing *listing, const struct listing_column *columns,
	       size_t number, struct canvas *canvas, size_t x, size_t y,
	       enum style style, const char *text)
{
	size_t width = listing->width[number], used;

	if (!width)
		return;
	x += listing->x[number];
	used = columns[number].left ? width : escape_width(text);
	canvas_text(canvas, used < width ? x + width - used : x, y, width,
		    style, text);
}

void listing_headings(const struct listing *listing, const struct listing_column *columns,
		   size_t count, size_t sorted, struct canvas *canvas,
		   size_t x, size_t y, size_t width)
{
	size_t i;

	canvas_fill(canvas, x, y, width, STYLE_HEADING, " ");
	for (i = 0; i < count; i++)
		listing_cell(listing, columns, i, canvas, x, y,
			  i == sorted ? STYLE_ACCENT : STYLE_HEADING,
			  columns[i].heading);
}

void listing_value(const struct pagemap_value *value, enum units units,
		size_t width, char text[UNITS_SIZE])
{
	if (units_format_value(value, units, text) <= width)
		return;
	text[0] = '~';
	units_format(value->value, units, text + 1);
}

/* A step of a key, in lines; 0: it is no such key. */
static int64_t step_of(const struct event *event, size_t lines)
{
	int64_t page = lines > 1 ? (int64_t)lines - 1 : 1;

	if (event->kind == EVENT_MOUSE)
		return event->button == EVENT_WHEEL_UP ? -WHEEL_LINES :
		       event->button == EVENT_WHEEL_DOWN ? WHEEL_LINES : 0;
	if (event->kind != EVENT_KEY)
		return 0;
	return event_row_step(event->key, page);
}

bool picker_event(struct picker *picker, const struct event *event,
		  size_t count, size_t lines)
{
	int64_t step = step_of(event, lines);

	if (!step)
		return false;
	if (step < 0)
		picker->selected -= picker->selected < (size_t)-step ?
				    picker->selected : (size_t)-step;
	else
		picker->selected += (size_t)step;
	picker_fit(picker, count, lines);
	return true;
}

void picker_fit(struct picker *picker, size_t count, size_t lines)
{
	if (picker->selected >= count)
		picker->selected = count ? count - 1 : 0;
	if (!lines)
		lines = 1;
	if (picker->selected < picker->top)
		picker->top = picker->selected;
	if (picker->selected >= picker->top + lines)
		picker->top = picker->selected + 1 - lines;
	/* No blank lines at the end while there are lines above. */
	if (picker->top + lines > count)
		picker->top = count > lines ? count - lines : 0;
}
