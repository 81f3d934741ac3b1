// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/pagemap/<pid>/pagemap: a record for each page of the address space.
 */
#include <linux/hugetlb.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "../pmap/pmap.h"
#include "entry.h"
#include "files.h"
#include "walk.h"

#define RECORD_SIZE sizeof(struct procfs_pagemap_record)

/* Pages that one hold of mmap_lock is for. */
#define BUFFER_PAGES 4096

/*
 * Of an open file. It keeps the mm_struct and not what the mm uses, which goes
 * when the last of its users does; then nothing is left to read.
 */
struct reader {
	struct walk walk;
	struct mutex lock;	/* of the buffer, for threads that share a file */
	struct procfs_pagemap_record *next;
	struct procfs_pagemap_record buffer[BUFFER_PAGES];
};

static struct reader *reader_of(struct walk *walk)
{
	return container_of(walk, struct reader, walk);
}

static unsigned int page_count_of(unsigned long start, unsigned long end)
{
	return (end - start) >> PAGE_SHIFT;
}

static void record_hole(struct walk *walk, struct vm_area_struct *vma,
			unsigned long start, unsigned long end)
{
	struct reader *reader = reader_of(walk);
	struct procfs_pagemap_record record = { .entry = entry_of_hole(vma) };
	unsigned int count = page_count_of(start, end);

	while (count--)
		*reader->next++ = record;
}

static void record_ptes(struct walk *walk, struct vm_area_struct *vma,
			unsigned long start, unsigned long end, pte_t *pte)
{
	struct reader *reader = reader_of(walk);

	for (; start < end; start += PAGE_SIZE)
		entry_record(vma, start, ptep_get(pte++), reader->next++);
}

static void record_pmd(struct walk *walk, struct vm_area_struct *vma,
		       unsigned long start, unsigned long end, pmd_t *pmd)
{
	struct reader *reader = reader_of(walk);
	unsigned int count = page_count_of(start, end);

	entry_records_of_pmd(vma, *pmd, (start & ~PMD_MASK) >> PAGE_SHIFT,
			     count, reader->next);
	reader->next += count;
}

/* Hardware marks any one of the entries that make a page. */
static pte_t read_huge(pte_t *first, unsigned int entries)
{
	pte_t pte = READ_ONCE(*first);
	unsigned int i;

	for (i = 1; i < entries && pte_present(pte); i++) {
		if (pte_young(READ_ONCE(first[i])))
			pte = pte_mkyoung(pte);
		if (pte_dirty(READ_ONCE(first[i])))
			pte = pte_mkdirty(pte);
	}
	return pte;
}

static void record_huge(struct walk *walk, struct vm_area_struct *vma,
			unsigned long start, unsigned long end, pte_t *first,
			unsigned int entries)
{
	struct reader *reader = reader_of(walk);
	unsigned int count = page_count_of(start, end);
	unsigned long size = vma_kernel_pagesize(vma);

	entry_records_of_huge(vma, first, read_huge(first, entries),
			      (start & (size - 1)) >> PAGE_SHIFT, count,
			      reader->next);
	reader->next += count;
}

static const struct walk_ops record_ops = {
	.hole = record_hole,
	.ptes = record_ptes,
	.pmd = record_pmd,
	.huge = record_huge,
};

static int pagemap_open(struct inode *inode, struct file *file)
{
	struct mm_struct *mm = files_get_mm(inode);
	struct reader *reader;

	if (IS_ERR(mm))
		return PTR_ERR(mm);
	reader = kvmalloc(sizeof(*reader), GFP_KERNEL);
	if (reader) {
		mutex_init(&reader->lock);
		reader->walk.mm = mm;
		reader->walk.ops = &record_ops;
		mmgrab(mm);
		file->private_data = reader;
	}
	mmput(mm);
	return reader ? 0 : -ENOMEM;
}

static int pagemap_release(struct inode *inode, struct file *file)
{
	struct reader *reader = file->private_data;

	mmdrop(reader->walk.mm);
	kvfree(reader);
	return 0;
}

/* Fills the buffer, and gives how many records are in it. */
static ssize_t fill(struct reader *reader, unsigned long vpn, size_t count)
{
	unsigned long start = vpn << PAGE_SHIFT;

	count = min_t(size_t, count, BUFFER_PAGES);
	reader->next = reader->buffer;
	reader->walk.steps = UINT_MAX;
	if (mmap_read_lock_killable(reader->walk.mm))
		return -EINTR;
	walk_range(&reader->walk, start, start + (count << PAGE_SHIFT));
	mmap_read_unlock(reader->walk.mm);
	return count;
}

/* Copied without a lock: the pages that are copied to may be those read. */
static ssize_t read_pages(struct reader *reader, char __user *out,
			  unsigned long vpn, size_t count)
{
	size_t done = 0;

	while (done < count) {
		ssize_t part = signal_pending(current) ? -EINTR :
			       fill(reader, vpn + done, count - done);

		if (part > 0 && copy_to_user(out + done * RECORD_SIZE,
					     reader->buffer,
					     part * RECORD_SIZE))
			part = -EFAULT;
		if (part < 0)
			return done ? done * RECORD_SIZE : part;
		done += part;
		cond_resched();
	}
	return done * RECORD_SIZE;
}

static unsigned long end_vpn(const struct reader *reader)
{
	return reader->walk.mm->task_size >> PAGE_SHIFT;
}

static ssize_t pagemap_read(struct file *file, char __user *out, size_t count,
			    loff_t *pos)
{
	struct reader *reader = file->private_data;
	struct mm_struct *mm = reader->walk.mm;
	unsigned long vpn = *pos / RECORD_SIZE;
	ssize_t got = -EINTR;

	if ((*pos | count) & (RECORD_SIZE - 1))
		return -EINVAL;
	if (vpn >= end_vpn(reader) || !mmget_not_zero(mm))
		return 0;
	count = min_t(size_t, count / RECORD_SIZE, end_vpn(reader) - vpn);
	if (!mutex_lock_interruptible(&reader->lock)) {
		got = read_pages(reader, out, vpn, count);
		mutex_unlock(&reader->lock);
	}
	mmput(mm);
	if (got > 0)
		*pos += got;
	return got;
}

/* The file's end is where the address space ends. */
static loff_t pagemap_lseek(struct file *file, loff_t offset, int whence)
{
	struct reader *reader = file->private_data;

	return fixed_size_llseek(file, offset, whence,
				 (loff_t)end_vpn(reader) * RECORD_SIZE);
}

const struct file_operations pagemap_file_ops = {
	.owner = THIS_MODULE,
	.open = pagemap_open,
	.release = pagemap_release,
	.read = pagemap_read,
	.llseek = pagemap_lseek,
};
