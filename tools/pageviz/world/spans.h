/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands at the indexes of a world: classes of a layer, areas of a
 * picture, folds, all as one row of spans.  Looking forward is quick; going
 * back costs a search.
 */
#ifndef PAGEVIZ_WORLD_SPANS_H
#define PAGEVIZ_WORLD_SPANS_H

#include "layer.h"
#include "plane.h"

/* A class of the layer, or this. */
#define SLOT_GAP   LAYER_CLASSES
#define SLOT_COUNT (LAYER_CLASSES + 1)

#define AREA_NONE UINT32_MAX

/* Indexes from the one asked for up to an end that are alike. */
struct span {
	uint64_t end;
	uint32_t area;		/* index into the picture's, or AREA_NONE */
	uint8_t slot;
};

struct spans {
	const struct world *world;
	const struct picture *picture;
	const struct layer *layer;
	size_t segment, area, run;	/* none before these counts any more */
	uint64_t index;			/* asked for last */
};

void spans_begin(struct spans *spans, const struct world *world,
		 const struct picture *picture, const struct layer *layer);

/* index: of a page that has a place. */
struct span spans_at(struct spans *spans, uint64_t index);

#endif
