/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memstats --pressure: makes or opens a cgroup, has a guardian stand by, and
 * steps a session of the library until it is done or somebody is tired of it.
 */
#include "pressure.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "escape.h"
#include "guardian.h"
#include "memstats.h"
#include "message.h"
#include "near.h"

/* Before it is measured: what kind of work shows in that time is counted. */
#define LOOK_NS UINT64_C(3000000000)

/* Runs come and go: that anonymous memory gets flat is not waited for long. */
#define RUNS_SETTLE_NS UINT64_C(2000000000)

/* Clock ticks of work under a limit: one more or less is then 5 %. */
#define TICKS_LEAST 20

static const char *const work_names[] = {
	[WORK_AUTO] = "auto",
	[WORK_CPU] = "cpu",
	[WORK_LINES] = "lines",
	[WORK_RUNS] = "runs",
};

struct squeeze {
	const struct settings *settings;
	struct pagemap_source *source;
	struct pagemap_cgroup *cgroup;
	struct guardian *guardian;
	struct launch *launch;
	struct load *load;
	struct pagemap_pressure *session;
	struct used_session *used_session;
	struct used used;
	enum work_kind work;
	bool interrupted;
};

const char *work_name(enum work_kind kind)
{
	return work_names[kind];
}

int pressure_take_progress(struct pressure_options *options,
			   const char *argument)
{
	int kind;

	for (kind = WORK_CPU; kind <= WORK_RUNS; kind++) {
		if (strcmp(argument, work_names[kind]))
			continue;
		options->work = (enum work_kind)kind;
		return 0;
	}
	message("--progress is cpu, lines or runs");
	return EXIT_USAGE;
}

int check_pressure(const struct settings *settings)
{
	const struct pressure_options *options = &settings->pressure;
	const char *wrong = NULL;

	if (source_is_elsewhere(&settings->usual.source))
		wrong = "memory is taken away on this machine: -S and "
			"--vkernel make no sense";
	else if (settings->maps || settings->pages)
		wrong = "--maps and --pages do not go with --pressure";
	else if (settings->runs_command == !!options->cgroup_path ||
		 (settings->word_count && !settings->runs_command))
		wrong = "--pressure takes a command after --, or --cgroup PATH";
	else if (options->cgroup_path && options->work > WORK_CPU)
		wrong = "lines and runs are those of a command after --";
	if (wrong) {
		message("%s; try --help", wrong);
		return EXIT_USAGE;
	}
	if (!options->cgroup_path)
		return 0;
	message("all in this cgroup are slowed down, again and again, while "
		"their memory is taken away%s", settings->yes ? "" :
		"; if that may be, add --yes");
	return settings->yes ? 0 : EXIT_USAGE;
}

/* ---- A cgroup, a guardian, a command ------------------------------------ */

static int no_cgroup(struct squeeze *squeeze, int err)
{
	const char *detail = pagemap_source_last_error(squeeze->source);

	if (err == -ENOTSUP)
		message("no memory cgroups here (%s): mount one with the memory "
			"controller, or boot with cgroup_enable=memory", detail);
	else if (err == -EACCES || err == -EPERM || err == -EROFS)
		message("no memory cgroup may be used here (%s): run it as root, "
			"or where cgroups are delegated to you (systemd-run "
			"--user --scope -p Delegate=yes)", detail);
	else
		message("no memory cgroup (%s)", *detail ? detail :
			strerror(-err));
	return EXIT_NOTHING;
}

static int take_cgroup(struct squeeze *squeeze)
{
	const char *path = squeeze->settings->pressure.cgroup_path;
	char name[64];
	int err;

	snprintf(name, sizeof(name), "memstats-%d", (int)getpid());
	err = path ? pagemap_cgroup_open(squeeze->source, path,
					 &squeeze->cgroup) :
		     pagemap_cgroup_make(squeeze->source, name,
					 &squeeze->cgroup);
	if (err)
		return no_cgroup(squeeze, err);
	err = guardian_begin(squeeze->cgroup,
			     path ? GUARDIAN_LIMITS : GUARDIAN_OWN,
			     &squeeze->guardian);
	if (!err)
		return 0;
	if (!path)
		pagemap_cgroup_remove(squeeze->cgroup);
	message("no guardian for the cgroup: %s", strerror(-err));
	return EXIT_NOTHING;
}

static int begin_load(struct squeeze *squeeze,
		      const struct launch_command *command)
{
	bool own = squeeze->settings->runs_command;
	int err = own ? launch_begin(squeeze->cgroup, &squeeze->launch) : 0;

	if (err) {
		message("no process in the cgroup: %s", strerror(-err));
		return EXIT_NOTHING;
	}
	err = load_begin(squeeze->source, squeeze->cgroup, squeeze->launch,
			 own ? command : NULL, &squeeze->load);
	if (!err)
		return 0;
	launch_complain(command, err);
	return EXIT_NOTHING;
}

/* Ends what was begun, in the order in which it holds each other. */
static void release(struct squeeze *squeeze)
{
	struct used unused;
	int err = pagemap_pressure_end(squeeze->session);

	if (err)
		message("the limit cannot be lifted: %s", strerror(-err));
	used_end(squeeze->used_session, squeeze->cgroup, &unused);
	if (squeeze->load)
		load_end(squeeze->load);
	launch_end(squeeze->launch);
	err = guardian_end(squeeze->guardian);
	if (err)
		message("the cgroup %s is not as it was: %s",
			pagemap_cgroup_path(squeeze->cgroup), strerror(-err));
	pagemap_cgroup_close(squeeze->cgroup);
}

/* ---- Measuring ---------------------------------------------------------- */

