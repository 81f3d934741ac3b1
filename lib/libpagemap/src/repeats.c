/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Frames that one mm maps more than once, see repeats.h.
 */
#include "repeats.h"

#include <errno.h>
#include <stdlib.h>

/* So few are sorted faster by hand. */
#define FEW 32

static void sort_frames(uint64_t *frames, size_t count)
{
	size_t i, k;

	if (count > FEW) {
		qsort(frames, count, sizeof(*frames), array_compare_u64);
		return;
	}
	for (i = 1; i < count; i++) {
		uint64_t frame = frames[i];

		for (k = i; k && frames[k - 1] > frame; k--)
			frames[k] = frames[k - 1];
		frames[k] = frame;
	}
}

static bool is_sorted(const uint64_t *frames, size_t count)
{
	size_t i;

	for (i = 1; i < count; i++)
		if (frames[i] < frames[i - 1])
			return false;
	return true;
}

/* Frames that follow each other and are mapped as often; gives how many. */
static size_t next_repeat(const uint64_t *frames, size_t count,
			  struct repeat *ret_repeat)
{
	struct repeat repeat = { frames[0], 0, 0 };
	size_t i = 0, next, times;

	for (; i < count && frames[i] == repeat.first + repeat.count; i = next) {
		for (next = i; next < count && frames[next] == frames[i];)
			next++;
		times = next - i + 1;
		if (repeat.count && times != repeat.times)
			break;
		repeat.times = (uint32_t)times;
		repeat.count++;
	}
	*ret_repeat = repeat;
	return i;
}

int repeats_make(struct arena *arena, const struct array *again,
		 struct repeats *ret_repeats)
{
	uint64_t *frames = again->items;
	struct repeat *repeats, one;
	size_t i, count = 0;

	if (!again->count)
		return 0;
	if (!is_sorted(frames, again->count))
		sort_frames(frames, again->count);
	for (i = 0; i < again->count; count++)
		i += next_repeat(frames + i, again->count - i, &one);
	repeats = arena_alloc(arena, count * sizeof(*repeats));
	if (!repeats)
		return -ENOMEM;
	count = 0;
	for (i = 0; i < again->count; count++)
		i += next_repeat(frames + i, again->count - i,
				 &repeats[count]);
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
