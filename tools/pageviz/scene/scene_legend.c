// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The legend: each class with its colour, pages and bytes.  It is the filter
 * too: a click on a name shows it alone, one on a colour takes it in or out.
 * Classes stand in the layer's order, since one that jumps with each moment
 * cannot be clicked; where there is no room the smallest are folded.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drawing.h"

/* Bytes line up as if all were as wide as these. */
#define BYTES_USUAL "~123.9M"

struct legend {
	const struct layer *layer;
	const struct picture *picture;
	const struct moment *moment;
	const struct moment *base;	/* that it is compared to; NULL */
	size_t pane;
	uint64_t lit;
	struct box box;
	int row;			/* pixels of a class */
	uint8_t shown[LAYER_CLASSES];	/* classes in order */
	size_t count;
	size_t folded;
	struct pagemap_value folded_bytes;
	uint64_t total;			/* pages of all classes */
};

/* ---- Which ------------------------------------------------------------- */

static void choose_classes(struct legend *l)
{
	const struct layer *layer = l->layer;
	uint64_t listed = 0;
	size_t i;

	for (i = 0; i < layer->legend_count; i++) {
		l->shown[l->count++] = layer->legend[i];
		listed |= UINT64_C(1) << layer->legend[i];
	}
	/* What is shown alone stays, so that it can be let go again. */
	for (i = 0; i < layer->class_count; i++) {
		if (!layer->classes[i].told)
			l->total += layer->classes[i].pages;
		if ((l->lit & ~listed) >> i & 1)
			l->shown[l->count++] = (uint8_t)i;
	}
}

/* What a class weighs when there is no room for all; those chosen stay. */
static uint64_t weight(const struct legend *l, unsigned int class_of)
{
	const struct layer_class *class = &l->layer->classes[class_of];

	if (l->lit >> class_of & 1)
		return UINT64_MAX;
	return class->told ? class->bytes.value / l->moment->page_bytes
			   : class->pages;
}

static void fold_smallest(struct legend *l)
{
	size_t i, least = 0;

	for (i = 1; i < l->count; i++)
		if (weight(l, l->shown[i]) < weight(l, l->shown[least]))
			least = i;
	l->folded++;
	l->count--;
	memmove(l->shown + least, l->shown + least + 1, l->count - least);
}

/* ---- A class ----------------------------------------------------------- */

static void format_bytes(const struct legend *l, unsigned int class_of,
			 char text[UNITS_SIZE])
{
	struct pagemap_value bytes = l->layer->classes[class_of].bytes;

	units_format_value(&bytes, UNITS_SUFFIX, text);
}

static void format_pages(const struct legend *l, unsigned int class_of,
			 char text[32])
{
	if (l->layer->classes[class_of].told)
		memcpy(text, "", 1);
	else
		format_count(l->layer->classes[class_of].pages, text);
}

/* What a click does and what the class is. */
static void format_hint(const struct legend *l, unsigned int class_of,
			const char *does, char text[256])
{
	const struct layer_class *class = &l->layer->classes[class_of];
	double percent = l->total ? 100.0 * (double)class->pages /
				    (double)l->total : 0;

	if (class->told)
		snprintf(text, 256, "%s: %s (the kernel says how many, not "
			 "where)", class->name, class->help);
	else
		snprintf(text, 256, "%s: %s; %.*f%%.  Click: %s", class->name,
			 class->help, percent < 1 ? 3 : 1, percent, does);
}

/* Whether a colour is lost on the panel. */
static bool is_faint(const struct drawing *d, struct colour colour)
{
	struct colour panel = d->theme->panel;

	return abs(colour.red - panel.red) + abs(colour.green - panel.green) +
	       abs(colour.blue - panel.blue) < 90;
}

static void draw_swatch(struct drawing *d, const struct legend *l,
			unsigned int class_of, struct box box)
{
	struct colour colour = class_colour(d, l->layer, l->lit, class_of);
	struct colour own = d->theme->swatches[
		l->layer->classes[class_of].swatch];

	if (l->layer->classes[class_of].told) {
		draw_frame(d, box, 2 * d->line,
			   is_faint(d, own) ? d->theme->line : own);
		return;
	}
	draw_fill(d, box, colour);
	if (l->lit && !(l->lit >> class_of & 1))
		draw_frame(d, box, d->line, own);
	else if (is_faint(d, colour))
		draw_frame(d, box, d->line, d->theme->line);
}

