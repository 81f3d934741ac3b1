/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What of its host's RAM a vkernel has: frames that hold its own RAM, by what
 * the guest uses them for, and other frames of its processes.  All else is
 * calm, so that this is seen.
 */
#include "making.h"

#include <errno.h>
#include <stdlib.h>

enum {
	VK_ABSENT, VK_PAGES, VK_TABLES, VK_STUBS, VK_ZERO, VK_SLACK, VK_OWN,
	VK_SHARED, VK_OTHERS, VK_UNKNOWN, VK_UNPLACED, VK_COUNT
};

static const struct class_row rows[VK_COUNT] = {
	[VK_ABSENT] = { "absent", "absent", "nothing there", SWATCH_ABSENT,
			ROW_FIXED },
	[VK_PAGES] = { "guest_pages", "guest pages",
		       "of the vkernel's RAM: guest processes map it",
		       SWATCH_OWNER_0 + 1, ROW_FIXED },
	[VK_TABLES] = { "guest_tables", "guest page tables",
			"of the vkernel's RAM: page tables of guest processes",
			SWATCH_OWNER_0 + 4, ROW_FIXED },
	[VK_STUBS] = { "guest_stubs", "guest stubs",
		       "of the vkernel's RAM: by which it drives its children",
		       SWATCH_OWNER_0 + 3, ROW_FIXED },
	[VK_ZERO] = { "guest_zero_page", "guest zero page",
		      "of the vkernel's RAM: the guest's page of zeros",
		      SWATCH_SEVERAL, ROW_FIXED },
	[VK_SLACK] = { "guest_slack", "guest slack",
		       "of the vkernel's RAM: no guest process maps it",
		       SWATCH_OWNER_0, ROW_FIXED },
	[VK_OWN] = { "own", "own memory",
		     "of the vkernel's processes alone, beside its RAM: the "
		     "guest kernel's image, heap, stacks", SWATCH_OWNER_0 + 5,
		     ROW_ANSWER },
	[VK_SHARED] = { "shared", "shared with others",
			"the vkernel's processes map it, and others do",
			SWATCH_OWNER_0 + 2, ROW_ANSWER },
	[VK_OTHERS] = { "others", "of others", "other processes map it",
			SWATCH_OTHERS, ROW_ANSWER },
	[VK_UNKNOWN] = { "unknown", "unknown",
			 "mapped, but who maps it was not seen",
			 SWATCH_UNKNOWN, ROW_DOUBT },
	[VK_UNPLACED] = { "guest_unplaced", "guest RAM, elsewhere",
			  "of the vkernel's RAM, resident: in which frames is "
			  "not known", SWATCH_UNKNOWN, ROW_FIXED },
};

static const uint8_t of_use[PAGEMAP_GUEST_USE_COUNT] = {
	[PAGEMAP_GUEST_MAPPED] = VK_PAGES,
	[PAGEMAP_GUEST_ZERO_PAGE] = VK_ZERO,
	[PAGEMAP_GUEST_TABLE] = VK_TABLES,
	[PAGEMAP_GUEST_STUB] = VK_STUBS,
	[PAGEMAP_GUEST_OTHER] = VK_SLACK,
};

struct vkernel_walk {
	struct making *making;
	struct apart apart;
	uint8_t *of_set;
	size_t next;			/* piece that ends after what is put */
};

/* ---- Whose sets are ---------------------------------------------------- */

static uint8_t class_of_set(const struct moment *moment,
			    const struct share_set *set)
{
	uint32_t i, own = 0;

	for (i = 0; i < set->member_count; i++)
		own += set->members[i] < moment->person_count &&
		       moment->people[set->members[i]].of_vkernel;
	if (!own)
		return VK_OTHERS;
	return own == set->member_count ? VK_OWN : VK_SHARED;
}

static int class_sets(struct vkernel_walk *walk)
{
	const struct moment *moment = walk->making->moment;
	size_t i;

	walk->of_set = malloc(moment->set_count + 1);
	if (!walk->of_set)
		return -ENOMEM;
	for (i = 0; i < moment->set_count; i++)
		walk->of_set[i] = class_of_set(moment, &moment->sets[i]);
	return 0;
}

/* ---- Frames ------------------------------------------------------------ */

/* Of frames that hold none of the guest's. */
static void put_rest(struct vkernel_walk *walk, const struct stretch *stretch,
		     uint64_t first, uint64_t count)
{
	struct making *making = walk->making;
	uint8_t class_of = apart_class(&walk->apart, stretch);

	if (!class_of)
		class_of = stretch->set < making->moment->set_count ?
			   walk->of_set[stretch->set] : VK_UNKNOWN;
	if (class_of == VK_OWN && stretch->sharers_high > stretch->sharers) {
		making->unsure[VK_OWN] += count;
		making->maybe[VK_SHARED] += count;
	}
	if (count)
		making_put(making, first, count, class_of);
}

static void put_stretch(struct vkernel_walk *walk,
			const struct stretch *stretch)
{
	const struct picture *picture = walk->making->picture;
	uint64_t at = stretch->first_page, end = at + stretch->page_count;

	for (; walk->next < picture->piece_count; walk->next++) {
		const struct guest_piece *piece = &picture->pieces[walk->next];
		uint64_t first = piece->first_page;
		uint64_t until = first + piece->page_count;

		if (until <= at)
			continue;
		if (first >= end)
			break;
		if (first > at) {
			put_rest(walk, stretch, at, first - at);
			at = first;
		}
		making_put(walk->making, at, (until < end ? until : end) - at,
			   piece->use < PAGEMAP_GUEST_USE_COUNT ?
			   of_use[piece->use] : VK_SLACK);
		at = until < end ? until : end;
		if (until > end)
			break;
	}
	put_rest(walk, stretch, at, end - at);
}

static void tell_unplaced(struct making *making)
{
	const struct picture *picture = making->picture;
	uint64_t page = making->moment->page_bytes;
	bool exact = picture->unplaced_low_pages == picture->unplaced_pages;
	const struct pagemap_value value = {
		picture->unplaced_pages * page,
		picture->unplaced_low_pages * page,
		picture->unplaced_pages * page,
		exact ? PAGEMAP_EXACT : PAGEMAP_BOUNDED,
		exact ? PAGEMAP_REASON_NONE : PAGEMAP_REASON_NO_FEATURE,
	};

	making_set_bytes(making, VK_UNPLACED, &value);
	making->layer->classes[VK_UNPLACED].told = true;
}

uint64_t vkernel_classes(void)
{
	return (UINT64_C(1) << VK_OTHERS) - (UINT64_C(1) << VK_PAGES);
}

int make_by_vkernel(struct making *making)
{
	const struct picture *picture = making->picture;
	struct vkernel_walk walk = { .making = making };
	size_t i;
	int err;

	making_add_all(making, rows, VK_COUNT);
	apart_add(making, &walk.apart);
	making_doubt_sharers(making);
	err = making_room(making, picture->stretch_count +
				  2 * picture->piece_count);
	if (!err)
		err = class_sets(&walk);
	for (i = 0; !err && i < picture->stretch_count; i++)
		put_stretch(&walk, &picture->stretches[i]);
	if (!err)
		tell_unplaced(making);
	free(walk.of_set);
	return err;
}
