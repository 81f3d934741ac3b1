/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading what a process of a guest says of itself, see vk_told.h.  The tree
 * may be hostile, partial or old: what is kept of it is bounded by what the
 * guest's tables can have.
 */
#include "vk_told.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "parse.h"

/* Entries read at a time, and at most of one process: 512 GiB of addresses. */
#define BLOCK_PAGES 4096
#define ENTRIES_MAX (UINT64_C(1) << 27)

#define ENTRY_PRESENT (UINT64_C(1) << 63)

void told_free(struct told *told)
{
	array_free(&told->pages);
	array_free(&told->mappings);
}

/* ---- Its name and mappings ---------------------------------------------- */

static void read_comm(struct pagemap_source *inside,
		      const struct process_ref *ref, struct buffer *text,
		      struct vk_inside_process *process)
{
	size_t size;

	if (inside->ops->read_text(inside, ref, "comm", text) || !text->data)
		return;
	size = strnlen(text->data, text->size);
	if (size && text->data[size - 1] == '\n')
		size--;
	if (size > sizeof(process->comm) - 1)
		size = sizeof(process->comm) - 1;
	memcpy(process->comm, text->data, size);
	process->comm[size] = '\0';
}

static int add_mapping(struct told *told, const struct maps_line *line,
		       uint32_t page_shift)
{
	struct told_mapping *mapping =
		array_push(&told->mappings, sizeof(*mapping));

	if (!mapping)
		return -ENOMEM;
	*mapping = (struct told_mapping){
		.start_vpn = line->start_vaddr >> page_shift,
		.end_vpn = line->end_vaddr >> page_shift,
		.closed = !memcmp(line->permissions, "---", 3),
	};
	return 0;
}

static int compare_mappings(const void *a, const void *b)
{
	const struct told_mapping *x = a, *y = b;

	return (x->start_vpn > y->start_vpn) - (x->start_vpn < y->start_vpn);
}

/* The kernel gives them in order and apart; who else wrote this may not. */
static void part_mappings(struct told *told)
{
	struct told_mapping *all = told->mappings.items;
	size_t i, kept = 0;

	if (!told->mappings.count)
		return;
	qsort(all, told->mappings.count, sizeof(*all), compare_mappings);
	for (i = 0; i < told->mappings.count; i++) {
		if (kept && all[i].start_vpn < all[kept - 1].end_vpn)
			all[i].start_vpn = all[kept - 1].end_vpn;
		if (all[i].start_vpn < all[i].end_vpn)
			all[kept++] = all[i];
	}
	told->mappings.count = kept;
}

static int read_mappings(struct pagemap_source *inside,
			 const struct process_ref *ref, struct buffer *text,
			 struct told_limit *limit, struct told *told)
{
	struct maps_line line;
	struct span span;
	struct text rest;
	int err = inside->ops->read_text(inside, ref, "maps", text);

	if (err)
		return err;
	rest = (struct text){ text->data, text->data + text->size };
	while (!err && text_next_line(&rest, &span)) {
		if (parse_maps_line(span, &line))
			continue;
		err = told->mappings.count == limit->mappings ? -E2BIG :
		      add_mapping(told, &line, inside->page_shift);
	}
	if (!err)
		limit->mappings -= told->mappings.count;
	part_mappings(told);
	return err ? err : told->mappings.count ? 0 : -ENODATA;
}

bool told_has_page(const struct told *told, uint64_t vpn, size_t *mapping)
{
	const struct told_mapping *all = told->mappings.items;

	while (*mapping < told->mappings.count && all[*mapping].end_vpn <= vpn)
		++*mapping;
	return *mapping < told->mappings.count &&
	       all[*mapping].start_vpn <= vpn;
}

/* ---- Its pages ---------------------------------------------------------- */

/* A pagemap that is being read. */
struct reading {
	struct pagemap_source *inside;
	struct pages_file pages;
	struct told *told;
	struct told_limit *limit;
	uint64_t entries_left;
	bool too_many;
	uint64_t entries[BLOCK_PAGES];
};

