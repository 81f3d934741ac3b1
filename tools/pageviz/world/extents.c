/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lists of extents: joined, and how many units they touch.
 */
#include <stdlib.h>

#include "plane.h"

uint64_t extents_units(const struct extent *extents, size_t count,
		       unsigned int unit_order)
{
	uint64_t units = 0, counted = 0;	/* units before this one are */
	size_t i;

	for (i = 0; i < count; i++) {
		uint64_t first = extents[i].first_page >> unit_order;
		uint64_t end;

		if (!extents[i].page_count)
			continue;
		end = ((extents[i].first_page + extents[i].page_count - 1) >>
		       unit_order) + 1;
		if (first < counted)
			first = counted;
		if (end <= first)
			continue;
		units += end - first;
		counted = end;
	}
	return units;
}

/* Whichever of two lists begins first gives its next. */
static struct extent take_first(const struct extent **a, size_t *a_count,
				const struct extent **b, size_t *b_count)
{
	if (*a_count && (!*b_count || (*a)->first_page <= (*b)->first_page)) {
		(*a_count)--;
		return *(*a)++;
	}
	(*b_count)--;
	return *(*b)++;
}

struct extent *extents_join(const struct extent *a, size_t a_count,
			    const struct extent *b, size_t b_count,
			    size_t *ret_count)
{
	struct extent *joined = calloc(a_count + b_count + 1, sizeof(*joined));
	size_t count = 0;

	if (!joined)
		return NULL;
	while (a_count || b_count) {
		struct extent next = take_first(&a, &a_count, &b, &b_count);
		struct extent *last = count ? &joined[count - 1] : NULL;
		uint64_t reach;

		if (!next.page_count)
			continue;
		if (!last || next.first_page - last->first_page >
			     last->page_count) {
			joined[count++] = next;
			continue;
		}
		reach = next.first_page - last->first_page + next.page_count;
		if (reach > last->page_count)
			last->page_count = reach;
	}
	*ret_count = count;
	return joined;
}
