/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads while keys are pressed: a thread with a source of its own takes
 * snapshots that the screen asks for, one at a time.
 */
#ifndef SCREEN_READER_H
#define SCREEN_READER_H

#include "source_choice.h"

struct reader;

enum reading_kind {
	READ_ALL,		/* a snapshot by the options */
	READ_AGAIN,		/* what moved since the previous one */
	READ_SETS,		/* a census of all, and who shares what */
	READ_KILLED,		/* what comes back if some of these die */
};

struct read_request {
	enum reading_kind kind;
	struct pagemap_snapshot_opts opts;
	const struct pagemap_snapshot *previous;	/* both live until it */
	const struct pagemap_sharing *sharing;		/* is done */
	bool *dies;			/* by index; the reader's to free */
};

/* What came of a request. */
struct reading {
	enum reading_kind kind;
	int err;			/* then nothing of the rest is set */
	char why[256];			/* of the error, for people */
	struct pagemap_snapshot *snapshot;
	struct pagemap_sharing *sharing;	/* READ_SETS */
	struct pagemap_if_killed killed;	/* READ_KILLED */
	uint64_t cpu_ns;		/* of all of it */
};

/* 0 or a negative errno. */
int reader_new(const struct source_choice *choice,
	       struct reader **ret_reader);

/* Waits for a reading that is under way.  NULL is fine. */
void reader_free(struct reader *reader);

/*
 * Begins a reading; false where one is under way or was not taken yet, and
 * dies is the caller's still.
 */
bool reader_ask(struct reader *reader, const struct read_request *request);

/* Whether a reading is under way or was not taken yet. */
bool reader_is_busy(struct reader *reader);

/* Hands a finished reading over, once; false where there is none. */
bool reader_take(struct reader *reader, struct reading *ret_reading);

/* Can be read from when a reading is finished. */
int reader_fd(const struct reader *reader);

/* Waits until nothing is under way any more. */
void reader_wait(struct reader *reader);

#endif
