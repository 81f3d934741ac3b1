// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which moment is seen, which one it is compared to, and how often there is a
 * new one.  The moment seen stays what it is when old ones go.
 */
#include "inside.h"

static const double intervals_s[] = { 0.1, 0.3, 1, 3, 10, 30 };

#define INTERVAL_COUNT (sizeof(intervals_s) / sizeof(intervals_s[0]))

static size_t moments(const struct stage *stage)
{
	return history_count(stage_history(stage));
}

static void see(struct view *view, struct stage *stage, size_t moment)
{
	view->moment = moment;
	select_refresh(view, stage);
	list_refresh(view, stage);
}

static void see_newest(struct view *view, struct stage *stage)
{
	view->follow = true;
	if (moments(stage))
		see(view, stage, moments(stage) - 1);
}

/* Back to now from wherever one is; else the time stands still. */
void act_pause(struct acting *acting)
{
	struct view *view = acting->view;

	if (view->paused || !view->follow) {
		view->paused = false;
		see_newest(view, acting->stage);
	} else {
		view->paused = true;
	}
}

void act_interval(struct acting *acting)
{
	struct view *view = acting->view;
	size_t at = 0;

	/* One that was asked for may lie between two. */
	while (at < INTERVAL_COUNT && intervals_s[at] < view->interval_s * 0.999)
		at++;
	if (acting->argument < 0) {
		at = at ? at - 1 : 0;
	} else if (at < INTERVAL_COUNT &&
		   intervals_s[at] < view->interval_s * 1.001) {
		at++;
	}
	at = at < INTERVAL_COUNT ? at : INTERVAL_COUNT - 1;
	view->interval_s = intervals_s[at];
	view_say(view, "read again every %g s", view->interval_s);
}

void act_read(struct acting *acting)
{
	acting->view->read_now = true;
	see_newest(acting->view, acting->stage);
}

static void go_to(struct view *view, struct stage *stage, int64_t moment)
{
	int64_t last = (int64_t)moments(stage) - 1;

	if (last < 0)
		return;
	if (moment >= last) {
		see_newest(view, stage);
		return;
	}
	view->follow = false;
	see(view, stage, moment < 0 ? 0 : (size_t)moment);
}

void act_step(struct acting *acting)
{
	struct view *view = acting->view;
	int64_t to = (int64_t)view->moment + acting->argument;

	if (to < 0)
		view_say(view, "this is the oldest moment that is kept");
	else if (to >= (int64_t)moments(acting->stage))
		view_say(view, "this is the newest moment");
	go_to(view, acting->stage, to);
}

void act_moment(struct acting *acting)
{
	const struct drag *drag = &acting->view->drag;
	int64_t to = acting->argument;

	if (to < 0 && drag->box.width > 0)
		to = (int64_t)(drag->x - drag->box.x) *
		     (int64_t)moments(acting->stage) / drag->box.width;
	go_to(acting->view, acting->stage, to);
}

void act_base(struct acting *acting)
{
	struct view *view = acting->view;
	const struct history *history = stage_history(acting->stage);
	uint64_t time_ns;
	char key[16];

	if (view->moment >= history_count(history))
		return;
	time_ns = history_at(history, view->moment)->time_ns;
	if (view->has_base && view->base_time_ns == time_ns) {
		view->has_base = false;
		view_say(view, "changes are those since the moment before");
		return;
	}
	view->has_base = true;
	view->base_time_ns = time_ns;
	actions_key_of(ACTION_COLOUR, COLOUR_CHANGED, key);
	if (acting->pane && acting->pane->by == COLOUR_CHANGED)
		view_say(view, "changes are those since this moment");
	else
		view_say(view, "changes are those since this moment: %s "
			 "colours by them", key);
}

static bool is_kept(const struct history *history, uint64_t time_ns)
{
	size_t i;

	for (i = 0; i < history_count(history); i++)
		if (history_at(history, i)->time_ns == time_ns)
			return true;
	return false;
}

void view_moment_added(struct view *view, struct stage *stage, size_t removed)
{
	const struct history *history = stage_history(stage);
	size_t count = history_count(history);

	if (!count)
		return;
	if (view->follow) {
		view->moment = count - 1;
	} else if (view->moment >= removed) {
		view->moment -= removed;
	} else {
		view->moment = 0;
		view_say(view, "the moment seen is no longer kept: this is the "
			 "oldest");
	}
	if (view->has_base && !is_kept(history, view->base_time_ns)) {
		view->has_base = false;
		view_say(view, "the moment compared to is no longer kept: "
			 "changes are since the one before");
	}
	select_refresh(view, stage);
	list_refresh(view, stage);
}
