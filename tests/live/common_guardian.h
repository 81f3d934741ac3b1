/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guardian: a process through which tests change settings of the system.
 *
 * It remembers what was there and puts it back, last change first, when the
 * test says so or dies, however it dies.  One guardian at a time works on a
 * machine; another test waits for it.  It never touches DAMON's files.
 */
#ifndef LIVE_COMMON_GUARDIAN_H
#define LIVE_COMMON_GUARDIAN_H

#include <stdbool.h>
#include <stddef.h>

struct guardian;

/*
 * Starts it; NULL if this is not root or another one does not end.  A test
 * process has one at a time: what a failed test left is ended first.
 */
struct guardian *guardian_start(void);

/* Writes a setting, a file under /sys or /proc/sys.  0 or negative errno. */
int guardian_set(struct guardian *guardian, const char *path,
		 const char *value);

/* Makes a swap file of so many MiB and turns it on.  0 or negative errno. */
int guardian_swap_on(struct guardian *guardian, unsigned int mib);

/* Puts all back and waits until it is done.  NULL is fine. */
void guardian_stop(struct guardian *guardian);

/* The same for the one that a failed test left. */
void guardian_end_running(void);

/* First word of a setting, or the one in brackets; false if unreadable. */
bool setting_read(const char *path, char *text, size_t size);

#endif
