/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Arithmetic on figures and their quality.  A number that is not known is
 * never 0: it is left out of the masks and turns up as unavailable.
 */
#include "figures.h"

#include <string.h>

void figures_set(struct figures *figures, enum pagemap_metric metric,
		 uint64_t bytes)
{
	figures->bytes[metric] = bytes;
	figures->known |= PAGEMAP_METRIC_BIT(metric);
	figures->bounded &= ~PAGEMAP_METRIC_BIT(metric);
}

void figures_bound(struct figures *figures, enum pagemap_metric metric,
		   uint64_t low, uint64_t bytes, uint64_t high)
{
	figures_set(figures, metric, bytes);
	if (low == high)
		return;
	figures->low[metric] = low;
	figures->high[metric] = high;
	figures->bounded |= PAGEMAP_METRIC_BIT(metric);
}

void figures_estimate(struct figures *figures, uint64_t metrics,
		      enum pagemap_reason reason)
{
	if (!metrics)
		return;
	figures->estimated |= metrics;
	figures->estimated_reason = (uint8_t)reason;
}

static void add_bounds(struct figures *sum, const struct figures *more,
		       unsigned int metric)
{
	uint64_t bit = PAGEMAP_METRIC_BIT(metric);
	uint64_t low = more->bounded & bit ? more->low[metric]
					   : more->bytes[metric];
	uint64_t high = more->bounded & bit ? more->high[metric]
					    : more->bytes[metric];

	if (!((sum->bounded | more->bounded) & bit))
		return;
	if (!(sum->bounded & bit)) {
		sum->low[metric] = sum->bytes[metric];
		sum->high[metric] = sum->bytes[metric];
		sum->bounded |= bit;
		sum->bounded_reason = more->bounded_reason;
	}
	sum->low[metric] += low;
	sum->high[metric] += high;
}

void figures_add(struct figures *sum, const struct figures *more)
{
	unsigned int metric;

	for (metric = 0; metric < FIGURES_BOUNDABLE; metric++)
		add_bounds(sum, more, metric);
	for (metric = 0; metric < PAGEMAP_METRIC_COUNT; metric++)
		sum->bytes[metric] += more->bytes[metric];
	if (sum->known & ~more->known)
		sum->missing_reason = more->missing_reason;
	sum->known &= more->known;
	sum->denied |= more->denied;
	figures_estimate(sum, more->estimated,
			 (enum pagemap_reason)more->estimated_reason);
}

static void metric_to_usage(const struct figures *figures, unsigned int metric,
			    bool asked, struct pagemap_usage *usage)
{
	uint64_t bit = PAGEMAP_METRIC_BIT(metric);

	if (!(figures->known & bit)) {
		usage->quality[metric] = PAGEMAP_UNAVAILABLE;
		usage->reason[metric] =
			figures->denied & bit ? PAGEMAP_REASON_DENIED :
			!asked ? PAGEMAP_REASON_NOT_ASKED :
			figures->missing_reason;
		if (!usage->reason[metric])
			usage->reason[metric] = PAGEMAP_REASON_NO_FEATURE;
		return;
	}
	usage->value_bytes[metric] = figures->bytes[metric];
	usage->low_bytes[metric] = figures->bytes[metric];
	usage->high_bytes[metric] = figures->bytes[metric];
	if (figures->bounded & bit) {
		usage->low_bytes[metric] = figures->low[metric];
		usage->high_bytes[metric] = figures->high[metric];
		usage->quality[metric] = PAGEMAP_BOUNDED;
		usage->reason[metric] = figures->bounded_reason;
	}
	if (figures->estimated & bit) {
		usage->quality[metric] = PAGEMAP_ESTIMATED;
		usage->reason[metric] = figures->estimated_reason;
	}
}

void figures_to_usage(const struct figures *figures, uint64_t asked,
		      struct pagemap_usage *ret_usage)
{
	unsigned int metric;

	memset(ret_usage, 0, sizeof(*ret_usage));
	for (metric = 0; metric < PAGEMAP_METRIC_SLOTS; metric++) {
		if (metric < PAGEMAP_METRIC_COUNT) {
			metric_to_usage(figures, metric,
					asked & PAGEMAP_METRIC_BIT(metric),
					ret_usage);
			continue;
		}
		ret_usage->quality[metric] = PAGEMAP_UNAVAILABLE;
		ret_usage->reason[metric] = PAGEMAP_REASON_NO_FEATURE;
	}
}
