/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A vkernel's RAM: the picture of it by guest frame, where guest processes map
 * its frames, what the host has made of them, and where among the frames of
 * the host they are.
 */
#include "taking.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"

#define FLAG_KSM (UINT64_C(1) << PAGEMAP_FLAG_KSM)

/* ---- The snapshot ------------------------------------------------------ */

/* Beside a census of its host: its frames alone. */
static int take_snapshot(struct taking *taking)
{
	const struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts),
		.detail = PAGEMAP_DETAIL_PROCESSES,
		.metrics = PAGEMAP_METRICS_SIZES,
		.engine = PAGEMAP_ENGINE_CENSUS,
		.frames = PAGEMAP_FRAMES_ALL,
	};
	uint64_t wall_ns, cpu_ns, before = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	int err = pagemap_snapshot_take(taking->guest_source, &opts,
					&taking->guest_snapshot);

	if (err)
		return err;
	/* This thread is one of those that the snapshot counted. */
	pagemap_snapshot_cost(taking->guest_snapshot, &wall_ns, &cpu_ns);
	taking->library_ns += cpu_ns;
	taking->library_ns -= clock_ns(CLOCK_THREAD_CPUTIME_ID) - before;
	return 0;
}

static const char *why_no_guest(struct taking *taking, int err)
{
	const char *detail = pagemap_source_last_error(taking->guest_source);
	char text[WHY_SIZE];

	if (err == -ESRCH)
		return store_own_text(taking->store, "the vkernel ended: no "
				      "frame is its any more");
	snprintf(text, sizeof(text), "which frames are the vkernel's is not "
		 "known: %s", *detail ? detail : strerror(-err));
	return store_text(taking->store, text);
}

void guest_use(struct taking *taking, struct pagemap_snapshot *snapshot)
{
	struct moment *moment = store_moment(taking->store);
	struct pagemap_guest_balance balance;
	int use;

	taking->guest = pagemap_snapshot_guest(snapshot);
	if (!taking->guest)
		return;
	pagemap_guest_vkernel(taking->guest, &moment->vkernel);
	taking->first_guest_pfn = moment->vkernel.first_pfn;
	pagemap_guest_balance(taking->guest, &balance);
	for (use = 0; use < PAGEMAP_GUEST_USE_COUNT; use++)
		taking->maybe_swapped |= balance.maybe_swapped[use] != 0;
}

int guest_take(struct taking *taking)
{
	int err;

	taking->why_guest = "";
	if (taking->request->quick) {
		taking->why_guest = store_own_text(taking->store,
			"which frames are the vkernel's is still being read");
		return 0;
	}
	err = take_snapshot(taking);
	if (err == -ENOMEM)
		return err;
	if (!err)
		guest_use(taking, taking->guest_snapshot);
	if (!taking->guest)
		taking->why_guest = why_no_guest(taking, err ? err : -ENOTSUP);
	return taking->why_guest ? 0 : -ENOMEM;
}

/* ---- What the host made of frames -------------------------------------- */

static enum host_state host_of(const struct taking *taking,
			       const struct pagemap_guest_run *run)
{
	switch (run->state) {
	case PAGEMAP_GUEST_RESIDENT:
		if (taking->maybe_swapped &&
		    run->host_pfn == PAGEMAP_PFN_UNKNOWN)
			return HOST_EITHER;
		return taking->host_has_ksm_flag &&
		       run->host_flags != PAGEMAP_FLAGS_UNKNOWN &&
		       run->host_flags & FLAG_KSM ? HOST_MERGED : HOST_RESIDENT;
	case PAGEMAP_GUEST_SWAPPED:
		return HOST_SWAPPED;
	case PAGEMAP_GUEST_UNTOUCHED:
		return HOST_UNTOUCHED;
	case PAGEMAP_GUEST_IMAGE:
		return HOST_IMAGE;
	default:
		return HOST_UNKNOWN;
	}
}

uint64_t guest_host_span(const struct taking *taking, uint64_t frame,
			 uint64_t count, enum host_state *ret_host)
{
	struct pagemap_guest_run run;
	uint64_t left;
	size_t index;

	*ret_host = HOST_NOT_ASKED;
	if (!taking->guest)
		return count;
	*ret_host = HOST_UNKNOWN;
	if (pagemap_guest_run_of(taking->guest, frame, &index) ||
	    pagemap_guest_run_at(taking->guest, index, &run))
		return count ? 1 : 0;
	*ret_host = host_of(taking, &run);
	left = run.frame_count - (frame - run.first_pfn);
	return left < count ? left : count;
}

/* ---- Stretches --------------------------------------------------------- */

/* How many of a run's frames, from one on, are mapped by the same processes. */
static uint64_t span_of_set(struct taking *taking,
			    const struct pagemap_guest_run *run, uint64_t at,
			    uint64_t count, uint32_t *ret_set)
{
	uint64_t span;
	size_t set;

	*ret_set = run->use == PAGEMAP_GUEST_MAPPED ? SET_UNKNOWN : SET_NOBODY;
	if (run->use != PAGEMAP_GUEST_MAPPED || !taking->sharing)
		return count;
	pagemap_sharing_set_run(taking->sharing, run->first_pfn + at, count,
				&set, &span);
	if (set != PAGEMAP_NO_SET)
		*ret_set = sets_number(taking, set);
	return span;
}

