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
	OPTION_MAPS = 256, OPTION_PAGES, OPTION_COUNT, OPTION_METHOD,
	OPTION_YES, OPTION_CURVE, OPTION_AGES, OPTION_PLOT,
	OPTION_ONE_MORE, OPTION_FIT, OPTION_COPIES, OPTION_WITH,
	OPTION_PRESSURE, OPTION_PROGRESS, OPTION_CGROUP,
	OPTION_WORKING_SET = 'w',
};

static const struct option_row table[] = {
	{ OPTION_MAPS, "maps", NULL, "each mapping, and by file" },
	{ OPTION_PAGES, "pages", NULL, "runs of equal pages: frame, flags, sharers" },
	{ OPTION_WORKING_SET, "working-set", "SECONDS",
	  "what is used in an interval" },
	{ OPTION_COUNT, "count", "N", "with -w: so many intervals" },
	{ OPTION_CURVE, "curve", NULL,
	  "with -w: in shorter ones too, by halves" },
	{ OPTION_AGES, "ages", NULL, "with -w: when pages were used last" },
	{ OPTION_METHOD, "method", "NAME[,NAME]",
	  "with -w: how; \"help\" lists them" },
	{ OPTION_PLOT, "plot", "FILE.svg", "with -w: draw it" },
	{ OPTION_ONE_MORE, "one-more", NULL, "what each further copy of a command costs" },
	{ OPTION_FIT, "fit", "BUDGET", "how many copies of it fit into 64M" },
	{ OPTION_COPIES, "copies", "LIST", "numbers of copies to measure: 1,2,3,4,6" },
	{ OPTION_WITH, "with", "FILE", "other commands beside it: COUNT COMMAND ARG..." },
	{ OPTION_PRESSURE, "pressure", NULL,
	  "the least memory with which a command runs well" },
	{ OPTION_PROGRESS, "progress", "WORK",
	  "with --pressure: cpu, lines or runs count as work" },
	{ OPTION_CGROUP, "cgroup", "PATH",
	  "with --pressure: of those who are in this cgroup" },
	{ OPTION_YES, "yes", NULL, "it may disturb what is measured" },
	USUAL_ROWS("memstats/1"),
};

/*
 * What memstats does instead of reporting once.  One at a time; what the
 * option takes is taken with the others.
 */
static const struct mode {
	int option;
	const char *name;
	run_fn run;
	/* Whether the rest goes with it; 0, or an exit status.  NULL: all. */
	int (*check)(const struct settings *settings);
} modes[] = {
	{ OPTION_WORKING_SET, "-w", measure_working_sets, wset_check },
	{ OPTION_ONE_MORE, "--one-more", find_one_more, one_more_check },
	{ OPTION_FIT, "--fit", find_fit, fit_check },
	{ OPTION_PRESSURE, "--pressure", measure_pressure, check_pressure },
	{ 0, NULL, NULL, NULL },
};

static const struct mode *mode_of_option(int id)
{
	const struct mode *mode;

	for (mode = modes; mode->option; mode++)
		if (mode->option == id)
			return mode;
	return NULL;
}

static int take_mode(struct settings *settings, int id)
{
	const struct mode *mode = mode_of_option(id);

	if (!mode)
		return 0;
	if (settings->mode && settings->run != mode->run) {
		message("%s and %s exclude each other", settings->mode,
			mode->name);
		return EXIT_USAGE;
	}
	settings->mode = mode->name;
	settings->run = mode->run;
	return 0;
}

static int print_help(void)
{
	puts("Usage: memstats [OPTION]... PID|NAME...\n"
	     "       memstats [OPTION]... -- COMMAND [ARG]...\n"
	     "       memstats -w SECONDS [OPTION]... PID|NAME...\n"
	     "       memstats --vkernel PID [-w SECONDS] [OPTION]... "
	     "PID|NAME...\n"
	     "       memstats --one-more|--fit BUDGET [OPTION]... -- COMMAND "
	     "[ARG]...\n"
	     "       memstats --pressure [OPTION]... -- COMMAND [ARG]...\n"
	     "       memstats --pressure --cgroup PATH --yes [OPTION]...\n"
	     "Takes the memory of processes apart, or that of a command: at "
	     "its peak and at\nits end; memstats then exits as the command "
	     "did.\n");
	options_print_help(table, stdout);
	usual_print_help();
	return message_flush_output();
}

static int print_version(void)
{
	printf("memstats %s\n", pagemap_version_string());
	return message_flush_output();
}

