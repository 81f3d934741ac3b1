// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Texts in a scene: fitted to a width, wrapped, lined up.  How wide letters
 * are is type.h's.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "drawing.h"

#define ELLIPSIS "…"
/* Longer texts are no wider than any screen. */
#define TEXT_MOST 1024

static struct ink_style style_of(const struct drawing *d, enum face face,
				 struct colour colour)
{
	return (struct ink_style){ face, d->unit, colour };
}

struct ink_style style_text(const struct drawing *d)
{
	return style_of(d, FACE_TEXT, d->theme->text);
}

struct ink_style style_dim(const struct drawing *d)
{
	return style_of(d, FACE_TEXT, d->theme->dim);
}

struct ink_style style_bold(const struct drawing *d)
{
	return style_of(d, FACE_BOLD, d->theme->text);
}

struct ink_style style_mono(const struct drawing *d)
{
	return style_of(d, FACE_MONO, d->theme->text);
}

struct ink_style style_warning(const struct drawing *d)
{
	return style_of(d, FACE_TEXT, d->theme->warning);
}

int text_width(struct drawing *d, struct ink_style style, const char *text)
{
	return type_width(d->type, style.face, style.size, text);
}

int text_top(struct drawing *d, struct ink_style style, int y, int height)
{
	return y + (height - type_height(d->type, style.face, style.size)) / 2;
}

int line_height(const struct drawing *d)
{
	return d->unit + d->unit / 2 + d->unit / 8;
}

/* ---- Fitting ----------------------------------------------------------- */

/* The first bytes of a text, whole characters, and an ellipsis. */
static void cut(const char *text, size_t keep, char ret_text[TEXT_MOST])
{
	while (keep && ((unsigned char)text[keep] & 0xc0) == 0x80)
		keep--;
	snprintf(ret_text, TEXT_MOST, "%.*s" ELLIPSIS, (int)keep, text);
}

/* Cuts a text until it is no wider; false: not even the ellipsis fits. */
static bool fit(struct drawing *d, struct ink_style style, const char *text,
		int width, char ret_text[TEXT_MOST])
{
	size_t length = strlen(text), low = 0, high;

	if (length < TEXT_MOST - 8 && text_width(d, style, text) <= width) {
		memcpy(ret_text, text, length + 1);
		return true;
	}
	high = length < TEXT_MOST - 8 ? length : TEXT_MOST - 8;
	while (low < high) {
		size_t middle = (low + high + 1) / 2;

		cut(text, middle, ret_text);
		if (text_width(d, style, ret_text) <= width)
			low = middle;
		else
			high = middle - 1;
	}
	cut(text, low, ret_text);
	return low && text_width(d, style, ret_text) <= width;
}

/* ---- Drawing ----------------------------------------------------------- */

static int put(struct drawing *d, int x, int y, struct ink_style style,
	       const char *text)
{
	struct box box = { x, y, text_width(d, style, text),
			   type_height(d->type, style.face, style.size) };

	if (*text)
		draw_item(d, (struct item){
			.kind = ITEM_TEXT, .box = box, .colour = style.colour,
			.face = style.face, .size = style.size,
			.text = scene_keep_text(d, text) });
	return box.width;
}

/* No text goes beyond what is drawn on, whatever room it was given. */
static int room_for(const struct drawing *d, int x, int width)
{
	return x + width > d->view->width ? d->view->width - x : width;
}

int draw_text(struct drawing *d, int x, int y, int width,
	      struct ink_style style, const char *text)
{
	char fitted[TEXT_MOST];

	return fit(d, style, text, room_for(d, x, width), fitted) ?
		put(d, x, y, style, fitted) : 0;
}

int draw_text_right(struct drawing *d, int right, int y, int width,
		    struct ink_style style, const char *text)
{
	char fitted[TEXT_MOST];

	if (width > right)
		width = right;
	if (!fit(d, style, text, width, fitted))
		return 0;
	return put(d, right - text_width(d, style, fitted), y, style, fitted);
}

void draw_text_middle(struct drawing *d, struct box box,
		      struct ink_style style, const char *text)
{
	char fitted[TEXT_MOST];

	if (fit(d, style, text, box.width, fitted))
		put(d, box.x + (box.width - text_width(d, style, fitted)) / 2,
		    text_top(d, style, box.y, box.height), style, fitted);
}

/* Bytes of the words that fit into a line; at least one word. */
static size_t words_that_fit(struct drawing *d, struct ink_style style,
			     const char *text, int width)
{
	char line[TEXT_MOST];
	size_t taken = 0, at = 0;

	while (at < TEXT_MOST - 1 && text[at]) {
		at += strcspn(text + at + 1, " ") + 1;
		snprintf(line, sizeof(line), "%.*s", (int)at, text);
		if (taken && text_width(d, style, line) > width)
			break;
		taken = at;
	}
	return taken;
}

int draw_wrapped(struct drawing *d, int x, int y, int width, int lines,
		 struct ink_style style, const char *text, bool measure)
{
	char line[TEXT_MOST];
	int count = 0;

	while (*text && count < lines) {
		size_t bytes = words_that_fit(d, style, text, width);

		/* What has no further line is cut with an ellipsis. */
		if (count + 1 == lines)
			bytes = strlen(text);
		snprintf(line, sizeof(line), "%.*s", (int)bytes, text);
		if (!measure)
			draw_text(d, x, y + count * line_height(d), width,
				  style, line);
		text += bytes;
		text += strspn(text, " ");
		count++;
	}
	return count;
}

/* ---- Numbers ----------------------------------------------------------- */

void format_count(uint64_t count, char *text)
{
	char digits[24];
	int length = snprintf(digits, sizeof(digits), "%" PRIu64, count), i;

	for (i = 0; i < length; i++) {
		if (i && (length - i) % 3 == 0)
			*text++ = ',';
		*text++ = digits[i];
	}
	*text = '\0';
}

void format_time(uint64_t time_ns, char *text)
{
	time_t seconds = (time_t)(time_ns / 1000000000);
	struct tm parts;

	if (!localtime_r(&seconds, &parts) ||
	    !strftime(text, 32, "%H:%M:%S", &parts))
		memcpy(text, "-", 2);
}
