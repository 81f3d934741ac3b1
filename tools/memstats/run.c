/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Running a command to its end: sampled while it runs, held by ptrace just
 * before its memory goes, when the last state is read.  Its exit status is
 * passed on; signals that end memstats are handed to it.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "memstats.h"
#include "message.h"
#include "source.h"

/* Between two samples: so long that the command is not slowed. */
#define SAMPLE_MS 50

#define EXIT_NOT_EXECUTABLE 126
#define EXIT_NOT_FOUND 127

struct running {
	const struct settings *settings;
	struct pagemap_source *source;
	struct command_run run;
	struct pagemap_snapshot *last;	/* its last state; NULL: not seen */
	pid_t pid;
	bool began;			/* the command itself, after exec */
	bool ended;
};

/* The child: waits until it is held, then becomes the command. */
static void become_command(const struct settings *settings, int go,
			   const sigset_t *mask)
{
	char byte;
	int err;

	sigprocmask(SIG_SETMASK, mask, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (read(go, &byte, 1) != 1)
		_exit(EXIT_NOT_EXECUTABLE);
	execvp(settings->words[0], settings->words);
	err = errno;
	message("cannot run %s: %s", settings->words[0], strerror(err));
	_exit(err == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE);
}

static void raise_peak(struct pagemap_value *peak,
		       const struct pagemap_usage *usage,
		       enum pagemap_metric metric)
{
	struct pagemap_value value = pagemap_usage_value(usage, metric);

	if (value.quality == PAGEMAP_UNAVAILABLE)
		return;
	if (peak->quality != PAGEMAP_UNAVAILABLE && peak->value >= value.value)
		return;
	/* Between two samples it may have been higher. */
	*peak = value;
	peak->quality = PAGEMAP_ESTIMATED;
	peak->reason = PAGEMAP_REASON_CHANGED;
}

static int take_sample(struct running *running, uint64_t metrics,
		       enum pagemap_engine engine,
		       struct pagemap_snapshot **ret_snapshot)
{
	struct pagemap_snapshot_opts opts;

	settings_to_opts(running->settings, &opts);
	opts.identity |= proclist_identity(running->source, NAME_USER |
					   NAME_COMM | NAME_COMMAND);
	opts.pids = &running->pid;
	opts.pid_count = 1;
	if (metrics) {
		opts.metrics = metrics;
		opts.detail = PAGEMAP_DETAIL_PROCESSES;
		opts.identity = 0;
		opts.engine = engine;
	}
	return pagemap_snapshot_take(running->source, &opts, ret_snapshot);
}

static void note_peaks(struct running *running,
		       const struct pagemap_snapshot *snapshot)
{
	const struct pagemap_process *process =
		pagemap_snapshot_find_pid(snapshot, running->pid);
	struct pagemap_usage usage;

	if (!process || pagemap_usage_of_process(process, &usage))
		return;
	raise_peak(&running->run.peak_pss, &usage, PAGEMAP_PSS);
	raise_peak(&running->run.peak_uss, &usage, PAGEMAP_USS);
	running->run.samples++;
}

static void sample(struct running *running)
{
	const uint64_t metrics = PAGEMAP_METRIC_BIT(PAGEMAP_RSS) |
				 PAGEMAP_METRIC_BIT(PAGEMAP_PSS) |
				 PAGEMAP_METRIC_BIT(PAGEMAP_USS);
	struct pagemap_snapshot *snapshot;

	if (take_sample(running, metrics, running->settings->usual.engine, &snapshot))
		return;
	note_peaks(running, snapshot);
	pagemap_snapshot_free(snapshot);
}

/* Held before its memory goes: the last state, and the kernel's own peak. */
static void take_last(struct running *running)
{
	const struct pagemap_process *process;
	struct pagemap_usage usage;

	if (take_sample(running, 0, PAGEMAP_ENGINE_AUTO, &running->last))
		return;
	note_peaks(running, running->last);
	process = pagemap_snapshot_find_pid(running->last, running->pid);
	if (process && !pagemap_usage_of_process(process, &usage))
		running->run.peak_rss = pagemap_usage_value(&usage,
							PAGEMAP_RSS_PEAK);
}

/* One change of the child's state. */
static void handle_stop(struct running *running, int status)
{
	int number = 0;

	if (!WIFSTOPPED(status)) {
		running->run.status = status;
		running->ended = true;
		return;
	}
	if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8)) {
		if (running->began)
			take_last(running);
	} else if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8)) {
		running->began = true;
	} else if (status >> 16 == PTRACE_EVENT_STOP &&
		   WSTOPSIG(status) != SIGTRAP) {
		/* Stopped like any process: it stays so until it is told. */
		ptrace(PTRACE_LISTEN, running->pid, NULL, NULL);
		return;
	} else {
		number = WSTOPSIG(status);
		if (status >> 16)
			number = 0;
	}
	ptrace(PTRACE_CONT, running->pid, NULL, (void *)(intptr_t)number);
}

static void reap(struct running *running)
{
	int status;

	while (!running->ended &&
	       waitpid(running->pid, &status, WNOHANG | __WALL) ==
	       running->pid)
		handle_stop(running, status);
}

