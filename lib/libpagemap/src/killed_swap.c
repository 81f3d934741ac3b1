/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Slots of swap that come back.  Those that stand in page tables a census has
 * counted.  A page that was read back may keep its slot as well: its flags say
 * so, and they are read where the machine has such pages at all.
 */
#include <errno.h>

#include "killed.h"

#define FLAG(bit) (UINT64_C(1) << PAGEMAP_FLAG_##bit)
#define FLAGS 512

static void add_slots(struct killed *killed)
{
	const struct pagemap_sharing *sharing = killed->sharing;
	uint32_t shift = killed->snapshot->page_shift;
	uint64_t bytes, pages = 0, unknown = 0;
	size_t i;

	for (i = 1; i < sharing->nodes.count; i++)
		if (killed->node_dies[i])
			pages += sharing->weights[i].swap_pages;
	for (i = 0; i < killed->snapshot->process_count; i++)
		if (killed->dies[i] && killed_reads(killed, i))
			unknown += killed->snapshot->processes[i]
					   .tally.unknown_swap;
	bytes = pages << shift;
	killed_add(killed, PAGEMAP_KILLED_SWAP_FREED,
		   (struct amount){
			killed->snapshot->unseen_swap ? 0 : bytes, bytes,
			bytes + (unknown << shift),
		   }, PAGEMAP_REASON_UNSEEN);
}

/* ---- Pages that have both ---------------------------------------------- */

struct both {
	struct killed *killed;
	uint64_t pages;
};

static void look_at(struct both *both, uint64_t pfn, uint64_t count)
{
	struct pagemap_source *source = both->killed->source;
	uint64_t flags[FLAGS];
	ssize_t i, got;

	while (count) {
		got = source->ops->read_frames(source, FRAME_FLAGS, pfn, flags,
					       count < FLAGS ? count : FLAGS);
		if (got <= 0)
			return;
		for (i = 0; i < got; i++)
			both->pages += (flags[i] & FLAG(ANON)) &&
				       (flags[i] & FLAG(SWAPCACHE));
		pfn += (uint64_t)got;
		count -= (uint64_t)got;
	}
}

/* Whether a frame dies with the members, by the table. */
static bool dies(const struct killed *killed, const struct frame_piece *piece,
		 uint32_t which)
{
	uint32_t slot = piece->slot + (piece->counts ? which : 0);

	return killed->node_dies[killed->sharing->node_of_slot[slot]] &&
	       killed->snapshot->kinds[slot] == PAGEMAP_FRAME_ANON;
}

/* Frames that several members share, each once. */
static void look_at_table(struct both *both)
{
	struct frame_piece piece;
	size_t at = 0;
	uint32_t i, first;

	while (frames_next(both->killed->snapshot->frames, &at, &piece))
		for (i = 0; i < piece.count; i++) {
			for (first = i; i < piece.count &&
			     dies(both->killed, &piece, i); i++)
				;
			if (i > first)
				look_at(both, piece.first + first, i - first);
		}
}

/* Frames that the kernel itself gives to one member alone. */
static int take_exclusive(void *context, const struct pagemap_mapping *mapping,
			  const uint64_t *entries, size_t count)
{
	struct both *both = context;
	uint64_t pfn, first = 0, run = 0;
	size_t i;

	(void)mapping;
	for (i = 0; i < count; i++) {
		if (!killed_is_exclusive(both->killed, entries[i], &pfn))
			continue;
		if (!run || pfn != first + run) {
			look_at(both, first, run);
			first = pfn;
			run = 0;
		}
		run++;
	}
	look_at(both, first, run);
	return 0;
}

static uint64_t cached_bytes(struct killed *killed)
{
	struct proc_meminfo meminfo;

	return killed_meminfo(killed, &meminfo) ? 0 :
	       meminfo.values[MEMINFO_SWAP_CACHED];
}

static int count_both(struct both *both)
{
	struct killed *killed = both->killed;
	size_t i;
	int err = 0;

	look_at_table(both);
	for (i = 0; i < killed->snapshot->process_count && !err; i++)
		if (killed->dies[i] && killed_reads(killed, i))
			err = killed_walk(killed,
					  &killed->snapshot->processes[i],
					  killed_has_exclusive, take_exclusive, both);
	return err;
}

/*
 * What else is in the swap cache was read ahead, and nobody maps it yet: it
 * may be of the members' slots, and is then freed with these.
 */
static void doubt_read_ahead(struct killed *killed, uint64_t cached,
			     uint64_t both)
{
	uint64_t most = killed->parts[PAGEMAP_KILLED_SWAP_FREED].bytes.high -
			both;

	if (cached < both)
		return;
	cached -= both;
	killed_add(killed, PAGEMAP_KILLED_FREED_ANON, (struct amount){
		0, 0, cached < most ? cached : most }, PAGEMAP_REASON_UNSEEN);
}

int killed_swap(struct killed *killed)
{
	struct both both = { .killed = killed };
	uint64_t bytes, cached;
	int err;

	add_slots(killed);
	cached = killed->snapshot->swap_types ? cached_bytes(killed) : 0;
	if (!cached)
		return 0;
	err = count_both(&both);
	bytes = both.pages << killed->snapshot->page_shift;
	killed_add(killed, PAGEMAP_KILLED_SWAP_FREED,
		   (struct amount){ bytes, bytes, bytes },
		   PAGEMAP_REASON_NONE);
	doubt_read_ahead(killed, cached, bytes);
	return err;
}
