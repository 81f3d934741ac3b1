// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What actions do: a function each, in a table.  Those of maps, the list,
 * time, classes and pages are in files of their own.
 */
#include <math.h>

#include "inside.h"

#define ROW_PAGES_LEAST 16
#define ROW_PAGES_MOST (UINT32_C(1) << 20)
#define NEAR_SCALE (8.0 / 13)

static void act_quit(struct acting *acting)
{
	acting->view->quit = true;
}

static void act_help(struct acting *acting)
{
	acting->view->help = !acting->view->help;
}

/* What was opened last goes first. */
static void act_back(struct acting *acting)
{
	struct view *view = acting->view;

	if (view->help)
		view->help = false;
	else if (view->prompt != PROMPT_NONE)
		view->prompt = PROMPT_NONE;
	else if (view->in_list)
		view->in_list = false;
	else if (view->has_selection)
		view->has_selection = false;
	else if (acting->pane && acting->pane->lit)
		acting->pane->lit = 0;
	else if (acting->pane)
		acting->pane->has_cursor = false;
}

/* ---- How it looks ------------------------------------------------------ */

static void set_colouring(struct acting *acting, enum colouring by)
{
	if (acting->pane->by == by)
		return;
	acting->pane->by = by;
	acting->pane->lit = colouring_lit(by);
	view_say(acting->view, "%s: %s", colouring_name(by),
		 colouring_describe(by));
}

static void act_colour(struct acting *acting)
{
	enum colouring by = (enum colouring)acting->argument;

	if (acting->argument < 0 || acting->argument >= COLOUR_COUNT)
		return;
	if (colouring_fits(by, acting->view->machine, acting->pane->map.kind))
		set_colouring(acting, by);
	else
		view_say(acting->view, "%s: nothing that this map could tell",
			 colouring_name(by));
}

static void act_next_colour(struct acting *acting)
{
	int step = acting->argument < 0 ? COLOUR_COUNT - 1 : 1;
	int by = (int)acting->pane->by, tries;

	for (tries = 0; tries < COLOUR_COUNT; tries++) {
		by = (by + step) % COLOUR_COUNT;
		if (!colouring_fits((enum colouring)by, acting->view->machine,
				    acting->pane->map.kind))
			continue;
		set_colouring(acting, (enum colouring)by);
		return;
	}
}

static void set_layout(struct acting *acting, enum layout layout)
{
	acting->pane->layout = layout;
	view_say(acting->view, "%s: %s", layout_name(layout),
		 layout_describe(layout));
}

static void act_layout(struct acting *acting)
{
	if (acting->argument >= 0 && acting->argument < LAYOUT_COUNT)
		set_layout(acting, (enum layout)acting->argument);
}

static void act_next_layout(struct acting *acting)
{
	int step = acting->argument < 0 ? LAYOUT_COUNT - 1 : 1;

	set_layout(acting, (enum layout)
		   (((int)acting->pane->layout + step) % LAYOUT_COUNT));
}

static void act_wider(struct acting *acting)
{
	uint32_t pages;

	if (acting->pane->layout != LAYOUT_ROWS) {
		view_say(acting->view, "only rows can be wider");
		return;
	}
	if (!acting->of.world)
		return;
	pages = world_row_pages(acting->of.world);
	pages = acting->argument < 0 ? pages / 2 : pages * 2;
	if (pages < ROW_PAGES_LEAST || pages > ROW_PAGES_MOST)
		return;
	acting->pane->row_pages = pages;
	view_say(acting->view, "%u pages in a row", pages);
}

static void act_theme(struct acting *acting)
{
	struct view *view = acting->view;

	view->theme = (enum theme_name)((view->theme + 1) % THEME_COUNT);
}

static void act_legend(struct acting *acting)
{
	acting->view->legend = !acting->view->legend;
}

static void act_save(struct acting *acting)
{
	acting->view->save_now = true;
}

/* ---- Where one is ------------------------------------------------------ */

static bool can_move(const struct acting *acting)
{
	return camera_can(acting->pane, acting->of.world);
}

/* 64ths of the smaller side, as pixels. */
static double pan_pixels(const struct acting *acting)
{
	struct box box = acting->pane->box;

	return (double)acting->argument / 64 *
	       (box.width < box.height ? box.width : box.height);
}

static void act_pan_x(struct acting *acting)
{
	if (can_move(acting))
		camera_pan(acting->pane, acting->of.world, pan_pixels(acting),
			   0);
}

static void act_pan_y(struct acting *acting)
{
	if (can_move(acting))
		camera_pan(acting->pane, acting->of.world, 0,
			   pan_pixels(acting));
}

/* Zooms about the pointer; the cursor, if it is seen; or the middle. */
static void anchor_of(const struct acting *acting, int *ret_x, int *ret_y)
{
	const struct pane *pane = acting->pane;
	const struct view *view = acting->view;
	uint32_t x, y;

	*ret_x = pane->box.x + pane->box.width / 2;
	*ret_y = pane->box.y + pane->box.height / 2;
	if (box_holds(pane->box, view->pointer_x, view->pointer_y)) {
		*ret_x = view->pointer_x;
		*ret_y = view->pointer_y;
	} else if (pane->has_cursor && pane->camera.scale > 0 &&
		   world_place(acting->of.world, pane->cursor, &x, &y)) {
		double px = *ret_x + (x - pane->camera.x) * pane->camera.scale;
		double py = *ret_y + (y - pane->camera.y) * pane->camera.scale;

		if (px < 1e6 && py < 1e6 && px > -1e6 && py > -1e6 &&
		    box_holds(pane->box, (int)px, (int)py)) {
			*ret_x = (int)px;
			*ret_y = (int)py;
		}
	}
}

