/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cells, and texts cut into them, see canvas.h.  Everything is clipped here,
 * so that who draws need not know how large the screen is.
 */
#include "canvas.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"

/* Longer texts are cut: no terminal is this wide. */
#define LINE_SIZE 2048

struct canvas {
	size_t width;
	size_t height;
	bool utf8;
	struct cell cells[];		/* line by line */
};

struct canvas *canvas_new(size_t width, size_t height, bool utf8)
{
	struct canvas *canvas = calloc(1, sizeof(*canvas) +
				       width * height * sizeof(struct cell));

	if (!canvas)
		return NULL;
	canvas->width = width;
	canvas->height = height;
	canvas->utf8 = utf8;
	canvas_clear(canvas);
	return canvas;
}

void canvas_free(struct canvas *canvas)
{
	free(canvas);
}

void canvas_clear(struct canvas *canvas)
{
	const struct cell blank = { .width = 1 };
	size_t i;

	for (i = 0; i < canvas->width * canvas->height; i++)
		canvas->cells[i] = blank;
}

size_t canvas_width(const struct canvas *canvas)
{
	return canvas->width;
}

size_t canvas_height(const struct canvas *canvas)
{
	return canvas->height;
}

bool canvas_is_utf8(const struct canvas *canvas)
{
	return canvas->utf8;
}

const char *canvas_glyph(const struct canvas *canvas, const char *utf8,
			 const char *ascii)
{
	return canvas->utf8 ? utf8 : ascii;
}

static struct cell *cell_at(struct canvas *canvas, size_t x, size_t y)
{
	return &canvas->cells[y * canvas->width + x];
}

const struct cell *canvas_cell(const struct canvas *canvas, size_t x, size_t y)
{
	if (x >= canvas->width || y >= canvas->height)
		return NULL;
	return &canvas->cells[y * canvas->width + x];
}

/* Columns from x to the edge, at most so many. */
static size_t clip(const struct canvas *canvas, size_t x, size_t y,
		   size_t columns)
{
	if (x >= canvas->width || y >= canvas->height)
		return 0;
	return columns < canvas->width - x ? columns : canvas->width - x;
}

/* What is drawn over one half of a wide character takes the other away. */
static void break_wide(struct canvas *canvas, size_t x, size_t y)
{
	struct cell *cell = cell_at(canvas, x, y);

	if (!cell->width && x)
		*(cell - 1) = (struct cell){ .width = 1,
					     .style = (cell - 1)->style };
	else if (cell->width == 2 && x + 1 < canvas->width)
		*(cell + 1) = (struct cell){ .width = 1,
					     .style = (cell + 1)->style };
}

static void put(struct canvas *canvas, size_t x, size_t y, enum style style,
		const char *text, size_t bytes, size_t width)
{
	struct cell *cell = cell_at(canvas, x, y);

	break_wide(canvas, x, y);
	*cell = (struct cell){ .width = (unsigned char)width,
			       .style = (unsigned char)style };
	memcpy(cell->text, text, bytes);
	if (width != 2)
		return;
	break_wide(canvas, x + 1, y);
	*(cell + 1) = (struct cell){ .style = (unsigned char)style };
}

/* A mark without a width of its own belongs to the character before it. */
static void join(struct canvas *canvas, size_t x, size_t y, const char *text,
		 size_t bytes)
{
	struct cell *cell = cell_at(canvas, x, y);
	size_t length;

	if (!cell->width && x)
		cell--;
	length = strlen(cell->text);
	if (length + bytes < sizeof(cell->text))
		memcpy(cell->text + length, text, bytes);
}

size_t canvas_text(struct canvas *canvas, size_t x, size_t y,
		   size_t max_columns, enum style style, const char *text)
{
	size_t room = clip(canvas, x, y, max_columns), used = 0;

	while (*text) {
		size_t bytes, width = escape_next(text, &bytes);
		bool plain = bytes == 1 && (unsigned char)*text < 0x80;

		if (used + width > room)
			break;
		if (!plain && !canvas->utf8)
			for (size_t i = 0; i < width; i++)
				put(canvas, x + used + i, y, style, "?", 1, 1);
		else if (width)
			put(canvas, x + used, y, style, text, bytes, width);
		else if (used)
			join(canvas, x + used - 1, y, text, bytes);
		used += width;
		text += bytes;
	}
	return used;
}