static int ended_early(const struct squeeze *squeeze, int status)
{
	char name[256];

	escape_text(squeeze->settings->words[0], name, sizeof(name));
	if (WIFSIGNALED(status))
		message("%s was killed by signal %d (%s): there is no good run "
			"to measure", name, WTERMSIG(status),
			strsignal(WTERMSIG(status)));
	else
		message("%s ended with exit status %d: there is no good run to "
			"measure", name, WEXITSTATUS(status));
	return EXIT_NOTHING;
}

/* Looks which kind of work shows, if none was asked for. */
static int choose_work(struct squeeze *squeeze)
{
	enum work_kind asked = squeeze->settings->pressure.work;
	int status, err = 0;

	if (squeeze->launch)
		err = load_wait(squeeze->load, LOOK_NS);
	squeeze->interrupted = err == -EINTR;
	squeeze->work = asked ? asked : load_choose(squeeze->load);
	status = load_status(squeeze->load);
	if (status > 0)
		return ended_early(squeeze, status);
	load_count(squeeze->load, squeeze->work);
	return 0;
}

/* The accessed bits are looked at over the time without a limit, and no more. */
static void watch_used(struct squeeze *squeeze,
		       const struct pagemap_pressure_state *state)
{
	bool measures = state->phase == PAGEMAP_PRESSURE_BASELINE;

	if (measures && !squeeze->used_session)
		squeeze->used_session = used_begin(squeeze->source,
						   squeeze->load);
	if (measures || !squeeze->used_session)
		return;
	used_end(squeeze->used_session, squeeze->cgroup, &squeeze->used);
	squeeze->used_session = NULL;
}

static void complain(const struct squeeze *squeeze, int err)
{
	if (err == -EACCES || err == -EPERM || err == -ENOTSUP)
		message("the limit of %s may not be set (%s): run it as root, or "
			"name a cgroup that is yours",
			pagemap_cgroup_path(squeeze->cgroup), strerror(-err));
	else
		message("the cgroup %s: %s",
			pagemap_cgroup_path(squeeze->cgroup), strerror(-err));
}

static int step_on(struct squeeze *squeeze)
{
	struct pagemap_pressure_state state;
	int err = 0, more = 1;

	while (more > 0 && !err) {
		more = pagemap_pressure_step(squeeze->session,
					     load_progress(squeeze->load),
					     &state);
		if (more < 0)
			break;
		watch_used(squeeze, &state);
		pressure_show_state(&state);
		if (more)
			err = load_wait(squeeze->load, state.wait_ns);
	}
	pressure_clear_state();
	squeeze->interrupted = err == -EINTR;
	if (more < 0)
		complain(squeeze, more);
	else if (err && !squeeze->interrupted)
		message("the command does not start again: %s", strerror(-err));
	return more < 0 ? EXIT_NOTHING : 0;
}

static int measure(struct squeeze *squeeze)
{
	struct pagemap_pressure_opts opts = {
		.size = sizeof(opts),
		/* We wait for the agent to start the next run. */
		.may_kill = squeeze->work == WORK_RUNS,
		.work_least = squeeze->work == WORK_CPU ? TICKS_LEAST : 0,
	};
	int err;

	if (squeeze->work == WORK_RUNS)
		opts.settle_max_ns = RUNS_SETTLE_NS;
	err = pagemap_pressure_begin(squeeze->cgroup, &opts,
				     &squeeze->session);
	if (err) {
		message("%s", strerror(-err));
		return EXIT_NOTHING;
	}
	return squeeze->interrupted ? 0 : step_on(squeeze);
}

/* ---- Report ------------------------------------------------------------- */

static const char *const outcomes[] = {
	[PAGEMAP_PRESSURE_UNFINISHED] =
		"interrupted: the figures are the bounds known by then",
	[PAGEMAP_PRESSURE_ENDED] =
		"the command ended: the figures are the bounds known by then",
	[PAGEMAP_PRESSURE_VANISHED] =
		"the cgroup was removed: the figures are the bounds known by then",
};

static int report(struct squeeze *squeeze)
{
	const struct settings *settings = squeeze->settings;
	struct pressure_report report = {
		.session = squeeze->session,
		.work = squeeze->work,
		.used = squeeze->used,
		.has_swap = pagemap_source_has_feature(squeeze->source,
						       PAGEMAP_FEATURE_SWAP),
		.version = pagemap_cgroup_version(squeeze->cgroup),
		.cgroup_path = pagemap_cgroup_path(squeeze->cgroup),
	};

	pagemap_pressure_result(squeeze->session, &report.result);
	used_fit(&report.used, &report.result.rest_anon);
	if (report.result.outcome < sizeof(outcomes) / sizeof(*outcomes) &&
	    outcomes[report.result.outcome])
		message("%s", outcomes[report.result.outcome]);
	if (settings->usual.json)
		pressure_json(squeeze->source, &report);
	else if (settings->usual.csv)
		pressure_csv(settings, &report);
	else
		pressure_text(settings, &report);
	return report.result.rest.quality == PAGEMAP_UNAVAILABLE ?
	       EXIT_NOTHING : message_flush_output();
}

int measure_pressure(struct settings *settings, struct pagemap_source *source)
{
	const struct launch_command command = {
		settings->words, (size_t)settings->word_count,
	};
	struct squeeze squeeze = { .settings = settings, .source = source };
	int status = take_cgroup(&squeeze);

	if (!status) {
		status = begin_load(&squeeze, &command);
		if (!status)
			status = choose_work(&squeeze);
		if (!status)
			status = measure(&squeeze);
		if (!status)
			status = report(&squeeze);
	}
	if (squeeze.cgroup)
		release(&squeeze);
	return status;
}
