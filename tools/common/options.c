/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Options out of one table, see options.h.
 */
#include "options.h"

#include <getopt.h>
#include <string.h>

#include "message.h"

#define MAX_OPTIONS 64

static void make_tables(const struct option_row *table,
			struct option *longs, char *letters)
{
	size_t i, at = 0;

	/* A colon first: what is missing is told from what is unknown. */
	letters[at++] = ':';
	for (i = 0; i < MAX_OPTIONS - 1 && table[i].name; i++) {
		longs[i] = (struct option){
			table[i].name,
			table[i].argument ? required_argument : no_argument,
			NULL, table[i].id,
		};
		if (table[i].id > 255)
			continue;
		letters[at++] = (char)table[i].id;
		if (table[i].argument)
			letters[at++] = ':';
	}
	memset(&longs[i], 0, sizeof(longs[i]));
	letters[at] = '\0';
}

static const struct option_row *find_row(const struct option_row *table, int id)
{
	for (; table->name; table++)
		if (table->id == id)
			return table;
	return NULL;
}

/* What getopt found wrong, in one line that says what to do. */
static int complain(const struct option_row *table, int id, char **argv)
{
	const struct option_row *row = optopt ? find_row(table, optopt) : NULL;

	if (id == ':' && row)
		message("--%s needs an argument: %s", row->name, row->argument);
	else if (row)
		message("--%s takes no argument", row->name);
	else if (optopt)
		message("unknown option -%c: --help lists them", optopt);
	else
		message("unknown or ambiguous option %s: --help lists them",
			argv[optind - 1]);
	return EXIT_USAGE;
}

int options_parse(const struct option_row *table, int argc, char **argv,
		  option_fn take, void *context)
{
	struct option longs[MAX_OPTIONS];
	char letters[2 * MAX_OPTIONS + 2];
	int id, status;

	make_tables(table, longs, letters);
	opterr = 0;
	while ((id = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		if (id == '?' || id == ':')
			return -complain(table, id, argv);
		status = take(id, optarg, context);
		if (status)
			return -status;
	}
	return optind;
}

void options_print_help(const struct option_row *table, FILE *out)
{
	char left[64];

	for (; table->name; table++) {
		int at = table->id < 256 ?
			snprintf(left, sizeof(left), "-%c, ", table->id) :
			snprintf(left, sizeof(left), "    ");

		snprintf(left + at, sizeof(left) - (size_t)at, "--%s%s%s",
			 table->name, table->argument ? " " : "",
			 table->argument ? table->argument : "");
		fprintf(out, "  %-26s %s\n", left, table->help);
	}
}
