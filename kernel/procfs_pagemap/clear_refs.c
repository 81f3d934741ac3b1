// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/pagemap/<pid>/clear_refs: forgets accesses, so that the pages that are
 * used from then on show themselves.
 */
#include <linux/hugetlb.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>

#include "../compat.h"
#include "../pmap/pmap.h"
#include "entry.h"
#include "files.h"
#include "walk.h"

/* Tables that one hold of mmap_lock is for. */
#define TABLES_AT_ONCE 8

struct clearing {
	struct walk walk;
	struct pmap_forget forget;
	enum procfs_pagemap_clear kind;
};

static struct clearing *clearing_of(struct walk *walk)
{
	return container_of(walk, struct clearing, walk);
}

static bool is_wanted(struct clearing *clearing, struct vm_area_struct *vma)
{
	return clearing->kind == PROCFS_PAGEMAP_CLEAR_ALL ||
	       (clearing->kind == PROCFS_PAGEMAP_CLEAR_FILE) == !!vma->vm_file;
}

static void clear_hole(struct walk *walk, struct vm_area_struct *vma,
		       unsigned long start, unsigned long end)
{
}

static void clear_ptes(struct walk *walk, struct vm_area_struct *vma,
		       unsigned long start, unsigned long end, pte_t *pte)
{
	struct clearing *clearing = clearing_of(walk);
	unsigned int i, count = (end - start) >> PAGE_SHIFT;

	if (!is_wanted(clearing, vma))
		return;
	pmap_forget_ptes(&clearing->forget, vma, start, pte, count);
	for (i = 0; i < count; i++) {
		pte_t now = ptep_get(&pte[i]);
		struct page *page = pte_present(now) ?
			entry_page(vma, start + i * PAGE_SIZE, now) : NULL;

		if (page)
			compat_page_forget(page);
	}
}

static void clear_pmd(struct walk *walk, struct vm_area_struct *vma,
		      unsigned long start, unsigned long end, pmd_t *pmd)
{
	struct clearing *clearing = clearing_of(walk);

	if (!is_wanted(clearing, vma) || !pmd_present(*pmd))
		return;
	pmap_forget_pmd(&clearing->forget, vma, start, pmd);
	compat_page_forget(pmd_page(*pmd));
}

static void clear_huge(struct walk *walk, struct vm_area_struct *vma,
		       unsigned long start, unsigned long end, pte_t *first,
		       unsigned int entries)
{
	struct clearing *clearing = clearing_of(walk);
	pte_t now = READ_ONCE(*first);

	if (!is_wanted(clearing, vma) || !pte_present(now))
		return;
	pmap_forget_ptes(&clearing->forget, vma, start, first, entries);
	compat_page_forget(pte_page(now));
}

static const struct walk_ops clear_ops = {
	.hole = clear_hole,
	.ptes = clear_ptes,
	.pmd = clear_pmd,
	.huge = clear_huge,
};

static int clear_mm(struct mm_struct *mm, enum procfs_pagemap_clear kind)
{
	struct clearing clearing = {
		.walk = { .mm = mm, .ops = &clear_ops },
		.kind = kind,
	};
	unsigned long addr = 0;
	int err = pmap_forget_begin(&clearing.forget, mm);

	if (err)
		return err;
	while (addr < mm->task_size) {
		clearing.walk.steps = TABLES_AT_ONCE;
		if (signal_pending(current) || mmap_read_lock_killable(mm)) {
			err = -EINTR;
			break;
		}
		addr = walk_range(&clearing.walk, addr, mm->task_size);
		mmap_read_unlock(mm);
		cond_resched();
	}
	/* Also of what was cleared before the signal came. */
	pmap_forget_end(&clearing.forget);
	return err;
}

static ssize_t clear_refs_write(struct file *file, const char __user *text,
				size_t count, loff_t *pos)
{
	struct mm_struct *mm;
	int kind, err;

	err = kstrtoint_from_user(text, count, 10, &kind);
	if (err)
		return err;
	if (kind < PROCFS_PAGEMAP_CLEAR_ALL || kind > PROCFS_PAGEMAP_CLEAR_FILE)
		return -EINVAL;
	mm = files_get_mm(file_inode(file));
	if (IS_ERR(mm))
		return PTR_ERR(mm);
	err = clear_mm(mm, kind);
	mmput(mm);
	return err ? err : count;
}

const struct file_operations clear_refs_file_ops = {
	.owner = THIS_MODULE,
	.write = clear_refs_write,
	.llseek = noop_llseek,
};
