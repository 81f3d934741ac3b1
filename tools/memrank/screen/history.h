/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What PSS was: of each process and of all together, as long as the screen
 * runs, and its graph.
 *
 * Memory is bounded: HISTORY_SAMPLES of 4 bytes for each process that lives
 * (1 KiB: 4 MiB for 4000), and for at most HISTORY_ENDED that do not.  When
 * all samples are used, two become one and the step between them doubles, so
 * the whole time remains; of two the larger is kept, so that no peak is lost.
 * What was not read at a time is a gap, never the figure of before.
 */
#ifndef SCREEN_HISTORY_H
#define SCREEN_HISTORY_H

#include <sys/types.h>

#include <libpagemap/pagemap.h>

#include "canvas.h"

#define HISTORY_SAMPLES 256
#define HISTORY_ENDED 64

/* In place of a pid: all processes together. */
#define HISTORY_TOTAL ((pid_t)0)

struct history;

/* NULL: no memory. */
struct history *history_new(void);
void history_free(struct history *history);

/*
 * Takes the figures of a snapshot over, as those of a time since 1970.  0, or
 * -ENOMEM: some were not.
 */
int history_add(struct history *history, uint64_t time_ns,
		const struct pagemap_snapshot *snapshot);

/* What one process had. */
struct history_sample {
	pid_t pid;
	uint64_t start_time_ns;		/* UINT64_MAX: not known */
	struct pagemap_value pss;
};

/* The same of samples by rising pid. */
int history_add_samples(struct history *history, uint64_t time_ns,
			const struct history_sample *samples, size_t count);

/* What is drawn of a history. */
struct history_view {
	pid_t pid;			/* or HISTORY_TOTAL */
	bool from_zero;			/* else from the least to the most */
};

/*
 * Draws the graph of a process into a rectangle, with its scale at the left
 * and the time below.  Too small a rectangle shows the graph alone.
 */
void history_draw(const struct history *history,
		  const struct history_view *view, struct canvas *canvas,
		  size_t x, size_t y, size_t width, size_t height);

/* ---- What is kept, for the graph and for tests ------------------------- */

/* One process's samples, oldest first. */
struct history_series {
	const float *kib;		/* NAN: not read; borrowed: history */
	size_t count;
	const uint64_t *time_ns;	/* of each sample, since 1970 */
	uint64_t step;			/* snapshots in one sample */
};

/* False if nothing is known of it. */
bool history_series(const struct history *history, pid_t pid,
		    struct history_series *ret_series);

/* Bytes that it takes. */
size_t history_memory_bytes(const struct history *history);

#endif
