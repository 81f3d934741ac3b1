/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The picture of a process: its mappings, and stretches of pages that are
 * alike in all that is known of them, split where those who share them change.
 */
#include "taking.h"

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
	struct taking *taking;
	struct picture *picture;
	const struct pagemap_process *process;
	uint32_t alone;				/* the set of it and nobody else;
						   SET_UNKNOWN: not yet found */
	enum pagemap_mapping_kind kind;		/* of the mapping at hand */
	uint64_t next_page;			/* up to here all is shown */
	struct ages_walk ages;
	bool use_known;				/* of some page */
};

/* ---- What cannot be read ----------------------------------------------- */

static const char *why_of(struct taking *taking, enum pagemap_status status)
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

	return why ? store_own_text(taking->store, why) :
	       taking_why(taking, PAGEMAP_FEATURE_PAGEMAP,
			  "where its pages are is not known");
}

static const char *why_use(struct painting *painting)
{
	struct taking *taking = painting->taking;

	if (painting->use_known)
		return "";
	if (!pagemap_source_has_feature(taking->source,
					PAGEMAP_FEATURE_PAGE_USE))
		return taking_why(taking, PAGEMAP_FEATURE_PAGE_USE,
				  "which pages are used is not known");
	return store_own_text(taking->store, painting->picture->stretch_count ?
			      "what it uses could not be read" : "");
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

static uint32_t set_of_alone(struct painting *painting)
{
	if (painting->alone == SET_UNKNOWN)
		painting->alone = sets_of_alone(painting->taking,
						painting->process);
	return painting->alone;
}

/* How many of a run's pages, from one on, have the same set as that. */
static uint64_t span_of_set(struct painting *painting,
			    const struct pagemap_run *run, uint64_t at,
			    uint64_t count, uint32_t *ret_set)
{
	struct taking *taking = painting->taking;
	bool same = run->bits & PAGEMAP_RUN_SAME_FRAME;
	uint64_t span;
	size_t set;

	*ret_set = set_without(run);
	if (!has_frame(run))
		return count;
	/* The kernel says so of each: these may not even be looked up. */
	if (run->sharers == 1 && run->bits & PAGEMAP_RUN_EXCLUSIVE) {
		*ret_set = set_of_alone(painting);
		return count;
	}
	if (!taking->sharing)
		return count;
	pagemap_sharing_set_run(taking->sharing, run->pfn + (same ? 0 : at),
				same ? 1 : count, &set, &span);
	if (set != PAGEMAP_NO_SET)
		*ret_set = sets_number(taking, set);
	return same ? count : span;
}

/* How many of a guest's pages the host has made the same of. */
static uint64_t span_of_host(struct painting *painting,
			     const struct pagemap_run *run, uint64_t at,
			     uint64_t count, struct stretch *stretch)
{
	bool same = run->bits & PAGEMAP_RUN_SAME_FRAME;
	enum host_state host;
	uint64_t span = guest_host_span(painting->taking, run->pfn +
					(same ? 0 : at), same ? 1 : count,
					&host);

	stretch->host = host;
	return same ? count : span;
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
	struct taking *taking = painting->taking;

	return (struct stretch){
		.sharers = run->sharers,
		.sharers_high = run->sharers_high,
		.flags = flags_number(taking, run->flags),
		.bits = (uint16_t)run->bits,
		.state = (uint8_t)run->state,
		.class_of = (uint8_t)page_class_of(run, painting->kind),
		.swap_type = run->swap_type & 0x1f,
		.age = AGE_UNKNOWN,
	};
}

static int add_run(struct painting *painting, const struct pagemap_run *run)
{
	struct taking *taking = painting->taking;
	struct stretch stretch = stretch_of(painting, run);
	uint64_t first = run->start_vaddr / taking->page_bytes, at = 0, count;
	int err = 0;

	painting->use_known |= run->bits & PAGEMAP_RUN_USE_KNOWN;
	for (; at < run->page_count && !err; at += count) {
		count = run->page_count - at;
		if (count > UINT32_MAX)
			count = UINT32_MAX;
		count = span_of_set(painting, run, at, count, &stretch.set);
		if (has_frame(run) && taking->machine == MACHINE_GUEST)
			count = span_of_host(painting, run, at, count, &stretch);
		if (run->state == PAGEMAP_PAGE_PRESENT)
			count = ages_span(&painting->ages, first + at, count,
					  &stretch.age);
		stretch.first_page = first + at;
		stretch.place = place_of(run, at);
		stretch.page_count = (uint32_t)count;
		err = stretch_add(taking, &stretch);
	}
	return err;
}

/* ---- Mappings ---------------------------------------------------------- */

/* Absent pages up to one: all of them, or both ends. */
static int show_hole(struct painting *painting, uint64_t end)
{
	struct taking *taking = painting->taking;
	uint64_t first = painting->next_page, ends = HOLE_END_PAGES;
	int err;

	if (end - first <= HOLE_PAGES)
		return extent_add(taking, first, end);
	err = extent_add(taking, first,
			 (first + 2 * ends - 1) / ends * ends);
	return err ? err : extent_add(taking, (end - ends) / ends * ends, end);
}

static int show_run(struct painting *painting, const struct pagemap_run *run)
{
	uint64_t first = run->start_vaddr / painting->taking->page_bytes;
	uint64_t end = first + run->page_count;
	int err = show_hole(painting, first);

	painting->next_page = end;
	return err ? err : extent_add(painting->taking, first, end);
}

static const char *name_of(const struct pagemap_mapping *mapping)
{
	const char *path = pagemap_mapping_path(mapping);

	if (*path)
		return path;
	return pagemap_mapping_kind(mapping) == PAGEMAP_MAPPING_UNKNOWN ?
	       "unknown" : "anonymous";
}

static int add_area(struct taking *taking,
		    const struct pagemap_mapping *mapping)
{
	const char *permissions = pagemap_mapping_permissions(mapping);
	struct area *area = list_add(&taking->areas, sizeof(*area));

	if (!area)
		return -ENOMEM;
	*area = (struct area){
		.first_page = pagemap_mapping_start_vaddr(mapping) /
			      taking->page_bytes,
		.end_page = pagemap_mapping_end_vaddr(mapping) /
			    taking->page_bytes,
		.name = store_text(taking->store, name_of(mapping)),
		.kind = (uint8_t)pagemap_mapping_kind(mapping),
		.offset_bytes = pagemap_mapping_offset_bytes(mapping),
	};
	if (*permissions != '?')
		snprintf(area->permissions, sizeof(area->permissions), "%s",
			 permissions);
	return area->name ? 0 : -ENOMEM;
}

static int add_runs(struct painting *painting,
		    const struct pagemap_mapping *mapping)
{
	struct taking *taking = painting->taking;
	struct pagemap_run_iter iter;
	struct pagemap_run run;
	int err = 0;

	/* Where no census can be taken, mappings are all there is. */
	if (pagemap_run_iter_init(&iter, mapping))
		return 0;
	while (!err && pagemap_run_iter_next(&iter, &run) == 1) {
		/* This kernel says it of every page. */
		if (!taking->has_ksm_flag &&
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
	struct taking *taking = painting->taking;
	const struct area *area;
	int err = add_area(taking, mapping);

	if (err)
		return err;
	area = (const struct area *)taking->areas.items +
	       taking->areas.count - 1;
	painting->kind = pagemap_mapping_kind(mapping);
	painting->next_page = area->first_page;
	painting->picture->mapped_pages += area->end_page - area->first_page;
	err = stretch_close(taking);
	if (!err)
		err = add_runs(painting, mapping);
	return err ? err : show_hole(painting, area->end_page);
}

/* ---- The picture ------------------------------------------------------- */

static int paint(struct painting *painting,
		 const struct pagemap_process *process)
{
	struct taking *taking = painting->taking;
	struct picture *picture = painting->picture;
	const struct pagemap_mapping *mapping;
	size_t i;
	int err = 0;

	ages_begin(taking, picture->id.pid, &painting->ages);
	for (i = 0; !err &&
		    (mapping = pagemap_process_mapping_at(process, i)); i++)
		err = add_mapping(painting, mapping);
	if (!err)
		err = picture_settle(taking, picture);
	picture->why_sharers = taking->why_sharers;
	picture->why_use = why_use(painting);
	picture->why_age = store_text(taking->store, ages_why(taking));
	return err ? err : pagemap_usage_of_process(process, &picture->usage);
}

static void begin(struct taking *taking, struct picture *picture,
		  const struct pagemap_process *process)
{
	picture->status = pagemap_process_status(process);
	picture->time_ns = pagemap_process_read_time_ns(process);
	picture->why = why_of(taking, picture->status);
	if (!*picture->why && taking->request->quick)
		picture->why = store_own_text(taking->store,
			"flags of frames are still being read");
}

/* Of one that is in no census, because it has no memory or is new. */
static int show_beside(struct taking *taking, struct picture *picture,
		       const struct pagemap_process *process)
{
	begin(taking, picture, process);
	picture->name = people_name(taking, process);
	if (picture->status == PAGEMAP_STATUS_COMPLETE)
		picture->why = store_own_text(taking->store,
			"it began while the machine was read: read again");
	return pagemap_usage_of_process(process, &picture->usage);
}

static int picture_beside(struct taking *taking, struct picture *picture)
{
	struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts),
		.pids = &picture->id.pid,
		.pid_count = 1,
	};
	const struct pagemap_process *process;
	struct pagemap_snapshot *snapshot;
	int err = pagemap_snapshot_take(taking->source, &opts, &snapshot);

	if (err == -ESRCH)
		return ended_picture(taking, picture);
	if (err)
		return err;
	process = pagemap_snapshot_process_at(snapshot, 0);
	/* A zombie that had memory has ended, though its parent waits. */
	if (pagemap_process_status(process) == PAGEMAP_STATUS_NO_MEMORY &&
	    ended_is_known(taking, picture->id))
		err = ended_picture(taking, picture);
	else
		err = show_beside(taking, picture, process);
	pagemap_snapshot_free(snapshot);
	return err;
}

int process_picture(struct taking *taking, struct picture *picture)
{
	struct painting painting = { .taking = taking, .picture = picture,
				     .alone = SET_UNKNOWN };
	const struct pagemap_process *process = taking->snapshot ?
		pagemap_snapshot_find_pid(taking->snapshot, picture->id.pid) :
		NULL;
	const struct person *people = taking->people.items;

	/* A census has none without memory: what it was is to be asked. */
	if (!process ||
	    pagemap_process_status(process) == PAGEMAP_STATUS_VANISHED ||
	    pagemap_process_status(process) == PAGEMAP_STATUS_NO_MEMORY)
		return picture_beside(taking, picture);
	begin(taking, picture, process);
	painting.process = process;
	picture->name = people[taking->person_of[
		pagemap_process_index(process)]].name;
	return paint(&painting, process);
}
