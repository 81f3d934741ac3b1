/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where guest processes map a frame.  A reading of each page has an index of
 * it, by frame; without one all that is mapped is gone through.  Nothing here
 * reads anything.
 */
#include <errno.h>
#include <stdlib.h>

#include "snapshot.h"
#include "vk_reading.h"

/* ---- The index ---------------------------------------------------------- */

/* Counts of pages by frame, each at the frame behind it; all pages. */
static uint64_t count_places(const struct vk_reading *reading, uint64_t *counts)
{
	const struct vk_layout *layout = reading->layout;
	uint64_t pfn, total = 0;
	size_t i, k;

	for (i = 0; i < reading->process_count; i++) {
		const struct vk_tree *tree = &reading->processes[i].tree;
		const struct vk_leaf *leaves = tree->leaves.items;

		for (k = 0; k < tree->leaves.count; k++) {
			if (!vk_entry_is_page(layout, leaves[k].entry, &pfn))
				continue;
			counts[pfn + 1]++;
			total++;
		}
	}
	return total;
}

/* nexts: where the next place of each frame goes; in the end, those behind. */
static void put_places(struct vk_reading *reading, uint64_t *nexts)
{
	const struct vk_layout *layout = reading->layout;
	uint64_t pfn;
	size_t i, k;

	for (i = 0; i < reading->process_count; i++) {
		const struct vk_tree *tree = &reading->processes[i].tree;
		const struct vk_leaf *leaves = tree->leaves.items;

		for (k = 0; k < tree->leaves.count; k++)
			if (vk_entry_is_page(layout, leaves[k].entry, &pfn))
				reading->places[nexts[pfn]++] =
					(struct vk_place){
					(uint32_t)i, (uint32_t)k,
				};
	}
}

static bool fits(const struct vk_reading *reading)
{
	size_t i;

	for (i = 0; i < reading->process_count; i++)
		if (reading->processes[i].tree.leaves.count > UINT32_MAX)
			return false;
	return reading->process_count <= UINT32_MAX;
}

int vk_places_fill(struct vk_reading *reading)
{
	/* One more at each end: counted behind, put, and moved forward. */
	uint64_t *firsts, total, pfn;

	if (!fits(reading))
		return 0;
	firsts = calloc(reading->frame_count + 2, sizeof(*firsts));
	if (!firsts)
		return -ENOMEM;
	total = count_places(reading, firsts + 1);
	for (pfn = 0; pfn <= reading->frame_count; pfn++)
		firsts[pfn + 1] += firsts[pfn];
	reading->places = calloc(total + 1, sizeof(*reading->places));
	if (!reading->places) {
		free(firsts);
		return -ENOMEM;
	}
	put_places(reading, firsts + 1);
	reading->place_firsts = firsts;
	return 0;
}

/* ---- Collecting --------------------------------------------------------- */

struct collected {
	const struct pagemap_snapshot *snapshot;
	struct pagemap_guest_place *places;
	size_t room;
	size_t count;
};

static void collect(const struct vk_reading *reading,
		    const struct vk_process *mm, const struct vk_leaf *leaf,
		    struct collected *collected)
{
	const struct vk_layout *layout = reading->layout;
	const struct pagemap_process *process =
		pagemap_snapshot_find_pid(collected->snapshot, mm->pid);
	uint64_t entry = leaf->entry;

	if (!process || collected->count++ >= collected->room)
		return;
	collected->places[collected->count - 1] = (struct pagemap_guest_place){
		.process = process,
		.vaddr = leaf->vpn << layout->page_shift,
		.bits = vk_run_bits(vk_entry_bits(layout, entry)),
		.writable = entry & layout->writable,
	};
}

static void collect_indexed(const struct vk_reading *reading, uint64_t pfn,
			    struct collected *collected)
{
	uint64_t i;

	for (i = reading->place_firsts[pfn];
	     i < reading->place_firsts[pfn + 1]; i++) {
		const struct vk_process *mm =
			&reading->processes[reading->places[i].process];
		const struct vk_leaf *leaves = mm->tree.leaves.items;

		collect(reading, mm, &leaves[reading->places[i].leaf],
			collected);
	}
}

static void collect_all(const struct vk_reading *reading, uint64_t pfn,
			struct collected *collected)
{
	const struct vk_layout *layout = reading->layout;
	uint64_t at;
	size_t i, k;

	for (i = 0; i < reading->process_count; i++) {
		const struct vk_process *mm = &reading->processes[i];
		const struct vk_leaf *leaves = mm->tree.leaves.items;

		for (k = 0; k < mm->tree.leaves.count; k++)
			if (vk_entry_is_page(layout, leaves[k].entry, &at) &&
			    at == pfn)
				collect(reading, mm, &leaves[k], collected);
	}
}

size_t pagemap_guest_places(const struct pagemap_snapshot *snapshot,
			    uint64_t pfn,
			    struct pagemap_guest_place *ret_places,
			    size_t count)
{
	const struct vk_reading *reading =
		vk_reading_of(pagemap_snapshot_guest(snapshot));
	struct collected collected = { snapshot, ret_places, count, 0 };

	if (!reading || pfn >= reading->frame_count)
		return 0;
	if (reading->place_firsts)
		collect_indexed(reading, pfn, &collected);
	else
		collect_all(reading, pfn, &collected);
	return collected.count;
}
