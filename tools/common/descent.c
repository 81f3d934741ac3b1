/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Trees of processes, see descent.h.  A saved tree may hold any parents, also
 * circles: each process is looked at once.
 */
#include "descent.h"

#include <errno.h>
#include <stdlib.h>

enum state { UNKNOWN, ON_THE_WAY, INSIDE, OUTSIDE };

struct tree {
	const struct pagemap_snapshot *snapshot;
	pid_t root;
	uint8_t *states;		/* by index of process */
	size_t *way;			/* indexes, from child to parent */
};

/*
 * The parent of a process is its mm's leader's, by the snapshot.  Of another
 * one in that mm no parent is known: its leader is taken for it.
 */
static pid_t parent_of(const struct tree *tree, size_t index)
{
	return pagemap_process_ppid(pagemap_snapshot_process_at(tree->snapshot,
								index));
}

/* Where the way up goes on; count of processes: nowhere. */
static size_t step_up(const struct tree *tree, pid_t parent)
{
	const struct pagemap_process *process =
		pagemap_snapshot_find_pid(tree->snapshot, parent);

	return process ? pagemap_process_index(process)
		       : pagemap_snapshot_process_count(tree->snapshot);
}

/* Whether the leader of an mm is the root or descends from it. */
static bool descends(struct tree *tree, size_t index)
{
	size_t steps = 0, end = pagemap_snapshot_process_count(tree->snapshot);
	enum state found = OUTSIDE;

	while (index < end && tree->states[index] == UNKNOWN) {
		pid_t parent = parent_of(tree, index);

		tree->states[index] = ON_THE_WAY;
		tree->way[steps++] = index;
		if (parent == tree->root ||
		    pagemap_process_pid(pagemap_snapshot_process_at(
			    tree->snapshot, index)) == tree->root) {
			found = INSIDE;
			break;
		}
		index = step_up(tree, parent);
	}
	if (found != INSIDE && index < end && tree->states[index] == INSIDE)
		found = INSIDE;
	while (steps)
		tree->states[tree->way[--steps]] = (uint8_t)found;
	return found == INSIDE;
}

/* The root may be one that shares the mm, and not the one that leads it. */
static bool holds_root(const struct tree *tree,
		       const struct pagemap_process *process)
{
	return pagemap_snapshot_find_pid(tree->snapshot, tree->root) == process;
}

int descent_match(const struct pagemap_snapshot *snapshot, pid_t root,
		  const struct row *rows, size_t count, bool *member)
{
	size_t i, processes = pagemap_snapshot_process_count(snapshot);
	struct tree tree = {
		.snapshot = snapshot,
		.root = root,
		.states = calloc(processes + 1, sizeof(*tree.states)),
		.way = calloc(processes + 1, sizeof(*tree.way)),
	};
	bool done = tree.states && tree.way;

	for (i = 0; done && i < count; i++) {
		const struct pagemap_process *process = rows[i].process;

		if (!process || member[i])
			continue;
		member[i] = holds_root(&tree, process) ||
			    descends(&tree, pagemap_process_index(process));
	}
	free(tree.states);
	free(tree.way);
	return done ? 0 : -ENOMEM;
}
