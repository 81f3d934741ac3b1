/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What memrank was asked to do, and what its parts hand to each other.
 */
#ifndef MEMRANK_H
#define MEMRANK_H

#include <regex.h>

#include "columns.h"
#include "proclist.h"

enum rank_by {
	BY_PROCESS,
	BY_MAPPING,
	BY_USER,
	BY_EXE,
	BY_COMM,
	BY_CGROUP,
	BY_UNIT,
	BY_SESSION,
};

struct filter {
	bool set;
	regex_t pattern;
};

struct settings {
	const char *source;
	enum pagemap_engine engine;
	enum rank_by by;
	struct column_list columns;
	const struct column *sort;
	bool reverse;
	bool totals;
	bool header;
	bool gentle;
	bool json;
	bool csv;
	bool strict;
	enum units units;
	unsigned long limit;		/* rows; 0 all */
	struct filter process_filter;
	struct filter user_filter;
	struct filter mapping_filter;
	double watch_s;			/* 0: once */
	unsigned long refreshes;	/* 0: until ended */
	pid_t *pids;
	size_t pid_count;
};

/* A ranking, ready to be shown. */
struct ranking {
	struct row *rows;
	size_t count;
	struct row totals;
	struct pagemap_usage totals_usage;
	struct pagemap_usage *usages;	/* of groups */
	char **group_names;
	size_t group_count;
	struct proclist *names;
};

/* Reads the command line; -1 to go on, else the exit status. */
int settings_read(struct settings *settings, int argc, char **argv);
void settings_free(struct settings *settings);

/* What the library has to read for it. */
void settings_to_opts(const struct settings *settings,
		      const struct pagemap_source *source,
		      struct pagemap_snapshot_opts *ret_opts);

/* Makes the rows of a snapshot: filtered, sorted, cut, named.  0, -ENOMEM. */
int ranking_make(const struct settings *settings,
		 struct pagemap_source *source,
		 const struct pagemap_snapshot *snapshot,
		 struct ranking *ret_ranking);
void ranking_free(struct ranking *ranking);

/* Rows of groups: users, mappings and so on.  0 or -ENOMEM. */
int groups_make(const struct settings *settings,
		struct pagemap_source *source,
		const struct pagemap_snapshot *snapshot,
		struct ranking *ranking);

/* Names and filters of a row's process; true if it is to be shown. */
bool settings_show_row(const struct settings *settings, const struct row *row);
bool filter_matches(const struct filter *filter, const char *text);

/* Which names rows need before they are filtered and sorted. */
uint32_t settings_early_names(const struct settings *settings);

/* Writes a ranking as the settings say.  0 or -ENOMEM. */
int ranking_print(const struct settings *settings,
		  struct pagemap_source *source,
		  const struct pagemap_snapshot *snapshot,
		  const struct ranking *ranking);

/* Takes, ranks and prints once; gives the exit status. */
int rank_once(const struct settings *settings, struct pagemap_source *source);

/* The same again and again. */
int rank_watch(const struct settings *settings, struct pagemap_source *source);

/* Prints a snapshot; gives the exit status. */
int rank_snapshot(const struct settings *settings,
		  struct pagemap_source *source,
		  const struct pagemap_snapshot *snapshot);

#endif
