/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a page frame is and how often it is used.
 */
#ifndef KPAGEMAP_FRAME_H
#define KPAGEMAP_FRAME_H

#include "../uapi/kpagemap.h"

/* What a walk over rising frames remembers; begins as all zeros. */
struct frame_walk {
	unsigned long free_end;	/* of the free block that was seen last */
};

/* One above the last frame that has a struct page. */
unsigned long frames_end(void);

void frame_record(struct frame_walk *walk, unsigned long pfn,
		  struct kpagemap_record *record);

#endif
