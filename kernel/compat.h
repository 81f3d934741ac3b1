/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs from one kernel to the next, once: 5.10 to 7.2.  Each branch
 * names the release that brought the change.  Drivers hold none of it.
 */
#ifndef PAGEMAP_COMPAT_H
#define PAGEMAP_COMPAT_H

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/hugetlb.h>
#include <linux/ksm.h>
#include <linux/mm.h>
#include <linux/page-flags.h>
#include <linux/page_idle.h>
#include <linux/pgtable.h>
#include <linux/swap.h>
#include <linux/swapops.h>
#include <linux/userfaultfd_k.h>
#include <linux/version.h>
#include <asm/tlbflush.h>
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 19, 0)
#include <linux/leafops.h>
#endif

/* 6.18 made the word of flags a struct. */
static inline unsigned long compat_page_flags(const struct page *page)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
	return page->flags.f;
#else
	return page->flags;
#endif
}

/*
 * 6.12 moved page_mapcount() to where no module sees it; since 6.15 a kernel
 * may keep no count for each page of a folio, and mainline tells the average.
 */
static inline int compat_page_mapcount(struct page *page)
{
#ifdef CONFIG_NO_PAGE_MAPCOUNT
	struct folio *folio = page_folio(page);
	int count = folio_mapcount(folio);

	if (count <= 0 || !folio_test_large(folio))
		return count;
	return max(1, (int)DIV_ROUND_CLOSEST((unsigned int)count,
					     folio_nr_pages(folio)));
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	int count = atomic_read(&page->_mapcount) + 1;

	if (page_mapcount_is_type(count))
		count = 0;
	if (folio_test_large(page_folio(page)))
		count += folio_entire_mapcount(page_folio(page));
	return count;
#else
	return page_mapcount(page);
#endif
}

/* 6.8 gave the largest order of the page allocator its name. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
#define COMPAT_MAX_ORDER MAX_PAGE_ORDER
#else
#define COMPAT_MAX_ORDER MAX_ORDER
#endif

/* 6.12 dropped PG_error, and PG_mappedtodisk became PG_owner_2. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#define COMPAT_KPF_ERROR(raw) 0
#define COMPAT_PG_34 PG_owner_2
#else
#define COMPAT_KPF_ERROR(raw) ((u64)((raw) >> PG_error & 1) << KPF_ERROR)
#define COMPAT_PG_34 PG_mappedtodisk
#endif

/* ---- Page table entries ------------------------------------------------ */

/*
 * The lock of a table of ptes, and its first entry for addr; NULL if the table
 * went away.  6.5 let tables go while mmap_lock is held for reading, and gave
 * the function that copes with it to the kernel alone: the table stays while
 * RCU is read, and is the right one if it is still there under the lock.
 */
static inline pte_t *compat_pte_lock(struct mm_struct *mm, pmd_t *pmd,
				     unsigned long addr, spinlock_t **ret_lock)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
	pmd_t now;
	pte_t *pte;

	rcu_read_lock();
	now = pmdp_get_lockless(pmd);
	if (pmd_none(now) || pmd_bad(now)) {
		rcu_read_unlock();
		return NULL;
	}
	pte = __pte_map(&now, addr);
	*ret_lock = pte_lockptr(mm, &now);
	spin_lock(*ret_lock);
	if (pmd_same(now, pmdp_get_lockless(pmd)))
		return pte;
	spin_unlock(*ret_lock);
	pte_unmap(pte);	/* leaves RCU */
	return NULL;
#else
	return pte_offset_map_lock(mm, pmd, addr, ret_lock);
#endif
}

/* 6.19 made of entries that are not present a type of their own. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 19, 0)
#define compat_leaf_of_pte softleaf_from_pte
#define compat_leaf_of_pmd softleaf_from_pmd
#define compat_leaf_has_pfn softleaf_has_pfn
#define compat_leaf_page softleaf_to_page
#define compat_leaf_pfn softleaf_to_pfn
#define compat_leaf_is_migration softleaf_is_migration
#else
#define compat_leaf_of_pte pte_to_swp_entry
#define compat_leaf_of_pmd pmd_to_swp_entry
#define compat_leaf_is_migration is_migration_entry

/* 5.14 gave a name to entries that hold a frame's number. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 14, 0)
#define compat_leaf_has_pfn is_pfn_swap_entry
#define compat_leaf_page pfn_swap_entry_to_page
#else
static inline bool compat_leaf_has_pfn(swp_entry_t leaf)
{
	return is_migration_entry(leaf) || is_device_private_entry(leaf);
}

static inline struct page *compat_leaf_page(swp_entry_t leaf)
{
	return is_migration_entry(leaf) ? migration_entry_to_page(leaf)
					: device_private_entry_to_page(leaf);
}
#endif

/* 6.1 put more than the frame's number where the offset is. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 1, 0)
#define compat_leaf_pfn swp_offset_pfn
#else
#define compat_leaf_pfn swp_offset
#endif
#endif

/* 5.19 made entries that are only a mark: write-protected, without a page. */
static inline bool compat_leaf_is_uffd_wp(swp_entry_t leaf)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 19, 0)
	return softleaf_is_uffd_wp_marker(leaf);
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(5, 19, 0)
	return pte_marker_entry_uffd_wp(leaf);
