/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Victims that keep using pages: a thread of the victim touches what it was
 * told, round after round, in phases that the test switches.  The test waits
 * for whole rounds instead of sleeping, so what was used is known to the page.
 */
#ifndef LIVE_COMMON_BUSY_H
#define LIVE_COMMON_BUSY_H

#include <stdatomic.h>

#include "common_victim.h"

#define MAX_BUSY_USES 8

/* Every step-th page of an area, count of them, from the first on. */
struct busy_use {
	char *area;
	size_t first;
	size_t step;
	size_t count;
	bool writes;
	unsigned int phase;	/* only in this one; 0: in all */
};

/* Seen by the test and the victim. */
struct busy_control {
	_Atomic unsigned int phase;	/* 1 at first */
	_Atomic unsigned long rounds;	/* that are done */
	struct busy_use uses[MAX_BUSY_USES];
	size_t use_count;
	void (*enter)(unsigned int phase);	/* in the victim, once for each
						   phase; NULL */
};

/* Before the victim is started; NULL ends the test. */
struct busy_control *busy_new(void);
void busy_free(struct busy_control *control);

/* For victim_fn: adds to what is used, and begins. */
void busy_add(struct busy_control *control, struct busy_use use);
void busy_begin(struct report *report, struct busy_control *control);

/* For the test: waits until all was used anew since the call. */
void busy_wait(struct busy_control *control);

/* Another phase; nothing of the last one is used any more. */
void busy_enter(struct busy_control *control, unsigned int phase);

#endif
