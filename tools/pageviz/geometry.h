/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Boxes and colours.
 */
#ifndef PAGEVIZ_GEOMETRY_H
#define PAGEVIZ_GEOMETRY_H

#include <stdbool.h>
#include <stdint.h>

/* Pixels of what is drawn on, from its upper left corner. */
struct box {
	int x, y, width, height;
};

/* Not multiplied by alpha. */
struct colour {
	uint8_t red, green, blue, alpha;
};

static inline bool box_holds(struct box box, int x, int y)
{
	return x >= box.x && x - box.x < box.width && y >= box.y &&
	       y - box.y < box.height;
}

#endif
