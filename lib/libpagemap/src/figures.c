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

void figures_unset(struct figures *figures, enum pagemap_metric metric)
{
	figures->bytes[metric] = 0;
	figures->known &= ~PAGEMAP_METRIC_BIT(metric);
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

static enum pagemap_reason missing_reason(const struct figures *figures,
					  uint64_t asked, uint64_t bit)
{
	if (figures->denied & bit)
		return PAGEMAP_REASON_DENIED;
	if (!(asked & bit))
		return PAGEMAP_REASON_NOT_ASKED;
	return figures->missing_reason ?
	       (enum pagemap_reason)figures->missing_reason :
	       PAGEMAP_REASON_NO_FEATURE;
}

struct pagemap_value figures_value(const struct figures *figures,
				   uint64_t asked, enum pagemap_metric metric)
{
	uint64_t bit = PAGEMAP_METRIC_BIT(metric);
	struct pagemap_value value = { .quality = PAGEMAP_UNAVAILABLE };

	if ((unsigned int)metric >= PAGEMAP_METRIC_COUNT) {
		value.reason = PAGEMAP_REASON_NO_FEATURE;
		return value;
	}
	if (!(figures->known & bit)) {
		value.reason = missing_reason(figures, asked, bit);
		return value;
	}
	value.value = value.low = value.high = figures->bytes[metric];
	value.quality = PAGEMAP_EXACT;
	if (figures->bounded & bit) {
		value.low = figures->low[metric];
		value.high = figures->high[metric];
		value.quality = PAGEMAP_BOUNDED;
		value.reason = (enum pagemap_reason)figures->bounded_reason;
	}
	if (figures->estimated & bit) {
		value.quality = PAGEMAP_ESTIMATED;
		value.reason = (enum pagemap_reason)figures->estimated_reason;
	}
	return value;
}

void figures_to_usage(const struct figures *figures, uint64_t asked,
		      struct pagemap_usage *ret_usage)
{
	unsigned int metric;

	memset(ret_usage, 0, sizeof(*ret_usage));
	for (metric = 0; metric < PAGEMAP_METRIC_SLOTS; metric++) {
		struct pagemap_value value = figures_value(figures, asked,
						(enum pagemap_metric)metric);

		ret_usage->value_bytes[metric] = value.value;
		ret_usage->low_bytes[metric] = value.low;
		ret_usage->high_bytes[metric] = value.high;
		ret_usage->quality[metric] = (uint8_t)value.quality;
		ret_usage->reason[metric] = (uint8_t)value.reason;
	}
}