size_t canvas_printf(struct canvas *canvas, size_t x, size_t y,
		     size_t max_columns, enum style style, const char *format,
		     ...)
{
	char text[LINE_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return canvas_text(canvas, x, y, max_columns, style, text);
}

void canvas_fill(struct canvas *canvas, size_t x, size_t y, size_t columns,
		 enum style style, const char *character)
{
	size_t i, room = clip(canvas, x, y, columns);

	for (i = 0; i < room; i++)
		canvas_text(canvas, x + i, y, 1, style, character);
}

void canvas_restyle(struct canvas *canvas, size_t x, size_t y, size_t columns,
		    enum style style)
{
	size_t i, room = clip(canvas, x, y, columns);

	for (i = 0; i < room; i++)
		cell_at(canvas, x + i, y)->style = (unsigned char)style;
}

static void draw_edge(struct canvas *canvas, size_t x, size_t y,
		      size_t columns, const char *left, const char *right)
{
	canvas_fill(canvas, x + 1, y, columns - 2, STYLE_DIM,
		    canvas_glyph(canvas, "─", "-"));
	canvas_text(canvas, x, y, 1, STYLE_DIM, left);
	canvas_text(canvas, x + columns - 1, y, 1, STYLE_DIM, right);
}

void canvas_box(struct canvas *canvas, size_t x, size_t y, size_t columns,
		size_t lines, const char *title)
{
	const char *side = canvas_glyph(canvas, "│", "|");
	size_t i;

	if (columns < 2 || lines < 2)
		return;
	draw_edge(canvas, x, y, columns, canvas_glyph(canvas, "┌", "+"),
		  canvas_glyph(canvas, "┐", "+"));
	for (i = 1; i + 1 < lines; i++) {
		canvas_fill(canvas, x, y + i, columns, STYLE_NORMAL, " ");
		canvas_text(canvas, x, y + i, 1, STYLE_DIM, side);
		canvas_text(canvas, x + columns - 1, y + i, 1, STYLE_DIM, side);
	}
	draw_edge(canvas, x, y + lines - 1, columns,
		  canvas_glyph(canvas, "└", "+"),
		  canvas_glyph(canvas, "┘", "+"));
	if (columns > 6)
		canvas_printf(canvas, x + 2, y, columns - 4, STYLE_BOLD,
			      " %s ", title);
}

/* ---- As text ----------------------------------------------------------- */

static bool is_blank(const struct cell *cell)
{
	return cell->width == 1 && (!*cell->text || !strcmp(cell->text, " "));
}

static void print_line(const struct canvas *canvas, size_t y, FILE *out)
{
	const struct cell *cells = &canvas->cells[y * canvas->width];
	size_t x, end = canvas->width;

	while (end && is_blank(&cells[end - 1]))
		end--;
	for (x = 0; x < end; x++)
		if (cells[x].width)
			fputs(*cells[x].text ? cells[x].text : " ", out);
	putc('\n', out);
}

static void print_styles(const struct canvas *canvas, size_t y, FILE *out)
{
	static const char letters[STYLE_COUNT + 1] =
		".dbHSTWGKA12345pqrstuvwxy";
	const struct cell *cells = &canvas->cells[y * canvas->width];
	size_t x, end = canvas->width;

	while (end && cells[end - 1].style == STYLE_NORMAL)
		end--;
	if (!end)
		return;
	for (x = 0; x < end; x++)
		putc(letters[cells[x].style], out);
	putc('\n', out);
}

void canvas_print(const struct canvas *canvas, FILE *out)
{
	size_t y;

	for (y = 0; y < canvas->height; y++)
		print_line(canvas, y, out);
}

void canvas_print_styles(const struct canvas *canvas, FILE *out)
{
	size_t y;

	for (y = 0; y < canvas->height; y++) {
		print_line(canvas, y, out);
		print_styles(canvas, y, out);
	}
}
