/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What holds of every picture, whatever it is of: lists rise and do not
 * overlap, pages are in areas and are shown, sums are the figures.  Included
 * by one file of a program.
 */
#ifndef TESTS_OWN_PICTURE_H
#define TESTS_OWN_PICTURE_H

#include "moment.h"

static void assert_areas(const struct picture *picture)
{
	uint64_t pages = 0, next = 0;
	size_t i;

	for (i = 0; i < picture->area_count; i++) {
		const struct area *area = &picture->areas[i];

		assert_true(area->first_page >= next);
		assert_true(area->end_page > area->first_page);
		assert_true(*area->name);
		assert_ptr_equal(picture_area(picture, area->first_page), area);
		assert_ptr_equal(picture_area(picture, area->end_page - 1),
				 area);
		next = area->end_page;
		pages += next - area->first_page;
	}
	assert_null(picture_area(picture, next));
	assert_int_equal(picture->mapped_pages, pages);
}

static bool is_shown(const struct picture *picture, uint64_t first,
		     uint64_t end)
{
	size_t i;

	for (i = 0; i < picture->extent_count; i++) {
		const struct extent *extent = &picture->extents[i];

		if (first >= extent->first_page &&
		    end <= extent->first_page + extent->page_count)
			return true;
	}
	return false;
}

static void assert_extents(const struct picture *picture)
{
	uint64_t next = 0;
	size_t i;

	for (i = 0; i < picture->extent_count; i++) {
		const struct extent *extent = &picture->extents[i];

		assert_true(extent->page_count > 0);
		assert_true(!i || extent->first_page > next);
		next = extent->first_page + extent->page_count;
	}
}

/* Whether two that follow each other should have been one. */
static bool is_one(const struct picture *picture, const struct stretch *a,
		   const struct stretch *b)
{
	struct stretch as = *a;

	as.first_page = b->first_page;
	as.page_count = b->page_count;
	if (as.place != PAGEMAP_PFN_UNKNOWN &&
	    !(as.bits & PAGEMAP_RUN_SAME_FRAME))
		as.place += a->page_count;
	return a->first_page + a->page_count == b->first_page &&
	       picture_area(picture, a->first_page) ==
	       picture_area(picture, b->first_page) &&
	       !memcmp(&as, b, sizeof(as));
}

static void assert_stretch(const struct moment *moment,
			   const struct picture *picture,
			   const struct stretch *stretch)
{
	uint64_t end = stretch->first_page + stretch->page_count;
	const struct area *area = picture_area(picture, stretch->first_page);

	assert_true(stretch->page_count > 0);
	assert_non_null(area);
	assert_true(end <= area->end_page);
	assert_true(stretch->flags < moment->flag_count);
	assert_true(stretch->set < moment->set_count ||
		    stretch->set == SET_NOBODY || stretch->set == SET_UNKNOWN);
	assert_true(stretch->sharers_high >= stretch->sharers);
	if (stretch->set < moment->set_count && !picture->ended)
		assert_int_equal(moment->sets[stretch->set].member_count,
				 stretch->sharers);
	if (picture->id.kind == MAP_PROCESS ||
	    stretch->class_of != PAGEMAP_RAM_HOLE)
		assert_true(is_shown(picture, stretch->first_page, end));
	assert_ptr_equal(picture_stretch(picture, stretch->first_page),
			 stretch);
	assert_ptr_equal(picture_stretch(picture, end - 1), stretch);
}

static void assert_stretches(const struct moment *moment,
			     const struct picture *picture)
{
	uint64_t next = 0;
	size_t i;

	for (i = 0; i < picture->stretch_count; i++) {
		const struct stretch *stretch = &picture->stretches[i];

		assert_true(stretch->first_page >= next);
		assert_stretch(moment, picture, stretch);
		assert_true(!i || !is_one(picture, stretch - 1,
					  stretch));
		next = stretch->first_page + stretch->page_count;
	}
}

static uint64_t pages_in(const struct picture *picture,
			 enum pagemap_page_state state)
{
	uint64_t pages = 0;
	size_t i;

	for (i = 0; i < picture->stretch_count; i++)
		if (picture->stretches[i].state == state)
			pages += picture->stretches[i].page_count;
	return pages;
}

