/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What two mms share.  Each process is a row of bits, one for each set that it
 * is in, and the pages that two have in common are those of the sets whose bits
 * both have.  So that sets need not be taken one by one, they are sorted by kind
 * and by the binary digits of their pages: a word of both counts 64 of them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sharing.h"

#define KINDS PAGEMAP_FRAME_KIND_COUNT
#define WORD_BITS 64

/* Up to 64 sets that have this kind, and this digit in how much of it. */
struct word {
	uint64_t bits;
	uint32_t index;		/* rising in a row */
	uint8_t kind;
	uint8_t digit;
};

struct pairing {
	const struct pagemap_sharing *sharing;
	const bool *wanted;
	size_t limit;			/* 0: all */
	struct array *rows;		/* by process: struct word */
	size_t process_count;
	uint32_t word_count;
	uint64_t *second;		/* bits of the second, by index */
	struct array pairs;
};

/* ---- Rows -------------------------------------------------------------- */

static int set_bit(struct array *row, const struct word *place, uint64_t bit)
{
	struct word *last = row->count ?
		(struct word *)row->items + row->count - 1 : NULL;

	if (!last || last->index != place->index) {
		last = array_push(row, sizeof(*last));
		if (!last)
			return -ENOMEM;
		*last = *place;
	}
	last->bits |= bit;
	return 0;
}

static int set_bits(struct pairing *pairing, const struct share_set *set,
		    const struct word *place, uint64_t bit)
{
	const uint32_t *members = pairing->sharing->members +
				  set->first_member;
	uint32_t i;
	int err = 0;

	for (i = 0; i < set->member_count && !err; i++)
		err = set_bit(&pairing->rows[members[i]], place, bit);
	return err;
}

/* All sets with this digit; those of one member are shared with nobody. */
static int add_digit(struct pairing *pairing, int kind, int digit)
{
	const struct pagemap_sharing *sharing = pairing->sharing;
	struct word place = {
		.index = pairing->word_count,
		.kind = (uint8_t)kind,
		.digit = (uint8_t)digit,
	};
	uint32_t used = 0;
	size_t i;
	int err = 0;

	for (i = 0; i < sharing->set_count && !err; i++) {
		const struct share_set *set = &sharing->sets[i];
		uint64_t pages = sharing->weights[set->node].pages[kind];

		if (set->member_count < 2 || !(pages >> digit & 1))
			continue;
		place.index = pairing->word_count + used / WORD_BITS;
		err = set_bits(pairing, set, &place,
			       UINT64_C(1) << used++ % WORD_BITS);
	}
	pairing->word_count += (used + WORD_BITS - 1) / WORD_BITS;
	return err;
}

static int make_rows(struct pairing *pairing)
{
	const struct pagemap_sharing *sharing = pairing->sharing;
	uint64_t digits[KINDS] = { 0 };
	int kind, digit, err = 0;
	size_t i;

	pairing->rows = calloc(pairing->process_count + 1,
			       sizeof(*pairing->rows));
	if (!pairing->rows)
		return -ENOMEM;
	for (i = 0; i < sharing->set_count; i++)
		for (kind = 0; kind < KINDS; kind++)
			digits[kind] |= sharing->weights[sharing->sets[i].node]
					.pages[kind];
	for (kind = 0; kind < KINDS; kind++)
		for (digit = 0; digits[kind] >> digit && !err; digit++)
			err = add_digit(pairing, kind, digit);
	pairing->second = calloc(pairing->word_count + 1,
				 sizeof(*pairing->second));
	return err || pairing->second ? err : -ENOMEM;
}

/* ---- Pairs ------------------------------------------------------------- */

static uint64_t sum_of(const struct pagemap_share_pair *pair)
{
	uint64_t sum = 0;
	int kind;

	for (kind = 0; kind < KINDS; kind++)
		sum += pair->pages[kind];
	return sum;
}

