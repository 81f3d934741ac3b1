/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is done to a memory cgroup by writing to its files: who is in it, its
 * limits, reclaim, and its end.
 */
#include "cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parse.h"

/* Deeper than anyone makes them, and no more descriptors than we may have. */
#define DEPTH_MAX 64

static const char *const limit_names[][CGROUP_LIMITS] = {
	[1] = { "memory.limit_in_bytes", NULL, "memory.oom_control" },
	[2] = { "memory.high", "memory.max", NULL },
};

static int write_fd(int fd, const char *text)
{
	ssize_t written = pwrite(fd, text, strlen(text), 0);

	return written < 0 ? -errno : 0;
}

int cgroup_write(int dir_fd, const char *name, const char *text)
{
	int err, fd = openat(dir_fd, name, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	err = write_fd(fd, text);
	close(fd);
	return err;
}

int pagemap_cgroup_join(struct pagemap_cgroup *cgroup, pid_t pid)
{
	char text[16];
	int err;

	snprintf(text, sizeof(text), "%d", (int)pid);
	err = cgroup_write(cgroup->dir_fd, "cgroup.procs", text);
	/* The one file that all have: so it is the cgroup that is gone. */
	if (err == -ENOENT)
		err = -ENODEV;
	if (err || cgroup->twin_fd < 0)
		return err;
	return cgroup_write(cgroup->twin_fd, "cgroup.procs", text);
}

/* ---- Limits ------------------------------------------------------------ */

static void open_limit(int dir_fd, const char *name,
		       struct cgroup_limit *limit)
{
	int fd = openat(dir_fd, name, O_RDWR | O_CLOEXEC);
	ssize_t size;

	if (fd < 0) {
		limit->fd = errno == ENOENT ? -ENOTSUP : -errno;
		return;
	}
	size = pread(fd, limit->before, sizeof(limit->before) - 1, 0);
	limit->before[size > 0 ? size : 0] = '\0';
	limit->fd = fd;
}

/* Of what oom_control says only the first number can be written back. */
static void keep_number(struct cgroup_limit *limit)
{
	static const char key[] = "oom_kill_disable ";
	char number = limit->before[sizeof(key) - 1];

	if (limit->fd < 0)
		return;
	limit->before[0] = number == '1' ? '1' : '0';
	limit->before[1] = '\0';
}

void cgroup_open_limits(struct pagemap_cgroup *cgroup)
{
	size_t i;

	for (i = 0; i < CGROUP_LIMITS; i++) {
		const char *name = limit_names[cgroup->version][i];

		if (name)
			open_limit(cgroup->dir_fd, name, &cgroup->limits[i]);
	}
	keep_number(&cgroup->limits[CGROUP_SHORTAGE]);
}

void cgroup_close_limits(struct pagemap_cgroup *cgroup)
{
	size_t i;

	for (i = 0; i < CGROUP_LIMITS; i++)
		if (cgroup->limits[i].fd >= 0)
			close(cgroup->limits[i].fd);
}

static int set_limit(struct pagemap_cgroup *cgroup, int which, uint64_t bytes)
{
	char text[24];
	int fd = cgroup->limits[which].fd;

	if (fd < 0)
		return fd;
	if (bytes >= PAGEMAP_CGROUP_NO_LIMIT)
		return write_fd(fd, cgroup->version == 1 ? "-1" : "max");
	snprintf(text, sizeof(text), "%" PRIu64, bytes);
	return write_fd(fd, text);
}

int pagemap_cgroup_set_limit(struct pagemap_cgroup *cgroup, uint64_t bytes)
{
	return set_limit(cgroup, CGROUP_LIMIT, bytes);
}

int pagemap_cgroup_set_hard_limit(struct pagemap_cgroup *cgroup,
				  uint64_t bytes)
{
	return set_limit(cgroup, cgroup->version == 1 ? CGROUP_LIMIT
						      : CGROUP_HARD_LIMIT,
			 bytes);
}

int pagemap_cgroup_pause_when_short(struct pagemap_cgroup *cgroup)
{
	int fd = cgroup->limits[CGROUP_SHORTAGE].fd;

	if (cgroup->version == 2)
		return 0;
	return fd < 0 ? fd : write_fd(fd, "1");
}

int pagemap_cgroup_restore_limits(struct pagemap_cgroup *cgroup)
{
	int err = 0;
	size_t i;

	for (i = 0; i < CGROUP_LIMITS; i++) {
		const struct cgroup_limit *limit = &cgroup->limits[i];
		int failed = limit->fd >= 0 && *limit->before ?
			write_fd(limit->fd, limit->before) : 0;

		if (failed)
			err = failed;
	}
	return err;
}

int pagemap_cgroup_reclaim(struct pagemap_cgroup *cgroup, uint64_t bytes)
{
	char text[24] = "0";
	int err;

	if (cgroup->version == 2)
		snprintf(text, sizeof(text), "%" PRIu64, bytes);
	err = cgroup_write(cgroup->dir_fd, cgroup->version == 2 ?
			   "memory.reclaim" : "memory.force_empty", text);
	return err == -ENOENT ? -ENOTSUP : err;
}

/* ---- All below it ------------------------------------------------------ */

/* What is done to a cgroup, after those below it; above is its own's. */
typedef int (*visit_fn)(int dir_fd, void *context);

/* Cgroups below a directory; what has gone meanwhile is no error. */
static int walk(int dir_fd, int depth, visit_fn visit,
		int (*leave)(int above_fd, const char *name), void *context);

static int walk_into(int dir_fd, const char *name, int depth, visit_fn visit,
		     int (*leave)(int above_fd, const char *name),
		     void *context)
{
	int err, fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY |
			     O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT || errno == ENODEV ? 0 : -errno;
	err = walk(fd, depth + 1, visit, leave, context);
	close(fd);
	if (err == -ENODEV)
		err = 0;
	return err ? err : leave ? leave(dir_fd, name) : 0;
}

static int walk(int dir_fd, int depth, visit_fn visit,
		int (*leave)(int above_fd, const char *name), void *context)
{
	struct dirent *entry;
	int err = 0, fd;
	DIR *dir;

	if (depth > DEPTH_MAX)
		return -ELOOP;
	/* One of its own: reading moves the descriptor's place. */
	fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		err = -errno;
		if (fd >= 0)
			close(fd);
		return err == -ENOENT ? -ENODEV : err;
	}
	/* cppcheck-suppress readdirCalled ; dir is ours alone */
	while (!err && (entry = readdir(dir)))
		if (entry->d_type == DT_DIR && strcmp(entry->d_name, ".") &&
		    strcmp(entry->d_name, ".."))
			err = walk_into(dir_fd, entry->d_name, depth, visit,
					leave, context);
	closedir(dir);
	return err || !visit ? err : visit(dir_fd, context);
}

