// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Places on a world's plane as pixels and back, and boxes cut with boxes.
 */
#include <math.h>

#include "drawing.h"

double screen_x(const struct pane *pane, struct box map, double x)
{
	return map.x + map.width / 2.0 +
	       (x - pane->camera.x) * pane->camera.scale;
}

double screen_y(const struct pane *pane, struct box map, double y)
{
	return map.y + map.height / 2.0 +
	       (y - pane->camera.y) * pane->camera.scale;
}

double world_x(const struct pane *pane, struct box map, double x)
{
	return pane->camera.x +
	       (x - map.x - map.width / 2.0) / pane->camera.scale;
}

double world_y(const struct pane *pane, struct box map, double y)
{
	return pane->camera.y +
	       (y - map.y - map.height / 2.0) / pane->camera.scale;
}

unsigned int camera_level(double scale)
{
	unsigned int level = 0;

	/* Rounding must not make a cell of one pixel half as fine. */
	while (level < 31 && scale * (double)(UINT64_C(1) << level) < 0.9999)
		level++;
	return level;
}

bool pane_is_ready(const struct stage_pane *pane)
{
	return pane->picture && pane->layer && pane->world &&
	       world_width(pane->world) && world_height(pane->world);
}

struct box box_inset(struct box box, int by)
{
	box.x += by;
	box.y += by;
	box.width = box.width > 2 * by ? box.width - 2 * by : 0;
	box.height = box.height > 2 * by ? box.height - 2 * by : 0;
	return box;
}

struct box box_cut(struct box a, struct box b)
{
	int right = a.x + a.width < b.x + b.width ? a.x + a.width
						  : b.x + b.width;
	int bottom = a.y + a.height < b.y + b.height ? a.y + a.height
						     : b.y + b.height;
	struct box cut = { a.x > b.x ? a.x : b.x, a.y > b.y ? a.y : b.y, 0, 0 };

	cut.width = right > cut.x ? right - cut.x : 0;
	cut.height = bottom > cut.y ? bottom - cut.y : 0;
	return cut;
}
