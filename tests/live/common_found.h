/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a session finds of a truth target, beside the truth.  For live tests
 * and guests; what is right is theirs to say.
 */
#ifndef LIVE_COMMON_FOUND_H
#define LIVE_COMMON_FOUND_H

#include <libpagemap/pagemap.h>

#include "common_truth.h"

enum found_while {
	FOUND_ASKED,		/* the set is used once, in the interval */
	FOUND_RUNNING,		/* over and over, also while accesses are
				   forgotten and read */
};

struct found {
	struct pagemap_value referenced;	/* of the target's memory */
	struct pagemap_value written;
	bool pages_told;
	uint32_t missed;	/* pages of the set that were not found, */
	uint32_t beyond;	/* others that were; of pages_told, and of
				   writes where no method tells of each page
				   whether it was used */
};

/* Measures an interval by a mask of methods.  0 or the session's error. */
int found_by(struct pagemap_source *source, uint32_t methods,
	     struct truth *truth, enum found_while when,
	     struct found *ret_found);

/*
 * Whether a value is true: the very number if it is exact, between its bounds
 * if it has some.  A value that is not known is not.
 */
bool found_is_true(const struct pagemap_value *value, uint64_t truth);

/* "4096" or "4096 (0..8192)" or "-". */
const char *found_text(const struct pagemap_value *value, char text[64]);

#endif
