/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * In which frames of the host guest RAM lies: by the pagemap of main, and of
 * its children for what main has not mapped now; and what the host's kernel
 * says of these frames.  Who uses them in the guest is not known here.
 */
#include <errno.h>
#include <string.h>

#include "vk_host.h"

/* Entries of a pagemap that are read at a time. */
#define ENTRIES 512

/* Frames of the host that are looked for. */
struct wanted {
	uint64_t pfn;			/* guest frame of the first */
	size_t count;
	uint64_t *host_pfns;
};

/* The part of what is wanted that a piece has: its pages from *ret_skip on. */
static size_t common_part(const struct wanted *wanted,
			  const struct vk_piece *piece, uint64_t *ret_skip,
			  size_t *ret_index)
{
	uint64_t first = piece->first_pfn, end;

	if (__builtin_add_overflow(first, piece->page_count, &end))
		return 0;
	if (first < wanted->pfn)
		first = wanted->pfn;
	if (end > wanted->pfn + wanted->count)
		end = wanted->pfn + wanted->count;
	if (first >= end)
		return 0;
	*ret_skip = first - piece->first_pfn;
	*ret_index = (size_t)(first - wanted->pfn);
	return (size_t)(end - first);
}

static bool any_missing(const uint64_t *host_pfns, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (host_pfns[i] == PAGEMAP_PFN_UNKNOWN)
			return true;
	return false;
}

static ssize_t fill_block(struct pagemap_source *host,
			  const struct pages_file *pages, uint64_t vpn,
			  uint64_t *host_pfns, size_t count)
{
	uint64_t entries[ENTRIES];
	ssize_t i, got;

	got = host->ops->read_entries(pages, vpn, entries,
				      count < ENTRIES ? count : ENTRIES);
	for (i = 0; i < got; i++) {
		struct pagemap_page page =
			pagemap_decode_entry(entries[i], host->swap_types);

		if (page.mapped && host_pfns[i] == PAGEMAP_PFN_UNKNOWN)
			host_pfns[i] = page.pfn;
	}
	return got;
}

/* What a process that has been opened knows of a piece. */
static int fill_piece(struct pagemap_source *host,
		      const struct pages_file *pages,
		      const struct vk_piece *piece, struct wanted *wanted)
{
	uint64_t skip;
	size_t index, count = common_part(wanted, piece, &skip, &index);

	if (!count || !any_missing(wanted->host_pfns + index, count))
		return 0;
	while (count) {
		ssize_t got = fill_block(host, pages, piece->start_vpn + skip,
					 wanted->host_pfns + index, count);

		if (got <= 0)
			return (int)got;
		skip += (uint64_t)got;
		index += (size_t)got;
		count -= (size_t)got;
	}
	return 0;
}

/* Whether a process has a piece that may tell of what is still missing. */
static bool may_help(const struct array *pieces, const struct wanted *wanted)
{
	const struct vk_piece *piece = pieces->items;
	uint64_t skip;
	size_t i, index, count;

	for (i = 0; i < pieces->count; i++) {
		count = piece[i].is_private ? 0 :
			common_part(wanted, &piece[i], &skip, &index);
		if (count && any_missing(wanted->host_pfns + index, count))
			return true;
	}
	return false;
}

static int fill_pieces(struct pagemap_source *host,
		       const struct pages_file *pages,
		       const struct array *pieces, struct wanted *wanted)
{
	const struct vk_piece *piece = pieces->items;
	size_t i;
	int err = 0;

	for (i = 0; i < pieces->count && !err; i++)
		if (!piece[i].is_private)
			err = fill_piece(host, pages, &piece[i], wanted);
	return err;
}

static int fill_from(struct pagemap_source *host, pid_t pid,
		     const struct array *pieces, struct wanted *wanted)
{
	struct process_ref ref;
	struct pages_file pages;
	int err;

	if (!may_help(pieces, wanted))
		return 0;
	err = host->ops->open_process(host, pid, &ref);
	if (err)
		return err;
	err = host->ops->open_pages(host, &ref, &pages);
	if (!err) {
		err = fill_pieces(host, &pages, pieces, wanted);
		host->ops->close_pages(&pages);
	}
	host->ops->close_process(&ref);
	return err;
}

int vk_host_frames(struct pagemap_source *host, const struct vk_found *found,
		   uint64_t pfn, size_t count, uint64_t *ret_host_pfns)
{
	struct wanted wanted = { pfn, count, ret_host_pfns };
	const struct vk_child *children = found->children.items;
	size_t i;
	int err;

	for (i = 0; i < count; i++)
		ret_host_pfns[i] = PAGEMAP_PFN_UNKNOWN;
	if (!pagemap_source_has_feature(host, PAGEMAP_FEATURE_PFN))
		return 0;
	err = fill_from(host, found->facts.pid, &found->mapped, &wanted);
	/* A child that ends meanwhile has no frames any more, and main all. */
	for (i = 0; i < found->children.count && !err; i++)
		if (fill_from(host, children[i].pid, &children[i].pieces,
			      &wanted) == -ENOMEM)
			err = -ENOMEM;
	return err == -ENOENT || err == -ESTALE ? -ESRCH : err;
}

/* ---- What the host's kernel says of them --------------------------------- */

/* How many of them follow each other. */
static size_t stretch_of(const uint64_t *pfns, size_t count)
{
	size_t length = 1;

	while (length < count && pfns[length] == pfns[0] + length)
		length++;
	return length;
}

void vk_host_flags(struct pagemap_source *host, const uint64_t *host_pfns,
		   size_t count, uint64_t *ret_flags)
{
	bool known = pagemap_source_has_feature(host,
						PAGEMAP_FEATURE_KPAGEFLAGS);
	size_t at = 0, i;

	for (i = 0; i < count; i++)
		ret_flags[i] = PAGEMAP_FLAGS_UNKNOWN;
	while (known && at < count) {
		size_t length = stretch_of(host_pfns + at, count - at);
		ssize_t got = 0;

		/* Frame 0 is nobody's, and what is not known has none. */
		if (host_pfns[at] != PAGEMAP_PFN_UNKNOWN && host_pfns[at])
			got = host->ops->read_frames(host, FRAME_FLAGS,
						     host_pfns[at],
						     ret_flags + at, length);
		at += got > 0 ? (size_t)got : length;
	}
}
