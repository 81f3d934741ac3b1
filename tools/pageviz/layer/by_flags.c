/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's flags of a frame by what matters most of them: a table, tested
 * from its top.  A bit without a name is "other" unless a named one says more;
 * none is lost, what is under the pointer shows all by name or number.
 */
#include "making.h"

#include <errno.h>
#include <stdlib.h>

#define FLAG(name) (UINT64_C(1) << PAGEMAP_FLAG_##name)

static const struct {
	uint64_t any;			/* has one of these, */
	uint64_t none;			/* and none of these */
	struct class_row row;
} rules[] = {
	{ FLAG(NOPAGE), 0, { "nopage", "no page",
	  "a frame number without RAM", SWATCH_GAP, ROW_ANSWER } },
	{ FLAG(HWPOISON), 0, { "hwpoison", "broken",
	  "hwpoison: hardware failed, out of use", SWATCH_BROKEN,
	  ROW_ANSWER } },
	{ FLAG(OFFLINE), 0, { "offline", "offline",
	  "given to the host (balloon), or unplugged", SWATCH_OFFLINE,
	  ROW_ANSWER } },
	{ FLAG(BUDDY), 0, { "buddy", "buddy", "in a free block",
	  SWATCH_FREE, ROW_ANSWER } },
	{ FLAG(SLAB), 0, { "slab", "slab", "in a slab cache of the kernel",
	  SWATCH_SLAB, ROW_ANSWER } },
	{ FLAG(PGTABLE), 0, { "pgtable", "page table",
	  "a page table of a process", SWATCH_PAGE_TABLES, ROW_ANSWER } },
	{ FLAG(RESERVED), 0, { "reserved", "reserved",
	  "the kernel's image, firmware, the table of frames",
	  SWATCH_RESERVED, ROW_ANSWER } },
	{ FLAG(HUGE), 0, { "huge", "hugetlb", "of the hugetlb pool",
	  SWATCH_HUGETLB, ROW_ANSWER } },
	{ FLAG(ZERO_PAGE), 0, { "zero_page", "zero page",
	  "the page of zeros", SWATCH_ZERO, ROW_ANSWER } },
	{ FLAG(WRITEBACK), 0, { "writeback", "writeback",
	  "being written right now", SWATCH_WRITEBACK, ROW_ANSWER } },
	{ FLAG(LOCKED), 0, { "locked", "locked",
	  "held by the kernel for a moment, for reading or writing",
	  SWATCH_LOCKED, ROW_ANSWER } },
	/* Of memory without a file the bit says no more than that swap has
	 * no copy of it. */
	{ FLAG(DIRTY), FLAG(SWAPBACKED), { "dirty", "dirty",
	  "of a file, to be written to it", SWATCH_FILE_DIRTY,
	  ROW_ANSWER } },
	{ FLAG(UNEVICTABLE) | FLAG(MLOCKED), 0, { "unevictable",
	  "unevictable", "locked by mlock() or pinned: reclaim leaves it",
	  SWATCH_UNEVICTABLE, ROW_ANSWER } },
	{ FLAG(KSM), 0, { "ksm", "merged", "merged with equal pages (KSM)",
	  SWATCH_KSM, ROW_ANSWER } },
	{ FLAG(SWAPCACHE), 0, { "swapcache", "swap cache",
	  "has a copy in swap", SWATCH_SWAP, ROW_ANSWER } },
	{ FLAG(ACTIVE), 0, { "active", "active",
	  "on the list of those that are in use", SWATCH_ACTIVE,
	  ROW_ANSWER } },
	{ FLAG(LRU), 0, { "inactive", "inactive",
	  "on the list of those that reclaim takes first", SWATCH_INACTIVE,
	  ROW_ANSWER } },
	{ FLAG(COMPOUND_HEAD) | FLAG(COMPOUND_TAIL), 0, { "compound",
	  "block", "a block of pages that says no more of itself",
	  SWATCH_KERNEL, ROW_ANSWER } },
	{ ~UINT64_C(0), 0, { "other", "other", "other flags alone",
	  SWATCH_KERNEL_2, ROW_ANSWER } },
};

#define RULES (sizeof(rules) / sizeof(rules[0]))

/* Classes of the rules begin at 1, with that of holes; behind them are: */
enum { FLAGS_HOLE = 1, FLAGS_NONE = RULES + 1, FLAGS_UNKNOWN, FLAGS_NO_FRAME };

static const struct class_row absent = {
	"absent", "absent", "nothing there", SWATCH_ABSENT, ROW_FIXED,
};

static const struct class_row others[] = {
	{ "none", "no flags", "not one flag is set",
	  SWATCH_PLAIN, ROW_ANSWER },
	{ "unknown", "unknown", "the flags could not be read",
	  SWATCH_UNKNOWN, ROW_DOUBT },
	{ "no_frame", "no frame", "swapped, guard, device: no frame with flags",
	  SWATCH_NO_FRAME, ROW_FIXED },
};

static uint8_t class_of_flags(uint64_t flags)
{
	size_t i;

	if (flags == PAGEMAP_FLAGS_UNKNOWN)
		return FLAGS_UNKNOWN;
	for (i = 0; i < RULES; i++)
		if ((flags & rules[i].any) && !(flags & rules[i].none))
			return (uint8_t)(i + 1);
	return FLAGS_NONE;
}

static uint8_t flags_of(struct making *making, const void *context,
			const struct stretch *stretch)
{
	const uint8_t *classes = context;
	uint8_t class_of = classes[stretch->flags];

	/* Linux 6.15 on has no flag for them; they are known by their place. */
	if (making_is_ram(making) && stretch->class_of == PAGEMAP_RAM_HOLE)
		return FLAGS_HOLE;
	return class_of == FLAGS_UNKNOWN &&
	       stretch->state != PAGEMAP_PAGE_PRESENT ? FLAGS_NO_FRAME
						      : class_of;
}

int make_by_flags(struct making *making)
{
	size_t i, count = making->moment->flag_count;
	/* Room for every index, whatever a stretch says. */
	uint8_t *classes = malloc(UINT16_MAX + 1);
	int err;

	if (!classes)
		return -ENOMEM;
	making_add(making, &absent);
	for (i = 0; i < RULES; i++)
		making_add(making, &rules[i].row);
	making_add_all(making, others, sizeof(others) / sizeof(others[0]));
	for (i = 0; i <= UINT16_MAX; i++)
		classes[i] = i < count ?
			     class_of_flags(making->moment->flags[i])
			     : FLAGS_UNKNOWN;
	making->why = *making->picture->why_flags ? making->picture->why_flags
						  : making->picture->why;
	err = making_collect(making, flags_of, classes);
	free(classes);
	return err;
}
