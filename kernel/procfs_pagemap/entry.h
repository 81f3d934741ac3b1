/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entries of page tables as records.
 */
#ifndef PROCFS_PAGEMAP_ENTRY_H
#define PROCFS_PAGEMAP_ENTRY_H

#include <linux/mm.h>

#include "../uapi/procfs_pagemap.h"

/* The page of an entry that is present; NULL if it has none. */
struct page *entry_page(struct vm_area_struct *vma, unsigned long addr,
			pte_t pte);

/* The mapping is NULL outside of all mappings. */
u64 entry_of_hole(const struct vm_area_struct *vma);

void entry_record(struct vm_area_struct *vma, unsigned long addr, pte_t pte,
		  struct procfs_pagemap_record *record);

/* Of the pages first.. of a huge page, as many as count. */
void entry_records_of_pmd(const struct vm_area_struct *vma, pmd_t pmd,
			  unsigned int first, unsigned int count,
			  struct procfs_pagemap_record *records);
void entry_records_of_huge(const struct vm_area_struct *vma, pte_t *entry,
			   pte_t pte, unsigned int first, unsigned int count,
			   struct procfs_pagemap_record *records);

#endif
