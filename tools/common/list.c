/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lists that grow, see list.h.
 */
#include "list.h"

#include <stdlib.h>

void *list_add(struct list *list, size_t item_size)
{
	if (list->count == list->capacity) {
		size_t capacity = list->capacity * 2 + 64;
		void *items = reallocarray(list->items, capacity, item_size);

		if (!items)
			return NULL;
		list->items = items;
		list->capacity = capacity;
	}
	return (char *)list->items + list->count++ * item_size;
}

void list_free(struct list *list)
{
	free(list->items);
	*list = (struct list){ 0 };
}
