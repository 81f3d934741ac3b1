// SPDX-License-Identifier: GPL-2.0-only
/*
 * The file system of /proc/pagemap: a directory for each process, with the
 * files pagemap and clear_refs.  A module cannot add files to /proc/<pid>; it
 * can make an empty directory in /proc, on which this is mounted:
 *
 *	mount -t pagemap pagemap /proc/pagemap
 *
 * It shows the processes of the pid namespace of who mounted it. All of it is
 * root's, and of a root who may see what every process does.
 */
#include <linux/capability.h>
#include <linux/fs_context.h>
#include <linux/magic.h>
#include <linux/module.h>
#include <linux/pid_namespace.h>
#include <linux/proc_fs.h>
#include <linux/sched/mm.h>
#include <linux/sched/task.h>

#include "../compat.h"
#include "files.h"

#define FS_NAME "pagemap"
#define FS_MAGIC 0x70676d70	/* "pgmp" */

static const struct {
	const char *name;
	const struct file_operations *ops;
} files[] = {
	{ "pagemap", &pagemap_file_ops },
	{ "clear_refs", &clear_refs_file_ops },
};

#define INO_ROOT 1

/* Of a process's directory; its files have the next numbers. */
static unsigned long ino_of(unsigned int nr)
{
	return (unsigned long)nr * (1 + ARRAY_SIZE(files)) + INO_ROOT;
}

/* ---- Processes ----------------------------------------------------------- */

/* A process that has not been waited for yet. */
static bool is_alive(struct pid *pid)
{
	return pid_task(pid, PIDTYPE_TGID);
}

/* The first process from this number on; its number in *nr. */
static struct pid *get_next(struct pid_namespace *ns, unsigned int *nr)
{
	struct pid *pid;

	rcu_read_lock();
	for (; (pid = find_ge_pid(*nr, ns)); (*nr)++) {
		*nr = pid_nr_ns(pid, ns);
		if (is_alive(pid))
			break;
	}
	get_pid(pid);
	rcu_read_unlock();
	return pid;
}

static struct pid *get_process(struct pid_namespace *ns, unsigned int nr)
{
	struct pid *pid;

	rcu_read_lock();
	pid = find_pid_ns(nr, ns);
	pid = pid && is_alive(pid) ? get_pid(pid) : NULL;
	rcu_read_unlock();
	return pid;
}

/*
 * Both capabilities are what mainline asks for: one for frame numbers, one for
 * other people's processes.
 */
struct mm_struct *files_get_mm(struct inode *inode)
{
	struct task_struct *task;
	struct mm_struct *mm;

	if (!capable(CAP_SYS_ADMIN) || !capable(CAP_SYS_PTRACE))
		return ERR_PTR(-EPERM);
	task = get_pid_task(inode->i_private, PIDTYPE_TGID);
	if (!task)
		return ERR_PTR(-ESRCH);
	mm = get_task_mm(task);
	put_task_struct(task);
	return mm ? mm : ERR_PTR(-ESRCH);
}

/* ---- Names --------------------------------------------------------------- */

/* Names end with their process, also those that someone still looks at. */
static COMPAT_REVALIDATE(revalidate, dentry, flags)
{
	struct inode *inode = d_inode_rcu(dentry);
	bool valid;

	if (!inode || !inode->i_private)
		return !!inode;
	rcu_read_lock();
	valid = is_alive(inode->i_private);
	rcu_read_unlock();
	return valid;
}

static const struct dentry_operations names = {
	.d_revalidate = revalidate,
	.d_delete = always_delete_dentry,
};

/* A number as it is written, without zeros before it; 0 if it is none. */
static unsigned int number_of(const struct qstr *name)
{
	unsigned int i, nr = 0;

	for (i = 0; i < name->len; i++) {
		unsigned int digit = name->name[i] - '0';

		if (digit > 9 || (!nr && !digit) || nr > PID_MAX_LIMIT)
			return 0;
		nr = nr * 10 + digit;
	}
	return nr;
}

/* Takes the reference to the process. */
static struct inode *make_inode(struct super_block *sb, unsigned long ino,
				umode_t mode, struct pid *pid)
{
	struct inode *inode = new_inode(sb);

	if (!inode) {
		put_pid(pid);
		return NULL;
	}
	inode->i_ino = ino;
	inode->i_mode = mode;
	inode->i_private = pid;
	compat_set_times(inode);
	return inode;
}

/* ---- The directory of a process ------------------------------------------ */

static struct dentry *process_lookup(struct inode *dir, struct dentry *dentry,
				     unsigned int flags)
{
	struct inode *inode;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(files); i++)
		if (!strcmp(dentry->d_name.name, files[i].name))
			break;
	if (i == ARRAY_SIZE(files))
		return ERR_PTR(-ENOENT);
	inode = make_inode(dir->i_sb, dir->i_ino + 1 + i, S_IFREG | 0600,
			   get_pid(dir->i_private));
	if (!inode)
		return ERR_PTR(-ENOMEM);
	inode->i_fop = files[i].ops;
	return d_splice_alias(inode, dentry);
}

