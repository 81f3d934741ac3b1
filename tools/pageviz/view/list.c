// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The list at the side: its first row is RAM, the others are the people that
 * match the search.
 */
#include "inside.h"

#define HEAD_UNITS 9.2		/* beside the rows, */
#define ROW_UNITS  1.9		/* and a row, where nobody said */

static const struct moment *moment_seen(const struct view *view,
					const struct stage *stage)
{
	const struct history *history = stage_history(stage);

	return view->moment < history_count(history) ?
	       history_at(history, view->moment) : NULL;
}

bool list_chosen(const struct view *view, struct stage *stage,
		 struct map_id *ret_map)
{
	const struct moment *moment = moment_seen(view, stage);
	const uint32_t *people;
	size_t count;

	if (view->list_cursor == 0) {
		*ret_map = (struct map_id){ .kind = view_ram_kind(view) };
		return true;
	}
	people = stage_list(stage, view, &count);
	if (!moment || view->list_cursor > count)
		return false;
	*ret_map = (struct map_id){
		.kind = MAP_PROCESS,
		.pid = moment->people[people[view->list_cursor - 1]].pid,
	};
	return true;
}

/* The row of a map; false: it is not in the list. */
static bool find_row(const struct view *view, struct stage *stage,
		     struct map_id map, size_t *ret_row)
{
	const struct moment *moment = moment_seen(view, stage);
	const uint32_t *people;
	size_t count, i;

	*ret_row = 0;
	if (map.kind != MAP_PROCESS)
		return true;
	people = stage_list(stage, view, &count);
	for (i = 0; moment && i < count; i++) {
		if (moment->people[people[i]].pid != map.pid)
			continue;
		*ret_row = i + 1;
		return true;
	}
	return false;
}

static size_t rows_seen(const struct view *view)
{
	double rows = (view->height / (double)view->unit - HEAD_UNITS) /
		      ROW_UNITS;

	if (view->list_rows)
		return view->list_rows;
	return rows < 1 ? 1 : (size_t)rows;
}

static void list_go(struct view *view, struct stage *stage, int64_t row)
{
	size_t rows = rows_seen(view), count;

	stage_list(stage, view, &count);
	if (row > (int64_t)count)
		row = (int64_t)count;
	view->list_cursor = row < 0 ? 0 : (size_t)row;
	if (view->list_cursor < view->list_first)
		view->list_first = view->list_cursor;
	if (view->list_cursor >= view->list_first + rows)
		view->list_first = view->list_cursor - rows + 1;
	list_chosen(view, stage, &view->list_map);
}

/* As a wheel does it: the cursor stays where it is. */
void list_scroll(struct view *view, struct stage *stage, int rows)
{
	int64_t first = (int64_t)view->list_first + rows, last;
	size_t count;

	stage_list(stage, view, &count);
	last = (int64_t)count + 1 - (int64_t)rows_seen(view);
	first = first < last ? first : last;
	view->list_first = first < 0 ? 0 : (size_t)first;
}

/* Who was chosen is in another row now, or is gone. */
void list_refresh(struct view *view, struct stage *stage)
{
	size_t count, row;

	if (!view->list || !view->list_cursor)
		return;
	stage_list(stage, view, &count);
	if (find_row(view, stage, view->list_map, &row))
		view->list_cursor = row;
	else if (count && view->list_cursor > count)
		list_go(view, stage, (int64_t)count);
}

/* The first that matches; RAM where nothing is searched for. */
void list_begin(struct view *view, struct stage *stage)
{
	view->list_first = 0;
	/* Where nothing matches nothing is chosen. */
	view->list_cursor = view->search[0] ? 1 : 0;
	list_chosen(view, stage, &view->list_map);
}

void list_choose(struct view *view, struct stage *stage, struct map_id map)
{
	size_t row;

	if (find_row(view, stage, map, &row))
		list_go(view, stage, (int64_t)row);
}

/* Shown and under the keys, at what is seen; again: gone. */
void act_list(struct acting *acting)
{
	struct view *view = acting->view;

	view->list = !view->list || !view->in_list;
	view->in_list = view->list;
	if (view->list && acting->pane)
		list_choose(view, acting->stage, acting->pane->map);
}

void act_search(struct acting *acting)
{
	acting->view->list = true;
	prompt_open(acting->view, PROMPT_SEARCH);
}

void act_list_move(struct acting *acting)
{
	list_go(acting->view, acting->stage,
		(int64_t)acting->view->list_cursor + acting->argument);
}

bool list_key(struct view *view, struct stage *stage, uint32_t key)
{
	int64_t step = event_row_step(key, (int64_t)rows_seen(view));

	if (step) {
		view_act(view, stage, ACTION_LIST_MOVE, -1, step);
		return true;
	}
	if (key != EVENT_ENTER)
		return false;
	view_act(view, stage, ACTION_OPEN, -1, OPEN_CHOSEN);
	return true;
}
