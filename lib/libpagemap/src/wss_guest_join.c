/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the host tells of a child's mappings, joined with the pages of a guest
 * process: bounds of how much of these was used.  Pure.
 *
 * Of a mapping the host tells one number.  Pages of it that are doubtful may
 * count there and not have been used: those that others may have used, and
 * those that came since, as a fault brings the neighbours of its page too.
 */
#include "wss_guest.h"

/* A fault brings pages of one such window at most: fault_around_bytes. */
#define WINDOW_BYTES 65536

/* Pages of one mapping of the child and one call. */
struct part {
	size_t vma;
	uint64_t pages;
	uint64_t doubtful;
	uint64_t windows;		/* with pages that came: one was used */
	uint64_t window;		/* the last of them */
};

struct sum {
	uint64_t low;			/* bytes */
	uint64_t value;
	uint64_t high;
	enum pagemap_reason reason;
};

static uint64_t less_down_to_0(uint64_t from, uint64_t bytes)
{
	return from > bytes ? from - bytes : 0;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void part_begin(struct part *part, size_t vma)
{
	*part = (struct part){ .vma = vma, .window = UINT64_MAX };
}

static void part_add(struct part *part, const struct wss_guest_seen *seen,
		     uint64_t window_pages)
{
	part->pages++;
	part->doubtful += seen->came || seen->marked;
	if (!seen->came || seen->page / window_pages == part->window)
		return;
	part->window = seen->page / window_pages;
	part->windows++;
}

/* Pages of the mapping that are in no part of ours may be the used ones. */
static void part_end(const struct part *part,
		     const struct wss_guest_child *child, uint32_t page_bytes,
		     struct sum *sum)
{
	const struct wss_guest_vma *vma;
	uint64_t others, low, high;

	if (!part->pages)
		return;
	vma = (const struct wss_guest_vma *)child->vmas.items + part->vma;
	if (!vma->told)
		return;
	others = less_down_to_0(vma->present, part->pages);
	low = less_down_to_0(vma->referenced.low,
			     (others + part->doubtful) * page_bytes);
	if (!others)
		low += least(part->windows * page_bytes, vma->referenced.low);
	high = least(vma->referenced.high, part->pages * page_bytes);
	sum->low += least(low, high);
	sum->value += least(vma->referenced.value, high);
	sum->high += high;
	if (!sum->reason)
		sum->reason = vma->referenced.reason;
}

static const struct wss_guest_seen *seen_at(const struct wss_guest_child *child,
					    uint64_t page)
{
	const struct wss_guest_seen *seen = child->seen.items;
	size_t i = child->next_seen;

	return i < child->seen.count && seen[i].page == page ? &seen[i] : NULL;
}

/* Moves on to a page, which is not below the last one. */
static void move_to(struct wss_guest_child *child, uint64_t page)
{
	const struct wss_guest_seen *seen = child->seen.items;
	const struct wss_pages *present = child->present->items;

	while (child->next_seen < child->seen.count &&
	       seen[child->next_seen].page < page)
		child->next_seen++;
	while (child->next_present < child->present->count &&
	       present[child->next_present].first_page +
			       present[child->next_present].count <= page)
		child->next_present++;
}

static bool was_present(const struct wss_guest_child *child, uint64_t page)
{
	const struct wss_pages *present = child->present->items;
	size_t i = child->next_present;

	return i < child->present->count && present[i].first_page <= page;
}

struct pagemap_value wss_guest_join(struct wss_guest_child *child,
				    const struct wss_guest_page *pages,
				    size_t count, uint32_t page_bytes,
				    size_t *ret_seen)
{
	uint64_t window_pages = page_bytes < WINDOW_BYTES ?
		WINDOW_BYTES / page_bytes : 1;
	struct sum sum = { 0 };
	struct part part;

	part_begin(&part, 0);
	for (size_t i = 0; i < count; i++) {
		const struct wss_guest_seen *seen;

		move_to(child, pages[i].page);
		seen = seen_at(child, pages[i].page);
		ret_seen[i] = seen ? child->next_seen :
			was_present(child, pages[i].page) ? WSS_GUEST_GONE :
							    WSS_GUEST_ABSENT;
		if (!seen) {
			/* It may have been used before it was taken away. */
			if (ret_seen[i] == WSS_GUEST_GONE)
				sum.high += page_bytes;
			continue;
		}
		if (seen->vma != part.vma) {
			part_end(&part, child, page_bytes, &sum);
			part_begin(&part, seen->vma);
		}
		part_add(&part, seen, window_pages);
	}
	part_end(&part, child, page_bytes, &sum);
	return wss_value_between(sum.low, sum.value, sum.high,
				 sum.reason ? sum.reason :
					      PAGEMAP_REASON_REMAPPED);
}
