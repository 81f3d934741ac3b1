/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Predicting what a kill gives back, killing, and comparing: by the books of
 * the kernel and by the frames that were mapped.  What is killed and what is
 * to be expected is a row of a table in the test.
 */
#ifndef LIVE_COMMON_DEATH_H
#define LIVE_COMMON_DEATH_H

#include <libpagemap/pagemap.h>

#include "common_cage.h"
#include "common_victim.h"

/* What becomes of the frames of a range. */
enum fate {
	FATE_ANY,
	FATE_FREE,		/* freed, perhaps used again by another */
	FATE_ANON,		/* still anonymous memory */
	FATE_CACHE,		/* clean page cache */
	FATE_DIRTY,		/* page cache to be written */
	FATE_SHMEM,
	FATE_HUGETLB,		/* a page of the pool */
};

/* A part whose size is known beforehand. */
struct expected {
	bool is;		/* false: no more of them */
	enum pagemap_killed_part part;
	uint64_t bytes;
	bool with_own;		/* and what a victim has before it begins */
};

#define PART(part, bytes) { true, PAGEMAP_KILLED_##part, (bytes), false }
#define PART_OWN(part, bytes) { true, PAGEMAP_KILLED_##part, (bytes), true }

struct death {
	const char *name;
	victim_fn make;
	bool partner_alone;	/* the victim lives on, its partner dies */
	struct expected expected[3];
	enum fate fates[MAX_RANGES];	/* of each range that it reports */
	/* Why the cage's books cannot tell, so that frames alone do. */
	const char *apart;
};

/* Predicts, kills, compares, and prints a line of the table. */
void death_check(const struct death *death);

/* One part of a death: what was predicted, and how two books fell. */
struct outcome {
	struct pagemap_value value;
	int64_t cage;
	int64_t machine;
};

/* The same without a judgement. */
void death_watch(const struct death *death, enum pagemap_killed_part part,
		 enum reading reading, struct outcome *ret_outcome);

/* A cmocka test of a row. */
void death_test(void **row);

void death_print_head(void);

#endif
