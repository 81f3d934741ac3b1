/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One process in depth, as Enter opens it: its mappings, who shares pages with
 * it, a map of its pages, and its PSS over time.
 */
#ifndef SCREEN_PROCESS_VIEW_H
#define SCREEN_PROCESS_VIEW_H

#include "background.h"
#include "canvas.h"
#include "event.h"
#include "history.h"
#include "memrank.h"

struct process_view;

/* What it is opened with; all of it must outlive the view. */
struct process_view_opts {
	const struct settings *settings;
	struct pagemap_source *source;	/* of the drawing thread */
	const struct history *history;
	/* Reads; a view that is closed may leave it work for the next. */
	struct background *background;
	size_t width, height;
	bool graph;			/* begin with it, not with mappings */
	/* Readings are waited for, and nothing is shown that depends on time. */
	bool scripted;
};

/* Begins to read the process, and does not wait for it.  0 or an errno. */
int process_view_open(const struct process_view_opts *opts, pid_t pid,
		      struct process_view **ret_view);

/* NULL is fine. */
void process_view_close(struct process_view *view);

/* A key, the mouse, or another size; false: it wants to be closed. */
bool process_view_event(struct process_view *view, const struct event *event);

/*
 * Takes over what was read, and reads again what is due: at the beat, and when
 * the background has news.  1: it shows something else now; 0, or
 * -ENOMEM.
 */
int process_view_refresh(struct process_view *view);

/* Draws it; the canvas is of the view's size. */
void process_view_draw(const struct process_view *view, struct canvas *canvas);

#endif
