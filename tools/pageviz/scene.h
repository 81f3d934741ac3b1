/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is to be seen, as a list: boxes, texts, tiles, in the order in which
 * they are drawn, and the places that do something when they are clicked.  A
 * scene is made from what was read and the state of the view, by scene_make();
 * window.c draws it with SDL2, image.c into pixels, svg.c and dump.c as text.
 */
#ifndef PAGEVIZ_SCENE_H
#define PAGEVIZ_SCENE_H

#include <stdio.h>

#include "action.h"
#include "geometry.h"
#include "tile.h"
#include "type.h"

enum item_kind {
	ITEM_BOX,		/* filled */
	ITEM_FRAME,		/* a line of `line` pixels just inside a box */
	ITEM_TEXT,		/* its box: the line's left upper corner */
	ITEM_TILE,
	ITEM_CLIP,		/* from here on only inside the box; a box of no
				   width: everywhere again */
};

struct item {
	enum item_kind kind;
	struct box box;
	struct colour colour;
	int line;			/* ITEM_FRAME */
	enum face face;			/* ITEM_TEXT */
	int size;
	struct colour grid;		/* ITEM_TILE: of edges between areas
					   and, from 8 pixels a cell on, between
					   pages */
	const char *text;		/* borrowed: scene; cut to fit already */
	/* ITEM_TILE: the whole tile drawn with its upper left corner at
	 * (left, top), each cell cell x cell pixels, not smoothed */
	const struct tile *tile;	/* borrowed: stage */
	double left, top, cell;
	const struct colour *palette;	/* 256, by class; borrowed: scene */
};

struct scene;

int scene_width(const struct scene *scene);
int scene_height(const struct scene *scene);
size_t scene_count(const struct scene *scene);
const struct item *scene_item(const struct scene *scene, size_t index);

const struct hot *scene_hot(const struct scene *scene, size_t index);

/* The topmost place at a point, NULL: none. */
const struct hot *scene_hot_at(const struct scene *scene, int x, int y);

struct stage;
struct view;

/* Where a pane's map lies: follows from the size of the view and from what is
 * open, and is needed before there is a scene. */
struct box scene_map_box(const struct view *view, size_t pane);

/* How many rows the list has room for: of view->list_rows. */
size_t scene_list_rows(const struct view *view);

/*
 * Draws a view.  Makes itself anew each time, cheaply.  NULL: no memory.
 */
struct scene *scene_make(struct stage *stage, const struct view *view,
			 struct type *type);
void scene_free(struct scene *scene);

/* Makes what is drawn on no larger than what is on it, and a margin. */
void scene_trim(struct scene *scene);

/* As text: an item a line, tiles as letters.  For tests and for comparing. */
void scene_dump(const struct scene *scene, FILE *out);

#endif
