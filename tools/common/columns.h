/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The columns of all tools, in one table: text, CSV, JSON, sorting, --help and
 * what has to be read follow from it.
 */
#ifndef TOOLS_COLUMNS_H
#define TOOLS_COLUMNS_H

#include <stdio.h>

#include "units.h"

/* What processes of a vkernel's guest take together, of a row of several. */
struct row_sums {
	struct pagemap_guest_share share;
	struct pagemap_value guest_tables;
	struct pagemap_value host_tables;
};

/*
 * One row of a ranking.  Borrowed pointers live as long as the snapshot and
 * the list of names.  row_init() makes all of it unknown.
 */
struct row {
	const struct pagemap_process *process;	/* NULL: a group or a mapping */
	const struct pagemap_usage *usage;	/* if set, instead of the
						   process's own figures */
	const char *user;			/* names; NULL: not known */
	const char *comm;
	const char *command;
	const char *name;			/* of a group or a mapping */
	int64_t ppid;				/* these three: -1 */
	int64_t uid;
	int64_t session;
	char state;				/* as in stat: 't' is stopped by
						   a tracer; 0: not known */
	uint64_t start_time_ns;			/* after boot; UINT64_MAX */
	uint64_t boot_time_ns;			/* since 1970; 0 */
	uint64_t processes;			/* in a group; 0 */
	bool counted;				/* 0 of them means none */
	const struct pagemap_guest_process *guest; /* of a vkernel; NULL */
	uint32_t page_bytes;			/* of that guest; 0 */
	const struct row_sums *sums;		/* of processes of a guest; NULL */
	uint64_t taken_ns;			/* of the snapshot: for its age */
	uint64_t metrics;			/* of its quality; 0: the sizes */
	uint64_t sort_key;			/* rows_sort's own */
};

enum column_kind {
	COLUMN_PID,		/* a number that is a name: sorted upwards */
	COLUMN_TEXT,
	COLUMN_SIZE,
	COLUMN_COUNT,
	COLUMN_SECONDS,
	COLUMN_TIME,		/* text for people, a number for programs */
	COLUMN_PIDS,		/* text for people, an array in JSON */
};

/* What of a machine's names a column needs; a mask. */
enum {
	NAME_USER = 1 << 0,
	NAME_COMM = 1 << 1,
	NAME_COMMAND = 1 << 2,
	NAME_START = 1 << 3,
	NAME_PPID = 1 << 4,
	NAME_UID = 1 << 5,
	NAME_SESSION = 1 << 6,
	NAME_STATE = 1 << 7,	/* and the parent, where that costs nothing */
};

struct column {
	const char *name;	/* for -c and -s */
	const char *heading;
	const char *key;	/* in JSON and CSV */
	enum column_kind kind;
	int metric;		/* enum pagemap_metric; -1 none */
	bool average;		/* the metric over the row's processes */
	bool of_guest;		/* known of a vkernel's guest alone */
	uint32_t identity;	/* enum pagemap_identity that it needs */
	uint32_t names;
	const char *help;
	const char *(*text)(const struct row *row, char *scratch, size_t size);
	bool (*number)(const struct row *row, int64_t *ret_number);
	struct pagemap_value (*value)(const struct row *row); /* if no metric */
};

/* A row of which nothing is known yet. */
struct row row_init(void);

/* All columns; ended by one without a name. */
const struct column *columns_all(void);

/* NULL if there is none. */
const struct column *column_find(const char *name, size_t length);

/* The name at an index, NULL past the end: for near_names(). */
const char *column_name_at(size_t index);

#define COLUMNS_MAX 64

struct column_list {
	const struct column *items[COLUMNS_MAX];
	size_t count;
};

/*
 * Parses "pid,pss,uss" into a list.  -EINVAL: *ret_wrong and its length are
 * the word that is no column (or one too many).
 */
int columns_parse(const char *text, struct column_list *ret_list,
		  const char **ret_wrong, size_t *ret_length);

/* Whether a list has a column. */
bool column_is_shown(const struct column_list *list, const char *name);

/* What the columns of a list need. */
uint64_t columns_metrics(const struct column_list *list);
uint32_t columns_identity(const struct column_list *list);
uint32_t columns_names(const struct column_list *list);

/*
 * Sums up rows that are processes of a guest; of which: those of this number,
 * NULL for all.  0 or a negative errno.
 */
int row_sums_make(const struct pagemap_snapshot *snapshot,
		  const struct row *rows, size_t count, const bool *which,
		  struct row_sums *ret_sums);

/* Lists the columns for --help. */
void columns_print_help(FILE *out);

/* The value of a row's metric. */
struct pagemap_value row_value(const struct row *row,
			       enum pagemap_metric metric);

/*
 * The worst quality of a row's metrics, those aside that this machine cannot
 * know of any process: that is no matter of the row.  UNAVAILABLE if none of
 * them is known.
 */
enum pagemap_quality row_quality(const struct row *row, uint64_t metrics);

/* The value of a cell.  For COLUMN_SIZE. */
struct pagemap_value cell_value(const struct column *column,
				const struct row *row);

/* The text of a cell, not escaped; NULL: not known.  For kinds of text. */
const char *cell_text(const struct column *column, const struct row *row,
		      char *scratch, size_t size);

/* The number of a cell; false: not known.  For kinds of numbers. */
bool cell_number(const struct column *column, const struct row *row,
		 int64_t *ret_number);

/*
 * Writes a cell as people read it, escaped, "-" where it is not known; gives
 * its length.  size is at least UNITS_SIZE.
 */
size_t cell_format(const struct column *column, const struct row *row,
		   enum units units, char *text, size_t size);

/* Whether a column is sorted with the largest first. */
bool column_sorts_down(const struct column *column);

/*
 * Sorts rows by a column, the other way round if reversed.  What is not known
 * comes last either way; equal rows go by falling PSS and RSS where these were
 * read, then by rising pid or name.
 */
void rows_sort(struct row *rows, size_t count, const struct column *column,
	       bool reversed);

#endif
