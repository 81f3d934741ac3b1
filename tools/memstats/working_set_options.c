/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line of memstats -w: what its options take, and whether they go
 * together.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "memstats.h"
#include "message.h"
#include "methods.h"
#include "source.h"
#include "working_set.h"

#define SECOND 1e9
#define LEAST_S 0.01
#define MOST_S 1e6

/* Of a curve: a point and its double. */
#define CURVE_LEAST_S 0.1

#define COUNT_MOST 1000000

int wset_take_interval(struct settings *settings, const char *text)
{
	char *end;
	double seconds = strtod(text, &end);

	/* strtod takes signs, blanks and names of numbers too. */
	if (*text && !*end && strspn(text, "0123456789.") == strlen(text) &&
	    seconds >= LEAST_S && seconds <= MOST_S) {
		settings->working_set.interval_ns =
			(uint64_t)(seconds * SECOND + 0.5);
		return 0;
	}
	message("-w takes seconds, from %.2f to %.0f, not '%s'", LEAST_S, MOST_S,
		text);
	return EXIT_USAGE;
}

int wset_take_count(struct settings *settings, const char *text)
{
	return number_parse(text, "--count", COUNT_MOST,
			    &settings->working_set.count) ? 0 : EXIT_USAGE;
}

int wset_take_methods(struct settings *settings, const char *text)
{
	struct wset_options *options = &settings->working_set;

	return methods_take(text, &options->methods, &options->list_methods);
}

int wset_list_methods(struct settings *settings, struct pagemap_source *source)
{
	(void)settings;
	return methods_print(source);
}

const char *wset_option_given(const struct settings *settings)
{
	const struct wset_options *options = &settings->working_set;

	return options->count ? "--count" :
	       options->methods ? "--method" :
	       options->curve ? "--curve" :
	       options->ages ? "--ages" :
	       options->plot ? "--plot" : NULL;
}

static const char *what_is_wrong(const struct settings *settings)
{
	const struct wset_options *options = &settings->working_set;

	if (settings->usual.source.name)
		return "-w has running processes forget accesses: -S makes no "
		       "sense";
	if (settings->runs_command)
		return "-w measures processes that run: give pids or names";
	if (settings->usual.engine != PAGEMAP_ENGINE_AUTO)
		return "-w has methods in place of engines: use --method";
	if (options->curve && options->ages)
		return "--curve and --ages exclude each other";
	if (options->curve && options->interval_ns < CURVE_LEAST_S * SECOND)
		return "--curve needs two lengths: -w 0.1 or more";
	if (options->plot && !options->curve && options->count < 2)
		return "--plot draws a curve or a series: add --curve or "
		       "--count";
	return NULL;
}

int wset_check(const struct settings *settings)
{
	const char *wrong = what_is_wrong(settings);

	if (!wrong)
		return 0;
	message("%s; try --help", wrong);
	return EXIT_USAGE;
}
