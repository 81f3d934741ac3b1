/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memstats --fit: how many copies of a command a budget holds, or whether it
 * holds a list of commands, from what was measured of a few.
 */
#include <errno.h>
#include <string.h>

#include "copies.h"
#include "message.h"

int fit_check(const struct settings *settings)
{
	struct copies_plan plan;
	uint64_t bytes;
	const char *wrong = NULL;

	if (!units_parse(settings->budget, &bytes)) {
		message("--fit %s: not a size: write 64M, 1.5G or bytes",
			settings->budget);
		return EXIT_USAGE;
	}
	if (settings->word_count && !settings->runs_command)
		wrong = "write -- before the command";
	else if (!settings->word_count && settings->copies)
		wrong = "--copies is of a command: name it after --";
	else if (!settings->word_count && !settings->with)
		wrong = "name the command after --, or a list of commands by "
			"--with";
	else if (source_is_elsewhere(&settings->usual.source))
		wrong = "commands run on this machine: -S and --vkernel make "
			"no sense";
	else if (settings->maps || settings->pages)
		wrong = "it measures copies: leave --maps and --pages out";
	if (wrong)
		message("--fit: %s", wrong);
	return wrong || !copies_plan_parse(settings->copies, &plan) ?
	       EXIT_USAGE : 0;
}

/* What the companions keep: a step by themselves. */
static int kept_beside(const struct copies_report *report,
		       struct pagemap_value *ret_value)
{
	const struct trial *trial = &report->trial;
	struct pagemap_copies *alone;
	unsigned int count;
	uint64_t bytes = 0;
	int err = pagemap_copies_begin(trial->cgroup ? &trial->empty : NULL,
				       &alone);

	if (err)
		return err;
	err = pagemap_copies_sample(alone, 1, trial->cgroup ?
				    &report->beside.books : NULL,
				    &report->beside.census);
	if (!err)
		err = pagemap_copies_step_at(alone, 0, PAGEMAP_COPIES_KEPT,
					     &count, &bytes);
	pagemap_copies_end(alone);
	if (err)
		return err;
	*ret_value = (struct pagemap_value){
		bytes, bytes, bytes, PAGEMAP_ESTIMATED, PAGEMAP_REASON_SUMMED,
	};
	return 0;
}

static int compute(struct copies_report *report)
{
	struct pagemap_cost kept = copies_cost(report, PAGEMAP_COPIES_KEPT);
	struct pagemap_value nothing = { .quality = PAGEMAP_EXACT };
	int err = 0;

	report->opts = (struct pagemap_fit_opts){
		.size = sizeof(report->opts),
		.budget_bytes = report->budget_bytes,
		.beside = nothing,
		.fixed = kept.fixed,
		.each = kept.each,
		.file_floor = report->files.floor,
		.shared_file = report->files.shared,
		.private_file = report->files.each,
	};
	if (report->companions.count)
		err = kept_beside(report, &report->opts.beside);
	if (!err)
		err = pagemap_fit_copies(&report->opts, &report->fit);
	if (!err)
		err = pagemap_fit_left(&report->opts, 0, &report->left);
	return err;
}

int find_fit(struct settings *settings, struct pagemap_source *source)
{
	struct copies_report report;
	int err, status = copies_measure(settings, source, &report);

	if (status)
		return status;
	units_parse(settings->budget, &report.budget_bytes);
	status = files_in_use_find(&report);
	if (!status) {
		err = compute(&report);
		if (err)
			message("%s", strerror(-err));
		status = err ? EXIT_NOTHING : fit_print(&report);
	}
	copies_report_free(&report);
	return status;
}
