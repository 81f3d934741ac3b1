// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Events become actions: keys by the table, clicks by the places of the last
 * scene, and on the map itself a pointer that zooms, drags, selects and
 * filters.
 */
#include <stdlib.h>

#include "inside.h"

#define DRAG_UNITS (3.0 / 13)	/* less is a hand that shakes */
#define WHEEL_ROWS 3
#define PAN_STEP 6		/* 64ths, of a wheel with Shift */

/* ---- Keys -------------------------------------------------------------- */

/* Help is closed by any key; those that say so do nothing else. */
static bool closes_help(struct view *view, uint32_t key)
{
	if (!view->help)
		return false;
	view->help = false;
	return key == EVENT_ESCAPE || key == EVENT_ENTER || key == ' ' ||
	       key == 'q' || key == '?' || key == EVENT_F1;
}

static void take_key(struct view *view, struct stage *stage, uint32_t key)
{
	const struct action_row *row;

	view->said[0] = '\0';
	view->hint = false;
	if (closes_help(view, key))
		return;
	if (view->prompt != PROMPT_NONE) {
		prompt_key(view, stage, key);
		return;
	}
	if (view->in_list && list_key(view, stage, key))
		return;
	row = actions_by_key(key);
	if (row)
		view_act(view, stage, row->action, -1, row->argument);
}

/* ---- Where the pointer is ---------------------------------------------- */

/* The pane whose map is at a point, and nothing over it; -1: none. */
static int map_at(const struct view *view, const struct hot *hot, int x, int y)
{
	size_t i;

	if (hot && hot->action != ACTION_SELECT)
		return -1;
	for (i = 0; i < view->pane_count; i++)
		if (box_holds(view->panes[i].box, x, y))
			return (int)i;
	return -1;
}

static bool is_list(const struct view *view, const struct hot *hot)
{
	return view->list && hot &&
	       (hot->action == ACTION_NONE || hot->action == ACTION_OPEN ||
		hot->action == ACTION_SEARCH);
}

static bool is_time(const struct hot *hot)
{
	return hot && hot->action == ACTION_MOMENT;
}

/* ---- Wheels ------------------------------------------------------------ */

static void zoom_at(struct view *view, struct stage *stage, int pane,
		    double steps)
{
	struct stage_pane of = stage_pane(stage, (size_t)pane);

	if (camera_can(&view->panes[pane], of.world))
		camera_zoom(&view->panes[pane], of.world, steps,
			    view->pointer_x, view->pointer_y);
}

/* Zooms; with Shift it goes sideways, with Ctrl up and down. */
static void wheel_on_map(struct view *view, struct stage *stage, int pane,
			 double steps, unsigned int modifiers)
{
	int64_t by = (int64_t)(-steps * PAN_STEP);

	if (modifiers & EVENT_SHIFT)
		view_act(view, stage, ACTION_PAN_X, pane, by);
	else if (modifiers & EVENT_CTRL)
		view_act(view, stage, ACTION_PAN_Y, pane, by);
	else
		zoom_at(view, stage, pane, steps);
}

static void take_wheel(struct view *view, struct stage *stage,
		       const struct hot *hot, double steps,
		       unsigned int modifiers)
{
	int pane = map_at(view, hot, view->pointer_x, view->pointer_y);

	view->hint = false;
	/* The legend and the keys follow the hand. */
	if (pane >= 0) {
		view->active = (size_t)pane;
		wheel_on_map(view, stage, pane, steps, modifiers);
	} else if (is_list(view, hot)) {
		list_scroll(view, stage, (int)(-steps * WHEEL_ROWS));
	} else if (is_time(hot)) {
		view_act(view, stage, ACTION_STEP, -1, steps > 0 ? 1 : -1);
	} else if (hot && hot->action == ACTION_MINIMAP) {
		view_act(view, stage, ACTION_ZOOM, hot->pane,
			 steps > 0 ? 1 : -1);
	}
}

/* A pad's two fingers: sideways they move the map. */
static void take_scroll(struct view *view, struct stage *stage,
			const struct event *event, const struct hot *hot)
{
	int pane = map_at(view, hot, view->pointer_x, view->pointer_y);

	if (event->scroll_y != 0)
		take_wheel(view, stage, hot, event->scroll_y,
			   event->modifiers);
	if (event->scroll_x != 0 && pane >= 0)
		view_act(view, stage, ACTION_PAN_X, pane,
			 (int64_t)(event->scroll_x * PAN_STEP));
}

/* ---- Buttons ----------------------------------------------------------- */

static bool moves_with_pointer(enum action action)
{
	return action == ACTION_MINIMAP || action == ACTION_MOMENT;
}

/* A place in a legend: with Ctrl, or by the right button, in or out. */
static void click_hot(struct view *view, struct stage *stage,
		      const struct hot *hot, const struct drag *drag)
{
	enum action action = hot->action;
	int64_t argument = hot->argument;
	bool other = drag->modifiers || drag->button == EVENT_BUTTON_RIGHT;

	if (action == ACTION_ONLY && other)
		action = ACTION_ALSO;
	if (action == ACTION_OPEN && other)
		action = ACTION_OPEN_BESIDE;
	if (action == ACTION_OPEN)
		view->in_list = true;
	if (action == ACTION_MINIMAP)
		argument = -1;
	view_act(view, stage, action, hot->pane, argument);
}

static void press_hot(struct view *view, struct stage *stage,
		      const struct event *event, const struct hot *hot)
{
	struct hot copy = *hot;

	view->drag = (struct drag){
		.action = moves_with_pointer(copy.action) ? copy.action
							  : ACTION_NONE,
		.pane = copy.pane,
		.box = copy.box,
		.x = event->x,
		.y = event->y,
		.button = event->button,
		.modifiers = event->modifiers,
	};
	click_hot(view, stage, &copy, &view->drag);
}

