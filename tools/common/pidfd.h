/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Descriptors of processes, which libc wraps from 2.36 on only.
 */
#ifndef TOOLS_PIDFD_H
#define TOOLS_PIDFD_H

#include <errno.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/*
 * A descriptor that is ready to be read when the process has ended, and closed
 * by exec.  -1 with errno: ESRCH, or ENOSYS before Linux 5.3.
 */
static inline int pidfd_of(pid_t pid)
{
#ifdef SYS_pidfd_open
	return (int)syscall(SYS_pidfd_open, pid, 0);
#else
	(void)pid;
	errno = ENOSYS;
	return -1;
#endif
}

#endif
