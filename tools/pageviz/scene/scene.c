// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The list of what is to be seen, see scene.h: how it grows, what keeps its
 * texts, and the order in which the parts are drawn.  What each part looks like
 * is in a file of its own.
 */
#include <stdlib.h>
#include <string.h>

#include "drawing.h"

#define CHUNK_BYTES 16384

struct chunk {
	struct chunk *next;
	size_t used, size;
	_Alignas(max_align_t) char bytes[];
};

struct scene {
	int width, height;
	int margin;
	struct item *items;
	size_t count, capacity;
	struct hot *hots;
	size_t hot_count, hot_capacity;
	struct chunk *chunks;
	bool failed;
};

/* ---- Growing ----------------------------------------------------------- */

/* Room for one more of a list; false: the scene has failed. */
static bool make_room(struct scene *scene, void **list, size_t count,
		      size_t *capacity, size_t size)
{
	void *larger;

	if (scene->failed)
		return false;
	if (count < *capacity)
		return true;
	larger = reallocarray(*list, *capacity * 2 + 256, size);
	if (!larger) {
		scene->failed = true;
		return false;
	}
	*list = larger;
	*capacity = *capacity * 2 + 256;
	return true;
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
	struct scene *scene = d->scene;

	if (make_room(scene, (void **)&scene->items, scene->count,
		      &scene->capacity, sizeof(item)))
		scene->items[scene->count++] = item;
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
	struct scene *scene = d->scene;

	if (d->view->paper || box.width <= 0 || box.height <= 0)
		return;
	if (make_room(scene, (void **)&scene->hots, scene->hot_count,
		      &scene->hot_capacity, sizeof(*scene->hots)))
		scene->hots[scene->hot_count++] = (struct hot){
			box, action, (int)pane, argument,
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
	return scene->count;
}

const struct item *scene_item(const struct scene *scene, size_t index)
{
	return index < scene->count ? &scene->items[index] : NULL;
}

size_t scene_hot_count(const struct scene *scene)
{
	return scene->hot_count;
}

const struct hot *scene_hot(const struct scene *scene, size_t index)
{
	return index < scene->hot_count ? &scene->hots[index] : NULL;
}

const struct hot *scene_hot_at(const struct scene *scene, int x, int y)
{
	size_t i = scene->hot_count;

	while (i--)
		if (box_holds(scene->hots[i].box, x, y))
			return &scene->hots[i];
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
	free(scene->items);
	free(scene->hots);
	free(scene);
}

void scene_trim(struct scene *scene)
{
	int right = 0, bottom = 0;
	size_t i;

	/* The first one is what all others are drawn on. */
	for (i = 1; i < scene->count; i++) {
		struct box box = scene->items[i].box;

		if (scene->items[i].kind == ITEM_CLIP)
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
	if (scene->count)
		scene->items[0].box = (struct box){ 0, 0, scene->width,
						    scene->height };
}
