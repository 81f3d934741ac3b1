/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What each counted frame holds, by its flags: anonymous memory, merged pages,
 * page cache clean or dirty, shmem.  Only for who asks for it, since a frame's
 * flags cost more to read than its count.  Who maps a frame is the business of
 * settle.c and sharing.c.
 */
#include <errno.h>
#include <string.h>

#include "census.h"
#include "engine.h"
#include "frames.h"

#define FLAG(bit) (UINT64_C(1) << PAGEMAP_FLAG_##bit)
#define BLOCK_FRAMES 512

/* Reading on over so many frames costs less than another read. */
#define GAP 6

/* The largest folio: 2^10 pages hold every THP of 4 KiB pages. */
#define HEAD_ORDERS 10

struct looking {
	struct pagemap_source *source;
	struct pagemap_snapshot *snapshot;
	bool ksm_told;			/* the flag of merged pages is true */
	uint64_t tail;			/* the last tail whose head was found */
	uint64_t head_flags;
};

/* Flags that a tail has from its head, on kernels that show it so (6.9 on). */
#define OF_HEAD (FLAG(LRU) | FLAG(UPTODATE) | FLAG(ACTIVE) | FLAG(DIRTY) | \
		 FLAG(SWAPBACKED) | FLAG(UNEVICTABLE))

static bool find_head(const struct looking *looking, uint64_t pfn,
		      uint64_t *ret_flags)
{
	uint64_t flags, last = pfn;
	int order;

	for (order = 1; order <= HEAD_ORDERS; order++) {
		uint64_t at = pfn & ~((UINT64_C(1) << order) - 1);

		if (at == last)
			continue;
		last = at;
		if (looking->source->ops->read_frames(looking->source,
				FRAME_FLAGS, at, &flags, 1) != 1)
			return false;
		if (flags & FLAG(COMPOUND_HEAD)) {
			*ret_flags = flags;
			return true;
		}
	}
	return false;
}

/* Older kernels show of a tail next to nothing: its head has the flags. */
static uint64_t flags_of(struct looking *looking, uint64_t pfn, uint64_t flags)
{
	if (!(flags & FLAG(COMPOUND_TAIL)) || (flags & OF_HEAD))
		return flags;
	if (looking->tail + 1 != pfn &&
	    !find_head(looking, pfn, &looking->head_flags))
		return flags;
	looking->tail = pfn;
	return looking->head_flags | flags;
}

static enum pagemap_frame_kind kind_of(struct looking *looking, uint64_t pfn,
				       uint64_t flags)
{
	flags = flags_of(looking, pfn, flags);
	if ((flags & FLAG(KSM)) && looking->ksm_told)
		return PAGEMAP_FRAME_KSM;
	if (flags & FLAG(ANON))
		return PAGEMAP_FRAME_ANON;
	if (flags & FLAG(SWAPBACKED))
		return PAGEMAP_FRAME_SHMEM;
	return flags & (FLAG(DIRTY) | FLAG(WRITEBACK)) ?
	       PAGEMAP_FRAME_FILE_DIRTY : PAGEMAP_FRAME_FILE;
}

/* A bit for each slot: the frame is of a huge page or another large folio. */
static void note_compound(struct looking *looking, uint32_t slot,
			  uint64_t flags)
{
	uint8_t *compound = looking->snapshot->compound;

	if (compound && (flags & (FLAG(COMPOUND_HEAD) | FLAG(COMPOUND_TAIL))))
		compound[slot / 8] |= (uint8_t)(1u << slot % 8);
}

/* The kinds of frames [first, end) of a piece; those not shown stay unknown. */
static void look_at(struct looking *looking, const struct frame_piece *piece,
		    uint32_t first, uint32_t end, uint8_t *ret_kinds)
{
	struct pagemap_source *source = looking->source;
	uint64_t flags[BLOCK_FRAMES];
	ssize_t i, got = source->ops->read_frames(source, FRAME_FLAGS,
				piece->first + first, flags, end - first);

	for (i = 0; i < got; i++) {
		ret_kinds[i] = (uint8_t)kind_of(looking, piece->first + first +
						(uint64_t)i, flags[i]);
		note_compound(looking, piece->slot + first + (uint32_t)i,
			      flags[i]);
	}
}

/*
 * Frames that stand together in one slot may be of one huge page, or file pages
 * that only happen to follow each other, some of them dirty.
 */
static int split_mixed(struct looking *looking)
{
	struct frames *frames = looking->snapshot->frames;
	uint8_t kinds[BLOCK_FRAMES];
	struct frame_piece piece;
	size_t at = 0;
	uint32_t i;
	int err = 0;

	while (!err && frames_next(frames, &at, &piece)) {
		if (piece.counts || frames_is_mark(piece.uniform))
			continue;
		memset(kinds, PAGEMAP_FRAME_UNKNOWN, sizeof(kinds));
		look_at(looking, &piece, 0, piece.count, kinds);
		for (i = 1; i < piece.count && kinds[i] == kinds[0];)
			i++;
		if (i < piece.count)
			err = frames_split(frames, &piece);
	}
	return err;
}

static void set_kinds(struct looking *looking, uint8_t *kinds)
{
	struct frame_piece piece;
	size_t at = 0;

	while (frames_next(looking->snapshot->frames, &at, &piece)) {
		uint32_t first, end = 0;

		while (frames_stretch(&piece, GAP, &end, &first))
			look_at(looking, &piece, first,
				piece.counts ? end : first + 1,
				kinds + piece.slot + first);
	}
}

int kinds_settle(struct pagemap_source *source,
		 struct pagemap_snapshot *snapshot)
{
	struct looking looking = {
		.source = source,
		.snapshot = snapshot,
		.tail = UINT64_MAX - 1,
	};
	size_t slots;
	int err = 0;

	if (snapshot->frames_detail == PAGEMAP_FRAMES_COUNTED)
		return 0;
	looking.ksm_told = pagemap_source_has_feature(source,
						PAGEMAP_FEATURE_KSM_FLAG);
	if (source->features[PAGEMAP_FEATURE_KPAGEFLAGS] == FEATURE_PRESENT)
		err = split_mixed(&looking);
	if (err)
		return err;
	slots = frames_slots(snapshot->frames) + 1;
	snapshot->kinds = arena_alloc(&snapshot->arena, slots);
	if (!snapshot->kinds)
		return -ENOMEM;
	memset(snapshot->kinds, PAGEMAP_FRAME_UNKNOWN, slots);
	/* Not before: while mixed ones are split, slots are made. */
	snapshot->compound = arena_alloc(&snapshot->arena, slots / 8 + 1);
	if (!snapshot->compound)
		return -ENOMEM;
	memset(snapshot->compound, 0, slots / 8 + 1);
	if (source->features[PAGEMAP_FEATURE_KPAGEFLAGS] == FEATURE_PRESENT)
		set_kinds(&looking, snapshot->kinds);
	return 0;
}
