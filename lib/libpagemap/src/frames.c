/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The sparse table of frames, see frames.h: a hash of blocks of 512 frames,
 * below them chunks of 64.  A chunk remembers the mm that it was last counted
 * for and which of its frames, so that a mm counts once.
 */
#include "frames.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SHIFT 9
#define BLOCK_FRAMES (1u << BLOCK_SHIFT)
#define CHUNK_SHIFT 6
#define CHUNK_FRAMES (1u << CHUNK_SHIFT)
#define BLOCK_CHUNKS (BLOCK_FRAMES / CHUNK_FRAMES)
#define SLAB_SHIFT 6
#define SLAB_CHUNKS (1u << SLAB_SHIFT)

struct chunk {
	uint64_t seen;			/* frames counted for mm */
	uint32_t mm;
	uint32_t block;
	uint32_t counts[CHUNK_FRAMES];
};

struct block {
	uint64_t number;
	uint32_t whole;			/* mms that map it as a whole */
	uint32_t whole_mm;		/* the last of them */
	uint32_t chunks[BLOCK_CHUNKS];	/* index + 1; 0 none */
};

struct frames {
	struct block *blocks;
	uint32_t block_count;
	uint32_t block_capacity;
	uint32_t *hash;			/* index + 1 of a block; 0 free */
	uint32_t hash_size;		/* a power of two */
	struct chunk **slabs;
	uint32_t chunk_count;
	uint32_t slab_capacity;
	uint32_t mm;
	uint32_t last_block;		/* runs come in order: try it first */
};

struct frames *frames_new(void)
{
	struct frames *frames = calloc(1, sizeof(*frames));

	if (!frames)
		return NULL;
	frames->hash_size = 1024;
	frames->hash = calloc(frames->hash_size, sizeof(frames->hash[0]));
	if (!frames->hash) {
		free(frames);
		return NULL;
	}
	return frames;
}

static uint32_t slab_count(const struct frames *frames)
{
	return (frames->chunk_count + SLAB_CHUNKS - 1) >> SLAB_SHIFT;
}

void frames_free(struct frames *frames)
{
	uint32_t i;

	if (!frames)
		return;
	for (i = 0; i < slab_count(frames); i++)
		free(frames->slabs[i]);
	free(frames->slabs);
	free(frames->blocks);
	free(frames->hash);
	free(frames);
}

size_t frames_memory_bytes(const struct frames *frames)
{
	if (!frames)
		return 0;
	return sizeof(*frames) +
	       frames->block_capacity * sizeof(struct block) +
	       frames->hash_size * sizeof(frames->hash[0]) +
	       (size_t)slab_count(frames) * SLAB_CHUNKS * sizeof(struct chunk);
}

static struct chunk *chunk_at(const struct frames *frames, uint32_t index)
{
	return &frames->slabs[index >> SLAB_SHIFT][index & (SLAB_CHUNKS - 1)];
}

static uint32_t hash_of(const struct frames *frames, uint64_t number)
{
	return (uint32_t)((number * UINT64_C(0x9e3779b97f4a7c15)) >> 32) &
	       (frames->hash_size - 1);
}

static uint32_t *hash_place(const struct frames *frames, uint64_t number)
{
	uint32_t at = hash_of(frames, number);

	while (frames->hash[at] &&
	       frames->blocks[frames->hash[at] - 1].number != number)
		at = (at + 1) & (frames->hash_size - 1);
	return &frames->hash[at];
}

static int grow_hash(struct frames *frames)
{
	uint32_t i, *old = frames->hash;

	frames->hash = calloc((size_t)frames->hash_size * 2,
			      sizeof(frames->hash[0]));
	if (!frames->hash) {
		frames->hash = old;
		return -ENOMEM;
	}
	frames->hash_size *= 2;
	for (i = 0; i < frames->block_count; i++)
		*hash_place(frames, frames->blocks[i].number) = i + 1;
	free(old);
	return 0;
}

static struct block *find_block(const struct frames *frames, uint64_t number)
{
	uint32_t index = *hash_place(frames, number);

	return index ? &frames->blocks[index - 1] : NULL;
}

static struct block *add_block(struct frames *frames, uint64_t number)
{
	struct block *block;

	if (frames->block_count >= frames->hash_size / 2 && grow_hash(frames))
		return NULL;
	if (frames->block_count == frames->block_capacity) {
		uint32_t capacity = frames->block_capacity ?
				    frames->block_capacity * 2 : 256;
		void *blocks = reallocarray(frames->blocks, capacity,
					    sizeof(*block));

		if (!blocks)
			return NULL;
		frames->blocks = blocks;
		frames->block_capacity = capacity;
	}
	block = &frames->blocks[frames->block_count++];
	*block = (struct block){ .number = number };
	*hash_place(frames, number) = frames->block_count;
	return block;
}