/* How much of the map it is, as a thin bar under its row. */
static void draw_share(struct drawing *d, const struct legend *l,
		       unsigned int class_of, struct box row)
{
	const struct layer_class *class = &l->layer->classes[class_of];
	int width;

	if (class->told || !l->total || !class->pages)
		return;
	width = (int)((double)row.width * (double)class->pages /
		      (double)l->total);
	draw_fill(d, (struct box){ row.x, row.y + row.height - 2 * d->line,
				   width > d->line ? width : d->line,
				   2 * d->line },
		  class_colour(d, l->layer, l->lit, class_of));
}

static void draw_class(struct drawing *d, const struct legend *l,
		       unsigned int class_of, struct box row)
{
	const struct layer_class *class = &l->layer->classes[class_of];
	bool out = l->lit && !(l->lit >> class_of & 1);
	struct ink_style style = out ? style_dim(d) : style_text(d);
	struct ink_style number = style;
	struct box swatch = { row.x, row.y, d->unit, d->unit };
	int right = row.x + row.width, left, y, top;
	char bytes[UNITS_SIZE], pages[32], hint[256];

	swatch.y += (row.height - d->unit) / 2;
	left = row.x + d->unit + d->unit * 6 / 10;
	format_bytes(l, class_of, bytes);
	format_pages(l, class_of, pages);
	number.face = FACE_MONO;
	number.size = d->unit * 9 / 10;
	top = text_top(d, number, row.y, row.height);
	draw_text_right(d, right, top, right - left, number, bytes);
	y = text_width(d, number, bytes);
	right -= y > text_width(d, number, BYTES_USUAL) ? y :
		 text_width(d, number, BYTES_USUAL);
	right -= d->unit / 2;
	number.colour = d->theme->dim;
	right -= draw_text_right(d, right, top, right - left, number, pages);
	draw_swatch(d, l, class_of, swatch);
	draw_text(d, left, text_top(d, style, row.y, row.height),
		  right - d->unit / 2 - left, style, class->name);
	right = row.x + row.width;
	draw_share(d, l, class_of, (struct box){
		left, row.y, right - left, row.height });
	format_hint(l, class_of, "only this", hint);
	draw_hot(d, row, ACTION_ONLY, l->pane, class_of, hint);
	swatch = (struct box){ row.x, row.y, left - row.x, row.height };
	format_hint(l, class_of, "in or out", hint);
	draw_hot(d, swatch, ACTION_ALSO, l->pane, class_of, hint);
}

/* ---- All of it --------------------------------------------------------- */

/* Why something is not known: what concerns this colouring. */
static const char *doubt_at(const struct legend *l, int index)
{
	const char *doubts[] = {
		l->layer->doubt,
		l->layer->by == COLOUR_USE ? l->picture->why_use : "",
		l->layer->by == COLOUR_AGE ? l->picture->why_age : "",
		l->layer->by == COLOUR_SHARERS || l->layer->by == COLOUR_OWNER ?
			l->picture->why_sharers : "",
	};
	int i;

	for (i = 0; i < index; i++)
		if (doubts[i] && doubts[index] &&
		    !strcmp(doubts[i], doubts[index]))
			return "";
	return doubts[index] ? doubts[index] : "";
}

#define DOUBTS 4
#define DOUBT_LINES 5

/* Gives the pixels it takes; measure: draws nothing. */
static int draw_doubts(struct drawing *d, const struct legend *l, int y,
		       bool measure)
{
	struct ink_style style = style_warning(d);
	int i, lines = 0;

	for (i = 0; i < DOUBTS; i++)
		lines += draw_wrapped(d, l->box.x, y + lines * line_height(d),
				      l->box.width, DOUBT_LINES, style,
				      doubt_at(l, i), measure);
	return lines * line_height(d);
}

static void draw_total(struct drawing *d, const struct legend *l, int y)
{
	char text[128], pages[32], bytes[UNITS_SIZE];
	struct ink_style style = style_dim(d);

	format_count(l->total, pages);
	units_format(l->total * l->moment->page_bytes, UNITS_SUFFIX, bytes);
	snprintf(text, sizeof(text), "%s pages, %s", pages, bytes);
	draw_text_right(d, l->box.x + l->box.width, y, l->box.width, style,
			text);
}

