/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A triangle of pairs, see pairs.h.
 */
#include "pairs.h"

#include <stdlib.h>

struct pagemap_share_pair *pairs_new(size_t count)
{
	return calloc(count * count / 2 + 1,
		      sizeof(struct pagemap_share_pair));
}

struct pagemap_share_pair *pairs_at(struct pagemap_share_pair *pairs,
				    uint32_t a, uint32_t b)
{
	size_t low = a < b ? a : b, high = a < b ? b : a;

	return &pairs[high * (high - 1) / 2 + low];
}

void pairs_add_pages(uint64_t *to, const uint64_t *pages)
{
	int kind;

	for (kind = 0; kind < PAGEMAP_FRAME_KIND_COUNT; kind++)
		to[kind] += pages[kind];
}

uint64_t pairs_pages(const struct pagemap_share_pair *pair)
{
	uint64_t pages = 0;
	int kind;

	for (kind = 0; kind < PAGEMAP_FRAME_KIND_COUNT; kind++)
		pages += pair->pages[kind];
	return pages;
}

size_t pairs_pack(struct pagemap_share_pair *pairs, size_t count,
		  const bool *wanted)
{
	uint32_t first, second;
	size_t kept = 0;

	for (second = 1; second < count; second++)
		for (first = 0; first < second; first++) {
			struct pagemap_share_pair pair =
				*pairs_at(pairs, first, second);

			if (!pairs_pages(&pair) ||
			    (wanted && !wanted[first] && !wanted[second]))
				continue;
			pair.first = first;
			pair.second = second;
			pairs[kept++] = pair;
		}
	return kept;
}
