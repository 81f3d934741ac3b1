/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is in which group, kept from one ranking to the next, and who came and
 * went between two.
 */
#ifndef MEMRANK_MEMBERS_H
#define MEMRANK_MEMBERS_H

#include "columns.h"

struct members;

/* NULL: no memory. */
struct members *members_new(void);
void members_free(struct members *members);

/*
 * Adds the rows that are members of a group; groups rise from call to call,
 * rows by pid.  0 or -ENOMEM.
 */
int members_add(struct members *members, uint32_t group,
		const struct row *rows, size_t count, const bool *member);

/*
 * Writes who of a group came and went, "+812 nginx, -733 nginx", names
 * escaped; what does not fit is counted at the end.  Gives how many there are.
 */
size_t members_changes(const struct members *before,
		       const struct members *after, uint32_t group, char *text,
		       size_t size);

#endif
