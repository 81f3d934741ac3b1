/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Figures of working sets: pure functions from what was told of a mapping to
 * values with their qualities, and sums of these.
 */
#ifndef PAGEMAP_WSS_FIGURES_H
#define PAGEMAP_WSS_FIGURES_H

#include <libpagemap/pagemap.h>

/* What was told of the pages of a mapping; in pages. */
struct page_counts {
	uint64_t resident;
	uint64_t access_told;		/* of these: it is known whether used */
	uint64_t accessed;
	uint64_t write_told;
	uint64_t written;		/* for certain */
	uint64_t maybe_written;		/* of the others */
	uint64_t cold;			/* told, and used in no interval */
	uint64_t within[PAGEMAP_WSS_AGES];
};

/* What a method that tells by mapping found in the intervals before. */
struct wss_history {
	uint64_t start_vaddr;
	uint64_t end_vaddr;		/* exclusive */
	uint64_t used_sum;		/* of all intervals: not less was used */
	uint64_t used_most;		/* in one of them, for certain */
};

/* All that the figures of a mapping are made of. */
struct wss_told {
	uint32_t page_bytes;
	uint64_t samples;		/* with this one */
	uint64_t rss_bytes;		/* smaps */
	uint64_t pss_bytes;
	uint64_t file_bytes;		/* of RSS, at most: not anonymous */
	bool averaged;			/* the kernel's PSS is an estimate */
	bool uncounted;			/* hugetlb, or a device's: not in RSS,
					   its uses are not told */
	bool changed;			/* while it was read */
	bool by_mapping;		/* referenced was told so: */
	struct pagemap_value referenced;
	struct page_counts pages;	/* resident 0: none read */
	const struct wss_history *history; /* NULL: first interval, or new */
};

struct pagemap_value wss_value_exact(uint64_t bytes);
struct pagemap_value wss_value_unknown(enum pagemap_reason reason);

/* Exact where low is high. */
struct pagemap_value wss_value_between(uint64_t low, uint64_t bytes, uint64_t high,
				   enum pagemap_reason reason);

/* The figures of one mapping. */
void wss_figures_make(const struct wss_told *told,
		      struct pagemap_wss_figures *ret_figures);

/* All unavailable. */
void wss_figures_unknown(enum pagemap_reason reason,
			 struct pagemap_wss_figures *ret_figures);

/* How many figures a mapping has. */
#define WSS_FIGURES \
	(sizeof(struct pagemap_wss_figures) / sizeof(struct pagemap_value))

/* Figures of mappings added up; zeroed: of none. */
struct wss_sum {
	struct {
		struct pagemap_value sum;	/* of those that are known */
		uint64_t missing_bytes;		/* RSS of the others */
		enum pagemap_reason missing_reason;
		bool known;			/* of some with an RSS it is */
	} of[WSS_FIGURES];
};

void wss_sum_add(struct wss_sum *sum, const struct pagemap_wss_figures *more);

/*
 * Of a mapping whose figure is not known between nothing and its RSS belongs
 * to the sum: it is then bounded, or unavailable if nothing at all was known.
 */
void wss_sum_finish(const struct wss_sum *sum,
		    struct pagemap_wss_figures *ret_figures);

/* What the next interval has to know of a mapping that was told whole. */
struct wss_history wss_history_next(const struct wss_history *history,
				    uint64_t start_vaddr, uint64_t end_vaddr,
				    const struct pagemap_value *referenced);

#endif
