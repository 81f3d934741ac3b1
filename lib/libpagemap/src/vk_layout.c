/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The layouts of page tables that are known, one a row, and what an entry means
 * by its row.  Knows no RAM and no walk.
 */
#include "vk_layout.h"

/*
 * arch/um/include/asm/pgtable.h, in the form of its names since 6.13.
 * NEEDSYNC is what was NEWPAGE; NEWPROT is gone since.
 */
#define UM_PRESENT	UINT64_C(0x001)
#define UM_NEEDSYNC	UINT64_C(0x002)
#define UM_NEWPROT	UINT64_C(0x004)
#define UM_PROTNONE	UINT64_C(0x010)
#define UM_RW		UINT64_C(0x020)
#define UM_USER		UINT64_C(0x040)
#define UM_ACCESSED	UINT64_C(0x080)
#define UM_DIRTY	UINT64_C(0x100)
#define UM_FLAGS	UINT64_C(0xfff)

#define UM_TABLE	(UM_PRESENT | UM_RW | UM_USER | UM_ACCESSED | UM_DIRTY)
#define UM_LEAF		(UM_TABLE | UM_NEEDSYNC | UM_NEWPROT | UM_PROTNONE)

/*
 * All that is not a flag is the frame, as in the guest's kernel: what lies
 * outside of RAM is then found by the frame.  A swap entry has its type from
 * bit 5, its offset from bit 11, and between them, since 6.3, whether it is
 * exclusive.
 */
#define UM_ENTRIES						\
	.page_shift = 12, .index_bits = 9,			\
	.pfn_mask = ~UM_FLAGS,					\
	.empty_mask = UM_NEEDSYNC,				\
	.table_mask = UM_FLAGS & ~UM_NEEDSYNC,			\
	.table_value = UM_TABLE,				\
	.present_any = UM_PRESENT | UM_PROTNONE,		\
	.user = UM_USER, .protnone = UM_PROTNONE,		\
	.writable = UM_RW,					\
	.accessed = UM_ACCESSED, .modified = UM_DIRTY,		\
	.leaf_unknown = UM_FLAGS & ~UM_LEAF,			\
	.swap_type_shift = 5, .swap_type_bits = 5,		\
	.swap_offset_shift = 11,				\
	.swap_unknown = UINT64_C(0x00c)

static const struct vk_layout LAYOUTS[] = {
	/* pgtable-3level.h: until 6.12, the only one of 64 bits. */
	{ .name = "um-3", .levels = 3, UM_ENTRIES },
	/* pgtable-4level.h: from 6.13 on, in its place. */
	{ .name = "um-4", .levels = 4, UM_ENTRIES },
};

const struct vk_layout *vk_layout_at(size_t index)
{
	return index < sizeof(LAYOUTS) / sizeof(*LAYOUTS) ? &LAYOUTS[index] :
							    NULL;
}

enum vk_leaf_kind vk_leaf_kind(const struct vk_layout *layout, uint64_t entry)
{
	if (!(entry & ~layout->empty_mask))
		return VK_LEAF_EMPTY;
	if (entry & layout->present_any)
		return entry & layout->leaf_unknown ? VK_LEAF_WRONG :
						      VK_LEAF_PAGE;
	return entry & layout->swap_unknown ? VK_LEAF_WRONG : VK_LEAF_SWAPPED;
}
