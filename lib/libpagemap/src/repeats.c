/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Frames that one mm maps more than once, see repeats.h.
 */
#include "repeats.h"

#include <errno.h>
#include <stdlib.h>

/* So few are sorted faster by hand. */
#define FEW 32

static int compare_frames(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void sort_frames(uint64_t *frames, size_t count)
{
	size_t i, k;

	if (count > FEW) {
		qsort(frames, count, sizeof(*frames), compare_frames);
		return;
	}
	for (i = 1; i < count; i++) {
		uint64_t frame = frames[i];

		for (k = i; k && frames[k - 1] > frame; k--)
			frames[k] = frames[k - 1];
		frames[k] = frame;
	}
}

int repeats_make(struct arena *arena, const struct array *again,
		 struct repeats *ret_repeats)
{
	uint64_t *frames = again->items;
	struct repeat *repeats;
	size_t i, next, count = 0;

	if (!again->count)
		return 0;
	repeats = arena_alloc(arena, again->count * sizeof(*repeats));
	if (!repeats)
		return -ENOMEM;
	sort_frames(frames, again->count);
	for (i = 0; i < again->count; i = next) {
		struct repeat one = { frames[i], 1, 1 };

		for (next = i; next < again->count &&
			       frames[next] == frames[i]; next++)
			one.times++;
		if (count && repeats[count - 1].times == one.times &&
		    repeats[count - 1].first + repeats[count - 1].count ==
		    one.first)
			repeats[count - 1].count++;
		else
			repeats[count++] = one;
	}
	*ret_repeats = (struct repeats){ repeats, (uint32_t)count };
	return 0;
}

uint32_t repeats_times(const struct repeats *repeats, uint64_t frame,
		       uint64_t *ret_count)
{
	size_t low = 0, high = repeats->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct repeat *repeat = &repeats->items[middle];

		if (frame < repeat->first) {
			high = middle;
		} else if (frame >= repeat->first + repeat->count) {
			low = middle + 1;
		} else {
			*ret_count = repeat->first + repeat->count - frame;
			return repeat->times;
		}
	}
	*ret_count = low < repeats->count ?
		     repeats->items[low].first - frame : UINT64_MAX;
	return 1;
}
