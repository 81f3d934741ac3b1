/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Walks the pages of a target: their entries of pagemap, in batches, where a
 * scan finds some, or all of a range where the kernel has no scan.  What they
 * mean is the caller's.
 */
#include <errno.h>

#include "wss.h"

#define EXTENTS 128

struct walk {
	struct pagemap_source *source;
	const struct wss_target *target;
	wss_entries_fn entries_fn;
	void *context;
};

/* Without a scan zero pages are among the others. */
static void leave_out_zero(uint64_t zero_frame, uint64_t *entries, size_t count)
{
	for (size_t i = 0; zero_frame && i < count; i++)
		if (wss_is_present(entries[i]) &&
		    pagemap_decode_entry(entries[i], 0).pfn == zero_frame)
			entries[i] = 0;
}

static int walk_pages(const struct walk *walk, uint64_t page, uint64_t end)
{
	uint64_t entries[WSS_BATCH];
	int err = 0;

	while (page < end && !err) {
		size_t count = end - page < WSS_BATCH ? (size_t)(end - page) :
							WSS_BATCH;
		ssize_t got = walk->source->ops->read_entries(
			&walk->target->pages, page, entries, count);

		if (got < 0)
			return (int)got;
		/* Nothing inside the address space: its mm is gone. */
		if (!got)
			return -ESTALE;
		leave_out_zero(walk->target->zero_frame, entries, (size_t)got);
		err = walk->entries_fn(walk->context, page, entries,
				       (size_t)got);
		page += (uint64_t)got;
	}
	return err;
}

int wss_walk(struct pagemap_source *source, const struct wss_target *target,
	     const struct wss_range *range, wss_entries_fn entries_fn,
	     void *context)
{
	struct walk walk = { source, target, entries_fn, context };
	struct scan scan = {
		.next_page = range->start_vaddr >> source->page_shift,
		.end_page = range->end_vaddr >> source->page_shift,
	};
	struct extent extents[EXTENTS];
	ssize_t i, found;
	int err = 0;

	if (range->is_empty)
		return 0;
	if (!pagemap_source_has_feature(source, PAGEMAP_FEATURE_SCAN))
		return walk_pages(&walk, scan.next_page, scan.end_page);
	while (!err && (found = source->ops->scan(source, &target->pages, &scan,
						  extents, EXTENTS)) != 0) {
		if (found < 0)
			return (int)found;
		for (i = 0; i < found && !err; i++)
			if (!(extents[i].bits & EXTENT_ZERO))
				err = walk_pages(&walk, extents[i].start_page,
						 extents[i].end_page);
	}
	return err;
}