static void assert_metric(const struct moment *moment,
			  const struct picture *picture, uint64_t metrics,
			  enum pagemap_page_state state)
{
	uint64_t bytes = 0;
	int i;

	for (i = 0; i < PAGEMAP_METRIC_COUNT; i++) {
		if (!(metrics & PAGEMAP_METRIC_BIT(i)))
			continue;
		if (picture->usage.quality[i] != PAGEMAP_EXACT)
			return;
		bytes += picture->usage.value_bytes[i];
	}
	assert_int_equal(pages_in(picture, state) * moment->page_bytes, bytes);
}

static void assert_process_sums(const struct moment *moment,
				const struct picture *picture)
{
	assert_metric(moment, picture, PAGEMAP_METRIC_BIT(PAGEMAP_RSS),
		      PAGEMAP_PAGE_PRESENT);
	assert_metric(moment, picture, PAGEMAP_METRIC_BIT(PAGEMAP_ZERO),
		      PAGEMAP_PAGE_ZERO);
	assert_metric(moment, picture,
		      PAGEMAP_METRIC_BIT(PAGEMAP_HUGETLB_PRIVATE) |
		      PAGEMAP_METRIC_BIT(PAGEMAP_HUGETLB_SHARED),
		      PAGEMAP_PAGE_HUGETLB);
}

static void assert_ram_sums(const struct moment *moment,
			    const struct picture *picture)
{
	uint64_t pages[PAGEMAP_RAM_CLASS_COUNT] = { 0 }, all = 0, bytes = 0;
	size_t i;

	for (i = 0; i < picture->stretch_count; i++)
		pages[picture->stretches[i].class_of] +=
			picture->stretches[i].page_count;
	for (i = 0; i < PAGEMAP_RAM_CLASS_COUNT; i++) {
		assert_int_equal(picture->ram[i].seen_pages, pages[i]);
		all += pages[i];
		bytes += picture->ram[i].bytes.value;
	}
	assert_int_equal(all, picture->mapped_pages);
	assert_int_equal(all, picture->balance.frames);
	assert_int_equal(bytes, all * moment->page_bytes);
}

/* Each frame is in one stretch, counted by use and by what the host made of it
 * as the library counts it. */
static void assert_guest_sums(const struct picture *picture)
{
	static const enum pagemap_guest_state states[HOST_STATE_COUNT] = {
		[HOST_RESIDENT] = PAGEMAP_GUEST_RESIDENT,
		[HOST_MERGED] = PAGEMAP_GUEST_RESIDENT,
		[HOST_EITHER] = PAGEMAP_GUEST_RESIDENT,
		[HOST_SWAPPED] = PAGEMAP_GUEST_SWAPPED,
		[HOST_UNTOUCHED] = PAGEMAP_GUEST_UNTOUCHED,
		[HOST_IMAGE] = PAGEMAP_GUEST_IMAGE,
	};
	uint64_t counts[PAGEMAP_GUEST_USE_COUNT][PAGEMAP_GUEST_STATE_COUNT];
	uint64_t next = 0;
	size_t i;

	memset(counts, 0, sizeof(counts));
	for (i = 0; i < picture->stretch_count; i++) {
		const struct stretch *stretch = &picture->stretches[i];

		assert_int_equal(stretch->first_page, next);
		next += stretch->page_count;
		counts[stretch->class_of][states[stretch->host]] +=
			stretch->page_count;
	}
	assert_int_equal(next, picture->guest->frames);
	assert_int_equal(next, picture->mapped_pages);
	assert_memory_equal(counts, picture->guest->counts, sizeof(counts));
}

static void picture_assert_laws(const struct moment *moment,
				const struct picture *picture)
{
	assert_areas(picture);
	assert_extents(picture);
	assert_stretches(moment, picture);
	if (picture->id.kind == MAP_PROCESS && picture->stretch_count)
		assert_process_sums(moment, picture);
	if (picture->id.kind == MAP_RAM && picture->ram)
		assert_ram_sums(moment, picture);
	if (picture->id.kind == MAP_GUEST && picture->guest)
		assert_guest_sums(picture);
}

#endif
