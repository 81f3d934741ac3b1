/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Layouts of a guest's page tables, as data: what a walker has to know of a
 * kind of guest and nothing else.  Another kind is another row of the table in
 * vk_layout.c.  Pure: entries in, meanings out.
 */
#ifndef PAGEMAP_VK_LAYOUT_H
#define PAGEMAP_VK_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VK_LEVELS_MAX 5

/* Words in one table, at most: a page of them, in every layout so far. */
#define VK_TABLE_WORDS 512

struct vk_layout {
	const char *name;		/* "um-3": User-Mode Linux, 3 levels */
	uint32_t page_shift;		/* of the smallest page */
	uint32_t levels;		/* tables from the root to a leaf */
	uint32_t index_bits;		/* of an address, for each level */

	uint64_t pfn_mask;		/* bits of an entry with the frame, at
					   its place: frame << page_shift */
	uint64_t empty_mask;		/* an entry of no other bits is empty */

	/* Entries that name a table: (entry & table_mask) == table_value. */
	uint64_t table_mask;
	uint64_t table_value;

	/* Leaves. */
	uint64_t present_any;		/* any of these: there is a page */
	uint64_t user;			/* bits; 0 where a layout has none */
	uint64_t protnone;		/* stands for present: no access */
	uint64_t writable;
	uint64_t accessed;
	uint64_t modified;
	uint64_t special;		/* no page of its own: the zero page */
	uint64_t leaf_unknown;		/* bits that no leaf has */

	/* Of an entry that is neither empty nor present: a swap entry. */
	uint32_t swap_type_shift;
	uint32_t swap_type_bits;
	uint32_t swap_offset_shift;
	uint64_t swap_unknown;		/* bits that no swap entry has */
};

/* What an entry of the lowest level is. */
enum vk_leaf_kind {
	VK_LEAF_EMPTY,
	VK_LEAF_PAGE,
	VK_LEAF_SWAPPED,
	VK_LEAF_WRONG,			/* bits that the layout does not know */
};

/* Index from 0; NULL past the end. */
const struct vk_layout *vk_layout_at(size_t index);

enum vk_leaf_kind vk_leaf_kind(const struct vk_layout *layout, uint64_t entry);

/* Words in one table. */
static inline size_t vk_table_words(const struct vk_layout *layout)
{
	return (size_t)1 << layout->index_bits;
}

static inline uint64_t vk_entry_pfn(const struct vk_layout *layout,
				    uint64_t entry)
{
	return (entry & layout->pfn_mask) >> layout->page_shift;
}

/* Whether an entry of the lowest level is a page; of which frame. */
static inline bool vk_entry_is_page(const struct vk_layout *layout,
				    uint64_t entry, uint64_t *ret_pfn)
{
	*ret_pfn = vk_entry_pfn(layout, entry);
	return vk_leaf_kind(layout, entry) == VK_LEAF_PAGE;
}

/* Whether an entry of an upper level is empty; names a table (of which frame).
   Asked of every word of a guest's RAM. */
static inline bool vk_entry_is_empty(const struct vk_layout *layout,
				     uint64_t entry)
{
	return !(entry & ~layout->empty_mask);
}

static inline bool vk_entry_is_table(const struct vk_layout *layout,
				     uint64_t entry, uint64_t *ret_pfn)
{
	if ((entry & layout->table_mask) != layout->table_value)
		return false;
	*ret_pfn = vk_entry_pfn(layout, entry);
	return true;
}

#endif
