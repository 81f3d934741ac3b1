/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What each frame of guest RAM is for and how many mms map it, out of the
 * trees; which of them is the zero page; where they lie in the host.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vk_reading.h"

/* Frames that may be the zero page and are looked at. */
#define ZERO_CANDIDATES_MAX 4096

static int allocate(struct vk_reading *reading)
{
	size_t count = reading->frame_count;

	reading->states = malloc(count);
	reading->uses = malloc(count);
	reading->mappers = calloc(count, sizeof(*reading->mappers));
	reading->bits = calloc(count, 1);
	reading->host_pfns = malloc(count * sizeof(*reading->host_pfns));
	reading->host_flags = malloc(count * sizeof(*reading->host_flags));
	if (!reading->states || !reading->uses || !reading->mappers ||
	    !reading->bits || !reading->host_pfns || !reading->host_flags)
		return -ENOMEM;
	memset(reading->uses, PAGEMAP_GUEST_OTHER, count);
	memset(reading->host_flags, 0xff, count * sizeof(*reading->host_flags));
	return 0;
}

static void use_tables(struct vk_reading *reading, const struct vk_tree *tree)
{
	const uint64_t *tables = tree->tables.items;
	size_t i;

	for (i = 0; i < tree->tables.count; i++)
		reading->uses[tables[i]] = PAGEMAP_GUEST_TABLE;
}

/* last: by frame, which process was seen to map it last, from 1. */
static void use_pages(struct vk_reading *reading, size_t index, uint32_t *last)
{
	const struct vk_layout *layout = reading->layout;
	const struct vk_tree *tree = &reading->processes[index].tree;
	const struct vk_leaf *leaves = tree->leaves.items;
	size_t i;

	for (i = 0; i < tree->leaves.count; i++) {
		uint64_t pfn, entry = leaves[i].entry;

		if (!vk_entry_is_page(layout, entry, &pfn))
			continue;
		if (last[pfn] != index + 1) {
			last[pfn] = (uint32_t)index + 1;
			reading->mappers[pfn]++;
		}
		reading->bits[pfn] |= vk_entry_bits(layout, entry);
	}
}

/* One frame of each child; in later kernels, 6.12 is one, two. */
static void use_stubs(struct vk_reading *reading, const struct array *found)
{
	const struct vk_child *children = found->items;
	size_t i;

	for (i = 0; i < found->count; i++) {
		uint64_t pfn = children[i].stub_pfn, k;

		for (k = 0; k < children[i].stub_frames &&
		     pfn < reading->frame_count; k++)
			reading->uses[pfn++] = PAGEMAP_GUEST_STUB;
	}
}

static int count_uses(const struct vk_state *state, struct vk_reading *reading)
{
	uint32_t *last = calloc(reading->frame_count, sizeof(*last));
	uint64_t pfn;
	size_t i;

	if (!last)
		return -ENOMEM;
	for (i = 0; i < reading->process_count; i++)
		use_pages(reading, i, last);
	free(last);
	for (pfn = 0; pfn < reading->frame_count; pfn++)
		if (reading->mappers[pfn])
			reading->uses[pfn] = PAGEMAP_GUEST_MAPPED;
	for (i = 0; i < reading->process_count; i++)
		use_tables(reading, &reading->processes[i].tree);
	use_stubs(reading, &state->found.children);
	if (reading->zero_pfn < reading->frame_count)
		reading->uses[reading->zero_pfn] = PAGEMAP_GUEST_ZERO_PAGE;
	return 0;
}

/* ---- The zero page ------------------------------------------------------ */

/* Frames that nobody may write, and that nobody has written. */
static int list_candidates(const struct vk_reading *reading,
			   struct array *ret_candidates)
{
	const struct vk_layout *layout = reading->layout;
	uint8_t *seen = calloc(reading->frame_count, 1);
	size_t i, k;
	uint64_t pfn;
	int err = seen ? 0 : -ENOMEM;

	enum { SEEN = 1, WRITTEN = 2 };
	for (i = 0; i < reading->process_count && !err; i++) {
		const struct vk_tree *tree = &reading->processes[i].tree;
		const struct vk_leaf *leaves = tree->leaves.items;

		for (k = 0; k < tree->leaves.count; k++) {
			uint64_t entry = leaves[k].entry;

			if (!vk_entry_is_page(layout, entry, &pfn))
				continue;
			seen[pfn] |=
				entry & (layout->writable | layout->modified) ?
				SEEN | WRITTEN : SEEN;
		}
	}
	for (pfn = 0; pfn < reading->frame_count && !err; pfn++) {
		uint64_t *place;

		if (seen[pfn] != SEEN ||
		    ret_candidates->count == ZERO_CANDIDATES_MAX)
			continue;
		place = array_push(ret_candidates, sizeof(*place));
		if (place)
			*place = pfn;
		else
			err = -ENOMEM;
	}
	free(seen);
	return err;
}

