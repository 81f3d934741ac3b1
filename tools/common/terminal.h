/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A canvas on a terminal, and what its keys and its mouse do, behind a fence:
 * terminal.c alone knows which library drives the terminal.
 */
#ifndef TOOLS_TERMINAL_H
#define TOOLS_TERMINAL_H

#include "canvas.h"
#include "event.h"

struct terminal;

/*
 * Takes standard input and output over for a screen.  Without colors, or with
 * NO_COLOR set, reverse and bold stand for them.  -ENOTSUP: not in this build;
 * -ENOTTY: no terminal; -EINVAL: one that cannot do it; -ENOMEM.  *ret_why is
 * then why, for people.
 */
int terminal_open(bool colors, struct terminal **ret_terminal,
		  const char **ret_why);

/* Gives it back as it was.  NULL is fine. */
void terminal_close(struct terminal *terminal);

/* A blank canvas of the size that the terminal has now; NULL: no memory. */
struct canvas *terminal_canvas(const struct terminal *terminal);

/* Shows a canvas; what stands there already is not sent again. */
void terminal_show(struct terminal *terminal, const struct canvas *canvas);

/* Has all of it sent with the next canvas. */
void terminal_redraw(struct terminal *terminal);

/*
 * Waits for an event, at most so many milliseconds (-1: for ever), or until
 * wake_fd (-1: none) can be read.  EVENT_NONE: the time is over.
 */
struct event terminal_read(struct terminal *terminal, int timeout_ms,
			   int wake_fd);

#endif
