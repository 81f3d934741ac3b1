/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many of a block's cells each class has, and which, see mix.h.
 */
#include <stdlib.h>
#include <string.h>

#include "mix.h"

/* Four cells at once. */
typedef int32_t four __attribute__((vector_size(16)));
#define FOURS (MIX_CELLS / 4)

/* Among cells with as many pages of a class the one with the largest number
 * here comes first: they are far from each other, so an even mix is drawn as
 * one. */
static const four spread[FOURS] = {
	{ 16, 8, 14, 6 },
	{ 4, 12, 2, 10 },
	{ 13, 5, 15, 7 },
	{ 1, 9, 3, 11 },
};
#define SPREAD_BITS 5

/* The cell that has a number of these. */
static const uint8_t cell_of[MIX_CELLS + 1] = {
	0, 12, 6, 14, 4, 9, 3, 11, 1, 13, 7, 15, 5, 8, 2, 10, 0,
};

/* Classes in a block, by rank. */
struct parts {
	unsigned int count;
	uint32_t pages;			/* of all, in grains as all here */
	uint8_t rank[SLOT_COUNT];
	uint8_t seats[SLOT_COUNT];	/* cells that each has */
	uint32_t pages_of[SLOT_COUNT];
};

/* ---- Order ------------------------------------------------------------- */

/* What there is least of, in all of the layer; what is absent or not mapped
 * after all pages, but for what a filter shows. */
struct standing {
	uint8_t slot;
	uint8_t grade;
	uint64_t pages;
};

static int compare_standings(const void *a, const void *b)
{
	const struct standing *x = a, *y = b;

	if (x->grade != y->grade)
		return x->grade < y->grade ? -1 : 1;
	if (x->pages != y->pages)
		return x->pages < y->pages ? -1 : 1;
	return (int)x->slot - (int)y->slot;
}

static uint8_t grade_of(unsigned int slot, uint64_t lit)
{
	if (slot == SLOT_GAP)
		return 3;
	if (lit >> slot & 1)
		return 0;
	return slot ? 1 : 2;
}

void mix_rules_make(struct mix_rules *rules, const struct layer *layer,
		    uint64_t lit, unsigned int level)
{
	struct standing standings[SLOT_COUNT];
	unsigned int i;

	for (i = 0; i < SLOT_COUNT; i++) {
		standings[i] = (struct standing){
			.slot = (uint8_t)i,
			.grade = grade_of(i, lit),
			.pages = i < layer->class_count ?
				 layer->classes[i].pages : 0,
		};
	}
	qsort(standings, SLOT_COUNT, sizeof(*standings), compare_standings);
	for (i = 0; i < SLOT_COUNT; i++) {
		unsigned int slot = standings[i].slot;

		rules->rank[slot] = (uint8_t)i;
		rules->shown[i] = slot == SLOT_GAP ? TILE_GAP : (uint8_t)slot;
	}
	rules->grain = level > MIX_LEVEL ? 2 * (level - MIX_LEVEL) : 0;
}

/* ---- Shares ------------------------------------------------------------ */

static inline four four_cells(const uint32_t *pages, unsigned int i)
{
	four cells;

	memcpy(&cells, pages + 4 * i, sizeof(cells));
	return cells;
}

static inline uint32_t sum_of(const uint32_t *pages)
{
	four sums = four_cells(pages, 0) + four_cells(pages, 1) +
		    four_cells(pages, 2) + four_cells(pages, 3);

	return (uint32_t)(sums[0] + sums[1] + sums[2] + sums[3]);
}

static void list_parts(struct parts *parts, const struct mix *mix)
{
	unsigned int word;

	parts->count = 0;
	parts->pages = 0;
	for (word = 0; word < 2; word++) {
		uint64_t left = mix->seen[word];

		for (; left; left &= left - 1) {
			unsigned int rank = word * 64 +
				(unsigned int)__builtin_ctzll(left);
			uint32_t pages = sum_of(mix->pages[rank]);

			parts->rank[parts->count] = (uint8_t)rank;
			parts->pages_of[parts->count++] = pages;
			parts->pages += pages;
		}
	}
}

/* One cell for each class whose share is less, until there is none; what is
 * left is shared among the others. */
static void seat_small(struct parts *parts, unsigned int *cells,
		       uint32_t *pages)
{
	bool again = true;
	unsigned int i;

	while (again) {
		again = false;
		for (i = 0; i < parts->count; i++) {
			uint32_t own = parts->pages_of[i];

			if (parts->seats[i] || (uint64_t)own * *cells >= *pages)
				continue;
			parts->seats[i] = 1;
			--*cells;
			*pages -= own;
			again = true;
		}
	}
}

/* Whole cells by share, then one more each where most of a cell is left; they
 * are in the order of their ranks, so the first of equals has it. */
static void seat_by_share(struct parts *parts, unsigned int cells,
			  uint32_t pages)
{
	uint32_t rest[MIX_CELLS];
	unsigned int i, left = cells;

	for (i = 0; i < parts->count; i++) {
		uint64_t share = (uint64_t)parts->pages_of[i] * cells;

		rest[i] = 0;
		if (parts->seats[i])
			continue;
		parts->seats[i] = (uint8_t)(share / pages);
		rest[i] = (uint32_t)(share % pages);
		left -= parts->seats[i];
	}
	while (left--) {
		unsigned int best = 0;

		for (i = 1; i < parts->count; i++)
			if (rest[i] > rest[best])
				best = i;
		parts->seats[best]++;
		rest[best] = 0;
	}
}

