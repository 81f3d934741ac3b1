/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What two mms share, from the tree of sets: all sets that have both pass
 * through one node that ends with the second and has the first above it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sharing.h"

#define KINDS PAGEMAP_FRAME_KIND_COUNT

struct pairing {
	const struct pagemap_sharing *sharing;
	const bool *wanted;
	size_t limit;			/* 0: all */
	uint64_t (*below)[KINDS];	/* by node: of it and all under it */
	uint64_t (*with)[KINDS];	/* by process: what the second shares */
	uint32_t *touched;		/* processes that have something there */
	size_t touched_count;
	struct array pairs;
};

static uint64_t sum_of(const uint64_t *pages)
{
	uint64_t sum = 0;
	int kind;

	for (kind = 0; kind < KINDS; kind++)
		sum += pages[kind];
	return sum;
}

static void add_pages(uint64_t *sum, const uint64_t *more)
{
	int kind;

	for (kind = 0; kind < KINDS; kind++)
		sum[kind] += more[kind];
}

/* A parent is always made before its children. */
static int sum_below(struct pairing *pairing)
{
	const struct pagemap_sharing *sharing = pairing->sharing;
	size_t node, count = sharing->nodes.count;

	pairing->below = calloc(count, sizeof(*pairing->below));
	if (!pairing->below)
		return -ENOMEM;
	for (node = count - 1; node > 0; node--) {
		const struct share_node *at =
			share_node_at(sharing, (uint32_t)node);

		add_pages(pairing->below[node], at->pages);
		add_pages(pairing->below[at->parent], pairing->below[node]);
	}
	return 0;
}

static int compare_pairs(const void *a, const void *b)
{
	const struct pagemap_share_pair *x = a, *y = b;
	uint64_t pages_x = sum_of(x->pages), pages_y = sum_of(y->pages);

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

static int add_pair(struct pairing *pairing, uint32_t first, uint32_t second)
{
	struct pagemap_share_pair *pair;
	uint64_t *pages = pairing->with[first];

	/* In batches: sorting each time would cost more than it spares. */
	if (pairing->limit && pairing->pairs.count >= 2 * pairing->limit + 1024)
		sort_pairs(pairing);
	pair = array_push(&pairing->pairs, sizeof(*pair));
	if (!pair)
		return -ENOMEM;
	pair->first = first;
	pair->second = second;
	memcpy(pair->pages, pages, sizeof(pair->pages));
	return 0;
}

/* What the nodes that end with a process share with those above them. */
static void collect(struct pairing *pairing, uint32_t second)
{
	const struct pagemap_sharing *sharing = pairing->sharing;
	uint32_t node, at;

	for (node = sharing->first_node[second];
	     node < sharing->first_node[second + 1]; node++) {
		const uint64_t *below = pairing->below[node];

		if (!sum_of(below))
			continue;
		for (at = share_node_at(sharing, node)->parent; at;
		     at = share_node_at(sharing, at)->parent) {
			uint32_t first = share_node_at(sharing, at)->process;

			if (!sum_of(pairing->with[first]))
				pairing->touched[pairing->touched_count++] =
					first;
			add_pages(pairing->with[first], below);
		}
	}
}

static int pairs_of(struct pairing *pairing, uint32_t second)
{
	const bool *wanted = pairing->wanted;
	size_t i;
	int err = 0;

	pairing->touched_count = 0;
	collect(pairing, second);
	for (i = 0; i < pairing->touched_count; i++) {
		uint32_t first = pairing->touched[i];

		if (!err && (!wanted || wanted[first] || wanted[second]))
			err = add_pair(pairing, first, second);
		memset(pairing->with[first], 0, sizeof(pairing->with[first]));
	}
	return err;
}

static int find_pairs(struct pairing *pairing)
{
	size_t count = pairing->sharing->snapshot->process_count;
	uint32_t second;
	int err = sum_below(pairing);

	pairing->with = calloc(count + 1, sizeof(*pairing->with));
	pairing->touched = calloc(count + 1, sizeof(*pairing->touched));
	if (!err && (!pairing->with || !pairing->touched))
		err = -ENOMEM;
	for (second = 0; second < count && !err; second++)
		err = pairs_of(pairing, second);
	if (!err)
		sort_pairs(pairing);
	return err;
}

int pagemap_sharing_pairs(const struct pagemap_sharing *sharing,
			  const bool *wanted, size_t *count,
			  struct pagemap_share_pair **ret_pairs)
{
	struct pairing pairing = {
		.sharing = sharing,
		.wanted = wanted,
		.limit = *count,
	};
	int err = find_pairs(&pairing);

	free(pairing.below);
	free(pairing.with);
	free(pairing.touched);
	if (err) {
		array_free(&pairing.pairs);
		return err;
	}
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
