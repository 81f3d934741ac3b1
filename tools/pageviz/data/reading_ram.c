/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The picture of RAM: a zone an area, frames that are alike a stretch, and
 * beside them what the kernel tells of classes that no flag shows.
 */
#include "making.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Classes whose frames some process maps. */
#define MAPPED (PAGEMAP_RAM_BIT(PAGEMAP_RAM_ANON) |                           \
		PAGEMAP_RAM_BIT(PAGEMAP_RAM_KSM) |                            \
		PAGEMAP_RAM_BIT(PAGEMAP_RAM_SHMEM_MAPPED) |                   \
		PAGEMAP_RAM_BIT(PAGEMAP_RAM_FILE_MAPPED) |                    \
		PAGEMAP_RAM_BIT(PAGEMAP_RAM_HUGETLB_MAPPED) |                 \
		PAGEMAP_RAM_BIT(PAGEMAP_RAM_KERNEL_MAPPED))

static int add_stretch(struct making *making, struct stretch stretch,
		       size_t set)
{
	const struct share_set *sets;

	if (set != NO_SET) {
		stretch.set = sets_number(making, set);
		sets = making->sets.items;
		if (stretch.set < making->sets.count) {
			stretch.sharers = sets[stretch.set].member_count;
			stretch.sharers_high = stretch.sharers;
		}
	}
	return stretch_add(making, &stretch);
}

static int add_range(struct making *making,
		     const struct pagemap_ram_range *range)
{
	bool mapped = PAGEMAP_RAM_BIT(range->ram_class) & MAPPED;
	bool look = making->sharing && mapped && !making->request->flags_only;
	uint64_t at, count;
	size_t set = NO_SET;
	int err = 0;

	for (at = 0; at < range->frame_count && !err; at += count) {
		uint64_t pfn = range->first_pfn + at;

		count = range->frame_count - at;
		if (count > UINT32_MAX)
			count = UINT32_MAX;
		if (look)
			count = sets_span(making, pfn, count, &set);
		err = add_stretch(making, (struct stretch){
			.first_page = pfn,
			.place = pfn,
			.page_count = (uint32_t)count,
			.set = mapped ? SET_UNKNOWN : SET_NOBODY,
			.state = PAGEMAP_PAGE_PRESENT,
			.class_of = (uint8_t)range->ram_class,
			.age = AGE_UNKNOWN,
		}, set);
	}
	return err;
}

static int add_ranges(struct making *making, const struct pagemap_ram *ram,
		      struct ram_figure *figures, uint64_t *ret_end)
{
	struct pagemap_ram_range range = { 0 };
	size_t i;
	int err = 0;

	for (i = 0; !err && !pagemap_ram_range_at(ram, i, &range); i++) {
		figures[range.ram_class].seen_pages += range.frame_count;
		err = add_range(making, &range);
		if (!err && range.ram_class != PAGEMAP_RAM_HOLE)
			err = extent_add(making, range.first_pfn,
					 range.first_pfn + range.frame_count);
	}
	*ret_end = range.first_pfn + range.frame_count;
	return err;
}

static int add_area(struct making *making, uint64_t first, uint64_t end,
		    const char *name)
{
	struct area *area;

	if (first >= end)
		return 0;
	area = list_add(&making->areas, sizeof(*area));
	if (!area)
		return -ENOMEM;
	*area = (struct area){
		.first_page = first,
		.end_page = end,
		.name = store_text(making->store, name),
	};
	return area->name ? 0 : -ENOMEM;
}

static int paint(struct making *making, struct picture *picture,
		 const struct pagemap_ram *ram)
{
	struct ram_figure *figures = store_allocate(making->store,
		PAGEMAP_RAM_CLASS_COUNT * sizeof(*figures));
	uint64_t end;
	int i, err;

	if (!figures)
		return -ENOMEM;
	for (i = 0; i < PAGEMAP_RAM_CLASS_COUNT; i++)
		figures[i].bytes = pagemap_ram_value(ram, PAGEMAP_RAM_BIT(i));
	picture->ram = figures;
	pagemap_ram_balance(ram, &picture->balance);
	making->library_ns += picture->balance.cpu_ns;
	picture->mapped_pages = picture->balance.frames;
	err = add_ranges(making, ram, figures, &end);
	if (!err)
		err = add_area(making, 0, end, "RAM");
	return err ? err : picture_settle(making, picture);
}

static const char *why_sharers(const struct making *making)
{
	if (making->request->flags_only)
		return "only flags were read: whose frames are mapped was not "
		       "asked";
	return making->why_sharers;
}

int ram_picture(struct making *making, struct picture *picture)
{
	struct pagemap_source *source = making->source;
	struct pagemap_ram_opts opts = {
		.size = sizeof(opts),
		.sharing = making->request->flags_only ? NULL
						       : making->sharing,
		.ranges = true,
	};
	struct pagemap_ram *ram;
	const char *why = "";
	int err = pagemap_ram_read(source, &opts, &ram);

	picture->name = store_text(making->store, "RAM");
	picture->why_sharers = store_text(making->store, why_sharers(making));
	picture->why_use = store_text(making->store,
				      "who uses pages is told of processes");
	picture->why_age = picture->why_use;
	if (err == -ENOMEM)
		return err;
	if (!err) {
		err = paint(making, picture, ram);
		pagemap_ram_free(ram);
	} else {
		why = pagemap_feature_reason(source,
					     PAGEMAP_FEATURE_KPAGEFLAGS);
		if (!*why)
			why = pagemap_source_last_error(source);
		if (!*why)
			why = strerror(-err);
		err = 0;
	}
	picture->why = store_text(making->store, why);
	return err;
}
