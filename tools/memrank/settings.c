/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line of memrank, and what follows from it for the library.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "memrank.h"
#include "message.h"
#include "options.h"
#include "json.h"
#include "source.h"

enum {
	OPTION_BY = 256, OPTION_ENGINE, OPTION_GENTLE, OPTION_JSON, OPTION_CSV,
	OPTION_STRICT, OPTION_WATCH, OPTION_COUNT, OPTION_HELP, OPTION_VERSION,
};

static const struct option_row table[] = {
	{ 's', "sort", "COLUMN", "sort by this column (default pss)" },
	{ 'r', "reverse", NULL, "reverse the order" },
	{ 'n', "number", "N", "show only the first N rows" },
	{ 'c', "columns", "LIST", "columns to show, separated by commas" },
	{ 't', "totals", NULL, "add a row for all together, each page once" },
	{ 'k', "abbreviate", NULL, "sizes with a suffix: 123.4M (default KiB)" },
	{ 'H', "no-header", NULL, "no line of headings" },
	{ 'P', "processfilter", "REGEX", "only processes whose command matches" },
	{ 'U', "userfilter", "REGEX", "only processes whose user matches" },
	{ 'M', "mapfilter", "REGEX", "only mappings whose name matches (with -m)" },
	{ 'm', "mappings", NULL, "rank by mapping" },
	{ 'u', "users", NULL, "rank by user" },
	{ OPTION_BY, "by", "KEY", "rank by exe, comm, cgroup, unit or session" },
	{ OPTION_ENGINE, "engine", "NAME", "auto, kernel or census" },
	{ OPTION_GENTLE, "gentle", NULL, "hold no lock of a process for long" },
	{ OPTION_JSON, "json", NULL, "write JSON (memrank/1)" },
	{ OPTION_CSV, "csv", NULL, "write CSV, sizes in bytes" },
	{ OPTION_STRICT, "strict", NULL, "exit 3 if a figure is not exact" },
	{ OPTION_WATCH, "watch", "SECONDS", "again and again" },
	{ OPTION_COUNT, "count", "N", "with --watch: end after N times" },
	{ 'S', "source", "DIR", "a directory that looks like /proc" },
	{ OPTION_HELP, "help", NULL, "show this help" },
	{ OPTION_VERSION, "version", NULL, "show the version" },
	{ 0, NULL, NULL, NULL },
};

static const struct {
	const char *name;
	enum rank_by by;
	uint32_t identity;
} keys[] = {
	{ "exe", BY_EXE, PAGEMAP_ID_EXE },
	{ "comm", BY_COMM, PAGEMAP_ID_COMM },
	{ "cgroup", BY_CGROUP, PAGEMAP_ID_CGROUP },
	{ "unit", BY_UNIT, PAGEMAP_ID_CGROUP },
	{ "session", BY_SESSION, PAGEMAP_ID_STAT },
	{ "user", BY_USER, PAGEMAP_ID_UID },
	{ "mapping", BY_MAPPING, 0 },
};

#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))

static void print_help(void)
{
	puts("Usage: memrank [OPTION]... [PID]...\n"
	     "Ranks processes by the memory that is theirs: PSS, each page "
	     "divided by the\nprocesses that share it.\n");
	options_print_help(table, stdout);
	puts("\nColumns:");
	columns_print_help(stdout);
	puts("\nSizes: 123 exact, 120..131 between, ~123 an estimate, - not "
	     "known.\nExit status: 0 done, 1 nothing could be measured, 2 bad "
	     "usage, 3 with --strict.");
}

static int take_columns(struct settings *settings, const char *text)
{
	const char *wrong;
	size_t length;

	if (!columns_parse(text, &settings->columns, &wrong, &length))
		return 0;
	message("unknown column '%.*s': --help lists them", (int)length, wrong);
	return EXIT_USAGE;
}

static int take_sort(struct settings *settings, const char *text)
{
	settings->sort = column_find(text, strlen(text));
	if (settings->sort)
		return 0;
	message("cannot sort by '%s': --help lists the columns", text);
	return EXIT_USAGE;
}