static void seat(struct parts *parts, unsigned int cells)
{
	uint32_t pages = parts->pages;

	if (parts->count >= cells) {
		parts->count = cells;
		memset(parts->seats, 1, cells);
		return;
	}
	memset(parts->seats, 0, parts->count);
	seat_small(parts, &cells, &pages);
	if (cells)
		seat_by_share(parts, cells, pages);
}

/* ---- Places ------------------------------------------------------------ */

/* Indexes of parts, those with few cells first; most have one. */
static void sort_by_seats(const struct parts *parts, uint8_t *order)
{
	unsigned int i, j, count = 0;

	for (i = 0; i < parts->count; i++)
		if (parts->seats[i] == 1)
			order[count++] = (uint8_t)i;
	for (i = 0; i < parts->count; i++) {
		if (parts->seats[i] == 1)
			continue;
		for (j = count++; j; j--) {
			if (parts->seats[order[j - 1]] <= parts->seats[i])
				break;
			order[j] = order[j - 1];
		}
		order[j] = (uint8_t)i;
	}
}

static inline four larger(four a, four b)
{
	four first = a > b;

	return (a & first) | (b & ~first);
}

static inline int32_t most_of(const four keys[FOURS])
{
	four most = larger(larger(keys[0], keys[1]), larger(keys[2], keys[3]));
	int32_t a = most[0] > most[1] ? most[0] : most[1];
	int32_t b = most[2] > most[3] ? most[2] : most[3];

	return a > b ? a : b;
}

/* Gives a class so many cells of the free ones: where most of it is. */
static inline void take_cells(const uint32_t *pages, unsigned int seats,
			      uint8_t shown, four free[FOURS],
			      uint8_t *ret_cells)
{
	four keys[FOURS];
	unsigned int i;

	for (i = 0; i < FOURS; i++)
		keys[i] = (four_cells(pages, i) << SPREAD_BITS |
			   spread[i]) & free[i];
	while (seats--) {
		unsigned int cell = cell_of[most_of(keys) &
					    ((1 << SPREAD_BITS) - 1)];

		ret_cells[cell] = shown;
		keys[cell / 4][cell % 4] = 0;
		free[cell / 4][cell % 4] = 0;
	}
}

/* Mask of cells where some page is. */
static uint16_t cells_with_pages(const struct parts *parts,
				 const struct mix *mix)
{
	uint16_t cells = 0;
	unsigned int i, cell;

	for (i = 0; i < parts->count; i++)
		for (cell = 0; cell < MIX_CELLS; cell++)
			if (mix->pages[parts->rank[i]][cell])
				cells |= (uint16_t)(1u << cell);
	return cells;
}

static void place(const struct parts *parts, const struct mix *mix,
		  const struct mix_rules *rules, uint16_t cells,
		  uint8_t *ret_cells)
{
	unsigned int i, last = parts->count - 1;
	uint8_t order[SLOT_COUNT], shown;
	four free[FOURS];

	for (i = 0; i < MIX_CELLS; i++)
		free[i / 4][i % 4] = cells >> i & 1 ? -1 : 0;
	sort_by_seats(parts, order);
	for (i = 0; i < last; i++) {
		unsigned int rank = parts->rank[order[i]];

		take_cells(mix->pages[rank], parts->seats[order[i]],
			   rules->shown[rank], free, ret_cells);
	}
	shown = rules->shown[parts->rank[order[last]]];
	for (i = 0; i < MIX_CELLS; i++)
		ret_cells[i] = free[i / 4][i % 4] ? shown : ret_cells[i];
}

static void make_empty(struct mix *mix)
{
	unsigned int word;

	for (word = 0; word < 2; word++) {
		uint64_t left = mix->seen[word];

		for (; left; left &= left - 1) {
			unsigned int rank = word * 64 +
				(unsigned int)__builtin_ctzll(left);

			memset(mix->pages[rank], 0, sizeof(mix->pages[rank]));
		}
		mix->seen[word] = 0;
	}
}

void mix_settle(struct mix *mix, const struct mix_rules *rules, uint32_t full,
		uint8_t ret_cells[MIX_CELLS])
{
	uint16_t cells = UINT16_MAX;
	struct parts parts;

	memset(ret_cells, TILE_NOTHING, MIX_CELLS);
	list_parts(&parts, mix);
	if (!parts.count)
		return;
	/* Grains are rounded up: their sum says nothing of places. */
	if (rules->grain || parts.pages != full * MIX_CELLS)
		cells = cells_with_pages(&parts, mix);
	if (parts.count == 1 && cells == UINT16_MAX) {
		memset(ret_cells, rules->shown[parts.rank[0]], MIX_CELLS);
	} else {
		seat(&parts, (unsigned int)__builtin_popcount(cells));
		place(&parts, mix, rules, cells, ret_cells);
	}
	make_empty(mix);
}
