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

/* The class of a page of an area, and the page where it ends. */
static uint8_t class_at(struct spans *spans, uint64_t page, uint64_t *end)
{
	const struct layer *layer = spans->layer;
	const struct layer_run *run;

	spans->run = skip(spans, spans->run, layer->run_count, run_ends, page);
	if (spans->run == layer->run_count)
		return 0;
	run = &layer->runs[spans->run];
	if (page < run->first_page) {
		*end = least(*end, run->first_page);
		return 0;
	}
	*end = least(*end, run->first_page + run->page_count);
	return run->class_of;
}

/* The same of any page. */
static struct span page_span(struct spans *spans, uint64_t page, uint64_t end)
{
	const struct picture *picture = spans->picture;
	struct span span = { end, AREA_NONE, SLOT_GAP };
	const struct area *area;

	spans->area = skip(spans, spans->area, picture->area_count, area_ends,
			   page);
	if (spans->area == picture->area_count)
		return span;
	area = &picture->areas[spans->area];
	if (page < area->first_page) {
		span.end = least(end, area->first_page);
		return span;
	}
	span.area = (uint32_t)spans->area;
	span.end = least(end, area->end_page);
	span.slot = class_at(spans, page, &span.end);
	return span;
}

struct span spans_at(struct spans *spans, uint64_t index)
{
	const struct segment *segment;
	struct span span;
	uint64_t page;

	if (index < spans->index)
		spans->segment = spans->area = spans->run = 0;
	spans->index = index;
	spans->segment = skip(spans, spans->segment,
			      spans->world->segment_count, segment_ends, index);
	segment = &spans->world->segments[spans->segment];
	page = segment->first_page + (index - segment->first_index);
	span = page_span(spans, page, segment->first_page + segment->pages);
	span.end = index + (span.end - page);
	return span;
}
