/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The method of our kernel module: its clear_refs forgets which pages were
 * accessed, without losing accesses, and its records tell which were since.
 * What was modified it does not forget, so what was written has bounds: sure
 * is a page that is modified now and was not when the interval began, possible
 * is every one that is modified and was accessed.  The kernel forgets it of
 * pages that it writes back to their file: those the core takes for possible.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "wss.h"
#include "wss_own.h"
#include "wss_marks.h"

#define FRAME_MASK ((UINT64_C(1) << 55) - 1)

struct module_own {
	struct pages_file pages;	/* the module's: of the mm that forgot */
	/*
	 * What was modified when the interval began: by address, which stays
	 * when the kernel moves a page to another frame, and by frame, which
	 * stays when the process moves it by mremap.
	 */
	struct wss_marks addresses;
	struct wss_marks frames;
	uint64_t entries[WSS_BATCH];
	uint32_t uses[WSS_BATCH];
};

static int module_attach(struct wss_hold *hold)
{
	struct module_own *own = calloc(1, sizeof(*own));

	if (!own)
		return -ENOMEM;
	own->pages = (struct pages_file){ .fd = -1, .uses_fd = -1 };
	hold->own = own;
	return 0;
}

static void module_detach(struct wss_hold *hold)
{
	struct module_own *own = hold->own;

	if (!own)
		return;
	hold->source->ops->close_pages(&own->pages);
	wss_marks_free(&own->addresses);
	wss_marks_free(&own->frames);
	free(own);
	hold->own = NULL;
}

static int read_uses(struct wss_hold *hold, uint64_t first_page, size_t count)
{
	struct module_own *own = hold->own;
	ssize_t got = hold->source->ops->read_uses(&own->pages, first_page,
						   own->entries, own->uses,
						   count);

	if (got < 0)
		return (int)got;
	/* The module gives nothing of an address space that is gone. */
	return (size_t)got == count ? 0 : -ESTALE;
}

static int note_modified(void *context, uint64_t first_page,
			 const uint64_t *entries, size_t count)
{
	struct wss_hold *hold = context;
	struct module_own *own = hold->own;
	int err = read_uses(hold, first_page, count);
	size_t i;

	(void)entries;
	for (i = 0; i < count && !err; i++) {
		if (!(own->uses[i] & PAGEMAP_RUN_MODIFIED))
			continue;
		err = wss_marks_add(&own->addresses, first_page + i);
		if (!err)
			err = wss_marks_add(&own->frames,
					  own->entries[i] & FRAME_MASK);
	}
	return err;
}

/* That the process still lives after its file was opened shows it is its. */
static int forget_accesses(struct wss_hold *hold)
{
	struct pagemap_source *source = hold->source;
	struct wss_target *target = hold->target;
	struct module_own *own = hold->own;
	int err, fd = source->ops->open_forget(source, &target->ref,
					       FORGET_MODULE);

	if (fd < 0)
		return fd;
	source->ops->close_pages(&own->pages);
	err = source->ops->open_uses(source, &target->ref, &own->pages);
	if (!err)
		err = wss_write(fd, "1");
	close(fd);
	return err;
}

/*
 * What is modified is read after accesses are forgotten: what is written
 * between the two is then possible, where it would be sure the other way
 * round though it came before the interval.
 */
static int module_forget(struct wss_hold *hold)
{
	const struct wss_range *ranges = hold->target->layout.items;
	struct module_own *own = hold->own;
	int err = forget_accesses(hold);

	wss_marks_clear(&own->addresses);
	wss_marks_clear(&own->frames);
	for (size_t i = 0; i < hold->target->layout.count && !err; i++)
		err = wss_walk(hold->source, hold->target, &ranges[i],
			       note_modified, hold);
	return err;
}

/* Of a huge page that is modified, nobody knows which part was written. */
static bool is_surely_written(const struct module_own *own, uint64_t page,
			      uint64_t entry, uint32_t uses)
{
	return !(uses & PAGEMAP_RUN_HUGE) &&
	       !wss_marks_has(&own->addresses, page) &&
	       !wss_marks_has(&own->frames, entry & FRAME_MASK);
}

static uint8_t bits_of(const struct module_own *own, uint64_t page,
		       uint64_t entry, uint32_t uses)
{
	uint8_t bits = WSS_ACCESSED_TOLD | WSS_WRITTEN_TOLD;

	if (!(uses & PAGEMAP_RUN_USE_KNOWN))
		return 0;
	if (!(uses & PAGEMAP_RUN_ACCESSED))
		return bits;
	bits |= WSS_ACCESSED;
	if (uses & PAGEMAP_RUN_MODIFIED)
		bits |= is_surely_written(own, page, entry, uses) ?
			WSS_WRITTEN : WSS_MAYBE_WRITTEN;
	return bits;
}

static int module_read_pages(struct wss_hold *hold, uint64_t first_page,
			     const uint64_t *entries, size_t count,
			     uint8_t *ret_bits)
{
	struct module_own *own = hold->own;
	int err = read_uses(hold, first_page, count);
	size_t i;

	for (i = 0; i < count && !err; i++)
		if (wss_is_present(entries[i]) &&
		    wss_is_present(own->entries[i]))
			ret_bits[i] = bits_of(own, first_page + i,
					      own->entries[i], own->uses[i]);
	return err;
}

static bool module_probe(struct pagemap_source *source, const char **ret_reason)
{
	struct own_opts opts = { .tells = WSS_ACCESSED };
	int right;

	*ret_reason = pagemap_feature_reason(source, PAGEMAP_FEATURE_PAGE_USE);
	if (!pagemap_source_has_feature(source, PAGEMAP_FEATURE_PAGE_USE))
		return false;
	right = wss_probe_own(source, &wss_module_ops, opts);
	*ret_reason = right < 0 ?
		"the kernel module procfs_pagemap does not let us write to "
		"clear_refs: it has no way to forget accesses on this kernel, "
		"or we are not root" :
		"the kernel module procfs_pagemap does not find which of our "
		"own pages were used";
	return right == true;
}

const struct wss_method_ops wss_module_ops = {
	.facts = {
		.name = "module",
		.describe = "forgets accesses by /proc/pagemap of the kernel "
			    "module and reads its records: each page, accessed "
			    "exactly, written within bounds",
		.harm = "empties the TLB of every CPU once for each interval, "
			"and takes the accessed bits of the target's pages "
			"from reclaim, which may take used ones for unused",
		.disturbs = true,
		.tells = PAGEMAP_WSS_TELLS_REFERENCED |
			 PAGEMAP_WSS_TELLS_WRITTEN | PAGEMAP_WSS_TELLS_PAGES,
	},
	.loses_written_back = true,
	.probe = module_probe,
	.attach = module_attach,
	.detach = module_detach,
	.forget = module_forget,
	.read_pages = module_read_pages,
};
