/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What guest processes have of the host, each for itself or several taken
 * together: the frames that their pages lie in, shared out among all that map
 * them.
 */
#include <errno.h>
#include <stdlib.h>

#include "snapshot.h"
#include "vk_reading.h"

/* Parts of pages, added up with 20 bits below a byte. */
#define UNIT_SHIFT 20

/* Of a guest frame: how many of the processes map it, and which was the last. */
struct sharers {
	uint32_t members;
	uint32_t last;
};

/* Whether an entry is a page that counts: not the zero page. */
static bool counts(const struct vk_reading *reading, uint64_t entry,
		   uint64_t *ret_pfn)
{
	return vk_entry_is_page(reading->layout, entry, ret_pfn) &&
	       *ret_pfn != reading->zero_pfn;
}

/* A process that maps a frame twice is one. */
static void count(const struct vk_reading *reading, const struct vk_tree *tree,
		  uint32_t number, struct sharers *tallies)
{
	const struct vk_leaf *leaves = tree->leaves.items;
	uint64_t pfn;
	size_t i;

	for (i = 0; i < tree->leaves.count; i++) {
		if (!counts(reading, leaves[i].entry, &pfn) ||
		    tallies[pfn].last == number)
			continue;
		tallies[pfn].last = number;
		tallies[pfn].members++;
	}
}

static void add(struct vk_part *part, uint64_t low, uint64_t value, uint64_t high)
{
	part->low += low;
	part->value += value;
	part->high += high;
}

/* A frame that may be in swap counts as resident, and may be either. */
static void weigh_frame(const struct vk_reading *reading, uint64_t pfn,
			uint64_t part, uint64_t own, struct vk_held *held)
{
	bool maybe = vk_maybe_swapped(reading, pfn);

	if (reading->states[pfn] == PAGEMAP_GUEST_SWAPPED)
		add(&held->swapped_units, part, part, part);
	if (reading->states[pfn] != PAGEMAP_GUEST_RESIDENT)
		return;
	add(&held->pss_units, maybe ? 0 : part, part, part);
	add(&held->uss_bytes, maybe ? 0 : own, own, own);
	if (maybe)
		add(&held->swapped_units, 0, 0, part);
}

/* Each frame once: what was weighed is no longer counted. */
static void weigh(const struct vk_reading *reading, const struct vk_tree *tree,
		  struct sharers *tallies, struct vk_held *held)
{
	const struct vk_leaf *leaves = tree->leaves.items;
	uint64_t pfn, page = UINT64_C(1) << reading->layout->page_shift;
	size_t i;

	for (i = 0; i < tree->leaves.count; i++) {
		uint64_t part, own;

		if (!counts(reading, leaves[i].entry, &pfn) ||
		    !tallies[pfn].members)
			continue;
		part = (page << UNIT_SHIFT) * tallies[pfn].members /
		       reading->mappers[pfn];
		own = tallies[pfn].members == reading->mappers[pfn] ? page : 0;
		weigh_frame(reading, pfn, part, own, held);
		tallies[pfn].members = 0;
	}
}

/* ---- Each for itself ---------------------------------------------------- */

/* last: by frame, which process was weighed with it last, from 1. */
static void weigh_alone(const struct vk_reading *reading,
			struct vk_process *process, uint32_t number,
			uint32_t *last)
{
	const struct vk_leaf *leaves = process->tree.leaves.items;
	uint64_t pfn, page = UINT64_C(1) << reading->layout->page_shift;
	size_t i;

	for (i = 0; i < process->tree.leaves.count; i++) {
		if (!vk_entry_is_page(reading->layout, leaves[i].entry, &pfn))
			continue;
		process->page_count++;
		if (pfn == reading->zero_pfn || last[pfn] == number)
			continue;
		last[pfn] = number;
		weigh_frame(reading, pfn,
			    (page << UNIT_SHIFT) / reading->mappers[pfn],
			    reading->mappers[pfn] == 1 ? page : 0,
			    &process->held);
	}
}

int vk_share_fill(struct vk_reading *reading)
{
	uint32_t *last = calloc(reading->frame_count + 1, sizeof(*last));
	size_t i;

	if (!last)
		return -ENOMEM;
	for (i = 0; i < reading->process_count; i++)
		weigh_alone(reading, &reading->processes[i], (uint32_t)i + 1,
			    last);
	free(last);
	return 0;
}

