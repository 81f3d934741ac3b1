/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What each two of several share, while it is counted: a triangle of pairs, in
 * an array of one for each.  What is paired, and by what, its callers know.
 */
#ifndef MEMRANK_PAIRS_H
#define MEMRANK_PAIRS_H

#include <libpagemap/pagemap.h>

/* A triangle for so many, all zeros; NULL: no memory.  For free(). */
struct pagemap_share_pair *pairs_new(size_t count);

/* The pair of two that differ, in any order. */
struct pagemap_share_pair *pairs_at(struct pagemap_share_pair *pairs,
				    uint32_t a, uint32_t b);

/* Adds pages to others, kind by kind. */
void pairs_add_pages(uint64_t *to, const uint64_t *pages);

/* Pages of a pair, of all kinds. */
uint64_t pairs_pages(const struct pagemap_share_pair *pair);

/*
 * Puts pairs that share something to the front and writes down whose they are;
 * wanted: of which one must be a part, NULL: of all.  Gives how many.
 */
size_t pairs_pack(struct pagemap_share_pair *pairs, size_t count,
		  const bool *wanted);

#endif
