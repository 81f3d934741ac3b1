/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Looking into what a snapshot of a vkernel knows beside its processes: runs
 * of guest frames, what is known of each guest process.  Where frames are
 * mapped is in vk_places.c, what processes have of the host in vk_share.c, sums
 * and costs are in vk_balance.c.  Nothing here reads anything.
 */
#include <errno.h>
#include <stdlib.h>

#include "snapshot.h"
#include "vk_reading.h"

const struct pagemap_guest *
pagemap_snapshot_guest(const struct pagemap_snapshot *snapshot)
{
	return snapshot->source_kind == PAGEMAP_SOURCE_VKERNEL ?
	       (const struct pagemap_guest *)(const void *)snapshot->beside :
	       NULL;
}

void pagemap_guest_vkernel(const struct pagemap_guest *guest,
			   struct pagemap_vkernel *ret_vkernel)
{
	*ret_vkernel = vk_reading_of(guest)->facts;
}

const char *pagemap_guest_state_name(enum pagemap_guest_state state)
{
	static const char *const names[PAGEMAP_GUEST_STATE_COUNT] = {
		[PAGEMAP_GUEST_RESIDENT] = "resident",
		[PAGEMAP_GUEST_SWAPPED] = "swapped",
		[PAGEMAP_GUEST_UNTOUCHED] = "untouched",
		[PAGEMAP_GUEST_IMAGE] = "image",
	};

	return (unsigned int)state < PAGEMAP_GUEST_STATE_COUNT ? names[state]
							       : NULL;
}

const char *pagemap_guest_use_name(enum pagemap_guest_use use)
{
	static const char *const names[PAGEMAP_GUEST_USE_COUNT] = {
		[PAGEMAP_GUEST_MAPPED] = "mapped",
		[PAGEMAP_GUEST_ZERO_PAGE] = "zero_page",
		[PAGEMAP_GUEST_TABLE] = "table",
		[PAGEMAP_GUEST_STUB] = "stub",
		[PAGEMAP_GUEST_OTHER] = "other",
	};

	return (unsigned int)use < PAGEMAP_GUEST_USE_COUNT ? names[use] : NULL;
}

const char *pagemap_guest_link_name(enum pagemap_guest_link link)
{
	static const char *const names[] = {
		[PAGEMAP_GUEST_LINK_NONE] = "none",
		[PAGEMAP_GUEST_LINK_PAGES] = "pages",
		[PAGEMAP_GUEST_LINK_MM] = "mm",
	};

	return (unsigned int)link < sizeof(names) / sizeof(names[0]) ?
	       names[link] : NULL;
}

/* ---- Frames ------------------------------------------------------------- */

int pagemap_guest_run_at(const struct pagemap_guest *guest, size_t index,
			 struct pagemap_guest_run *ret_run)
{
	const struct vk_reading *reading = vk_reading_of(guest);
	const uint64_t *firsts = reading->runs.items;
	uint64_t first, end;

	if (index >= reading->runs.count)
		return -ENOENT;
	first = firsts[index];
	end = index + 1 < reading->runs.count ? firsts[index + 1] :
						reading->frame_count;
	*ret_run = (struct pagemap_guest_run){
		.first_pfn = first,
		.frame_count = end - first,
		.host_pfn = reading->host_pfns[first],
		.host_flags = reading->host_flags[first],
		.guest_flags = reading->guest_flags ?
			       reading->guest_flags[first] :
			       PAGEMAP_FLAGS_UNKNOWN,
		.state = reading->states[first],
		.use = reading->uses[first],
		.mappers = reading->mappers[first],
		.bits = reading->mappers[first] ?
			vk_run_bits(reading->bits[first]) : 0,
	};
	return 0;
}

int pagemap_guest_run_of(const struct pagemap_guest *guest, uint64_t pfn,
			 size_t *ret_index)
{
	const struct vk_reading *reading = vk_reading_of(guest);
	const uint64_t *firsts = reading->runs.items;
	size_t low = 0, high = reading->runs.count;

	if (pfn >= reading->frame_count)
		return -ENOENT;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (firsts[middle] <= pfn)
			low = middle + 1;
		else
			high = middle;
	}
	*ret_index = low - 1;
	return 0;
}

