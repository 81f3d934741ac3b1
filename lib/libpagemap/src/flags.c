/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The names of page flags.  Bits without a name are kept by all who carry
 * flags, and shown by number.
 */
#include <errno.h>
#include <string.h>

#include "parse.h"

static const char *const flag_names[] = {
	[PAGEMAP_FLAG_LOCKED] = "locked",
	[PAGEMAP_FLAG_ERROR] = "error",
	[PAGEMAP_FLAG_REFERENCED] = "referenced",
	[PAGEMAP_FLAG_UPTODATE] = "uptodate",
	[PAGEMAP_FLAG_DIRTY] = "dirty",
	[PAGEMAP_FLAG_LRU] = "lru",
	[PAGEMAP_FLAG_ACTIVE] = "active",
	[PAGEMAP_FLAG_SLAB] = "slab",
	[PAGEMAP_FLAG_WRITEBACK] = "writeback",
	[PAGEMAP_FLAG_RECLAIM] = "reclaim",
	[PAGEMAP_FLAG_BUDDY] = "buddy",
	[PAGEMAP_FLAG_MMAP] = "mmap",
	[PAGEMAP_FLAG_ANON] = "anon",
	[PAGEMAP_FLAG_SWAPCACHE] = "swapcache",
	[PAGEMAP_FLAG_SWAPBACKED] = "swapbacked",
	[PAGEMAP_FLAG_COMPOUND_HEAD] = "compound_head",
	[PAGEMAP_FLAG_COMPOUND_TAIL] = "compound_tail",
	[PAGEMAP_FLAG_HUGE] = "huge",
	[PAGEMAP_FLAG_UNEVICTABLE] = "unevictable",
	[PAGEMAP_FLAG_HWPOISON] = "hwpoison",
	[PAGEMAP_FLAG_NOPAGE] = "nopage",
	[PAGEMAP_FLAG_KSM] = "ksm",
	[PAGEMAP_FLAG_THP] = "thp",
	[PAGEMAP_FLAG_OFFLINE] = "offline",
	[PAGEMAP_FLAG_ZERO_PAGE] = "zero_page",
	[PAGEMAP_FLAG_IDLE] = "idle",
	[PAGEMAP_FLAG_PGTABLE] = "pgtable",
	[PAGEMAP_FLAG_RESERVED] = "reserved",
	[PAGEMAP_FLAG_MLOCKED] = "mlocked",
	[PAGEMAP_FLAG_OWNER_2] = "owner_2",
	[PAGEMAP_FLAG_PRIVATE] = "private",
	[PAGEMAP_FLAG_PRIVATE_2] = "private_2",
	[PAGEMAP_FLAG_OWNER_PRIVATE] = "owner_private",
	[PAGEMAP_FLAG_ARCH] = "arch",
	[PAGEMAP_FLAG_UNCACHED] = "uncached",
	[PAGEMAP_FLAG_SOFTDIRTY] = "softdirty",
	[PAGEMAP_FLAG_ARCH_2] = "arch_2",
	[PAGEMAP_FLAG_ARCH_3] = "arch_3",
};

#define FLAG_COUNT (sizeof(flag_names) / sizeof(flag_names[0]))

const char *pagemap_flag_name(unsigned int bit)
{
	return bit < FLAG_COUNT ? flag_names[bit] : NULL;
}

int pagemap_flag_from_name(const char *name, unsigned int *ret_bit)
{
	for (unsigned int bit = 0; bit < FLAG_COUNT; bit++) {
		if (flag_names[bit] && !strcmp(flag_names[bit], name)) {
			*ret_bit = bit;
			return 0;
		}
	}
	return -ENOENT;
}
