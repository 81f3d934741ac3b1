/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A trial from its begin to its end, and the time in between; what is read of
 * it is the business of trial_read.c.
 */
#include "trial.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "message.h"
#include "words.h"

#define MS_NS UINT64_C(1000000)

/* memory.stat may be behind by 2 s: it is brought up to date so often. */
#define STAT_LAG_MS 2200

#define TICK_MS 200
#define SETTLE_MOST_MS 30000

/* ---- Begin and end ----------------------------------------------------- */

static void make_cgroup(struct trial *trial)
{
	char name[64];
	int err;

	snprintf(name, sizeof(name), "memstats-%d", (int)getpid());
	err = pagemap_cgroup_make(trial->source, name, &trial->cgroup);
	if (!err)
		return;
	trial->cgroup = NULL;
	snprintf(trial->why_not, sizeof(trial->why_not), "%s",
		 *pagemap_source_last_error(trial->source) ?
		 pagemap_source_last_error(trial->source) : strerror(-err));
}

static int begin_processes(struct trial *trial)
{
	int err = 0;

	/* The guardian first: what it has to remove is there already. */
	if (trial->cgroup)
		err = guardian_begin(trial->cgroup, GUARDIAN_OWN,
				     &trial->guardian);
	if (!err)
		err = launch_begin(trial->cgroup, &trial->launch);
	/* A cgroup that may be made, but not be entered. */
	if (err && trial->cgroup) {
		snprintf(trial->why_not, sizeof(trial->why_not),
			 "the cgroup %s cannot be used: %s",
			 pagemap_cgroup_path(trial->cgroup), strerror(-err));
		guardian_end(trial->guardian);
		pagemap_cgroup_remove(trial->cgroup);
		pagemap_cgroup_close(trial->cgroup);
		trial->guardian = NULL;
		trial->cgroup = NULL;
		err = launch_begin(NULL, &trial->launch);
	}
	return err;
}

int trial_begin(struct pagemap_source *source, enum pagemap_engine engine,
		struct trial *ret_trial)
{
	struct trial trial = {
		.source = source,
		.engine = engine,
		.begin_ns = now_ns(),
	};
	int err, status = 0;

	make_cgroup(&trial);
	err = begin_processes(&trial);
	/* Theirs are as they were: only we put the end off. */
	ending_put_off(&trial.ending);
	if (err) {
		message("cannot start copies: %s", strerror(-err));
		trial_end(&trial);
		return EXIT_NOTHING;
	}
	trial.started_ns = now_ns();
	if (trial.cgroup) {
		/* What version 2 tells of the kernel's is in memory.stat. */
		if (pagemap_cgroup_version(trial.cgroup) == 2)
			status = trial_wait(&trial, STAT_LAG_MS);
		if (!status && pagemap_cgroup_read(trial.cgroup, &trial.empty)) {
			message("the books of %s cannot be read",
				pagemap_cgroup_path(trial.cgroup));
			status = EXIT_NOTHING;
		}
	}
	if (status)
		trial_end(&trial);
	else
		*ret_trial = trial;
	return status;
}

void trial_end(struct trial *trial)
{
	launch_end(trial->launch);
	if (trial->cgroup) {
		if (guardian_end(trial->guardian) == -EBUSY)
			message("%s is still there: a process in it does not "
				"end", pagemap_cgroup_path(trial->cgroup));
		pagemap_cgroup_close(trial->cgroup);
	}
	free(trial->teams);
	if (trial->source)
		ending_allow(&trial->ending);
	*trial = (struct trial){ 0 };
}

int trial_start(struct trial *trial, char *const *words, size_t word_count,
		size_t team)
{
	const struct launch_command command = { words, word_count };
	size_t *teams = reallocarray(trial->teams, trial->next_number + 1,
				     sizeof(*teams));
	pid_t pid;
	int err = teams ? 0 : -ENOMEM;

	if (teams)
		trial->teams = teams;
	if (!err)
		err = launch_start(trial->launch, &command,
				   trial->next_number, -1, &pid);
	if (err) {
		launch_complain(&command, err);
		return EXIT_NOTHING;
	}
	teams[trial->next_number++] = team;
	trial->started_ns = now_ns();
	return 0;
}

/* ---- Time -------------------------------------------------------------- */

