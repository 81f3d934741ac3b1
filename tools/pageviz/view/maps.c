// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Maps that are opened, closed and gone between.
 */
#include <string.h>

#include "inside.h"

/* Another map in a pane's place: it looks the same way at something else. */
static void show_map(struct view *view, size_t index, struct map_id map)
{
	struct pane *pane = &view->panes[index];

	pane->map = map;
	if (!colouring_fits(pane->by, view->machine, map.kind))
		pane->by = colouring_usual(view->machine, map.kind);
	pane->lit = colouring_lit(pane->by);
	pane->fit = true;
	pane->world_serial = 0;
	pane->has_cursor = false;
	view->active = index;
	view->maps_changed = true;
	view->read_now = true;
}

static bool map_of(struct acting *acting, struct map_id *ret_map)
{
	if (acting->argument == OPEN_CHOSEN)
		return acting->view->list &&
		       list_chosen(acting->view, acting->stage, ret_map);
	*ret_map = (struct map_id){
		.kind = acting->argument ? MAP_PROCESS :
					   view_ram_kind(acting->view),
		.pid = (pid_t)acting->argument,
	};
	return true;
}

static bool is_open(const struct view *view, struct map_id map, size_t *ret_at)
{
	size_t i;

	for (i = 0; i < view->pane_count; i++) {
		if (!map_id_equal(view->panes[i].map, map))
			continue;
		*ret_at = i;
		return true;
	}
	return false;
}

void act_open(struct acting *acting)
{
	struct view *view = acting->view;
	struct map_id map;
	size_t at;

	if (!map_of(acting, &map)) {
		view->in_list = false;
		act_list(acting);
		view_say(view, "choose what to open: Enter opens it");
		return;
	}
	list_choose(view, acting->stage, map);
	if (is_open(view, map, &at))
		view->active = at;
	else if (acting->pane)
		show_map(view, acting->index, map);
	else if (view_add_map(view, map))
		view->read_now = true;
}

void act_open_beside(struct acting *acting)
{
	struct view *view = acting->view;
	const struct pane *like = acting->pane;
	struct map_id map;

	if (!map_of(acting, &map)) {
		if (!like)
			return;
		map = like->map;
	}
	if (!view_add_map(view, map)) {
		view_say(view, "there is room for %d maps: x closes one",
			 PANES_MOST);
		return;
	}
	view->active = view->pane_count - 1;
	view->read_now = true;
	if (!like)
		return;
	if (colouring_fits(like->by, view->machine, map.kind))
		view->panes[view->active].by = like->by;
	view->panes[view->active].lit =
		colouring_lit(view->panes[view->active].by);
	view->panes[view->active].layout = like->layout;
	view->panes[view->active].row_pages = like->row_pages;
}

void act_close_map(struct acting *acting)
{
	struct view *view = acting->view;
	size_t after = view->pane_count - acting->index - 1;

	if (view->pane_count == 1) {
		view_say(view, "this is the last map: q quits");
		return;
	}
	memmove(acting->pane, acting->pane + 1, after * sizeof(*acting->pane));
	view->pane_count--;
	if (view->active > acting->index || view->active == view->pane_count)
		view->active--;
	view->maps_changed = true;
}

void act_next_map(struct acting *acting)
{
	struct view *view = acting->view;
	size_t step = acting->argument < 0 ? view->pane_count - 1 : 1;

	view->active = (view->active + step) % view->pane_count;
	if (view->pane_count == 1)
		view_say(view, "this is the only map: b opens one beside");
}

void act_map(struct acting *acting)
{
	if (acting->argument >= 0 &&
	    (size_t)acting->argument < acting->view->pane_count)
		acting->view->active = (size_t)acting->argument;
}
