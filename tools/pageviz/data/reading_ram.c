/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The picture of RAM: a zone an area, frames that are alike a stretch, and
 * beside them what the kernel tells of classes that no flag shows.
 */
#include "taking.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"

/* Classes whose frames some process maps. */
#define MAPPED (PAGEMAP_RAM_BIT(PAGEMAP_RAM_ANON) |                           \
		PAGEMAP_RAM_BIT(PAGEMAP_RAM_KSM) |                            \
		PAGEMAP_RAM_BIT(PAGEMAP_RAM_SHMEM_MAPPED) |                   \
		PAGEMAP_RAM_BIT(PAGEMAP_RAM_FILE_MAPPED) |                    \
		PAGEMAP_RAM_BIT(PAGEMAP_RAM_HUGETLB_MAPPED) |                 \
		PAGEMAP_RAM_BIT(PAGEMAP_RAM_KERNEL_MAPPED))

/* ---- Zones ------------------------------------------------------------- */

/* Frames between zones have areas too: none is lost. */
static int add_zones(struct taking *taking, const struct pagemap_ram *ram,
		     uint64_t end)
{
	struct pagemap_ram_zone zone;
	uint64_t next = 0;
	char name[64];
	size_t i;
	int err = 0;

	for (i = 0; !err && !pagemap_ram_zone_at(ram, i, &zone); i++) {
		err = area_add(taking, next, zone.first_pfn,
			       "outside of zones");
		next = zone.first_pfn + zone.frame_count;
		snprintf(name, sizeof(name), "node %d %s", zone.node,
			 zone.name);
		if (!err)
			err = area_add(taking, zone.first_pfn, next,
				       zone.node < 0 ? "zones that overlap"
						     : name);
	}
	return err ? err : area_add(taking, next, end,
				    i ? "outside of zones" : "RAM");
}

/* ---- Frames ------------------------------------------------------------ */

static uint64_t shorter(uint64_t count, uint64_t other)
{
	return other < count ? other : count;
}

/* How many of a run's frames, from one on, have the same bounds as that. */
static uint64_t span_of_bounds(const struct taking *taking, uint64_t pfn,
			       uint64_t count, struct stretch *stretch)
{
	struct pagemap_frame frame;
	uint64_t i;

	for (i = 0; i < count; i++) {
		uint32_t high = stretch->sharers;

		if (!pagemap_snapshot_frame(taking->snapshot, pfn + i, &frame))
			high = frame.sharers_high;
		if (!i)
			stretch->sharers_high = high;
		else if (stretch->sharers_high != high)
			break;
	}
	return i;
}

/* Who maps a run's frames, as far as that was seen. */
static void find_mappers(struct taking *taking,
			 const struct pagemap_ram_run *run,
			 struct stretch *stretch, bool *ret_unseen)
{
	const struct share_set *set;

	*ret_unseen = false;
	stretch->set = PAGEMAP_RAM_BIT(run->ram_class) & MAPPED ? SET_UNKNOWN
								: SET_NOBODY;
	if (run->set == PAGEMAP_NO_SET)
		return;
	stretch->set = sets_number(taking, run->set);
	if (stretch->set >= taking->sets.count)
		return;
	set = (const struct share_set *)taking->sets.items + stretch->set;
	stretch->sharers = stretch->sharers_high = set->member_count;
	*ret_unseen = set->unseen;
}

static uint16_t number_flags(struct taking *taking, uint64_t flags)
{
	if (!taking->has_ksm_flag)
		flags &= ~(UINT64_C(1) << PAGEMAP_FLAG_KSM);
	return flags_number(taking, flags);
}

