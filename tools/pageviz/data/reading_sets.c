/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What pictures are made of: share sets and flags by number, stretches that
 * grow while pages are alike, extents.
 */
#include "taking.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FLAG_SLOTS (UINT32_C(1) << 17)	/* at most half full */

/* ---- Sets -------------------------------------------------------------- */

uint32_t sets_add(struct taking *taking, const uint32_t *members,
		  uint32_t count, bool unseen)
{
	struct share_set *set = list_add(&taking->sets, sizeof(*set));
	uint32_t *copy = store_copy(taking->store, members,
				    count * sizeof(*members));

	if (!set || (!copy && count))
		return SET_UNKNOWN;
	*set = (struct share_set){ copy, count, unseen };
	return (uint32_t)taking->sets.count - 1;
}

uint32_t sets_number(struct taking *taking, size_t set)
{
	struct pagemap_share_set found;
	struct share_set *made;
	uint32_t i, number, *members;

	if (taking->set_numbers[set])
		return taking->set_numbers[set] - 1;
	if (pagemap_sharing_set_at(taking->sharing, set, &found))
		return SET_UNKNOWN;
	number = sets_add(taking, found.members, (uint32_t)found.member_count,
			  found.unseen_pages != 0);
	if (number == SET_UNKNOWN)
		return number;
	made = (struct share_set *)taking->sets.items + number;
	/* Who ended stands among them: indexes are others, and rise too. */
	members = (uint32_t *)(uintptr_t)made->members;
	for (i = 0; i < made->member_count; i++)
		members[i] = taking->person_of[members[i]];
	taking->set_numbers[set] = number + 1;
	return number;
}

/* The set of sharing that a process is in alone; PAGEMAP_NO_SET: there is none. */
static size_t find_alone(const struct taking *taking, uint32_t process)
{
	struct pagemap_share_set set;
	size_t i;

	for (i = 0; taking->sharing &&
		    !pagemap_sharing_set_at(taking->sharing, i, &set); i++)
		if (set.member_count == 1 && set.members[0] == process)
			return i;
	return PAGEMAP_NO_SET;
}

uint32_t sets_of_alone(struct taking *taking,
		       const struct pagemap_process *process)
{
	uint32_t index = (uint32_t)pagemap_process_index(process);
	size_t set = find_alone(taking, index);

	return set == PAGEMAP_NO_SET ?
	       sets_add(taking, &taking->person_of[index], 1, false) :
	       sets_number(taking, set);
}

/* ---- Flags ------------------------------------------------------------- */

static uint32_t hash_flags(uint64_t flags)
{
	return (uint32_t)(flags * UINT64_C(0x9e3779b97f4a7c15) >> 47);
}

uint16_t flags_number(struct taking *taking, uint64_t flags)
{
	const uint64_t *known = taking->flags.items;
	uint32_t at = hash_flags(flags);
	uint64_t *place;

	for (;; at++) {
		uint16_t *slot = &taking->flag_slots[at % FLAG_SLOTS];

		if (*slot && known[*slot - 1] == flags)
			return *slot - 1;
		if (*slot)
			continue;
		if (taking->flags.count == FLAGS_MOST)
			return 0;
		place = list_add(&taking->flags, sizeof(*place));
		if (!place)
			return 0;
		*place = flags;
		*slot = (uint16_t)taking->flags.count;
		return *slot - 1;
	}
}

/* ---- Stretches --------------------------------------------------------- */

static bool is_alike(const struct stretch *a, const struct stretch *b)
{
	return a->set == b->set && a->sharers == b->sharers &&
	       a->sharers_high == b->sharers_high && a->flags == b->flags &&
	       a->bits == b->bits && a->state == b->state &&
	       a->host == b->host && a->class_of == b->class_of &&
	       a->age == b->age && a->swap_type == b->swap_type;
}

/* Whether the frames, or slots, of one go on where the other's end. */
static bool goes_on(const struct stretch *last, const struct stretch *next)
{
	if (last->first_page + last->page_count != next->first_page ||
	    last->page_count > UINT32_MAX - next->page_count)
		return false;
	if (last->place == PAGEMAP_PFN_UNKNOWN ||
	    last->bits & PAGEMAP_RUN_SAME_FRAME)
		return last->place == next->place;
	/* Where slots are not shown, all have the first. */
	if (last->state == PAGEMAP_PAGE_SWAPPED && !last->place && !next->place)
		return true;
	return last->place + last->page_count == next->place;
}

int stretch_close(struct taking *taking)
{
	bool has_last = taking->has_last;

	taking->has_last = false;
	return has_last ? packer_add(&taking->stretches, &taking->last) : 0;
}

int stretch_add(struct taking *taking, const struct stretch *stretch)
{
	struct stretch *last = &taking->last;
	int err;

	if (taking->has_last && is_alike(last, stretch) &&
	    goes_on(last, stretch)) {
		last->page_count += stretch->page_count;
		return 0;
	}
	err = stretch_close(taking);
	*last = *stretch;
	taking->has_last = true;
	return err;
}

/* ---- Areas and extents ------------------------------------------------- */

int area_add(struct taking *taking, uint64_t first_page, uint64_t end_page,
	     const char *name)
{
	struct area *area;

	if (first_page >= end_page)
		return 0;
	area = list_add(&taking->areas, sizeof(*area));
	if (!area)
		return -ENOMEM;
	*area = (struct area){
		.first_page = first_page,
		.end_page = end_page,
		.name = store_text(taking->store, name),
	};
	return area->name ? 0 : -ENOMEM;
}

int extent_add(struct taking *taking, uint64_t first_page, uint64_t end_page)
{
	struct extent *last = taking->extents.items;

	if (first_page >= end_page)
		return 0;
	if (taking->extents.count) {
		last += taking->extents.count - 1;
		if (last->first_page + last->page_count >= first_page) {
			if (end_page > last->first_page + last->page_count)
				last->page_count = end_page - last->first_page;
			return 0;
		}
	}
	last = list_add(&taking->extents, sizeof(*last));
	if (!last)
		return -ENOMEM;
	*last = (struct extent){ first_page, end_page - first_page };
	return 0;
}

int picture_settle(struct taking *taking, struct picture *picture)
{
	int err = 0;

	picture->area_count = taking->areas.count;
	picture->extent_count = taking->extents.count;
	picture->areas = store_take(taking->store, &taking->areas,
				    sizeof(struct area), &err);
	picture->extents = store_take(taking->store, &taking->extents,
				      sizeof(struct extent), &err);
	if (!err)
		err = stretch_close(taking);
	picture->stretch_count = taking->stretches.count;
	return err ? err : store_set_stretches(taking->store, picture,
					       &taking->stretches);
}
