/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line of memrank.  What follows from it is in needs.c.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "memrank.h"
#include "message.h"
#include "near.h"
#include "options.h"
#include "source.h"

enum {
	OPTION_BY = 256, OPTION_GROUP, OPTION_SHARING, OPTION_MATRIX, OPTION_OWNERS,
	OPTION_WATCH, OPTION_COUNT, OPTION_FREE, OPTION_KEEP,
	OPTION_IF_KILLED, OPTION_SCREEN, OPTION_NO_COLOR,
};

/* Of a mode that an option leads to by its argument. */
#define NO_OPTION (-1)

static const struct option_row table[] = {
	{ 's', "sort", "COLUMN", "sort by this column (default pss)" },
	{ 'r', "reverse", NULL, "reverse the order" },
	{ 'n', "number", "N", "show only the first N rows" },
	{ 'c', "columns", "LIST", "columns to show, separated by commas" },
	{ 't', "totals", NULL, "add a row for all together, each page once" },
	{ 'P', "processfilter", "REGEX", "only processes whose name or command "
	  "matches" },
	{ 'U', "userfilter", "REGEX", "only processes whose user matches" },
	{ 'M', "mapfilter", "REGEX", "only mappings whose name matches" },
	{ 'm', "mappings", NULL, "rank mappings, by name" },
	{ 'u', "users", NULL, "rank users" },
	{ OPTION_BY, "by", "KEY", "rank exe, comm, cgroup, unit or session" },
	{ 'w', "whole-system", NULL, "all of RAM: each frame in one class" },
	{ OPTION_GROUP, "group", "NAME=SELECTOR", "a group of processes as a "
	  "row; repeatable" },
	{ OPTION_SHARING, "sharing", NULL, "who shares memory with whom, and "
	  "why; words are selectors" },
	{ OPTION_MATRIX, "matrix", NULL, "with --sharing: as a square" },
	{ OPTION_OWNERS, "owners", "WHAT", "who maps it: a frame number, FILE, "
	  "FILE:OFFSET or PID:ADDRESS" },
	{ OPTION_WATCH, "watch", "SECONDS", "again and again, until ended" },
	{ OPTION_COUNT, "count", "N", "with --watch: end after N times" },
	{ OPTION_FREE, "free", "SIZE", "the fewest processes whose end gives "
	  "so much back" },
	{ OPTION_KEEP, "keep", "SELECTOR", "with --free: never propose these" },
	{ OPTION_IF_KILLED, "if-killed", "SELECTOR", "what comes back if these "
	  "processes die" },
	{ 'i', "interactive", NULL, "on a screen with keys, F1 helps; --watch is "
	  "its beat" },
	{ OPTION_NO_COLOR, "no-color", NULL, "a screen without colours" },
	{ OPTION_SCREEN, "screen", "SIZE[,KEYS]", "print a screen of 80x24, or "
	  "another size, after KEYS" },
	USUAL_ROWS("memrank/1"),
};

static const struct {
	const char *name;
	enum rank_by by;
} keys[] = {
	{ "exe", BY_EXE }, { "comm", BY_COMM }, { "cgroup", BY_CGROUP },
	{ "unit", BY_UNIT }, { "session", BY_SESSION }, { "user", BY_USER },
	{ "mapping", BY_MAPPING },
};

#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))

static int screen_check(const struct settings *settings)
{
	if (settings->usual.json || settings->usual.csv) {
		message("%s writes no JSON and no CSV", settings->mode);
		return EXIT_USAGE;
	}
	return 0;
}

/*
 * What memrank does instead of ranking once.  One at a time; what the option
 * takes is taken with the others.  Where a mode has a beat of its own, the
 * option that is nothing else gives it the seconds.
 */
