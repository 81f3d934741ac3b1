/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the rows of a ranking to the lines of the list: which of them are
 * shown, in which order, flat or as a tree.
 */
#include "screen.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cells.h"

/* ---- What matches ------------------------------------------------------ */

static bool has_text(const char *text, const char *part)
{
	return text && strcasestr(text, part);
}

static bool is_pid(const struct row *row, const char *text)
{
	char number[16];
	int64_t pid;

	if (!isdigit((unsigned char)*text) || !number_of_pid(row, &pid))
		return false;
	snprintf(number, sizeof(number), "%d", (int)pid);
	return !strcmp(number, text);
}

bool row_has_text(const struct row *row, const char *text)
{
	return has_text(row->command, text) || has_text(row->comm, text) ||
	       has_text(row->name, text) || is_pid(row, text);
}

static bool is_within(const struct screen *screen, const struct row *row)
{
	char scratch[1024];
	const char *name;

	if (!screen->within || screen->settings.by != BY_PROCESS)
		return true;
	name = group_name(screen->within_by, screen->snapshot, row, scratch,
			  sizeof(scratch));
	return !strcmp(name, screen->within);
}

static bool matches(const struct screen *screen, const struct row *row)
{
	if (*screen->user && row->process &&
	    (!row->user || strcmp(row->user, screen->user) != 0))
		return false;
	return is_within(screen, row) &&
	       (!screen->filter.length ||
		row_has_text(row, screen->filter.text));
}

/* ---- Order ------------------------------------------------------------- */

struct change_key {
	int64_t bytes;
	uint32_t row;
	bool known;
};

static int compare_changes(const void *a, const void *b)
{
	const struct change_key *x = a, *y = b;

	if (x->known != y->known)
		return x->known ? -1 : 1;
	if (x->bytes != y->bytes)
		return x->bytes < y->bytes ? 1 : -1;
	return (x->row > y->row) - (x->row < y->row);
}

static int compare_shrinking(const void *a, const void *b)
{
	const struct change_key *x = a, *y = b;

	if (x->known != y->known)
		return x->known ? -1 : 1;
	if (x->bytes != y->bytes)
		return x->bytes > y->bytes ? 1 : -1;
	return (x->row > y->row) - (x->row < y->row);
}

/* By the change since the mark; those that began since have all of it. */
static int sort_by_change(const struct screen *screen, uint32_t *order,
			  size_t count)
{
	struct change_key *keys = calloc(count + 1, sizeof(*keys));
	size_t i;

	if (!keys)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		const struct row *row = &screen->ranking.rows[order[i]];
		enum change change = mark_change(screen, row, &keys[i].bytes);

		keys[i].row = order[i];
		keys[i].known = change != CHANGE_UNKNOWN;
	}
	qsort(keys, count, sizeof(*keys), screen->settings.reverse ?
	      compare_shrinking : compare_changes);
	for (i = 0; i < count; i++)
		order[i] = keys[i].row;
	free(keys);
	return 0;
}

/* ---- Lines ------------------------------------------------------------- */

static bool is_tree(const struct screen *screen)
{
	return screen->tree && screen->settings.by == BY_PROCESS;
}

static void make_flat(struct screen *screen, const uint32_t *order,
		      size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		screen->shown[i] = (struct shown){ .row = order[i] };
	screen->shown_count = count;
}

static int choose(struct screen *screen, bool *keep, bool *context)
{
	size_t i;

	for (i = 0; i < screen->ranking.count; i++)
		keep[i] = matches(screen, &screen->ranking.rows[i]);
	return is_tree(screen) ? tree_keep_ancestors(screen, keep, context) : 0;
}

static int make_lines(struct screen *screen, uint32_t *order, bool *keep,
		      bool *context)
{
	size_t i, count = 0;
	int err = choose(screen, keep, context);

	for (i = 0; i < screen->ranking.count; i++)
		if (keep[i])
			order[count++] = (uint32_t)i;
	if (!err && screen->by_change && screen->mark.set)
		err = sort_by_change(screen, order, count);
	if (err)
		return err;
	if (is_tree(screen))
		return tree_make(screen, order, count, context);
	make_flat(screen, order, count);
	return 0;
}

int list_make(struct screen *screen)
{
	size_t count = screen->ranking.count;
	struct shown *shown = calloc(count + 1, sizeof(*shown));
	uint32_t *order = calloc(count + 1, sizeof(*order));
	bool *keep = calloc(2 * count + 2, sizeof(*keep));
	int err = -ENOMEM;

	if (shown && order && keep) {
		free(screen->shown);
		screen->shown = shown;
		screen->shown_count = 0;
		shown = NULL;
		err = make_lines(screen, order, keep, keep + count + 1);
	}
	free(shown);
	free(order);
	free(keep);
	return err;
}
