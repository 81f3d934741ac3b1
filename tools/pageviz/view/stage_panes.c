// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A pane's world: of all pages that its map had while it is open, so that
 * nothing jumps when mappings come and go; made anew when it has to hold more,
 * or is to be laid out in another way.
 */
#include <errno.h>
#include <stdlib.h>

#include "stage_inside.h"

#define ASPECT_UNKNOWN 1.6
#define ASPECT_CHANGE  1.5	/* the window is of another shape */
#define GROWTH_MOST    4	/* then rows of the old width do no longer */
#define STALE_MOST     4	/* times what is there now: most of it is past */
#define STALE_LEAST    (UINT64_C(1) << 16)

void staged_free(struct staged_pane *staged, struct maker *maker)
{
	maker_leave_world(maker, staged->world);
	free(staged->extents);
	moment_unref(staged->moment);
	moment_unref(staged->base_moment);
	*staged = (struct staged_pane){ 0 };
}

static uint64_t pages_of(const struct extent *extents, size_t count)
{
	uint64_t pages = 0;
	size_t i;

	for (i = 0; i < count; i++)
		pages += extents[i].page_count;
	return pages;
}

/* What the picture shows joins what was seen before; a map that is another
 * one by now begins anew. */
static int join(struct staged_pane *staged, const struct picture *picture,
		struct maker *maker)
{
	struct extent *joined;
	uint64_t now = pages_of(picture->extents, picture->extent_count);
	size_t count;

	joined = extents_join(staged->extents, staged->extent_count,
			      picture->extents, picture->extent_count, &count);
	if (!joined)
		return -ENOMEM;
	free(staged->extents);
	staged->extents = joined;
	staged->extent_count = count;
	if (pages_of(joined, count) / STALE_MOST <= now + STALE_LEAST)
		return 0;
	joined = extents_join(NULL, 0, picture->extents, picture->extent_count,
			      &count);
	if (!joined)
		return -ENOMEM;
	free(staged->extents);
	staged->extents = joined;
	staged->extent_count = count;
	maker_leave_world(maker, staged->world);
	staged->world = NULL;
	return 0;
}

/* 0: its box is not known yet. */
static double aspect_of(const struct pane *pane)
{
	return pane->box.width > 0 && pane->box.height > 0 ?
	       (double)pane->box.width / pane->box.height : 0;
}

/* Rows that were asked for, and curves, are as they are. */
static bool has_aspect(const struct pane *pane)
{
	return pane->layout == LAYOUT_BLOCKS ||
	       (pane->layout == LAYOUT_ROWS && !pane->row_pages);
}

static bool is_laid_out(const struct staged_pane *staged,
			const struct pane *pane)
{
	double aspect = aspect_of(pane), ratio;

	if (!staged->world || staged->layout != pane->layout ||
	    staged->row_pages != pane->row_pages)
		return false;
	if (!has_aspect(pane) || aspect == 0)
		return true;
	/* None was known: infinite. */
	ratio = aspect / staged->aspect;
	return ratio < ASPECT_CHANGE && ratio > 1 / ASPECT_CHANGE;
}

/* Rows that were chosen stay while they do. */
static uint32_t rows_of(const struct staged_pane *staged,
			const struct pane *pane, uint64_t pages)
{
	if (pane->layout == LAYOUT_ROWS && !pane->row_pages &&
	    is_laid_out(staged, pane) &&
	    pages <= staged->made_pages * GROWTH_MOST)
		return world_row_pages(staged->world);
	return pane->row_pages;
}

static int lay_out(struct staged_pane *staged, const struct pane *pane,
		   uint64_t *serials, struct maker *maker)
{
	uint64_t pages = pages_of(staged->extents, staged->extent_count);
	uint32_t rows = rows_of(staged, pane, pages);
	struct world *world;
	double aspect = aspect_of(pane);
	int err = world_make(staged->extents, staged->extent_count,
			     pane->layout, rows,
			     aspect > 0 ? aspect : ASPECT_UNKNOWN, &world);

	if (err)
		return err;
	if (rows == pane->row_pages)
		staged->made_pages = pages;
	maker_leave_world(maker, staged->world);
	staged->world = world;
	staged->world_serial = ++*serials;
	staged->layout = pane->layout;
	staged->row_pages = pane->row_pages;
	staged->aspect = aspect;
	return 0;
}

int staged_world(struct staged_pane *staged, const struct pane *pane,
		 const struct moment *moment, const struct picture *picture,
		 uint64_t *serials, struct maker *maker)
{
	bool is_news = staged->joined != moment;
	int err;

	if (is_news) {
		err = join(staged, picture, maker);
		if (err)
			return err;
	}
	if (!is_laid_out(staged, pane) ||
	    (is_news && !world_holds(staged->world, picture->extents,
				     picture->extent_count))) {
		err = lay_out(staged, pane, serials, maker);
		if (err)
			return err;
	}
	staged->joined = moment;
	return 0;
}
