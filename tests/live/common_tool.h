/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Running the tools that were built, as another user too, and reading the CSV
 * that they write.  What the figures should be is the tests'.
 */
#ifndef LIVE_COMMON_TOOL_H
#define LIVE_COMMON_TOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define NOBODY 65534

struct tool_run {
	int status;	/* exit status; 128 + signal if one ended it */
	char *out;	/* both end in a NUL and are freed by tool_done */
	char *err;
	size_t out_length;
};

/*
 * Runs a shell command with the build folder first in PATH, as a user.  The
 * words $1, $2 ... of the command are pids (0: left out).
 */
void tool_run(struct tool_run *run, uid_t uid, const char *command,
	      const pid_t pids[2]);

void tool_done(struct tool_run *run);

/* Whether both tools were built and the user may start them. */
bool tools_are_there(uid_t uid);

/* The lines of a text, the last without its end too. */
size_t count_lines(const char *text);

/* The start of a CSV's line (0: the headings); NULL past the end. */
const char *csv_line(const char *text, size_t line);

/*
 * Copies a field, found by its heading, of a line from 1.  False if there is
 * none, or it does not fit.
 */
bool csv_field(const char *text, size_t line, const char *heading,
	       char *field, size_t size);

/* A field that must be a number. */
uint64_t csv_number(const char *text, size_t line, const char *heading);

#endif
