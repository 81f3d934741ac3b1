/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A memory cgroup as a handle: what is opened and closed with it.  Where its
 * directory is, and what is read and written there, is not known here.
 */
#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct pagemap_cgroup *cgroup_new(int version, const char *path)
{
	struct pagemap_cgroup *cgroup = calloc(1, sizeof(*cgroup));
	size_t i;

	if (!cgroup)
		return NULL;
	cgroup->version = version;
	cgroup->dir_fd = -1;
	cgroup->twin_fd = -1;
	for (i = 0; i < CGROUP_BOOKS_MAX; i++)
		cgroup->book_fds[i] = -1;
	for (i = 0; i < CGROUP_LIMITS; i++)
		cgroup->limits[i].fd = -ENOTSUP;
	cgroup->path = strdup(path);
	if (!cgroup->path) {
		free(cgroup);
		return NULL;
	}
	return cgroup;
}

int cgroup_open_dir(int dir_fd, int version, const char *path,
		    struct pagemap_cgroup **ret_cgroup)
{
	struct pagemap_cgroup *cgroup = cgroup_new(version, path);
	int err;

	if (!cgroup) {
		close(dir_fd);
		return -ENOMEM;
	}
	cgroup->dir_fd = dir_fd;
	err = cgroup_open_books(cgroup);
	if (err) {
		pagemap_cgroup_close(cgroup);
		return err;
	}
	cgroup_open_limits(cgroup);
	*ret_cgroup = cgroup;
	return 0;
}

void pagemap_cgroup_close(struct pagemap_cgroup *cgroup)
{
	if (!cgroup)
		return;
	cgroup_close_books(cgroup);
	cgroup_close_limits(cgroup);
	cgroup_drop_twin(cgroup);
	if (cgroup->dir_fd >= 0)
		close(cgroup->dir_fd);
	buffer_free(&cgroup->text);
	free(cgroup->path);
	free(cgroup);
}

void cgroup_set_twin(struct pagemap_cgroup *cgroup, int dir_fd, char *path)
{
	cgroup->twin_fd = dir_fd;
	cgroup->twin_path = path;
	/* Its file of waiting is among the books. */
	cgroup_close_books(cgroup);
	cgroup_open_books(cgroup);
}

void cgroup_drop_twin(struct pagemap_cgroup *cgroup)
{
	if (cgroup->twin_fd >= 0)
		close(cgroup->twin_fd);
	free(cgroup->twin_path);
	cgroup->twin_fd = -1;
	cgroup->twin_path = NULL;
}

int pagemap_cgroup_version(const struct pagemap_cgroup *cgroup)
{
	return cgroup->version;
}

const char *pagemap_cgroup_path(const struct pagemap_cgroup *cgroup)
{
	return cgroup->path;
}