static int compare_pairs(const void *a, const void *b)
{
	const struct pagemap_share_pair *x = a, *y = b;
	uint64_t pages_x = sum_of(x), pages_y = sum_of(y);

	if (pages_x != pages_y)
		return pages_x > pages_y ? -1 : 1;
	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return (x->second > y->second) - (x->second < y->second);
}

/* Largest first, and no more than are wanted. */
static void sort_pairs(struct pairing *pairing)
{
	struct array *pairs = &pairing->pairs;

	if (pairs->count)
		qsort(pairs->items, pairs->count,
		      sizeof(struct pagemap_share_pair), compare_pairs);
	if (pairing->limit && pairs->count > pairing->limit)
		pairs->count = pairing->limit;
}

static int add_pair(struct pairing *pairing,
		    const struct pagemap_share_pair *pair)
{
	struct pagemap_share_pair *place;

	/* In batches: sorting each time would cost more than it spares. */
	if (pairing->limit && pairing->pairs.count >= 2 * pairing->limit + 1024)
		sort_pairs(pairing);
	place = array_push(&pairing->pairs, sizeof(*place));
	if (!place)
		return -ENOMEM;
	*place = *pair;
	return 0;
}

/* What a row has in common with that of the second. */
static void count_common(const struct pairing *pairing, const struct array *row,
			 uint64_t *ret_pages)
{
	const struct word *words = row->items;
	size_t i;

	for (i = 0; i < row->count; i++) {
		uint64_t common = words[i].bits &
				  pairing->second[words[i].index];

		if (common)
			ret_pages[words[i].kind] +=
				(uint64_t)__builtin_popcountll(common)
				<< words[i].digit;
	}
}

static int pairs_of(struct pairing *pairing, uint32_t second)
{
	const struct array *row = &pairing->rows[second];
	const struct word *words = row->items;
	const bool *wanted = pairing->wanted;
	uint32_t first;
	size_t i;
	int err = 0;

	for (i = 0; i < row->count; i++)
		pairing->second[words[i].index] = words[i].bits;
	for (first = 0; first < second && !err; first++) {
		struct pagemap_share_pair pair = {
			.first = first, .second = second,
		};

		if (wanted && !wanted[first] && !wanted[second])
			continue;
		count_common(pairing, &pairing->rows[first], pair.pages);
		if (sum_of(&pair))
			err = add_pair(pairing, &pair);
	}
	for (i = 0; i < row->count; i++)
		pairing->second[words[i].index] = 0;
	return err;
}

static void pairing_free(struct pairing *pairing)
{
	size_t i;

	for (i = 0; pairing->rows && i < pairing->process_count; i++)
		array_free(&pairing->rows[i]);
	free(pairing->rows);
	free(pairing->second);
}

int pagemap_sharing_pairs(const struct pagemap_sharing *sharing,
			  const bool *wanted, size_t *count,
			  struct pagemap_share_pair **ret_pairs)
{
	struct pairing pairing = {
		.sharing = sharing,
		.wanted = wanted,
		.limit = *count,
		.process_count = sharing->snapshot->process_count,
	};
	uint32_t second;
	int err = make_rows(&pairing);

	for (second = 0; second < pairing.process_count && !err; second++)
		err = pairs_of(&pairing, second);
	pairing_free(&pairing);
	if (err) {
		array_free(&pairing.pairs);
		return err;
	}
	sort_pairs(&pairing);
	*count = pairing.pairs.count;
	*ret_pairs = pairing.pairs.items;
	return 0;
}

/* ---- Pages of one mapping ---------------------------------------------- */

static void add_slot(const struct pagemap_sharing *sharing, uint32_t slot,
		     uint32_t process, uint32_t pages, uint64_t *sum)
{
	uint32_t node = sharing->node_of_slot[slot];

	if (node && share_node_has(sharing, node, process))
		sum[sharing->snapshot->kinds[slot]] += pages;
}

