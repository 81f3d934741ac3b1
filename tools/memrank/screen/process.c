/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One process in depth, over the list: opened, given events, closed.  What it
 * shows is the process view's.
 */
#include <string.h>
#include <sys/epoll.h>

#include "process_view.h"
#include "screen.h"

/* Work that the view began is a reason to wake up, until it is closed. */
static void watch(struct screen *screen, int operation)
{
	struct epoll_event event = { .events = EPOLLIN };

	epoll_ctl(screen->wake_fd, operation, process_view_fd(screen->view),
		  &event);
}

void screen_open_process(struct screen *screen, const struct row *row,
			 bool graph)
{
	const struct process_view_opts opts = {
		.settings = &screen->settings,
		.source = screen->source,
		.history = screen->history,
		.width = screen->width,
		.height = screen->height,
		.graph = graph,
		.scripted = screen->scripted,
	};
	pid_t pid = pagemap_process_pid(row->process);
	int err = process_view_open(&opts, pid, &screen->view);

	if (err) {
		screen_say(screen, STYLE_WARNING,
			   "process %d cannot be opened: %s", (int)pid,
			   strerror(-err));
		return;
	}
	watch(screen, EPOLL_CTL_ADD);
	screen->mode = MODE_PROCESS;
}

void screen_close_process(struct screen *screen)
{
	if (!screen->view)
		return;
	watch(screen, EPOLL_CTL_DEL);
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
	int taken = screen->view ? process_view_refresh(screen->view) : 0;

	if (taken < 0)
		screen_say(screen, STYLE_WARNING, "%s", strerror(-taken));
	return taken != 0;
}
