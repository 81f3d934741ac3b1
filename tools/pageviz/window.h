/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A window with SDL2: it draws scenes and gives events, and knows nothing of
 * pages.
 */
#ifndef PAGEVIZ_WINDOW_H
#define PAGEVIZ_WINDOW_H

#include "event.h"
#include "scene.h"

struct window;

/* -ENODEV: no display, and why. */
int window_open(const char *title, int width, int height, struct type *type,
		struct window **ret_window, char why[256]);
void window_close(struct window *window);

/* Pixels that are drawn on, and how many of small text: HiDPI has more. */
void window_size(const struct window *window, int *ret_width, int *ret_height,
		 int *ret_unit);

void window_set_title(struct window *window, const char *title);
void window_draw(struct window *window, const struct scene *scene);

/*
 * The next event; waits at most timeout_ms (-1: for ever) for one or for fd
 * (-1: none) to become readable (EVENT_WAKE).  EVENT_NONE: the time is over.
 */
void window_wait(struct window *window, int fd, int timeout_ms,
		 struct event *ret_event);

/* "opengl", "software" ...: what draws. */
const char *window_driver(const struct window *window);

#endif
