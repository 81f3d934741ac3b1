// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a view begins as, and how it stays in line with what there is to see.
 * What people do to it comes in by input.c and act.c.
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "inside.h"

#define INTERVAL_S 0.3		/* as Mackall's viewers had it */

void view_init(struct view *view)
{
	*view = (struct view){
		.width = 1280,
		.height = 800,
		.unit = 13,
		.theme = THEME_DARK,
		.legend = true,
		.hint = true,
		.pointer_x = -1,
		.pointer_y = -1,
		.selected_pfn = PAGEMAP_PFN_UNKNOWN,
		.follow = true,
		.interval_s = INTERVAL_S,
	};
}

bool view_add_map(struct view *view, struct map_id map)
{
	struct pane *pane = &view->panes[view->pane_count];

	if (view->pane_count == PANES_MOST)
		return false;
	*pane = (struct pane){
		.map = map,
		.by = colouring_usual(view->machine, map.kind),
		.lit = colouring_lit(colouring_usual(view->machine, map.kind)),
		.layout = LAYOUT_ROWS,
		.fit = true,
	};
	view->pane_count++;
	view->maps_changed = true;
	return true;
}

void view_say(struct view *view, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(view->said, sizeof(view->said), format, arguments);
	va_end(arguments);
}

void page_name(const struct stage_pane *of, uint64_t page, char text[32])
{
	if (of->picture->id.kind == MAP_GUEST)
		snprintf(text, 32, "guest PFN 0x%llx",
			 (unsigned long long)page);
	else if (of->picture->id.kind == MAP_RAM)
		snprintf(text, 32, "PFN 0x%llx", (unsigned long long)page);
	else
		snprintf(text, 32, "0x%llx",
			 (unsigned long long)page * of->moment->page_bytes);
}

bool view_page_at(const struct view *view, const struct stage *stage,
		  size_t pane, int x, int y, uint64_t *ret_page)
{
	const struct pane *at = &view->panes[pane];
	struct stage_pane of;

	if (pane >= view->pane_count || !box_holds(at->box, x, y))
		return false;
	of = stage_pane(stage, pane);
	if (!camera_can(at, of.world) || !(at->camera.scale > 0) ||
	    of.world_serial != at->world_serial)
		return false;
	/* A pixel is where its middle is. */
	return world_page(of.world,
			  (int64_t)floor(camera_place_x(at, x + 0.5)),
			  (int64_t)floor(camera_place_y(at, y + 0.5)),
			  ret_page);
}

/* ---- Worlds that are made again ---------------------------------------- */

/* The page in the middle, where in it, and the same as parts of the world. */
struct middle {
	bool known;
	bool has_page;
	uint64_t page;
	double in_x, in_y;
	double part_x, part_y;
};

static struct middle middle_of(const struct pane *pane,
			       const struct stage_pane *of)
{
	struct middle middle = { 0 };
	const struct camera *to = &pane->target;

	if (!of->world || of->world_serial != pane->world_serial ||
	    !camera_can(pane, of->world))
		return middle;
	middle.known = true;
	middle.in_x = to->x - floor(to->x);
	middle.in_y = to->y - floor(to->y);
	middle.part_x = to->x / world_width(of->world);
	middle.part_y = to->y / world_height(of->world);
	middle.has_page = world_page(of->world, (int64_t)floor(to->x),
				     (int64_t)floor(to->y), &middle.page);
	return middle;
}

/* The camera at once in another world. */
static void enter_world(struct pane *pane, const struct stage_pane *of,
			const struct middle *middle)
{
	uint32_t x, y;

	if (!pane->world_serial || pane->fit || !middle->known) {
		camera_fit(pane, of->world);
	} else if (middle->has_page) {
		world_nearest(of->world, middle->page, &x, &y);
		pane->target.x = x + middle->in_x;
		pane->target.y = y + middle->in_y;
	} else {
		pane->target.x = middle->part_x * world_width(of->world);
		pane->target.y = middle->part_y * world_height(of->world);
	}
	pane->world_serial = of->world_serial;
	camera_clamp(pane, of->world, &pane->target);
	pane->camera = pane->target;
}

static bool same_camera(const struct camera *a, const struct camera *b)
{
	return a->x == b->x && a->y == b->y && a->scale == b->scale;
}

static void keep_in_world(struct pane *pane, const struct stage_pane *of)
{
	bool rests = same_camera(&pane->camera, &pane->target);

	if (pane->fit)
		camera_fit(pane, of->world);
	else
		camera_clamp(pane, of->world, &pane->target);
	/* A window that is made larger does not swing. */
	if (rests)
		pane->camera = pane->target;
}

int view_prepare(struct view *view, struct stage *stage)
{
	struct middle middles[PANES_MOST];
	size_t i;
	int err;

	for (i = 0; i < view->pane_count; i++) {
		struct stage_pane of = stage_pane(stage, i);

		middles[i] = middle_of(&view->panes[i], &of);
	}
	err = stage_prepare(stage, view);
	if (err)
		return err;
	for (i = 0; i < view->pane_count; i++) {
		struct stage_pane of = stage_pane(stage, i);
		struct pane *pane = &view->panes[i];

		if (!camera_can(pane, of.world))
			continue;
		if (pane->world_serial != of.world_serial)
			enter_world(pane, &of, &middles[i]);
		else
			keep_in_world(pane, &of);
	}
	return 0;
}

bool view_animate(struct view *view, double seconds)
{
	bool moves = false;
	size_t i;

	for (i = 0; i < view->pane_count; i++)
		moves |= camera_move(&view->panes[i], seconds);
	return moves;
}

void view_arrive(struct view *view)
{
	size_t i;

	for (i = 0; i < view->pane_count; i++)
		view->panes[i].camera = view->panes[i].target;
}
