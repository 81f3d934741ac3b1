// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The list of what is to be seen, see scene.h: how it grows, what keeps its
 * texts, and the order in which the parts are drawn.  What each part looks like
 * is in a file of its own.
 */
#include <stdlib.h>
#include <string.h>

#include "drawing.h"
#include "list.h"

#define CHUNK_BYTES 16384

struct chunk {
	struct chunk *next;
	size_t used, size;
	_Alignas(max_align_t) char bytes[];
};

struct scene {
	int width, height;
	int margin;
	struct list items;		/* struct item */
	struct list hots;		/* struct hot */
	struct chunk *chunks;
	bool failed;
};

/* ---- Growing ----------------------------------------------------------- */

/* Room for one more of a list; NULL: the scene has failed. */
static void *make_room(struct scene *scene, struct list *list, size_t size)
{
	void *place = scene->failed ? NULL : list_add(list, size);

	scene->failed = !place;
	return place;
}

void *scene_keep(struct drawing *d, size_t size)
{
	struct scene *scene = d->scene;
	struct chunk *chunk = scene->chunks;
	size_t wanted = (size + 15) & ~(size_t)15;
	void *kept;

	if (!chunk || chunk->size - chunk->used < wanted) {
		size_t room = wanted > CHUNK_BYTES ? wanted : CHUNK_BYTES;

		chunk = scene->failed ? NULL : malloc(sizeof(*chunk) + room);
		if (!chunk) {
			scene->failed = true;
			return NULL;
		}
		*chunk = (struct chunk){ scene->chunks, 0, room };
		scene->chunks = chunk;
	}
	kept = chunk->bytes + chunk->used;
	chunk->used += wanted;
	return kept;
}

const char *scene_keep_text(struct drawing *d, const char *text)
{
	size_t size = strlen(text) + 1;
	char *kept = scene_keep(d, size);

	return kept ? memcpy(kept, text, size) : "";
}

void draw_item(struct drawing *d, struct item item)
{
	struct item *place = make_room(d->scene, &d->scene->items,
				       sizeof(item));

	if (place)
		*place = item;
}

void draw_fill(struct drawing *d, struct box box, struct colour colour)
{
	if (box.width > 0 && box.height > 0)
		draw_item(d, (struct item){ .kind = ITEM_BOX, .box = box,
					    .colour = colour });
}

void draw_frame(struct drawing *d, struct box box, int line,
		struct colour colour)
{
	if (box.width > 0 && box.height > 0)
		draw_item(d, (struct item){ .kind = ITEM_FRAME, .box = box,
					    .line = line, .colour = colour });
}

void draw_clip(struct drawing *d, struct box box)
{
	draw_item(d, (struct item){ .kind = ITEM_CLIP, .box = box });
}

void draw_unclip(struct drawing *d)
{
	draw_item(d, (struct item){ .kind = ITEM_CLIP });
}

void draw_hot(struct drawing *d, struct box box, enum action action,
	      size_t pane, int64_t argument, const char *hint)
{
	struct hot *place;

	if (d->view->paper || box.width <= 0 || box.height <= 0)
		return;
	place = make_room(d->scene, &d->scene->hots, sizeof(*place));
	if (place)
		*place = (struct hot){ box, action, (int)pane, argument,
				       scene_keep_text(d, hint) };
}

/* ---- Asking ------------------------------------------------------------ */

int scene_width(const struct scene *scene)
{
	return scene->width;
}

int scene_height(const struct scene *scene)
{
	return scene->height;
}

size_t scene_count(const struct scene *scene)
{
	return scene->items.count;
}

const struct item *scene_item(const struct scene *scene, size_t index)
{
	const struct item *items = scene->items.items;

	return index < scene->items.count ? &items[index] : NULL;
}

const struct hot *scene_hot(const struct scene *scene, size_t index)
{
	const struct hot *hots = scene->hots.items;

	return index < scene->hots.count ? &hots[index] : NULL;
}

const struct hot *scene_hot_at(const struct scene *scene, int x, int y)
{
	const struct hot *hots = scene->hots.items;
	size_t i = scene->hots.count;

	while (i--)
		if (box_holds(hots[i].box, x, y))
			return &hots[i];
	return NULL;
}

struct box scene_map_box(const struct view *view, size_t pane)
{
	struct place place;

	scene_place(view, &place);
	return place.panes[pane < PANES_MOST ? pane : 0].map;
}

/* ---- Drawing ----------------------------------------------------------- */

static void draw_panes(struct drawing *d)
{
	size_t i;

	for (i = 0; i < d->view->pane_count; i++) {
		draw_map(d, i);
		draw_labels(d, i);
		draw_marks(d, i);
		draw_minimap(d, i);
		draw_gutter(d, i);
		draw_head(d, i);
		draw_banners(d, i);
	}
}

static void draw_all(struct drawing *d)
{
	draw_fill(d, (struct box){ 0, 0, d->view->width, d->view->height },
		  d->theme->back);
	draw_panes(d);
	if (d->view->paper) {
		draw_paper(d);
		return;
	}
	draw_legend(d, d->view->active, d->place.legend,
		    d->place.legend_below);
	draw_time(d);
	draw_list(d);
	draw_notes(d);
	draw_help(d);
	draw_hover(d);
}

struct scene *scene_make(struct stage *stage, const struct view *view,
			 struct type *type)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	struct view settled = *view;
	struct drawing d = {
		.scene = scene,
		.stage = stage,
		.view = &settled,
		.type = type,
		.theme = theme_get(view->theme),
		.unit = view->unit > 0 ? view->unit : 13,
	};

	if (!scene)
		return NULL;
	scene->width = view->width;
	scene->height = view->height;
	scene->margin = 2 * d.unit;
	d.line = d.unit >= 26 ? d.unit / 13 : 1;
	scene_place(view, &d.place);
	if (view->paper)
		settle_paper(&d, &settled);
	draw_all(&d);
	if (!scene->failed)
		return scene;
	scene_free(scene);
	return NULL;
}

void scene_free(struct scene *scene)
{
	if (!scene)
		return;
	while (scene->chunks) {
		struct chunk *next = scene->chunks->next;

		free(scene->chunks);
		scene->chunks = next;
	}
	list_free(&scene->items);
	list_free(&scene->hots);
	free(scene);
}

void scene_trim(struct scene *scene)
{
	struct item *items = scene->items.items;
	int right = 0, bottom = 0;
	size_t i;

	/* The first one is what all others are drawn on. */
	for (i = 1; i < scene->items.count; i++) {
		struct box box = items[i].box;

		if (items[i].kind == ITEM_CLIP)
			continue;
		if (right < box.x + box.width)
			right = box.x + box.width;
		if (bottom < box.y + box.height)
			bottom = box.y + box.height;
	}
	if (right + scene->margin < scene->width)
		scene->width = right + scene->margin;
	if (bottom + scene->margin < scene->height)
		scene->height = bottom + scene->margin;
	if (scene->items.count)
		items[0].box = (struct box){ 0, 0, scene->width,
					     scene->height };
}
