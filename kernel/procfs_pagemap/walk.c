// SPDX-License-Identifier: GPL-2.0-only
/*
 * A walk over page tables: from the top for each table of the lowest level,
 * which is cheap, since such a table has hundreds of entries.
 */
#include <linux/hugetlb.h>

#include "../compat.h"
#include "walk.h"

/*
 * The entry of the middle directory for an address, or NULL. *next is where
 * the next one begins, or where the hole ends that is there instead.
 */
static pmd_t *find_pmd(struct mm_struct *mm, unsigned long addr,
		       unsigned long end, unsigned long *next)
{
	pgd_t *pgd = pgd_offset(mm, addr);
	p4d_t *p4d;
	pud_t *pud;

	*next = pgd_addr_end(addr, end);
	if (pgd_none(*pgd) || pgd_bad(*pgd))
		return NULL;
	p4d = p4d_offset(pgd, addr);
	*next = p4d_addr_end(addr, end);
	if (p4d_none(*p4d) || p4d_bad(*p4d))
		return NULL;
	pud = pud_offset(p4d, addr);
	*next = pud_addr_end(addr, end);
	/* A huge one is bad too: memory of a device, which has no pages. */
	if (pud_none(*pud) || pud_bad(*pud))
		return NULL;
	*next = pmd_addr_end(addr, end);
	return pmd_offset(pud, addr);
}

/* An entry that leads to no table; false if it does by now. */
static bool walk_leaf(struct walk *walk, struct vm_area_struct *vma,
		      unsigned long start, unsigned long end, pmd_t *pmd)
{
	spinlock_t *lock = pmd_lock(walk->mm, pmd);
	bool is_leaf = !pmd_none(*pmd) && pmd_bad(*pmd);

	if (is_leaf)
		walk->ops->pmd(walk, vma, start, end, pmd);
	spin_unlock(lock);
	return is_leaf;
}

static bool walk_ptes(struct walk *walk, struct vm_area_struct *vma,
		      unsigned long start, unsigned long end, pmd_t *pmd)
{
	spinlock_t *lock;
	pte_t *pte = compat_pte_lock(walk->mm, pmd, start, &lock);

	if (!pte)
		return false;
	walk->ops->ptes(walk, vma, start, end, pte);
	pte_unmap_unlock(pte, lock);
	return true;
}

/* Looks again as long as the entry changes between two looks. */
static void walk_pmd(struct walk *walk, struct vm_area_struct *vma,
		     unsigned long start, unsigned long end, pmd_t *pmd)
{
	bool done = false;

	while (!done) {
		pmd_t now = READ_ONCE(*pmd);

		if (pmd_none(now)) {
			walk->ops->hole(walk, vma, start, end);
			return;
		}
		if (pmd_bad(now))
			done = walk_leaf(walk, vma, start, end, pmd);
		else
			done = walk_ptes(walk, vma, start, end, pmd);
	}
}

static unsigned long walk_tables(struct walk *walk, struct vm_area_struct *vma,
				 unsigned long start, unsigned long end)
{
	while (start < end && walk->steps) {
		unsigned long next;
		pmd_t *pmd = find_pmd(walk->mm, start, end, &next);

		walk->steps--;
		if (pmd)
			walk_pmd(walk, vma, start, next, pmd);
		else
			walk->ops->hole(walk, vma, start, next);
		start = next;
	}
	return start;
}

#ifdef CONFIG_HUGETLB_PAGE

/*
 * The first entry of the huge page at an address, which is its beginning, and
 * how many of them make the page; NULL if there is no table for it.
 */
static pte_t *find_huge(struct mm_struct *mm, unsigned long addr,
			unsigned long size, unsigned int *entries)
{
	pgd_t *pgd = pgd_offset(mm, addr);
	p4d_t *p4d;
	pud_t *pud;
	pmd_t *pmd;

	if (!pgd_present(*pgd))
		return NULL;
	p4d = p4d_offset(pgd, addr);
	if (!p4d_present(*p4d))
		return NULL;
	pud = pud_offset(p4d, addr);
	*entries = size / PUD_SIZE;
	if (*entries)
		return (pte_t *)pud;
	if (pud_none(*pud) || pud_bad(*pud))
		return NULL;
	pmd = pmd_offset(pud, addr);
	*entries = size / PMD_SIZE;
	if (*entries)
		return (pte_t *)pmd;
	if (pmd_none(*pmd) || pmd_bad(*pmd))
		return NULL;
	*entries = size / PAGE_SIZE;
	return pte_offset_kernel(pmd, addr);
}

static void walk_huge_page(struct walk *walk, struct vm_area_struct *vma,
			   unsigned long start, unsigned long end)
{
	struct hstate *hstate = hstate_vma(vma);
	unsigned int entries;
	pte_t *first = find_huge(walk->mm, start & huge_page_mask(hstate),
				 huge_page_size(hstate), &entries);
	spinlock_t *lock;

	if (!first) {
		walk->ops->hole(walk, vma, start, end);
		return;
	}
	lock = huge_pte_lock(hstate, walk->mm, first);
	walk->ops->huge(walk, vma, start, end, first, entries);
	spin_unlock(lock);
}

/*
 * A table of huge pages may be shared with other processes, and be taken out
 * of this one at any time but while the file's mappings are held still.
 */
static unsigned long walk_hugetlb(struct walk *walk, struct vm_area_struct *vma,
				  unsigned long start, unsigned long end)
{
	unsigned long size = huge_page_size(hstate_vma(vma));

	i_mmap_lock_read(vma->vm_file->f_mapping);
	while (start < end && walk->steps) {
		unsigned long next = min(end, ALIGN(start + 1, size));

		walk->steps--;
		walk_huge_page(walk, vma, start, next);
		start = next;
	}
	i_mmap_unlock_read(vma->vm_file->f_mapping);
	return start;
}

#else

static unsigned long walk_hugetlb(struct walk *walk, struct vm_area_struct *vma,
				  unsigned long start, unsigned long end)
{
	return end;
}

#endif

static unsigned long walk_mapping(struct walk *walk, struct vm_area_struct *vma,
				  unsigned long start, unsigned long end)
{
	/* Frames without pages: mainline shows them as holes. */
	if (vma->vm_flags & VM_PFNMAP) {
		walk->steps--;
		walk->ops->hole(walk, vma, start, end);
		return end;
	}
	if (is_vm_hugetlb_page(vma))
		return walk_hugetlb(walk, vma, start, end);
	return walk_tables(walk, vma, start, end);
}

unsigned long walk_range(struct walk *walk, unsigned long start,
			 unsigned long end)
{
	while (start < end && walk->steps) {
		struct vm_area_struct *vma = find_vma(walk->mm, start);
		unsigned long next = vma ? min(end, vma->vm_start) : end;

		if (next > start) {
			walk->steps--;
			walk->ops->hole(walk, NULL, start, next);
			start = next;
		} else {
			start = walk_mapping(walk, vma, start,
					     min(end, vma->vm_end));
		}
	}
	return start;
}
