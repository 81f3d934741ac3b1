// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All keys, over what is seen, in columns: what the table of actions says.
 */
#include <string.h>

#include "drawing.h"

#define KEYS_WIDTH 9		/* in letters */
#define COLUMN_WIDTH 34
#define KEYS_SIZE  32

static size_t count_rows(void)
{
	const struct action_row *row = actions_all();
	size_t count = 0;

	for (; row->action != ACTION_NONE; row++)
		count += row->help != NULL;
	return count;
}

/* The first key of a row, and of those after it that say the same. */
static void format_keys(const struct action_row *row, char text[KEYS_SIZE])
{
	size_t length = 0, most;

	do {
		most = strcspn(row->keys, " ");
		if (length + most + 2 > KEYS_SIZE)
			break;
		if (length)
			text[length++] = ' ';
		memcpy(text + length, row->keys, most);
		length += most;
		row++;
	} while (!row->help && row->action != ACTION_NONE);
	text[length] = '\0';
}

static void draw_row(struct drawing *d, const struct action_row *row, int x,
		     int y, int width)
{
	struct ink_style keys = style_mono(d);
	char text[KEYS_SIZE];
	int left = KEYS_WIDTH * d->unit;

	keys.colour = d->theme->accent;
	format_keys(row, text);
	draw_text(d, x, y, left, keys, text);
	draw_text(d, x + left, y, width - left - d->unit, style_text(d),
		  row->help);
}

static struct box help_box(const struct drawing *d, size_t rows, int columns)
{
	int lines = (int)(rows + (size_t)columns - 1) / columns;
	struct box box = { 0, 0, columns * COLUMN_WIDTH * d->unit + d->unit,
			   lines * line_height(d) + 5 * d->unit };

	if (box.width > d->view->width)
		box.width = d->view->width;
	if (box.height > d->view->height)
		box.height = d->view->height;
	box.x = (d->view->width - box.width) / 2;
	box.y = (d->view->height - box.height) / 2;
	return box;
}

void draw_help(struct drawing *d)
{
	const struct action_row *row = actions_all();
	size_t rows = count_rows(), lines, i = 0;
	int columns = d->view->width / (COLUMN_WIDTH * d->unit);
	struct box all = { 0, 0, d->view->width, d->view->height }, box;
	struct colour shade = d->theme->back;
	int width;

	if (!d->view->help || !rows)
		return;
	columns = columns < 1 ? 1 : columns > 3 ? 3 : columns;
	lines = (rows + (size_t)columns - 1) / (size_t)columns;
	box = help_box(d, rows, columns);
	shade.alpha = 190;
	draw_fill(d, all, shade);
	draw_hot(d, all, ACTION_HELP, d->view->active, 0, "");
	draw_fill(d, box, d->theme->panel);
	draw_frame(d, box, d->line, d->theme->line);
	draw_text(d, box.x + d->unit * 3 / 2, box.y + d->unit, box.width,
		  style_bold(d), "Keys");
	width = (box.width - d->unit) / columns;
	for (; row->action != ACTION_NONE; row++) {
		if (!row->help)
			continue;
		draw_row(d, row, box.x + d->unit * 3 / 2 +
			 (int)(i / lines) * width, box.y + d->unit * 7 / 2 +
			 (int)(i % lines) * line_height(d), width);
		i++;
	}
}
