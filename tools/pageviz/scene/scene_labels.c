// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names over a map whose rows say nothing of addresses: blocks and curves.  The
 * largest mappings have one, where their middle is, as long as their pages take
 * the room that it covers.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "drawing.h"

#define LABELS_MOST 48
#define NAME_MOST   256

struct label {
	const struct area *area;
	uint64_t pages;
};

/* Keeps the largest, sorted; *count of most. */
static void keep_largest(struct label *labels, size_t *count,
			 struct label label)
{
	size_t i = *count;

	if (i == LABELS_MOST && labels[i - 1].pages >= label.pages)
		return;
	if (i == LABELS_MOST)
		i--;
	else
		(*count)++;
	for (; i && labels[i - 1].pages < label.pages; i--)
		labels[i] = labels[i - 1];
	labels[i] = label;
}

static size_t find_largest(const struct picture *picture,
			   struct label labels[LABELS_MOST])
{
	size_t i = 0, count = 0;

	while (i < picture->area_count) {
		struct label label = { &picture->areas[i], 0 };
		uint64_t end = label.area->end_page;

		while (++i < picture->area_count &&
		       picture->areas[i].first_page == end &&
		       !strcmp(picture->areas[i].name, label.area->name))
			end = picture->areas[i].end_page;
		label.pages = end - label.area->first_page;
		keep_largest(labels, &count, label);
	}
	return count;
}

/* Without folders, and without a remark that it was deleted. */
static void short_name(const struct area *area, char name[NAME_MOST])
{
	const char *slash = strrchr(area->name, '/');
	char *deleted;

	snprintf(name, NAME_MOST, "%s", *area->name == '/' && slash[1] ?
		 slash + 1 : area->name);
	deleted = strstr(name, " (deleted)");
	if (deleted)
		*deleted = '\0';
}

/* The box of a label; false: its mapping is too small for it, or not seen. */
static bool place_label(struct drawing *d, size_t pane,
			const struct label *label, const char *name,
			struct box *ret_box)
{
	struct stage_pane of = stage_pane(d->stage, pane);
	const struct pane *view = &d->view->panes[pane];
	struct box map = d->place.panes[pane].map, box = { 0 };
	double side = sqrt((double)label->pages) * view->camera.scale;
	struct ink_style style = style_text(d);
	uint32_t x, y;

	style.size = d->unit * 9 / 10;
	box.width = text_width(d, style, name) + d->unit;
	box.height = d->unit * 3 / 2;
	if (side < box.width * 0.8 || side < box.height * 2.0)
		return false;
	world_nearest(of.world, label->area->first_page + label->pages / 2, &x,
		      &y);
	box.x = (int)screen_x(view, map, x + 0.5) - box.width / 2;
	box.y = (int)screen_y(view, map, y + 0.5) - box.height / 2;
	*ret_box = box;
	return box.x >= map.x && box.y >= map.y &&
	       box.x + box.width <= map.x + map.width &&
	       box.y + box.height <= map.y + map.height;
}

static bool is_free(const struct box *taken, size_t count, struct box box,
		    int air)
{
	size_t i;

	for (i = 0; i < count; i++) {
		struct box both = box_cut(box_inset(taken[i], -air), box);

		if (both.width && both.height)
			return false;
	}
	return true;
}

static void draw_chip(struct drawing *d, struct box box, const char *name)
{
	struct ink_style style = style_text(d);
	struct colour back = d->theme->back;

	style.size = d->unit * 9 / 10;
	back.alpha = 215;
	draw_fill(d, box, back);
	draw_text_middle(d, box, style, name);
}

void draw_labels(struct drawing *d, size_t pane)
{
	struct stage_pane of = stage_pane(d->stage, pane);
	struct label labels[LABELS_MOST];
	struct box taken[LABELS_MOST], box;
	size_t i, count, placed = 0;

	if (!pane_is_ready(&of) || !(d->view->panes[pane].camera.scale > 0) ||
	    world_layout(of.world) == LAYOUT_ROWS)
		return;
	count = find_largest(of.picture, labels);
	for (i = 0; i < count; i++) {
		char name[NAME_MOST];

		short_name(labels[i].area, name);
		if (!place_label(d, pane, &labels[i], name, &box) ||
		    !is_free(taken, placed, box, d->unit / 2))
			continue;
		taken[placed++] = box;
		draw_chip(d, box, name);
	}
}
