/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lists that grow at their end.  Begins as all zeroes; what the items are is
 * the owner's matter.
 */
#ifndef TOOLS_LIST_H
#define TOOLS_LIST_H

#include <stddef.h>

struct list {
	void *items;
	size_t count;
	size_t capacity;
};

/* Room for one more at the end, not zeroed.  NULL: no memory. */
void *list_add(struct list *list, size_t item_size);

/* Frees the items; the list is as at its beginning. */
void list_free(struct list *list);

#endif
