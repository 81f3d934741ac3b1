/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages of which it makes no sense to ask who maps or used them: frames of RAM
 * that are free or the kernel's own, cache that nobody maps; in a process what
 * stands for no frame; in a vkernel's RAM what no guest process maps.
 */
#include "making.h"

#include <string.h>

static const struct class_row rows[NOBODY_COUNT] = {
	[NOBODY_CACHE] = { "unmapped", "not mapped",
			   "cache and others that no process maps",
			   SWATCH_ASIDE_CACHE, ROW_FIXED },
	[NOBODY_KERNEL] = { "kernel", "kernel", "the kernel's own",
			    SWATCH_ASIDE_KERNEL, ROW_FIXED },
	[NOBODY_FREE] = { "free", "free", "free blocks of pages", SWATCH_FREE,
			  ROW_FIXED },
	[NOBODY_OUT] = { "out", "out of use", "broken, or given to the host",
			 SWATCH_OFFLINE, ROW_FIXED },
	[NOBODY_HOLE] = { "hole", "hole", "frame numbers without RAM",
			  SWATCH_GAP, ROW_FIXED },
	[NOBODY_APART] = { "hugetlb", "hugetlb",
			   "huge pages of the pool: who maps them is not counted",
			   SWATCH_HUGETLB, ROW_FIXED },
};

static const struct class_row no_frame = {
	"not_counted", "not counted",
	"swapped, zero, guard, hugetlb, device: no frame that is shared out",
	SWATCH_NO_FRAME, ROW_FIXED,
};

int nobody_of(unsigned int ram_class)
{
	switch (ram_class) {
	case PAGEMAP_RAM_ANON:
	case PAGEMAP_RAM_KSM:
	case PAGEMAP_RAM_SHMEM_MAPPED:
	case PAGEMAP_RAM_FILE_MAPPED:
	case PAGEMAP_RAM_KERNEL_MAPPED:
		return -1;
	case PAGEMAP_RAM_HUGETLB_MAPPED:
		return NOBODY_APART;
	case PAGEMAP_RAM_ANON_UNMAPPED:
	case PAGEMAP_RAM_SWAP_CACHE:
	case PAGEMAP_RAM_SHMEM_UNMAPPED:
	case PAGEMAP_RAM_FILE_CLEAN:
	case PAGEMAP_RAM_FILE_DIRTY:
	case PAGEMAP_RAM_BUFFERS:
	case PAGEMAP_RAM_HUGETLB_UNMAPPED:
		return NOBODY_CACHE;
	case PAGEMAP_RAM_HUGETLB_FREE:
	case PAGEMAP_RAM_FREE:
	case PAGEMAP_RAM_FREE_CPU_LISTS:
	case PAGEMAP_RAM_FREE_LAZY:
		return NOBODY_FREE;
	case PAGEMAP_RAM_HWPOISON:
	case PAGEMAP_RAM_LENT:
	case PAGEMAP_RAM_OFFLINE:
		return NOBODY_OUT;
	case PAGEMAP_RAM_HOLE:
		return NOBODY_HOLE;
	default:
		return NOBODY_KERNEL;
	}
}

/* ---- A vkernel's RAM --------------------------------------------------- */

static const struct class_row parts[GUEST_PART_COUNT] = {
	[GUEST_PART_SLACK] = { "slack", "slack",
			       "in the host's RAM, and no guest process maps "
			       "it: the guest kernel's own, its cache, or free",
			       SWATCH_ASIDE_CACHE, ROW_FIXED },
	[GUEST_PART_SWAPPED] = { "slack_swapped", "slack, swapped",
				 "no guest process maps it, and it is in the "
				 "host's swap", SWATCH_NO_FRAME, ROW_FIXED },
	[GUEST_PART_TABLE] = { "table", "page tables",
			       "page tables of guest processes",
			       SWATCH_ASIDE_TABLES, ROW_FIXED },
	[GUEST_PART_STUB] = { "stub", "stubs",
			      "by which the vkernel drives its children",
			      SWATCH_ASIDE_STUBS, ROW_FIXED },
	[GUEST_PART_ZERO] = { "zero_page", "zero page",
			      "the guest's page of zeros", SWATCH_ASIDE_ZERO,
			      ROW_FIXED },
	[GUEST_PART_IMAGE] = { "image", "kernel image",
			       "the guest kernel's image, beside its RAM",
			       SWATCH_ASIDE_KERNEL, ROW_FIXED },
	[GUEST_PART_UNTOUCHED] = { "untouched", "never touched",
				   "the host never had to give it memory, or "
				   "has it back", SWATCH_FREE, ROW_FIXED },
};

int guest_part_of(const struct stretch *stretch)
{
	switch (stretch->class_of) {
	case PAGEMAP_GUEST_MAPPED:
		return -1;
	case PAGEMAP_GUEST_ZERO_PAGE:
		return GUEST_PART_ZERO;
	case PAGEMAP_GUEST_TABLE:
		return GUEST_PART_TABLE;
	case PAGEMAP_GUEST_STUB:
		return GUEST_PART_STUB;
	default:
		break;
	}
	switch (stretch->host) {
	case HOST_IMAGE:
		return GUEST_PART_IMAGE;
	case HOST_UNTOUCHED:
		return GUEST_PART_UNTOUCHED;
	case HOST_SWAPPED:
		return GUEST_PART_SWAPPED;
	default:
		return GUEST_PART_SLACK;
	}
}

const struct class_row *guest_part_row(enum guest_part part)
{
	return &parts[part];
}

/* ---- All of them ------------------------------------------------------- */

static void add_of_ram(struct making *making, struct apart *apart)
{
	uint8_t numbers[NOBODY_COUNT];
	unsigned int i;
	int nobody;

	for (i = 0; i < NOBODY_COUNT; i++)
		numbers[i] = making_add(making, &rows[i]);
	for (i = 0; i < 256; i++) {
		nobody = nobody_of(i);
		apart->of_ram[i] = nobody < 0 ? 0 : numbers[nobody];
	}
}

void apart_add(struct making *making, struct apart *ret_apart)
{
	unsigned int i;

	memset(ret_apart, 0, sizeof(*ret_apart));
	ret_apart->kind = making->picture->id.kind;
	switch (ret_apart->kind) {
	case MAP_RAM:
		add_of_ram(making, ret_apart);
		break;
	case MAP_GUEST:
		for (i = 0; i < GUEST_PART_COUNT; i++)
			ret_apart->of_guest[i] = making_add(making, &parts[i]);
		break;
	default:
		ret_apart->none = making_add(making, &no_frame);
		break;
	}
}
