/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages in classes, as a map shows them: by what stands at an address, and by
 * how many processes share it.  One table says letter, name and meaning.
 */
#ifndef TOOLS_PAGE_CLASS_H
#define TOOLS_PAGE_CLASS_H

#include <libpagemap/pagemap.h>

/* By what a map tells pages apart. */
enum page_by {
	PAGE_BY_STATE,
	PAGE_BY_SHARERS,
	PAGE_BY_COUNT
};

/* What stands at a page's address. */
enum page_class {
	CLASS_ABSENT,
	CLASS_ANON,
	CLASS_FILE,
	CLASS_SHMEM,
	CLASS_HUGE,
	CLASS_HUGETLB,
	CLASS_KSM,
	CLASS_SWAPPED,
	CLASS_ZERO,
	CLASS_GUARD,
	CLASS_MARKER,
	CLASS_MOVING,
	CLASS_DEVICE,
	CLASS_MAPPED,		/* a page of a guest: what backs it nobody says */
	CLASS_COUNT
};

/* How many processes map its frame. */
enum sharer_class {
	SHARERS_ABSENT,		/* no page there */
	SHARERS_ONE,
	SHARERS_TWO,
	SHARERS_FEW,		/* 3 and 4 */
	SHARERS_8,		/* 5 to 8 */
	SHARERS_16,
	SHARERS_64,
	SHARERS_MORE,
	SHARERS_UNKNOWN,	/* a frame, but who maps it was not seen */
	SHARERS_NO_FRAME,	/* swapped, zero, guard: not in RSS */
	SHARERS_COUNT
};

/* The most that either has. */
#define PAGE_CLASSES CLASS_COUNT

struct page_class_row {
	char letter;		/* lower case: a cell of many may be capital */
	unsigned char style;	/* enum style */
	const char *name;	/* short, for a legend */
	const char *help;
};

/* How many classes there are of a kind. */
size_t page_class_count(enum page_by by);

/* The row of a class.  Static storage. */
const struct page_class_row *page_class_row(enum page_by by,
					    unsigned int number);

/* The class of a run's pages in a mapping of some kind. */
enum page_class page_class_of(const struct pagemap_run *run,
			      enum pagemap_mapping_kind kind);

/* The same by sharers. */
enum sharer_class sharer_class_of(const struct pagemap_run *run);

#endif
