/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The picture of a process: its mappings, and stretches of pages that are
 * alike in all that is known of them, split where those who share them change.
 */
#include "making.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "page_class.h"

/* Holes of more pages are folded away, but for their ends: one page table. */
#define HOLE_PAGES 4096
#define HOLE_END_PAGES 512

#define FLAG_KSM (UINT64_C(1) << PAGEMAP_FLAG_KSM)

/* One process while its pages are looked at. */
struct painting {
	struct making *making;
	struct picture *picture;
	enum pagemap_mapping_kind kind;		/* of the mapping at hand */
	uint64_t next_page;			/* up to here all is shown */
	struct ages_walk ages;
	bool use_known;				/* of some page */
};

/* ---- What cannot be read ----------------------------------------------- */

static const char *why_of(struct making *making, enum pagemap_status status)
{
	static const char *const whys[] = {
		[PAGEMAP_STATUS_CHANGED] =
			"it changed while it was read: figures are estimates",
		[PAGEMAP_STATUS_DENIED] =
			"not permitted: run as root to see into it",
		[PAGEMAP_STATUS_MALFORMED] = "its files were not understood",
		[PAGEMAP_STATUS_VANISHED] = "it ended while it was read",
		[PAGEMAP_STATUS_NO_MEMORY] =
			"a kernel thread or a zombie: it has no memory",
	};
	const char *why = (size_t)status < sizeof(whys) / sizeof(whys[0]) ?
			  whys[status] : NULL;

	if (why)
		return why;
	return pagemap_feature_reason(making->source, PAGEMAP_FEATURE_PAGEMAP);
}

static const char *why_use(struct painting *painting)
{
	struct pagemap_source *source = painting->making->source;

	if (painting->use_known)
		return "";
	if (!pagemap_source_has_feature(source, PAGEMAP_FEATURE_PAGE_USE))
		return pagemap_feature_reason(source, PAGEMAP_FEATURE_PAGE_USE);
	return painting->picture->stretch_count ?
	       "its file of uses could not be read" : "";
}

/* ---- Stretches --------------------------------------------------------- */

static bool has_frame(const struct pagemap_run *run)
{
	return run->state == PAGEMAP_PAGE_PRESENT &&
	       run->pfn != PAGEMAP_PFN_UNKNOWN;
}

/* Who maps what is in no set. */
static uint32_t set_without(const struct pagemap_run *run)
{
	switch (run->state) {
	case PAGEMAP_PAGE_ZERO:
	case PAGEMAP_PAGE_GUARD:
	case PAGEMAP_PAGE_MARKER:
		return SET_NOBODY;
	default:
		return SET_UNKNOWN;
	}
}

/* How many of a run's pages, from one on, have the same set as that. */
static uint64_t span_of_set(struct making *making,
			    const struct pagemap_run *run, uint64_t at,
			    uint64_t count, uint32_t *ret_set)
{
	bool same = run->bits & PAGEMAP_RUN_SAME_FRAME;
	size_t set;

	*ret_set = set_without(run);
	if (!making->sharing || !has_frame(run))
		return count;
	if (same)
		sets_span(making, run->pfn, 1, &set);
	else
		count = sets_span(making, run->pfn + at, count, &set);
	if (set != NO_SET)
		*ret_set = sets_number(making, set);
	return count;
}

static uint64_t place_of(const struct pagemap_run *run, uint64_t at)
{
	uint64_t place = run->state == PAGEMAP_PAGE_SWAPPED ? run->swap_offset
							    : run->pfn;

	if (place == PAGEMAP_PFN_UNKNOWN ||
	    run->bits & PAGEMAP_RUN_SAME_FRAME ||
	    (run->state == PAGEMAP_PAGE_SWAPPED && !place))
		return place;
	return place + at;
}

/* A run as a stretch, without what may change within it. */
static struct stretch stretch_of(struct painting *painting,
				 const struct pagemap_run *run)
{
	struct making *making = painting->making;

	return (struct stretch){
		.sharers = run->sharers,
		.sharers_high = run->sharers_high,
		.flags = flags_number(making, run->flags),
		.bits = (uint16_t)run->bits,
		.state = (uint8_t)run->state,
		.class_of = (uint8_t)page_class_of(run, painting->kind),
		.swap_type = (uint8_t)run->swap_type,
		.age = AGE_UNKNOWN,
	};
}

static int add_run(struct painting *painting, const struct pagemap_run *run)
{
	struct making *making = painting->making;
	struct stretch stretch = stretch_of(painting, run);
	uint64_t first = run->start_vaddr / making->page_bytes, at = 0, count;
	int err = 0;

	painting->use_known |= run->bits & PAGEMAP_RUN_USE_KNOWN;
	for (; at < run->page_count && !err; at += count) {
		count = run->page_count - at;
		if (count > UINT32_MAX)
			count = UINT32_MAX;
		count = span_of_set(making, run, at, count, &stretch.set);
		if (run->state == PAGEMAP_PAGE_PRESENT)
			count = ages_span(&painting->ages, first + at, count,
					  &stretch.age);
		stretch.first_page = first + at;
		stretch.place = place_of(run, at);
		stretch.page_count = (uint32_t)count;
		err = stretch_add(making, &stretch);
	}
	return err;
}

/* ---- Mappings ---------------------------------------------------------- */

