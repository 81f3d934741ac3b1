/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What becomes of many measurements: the least, the median and the most, and
 * where a curve becomes flat.  Pure functions.
 */
#include <errno.h>
#include <stdlib.h>

#include "memstats.h"
#include "working_set.h"

static const struct {
	const char *heading;
	const char *key;
	size_t offset;
} figures_table[WSET_FIGURES] = {
	[WSET_RSS] = { "RSS", "rss",
		offsetof(struct pagemap_wss_figures, rss) },
	[WSET_REFERENCED] = { "REFERENCED", "referenced",
		offsetof(struct pagemap_wss_figures, referenced) },
	[WSET_WRITTEN] = { "WRITTEN", "written",
		offsetof(struct pagemap_wss_figures, written) },
	[WSET_COLD] = { "COLD", "cold",
		offsetof(struct pagemap_wss_figures, cold) },
	[WSET_SHARE] = { "SHARE", "referenced_share",
		offsetof(struct pagemap_wss_figures, referenced_share) },
};

const char *wset_figure_heading(enum wset_figure figure)
{
	return figures_table[figure].heading;
}

const char *wset_figure_key(enum wset_figure figure)
{
	return figures_table[figure].key;
}

const struct pagemap_value *
wset_figure_of(const struct pagemap_wss_figures *figures,
	       enum wset_figure figure)
{
	return (const struct pagemap_value *)
	       ((const char *)figures + figures_table[figure].offset);
}

enum wset_figure wset_main_figure(uint32_t methods)
{
	return methods_tell(methods) & PAGEMAP_WSS_TELLS_REFERENCED ?
	       WSET_REFERENCED : WSET_WRITTEN;
}

static void value_add(struct pagemap_value *sum,
		      const struct pagemap_value *value)
{
	if (value->quality > sum->quality) {
		sum->quality = value->quality;
		sum->reason = value->reason;
	}
	sum->value += value->value;
	sum->low += value->low;
	sum->high += value->high;
}

void wset_figures_add(struct pagemap_wss_figures *sum,
		      const struct pagemap_wss_figures *figures)
{
	size_t i;

	for (i = 0; i < WSET_FIGURES; i++)
		value_add((struct pagemap_value *)((char *)sum +
						   figures_table[i].offset),
			  wset_figure_of(figures, (enum wset_figure)i));
}

static int compare_values(const void *a, const void *b)
{
	const struct pagemap_value *x = a, *y = b;
	bool x_known = x->quality != PAGEMAP_UNAVAILABLE;
	bool y_known = y->quality != PAGEMAP_UNAVAILABLE;

	/* What is not known comes last. */
	if (x_known != y_known)
		return x_known ? -1 : 1;
	return (x->value > y->value) - (x->value < y->value);
}

static uint64_t middle(uint64_t a, uint64_t b)
{
	return a / 2 + b / 2 + (a & b & 1);
}

/* The value in the middle, or between the two that are there. */
static struct pagemap_value median_of(const struct pagemap_value *values,
				      size_t count)
{
	struct pagemap_value median = values[(count - 1) / 2];
	const struct pagemap_value *other = &values[count / 2];

	median.value = middle(median.value, other->value);
	median.low = middle(median.low, other->low);
	median.high = middle(median.high, other->high);
	if (other->quality > median.quality) {
		median.quality = other->quality;
		median.reason = other->reason;
	}
	return median;
}

void wset_spread_of(struct pagemap_value *values, size_t count,
		    struct wset_spread *ret_spread)
{
	struct pagemap_value unknown = {
		.quality = PAGEMAP_UNAVAILABLE,
		.reason = PAGEMAP_REASON_NOT_ASKED,
	};
	size_t known = 0;

	qsort(values, count, sizeof(*values), compare_values);
	while (known < count && values[known].quality != PAGEMAP_UNAVAILABLE)
		known++;
	if (count && !known)
		unknown = values[0];
	*ret_spread = (struct wset_spread){ unknown, unknown, unknown, known };
	if (!known)
		return;
	ret_spread->least = values[0];
	ret_spread->median = median_of(values, known);
	ret_spread->most = values[known - 1];
}

int wset_spread_of_target(const struct wset_target *target,
			  enum wset_figure figure, int point,
			  struct wset_spread *ret_spread)
{
	struct pagemap_value *values = calloc(target->count + 1,
					      sizeof(*values));
	size_t i, count = 0;

	if (!values)
		return -ENOMEM;
	for (i = 0; i < target->count; i++)
		if (point < 0 || target->samples[i].point ==
				 (unsigned int)point)
			values[count++] = *wset_figure_of(
				&target->samples[i].figures, figure);
	wset_spread_of(values, count, ret_spread);
	free(values);
	return 0;
}

static bool grows(const struct pagemap_value *from,
		  const struct pagemap_value *to)
{
	/* By 5 % or more. */
	return to->value > from->value &&
	       (to->value - from->value) * 20.0 >= (double)from->value;
}

bool wset_flattens(const struct pagemap_value *points, size_t count,
		   size_t *ret_point)
{
	size_t at = count ? count - 1 : 0;

	while (at && !grows(&points[at - 1], &points[at]))
		at--;
	if (count < 2 || at == count - 1)
		return false;
	*ret_point = at;
	return true;
}

void wset_format_time(uint64_t ns, char text[WSET_TIME_SIZE])
{
	double seconds = (double)ns / 1e9;

	if (ns < 999500000)
		snprintf(text, WSET_TIME_SIZE, "%.0f ms", seconds * 1e3);
	else if (seconds < 99.95)
		snprintf(text, WSET_TIME_SIZE, "%.*f s",
			 seconds < 9.995 ? 2 : 1, seconds);
	else
		snprintf(text, WSET_TIME_SIZE, "%.0f s", seconds);
}

bool wset_is_fresh(const struct wset_target *target)
{
	return target->count && (target->status == PAGEMAP_STATUS_COMPLETE ||
				 target->status == PAGEMAP_STATUS_CHANGED);
}

static bool sample_is_exact(const struct wset_sample *sample, uint32_t tells)
{
	const struct pagemap_wss_figures *figures = &sample->figures;

	if ((tells & PAGEMAP_WSS_TELLS_REFERENCED) &&
	    figures->referenced.quality != PAGEMAP_EXACT)
		return false;
	return !(tells & PAGEMAP_WSS_TELLS_WRITTEN) ||
	       figures->written.quality == PAGEMAP_EXACT;
}

bool wset_is_exact(const struct wset *set, const struct wset_target *target)
{
	uint32_t tells = methods_tell(set->methods);
	size_t i;

	for (i = 0; i < target->count; i++)
		if (!sample_is_exact(&target->samples[i], tells))
			return false;
	return target->count != 0;
}
