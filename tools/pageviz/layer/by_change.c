/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is other than in the base picture: two lists of stretches walked as one,
 * each piece that is alike on both sides compared once.  Sharers are compared
 * by who they are (pids), since numbers of sets are of one moment.
 */
#include "making.h"

#include <errno.h>
#include <stdlib.h>

#include "page_class.h"

enum change {
	CHANGE_ABSENT,
	CHANGE_SAME,
	CHANGE_CAME,
	CHANGE_WENT,
	CHANGE_UNMAPPED,
	CHANGE_COPIED,
	CHANGE_MOVED,
	CHANGE_KIND,
	CHANGE_MORE,
	CHANGE_FEWER,
	CHANGE_HANDS,
	CHANGE_UNKNOWN,
	CHANGE_COUNT
};

static const struct class_row of_process[CHANGE_COUNT] = {
	[CHANGE_ABSENT] = { "absent", "absent", "nothing there, as before",
			    SWATCH_ABSENT, ROW_FIXED },
	[CHANGE_SAME] = { "same", "same", "as it was", SWATCH_PLAIN,
			  ROW_ANSWER },
	[CHANGE_CAME] = { "came", "came", "nothing stood there before",
			  SWATCH_CAME, ROW_FIXED },
	[CHANGE_WENT] = { "went", "went", "something stood there before",
			  SWATCH_WENT, ROW_FIXED },
	[CHANGE_UNMAPPED] = { "unmapped", "unmapped",
			      "stood there before; the mapping is gone too",
			      SWATCH_UNMAPPED, ROW_FIXED },
	[CHANGE_COPIED] = { "copied", "copied on write",
			    "written: it has a frame of its own now",
			    SWATCH_COPIED, ROW_ANSWER },
	[CHANGE_MOVED] = { "moved", "another frame",
			   "the same kind of page in another frame or slot",
			   SWATCH_MOVED, ROW_ANSWER },
	[CHANGE_KIND] = { "state", "another state",
			  "swapped in or out, merged, split ...",
			  SWATCH_CHANGED, ROW_FIXED },
	[CHANGE_MORE] = { "more", "shared by more",
			  "the same frame, mapped by more processes",
			  SWATCH_MORE, ROW_ANSWER },
	[CHANGE_FEWER] = { "fewer", "shared by fewer",
			   "the same frame, mapped by fewer processes",
			   SWATCH_FEWER, ROW_ANSWER },
	[CHANGE_HANDS] = { "hands", "by others",
			   "the same frame, mapped by as many, but by others",
			   SWATCH_HANDS, ROW_ANSWER },
	[CHANGE_UNKNOWN] = { "unknown", "unknown",
			     "whether it is the same is not known",
			     SWATCH_UNKNOWN, ROW_DOUBT },
};

/* Where frames are looked at these mean something else. */
static const struct class_row of_ram[CHANGE_COUNT] = {
	[CHANGE_CAME] = { "came", "taken", "was free before", SWATCH_CAME,
			  ROW_FIXED },
	[CHANGE_WENT] = { "went", "freed", "was in use before", SWATCH_WENT,
			  ROW_FIXED },
	[CHANGE_UNMAPPED] = { "unmapped", "gone", "RAM that was taken out",
			      SWATCH_UNMAPPED, ROW_FIXED },
	[CHANGE_KIND] = { "state", "another class",
			  "holds something else than before", SWATCH_CHANGED,
			  ROW_FIXED },
	[CHANGE_HANDS] = { "hands", "other owners",
			   "mapped by as many processes, but by others",
			   SWATCH_HANDS, ROW_ANSWER },
};

