/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options that mean the same in every tool, once.
 */
#ifndef TOOLS_USUAL_H
#define TOOLS_USUAL_H

#include <stdbool.h>

#include "options.h"
#include "source_choice.h"
#include "units.h"

struct usual {
	struct source_choice source;
	bool takes_all;			/* "all" is a vkernel of this tool's */
	enum pagemap_engine engine;
	enum units units;
	bool header;
	bool gentle;
	bool json;
	bool csv;
	bool strict;
	bool help;
	bool version;
};

/* A tool's own long options have numbers from 256 on. */
enum {
	USUAL_ENGINE = 512, USUAL_GENTLE, USUAL_JSON, USUAL_CSV, USUAL_STRICT,
	USUAL_VERSION, USUAL_VKERNEL, USUAL_INSIDE,
};

/*
 * The end of a table of options; schema is what the tool's JSON is called.  A
 * tool whose sizes are not in columns has no use for those of tables.
 */
#define USUAL_ROWS(schema)                                                    \
	{ 'k', "abbreviate", NULL, "sizes with a suffix, 123.4M, not in KiB" }, \
	{ 'H', "no-header", NULL, "no line of headings" },                    \
	{ USUAL_ENGINE, "engine", "NAME", "auto, kernel or census" },         \
	USUAL_ROWS_BUT_TABLES(schema)

#define USUAL_ROWS_BUT_TABLES(schema)                                         \
	{ USUAL_GENTLE, "gentle", NULL,                                       \
	  "hold no lock of a process for long" },                             \
	{ USUAL_JSON, "json", NULL, "write JSON (" schema ")" },              \
	{ USUAL_CSV, "csv", NULL, "write CSV, sizes in bytes" },              \
	{ USUAL_STRICT, "strict", NULL, "exit 3 if a figure is not exact" },  \
	{ 'S', "source", "DIR", "read a directory that looks like /proc" },   \
	{ USUAL_VKERNEL, "vkernel", "PID", "read the guest of a User-Mode "   \
	  "Linux, from outside" },                                            \
	{ USUAL_INSIDE, "inside", "DIR", "with --vkernel: what the guest "    \
	  "says of itself, for names" },                                      \
	{ 'h', "help", NULL, "show this help" },                              \
	{ USUAL_VERSION, "version", NULL, "show the version" },               \
	{ 0, NULL, NULL, NULL }

void usual_init(struct usual *usual);

/* Takes one of these options; 0, or an exit status after a message. */
int usual_take(struct usual *usual, int id, const char *argument);

/* Whether they go together; 0, or an exit status after a message. */
int usual_check(const struct usual *usual);

/* The end of every --help: how sizes are written, and the exit status. */
void usual_print_help(void);

#endif
