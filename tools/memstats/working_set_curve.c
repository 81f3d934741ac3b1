/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The curve of a working set for people: a table of its points, where it
 * becomes flat, and the curve itself as far as letters can draw it.
 */
#include <errno.h>
#include <langinfo.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "area.h"
#include "memstats.h"
#include "table.h"
#include "working_set.h"

/* Columns and lines of the drawing where output is no terminal, and at most. */
#define WIDTH_USUAL 72
#define WIDTH_MOST 100
#define PLOT_LINES 11
/* Narrower, there is no scale, and the table has the median alone. */
#define SCALE_LEAST 40

/* The mean of the lengths that a point really had; 0: it has none. */
static uint64_t length_of_point(const struct wset_target *target,
				unsigned int point)
{
	uint64_t sum = 0, samples = 0;
	size_t i;

	for (i = 0; i < target->count; i++)
		if (target->samples[i].point == point) {
			sum += target->samples[i].interval_ns;
			samples++;
		}
	return samples ? sum / samples : 0;
}

size_t wset_curve_of(const struct wset_target *target, enum wset_figure figure,
		     size_t points, struct wset_spread spreads[WSET_POINTS],
		     uint64_t lengths_ns[WSET_POINTS])
{
	size_t i, count = 0;

	for (i = 0; i < points; i++) {
		struct wset_spread spread;

		if (wset_spread_of_target(target, figure, (int)i, &spread) ||
		    !spread.known)
			continue;
		spreads[count] = spread;
		lengths_ns[count++] = length_of_point(target, (unsigned int)i);
	}
	return count;
}

/* ---- Drawing ----------------------------------------------------------- */

/* What is drawn: sizes at places that rise from left to right. */
struct drawn {
	double *x;
	float *kib;
	size_t count;
	const char *left, *right;	/* below the ends of the axis */
};

/* The line between two points, at a place between them. */
static float level_at(const struct drawn *drawn, double x)
{
	size_t i = 0;
	double part;

	while (i + 2 < drawn->count && drawn->x[i + 1] < x)
		i++;
	if (drawn->count < 2 || drawn->x[i + 1] <= drawn->x[i])
		return drawn->kib[i];
	part = fmin(fmax((x - drawn->x[i]) / (drawn->x[i + 1] - drawn->x[i]),
			 0), 1);
	return (float)(drawn->kib[i] +
		       part * (drawn->kib[i + 1] - drawn->kib[i]));
}

static void draw_axis(const struct area *area, const struct drawn *drawn)
{
	size_t right = strlen(drawn->right), y = area->y + area->height;

	canvas_fill(area->canvas, area->x, y, area->width, STYLE_DIM,
		    canvas_glyph(area->canvas, "─", "-"));
	canvas_text(area->canvas, area->x, y + 1, area->width, STYLE_DIM,
		    drawn->left);
	if (area->width > right + strlen(drawn->left))
		canvas_text(area->canvas, area->x + area->width - right, y + 1,
			    right, STYLE_DIM, drawn->right);
}

static void draw(const struct drawn *drawn, struct canvas *canvas)
{
	size_t scale = canvas_width(canvas) >= SCALE_LEAST ?
		       AREA_SCALE_COLUMNS : 0;
	float levels[AREA_DOTS_MOST];
	struct area area = {
		.canvas = canvas, .x = scale, .y = 0,
		.width = canvas_width(canvas) - scale,
		.height = PLOT_LINES, .levels = levels,
	};
	size_t i, dots = area_dots(canvas, area.width);
	double first = drawn->x[0], last = drawn->x[drawn->count - 1];
	float most = 0;

	for (i = 0; i < drawn->count; i++)
		most = fmaxf(most, drawn->kib[i]);
	area.high = area_round_up(fmaxf(most, 1));
	for (i = 0; i < dots; i++)
		levels[i] = level_at(drawn, first + (last - first) *
				     ((double)i + 0.5) / (double)dots);
	area_draw(&area);
	draw_axis(&area, drawn);
	if (scale)
		area_draw_scale(&area, 0);
}

static void print_drawing(const struct drawn *drawn)
{
	size_t width, lines;
	struct canvas *canvas;

	terminal_size(&width, &lines);
	width = !width ? WIDTH_USUAL : width > WIDTH_MOST ? WIDTH_MOST : width;
	canvas = canvas_new(width, PLOT_LINES + 2,
			    !strcmp(nl_langinfo(CODESET), "UTF-8"));
	if (!canvas)
		return;
	draw(drawn, canvas);
	putchar('\n');
	canvas_print(canvas, stdout);
	canvas_free(canvas);
}

