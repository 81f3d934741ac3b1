/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many of a block's cells each class has, and which, see mix.h.
 */
#include <stdlib.h>
#include <string.h>

#include "mix.h"

/* Among cells with as many pages of a class those far from each other come
 * first: an even mix is drawn as one. */
static const uint8_t spread[MIX_CELLS] = {
	0, 10, 2, 8, 5, 15, 7, 13, 1, 11, 3, 9, 4, 14, 6, 12,
};

/* A class in a block. */
struct part {
	uint8_t slot;
	uint8_t rank;
	uint8_t seats;			/* cells that it has */
	uint64_t pages;
	uint64_t rest;			/* of its share beyond whole cells */
};

struct parts {
	struct part list[SLOT_COUNT];
	unsigned int count;
	uint64_t pages;			/* of all */
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
		    uint64_t lit)
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
		rules->shown[i] = (uint8_t)i;
	}
	rules->shown[SLOT_GAP] = TILE_GAP;
	qsort(standings, SLOT_COUNT, sizeof(*standings), compare_standings);
	for (i = 0; i < SLOT_COUNT; i++)
		rules->rank[standings[i].slot] = (uint8_t)i;
}

/* ---- Shares ------------------------------------------------------------ */

static void add_part(struct parts *parts, const struct mix *mix,
		     const struct mix_rules *rules, unsigned int slot)
{
	struct part *part = &parts->list[parts->count++];
	uint64_t pages = 0;
	unsigned int i;

	for (i = 0; i < MIX_CELLS; i++)
		pages += mix->pages[slot][i];
	*part = (struct part){
		.slot = (uint8_t)slot,
		.rank = rules->rank[slot],
		.pages = pages,
	};
	parts->pages += pages;
}

static void list_parts(struct parts *parts, const struct mix *mix,
		       const struct mix_rules *rules)
{
	unsigned int word;

	parts->count = 0;
	parts->pages = 0;
	for (word = 0; word < 2; word++) {
		uint64_t left = mix->seen[word];

		for (; left; left &= left - 1)
			add_part(parts, mix, rules, word * 64 +
				 (unsigned int)__builtin_ctzll(left));
	}
}

static int compare_ranks(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	return (int)x->rank - (int)y->rank;
}

/* More classes than cells: the first by rank have one each. */
static void seat_first(struct parts *parts, unsigned int cells)
{
	unsigned int i;

	qsort(parts->list, parts->count, sizeof(*parts->list), compare_ranks);
	parts->count = cells;
	for (i = 0; i < cells; i++)
		parts->list[i].seats = 1;
}

/* Gives one cell to each class whose share is less than that; what is left
 * over is shared among the others. */
static void seat_small(struct parts *parts, unsigned int *cells,
		       uint64_t *pages)
{
	bool again = true;
	unsigned int i;

	while (again) {
		again = false;
		for (i = 0; i < parts->count; i++) {
			struct part *part = &parts->list[i];

			if (part->seats || part->pages * *cells >= *pages)
				continue;
			part->seats = 1;
			part->rest = 0;
			--*cells;
			*pages -= part->pages;
			again = true;
		}
	}
}

/* Whole cells by share, then one more where most of a cell is left. */
static void seat_by_share(struct parts *parts, unsigned int cells,
			  uint64_t pages)
{
	unsigned int i, left = cells;
	bool large[SLOT_COUNT];

	for (i = 0; i < parts->count; i++) {
		struct part *part = &parts->list[i];

		large[i] = !part->seats;
		if (!large[i])
			continue;
		part->seats = (uint8_t)(part->pages * cells / pages);
		part->rest = part->pages * cells % pages;
		left -= part->seats;
	}
	while (left--) {
		struct part *best = NULL;

		for (i = 0; i < parts->count; i++) {
			struct part *part = &parts->list[i];

			if (large[i] && (!best || part->rest > best->rest ||
					 (part->rest == best->rest &&
					  part->rank < best->rank)))
				best = part;
		}
		best->seats++;
		best->rest = 0;
	}
}

static void seat(struct parts *parts, unsigned int cells)
{
	uint64_t pages = parts->pages;

	if (parts->count > cells) {
		seat_first(parts, cells);
		return;
	}
	seat_small(parts, &cells, &pages);
	if (cells)
		seat_by_share(parts, cells, pages);
}

/* ---- Places ------------------------------------------------------------ */

static unsigned int best_cell(const uint64_t *pages, uint16_t free)
{
	unsigned int i, best = MIX_CELLS;

	for (i = 0; i < MIX_CELLS; i++) {
		unsigned int cell = spread[i];

		if ((free >> cell & 1) &&
		    (best == MIX_CELLS || pages[cell] > pages[best]))
			best = cell;
	}
	return best;
}

/* Those with few cells choose first. */
static void sort_by_seats(struct parts *parts)
{
	unsigned int i, j;

	for (i = 1; i < parts->count; i++) {
		struct part part = parts->list[i];

		for (j = i; j; j--) {
			const struct part *before = &parts->list[j - 1];

			if (before->seats < part.seats ||
			    (before->seats == part.seats &&
			     before->rank < part.rank))
				break;
			parts->list[j] = *before;
		}
		parts->list[j] = part;
	}
}

static void place(struct parts *parts, const struct mix *mix,
		  const struct mix_rules *rules, uint16_t free,
		  uint8_t *ret_cells)
{
	unsigned int i, last = parts->count - 1;

	sort_by_seats(parts);
	for (i = 0; i < last; i++) {
		struct part *part = &parts->list[i];

		for (; part->seats; part->seats--) {
			unsigned int cell = best_cell(mix->pages[part->slot],
						      free);

			ret_cells[cell] = rules->shown[part->slot];
			free &= (uint16_t)~(1u << cell);
		}
	}
	for (i = 0; i < MIX_CELLS; i++)
		if (free >> i & 1)
			ret_cells[i] = rules->shown[parts->list[last].slot];
}

/* Mask of cells where some page is. */
static uint16_t cells_with_pages(const struct parts *parts,
				 const struct mix *mix)
{
	uint16_t cells = 0;
	unsigned int i, cell;

	for (i = 0; i < parts->count; i++)
		for (cell = 0; cell < MIX_CELLS; cell++)
			if (mix->pages[parts->list[i].slot][cell])
				cells |= (uint16_t)(1u << cell);
	return cells;
}

static void make_empty(struct mix *mix)
{
	unsigned int word;

	for (word = 0; word < 2; word++) {
		uint64_t left = mix->seen[word];

		for (; left; left &= left - 1) {
			unsigned int slot = word * 64 +
				(unsigned int)__builtin_ctzll(left);

			memset(mix->pages[slot], 0, sizeof(mix->pages[slot]));
		}
		mix->seen[word] = 0;
	}
}

void mix_settle(struct mix *mix, const struct mix_rules *rules,
		uint64_t full_pages, uint8_t ret_cells[MIX_CELLS])
{
	uint16_t cells = UINT16_MAX;
	struct parts parts;

	memset(ret_cells, TILE_NOTHING, MIX_CELLS);
	list_parts(&parts, mix, rules);
	if (!parts.count)
		return;
	if (parts.pages != full_pages * MIX_CELLS)
		cells = cells_with_pages(&parts, mix);
	seat(&parts, (unsigned int)__builtin_popcount(cells));
	place(&parts, mix, rules, cells, ret_cells);
	make_empty(mix);
}