static const struct mode {
	int option;
	const char *name;
	run_fn run;
	/* Whether the rest goes with it; 0, or an exit status.  NULL: all. */
	int (*check)(const struct settings *settings);
} modes[] = {
	{ OPTION_WATCH, "--watch", rank_watch, NULL },
	{ OPTION_FREE, "--free", rank_free, free_check },
	{ 'w', "-w", rank_ram, rank_ram_check },
	{ OPTION_IF_KILLED, "--if-killed", rank_if_killed, if_killed_check },
	{ OPTION_SHARING, "--sharing", rank_sharing, sharing_check },
	{ OPTION_OWNERS, "--owners", rank_owners, owners_check },
	{ 'i', "-i", rank_screen, screen_check },
	{ OPTION_SCREEN, "--screen", rank_screen, screen_check },
	{ NO_OPTION, "--vkernel all", rank_vkernels, vkernels_check },
};

#define MODE_COUNT (sizeof(modes) / sizeof(modes[0]))

static int take_mode(struct settings *settings, int id)
{
	size_t i;

	for (i = 0; i < MODE_COUNT; i++) {
		if (modes[i].option != id)
			continue;
		if (settings->run == rank_screen && id == OPTION_WATCH)
			return 0;
		if (settings->mode && settings->run != modes[i].run &&
		    !(settings->run == rank_watch &&
		      modes[i].run == rank_screen)) {
			message("%s and %s exclude each other", settings->mode,
				modes[i].name);
			return EXIT_USAGE;
		}
		settings->mode = modes[i].name;
		settings->run = modes[i].run;
	}
	return 0;
}

static int print_help(void)
{
	puts("Usage: memrank [OPTION]... [PID]...\n"
	     "Ranks processes by the memory that is theirs: PSS, each page "
	     "divided by the\nprocesses that share it.\n");
	options_print_help(table, stdout);
	puts("\nSELECTOR: pid:N, tree:PID, user:NAME, cgroup:PATH, unit:NAME, "
	     "exe:PATH, comm:NAME,\nseveral joined by commas; a value may be "
	     "a /regular expression/.");
	puts("\n--vkernel all: the vkernels of the machine beside each other, "
	     "and what they share.");
	puts("\nColumns, for -c and -s:");
	columns_print_help(stdout);
	usual_print_help();
	return message_flush_output();
}

static int print_version(void)
{
	printf("memrank %s\n", pagemap_version_string());
	return message_flush_output();
}

static int unknown_column(const char *word, size_t length)
{
	char near[128];

	if (near_names(word, length, column_name_at, near, sizeof(near)))
		message("unknown column '%.*s': did you mean %s? --help lists "
			"them all", (int)length, word, near);
	else
		message("unknown column '%.*s': --help lists them",
			(int)length, word);
	return EXIT_USAGE;
}

static int take_columns(struct settings *settings, const char *text)
{
	const char *wrong;
	size_t length;

	if (!columns_parse(text, &settings->columns, &wrong, &length))
		return 0;
	if (column_find(wrong, length)) {
		message("too many columns: %d are the most", COLUMNS_MAX);
		return EXIT_USAGE;
	}
	return unknown_column(wrong, length);
}

static int take_sort(struct settings *settings, const char *text)
{
	settings->sort = column_find(text, strlen(text));
	return settings->sort ? 0 : unknown_column(text, strlen(text));
}

