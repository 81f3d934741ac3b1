/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A plot of sizes as an SVG: lines with marks at what was measured, bands
 * between the least and the most, axes with units, a legend.  It reads on
 * paper, on a light and on a dark screen, and without colours.
 */
#ifndef TOOLS_SVG_H
#define TOOLS_SVG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct plot_point {
	double x;		/* seconds */
	double bytes;		/* NAN: not known; the line is broken there */
	double low, high;	/* around it; both are bytes where not spread */
};

struct plot_series {
	const char *name;		/* may be any bytes */
	const struct plot_point *points;
	size_t count;
	bool backdrop;			/* thin and dashed, without marks */
};

struct plot {
	const char *title;		/* both may be any bytes */
	const char *subtitle;		/* NULL: none */
	const char *x_title;
	double longest;			/* x by its halvings; 0: by steps from 0 */
	const struct plot_series *series;
	size_t series_count;
	double at;			/* a line across at x; NAN: none */
	const char *at_text;		/* beside it */
};

/* Errors of the stream stay in the stream. */
void plot_write_svg(const struct plot *plot, FILE *out);

#endif
