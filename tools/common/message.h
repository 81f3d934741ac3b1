/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a tool says to people on standard error, and how it ends.
 */
#ifndef TOOLS_MESSAGE_H
#define TOOLS_MESSAGE_H

/* Exit status of all tools. */
enum {
	EXIT_DONE = 0,
	EXIT_NOTHING = 1,	/* nothing could be measured, or written */
	EXIT_USAGE = 2,
	EXIT_NOT_EXACT = 3,	/* with --strict */
};

/* The name that messages begin with; static storage. */
void message_set_name(const char *name);

/* "NAME: message", one line on standard error. */
void message(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Flushes standard output: EXIT_DONE, or EXIT_NOTHING and a message. */
int message_flush_output(void);

#endif