static int take_filter(struct filter *filter, const char *text)
{
	char why[128];
	int err = regcomp(&filter->pattern, text, REG_EXTENDED | REG_NOSUB);

	if (!err) {
		filter->set = true;
		return 0;
	}
	regerror(err, &filter->pattern, why, sizeof(why));
	message("'%s' is no regular expression: %s", text, why);
	return EXIT_USAGE;
}

static int take_key(struct settings *settings, const char *text)
{
	size_t i;

	for (i = 0; i < KEY_COUNT; i++) {
		if (strcmp(keys[i].name, text) != 0)
			continue;
		settings->by = keys[i].by;
		return 0;
	}
	message("cannot rank by '%s': use exe, comm, cgroup, unit, session, "
		"user or mapping", text);
	return EXIT_USAGE;
}

static int take_seconds(struct settings *settings, const char *text)
{
	char *end;

	settings->watch_s = strtod(text, &end);
	if (*end || end == text || !(settings->watch_s >= 0.05) ||
	    settings->watch_s > 86400) {
		message("--watch takes seconds from 0.05 to 86400, not '%s'",
			text);
		return EXIT_USAGE;
	}
	return 0;
}

static int take_flag(struct settings *settings, int id)
{
	switch (id) {
	case 'r':
		settings->reverse = true;
		return 0;
	case 't':
		settings->totals = true;
		return 0;
	case 'k':
		settings->units = UNITS_SUFFIX;
		return 0;
	case 'H':
		settings->header = false;
		return 0;
	case 'm':
		settings->by = BY_MAPPING;
		return 0;
	case 'u':
		settings->by = BY_USER;
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

static int take_option(int id, const char *argument, void *context)
{
	struct settings *settings = context;

	switch (id) {
	case 's':
		return take_sort(settings, argument);
	case 'n':
		return number_parse(argument, "-n", 1000000000,
				    &settings->limit) ? 0 : EXIT_USAGE;
	case 'c':
		return take_columns(settings, argument);
	case 'P':
		return take_filter(&settings->process_filter, argument);
	case 'U':
		return take_filter(&settings->user_filter, argument);
	case 'M':
		return take_filter(&settings->mapping_filter, argument);
	case OPTION_BY:
		return take_key(settings, argument);
	case OPTION_ENGINE:
		return engine_parse(argument, &settings->engine) ? 0
								 : EXIT_USAGE;
	case OPTION_WATCH:
		return take_seconds(settings, argument);
	case OPTION_COUNT:
		return number_parse(argument, "--count", 1000000000,
				    &settings->refreshes) ? 0 : EXIT_USAGE;
	case 'S':
		settings->source = argument;
		return 0;
	default:
		return take_flag(settings, id);
	}
}

/* --help and --version end everything, whatever else is asked for. */
static int answer(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (!strcmp(argv[i], "--help")) {
			print_help();
			return message_flush_output();
		}
		if (!strcmp(argv[i], "--version")) {
			printf("memrank %s\n", pagemap_version_string());
			return message_flush_output();
		}
	}
	return -1;
}

static int take_pids(struct settings *settings, int count, char **words)
{
	int i;

	if (!count)
		return 0;
	settings->pids = calloc((size_t)count, sizeof(pid_t));
	if (!settings->pids) {
		message("out of memory");
		return EXIT_NOTHING;
	}
	for (i = 0; i < count; i++) {
		unsigned long pid;

		if (!number_parse(words[i], "a process id", INT32_MAX, &pid))
			return EXIT_USAGE;
		settings->pids[settings->pid_count++] = (pid_t)pid;
	}
	return 0;
}

static void set_default_columns(struct settings *settings)
{
	static const char *const lists[] = {
		"pid,user,pss,uss,rss,swap,command",
		"pss,uss,rss,swap,processes,name",
	};
	const char *wrong;
	size_t length;

	if (settings->columns.count)
		return;
	columns_parse(lists[settings->by != BY_PROCESS], &settings->columns,
		      &wrong, &length);
}

static int check(const struct settings *settings)
{
	if (settings->json && settings->csv) {
		message("--json and --csv exclude each other");
		return EXIT_USAGE;
	}
	if (settings->json && !json_is_built_in()) {
		message("--json: this build has no JSON (json-c was missing)");
		return EXIT_USAGE;
	}
	if (settings->mapping_filter.set && settings->by != BY_MAPPING) {
		message("-M filters mappings: give -m too");
		return EXIT_USAGE;
	}
	if (settings->refreshes && !settings->watch_s) {
		message("--count goes with --watch (rows are cut with -n)");
		return EXIT_USAGE;
	}
	return 0;
}

int settings_read(struct settings *settings, int argc, char **argv)
{
	int first, status = answer(argc, argv);

	*settings = (struct settings){ .header = true };
	if (status >= 0)
		return status;
	first = options_parse(table, argc, argv, take_option, settings);
	if (first < 0)
		return -first;
	status = take_pids(settings, argc - first, argv + first);
	if (!status)
		status = check(settings);
	if (status)
		return status;
	set_default_columns(settings);
	if (!settings->sort)
		settings->sort = column_find("pss", 3);
	return -1;
}

static void filter_free(struct filter *filter)
{
	if (filter->set)
		regfree(&filter->pattern);
}

void settings_free(struct settings *settings)
{
	filter_free(&settings->process_filter);
	filter_free(&settings->user_filter);
	filter_free(&settings->mapping_filter);
	free(settings->pids);
}

uint32_t settings_early_names(const struct settings *settings)
{
	uint32_t names = settings->sort->names;

	if (settings->process_filter.set)
		names |= NAME_COMMAND | NAME_COMM;
	if (settings->user_filter.set || settings->by == BY_USER)
		names |= NAME_USER;
	return names;
}

/* The columns of JSON's rows are a promise, whatever is chosen. */
static void json_needs(const struct settings *settings,
		       struct pagemap_snapshot_opts *opts, uint32_t *names)
{
	if (!settings->json)
		return;
	opts->metrics |= PAGEMAP_METRICS_SIZES;
	if (settings->by != BY_PROCESS)
		return;
	opts->identity |= PAGEMAP_ID_UID | PAGEMAP_ID_STAT;
	*names |= NAME_USER | NAME_COMM | NAME_COMMAND;
}

void settings_to_opts(const struct settings *settings,
		      const struct pagemap_source *source,
		      struct pagemap_snapshot_opts *ret_opts)
{
	uint32_t names = columns_names(&settings->columns) |
			 settings_early_names(settings);
	bool all = settings->totals || settings->by != BY_PROCESS ||
		   settings->process_filter.set || settings->user_filter.set;
	struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts),
		.engine = settings->engine,
		.gentle = settings->gentle,
		.groups = settings->by != BY_PROCESS,
		.pids = settings->pids,
		.pid_count = settings->pid_count,
		.metrics = columns_metrics(&settings->columns) |
			   PAGEMAP_METRIC_BIT(PAGEMAP_PSS),
		.identity = columns_identity(&settings->columns),
	};
	size_t i;

	if (settings->sort->metric >= 0)
		opts.metrics |= PAGEMAP_METRIC_BIT(settings->sort->metric);
	for (i = 0; i < KEY_COUNT; i++)
		if (keys[i].by == settings->by)
			opts.identity |= keys[i].identity;
	json_needs(settings, &opts, &names);
	opts.identity |= settings->sort->identity |
			 proclist_identity(source, names);
	/* libproc2 names users itself: the directory need not be asked. */
	if (!proclist_identity(source, NAME_USER) && !settings->json &&
	    !column_is_shown(&settings->columns, "uid") &&
	    settings->by != BY_USER)
		opts.identity &= ~(uint32_t)PAGEMAP_ID_UID;
	if (settings->by == BY_MAPPING)
		opts.detail = PAGEMAP_DETAIL_MAPPINGS;
	if (!all && !settings->reverse &&
	    settings->sort->metric == PAGEMAP_PSS)
		opts.top_count = settings->limit;
	*ret_opts = opts;
}
