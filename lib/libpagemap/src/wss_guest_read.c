/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads what a guest process used: what the host tells of its child first, by
 * mapping and page by page, then the process's own tables, which are what the
 * figures are of.  Its mappings are those that the guest told of as the
 * session began; pages in none of them that follow each other stand for one.
 */
#include <errno.h>
#include <string.h>

#include "wss_guest.h"
#include "wss_reading.h"

#define FRAMES 256

/* Pages of one mapping, and what was seen of each. */
struct area {
	uint64_t start_vaddr;
	uint64_t end_vaddr;
	const struct pagemap_mapping *mapping;	/* NULL: not told of */
	const struct wss_guest_page *pages;
	size_t count;
};

struct guest_reading {
	struct reading *reading;
	struct wss_guest_child child;
	struct array pages;		/* struct wss_guest_page */
	struct array seen;		/* size_t: of the pages of one area */
	uint32_t vma;			/* that is walked */
};

/* ---- The child --------------------------------------------------------- */

static struct pagemap_source *host_of(const struct guest_reading *guest)
{
	return guest->reading->reader->session->source;
}

/* Pages that came since: those that were not noted. */
static bool came_since(const struct guest_reading *guest, uint64_t page)
{
	const struct array *present = guest->child.present;
	const struct wss_pages *pages = present->items;
	size_t low = 0, high = present->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (pages[middle].first_page + pages[middle].count <= page)
			low = middle + 1;
		else
			high = middle;
	}
	return low == present->count || pages[low].first_page > page;
}

/*
 * Whether frames may count as used by whomever: they bear the mark of that (see
 * wss_others.c), or are watched by idle page tracking or DAMON, which note for
 * all who map a frame that one of them used it: main does.
 */
static void find_marks(struct pagemap_source *host, const uint64_t *entries,
		       size_t count, bool *ret_marks)
{
	const uint64_t mark = UINT64_C(1) << PAGEMAP_FLAG_REFERENCED |
			      UINT64_C(1) << PAGEMAP_FLAG_IDLE;
	size_t i, length;

	for (i = 0; i < count; i += length) {
		uint64_t flags[FRAMES];
		uint64_t pfn = pagemap_decode_entry(entries[i], 0).pfn;
		ssize_t got = 0;

		for (length = 1; i + length < count && length < FRAMES; length++)
			if (pagemap_decode_entry(entries[i + length], 0).pfn !=
			    pfn + length)
				break;
		if (pfn != PAGEMAP_PFN_UNKNOWN)
			got = host->ops->read_frames(host, FRAME_FLAGS, pfn,
						     flags, length);
		for (size_t k = 0; k < length; k++)
			ret_marks[i + k] = got < 0 || k >= (size_t)got ||
					   flags[k] & mark;
	}
}

static int take_seen(struct guest_reading *guest, uint64_t page, uint8_t bits,
		     bool marked)
{
	struct wss_guest_vma *vmas = guest->child.vmas.items;
	struct wss_guest_seen *seen = array_push(&guest->child.seen,
						 sizeof(*seen));

	if (!seen)
		return -ENOMEM;
	*seen = (struct wss_guest_seen){
		.page = page,
		.vma = guest->vma,
		.bits = bits,
		.came = came_since(guest, page),
		.marked = marked,
	};
	vmas[guest->vma].present++;
	return 0;
}

static int take_entries(void *context, uint64_t first_page,
			const uint64_t *entries, size_t count)
{
	struct guest_reading *guest = context;
	const struct wss_guest_vma *vmas = guest->child.vmas.items;
	uint8_t bits[WSS_BATCH];
	bool marks[WSS_BATCH];
	int err = wss_ask_methods(guest->reading, first_page, entries, count,
				  bits);

	memset(marks, 0, sizeof(marks));
	if (vmas[guest->vma].told)
		find_marks(host_of(guest), entries, count, marks);
	for (size_t i = 0; i < count && !err; i++)
		if (wss_is_present(entries[i]))
			err = take_seen(guest, first_page + i, bits[i],
					marks[i]);
	return err;
}

