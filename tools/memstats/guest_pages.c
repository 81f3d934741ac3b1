/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs of a guest's pages, taken apart by what the host has made of their
 * frames: see guest.h.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "guest.h"
#include "memstats.h"

void guest_pages_begin(struct guest_pages_iter *iter,
		       const struct report *report,
		       const struct pagemap_run *run)
{
	*iter = (struct guest_pages_iter){
		.guest = pagemap_snapshot_guest(report->snapshot),
		.page_bytes = pagemap_source_page_size_bytes(report->source),
		.rest = *run,
	};
}

/* What the host knows of the first frame that is left, and of those behind. */
static bool find_host(const struct guest_pages_iter *iter,
		      struct pagemap_guest_run *ret_host)
{
	uint64_t pfn = iter->rest.pfn, before;
	size_t index;

	if (!iter->guest || pfn == PAGEMAP_PFN_UNKNOWN ||
	    pagemap_guest_run_of(iter->guest, pfn, &index) ||
	    pagemap_guest_run_at(iter->guest, index, ret_host))
		return false;
	before = pfn - ret_host->first_pfn;
	ret_host->first_pfn = pfn;
	ret_host->frame_count -= before;
	if (ret_host->host_pfn != PAGEMAP_PFN_UNKNOWN)
		ret_host->host_pfn += before;
	return true;
}

bool guest_pages_next(struct guest_pages_iter *iter,
		      struct guest_pages *ret_pages)
{
	struct pagemap_run *rest = &iter->rest;
	bool same = rest->bits & PAGEMAP_RUN_SAME_FRAME;
	uint64_t count = rest->page_count;

	if (!count)
		return false;
	ret_pages->run = *rest;
	ret_pages->in_ram = find_host(iter, &ret_pages->host);
	if (ret_pages->in_ram && !same && ret_pages->host.frame_count < count)
		count = ret_pages->host.frame_count;
	ret_pages->run.page_count = count;
	rest->page_count -= count;
	rest->start_vaddr += count * iter->page_bytes;
	if (rest->pfn != PAGEMAP_PFN_UNKNOWN && !same)
		rest->pfn += count;
	return true;
}

const char *guest_pages_state(const struct guest_pages *pages)
{
	const char *name = pages->in_ram ?
		pagemap_guest_state_name(pages->host.state) : NULL;

	return name ? name : "-";
}

void guest_pages_frame(const struct guest_pages *pages,
		       char text[GUEST_FRAME_SIZE])
{
	if (pages->in_ram && pages->host.host_pfn != PAGEMAP_PFN_UNKNOWN)
		snprintf(text, GUEST_FRAME_SIZE, "%" PRIx64,
			 pages->host.host_pfn);
	else
		memcpy(text, "-", 2);
}
