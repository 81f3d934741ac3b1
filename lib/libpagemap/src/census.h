/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Figures out of a settled census: what the frames of a run are worth to one
 * of their sharers, and from that the figures of mappings, processes and
 * groups.
 */
#ifndef PAGEMAP_CENSUS_H
#define PAGEMAP_CENSUS_H

#include "snapshot.h"

/* A page is divided into this many parts: PSS in fixed point. */
#define CENSUS_UNIT_SHIFT 32

/* Sums over pages that may be shared. */
struct weighed {
	uint64_t pages;		/* resident */
	uint64_t anon_pages;
	uint64_t zero_pages;
	uint64_t hugetlb_pages;
	uint64_t sole_units;	/* one sharer; of CENSUS_UNIT_SHIFT */
	uint64_t sole_low;	/* one sharer for sure */
	uint64_t units;		/* PSS */
	uint64_t units_low;
	uint64_t units_high;
};

/* What all that a mm maps is worth to it: each frame once. */
void census_weigh_process(const struct pagemap_process *process,
			  struct weighed *ret_weighed);

/*
 * What a mapping holds: of a frame that its mm maps k times, each of the k
 * mappings has 1/k.
 */
void census_weigh_mapping(const struct pagemap_mapping *mapping,
			  struct weighed *ret_weighed);

/* The same for some of the swap slots of a mm. */
void census_weigh_swap(const struct pagemap_process *process,
		       struct slice slice, struct weighed *weighed);

/* Figures from a tally and what its runs weigh. */
void census_figures(const struct pagemap_snapshot *snapshot,
		    const struct tally *tally, const struct weighed *weighed,
		    const struct weighed *swap, struct figures *ret_figures);

/* The figures of a mapping. */
void census_mapping_figures(const struct pagemap_mapping *mapping,
			    struct figures *ret_figures);

/* units of CENSUS_UNIT_SHIFT to bytes, rounded down. */
uint64_t census_units_to_bytes(const struct pagemap_snapshot *snapshot,
			       uint64_t units);

/* What settle.c does for the engine. */
int census_settle(struct pagemap_source *source,
		  struct pagemap_snapshot *snapshot);

/*
 * Finds what each counted frame holds, where that was asked for.  It may add
 * slots: arrays beside the table come later.
 */
int kinds_settle(struct pagemap_source *source,
		 struct pagemap_snapshot *snapshot);

/* Splits the kept runs of pages by flags and sharers. */
int runs_settle(struct pagemap_source *source,
		struct pagemap_snapshot *snapshot);

#endif
