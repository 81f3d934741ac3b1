// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What stands beside the rows of a map: address and name where a mapping
 * begins, and addresses between.  Where several begin in the space of one line
 * the largest has it.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "drawing.h"

/* Lines that a gutter has at most; more lie above each other. */
#define LINES_MOST 256
#define NAME_MOST 512
/* Lines without a name between two addresses. */
#define LINES_BETWEEN 5

/* A line of text beside a row. */
struct mark {
	int y;				/* of the row */
	int top;			/* of its text */
	uint64_t page;
	uint64_t pages;			/* of the mapping; 0: none begins */
	const char *name;
};

struct gutter {
	struct box box;
	const struct pane *view;
	struct stage_pane of;
	int line;			/* pixels of a line of text */
	int row;			/* pixels of a row of pages */
	struct mark marks[LINES_MOST];	/* by line, then those that stay */
	int count;
};

/* Rows go by their height alone: the gutter is as high as the map. */
static int row_y(const struct gutter *g, uint32_t row)
{
	return (int)floor(screen_y(g->view, g->box, row));
}

/* Text is in the middle of a high row, or has a low one's upper edge, where a
 * stroke leads to, in its middle. */
static int text_at(const struct gutter *g, int y)
{
	int top = g->row >= g->line ? y + (g->row - g->line) / 2
				    : y - g->line / 2;

	if (top < g->box.y)
		top = g->box.y;
	if (top > g->box.y + g->box.height - g->line)
		top = g->box.y + g->box.height - g->line;
	return top;
}

/* An area wants the line at its first row, or the top one if it began above
 * of it. */
static void want_line(struct gutter *g, const struct area *area,
		      uint64_t end_page)
{
	uint32_t x, first, last;
	uint64_t pages = end_page - area->first_page;
	int y, end, line;

	world_nearest(g->of.world, area->first_page, &x, &first);
	world_nearest(g->of.world, end_page - 1, &x, &last);
	y = row_y(g, first);
	end = row_y(g, last + 1);
	if (end <= g->box.y || y >= g->box.y + g->box.height)
		return;
	if (y < g->box.y)
		y = g->box.y;
	line = (y - g->box.y) / g->line;
	if (line >= LINES_MOST || g->marks[line].pages >= pages)
		return;
	g->marks[line] = (struct mark){ y, text_at(g, y), area->first_page,
					pages, area->name };
	if (g->count <= line)
		g->count = line + 1;
}

/* Mappings that follow each other under one name are one: the parts of a
 * library. */
static void want_lines(struct gutter *g)
{
	const struct picture *picture = g->of.picture;
	size_t i = 0;

	while (i < picture->area_count) {
		const struct area *area = &picture->areas[i];
		uint64_t end = area->end_page;

		while (++i < picture->area_count &&
		       picture->areas[i].first_page == end &&
		       !strcmp(picture->areas[i].name, area->name))
			end = picture->areas[i].end_page;
		want_line(g, area, end);
	}
}

/* Of two that overlap the larger stays; they are in order. */
static void keep_apart(struct gutter *g)
{
	int i, count = 0;

	for (i = 0; i < g->count; i++) {
		struct mark mark = g->marks[i];

		if (!mark.pages)
			continue;
		while (count && mark.top - g->marks[count - 1].top < g->line &&
		       g->marks[count - 1].pages < mark.pages)
			count--;
		if (!count || mark.top - g->marks[count - 1].top >= g->line)
			g->marks[count++] = mark;
	}
	g->count = count;
}

static void draw_address(struct drawing *d, const struct gutter *g, int y,
			 uint64_t page, struct colour colour)
{
	struct ink_style style = style_mono(d);
	char text[32];

	style.colour = colour;
	style.size = d->unit * 9 / 10;
	if (g->of.picture->id.kind != MAP_PROCESS)
		snprintf(text, sizeof(text), "%" PRIu64, page);
	else
		snprintf(text, sizeof(text), "%" PRIx64,
			 page * g->of.moment->page_bytes);
	draw_text_right(d, g->box.x + 8 * d->unit,
			text_top(d, style, y, g->line), 8 * d->unit, style,
			text);
}

/* A file without its folders, and without a remark that it was deleted. */
static void shorten(char name[NAME_MOST])
{
	char *slash = strrchr(name, '/');
	char *deleted = strstr(name, " (deleted)");

	if (deleted)
		*deleted = '\0';
	if (slash && slash[1])
		memmove(name, slash + 1, strlen(slash + 1) + 1);
}

static void draw_mark(struct drawing *d, const struct gutter *g,
		      const struct mark *mark)
{
	struct ink_style style = style_text(d);
	int x = g->box.x + 8 * d->unit + d->unit / 2;
	int width = g->box.x + g->box.width - x - d->unit / 2;
	char name[NAME_MOST];
	int middle = g->row >= g->line ? mark->top + g->line / 2 : mark->y;

	draw_fill(d, (struct box){ g->box.x + g->box.width - d->unit * 2 / 5,
				   middle, d->unit * 2 / 5, d->line },
		  d->theme->dim);
	draw_address(d, g, mark->top, mark->page, d->theme->dim);
	snprintf(name, sizeof(name), "%s", mark->name);
	if (text_width(d, style, name) > width)
		shorten(name);
	if (width > 2 * d->unit)
		draw_text(d, x, text_top(d, style, mark->top, g->line), width,
			  style, name);
}

/* Addresses of rows in a space without names. */
static void draw_between(struct drawing *d, const struct gutter *g, int from,
			 int to)
{
	int y, half = g->line / 2;

	for (y = from; y + g->line <= to; y += LINES_BETWEEN * g->line) {
		double row = floor(world_y(g->view, g->box, y + half));
		struct colour faint = d->theme->dim;
		uint64_t page;

		if (row < 0 || !world_page(g->of.world, 0, (int64_t)row, &page))
			continue;
		draw_address(d, g, text_at(g, row_y(g, (uint32_t)row)), page,
			     faint);
	}
}

static void draw_marks_of(struct drawing *d, const struct gutter *g)
{
	int space = (LINES_BETWEEN - 1) * g->line;
	int bottom = g->box.y + g->box.height, i;

	for (i = 0; i < g->count; i++) {
		int next = i + 1 < g->count ? g->marks[i + 1].top : bottom;

		draw_mark(d, g, &g->marks[i]);
		draw_between(d, g, g->marks[i].top + g->line + space,
			     next - space / 2);
	}
}

void draw_gutter(struct drawing *d, size_t pane)
{
	struct gutter g = {
		.box = d->place.panes[pane].gutter,
		.view = &d->view->panes[pane],
		.of = stage_pane(d->stage, pane),
		.line = line_height(d),
	};

	int gap;

	draw_fill(d, g.box, d->theme->back);
	if (!g.box.width || !pane_is_ready(&g.of) ||
	    !(g.view->camera.scale > 0) ||
	    world_layout(g.of.world) != LAYOUT_ROWS)
		return;
	g.row = (int)g.view->camera.scale;
	/* It stays beside the rows where these begin further right. */
	gap = (int)screen_x(g.view, d->place.panes[pane].map, 0) - g.box.x -
	      g.box.width;
	if (gap > 0)
		g.box.x += gap;
	want_lines(&g);
	keep_apart(&g);
	draw_clip(d, g.box);
	draw_marks_of(d, &g);
	draw_unclip(d);
}