static int take_option(int id, const char *argument, void *context)
{
	struct settings *settings = context;
	int status = take_mode(settings, id);

	if (status)
		return status;
	switch (id) {
	case OPTION_MAPS:
		settings->maps = true;
		return 0;
	case OPTION_PAGES:
		settings->pages = true;
		return 0;
	case OPTION_YES:
		settings->yes = true;
		return 0;
	case OPTION_WORKING_SET:
		return wset_take_interval(settings, argument);
	case OPTION_COUNT:
		return wset_take_count(settings, argument);
	case OPTION_METHOD:
		return wset_take_methods(settings, argument);
	case OPTION_CURVE:
		settings->working_set.curve = true;
		return 0;
	case OPTION_AGES:
		settings->working_set.ages = true;
		return 0;
	case OPTION_PLOT:
		settings->working_set.plot = argument;
		return 0;
	case OPTION_ONE_MORE:
		return 0;
	case OPTION_FIT:
		settings->budget = argument;
		return 0;
	case OPTION_COPIES:
		settings->copies = argument;
		return 0;
	case OPTION_WITH:
		settings->with = argument;
		return 0;
	case OPTION_PRESSURE:
		return 0;
	case OPTION_PROGRESS:
		return pressure_take_progress(&settings->pressure, argument);
	case OPTION_CGROUP:
		settings->pressure.cgroup_path = argument;
		return 0;
	default:
		return usual_take(&settings->usual, id, argument);
	}
}

static int check_mode(const struct settings *settings)
{
	const struct mode *mode;
	int status = 0;

	for (mode = modes; mode->option; mode++)
		if (mode->run == settings->run && mode->check)
			status = mode->check(settings);
	return status ? status : -1;
}

static int check(const struct settings *settings)
{
	const char *wrong = NULL, *given = wset_option_given(settings);

	if (given && settings->run != measure_working_sets) {
		message("%s goes with -w SECONDS; try --help", given);
		return EXIT_USAGE;
	}
	if ((settings->pressure.cgroup_path || settings->pressure.work) &&
	    settings->run != measure_pressure)
		wrong = "--progress and --cgroup go with --pressure";
	else if (!settings->word_count && !settings->with &&
		 !settings->pressure.cgroup_path &&
		 !settings->usual.source.vkernel)
		wrong = "name a process (pid or name), or a command after --";
	else if (settings->runs_command &&
		 source_is_elsewhere(&settings->usual.source))
		wrong = "a command runs on this machine: -S and --vkernel make "
			"no sense";
	else if ((settings->copies || settings->with) &&
		 settings->run != find_one_more && settings->run != find_fit)
		wrong = "--copies and --with go with --one-more and --fit";
	else if (settings->maps && settings->pages)
		wrong = "--maps and --pages exclude each other";
	else if (settings->pages && settings->usual.engine == PAGEMAP_ENGINE_KERNEL)
		wrong = "--pages needs the census: leave --engine out";
	if (!wrong)
		return check_mode(settings);
	message("%s; try --help", wrong);
	return EXIT_USAGE;
}

int settings_read(struct settings *settings, int argc, char **argv)
{
	int first, status;

	*settings = (struct settings){ 0 };
	usual_init(&settings->usual);
	first = options_parse(table, argc, argv, take_option, settings);
	if (first < 0)
		return -first;
	if (settings->usual.help)
		return print_help();
	if (settings->usual.version)
		return print_version();
	status = usual_check(&settings->usual);
	if (status)
		return status;
	if (settings->working_set.list_methods) {
		settings->run = wset_list_methods;
		return -1;
	}
	settings->runs_command = first > 1 && !strcmp(argv[first - 1], "--");
	settings->words = argv + first;
	settings->word_count = argc - first;
	if (!settings->run)
		settings->run = settings->runs_command ? run_command :
							 report_processes;
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
		.engine = settings->usual.engine,
		.gentle = settings->usual.gentle,
		.metrics = PAGEMAP_METRICS_ALL,
		.detail = settings->pages ? PAGEMAP_DETAIL_PAGES :
			  settings->maps ? PAGEMAP_DETAIL_MAPPINGS :
			  PAGEMAP_DETAIL_PROCESSES,
		.pids = settings->pids,
		.pid_count = settings->pid_count,
	};
	/* What JSON's rows always have. */
	if (settings->usual.json)
		ret_opts->identity = PAGEMAP_ID_UID | PAGEMAP_ID_STAT;
}
