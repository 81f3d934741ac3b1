/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Options out of one table: parsing and --help cannot disagree.
 */
#ifndef TOOLS_OPTIONS_H
#define TOOLS_OPTIONS_H

#include <stdio.h>

struct option_row {
	int id;			/* a letter, or above 255 for a long one alone */
	const char *name;	/* long */
	const char *argument;	/* NULL: takes none */
	const char *help;
};

/* Takes one option; 0, or an exit status when something was said. */
typedef int (*option_fn)(int id, const char *argument, void *context);

/*
 * Parses options of a table that ends with a name of NULL.  Gives the index of
 * the first word that is not an option, or the negated exit status after a
 * message.
 */
int options_parse(const struct option_row *table, int argc, char **argv,
		  option_fn take, void *context);

/* Lists a table for --help. */
void options_print_help(const struct option_row *table, FILE *out);

#endif
