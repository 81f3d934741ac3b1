/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asking the library about victims: snapshots of given processes, and the sum
 * over the mappings of a range.  A failing call fails the test, with the
 * library's own words.
 */
#ifndef LIVE_COMMON_MEASURE_H
#define LIVE_COMMON_MEASURE_H

#include <libpagemap/pagemap.h>

#include "common_victim.h"

/* Both engines, for loops. */
extern const enum pagemap_engine both_engines[2];

struct pagemap_source *open_live(void);

/* All metrics of some processes (count 0: of all), with their mappings. */
struct pagemap_snapshot *take(struct pagemap_source *source,
			      enum pagemap_engine engine, const pid_t *pids,
			      size_t count);

/* The same at a detail. */
struct pagemap_snapshot *take_detail(struct pagemap_source *source,
				     enum pagemap_engine engine,
				     enum pagemap_detail detail,
				     const pid_t *pids, size_t count);

/* Sum over the mappings inside the ranges; the worst quality of them. */
void usage_of_ranges(const struct pagemap_snapshot *snapshot, pid_t pid,
		     const struct range *ranges, size_t count,
		     struct pagemap_usage *ret_sum);

/* The usage of a process, which must be there and complete. */
void usage_of_pid(const struct pagemap_snapshot *snapshot, pid_t pid,
		  struct pagemap_usage *ret_usage);

/* The metric must be exact and so large; name is printed otherwise. */
void expect_exact(const struct pagemap_usage *usage, enum pagemap_metric metric,
		  uint64_t bytes, const char *name);

/* Skips the running test, saying why, in the runner's manner. */
#define SKIP(...) do { \
	printf("# SKIP "); printf(__VA_ARGS__); printf("\n"); \
	fflush(stdout); skip(); } while (0)

/* Skips it where the cgroup that it is about could not be made. */
#define NEEDS_CGROUP(cgroup, source) do { \
	if (!(cgroup)) \
		SKIP("no memory cgroup can be made: %s", \
		     pagemap_source_last_error(source)); } while (0)

#endif
