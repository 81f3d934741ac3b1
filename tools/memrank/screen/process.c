/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One process in depth, over the list: opened, given events, closed.  What it
 * shows is the process view's.
 */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

#include "background.h"
#include "process_view.h"
#include "screen.h"

/*
 * The thread that reads for views is begun with the first of them, and serves
 * all: libproc2 keeps buffers for each thread that named processes.
 */
static int begin_background(struct screen *screen)
{
	struct epoll_event event = { .events = EPOLLIN };
	int err;

	if (screen->background)
		return 0;
	err = background_open(&screen->settings.usual.source,
			      &screen->background);
	if (err)
		return err;
	return epoll_ctl(screen->wake_fd, EPOLL_CTL_ADD,
			 background_fd(screen->background), &event) ?
	       -errno : 0;
}

static int open_view(struct screen *screen, pid_t pid, bool graph)
{
	const struct process_view_opts opts = {
		.settings = &screen->settings,
		.source = screen->source,
		.history = screen->history,
		.background = screen->background,
		.width = screen->width,
		.height = screen->height,
		.graph = graph,
		.scripted = screen->scripted,
	};

	return process_view_open(&opts, pid, &screen->view);
}

void screen_open_process(struct screen *screen, const struct row *row,
			 bool graph)
{
	pid_t pid = pagemap_process_pid(row->process);
	int err = begin_background(screen);

	if (!err)
		err = open_view(screen, pid, graph);
	if (!err)
		screen->mode = MODE_PROCESS;
	else
		screen_say(screen, STYLE_WARNING,
			   "process %d cannot be opened: %s", (int)pid,
			   strerror(-err));
}

void screen_close_process(struct screen *screen)
{
	process_view_close(screen->view);
	screen->view = NULL;
	screen->mode = MODE_LIST;
}

void process_event(struct screen *screen, const struct event *event)
{
	if (event->kind == EVENT_KEY && event->key == EVENT_CONTROL('c'))
		screen->ends = true;
	else if (!process_view_event(screen->view, event))
		screen_close_process(screen);
}

bool screen_refresh_process(struct screen *screen)
{
	int taken;

	if (!screen->view) {
		/* It would wake us until it is fetched. */
		if (screen->background)
			background_discard(screen->background);
		return false;
	}
	taken = process_view_refresh(screen->view);
	if (taken < 0)
		screen_say(screen, STYLE_WARNING, "%s", strerror(-taken));
	return taken != 0;
}
