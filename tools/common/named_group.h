/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Groups of processes as a command line names them: --group NAME=SELECTOR.
 */
#ifndef TOOLS_NAMED_GROUP_H
#define TOOLS_NAMED_GROUP_H

#include "selector.h"

struct named_group {
	char *name;
	size_t length;			/* of the name */
	struct selector *selector;
};

/*
 * Adds a group to a list.  0, or an exit status after a message; the list is
 * then as it was.
 */
int named_groups_take(const char *text, struct named_group **groups,
		      size_t *count);
void named_groups_free(struct named_group *groups, size_t count);

/* What all of them need of processes and of rows. */
uint32_t named_groups_identity(const struct named_group *groups, size_t count);
uint32_t named_groups_names(const struct named_group *groups, size_t count);

#endif