/* Up to where frames from one on are in one area, and not too many. */
static uint64_t span_of_area(const struct taking *taking, uint64_t frame,
			     uint64_t count)
{
	if (count > UINT32_MAX)
		count = UINT32_MAX;
	if (frame < taking->first_guest_pfn &&
	    count > taking->first_guest_pfn - frame)
		count = taking->first_guest_pfn - frame;
	return count;
}

static int add_run(struct taking *taking, const struct pagemap_guest_run *run)
{
	struct stretch stretch = {
		.sharers = run->mappers,
		.sharers_high = run->mappers,
		.flags = flags_number(taking, run->guest_flags),
		.bits = (uint16_t)run->bits,
		.state = PAGEMAP_PAGE_PRESENT,
		.host = host_of(taking, run),
		.class_of = (uint8_t)run->use,
		.age = AGE_UNKNOWN,
	};
	uint64_t at, count;
	int err = 0;

	for (at = 0; at < run->frame_count && !err; at += count) {
		stretch.first_page = run->first_pfn + at;
		stretch.place = run->host_pfn == PAGEMAP_PFN_UNKNOWN ?
				PAGEMAP_PFN_UNKNOWN : run->host_pfn + at;
		count = span_of_area(taking, stretch.first_page,
				     run->frame_count - at);
		count = span_of_set(taking, run, at, count, &stretch.set);
		stretch.page_count = (uint32_t)count;
		if (stretch.first_page == taking->first_guest_pfn)
			err = stretch_close(taking);
		if (!err)
			err = stretch_add(taking, &stretch);
	}
	return err;
}

static int add_area(struct taking *taking, uint64_t first, uint64_t end,
		    const char *name)
{
	int err = area_add(taking, first, end, name);

	return err ? err : extent_add(taking, first, end);
}

/* ---- The picture ------------------------------------------------------- */

static int paint(struct taking *taking, struct picture *picture,
		 uint64_t frames)
{
	uint64_t image = taking->first_guest_pfn < frames ?
			 taking->first_guest_pfn : frames;
	struct pagemap_guest_run run;
	size_t i;
	int err = add_area(taking, 0, image, "kernel image");

	if (!err)
		err = add_area(taking, image, frames, "guest RAM");
	for (i = 0; !err && !pagemap_guest_run_at(taking->guest, i, &run); i++)
		err = add_run(taking, &run);
	picture->mapped_pages = frames;
	return err ? err : picture_settle(taking, picture);
}

static bool knows_flags(const struct taking *taking)
{
	struct pagemap_guest_run run;
	size_t i;

	for (i = 0; !pagemap_guest_run_at(taking->guest, i, &run); i++)
		if (run.guest_flags != PAGEMAP_FLAGS_UNKNOWN)
			return true;
	return false;
}

int guest_picture(struct taking *taking, struct picture *picture)
{
	struct pagemap_guest_balance *balance;

	if (!taking->snapshot && taking->machine == MACHINE_GUEST)
		return ended_picture(taking, picture);
	picture->name = store_own_text(taking->store, "guest RAM");
	picture->why_sharers = taking->why_sharers;
	picture->why_age = store_own_text(taking->store,
		"how long ago a guest's frames were used is not kept");
	if (!taking->guest) {
		picture->why = store_own_text(taking->store,
			"what is in the vkernel's RAM is not known");
		return 0;
	}
	if (!knows_flags(taking))
		picture->why_flags = store_own_text(taking->store,
			"the guest's own flags are known by --inside alone, "
			"where that has kpageflags");
	balance = store_allocate(taking->store, sizeof(*balance));
	if (!balance)
		return -ENOMEM;
	pagemap_guest_balance(taking->guest, balance);
	picture->guest = balance;
	return paint(taking, picture, balance->frames);
}

/* ---- Where guest processes map frames ---------------------------------- */

/* Places while they are found. */
struct placing {
	struct taking *taking;
	struct list places;		/* struct guest_place */
	uint32_t person;		/* whose mapping is at hand */
};

static uint32_t bits_of(const struct pagemap_run *run)
{
	return (run->bits & PAGEMAP_RUN_ACCESSED ? GUEST_PLACE_ACCESSED : 0) |
	       (run->bits & PAGEMAP_RUN_MODIFIED ? GUEST_PLACE_MODIFIED : 0);
}

/* Of pages that are all one frame the first is told of. */
static int add_place(struct placing *placing, const struct pagemap_run *run)
{
	bool same = run->bits & PAGEMAP_RUN_SAME_FRAME;
	uint64_t count = same ? 1 : run->page_count;
	struct guest_place *place;

	if (run->state != PAGEMAP_PAGE_PRESENT || run->pfn > UINT32_MAX - count)
		return 0;
	place = list_add(&placing->places, sizeof(*place));
	if (!place)
		return -ENOMEM;
	*place = (struct guest_place){
		.page = run->start_vaddr / placing->taking->page_bytes,
		.first_frame = (uint32_t)run->pfn,
		.frame_count = (uint32_t)count,
		.person = placing->person & 0xffffff,
		.bits = bits_of(run) & 0xff,
	};
	return 0;
}

