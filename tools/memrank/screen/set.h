/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sets of processes that outlive a snapshot: those that are tagged, folded, or
 * were there at the mark.  A process is its pid and its start, so that another
 * one which gets the pid later is not taken for it.
 */
#ifndef SCREEN_SET_H
#define SCREEN_SET_H

#include "columns.h"

struct process_item {
	pid_t pid;
	uint64_t start_ns;		/* UINT64_MAX: not known */
	int64_t value;			/* the owner's */
};

struct process_set {
	struct process_item *items;	/* by rising pid */
	size_t count;
	size_t capacity;
};

/* What the set holds of a row's process; NULL: nothing. */
struct process_item *process_set_find(const struct process_set *set,
				      const struct row *row);

/* Adds it, or changes its value.  0 or -ENOMEM. */
int process_set_add(struct process_set *set, const struct row *row,
		    int64_t value);
void process_set_remove(struct process_set *set, const struct row *row);
void process_set_clear(struct process_set *set);

#endif