static int take_vma(struct guest_reading *guest, const struct maps_line *line,
		    const struct smaps_sizes *sizes)
{
	const struct wss_range range = {
		.start_vaddr = line->start_vaddr,
		.end_vaddr = line->end_vaddr,
	};
	struct wss_guest_vma *vma;

	if (!wss_guest_owns(guest->reading->target->guest, line))
		return 0;
	vma = array_push(&guest->child.vmas, sizeof(*vma));
	if (!vma)
		return -ENOMEM;
	guest->vma = (uint32_t)(guest->child.vmas.count - 1);
	vma->told = wss_tell_mapping(guest->reading, sizes, &vma->referenced);
	return wss_walk(host_of(guest), guest->reading->target, &range,
			take_entries, guest);
}

static int read_child(struct guest_reading *guest)
{
	struct smaps_sizes sizes;
	struct maps_line line;
	uint32_t vm_flags;
	struct text text;
	int err = wss_read_smaps(guest->reading, &text);

	if (err)
		return err;
	while ((err = parse_smaps_next(&text, &line, &sizes, &vm_flags)) == 1) {
		err = take_vma(guest, &line, &sizes);
		if (err)
			break;
	}
	return err;
}

/* ---- Its mappings ------------------------------------------------------ */

/* What a page has of which the child has nothing: it was not used. */
static uint8_t bits_of(const struct guest_reading *guest, size_t seen)
{
	const struct wss_reader *reader = guest->reading->reader;

	if (seen == WSS_GUEST_GONE)
		return 0;
	if (seen == WSS_GUEST_ABSENT)
		return (reader->tells_access ? WSS_ACCESSED_TOLD : 0) |
		       (reader->tells_writing ? WSS_WRITTEN_TOLD : 0);
	return ((struct wss_guest_seen *)guest->child.seen.items)[seen].bits;
}

static int take_pages(struct guest_reading *guest, const struct area *area,
		      struct found_mapping *found)
{
	struct reading *reading = guest->reading;
	const size_t *seen = guest->seen.items;
	int err = 0;

	found->first_run = reading->found->runs.count;
	reading->run = NULL;
	for (size_t i = 0; i < area->count && !err; i++)
		err = wss_take_page(reading, area->pages[i].page,
				    bits_of(guest, seen[i]));
	found->run_count = reading->found->runs.count - found->first_run;
	return err;
}

/* As the source has them of pages that it knows no mapping of. */
static const char *permissions_of(const struct area *area)
{
	size_t i, writable = 0;

	for (i = 0; i < area->count; i++)
		writable += area->pages[i].writable;
	return !writable ? "?-??" : writable < area->count ? "????" : "?w??";
}

static int name_area(const struct guest_reading *guest, const struct area *area,
		     struct pagemap_wss_mapping *is)
{
	struct arena *arena = &guest->reading->reader->worker.arena;
	const char *permissions = permissions_of(area), *path = "";

	*is = (struct pagemap_wss_mapping){
		.start_vaddr = area->start_vaddr,
		.end_vaddr = area->end_vaddr,
		.kind = PAGEMAP_MAPPING_UNKNOWN,
	};
	if (area->mapping) {
		permissions = pagemap_mapping_permissions(area->mapping);
		path = pagemap_mapping_path(area->mapping);
		is->offset_bytes = pagemap_mapping_offset_bytes(area->mapping);
		is->kind = pagemap_mapping_kind(area->mapping);
	}
	is->permissions = arena_string(arena, permissions, strlen(permissions));
	is->path = arena_string(arena, path, strlen(path));
	return is->permissions && is->path ? 0 : -ENOMEM;
}

static uint64_t pss_of(const struct area *area)
{
	uint64_t shares = 0;

	for (size_t i = 0; i < area->count; i++)
		shares += area->pages[i].share;
	return shares >> 12;
}

static bool told_by_mapping(const struct guest_reading *guest)
{
	const struct pagemap_wss *session = guest->reading->reader->session;

	for (size_t i = 0; i < session->method_count; i++)
		if (session->ops[i]->referenced)
			return true;
	return false;
}