static int add_page(struct reading *reading, uint64_t vpn, uint64_t entry)
{
	struct told *told = reading->told;
	struct told_page *page;
	uint64_t pfn = pagemap_decode_entry(entry, 0).pfn;

	if (!(entry & ENTRY_PRESENT))
		return 0;
	told->process.page_count++;
	if (pfn == PAGEMAP_PFN_UNKNOWN || reading->too_many)
		return 0;
	if (told->pages.count >= reading->limit->pages_each ||
	    told->pages.count >= reading->limit->pages) {
		reading->too_many = true;
		return 0;
	}
	page = array_push(&told->pages, sizeof(*page));
	if (!page)
		return -ENOMEM;
	*page = (struct told_page){ vpn, pfn };
	return 0;
}

static int read_stretch(struct reading *reading, uint64_t vpn, uint64_t end)
{
	const struct source_ops *ops = reading->inside->ops;

	while (vpn < end && reading->entries_left) {
		size_t count = end - vpn < BLOCK_PAGES ? (size_t)(end - vpn)
						       : BLOCK_PAGES;
		ssize_t i, got;

		if (count > reading->entries_left)
			count = (size_t)reading->entries_left;
		got = ops->read_entries(&reading->pages, vpn, reading->entries,
					count);
		if (got <= 0)
			return (int)got;
		for (i = 0; i < got; i++) {
			int err = add_page(reading, vpn + (uint64_t)i,
					   reading->entries[i]);

			if (err)
				return err;
		}
		vpn += (uint64_t)got;
		reading->entries_left -= (uint64_t)got;
	}
	return 0;
}

/* A source that cannot skip holes is read where there are mappings. */
static int read_by_mappings(struct reading *reading)
{
	const struct told_mapping *all = reading->told->mappings.items;
	size_t i;
	int err = 0;

	for (i = 0; i < reading->told->mappings.count && !err; i++)
		err = read_stretch(reading, all[i].start_vpn,
				   all[i].end_vpn < reading->limit->end_vpn ?
				   all[i].end_vpn : reading->limit->end_vpn);
	return err;
}

static int read_all(struct reading *reading)
{
	struct scan scan = { .end_page = reading->limit->end_vpn };
	struct extent extent;
	ssize_t got;
	int err = 0;

	while (!err && (got = reading->inside->ops->scan(reading->inside,
				&reading->pages, &scan, &extent, 1)) != 0) {
		if (got == -ENOTSUP)
			return read_by_mappings(reading);
		err = got < 0 ? (int)got :
		      read_stretch(reading, extent.start_page, extent.end_page);
	}
	return err;
}

static bool is_fatal(int err)
{
	return err == -ENOMEM || err == -EMFILE || err == -ENFILE;
}

/* A pagemap that is not there, or ends early, is a process without frames. */
static int read_pages(struct pagemap_source *inside,
		      const struct process_ref *ref, struct told_limit *limit,
		      struct told *told)
{
	struct reading *reading = calloc(1, sizeof(*reading));
	int err;

	if (!reading)
		return -ENOMEM;
	*reading = (struct reading){
		.inside = inside, .told = told, .limit = limit,
		.entries_left = ENTRIES_MAX,
	};
	err = inside->ops->open_pages(inside, ref, &reading->pages);
	if (!err) {
		err = read_all(reading);
		inside->ops->close_pages(&reading->pages);
	}
	if (err || reading->too_many)
		told->pages.count = 0;
	free(reading);
	limit->pages -= told->pages.count;
	told->has_frames = told->pages.count != 0;
	return is_fatal(err) ? err : 0;
}

int told_read(struct pagemap_source *inside, pid_t pid,
	      struct told_limit *limit, struct told *ret_told)
{
	struct told told = { .process = { .pid = pid, .tree = VK_NO_TREE } };
	struct buffer text = { 0 };
	struct process_ref ref;
	int err = inside->ops->open_process(inside, pid, &ref);

	if (err)
		return err;
	err = read_mappings(inside, &ref, &text, limit, &told);
	if (!err)
		err = read_pages(inside, &ref, limit, &told);
	if (!err)
		read_comm(inside, &ref, &text, &told.process);
	inside->ops->close_process(&ref);
	buffer_free(&text);
	if (err)
		told_free(&told);
	else
		*ret_told = told;
	return err;
}