/* ---- Several, as one ---------------------------------------------------- */

static int weigh_together(const struct vk_reading *reading,
			  const struct vk_process *const *processes,
			  size_t process_count, struct vk_held *held)
{
	struct sharers *tallies = calloc(reading->frame_count + 1,
				       sizeof(*tallies));
	size_t i;

	if (!tallies)
		return -ENOMEM;
	for (i = 0; i < process_count; i++)
		count(reading, &processes[i]->tree, (uint32_t)i + 1, tallies);
	for (i = 0; i < process_count; i++)
		weigh(reading, &processes[i]->tree, tallies, held);
	free(tallies);
	return 0;
}

/* ---- With its quality --------------------------------------------------- */

static struct pagemap_value value_of(const struct vk_reading *reading,
				     const struct vk_process *const *processes,
				     size_t process_count,
				     const struct vk_part *bytes)
{
	struct pagemap_value value = {
		.value = bytes->value, .low = bytes->low, .high = bytes->high,
	};
	size_t i, rootless = 0;
	bool wrong = false;

	if (bytes->low != bytes->high) {
		value.quality = PAGEMAP_BOUNDED;
		value.reason = PAGEMAP_REASON_NO_FEATURE;
	}
	if (reading->incomplete) {
		/* Who was not seen may share any of it. */
		value.low = 0;
		value.quality = PAGEMAP_BOUNDED;
		value.reason = PAGEMAP_REASON_UNSEEN;
	}
	for (i = 0; i < process_count; i++) {
		rootless += !processes[i]->has_root;
		wrong |= (processes[i]->tree.wrong & VK_WRONG_LOSES) != 0;
		if (!processes[i]->changed)
			continue;
		value.low = value.high = bytes->value;
		value.quality = PAGEMAP_ESTIMATED;
		value.reason = PAGEMAP_REASON_CHANGED;
	}
	if (process_count && rootless == process_count)
		return (struct pagemap_value){
			.quality = PAGEMAP_UNAVAILABLE,
			.reason = PAGEMAP_REASON_MALFORMED,
		};
	/* Pages that were not found would be more of it. */
	if ((wrong || rootless) && value.quality != PAGEMAP_ESTIMATED) {
		value.low = value.high = bytes->value;
		value.quality = PAGEMAP_ESTIMATED;
		value.reason = PAGEMAP_REASON_MALFORMED;
	}
	return value;
}

/* Thirds of a page add up to one, though each was cut. */
static uint64_t round_units(uint64_t units)
{
	return (units + (UINT64_C(1) << (UNIT_SHIFT - 1))) >> UNIT_SHIFT;
}

static void to_bytes(struct vk_part *units)
{
	units->low = round_units(units->low);
	units->value = round_units(units->value);
	units->high = round_units(units->high);
}

int vk_share_of(const struct vk_reading *reading,
		const struct vk_process *const *processes, size_t process_count,
		struct pagemap_guest_share *ret_share)
{
	struct vk_held held = { 0 };
	int err = 0;

	if (process_count == 1)
		held = processes[0]->held;
	else
		err = weigh_together(reading, processes, process_count, &held);
	if (err)
		return err;
	to_bytes(&held.pss_units);
	to_bytes(&held.swapped_units);
	*ret_share = (struct pagemap_guest_share){
		.host_pss = value_of(reading, processes, process_count,
				     &held.pss_units),
		.host_uss = value_of(reading, processes, process_count,
				     &held.uss_bytes),
		.host_swapped = value_of(reading, processes, process_count,
					 &held.swapped_units),
	};
	return 0;
}

int pagemap_guest_share(const struct pagemap_snapshot *snapshot,
			const struct pagemap_process *const *processes,
			size_t count, struct pagemap_guest_share *ret_share)
{
	const struct vk_reading *reading =
		vk_reading_of(pagemap_snapshot_guest(snapshot));
	const struct vk_process **found;
	size_t i;
	int err = 0;

	if (!reading)
		return -ENOTSUP;
	found = calloc(count + 1, sizeof(*found));
	if (!found)
		return -ENOMEM;
	for (i = 0; i < count && !err; i++) {
		found[i] = vk_reading_find(reading, processes[i]->pid);
		err = found[i] ? 0 : -EINVAL;
	}
	if (!err)
		err = vk_share_of(reading, found, count, ret_share);
	free(found);
	return err;
}