static struct block *get_block(struct frames *frames, uint64_t number)
{
	struct block *block;

	if (frames->last_block < frames->block_count &&
	    frames->blocks[frames->last_block].number == number)
		return &frames->blocks[frames->last_block];
	block = find_block(frames, number);
	if (!block)
		block = add_block(frames, number);
	if (block)
		frames->last_block = (uint32_t)(block - frames->blocks);
	return block;
}

static int add_slab(struct frames *frames)
{
	uint32_t slab = frames->chunk_count >> SLAB_SHIFT;

	if (slab == frames->slab_capacity) {
		uint32_t capacity = slab ? slab * 2 : 64;
		void *slabs = reallocarray(frames->slabs, capacity,
					   sizeof(frames->slabs[0]));

		if (!slabs)
			return -ENOMEM;
		frames->slabs = slabs;
		frames->slab_capacity = capacity;
	}
	frames->slabs[slab] = calloc(SLAB_CHUNKS, sizeof(struct chunk));
	return frames->slabs[slab] ? 0 : -ENOMEM;
}

static struct chunk *get_chunk(struct frames *frames, struct block *block,
			       uint32_t which)
{
	struct chunk *chunk;

	if (block->chunks[which])
		return chunk_at(frames, block->chunks[which] - 1);
	if (!(frames->chunk_count & (SLAB_CHUNKS - 1)) && add_slab(frames))
		return NULL;
	chunk = chunk_at(frames, frames->chunk_count);
	chunk->block = (uint32_t)(block - frames->blocks);
	block->chunks[which] = ++frames->chunk_count;
	return chunk;
}

void frames_begin_mm(struct frames *frames)
{
	frames->mm++;
}

static int add_again(struct array *again, uint64_t first, uint64_t mask)
{
	for (; mask; mask &= mask - 1) {
		uint64_t *frame = array_push(again, sizeof(*frame));

		if (!frame)
			return -ENOMEM;
		*frame = first + (uint64_t)__builtin_ctzll(mask);
	}
	return 0;
}

static void count_in_chunk(struct frames *frames, struct chunk *chunk,
			   uint32_t first, uint32_t count, uint64_t *ret_again)
{
	uint64_t mask = (count == CHUNK_FRAMES ? ~UINT64_C(0) :
			 (UINT64_C(1) << count) - 1) << first;
	uint32_t i;

	if (chunk->mm != frames->mm) {
		chunk->mm = frames->mm;
		chunk->seen = 0;
	}
	*ret_again = chunk->seen & mask;
	chunk->seen |= mask;
	for (i = first; i < first + count; i++)
		chunk->counts[i]++;
	for (mask = *ret_again; mask; mask &= mask - 1)
		chunk->counts[__builtin_ctzll(mask)]--;
}

static bool seen_in_chunks(const struct frames *frames,
			   const struct block *block)
{
	uint32_t i;

	for (i = 0; i < BLOCK_CHUNKS; i++)
		if (block->chunks[i] &&
		    chunk_at(frames, block->chunks[i] - 1)->mm == frames->mm)
			return true;
	return false;
}

static int count_chunks(struct frames *frames, struct block *block,
			uint32_t first, uint32_t count, struct array *again)
{
	uint64_t mask, base = block->number << BLOCK_SHIFT;
	bool whole = block->whole_mm == frames->mm;

	while (count) {
		uint32_t at = first & (CHUNK_FRAMES - 1);
		uint32_t part = CHUNK_FRAMES - at < count ? CHUNK_FRAMES - at
							  : count;
		struct chunk *chunk = get_chunk(frames, block,
						first >> CHUNK_SHIFT);

		if (!chunk)
			return -ENOMEM;
		/* Of a block counted as a whole every frame was counted. */
		if (whole)
			mask = (part == CHUNK_FRAMES ? ~UINT64_C(0) :
				(UINT64_C(1) << part) - 1) << at;
		else
			count_in_chunk(frames, chunk, at, part, &mask);
		if (mask && add_again(again, base + first - at, mask))
			return -ENOMEM;
		first += part;
		count -= part;
	}
	return 0;
}

/* Frames that a mm maps again end up in chunks, never in a whole block. */
static int count_in_block(struct frames *frames, struct block *block,
			  uint32_t first, uint32_t count, struct array *again)
{
	if (count == BLOCK_FRAMES && block->whole_mm != frames->mm &&
	    !seen_in_chunks(frames, block)) {
		block->whole++;
		block->whole_mm = frames->mm;
		return 0;
	}
	return count_chunks(frames, block, first, count, again);
}