/* And of a vkernel's RAM. */
static const struct class_row of_guest[CHANGE_COUNT] = {
	[CHANGE_CAME] = { "came", "taken", "no guest process mapped it before",
			  SWATCH_CAME, ROW_FIXED },
	[CHANGE_WENT] = { "went", "let go", "guest processes mapped it before",
			  SWATCH_WENT, ROW_FIXED },
	[CHANGE_COPIED] = { "given", "given memory",
			    "used for the first time: the host has memory for "
			    "it now", SWATCH_COPIED, ROW_FIXED },
	[CHANGE_UNMAPPED] = { "given_back", "given back",
			      "the host has its memory back", SWATCH_UNMAPPED,
			      ROW_FIXED },
	[CHANGE_MOVED] = { "moved", "another frame",
			   "in another frame of the host", SWATCH_MOVED,
			   ROW_ANSWER },
	[CHANGE_KIND] = { "state", "another use",
			  "for something else than before, or swapped in or "
			  "out by the host", SWATCH_CHANGED, ROW_FIXED },
	[CHANGE_MORE] = { "more", "shared by more",
			  "mapped by more guest processes", SWATCH_MORE,
			  ROW_ANSWER },
	[CHANGE_FEWER] = { "fewer", "shared by fewer",
			   "mapped by fewer guest processes", SWATCH_FEWER,
			   ROW_ANSWER },
	[CHANGE_HANDS] = { "hands", "other owners",
			   "mapped by as many guest processes, but by others",
			   SWATCH_HANDS, ROW_ANSWER },
};

static const struct class_row *row_of(enum map_kind kind, int change)
{
	const struct class_row *row = kind == MAP_RAM ? &of_ram[change] :
				      kind == MAP_GUEST ? &of_guest[change] :
							  &of_process[change];

	return row->key ? row : &of_process[change];
}

/* One side of the comparison. */
struct side {
	const struct moment *moment;
	const struct picture *picture;
	size_t next;
	uint64_t *sets;			/* each set by who is in it */
};

struct change_walk {
	struct making *making;
	struct side now;
	struct side base;
	size_t area;			/* of now */
};

/* ---- Who shares -------------------------------------------------------- */

static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 29;
}

/* Sets of the same pids have the same number. */
static int number_sets(struct side *side)
{
	const struct moment *moment = side->moment;
	size_t i, k;

	side->sets = malloc((moment->set_count + 1) * sizeof(*side->sets));
	if (!side->sets)
		return -ENOMEM;
	for (i = 0; i < moment->set_count; i++) {
		const struct share_set *set = &moment->sets[i];
		uint64_t hash = set->member_count;

		for (k = 0; k < set->member_count; k++)
			if (set->members[k] < moment->person_count)
				hash = mix(hash, (uint64_t)moment->people[
						 set->members[k]].pid);
		side->sets[i] = hash;
	}
	return 0;
}

static bool have_sets(const struct change_walk *walk, const struct stretch *now,
		      const struct stretch *base)
{
	return now->set < walk->now.moment->set_count &&
	       base->set < walk->base.moment->set_count;
}

static enum change compare_sharers(const struct change_walk *walk,
				   const struct stretch *now,
				   const struct stretch *base)
{
	/* A page in the same frame is the same; a frame may be another's. */
	if (!now->sharers || !base->sharers)
		return making_is_frames(walk->making) ? CHANGE_UNKNOWN
						      : CHANGE_SAME;
	if (now->sharers > base->sharers_high)
		return CHANGE_MORE;
	if (now->sharers_high < base->sharers)
		return CHANGE_FEWER;
	if (have_sets(walk, now, base) &&
	    walk->now.sets[now->set] != walk->base.sets[base->set])
		return now->sharers > base->sharers ? CHANGE_MORE :
		       now->sharers < base->sharers ? CHANGE_FEWER
						    : CHANGE_HANDS;
	return now->sharers == base->sharers ? CHANGE_SAME : CHANGE_UNKNOWN;
}

/* ---- One page then and now --------------------------------------------- */

static uint64_t place_of(const struct stretch *stretch, uint64_t page)
{
	/* Slots begin at 1; where they are not shown, they are 0. */
	if (stretch->state == PAGEMAP_PAGE_SWAPPED && !stretch->place)
		return PAGEMAP_PFN_UNKNOWN;
	if (stretch->place == PAGEMAP_PFN_UNKNOWN ||
	    (stretch->bits & PAGEMAP_RUN_SAME_FRAME))
		return stretch->place;
	return stretch->place + (page - stretch->first_page);
}

