/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How many copies a budget holds: the two formulas, once with the likeliest
 * costs, once with the highest and once with the lowest.  Pure.
 */
#include <errno.h>
#include <math.h>

#include "sizing.h"

/* Which end of an interval is taken. */
enum end { LIKELIEST, HIGHEST, LOWEST };

static double at(const struct pagemap_value *value, enum end end)
{
	if (value->quality == PAGEMAP_UNAVAILABLE)
		return 0;
	switch (end) {
	case HIGHEST:
		return (double)value->high;
	case LOWEST:
		return (double)value->low;
	default:
		return (double)value->value;
	}
}

/* What is left when all that is there but once has been taken off. */
static double room(const struct pagemap_fit_opts *opts,
		   const struct pagemap_value *files, enum end end)
{
	return (double)opts->budget_bytes -
	       (double)PAGEMAP_CHARGE_BATCH_BYTES - at(&opts->beside, end) -
	       at(&opts->fixed, end) - at(files, end);
}

/* UINT64_MAX: no end. */
static uint64_t copies_in(double bytes, double each)
{
	if (!(bytes > 0))
		return 0;
	if (!(each > 0))
		return UINT64_MAX;
	return sizing_bytes(bytes / each);
}

static uint64_t count(const struct pagemap_fit_opts *opts,
		      const struct pagemap_value *files,
		      const struct pagemap_value *each_file, enum end end)
{
	return copies_in(room(opts, files, end),
			 at(&opts->each, end) + at(each_file, end));
}

static struct pagemap_value counts(const struct pagemap_fit_opts *opts,
				   const struct pagemap_value *files,
				   const struct pagemap_value *each_file)
{
	struct pagemap_value value = {
		.value = count(opts, files, each_file, LIKELIEST),
		.low = count(opts, files, each_file, HIGHEST),
		.high = count(opts, files, each_file, LOWEST),
		.quality = PAGEMAP_ESTIMATED,
		.reason = opts->each.reason,
	};

	if (opts->each.quality == PAGEMAP_UNAVAILABLE)
		return sizing_unknown(opts->each.reason);
	if (value.value == UINT64_MAX)
		return sizing_unknown(PAGEMAP_REASON_FREE);
	return value;
}

static bool files_known(const struct pagemap_fit_opts *opts)
{
	return opts->shared_file.quality != PAGEMAP_UNAVAILABLE &&
	       opts->private_file.quality != PAGEMAP_UNAVAILABLE;
}

int pagemap_fit_copies(const struct pagemap_fit_opts *opts,
		       struct pagemap_fit *ret_fit)
{
	const struct pagemap_value none = { 0 };
	struct pagemap_fit fit;

	if (opts->size != sizeof(*opts))
		return -EINVAL;
	fit.until_killed = counts(opts, &opts->file_floor, &none);
	fit.until_thrashing = files_known(opts) ?
		counts(opts, &opts->shared_file, &opts->private_file) :
		sizing_unknown(opts->shared_file.reason);
	*ret_fit = fit;
	return 0;
}

static int64_t whole(double bytes)
{
	if (bytes <= -0x1p63)
		return INT64_MIN;
	return bytes < 0x1p63 ? (int64_t)bytes : INT64_MAX;
}

int pagemap_fit_left(const struct pagemap_fit_opts *opts, uint64_t copies,
		     struct pagemap_fit_left *ret_left)
{
	double each = at(&opts->each, LIKELIEST) * (double)copies;
	double likely = at(&opts->private_file, LIKELIEST) * (double)copies;
	double most = at(&opts->private_file, HIGHEST) * (double)copies;

	if (opts->size != sizeof(*opts))
		return -EINVAL;
	*ret_left = (struct pagemap_fit_left){
		.until_killed_bytes =
			whole(room(opts, &opts->file_floor, LIKELIEST) - each),
		.until_thrashing_bytes =
			whole(room(opts, &opts->shared_file, LIKELIEST) -
			      each - likely),
		.until_thrashing_low_bytes =
			whole(room(opts, &opts->shared_file, LIKELIEST) +
			      at(&opts->shared_file, LIKELIEST) -
			      at(&opts->shared_file, HIGHEST) - each - most),
		.thrashing_known = files_known(opts),
	};
	return 0;
}
