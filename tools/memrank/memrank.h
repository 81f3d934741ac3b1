/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What memrank was asked to do, and what its parts hand to each other.
 */
#ifndef MEMRANK_H
#define MEMRANK_H

#include <regex.h>

#include "columns.h"
#include "members.h"
#include "named_group.h"
#include "proclist.h"
#include "string_table.h"
#include "usual.h"
#include "vkernels_seen.h"

enum rank_by {
	BY_PROCESS,
	BY_MAPPING,
	BY_USER,
	BY_EXE,
	BY_COMM,
	BY_CGROUP,
	BY_UNIT,
	BY_SESSION,
	BY_NAMED,			/* --group */
};

struct json;
struct settings;
struct kept;

/* One thing that memrank does; gives the exit status. */
typedef int (*run_fn)(const struct settings *settings,
		      struct pagemap_source *source);

struct filter {
	bool set;
	regex_t pattern;
};

struct settings {
	struct usual usual;
	run_fn run;			/* what is asked */
	const char *mode;		/* by which option; NULL: rank once */
	enum rank_by by;
	struct column_list columns;
	const struct column *sort;
	bool reverse;
	bool totals;
	unsigned long limit;		/* rows; 0 all */
	struct filter process_filter;
	struct filter user_filter;
	struct filter mapping_filter;
	double watch_s;			/* 0: once */
	unsigned long refreshes;	/* 0: until ended */
	uint64_t free_bytes;		/* --free */
	struct selector *keep;		/* NULL: nobody is kept out of it */
	const char *script;		/* --screen: its size and keys */
	bool no_color;
	uint32_t more_names;		/* wanted whatever is shown */
	uint64_t more_metrics;
	pid_t *pids;
	size_t pid_count;
	struct selector *killed;	/* of --if-killed; NULL */
	struct named_group *groups;
	size_t group_count;
	bool matrix;			/* with --sharing */
	const char *owners;		/* whose: the argument of --owners */
	char **words;			/* selectors of --sharing; borrowed */
	size_t word_count;
};

/* What was found of a named group. */
struct group_found {
	uint64_t processes;
	size_t unsure;			/* processes that may belong to it */
};

/* A ranking, ready to be shown. */
struct ranking {
	struct row *rows;
	size_t count;
	size_t matched;			/* rows before -n cut them; of named
					   groups, those with a process */
	struct row totals;
	struct pagemap_usage totals_usage;
	struct pagemap_usage *usages;	/* of groups, by number */
	struct pagemap_guest_process *guests; /* of rows that are processes of a
						 vkernel's guest; NULL */
	struct row_sums *sums;		/* of groups of guest processes; NULL */
	struct row_sums totals_sums;
	struct strings *group_names;
	struct group_found *found;	/* of named groups, by number */
	struct members *members;	/* of these; NULL: none were named */
	struct vkernels_seen seen;
	struct proclist **names;	/* borrowed */
};

/* ---- settings.c, needs.c ----------------------------------------------- */

/* Reads the command line; -1 to go on, else the exit status. */
int settings_read(struct settings *settings, int argc, char **argv);
void settings_free(struct settings *settings);

/* The columns that are shown if none are asked for. */
void settings_default_columns(const struct settings *settings, enum rank_by by,
			      struct column_list *ret_columns);

/* The columns that are written: JSON's rows have some by promise. */
void settings_columns(const struct settings *settings,
		      struct column_list *ret_columns);

/* Whether the rows are fewer than what is measured, -n aside. */
bool settings_filter(const struct settings *settings);

/* Which names rows need before they are filtered, grouped and sorted. */
uint32_t settings_early_names(const struct settings *settings);

/*
 * Whether the vkernels among the rows are named: where processes are ranked,
 * once, nothing says which, and they have names at all.
 */
bool settings_names_vkernels(const struct settings *settings);

/* Which names they need in all. */
uint32_t settings_names(const struct settings *settings);

/* What of a process's identity the rows are made by. */
uint32_t settings_identity(const struct settings *settings);

/* What the library has to read for it. */
void settings_to_opts(const struct settings *settings,
		      const struct pagemap_source *source,
		      struct pagemap_snapshot_opts *ret_opts);

/* ---- rank.c ------------------------------------------------------------ */

/*
 * Makes the rows of a snapshot: filtered, sorted, cut, named.  0 or -ENOMEM.
 * The ranking stays where it is: its totals point into it.  *names is NULL or
 * what an earlier ranking left, and stays the caller's; the rows borrow of it.
 */
int ranking_make(const struct settings *settings,
		 struct pagemap_source *source,
		 const struct pagemap_snapshot *snapshot,
		 struct proclist **names, struct ranking *ranking);
void ranking_free(struct ranking *ranking);

/* Whether a text matches; every text does where no filter is set. */
bool filter_matches(const struct filter *filter, const char *text);

/* ---- group.c ----------------------------------------------------------- */

/*
 * Whether rows stand for something else than whole processes: groups, or what
 * a filter of mappings leaves of a process.
 */
bool settings_group(const struct settings *settings);

/*
 * The name of the group that a named row of a process is in, by a key that is
 * one of processes.  It is the row's, the snapshot's or in scratch.
 */
const char *group_name(enum rank_by by, const struct pagemap_snapshot *snapshot,
		       const struct row *row, char *scratch, size_t size);

/* Makes rows of processes rows of groups.  0 or -ENOMEM. */
int groups_make(const struct settings *settings,
		const struct pagemap_snapshot *snapshot,
		struct ranking *ranking);

/*
 * Numbers the groups of --by: *ret_group_of, which is the caller's, has a
 * number for each process of the snapshot, all of which have to be rows.  The
 * names are ranking->group_names.  0 or -ENOMEM.
 */