static int place_mapping(struct placing *placing,
			 const struct pagemap_mapping *mapping)
{
	struct pagemap_run_iter iter;
	struct pagemap_run run;
	int err = 0;

	if (pagemap_run_iter_init(&iter, mapping))
		return 0;
	while (!err && pagemap_run_iter_next(&iter, &run) == 1)
		err = add_place(placing, &run);
	return err;
}

static int place_process(struct placing *placing,
			 const struct pagemap_process *process)
{
	const struct pagemap_mapping *mapping;
	size_t i;
	int err = 0;

	placing->person = placing->taking->person_of[
		pagemap_process_index(process)];
	for (i = 0; !err &&
		    (mapping = pagemap_process_mapping_at(process, i)); i++)
		err = place_mapping(placing, mapping);
	return err;
}

static int compare_places(const void *a, const void *b)
{
	const struct guest_place *x = a, *y = b;

	if (x->first_frame != y->first_frame)
		return x->first_frame < y->first_frame ? -1 : 1;
	/* Those found from the last one on are named from the first one on. */
	return (x->person > y->person) - (x->person < y->person);
}

static void set_reach(struct guest_place *places, size_t count)
{
	uint32_t reach = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		uint32_t end = places[i].first_frame + places[i].frame_count;

		reach = end > reach ? end : reach;
		places[i].reach = reach;
	}
}

int guest_places(struct taking *taking)
{
	struct placing placing = { .taking = taking };
	struct moment *moment = store_moment(taking->store);
	const struct pagemap_process *process;
	size_t i;
	int err = 0;

	if (taking->machine != MACHINE_GUEST)
		return 0;
	if (!taking->guest)
		return ended_places(taking);
	for (i = 0; !err && (process = pagemap_snapshot_process_at(
				     taking->snapshot, i)); i++)
		err = place_process(&placing, process);
	if (!err && placing.places.count)
		qsort(placing.places.items, placing.places.count,
		      sizeof(struct guest_place), compare_places);
	set_reach(placing.places.items, placing.places.count);
	moment->place_count = placing.places.count;
	moment->places = store_take(taking->store, &placing.places,
				    sizeof(struct guest_place), &err);
	return err;
}

/* ---- Where its frames are among the host's ----------------------------- */

static int compare_pieces(const void *a, const void *b)
{
	const struct guest_piece *x = a, *y = b;

	if (x->first_page != y->first_page)
		return x->first_page < y->first_page ? -1 : 1;
	return (x->guest_page > y->guest_page) -
	       (x->guest_page < y->guest_page);
}

static int list_pieces(struct taking *taking, struct list *pieces,
		       uint64_t *ret_unplaced)
{
	struct pagemap_guest_run run;
	struct guest_piece *piece;
	size_t i;

	for (i = 0; !pagemap_guest_run_at(taking->guest, i, &run); i++) {
		if (run.state != PAGEMAP_GUEST_RESIDENT)
			continue;
		if (run.host_pfn == PAGEMAP_PFN_UNKNOWN) {
			*ret_unplaced += run.frame_count;
			continue;
		}
		piece = list_add(pieces, sizeof(*piece));
		if (!piece)
			return -ENOMEM;
		*piece = (struct guest_piece){
			.first_page = run.host_pfn,
			.guest_page = run.first_pfn,
			.page_count = (uint32_t)run.frame_count,
			.mappers = run.mappers,
			.use = (uint8_t)run.use,
		};
	}
	return 0;
}

/* A frame of the host that holds several of the guest (KSM) is told of once:
 * pieces do not overlap. */
static size_t part_pieces(struct guest_piece *pieces, size_t count)
{
	uint64_t end = 0;
	size_t i, kept = 0;

	for (i = 0; i < count; i++) {
		struct guest_piece piece = pieces[i];
		uint64_t over = piece.first_page < end ? end - piece.first_page
						       : 0;

		if (over >= piece.page_count)
			continue;
		piece.first_page += over;
		piece.guest_page += over;
		piece.page_count -= (uint32_t)over;
		end = piece.first_page + piece.page_count;
		pieces[kept++] = piece;
	}
	return kept;
}

int guest_pieces(struct taking *taking, struct picture *picture)
{
	struct list pieces = { 0 };
	int err;

	if (!taking->guest || taking->machine != MACHINE_HOST)
		return 0;
	err = list_pieces(taking, &pieces, &picture->unplaced_pages);
	picture->unplaced_low_pages = taking->maybe_swapped ? 0 :
				      picture->unplaced_pages;
	if (!err && pieces.count) {
		qsort(pieces.items, pieces.count, sizeof(struct guest_piece),
		      compare_pieces);
		pieces.count = part_pieces(pieces.items, pieces.count);
	}
	picture->piece_count = pieces.count;
	picture->pieces = store_take(taking->store, &pieces,
				     sizeof(struct guest_piece), &err);
	return err;
}
