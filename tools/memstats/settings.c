/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line of memstats.
 */
#include <stdlib.h>
#include <string.h>

#include "memstats.h"
#include "message.h"
#include "options.h"
#include "source.h"

enum {
	OPTION_MAPS = 256, OPTION_PAGES, OPTION_ENGINE, OPTION_GENTLE,
	OPTION_JSON, OPTION_CSV, OPTION_STRICT, OPTION_HELP, OPTION_VERSION,
};

static const struct option_row table[] = {
	{ OPTION_MAPS, "maps", NULL, "each mapping, and by file" },
	{ OPTION_PAGES, "pages", NULL, "runs of equal pages: frame, flags, sharers" },
	{ 'k', "abbreviate", NULL, "tables with a suffix: 123.4M (default KiB)" },
	{ 'H', "no-header", NULL, "no line of headings" },
	{ OPTION_ENGINE, "engine", "NAME", "auto, kernel or census" },
	{ OPTION_GENTLE, "gentle", NULL, "hold no lock of the process for long" },
	{ OPTION_JSON, "json", NULL, "write JSON (memstats/1)" },
	{ OPTION_CSV, "csv", NULL, "write CSV, sizes in bytes" },
	{ OPTION_STRICT, "strict", NULL, "exit 3 if a figure is not exact" },
	{ 'S', "source", "DIR", "a directory that looks like /proc" },
	{ OPTION_HELP, "help", NULL, "show this help" },
	{ OPTION_VERSION, "version", NULL, "show the version" },
	{ 0, NULL, NULL, NULL },
};

static void print_help(void)
{
	puts("Usage: memstats [OPTION]... PID|NAME...\n"
	     "       memstats [OPTION]... -- COMMAND [ARG]...\n"
	     "Takes the memory of processes apart, or that of a command: at "
	     "its peak and at\nits end; memstats then exits as the command "
	     "did.\n");
	options_print_help(table, stdout);
	puts("\nSizes: 123 exact, 120..131 between, ~123 an estimate, - not "
	     "known.\nExit status: 0 done, 1 nothing could be measured, 2 bad "
	     "usage, 3 with --strict.");
}

static int take_option(int id, const char *argument, void *context)
{
	struct settings *settings = context;

	switch (id) {
	case OPTION_ENGINE:
		return engine_parse(argument, &settings->engine) ? 0
								 : EXIT_USAGE;
	case 'S':
		settings->source = argument;
		return 0;
	case 'k':
		settings->units = UNITS_SUFFIX;
		return 0;
	case 'H':
		settings->header = false;
		return 0;
	case OPTION_MAPS:
		settings->maps = true;
		return 0;
	case OPTION_PAGES:
		settings->pages = true;
		return 0;
	case OPTION_GENTLE:
		settings->gentle = true;
		return 0;
	case OPTION_JSON:
		settings->json = true;
		return 0;
	case OPTION_CSV:
		settings->csv = true;
		return 0;
	default:
		settings->strict = true;
		return 0;
	}
}

/* --help and --version end everything, up to the command that is to run. */
static int answer(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (!strcmp(argv[i], "--help")) {
			print_help();
			return message_flush_output();
		}
		if (!strcmp(argv[i], "--version")) {
			printf("memstats %s\n", pagemap_version_string());
			return message_flush_output();
		}
	}
	return -1;
}

static int check(const struct settings *settings)
{
	const char *wrong = NULL;

	if (!settings->word_count)
		wrong = "name a process (pid or name), or a command after --";
	else if (settings->runs_command && settings->source)
		wrong = "a command runs on this machine: -S makes no sense";
	else if (settings->json && settings->csv)
		wrong = "--json and --csv exclude each other";
	else if (settings->maps && settings->pages)
		wrong = "--maps and --pages exclude each other";
	else if (settings->pages && settings->engine == PAGEMAP_ENGINE_KERNEL)
		wrong = "--pages needs the census: leave --engine out";
	else if (settings->json && !json_is_built_in())
		wrong = "--json: this build has no JSON (json-c was missing)";
	if (!wrong)
		return -1;
	message("%s; try --help", wrong);
	return EXIT_USAGE;
}

int settings_read(struct settings *settings, int argc, char **argv)
{
	int first, status = answer(argc, argv);

	*settings = (struct settings){
		.header = true, .units = UNITS_KIB,
	};
	if (status >= 0)
		return status;
	first = options_parse(table, argc, argv, take_option, settings);
	if (first < 0)
		return -first;
	settings->runs_command = first > 1 && !strcmp(argv[first - 1], "--");
	settings->words = argv + first;
	settings->word_count = argc - first;
	return check(settings);
}

void settings_free(struct settings *settings)
{
	free(settings->pids);
}

void settings_to_opts(const struct settings *settings,
		      struct pagemap_snapshot_opts *ret_opts)
{
	*ret_opts = (struct pagemap_snapshot_opts){
		.size = sizeof(*ret_opts),
		.engine = settings->engine,
		.gentle = settings->gentle,
		.metrics = PAGEMAP_METRICS_ALL,
		.detail = settings->pages ? PAGEMAP_DETAIL_PAGES :
			  settings->maps ? PAGEMAP_DETAIL_MAPPINGS :
			  PAGEMAP_DETAIL_PROCESSES,
		.pids = settings->pids,
		.pid_count = settings->pid_count,
	};
	/* What JSON's rows always have. */
	if (settings->json)
		ret_opts->identity = PAGEMAP_ID_UID | PAGEMAP_ID_STAT;
}
