/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which pages have a place, and their numbers without what is folded away; see
 * plane.h.  Where a number lies on the plane is a layout's.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plane.h"

static const struct plane_ops *const planes[LAYOUT_COUNT] = {
	[LAYOUT_ROWS] = &plane_rows,
	[LAYOUT_BLOCKS] = &plane_blocks,
	[LAYOUT_HILBERT] = &plane_hilbert,
};

const char *layout_name(enum layout layout)
{
	return planes[layout]->name;
}

const char *layout_describe(enum layout layout)
{
	return planes[layout]->describe;
}

const char *layout_name_at(size_t index)
{
	return index < LAYOUT_COUNT ? planes[index]->name : NULL;
}

int layout_from_name(const char *name, enum layout *ret_layout)
{
	size_t i;

	for (i = 0; i < LAYOUT_COUNT; i++) {
		if (strcmp(planes[i]->name, name))
			continue;
		*ret_layout = (enum layout)i;
		return 0;
	}
	return -ENOENT;
}

/* ---- Making ------------------------------------------------------------ */

static int extents_check(const struct extent *extents, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (extents[i].first_page >= PAGES_END ||
		    extents[i].page_count > PAGES_END - extents[i].first_page)
			return -EOVERFLOW;
		if (i && extents[i].first_page < extents[i - 1].first_page)
			return -EINVAL;
	}
	return 0;
}

/* Units that an extent touches, as pages. */
static void extent_units(const struct extent *extent, uint64_t unit_pages,
			 uint64_t *ret_first, uint64_t *ret_end)
{
	uint64_t mask = unit_pages - 1;

	*ret_first = extent->first_page & ~mask;
	*ret_end = (extent->first_page + extent->page_count + mask) & ~mask;
}

/* One more extent: its units follow those there are, or begin a segment. */
static void add_extent(struct world *world, const struct extent *extent)
{
	struct segment *last = world->segments + world->segment_count;
	uint64_t first, end;

	extent_units(extent, world->unit_pages, &first, &end);
	if (world->segment_count) {
		uint64_t last_end = last[-1].first_page + last[-1].pages;

		if (first <= last_end) {
			if (end > last_end) {
				last[-1].pages += end - last_end;
				world->pages += end - last_end;
			}
			return;
		}
	}
	*last = (struct segment){ first, world->pages, end - first };
	world->pages += end - first;
	world->segment_count++;
}

int world_make(const struct extent *extents, size_t count, enum layout layout,
	       uint32_t row_pages, double aspect, struct world **ret_world)
{
	struct world *world;
	size_t i;
	int err = extents_check(extents, count);

	if (err)
		return err;
	if (!(aspect > 0) || isinf(aspect) || row_pages > ROW_PAGES_MOST ||
	    (row_pages & (row_pages - 1)))
		return -EINVAL;
	/* No window is so narrow, and no plane shall be. */
	aspect = fmin(fmax(aspect, 1.0 / 64), 64);
	world = calloc(1, sizeof(*world));
	if (!world)
		return -ENOMEM;
	world->segments = calloc(count + 1, sizeof(*world->segments));
	if (!world->segments) {
		free(world);
		return -ENOMEM;
	}
	world->layout = layout;
	planes[layout]->choose(world, extents, count, row_pages, aspect);
	for (i = 0; i < count; i++)
		if (extents[i].page_count)
			add_extent(world, &extents[i]);
	if (world->pages)
		planes[layout]->shape(world, aspect);
	*ret_world = world;
	return 0;
}

void world_free(struct world *world)
{
	if (!world)
		return;
	free(world->segments);
	free(world);
}

/* ---- Asking ------------------------------------------------------------ */

enum layout world_layout(const struct world *world)
{
	return world->layout;
}

uint32_t world_row_pages(const struct world *world)
{
	return world->layout == LAYOUT_ROWS ? (uint32_t)world->unit_pages : 0;
}

uint32_t world_width(const struct world *world)
{
	return world->width;
}

uint32_t world_height(const struct world *world)
{
	return world->height;
}

/* How many segments begin at or before a page. */
static size_t segments_before(const struct world *world, uint64_t page)
{
	size_t low = 0, high = world->segment_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (world->segments[middle].first_page <= page)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

uint64_t world_page_of(const struct world *world, uint64_t index)
{
	const struct segment *segments = world->segments;
	size_t low = 0, high = world->segment_count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (segments[middle].first_index <= index)
			low = middle;
		else
			high = middle;
	}
	return segments[low].first_page + (index - segments[low].first_index);
}

bool world_holds(const struct world *world, const struct extent *extents,
		 size_t count)
{
	const struct segment *segment = world->segments;
	const struct segment *end = segment + world->segment_count;
	size_t i;

	for (i = 0; i < count; i++) {
		uint64_t first = extents[i].first_page;
		uint64_t pages = extents[i].page_count;

		if (!pages)
			continue;
		while (segment < end &&
		       segment->first_page + segment->pages <= first)
			segment++;
		if (segment == end || first < segment->first_page ||
		    pages > segment->first_page + segment->pages - first)
			return false;
	}
	return true;
}

size_t world_segment_after(const struct world *world, uint64_t page)
{
	size_t at = segments_before(world, page);
	const struct segment *segment = world->segments + at - 1;

	return at && page - segment->first_page < segment->pages ? at - 1 : at;
}

bool world_place(const struct world *world, uint64_t page, uint32_t *ret_x,
		 uint32_t *ret_y)
{
	size_t at = segments_before(world, page);
	const struct segment *segment = world->segments + at - 1;

	if (!at || page - segment->first_page >= segment->pages)
		return false;
	planes[world->layout]->place(world, segment->first_index +
				     (page - segment->first_page),
				     ret_x, ret_y);
	return true;
}

void world_nearest(const struct world *world, uint64_t page, uint32_t *ret_x,
		   uint32_t *ret_y)
{
	size_t at = segments_before(world, page);
	const struct segment *after = world->segments + at;
	uint64_t last;

	*ret_x = *ret_y = 0;
	if (!world->segment_count || world_place(world, page, ret_x, ret_y))
		return;
	if (!at) {
		world_place(world, after->first_page, ret_x, ret_y);
		return;
	}
	last = after[-1].first_page + after[-1].pages - 1;
	if (at < world->segment_count && after->first_page - page < page - last)
		last = after->first_page;
	world_place(world, last, ret_x, ret_y);
}

bool world_index(const struct world *world, int64_t x, int64_t y,
		 uint64_t *ret_index)
{
	if (x < 0 || y < 0 || x >= world->width || y >= world->height)
		return false;
	*ret_index = planes[world->layout]->index(world, (uint32_t)x,
						  (uint32_t)y);
	return *ret_index < world->pages;
}

bool world_page(const struct world *world, int64_t x, int64_t y,
		uint64_t *ret_page)
{
	uint64_t index;

	if (!world_index(world, x, y, &index))
		return false;
	*ret_page = world_page_of(world, index);
	return true;
}

bool world_fold_at(const struct world *world, size_t index, uint64_t *ret_page)
{
	if (!world->segment_count || index >= world->segment_count - 1)
		return false;
	*ret_page = world->segments[index + 1].first_page;
	return true;
}
