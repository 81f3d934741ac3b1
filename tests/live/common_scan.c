/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where pages are present, see common_scan.h.
 */
#include "common_scan.h"

#include <sys/ioctl.h>

struct region {
	uint64_t start;
	uint64_t end;
	uint64_t categories;
};

struct scan {
	uint64_t size;
	uint64_t flags;
	uint64_t start;
	uint64_t end;
	uint64_t walk_end;
	uint64_t vec;
	uint64_t vec_len;
	uint64_t max_pages;
	uint64_t category_inverted;
	uint64_t category_mask;
	uint64_t category_anyof_mask;
	uint64_t return_mask;
};

#define SCAN_PRESENT (1 << 3)
#define REGIONS 512

void scan_present(int pagemap, struct range range,
		  void (*call)(struct range range, void *context),
		  void *context)
{
	struct region regions[REGIONS];
	struct scan scan = {
		.size = sizeof(scan), .start = range.start, .end = range.end,
		.vec = (uintptr_t)regions, .vec_len = REGIONS,
		.category_anyof_mask = SCAN_PRESENT,
		.return_mask = SCAN_PRESENT,
	};

	while (scan.start < scan.end) {
		int got = ioctl(pagemap, _IOWR('f', 16, struct scan), &scan);

		if (got < 0)
			return;
		for (int i = 0; i < got; i++)
			call((struct range){ regions[i].start,
					     regions[i].end }, context);
		if (scan.walk_end <= scan.start)
			return;
		scan.start = scan.walk_end;
	}
}
