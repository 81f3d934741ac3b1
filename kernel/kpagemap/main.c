// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/kpagemap: what every page frame of the machine is, and how often it is
 * mapped and referenced, in one file and one pass; mainline has two files and
 * leaves the reference count out.  The record is in uapi/kpagemap.h.
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "frame.h"

#define RECORD_SIZE sizeof(struct kpagemap_record)
#define BUFFER_RECORDS (PAGE_SIZE / RECORD_SIZE)

/*
 * Of an open file.  The buffer is there before anything is read: one that was
 * allocated for each read would show itself in what is read.
 */
struct reader {
	struct mutex lock;	/* of the buffer, for threads that share a file */
	struct kpagemap_record *buffer;
};

static int kpagemap_open(struct inode *inode, struct file *file)
{
	struct reader *reader = kmalloc(sizeof(*reader), GFP_KERNEL);

	if (!reader)
		return -ENOMEM;
	mutex_init(&reader->lock);
	reader->buffer = (void *)__get_free_page(GFP_KERNEL);
	if (!reader->buffer) {
		kfree(reader);
		return -ENOMEM;
	}
	file->private_data = reader;
	return 0;
}

static int kpagemap_release(struct inode *inode, struct file *file)
{
	struct reader *reader = file->private_data;

	free_page((unsigned long)reader->buffer);
	kfree(reader);
	return 0;
}

static size_t fill(struct reader *reader, unsigned long pfn, size_t bytes)
{
	size_t i, count = min_t(size_t, bytes / RECORD_SIZE, BUFFER_RECORDS);
	struct frame_walk walk = {};

	for (i = 0; i < count; i++)
		frame_record(&walk, pfn + i, &reader->buffer[i]);
	return count * RECORD_SIZE;
}

/* Gives how much was read, or why nothing was. */
static ssize_t read_frames(struct reader *reader, char __user *out,
			   unsigned long pfn, size_t count)
{
	size_t done, part;

	for (done = 0; done < count; done += part) {
		if (signal_pending(current))
			return done ? done : -EINTR;
		part = fill(reader, pfn + done / RECORD_SIZE, count - done);
		if (copy_to_user(out + done, reader->buffer, part))
			return done ? done : -EFAULT;
		cond_resched();
	}
	return done;
}

static ssize_t kpagemap_read(struct file *file, char __user *out, size_t count,
			     loff_t *pos)
{
	struct reader *reader = file->private_data;
	unsigned long end = frames_end();
	u64 pfn = *pos;
	ssize_t got;

	if ((*pos | count) & (RECORD_SIZE - 1))
		return -EINVAL;
	do_div(pfn, RECORD_SIZE);
	if (pfn >= end)
		return 0;
	count = min_t(u64, count, (end - pfn) * RECORD_SIZE);
	if (mutex_lock_interruptible(&reader->lock))
		return -EINTR;
	got = read_frames(reader, out, pfn, count);
	mutex_unlock(&reader->lock);
	if (got > 0)
		*pos += got;
	return got;
}

/* The file's end is where the frames end. */
static loff_t kpagemap_lseek(struct file *file, loff_t offset, int whence)
{
	return fixed_size_llseek(file, offset, whence,
				 (loff_t)frames_end() * RECORD_SIZE);
}

static const struct proc_ops kpagemap_ops = {
	.proc_open = kpagemap_open,
	.proc_release = kpagemap_release,
	.proc_read = kpagemap_read,
	.proc_lseek = kpagemap_lseek,
};

static int __init kpagemap_init(void)
{
	/* 0400: frame numbers and flags are root's, as in mainline. */
	return proc_create("kpagemap", 0400, NULL, &kpagemap_ops) ? 0 : -ENOMEM;
}

static void __exit kpagemap_exit(void)
{
	remove_proc_entry("kpagemap", NULL);
}

module_init(kpagemap_init);
module_exit(kpagemap_exit);
MODULE_DESCRIPTION("/proc/kpagemap: flags and counts of every page frame");
MODULE_LICENSE("GPL");