static void press_map(struct view *view, const struct event *event, int pane)
{
	view->active = (size_t)pane;
	view->in_list = false;
	if (view->prompt == PROMPT_SEARCH)
		view->prompt = PROMPT_NONE;
	view->drag = (struct drag){
		.action = ACTION_SELECT,
		.pane = pane,
		.box = view->panes[pane].box,
		.x = event->x,
		.y = event->y,
		.button = event->button,
		.modifiers = event->modifiers,
	};
}

static void take_press(struct view *view, struct stage *stage,
		       const struct event *event, const struct hot *hot)
{
	int pane = map_at(view, hot, event->x, event->y);

	view->said[0] = '\0';
	view->hint = false;
	view->drag = (struct drag){ .action = ACTION_NONE };
	if (view->help)
		view->help = false;
	else if (pane >= 0)
		press_map(view, event, pane);
	else if (hot)
		press_hot(view, stage, event, hot);
}

/* ---- Dragging ---------------------------------------------------------- */

static void drag_map(struct view *view, struct stage *stage, int x, int y)
{
	struct drag *drag = &view->drag;
	struct pane *pane = &view->panes[drag->pane];
	struct stage_pane of = stage_pane(stage, (size_t)drag->pane);
	double shakes = DRAG_UNITS * view->unit;

	if (!drag->moved && abs(x - drag->x) < shakes &&
	    abs(y - drag->y) < shakes)
		return;
	drag->moved = true;
	view->dragging = true;
	if (camera_can(pane, of.world))
		camera_drag(pane, of.world, x - drag->x, y - drag->y);
	drag->x = x;
	drag->y = y;
}

static void take_motion(struct view *view, struct stage *stage,
			const struct event *event, const struct hot *hot)
{
	struct drag *drag = &view->drag;
	int64_t argument = -1;

	if (drag->action == ACTION_NONE || (size_t)drag->pane >=
	    view->pane_count)
		return;
	if (drag->action == ACTION_SELECT) {
		drag_map(view, stage, event->x, event->y);
		return;
	}
	drag->x = event->x;
	drag->y = event->y;
	/* Where each moment has a place of its own, that one knows best. */
	if (drag->action == ACTION_MOMENT && is_time(hot)) {
		argument = hot->argument;
		drag->box = hot->box;
	} else if (drag->action == ACTION_MOMENT && hot) {
		return;
	}
	view_act(view, stage, drag->action, drag->pane, argument);
}

/* A click on the map. */
static void click_page(struct view *view, struct stage *stage,
		       const struct event *event, const struct drag *drag)
{
	size_t index = (size_t)drag->pane;
	struct pane *pane = &view->panes[index];
	struct stage_pane of = stage_pane(stage, index);
	uint64_t page;

	if (!of.picture || !map_id_equal(of.picture->id, pane->map))
		return;
	if (!view_page_at(view, stage, index, event->x, event->y, &page)) {
		view->has_selection = false;
		pane->has_cursor = false;
		return;
	}
	if (drag->button == EVENT_BUTTON_MIDDLE)
		return;
	pane->has_cursor = true;
	pane->cursor = page;
	if (drag->button == EVENT_BUTTON_RIGHT)
		view_act(view, stage, ACTION_CLASS_HERE, drag->pane,
			 drag->modifiers != 0);
	else
		select_page(view, index, &of, page);
}

static void take_release(struct view *view, struct stage *stage,
			 const struct event *event)
{
	struct drag drag = view->drag;

	if (event->button != drag.button)
		return;
	view->drag = (struct drag){ .action = ACTION_NONE };
	view->dragging = false;
	if (drag.action == ACTION_SELECT && !drag.moved &&
	    (size_t)drag.pane < view->pane_count)
		click_page(view, stage, event, &drag);
}

/* ---- Events ------------------------------------------------------------ */

static void take_mouse(struct view *view, struct stage *stage,
		       const struct event *event, const struct hot *hot)
{
	if (event->button == EVENT_WHEEL_UP)
		take_wheel(view, stage, hot, 1, event->modifiers);
	else if (event->button == EVENT_WHEEL_DOWN)
		take_wheel(view, stage, hot, -1, event->modifiers);
	else
		take_press(view, stage, event, hot);
}

static void take_pointer(struct view *view, struct stage *stage,
			 const struct event *event, const struct hot *hot)
{
	view->pointer_x = event->x;
	view->pointer_y = event->y;
	if (event->kind == EVENT_MOUSE)
		take_mouse(view, stage, event, hot);
	else if (event->kind == EVENT_MOTION)
		take_motion(view, stage, event, hot);
	else if (event->kind == EVENT_RELEASE)
		take_release(view, stage, event);
	else
		take_scroll(view, stage, event, hot);
}

void view_take(struct view *view, struct stage *stage,
	       const struct event *event, const struct hot *hot)
{
	switch (event->kind) {
	case EVENT_KEY:
		take_key(view, stage, event->key);
		break;
	case EVENT_MOUSE:
	case EVENT_MOTION:
	case EVENT_RELEASE:
	case EVENT_SCROLL:
		take_pointer(view, stage, event, hot);
		break;
	case EVENT_RESIZE:
		view->width = event->width > 0 ? event->width : view->width;
		view->height = event->height > 0 ? event->height : view->height;
		break;
	case EVENT_END:
		view->quit = true;
		break;
	default:
		break;
	}
}
