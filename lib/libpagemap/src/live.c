/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The source for the running kernel.  The only file that names /proc and /sys,
 * and the only one that asks the kernel by anything but reading: ioctl
 * PAGEMAP_SCAN and kcmp.  Features are found by trying them on this very process.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "averages.h"
#include "live.h"
#include "tree.h"

/* PAGEMAP_SCAN of Linux 6.7, which Debian 12's headers do not have yet. */
struct scan_region {
	uint64_t start;
	uint64_t end;
	uint64_t categories;
};

struct scan_arg {
	uint64_t size;
	uint64_t flags;
	uint64_t start;
	uint64_t end;
	uint64_t walk_end;
	uint64_t vec;
	uint64_t vec_len;
	uint64_t max_pages;
	uint64_t category_inverted;
	uint64_t category_mask;
	uint64_t category_anyof_mask;
	uint64_t return_mask;
};

#define SCAN_IOCTL _IOWR('f', 16, struct scan_arg)
#define SCAN_WP_MATCHING (1 << 0)
#define CATEGORY_WPALLOWED (1 << 0)
#define CATEGORY_WRITTEN (1 << 1)
#define CATEGORY_PRESENT (1 << 3)
#define CATEGORY_SWAPPED (1 << 4)
#define CATEGORY_ZERO (1 << 5)
#define CATEGORY_HUGE (1 << 6)

#define KCMP_TYPE_VM 1

/* Inode of the first pid namespace: PROC_PID_INIT_INO in proc_ns.h. */
#define FIRST_PID_NAMESPACE "pid:[4026531836]"

#define SCAN_REGIONS 256

/* Of Linux 6.7, too: pages become writable again without anyone's help. */
#define UFFD_WP_ASYNC (1 << 15)

static uint32_t extent_bits(uint64_t categories)
{
	uint32_t bits = EXTENT_SURE;

	if (categories & CATEGORY_HUGE)
		bits |= EXTENT_HUGE;
	if (categories & CATEGORY_ZERO)
		bits |= EXTENT_ZERO;
	if (categories & CATEGORY_WRITTEN)
		bits |= EXTENT_WRITTEN;
	return bits;
}

/* The categories are the caller's, the rest of arg is filled here. */
static ssize_t scan_by_ioctl(struct pagemap_source *source,
			     const struct pages_file *pages, struct scan *scan,
			     struct scan_arg arg, struct extent *ret_extents,
			     size_t count)
{
	struct scan_region regions[SCAN_REGIONS];
	uint64_t end = scan->end_page;
	int i, found = 0;

	if (!pagemap_source_has_feature(source, PAGEMAP_FEATURE_SCAN))
		return -ENOTSUP;
	arg.size = sizeof(arg);
	arg.vec = (uintptr_t)regions;
	arg.vec_len = count < SCAN_REGIONS ? count : SCAN_REGIONS;
	arg.max_pages = scan->max_pages;
	if (end > source->scan_end_page)
		end = source->scan_end_page;
	/* Nothing found in what was walked is not yet the end. */
	while (!found && scan->next_page < end) {
		arg.start = scan->next_page << source->page_shift;
		arg.end = end << source->page_shift;
		found = ioctl(pages->fd, SCAN_IOCTL, &arg);
		if (found < 0)
			return errno == ESRCH ? -ESTALE : -errno;
		scan->next_page = arg.walk_end >> source->page_shift;
	}
	for (i = 0; i < found; i++) {
		ret_extents[i].start_page =
			regions[i].start >> source->page_shift;
		ret_extents[i].end_page = regions[i].end >> source->page_shift;
		ret_extents[i].bits = extent_bits(regions[i].categories);
	}
	return found;
}

static ssize_t live_scan(struct pagemap_source *source,
			 const struct pages_file *pages, struct scan *scan,
			 struct extent *ret_extents, size_t count)
{
	struct scan_arg arg = {
		.category_anyof_mask = CATEGORY_PRESENT | CATEGORY_SWAPPED,
		.return_mask = CATEGORY_ZERO | CATEGORY_HUGE,
	};

	return scan_by_ioctl(source, pages, scan, arg, ret_extents, count);
}

