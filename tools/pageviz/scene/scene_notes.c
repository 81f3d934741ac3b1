// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lines that come and go: where to jump to, typed; what was said; what one can
 * do, on the first picture.
 */
#include "drawing.h"

static int notes_bottom(const struct drawing *d)
{
	return d->place.time.height ? d->place.time.y : d->view->height;
}

/* A bar in the middle above the time; of the width of its text. */
static void draw_note(struct drawing *d, const char *text,
		      struct ink_style style, struct colour edge)
{
	struct box box = { 0, 0, text_width(d, style, text) + 2 * d->unit,
			   d->unit * 5 / 2 };

	if (box.width > d->view->width - d->unit)
		box.width = d->view->width - d->unit;
	box.x = (d->view->width - box.width) / 2;
	box.y = notes_bottom(d) - box.height - d->unit;
	draw_fill(d, box, d->theme->panel);
	draw_frame(d, box, d->line, edge);
	draw_text_middle(d, box_inset(box, d->unit / 4), style, text);
}

static void draw_prompt(struct drawing *d)
{
	bool jump = d->view->prompt == PROMPT_JUMP;
	const char *name = jump ? "go to" : "search";
	int width = 38 * d->unit, x, y;
	struct box map = d->place.panes[d->view->active].map;
	struct box box = { 0, map.y + d->unit, 0, d->unit * 3 };
	struct ink_style style = style_text(d);

	box.width = width < d->view->width - d->unit ? width
						     : d->view->width - d->unit;
	box.x = map.x + (map.width - box.width) / 2;
	if (box.x + box.width > d->view->width)
		box.x = d->view->width - box.width;
	if (box.x < 0)
		box.x = 0;
	draw_fill(d, box, d->theme->panel);
	draw_frame(d, box, 2 * d->line, d->theme->accent);
	y = text_top(d, style, box.y, box.height);
	x = box.x + d->unit;
	x += draw_text(d, x, y, box.width, style_dim(d), name) + d->unit / 2;
	x += draw_text(d, x, y, box.x + box.width - x - d->unit, style,
		       d->view->typed);
	draw_fill(d, (struct box){ x + d->line, box.y + d->unit * 3 / 4,
				   2 * d->line, box.height - d->unit * 3 / 2 },
		  d->theme->accent);
	if (jump && !*d->view->typed)
		draw_text(d, x + d->unit / 2, y, box.x + box.width - x -
			  d->unit, style_dim(d),
			  "an address, a frame number, a file or a mapping");
}

void draw_notes(struct drawing *d)
{
	const struct view *view = d->view;
	bool in_list = view->prompt == PROMPT_SEARCH && d->place.list.width;

	if (*view->said)
		draw_note(d, view->said, style_text(d), d->theme->accent);
	else if (view->hint)
		draw_note(d, "wheel: zoom    drag: move    click: who shares a "
			  "page    ?: all keys", style_dim(d), d->theme->line);
	if (view->prompt != PROMPT_NONE && !in_list)
		draw_prompt(d);
}
