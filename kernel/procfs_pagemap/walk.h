/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A walk over page tables, by hand: the kernel's own is not for modules.
 */
#ifndef PROCFS_PAGEMAP_WALK_H
#define PROCFS_PAGEMAP_WALK_H

#include <linux/mm.h>

struct walk;

/*
 * What is done with entries; end - start is the part of them that was asked
 * for. Each is called with mmap_lock held for reading and, but for holes, with
 * the lock of the table held: none may sleep.
 */
struct walk_ops {
	/* No entry. The mapping is NULL outside of all mappings. */
	void (*hole)(struct walk *walk, struct vm_area_struct *vma,
		     unsigned long start, unsigned long end);
	/* Entries of one table of ptes. */
	void (*ptes)(struct walk *walk, struct vm_area_struct *vma,
		     unsigned long start, unsigned long end, pte_t *pte);
	/* One entry that maps, or mapped, a transparent huge page. */
	void (*pmd)(struct walk *walk, struct vm_area_struct *vma,
		    unsigned long start, unsigned long end, pmd_t *pmd);
	/* The entries of one page of hugetlb: mostly one. */
	void (*huge)(struct walk *walk, struct vm_area_struct *vma,
		     unsigned long start, unsigned long end, pte_t *first,
		     unsigned int entries);
};

/* Part of something bigger, which the functions find with container_of(). */
struct walk {
	struct mm_struct *mm;
	const struct walk_ops *ops;
	/* Tables and holes still to be visited; the walk ends early at 0. */
	unsigned int steps;
};

/*
 * Walks from start to end, with mmap_lock held for reading, and gives the
 * address that it came to.
 */
unsigned long walk_range(struct walk *walk, unsigned long start,
			 unsigned long end);

#endif
