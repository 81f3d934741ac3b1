// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where everything lies: boxes that follow from the size of the view and from
 * what is open, measured in letters, so that a finer screen shows the same.
 * The smaller it is the more makes way for the map.
 */
#include "drawing.h"

static int of_units(const struct view *view, double units)
{
	return (int)(units * (view->unit > 0 ? view->unit : 13) + 0.5);
}

/* Takes a strip off a box. */
static struct box take_left(struct box *box, int width)
{
	struct box strip = *box;

	strip.width = width < box->width ? width : box->width;
	box->x += strip.width;
	box->width -= strip.width;
	return strip;
}

static struct box take_right(struct box *box, int width)
{
	struct box strip = *box;

	strip.width = width < box->width ? width : box->width;
	box->width -= strip.width;
	strip.x += box->width;
	return strip;
}

static struct box take_top(struct box *box, int height)
{
	struct box strip = *box;

	strip.height = height < box->height ? height : box->height;
	box->y += strip.height;
	box->height -= strip.height;
	return strip;
}

static struct box take_bottom(struct box *box, int height)
{
	struct box strip = *box;

	strip.height = height < box->height ? height : box->height;
	box->height -= strip.height;
	strip.y += box->height;
	return strip;
}

/* Addresses and names where there is room, addresses, or nothing. */
static int gutter_width(const struct view *view, size_t pane, int width)
{
	if (view->panes[pane].layout != LAYOUT_ROWS)
		return 0;
	if (width >= of_units(view, 58))
		return of_units(view, 17.5);
	return width >= of_units(view, 36) ? of_units(view, 8.6) : 0;
}

static void place_pane(const struct view *view, size_t pane, struct box box,
		       struct pane_place *ret)
{
	ret->all = box;
	if (box.height >= of_units(view, 26) && box.width >= of_units(view, 22))
		ret->head = take_top(&box, of_units(view, 4.9));
	else if (box.height >= of_units(view, 16))
		ret->head = take_top(&box, of_units(view, 2.3));
	ret->gutter = take_left(&box, gutter_width(view, pane, box.width));
	ret->map = box;
}

/* Side by side, a thin line between them. */
static void place_panes(const struct view *view, struct box box,
			struct place *place)
{
	int gap = view->pane_count > 1 ? of_units(view, 0.5) : 0;
	size_t i, count = view->pane_count ? view->pane_count : 1;

	for (i = 0; i < count && i < PANES_MOST; i++) {
		int left = box.width * (int)i / (int)count;
		int right = box.width * (int)(i + 1) / (int)count;
		struct box own = box;

		own.x = box.x + left;
		own.width = right - left - (i + 1 < count ? gap : 0);
		place_pane(view, i, own, &place->panes[i]);
	}
}

static void place_legend(const struct view *view, struct box *box,
			 struct place *place)
{
	if (!view->legend)
		return;
	if (box->width >= of_units(view, 52)) {
		place->legend = take_right(box, of_units(view,
				box->width >= of_units(view, 74) ? 24 : 20.5));
	} else if (box->height >= of_units(view, 40)) {
		place->legend = take_bottom(box, of_units(view, 12));
		place->legend_below = true;
	}
}

/* ---- Paper ------------------------------------------------------------- */

/* A legend at the right of one map, or below each of several. */
static void place_paper_pane(const struct view *view, size_t pane,
			     struct box box, struct pane_place *ret)
{
	bool wide = view->pane_count <= 1 && box.width > box.height &&
		    box.width >= of_units(view, 56);

	ret->all = box;
	if (view->pane_count > 1)
		ret->head = take_top(&box, of_units(view, 3.4));
	if (view->legend && wide) {
		ret->legend = take_right(&box, of_units(view, 24));
		take_right(&box, of_units(view, 2));
	} else if (view->legend && box.height >= of_units(view, 34)) {
		ret->legend = take_bottom(&box, of_units(view, 14));
		ret->legend_below = true;
		take_bottom(&box, of_units(view, 1));
	}
	ret->gutter = take_left(&box, gutter_width(view, pane, box.width));
	ret->map = box;
}

static void place_paper(const struct view *view, struct box box,
			struct place *place)
{
	size_t i, count = view->pane_count ? view->pane_count : 1;
	int margin = of_units(view, 2), gap = of_units(view, 2.5);

	if (box.width < of_units(view, 30) || box.height < of_units(view, 24)) {
		place_panes(view, box, place);
		return;
	}
	box = box_inset(box, margin);
	place->title = take_top(&box, of_units(view, 5));
	place->scale = take_bottom(&box, of_units(view, 3));
	for (i = 0; i < count && i < PANES_MOST; i++) {
		int room = box.width - gap * (int)(count - 1);
		struct box own = box;

		own.x += (room / (int)count + gap) * (int)i;
		own.width = room / (int)count;
		place_paper_pane(view, i, own, &place->panes[i]);
	}
}

void scene_place(const struct view *view, struct place *ret_place)
{
	struct box box = { 0, 0, view->width, view->height };
	struct place place = { 0 };

	if (view->paper) {
		place_paper(view, box, &place);
		*ret_place = place;
		return;
	}
	if (box.height >= of_units(view, 26) && box.width >= of_units(view, 30))
		place.time = take_bottom(&box, of_units(view, 3.4));
	/* A small window has the list in the map's place. */
	if (view->list && box.width >= of_units(view, 58))
		place.list = take_left(&box, of_units(view, 21));
	else if (view->list)
		place.list = box;
	place_legend(view, &box, &place);
	place_panes(view, box, &place);
	*ret_place = place;
}
