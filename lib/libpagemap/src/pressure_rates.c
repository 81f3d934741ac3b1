/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What happened between two samples of a cgroup, by the second.
 */
#include "pressure.h"

#define NOT_KNOWN (-1.0)

uint64_t sample_age(const struct pressure_sample *from,
		    const struct pressure_sample *to)
{
	return to->books.time_ns > from->books.time_ns ?
	       to->books.time_ns - from->books.time_ns : 0;
}

/* Counts that fall (a counter that began anew) are not known. */
static double rate(uint64_t from, uint64_t to, uint64_t unknown, double seconds)
{
	if (from >= unknown || to >= unknown || to < from || seconds <= 0)
		return NOT_KNOWN;
	return (double)(to - from) / seconds;
}

struct pressure_rates rates_between(const struct pressure_sample *from,
				    const struct pressure_sample *to)
{
	double seconds = (double)sample_age(from, to) / 1e9;
	double stall = rate(from->books.value[PAGEMAP_CGROUP_STALL_US],
			    to->books.value[PAGEMAP_CGROUP_STALL_US],
			    PAGEMAP_CGROUP_UNKNOWN, seconds);

	return (struct pressure_rates){
		.progress_per_s = rate(from->progress, to->progress,
				       PAGEMAP_PROGRESS_ENDED, seconds),
		.refaults_per_s = rate(from->refaults, to->refaults,
				       PAGEMAP_CGROUP_UNKNOWN, seconds),
		.stall_ratio = stall < 0 ? stall : stall / 1e6,
	};
}
