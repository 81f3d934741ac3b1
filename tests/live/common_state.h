/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One state of pages and what must be said of it, by the oracle and by both
 * engines.  A state is a row of a table in a test; this checks a row.
 */
#ifndef LIVE_COMMON_STATE_H
#define LIVE_COMMON_STATE_H

#include "common_measure.h"

/* Pages as bytes, and KiB as bytes. */
#define P(pages) ((pages) * PAGE)

struct known {
	enum pagemap_metric metric;
	uint64_t bytes;
};

struct state {
	const char *name;
	victim_fn make;
	uint64_t rss;
	uint64_t pss;
	uint64_t uss;
	/* Where the kernel's definition gives another figure. */
	bool kernel_differs;
	uint64_t kernel_pss;
	uint64_t kernel_uss;
	/* The partner's figures are the same. */
	bool partner_too;
	/* Exact in the kernel's engine; in the census too if it knows them. */
	struct known known[5];
	/* Metrics on which the engines rightly differ. */
	uint64_t differing;
};

/* Makes the state and checks it; skips if it cannot be made. */
void state_check(const struct state *state);

/* A cmocka test of a row. */
void state_test(void **row);

#endif
