/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The method of write protection, for mappings that the target itself has
 * registered with userfaultfd, asynchronous (Linux 6.7 on): PAGEMAP_SCAN
 * protects them, and tells which pages have lost it by being written.
 */
#include <errno.h>
#include <stdlib.h>

#include "wss.h"
#include "wss_own.h"
#include "wss_marks.h"

#define ENTRY_FILE (UINT64_C(1) << 61)

#define EXTENTS 128

/*
 * In one call, and so in one hold of the target's mmap_lock; it may map and
 * unmap between two.
 */
#define PAGES_AT_ONCE 4096

struct protect_own {
	struct wss_marks protected;	/* pages that were, by number */
};

static int protect_attach(struct wss_hold *hold)
{
	hold->own = calloc(1, sizeof(struct protect_own));
	return hold->own ? 0 : -ENOMEM;
}

static void protect_detach(struct wss_hold *hold)
{
	struct protect_own *own = hold->own;

	if (!own)
		return;
	wss_marks_free(&own->protected);
	free(own);
	hold->own = NULL;
}

typedef int (*extent_fn)(void *context, const struct extent *extent);

static int scan_written(struct wss_hold *hold, struct scan scan,
			extent_fn take, void *context)
{
	struct pagemap_source *source = hold->source;
	struct extent extents[EXTENTS];
	ssize_t i, found;
	int err = 0;

	while (!err && (found = source->ops->scan_written(
				source, &hold->target->pages, &scan, extents,
				EXTENTS)) != 0) {
		if (found < 0)
			return (int)found;
		for (i = 0; i < found && !err; i++)
			err = take(context, &extents[i]);
	}
	return err;
}

static int note_protected(void *context, const struct extent *extent)
{
	struct protect_own *own = context;

	return wss_marks_add_range(&own->protected, extent->start_page,
				 extent->end_page);
}

static int protect_forget(struct wss_hold *hold)
{
	const struct wss_range *ranges = hold->target->layout.items;
	struct protect_own *own = hold->own;
	uint32_t shift = hold->source->page_shift;
	size_t i;
	int err = 0;

	wss_marks_clear(&own->protected);
	for (i = 0; i < hold->target->layout.count && !err; i++) {
		struct scan scan = {
			.next_page = ranges[i].start_vaddr >> shift,
			.end_page = ranges[i].end_vaddr >> shift,
			.max_pages = PAGES_AT_ONCE,
			.protect = true,
		};

		err = scan_written(hold, scan, note_protected, own);
	}
	return err;
}

/* Pages of which bits are asked. */
struct question {
	const struct protect_own *own;
	uint64_t first_page;
	const uint64_t *entries;
	uint8_t *bits;
};

/*
 * A page that came after the others were protected is not: an anonymous one
 * came by being written, unless it is the zero page; one of a file perhaps
 * only by being read.
 */
static uint8_t bits_of(const struct question *question, uint64_t page,
		       uint32_t bits)
{
	if (!(bits & EXTENT_WRITTEN) || bits & EXTENT_ZERO)
		return WSS_WRITTEN_TOLD;
	if (wss_marks_has(&question->own->protected, page) ||
	    !(question->entries[page - question->first_page] & ENTRY_FILE))
		return WSS_WRITTEN_TOLD | WSS_WRITTEN;
	return WSS_WRITTEN_TOLD | WSS_MAYBE_WRITTEN;
}

static int answer(void *context, const struct extent *extent)
{
	const struct question *question = context;
	uint64_t page;

	for (page = extent->start_page; page < extent->end_page; page++)
		question->bits[page - question->first_page] =
			bits_of(question, page, extent->bits);
	return 0;
}

static int protect_read_pages(struct wss_hold *hold, uint64_t first_page,
			      const uint64_t *entries, size_t count,
			      uint8_t *ret_bits)
{
	struct question question = {
		.own = hold->own,
		.first_page = first_page,
		.entries = entries,
		.bits = ret_bits,
	};
	struct scan scan = {
		.next_page = first_page, .end_page = first_page + count,
	};

	return scan_written(hold, scan, answer, &question);
}

static bool protect_probe(struct pagemap_source *source,
			  const char **ret_reason)
{
	struct own_opts opts = { .tells = WSS_WRITTEN, .registered = true };
	int right;

	*ret_reason = "write protection by PAGEMAP_SCAN came with Linux 6.7";
	if (!source->ops->scan_written ||
	    !pagemap_source_has_feature(source, PAGEMAP_FEATURE_SCAN))
		return false;
	right = wss_probe_own(source, &wss_protect_ops, opts);
	*ret_reason = right < 0 ?
		"userfaultfd is not permitted to us, or has no asynchronous "
		"write protection (CONFIG_PTE_MARKER_UFFD_WP)" :
		"PAGEMAP_SCAN does not find which of our own pages were "
		"written";
	return right == true;
}

const struct wss_method_ops wss_protect_ops = {
	.facts = {
		.name = "write-protect",
		.describe = "write-protects by PAGEMAP_SCAN what the target "
			    "registered with userfaultfd itself, and reads "
			    "which pages were written",
		.harm = "one fault for each page that the target writes, and "
			"whoever registered its memory loses which pages were "
			"written before",
		.disturbs = true,
		.by_name_alone = true,
		.tells = PAGEMAP_WSS_TELLS_WRITTEN | PAGEMAP_WSS_TELLS_PAGES,
	},
	.probe = protect_probe,
	.attach = protect_attach,
	.detach = protect_detach,
	.forget = protect_forget,
	.read_pages = protect_read_pages,
};