#else
	return false;
#endif
}

/* 6.15 told of guard regions, by bit 58 of pagemap's entry. */
static inline bool compat_leaf_is_guard(swp_entry_t leaf)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 19, 0)
	return softleaf_is_guard_marker(leaf);
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
	return is_guard_swp_entry(leaf);
#else
	return false;
#endif
}

/*
 * Bits of userfaultfd: 5.14 put them into pagemap's entry, 5.19 into those of
 * hugetlb.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 14, 0)
#define COMPAT_UFFD_WP(bit) (bit)
#else
#define COMPAT_UFFD_WP(bit) false
#endif

static inline bool compat_huge_uffd_wp(pte_t pte)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 19, 0) && \
	defined(CONFIG_HUGETLB_PAGE)
	return pte_present(pte) ? huge_pte_uffd_wp(pte)
				: pte_swp_uffd_wp_any(pte);
#else
	return false;
#endif
}

/*
 * What pagemap calls exclusive.  6.10 asks for each page of a huge one, and no
 * longer of pages that are on their way; 6.15 asks again for the first only,
 * and where no counts are kept, of all of the folio.
 */
static inline bool compat_is_exclusive(struct page *first, unsigned int nth,
				       bool present, bool migrating)
{
#ifdef CONFIG_NO_PAGE_MAPCOUNT
	return present && !folio_maybe_mapped_shared(page_folio(first));
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
	return present && compat_page_mapcount(first) == 1;
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
	return present && compat_page_mapcount(first + nth) == 1;
#else
	return !migrating && compat_page_mapcount(first) == 1;
#endif
}

/* 6.9 asks of hugetlb whether it may be shared, also by a shared table. */
static inline bool compat_huge_is_exclusive(struct page *first, pte_t *entry)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0) && \
	defined(CONFIG_HUGETLB_PAGE)
	return !folio_maybe_mapped_shared(page_folio(first)) &&
	       !hugetlb_pmd_shared(entry);
#else
	return compat_page_mapcount(first) == 1;
#endif
}

/* ---- User-Mode Linux ---------------------------------------------------- */

/*
 * Has the host unmap what was cleared.  From 6.11 on the flush only takes down
 * what is to be done before the process runs again, and to have it done at once
 * is for the kernel itself.
 */
#ifdef CONFIG_UML
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0) && defined(MODULE)
#define COMPAT_UM_CAN_UNMAP 0
#else
#define COMPAT_UM_CAN_UNMAP 1
#endif

static inline void compat_um_unmap(struct vm_area_struct *vma,
				   unsigned long start, unsigned long end)
{
	flush_tlb_range(vma, start, end);
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0) && !defined(MODULE)
	um_tlb_sync(vma->vm_mm);
#endif
}
#endif

/* ---- Accesses that a frame remembers ------------------------------------ */

/* 5.16 asks the folio. */
static inline bool compat_page_is_referenced(struct page *page)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 16, 0)
	return folio_test_referenced(page_folio(page)) ||
	       folio_test_young(page_folio(page));
#else
	return PageReferenced(page) || page_is_young(page);
#endif
}

static inline void compat_page_forget(struct page *page)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 16, 0)
	folio_test_clear_young(page_folio(page));
	folio_clear_referenced(page_folio(page));
#else
	test_and_clear_page_young(page);
	ClearPageReferenced(page);
#endif
}

/* ---- File systems ------------------------------------------------------- */

/* 6.14 tells the directory and the name too. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 14, 0)
#define COMPAT_REVALIDATE(name, entry, flags)				\
	int name(struct inode *compat_dir, const struct qstr *compat_name, \
		 struct dentry *entry, unsigned int flags)
#else
#define COMPAT_REVALIDATE(name, entry, flags) \
	int name(struct dentry *entry, unsigned int flags)
#endif

/* 6.17 keeps what a file system's names can do out of reach. */
static inline void compat_set_dentry_ops(struct super_block *sb,
					 const struct dentry_operations *ops)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0)
	set_default_d_op(sb, ops);
#else
	sb->s_d_op = ops;
#endif
}

/* 6.7 hid the times. */
static inline void compat_set_times(struct inode *inode)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	simple_inode_init_ts(inode);
#else
	inode->i_atime = inode->i_mtime = inode->i_ctime = current_time(inode);
#endif
}

#endif
