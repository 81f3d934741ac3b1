// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is marked on a map: the page chosen, every other page of its frame, in
 * all maps, and the cursor.  Each keeps an edge of the back around it, so that
 * it is seen on any colour, and a size that is seen from afar.
 */
#include <math.h>

#include "drawing.h"

/* A frame can stand at very many pages (KSM); more are not told apart. */
#define MARKS_MOST 2000

/* A page's box on the screen, made larger to at least some pixels. */
static struct box page_box(const struct pane *view, struct box map, uint32_t x,
			   uint32_t y, int least)
{
	int left = (int)floor(screen_x(view, map, x));
	int top = (int)floor(screen_y(view, map, y));
	int side = (int)ceil(view->camera.scale);

	if (side >= least)
		return (struct box){ left, top, side, side };
	return (struct box){ left + (side - least) / 2, top + (side - least) / 2,
			     least, least };
}

static void outline(struct drawing *d, struct box box, int line,
		    struct colour colour)
{
	struct colour edge = d->theme->back;

	draw_frame(d, box_inset(box, -line - d->line), line + 2 * d->line, edge);
	draw_frame(d, box_inset(box, -line), line, colour);
}

/* Four strokes that lead the eye to a small box. */
static void crosshair(struct drawing *d, struct box box, struct colour colour)
{
	int line = 2 * d->line, reach = d->unit * 9 / 10;
	int x = box.x + (box.width - line) / 2, gap = 2 * line;
	int y = box.y + (box.height - line) / 2, i;
	struct box strokes[] = {
		{ box.x - gap - reach, y, reach, line },
		{ box.x + box.width + gap, y, reach, line },
		{ x, box.y - gap - reach, line, reach },
		{ x, box.y + box.height + gap, line, reach },
	};

	for (i = 0; i < 4; i++) {
		draw_fill(d, box_inset(strokes[i], -d->line), d->theme->back);
		draw_fill(d, strokes[i], colour);
	}
}

static void mark_page(struct drawing *d, size_t pane, uint64_t page, bool main)
{
	struct stage_pane of = stage_pane(d->stage, pane);
	const struct pane *view = &d->view->panes[pane];
	struct box map = d->place.panes[pane].map, box;
	uint32_t x, y;

	if (!world_place(of.world, page, &x, &y))
		return;
	box = page_box(view, map, x, y, main ? d->unit : d->unit * 6 / 10);
	if (!box_cut(box_inset(box, -d->unit), map).width)
		return;
	outline(d, box, 2 * d->line, d->theme->lit);
	if (main && view->camera.scale < d->unit)
		crosshair(d, box, d->theme->lit);
}

static bool is_chosen(const struct view *view, size_t pane, uint64_t page)
{
	return map_id_equal(view->panes[pane].map, view->selected_map) &&
	       page == view->selected_page;
}

static void mark_frame(struct drawing *d, size_t pane)
{
	struct stage_pane of = stage_pane(d->stage, pane);
	const struct view *view = d->view;
	uint64_t page = 0;
	int count;

	for (count = 0; count < MARKS_MOST; count++, page++) {
		if (picture_frame(of.picture, view->selected_pfn, &page) != 1)
			return;
		if (!is_chosen(view, pane, page))
			mark_page(d, pane, page, false);
	}
}

static void mark_selected(struct drawing *d, size_t pane)
{
	const struct view *view = d->view;

	if (!view->has_selection)
		return;
	if (view->selected_pfn != PAGEMAP_PFN_UNKNOWN)
		mark_frame(d, pane);
	if (map_id_equal(view->panes[pane].map, view->selected_map))
		mark_page(d, pane, view->selected_page, true);
}

static void mark_cursor(struct drawing *d, size_t pane)
{
	struct stage_pane of = stage_pane(d->stage, pane);
	const struct pane *view = &d->view->panes[pane];
	struct box map = d->place.panes[pane].map, box;
	uint32_t x, y;

	if (!view->has_cursor || pane != d->view->active || d->view->paper ||
	    (d->view->has_selection && is_chosen(d->view, pane, view->cursor)) ||
	    !world_place(of.world, view->cursor, &x, &y))
		return;
	box = page_box(view, map, x, y, d->unit * 3 / 4);
	outline(d, box, 2 * d->line, d->theme->cursor);
}

void draw_marks(struct drawing *d, size_t pane)
{
	struct stage_pane of = stage_pane(d->stage, pane);

	if (!pane_is_ready(&of) || !(d->view->panes[pane].camera.scale > 0))
		return;
	draw_clip(d, d->place.panes[pane].map);
	mark_selected(d, pane);
	mark_cursor(d, pane);
	draw_unclip(d);
}