static void add_run(const struct pagemap_sharing *sharing, packed_run run,
		    uint32_t process, uint64_t *sum)
{
	uint64_t first = packed_number(run), count = packed_count(run);
	struct frame_piece piece;
	uint32_t i;

	while (count && frames_piece(sharing->snapshot->frames, first, count,
				     &piece)) {
		if (!piece.counts)
			add_slot(sharing, piece.slot, process, piece.count,
				 sum);
		for (i = 0; piece.counts && i < piece.count; i++)
			add_slot(sharing, piece.slot + i, process, 1, sum);
		first += piece.count;
		count -= piece.count;
	}
}

void pagemap_sharing_of_mapping(const struct pagemap_sharing *sharing,
				const struct pagemap_mapping *mapping,
				uint32_t process, uint64_t *ret_pages)
{
	const packed_run *runs = mapping->process->shared;
	uint32_t i;

	memset(ret_pages, 0, KINDS * sizeof(*ret_pages));
	for (i = 0; i < mapping->shared.count; i++)
		add_run(sharing, runs[mapping->shared.first + i], process,
			ret_pages);
}

/* ---- Sets of one mapping ----------------------------------------------- */

static int add_part(const struct pagemap_sharing *sharing, uint32_t slot,
		    uint32_t pages, struct array *parts)
{
	uint32_t set = sharing->set_of_node[sharing->node_of_slot[slot]];
	struct pagemap_share_part *last = parts->count ?
		(struct pagemap_share_part *)parts->items + parts->count - 1 :
		NULL;

	if (!set)
		return 0;
	/* Neighbours mostly have the same sharers. */
	if (!last || last->set != set - 1) {
		last = array_push(parts, sizeof(*last));
		if (!last)
			return -ENOMEM;
		last->set = set - 1;
	}
	last->pages[sharing->snapshot->kinds[slot]] += pages;
	return 0;
}

static int add_run_parts(const struct pagemap_sharing *sharing, packed_run run,
			 struct array *parts)
{
	uint64_t first = packed_number(run), count = packed_count(run);
	struct frame_piece piece;
	uint32_t i;
	int err = 0;

	while (!err && count && frames_piece(sharing->snapshot->frames, first,
					     count, &piece)) {
		if (!piece.counts)
			err = add_part(sharing, piece.slot, piece.count, parts);
		for (i = 0; piece.counts && i < piece.count && !err; i++)
			err = add_part(sharing, piece.slot + i, 1, parts);
		first += piece.count;
		count -= piece.count;
	}
	return err;
}

static int compare_parts(const void *a, const void *b)
{
	const struct pagemap_share_part *x = a, *y = b;

	return (x->set > y->set) - (x->set < y->set);
}

static void join_parts(struct array *parts)
{
	struct pagemap_share_part *items = parts->items;
	size_t i, kept = 0;
	int kind;

	if (parts->count)
		qsort(items, parts->count, sizeof(*items), compare_parts);
	for (i = 0; i < parts->count; i++) {
		if (!kept || items[kept - 1].set != items[i].set) {
			items[kept++] = items[i];
			continue;
		}
		for (kind = 0; kind < KINDS; kind++)
			items[kept - 1].pages[kind] += items[i].pages[kind];
	}
	parts->count = kept;
}

int pagemap_sharing_parts(const struct pagemap_sharing *sharing,
			  const struct pagemap_mapping *mapping,
			  struct pagemap_share_part **ret_parts,
			  size_t *ret_count)
{
	const packed_run *runs = mapping->process->shared;
	struct array parts = { 0 };
	uint32_t i;
	int err = 0;

	for (i = 0; i < mapping->shared.count && !err; i++)
		err = add_run_parts(sharing, runs[mapping->shared.first + i],
				    &parts);
	if (err) {
		array_free(&parts);
		return err;
	}
	join_parts(&parts);
	*ret_parts = parts.items;
	*ret_count = parts.count;
	return 0;
}
