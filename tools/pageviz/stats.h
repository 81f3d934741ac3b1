/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What drawing took, for --stats: the measure of the targets of speed.
 */
#ifndef PAGEVIZ_STATS_H
#define PAGEVIZ_STATS_H

#include <stddef.h>
#include <stdint.h>

/* Frames whose times are kept; of more, those of the last. */
#define STATS_FRAMES 8192

struct stats {
	uint64_t begin_ns;		/* CLOCK_MONOTONIC */
	uint64_t first_ns;		/* to the first picture; 0: none */
	uint64_t frames;
	uint64_t worst_ns;
	uint32_t frame_us[STATS_FRAMES];
};

void stats_begin(struct stats *stats);

/* A picture with pages in it was drawn in so long. */
void stats_add_frame(struct stats *stats, uint64_t frame_ns);

/* One line on standard error; driver: what drew. */
void stats_print(struct stats *stats, const char *driver);

#endif