static int take_filter(struct filter *filter, const char *text)
{
	char why[128];
	int err;

	if (filter->set)
		regfree(&filter->pattern);
	filter->set = false;
	err = regcomp(&filter->pattern, text, REG_EXTENDED | REG_NOSUB);

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

static int take_flag(struct settings *settings, int id, const char *argument)
{
	switch (id) {
	case 'r':
		settings->reverse = true;
		return 0;
	case 't':
		settings->totals = true;
		return 0;
	case 'm':
		settings->by = BY_MAPPING;
		return 0;
	case 'u':
		settings->by = BY_USER;
		return 0;
	case 'w':
	case 'i':
	case OPTION_SHARING:
		return 0;	/* a mode, and no more */
	case OPTION_MATRIX:
		settings->matrix = true;
		return 0;
	case OPTION_NO_COLOR:
		settings->no_color = true;
		return 0;
	default:
		return usual_take(&settings->usual, id, argument);
	}
}

static int take_option(int id, const char *argument, void *context)
{
	struct settings *settings = context;
	int status = take_mode(settings, id);

	if (status)
		return status;
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
	case OPTION_GROUP:
		return groups_take(settings, argument);
	case OPTION_OWNERS:
		settings->owners = argument;
		return 0;
	case OPTION_WATCH:
		return take_seconds(settings, argument);
	case OPTION_FREE:
		return free_take_size(settings, argument);
	case OPTION_KEEP:
		return free_take_keep(settings, argument);
	case OPTION_IF_KILLED:
		return if_killed_take(settings, argument);
	case OPTION_SCREEN:
		settings->script = argument;
		return 0;
	case OPTION_COUNT:
		return number_parse(argument, "--count", 1000000000,
				    &settings->refreshes) ? 0 : EXIT_USAGE;
	default:
		return take_flag(settings, id, argument);
	}
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

/* Words are pids, but where a mode takes selectors. */
static int take_words(struct settings *settings, int count, char **words)
{
	if (settings->run != rank_sharing)
		return take_pids(settings, count, words);
	settings->words = words;
	settings->word_count = (size_t)count;
	return 0;
}

void settings_default_columns(const struct settings *settings, enum rank_by by,
			      struct column_list *ret_columns)
{
	static const char *const lists[3][2] = {
		{
			"pid,user,pss,uss,rss,swap,command",
			"pss,uss,rss,swap,processes,name",
		}, {
			"pid,guest_pid,rss,pss,uss,host_pss,host_uss,tables,"
			"command",
			"pss,uss,rss,host_pss,tables,processes,name",
		}, {
			"pid,guest_pid,rss,pss,uss,host_pss,host_uss,tables,"
			"differ,command",
			"pss,uss,rss,host_pss,tables,processes,name",
		},
	};
	const struct source_choice *source = &settings->usual.source;
	const char *wrong;
	size_t length;

	columns_parse(lists[(source->vkernel != 0) + (source->inside != NULL)]
			   [by != BY_PROCESS], ret_columns, &wrong, &length);
}

static int check_mode(const struct settings *settings)
{
	size_t i;

	for (i = 0; i < MODE_COUNT; i++)
		if (modes[i].run == settings->run && modes[i].check)
			return modes[i].check(settings);
	return 0;
}

/* The source that is chosen last is the one that is read. */
static int take_all_vkernels(struct settings *settings)
{
	if (!settings->usual.source.all_vkernels)
		return 0;
	if (settings->mode) {
		message("--vkernel all and %s exclude each other",
			settings->mode);
		return EXIT_USAGE;
	}
	settings->run = rank_vkernels;
	return 0;
}

static int check(struct settings *settings)
{
	int status;

	if (settings->refreshes && settings->run != rank_watch) {
		message("--count goes with --watch (rows are cut with -n)");
		return EXIT_USAGE;
	}
	if (settings->keep && settings->run != rank_free) {
		message("--keep goes with --free");
		return EXIT_USAGE;
	}
	if (settings->matrix && settings->run != rank_sharing) {
		message("--matrix goes with --sharing");
		return EXIT_USAGE;
	}
	status = take_all_vkernels(settings);
	if (!status)
		status = groups_check(settings);
	if (settings->group_count)
		settings->by = BY_NAMED;
	return status ? status : check_mode(settings);
}

int settings_read(struct settings *settings, int argc, char **argv)
{
	int first, status;

	*settings = (struct settings){ .run = rank_once };
	usual_init(&settings->usual);
	settings->usual.takes_all = true;
	first = options_parse(table, argc, argv, take_option, settings);
	if (first < 0)
		return -first;
	if (settings->usual.help)
		return print_help();
	if (settings->usual.version)
		return print_version();
	status = take_words(settings, argc - first, argv + first);
	if (!status)
		status = usual_check(&settings->usual);
	if (!status)
		status = check(settings);
	if (status)
		return status;
	if (!settings->columns.count)
		settings_default_columns(settings, settings->by,
					 &settings->columns);
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
	selector_free(settings->keep);
	selector_free(settings->killed);
	groups_free(settings);
	free(settings->pids);
}
