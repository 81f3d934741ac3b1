/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The files that processes of the running kernel hold open, through the links
 * below <pid>/fd and <pid>/map_files: what stat says of them and, for those
 * that are opened, how much of them is in RAM.  What follows when their last
 * user dies is not known here.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "live.h"
#include "tree.h"

/* cachestat of Linux 6.5, which Debian 12's headers do not have yet. */
#define CACHESTAT_CALL 451

struct cachestat_range {
	uint64_t offset;
	uint64_t length;		/* 0: to the end */
};

struct cachestat_counts {
	uint64_t cached;
	uint64_t dirty;
	uint64_t writeback;
	uint64_t evicted;		/* of shmem: in swap */
	uint64_t recently_evicted;
};

static const struct {
	uint32_t magic;
	enum file_home home;
} homes[] = {
	{ 0x01021994, FILE_IN_SHMEM },		/* TMPFS_MAGIC */
	{ 0x858458f6, FILE_IN_RAMFS },		/* RAMFS_MAGIC */
	{ 0x958458f6, FILE_IN_HUGETLB },	/* HUGETLBFS_MAGIC */
};

/*
 * What is known without asking another machine: a stat of a file of a server
 * that is gone would not come back.
 */
static int stat_at(int dir_fd, const char *name, struct source_file *ret_file)
{
	struct statx st;

	if (statx(dir_fd, name, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT,
		  STATX_TYPE | STATX_NLINK | STATX_INO | STATX_BLOCKS, &st))
		return -errno;
	if (!S_ISREG(st.stx_mode))
		return -EINVAL;
	*ret_file = (struct source_file){
		.dev = makedev(st.stx_dev_major, st.stx_dev_minor),
		.inode = st.stx_ino,
		.link_count = st.stx_nlink,
		.allocated_bytes = st.stx_blocks * 512,
		.descriptor = -1,
		.cached_pages = FILE_PAGES_UNKNOWN,
		.swapped_pages = FILE_PAGES_UNKNOWN,
	};
	return 0;
}

int live_list_files(struct pagemap_source *source,
		    const struct process_ref *ref, struct array *ret_files)
{
	struct array numbers = { 0 };
	size_t i;
	int err, dir_fd;

	(void)source;
	dir_fd = openat(ref->dir_fd, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir_fd < 0)
		return -errno;
	err = tree_list_numbers(dir_fd, 0, &numbers);
	for (i = 0; i < numbers.count && !err; i++) {
		struct source_file file, *place;
		char name[16];
		int number = ((const int *)numbers.items)[i];

		snprintf(name, sizeof(name), "%d", number);
		err = stat_at(dir_fd, name, &file);
		/* Closed by now, or a socket, a pipe, a device: next one. */
		if (err) {
			err = err == -EACCES || err == -EPERM ? err : 0;
			continue;
		}
		file.descriptor = number;
		place = array_push(ret_files, sizeof(*place));
		if (place)
			*place = file;
		else
			err = -ENOMEM;
	}
	array_free(&numbers);
	close(dir_fd);
	return err;
}

static enum file_home home_of(int fd)
{
	struct statfs fs;
	size_t i;

	if (fstatfs(fd, &fs))
		return FILE_ON_DISK;
	for (i = 0; i < sizeof(homes) / sizeof(homes[0]); i++)
		if ((uint32_t)fs.f_type == homes[i].magic)
			return homes[i].home;
	return FILE_ON_DISK;
}

/* By mincore, as before 6.5: it does not tell what is in swap. */
static uint64_t count_by_mincore(struct pagemap_source *source, int fd)
{
	size_t i, size, pages, counted = 0;
	unsigned char *in_ram;
	struct stat st;
	void *at;

	if (fstat(fd, &st) || st.st_size <= 0)
		return FILE_PAGES_UNKNOWN;
	size = (size_t)st.st_size;
	pages = (size + source->page_size_bytes - 1) >> source->page_shift;
	at = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED)
		return FILE_PAGES_UNKNOWN;
	in_ram = mmap(NULL, pages, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (in_ram != MAP_FAILED) {
		if (mincore(at, size, in_ram))
			counted = FILE_PAGES_UNKNOWN;
		for (i = 0; i < pages && counted != FILE_PAGES_UNKNOWN; i++)
			counted += in_ram[i] & 1;
		munmap(in_ram, pages);
	}
	munmap(at, size);
	return in_ram == MAP_FAILED ? FILE_PAGES_UNKNOWN : counted;
}

