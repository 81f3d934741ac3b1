/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From entries of a pagemap to what a census keeps of a process: tallies of
 * what entries alone can tell, runs of frames that may be shared, swap slots
 * and, where asked, every run of pages.  Does no I/O: pages.c reads and calls
 * it; a test can feed it by hand.
 */
#ifndef PAGEMAP_GATHER_H
#define PAGEMAP_GATHER_H

#include "engine.h"

/* Pages whose bit 56 is enough, so that their frames need not be counted. */
enum gather_trust {
	TRUST_ANON = 1,
	TRUST_FILE = 2,
};

struct gather {
	struct worker *worker;
	struct pagemap_process *process;
	struct pagemap_mapping *mapping;	/* where it stands; NULL: none */
	struct tally *tally;			/* of that, or the process's */
	bool keep_runs;				/* PAGEMAP_DETAIL_PAGES */
	bool keeps_uses;			/* the worker's uses are read:
						   entries are the worker's */
	uint32_t trusted;			/* mask of enum gather_trust */
	bool frames_shown;			/* a PFN of 0 is no frame */
	uint32_t swap_types;
	uint64_t zero_frame;			/* 0: not known */

	/* Whose runs are kept: NULL all, else also of a mapping these pages. */
	const struct pagemap_page_filter *filter;
	uint64_t kept_from;
	uint64_t kept_to;			/* exclusive */

	uint64_t run_first;			/* of frames, being extended */
	uint64_t run_count;
	bool run_anon;

	uint64_t first_page;			/* lowest and highest seen */
	uint64_t last_page;
	uint64_t missing;			/* entries that held nothing */
	uint64_t moving;			/* entries under migration */
	int error;
};

/* How the pages of a piece are to be taken. */
enum gather_as {
	GATHER_PLAIN,
	GATHER_COUNTED,		/* bit 56 lies: THP mapped by a PMD */
	GATHER_HUGETLB,
	GATHER_ZERO,
};

/* Takes entries of pages from first_page on. */
void gather_entries(struct gather *gather, uint64_t first_page,
		    const uint64_t *entries, size_t count, enum gather_as as);

/* count pages from first_page on that are known to be the zero page. */
void gather_zero(struct gather *gather, uint64_t first_page, uint64_t count);

/* Moves to another mapping: what follows is its. */
void gather_enter(struct gather *gather, struct pagemap_mapping *mapping);

/*
 * Reads all pages of a process into it, by scan or by its maps.  -EAGAIN: the
 * process changed meanwhile; what was read is there.
 */
int gather_pages(struct worker *worker, const struct process_ref *ref,
		 struct pagemap_process *process);

/* Ends it: arrays are copied to the process.  0 or -ENOMEM. */
int gather_finish(struct gather *gather);

#endif
