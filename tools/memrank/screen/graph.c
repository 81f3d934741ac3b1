/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The graph of a history.  A place in it is a moment: what was measured up to
 * then is drawn there, the largest where several samples meet, and nothing
 * where none was.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "area.h"
#include "history.h"
#include "units.h"

#define SECOND UINT64_C(1000000000)

/* Narrower, the graph has no scale; lower, no lines above and below. */
#define SCALE_LEAST 24
#define LINES_LEAST 5

struct graph {
	struct history_series series;
	const struct history_view *view;
	struct canvas *canvas;
	size_t x, y, width, height;	/* of the plot alone */
	size_t dots;			/* from left to right */
	uint64_t end_ns;
	uint64_t dot_ns;		/* that a dot stands for */
	float low, high;		/* of the scale, KiB */
	float least, most;		/* measured */
	float levels[AREA_DOTS_MOST];	/* KiB; NAN */
};

static int compare_times(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The usual time between two samples: a pause of hours does not count. */
static uint64_t usual_step(const struct history_series *series)
{
	uint64_t steps[HISTORY_SAMPLES], step;
	size_t i;

	if (series->count < 2)
		return SECOND;
	for (i = 1; i < series->count; i++)
		steps[i - 1] = series->time_ns[i] > series->time_ns[i - 1] ?
			series->time_ns[i] - series->time_ns[i - 1] : 0;
	qsort(steps, series->count - 1, sizeof(steps[0]), compare_times);
	step = steps[(series->count - 1) / 2];
	return step ? step : 1;
}

static size_t dot_of(const struct graph *graph, uint64_t time_ns)
{
	uint64_t back = (graph->end_ns - time_ns) / graph->dot_ns;

	return back < graph->dots ? graph->dots - 1 - (size_t)back : 0;
}

static void raise_level(struct graph *graph, size_t dot, float kib)
{
	float *level = &graph->levels[dot];

	if (isnan(*level) || kib > *level)
		*level = kib;
}

/* A sample stands for the time since the one before, if that is not long. */
static void place_sample(struct graph *graph, size_t i, uint64_t step)
{
	const struct history_series *series = &graph->series;
	uint64_t end = series->time_ns[i], begin = end;
	size_t dot, last = dot_of(graph, end);

	if (isnan(series->kib[i]) || end > graph->end_ns)
		return;
	if (i && end - series->time_ns[i - 1] <= 3 * step)
		begin = series->time_ns[i - 1];
	dot = dot_of(graph, begin);
	for (dot += dot < last; dot <= last; dot++)
		raise_level(graph, dot, series->kib[i]);
}

static void place_samples(struct graph *graph)
{
	const struct history_series *series = &graph->series;
	uint64_t step = usual_step(series);
	uint64_t span;
	size_t i;

	graph->end_ns = series->time_ns[series->count - 1];
	span = graph->end_ns - series->time_ns[0];
	/* The first ones begin at the right, a dot each. */
	graph->dot_ns = span / step < graph->dots ? step :
						    span / graph->dots + 1;
	for (i = 0; i < graph->dots; i++)
		graph->levels[i] = NAN;
	for (i = 0; i < series->count; i++)
		place_sample(graph, i, step);
}

static void set_scale(struct graph *graph)
{
	size_t i;

	graph->least = NAN;
	graph->most = NAN;
	for (i = 0; i < graph->series.count; i++) {
		float kib = graph->series.kib[i];

		if (isnan(kib))
			continue;
		if (!(kib >= graph->least))
			graph->least = kib;
		if (!(kib <= graph->most))
			graph->most = kib;
	}
	graph->low = 0;
	graph->high = area_round_up(isnan(graph->most) ? 1 : graph->most);
	if (!graph->view->from_zero && graph->most > graph->least) {
		float unit = area_round_up((graph->most - graph->least) / 8);

		graph->low = (float)(uint64_t)(graph->least / unit) * unit;
		graph->high = area_multiple_of(graph->most, unit);
	}
}

/* "45 s", "12 m 30 s", "3 h 05 m". */
static void format_time(uint64_t ns, char text[32])
{
	uint64_t seconds = (ns + SECOND / 2) / SECOND;

	if (seconds < 120)
		snprintf(text, 32, "%u s", (unsigned int)seconds);
	else if (seconds < 7200)
		snprintf(text, 32, "%u m %02u s", (unsigned int)seconds / 60,
			 (unsigned int)seconds % 60);
	else
		snprintf(text, 32, "%u h %02u m",
			 (unsigned int)(seconds / 3600),
			 (unsigned int)(seconds / 60 % 60));
}

static void draw_axis(const struct graph *graph, size_t y)
{
	const char *dash = canvas_glyph(graph->canvas, "─", "-");
	char ago[32], text[40];

	canvas_fill(graph->canvas, graph->x, y, graph->width, STYLE_DIM, dash);
	format_time(graph->dot_ns * graph->dots, ago);
	snprintf(text, sizeof(text), "%s ago ", ago);
	canvas_text(graph->canvas, graph->x, y, graph->width, STYLE_DIM, text);
	if (graph->width > strlen(text) + 6)
		canvas_text(graph->canvas, graph->x + graph->width - 4, y, 4,
			    STYLE_DIM, " now");
}

static void draw_title(const struct graph *graph, size_t x, size_t y,
		       size_t width)
{
	char now[UNITS_SIZE], least[UNITS_SIZE], most[UNITS_SIZE], step[32];
	float newest = graph->series.kib[graph->series.count - 1];
	size_t used;

	if (isnan(newest))
		strcpy(now, "-");
	else
		area_format_kib(newest, now);
	area_format_kib(graph->least, least);
	area_format_kib(graph->most, most);
	format_time(usual_step(&graph->series), step);
	used = canvas_printf(graph->canvas, x, y, width, STYLE_BOLD,
			     graph->view->pid == HISTORY_TOTAL ?
			     "PSS of all %s" : "PSS %s", now);
	used += canvas_printf(graph->canvas, x + used, y, width - used,
			      STYLE_NORMAL, "  least %s, most %s", least, most);
	if (graph->series.step > 1)
		canvas_printf(graph->canvas, x + used, y, width - used,
			      STYLE_DIM, "  the most in %s each", step);
}

/* The plot is what scale, title and axis leave of the rectangle. */
static void draw_graph(struct graph *graph)
{
	size_t x = graph->x, y = graph->y, width = graph->width;
	bool lines = graph->height >= LINES_LEAST;
	bool scale = graph->width >= SCALE_LEAST;
	struct area area;

	if (lines) {
		draw_title(graph, x, y, width);
		graph->y++;
		graph->height -= 2;
	}
	if (scale) {
		graph->x += AREA_SCALE_COLUMNS;
		graph->width -= AREA_SCALE_COLUMNS;
	}
	graph->dots = area_dots(graph->canvas, graph->width);
	while (graph->dots > AREA_DOTS_MOST)
		graph->dots = area_dots(graph->canvas, --graph->width);
	place_samples(graph);
	area = (struct area){
		graph->canvas, graph->x, graph->y, graph->width, graph->height,
		graph->low, graph->high, graph->levels,
	};
	area_draw(&area);
	if (scale)
		area_draw_scale(&area, x);
	if (lines)
		draw_axis(graph, graph->y + graph->height);
}

void history_draw(const struct history *history,
		  const struct history_view *view, struct canvas *canvas,
		  size_t x, size_t y, size_t width, size_t height)
{
	struct graph graph = {
		.view = view, .canvas = canvas,
		.x = x, .y = y, .width = width, .height = height,
	};

	if (!width || !height)
		return;
	if (!history_series(history, view->pid, &graph.series)) {
		canvas_text(canvas, x, y, width, STYLE_DIM,
			    "nothing measured yet");
		return;
	}
	set_scale(&graph);
	if (isnan(graph.most)) {
		canvas_text(canvas, x, y, width, STYLE_DIM,
			    "its PSS was never read");
		return;
	}
	draw_graph(&graph);
}
