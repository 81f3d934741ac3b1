/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memstats --one-more: starts copies of a command step by step, and has the
 * library draw the line through what was read at each step.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "copies.h"
#include "message.h"
#include "words.h"

#define USUAL_STEPS "1,2,3,4,6"
#define COPIES_MOST 1000

/* ---- What was asked ---------------------------------------------------- */

static bool take_step(const char **text, struct copies_plan *plan)
{
	unsigned int least = plan->count ? plan->steps[plan->count - 1] : 0;
	unsigned long number;
	char *end;

	if (**text < '0' || **text > '9' || plan->count == COPIES_STEPS_MAX)
		return false;
	number = strtoul(*text, &end, 10);
	if ((*end && *end != ',') || number <= least || number > COPIES_MOST)
		return false;
	plan->steps[plan->count++] = (unsigned int)number;
	*text = end + (*end == ',');
	return *end != ',' || **text;
}

bool copies_plan_parse(const char *text, struct copies_plan *ret_plan)
{
	struct copies_plan plan = { .count = 0 };
	const char *at = text ? text : USUAL_STEPS;

	do {
		if (take_step(&at, &plan)) {
			continue;
		}
		message("--copies %s: rising numbers with commas between them, "
			"up to %d, as in 1,2,3,4,6", text, COPIES_MOST);
		return false;
	} while (*at);
	if (plan.count < 2) {
		message("--copies %s: a line needs two numbers of copies",
			text);
		return false;
	}
	*ret_plan = plan;
	return true;
}

int one_more_check(const struct settings *settings)
{
	struct copies_plan plan;
	const char *wrong = NULL;

	if (!settings->runs_command || !settings->word_count)
		wrong = "name the command after --, as in --one-more -- COMMAND "
			"ARG...";
	else if (settings->maps || settings->pages)
		wrong = "it measures copies: leave --maps and --pages out";
	if (wrong)
		message("%s: %s", settings->mode, wrong);
	return wrong || !copies_plan_parse(settings->copies, &plan) ?
	       EXIT_USAGE : 0;
}

/* ---- Steps ------------------------------------------------------------- */

static void show_progress(unsigned int copies)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, copies ? "\r%u cop%s ... " : "\r\033[K", copies,
			copies == 1 ? "y" : "ies");
}

/* What the machine, and the cgroup that we are in, have to give. */
static uint64_t available(struct pagemap_source *source)
{
	uint64_t bytes = UINT64_MAX, room;
	struct pagemap_cgroup_books books;
	struct pagemap_cgroup *cgroup;

	pagemap_source_available_bytes(source, &bytes);
	if (pagemap_cgroup_open_of(source, 0, &cgroup))
		return bytes;
	if (!pagemap_cgroup_read(cgroup, &books) &&
	    books.value[PAGEMAP_CGROUP_LIMIT] < PAGEMAP_CGROUP_NO_LIMIT &&
	    books.value[PAGEMAP_CGROUP_USAGE] != PAGEMAP_CGROUP_UNKNOWN) {
		room = books.value[PAGEMAP_CGROUP_LIMIT];
		room -= books.value[PAGEMAP_CGROUP_USAGE] < room ?
			books.value[PAGEMAP_CGROUP_USAGE] : room;
		if (books.value[PAGEMAP_CGROUP_FILE] != PAGEMAP_CGROUP_UNKNOWN)
			room += books.value[PAGEMAP_CGROUP_FILE];
		if (room < bytes)
			bytes = room;
	}
	pagemap_cgroup_close(cgroup);
	return bytes;
}

/* What reading them takes again: as much as it has taken so far. */
static uint64_t own_peak(void)
{
	struct rusage usage;

	return getrusage(RUSAGE_SELF, &usage) ? 0 :
	       (uint64_t)usage.ru_maxrss << 10;
}

/* A tenth of what there is stays: these copies are not to hurt the others. */
static bool has_room(const struct copies_report *report, unsigned int copies)
{
	size_t steps = pagemap_copies_step_count(report->copies);
	unsigned int count;
	uint64_t bytes;

	if (!steps || pagemap_copies_step_at(report->copies, steps - 1,
					     PAGEMAP_COPIES_ALL, &count,
					     &bytes) ||
	    bytes == PAGEMAP_COPIES_UNKNOWN)
		return true;
	return bytes / count * (copies - count) + own_peak() <
	       available(report->source) / 10 * 9;
}

/* What the copies have beside those that ran before them. */
static struct pagemap_copies_census
census_beside(const struct copies_report *report)
{
	struct pagemap_copies_census census = report->last.census;
	const struct pagemap_copies_census *beside = &report->beside.census;

	census.anon_bytes -= beside->anon_bytes;
	census.file_bytes -= beside->file_bytes;
	census.shmem_bytes -= beside->shmem_bytes;
	census.page_table_bytes -= beside->page_table_bytes;
	census.stack_bytes -= beside->stack_bytes;
	census.swap_bytes -= beside->swap_bytes;
	return census;
}

