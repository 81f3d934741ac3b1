/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading the pages of one process: the state that pages.c and ahead.c share.
 */
#ifndef PAGEMAP_PAGES_H
#define PAGEMAP_PAGES_H

#include "gather.h"

struct reading {
	struct gather gather;
	struct worker *worker;
	struct pages_file pages;
	size_t next_mapping;		/* at or after where it stands */
	uint64_t block_pages;		/* that one PMD maps */
	bool flags_shown;
	bool scanned;			/* a scan tells what is huge */
	bool outside;			/* pages in no mapping were seen */
	uint64_t expected;		/* pages yet to be found; long mappings */
};

/*
 * Reads count entries, at most WORKER_ENTRIES, into the worker's buffer;
 * those that are not given read as empty.
 */
int reading_read(struct reading *reading, uint64_t page, size_t count);

/* Takes them; bits are those of the extent that they are of. */
void reading_gather(struct reading *reading, uint64_t page,
		    const uint64_t *entries, size_t count, uint32_t bits);

/* Sets zero_frame, and reads_ahead where reading ahead is enough. */
void ahead_prepare(struct pagemap_source *source,
		   struct pagemap_snapshot *snapshot);

/* Reads all pages so.  0 or a negative errno. */
int ahead_read(struct reading *reading);

#endif
