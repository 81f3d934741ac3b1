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
	uint64_t index;			/* where the span now begins, or was
					   gone to */
	struct span now;
	uint64_t area_end;		/* indexes up to it are of its area */
	uint64_t to_page;		/* page of an index there, less it */
};

void spans_begin(struct spans *spans, const struct world *world,
		 const struct picture *picture, const struct layer *layer);

/* Makes it the span now. */
void spans_go(struct spans *spans, uint64_t index);

/* To the run that begins where the span ends: mostly there is one, of the same
 * area.  false: there is not. */
static inline bool spans_step(struct spans *spans)
{
	const struct layer_run *run;
	size_t at = spans->run + 1;
	uint64_t end;

	if (at >= spans->layer->run_count || spans->now.end >= spans->area_end ||
	    !spans->now.slot || spans->now.slot == SLOT_GAP)
		return false;
	run = &spans->layer->runs[at];
	if (run->first_page != spans->now.end + spans->to_page ||
	    !run->page_count)
		return false;
	end = spans->now.end + run->page_count;
	spans->index = spans->now.end;
	spans->run = at;
	spans->now.slot = run->class_of;
	spans->now.end = end < spans->area_end ? end : spans->area_end;
	return true;
}

/* index: of a page that has a place. */
static inline struct span spans_at(struct spans *spans, uint64_t index)
{
	if (index - spans->index < spans->now.end - spans->index)
		return spans->now;
	if (index != spans->now.end || !spans_step(spans))
		spans_go(spans, index);
	return spans->now;
}

#endif
