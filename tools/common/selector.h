/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Selectors: which processes are meant.  kind:value, several joined by commas
 * for all of them together; the kinds are a table in selector_match.c.  A
 * value in slashes is a POSIX extended regular expression, in which a slash
 * is written \/ and a comma is a comma.  A bare number is a pid, a bare word
 * a comm.
 */
#ifndef TOOLS_SELECTOR_H
#define TOOLS_SELECTOR_H

#include "columns.h"

struct selector;

/*
 * Parses a selector: 0, or an exit status after a message.  Owner: the caller,
 * who frees it.
 */
int selector_parse(const char *text, struct selector **ret_selector);
void selector_free(struct selector *selector);

/* What it needs of processes (enum pagemap_identity) and of rows (NAME_*). */
uint32_t selector_identity(const struct selector *selector);
uint32_t selector_names(const struct selector *selector);

/*
 * Which rows it selects, a bool each; rows of no process are never selected.
 * An mm that processes share is one row: the pid of each of them selects it.
 * 0 or -ENOMEM.
 */
int selector_match(const struct selector *selector,
		   const struct pagemap_snapshot *snapshot,
		   const struct row *rows, size_t count, bool *ret_member);

/*
 * How many of the rows that were not selected may belong to it all the same:
 * what decides (an exe, a cgroup, ...) could not be read.
 */
size_t selector_unsure(const struct selector *selector, const struct row *rows,
		       size_t count, const bool *member);

/*
 * Whether a row that was selected is meant whole: where its pids alone select
 * it, each process that shares its mm must be named.
 */
bool selector_takes_whole(const struct selector *selector,
			  const struct pagemap_snapshot *snapshot,
			  const struct row *row);

/* The kind at an index, NULL past the end: for near_names() and help. */
const char *selector_kind_at(size_t index);

#endif