static void say_how(const struct launch_copy *copy, char *text, size_t size)
{
	if (copy->status == -1)
		snprintf(text, size, "it is not known how");
	else if (WIFEXITED(copy->status))
		snprintf(text, size, "exit status %d",
			 WEXITSTATUS(copy->status));
	else
		snprintf(text, size, "%s", strsignal(WTERMSIG(copy->status)));
}

/* A copy that is gone leaves a step that is no step. */
static int complain_of_end(struct trial *trial)
{
	const struct launch_copy *copies;
	size_t i, count;
	char how[64];

	copies = launch_copies(trial->launch, &count);
	for (i = 0; i < count && !copies[i].ended; i++)
		;
	if (i == count) {
		message("the process that starts copies has died");
		return EXIT_NOTHING;
	}
	say_how(&copies[i], how, sizeof(how));
	if (i)
		message("copy %u ended while the others ran (%s): copies that "
			"need a port or a file of their own get one by {} in "
			"an argument or MEMSTATS_COPY in the environment, "
			"which is 0, 1, 2 ...", copies[i].number, how);
	else
		message("the command ended by itself (%s): what is measured "
			"has to stay, as by sh -c 'COMMAND; exec sleep 1000'; "
			"for one that ends, see memstats -- COMMAND", how);
	return EXIT_NOTHING;
}

static bool all_run(struct trial *trial)
{
	return launch_running(trial->launch) == trial->next_number;
}

int trial_wait(struct trial *trial, unsigned int milliseconds)
{
	uint64_t end_ns = now_ns() + milliseconds * MS_NS;

	for (;;) {
		uint64_t at_ns = now_ns();
		uint64_t left_ns = end_ns > at_ns ? end_ns - at_ns : 0;
		int number;

		if (left_ns > TICK_MS * MS_NS)
			left_ns = TICK_MS * MS_NS;
		number = ending_wait(&trial->ending, NULL, 0, left_ns);
		if (number > 0) {
			message("%s: copies are ended, nothing stays behind",
				strsignal(number));
			return 128 + number;
		}
		if (!all_run(trial))
			return complain_of_end(trial);
		if (now_ns() >= end_ns)
			return 0;
	}
}

/* Their anonymous memory now; what has just ended counts no more. */
static uint64_t anon_now(struct trial *trial)
{
	struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts),
		.engine = PAGEMAP_ENGINE_KERNEL,
		.metrics = PAGEMAP_METRIC_BIT(PAGEMAP_PSS_ANON),
	};
	struct pagemap_snapshot *snapshot;
	uint64_t bytes = 0;
	pid_t *pids;
	size_t i;

	if (launch_pids(trial->launch, trial->source, &pids, &opts.pid_count))
		return 0;
	opts.pids = pids;
	if (opts.pid_count &&
	    !pagemap_snapshot_take(trial->source, &opts, &snapshot)) {
		for (i = 0; i < pagemap_snapshot_process_count(snapshot); i++)
			bytes += pagemap_process_value(
				pagemap_snapshot_process_at(snapshot, i),
				PAGEMAP_PSS_ANON).value;
		pagemap_snapshot_free(snapshot);
	}
	free(pids);
	return bytes;
}

static uint64_t file_now(struct trial *trial)
{
	struct pagemap_cgroup_books books;

	if (!trial->cgroup || pagemap_cgroup_read(trial->cgroup, &books) ||
	    books.value[PAGEMAP_CGROUP_FILE] == PAGEMAP_CGROUP_UNKNOWN)
		return 0;
	return books.value[PAGEMAP_CGROUP_FILE];
}

int trial_settle(struct trial *trial, struct rest *ret_rest)
{
	struct pagemap_settling settling = pagemap_settling_init(0);
	uint64_t least_ns = trial->started_ns +
			    (trial->cgroup ? STAT_LAG_MS * MS_NS : 0);
	uint64_t most_ns = now_ns() + SETTLE_MOST_MS * MS_NS;
	struct rest rest = { 0 };
	int status = 0;

	while (!status) {
		uint64_t at_ns = now_ns();

		rest.settled = pagemap_settling_feed(&settling, at_ns,
						     anon_now(trial),
						     file_now(trial));
		if ((rest.settled && at_ns >= least_ns) || at_ns >= most_ns)
			break;
		status = trial_wait(trial, TICK_MS);
	}
	rest.file_growth_bytes = pagemap_settling_file_growth(&settling);
	*ret_rest = rest;
	return status;
}
