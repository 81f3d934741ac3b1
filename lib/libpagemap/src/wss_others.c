/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What smaps calls referenced though others used it.  Besides the page table's
 * bit the kernel goes by a mark on the frame (folio_test_referenced), which is
 * set by read() and write(), and by every process that mapped a page of a file
 * and ends (zap_present_folio_ptes): a shell that sleeps seems to use libc as
 * soon as another command has run.  Pages that bear the mark were perhaps used
 * by others alone; those that do not were used by the target.
 */
#include <errno.h>

#include "wss.h"
#include "wss_figures.h"

#define OF_FILE (UINT64_C(1) << 61)
#define FRAMES 256

struct counting {
	struct pagemap_source *source;
	uint64_t pages;			/* that others may have used */
};

/* Older kernels show flags of a large folio on its first frame alone. */
static bool is_marked(uint64_t flags)
{
	const uint64_t tail = UINT64_C(1) << PAGEMAP_FLAG_COMPOUND_TAIL;
	const uint64_t of_folio = UINT64_C(1) << PAGEMAP_FLAG_UPTODATE;

	return flags & UINT64_C(1) << PAGEMAP_FLAG_REFERENCED ||
	       (flags & tail && !(flags & of_folio));
}

static uint64_t frame_of(uint64_t entry)
{
	if (!wss_is_present(entry) || !(entry & OF_FILE))
		return PAGEMAP_PFN_UNKNOWN;
	return pagemap_decode_entry(entry, 0).pfn;
}

/* Frames of a file's pages that follow each other, from the first entry on. */
static size_t frames_in_a_row(const uint64_t *entries, size_t count)
{
	uint64_t first = frame_of(entries[0]);
	size_t length = 1;

	while (length < count && length < FRAMES &&
	       frame_of(entries[length]) == first + length)
		length++;
	return length;
}

static int count_marked(struct counting *counting, uint64_t first, size_t count)
{
	uint64_t flags[FRAMES];
	ssize_t got = counting->source->ops->read_frames(
		counting->source, FRAME_FLAGS, first, flags, count);

	if (got < 0)
		return (int)got;
	for (ssize_t i = 0; i < got; i++)
		counting->pages += is_marked(flags[i]);
	counting->pages += count - (size_t)got;
	return 0;
}

static int count_entries(void *context, uint64_t first_page,
			 const uint64_t *entries, size_t count)
{
	struct counting *counting = context;
	size_t i = 0, length;
	int err = 0;

	(void)first_page;
	for (; i < count && !err; i += length) {
		length = 1;
		if (!wss_is_present(entries[i]) || !(entries[i] & OF_FILE))
			continue;
		if (frame_of(entries[i]) == PAGEMAP_PFN_UNKNOWN) {
			counting->pages++;
			continue;
		}
		length = frames_in_a_row(entries + i, count - i);
		err = count_marked(counting, frame_of(entries[i]), length);
	}
	return err;
}

int wss_others_leave_out(struct pagemap_source *source,
			 const struct wss_target *target,
			 const struct wss_range *range, uint64_t file_bytes,
			 struct pagemap_value *referenced)
{
	struct counting counting = { .source = source };
	uint64_t marked_bytes = file_bytes;
	uint64_t low;
	int err;

	if (!file_bytes || !referenced->low)
		return 0;
	if (pagemap_source_has_feature(source, PAGEMAP_FEATURE_PFN) &&
	    pagemap_source_has_feature(source, PAGEMAP_FEATURE_KPAGEFLAGS)) {
		err = wss_walk(source, target, range, count_entries, &counting);
		if (err)
			return err;
		marked_bytes = counting.pages << source->page_shift;
		if (marked_bytes > file_bytes)
			marked_bytes = file_bytes;
	}
	if (!marked_bytes)
		return 0;
	low = referenced->low > marked_bytes ? referenced->low - marked_bytes
					     : 0;
	*referenced = wss_value_between(
		low, referenced->value, referenced->high,
		referenced->quality == PAGEMAP_EXACT ? PAGEMAP_REASON_BY_OTHERS :
		(enum pagemap_reason)referenced->reason);
	return 0;
}