/* It never moves, so it is looked for until it is found. */
static int find_zero_page(struct vk_state *state, struct vk_reading *reading)
{
	struct array candidates = { 0 };
	int err;

	reading->zero_pfn = state->zero_pfn;
	if (state->zero_pfn != PAGEMAP_PFN_UNKNOWN)
		return 0;
	err = list_candidates(reading, &candidates);
	if (!err && candidates.count &&
	    !vk_find_zero_page(state->host, &state->found, &state->ram,
			       candidates.items, candidates.count,
			       &state->zero_pfn))
		reading->zero_pfn = state->zero_pfn;
	array_free(&candidates);
	return err;
}

/* ---- The host's side ---------------------------------------------------- */

static int find_host_frames(struct vk_state *state, bool whole,
			    struct vk_reading *reading)
{
	int err = vk_host_frames(state->host, &state->found, 0,
				 reading->frame_count, reading->host_pfns);

	if (err && err != -ENOMEM) {
		/* Not permitted, perhaps: then where they lie is not known. */
		memset(reading->host_pfns, 0xff, reading->frame_count *
		       sizeof(*reading->host_pfns));
		err = 0;
	}
	if (!err && whole)
		vk_host_flags(state->host, reading->host_pfns,
			      reading->frame_count, reading->host_flags);
	return err;
}

/*
 * Nobody can ask where the pages of a saved file were.  Those that no pagemap
 * has were in swap if the machine had just so many there, and in RAM if it had
 * none; else it is not known.
 */
static void settle_saved(struct vk_reading *reading)
{
	uint64_t pfn, found = 0;

	for (pfn = 0; pfn < reading->frame_count; pfn++)
		found += vk_is_nowhere(reading, pfn);
	reading->swap_untold = found && reading->overhead.ram_swap_bytes;
	if (found << reading->layout->page_shift !=
	    reading->overhead.ram_swap_bytes)
		return;
	reading->swap_untold = false;
	for (pfn = 0; pfn < reading->frame_count; pfn++)
		if (vk_is_nowhere(reading, pfn))
			reading->states[pfn] = PAGEMAP_GUEST_SWAPPED;
}

int vk_frames_fill(struct vk_state *state, bool whole,
		   struct vk_reading *reading)
{
	int err = allocate(reading);

	if (err)
		return err;
	memcpy(reading->states, state->ram.states, reading->frame_count);
	err = find_zero_page(state, reading);
	if (!err)
		err = count_uses(state, reading);
	if (!err)
		err = find_host_frames(state, whole, reading);
	if (!err && !state->ram.is_live)
		settle_saved(reading);
	return err;
}

/* ---- Runs --------------------------------------------------------------- */

static bool follows_in_host(const struct vk_reading *reading, uint64_t pfn)
{
	uint64_t before = reading->host_pfns[pfn - 1];

	return before == PAGEMAP_PFN_UNKNOWN ?
	       reading->host_pfns[pfn] == PAGEMAP_PFN_UNKNOWN :
	       reading->host_pfns[pfn] == before + 1;
}

static bool is_like_the_last(const struct vk_reading *reading, uint64_t pfn)
{
	return reading->states[pfn] == reading->states[pfn - 1] &&
	       reading->uses[pfn] == reading->uses[pfn - 1] &&
	       reading->mappers[pfn] == reading->mappers[pfn - 1] &&
	       reading->bits[pfn] == reading->bits[pfn - 1] &&
	       reading->host_flags[pfn] == reading->host_flags[pfn - 1] &&
	       (!reading->guest_flags || reading->guest_flags[pfn] ==
		reading->guest_flags[pfn - 1]) &&
	       follows_in_host(reading, pfn);
}

static int add_host_run(struct vk_reading *reading, uint64_t pfn,
			uint64_t count)
{
	struct vk_host_run *place;

	if (reading->host_pfns[pfn] == PAGEMAP_PFN_UNKNOWN)
		return 0;
	place = array_push(&reading->by_host, sizeof(*place));
	if (!place)
		return -ENOMEM;
	*place = (struct vk_host_run){ reading->host_pfns[pfn], pfn, count };
	return 0;
}

static int compare_host_runs(const void *a, const void *b)
{
	const struct vk_host_run *x = a, *y = b;

	return (x->host_pfn > y->host_pfn) - (x->host_pfn < y->host_pfn);
}

int vk_frames_find_runs(struct vk_reading *reading, bool whole)
{
	uint64_t pfn, first = 0;
	int err = 0;

	for (pfn = 0; pfn < reading->frame_count && !err; pfn++) {
		uint64_t *place;

		if (pfn && is_like_the_last(reading, pfn))
			continue;
		place = array_push(&reading->runs, sizeof(*place));
		if (!place)
			return -ENOMEM;
		*place = pfn;
		if (pfn && whole)
			err = add_host_run(reading, first, pfn - first);
		first = pfn;
	}
	if (!err && whole && reading->frame_count)
		err = add_host_run(reading, first, pfn - first);
	if (reading->by_host.count)
		qsort(reading->by_host.items, reading->by_host.count,
		      sizeof(struct vk_host_run), compare_host_runs);
	return err;
}
