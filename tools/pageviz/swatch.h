/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a colour stands for.  How each looks, in the dark, in the light, on
 * paper and for eyes that see fewer colours, is in theme.h.
 */
#ifndef PAGEVIZ_SWATCH_H
#define PAGEVIZ_SWATCH_H

enum swatch {
	SWATCH_NOTHING,		/* outside of the map */
	SWATCH_GAP,		/* not mapped, or a hole in RAM */
	SWATCH_ABSENT,		/* mapped, and nothing there yet */
	SWATCH_UNKNOWN,		/* a page, but this is not known of it */
	SWATCH_PLAIN,		/* known, and nothing of note */
	SWATCH_NO_FRAME,	/* swapped, zero, guard ...: none is asked of it */
	SWATCH_ASIDE_CACHE,	/* frames that no process maps, where it is asked
				   who does: calm, so that the answer is seen */
	SWATCH_ASIDE_KERNEL,
	SWATCH_ASIDE_TABLES,	/* the same of a vkernel's RAM */
	SWATCH_ASIDE_STUBS,
	SWATCH_ASIDE_ZERO,
	SWATCH_FREE,
	SWATCH_ANON,
	SWATCH_ANON_UNMAPPED,
	SWATCH_HUGE,
	SWATCH_KSM,
	SWATCH_FILE,		/* page cache that is mapped */
	SWATCH_FILE_CLEAN,	/* page cache that nobody maps */
	SWATCH_FILE_DIRTY,
	SWATCH_BUFFERS,
	SWATCH_SHMEM,
	SWATCH_SHMEM_UNMAPPED,
	SWATCH_HUGETLB,
	SWATCH_HUGETLB_FREE,
	SWATCH_SWAP,
	SWATCH_ZERO,
	SWATCH_GUARD,
	SWATCH_MARKER,
	SWATCH_MOVING,
	SWATCH_DEVICE,
	SWATCH_SLAB,
	SWATCH_PAGE_TABLES,
	SWATCH_KERNEL,
	SWATCH_KERNEL_2,
	SWATCH_RESERVED,
	SWATCH_OFFLINE,
	SWATCH_BROKEN,
	SWATCH_ACTIVE,		/* flags */
	SWATCH_INACTIVE,
	SWATCH_WRITEBACK,
	SWATCH_LOCKED,
	SWATCH_UNEVICTABLE,
	SWATCH_CAME,		/* since the base picture */
	SWATCH_WENT,
	SWATCH_UNMAPPED,	/* went, with all of its mapping */
	SWATCH_COPIED,		/* has a frame of its own since it was written */
	SWATCH_MOVED,
	SWATCH_CHANGED,
	SWATCH_MORE,		/* more processes share it */
	SWATCH_FEWER,
	SWATCH_HANDS,		/* others share it than did */
	SWATCH_RAMP_0,		/* a quantity that rises: sharers, age */
	SWATCH_RAMP_7 = SWATCH_RAMP_0 + 7,
	SWATCH_OWNER_0,		/* whose it is: none more than another */
	SWATCH_OWNER_11 = SWATCH_OWNER_0 + 11,
	SWATCH_SEVERAL,		/* of several owners */
	SWATCH_OTHERS,		/* owners too small for a colour */
	SWATCH_COUNT
};

#endif
