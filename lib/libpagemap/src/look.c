/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A look at one page or one frame, without a snapshot.
 */
#include <errno.h>

#include "source.h"

static int read_entry(struct pagemap_source *source,
		      const struct process_ref *ref, uint64_t vaddr,
		      uint64_t *ret_entry)
{
	struct pages_file pages;
	ssize_t got;
	int err = source->ops->open_pages(source, ref, &pages);

	if (err)
		return err;
	got = source->ops->read_entries(&pages, vaddr >> source->page_shift,
					ret_entry, 1);
	source->ops->close_pages(&pages);
	if (got < 0)
		return (int)got;
	/* Behind the end of the address space there is nothing. */
	if (!got)
		*ret_entry = 0;
	return 0;
}

int pagemap_source_page(struct pagemap_source *source, pid_t pid,
			uint64_t vaddr, struct pagemap_page *ret_page)
{
	struct process_ref ref;
	uint64_t entry;
	int err = source_read_swaps(source);

	if (!err)
		err = source->ops->open_process(source, pid, &ref);
	if (err)
		return err;
	err = read_entry(source, &ref, vaddr, &entry);
	source->ops->close_process(&ref);
	if (err)
		return err;
	*ret_page = pagemap_decode_entry(entry, source->swap_types);
	return 0;
}

/* 1: read, 0: the file ends before it, negative: it cannot be read. */
static ssize_t read_frame(struct pagemap_source *source, enum frame_file file,
			  enum pagemap_feature feature, uint64_t pfn,
			  uint64_t *ret_value)
{
	if (!pagemap_source_has_feature(source, feature))
		return -ENOTSUP;
	return source->ops->read_frames(source, file, pfn, ret_value, 1);
}

int pagemap_source_frame(struct pagemap_source *source, uint64_t pfn,
			 struct pagemap_frame_facts *ret_facts)
{
	uint64_t flags, count;
	ssize_t has_flags = read_frame(source, FRAME_FLAGS,
				       PAGEMAP_FEATURE_KPAGEFLAGS, pfn, &flags);
	ssize_t has_count = read_frame(source, FRAME_COUNTS,
				       PAGEMAP_FEATURE_KPAGECOUNT, pfn, &count);

	if (!has_flags || !has_count)
		return -ENOENT;
	*ret_facts = (struct pagemap_frame_facts){
		.flags = has_flags == 1 ? flags : PAGEMAP_FLAGS_UNKNOWN,
		.map_count = has_count == 1 ? count : PAGEMAP_COUNT_UNKNOWN,
	};
	return 0;
}
