/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memstats --pressure: the least memory with which a command, or a cgroup,
 * runs well.  What its parts hand to each other.
 */
#ifndef MEMSTATS_PRESSURE_H
#define MEMSTATS_PRESSURE_H

#include "launch.h"

/* What is taken for work. */
enum work_kind {
	WORK_AUTO,		/* what the command shows that it does */
	WORK_CPU,		/* clock ticks in user mode */
	WORK_LINES,		/* that it writes */
	WORK_RUNS,		/* from start to a good end */
};

struct pressure_options {
	enum work_kind work;
	const char *cgroup_path;	/* NULL: a cgroup of our own */
};

/* "cpu", "lines", "runs"; static storage. */
const char *work_name(enum work_kind kind);

/* Takes what --progress is given; 0, or an exit status after a message. */
int pressure_take_progress(struct pressure_options *options,
			   const char *argument);

/* ---- Who is under pressure: pressure_load.c ----------------------------- */

/* A command in a cgroup, or all who are in one; and how much work they did. */
struct load;

/* launch and command NULL: those who are in the cgroup. */
int load_begin(struct pagemap_source *source, struct pagemap_cgroup *cgroup,
	       struct launch *launch, const struct launch_command *command,
	       struct load **ret_load);
void load_end(struct load *load);

/*
 * Watches for so long.  0, -EINTR: memstats is to end, or why the command
 * cannot be started again.
 */
int load_wait(struct load *load, uint64_t ns);

/* What it shows that it does, as far as it was watched; then counts that. */
enum work_kind load_choose(const struct load *load);
void load_count(struct load *load, enum work_kind kind);

/* Work so far, or one of PAGEMAP_PROGRESS_*. */
uint64_t load_progress(struct load *load);

/* How the command ended, as wait(2) tells; -1: it runs, or nobody knows. */
int load_status(const struct load *load);

/* The processes, without the agent.  Owner: the caller. */
int load_pids(struct load *load, pid_t **ret_pids, size_t *ret_count);

/* ---- Accessed bits, beside: pressure_bits.c ----------------------------- */

/* What was used while it was measured without a limit. */
struct used {
	bool known;
	uint64_t interval_ns;
	const char *method;
	uint64_t referenced;	/* bytes, what is shared in parts */
	uint64_t anon;		/* of it anonymous */
	uint64_t file;
	bool has_elsewhere;
	uint64_t elsewhere;	/* mapped files that another cgroup pays for */
	bool has_read_ahead;
	uint64_t read_ahead;	/* of the device with the most of its files */
};

struct used_session;

/* NULL, also where it cannot be had: it is not what was asked for. */
struct used_session *used_begin(struct pagemap_source *source,
				struct load *load);
/* What was used since; ends it. */
void used_end(struct used_session *session, struct pagemap_cgroup *cgroup,
	      struct used *ret_used);

/* There is no more anonymous memory than the cgroup has: the rest is files'. */
void used_fit(struct used *used, const struct pagemap_value *anon);

/* ---- What is shown: pressure_report.c, pressure_machine.c --------------- */

struct pressure_report {
	const struct pagemap_pressure *session;
	struct pagemap_pressure_result result;
	enum work_kind work;
	struct used used;
	bool has_swap;
	int version;		/* of the cgroup */
	const char *cgroup_path;
};

struct settings;

void pressure_text(const struct settings *settings,
		   const struct pressure_report *report);
void pressure_csv(const struct settings *settings,
		  const struct pressure_report *report);
void pressure_json(struct pagemap_source *source,
		   const struct pressure_report *report);

/* One line on standard error, written over the last, where it is a terminal. */
void pressure_show_state(const struct pagemap_pressure_state *state);
void pressure_clear_state(void);

#endif
