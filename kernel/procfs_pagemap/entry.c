// SPDX-License-Identifier: GPL-2.0-only
/*
 * Entries of page tables as records. The first half of a record is the entry
 * of mainline's /proc/<pid>/pagemap, by the same rules, which differ somewhat
 * between a page, a transparent huge page and one of hugetlb.
 */
#include <linux/hugetlb.h>
#include <linux/memory_hotplug.h>

#include "../page.h"
#include "../pmap/pmap.h"
#include "entry.h"

/* Bits of mainline's entry. */
#define ENTRY_FRAME_MASK	GENMASK_ULL(54, 0)
#define ENTRY_SOFT_DIRTY	BIT_ULL(55)
#define ENTRY_EXCLUSIVE		BIT_ULL(56)
#define ENTRY_UFFD_WP		BIT_ULL(57)
#define ENTRY_GUARD		BIT_ULL(58)
#define ENTRY_FILE		BIT_ULL(61)
#define ENTRY_SWAP		BIT_ULL(62)
#define ENTRY_PRESENT		BIT_ULL(63)

u64 entry_of_hole(const struct vm_area_struct *vma)
{
	return vma && vma->vm_flags & VM_SOFTDIRTY ? ENTRY_SOFT_DIRTY : 0;
}

#ifdef CONFIG_ARCH_HAS_PTE_SPECIAL

/* The architecture has a bit that says: no page. */
static bool is_special(struct vm_area_struct *vma, unsigned long addr,
		       pte_t pte)
{
	return pte_special(pte);
}

#else

/* The page is where the mapping says that it maps frames one after another. */
static bool is_special(struct vm_area_struct *vma, unsigned long addr,
		       pte_t pte)
{
	unsigned long pfn = pte_pfn(pte);

	if (vma->vm_flags & VM_MIXEDMAP)
		return false;
	if (vma->vm_flags & VM_PFNMAP &&
	    (pfn == vma->vm_pgoff + ((addr - vma->vm_start) >> PAGE_SHIFT) ||
	     !is_cow_mapping(vma->vm_flags)))
		return true;
	return is_zero_pfn(pfn);
}

#endif

struct page *entry_page(struct vm_area_struct *vma, unsigned long addr,
			pte_t pte)
{
	if (is_special(vma, addr, pte) || !pfn_valid(pte_pfn(pte)))
		return NULL;
	return pfn_to_page(pte_pfn(pte));
}

static u64 entry_of_leaf(swp_entry_t leaf)
{
	u64 offset = compat_leaf_has_pfn(leaf) ? compat_leaf_pfn(leaf)
					       : swp_offset(leaf);

	return ENTRY_SWAP |
	       ((swp_type(leaf) | offset << MAX_SWAPFILES_SHIFT) &
		ENTRY_FRAME_MASK);
}

/* Not present: in swap, on its way elsewhere, or only a mark. */
static u64 entry_of_absent(pte_t pte)
{
	swp_entry_t leaf = compat_leaf_of_pte(pte);
	u64 entry = entry_of_leaf(leaf);
	struct page *page;

	if (pte_swp_soft_dirty(pte))
		entry |= ENTRY_SOFT_DIRTY;
	if (COMPAT_UFFD_WP(pte_swp_uffd_wp(pte)) || compat_leaf_is_uffd_wp(leaf))
		entry |= ENTRY_UFFD_WP;
	if (compat_leaf_is_guard(leaf))
		entry |= ENTRY_GUARD;
	if (!compat_leaf_has_pfn(leaf))
		return entry;
	page = compat_leaf_page(leaf);
	if (!PageAnon(page))
		entry |= ENTRY_FILE;
	if (compat_is_exclusive(page, 0, false, compat_leaf_is_migration(leaf)))
		entry |= ENTRY_EXCLUSIVE;
	return entry;
}

static void record_present(struct vm_area_struct *vma, unsigned long addr,
			   pte_t pte, struct procfs_pagemap_record *record)
{
	struct page *page = entry_page(vma, addr, pte);
	u64 entry = ENTRY_PRESENT | (pte_pfn(pte) & ENTRY_FRAME_MASK);

	record->bits = pmap_pte_bits(pte);
	if (pte_soft_dirty(pte))
		entry |= ENTRY_SOFT_DIRTY;
	if (COMPAT_UFFD_WP(pte_uffd_wp(pte)))
		entry |= ENTRY_UFFD_WP;
	if (page) {
		record->map_count = page_map_count(page);
		if (!PageAnon(page))
			entry |= ENTRY_FILE;
		if (compat_is_exclusive(page, 0, true, false))
			entry |= ENTRY_EXCLUSIVE;
		if (compat_page_is_referenced(page))
			record->bits |= PROCFS_PAGEMAP_REFERENCED;
	} else {
		record->bits |= PROCFS_PAGEMAP_SPECIAL;
	}
	record->entry |= entry;
}

