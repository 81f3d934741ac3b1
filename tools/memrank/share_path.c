/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which file, or other mapping, two processes share most of.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "share.h"

/* Pages of mappings of one name. */
struct named_pages {
	const char *path;
	uint64_t pages;
};

struct found {
	struct named_pages *items;
	size_t count;
	size_t capacity;
};

/* Which kinds of frames a reason stands for. */
static uint64_t pages_of(const uint64_t *pages, enum share_reason reason)
{
	switch (reason) {
	case SHARE_FORK:
		return pages[PAGEMAP_FRAME_ANON];
	case SHARE_FILE:
		return pages[PAGEMAP_FRAME_FILE] +
		       pages[PAGEMAP_FRAME_FILE_DIRTY];
	case SHARE_SHMEM:
		return pages[PAGEMAP_FRAME_SHMEM];
	case SHARE_KSM:
		return pages[PAGEMAP_FRAME_KSM];
	default:
		return pages[PAGEMAP_FRAME_UNKNOWN];
	}
}

static int add(struct found *found, const char *path, uint64_t pages)
{
	struct named_pages *last = found->count ?
				   &found->items[found->count - 1] : NULL;

	/* A file's mappings follow each other. */
	if (last && !strcmp(last->path, path)) {
		last->pages += pages;
		return 0;
	}
	if (found->count == found->capacity) {
		size_t capacity = found->capacity * 2 + 32;
		struct named_pages *items = realloc(found->items,
						    capacity * sizeof(*items));

		if (!items)
			return -ENOMEM;
		found->items = items;
		found->capacity = capacity;
	}
	found->items[found->count++] = (struct named_pages){ path, pages };
	return 0;
}

static int compare_paths(const void *a, const void *b)
{
	const struct named_pages *x = a, *y = b;

	return strcmp(x->path, y->path);
}

/* The name with the most pages, of equal ones the first by letters. */
static const char *largest(struct found *found)
{
	const struct named_pages *best = NULL;
	size_t i;

	if (!found->count)
		return NULL;
	qsort(found->items, found->count, sizeof(*found->items),
	      compare_paths);
	for (i = 0; i < found->count; i++) {
		struct named_pages *item = &found->items[i];

		if (i && !strcmp(item[-1].path, item->path))
			item->pages += item[-1].pages;
		if (!best || item->pages > best->pages)
			best = item;
	}
	return *best->path ? best->path : NULL;
}

/* ---- Whom the mappings of a process are shared with -------------------- */

/* Pages of a mapping that are in one set. */
struct part {
	const char *path;
	struct pagemap_share_set set;
	uint64_t pages[PAGEMAP_FRAME_KIND_COUNT];
};

/* The parts of all mappings of the process that is first in some rows. */
struct parts {
	struct part *items;
	size_t count;
	size_t capacity;
};

static int add_part(const struct share *share, const char *path,
		    const struct pagemap_share_part *from, struct parts *parts)
{
	struct part *part;

	if (parts->count == parts->capacity) {
		size_t capacity = parts->capacity * 2 + 256;
		struct part *items = realloc(parts->items,
					     capacity * sizeof(*items));

		if (!items)
			return -ENOMEM;
		parts->items = items;
		parts->capacity = capacity;
	}
	part = &parts->items[parts->count];
	part->path = path;
	memcpy(part->pages, from->pages, sizeof(part->pages));
	pagemap_sharing_set_at(share->sharing, from->set, &part->set);
	/* What it has alone is shared with nobody. */
	parts->count += part->set.member_count > 1;
	return 0;
}

static int find_parts(const struct share *share, uint32_t first,
		      struct parts *parts)
{
	const struct pagemap_process *process =
		pagemap_snapshot_process_at(share->snapshot, first);
	size_t i, k;
	int err = 0;

	parts->count = 0;
	for (i = 0; i < pagemap_process_mapping_count(process) && !err; i++) {
		const struct pagemap_mapping *mapping =
			pagemap_process_mapping_at(process, i);
		const char *path = pagemap_mapping_path(mapping);
		struct pagemap_share_part *from;
		size_t count;

		err = pagemap_sharing_parts(share->sharing, mapping, &from,
					    &count);
		if (err)
			break;
		for (k = 0; k < count && !err; k++)
			err = add_part(share, path, &from[k], parts);
		free(from);
	}
	return err;
}

static int compare_members(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static int find_path(const struct parts *parts, struct found *found,
		     struct share_row *row)
{
	size_t i;
	int err = 0;

	found->count = 0;
	for (i = 0; i < parts->count && !err; i++) {
		const struct part *part = &parts->items[i];
		uint64_t pages = pages_of(part->pages, row->reason);

		if (pages && bsearch(&row->second, part->set.members,
				     part->set.member_count, sizeof(uint32_t),
				     compare_members))
			err = add(found, part->path, pages);
	}
	if (!err)
		row->path = largest(found);
	return err;
}

static int compare_firsts(const void *a, const void *b)
{
	const struct share_row *x = *(struct share_row *const *)a;
	const struct share_row *y = *(struct share_row *const *)b;

	return (x->first > y->first) - (x->first < y->first);
}

/* Rows with the same first one after the other, so that it is looked at once. */
static struct share_row **sort_by_first(const struct share *share)
{
	struct share_row **sorted = calloc(share->count + 1, sizeof(*sorted));
	size_t i;

	if (!sorted)
		return NULL;
	for (i = 0; i < share->count; i++)
		sorted[i] = &share->rows[i];
	qsort(sorted, share->count, sizeof(*sorted), compare_firsts);
	return sorted;
}

int share_find_paths(const struct share *share)
{
	struct share_row **sorted = sort_by_first(share);
	struct parts parts = { 0 };
	struct found found = { 0 };
	int err = sorted ? 0 : -ENOMEM;
	size_t i;

	for (i = 0; i < share->count && !err; i++) {
		if (!i || sorted[i - 1]->first != sorted[i]->first)
			err = find_parts(share, sorted[i]->first, &parts);
		if (!err)
			err = find_path(&parts, &found, sorted[i]);
	}
	free(parts.items);
	free(found.items);
	free(sorted);
	return err;
}