static void act_zoom(struct acting *acting)
{
	int x, y;

	if (!can_move(acting))
		return;
	anchor_of(acting, &x, &y);
	camera_zoom(acting->pane, acting->of.world, (double)acting->argument,
		    x, y);
}

static void act_fit(struct acting *acting)
{
	if (can_move(acting))
		camera_fit(acting->pane, acting->of.world);
}

static void act_pages(struct acting *acting)
{
	struct pane *pane = acting->pane;
	double scale = NEAR_SCALE * acting->view->unit;
	int x, y;

	if (!can_move(acting))
		return;
	anchor_of(acting, &x, &y);
	camera_go(pane, acting->of.world, camera_place_x(pane, x),
		  camera_place_y(pane, y),
		  pane->target.scale > scale ? 0 : floor(scale));
}

/* Where in the box it was pressed, as 65536ths. */
static int64_t part_of(int at, int from, int size)
{
	int64_t part = size > 0 ? (int64_t)(at - from) * 65536 / size : 0;

	return part < 0 ? 0 : part > 65535 ? 65535 : part;
}

static void act_minimap(struct acting *acting)
{
	const struct drag *drag = &acting->view->drag;
	int64_t x = acting->argument >> 16, y = acting->argument & 0xffff;

	if (!can_move(acting))
		return;
	if (acting->argument < 0) {
		x = part_of(drag->x, drag->box.x, drag->box.width);
		y = part_of(drag->y, drag->box.y, drag->box.height);
	}
	camera_go(acting->pane, acting->of.world,
		  (double)x / 65536 * world_width(acting->of.world),
		  (double)y / 65536 * world_height(acting->of.world), 0);
}

/* ---- The table --------------------------------------------------------- */

static const struct {
	void (*act)(struct acting *acting);
	bool needs_pane;
} acts[ACTION_COUNT] = {
	[ACTION_QUIT] = { act_quit, false },
	[ACTION_HELP] = { act_help, false },
	[ACTION_BACK] = { act_back, false },
	[ACTION_COLOUR] = { act_colour, true },
	[ACTION_NEXT_COLOUR] = { act_next_colour, true },
	[ACTION_LAYOUT] = { act_layout, true },
	[ACTION_NEXT_LAYOUT] = { act_next_layout, true },
	[ACTION_WIDER] = { act_wider, true },
	[ACTION_PAN_X] = { act_pan_x, true },
	[ACTION_PAN_Y] = { act_pan_y, true },
	[ACTION_ZOOM] = { act_zoom, true },
	[ACTION_FIT] = { act_fit, true },
	[ACTION_PAGES] = { act_pages, true },
	[ACTION_ONLY] = { act_only, true },
	[ACTION_ALSO] = { act_also, true },
	[ACTION_ALL] = { act_all, true },
	[ACTION_NEXT_CLASS] = { act_next_class, true },
	[ACTION_CLASS_HERE] = { act_class_here, true },
	[ACTION_NEXT_ODD] = { act_next_odd, true },
	[ACTION_JUMP] = { act_jump, true },
	[ACTION_SELECT] = { act_select, true },
	[ACTION_CURSOR_X] = { act_cursor_x, true },
	[ACTION_CURSOR_Y] = { act_cursor_y, true },
	[ACTION_ENDS] = { act_ends, true },
	[ACTION_LIST] = { act_list, false },
	[ACTION_SEARCH] = { act_search, false },
	[ACTION_LIST_MOVE] = { act_list_move, false },
	[ACTION_OPEN] = { act_open, false },
	[ACTION_OPEN_BESIDE] = { act_open_beside, false },
	[ACTION_CLOSE_MAP] = { act_close_map, true },
	[ACTION_NEXT_MAP] = { act_next_map, true },
	[ACTION_MAP] = { act_map, false },
	[ACTION_MINIMAP] = { act_minimap, true },
	[ACTION_PAUSE] = { act_pause, false },
	[ACTION_INTERVAL] = { act_interval, false },
	[ACTION_READ] = { act_read, false },
	[ACTION_STEP] = { act_step, false },
	[ACTION_MOMENT] = { act_moment, false },
	[ACTION_BASE] = { act_base, false },
	[ACTION_THEME] = { act_theme, false },
	[ACTION_LEGEND] = { act_legend, false },
	[ACTION_SAVE] = { act_save, false },
};

void view_act(struct view *view, struct stage *stage, enum action action,
	      int pane, int64_t argument)
{
	struct acting acting = {
		.view = view,
		.stage = stage,
		.index = pane < 0 ? view->active : (size_t)pane,
		.argument = argument,
	};

	if (action <= ACTION_NONE || action >= ACTION_COUNT)
		return;
	if (acting.index < view->pane_count) {
		acting.pane = &view->panes[acting.index];
		acting.of = stage_pane(stage, acting.index);
		/* Another map's, until the next scene. */
		if (acting.of.picture &&
		    !map_id_equal(acting.of.picture->id, acting.pane->map))
			acting.of = (struct stage_pane){ 0 };
	}
	if (acting.pane || !acts[action].needs_pane)
		acts[action].act(&acting);
}
