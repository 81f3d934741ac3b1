/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The PSS of a process over time, as the list's readings found it.
 */
#include "pane.h"

static void draw(const struct process_view *view, struct canvas *canvas,
		 struct box box)
{
	struct history_view graph = {
		view->total ? HISTORY_TOTAL : view->pid, !view->to_range,
	};

	history_draw(view->opts.history, &graph, canvas, box.x, box.y,
		     box.width, box.height);
}

static bool event_in(struct process_view *view, const struct event *event,
		     struct box box)
{
	(void)view, (void)event, (void)box;
	return false;
}

const struct pane pane_graph = {
	.title = "Graph",
	.study = STUDY_PROCESS,
	.draw = draw,
	.event = event_in,
};
