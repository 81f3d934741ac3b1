/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What memstats was asked to do, and what its parts hand to each other.
 */
#ifndef MEMSTATS_H
#define MEMSTATS_H

#include "columns.h"
#include "json.h"
#include "pressure.h"
#include "proclist.h"
#include "usual.h"
#include "working_set.h"

struct settings;

/* One thing that memstats does; gives the exit status. */
typedef int (*run_fn)(struct settings *settings, struct pagemap_source *source);

struct settings {
	struct usual usual;
	run_fn run;		/* what is asked */
	const char *mode;	/* by which option; NULL: report */
	bool maps;
	bool pages;
	bool yes;		/* what is measured may be disturbed */
	struct wset_options working_set;
	struct pressure_options pressure;
	char **words;		/* pids and names, or the command */
	int word_count;
	bool runs_command;
	const char *copies;	/* as given; NULL: not, as the next two */
	const char *with;
	const char *budget;
	pid_t *pids;		/* of the words */
	size_t pid_count;
};

/* How a command went. */
struct command_run {
	int status;			/* as wait(2) gives it */
	uint64_t duration_ns;
	struct pagemap_value peak_rss;
	struct pagemap_value peak_pss;
	struct pagemap_value peak_uss;
	unsigned long samples;
};

/* What is reported: a snapshot and the rows of its processes. */
struct report {
	struct pagemap_source *source;
	const struct pagemap_snapshot *snapshot;
	struct row *rows;
	size_t count;
	struct proclist *names;
	const struct command_run *run;	/* NULL: no command was run */
};

/* Reads the command line; -1 to go on, else the exit status. */
int settings_read(struct settings *settings, int argc, char **argv);
void settings_free(struct settings *settings);

/* Finds the processes that words name.  0, or an exit status. */
int select_processes(struct settings *settings, struct pagemap_source *source);

/* What the library has to read. */
void settings_to_opts(const struct settings *settings,
		      struct pagemap_snapshot_opts *ret_opts);

/* Makes a report of a snapshot, naming its rows.  0 or -ENOMEM. */
int report_make(struct pagemap_source *source,
		const struct pagemap_snapshot *snapshot,
		struct report *ret_report);
void report_free(struct report *report);

/* Writes it as the settings say; gives the exit status. */
int report_print(const struct settings *settings, const struct report *report);

/* A process in full, for people. */
void print_process(const struct settings *settings, const struct row *row);

/* Its mappings, and by file; its runs of pages. */
int print_maps(const struct settings *settings,
	       const struct pagemap_snapshot *snapshot, const struct row *row);
void print_pages(const struct settings *settings, const struct report *report,
		 const struct row *row);
void csv_maps(const struct settings *settings, const struct report *report);
void csv_pages(const struct settings *settings, const struct report *report);
void print_json(const struct settings *settings, const struct report *report);

/* ---- What memstats does: each gives the exit status -------------------- */

/* Reports processes as they are. */
int report_processes(struct settings *settings, struct pagemap_source *source);

/* Runs a command to its end and reports. */
int run_command(struct settings *settings, struct pagemap_source *source);

/* Which memory processes use, interval by interval: working_set.c. */
int measure_working_sets(struct settings *settings,
			 struct pagemap_source *source);
/* What each further copy of a command costs, and how many fit. */
int find_one_more(struct settings *settings, struct pagemap_source *source);
int one_more_check(const struct settings *settings);
int find_fit(struct settings *settings, struct pagemap_source *source);
int fit_check(const struct settings *settings);

/* Finds the least memory of a command, or of a cgroup: pressure.c. */
int measure_pressure(struct settings *settings, struct pagemap_source *source);
int check_pressure(const struct settings *settings);

#endif
