/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The figures of one thing (mapping, process, group) with their quality, in
 * the compact form that a snapshot keeps; the public struct pagemap_usage is
 * made from it on demand.
 */
#ifndef PAGEMAP_FIGURES_H
#define PAGEMAP_FIGURES_H

#include <libpagemap/pagemap.h>

/* Only the sizes of a ranking row can have bounds: they come first. */
#define FIGURES_BOUNDABLE (PAGEMAP_SWAP_PSS + 1)

struct figures {
	uint64_t bytes[PAGEMAP_METRIC_COUNT];
	uint64_t low[FIGURES_BOUNDABLE];
	uint64_t high[FIGURES_BOUNDABLE];
	uint64_t known;		/* masks of metrics */
	uint64_t bounded;
	uint64_t estimated;
	uint64_t denied;	/* unknown for want of permission */
	uint8_t bounded_reason;	/* enum pagemap_reason */
	uint8_t estimated_reason;
	uint8_t missing_reason;	/* of all others that are unknown */
};

void figures_set(struct figures *figures, enum pagemap_metric metric,
		 uint64_t bytes);

/* Not known after all. */
void figures_unset(struct figures *figures, enum pagemap_metric metric);

/* low <= bytes <= high; equal ones make it exact. */
void figures_bound(struct figures *figures, enum pagemap_metric metric,
		   uint64_t low, uint64_t bytes, uint64_t high);

void figures_estimate(struct figures *figures, uint64_t metrics,
		      enum pagemap_reason reason);

/* Adds what is known in both; what one lacks is unknown in the sum. */
void figures_add(struct figures *sum, const struct figures *more);

/* One of them. */
struct pagemap_value figures_value(const struct figures *figures,
				   uint64_t asked, enum pagemap_metric metric);

/* asked: metrics that the snapshot was to read; others were not asked for. */
void figures_to_usage(const struct figures *figures, uint64_t asked,
		      struct pagemap_usage *ret_usage);

#endif
