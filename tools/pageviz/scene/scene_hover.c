// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the pointer is over: a page, the pages of a block of cells where these
 * are many, or a place that does something when it is clicked.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tip.h"

/* Of larger blocks not every page is counted while a pointer moves. */
#define SIDE_MOST 1024
#define CLASSES_SHOWN 7

/* ---- Counting a block -------------------------------------------------- */

struct tally {
	const struct layer *layer;
	const struct picture *picture;
	uint64_t pages[LAYER_CLASSES];
	uint64_t first, end;		/* a span not counted yet */
};

static uint64_t overlap(uint64_t first, uint64_t end, uint64_t from,
			uint64_t to)
{
	first = first > from ? first : from;
	end = end < to ? end : to;
	return first < end ? end - first : 0;
}

/* What areas hold and no run does is absent. */
static void count_span(struct tally *t)
{
	uint64_t found = 0, mapped = 0;
	size_t i;

	if (t->first == t->end)
		return;
	for (i = layer_run_from(t->layer, t->first);
	     i < t->layer->run_count && t->layer->runs[i].first_page < t->end;
	     i++) {
		const struct layer_run *run = &t->layer->runs[i];
		uint64_t pages = overlap(run->first_page, run->first_page +
					 run->page_count, t->first, t->end);

		t->pages[run->class_of % LAYER_CLASSES] += pages;
		found += pages;
	}
	for (i = picture_area_from(t->picture, t->first);
	     i < t->picture->area_count &&
	     t->picture->areas[i].first_page < t->end; i++)
		mapped += overlap(t->picture->areas[i].first_page,
				  t->picture->areas[i].end_page, t->first,
				  t->end);
	t->pages[0] += mapped > found ? mapped - found : 0;
	t->first = t->end = 0;
}

static void count_place(struct tally *t, const struct world *world, int64_t x,
			int64_t y)
{
	uint64_t page;

	if (!world_page(world, x, y, &page))
		return;
	if (page != t->end || t->first == t->end) {
		count_span(t);
		t->first = page;
	}
	t->end = page + 1;
}

static void count_block(struct tally *t, const struct world *world, int64_t x,
			int64_t y, uint32_t side)
{
	int64_t right = x + side, bottom = y + side, i, j;

	if (right > world_width(world))
		right = world_width(world);
	if (bottom > world_height(world))
		bottom = world_height(world);
	for (j = y; j < bottom; j++)
		for (i = x; i < right; i++)
			count_place(t, world, i, j);
	count_span(t);
}

/* ---- Saying it --------------------------------------------------------- */

/* The class with most pages; takes it out of the tally.  -1: none is left. */
static int take_largest(struct tally *t, uint64_t *ret_pages)
{
	size_t i, most = 0;

	for (i = 1; i < LAYER_CLASSES; i++)
		if (t->pages[i] > t->pages[most])
			most = i;
	*ret_pages = t->pages[most];
	t->pages[most] = 0;
	return *ret_pages ? (int)most : -1;
}

static void add_classes(struct drawing *d, struct tip *tip, size_t pane,
			struct tally *t)
{
	uint64_t pages, rest = 0;
	char count[32];
	int class_of, shown = 0;

	while ((class_of = take_largest(t, &pages)) >= 0) {
		struct tip_row *row;

		if (shown++ >= CLASSES_SHOWN ||
		    (size_t)class_of >= t->layer->class_count) {
			rest += pages;
			continue;
		}
		format_count(pages, count);
		row = tip_addf(d, tip, "", "%s %s", count,
			       t->layer->classes[class_of].name);
		row->has_swatch = true;
		row->swatch = class_colour(d, t->layer,
					   d->view->panes[pane].lit,
					   (unsigned int)class_of);
	}
	if (rest) {
		format_count(rest, count);
		tip_addf(d, tip, "", "%s of other classes", count);
	}
}

static void add_area(struct drawing *d, struct tip *tip,
		     const struct stage_pane *of, uint64_t page)
{
	const struct area *area = picture_area(of->picture, page);

	if (area && of->picture->id.kind != MAP_PROCESS)
		tip_add(d, tip, "", area->name);
	else if (area)
		tip_addf(d, tip, "", "%s  %s", area->name, area->permissions);
}

void tip_of_cells(struct drawing *d, struct tip *tip, size_t pane, int64_t x,
		  int64_t y, uint32_t side)
{
	struct stage_pane of = stage_pane(d->stage, pane);
	struct tally tally = { .layer = of.layer, .picture = of.picture };
	uint64_t page;

	if (!world_page(of.world, x, y, &page))
		return;
	if (of.picture->id.kind != MAP_PROCESS)
		tip_addf(d, tip, NULL, "around %sframe %" PRIu64,
			 of.picture->id.kind == MAP_GUEST ? "guest " : "",
			 page)->mono = true;
	else
		tip_addf(d, tip, NULL, "around 0x%" PRIx64,
			 page * of.moment->page_bytes)->mono = true;
	add_area(d, tip, &of, page);
	if (side > SIDE_MOST)
		return;
	tip_addf(d, tip, "", "these %u x %u pages hold", side, side)->dim =
		true;
	count_block(&tally, of.world, x / side * side, y / side * side, side);
	add_classes(d, tip, pane, &tally);
}

/* ---- Where the pointer is ---------------------------------------------- */

static void hover_pane(struct drawing *d, size_t pane)
{
	struct stage_pane of = stage_pane(d->stage, pane);
	const struct pane *view = &d->view->panes[pane];
	struct box map = d->place.panes[pane].map;
	struct tip tip = { .count = 0 };
	unsigned int level;
	int64_t x, y;
	uint64_t page;

	if (!pane_is_ready(&of) || !(view->camera.scale > 0))
		return;
	level = camera_level(view->camera.scale);
	x = (int64_t)floor(world_x(view, map, d->view->pointer_x + 0.5));
	y = (int64_t)floor(world_y(view, map, d->view->pointer_y + 0.5));
	if (!world_page(of.world, x, y, &page))
		return;
	/* Cells are made in blocks: what one shows is true of its block. */
	if (level)
		tip_of_cells(d, &tip, pane, x, y,
			     (uint32_t)TILE_BLOCK << (level < 20 ? level : 20));
	else
		tip_of_page(d, &tip, pane, page);
	tip_draw(d, &tip, d->view->pointer_x, d->view->pointer_y, false);
}

static void hover_hot(struct drawing *d, const struct hot *hot)
{
	struct tip tip = { .count = 0 };
	struct box legend = d->place.legend;
	bool beside = !d->place.legend_below &&
		      box_holds(legend, hot->box.x, hot->box.y);

	if (!*hot->hint)
		return;
	tip_add(d, &tip, "", hot->hint);
	/* The other classes of a legend stay to be read. */
	tip_draw(d, &tip, beside ? legend.x + d->unit / 2 :
		 d->view->pointer_x, beside ? hot->box.y - d->unit * 5 / 4 :
		 d->view->pointer_y, beside);
}

void draw_hover(struct drawing *d)
{
	int x = d->view->pointer_x, y = d->view->pointer_y;
	const struct hot *hot = scene_hot_at(d->scene, x, y);
	size_t i;

	if (x < 0 || y < 0 || d->view->dragging || d->view->help)
		return;
	if (hot) {
		hover_hot(d, hot);
		return;
	}
	for (i = 0; i < d->view->pane_count; i++)
		if (box_holds(d->place.panes[i].map, x, y))
			hover_pane(d, i);
}
