/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Users, commands and start times of the processes in rows.
 */
#ifndef TOOLS_PROCLIST_H
#define TOOLS_PROCLIST_H

#include "columns.h"

struct proclist;

/*
 * What of the library's identity the names of a source need: nothing on the
 * running machine, where libproc2 names them.
 */
uint32_t proclist_identity(const struct pagemap_source *source,
			   uint32_t names);

/*
 * Names the processes of rows as far as it can.  *kept is NULL, or the list of
 * an earlier call with the same names: what was found then is taken over for
 * processes that have not been read since, and the list is replaced.  The rows
 * borrow of it until it is replaced or freed.  0 or -ENOMEM; *kept is then as
 * it was.
 */
int proclist_name_rows(struct pagemap_source *source,
		       const struct pagemap_snapshot *snapshot,
		       struct row *rows, size_t count, uint32_t names,
		       struct proclist **kept);
void proclist_free(struct proclist *list);

#endif
