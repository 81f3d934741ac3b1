/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opening what -S names, and telling people what could not be read.
 */
#ifndef TOOLS_SOURCE_H
#define TOOLS_SOURCE_H

#include <libpagemap/pagemap.h>

/*
 * name NULL: the running kernel; else a directory that looks like /proc.
 * EXIT_DONE, or another exit status after a message.
 */
int source_open(const char *name, struct pagemap_source **ret_source);

/* "auto", "kernel" or "census"; false after a message. */
bool engine_parse(const char *name, enum pagemap_engine *ret_engine);

/*
 * Says why no snapshot could be taken of the processes that were asked for
 * (none: all); gives the exit status.
 */
int snapshot_failed(struct pagemap_source *source, int err, const pid_t *pids,
		    size_t count);

/*
 * One line on standard error if processes could not be read: how many, why
 * and how to see more.  Also why figures are estimates.
 */
void report_unreadable(struct pagemap_source *source,
		       const struct pagemap_snapshot *snapshot);

/* A whole number from 1 to limit; false after a message. */
bool number_parse(const char *text, const char *what, unsigned long limit,
		  unsigned long *ret_number);

#endif
