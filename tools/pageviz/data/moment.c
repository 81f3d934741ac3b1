/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looking into a moment: all by halving, in lists that rise.
 */
#include "moment.h"

#include "store.h"

bool map_id_equal(struct map_id a, struct map_id b)
{
	return a.kind == b.kind && a.pid == b.pid;
}

const struct picture *moment_picture(const struct moment *moment,
				     struct map_id id)
{
	size_t i;

	for (i = 0; moment && i < moment->picture_count; i++)
		if (map_id_equal(moment->pictures[i].id, id))
			return &moment->pictures[i];
	return NULL;
}

const struct person *moment_person(const struct moment *moment, pid_t pid)
{
	const struct store_pid *found = store_find_pid(store_of(moment), pid);

	return found ? &moment->people[found->person] : NULL;
}

size_t picture_area_from(const struct picture *picture, uint64_t page)
{
	size_t low = 0, high = picture->area_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (picture->areas[middle].end_page <= page)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct area *picture_area(const struct picture *picture, uint64_t page)
{
	size_t at = picture_area_from(picture, page);

	return at < picture->area_count &&
	       picture->areas[at].first_page <= page ? &picture->areas[at]
						     : NULL;
}

/* The first stretch that ends after a page. */
static size_t first_stretch(const struct picture *picture, uint64_t page)
{
	size_t low = 0, high = picture->stretch_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct stretch *at = &picture->stretches[middle];

		if (at->first_page + at->page_count <= page)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct stretch *picture_stretch(const struct picture *picture,
				      uint64_t page)
{
	size_t at = first_stretch(picture, page);

	return at < picture->stretch_count &&
	       picture->stretches[at].first_page <= page ?
	       &picture->stretches[at] : NULL;
}

/* ---- Pages of a frame -------------------------------------------------- */

/* The first page at or after one that stands for the frame; false: none. */
static bool find_in_stretch(const struct stretch *stretch, uint64_t pfn,
			    uint64_t *page)
{
	uint64_t at = *page > stretch->first_page ? *page : stretch->first_page;
	uint64_t end = stretch->first_page + stretch->page_count;

	if (stretch->place == PAGEMAP_PFN_UNKNOWN ||
	    stretch->state == PAGEMAP_PAGE_SWAPPED || pfn < stretch->place)
		return false;
	if (stretch->bits & PAGEMAP_RUN_SAME_FRAME) {
		if (pfn != stretch->place || at >= end)
			return false;
		*page = at;
		return true;
	}
	pfn -= stretch->place;
	if (pfn >= stretch->page_count || stretch->first_page + pfn < at)
		return false;
	*page = stretch->first_page + pfn;
	return true;
}

/* Whether a page is the frame by which maps are linked. */
static bool is_of_frames(const struct picture *picture)
{
	return picture->id.kind != MAP_PROCESS;
}

int picture_frame(const struct picture *picture, uint64_t pfn, uint64_t *page)
{
	size_t i = first_stretch(picture, *page);

	if (is_of_frames(picture)) {
		if (pfn < *page || !picture_stretch(picture, pfn))
			return 0;
		*page = pfn;
		return 1;
	}
	for (; i < picture->stretch_count; i++)
		if (find_in_stretch(&picture->stretches[i], pfn, page))
			return 1;
	return 0;
}

uint64_t picture_frame_of(const struct picture *picture, uint64_t page)
{
	const struct stretch *stretch = picture_stretch(picture, page);

	if (is_of_frames(picture))
		return page;
	if (!stretch || stretch->state == PAGEMAP_PAGE_SWAPPED ||
	    stretch->place == PAGEMAP_PFN_UNKNOWN)
		return PAGEMAP_PFN_UNKNOWN;
	return stretch->bits & PAGEMAP_RUN_SAME_FRAME ? stretch->place :
	       stretch->place + (page - stretch->first_page);
}
