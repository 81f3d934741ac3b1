/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tiles as few rectangles: cells of one colour beside each other, then rows
 * below each other, become one; lines too.
 */
#ifndef PAGEVIZ_TILE_RECTS_H
#define PAGEVIZ_TILE_RECTS_H

#include "scene.h"

struct tile_rect {
	struct box box;
	struct colour colour;
};

struct tile_rects {
	struct tile_rect *at;
	size_t count, room, most;
};

/*
 * Adds what is seen of a tile inside of a box: rectangles of one colour follow
 * each other, and what is drawn over others comes later.  -ENOMEM; -E2BIG:
 * more than `most`.
 */
int tile_rects_add(struct tile_rects *rects, const struct item *item,
		   struct box inside);
void tile_rects_free(struct tile_rects *rects);

#endif
