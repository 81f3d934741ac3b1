/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The guest of a session: read whole as the session begins, its tables read
 * again for each look, and the pages that a child has noted before they are
 * forgotten.  What was used is read elsewhere (wss_guest_read.c).
 */
#include "wss_guest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- Opened ------------------------------------------------------------ */

static int take_snapshot(struct pagemap_source *vkernel, const pid_t *pids,
			 size_t count, struct wss_guest *guest)
{
	const struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts),
		.engine = PAGEMAP_ENGINE_CENSUS,
		.metrics = PAGEMAP_METRICS_ALL,
		.detail = PAGEMAP_DETAIL_MAPPINGS,
		.pids = pids,
		.pid_count = count,
	};
	int err = pagemap_snapshot_take(vkernel, &opts, &guest->snapshot);

	if (!err)
		guest->reading = vk_reading_of(
			pagemap_snapshot_guest(guest->snapshot));
	return err;
}

static int open_ram(struct pagemap_source *vkernel, struct wss_guest *guest)
{
	struct pagemap_source *host = pagemap_source_host(vkernel);
	int fd, err;

	err = vk_find(host, guest->reading->facts.pid, &guest->found);
	fd = err ? err : vk_open_ram(host, &guest->found);
	if (fd < 0) {
		memcpy(vkernel->detail, host->detail, sizeof(host->detail));
		return fd;
	}
	/* Takes the descriptor over, also where it fails. */
	err = vk_ram_open(fd, &guest->found, true, &guest->ram);
	guest->ram_is_open = !err;
	return err ? err : vk_ram_refresh(&guest->ram);
}

static void note_target(struct wss_guest *guest, pid_t pid,
			struct wss_guest_target *target)
{
	const struct vk_reading *reading = guest->reading;
	const struct vk_child *children = reading->children.items;
	const struct vk_process *process = vk_reading_find(reading, pid);

	*target = (struct wss_guest_target){
		.guest = guest, .stub_page = UINT64_MAX,
	};
	if (!process || !process->has_root || process->child == VK_NO_CHILD)
		return;
	target->process = pagemap_snapshot_find_pid(guest->snapshot, pid);
	target->root_pfn = process->tree.root_pfn;
	if (children[process->child].stub_vaddr)
		target->stub_page = children[process->child].stub_vaddr >>
				    reading->layout->page_shift;
}

static int note_targets(struct wss_guest *guest, const pid_t *pids,
			size_t count)
{
	guest->targets = calloc(count, sizeof(*guest->targets));
	if (!guest->targets)
		return -ENOMEM;
	guest->target_count = count;
	for (size_t i = 0; i < count; i++)
		note_target(guest, pids[i], &guest->targets[i]);
	return 0;
}

int wss_guest_open(struct pagemap_source *vkernel, const pid_t *pids,
		   size_t count, struct wss_guest **ret_guest)
{
	struct wss_guest *guest = calloc(1, sizeof(*guest));
	int err;

	if (!guest)
		return -ENOMEM;
	err = take_snapshot(vkernel, pids, count, guest);
	if (!err)
		err = open_ram(vkernel, guest);
	if (!err)
		err = note_targets(guest, pids, count);
	if (err)
		wss_guest_close(guest);
	else
		*ret_guest = guest;
	return err;
}

void wss_guest_close(struct wss_guest *guest)
{
	if (!guest)
		return;
	for (size_t i = 0; i < guest->target_count; i++)
		array_free(&guest->targets[i].present);
	free(guest->targets);
	if (guest->ram_is_open)
		vk_ram_close(&guest->ram);
	vk_found_free(&guest->found);
	pagemap_snapshot_free(guest->snapshot);
	free(guest);
}

/* ---- What the child has ------------------------------------------------ */

bool wss_guest_owns(const struct wss_guest_target *target,
		    const struct maps_line *line)
{
	const struct wss_guest *guest = target->guest;

	return vk_is_of_ram(&guest->found, line) &&
	       line->start_vaddr >> guest->reading->layout->page_shift <
		       target->stub_page;
}

static int note_page(struct array *present, uint64_t page)
{
	struct wss_pages *last = present->items;

	if (present->count) {
		last += present->count - 1;
		if (last->first_page + last->count == page) {
			last->count++;
			return 0;
		}
	}
	last = array_push(present, sizeof(*last));
	if (!last)
		return -ENOMEM;
	*last = (struct wss_pages){ page, 1 };
	return 0;
}

static int note_entries(void *context, uint64_t first_page,
			const uint64_t *entries, size_t count)
{
	int err = 0;

	for (size_t i = 0; i < count && !err; i++)
		if (wss_is_present(entries[i]))
			err = note_page(context, first_page + i);
	return err;
}

int wss_guest_note(struct pagemap_wss *session, struct wss_target *target)
{
	const struct wss_range *ranges = target->layout.items;
	struct array *present = &target->guest->present;
	int err = 0;

	present->count = 0;
	for (size_t i = 0; i < target->layout.count && !err; i++)
		err = wss_walk(session->source, target, &ranges[i],
			       note_entries, present);
	return err;
}

/* ---- What the process has ---------------------------------------------- */

static uint32_t share_of(const struct wss_guest *guest, uint64_t pfn)
{
	uint32_t mappers = guest->reading->mappers[pfn];

	return (uint32_t)(UINT64_C(1) << (guest->reading->layout->page_shift + 12)) /
	       (mappers ? mappers : 1);
}

static int take_leaf(const struct wss_guest *guest, const struct vk_leaf *leaf,
		     struct array *pages)
{
	const struct vk_layout *layout = guest->reading->layout;
	struct wss_guest_page *page;
	uint64_t pfn;

	if (!vk_entry_is_page(layout, leaf->entry, &pfn) ||
	    pfn == guest->reading->zero_pfn ||
	    pfn >= guest->reading->frame_count)
		return 0;
	page = array_push(pages, sizeof(*page));
	if (!page)
		return -ENOMEM;
	*page = (struct wss_guest_page){
		.page = leaf->vpn,
		.share = share_of(guest, pfn),
		.writable = leaf->entry & layout->writable,
	};
	return 0;
}

int wss_guest_walk(const struct wss_guest_target *target,
		   struct array *ret_pages)
{
	const struct wss_guest *guest = target->guest;
	const struct vk_layout *layout = guest->reading->layout;
	const struct vk_memory *memory = &guest->ram.memory;
	struct vk_tree tree = { 0 };
	struct vk_visited visited;
	const struct vk_leaf *leaves;
	int err = vk_visited_init(&visited, memory->frame_count);

	ret_pages->count = 0;
	if (err)
		return err;
	err = vk_walk(layout, memory, target->root_pfn, &visited, &tree);
	vk_visited_free(&visited);
	leaves = tree.leaves.items;
	for (size_t i = 0; i < tree.leaves.count && !err; i++)
		err = take_leaf(guest, &leaves[i], ret_pages);
	if (!err && !(tree.wrong & VK_WRONG_LOSES))
		err = vk_walk_is_same(layout, memory, &tree);
	vk_tree_free(&tree);
	return err;
}
