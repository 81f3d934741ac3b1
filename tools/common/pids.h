/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes by a word of a command line: a pid, or a name, which is that of
 * all processes which are called so.
 */
#ifndef TOOLS_PIDS_H
#define TOOLS_PIDS_H

#include <libpagemap/pagemap.h>

/* Whether a word is a pid. */
bool pid_parse(const char *word, pid_t *ret_pid);

/*
 * Adds those that a word means to a list, which free(3) frees.  A pid need not
 * be one that lives.  0, or an exit status after a message.
 */
int pids_add_word(struct pagemap_source *source, const char *word, pid_t **pids,
		  size_t *count);

#endif