/*
 * Mappings that are not registered, or whose owner waits for each fault, have
 * no WPALLOWED and are passed over: nothing of theirs is protected.
 */
static ssize_t live_scan_written(struct pagemap_source *source,
				 const struct pages_file *pages,
				 struct scan *scan, struct extent *ret_extents,
				 size_t count)
{
	struct scan_arg arg = {
		.flags = scan->protect ? SCAN_WP_MATCHING : 0,
		.category_mask = CATEGORY_WPALLOWED,
		.category_anyof_mask = CATEGORY_PRESENT | CATEGORY_SWAPPED,
		.return_mask = CATEGORY_WRITTEN | CATEGORY_ZERO,
	};

	return scan_by_ioctl(source, pages, scan, arg, ret_extents, count);
}

static int live_register_own(struct pagemap_source *source, void *at,
			     size_t bytes)
{
	struct uffdio_api api = {
		.api = UFFD_API, .features = UFFD_WP_ASYNC,
	};
	struct uffdio_register area = {
		.range = { (uintptr_t)at, bytes },
		.mode = UFFDIO_REGISTER_MODE_WP,
	};
	int err, fd = (int)syscall(SYS_userfaultfd,
				   O_CLOEXEC | UFFD_USER_MODE_ONLY);

	(void)source;
	if (fd < 0)
		return -errno;
	if (!ioctl(fd, UFFDIO_API, &api) && !ioctl(fd, UFFDIO_REGISTER, &area))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

/* The entry of a page of our own that we have just written to. */
static int own_entry(struct pagemap_source *source, uint64_t *ret_entry,
		     struct pages_file *pages)
{
	volatile char byte = 1;
	uint64_t page = (uintptr_t)&byte >> source->page_shift;
	ssize_t got = tree_read_entries(pages, page, ret_entry, 1);

	return got == 1 ? 0 : got < 0 ? (int)got : -ENODATA;
}

static int open_own_pages(struct pagemap_source *source,
			  struct pages_file *ret_pages)
{
	*ret_pages = (struct pages_file){
		.fd = openat(source->root_fd, "self/pagemap",
			     O_RDONLY | O_CLOEXEC),
		.uses_fd = -1,
	};
	return ret_pages->fd < 0 ? -errno : 0;
}

static bool probe_entry(struct pagemap_source *source,
			enum pagemap_feature feature, const char **ret_reason)
{
	struct pages_file pages;
	struct pagemap_page page;
	uint64_t entry;
	int err = open_own_pages(source, &pages);

	if (!err) {
		err = own_entry(source, &entry, &pages);
		tree_close_pages(&pages);
	}
	*ret_reason = err == -EACCES || err == -EPERM ?
		"pagemap may not be read: run as root" :
		"this kernel has no pagemap (CONFIG_PROC_PAGE_MONITOR)";
	if (err)
		return false;
	page = pagemap_decode_entry(entry, 0);
	if (feature == PAGEMAP_FEATURE_PFN) {
		*ret_reason = "frame numbers need CAP_SYS_ADMIN in the first "
			      "user namespace: run as root";
		return page.pfn != PAGEMAP_PFN_UNKNOWN;
	}
	*ret_reason = "bit 56 of pagemap came with Linux 4.2";
	return feature != PAGEMAP_FEATURE_EXCLUSIVE ||
	       (page.bits & PAGEMAP_RUN_EXCLUSIVE);
}

/* The end of the address space, which the ioctl insists on: by trying. */
static bool probe_scan(struct pagemap_source *source)
{
	static const uint64_t ends[] = {
		(UINT64_C(1) << 56) - 4096, UINT64_C(1) << 52,
		UINT64_C(1) << 48, (UINT64_C(1) << 47) - 4096,
		UINT64_C(1) << 42, UINT64_C(1) << 39, UINT64_C(1) << 38,
		UINT64_C(0xfffff000), UINT64_C(0xc0000000),
	};
	struct scan_region region;
	struct scan_arg arg = {
		.size = sizeof(arg),
		.vec = (uintptr_t)&region,
		.vec_len = 1,
		.category_anyof_mask = CATEGORY_PRESENT,
		.return_mask = CATEGORY_ZERO,
	};
	struct pages_file pages;
	size_t i;

	if (open_own_pages(source, &pages))
		return false;
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		/* From the last page alone, so that nothing is walked. */
		arg.end = ends[i] & ~(uint64_t)(source->page_size_bytes - 1);
		arg.start = arg.end - source->page_size_bytes;
		if (ioctl(pages.fd, SCAN_IOCTL, &arg) < 0)
			continue;
		source->scan_end_page = arg.end >> source->page_shift;
		break;
	}
	tree_close_pages(&pages);
	return source->scan_end_page != 0;
}

