/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The columns of all tools, in one table: text, CSV, JSON, sorting, --help and
 * what has to be read follow from it.
 */
#ifndef TOOLS_COLUMNS_H
#define TOOLS_COLUMNS_H

#include <stdio.h>

#include "units.h"

/* One row of a ranking.  Borrowed pointers live as long as the snapshot. */
struct row {
	const struct pagemap_process *process;	/* NULL: a group or a mapping */
	const struct pagemap_usage *usage;	/* then: its figures */
	const char *user;			/* names; NULL: not known */
	const char *comm;
	const char *command;
	const char *name;			/* of a group or a mapping */
	uint64_t start_time_ns;			/* after boot; UINT64_MAX */
	uint64_t processes;
	uint64_t taken_ns;			/* of the snapshot: for its age */
};

enum column_kind {
	COLUMN_PID,
	COLUMN_TEXT,
	COLUMN_SIZE,
	COLUMN_COUNT,
	COLUMN_SECONDS,
};

/* What of the running machine's names a column needs. */
enum { NAME_USER = 1, NAME_COMM = 2, NAME_COMMAND = 4, NAME_START = 8 };

struct column {
	const char *name;	/* for -c and -s */
	const char *heading;
	const char *key;	/* in JSON and CSV */
	enum column_kind kind;
	int metric;		/* enum pagemap_metric; -1 none */
	uint32_t identity;	/* enum pagemap_identity that it needs */
	uint32_t names;
	const char *help;
};

/* All columns; ended by one without a name. */
const struct column *columns_all(void);

/* NULL if there is none. */
const struct column *column_find(const char *name, size_t length);

#define COLUMNS_MAX 48

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

/* Lists the columns for --help. */
void columns_print_help(FILE *out);

/* The value of a row's metric. */
struct pagemap_value row_value(const struct row *row,
			       enum pagemap_metric metric);

/* The worst quality of the sizes that a row shows. */
enum pagemap_quality row_quality(const struct row *row, uint64_t metrics);

/* The text of a cell, not escaped; NULL: not known.  For COLUMN_TEXT. */
const char *cell_text(const struct column *column, const struct row *row,
		      char *scratch, size_t size);

/* The number of a cell; false: not known.  For PID, COUNT and SECONDS. */
bool cell_number(const struct column *column, const struct row *row,
		 int64_t *ret_number);

/* Orders two rows: below 0, 0, above 0; what is not known comes last. */
int rows_compare(const struct column *column, const struct row *a,
		 const struct row *b);

/* Whether a column is sorted with the largest first. */
bool column_sorts_down(const struct column *column);

#endif
