/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a name could stand on a plane: what pages a window on it shows, and
 * the largest box that holds nothing but pages of a mapping.
 */
#ifndef PAGEVIZ_LABELS_H
#define PAGEVIZ_LABELS_H

#include "world.h"

/* Places of a plane. */
struct plane_box {
	int64_t x, y, width, height;
};

#define SEEN_MOST 64

/*
 * Extents that hold all pages seen in a window, rising, and few others: what is
 * in none of them need not be looked at.  Gives how many.
 */
size_t world_seen(const struct world *world, struct plane_box window,
		  struct extent ret_extents[SEEN_MOST]);

/*
 * The largest box inside of a window where all places are pages of
 * [first_page, end_page), or nearly: with hilbert, of squares and pairs of
 * them.  false: nothing of it is seen.  Quick, also where most is not seen.
 */
bool world_box(const struct world *world, uint64_t first_page,
	       uint64_t end_page, struct plane_box window,
	       struct plane_box *ret_box);

#endif
