/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading a directory that looks like /proc, by descriptors alone.  Symbolic
 * links are not followed in the last component and nothing here can block on
 * a FIFO, since a saved tree may be hostile.
 */
#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "parse.h"

#define OPEN_FLAGS (O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)

/* smaps of 65,000 mappings takes 50 MiB; a text beyond this is a lie. */
#define TEXT_MAX_BYTES (UINT64_C(1) << 30)

/* Of the modules' files, read at a time. */
#define RECORDS 256

struct dirent64_head {
	uint64_t inode;
	int64_t offset;
	uint16_t length;
	uint8_t type;
	char name[];
};

static bool name_to_number(const char *name, int *ret_number)
{
	uint32_t number = 0;
	const char *at = name;

	for (; *at >= '0' && *at <= '9'; at++) {
		if (number > (INT32_MAX - 9) / 10)
			return false;
		number = number * 10 + (uint32_t)(*at - '0');
	}
	*ret_number = (int)number;
	return *at == '\0' && at > name;
}

static int collect_numbers(struct array *numbers, const char *block,
			   size_t size, int least)
{
	size_t at = 0;

	while (at < size) {
		const struct dirent64_head *entry = (const void *)(block + at);
		int number, *place;

		at += entry->length;
		if (!name_to_number(entry->name, &number) || number < least)
			continue;
		place = array_push(numbers, sizeof(*place));
		if (!place)
			return -ENOMEM;
		*place = number;
	}
	return 0;
}

int tree_list_numbers(int dir_fd, int least, struct array *ret_numbers)
{
	_Alignas(struct dirent64_head) char block[32768];
	ssize_t size;
	int err = 0;

	while (!err && (size = syscall(SYS_getdents64, dir_fd, block,
				       sizeof(block))) != 0)
		err = size < 0 ? -errno :
		      collect_numbers(ret_numbers, block, (size_t)size, least);
	return err;
}

static int list_pids(struct pagemap_source *source)
{
	struct array *pids = &source->pids;
	size_t i;
	int err;

	pids->count = 0;
	if (lseek(source->root_fd, 0, SEEK_SET) < 0)
		return source_fail(source, -errno, "list of processes", 0);
	err = tree_list_numbers(source->root_fd, 1, pids);
	if (err)
		return source_fail(source, err, "list of processes", 0);
	/* The kernel lists them in order, another file system does not. */
	for (i = 1; i < pids->count; i++) {
		const pid_t *pid = pids->items;

		if (pid[i] > pid[i - 1])
			continue;
		qsort(pids->items, pids->count, sizeof(pid_t), array_compare_pids);
		break;
	}
	return err;
}

int tree_next_pid(struct pagemap_source *source, pid_t *pid)
{
	const pid_t *pids;
	size_t low = 0, high;

	if (*pid == 0) {
		int err = list_pids(source);

		if (err)
			return err;
	}
	pids = source->pids.items;
	high = source->pids.count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (pids[middle] > *pid)
			high = middle;
		else
			low = middle + 1;
	}
	if (low == source->pids.count)
		return 0;
	*pid = pids[low];
	return 1;
}

