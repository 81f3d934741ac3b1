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

int share_find_path(const struct share *share, const struct share_row *row,
		    const char **ret_path)
{
	const struct pagemap_process *process =
		pagemap_snapshot_process_at(share->snapshot, row->first);
	uint64_t pages[PAGEMAP_FRAME_KIND_COUNT];
	struct found found = { 0 };
	size_t i;
	int err = 0;

	for (i = 0; i < pagemap_process_mapping_count(process) && !err; i++) {
		const struct pagemap_mapping *mapping =
			pagemap_process_mapping_at(process, i);
		uint64_t more;

		pagemap_sharing_of_mapping(share->sharing, mapping,
					   row->second, pages);
		more = pages_of(pages, row->reason);
		if (more)
			err = add(&found, pagemap_mapping_path(mapping), more);
	}
	if (!err)
		*ret_path = largest(&found);
	free(found.items);
	return err;
}