/* Of a reading that was not asked for each page. */
static int search_host(const struct vk_reading *reading, uint64_t host_pfn,
		       uint64_t *ret_pfn)
{
	uint64_t pfn;

	if (host_pfn == PAGEMAP_PFN_UNKNOWN)
		return -ENOENT;
	for (pfn = 0; pfn < reading->frame_count; pfn++)
		if (reading->host_pfns[pfn] == host_pfn)
			break;
	if (pfn == reading->frame_count)
		return -ENOENT;
	*ret_pfn = pfn;
	return 0;
}

int pagemap_guest_from_host(const struct pagemap_guest *guest,
			    uint64_t host_pfn, uint64_t *ret_pfn)
{
	const struct array *by_host = &vk_reading_of(guest)->by_host;
	const struct vk_host_run *runs = by_host->items;
	size_t low = 0, high = by_host->count;

	if (!high)
		return search_host(vk_reading_of(guest), host_pfn, ret_pfn);
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (runs[middle].host_pfn <= host_pfn)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || host_pfn - runs[low - 1].host_pfn >= runs[low - 1].count)
		return -ENOENT;
	*ret_pfn = runs[low - 1].pfn + (host_pfn - runs[low - 1].host_pfn);
	return 0;
}

/* ---- Processes ---------------------------------------------------------- */

static void set_child(const struct vk_reading *reading,
		      const struct vk_process *process,
		      struct pagemap_guest_process *result)
{
	const struct vk_child *children = reading->children.items;
	const struct vk_child *child;

	result->child_tables = (struct pagemap_value){
		.quality = PAGEMAP_UNAVAILABLE,
		.reason = PAGEMAP_REASON_NO_FEATURE,
	};
	if (process->child == VK_NO_CHILD)
		return;
	child = &children[process->child];
	result->child_pid = child->pid;
	result->child_mappings = child->mappings;
	result->stub_frames = child->stub_frames;
	if (child->tables_bytes != UINT64_MAX)
		result->child_tables = (struct pagemap_value){
			.value = child->tables_bytes,
			.low = child->tables_bytes,
			.high = child->tables_bytes,
		};
}

int pagemap_guest_process(const struct pagemap_process *process,
			  struct pagemap_guest_process *ret_process)
{
	const struct vk_reading *reading =
		vk_reading_of(pagemap_snapshot_guest(process->snapshot));
	const struct vk_process *mm =
		reading ? vk_reading_find(reading, process->pid) : NULL;
	const struct vk_inside_process *told = NULL;
	struct pagemap_guest_process result;
	struct pagemap_guest_share share;
	int err;

	if (!mm)
		return -ENOTSUP;
	err = vk_share_of(reading, &mm, 1, &share);
	if (err)
		return err;
	if (mm->inside != SIZE_MAX)
		told = (const struct vk_inside_process *)
			reading->inside.processes.items + mm->inside;
	result = (struct pagemap_guest_process){
		.guest_pid = told ? told->pid : -1,
		.link = mm->link,
		.root_pfn = mm->tree.root_pfn,
		.table_frames = mm->tree.tables.count,
		.page_count = mm->page_count,
		.child_pages = mm->overlap.same,
		.child_other = mm->overlap.other,
		.host_pss = share.host_pss,
		.host_uss = share.host_uss,
		.host_swapped = share.host_swapped,
		.inside_pages = told ? told->compared : 0,
		.inside_differ = told ? told->differ : 0,
		.inside_outside = told ? told->outside : 0,
	};
	set_child(reading, mm, &result);
	*ret_process = result;
	return 0;
}

int pagemap_guest_stray_at(const struct pagemap_guest *guest, size_t index,
			   struct pagemap_guest_stray *ret_stray)
{
	const struct vk_inside *inside = &vk_reading_of(guest)->inside;
	const struct vk_inside_process *told = inside->processes.items;
	size_t i;

	for (i = 0; i < inside->processes.count; i++) {
		/* Of one mm one process has the tree. */
		if (told[i].tree != VK_NO_TREE || told[i].shares_mm ||
		    !told[i].page_count)
			continue;
		if (index--)
			continue;
		*ret_stray = (struct pagemap_guest_stray){
			.guest_pid = told[i].pid,
			.page_count = told[i].page_count,
			.comm = *told[i].comm ? told[i].comm : NULL,
		};
		return 0;
	}
	return -ENOENT;
}
