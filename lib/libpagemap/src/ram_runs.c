/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every frame's flags and sharers, kept as runs of 16 bytes: a run ends where
 * the next begins, and flags are numbers in a table, since of all words that a
 * machine shows there are few.  Each worker has runs and a table of its own,
 * which are joined when all frames are read; nothing is locked.
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
	const struct run_keeper *keeper;
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
		.keeper = keeper,
	};
	if (!block->runs)
		return -ENOMEM;
	memcpy(block->runs, keeper->runs.items, bytes);
	keeper->runs.count = 0;
	return 0;
}

void run_keeper_free(struct run_keeper *keeper)
{
	struct run_block *blocks = keeper->blocks.items;
	size_t i;

	for (i = 0; i < keeper->blocks.count; i++)
		free(blocks[i].runs);
	array_free(&keeper->blocks);
	array_free(&keeper->runs);
	free_words(&keeper->words);
	free(keeper->number_in_all);
}

/* ---- All together ------------------------------------------------------ */

/* A worker's numbers of words become those of all. */
static int join_words(struct flag_words *all, struct run_keeper *keeper)
{
	const uint64_t *words = keeper->words.words.items;
	size_t i, count = keeper->words.words.count;
	int err = 0;

	keeper->number_in_all = calloc(count + 1, sizeof(uint32_t));
	if (!keeper->number_in_all)
		return -ENOMEM;
	for (i = 0; i < count && !err; i++)
		err = number_of(all, words[i], &keeper->number_in_all[i]);
	return err;
}

static int compare_blocks(const void *a, const void *b)
{
	const struct run_block *x = *(const struct run_block *const *)a;
	const struct run_block *y = *(const struct run_block *const *)b;

	return (x->number > y->number) - (x->number < y->number);
}

/* Where one goes on over the edge of a block it stays one. */
static void append(struct pagemap_ram *ram, struct run_block *block)
{
	struct ram_run *last = ram->runs + ram->run_count;
	size_t i;

	for (i = 0; i < block->count; i++) {
		struct ram_run run = block->runs[i];

		run.flags = block->keeper->number_in_all[run.flags];
		if (ram->run_count && alike(&run, last - 1))
			continue;
		*last++ = run;
		ram->run_count++;
	}
	free(block->runs);
	block->runs = NULL;
}

static int join_blocks(struct pagemap_ram *ram, struct run_keeper *keepers,
		       size_t count, size_t block_count, size_t run_count)
{
	struct run_block **order = calloc(block_count + 1, sizeof(*order));
	size_t i, j, at = 0;

	/* Memory is used as it is written to, and that of blocks given back. */
	ram->runs = calloc(run_count + 1, sizeof(*ram->runs));
	if (!order || !ram->runs) {
		free(order);
		return -ENOMEM;
	}
	for (i = 0; i < count; i++)
		for (j = 0; j < keepers[i].blocks.count; j++)
			order[at++] =
				(struct run_block *)keepers[i].blocks.items + j;
	qsort(order, at, sizeof(*order), compare_blocks);
	for (i = 0; i < at; i++)
		append(ram, order[i]);
	free(order);
	return 0;
}

int ram_runs_join(struct pagemap_ram *ram, struct run_keeper *keepers,
		  size_t count)
{
	size_t i, j, blocks = 0, runs = 0;
	int err = 0;

	for (i = 0; i < count && !err; i++) {
		const struct run_block *block = keepers[i].blocks.items;

		err = join_words(&ram->words, &keepers[i]);
		blocks += keepers[i].blocks.count;
		for (j = 0; j < keepers[i].blocks.count; j++)
			runs += block[j].count;
	}
	return err ? err : join_blocks(ram, keepers, count, blocks, runs);
}

void ram_runs_free(struct pagemap_ram *ram)
{
	free(ram->runs);
	free_words(&ram->words);
}

int pagemap_ram_run_at(const struct pagemap_ram *ram, size_t index,
		       struct pagemap_ram_run *ret_run)
{
	const uint64_t *words = ram->words.words.items;
	const struct ram_run *run;
	uint64_t end;

	if (!ram->keeps_runs)
		return -ENOTSUP;
	if (index >= ram->run_count)
		return -ENOENT;
	run = &ram->runs[index];
	end = index + 1 < ram->run_count ? first_pfn_of(run + 1) : ram->frames;
	*ret_run = (struct pagemap_ram_run){
		.first_pfn = first_pfn_of(run),
		.frame_count = end - first_pfn_of(run),
		.flags = words[run->flags],
		.set = run->set == SET_NONE ? PAGEMAP_NO_SET : run->set,
		.ram_class = (enum pagemap_ram_class)class_bits_of(run),
	};
	return 0;
}
