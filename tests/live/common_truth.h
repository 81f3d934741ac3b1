/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Truth targets: processes that use a known set of their pages, once when they
 * are asked to or over and over, and that measure what is done to them while
 * they do.  For live tests and, with no library but libc, for guests.  What a
 * method makes of it is the tests'.
 */
#ifndef LIVE_COMMON_TRUTH_H
#define LIVE_COMMON_TRUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define TRUTH_PAGE 4096ul

enum truth_memory {
	TRUTH_ANON,		/* private, of no file */
	TRUTH_SHMEM,		/* a file in memory, mapped shared */
	TRUTH_FILE,		/* a file of a folder, mapped shared */
};

/* What a target has and what it uses of it. */
struct truth_spec {
	const char *name;
	enum truth_memory memory;
	bool dirtied;		/* every page was written to beforehand */
	bool partner;		/* a second process maps all of it, and writes
				   to the page behind each of the set, which
				   is scattered */
	bool registered;	/* with userfaultfd, asynchronous (6.7 on) */
	bool in_a_row;		/* the pages used follow each other; else they
				   are scattered, none follows another */
	uint32_t pages;
	uint32_t read;		/* so many are only read, */
	uint32_t written;	/* so many written */
};

enum truth_use { TRUTH_UNUSED, TRUTH_READ, TRUTH_WRITTEN };

struct truth {
	struct truth_spec spec;
	pid_t pid;
	char *memory;		/* where it is, in the target */
	uint32_t *used;		/* numbers of pages: first those that are read */
	uint32_t used_count;
	uint8_t *use;		/* of each page, enum truth_use */
	struct truth_board *board;
	const char *skip;	/* why it cannot be made here */
};

/* What the target measured of itself since it was last asked. */
struct truth_pace {
	uint64_t cpu_ns;	/* of the process, whoever else had the CPU */
	uint64_t touches;
	uint64_t stall_ns;	/* the longest between two looks at the clock,
				   which it takes every TRUTH_LOOK touches */
	uint64_t pairs;		/* mmap and munmap of a page, by a thread */
	uint64_t pair_ns;	/* the longest */
};

#define TRUTH_LOOK 16

/*
 * Starts a target on the last CPU; the seed chooses the pages, the folder is
 * for files.  Every page has been read when this returns.  False if it cannot
 * be made: truth->skip says why, and there is nothing to end.
 */
bool truth_start(const struct truth_spec *spec, unsigned int seed,
		 const char *folder, struct truth *truth);

/* Kills it.  Fine on one that did not start. */
void truth_end(struct truth *truth);

/* Has each page of the set used once. */
void truth_touch(struct truth *truth);

/* Has them used over and over; with a thread that maps and unmaps, or not. */
void truth_run(struct truth *truth, bool with_pairs);

/* Waits until each page of the set has been used again. */
void truth_wait_round(struct truth *truth);

/* What was measured since the last call, of one that runs. */
void truth_pace(struct truth *truth, struct truth_pace *ret_pace);

/* Bytes of the set: used at all, and written. */
uint64_t truth_used_bytes(const struct truth *truth);
uint64_t truth_written_bytes(const struct truth *truth);

/* Whether a page of the memory is of the set, and written. */
bool truth_is_used(const struct truth *truth, uint32_t page);
bool truth_is_written(const struct truth *truth, uint32_t page);

#endif