/* Written for the first time since it was shared with a file, the page of
 * zeros, merged pages or another process. */
static bool is_copied(const struct stretch *now, const struct stretch *base)
{
	switch (base->class_of) {
	case CLASS_FILE:
	case CLASS_SHMEM:
	case CLASS_ZERO:
	case CLASS_KSM:
		return now->class_of == CLASS_ANON ||
		       now->class_of == CLASS_HUGE;
	case CLASS_ANON:
	case CLASS_HUGE:
		return (now->class_of == CLASS_ANON ||
			now->class_of == CLASS_HUGE) && now->sharers &&
		       now->sharers_high < base->sharers;
	default:
		return false;
	}
}

static bool has_place(const struct stretch *stretch)
{
	return stretch->state == PAGEMAP_PAGE_PRESENT ||
	       stretch->state == PAGEMAP_PAGE_SWAPPED ||
	       stretch->state == PAGEMAP_PAGE_HUGETLB;
}

static enum change compare_pages(const struct change_walk *walk,
				 const struct stretch *now,
				 const struct stretch *base, uint64_t page,
				 uint64_t page_count)
{
	uint64_t place = place_of(now, page), before = place_of(base, page);
	bool shown = place != PAGEMAP_PFN_UNKNOWN &&
		     before != PAGEMAP_PFN_UNKNOWN;

	if (now->state == base->state && !has_place(now))
		return CHANGE_SAME;
	if (shown && place != before && is_copied(now, base))
		return CHANGE_COPIED;
	if (now->state != base->state || now->class_of != base->class_of)
		return CHANGE_KIND;
	if (!shown)
		return CHANGE_UNKNOWN;
	/* All in one frame, and each in one of its own: not alike. */
	if (page_count > 1 &&
	    ((now->bits ^ base->bits) & PAGEMAP_RUN_SAME_FRAME))
		return CHANGE_MOVED;
	if (place != before || now->swap_type != base->swap_type)
		return CHANGE_MOVED;
	return now->state == PAGEMAP_PAGE_PRESENT ?
	       compare_sharers(walk, now, base) : CHANGE_SAME;
}

static enum change compare_frames(const struct change_walk *walk,
				  const struct stretch *now,
				  const struct stretch *base)
{
	int is = nobody_of(now->class_of), was = nobody_of(base->class_of);

	if (is == NOBODY_FREE || was == NOBODY_FREE)
		return is == was ? CHANGE_SAME :
		       is == NOBODY_FREE ? CHANGE_WENT : CHANGE_CAME;
	if (now->class_of != base->class_of)
		return CHANGE_KIND;
	return is < 0 ? compare_sharers(walk, now, base) : CHANGE_SAME;
}

static enum change compare_guest(const struct change_walk *walk,
				 const struct stretch *now,
				 const struct stretch *base, uint64_t page)
{
	bool is = now->class_of == PAGEMAP_GUEST_MAPPED;
	bool was = base->class_of == PAGEMAP_GUEST_MAPPED;
	uint64_t place = place_of(now, page), before = place_of(base, page);

	if (is != was)
		return is ? CHANGE_CAME : CHANGE_WENT;
	is = now->host != HOST_UNTOUCHED;
	was = base->host != HOST_UNTOUCHED;
	if (is != was)
		return is ? CHANGE_COPIED : CHANGE_UNMAPPED;
	if (now->class_of != base->class_of || now->host != base->host)
		return CHANGE_KIND;
	if (now->class_of == PAGEMAP_GUEST_MAPPED) {
		enum change change = compare_sharers(walk, now, base);

		if (change != CHANGE_SAME)
			return change;
	}
	return place != before && place != PAGEMAP_PFN_UNKNOWN &&
	       before != PAGEMAP_PFN_UNKNOWN ? CHANGE_MOVED : CHANGE_SAME;
}

static enum change compare(const struct change_walk *walk,
			   const struct stretch *now,
			   const struct stretch *base, uint64_t page,
			   uint64_t page_count)
{
	switch (walk->making->picture->id.kind) {
	case MAP_RAM:
		return compare_frames(walk, now, base);
	case MAP_GUEST:
		return compare_guest(walk, now, base, page);
	default:
		return compare_pages(walk, now, base, page, page_count);
	}
}

