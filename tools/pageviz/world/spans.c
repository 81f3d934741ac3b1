/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Three sorted lists (segments, areas, runs) walked side by side, see spans.h.
 */
#include "spans.h"

/* Whether what is at a place in a list ends at or before a position. */
typedef bool (*ends_fn)(const struct spans *spans, size_t at,
			uint64_t position);

static inline bool segment_ends(const struct spans *spans, size_t at,
				uint64_t index)
{
	const struct segment *segment = &spans->world->segments[at];

	return segment->first_index + segment->pages <= index;
}

static inline bool area_ends(const struct spans *spans, size_t at,
			     uint64_t page)
{
	return spans->picture->areas[at].end_page <= page;
}

static inline bool run_ends(const struct spans *spans, size_t at,
			    uint64_t page)
{
	const struct layer_run *run = &spans->layer->runs[at];

	return run->first_page + run->page_count <= page;
}

/* The first at or after `at` that does not end: mostly this one or the next,
 * so steps double. */
static inline __attribute__((always_inline)) size_t
skip(const struct spans *spans, size_t at, size_t count, ends_fn ends,
     uint64_t position)
{
	size_t step = 1, high;

	if (at == count || !ends(spans, at, position))
		return at;
	while (step < count - at && ends(spans, at + step, position)) {
		at += step;
		step *= 2;
	}
	high = step < count - at ? at + step : count;
	while (high - at > 1) {
		size_t middle = at + (high - at) / 2;

		if (ends(spans, middle, position))
			at = middle;
		else
			high = middle;
	}
	return high;
}

void spans_begin(struct spans *spans, const struct world *world,
		 const struct picture *picture, const struct layer *layer)
{
	*spans = (struct spans){
		.world = world,
		.picture = picture,
		.layer = layer,
	};
}

static inline uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* What an index lies in but for classes. */
static void find_area(struct spans *spans, uint64_t index)
{
	const struct picture *picture = spans->picture;
	const struct segment *segment;
	const struct area *area;
	uint64_t page, end;

	spans->segment = skip(spans, spans->segment,
			      spans->world->segment_count, segment_ends, index);
	segment = &spans->world->segments[spans->segment];
	spans->to_page = segment->first_page - segment->first_index;
	page = index + spans->to_page;
	end = segment->first_page + segment->pages;
	spans->area = skip(spans, spans->area, picture->area_count, area_ends,
			   page);
	spans->now.area = AREA_NONE;
	if (spans->area < picture->area_count) {
		area = &picture->areas[spans->area];
		if (page >= area->first_page)
			spans->now.area = (uint32_t)spans->area;
		end = least(end, page < area->first_page ? area->first_page :
							   area->end_page);
	}
	spans->area_end = end - spans->to_page;
}

/* The span of a page of an area, once the run is the first that does not end
 * before it. */
static inline void take_run(struct spans *spans, uint64_t page)
{
	const struct layer_run *run;
	uint64_t end;

	spans->now.slot = 0;
	spans->now.end = spans->area_end;
	if (spans->run == spans->layer->run_count)
		return;
	run = &spans->layer->runs[spans->run];
	end = run->first_page;
	if (page >= end) {
		spans->now.slot = run->class_of;
		end += run->page_count;
	}
	spans->now.end = least(spans->area_end, end - spans->to_page);
}

void spans_go(struct spans *spans, uint64_t index)
{
	size_t count = spans->layer->run_count;
	uint64_t page;

	if (index < spans->index)
		spans->segment = spans->area = spans->run = spans->area_end = 0;
	spans->index = index;
	if (index >= spans->area_end)
		find_area(spans, index);
	if (spans->now.area == AREA_NONE) {
		spans->now.slot = SLOT_GAP;
		spans->now.end = spans->area_end;
		return;
	}
	page = index + spans->to_page;
	spans->run = skip(spans, spans->run, count, run_ends, page);
	take_run(spans, page);
}
