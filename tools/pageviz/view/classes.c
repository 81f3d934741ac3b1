// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The legend as a filter: which classes are shown alone, and going from page
 * to page of them.
 */
#include "inside.h"

#define BIT(class_of) (UINT64_C(1) << (class_of))

static bool has_class(const struct acting *acting, int64_t class_of)
{
	return acting->of.layer && class_of >= 0 &&
	       (size_t)class_of < acting->of.layer->class_count;
}

static void show_only(struct acting *acting, unsigned int class_of)
{
	acting->pane->lit = BIT(class_of);
	view_say(acting->view, "only %s", acting->of.layer->classes
		 [class_of].name);
}

void act_only(struct acting *acting)
{
	if (!has_class(acting, acting->argument))
		return;
	if (acting->pane->lit == BIT(acting->argument))
		act_all(acting);
	else
		show_only(acting, (unsigned int)acting->argument);
}

void act_also(struct acting *acting)
{
	if (has_class(acting, acting->argument))
		acting->pane->lit ^= BIT(acting->argument);
}

void act_all(struct acting *acting)
{
	acting->pane->lit = 0;
}

/* In the order of the legend; those that no page is drawn in are left out. */
void act_next_class(struct acting *acting)
{
	const struct layer *layer = acting->of.layer;
	size_t count, at, steps, forward;

	if (!layer || !layer->legend_count)
		return;
	count = layer->legend_count;
	forward = acting->argument < 0 ? count - 1 : 1;
	at = acting->argument < 0 ? 0 : count - 1;
	for (steps = 0; steps < count; steps++)
		if (acting->pane->lit & BIT(layer->legend[steps]))
			at = steps;
	for (steps = 0; steps < count; steps++) {
		at = (at + forward) % count;
		if (!layer->classes[layer->legend[at]].pages)
			continue;
		show_only(acting, layer->legend[at]);
		return;
	}
}

void act_class_here(struct acting *acting)
{
	uint64_t page;
	bool also;

	if (!acting->of.layer)
		return;
	if (!select_meant(acting, &page)) {
		view_say(acting->view, "no page is pointed at: come near, and "
			 "arrows move a cursor");
		return;
	}
	if (!picture_area(acting->of.picture, page))
		return;
	also = acting->argument != 0;
	acting->argument = layer_class_at(acting->of.layer, page);
	if (also)
		act_also(acting);
	else
		act_only(acting);
}

/* ---- From page to page ------------------------------------------------- */

static uint64_t start_of(const struct acting *acting)
{
	const struct view *view = acting->view;
	const struct pane *pane = acting->pane;

	if (pane->has_cursor)
		return pane->cursor;
	if (view->has_selection && map_id_equal(view->selected_map, pane->map))
		return view->selected_page;
	return LAYER_FROM_END;
}

void act_next_odd(struct acting *acting)
{
	struct pane *pane = acting->pane;
	bool backwards = acting->argument < 0;
	uint64_t page = start_of(acting);
	uint32_t x, y;

	if (!acting->of.layer || !camera_can(pane, acting->of.world))
		return;
	if (!pane->lit) {
		view_say(acting->view, "choose a class first: click it in the "
			 "legend, or e");
		return;
	}
	if (!layer_next(acting->of.layer, pane->lit, &page, backwards)) {
		page = LAYER_FROM_END;
		if (!layer_next(acting->of.layer, pane->lit, &page,
				backwards)) {
			view_say(acting->view, "no page is in what is shown");
			return;
		}
		view_say(acting->view, backwards ?
			 "from the last page on" : "from the first page on");
	}
	pane->has_cursor = true;
	pane->cursor = page;
	world_nearest(acting->of.world, page, &x, &y);
	camera_go(pane, acting->of.world, x + 0.5, y + 0.5, 0);
}
