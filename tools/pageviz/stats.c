/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What drawing took, see stats.h.
 */
#include "stats.h"

#include <stdlib.h>
#include <sys/resource.h>

#include "clock.h"
#include "message.h"
#include "units.h"

void stats_begin(struct stats *stats)
{
	*stats = (struct stats){ .begin_ns = now_ns() };
}

void stats_add_frame(struct stats *stats, uint64_t frame_ns)
{
	if (!stats->frames)
		stats->first_ns = now_ns() - stats->begin_ns;
	if (frame_ns > stats->worst_ns)
		stats->worst_ns = frame_ns;
	stats->frame_us[stats->frames++ % STATS_FRAMES] =
		(uint32_t)(frame_ns / 1000);
}

static int compare(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	return (left > right) - (left < right);
}

/* Sorts what is kept. */
static double median_ms(struct stats *stats)
{
	size_t kept = stats->frames < STATS_FRAMES ? stats->frames :
						     STATS_FRAMES;
	size_t middle = kept / 2;

	qsort(stats->frame_us, kept, sizeof(stats->frame_us[0]), compare);
	return kept ? stats->frame_us[middle] / 1e3 : 0;
}

void stats_print(struct stats *stats, const char *driver)
{
	char memory[UNITS_SIZE];
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	units_format((uint64_t)usage.ru_maxrss << 10, UNITS_SUFFIX, memory);
	if (!stats->frames)
		message("no picture was drawn; memory at most %s", memory);
	else
		message("first picture after %.1f ms; %llu frame%s, median %.2f "
			"ms, worst %.2f ms; memory at most %s; drawn by %s",
			(double)stats->first_ns / 1e6,
			(unsigned long long)stats->frames,
			stats->frames == 1 ? "" : "s", median_ms(stats),
			(double)stats->worst_ns / 1e6, memory, driver);
}
