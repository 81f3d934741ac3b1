/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guardian: a session of its own, deaf to the signals that end the
 * others, asleep until the last writer of its pipe is gone.
 */
#include "guardian.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "offspring.h"

struct guardian {
	pid_t pid;
	int alive_fd;		/* open as long as memstats is there */
};

/* Again and again: what was killed needs a while to go. */
static int clear(struct pagemap_cgroup *cgroup, unsigned int duties)
{
	int i, err = 0;

	for (i = 0; i < OFFSPRING_LOOKS; i++) {
		if (duties & GUARDIAN_KILL)
			offspring_kill_cgroup(cgroup);
		err = duties & GUARDIAN_REMOVE ?
		      pagemap_cgroup_remove(cgroup) : 0;
		if (err != -EBUSY)
			break;
		offspring_pause();
	}
	return err;
}

static int stand_guard(struct pagemap_cgroup *cgroup, unsigned int duties,
		       int alive_fd)
{
	char byte;
	int err, cleared;

	while (read(alive_fd, &byte, 1) < 0 && errno == EINTR)
		;
	err = pagemap_cgroup_restore_limits(cgroup);
	cleared = clear(cgroup, duties);
	/* Of one that is gone no limit is left behind. */
	if (err == -ENODEV)
		err = 0;
	return err ? err : cleared;
}

int guardian_begin(struct pagemap_cgroup *cgroup, unsigned int duties,
		   struct guardian **ret_guardian)
{
	struct guardian *guardian = calloc(1, sizeof(*guardian));
	int ends[2], err = 0;

	if (!guardian)
		return -ENOMEM;
	if (pipe2(ends, O_CLOEXEC)) {
		err = -errno;
		free(guardian);
		return err;
	}
	guardian->alive_fd = ends[1];
	guardian->pid = fork();
	if (!guardian->pid) {
		close(ends[1]);
		offspring_detach();
		_exit(-stand_guard(cgroup, duties, ends[0]) & 0xff);
	}
	if (guardian->pid < 0)
		err = -errno;
	close(ends[0]);
	if (err) {
		close(ends[1]);
		free(guardian);
		return err;
	}
	*ret_guardian = guardian;
	return 0;
}

int guardian_end(struct guardian *guardian)
{
	int status = 0;
	pid_t waited;

	if (!guardian)
		return 0;
	close(guardian->alive_fd);
	do
		waited = waitpid(guardian->pid, &status, 0);
	while (waited < 0 && errno == EINTR);
	free(guardian);
	if (waited < 0)
		return -ECHILD;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EIO;
}