static bool probe_open(struct pagemap_source *source, const char *name)
{
	int fd = openat(source->root_fd, name, O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool open_frames(struct pagemap_source *source, enum frame_file file,
			const char **ret_reason)
{
	bool there = tree_open_frames(source, file);

	*ret_reason = !there && errno == ENOENT ?
		"this kernel lacks it (CONFIG_PROC_PAGE_MONITOR)" :
		"it may not be read: run as root";
	return there;
}

static bool probe_all_pids(struct pagemap_source *source,
			   const char **ret_reason)
{
	char target[64];
	struct stat st;
	ssize_t length = readlinkat(source->root_fd, "self/ns/pid", target,
				    sizeof(target) - 1);

	*ret_reason = "this is a pid namespace: processes outside it share "
		      "pages unseen; run in the first one";
	if (length > 0) {
		target[length] = '\0';
		if (strcmp(target, FIRST_PID_NAMESPACE) != 0)
			return false;
	}
	*ret_reason = "/proc is mounted with hidepid: other users' processes "
		      "are not seen; run as root";
	return fstatat(source->root_fd, "1", &st, 0) == 0;
}

static int live_compare_mm(struct pagemap_source *source, pid_t a, pid_t b)
{
	long order;

	if (!pagemap_source_has_feature(source, PAGEMAP_FEATURE_KCMP))
		return -ENOTSUP;
	order = syscall(SYS_kcmp, a, b, KCMP_TYPE_VM, 0, 0);
	return order < 0 ? -errno : (int)order;
}

static bool probe_kcmp(void)
{
	pid_t self = getpid();

	return syscall(SYS_kcmp, self, self, KCMP_TYPE_VM, 0, 0) == 0;
}

/* By our own file, which a tree of another pid namespace has not. */
static bool probe_uses(struct pagemap_source *source, const char **ret_reason)
{
	struct process_ref self = { .pid = getpid(), .dir_fd = -1 };
	struct pages_file pages = { .fd = -1, .uses_fd = -1 };
	int err = tree_open_uses(source, &self, &pages);

	tree_close_pages(&pages);
	*ret_reason = err == -EACCES || err == -EPERM ?
		"only root may read /proc/pagemap" :
		"/proc/pagemap is not there: load the kernel module "
		"procfs_pagemap and mount it (mount -t pagemap pagemap "
		"/proc/pagemap)";
	return !err;
}

/* A page of ours that was just written to is merged with no other. */
static bool probe_ksm_flag(struct pagemap_source *source)
{
	struct pages_file pages;
	uint64_t entry = 0, pfn, flags;

	if (!pagemap_source_has_feature(source, PAGEMAP_FEATURE_KPAGEFLAGS) ||
	    open_own_pages(source, &pages))
		return false;
	own_entry(source, &entry, &pages);
	tree_close_pages(&pages);
	pfn = pagemap_decode_entry(entry, 0).pfn;
	return pfn != PAGEMAP_PFN_UNKNOWN &&
	       tree_read_frames(source, FRAME_FLAGS, pfn, &flags, 1) == 1 &&
	       !(flags & UINT64_C(1) << PAGEMAP_FLAG_KSM);
}

static bool live_probe(struct pagemap_source *source,
		       enum pagemap_feature feature, const char **ret_reason)
{
	switch (feature) {
	case PAGEMAP_FEATURE_PAGEMAP:
	case PAGEMAP_FEATURE_PFN:
	case PAGEMAP_FEATURE_EXCLUSIVE:
		return probe_entry(source, feature, ret_reason);
	case PAGEMAP_FEATURE_SCAN:
		*ret_reason = "ioctl PAGEMAP_SCAN came with Linux 6.7";
		return probe_scan(source);
	case PAGEMAP_FEATURE_KPAGECOUNT:
		return open_frames(source, FRAME_COUNTS, ret_reason);
	case PAGEMAP_FEATURE_KPAGEFLAGS:
		return open_frames(source, FRAME_FLAGS, ret_reason);
	case PAGEMAP_FEATURE_KPAGEMAP:
		*ret_reason = "the kernel module kpagemap is not loaded";
		return tree_open_records(source);
	case PAGEMAP_FEATURE_PAGE_USE:
		return probe_uses(source, ret_reason);
	case PAGEMAP_FEATURE_KSM_FLAG:
		*ret_reason = "this kernel's kpageflags call every anonymous "
			      "page merged, or are not shown";
		return probe_ksm_flag(source);
	case PAGEMAP_FEATURE_SMAPS:
		*ret_reason = "this kernel has no smaps "
			      "(CONFIG_PROC_PAGE_MONITOR)";
		return probe_open(source, "self/smaps");
	case PAGEMAP_FEATURE_SMAPS_ROLLUP:
		*ret_reason = "smaps_rollup came with Linux 4.14";
		return probe_open(source, "self/smaps_rollup");
	case PAGEMAP_FEATURE_PRECISE_COUNTS:
		return counts_are_precise(source, ret_reason);
	case PAGEMAP_FEATURE_KCMP:
		*ret_reason = "this kernel has no kcmp (CONFIG_KCMP)";
		return probe_kcmp();
	case PAGEMAP_FEATURE_ALL_PIDS:
		return probe_all_pids(source, ret_reason);
	case PAGEMAP_FEATURE_SWAP:
		*ret_reason = "no swap area is in use";
		return source->swap_types != 0;
	case PAGEMAP_FEATURE_FILE_BIT:
	case PAGEMAP_FEATURE_MAPPINGS:
		return true;
	case PAGEMAP_FEATURE_COUNT:
		break;
	}
	return false;
}

/* The module's file is found by the pid, as in tree_open_uses. */
static int live_open_forget(struct pagemap_source *source,
			    const struct process_ref *ref,
			    enum forget_file file)
{
	char path[64] = "self/clear_refs";
	int fd, dir_fd = source->root_fd, flags = O_WRONLY | O_CLOEXEC;

	switch (file) {
	case FORGET_CLEAR_REFS:
		if (ref)
			snprintf(path, sizeof(path), "clear_refs");
		if (ref)
			dir_fd = ref->dir_fd;
		break;
	case FORGET_MODULE:
		snprintf(path, sizeof(path), "pagemap/%d/clear_refs",
			 (int)(ref ? ref->pid : getpid()));
		break;
	case FORGET_IDLE:
		snprintf(path, sizeof(path), "%s",
			 "/sys/kernel/mm/page_idle/bitmap");
		flags = O_RDWR | O_CLOEXEC;
		break;
	}
	fd = openat(dir_fd, path, flags);
	return fd < 0 ? -errno : fd;
}

static const struct source_ops live_ops = {
	.next_pid = tree_next_pid,
	.open_process = tree_open_process,
	.close_process = tree_close_process,
	.read_text = tree_read_text,
	.open_kept = tree_open_file,
	.read_link = tree_read_link,
	.owner = tree_owner,
	.open_pages = tree_open_pages,
	.close_pages = tree_close_pages,
	.read_entries = tree_read_entries,
	.open_uses = tree_open_uses,
	.read_uses = tree_read_uses,
	.scan = live_scan,
	.scan_written = live_scan_written,
	.register_own = live_register_own,
	.read_frames = tree_read_frames,
	.open_forget = live_open_forget,
	.list_files = live_list_files,
	.stat_file = live_stat_file,
	.open_mapped = live_open_mapped,
	.probe = live_probe,
	.compare_mm = live_compare_mm,
	.close = tree_close,
};

int pagemap_source_open_live(struct pagemap_source **ret_source)
{
	struct pagemap_source *source;
	int err, fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	source = source_new(&live_ops, PAGEMAP_SOURCE_LIVE);
	if (!source) {
		close(fd);
		return -ENOMEM;
	}
	err = tree_attach(source, fd, 0);
	if (err)
		pagemap_source_close(source);
	else
		*ret_source = source;
	return err;
}
