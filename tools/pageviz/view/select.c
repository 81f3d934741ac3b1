// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The page that is lit up in every map, and the cursor, by which keys say
 * which page they mean.  What is lit is a frame, wherever it is mapped; a page
 * without one is lit alone.
 */
#include <math.h>

#include "inside.h"

#define STEPS_MOST 4096		/* over what has no page */

/* ---- Selection --------------------------------------------------------- */

void select_page(struct view *view, size_t pane, const struct stage_pane *of,
		 uint64_t page)
{
	struct map_id map = view->panes[pane].map;

	if (view->has_selection && view->selected_page == page &&
	    map_id_equal(view->selected_map, map)) {
		view->has_selection = false;
		return;
	}
	view->has_selection = true;
	view->selected_map = map;
	view->selected_page = page;
	view->selected_pfn = picture_frame_of(of->picture, page);
}

void select_refresh(struct view *view, struct stage *stage)
{
	const struct history *history = stage_history(stage);
	const struct picture *picture;
	struct moment *moment;

	if (!view->has_selection || view->moment >= history_count(history))
		return;
	/* An older one is packed until somebody looks at it. */
	moment = moment_ref(history_at(history, view->moment));
	if (!moment)
		return;
	picture = moment_picture(moment, view->selected_map);
	if (picture)
		view->selected_pfn =
			picture_frame_of(picture, view->selected_page);
	moment_unref(moment);
}

static bool can_see(const struct acting *acting)
{
	return acting->of.picture &&
	       camera_can(acting->pane, acting->of.world);
}

bool select_meant(const struct acting *acting, uint64_t *ret_page)
{
	const struct view *view = acting->view;

	if (!can_see(acting))
		return false;
	if (acting->pane->has_cursor) {
		*ret_page = acting->pane->cursor;
		return true;
	}
	return view_page_at(view, acting->stage, acting->index,
			    view->pointer_x, view->pointer_y, ret_page);
}

void act_select(struct acting *acting)
{
	uint64_t page;

	if (!can_see(acting))
		return;
	if (!select_meant(acting, &page)) {
		view_say(acting->view, "no page is pointed at: come near, and "
			 "arrows move a cursor");
		return;
	}
	select_page(acting->view, acting->index, &acting->of, page);
}

/* ---- The cursor -------------------------------------------------------- */

void set_cursor(struct pane *pane, const struct world *world, uint64_t page)
{
	uint32_t x, y;

	pane->has_cursor = true;
	pane->cursor = page;
	if (world_place(world, page, &x, &y))
		camera_show(pane, world, x + 0.5, y + 0.5);
}

/* Where the cursor is not yet: at what is selected here, or in the middle. */
static bool begin_cursor(struct acting *acting)
{
	const struct view *view = acting->view;
	struct pane *pane = acting->pane;
	uint64_t page;

	if (view->has_selection && map_id_equal(view->selected_map, pane->map))
		page = view->selected_page;
	else if (!world_page(acting->of.world, (int64_t)floor(pane->target.x),
			     (int64_t)floor(pane->target.y), &page))
		return false;
	set_cursor(pane, acting->of.world, page);
	return true;
}

/* The next place in a direction that has a page. */
static void step_cursor(struct acting *acting, int step_x, int step_y)
{
	const struct world *world = acting->of.world;
	uint32_t from_x, from_y;
	int64_t x, y;
	uint64_t page;
	int steps;

	if (!acting->pane->has_cursor && begin_cursor(acting))
		return;
	world_nearest(world, acting->pane->cursor, &from_x, &from_y);
	x = from_x;
	y = from_y;
	for (steps = 0; steps < STEPS_MOST; steps++) {
		x += step_x;
		y += step_y;
		if (x < 0 || y < 0 || x >= world_width(world) ||
		    y >= world_height(world))
			return;
		if (!world_page(world, x, y, &page))
			continue;
		set_cursor(acting->pane, world, page);
		return;
	}
}

/* Single pages are meant where they can be seen. */
static bool is_near(const struct acting *acting)
{
	return acting->pane->target.scale >=
	       NEAR_UNITS * acting->view->unit - 1e-9;
}

static void cursor_or_map(struct acting *acting, bool down)
{
	int by = (int)acting->argument;

	if (!can_see(acting))
		return;
	if (is_near(acting))
		step_cursor(acting, down ? 0 : by, down ? by : 0);
	else
		view_act(acting->view, acting->stage,
			 down ? ACTION_PAN_Y : ACTION_PAN_X,
			 (int)acting->index, acting->argument * 8);
}

void act_cursor_x(struct acting *acting)
{
	cursor_or_map(acting, false);
}

void act_cursor_y(struct acting *acting)
{
	cursor_or_map(acting, true);
}

void act_ends(struct acting *acting)
{
	const struct picture *picture = acting->of.picture;
	const struct extent *last;
	uint64_t page;

	if (!can_see(acting) || !picture->extent_count)
		return;
	last = &picture->extents[picture->extent_count - 1];
	page = acting->argument ? last->first_page + last->page_count - 1 :
				  picture->extents[0].first_page;
	set_cursor(acting->pane, acting->of.world, page);
}
