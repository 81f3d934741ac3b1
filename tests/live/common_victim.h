/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Victims: processes made by a test, with memory in states it knows.
 *
 * A victim is forked, makes its memory, reports addresses through a pipe and
 * blocks; it dies with the test.  It may fork a partner that shares memory
 * with it, in the same manner.  What the figures should be is the tests'.
 */
#ifndef LIVE_COMMON_VICTIM_H
#define LIVE_COMMON_VICTIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PAGE 4096ul
#define KIB 1024ul
#define MIB (1024ul * KIB)
#define HUGE (2 * MIB)

#define MAX_RANGES 8

/* Addresses, the last one exclusive. */
struct range {
	uint64_t start;
	uint64_t end;
};

/* What a victim tells of itself. */
struct report {
	struct range ranges[MAX_RANGES];
	size_t count;
	pid_t partner;		/* 0 if it has none */
	char skip[96];		/* why the state cannot be made here, or "" */
};

struct victim {
	pid_t pid;
	struct report report;
};

/* Makes memory, in the victim.  What fails is said by report_skip. */
typedef void (*victim_fn)(struct report *report, void *context);

/* Starts a victim and waits for its report.  Fails the test if it dies. */
void victim_start(struct victim *victim, victim_fn make, void *context);

/* Stops it, and its partner, and waits until they are stopped. */
void victim_stop(const struct victim *victim);

/* Kills it and its partner; fine to call twice or on a zeroed one. */
void victim_end(struct victim *victim);

/* Ends those that a test left when it failed. */
void victim_end_all(void);

/* ---- For victim_fn ----------------------------------------------------- */

/* Says why the state cannot be made, with errno's text. */
void report_skip(struct report *report, const char *what);

/* Adds a range; returns its start. */
char *report_range(struct report *report, void *start, size_t bytes);

/* Forks a partner that runs the function, then blocks. */
void partner_start(struct report *report, victim_fn make, void *context);

/*
 * An address for bytes, aligned to 2 MiB, with nothing next to it, so that a
 * mapping made there with MAP_FIXED is never merged with another.
 */
char *place(size_t bytes);

/* A mapping at a place of its own; reported.  NULL after report_skip. */
char *map_range(struct report *report, size_t bytes, int flags, int fd);

/* Writes a byte to each page, different in each. */
void touch_write(char *start, size_t pages);

/* Reads a byte of each page. */
void touch_read(const char *start, size_t pages);

/*
 * Copies every private page of the caller outside the report's ranges, code
 * and libraries too, so that no stranger who starts or ends changes figures.
 */
void own_all_pages(struct report *report);

/* Reads an entry of the caller's own pagemap; 0 if it cannot. */
uint64_t own_entry(const char *at);

/* Makes pages go to swap, or says report_skip. */
void page_out(struct report *report, char *area, size_t pages);

/* A memfd, or a file on disk (unlinked, written, clean) of so many pages. */
int new_memfd(size_t pages);
int new_file(size_t pages);

#endif