static int draw_title(struct drawing *d, const struct legend *l)
{
	struct ink_style style = style_bold(d);
	int y = l->box.y;
	char text[160], when[32];

	draw_text(d, l->box.x, y, l->box.width, style,
		  colouring_name(l->layer->by));
	y += line_height(d);
	style = style_dim(d);
	snprintf(text, sizeof(text), "%s", colouring_describe(l->layer->by));
	if (l->layer->by == COLOUR_CHANGED && l->base) {
		format_time(l->base->time_ns, when);
		snprintf(text, sizeof(text), "%s at %s",
			 colouring_describe(l->layer->by), when);
	}
	y += line_height(d) * draw_wrapped(d, l->box.x, y, l->box.width, 3,
					   style, text, false);
	return y + d->unit / 2;
}

static void draw_folded(struct drawing *d, const struct legend *l, int y)
{
	char text[64];

	if (!l->folded)
		return;
	snprintf(text, sizeof(text), "and %zu smaller", l->folded);
	draw_text(d, l->box.x + d->unit * 16 / 10, y, l->box.width,
		  style_dim(d), text);
}

/* One below the other. */
static void draw_stack(struct drawing *d, struct legend *l)
{
	int y = draw_title(d, l), bottom = l->box.y + l->box.height;
	int below = line_height(d) + d->unit + draw_doubts(d, l, 0, true);
	size_t i;

	while (l->count > 1 &&
	       y + (int)(l->count + (l->folded > 0)) * l->row + below > bottom)
		fold_smallest(l);
	for (i = 0; i < l->count; i++, y += l->row)
		draw_class(d, l, l->shown[i], (struct box){
			l->box.x, y, l->box.width, l->row });
	draw_folded(d, l, y);
	y += l->folded ? l->row : 0;
	draw_total(d, l, y + d->unit / 3);
	draw_doubts(d, l, y + d->unit / 2 + line_height(d), false);
}

/* In columns, where it lies below a map. */
static void draw_flow(struct drawing *d, struct legend *l)
{
	int least = 14 * d->unit, gap = d->unit * 3 / 2;
	int columns = (l->box.width + gap) / (least + gap);
	int doubts = draw_doubts(d, l, 0, true), rows, width;
	size_t i;

	columns = columns > 0 ? columns : 1;
	width = (l->box.width - gap * (columns - 1)) / columns;
	rows = (l->box.height - doubts - d->unit / 2) / l->row;
	rows = rows > 0 ? rows : 1;
	while (l->count > (size_t)(rows * columns) - (l->folded > 0))
		fold_smallest(l);
	/* Evenly filled columns, not one long and one short. */
	rows = (int)(l->count + (l->folded > 0) + (size_t)columns - 1) /
	       columns;
	for (i = 0; i < l->count; i++)
		draw_class(d, l, l->shown[i], (struct box){
			l->box.x + (int)i / rows * (width + gap),
			l->box.y + (int)i % rows * l->row, width, l->row });
	if (l->folded) {
		struct box box = l->box;

		l->box.x += (int)l->count / rows * (width + gap);
		draw_folded(d, l, l->box.y + (int)l->count % rows * l->row);
		l->box = box;
	}
	draw_doubts(d, l, l->box.y + rows * l->row + d->unit / 2, false);
}

void draw_legend(struct drawing *d, size_t pane, struct box box, bool below)
{
	struct stage_pane of = stage_pane(d->stage, pane);
	struct legend l = {
		.layer = of.layer,
		.picture = of.picture,
		.moment = of.moment,
		.base = of.base_moment,
		.pane = pane,
		.lit = d->view->panes[pane].lit,
		.row = d->unit * 19 / 10,
	};

	if (!box.width || !box.height)
		return;
	if (!d->view->paper)
		draw_fill(d, box, d->theme->panel);
	if (!of.layer || !of.picture || !of.layer->class_count)
		return;
	l.box = d->view->paper ? box : box_inset(box, d->unit);
	choose_classes(&l);
	draw_clip(d, box);
	if (below)
		draw_flow(d, &l);
	else
		draw_stack(d, &l);
	draw_unclip(d);
}