/* Writes "PID" or "PID/name"; PATH_SIZE is enough for every name used here. */
#define PATH_SIZE 64
static void process_path(char path[PATH_SIZE], pid_t pid, const char *name)
{
	char digits[12];
	size_t count = 0, at = 0;
	uint32_t rest = (uint32_t)pid;

	do {
		digits[count++] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	while (count)
		path[at++] = digits[--count];
	path[at] = '\0';
	if (name) {
		path[at++] = '/';
		strncpy(path + at, name, PATH_SIZE - at - 1);
		path[PATH_SIZE - 1] = '\0';
	}
}

int tree_open_file(struct pagemap_source *source,
		   const struct process_ref *ref, const char *name)
{
	char path[PATH_SIZE];
	int fd;

	if (!ref) {
		fd = openat(source->root_fd, name, OPEN_FLAGS);
	} else if (ref->dir_fd >= 0) {
		fd = openat(ref->dir_fd, name, OPEN_FLAGS);
	} else {
		process_path(path, ref->pid, name);
		fd = openat(source->root_fd, path, OPEN_FLAGS);
	}
	return fd < 0 ? -errno : fd;
}

int tree_open_process(struct pagemap_source *source, pid_t pid,
		      struct process_ref *ret_ref)
{
	char path[PATH_SIZE];
	int fd;

	process_path(path, pid, NULL);
	fd = openat(source->root_fd, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	*ret_ref = (struct process_ref){ .pid = pid, .dir_fd = fd };
	return 0;
}

void tree_close_process(struct process_ref *ref)
{
	if (ref->dir_fd >= 0)
		close(ref->dir_fd);
	ref->dir_fd = -1;
}

int tree_read_text(struct pagemap_source *source, const struct process_ref *ref,
		   const char *name, struct buffer *ret_text)
{
	struct stat st;
	int err, fd = tree_open_file(source, ref, name);

	if (fd < 0)
		return fd;
	/* A saved file says its size; /proc says 0 and gives a page a read. */
	if (source->kind == PAGEMAP_SOURCE_TREE) {
		if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
			close(fd);
			return -EINVAL;
		}
		if ((uint64_t)st.st_size > TEXT_MAX_BYTES) {
			close(fd);
			return -EFBIG;
		}
	}
	err = buffer_read_fd(ret_text, fd, 4096);
	close(fd);
	return err == -ESRCH ? -ESTALE : err;
}

int tree_read_link(struct pagemap_source *source, const struct process_ref *ref,
		   const char *name, struct buffer *ret_target)
{
	char path[PATH_SIZE];
	int err, dir_fd = source->root_fd;
	ssize_t length;

	snprintf(path, sizeof(path), "%s", name);
	if (ref && ref->dir_fd >= 0)
		dir_fd = ref->dir_fd;
	else if (ref)
		process_path(path, ref->pid, name);
	err = buffer_reserve(ret_target, 4096);
	if (err)
		return err;
	length = readlinkat(dir_fd, path, ret_target->data,
			    ret_target->capacity);
	if (length < 0)
		return -errno;
	ret_target->size = (size_t)length;
	ret_target->data[length] = '\0';
	return 0;
}

/*
 * The directory of a process belongs to its effective user, also where its
 * files belong to root since it is not dumpable.  A saved tree belongs to
 * whoever unpacked it, so there the status file is asked.
 */
int tree_owner(struct pagemap_source *source, const struct process_ref *ref,
	       uid_t *ret_uid)
{
	struct buffer text = { 0 };
	struct proc_status status;
	char path[PATH_SIZE];
	struct stat st;
	int err;

	if (source->kind == PAGEMAP_SOURCE_TREE) {
		err = tree_read_text(source, ref, "status", &text);
		if (!err)
			err = parse_status(text.data, text.size, &status);
		buffer_free(&text);
		if (!err)
			*ret_uid = status.euid;
		return err;
	}
	if (ref->dir_fd >= 0) {
		err = fstat(ref->dir_fd, &st);
	} else {
		process_path(path, ref->pid, NULL);
		err = fstatat(source->root_fd, path, &st, 0);
	}
	if (err)
		return -errno;
	*ret_uid = st.st_uid;
	return 0;
}

int tree_open_pages(struct pagemap_source *source,
		    const struct process_ref *ref, struct pages_file *ret_pages)
{
	int fd = tree_open_file(source, ref, "pagemap");
	struct stat st;

	if (fd < 0)
		return fd;
	/* One that ends inside an entry was cut off. */
	if (source->kind == PAGEMAP_SOURCE_TREE &&
	    (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size % 8)) {
		close(fd);
		return -EBADMSG;
	}
	*ret_pages = (struct pages_file){ .fd = fd, .uses_fd = -1 };
	return 0;
}

void tree_close_pages(struct pages_file *pages)
{
	if (pages->fd >= 0)
		close(pages->fd);
	if (pages->uses_fd >= 0)
		close(pages->uses_fd);
	pages->fd = -1;
	pages->uses_fd = -1;
}

static ssize_t read_words(int fd, uint64_t first, uint64_t *ret_words,
			  size_t count)
{
	ssize_t got;

	if (first > (uint64_t)INT64_MAX / 8)
		return 0;
	got = pread(fd, ret_words, count * 8, (off_t)(first * 8));
	return got < 0 ? -errno : got / 8;
}

ssize_t tree_read_entries(const struct pages_file *pages, uint64_t first_page,
			  uint64_t *ret_entries, size_t count)
{
	return read_words(pages->fd, first_page, ret_entries, count);
}

/*
 * A record of either module, see kernel/uapi: an entry, its map count and its
 * bits; or flags, the map count and the reference count.
 */
struct record {
	uint64_t word;
	uint32_t map_count;
	uint32_t rest;
};

/* Up to RECORDS of them; 0 at the end. */
static ssize_t read_some(int fd, uint64_t first, struct record *ret_records,
			 size_t count)
{
	ssize_t got;

	if (count > RECORDS)
		count = RECORDS;
	if (first > INT64_MAX / sizeof(*ret_records) - RECORDS)
		return 0;
	got = pread(fd, ret_records, count * sizeof(*ret_records),
		    (off_t)(first * sizeof(*ret_records)));
	return got < 0 ? -errno : got / (ssize_t)sizeof(*ret_records);
}

#define RECORD_ACCESSED 1
#define RECORD_MODIFIED 2
#define RECORD_HUGE 8

bool tree_has_uses(struct pagemap_source *source)
{
	return faccessat(source->root_fd, "pagemap", X_OK, 0) == 0;
}

/*
 * The module's file is found by the pid.  That the process which is held is
 * there still shows that no other has its pid.
 */
int tree_open_uses(struct pagemap_source *source, const struct process_ref *ref,
		   struct pages_file *pages)
{
	char path[PATH_SIZE];
	struct stat st;
	int fd, alive;

	snprintf(path, sizeof(path), "pagemap/%d/pagemap", (int)ref->pid);
	fd = openat(source->root_fd, path, OPEN_FLAGS);
	if (fd < 0)
		return -errno;
	alive = tree_open_file(source, ref, "pagemap");
	if (alive >= 0)
		close(alive);
	if (alive >= 0 && source->kind == PAGEMAP_SOURCE_TREE &&
	    (fstat(fd, &st) || !S_ISREG(st.st_mode) ||
	     st.st_size % (off_t)sizeof(struct record)))
		alive = -EBADMSG;
	if (alive < 0) {
		close(fd);
		return alive;
	}
	pages->uses_fd = fd;
	return 0;
}

static uint32_t use_of(const struct record *record)
{
	return PAGEMAP_RUN_USE_KNOWN |
	       (record->rest & RECORD_ACCESSED ? PAGEMAP_RUN_ACCESSED : 0) |
	       (record->rest & RECORD_MODIFIED ? PAGEMAP_RUN_MODIFIED : 0) |
	       (record->rest & RECORD_HUGE ? PAGEMAP_RUN_HUGE : 0);
}

ssize_t tree_read_uses(const struct pages_file *pages, uint64_t first_page,
		       uint64_t *ret_entries, uint32_t *ret_uses, size_t count)
{
	struct record records[RECORDS];
	size_t done = 0;
	ssize_t i, got = 0;

	while (done < count &&
	       (got = read_some(pages->uses_fd, first_page + done, records,
				count - done)) > 0) {
		for (i = 0; i < got; i++) {
			ret_entries[done + (size_t)i] = records[i].word;
			ret_uses[done + (size_t)i] = use_of(&records[i]);
		}
		done += (size_t)got;
	}
	return got < 0 && !done ? got : (ssize_t)done;
}

/* Another kpagemap than the module's has another size of record. */
static bool holds_records(int fd)
{
	struct record record;
	off_t end = lseek(fd, 0, SEEK_END);

	errno = ENOENT;
	return end > 0 && !(end % (off_t)sizeof(record)) &&
	       pread(fd, &record, sizeof(record), 0) == sizeof(record);
}

bool tree_open_records(struct pagemap_source *source)
{
	int fd;

	if (source->records_fd >= 0)
		return true;
	fd = openat(source->root_fd, "kpagemap", OPEN_FLAGS);
	if (fd < 0)
		return false;
	if (!holds_records(fd)) {
		close(fd);
		return false;
	}
	source->records_fd = fd;
	return true;
}

bool tree_open_frames(struct pagemap_source *source, enum frame_file file)
{
	static const char *const names[] = {
		[FRAME_COUNTS] = "kpagecount", [FRAME_FLAGS] = "kpageflags",
	};
	int *fd = &source->frame_fds[file];

	if (pagemap_source_has_feature(source, PAGEMAP_FEATURE_KPAGEMAP))
		return true;
	if (*fd < 0)
		*fd = openat(source->root_fd, names[file], OPEN_FLAGS);
	return *fd >= 0;
}

/* One of the two numbers of each record; gives how many there were. */
static ssize_t read_records(int fd, enum frame_file file, uint64_t pfn,
			    uint64_t *ret_values, size_t count)
{
	struct record records[RECORDS];
	size_t done = 0;
	ssize_t i, got = 0;

	while (done < count && (got = read_some(fd, pfn + done, records,
						count - done)) > 0) {
		for (i = 0; i < got; i++)
			ret_values[done + (size_t)i] = file == FRAME_FLAGS ?
				records[i].word : records[i].map_count;
		done += (size_t)got;
	}
	return got < 0 && !done ? got : (ssize_t)done;
}

ssize_t tree_read_frames(struct pagemap_source *source, enum frame_file file,
			 uint64_t pfn, uint64_t *ret_values, size_t count)
{
	/* Opened by the probe of the feature, which comes first. */
	if (source->records_fd >= 0)
		return read_records(source->records_fd, file, pfn, ret_values,
				    count);
	if (source->frame_fds[file] < 0)
		return -ENOTSUP;
	return read_words(source->frame_fds[file], pfn, ret_values, count);
}

int tree_open_forget(struct pagemap_source *source,
		     const struct process_ref *ref, enum forget_file file)
{
	(void)source, (void)ref, (void)file;
	return -ENOTSUP;
}

int tree_list_files(struct pagemap_source *source,
		    const struct process_ref *ref, struct array *ret_files)
{
	(void)source, (void)ref, (void)ret_files;
	return -ENOTSUP;
}

int tree_stat_file(struct pagemap_source *source,
		   const struct process_ref *ref, const char *name,
		   struct source_file *ret_file)
{
	(void)source, (void)ref, (void)name, (void)ret_file;
	return -ENOTSUP;
}

void tree_map_file_name(char ret_name[MAP_FILE_NAME_SIZE], uint64_t start_vaddr,
			uint64_t end_vaddr)
{
	snprintf(ret_name, MAP_FILE_NAME_SIZE, "map_files/%" PRIx64 "-%" PRIx64,
		 start_vaddr, end_vaddr);
}

int tree_open_mapped(struct pagemap_source *source,
		     const struct process_ref *ref, uint64_t start_vaddr,
		     uint64_t end_vaddr, dev_t dev, uint64_t inode)
{
	char name[MAP_FILE_NAME_SIZE];
	struct stat st;
	int fd;

	(void)dev, (void)inode;
	tree_map_file_name(name, start_vaddr, end_vaddr);
	fd = tree_open_file(source, ref, name);
	if (fd >= 0 && (fstat(fd, &st) || !S_ISREG(st.st_mode))) {
		close(fd);
		return -EINVAL;
	}
	return fd;
}

static int read_version(struct pagemap_source *source)
{
	struct buffer text = { 0 };
	struct proc_version version;
	int err = tree_read_text(source, NULL, "version", &text);

	if (!err)
		err = parse_version(text.data, text.size, &version);
	if (!err) {
		snprintf(source->kernel, sizeof(source->kernel), "%.*s",
			 (int)version.release.len, version.release.at);
		source->kernel_major = version.major;
		source->kernel_minor = version.minor;
	}
	buffer_free(&text);
	return err;
}

static int read_meta(struct pagemap_source *source)
{
	struct buffer text = { 0 };
	struct tree_meta meta;
	int err = tree_read_text(source, NULL, "meta.json", &text);

	if (!err)
		err = parse_meta(text.data, text.size, &meta);
	if (!err) {
		source->missing_pids = !meta.all_pids;
		source->averaged = meta.averaged;
		if (!source->page_size_bytes)
			source->page_size_bytes = meta.page_size_bytes;
	}
	buffer_free(&text);
	return err == -ENOENT ? 0 : err;
}

static int set_page_size(struct pagemap_source *source)
{
	uint32_t size = source->page_size_bytes;

	if (!size)
		size = (uint32_t)sysconf(_SC_PAGESIZE);
	if (size < 1024 || size > 1024 * 1024 || (size & (size - 1)))
		return source_fail(source, -EINVAL, "page size", 0);
	source->page_size_bytes = size;
	source->page_shift = (uint32_t)__builtin_ctz(size);
	return 0;
}

int tree_attach(struct pagemap_source *source, int root_fd,
		uint32_t page_size_bytes)
{
	int err;

	source->root_fd = root_fd;
	source->page_size_bytes = page_size_bytes;
	/* A tree without version is read as a kernel that is not known. */
	read_version(source);
	if (source->kind == PAGEMAP_SOURCE_TREE) {
		err = read_meta(source);
		if (err)
			return source_fail(source, err, "meta.json", 0);
	}
	return set_page_size(source);
}

void tree_close(struct pagemap_source *source)
{
	int i;

	for (i = 0; i < 2; i++)
		if (source->frame_fds[i] >= 0)
			close(source->frame_fds[i]);
	if (source->records_fd >= 0)
		close(source->records_fd);
	if (source->root_fd >= 0)
		close(source->root_fd);
	array_free(&source->pids);
}