static int settle(struct copies_report *report)
{
	struct rest rest;
	int status = trial_settle(&report->trial, &rest);

	report->restless |= !status && !rest.settled;
	if (!status && rest.file_growth_bytes > report->file_growth_bytes)
		report->file_growth_bytes = rest.file_growth_bytes;
	return status;
}

static int measure_step(struct copies_report *report, unsigned int copies)
{
	const struct settings *settings = report->settings;
	struct pagemap_copies_census census;
	int err, status = 0;

	show_progress(copies);
	for (; report->copy_count < copies && !status; report->copy_count++)
		status = trial_start(&report->trial, settings->words,
				     (size_t)settings->word_count, 0);
	if (!status)
		status = settle(report);
	if (status)
		return status;
	reading_free(&report->last);
	status = trial_read_mean(&report->trial, &report->last);
	if (status)
		return status;
	census = census_beside(report);
	err = pagemap_copies_sample(report->copies, copies,
				    report->trial.cgroup ?
				    &report->last.books : NULL, &census);
	if (err)
		message("%s", strerror(-err));
	return err ? EXIT_NOTHING : 0;
}

static int measure_steps(struct copies_report *report)
{
	struct copies_plan plan;
	int status = 0;
	size_t i;

	copies_plan_parse(report->settings->copies, &plan);
	for (i = 0; i < plan.count && !status; i++) {
		if (has_room(report, plan.steps[i])) {
			status = measure_step(report, plan.steps[i]);
			continue;
		}
		message("there is no memory for %u copies: %u are the "
			"most that were measured", plan.steps[i],
			report->copy_count);
		break;
	}
	if (!status && pagemap_copies_step_count(report->copies) < 2) {
		message("two steps are needed to tell what one more costs");
		status = EXIT_NOTHING;
	}
	return status;
}

/* All of --with FILE, before the first copy. */
static int start_companions(struct copies_report *report)
{
	int status = 0;
	unsigned int k;
	size_t i;

	for (i = 0; i < report->companions.count; i++)
		for (k = 0; k < report->companions.items[i].count && !status;
		     k++)
			status = trial_start(&report->trial,
					report->companions.items[i].words,
					report->companions.items[i].word_count,
					i + 1);
	if (!status && report->companions.count)
		status = settle(report);
	if (!status && report->companions.count)
		status = trial_read_mean(&report->trial, &report->beside);
	return status;
}

/* ---- All of it --------------------------------------------------------- */

static int begin(struct settings *settings, struct copies_report *report)
{
	int status = settings->with ?
		     companions_read(settings->with, &report->companions) : 0;

	if (!status && settings->word_count)
		report->command = words_join(settings->words,
					     (size_t)settings->word_count);
	if (!status)
		status = trial_begin(report->source, settings->usual.engine,
				     &report->trial);
	if (!status && !report->trial.cgroup)
		message("without a cgroup (%s) figures are sums over the "
			"processes, marked ~: slab is not among them, and a "
			"kernel stack counts as large as all are on average",
			report->trial.why_not);
	return status;
}

int copies_measure(struct settings *settings, struct pagemap_source *source,
		   struct copies_report *ret_report)
{
	struct copies_report report = {
		.settings = settings,
		.source = source,
	};
	int status = begin(settings, &report);

	if (!status)
		status = start_companions(&report);
	if (!status && pagemap_copies_begin(
			!report.trial.cgroup ? NULL :
			report.companions.count ? &report.beside.books :
						  &report.trial.empty,
			&report.copies)) {
		message("out of memory");
		status = EXIT_NOTHING;
	}
	if (!status && settings->word_count)
		status = measure_steps(&report);
	show_progress(0);
	if (status)
		copies_report_free(&report);
	else
		*ret_report = report;
	return status;
}

void copies_report_free(struct copies_report *report)
{
	trial_end(&report->trial);
	pagemap_copies_end(report->copies);
	reading_free(&report->beside);
	reading_free(&report->last);
	companions_free(&report->companions);
	free(report->command);
}

struct pagemap_cost copies_cost(const struct copies_report *report,
				enum pagemap_copies_figure figure)
{
	const struct pagemap_value unknown = {
		.quality = PAGEMAP_UNAVAILABLE,
		.reason = PAGEMAP_REASON_NOT_ASKED,
	};
	struct pagemap_cost cost = { .fixed = unknown, .each = unknown };

	pagemap_copies_cost(report->copies, figure, &cost);
	return cost;
}

int find_one_more(struct settings *settings, struct pagemap_source *source)
{
	struct copies_report report;
	int status = copies_measure(settings, source, &report);

	if (status)
		return status;
	status = copies_print(&report);
	copies_report_free(&report);
	return status;
}
