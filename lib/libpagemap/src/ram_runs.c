/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every frame's flags and sharers, kept as runs of 16 bytes: a run ends where
 * the next begins, and flags are numbers in a table, since of all words that a
 * machine shows there are few.  They stay in the blocks in which frames were
 * read.  Each worker has blocks and a table of its own, which are put together
 * when all frames are read; nothing is locked, and nothing is copied.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ram.h"

#define SET_NONE UINT32_MAX
#define CLASS_BITS 8

/* The class is below the frame number. */
struct ram_run {
	uint64_t first_pfn_and_class;
	uint32_t set;			/* SET_NONE */
	uint32_t flags;			/* index into the words */
};

/* Runs of a block, in memory of their own. */
struct run_block {
	uint64_t number;
	struct ram_run *runs;
	size_t count;
	size_t first;			/* index of the first one in all RAM */
};

static struct ram_run pack(uint64_t pfn, enum pagemap_ram_class ram_class,
			   size_t set, uint32_t flags)
{
	return (struct ram_run){
		.first_pfn_and_class = pfn << CLASS_BITS | (uint64_t)ram_class,
		.set = set == PAGEMAP_NO_SET ? SET_NONE : (uint32_t)set,
		.flags = flags,
	};
}

static uint64_t first_pfn_of(const struct ram_run *run)
{
	return run->first_pfn_and_class >> CLASS_BITS;
}

static uint64_t class_bits_of(const struct ram_run *run)
{
	return run->first_pfn_and_class & ((UINT64_C(1) << CLASS_BITS) - 1);
}

static bool alike(const struct ram_run *a, const struct ram_run *b)
{
	return class_bits_of(a) == class_bits_of(b) && a->set == b->set &&
	       a->flags == b->flags;
}

/* ---- Words of flags ---------------------------------------------------- */

/* The place of a word, or the free one where it belongs. */
static uint32_t *place_of(const struct flag_words *words, uint64_t word)
{
	const uint64_t *known = words->words.items;
	uint32_t at = (uint32_t)((word * UINT64_C(0x9e3779b97f4a7c15)) >> 32) &
		      (words->hash_size - 1);

	while (words->hash[at] && known[words->hash[at] - 1] != word)
		at = (at + 1) & (words->hash_size - 1);
	return &words->hash[at];
}

static int grow(struct flag_words *words)
{
	const uint64_t *known = words->words.items;
	uint32_t size = words->hash_size ? words->hash_size * 2 : 256;
	uint32_t i, *hash = size ? calloc(size, sizeof(*hash)) : NULL;

	if (!hash)
		return -ENOMEM;
	free(words->hash);
	words->hash = hash;
	words->hash_size = size;
	for (i = 0; i < words->words.count; i++)
		*place_of(words, known[i]) = i + 1;
	return 0;
}

/* The number of a word, which is added where it is new.  0 or -ENOMEM. */
static int number_of(struct flag_words *words, uint64_t word,
		     uint32_t *ret_number)
{
	uint32_t *place;
	uint64_t *added;

	if (words->words.count >= words->hash_size / 2 && grow(words))
		return -ENOMEM;
	place = place_of(words, word);
	if (!*place) {
		added = array_push(&words->words, sizeof(*added));
		if (!added)
			return -ENOMEM;
		*added = word;
		*place = (uint32_t)words->words.count;
	}
	*ret_number = *place - 1;
	return 0;
}

static void free_words(struct flag_words *words)
{
	array_free(&words->words);
	free(words->hash);
}

/* ---- What a worker keeps ----------------------------------------------- */

int run_keeper_add(struct run_keeper *keeper, uint64_t pfn, uint64_t flags,
		   enum pagemap_ram_class ram_class, size_t set)
{
	struct ram_run *run = array_push(&keeper->runs, sizeof(*run));
	uint32_t number;

	if (!run || number_of(&keeper->words, flags, &number))
		return -ENOMEM;
	*run = pack(pfn, ram_class, set, number);
	return 0;
}

void run_keeper_turn(struct run_keeper *keeper,
		     enum pagemap_ram_class ram_class)
{
	struct ram_run *runs = keeper->runs.items;
	size_t i;

	for (i = 0; i < keeper->runs.count; i++)
		runs[i].first_pfn_and_class =
			first_pfn_of(&runs[i]) << CLASS_BITS |
			(uint64_t)ram_class;
}

int run_keeper_end_block(struct run_keeper *keeper, uint64_t number)
{
	size_t bytes = keeper->runs.count * sizeof(struct ram_run);
	struct run_block *block = array_push(&keeper->blocks, sizeof(*block));

	if (!block)
		return -ENOMEM;
	*block = (struct run_block){
		.number = number,
		.runs = malloc(bytes),
		.count = keeper->runs.count,
	};
	if (!block->runs)
		return -ENOMEM;
	memcpy(block->runs, keeper->runs.items, bytes);
	keeper->runs.count = 0;
	return 0;
}