int frames_count(struct frames *frames, uint64_t first, uint64_t count,
		 struct array *again)
{
	while (count) {
		uint32_t at = first & (BLOCK_FRAMES - 1);
		uint32_t part = BLOCK_FRAMES - at < count ? BLOCK_FRAMES - at
							  : (uint32_t)count;
		struct block *block = get_block(frames, first >> BLOCK_SHIFT);
		int err = block ? count_in_block(frames, block, at, part, again)
				: -ENOMEM;

		if (err)
			return err;
		first += part;
		count -= part;
	}
	return 0;
}

static bool has_chunks(const struct block *block)
{
	uint32_t i;

	for (i = 0; i < BLOCK_CHUNKS; i++)
		if (block->chunks[i])
			return true;
	return false;
}

/* From one count for the whole block to one for each of its frames. */
static int spread(struct frames *frames, struct block *block)
{
	uint32_t which, frame;

	for (which = 0; which < BLOCK_CHUNKS; which++) {
		struct chunk *chunk = get_chunk(frames, block, which);

		if (!chunk)
			return -ENOMEM;
		for (frame = 0; frame < CHUNK_FRAMES; frame++)
			chunk->counts[frame] += block->whole;
	}
	block->whole = 0;
	return 0;
}

int frames_settle(struct frames *frames)
{
	uint32_t i;
	int err = 0;

	for (i = 0; i < frames->block_count && !err; i++)
		if (frames->blocks[i].whole && has_chunks(&frames->blocks[i]))
			err = spread(frames, &frames->blocks[i]);
	return err;
}

int frames_split(struct frames *frames, const struct frame_piece *piece)
{
	struct block *block = find_block(frames, piece->first >> BLOCK_SHIFT);

	return block && block->whole ? spread(frames, block) : 0;
}

bool frames_piece(const struct frames *frames, uint64_t first, uint64_t count,
		  struct frame_piece *ret_piece)
{
	const struct block *block = find_block(frames, first >> BLOCK_SHIFT);
	uint32_t at = first & (BLOCK_FRAMES - 1);
	uint32_t room, index;

	*ret_piece = (struct frame_piece){ .first = first };
	room = BLOCK_FRAMES - at;
	if (block && !block->whole)
		room = CHUNK_FRAMES - (at & (CHUNK_FRAMES - 1));
	ret_piece->count = room < count ? room : (uint32_t)count;
	if (!block)
		return false;
	if (block->whole) {
		ret_piece->uniform = block->whole;
		ret_piece->slot = (frames->chunk_count << CHUNK_SHIFT) +
				  (uint32_t)(block - frames->blocks);
	} else {
		index = block->chunks[at >> CHUNK_SHIFT];
		if (!index)
			return false;
		at &= CHUNK_FRAMES - 1;
		ret_piece->counts = &chunk_at(frames, index - 1)->counts[at];
		ret_piece->slot = ((index - 1) << CHUNK_SHIFT) + at;
	}
	return true;
}

bool frames_next(const struct frames *frames, size_t *at,
		 struct frame_piece *ret_piece)
{
	for (; *at < (size_t)frames->block_count * BLOCK_CHUNKS; ++*at) {
		const struct block *block = &frames->blocks[*at / BLOCK_CHUNKS];
		size_t which = *at % BLOCK_CHUNKS;
		uint64_t first = (block->number << BLOCK_SHIFT) +
				 which * CHUNK_FRAMES;

		if (block->whole && which)
			continue;
		if (!frames_piece(frames, first, BLOCK_FRAMES, ret_piece))
			continue;
		++*at;
		return true;
	}
	return false;
}

void frames_mark(struct frames *frames, const struct frame_piece *piece,
		 uint32_t mark)
{
	uint32_t i;

	if (!piece->counts) {
		find_block(frames, piece->first >> BLOCK_SHIFT)->whole = mark;
		return;
	}
	for (i = 0; i < piece->count; i++)
		piece->counts[i] = mark;
}

static bool is_counted(const struct frame_piece *piece, uint32_t which)
{
	uint32_t count = piece->counts ? piece->counts[which] : piece->uniform;

	return count && !frames_is_mark(count);
}

bool frames_stretch(const struct frame_piece *piece, uint32_t gap, uint32_t *at,
		    uint32_t *ret_first)
{
	uint32_t i, first = *at, end;

	while (first < piece->count && !is_counted(piece, first))
		first++;
	if (first >= piece->count)
		return false;
	for (i = end = first; i < piece->count && i - end <= gap; i++)
		if (is_counted(piece, i))
			end = i + 1;
	*at = end;
	*ret_first = first;
	return true;
}

size_t frames_slots(const struct frames *frames)
{
	return ((size_t)frames->chunk_count << CHUNK_SHIFT) +
	       frames->block_count;
}
