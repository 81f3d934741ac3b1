/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes under their parents.  Whose parent is not shown, or not known, is
 * at the top; so is one of a ring of parents, which a saved tree may claim.
 */
#include "screen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX
/* Deeper ones are drawn at this depth: a rail has a bit for each. */
#define DEPTH_MAX 40

struct by_pid {
	pid_t pid;
	uint32_t row;
};

struct tree {
	struct screen *screen;
	const bool *context;
	uint32_t *parent;		/* by row; NONE */
	uint32_t *first, *next;		/* child, sibling */
	bool *seen;
};

static int compare_pids(const void *a, const void *b)
{
	const struct by_pid *x = a, *y = b;

	return (x->pid > y->pid) - (x->pid < y->pid);
}

/* The parent's row of each row of the ranking; NONE where there is none. */
static uint32_t *find_parents(const struct screen *screen)
{
	size_t i, count = screen->ranking.count;
	struct by_pid *pids = calloc(count + 1, sizeof(*pids));
	uint32_t *parents = calloc(count + 1, sizeof(*parents));

	if (!pids || !parents) {
		free(pids);
		free(parents);
		return NULL;
	}
	for (i = 0; i < count; i++)
		pids[i] = (struct by_pid){
			pagemap_process_pid(screen->ranking.rows[i].process),
			(uint32_t)i,
		};
	qsort(pids, count, sizeof(*pids), compare_pids);
	for (i = 0; i < count; i++) {
		const struct by_pid key = {
			(pid_t)screen->ranking.rows[i].ppid, 0,
		};
		const struct by_pid *found =
			bsearch(&key, pids, count, sizeof(*pids),
				compare_pids);

		parents[i] = found && found->row != i ? found->row : NONE;
	}
	free(pids);
	return parents;
}

int tree_keep_ancestors(const struct screen *screen, bool *keep, bool *context)
{
	uint32_t *parents = find_parents(screen);
	size_t i;

	if (!parents)
		return -ENOMEM;
	for (i = 0; i < screen->ranking.count; i++) {
		uint32_t row = keep[i] && !context[i] ? parents[i] : NONE;

		/* Those above one that is kept are kept already. */
		for (; row != NONE && !keep[row]; row = parents[row])
			keep[row] = context[row] = true;
	}
	free(parents);
	return 0;
}

/* Children in the order of their rows: the last one is put first. */
static void link_children(struct tree *tree, const uint32_t *order,
			  size_t count, const bool *is_shown)
{
	size_t i;

	for (i = count; i-- > 0;) {
		uint32_t row = order[i], parent = tree->parent[row];

		if (parent == NONE || !is_shown[parent]) {
			tree->parent[row] = NONE;
			continue;
		}
		tree->next[row] = tree->first[parent];
		tree->first[parent] = row;
	}
}

static bool is_folded(const struct tree *tree, uint32_t row)
{
	return process_set_find(&tree->screen->folded,
				&tree->screen->ranking.rows[row]);
}

/* How many are below a row, which are not shown. */
static uint32_t hide_below(struct tree *tree, uint32_t row)
{
	uint32_t child, hidden = 0;

	for (child = tree->first[row]; child != NONE;
	     child = tree->next[child]) {
		if (tree->seen[child])
			continue;
		tree->seen[child] = true;
		hidden += 1 + hide_below(tree, child);
	}
	return hidden;
}

static void add_line(struct tree *tree, uint32_t row, unsigned int depth,
		     uint64_t rails)
{
	struct screen *screen = tree->screen;
	struct shown *shown = &screen->shown[screen->shown_count++];
	bool more = depth && tree->next[row] != NONE;
	uint32_t child;

	tree->seen[row] = true;
	*shown = (struct shown){
		.row = row,
		.rails = rails,
		.depth = (uint8_t)depth,
		.last = !more,
		.parent = tree->first[row] != NONE,
		.context = tree->context[row],
	};
	if (shown->parent && is_folded(tree, row)) {
		shown->folded = hide_below(tree, row);
		return;
	}
	if (more)
		rails |= UINT64_C(1) << depth;
	for (child = tree->first[row]; child != NONE;
	     child = tree->next[child])
		if (!tree->seen[child])
			add_line(tree, child, depth < DEPTH_MAX ? depth + 1
								: DEPTH_MAX,
				 rails);
}

static void add_lines(struct tree *tree, const uint32_t *order, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (tree->parent[order[i]] == NONE)
			add_line(tree, order[i], 0, 0);
	for (i = 0; i < count; i++)
		if (!tree->seen[order[i]])
			add_line(tree, order[i], 0, 0);
}

int tree_make(struct screen *screen, const uint32_t *order, size_t count,
	      const bool *context)
{
	size_t i, rows = screen->ranking.count + 1;
	struct tree tree = {
		.screen = screen,
		.context = context,
		.parent = find_parents(screen),
		.first = malloc(2 * rows * sizeof(uint32_t)),
		.seen = calloc(2 * rows, sizeof(bool)),
	};
	int err = -ENOMEM;

	if (tree.parent && tree.first && tree.seen) {
		bool *is_shown = tree.seen + rows;

		tree.next = tree.first + rows;
		memset(tree.first, 0xff, 2 * rows * sizeof(uint32_t));
		for (i = 0; i < count; i++)
			is_shown[order[i]] = true;
		link_children(&tree, order, count, is_shown);
		add_lines(&tree, order, count);
		err = 0;
	}
	free(tree.parent);
	free(tree.first);
	free(tree.seen);
	return err;
}

/* ---- Folding ----------------------------------------------------------- */

void tree_fold(struct screen *screen, bool fold)
{
	const struct row *row = screen_row(screen);

	if (!row || !row->process)
		return;
	if (fold)
		process_set_add(&screen->folded, row, 0);
	else
		process_set_remove(&screen->folded, row);
}