/* Passes a signal on; SIGCHLD says that the child changed. */
static void handle_signal(struct running *running, int signals)
{
	struct signalfd_siginfo info;

	if (read(signals, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGCHLD)
		reap(running);
	else if (info.ssi_code <= 0)
		/* The terminal's own reach the command without us. */
		kill(running->pid, (int)info.ssi_signo);
}

static void watch(struct running *running, int signals)
{
	struct pollfd descriptor = { .fd = signals, .events = POLLIN };

	while (!running->ended) {
		int ready = poll(&descriptor, 1, SAMPLE_MS);

		if (ready > 0)
			handle_signal(running, signals);
		else if (!ready && running->began)
			sample(running);
		reap(running);
	}
}

static int start(struct running *running, const sigset_t *old_mask)
{
	int go[2];
	const long options = PTRACE_O_TRACEEXIT | PTRACE_O_TRACEEXEC;

	if (pipe(go))
		return -errno;
	running->pid = fork();
	if (running->pid < 0)
		return -errno;
	if (!running->pid) {
		close(go[1]);
		become_command(running->settings, go[0], old_mask);
	}
	close(go[0]);
	if (ptrace(PTRACE_SEIZE, running->pid, NULL, (void *)options))
		message("cannot hold the command (%s): its memory will not be "
			"seen", strerror(errno));
	if (write(go[1], "", 1) != 1)
		message("cannot start the command: %s", strerror(errno));
	close(go[1]);
	return 0;
}

static void print_run_text(const struct command_run *run)
{
	const struct pagemap_value *peaks[] = {
		&run->peak_rss, &run->peak_pss, &run->peak_uss,
	};
	static const char *const labels[] = { "RSS", "PSS", "USS" };
	char text[UNITS_SIZE];
	size_t i;

	if (WIFEXITED(run->status))
		fprintf(stderr, "exit status %d", WEXITSTATUS(run->status));
	else
		fprintf(stderr, "killed by signal %d (%s)",
			WTERMSIG(run->status),
			strsignal(WTERMSIG(run->status)));
	fprintf(stderr, " after %.3f s, %lu sample%s\n",
		(double)run->duration_ns / 1e9, run->samples,
		run->samples == 1 ? "" : "s");
	for (i = 0; i < 3; i++) {
		units_format_value(peaks[i], UNITS_SUFFIX, text);
		fprintf(stderr, "  peak %s %12s\n", labels[i], text);
	}
	fprintf(stderr, "Its last state:\n");
}

/* The command line as it was given: its process is gone by now. */
static char *join_words(const struct settings *settings)
{
	size_t size = 1, at = 0;
	char *joined;
	int i;

	for (i = 0; i < settings->word_count; i++)
		size += strlen(settings->words[i]) + 1;
	joined = malloc(size);
	for (i = 0; joined && i < settings->word_count; i++)
		at += (size_t)sprintf(joined + at, "%s%s", i ? " " : "",
				      settings->words[i]);
	return joined;
}

/*
 * Text goes to standard error, as time(1) does it, so that the command's own
 * output stays its own; JSON and CSV follow it on standard output.
 */
static void report_run(struct running *running)
{
	const struct settings *settings = running->settings;
	char *joined = join_words(settings);
	struct report report = { 0 };
	int err;

	if (!running->last || !joined) {
		if (running->began)
			message("the command ended before its memory could be "
				"read");
		free(joined);
		return;
	}
	err = report_make(running->source, running->last, &report);
	report.run = &running->run;
	if (!err && report.count)
		report.rows[0].command = joined;
	if (!err && !settings->usual.json && !settings->usual.csv) {
		print_run_text(&running->run);
		fflush(stdout);
		dup2(STDERR_FILENO, STDOUT_FILENO);
	}
	if (!err)
		report_print(settings, &report);
	report_free(&report);
	free(joined);
}

static int exit_status_of(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status)
				 : 128 + WTERMSIG(status);
}

int run_command(struct settings *settings, struct pagemap_source *source)
{
	const struct pagemap_value unknown = {
		.quality = PAGEMAP_UNAVAILABLE,
	};
	struct running running = {
		.settings = settings,
		.source = source,
		.run = { 0, 0, unknown, unknown, unknown, 0 },
	};
	sigset_t mask, old_mask;
	uint64_t begin = now_ns();
	int err, signals;

	sigemptyset(&mask);
	sigaddset(&mask, SIGCHLD);
	sigaddset(&mask, SIGINT);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGHUP);
	sigaddset(&mask, SIGQUIT);
	sigprocmask(SIG_BLOCK, &mask, &old_mask);
	signals = signalfd(-1, &mask, SFD_CLOEXEC);
	err = signals < 0 ? -errno : start(&running, &old_mask);
	if (err) {
		message("cannot run a command: %s", strerror(-err));
		return EXIT_NOTHING;
	}
	watch(&running, signals);
	close(signals);
	running.run.duration_ns = now_ns() - begin;
	report_run(&running);
	pagemap_snapshot_free(running.last);
	return exit_status_of(running.run.status);
}
