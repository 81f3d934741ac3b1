/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A straight line through points, with the error bars of its two numbers.
 * Pure, and without libm, which the library does not need for anything else.
 */
#include <errno.h>
#include <math.h>

#include "sizing.h"

/* Student's t, two-sided 95 %, by degrees of freedom from 1. */
static const double student[] = {
	12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
	2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
};

#define STUDENT_COUNT (sizeof(student) / sizeof(student[0]))

static double student_of(size_t freedom)
{
	if (freedom <= STUDENT_COUNT)
		return student[freedom - 1];
	/* Within 0.003 of it from here on. */
	return 1.96 + 2.45 / (double)freedom;
}

double sizing_root(double square)
{
	double root = square > 1 ? square : 1, next;

	if (!(square > 0))
		return 0;
	/* Newton's steps fall until they have arrived. */
	for (;;) {
		next = (root + square / root) / 2;
		if (!(next < root))
			return root;
		root = next;
	}
}

static bool all_finite(const double *x, const double *y, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!isfinite(x[i]) || !isfinite(y[i]))
			return false;
	return true;
}

/* Means and sums of squares about them: large numbers lose nothing. */
struct moments {
	double mean_x;
	double mean_y;
	double xx;
	double xy;
};

static struct moments moments_of(const double *x, const double *y,
				 size_t count)
{
	struct moments sums = { 0 };
	size_t i;

	for (i = 0; i < count; i++) {
		sums.mean_x += x[i] / (double)count;
		sums.mean_y += y[i] / (double)count;
	}
	for (i = 0; i < count; i++) {
		double dx = x[i] - sums.mean_x;

		sums.xx += dx * dx;
		sums.xy += dx * (y[i] - sums.mean_y);
	}
	return sums;
}

static void add_errors(struct pagemap_line *line, double squares,
		       const struct moments *sums)
{
	size_t freedom = line->point_count - 2;
	double variance, t;

	if (!freedom) {
		line->slope_deviation = line->intercept_deviation = INFINITY;
		line->slope_error = line->intercept_error = INFINITY;
		return;
	}
	variance = squares / (double)freedom;
	t = student_of(freedom);
	line->slope_deviation = sizing_root(variance / sums->xx);
	line->intercept_deviation = sizing_root(variance *
		(1 / (double)line->point_count +
		 sums->mean_x * sums->mean_x / sums->xx));
	line->slope_error = t * line->slope_deviation;
	line->intercept_error = t * line->intercept_deviation;
}

int pagemap_line_fit(const double *x, const double *y, size_t count,
		     struct pagemap_line *ret_line)
{
	struct pagemap_line line = { .point_count = count };
	struct moments sums;
	double squares = 0;
	size_t i;

	if (count < 2 || !all_finite(x, y, count))
		return -EINVAL;
	sums = moments_of(x, y, count);
	if (!(sums.xx > 0) || !isfinite(sums.xx) || !isfinite(sums.xy))
		return -EINVAL;
	line.slope = sums.xy / sums.xx;
	line.intercept = sums.mean_y - line.slope * sums.mean_x;
	for (i = 0; i < count; i++) {
		double off = y[i] - (line.intercept + line.slope * x[i]);

		squares += off * off;
		if (off < 0)
			off = -off;
		if (off > line.largest_residual)
			line.largest_residual = off;
	}
	add_errors(&line, squares, &sums);
	*ret_line = line;
	return 0;
}
