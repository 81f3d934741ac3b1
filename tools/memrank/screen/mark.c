/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What changed since a moment that was marked: of each process and group, and
 * who began or ended.
 */
#include "screen.h"

#include <stdlib.h>
#include <string.h>

static int64_t pss_of(const struct row *row)
{
	struct pagemap_value value = row_value(row, PAGEMAP_PSS);

	return value.quality == PAGEMAP_UNAVAILABLE ? -1
						    : (int64_t)value.value;
}

/* The PSS of each group; without memory for one, it stays unknown. */
static void mark_groups(struct screen *screen)
{
	struct mark *mark = &screen->mark;
	size_t i;

	mark->groups = strings_new();
	mark->group_pss = calloc(screen->ranking.count + 1, sizeof(int64_t));
	if (!mark->groups || !mark->group_pss)
		return;
	for (i = 0; i < screen->ranking.count; i++) {
		const struct row *row = &screen->ranking.rows[i];
		uint32_t number = row->name ? strings_number(mark->groups,
				row->name, strlen(row->name)) : STRINGS_NONE;

		if (number <= i)
			mark->group_pss[number] = pss_of(row);
	}
}

void mark_set(struct screen *screen)
{
	struct mark *mark = &screen->mark;
	size_t i;

	mark_clear(mark);
	if (!screen->ranked)
		return;
	*mark = (struct mark){
		.set = true,
		.time_ns = pagemap_snapshot_time_ns(screen->snapshot),
		.pss = screen->sums.pss,
		.by = screen->settings.by,
	};
	for (i = 0; i < screen->ranking.count; i++)
		if (screen->ranking.rows[i].process)
			process_set_add(&mark->processes,
					&screen->ranking.rows[i],
					pss_of(&screen->ranking.rows[i]));
	if (mark->by != BY_PROCESS)
		mark_groups(screen);
}

void mark_clear(struct mark *mark)
{
	process_set_clear(&mark->processes);
	strings_free(mark->groups);
	free(mark->group_pss);
	*mark = (struct mark){ .set = false };
}

void mark_follow(struct screen *screen)
{
	struct mark *mark = &screen->mark;
	size_t i, known = 0;

	mark->began = mark->ended = 0;
	if (!mark->set || screen->settings.by != BY_PROCESS ||
	    mark->by != BY_PROCESS)
		return;
	for (i = 0; i < screen->ranking.count; i++)
		if (process_set_find(&mark->processes,
				     &screen->ranking.rows[i]))
			known++;
	mark->began = screen->ranking.count - known;
	mark->ended = mark->processes.count - known;
}

/* The number of a group's name at the mark; STRINGS_NONE: it was not there. */
static uint32_t find_group(const struct mark *mark, const char *name)
{
	uint32_t i;

	for (i = 0; i < strings_count(mark->groups); i++)
		if (!strcmp(strings_at(mark->groups, i), name))
			return i;
	return STRINGS_NONE;
}

static enum change change_of_group(const struct screen *screen,
				   const struct row *row, int64_t *ret_bytes)
{
	const struct mark *mark = &screen->mark;
	int64_t pss = pss_of(row);
	uint32_t number;

	if (!mark->group_pss || !mark->groups || !row->name || pss < 0 ||
	    mark->by != screen->settings.by)
		return CHANGE_UNKNOWN;
	number = find_group(mark, row->name);
	*ret_bytes = number == STRINGS_NONE ? pss
					    : pss - mark->group_pss[number];
	return number == STRINGS_NONE ? CHANGE_BEGAN : CHANGE_KNOWN;
}

enum change mark_change(const struct screen *screen, const struct row *row,
			int64_t *ret_bytes)
{
	const struct process_item *item;
	int64_t pss = pss_of(row);

	*ret_bytes = 0;
	if (!row->process)
		return change_of_group(screen, row, ret_bytes);
	if (screen->mark.by != BY_PROCESS || pss < 0)
		return CHANGE_UNKNOWN;
	item = process_set_find(&screen->mark.processes, row);
	if (item && item->value < 0)
		return CHANGE_UNKNOWN;
	*ret_bytes = item ? pss - item->value : pss;
	return item ? CHANGE_KNOWN : CHANGE_BEGAN;
}
