/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The graph of a history.  A place in it is a moment: what was measured up to
 * then is drawn there, the largest where several samples meet, and nothing
 * where none was.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "history.h"
#include "units.h"

#define SECOND UINT64_C(1000000000)

/* Columns of the scale: "1023.9M" and a mark. */
#define SCALE_COLUMNS 9
/* Narrower, the graph has no scale; lower, no lines above and below. */
#define SCALE_LEAST 24
#define LINES_LEAST 5

#define DOTS_UP 4			/* of a character of Braille */
#define DOTS_ACROSS 2
#define DOTS_MOST 1024

struct graph {
	struct history_series series;
	const struct history_view *view;
	struct canvas *canvas;
	size_t x, y, width, height;	/* of the plot alone */
	size_t across, up;		/* dots of a character */
	size_t dots;			/* from left to right */
	uint64_t end_ns;
	uint64_t dot_ns;		/* that a dot stands for */
	float low, high;		/* of the scale, KiB */
	float least, most;		/* measured */
	float levels[DOTS_MOST];	/* KiB; NAN */
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

/* The least multiple of a unit that is at least this. */
static float multiple_of(float number, float unit)
{
	float below = (float)(uint64_t)(number / unit) * unit;

	return below < number ? below + unit : below;
}

/* A round number that is at least this: one to eight times a power of two. */
static float round_up(float number)
{
	float unit = 1;

	while (unit * 8 < number)
		unit *= 2;
	return multiple_of(number, unit);
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
	graph->high = round_up(isnan(graph->most) ? 1 : graph->most);
	if (!graph->view->from_zero && graph->most > graph->least) {
		float unit = round_up((graph->most - graph->least) / 8);

		graph->low = (float)(uint64_t)(graph->least / unit) * unit;
		graph->high = multiple_of(graph->most, unit);
	}
}

/* Dots that are set in a column, from the bottom; 0: none. */
static size_t height_of(const struct graph *graph, size_t dot)
{
	float level = graph->levels[dot], range = graph->high - graph->low;
	size_t most = graph->height * graph->up;
	size_t dots;

	if (isnan(level))
		return 0;
	dots = (size_t)((level - graph->low) / range * (float)most + 0.5f);
	/* Something that was measured is seen, however little it is. */
	return !dots ? 1 : dots < most ? dots : most;
}

static void draw_braille(const struct graph *graph, size_t column, size_t line)
{
	static const unsigned char bits[DOTS_ACROSS][DOTS_UP] = {
		{ 0x40, 0x04, 0x02, 0x01 }, { 0x80, 0x20, 0x10, 0x08 },
	};
	size_t across, up, below = (graph->height - 1 - line) * DOTS_UP;
	unsigned int set = 0;
	char text[4];

	for (across = 0; across < DOTS_ACROSS; across++) {
		size_t high = height_of(graph, column * DOTS_ACROSS + across);

		for (up = 0; up < DOTS_UP; up++)
			if (below + up < high)
				set |= bits[across][up];
	}
	if (!set)
		return;
	/* U+2800 and the bits. */
	text[0] = (char)0xe2;
	text[1] = (char)(0xa0 | set >> 6);
	text[2] = (char)(0x80 | (set & 0x3f));
	text[3] = '\0';
	canvas_text(graph->canvas, graph->x + column, graph->y + line, 1,
		    STYLE_BAR_1, text);
}

static void draw_plain(const struct graph *graph, size_t column, size_t line)
{
	size_t below = (graph->height - 1 - line) * 2;
	size_t high = height_of(graph, column);

	if (high > below)
		canvas_text(graph->canvas, graph->x + column, graph->y + line,
			    1, STYLE_BAR_1, high > below + 1 ? "#" : ".");
}

static void draw_plot(const struct graph *graph)
{
	bool braille = canvas_is_utf8(graph->canvas);
	size_t column, line;

	for (line = 0; line < graph->height; line++)
		for (column = 0; column < graph->width; column++)
			if (braille)
				draw_braille(graph, column, line);
			else
				draw_plain(graph, column, line);
}

static void format_kib(float kib, char text[UNITS_SIZE])
{
	units_format((uint64_t)(kib * 1024), UNITS_SUFFIX, text);
}

static void draw_scale(const struct graph *graph, size_t x)
{
	static const float parts[] = { 1, 0.5, 0 };
	const char *mark = canvas_glyph(graph->canvas, "┤", "|");
	const char *line = canvas_glyph(graph->canvas, "│", "|");
	char text[UNITS_SIZE];
	size_t i;

	for (i = 0; i < graph->height; i++)
		canvas_text(graph->canvas, x + SCALE_COLUMNS - 1, graph->y + i,
			    1, STYLE_DIM, line);
	for (i = 0; i < 3; i++) {
		size_t at = i * (graph->height - 1) / 2;

		/* Between top and bottom only where it is just the middle. */
		if (i == 1 && (graph->height < 5 || graph->height % 2 == 0))
			continue;
		format_kib(graph->low + parts[i] * (graph->high - graph->low),
			   text);
		canvas_printf(graph->canvas, x, graph->y + at,
			      SCALE_COLUMNS - 1, STYLE_DIM, "%*s",
			      SCALE_COLUMNS - 2, text);
		canvas_text(graph->canvas, x + SCALE_COLUMNS - 1,
			    graph->y + at, 1, STYLE_DIM, mark);
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
		format_kib(newest, now);
	format_kib(graph->least, least);
	format_kib(graph->most, most);
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
static void draw_frame(struct graph *graph)
{
	size_t x = graph->x, y = graph->y, width = graph->width;
	bool lines = graph->height >= LINES_LEAST;
	bool scale = graph->width >= SCALE_LEAST;

	if (lines) {
		draw_title(graph, x, y, width);
		graph->y++;
		graph->height -= 2;
	}
	if (scale) {
		graph->x += SCALE_COLUMNS;
		graph->width -= SCALE_COLUMNS;
	}
	graph->dots = graph->width * graph->across;
	if (graph->dots > DOTS_MOST) {
		graph->dots = DOTS_MOST;
		graph->width = DOTS_MOST / graph->across;
	}
	place_samples(graph);
	if (scale)
		draw_scale(graph, x);
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
		.across = canvas_is_utf8(canvas) ? DOTS_ACROSS : 1,
		.up = canvas_is_utf8(canvas) ? DOTS_UP : 2,
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
	draw_frame(&graph);
	draw_plot(&graph);
}
