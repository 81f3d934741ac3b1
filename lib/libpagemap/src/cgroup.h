/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Inside of a memory cgroup: its directory and the files of it that stay
 * open.  cgroup_find.c knows where directories are, cgroup_books.c what the
 * files tell, cgroup_control.c what is written to them.
 */
#ifndef PAGEMAP_CGROUP_INSIDE_H
#define PAGEMAP_CGROUP_INSIDE_H

#include <libpagemap/pagemap.h>

#include "buffer.h"

/* At most so many files have figures, in either version. */
#define CGROUP_BOOKS_MAX 8

/* Files that limit: v1 has no second; v2 never kills at the first. */
enum { CGROUP_LIMIT, CGROUP_HARD_LIMIT, CGROUP_SHORTAGE, CGROUP_LIMITS };

struct cgroup_limit {
	int fd;			/* to write to; or a negative errno */
	char before[32];	/* what it said when it was opened */
};

struct pagemap_cgroup {
	int version;
	int dir_fd;
	char *path;

	/*
	 * Of version 1: a cgroup of the same processes in the hierarchy of
	 * version 2, which tells of waiting and can kill.  -1, NULL: none.
	 */
	int twin_fd;
	char *twin_path;

	int book_fds[CGROUP_BOOKS_MAX];
	struct cgroup_limit limits[CGROUP_LIMITS];
	struct buffer text;	/* of the file being read */
};

/*
 * Makes a cgroup of an open directory, which it takes over, also when it
 * fails; path is copied.  -ENOTSUP if there is no memory.stat in it, -ENOMEM.
 */
int cgroup_open_dir(int dir_fd, int version, const char *path,
		    struct pagemap_cgroup **ret_cgroup);

/* Opens the files with figures.  -ENOTSUP, or why memory.stat cannot be read. */
int cgroup_open_books(struct pagemap_cgroup *cgroup);
void cgroup_close_books(struct pagemap_cgroup *cgroup);

/* Opens what limits, where we may, and keeps what it says. */
void cgroup_open_limits(struct pagemap_cgroup *cgroup);
void cgroup_close_limits(struct pagemap_cgroup *cgroup);

/* Gives a cgroup of version 1 its twin, both taken over. */
void cgroup_set_twin(struct pagemap_cgroup *cgroup, int dir_fd, char *path);
void cgroup_drop_twin(struct pagemap_cgroup *cgroup);

/* Writes a text to a file of a directory. */
int cgroup_write(int dir_fd, const char *name, const char *text);

#endif
