/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine of frames and of texts about all of them, without processes: what
 * reading all of RAM needs.  There is one at a time, which a test fills.
 */
#ifndef TESTS_COMMON_BARE_H
#define TESTS_COMMON_BARE_H

#include "source.h"

#define BARE_SECTION 32768
#define BARE_FRAMES (5 * BARE_SECTION + 100)	/* the last section is cut */

struct bare_machine {
	uint64_t flags[BARE_FRAMES];
	uint64_t counts[BARE_FRAMES];
	const char *meminfo[2];		/* before and after; NULL: not there */
	const char *zoneinfo;
	const char *iomem;
	int looks;			/* at meminfo so far */
	bool has_flags;
	bool ksm_flag;
	int flags_error;
};

extern struct bare_machine bare;

/* An empty machine, and a source that reads it; the caller closes it. */
struct pagemap_source *bare_begin(void);

/* Flags of frames from first up to end. */
void bare_set(uint64_t first, uint64_t end, uint64_t flags);

#endif
