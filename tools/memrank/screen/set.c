/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sets of processes, see set.h.
 */
#include "set.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The first place whose pid is not smaller. */
static size_t place_of(const struct process_set *set, pid_t pid)
{
	size_t low = 0, high = set->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (set->items[middle].pid < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct process_item *process_set_find(const struct process_set *set,
				      const struct row *row)
{
	struct process_item *item;
	size_t place;
	pid_t pid;

	if (!row->process || !set->count)
		return NULL;
	pid = pagemap_process_pid(row->process);
	place = place_of(set, pid);
	if (place == set->count || set->items[place].pid != pid)
		return NULL;
	item = &set->items[place];
	if (item->start_ns != row->start_time_ns &&
	    item->start_ns != UINT64_MAX && row->start_time_ns != UINT64_MAX)
		return NULL;
	return item;
}

int process_set_add(struct process_set *set, const struct row *row,
		    int64_t value)
{
	pid_t pid = pagemap_process_pid(row->process);
	size_t place = place_of(set, pid);
	struct process_item *items = set->items;

	if (place == set->count || items[place].pid != pid) {
		if (set->count == set->capacity) {
			size_t capacity = set->capacity * 2 + 16;

			items = realloc(items, capacity * sizeof(*items));
			if (!items)
				return -ENOMEM;
			set->items = items;
			set->capacity = capacity;
		}
		memmove(items + place + 1, items + place,
			(set->count++ - place) * sizeof(*items));
	}
	items[place] = (struct process_item){ pid, row->start_time_ns, value };
	return 0;
}

void process_set_remove(struct process_set *set, const struct row *row)
{
	struct process_item *item = process_set_find(set, row);

	if (!item)
		return;
	set->count--;
	memmove(item, item + 1,
		(size_t)(set->items + set->count - item) * sizeof(*item));
}

void process_set_clear(struct process_set *set)
{
	free(set->items);
	*set = (struct process_set){ .count = 0 };
}