/* Absent pages up to one: all of them, or both ends. */
static int show_hole(struct painting *painting, uint64_t end)
{
	struct making *making = painting->making;
	uint64_t first = painting->next_page, ends = HOLE_END_PAGES;
	int err;

	if (end - first <= HOLE_PAGES)
		return extent_add(making, first, end);
	err = extent_add(making, first,
			 (first + 2 * ends - 1) / ends * ends);
	return err ? err : extent_add(making, (end - ends) / ends * ends, end);
}

static int show_run(struct painting *painting, const struct pagemap_run *run)
{
	uint64_t first = run->start_vaddr / painting->making->page_bytes;
	uint64_t end = first + run->page_count;
	int err = show_hole(painting, first);

	painting->next_page = end;
	return err ? err : extent_add(painting->making, first, end);
}

static int add_area(struct making *making,
		    const struct pagemap_mapping *mapping)
{
	const char *path = pagemap_mapping_path(mapping);
	struct area *area = list_add(&making->areas, sizeof(*area));

	if (!area)
		return -ENOMEM;
	*area = (struct area){
		.first_page = pagemap_mapping_start_vaddr(mapping) /
			      making->page_bytes,
		.end_page = pagemap_mapping_end_vaddr(mapping) /
			    making->page_bytes,
		.name = store_text(making->store, *path ? path : "anonymous"),
		.kind = (uint8_t)pagemap_mapping_kind(mapping),
		.offset_bytes = pagemap_mapping_offset_bytes(mapping),
	};
	snprintf(area->permissions, sizeof(area->permissions), "%s",
		 pagemap_mapping_permissions(mapping));
	return area->name ? 0 : -ENOMEM;
}

static int add_runs(struct painting *painting,
		    const struct pagemap_mapping *mapping)
{
	struct making *making = painting->making;
	struct pagemap_run_iter iter;
	struct pagemap_run run;
	int err = 0;

	/* Where no census can be taken, mappings are all there is. */
	if (pagemap_run_iter_init(&iter, mapping))
		return 0;
	while (!err && pagemap_run_iter_next(&iter, &run) == 1) {
		/* This kernel says it of every page. */
		if (!making->has_ksm_flag &&
		    run.flags != PAGEMAP_FLAGS_UNKNOWN)
			run.flags &= ~FLAG_KSM;
		err = add_run(painting, &run);
		if (!err)
			err = show_run(painting, &run);
	}
	return err;
}

static int add_mapping(struct painting *painting,
		       const struct pagemap_mapping *mapping)
{
	struct making *making = painting->making;
	const struct area *area;
	int err = add_area(making, mapping);

	if (err)
		return err;
	area = (const struct area *)making->areas.items +
	       making->areas.count - 1;
	painting->kind = pagemap_mapping_kind(mapping);
	painting->next_page = area->first_page;
	painting->picture->mapped_pages += area->end_page - area->first_page;
	err = add_runs(painting, mapping);
	return err ? err : show_hole(painting, area->end_page);
}

/* ---- The picture ------------------------------------------------------- */

static int paint(struct painting *painting,
		 const struct pagemap_process *process)
{
	struct making *making = painting->making;
	struct picture *picture = painting->picture;
	const struct pagemap_mapping *mapping;
	size_t i;
	int err = 0;

	ages_begin(making, picture->id.pid, &painting->ages);
	for (i = 0; !err &&
		    (mapping = pagemap_process_mapping_at(process, i)); i++)
		err = add_mapping(painting, mapping);
	if (!err)
		err = picture_settle(making, picture);
	picture->why_sharers = store_text(making->store, making->why_sharers);
	picture->why_use = store_text(making->store, why_use(painting));
	picture->why_age = store_text(making->store, ages_why(making));
	return err ? err : pagemap_usage_of_process(process, &picture->usage);
}

static void begin(struct making *making, struct picture *picture,
		  const struct pagemap_process *process)
{
	picture->status = pagemap_process_status(process);
	picture->time_ns = pagemap_process_read_time_ns(process);
	picture->why = store_text(making->store,
				  why_of(making, picture->status));
}

/* Those without memory are in no census: asked for by their pids. */
static int picture_beside(struct making *making, struct picture *picture)
{
	struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts),
		.identity = people_identity(making),
		.pids = &picture->id.pid,
		.pid_count = 1,
	};
	const struct pagemap_process *process;
	struct pagemap_snapshot *snapshot;
	int err = pagemap_snapshot_take(making->source, &opts, &snapshot);

	if (err == -ESRCH)
		return ended_picture(making, picture);
	if (err)
		return err;
	process = pagemap_snapshot_process_at(snapshot, 0);
	begin(making, picture, process);
	picture->name = people_name(making, snapshot, process);
	err = pagemap_usage_of_process(process, &picture->usage);
	/* It is there, and was not when all others were read. */
	if (picture->status == PAGEMAP_STATUS_COMPLETE)
		picture->why = store_text(making->store,
			"it began while the machine was read: read again");
	pagemap_snapshot_free(snapshot);
	return err;
}

int process_picture(struct making *making, struct picture *picture)
{
	struct painting painting = { .making = making, .picture = picture };
	const struct pagemap_process *process = making->snapshot ?
		pagemap_snapshot_find_pid(making->snapshot, picture->id.pid) :
		NULL;
	const struct person *people = making->people.items;

	if (!process || pagemap_process_status(process) ==
			PAGEMAP_STATUS_VANISHED)
		return picture_beside(making, picture);
	begin(making, picture, process);
	picture->name = people[making->person_of[
		pagemap_process_index(process)]].name;
	return paint(&painting, process);
}