static void draw_curve(const struct wset_spread *spreads,
		       const uint64_t *lengths_ns, size_t count)
{
	char left[WSET_TIME_SIZE], right[WSET_TIME_SIZE];
	double x[WSET_POINTS];
	float kib[WSET_POINTS];
	struct drawn drawn = { x, kib, count, left, right };
	size_t i;

	if (count < 2)
		return;
	for (i = 0; i < count; i++) {
		x[i] = log2((double)lengths_ns[i]);
		kib[i] = (float)spreads[i].median.value / 1024;
	}
	wset_format_time(lengths_ns[0], left);
	wset_format_time(lengths_ns[count - 1], right);
	print_drawing(&drawn);
}

/* ---- In words ---------------------------------------------------------- */

static const struct grid_column once_columns[] = {
	{ "INTERVAL", NULL, GRID_TEXT },
	{ "REFERENCED", NULL, GRID_SIZE },
	{ "WRITTEN", NULL, GRID_SIZE },
	{ "SHARE", NULL, GRID_SIZE },
};

static const struct grid_column narrow_columns[] = {
	{ "INTERVAL", NULL, GRID_TEXT },
	{ "MEDIAN", NULL, GRID_SIZE },
};

static const struct grid_column spread_columns[] = {
	{ "INTERVAL", NULL, GRID_TEXT },
	{ "MIN", NULL, GRID_SIZE },
	{ "MEDIAN", NULL, GRID_SIZE },
	{ "MAX", NULL, GRID_SIZE },
	{ "ROUNDS", NULL, GRID_NUMBER },
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

struct points {
	struct wset_spread spreads[WSET_POINTS];
	uint64_t lengths_ns[WSET_POINTS];
	size_t count;
};

/* One round: what each look found. */
static void add_looks(const struct wset_target *target, struct grid *grid)
{
	char text[WSET_TIME_SIZE];
	size_t i;

	for (i = 0; i < target->count; i++) {
		const struct wset_sample *sample = &target->samples[i];

		wset_format_time(sample->interval_ns, text);
		grid_text(grid, text);
		grid_size(grid, &sample->figures.referenced);
		grid_size(grid, &sample->figures.written);
		grid_size(grid, &sample->figures.referenced_share);
	}
}

static void add_points(const struct points *points, bool narrow,
		       struct grid *grid)
{
	char text[WSET_TIME_SIZE];
	size_t i;

	for (i = 0; i < points->count; i++) {
		const struct wset_spread *spread = &points->spreads[i];

		wset_format_time(points->lengths_ns[i], text);
		grid_text(grid, text);
		if (!narrow)
			grid_size(grid, &spread->least);
		grid_size(grid, &spread->median);
		if (narrow)
			continue;
		grid_size(grid, &spread->most);
		grid_number(grid, (int64_t)spread->known);
	}
}

static int print_points(const struct wset *set,
			const struct wset_target *target,
			const struct points *points)
{
	const struct settings *settings = set->settings;
	bool rounds = settings->working_set.count > 1;
	size_t width, lines;
	struct grid *grid;
	bool narrow;
	int err;

	terminal_size(&width, &lines);
	narrow = width && width < SCALE_LEAST;
	grid = narrow ? grid_new(narrow_columns, COUNT_OF(narrow_columns)) :
	       rounds ? grid_new(spread_columns, COUNT_OF(spread_columns)) :
			grid_new(once_columns, COUNT_OF(once_columns));
	if (!grid)
		return -ENOMEM;
	if (narrow || rounds)
		add_points(points, narrow, grid);
	else
		add_looks(target, grid);
	err = grid_print(grid, settings->usual.units, settings->usual.header,
			 width, stdout);
	grid_free(grid);
	return err;
}

static void print_verdict(const struct points *points)
{
	struct pagemap_value medians[WSET_POINTS];
	char size[UNITS_SIZE], length[WSET_TIME_SIZE], longest[WSET_TIME_SIZE];
	size_t i, at;

	if (points->count < 2)
		return;
	for (i = 0; i < points->count; i++)
		medians[i] = points->spreads[i].median;
	wset_format_time(points->lengths_ns[points->count - 1], longest);
	if (!wset_flattens(medians, points->count, &at)) {
		printf("No sharp working set up to %s: the last doubling still "
		       "adds 5 %% or more\n", longest);
		return;
	}
	units_format_value(&medians[points->count - 1], UNITS_SUFFIX, size);
	wset_format_time(points->lengths_ns[at], length);
	printf("Working set %s: flat from %s on, no doubling up to %s adds "
	       "5 %%\n", size, length, longest);
}

int wset_print_curve(const struct wset *set, const struct wset_target *target)
{
	enum wset_figure figure = wset_main_figure(set->methods);
	struct points points;
	int err;

	points.count = wset_curve_of(target, figure, set->points,
				     points.spreads, points.lengths_ns);
	if (set->settings->usual.header) {
		wset_print_title(target);
		printf("%s by %s\n", wset_figure_heading(figure),
		       set->method_names);
	}
	err = print_points(set, target, &points);
	if (err)
		return err;
	draw_curve(points.spreads, points.lengths_ns, points.count);
	print_verdict(&points);
	return 0;
}