/* ---- Both lists -------------------------------------------------------- */

/* The stretch that is next on a side, from a page on; NULL: none. */
static const struct stretch *next_of(struct side *side, uint64_t page)
{
	const struct picture *picture = side->picture;

	for (; side->next < picture->stretch_count; side->next++) {
		const struct stretch *stretch =
			&picture->stretches[side->next];

		if (stretch->first_page + stretch->page_count > page)
			return stretch;
	}
	return NULL;
}

static uint64_t end_of(const struct stretch *stretch, uint64_t from)
{
	return stretch->first_page > from ? stretch->first_page
			: stretch->first_page + stretch->page_count;
}

/* What went lies in a mapping of now, or that is gone too. */
static void put_gone(struct change_walk *walk, uint64_t page, uint64_t end)
{
	const struct picture *picture = walk->now.picture;
	struct making *making = walk->making;

	while (page < end) {
		const struct area *area;
		uint64_t until = end;
		bool inside;

		while (walk->area < picture->area_count &&
		       picture->areas[walk->area].end_page <= page)
			walk->area++;
		area = walk->area < picture->area_count ?
		       &picture->areas[walk->area] : NULL;
		inside = area && area->first_page <= page;
		if (inside && area->end_page < until)
			until = area->end_page;
		else if (area && !inside && area->first_page < until)
			until = area->first_page;
		making_put(making, page, until - page,
			   inside ? CHANGE_WENT : CHANGE_UNMAPPED);
		if (!inside)
			making->outside_pages += until - page;
		page = until;
	}
}

static void put_piece(struct change_walk *walk, const struct stretch *now,
		      const struct stretch *base, uint64_t page, uint64_t end)
{
	bool is = now && now->first_page <= page;
	bool was = base && base->first_page <= page;
	enum change change = CHANGE_CAME;

	if (!is) {
		if (was)
			put_gone(walk, page, end);
		return;
	}
	if (was)
		change = compare(walk, now, base, page, end - page);
	making_put(walk->making, page, end - page, (uint8_t)change);
}

static void walk_both(struct change_walk *walk)
{
	const struct stretch *now, *base;
	uint64_t end, page = 0;

	for (;;) {
		now = next_of(&walk->now, page);
		base = next_of(&walk->base, page);
		if (!now && !base)
			return;
		end = now ? end_of(now, page) : UINT64_MAX;
		if (base && end_of(base, page) < end)
			end = end_of(base, page);
		put_piece(walk, now, base, page, end);
		page = end;
	}
}

/* ---- All of it --------------------------------------------------------- */

static uint8_t not_known(struct making *making, const void *context,
			 const struct stretch *stretch)
{
	(void)making, (void)context, (void)stretch;
	return CHANGE_UNKNOWN;
}

static int compare_all(struct making *making)
{
	const struct layer_input *input = making->input;
	struct change_walk walk = {
		.making = making,
		.now = { .moment = making->moment,
			 .picture = making->picture },
		.base = { .moment = input->base_moment,
			  .picture = input->base },
	};
	/* Each end of a stretch or an area begins at most one run. */
	size_t ends = 2 * (making->picture->stretch_count +
			   input->base->stretch_count +
			   making->picture->area_count);
	int err = making_room(making, ends);

	if (!err)
		err = number_sets(&walk.now);
	if (!err)
		err = number_sets(&walk.base);
	if (!err)
		walk_both(&walk);
	free(walk.now.sets);
	free(walk.base.sets);
	return err;
}

int make_by_change(struct making *making)
{
	int i;

	for (i = 0; i < CHANGE_COUNT; i++)
		making_add(making, row_of(making->picture->id.kind, i));
	making->why = making->picture->why_sharers;
	if (making->input->base)
		return compare_all(making);
	making->why = "there is no earlier picture to compare with yet";
	for (i = CHANGE_SAME; i < CHANGE_UNKNOWN; i++)
		making->kinds[i] = ROW_ANSWER;
	return making_collect(making, not_known, NULL);
}
