// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host's pmap: bits that hardware sets, and copies in TLBs that must be
 * thrown out. See pmap.h.
 */
#include <linux/smp.h>
#include <asm/tlbflush.h>

#include "pmap.h"

#if defined(CONFIG_X86_64)

/* As the kernel's own, which modules may not call. */
static void clear_accessed(pte_t *pte)
{
	clear_bit(_PAGE_BIT_ACCESSED, (unsigned long *)pte);
}

/* Xen has the say over the entries of such a guest, and over its TLBs. */
static bool is_supported(void)
{
	return !boot_cpu_has(X86_FEATURE_XENPV);
}

#ifdef MODULE

static void flush_this_cpu(void *unused)
{
#ifdef HAVE_FLUSH_TLB_ALL
	__flush_tlb_all();
#else
	/* Switching global pages off and on again empties all of the TLB. */
	unsigned long cr4 = native_read_cr4();

	asm volatile("mov %0, %%cr4" : : "r" (cr4 ^ X86_CR4_PGE) : "memory");
	asm volatile("mov %0, %%cr4" : : "r" (cr4) : "memory");
#endif
}

static void flush(struct mm_struct *mm)
{
	on_each_cpu(flush_this_cpu, NULL, 1);
}

#else

static void flush(struct mm_struct *mm)
{
	flush_tlb_mm(mm);
}

#endif

#elif defined(CONFIG_ARM64)

/* By hand: the kernel's own changed its arguments in 6.9. */
static void clear_accessed(pte_t *pte)
{
	pteval_t old, now = READ_ONCE(pte_val(*pte));

	do {
		old = now;
		now = cmpxchg_relaxed(&pte_val(*pte), old, old & ~PTE_AF);
	} while (now != old);
}

static bool is_supported(void)
{
	return true;
}

/*
 * flush_tlb_mm(), but for those who keep tables of their own beside these and
 * are not asked; from 6.6 on it tells them by a function that modules may not
 * call.
 */
static void flush(struct mm_struct *mm)
{
	unsigned long asid = __TLBI_VADDR(0, ASID(mm));

	dsb(ishst);
	__tlbi(aside1is, asid);
	__tlbi_user(aside1is, asid);
	dsb(ish);
}

#else
#error "No pmap for this architecture: x86-64, arm64 and User-Mode Linux have one"
#endif

int pmap_forget_begin(struct pmap_forget *forget, struct mm_struct *mm)
{
	if (!is_supported())
		return -EOPNOTSUPP;
	forget->mm = mm;
	return 0;
}

void pmap_forget_ptes(struct pmap_forget *forget, struct vm_area_struct *vma,
		      unsigned long addr, pte_t *pte, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (pte_present(pte[i]) && pte_young(pte[i]))
			clear_accessed(&pte[i]);
}

void pmap_forget_pmd(struct pmap_forget *forget, struct vm_area_struct *vma,
		     unsigned long addr, pmd_t *pmd)
{
	/* An entry of this level has the bit where a pte has it. */
	if (pmd_present(*pmd))
		clear_accessed((pte_t *)pmd);
}

void pmap_forget_end(struct pmap_forget *forget)
{
	flush(forget->mm);
}