static int process_iterate(struct file *file, struct dir_context *ctx)
{
	if (!dir_emit_dots(file, ctx))
		return 0;
	for (; ctx->pos - 2 < ARRAY_SIZE(files); ctx->pos++) {
		size_t i = ctx->pos - 2;

		if (!dir_emit(ctx, files[i].name, strlen(files[i].name),
			      file_inode(file)->i_ino + 1 + i, DT_REG))
			break;
	}
	return 0;
}

static const struct inode_operations process_inode_ops = {
	.lookup = process_lookup,
};

static const struct file_operations process_file_ops = {
	.owner = THIS_MODULE,
	.read = generic_read_dir,
	.iterate_shared = process_iterate,
	.llseek = generic_file_llseek,
};

/* ---- The directory of all ------------------------------------------------ */

static struct dentry *root_lookup(struct inode *dir, struct dentry *dentry,
				  unsigned int flags)
{
	unsigned int nr = number_of(&dentry->d_name);
	struct pid *pid = nr ? get_process(dir->i_sb->s_fs_info, nr) : NULL;
	struct inode *inode;

	if (!pid)
		return ERR_PTR(-ENOENT);
	inode = make_inode(dir->i_sb, ino_of(nr), S_IFDIR | 0500, pid);
	if (!inode)
		return ERR_PTR(-ENOMEM);
	set_nlink(inode, 2);
	inode->i_op = &process_inode_ops;
	inode->i_fop = &process_file_ops;
	return d_splice_alias(inode, dentry);
}

/* The place in the directory is the process's number, after the dots. */
static int root_iterate(struct file *file, struct dir_context *ctx)
{
	struct pid_namespace *ns = file_inode(file)->i_sb->s_fs_info;
	struct pid *pid;
	unsigned int nr;

	if (!dir_emit_dots(file, ctx))
		return 0;
	for (nr = ctx->pos - 2; (pid = get_next(ns, &nr)); nr++) {
		char name[16];
		int length = snprintf(name, sizeof(name), "%u", nr);

		put_pid(pid);
		ctx->pos = nr + 2;
		if (!dir_emit(ctx, name, length, ino_of(nr), DT_DIR))
			return 0;
		cond_resched();
	}
	ctx->pos = PID_MAX_LIMIT + 2;
	return 0;
}

static const struct inode_operations root_inode_ops = {
	.lookup = root_lookup,
};

static const struct file_operations root_file_ops = {
	.owner = THIS_MODULE,
	.read = generic_read_dir,
	.iterate_shared = root_iterate,
	.llseek = generic_file_llseek,
};

/* ---- The file system ----------------------------------------------------- */

static void evict_inode(struct inode *inode)
{
	truncate_inode_pages_final(&inode->i_data);
	clear_inode(inode);
	put_pid(inode->i_private);
}

static const struct super_operations super_ops = {
	.evict_inode = evict_inode,
	.statfs = simple_statfs,
};

static int fill_super(struct super_block *sb, struct fs_context *context)
{
	struct inode *root;

	sb->s_fs_info = get_pid_ns(task_active_pid_ns(current));
	sb->s_magic = FS_MAGIC;
	sb->s_blocksize = PAGE_SIZE;
	sb->s_blocksize_bits = PAGE_SHIFT;
	sb->s_maxbytes = MAX_LFS_FILESIZE;
	sb->s_iflags |= SB_I_NOEXEC | SB_I_NODEV;
	sb->s_op = &super_ops;
	compat_set_dentry_ops(sb, &names);
	root = make_inode(sb, INO_ROOT, S_IFDIR | 0500, NULL);
	if (!root)
		return -ENOMEM;
	set_nlink(root, 2);
	root->i_op = &root_inode_ops;
	root->i_fop = &root_file_ops;
	sb->s_root = d_make_root(root);
	return sb->s_root ? 0 : -ENOMEM;
}

static int get_tree(struct fs_context *context)
{
	return get_tree_nodev(context, fill_super);
}

static const struct fs_context_operations context_ops = {
	.get_tree = get_tree,
};

static int init_fs_context(struct fs_context *context)
{
	context->ops = &context_ops;
	return 0;
}

static void kill_super(struct super_block *sb)
{
	struct pid_namespace *ns = sb->s_fs_info;

	kill_anon_super(sb);
	if (ns)
		put_pid_ns(ns);
}

static struct file_system_type pagemap_fs = {
	.owner = THIS_MODULE,
	.name = FS_NAME,
	.init_fs_context = init_fs_context,
	.kill_sb = kill_super,
};

static int __init procfs_pagemap_init(void)
{
	int err;

	if (!proc_create_mount_point(FS_NAME))
		return -ENOMEM;
	err = register_filesystem(&pagemap_fs);
	if (err)
		remove_proc_entry(FS_NAME, NULL);
	return err;
}

static void __exit procfs_pagemap_exit(void)
{
	unregister_filesystem(&pagemap_fs);
	remove_proc_entry(FS_NAME, NULL);
}

module_init(procfs_pagemap_init);
module_exit(procfs_pagemap_exit);
MODULE_ALIAS_FS(FS_NAME);
MODULE_DESCRIPTION("/proc/pagemap: the pages of each process, and their use");
MODULE_LICENSE("GPL");
