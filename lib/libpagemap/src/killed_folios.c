/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Huge pages (and other large folios) of which members map a part and others
 * as well: the members' own pages in them are not freed with them, but when
 * reclaim splits the folio.  Found by the frames that are shared, which name
 * the folios; what members alone have in these is then counted.
 */
#include <errno.h>

#include "killed.h"

#define FLAG(bit) (UINT64_C(1) << PAGEMAP_FLAG_##bit)

/* No folio of anonymous memory is larger, and each is aligned to its size. */
#define BLOCK 512

struct folios {
	struct killed *killed;
	struct array held;		/* struct killed_run: folios, in part
					   mapped by who lives */
	uint64_t block;			/* whose flags are here */
	uint64_t flags[BLOCK];
	uint64_t sole;			/* frames in them of members alone */
};

static void read_block(struct folios *folios, uint64_t block)
{
	struct pagemap_source *source = folios->killed->source;
	ssize_t got = source->ops->read_frames(source, FRAME_FLAGS,
					       block * BLOCK, folios->flags,
					       BLOCK);

	for (got = got < 0 ? 0 : got; got < BLOCK; got++)
		folios->flags[got] = 0;
	folios->block = block;
}

/* The folio that a frame is of; false if it is a page of its own. */
static bool find_folio(struct folios *folios, uint64_t pfn,
		       struct killed_run *ret_run)
{
	uint64_t first = pfn % BLOCK, end;

	if (folios->block != pfn / BLOCK)
		read_block(folios, pfn / BLOCK);
	while (first && (folios->flags[first] & FLAG(COMPOUND_TAIL)))
		first--;
	if (!(folios->flags[first] & FLAG(COMPOUND_HEAD)))
		return false;
	for (end = first + 1; end < BLOCK &&
	     (folios->flags[end] & FLAG(COMPOUND_TAIL)); end++)
		;
	*ret_run = (struct killed_run){ folios->block * BLOCK + first,
					end - first };
	return true;
}

/* Whether this frame is in the folio that was found last. */
static bool is_in_last(const struct folios *folios, uint64_t pfn)
{
	const struct killed_run *run = folios->held.items;

	if (!folios->held.count)
		return false;
	run += folios->held.count - 1;
	return pfn >= run->first && pfn - run->first < run->count;
}

static int hold(struct folios *folios, const struct frame_piece *piece,
		uint32_t which)
{
	struct killed *killed = folios->killed;
	uint32_t slot = piece->slot + which, count = piece->counts[which];
	const uint8_t *compound = killed->snapshot->compound;
	uint64_t pfn = piece->first + which;
	struct killed_run run, *place;

	if (!(compound[slot / 8] & 1u << slot % 8) ||
	    !count || frames_is_mark(count) ||
	    killed->snapshot->kinds[slot] != PAGEMAP_FRAME_ANON ||
	    !killed->node_mixed[killed->sharing->node_of_slot[slot]] ||
	    is_in_last(folios, pfn) || !find_folio(folios, pfn, &run))
		return 0;
	place = array_push(&folios->held, sizeof(*place));
	if (!place)
		return -ENOMEM;
	*place = run;
	return 0;
}

/* A huge page that all of its users map as a whole is all shared. */
static int find_held(struct folios *folios)
{
	struct frame_piece piece;
	size_t at = 0;
	uint32_t i;
	int err = 0;

	while (!err && frames_next(folios->killed->snapshot->frames, &at,
				   &piece))
		for (i = 0; piece.counts && i < piece.count && !err; i++)
			err = hold(folios, &piece, i);
	killed_unite(&folios->held);
	return err;
}

static bool is_held(const struct folios *folios, uint64_t pfn)
{
	const struct killed_run *run = folios->held.items;
	size_t low = 0, high = folios->held.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (run[middle].first + run[middle].count <= pfn)
			low = middle + 1;
		else
			high = middle;
	}
	return low < folios->held.count && run[low].first <= pfn;
}

/* Frames of the table: those that several members share. */
static void count_in_table(struct folios *folios, struct killed_run run)
{
	struct killed *killed = folios->killed;
	struct frame_piece piece;
	uint32_t i;

	while (run.count) {
		if (!frames_piece(killed->snapshot->frames, run.first,
				  run.count, &piece)) {
			run.first++;
			run.count--;
			continue;
		}
		for (i = 0; i < piece.count; i++) {
			uint32_t slot = piece.slot + (piece.counts ? i : 0);

			folios->sole += killed->node_dies[
				killed->sharing->node_of_slot[slot]];
		}
		run.first += piece.count;
		run.count -= piece.count;
	}
}

/* The others, which the kernel itself gives to one process alone. */
static int take_exclusive(void *context, const struct pagemap_mapping *mapping,
			  const uint64_t *entries, size_t count)
{
	struct folios *folios = context;
	uint64_t pfn;
	size_t i;

	(void)mapping;
	for (i = 0; i < count; i++)
		if (killed_is_exclusive(folios->killed, entries[i], &pfn) &&
		    is_held(folios, pfn))
			folios->sole++;
	return 0;
}

static int count_sole(struct folios *folios)
{
	struct killed *killed = folios->killed;
	const struct killed_run *run = folios->held.items;
	size_t i;
	int err = 0;

	for (i = 0; i < folios->held.count; i++)
		count_in_table(folios, run[i]);
	for (i = 0; i < killed->snapshot->process_count && !err; i++)
		if (killed->dies[i] && killed_reads(killed, i))
			err = killed_walk(killed,
					  &killed->snapshot->processes[i],
					  killed_has_exclusive,
					  take_exclusive, folios);
	return err;
}

int killed_folios(struct killed *killed)
{
	struct folios folios = { .killed = killed, .block = UINT64_MAX };
	struct sole_frames *sole = &killed->sole;
	uint64_t most;
	int err = find_held(&folios);

	if (!err && folios.held.count)
		err = count_sole(&folios);
	array_free(&folios.held);
	most = sole->pages[PAGEMAP_FRAME_ANON] -
	       sole->unseen[PAGEMAP_FRAME_ANON];
	if (folios.sole > most)
		folios.sole = most;
	sole->pages[PAGEMAP_FRAME_ANON] -= folios.sole;
	killed->shared_pages += folios.sole;
	return err;
}
