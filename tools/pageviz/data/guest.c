/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looking into what a moment knows of a vkernel: which guest frame lies in a
 * frame of the host, who maps a guest frame where, and sums.
 */
#include "moment.h"

#include <stdio.h>

void pid_name(pid_t pid, char text[PID_NAME_SIZE])
{
	if (pid >= PAGEMAP_GUEST_PID_BASE)
		snprintf(text, PID_NAME_SIZE, "root 0x%x",
			 (unsigned int)(pid - PAGEMAP_GUEST_PID_BASE));
	else
		snprintf(text, PID_NAME_SIZE, "%d", (int)pid);
}

/* ---- Frames ------------------------------------------------------------ */

const struct guest_piece *picture_piece(const struct picture *picture,
					uint64_t page)
{
	size_t low = 0, high = picture->piece_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct guest_piece *at = &picture->pieces[middle];

		if (at->first_page + at->page_count <= page)
			low = middle + 1;
		else
			high = middle;
	}
	return low < picture->piece_count &&
	       picture->pieces[low].first_page <= page ? &picture->pieces[low]
						       : NULL;
}

/* The first place that begins after a frame. */
static size_t place_after(const struct moment *moment, uint64_t frame)
{
	size_t low = 0, high = moment->place_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (moment->places[middle].first_frame <= frame)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t moment_places(const struct moment *moment, uint64_t frame,
		     const struct guest_place **ret_places, size_t most)
{
	size_t count = 0, at = place_after(moment, frame);

	/* Backwards, as long as one that began before may still go on. */
	for (; at && moment->places[at - 1].reach > frame; at--) {
		const struct guest_place *place = &moment->places[at - 1];

		if (frame - place->first_frame >= place->frame_count)
			continue;
		if (count < most)
			ret_places[count] = place;
		count++;
	}
	return count < most ? count : most;
}

/* ---- Sums -------------------------------------------------------------- */

/* maybe: so many of the frames may be in swap as well. */
static struct pagemap_value bytes_of(const struct pagemap_guest_balance *guest,
				     uint64_t frames, uint64_t maybe)
{
	uint64_t bytes = frames * guest->page_bytes;
	uint64_t low = bytes - maybe * guest->page_bytes;

	return (struct pagemap_value){
		bytes, low, bytes, maybe ? PAGEMAP_BOUNDED : PAGEMAP_EXACT,
		maybe ? PAGEMAP_REASON_NO_FEATURE : PAGEMAP_REASON_NONE,
	};
}

bool guest_sums(const struct picture *picture, struct guest_sums *ret_sums)
{
	const struct pagemap_guest_balance *guest = picture->guest;
	uint64_t resident = 0, maybe = 0, mapped = 0;
	int i;

	if (!guest)
		return false;
	for (i = 0; i < PAGEMAP_GUEST_USE_COUNT; i++) {
		resident += guest->counts[i][PAGEMAP_GUEST_RESIDENT];
		maybe += guest->maybe_swapped[i];
	}
	for (i = 0; i < PAGEMAP_GUEST_STATE_COUNT; i++)
		mapped += guest->counts[PAGEMAP_GUEST_MAPPED][i];
	ret_sums->all = bytes_of(guest, guest->frames, 0);
	ret_sums->resident = bytes_of(guest, resident, maybe);
	ret_sums->mapped = bytes_of(guest, mapped, 0);
	ret_sums->slack = bytes_of(guest,
		guest->counts[PAGEMAP_GUEST_OTHER][PAGEMAP_GUEST_RESIDENT],
		guest->maybe_swapped[PAGEMAP_GUEST_OTHER]);
	return true;
}
