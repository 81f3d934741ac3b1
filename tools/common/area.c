/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An area and its scale, see area.h.
 */
#include "area.h"

#include <math.h>
#include <stdint.h>

#include "units.h"

#define DOTS_UP 4			/* of a character of Braille */
#define DOTS_ACROSS 2
#define DOTS_UP_PLAIN 2			/* "." and "#" */

size_t area_dots(const struct canvas *canvas, size_t columns)
{
	size_t across = canvas_is_utf8(canvas) ? DOTS_ACROSS : 1;

	return columns * across;
}

float area_multiple_of(float number, float unit)
{
	float below = (float)(uint64_t)(number / unit) * unit;

	return below < number ? below + unit : below;
}

float area_round_up(float number)
{
	float unit = 1;

	while (unit * 8 < number)
		unit *= 2;
	return area_multiple_of(number, unit);
}

/* Dots that are set in a column, from the bottom; 0: none. */
static size_t height_of(const struct area *area, size_t dot, size_t up)
{
	float level = area->levels[dot], range = area->high - area->low;
	size_t most = area->height * up;
	size_t dots;

	if (isnan(level))
		return 0;
	dots = (size_t)((level - area->low) / range * (float)most + 0.5f);
	/* Something that was measured is seen, however little it is. */
	return !dots ? 1 : dots < most ? dots : most;
}

static void draw_braille(const struct area *area, size_t column, size_t line)
{
	static const unsigned char bits[DOTS_ACROSS][DOTS_UP] = {
		{ 0x40, 0x04, 0x02, 0x01 }, { 0x80, 0x20, 0x10, 0x08 },
	};
	size_t across, up, below = (area->height - 1 - line) * DOTS_UP;
	unsigned int set = 0;
	char text[4];

	for (across = 0; across < DOTS_ACROSS; across++) {
		size_t high = height_of(area, column * DOTS_ACROSS + across,
					DOTS_UP);

		for (up = 0; up < DOTS_UP; up++)
			if (below + up < high)
				set |= bits[across][up];
	}
	if (!set)
		return;
	/* U+2800 and the bits. */
	text[0] = (char)0xe2;
	text[1] = (char)(0xa0 | set >> 6);
	text[2] = (char)(0x80 | (set & 0x3f));
	text[3] = '\0';
	canvas_text(area->canvas, area->x + column, area->y + line, 1,
		    STYLE_BAR_1, text);
}

static void draw_plain(const struct area *area, size_t column, size_t line)
{
	size_t below = (area->height - 1 - line) * DOTS_UP_PLAIN;
	size_t high = height_of(area, column, DOTS_UP_PLAIN);

	if (high > below)
		canvas_text(area->canvas, area->x + column, area->y + line,
			    1, STYLE_BAR_1, high > below + 1 ? "#" : ".");
}

void area_draw(const struct area *area)
{
	bool braille = canvas_is_utf8(area->canvas);
	size_t column, line;

	for (line = 0; line < area->height; line++)
		for (column = 0; column < area->width; column++)
			if (braille)
				draw_braille(area, column, line);
			else
				draw_plain(area, column, line);
}

void area_format_kib(float kib, char *text)
{
	units_format((uint64_t)(kib * 1024), UNITS_SUFFIX, text);
}

void area_draw_scale(const struct area *area, size_t x)
{
	static const float parts[] = { 1, 0.5, 0 };
	const char *mark = canvas_glyph(area->canvas, "┤", "|");
	const char *line = canvas_glyph(area->canvas, "│", "|");
	char text[UNITS_SIZE];
	size_t i;

	for (i = 0; i < area->height; i++)
		canvas_text(area->canvas, x + AREA_SCALE_COLUMNS - 1,
			    area->y + i, 1, STYLE_DIM, line);
	for (i = 0; i < 3; i++) {
		size_t at = i * (area->height - 1) / 2;

		/* Between top and bottom only where it is just the middle. */
		if (i == 1 && (area->height < 5 || area->height % 2 == 0))
			continue;
		area_format_kib(area->low + parts[i] * (area->high - area->low),
				text);
		canvas_printf(area->canvas, x, area->y + at,
			      AREA_SCALE_COLUMNS - 1, STYLE_DIM, "%*s",
			      AREA_SCALE_COLUMNS - 2, text);
		canvas_text(area->canvas, x + AREA_SCALE_COLUMNS - 1,
			    area->y + at, 1, STYLE_DIM, mark);
	}
}