static void count_pages(struct pagemap_source *source, int fd,
			struct source_file *file)
{
	struct cachestat_range all = { 0 };
	struct cachestat_counts counts;
	bool shmem = file->home == FILE_IN_SHMEM;
	uint64_t allocated = file->allocated_bytes >> source->page_shift;

	if (file->home == FILE_IN_HUGETLB) {
		file->cached_pages = allocated;
		file->swapped_pages = 0;
		return;
	}
	if (!syscall(CACHESTAT_CALL, fd, &all, &counts, 0)) {
		file->cached_pages = counts.cached;
		file->swapped_pages = shmem ? counts.evicted : 0;
		return;
	}
	file->cached_pages = count_by_mincore(source, fd);
	file->swapped_pages = !shmem ? 0 :
		file->cached_pages > allocated ? FILE_PAGES_UNKNOWN :
		allocated - file->cached_pages;
}

int live_stat_file(struct pagemap_source *source,
		   const struct process_ref *ref, const char *name,
		   struct source_file *ret_file)
{
	int fd, err = stat_at(ref->dir_fd, name, ret_file);

	if (err)
		return err;
	/* Regular, as was just seen; the access time is not ours to set. */
	fd = openat(ref->dir_fd, name,
		    O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | O_NOATIME);
	if (fd < 0)
		return -errno;
	ret_file->home = home_of(fd);
	count_pages(source, fd, ret_file);
	close(fd);
	return 0;
}

/* ---- The file behind a mapping ------------------------------------------ */

/*
 * The access time is not ours to set; who neither owns the file nor may act
 * for its owner may not say so, and reads it all the same.
 */
static int open_quietly(int dir_fd, const char *name)
{
	const int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	int fd = openat(dir_fd, name, flags | O_NOATIME);

	if (fd < 0 && errno == EPERM)
		fd = openat(dir_fd, name, flags);
	if (fd < 0)
		return -errno;
	return fd;
}

static int open_checked(int dir_fd, const char *name, dev_t dev,
			uint64_t inode)
{
	struct source_file file;
	struct stat st;
	int fd, err = stat_at(dir_fd, name, &file);

	/* Nothing but the file itself is opened: a device might act on it. */
	if (!err && (file.dev != dev || file.inode != inode))
		err = -ENOENT;
	if (err)
		return err == -EINVAL ? -ENOENT : err;
	fd = open_quietly(dir_fd, name);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_dev != dev ||
	    st.st_ino != inode) {
		close(fd);
		return -ENOENT;
	}
	return fd;
}

/* A descriptor of the process's that is open on it. */
static int open_by_descriptor(const struct process_ref *ref, dev_t dev,
			      uint64_t inode)
{
	struct array numbers = { 0 };
	int err, fd = -ENOENT, dir_fd;
	size_t i;

	dir_fd = openat(ref->dir_fd, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir_fd < 0)
		return -errno;
	err = tree_list_numbers(dir_fd, 0, &numbers);
	for (i = 0; !err && i < numbers.count && fd < 0; i++) {
		char name[16];

		snprintf(name, sizeof(name), "%d",
			 ((const int *)numbers.items)[i]);
		fd = open_checked(dir_fd, name, dev, inode);
	}
	array_free(&numbers);
	close(dir_fd);
	return err ? err : fd;
}

/*
 * The links below map_files are followed for CAP_SYS_ADMIN and
 * CAP_CHECKPOINT_RESTORE alone.
 */
int live_open_mapped(struct pagemap_source *source,
		     const struct process_ref *ref, uint64_t start_vaddr,
		     uint64_t end_vaddr, dev_t dev, uint64_t inode)
{
	char name[MAP_FILE_NAME_SIZE];
	int fd, other;

	(void)source;
	tree_map_file_name(name, start_vaddr, end_vaddr);
	fd = open_checked(ref->dir_fd, name, dev, inode);
	if (fd >= 0)
		return fd;
	other = open_by_descriptor(ref, dev, inode);
	return other == -ENOENT && (fd == -EACCES || fd == -EPERM) ? -EACCES :
	       other;
}
