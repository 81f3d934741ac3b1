/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Inside of a prediction: sums with bounds, and what its parts hand to each
 * other.  killed.c sorts the frames, killed_files.c knows which files die,
 * killed_hugetlb.c the pool of huge pages, killed_system.c the rest.
 */
#ifndef PAGEMAP_KILLED_H
#define PAGEMAP_KILLED_H

#include "parse.h"
#include "sharing.h"
#include "source.h"

/* Pages or bytes that are known within bounds. */
struct amount {
	uint64_t low;
	uint64_t value;
	uint64_t high;
};

/* A part as it grows.  Bytes. */
struct part {
	struct amount bytes;
	enum pagemap_reason reason;	/* of the bounds */
	enum pagemap_reason estimated;	/* NONE: it is no estimate */
	enum pagemap_reason missing;	/* NONE: it is known */
};

/* Frames that members alone map, by what they hold. */
struct sole_frames {
	uint64_t pages[PAGEMAP_FRAME_KIND_COUNT];
	uint64_t unseen[PAGEMAP_FRAME_KIND_COUNT]; /* of these, such as others,
						      who are not seen, map */
};

/* As maps names a file.  SysV segments have numbers of their own. */
struct file_key {
	dev_t dev;
	uint64_t inode;
	bool sysv;
};

int file_key_compare(const struct file_key *a, const struct file_key *b);

/* The key of what a mapping maps. */
struct file_key file_key_of(const struct pagemap_mapping *mapping);

struct killed {
	struct pagemap_source *source;
	const struct pagemap_sharing *sharing;
	const struct pagemap_snapshot *snapshot;
	const bool *dies;		/* by index of process */
	bool *node_dies;		/* by node: every member of it dies, */
	bool *node_mixed;		/* or some do, and some live */
	struct sole_frames sole;
	uint64_t shared_pages;		/* members and others map them, or the
					   rest of their huge page */
	struct array huge_files;	/* files in hugetlb that die: file_key */
	struct amount huge_file_bytes;	/* all that these have */
	struct part parts[PAGEMAP_KILLED_PART_COUNT];
};

static inline bool killed_reads(const struct killed *killed, size_t process)
{
	return process_is_measured(&killed->snapshot->processes[process]);
}

/* Adds to a part; the reason says why low and high differ, if they do. */
void killed_add(struct killed *killed, enum pagemap_killed_part part,
		struct amount bytes, enum pagemap_reason reason);

void killed_estimate(struct killed *killed, enum pagemap_killed_part part,
		     enum pagemap_reason reason);

/* Sorts numbered runs, and joins those that touch or lie on each other. */
struct killed_run {
	uint64_t first;
	uint64_t count;
};
void killed_unite(struct array *runs);

/* How many of the numbers of united runs are not in others, united too. */
uint64_t killed_count_without(const struct array *runs,
			      const struct array *others);

/*
 * Takes the entries of some mappings of a process, those that may hold pages,
 * as they are now.  wanted and take are asked with the context; a process that
 * has ended has none.  0 or what take gave.
 */
typedef bool (*wanted_fn)(const struct pagemap_mapping *mapping);
typedef int (*take_fn)(void *context, const struct pagemap_mapping *mapping,
		       const uint64_t *entries, size_t count);
int killed_walk(struct killed *killed, const struct pagemap_process *process,
		wanted_fn wanted, take_fn take, void *context);

/* Anonymous pages that the kernel gives to one alone: no table has them. */
bool killed_has_exclusive(const struct pagemap_mapping *mapping);
bool killed_is_exclusive(const struct killed *killed, uint64_t entry,
			 uint64_t *ret_pfn);

/* ---- killed_folios.c ---------------------------------------------------- */

/*
 * Pages that only members map, of huge pages of which others map a part, move
 * to the shared ones: they are not freed before that one is split.
 */
int killed_folios(struct killed *killed);

/* ---- killed_files.c ---------------------------------------------------- */

/*
 * Files in memory and files without a name that members use: frames of those
 * that die with them move from the sole ones to the parts, and of those that
 * do not to where they belong.  0 or -ENOMEM.
 */
int killed_files(struct killed *killed);

/* ---- killed_hugetlb.c, after killed_files ------------------------------ */

/* Whether a mapping has pages of hugetlb. */
static inline bool killed_is_hugetlb(const struct pagemap_mapping *mapping)
{
	return mapping->kind == PAGEMAP_MAPPING_HUGETLB ||
	       mapping->tally.hugetlb_private || mapping->tally.hugetlb_shared;
}

int killed_hugetlb(struct killed *killed);

/* ---- killed_system.c --------------------------------------------------- */

/* Negative errno where there is none, or it was not understood. */
int killed_meminfo(struct killed *killed, struct proc_meminfo *ret_meminfo);

/* Page tables, kernel stacks, and members that could not be read. */
int killed_system(struct killed *killed);

/* ---- killed_swap.c ----------------------------------------------------- */

/* Slots of swap, also of pages that are in RAM and have one as well. */
int killed_swap(struct killed *killed);

#endif
