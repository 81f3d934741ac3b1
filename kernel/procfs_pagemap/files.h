/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The files of a process. The inode's i_private is its struct pid.
 */
#ifndef PROCFS_PAGEMAP_FILES_H
#define PROCFS_PAGEMAP_FILES_H

#include <linux/fs.h>

/*
 * The memory of the process behind a file, for one who may see all of it;
 * -EPERM, or -ESRCH if the process is gone or has none (a kernel thread).
 * Pins the memory's users: mmput().
 */
struct mm_struct *files_get_mm(struct inode *inode);

extern const struct file_operations pagemap_file_ops;
extern const struct file_operations clear_refs_file_ops;

#endif
