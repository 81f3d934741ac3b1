// SPDX-License-Identifier: GPL-2.0-only
/*
 * The vkernel's pmap, for User-Mode Linux: bits that faults set, and mappings
 * in the host that must be taken away. See pmap.h.
 */
#include <linux/slab.h>

#include "../compat.h"
#include "pmap.h"

int pmap_forget_begin(struct pmap_forget *forget, struct mm_struct *mm)
{
	if (!COMPAT_UM_CAN_UNMAP)
		return -EOPNOTSUPP;
	forget->mm = mm;
	forget->saved = kmalloc_array(PTRS_PER_PTE, sizeof(pte_t), GFP_KERNEL);
	return forget->saved ? 0 : -ENOMEM;
}

/*
 * Also entries without the accessed bit are taken away: who cleared it before
 * may have left the host's mapping in place.
 */
void pmap_forget_ptes(struct pmap_forget *forget, struct vm_area_struct *vma,
		      unsigned long addr, pte_t *pte, unsigned int count)
{
	unsigned int i;
	bool any = false;

	for (i = 0; i < count; i++) {
		forget->saved[i] = pte[i];
		if (!pte_present(pte[i]))
			continue;
		pte_clear(vma->vm_mm, addr + i * PAGE_SIZE, &pte[i]);
		any = true;
	}
	if (!any)
		return;
	compat_um_unmap(vma, addr, addr + count * PAGE_SIZE);
	for (i = 0; i < count; i++) {
		if (!pte_present(forget->saved[i]))
			continue;
		set_pte(&pte[i], pte_mkold(forget->saved[i]));
		/* Else the next flush would map it again, executable. */
		pte[i] = pte_mkuptodate(pte[i]);
	}
}

/* There are no huge pages. */
void pmap_forget_pmd(struct pmap_forget *forget, struct vm_area_struct *vma,
		     unsigned long addr, pmd_t *pmd)
{
}

void pmap_forget_end(struct pmap_forget *forget)
{
	kfree(forget->saved);
}