static int take_area(struct guest_reading *guest, const struct area *area)
{
	struct reading *reading = guest->reading;
	struct wss_reader *reader = reading->reader;
	uint32_t page_bytes = host_of(guest)->page_size_bytes;
	struct array *mappings = &reading->found->mappings;
	struct found_mapping *found = array_push(mappings, sizeof(*found));
	struct wss_told *told = array_push(&reader->told, sizeof(*told));
	int err = found && told ? name_area(guest, area, &found->is) : -ENOMEM;

	guest->seen.count = 0;
	for (size_t i = 0; i < area->count && !err; i++)
		if (!array_push(&guest->seen, sizeof(size_t)))
			err = -ENOMEM;
	if (err)
		return err;
	*told = (struct wss_told){
		.page_bytes = page_bytes,
		.samples = reading->target->samples + 1,
		.rss_bytes = area->count * page_bytes,
		.pss_bytes = pss_of(area),
		.by_mapping = told_by_mapping(guest),
	};
	told->referenced = wss_guest_join(&guest->child, area->pages,
					  area->count, page_bytes,
					  guest->seen.items);
	reading->told = told;
	return reader->reads_pages ? take_pages(guest, area, found) : 0;
}

/* Pages that follow each other and begin below end. */
static size_t in_a_row(const struct wss_guest_page *pages, size_t count,
		       uint64_t end_page)
{
	size_t length = 1;

	while (length < count && pages[length].page < end_page &&
	       pages[length].page == pages[0].page + length)
		length++;
	return length;
}

/* Areas of pages below end that are in no mapping; how many, or an error. */
static ssize_t take_between(struct guest_reading *guest,
			    const struct wss_guest_page *pages, size_t count,
			    uint64_t end_page)
{
	uint32_t shift = host_of(guest)->page_shift;
	size_t at = 0;

	while (at < count && pages[at].page < end_page) {
		size_t length = in_a_row(pages + at, count - at, end_page);
		const struct area area = {
			.start_vaddr = pages[at].page << shift,
			.end_vaddr = (pages[at].page + length) << shift,
			.pages = pages + at,
			.count = length,
		};
		int err = take_area(guest, &area);

		if (err)
			return err;
		at += length;
	}
	return (ssize_t)at;
}

static int take_mapping(struct guest_reading *guest,
			const struct pagemap_mapping *mapping,
			const struct wss_guest_page *pages, size_t count,
			size_t *ret_taken)
{
	uint32_t shift = host_of(guest)->page_shift;
	struct area area = {
		.start_vaddr = pagemap_mapping_start_vaddr(mapping),
		.end_vaddr = pagemap_mapping_end_vaddr(mapping),
		.mapping = mapping,
		.pages = pages,
	};

	while (area.count < count &&
	       pages[area.count].page < area.end_vaddr >> shift)
		area.count++;
	*ret_taken = area.count;
	return take_area(guest, &area);
}

static int take_areas(struct guest_reading *guest)
{
	const struct wss_guest_target *target = guest->reading->target->guest;
	const struct wss_guest_page *pages = guest->pages.items;
	size_t i, taken, at = 0, count = guest->pages.count, mappings = 0;
	uint32_t shift = host_of(guest)->page_shift;
	ssize_t between;
	int err;

	if (target->guest->snapshot->mappings_told)
		mappings = pagemap_process_mapping_count(target->process);
	for (i = 0; i < mappings; i++) {
		const struct pagemap_mapping *mapping =
			pagemap_process_mapping_at(target->process, i);

		between = take_between(guest, pages + at, count - at,
				pagemap_mapping_start_vaddr(mapping) >> shift);
		if (between < 0)
			return (int)between;
		at += (size_t)between;
		err = take_mapping(guest, mapping, pages + at, count - at,
				   &taken);
		if (err)
			return err;
		at += taken;
	}
	between = take_between(guest, pages + at, count - at, UINT64_MAX);
	return between < 0 ? (int)between : 0;
}

int wss_guest_read(struct reading *reading)
{
	struct guest_reading guest = {
		.reading = reading,
		.child.present = &reading->target->guest->present,
	};
	int same = 1, err;

	reading->found->mappings.count = 0;
	reading->reader->told.count = 0;
	reading->written_back = false;
	err = read_child(&guest);
	reading->told_ns = wss_now_ns();
	if (!err)
		same = wss_guest_walk(reading->target->guest, &guest.pages);
	err = err ? err : same < 0 ? same : take_areas(&guest);
	reading->found->pages_told = reading->reader->reads_pages;
	array_free(&guest.child.vmas);
	array_free(&guest.child.seen);
	array_free(&guest.pages);
	array_free(&guest.seen);
	/* The guest went on changing them: what was read is there. */
	return err ? err : same ? 0 : -EAGAIN;
}