static int add_run(struct taking *taking, const struct pagemap_ram_run *run,
		   const struct area **area)
{
	struct stretch stretch = {
		.flags = number_flags(taking, run->flags),
		.state = PAGEMAP_PAGE_PRESENT,
		.class_of = (uint8_t)run->ram_class,
		.age = AGE_UNKNOWN,
	};
	uint64_t at, count;
	bool unseen;
	int err = 0;

	find_mappers(taking, run, &stretch, &unseen);
	for (at = 0; at < run->frame_count && !err; at += count) {
		stretch.first_page = stretch.place = run->first_pfn + at;
		if (stretch.place == (*area)->end_page) {
			err = stretch_close(taking);
			++*area;
		}
		count = shorter(run->frame_count - at,
				(*area)->end_page - stretch.place);
		count = shorter(count, UINT32_MAX);
		if (unseen)
			count = span_of_bounds(taking, stretch.place, count,
					       &stretch);
		stretch.page_count = (uint32_t)count;
		if (!err)
			err = stretch_add(taking, &stretch);
	}
	return err;
}

/* Areas hold all frames, one after the other. */
static int add_runs(struct taking *taking, const struct pagemap_ram *ram,
		    struct ram_figure *figures)
{
	const struct area *area = taking->areas.items;
	struct pagemap_ram_run run;
	size_t i;
	int err = 0;

	for (i = 0; !err && !pagemap_ram_run_at(ram, i, &run); i++) {
		figures[run.ram_class].seen_pages += run.frame_count;
		err = add_run(taking, &run, &area);
		if (!err && run.ram_class != PAGEMAP_RAM_HOLE)
			err = extent_add(taking, run.first_pfn,
					 run.first_pfn + run.frame_count);
	}
	return err;
}

/* ---- The picture ------------------------------------------------------- */

static int paint(struct taking *taking, struct picture *picture,
		 const struct pagemap_ram *ram)
{
	struct ram_figure *figures = store_allocate(taking->store,
		PAGEMAP_RAM_CLASS_COUNT * sizeof(*figures));
	int i, err;

	if (!figures)
		return -ENOMEM;
	for (i = 0; i < PAGEMAP_RAM_CLASS_COUNT; i++)
		figures[i].bytes = pagemap_ram_value(ram, PAGEMAP_RAM_BIT(i));
	picture->ram = figures;
	pagemap_ram_balance(ram, &picture->balance);
	taking->library_ns += picture->balance.cpu_ns;
	picture->mapped_pages = picture->balance.frames;
	err = add_zones(taking, ram, picture->balance.frames);
	if (!err)
		err = add_runs(taking, ram, figures);
	return err ? err : picture_settle(taking, picture);
}

static const char *why_sharers(const struct taking *taking)
{
	return taking->request->quick ?
	       store_own_text(taking->store,
			      "who maps frames is still being read") :
	       taking->why_sharers;
}

static const char *why_not(struct taking *taking, int err)
{
	struct pagemap_source *source = taking->source;
	const char *why = taking_why(taking, PAGEMAP_FEATURE_KPAGEFLAGS,
				     "what frames are used for is not known");

	if (*why)
		return why;
	why = pagemap_source_last_error(source);
	return store_text(taking->store, *why ? why : strerror(-err));
}

int ram_picture(struct taking *taking, struct picture *picture)
{
	struct pagemap_ram_opts opts = {
		.size = sizeof(opts),
		.sharing = taking->sharing,
		.runs = true,
	};
	uint64_t before = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	struct pagemap_ram *ram;
	int err = pagemap_ram_read(taking->source, &opts, &ram);

	/* This thread is one of those that the balance counts. */
	taking->library_ns -= clock_ns(CLOCK_THREAD_CPUTIME_ID) - before;
	picture->name = store_own_text(taking->store, "RAM");
	picture->why_sharers = why_sharers(taking);
	picture->why_use = store_own_text(taking->store,
			"which pages are used is told of processes alone");
	picture->why_age = picture->why_use;
	if (err == -ENOMEM)
		return err;
	if (err) {
		picture->why = why_not(taking, err);
		return 0;
	}
	picture->why = taking->why_guest;
	err = paint(taking, picture, ram);
	pagemap_ram_free(ram);
	return err ? err : guest_pieces(taking, picture);
}
