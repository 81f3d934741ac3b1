/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Taking moments: once, or again and again in a thread of its own, so that the
 * picture never waits for the machine.
 */
#ifndef PAGEVIZ_READING_H
#define PAGEVIZ_READING_H

#include "moment.h"
#include "source_choice.h"

/* Room for maps in one moment. */
#define MAPS_MOST 8

/* A group that processes are put in: --group NAME=SELECTOR. */
struct reading_group {
	const char *name;
	const struct selector *selector;
};

/*
 * What is kept from moment to moment, so that ages of pages can be told: a
 * session of a method (working_set.h).  Of one source, which outlives it.
 * NULL: no memory.
 */
struct reading_session;
struct reading_session *reading_session_new(void);
void reading_session_free(struct reading_session *session);

/* What a moment is to show. */
struct reading_request {
	struct map_id maps[MAPS_MOST];
	size_t map_count;
	bool host;		/* of a vkernel's source: maps are those of its
				   host, with the vkernel's frames marked */
	bool gentle;
	bool quick;		/* not of a guest: a first look at maps that previous has not:
				   processes without others and without flags,
				   RAM by flags alone */
	const struct reading_group *groups;
	size_t group_count;
	struct reading_session *session;	/* NULL: no ages; a reader has
						   its own */
	uint32_t methods;	/* mask of PAGEMAP_WSS_BITs: ages are wanted;
				   0: they are not */
	bool may_disturb;	/* somebody consented to methods that do */
	const struct moment *previous;	/* pictures of what ended come from it;
					   NULL: none */
};

/*
 * Takes a moment now.  0; or a negative errno and why, for people.  A process
 * that ended since previous is no error.  -ESRCH: a map's process never was,
 * and there is no previous moment; beside one, its picture says so.
 */
int reading_take(struct pagemap_source *source,
		 const struct reading_request *request, struct moment **ret_moment,
		 char why[256]);

/* A thread that takes moments when asked. */
struct reader;

/* 0 or a negative errno. */
int reader_new(const struct source_choice *choice,
	       struct reader **ret_reader);

/* Waits for a reading that is under way.  NULL is fine. */
void reader_free(struct reader *reader);

/*
 * Begins one; false where one is under way or was not fetched yet.  The
 * request is copied, and the previous moment kept as long as it takes; groups
 * are borrowed until it is fetched.
 */
bool reader_ask(struct reader *reader, const struct reading_request *request);
bool reader_is_busy(const struct reader *reader);

/* Hands a finished one over, once: 1; 0: none; or a negative errno and why. */
int reader_fetch(struct reader *reader, struct moment **ret_moment,
		 char why[256]);

/* Can be read from when one is finished. */
int reader_fd(const struct reader *reader);
void reader_wait(struct reader *reader);

#endif