void entry_record(struct vm_area_struct *vma, unsigned long addr, pte_t pte,
		  struct procfs_pagemap_record *record)
{
	*record = (struct procfs_pagemap_record){
		.entry = entry_of_hole(vma),
	};
	if (pte_present(pte))
		record_present(vma, addr, pte, record);
	else if (!pte_none(pte))
		record->entry |= entry_of_absent(pte);
}

#ifdef CONFIG_TRANSPARENT_HUGEPAGE

/* Its state before each page's own, and the first page, or NULL, in *page. */
static u64 entry_of_pmd(pmd_t pmd, struct page **page)
{
	u64 entry;

	*page = NULL;
	if (pmd_present(pmd)) {
		entry = ENTRY_PRESENT | (pmd_pfn(pmd) & ENTRY_FRAME_MASK);
		*page = pmd_page(pmd);
		if (pmd_soft_dirty(pmd))
			entry |= ENTRY_SOFT_DIRTY;
		if (COMPAT_UFFD_WP(pmd_uffd_wp(pmd)))
			entry |= ENTRY_UFFD_WP;
		return entry;
	}
#ifdef CONFIG_ARCH_ENABLE_THP_MIGRATION
	entry = entry_of_leaf(compat_leaf_of_pmd(pmd));
	*page = compat_leaf_page(compat_leaf_of_pmd(pmd));
	if (pmd_swp_soft_dirty(pmd))
		entry |= ENTRY_SOFT_DIRTY;
	if (COMPAT_UFFD_WP(pmd_swp_uffd_wp(pmd)))
		entry |= ENTRY_UFFD_WP;
	return entry;
#else
	return 0;
#endif
}

static void record_nth(pmd_t pmd, struct page *page, unsigned int nth,
		       u64 entry, struct procfs_pagemap_record *record)
{
	bool present = entry & ENTRY_PRESENT;

	*record = (struct procfs_pagemap_record){ .entry = entry };
	record->entry += present ? nth : (u64)nth << MAX_SWAPFILES_SHIFT;
	if (!PageAnon(page))
		record->entry |= ENTRY_FILE;
	/* The same count as of a page that is on its way, or not. */
	if (compat_is_exclusive(page, nth, present, !present))
		record->entry |= ENTRY_EXCLUSIVE;
	if (!present)
		return;
	record->map_count = page_map_count(page + nth);
	record->bits = PROCFS_PAGEMAP_HUGE | pmap_pmd_bits(pmd);
	/* Nobody counts how often the huge zero page is mapped. */
	if (!record->map_count)
		record->bits |= PROCFS_PAGEMAP_SPECIAL;
	else if (compat_page_is_referenced(page))
		record->bits |= PROCFS_PAGEMAP_REFERENCED;
}

void entry_records_of_pmd(const struct vm_area_struct *vma, pmd_t pmd,
			  unsigned int first, unsigned int count,
			  struct procfs_pagemap_record *records)
{
	struct page *page;
	u64 entry = entry_of_pmd(pmd, &page) | entry_of_hole(vma);
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (page)
			record_nth(pmd, page, first + i, entry, &records[i]);
		else
			records[i] = (struct procfs_pagemap_record){
				.entry = entry,
			};
	}
}

#else

void entry_records_of_pmd(const struct vm_area_struct *vma, pmd_t pmd,
			  unsigned int first, unsigned int count,
			  struct procfs_pagemap_record *records)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		records[i] = (struct procfs_pagemap_record){
			.entry = entry_of_hole(vma),
		};
}

#endif

/* One that is not present shows nothing of where it is, as in mainline. */
void entry_records_of_huge(const struct vm_area_struct *vma, pte_t *first_pte,
			   pte_t pte, unsigned int first, unsigned int count,
			   struct procfs_pagemap_record *records)
{
	struct procfs_pagemap_record record = { .entry = entry_of_hole(vma) };
	bool present = pte_present(pte);
	unsigned int i;

	if (compat_huge_uffd_wp(pte))
		record.entry |= ENTRY_UFFD_WP;
	if (present) {
		struct page *page = pte_page(pte);

		record.map_count = page_map_count(page);
		record.bits = PROCFS_PAGEMAP_HUGE | pmap_pte_bits(pte);
		if (compat_page_is_referenced(page))
			record.bits |= PROCFS_PAGEMAP_REFERENCED;
		record.entry |= ENTRY_PRESENT |
				((pte_pfn(pte) + first) & ENTRY_FRAME_MASK);
		if (!PageAnon(page))
			record.entry |= ENTRY_FILE;
		if (compat_huge_is_exclusive(page, first_pte))
			record.entry |= ENTRY_EXCLUSIVE;
	}
	for (i = 0; i < count; i++) {
		records[i] = record;
		if (present)
			records[i].entry += i;
	}
}
