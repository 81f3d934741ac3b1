/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opening what was chosen, and telling people what could not be read.
 */
#ifndef TOOLS_SOURCE_H
#define TOOLS_SOURCE_H

#include "source_choice.h"

/*
 * Opens a source for a tool, which closes it by source_close().  EXIT_DONE, or
 * another exit status after a message.
 */
int source_open(const struct source_choice *choice,
		struct opened_source *ret_opened);

/* "auto", "kernel" or "census"; false after a message. */
bool engine_parse(const char *name, enum pagemap_engine *ret_engine);

/* Says that a process that was named is not there. */
void say_missing(const struct pagemap_source *source, pid_t pid);

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
