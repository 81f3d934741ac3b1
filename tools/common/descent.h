/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Trees of processes: one and all that descend from it.
 */
#ifndef TOOLS_DESCENT_H
#define TOOLS_DESCENT_H

#include "columns.h"

/*
 * Sets the members among rows that are of the tree of root, and leaves the
 * others as they are.  Parents come from the snapshot, which has to have read
 * PAGEMAP_ID_STAT; the root itself need not be in it.  0 or -ENOMEM.
 */
int descent_match(const struct pagemap_snapshot *snapshot, pid_t root,
		  const struct row *rows, size_t count, bool *member);

#endif
