/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading entries of processes once more, where a census did not keep what a
 * prediction needs.  What they mean is the callers'.
 */
#include <errno.h>
#include <stdlib.h>

#include "killed.h"

#define ENTRIES 4096

struct walk {
	struct killed *killed;
	struct pages_file pages;
	uint64_t *entries;
	take_fn take;
	void *context;
};

static int walk_range(struct walk *walk, const struct pagemap_mapping *mapping,
		      uint64_t at, uint64_t end)
{
	int err = 0;

	while (at < end && !err) {
		uint64_t count = end - at < ENTRIES ? end - at : ENTRIES;
		ssize_t got = walk->killed->source->ops->read_entries(
			&walk->pages, at, walk->entries, count);

		if (got <= 0)
			break;
		err = walk->take(walk->context, mapping, walk->entries,
				 (size_t)got);
		at += (uint64_t)got;
	}
	return err;
}

/* By extents, since a mapping may be terabytes of nothing. */
static int walk_mapping(struct walk *walk,
			const struct pagemap_mapping *mapping)
{
	struct pagemap_source *source = walk->killed->source;
	uint32_t shift = walk->killed->snapshot->page_shift;
	struct scan scan = { .next_page = mapping->start_vaddr >> shift,
			     .end_page = mapping->end_vaddr >> shift };
	uint64_t begin = scan.next_page;
	struct extent extents[64];
	ssize_t i, got;
	int err = 0;

	while (!err && (got = source->ops->scan(source, &walk->pages, &scan,
						extents, 64)) > 0)
		for (i = 0; i < got && !err; i++)
			err = walk_range(walk, mapping, extents[i].start_page,
					 extents[i].end_page);
	if (!err && got == -ENOTSUP)
		err = walk_range(walk, mapping, begin, scan.end_page);
	return err;
}

int killed_walk(struct killed *killed, const struct pagemap_process *process,
		wanted_fn wanted, take_fn take, void *context)
{
	struct pagemap_source *source = killed->source;
	struct walk walk = { .killed = killed, .take = take,
			     .context = context };
	struct process_ref ref;
	size_t i;
	int err = 0;

	if (source->ops->open_process(source, process->pid, &ref))
		return 0;
	if (!source->ops->open_pages(source, &ref, &walk.pages)) {
		walk.entries = calloc(ENTRIES, sizeof(*walk.entries));
		err = walk.entries ? 0 : -ENOMEM;
		for (i = 0; i < process->mapping_count && !err; i++)
			if (wanted(&process->mappings[i]))
				err = walk_mapping(&walk,
						   &process->mappings[i]);
		free(walk.entries);
		source->ops->close_pages(&walk.pages);
	}
	source->ops->close_process(&ref);
	return err;
}

bool killed_has_exclusive(const struct pagemap_mapping *mapping)
{
	return mapping->tally.exclusive_anon;
}

bool killed_is_exclusive(const struct killed *killed, uint64_t entry,
			 uint64_t *ret_pfn)
{
	struct pagemap_page page = pagemap_decode_entry(entry, 0);
	struct frame_piece piece;

	if (!page.mapped || page.pfn == PAGEMAP_PFN_UNKNOWN ||
	    (page.bits & PAGEMAP_RUN_FILE))
		return false;
	*ret_pfn = page.pfn;
	return !frames_piece(killed->snapshot->frames, page.pfn, 1, &piece) ||
	       !(piece.counts ? *piece.counts : piece.uniform);
}
