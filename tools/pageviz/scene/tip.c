// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The box beside the pointer, see tip.h: it is as wide as its longest row, up
 * to a bound, and stays inside of what is drawn on.
 */
#include <stdarg.h>

#include "tip.h"

#define TEXT_SIZE 1024
#define LINES_MOST 4

struct tip_row *tip_add(struct drawing *d, struct tip *tip, const char *name,
			const char *text)
{
	struct tip_row *row = &tip->rows[tip->count < TIP_ROWS ?
					 tip->count++ : TIP_ROWS - 1];

	*row = (struct tip_row){ .name = name,
				 .text = scene_keep_text(d, text) };
	return row;
}

struct tip_row *tip_addf(struct drawing *d, struct tip *tip, const char *name,
			 const char *format, ...)
{
	char text[TEXT_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	return tip_add(d, tip, name, text);
}

struct tip_size {
	int names;			/* pixels of the column of names */
	int texts;
	int height;
};

static struct ink_style row_style(const struct drawing *d,
				  const struct tip_row *row)
{
	struct ink_style style = row->dim ? style_dim(d) : style_text(d);

	if (row->mono)
		style.face = FACE_MONO;
	else if (!row->name)
		style.face = FACE_BOLD;
	return style;
}

static int text_left(const struct drawing *d, const struct tip_row *row,
		     const struct tip_size *size)
{
	int left = row->name && *row->name ? size->names : 0;

	return left + (row->has_swatch ? d->unit * 3 / 2 : 0);
}

static int row_lines(struct drawing *d, const struct tip_row *row,
		     const struct tip_size *size)
{
	int lines = draw_wrapped(d, 0, 0, size->names + size->texts -
				 text_left(d, row, size), LINES_MOST,
				 row_style(d, row), row->text, true);

	return lines ? lines : 1;
}

static struct tip_size measure(struct drawing *d, const struct tip *tip)
{
	struct tip_size size = { 0 };
	int most = 27 * d->unit;
	size_t i;

	for (i = 0; i < tip->count; i++) {
		const struct tip_row *row = &tip->rows[i];
		int width = row->name && *row->name ?
			text_width(d, style_dim(d), row->name) + d->unit : 0;

		size.names = width > size.names ? width : size.names;
	}
	for (i = 0; i < tip->count; i++) {
		const struct tip_row *row = &tip->rows[i];
		int width = text_width(d, row_style(d, row), row->text) + 1 +
			    text_left(d, row, &size) - size.names;

		size.texts = width > size.texts ? width : size.texts;
	}
	if (size.texts > most)
		size.texts = most;
	for (i = 0; i < tip->count; i++)
		size.height += row_lines(d, &tip->rows[i], &size) *
			       line_height(d);
	return size;
}

/* Right below the pointer, or on its other side where there is no room. */
static struct box place_tip(const struct drawing *d,
			    const struct tip_size *size, int x, int y,
			    bool before)
{
	int pad = d->unit * 3 / 4;
	struct box box = { x + d->unit * 5 / 4, y + d->unit * 5 / 4,
			   size->names + size->texts + 2 * pad,
			   size->height + 2 * pad - d->unit / 4 };

	if (before || box.x + box.width > d->view->width)
		box.x = x - d->unit - box.width;
	if (box.y + box.height > d->view->height)
		box.y = d->view->height - box.height;
	if (box.x < 0)
		box.x = 0;
	if (box.y < 0)
		box.y = 0;
	return box;
}

static int draw_row(struct drawing *d, const struct tip_row *row,
		    const struct tip_size *size, int x, int y)
{
	int left = text_left(d, row, size), lines;

	if (row->name && *row->name)
		draw_text(d, x, y, size->names, style_dim(d), row->name);
	if (row->has_swatch) {
		struct box box = { x + left - d->unit * 3 / 2,
				   y + d->unit / 5, d->unit, d->unit };

		draw_fill(d, box, row->swatch);
		draw_frame(d, box, d->line, d->theme->line);
	}
	lines = draw_wrapped(d, x + left, y, size->names + size->texts - left,
			     LINES_MOST, row_style(d, row), row->text, false);
	return (lines ? lines : 1) * line_height(d);
}

void tip_draw(struct drawing *d, const struct tip *tip, int x, int y,
	      bool before)
{
	struct tip_size size = measure(d, tip);
	struct box box = place_tip(d, &size, x, y, before);
	int pad = d->unit * 3 / 4, top = box.y + pad;
	struct colour shade = d->theme->back;
	size_t i;

	if (!tip->count || box.width > d->view->width)
		return;
	shade.alpha = 110;
	draw_fill(d, box_inset(box, -d->unit / 4), shade);
	draw_fill(d, box, d->theme->panel);
	draw_frame(d, box, d->line, d->theme->dim);
	for (i = 0; i < tip->count; i++)
		top += draw_row(d, &tip->rows[i], &size, box.x + pad, top);
}
