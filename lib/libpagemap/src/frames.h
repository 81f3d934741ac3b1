/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How many mms map each frame (or use each swap slot).  Sparse: memory
 * follows the frames in use, not the RAM.  A block of 512 frames that mms map
 * only as a whole costs one counter; other frames cost 4 bytes each, in
 * chunks of 64.  Knows nothing of processes, entries or metrics.
 *
 * First everything is counted, then the table is settled, then it is read.
 */
#ifndef PAGEMAP_FRAMES_H
#define PAGEMAP_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"

struct frames;

/* In place of a count: frames that are not memory of a process after all. */
enum {
	FRAMES_ZERO = UINT32_MAX,		/* the zero page */
	FRAMES_HUGETLB = UINT32_MAX - 1,
	FRAMES_SPECIAL = UINT32_MAX - 2,	/* no RAM, or no struct page */
	FRAMES_FIRST_MARK = FRAMES_SPECIAL,
};

struct frames *frames_new(void);
void frames_free(struct frames *frames);
size_t frames_memory_bytes(const struct frames *frames);

/* The next mm begins: each frame counts once for it. */
void frames_begin_mm(struct frames *frames);

/*
 * Counts a run of frames for this mm.  Those that had been counted for it are
 * not counted twice but added to again, an array of uint64_t.  0 or -ENOMEM.
 */
int frames_count(struct frames *frames, uint64_t first, uint64_t count,
		 struct array *again);

/*
 * Ends the counting: from here on a block has one count for all its frames or
 * one for each, never both.  0 or -ENOMEM.
 */
int frames_settle(struct frames *frames);

/*
 * Frames that stand together in the table.  Where counts is NULL all of them
 * have the count `uniform` and share one slot; else each has its own.
 */
struct frame_piece {
	uint64_t first;
	uint32_t count;
	uint32_t slot;		/* of the first; below frames_slots() */
	uint32_t uniform;
	uint32_t *counts;	/* of the first; NULL: uniform */
};

/*
 * The settled piece that begins at first, of at most count frames.  Runs must
 * be asked for as they were counted.  False if it was never counted, nor were
 * so many frames as its count says.
 */
bool frames_piece(const struct frames *frames, uint64_t first, uint64_t count,
		  struct frame_piece *ret_piece);

/*
 * Walks all settled pieces, in no order; frames with count 0 among them were
 * never counted.  *at begins with 0.  False at the end.
 */
bool frames_next(const struct frames *frames, size_t *at,
		 struct frame_piece *ret_piece);

/* Marks all frames of a piece as FRAMES_ZERO and so on. */
void frames_mark(struct frames *frames, const struct frame_piece *piece,
		 uint32_t mark);

/*
 * The next frames of a piece, from *at on, that are counted and not marked, with
 * gaps of up to so many others between them: stores the first, and in *at the
 * end.  A uniform piece is one such stretch.  False if there are none.
 */
bool frames_stretch(const struct frame_piece *piece, uint32_t gap, uint32_t *at,
		    uint32_t *ret_first);

/*
 * Gives each frame of a settled uniform piece a slot of its own.  Slots that
 * were there stay, frames_slots() grows.  0 or -ENOMEM.
 */
int frames_split(struct frames *frames, const struct frame_piece *piece);

/* How many slots there are: the size of an array beside the table. */
size_t frames_slots(const struct frames *frames);

static inline bool frames_is_mark(uint32_t count)
{
	return count >= (uint32_t)FRAMES_FIRST_MARK;
}

#endif
