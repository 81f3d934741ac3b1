// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names over a map whose rows say nothing of addresses: blocks and curves.  The
 * largest mappings that are seen have one, in the middle of the largest box of
 * nothing but their own pages, if it has room there.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "drawing.h"
#include "labels.h"

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

/* Adds the areas of an extent, from one on; those that follow each other under
 * one name are one.  Gives the next. */
static size_t find_in(const struct picture *picture, const struct extent *seen,
		      size_t i, struct label labels[LABELS_MOST], size_t *count)
{
	uint64_t end = seen->first_page + seen->page_count;

	while (i < picture->area_count && picture->areas[i].first_page < end) {
		struct label label = { &picture->areas[i], 0 };
		uint64_t last = label.area->end_page;

		while (++i < picture->area_count &&
		       picture->areas[i].first_page == last &&
		       !strcmp(picture->areas[i].name, label.area->name))
			last = picture->areas[i].end_page;
		label.pages = last - label.area->first_page;
		keep_largest(labels, count, label);
	}
	return i;
}

static size_t find_largest(const struct stage_pane *of,
			   struct plane_box window,
			   struct label labels[LABELS_MOST])
{
	struct extent seen[SEEN_MOST];
	size_t i, next = 0, count = 0;
	size_t extents = world_seen(of->world, window, seen);

	for (i = 0; i < extents; i++) {
		size_t first = picture_area_from(of->picture, seen[i].first_page);

		next = find_in(of->picture, &seen[i], first > next ? first :
			       next, labels, &count);
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

/* What of the world is seen, in whole places. */
static struct plane_box window_of(const struct pane *view, struct box map)
{
	struct plane_box window = {
		(int64_t)ceil(world_x(view, map, map.x)),
		(int64_t)ceil(world_y(view, map, map.y)), 0, 0,
	};

	window.width = (int64_t)floor(world_x(view, map, map.x + map.width)) -
		       window.x;
	window.height = (int64_t)floor(world_y(view, map, map.y +
					       map.height)) - window.y;
	return window;
}

/* The box of a label; false: its mapping has no room for it. */
static bool place_label(struct drawing *d, size_t pane,
			const struct label *label, const char *name,
			struct box *ret_box)
{
	struct stage_pane of = stage_pane(d->stage, pane);
	const struct pane *view = &d->view->panes[pane];
	struct box map = d->place.panes[pane].map, box = { 0 };
	double scale = view->camera.scale;
	struct ink_style style = style_text(d);
	struct plane_box room;

	style.size = d->unit * 9 / 10;
	box.width = text_width(d, style, name) + d->unit;
	box.height = d->unit * 3 / 2;
	if ((double)label->pages * scale * scale < box.width * box.height ||
	    !world_box(of.world, label->area->first_page,
		       label->area->first_page + label->pages,
		       window_of(view, map), &room) ||
	    (double)room.width * scale < box.width ||
	    (double)room.height * scale < box.height)
		return false;
	box.x = (int)screen_x(view, map, (double)room.x +
			      (double)room.width / 2) - box.width / 2;
	box.y = (int)screen_y(view, map, (double)room.y +
			      (double)room.height / 2) - box.height / 2;
	*ret_box = box;
	return true;
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
	if (!d->place.panes[pane].map.width)
		return;
	count = find_largest(&of, window_of(&d->view->panes[pane],
					    d->place.panes[pane].map), labels);
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
