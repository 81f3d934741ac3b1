/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows of figures made up for tests of the tools' views, and what a view
 * writes to a stream kept as a text.
 */
#ifndef TESTS_COMMON_ROWS_H
#define TESTS_COMMON_ROWS_H

#include "columns.h"

/* A value of each quality. */
struct pagemap_value value_exact(uint64_t bytes);
struct pagemap_value value_estimated(uint64_t bytes);
struct pagemap_value value_bounded(uint64_t low, uint64_t best, uint64_t high);
struct pagemap_value value_unknown(enum pagemap_reason reason);

/* All metrics unknown: not asked for. */
void usage_clear(struct pagemap_usage *usage);
void usage_set(struct pagemap_usage *usage, enum pagemap_metric metric,
	       struct pagemap_value value);

/* A row of a group with these figures. */
struct row row_of(const struct pagemap_usage *usage, const char *name);

/* Columns that must all exist. */
struct column_list columns_of(const char *names);

/* A stream into memory; its text, which the caller frees, closes it. */
FILE *stream_open(void);
char *stream_text(FILE *stream);

#endif