static void free_blocks(struct array *blocks)
{
	struct run_block *block = blocks->items;
	size_t i;

	for (i = 0; i < blocks->count; i++)
		free(block[i].runs);
	array_free(blocks);
}

void run_keeper_free(struct run_keeper *keeper)
{
	free_blocks(&keeper->blocks);
	array_free(&keeper->runs);
	free_words(&keeper->words);
}

/* ---- All together ------------------------------------------------------ */

/* A worker's numbers of words become those of all.  0 or -ENOMEM. */
static int join_words(struct flag_words *all, struct run_keeper *keeper)
{
	const uint64_t *words = keeper->words.words.items;
	struct run_block *blocks = keeper->blocks.items;
	size_t i, k, count = keeper->words.words.count;
	uint32_t *numbers = calloc(count + 1, sizeof(*numbers));
	int err = numbers ? 0 : -ENOMEM;

	for (i = 0; i < count && !err; i++)
		err = number_of(all, words[i], &numbers[i]);
	for (i = 0; i < keeper->blocks.count && !err; i++)
		for (k = 0; k < blocks[i].count; k++)
			blocks[i].runs[k].flags = numbers[blocks[i].runs[k].flags];
	free(numbers);
	return err;
}

/* A worker's blocks are from here on those of RAM.  0 or -ENOMEM. */
static int take_blocks(struct array *all, struct array *blocks)
{
	struct run_block *from = blocks->items, *place;

	while (blocks->count) {
		place = array_push(all, sizeof(*place));
		if (!place)
			return -ENOMEM;
		*place = from[--blocks->count];
	}
	return 0;
}

static int compare_blocks(const void *a, const void *b)
{
	const struct run_block *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

/* A run that goes on over the edge of a block stays one. */
static void settle_blocks(struct pagemap_ram *ram)
{
	struct run_block *blocks = ram->run_blocks.items;
	struct ram_run last = { .flags = UINT32_MAX };
	size_t i, kept = 0;

	for (i = 0; i < ram->run_blocks.count; i++) {
		struct run_block block = blocks[i];

		if (alike(&block.runs[0], &last)) {
			block.count--;
			memmove(block.runs, block.runs + 1,
				block.count * sizeof(*block.runs));
		}
		if (!block.count) {
			free(block.runs);
			continue;
		}
		last = block.runs[block.count - 1];
		block.first = ram->run_count;
		ram->run_count += block.count;
		blocks[kept++] = block;
	}
	ram->run_blocks.count = kept;
}

int ram_runs_join(struct pagemap_ram *ram, struct run_keeper *keepers,
		  size_t count)
{
	size_t i;
	int err = 0;

	for (i = 0; i < count && !err; i++) {
		err = join_words(&ram->words, &keepers[i]);
		if (!err)
			err = take_blocks(&ram->run_blocks, &keepers[i].blocks);
	}
	if (err || !ram->run_blocks.count)
		return err;
	qsort(ram->run_blocks.items, ram->run_blocks.count,
	      sizeof(struct run_block), compare_blocks);
	settle_blocks(ram);
	return 0;
}

void ram_runs_free(struct pagemap_ram *ram)
{
	free_blocks(&ram->run_blocks);
	free_words(&ram->words);
}

/* The block that has the run at an index, which there is. */
static const struct run_block *block_at(const struct pagemap_ram *ram,
					size_t index)
{
	const struct run_block *blocks = ram->run_blocks.items;
	size_t low = 0, high = ram->run_blocks.count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (blocks[middle].first > index)
			high = middle;
		else
			low = middle;
	}
	return &blocks[low];
}

int pagemap_ram_run_at(const struct pagemap_ram *ram, size_t index,
		       struct pagemap_ram_run *ret_run)
{
	const uint64_t *words = ram->words.words.items;
	const struct run_block *block;
	const struct ram_run *run;
	uint64_t end = ram->frames;

	if (!ram->keeps_runs)
		return -ENOTSUP;
	if (index >= ram->run_count)
		return -ENOENT;
	block = block_at(ram, index);
	run = &block->runs[index - block->first];
	if (index + 1 < block->first + block->count)
		end = first_pfn_of(run + 1);
	else if (index + 1 < ram->run_count)
		end = first_pfn_of(block[1].runs);
	*ret_run = (struct pagemap_ram_run){
		.first_pfn = first_pfn_of(run),
		.frame_count = end - first_pfn_of(run),
		.flags = words[run->flags],
		.set = run->set == SET_NONE ? PAGEMAP_NO_SET : run->set,
		.ram_class = (enum pagemap_ram_class)class_bits_of(run),
	};
	return 0;
}