int groups_number(const struct settings *settings,
		  const struct pagemap_snapshot *snapshot,
		  struct ranking *ranking, uint32_t **ret_group_of,
		  uint32_t *ret_count);

/* The usage of some rows' processes taken together.  0 or -ENOMEM. */
int usage_of_rows(const struct pagemap_snapshot *snapshot,
		  const struct row *rows, size_t count,
		  struct pagemap_usage *ret_usage);

/* ---- named.c ----------------------------------------------------------- */

/* Takes the argument of --group; 0, or an exit status after a message. */
int groups_take(struct settings *settings, const char *text);

/* Whether the rest goes with it; 0, or an exit status after a message. */
int groups_check(const struct settings *settings);
void groups_free(struct settings *settings);

/* What their selectors need. */
uint32_t groups_identity(const struct settings *settings);
uint32_t groups_names(const struct settings *settings);

/* Makes rows of processes rows of the named groups.  0 or -ENOMEM. */
int named_groups_make(const struct settings *settings,
		      const struct pagemap_snapshot *snapshot,
		      struct ranking *ranking);

/* Says which groups nobody is in, and who may be in one. */
void groups_report(const struct settings *settings,
		   const struct pagemap_snapshot *snapshot,
		   const struct group_found *found);

/* Says who came and went since the ranking before, a line a group. */
void groups_report_changes(const struct settings *settings,
			   const struct kept *kept);

/* The same as one line, which stays until somebody comes or goes again. */
void groups_print_changes(const struct settings *settings, uint64_t time_ns,
			  size_t width, struct kept *kept, FILE *out);

/* ---- print.c ----------------------------------------------------------- */

/* Writes a ranking as the settings say.  0 or -ENOMEM. */
int ranking_print(const struct settings *settings,
		  struct pagemap_source *source,
		  const struct pagemap_snapshot *snapshot,
		  const struct ranking *ranking, FILE *out);

/* ---- free.c ------------------------------------------------------------ */

/* Take an option's argument; 0, or an exit status after a message. */
int free_take_size(struct settings *settings, const char *text);
int free_take_keep(struct settings *settings, const char *text);

/* Whether the rest goes with it; 0, or an exit status after a message. */
int free_check(const struct settings *settings);

/* Whose end gives so much memory back. */
int rank_free(const struct settings *settings, struct pagemap_source *source);

/* The beginning of JSON: all up to the first key of what is shown. */
void json_begin(struct pagemap_source *source,
		const struct pagemap_snapshot *snapshot, FILE *out);

/* A key and its value, which is freed, and what comes after. */
void json_print_member(const char *key, struct json *value, const char *end,
		       FILE *out);

/* ---- share.c ----------------------------------------------------------- */

/* Pairs that share memory; gives the exit status. */
int rank_sharing(const struct settings *settings,
		 struct pagemap_source *source);

/* Whether the rest goes with it; 0, or an exit status after a message. */
int sharing_check(const struct settings *settings);

/* ---- owners.c ---------------------------------------------------------- */

/* Everyone who maps something; gives the exit status. */
int rank_owners(const struct settings *settings, struct pagemap_source *source);

/* Whether the rest goes with it; 0, or an exit status after a message. */
int owners_check(const struct settings *settings);

/* ---- once.c, watch.c --------------------------------------------------- */

/* Takes, ranks and prints once; gives the exit status. */
int rank_once(const struct settings *settings, struct pagemap_source *source);

/* The same again and again. */
int rank_watch(const struct settings *settings, struct pagemap_source *source);

/* Seconds between a snapshot and the oldest figure in it. */
double snapshot_oldest_s(const struct pagemap_snapshot *snapshot);

/* What a ranking leaves to the next one. */
struct kept {
	struct proclist *names;		/* as for ranking_make */
	struct group_found *found;	/* of named groups: the last ranking's, */
	struct members *members;
	struct members *before;		/* and the one's before; NULL: none */
	struct vkernels_seen seen;
	char changes[512];		/* who came and went last, one line */
};

void kept_free(struct kept *kept);

/*
 * Ranks and prints a snapshot; gives the exit status.  *ret_empty: no row
 * matched.
 */
int rank_snapshot(const struct settings *settings,
		  struct pagemap_source *source,
		  const struct pagemap_snapshot *snapshot, struct kept *kept,
		  FILE *out, bool *ret_empty);

/* ---- ram.c ------------------------------------------------------------- */

/* Whether what else was asked goes with it; 0, or an exit status. */
int rank_ram_check(const struct settings *settings);

/* Shows all of RAM instead. */
int rank_ram(const struct settings *settings, struct pagemap_source *source);

/* ---- if_killed.c ------------------------------------------------------- */

/* Takes the argument of --if-killed; 0, or an exit status after a message. */
int if_killed_take(struct settings *settings, const char *text);

/* Whether the rest goes with it; 0, or an exit status after a message. */
int if_killed_check(const struct settings *settings);

/* What comes back if a set of processes dies. */
int rank_if_killed(const struct settings *settings,
		   struct pagemap_source *source);

/* ---- vkernels.c -------------------------------------------------------- */

/* Whether the rest goes with --vkernel all; 0, or an exit status. */
int vkernels_check(const struct settings *settings);

/* The vkernels of a host beside each other; source is the host's. */
int rank_vkernels(const struct settings *settings,
		  struct pagemap_source *source);

/* ---- screen/ ----------------------------------------------------------- */

/* The same on a screen, or one screen as text after a script of keys. */
int rank_screen(const struct settings *settings, struct pagemap_source *source);

#endif
