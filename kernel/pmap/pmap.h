/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The line between what every kernel does alike and what differs: how a page
 * that is used becomes one that is known to have been used.
 *
 * On a HOST (host.c) the page tables are the hardware's. The CPU that walks
 * them sets the accessed bit of an entry, and then keeps a copy of the entry in
 * its TLB; while the copy is there it does not look at the entry again. So an
 * accessed bit that is cleared stays clear, however much the page is used,
 * until the copy has been thrown out, on each CPU that may hold one: also on an
 * idle one, which keeps the tables of the last process that it ran. Mainline's
 * clear_refs leaves the copies where they are. Here every CPU drops them before
 * the write of clear_refs returns.
 *
 * x86 has no function for this that a module may call for one address space.
 * What it may call empties the TLB of the CPU that it is called on; so that is
 * what every CPU is asked to do, once for each write of clear_refs. arm64
 * throws out one address space on all CPUs with one instruction. Where the
 * hardware of arm64 does not set the bit, the kernel does, in the fault that
 * an entry without it causes; the TLB holds no such entry, and the rest is the
 * same.
 *
 * In a VKERNEL (vkernel.c: User-Mode Linux) the page tables are software. No
 * hardware walks them: a process of the vkernel is a process of the host, and
 * its pages are mappings in the host, made one by one when it faults. The fault
 * sets the accessed bit, a fault by writing also the modified bit, since what
 * has not been written is mapped read-only. What stands for the TLB, then, is
 * the host's mapping, and to see the next access it must be taken away.
 * It is not enough to have the vkernel bring its mapping in line with an entry
 * without the accessed bit: that leaves the page executable, and what x86 can
 * execute it can read. So the entries of a table are emptied, the host is told,
 * which unmaps the pages, and the entries are put back without their accessed
 * bits, marked as known to the host: in truth it has nothing there, and the
 * next access faults. All this happens under the table's lock; nobody sees the
 * entries empty. What the vkernel's own kernel reads and writes for a process,
 * in system calls, it finds through the entries without a fault, and 6.1 does
 * not mark it: such accesses are not seen.
 *
 * Neither sees accesses by way of other tables: of a device, of a virtual
 * machine's guest. And reclaim clears accessed bits too, for its own ends.
 */
#ifndef PAGEMAP_PMAP_H
#define PAGEMAP_PMAP_H

#include <linux/mm.h>
#include <linux/pgtable.h>

#include "../uapi/procfs_pagemap.h"

/* What an entry that is present says of the page's use. */
static inline u32 pmap_pte_bits(pte_t pte)
{
	return (pte_young(pte) ? PROCFS_PAGEMAP_ACCESSED : 0) |
	       (pte_dirty(pte) ? PROCFS_PAGEMAP_MODIFIED : 0) |
	       (pte_write(pte) ? PROCFS_PAGEMAP_WRITABLE : 0);
}

#ifdef CONFIG_TRANSPARENT_HUGEPAGE
static inline u32 pmap_pmd_bits(pmd_t pmd)
{
	return (pmd_young(pmd) ? PROCFS_PAGEMAP_ACCESSED : 0) |
	       (pmd_dirty(pmd) ? PROCFS_PAGEMAP_MODIFIED : 0) |
	       (pmd_write(pmd) ? PROCFS_PAGEMAP_WRITABLE : 0);
}
#endif

/*
 * Forgetting accesses. Begin, any number of entries, end; accesses that come
 * after the end are seen. What comes between may be or not.
 */
struct pmap_forget {
	struct mm_struct *mm;
	pte_t *saved;		/* room for a table, where that is needed */
};

/* -EOPNOTSUPP if this kernel has no way; else end must follow. */
int pmap_forget_begin(struct pmap_forget *forget, struct mm_struct *mm);

/* Entries that follow each other in one table, which is locked. */
void pmap_forget_ptes(struct pmap_forget *forget, struct vm_area_struct *vma,
		      unsigned long addr, pte_t *pte, unsigned int count);

/* A transparent huge page; its table is locked. */
void pmap_forget_pmd(struct pmap_forget *forget, struct vm_area_struct *vma,
		     unsigned long addr, pmd_t *pmd);

void pmap_forget_end(struct pmap_forget *forget);

#endif