struct pid_list {
	struct buffer text;
	struct array pids;
};

static int add_pids(struct pid_list *list)
{
	struct text text = { list->text.data,
			     list->text.data + list->text.size };
	struct span line;
	uint32_t number;
	pid_t *pid;

	while (text_next_line(&text, &line)) {
		/* 0 is one that our pid namespace does not see. */
		if (!span_to_u32(line, 10, &number) || !number)
			continue;
		pid = array_push(&list->pids, sizeof(*pid));
		if (!pid)
			return -ENOMEM;
		*pid = (pid_t)number;
	}
	return 0;
}

static int visit_pids(int dir_fd, void *context)
{
	struct pid_list *list = context;
	int err, fd = openat(dir_fd, "cgroup.procs", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? -ENODEV : -errno;
	err = buffer_read_fd(&list->text, fd, 0);
	close(fd);
	/* A threaded one's processes are those of the one above. */
	if (err == -EOPNOTSUPP)
		return 0;
	return err ? err : add_pids(list);
}

int pagemap_cgroup_pids(struct pagemap_cgroup *cgroup, pid_t **ret_pids,
			size_t *ret_count)
{
	struct pid_list list = { 0 };
	int err = walk(cgroup->dir_fd, 0, visit_pids, NULL, &list);

	buffer_free(&list.text);
	if (err) {
		array_free(&list.pids);
		return err;
	}
	*ret_pids = list.pids.items;
	*ret_count = list.pids.count;
	return 0;
}

int pagemap_cgroup_kill(struct pagemap_cgroup *cgroup)
{
	int fd = cgroup->version == 2 ? cgroup->dir_fd : cgroup->twin_fd;
	int err = fd < 0 ? -ENOTSUP : cgroup_write(fd, "cgroup.kill", "1");

	return err == -ENOENT ? -ENOTSUP : err;
}

static int remove_named(int above_fd, const char *name)
{
	return unlinkat(above_fd, name, AT_REMOVEDIR) && errno != ENOENT ?
	       -errno : 0;
}

/* The kernel itself refuses to remove one that is in use. */
static int remove_tree(int dir_fd, const char *path)
{
	int err = walk(dir_fd, 0, NULL, remove_named, NULL);

	return err && err != -ENODEV ? err : remove_named(AT_FDCWD, path);
}

int pagemap_cgroup_remove(struct pagemap_cgroup *cgroup)
{
	int err = remove_tree(cgroup->dir_fd, cgroup->path), twin_err = 0;

	if (cgroup->twin_fd >= 0)
		twin_err = remove_tree(cgroup->twin_fd, cgroup->twin_path);
	return err ? err : twin_err;
}
