/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A plot as an SVG, see svg.h.  Every length is in units of the picture, of
 * which there are WIDTH by HEIGHT.
 */
#include "svg.h"

#include <math.h>
#include <string.h>

#include "escape.h"

#define WIDTH 760.0
#define PLOT_HEIGHT 320.0
#define LEFT 74.0
#define RIGHT 28.0
#define TOP 62.0		/* above the legend */
#define BOTTOM 58.0
#define LEGEND_LINE 20.0
#define LETTER 6.6		/* about what one takes, for the legend */
#define TEXT_SIZE 1024
#define TITLE_LETTERS 78	/* that fit above the plot */

#define STYLES 6		/* of lines; then they come again */

static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB" };

struct drawing {
	const struct plot *plot;
	FILE *out;
	double x_low, x_high;	/* seconds, or their logarithms */
	double y_high;		/* in units of bytes */
	double y_step;
	double unit;		/* bytes */
	const char *unit_name;
	double top;		/* of the plot: below the legend */
};

/* The colours of Okabe and Ito, which the colour-blind tell apart too. */
static const char style[] =
	"<style>\n"
	"text{font-family:Inter,Helvetica,Arial,'DejaVu Sans',sans-serif;"
	"font-size:12px;fill:#3b4048}\n"
	".title{font-size:17px;font-weight:600;fill:#16181d}\n"
	".paper{fill:#fff}.grid{stroke:#e3e6ea;stroke-width:1}"
	".axis{stroke:#8a919c;stroke-width:1.2}\n"
	".line{fill:none;stroke-width:2.2;stroke-linejoin:round;"
	"stroke-linecap:round}\n"
	".back{fill:none;stroke:#8a919c;stroke-width:1.4;"
	"stroke-dasharray:6 4}\n"
	".at{stroke:#16181d;stroke-width:1;stroke-dasharray:2 3}"
	".band{opacity:.18}\n"
	".c0{stroke:#0072b2}.c1{stroke:#d55e00}.c2{stroke:#009e73}"
	".c3{stroke:#cc79a7}.c4{stroke:#e69f00}.c5{stroke:#56b4e9}\n"
	".f0{fill:#0072b2}.f1{fill:#d55e00}.f2{fill:#009e73}"
	".f3{fill:#cc79a7}.f4{fill:#e69f00}.f5{fill:#56b4e9}\n"
	"@media (prefers-color-scheme:dark){text{fill:#b9c0ca}"
	".title{fill:#f2f4f7}.paper{fill:#16181d}.grid{stroke:#2b3038}"
	".at{stroke:#f2f4f7}\n"
	".c0{stroke:#4aa8e0}.f0{fill:#4aa8e0}"
	".c1{stroke:#ff8a3d}.f1{fill:#ff8a3d}"
	".c2{stroke:#2cc79a}.f2{fill:#2cc79a}}\n"
	"</style>\n";

/* At most so many letters of a text of a process, as XML has it. */
static void put_text(const char *text, size_t letters, FILE *out)
{
	char escaped[TEXT_SIZE];
	size_t i, length = escape_text(text, escaped, sizeof(escaped));
	size_t fit = escape_fit(escaped, letters);

	for (i = 0; i < fit; i++)
		switch (escaped[i]) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		default:
			putc(escaped[i], out);
		}
	if (fit < length)
		fputs("…", out);
}

/* ---- Scales ------------------------------------------------------------ */

/* The least of 1, 2 and 5 times a power of ten that is at least this. */
static double round_step(double least)
{
	double ten = pow(10, floor(log10(least)));
	double times = least / ten;

	return ten * (times <= 1 ? 1 : times <= 2 ? 2 : times <= 5 ? 5 : 10);
}

static double place_x(const struct drawing *drawing, double seconds)
{
	double x = drawing->plot->longest > 0 ? log2(seconds) : seconds;
	double range = drawing->x_high - drawing->x_low;

	return LEFT + (range > 0 ? (x - drawing->x_low) / range : 0.5) *
		      (WIDTH - LEFT - RIGHT);
}

static double place_y(const struct drawing *drawing, double bytes)
{
	return drawing->top + PLOT_HEIGHT *
	       (1 - bytes / drawing->unit / drawing->y_high);
}

static void set_unit(struct drawing *drawing, double most)
{
	size_t i = 0;

	drawing->unit = 1;
	while (i + 1 < sizeof(units) / sizeof(units[0]) &&
	       most / drawing->unit >= 1024) {
		drawing->unit *= 1024;
		i++;
	}
	drawing->unit_name = units[i];
	most = fmax(most / drawing->unit, 1e-9);
	drawing->y_step = round_step(most / 6);
	/* A little air above the highest line. */
	drawing->y_high = ceil(most * 1.04 / drawing->y_step) *
			  drawing->y_step;
}

static void set_scales(struct drawing *drawing)
{
	const struct plot *plot = drawing->plot;
	double most = 0, low = INFINITY, high = -INFINITY;
	size_t i, k;

	for (i = 0; i < plot->series_count; i++)
		for (k = 0; k < plot->series[i].count; k++) {
			const struct plot_point *point =
				&plot->series[i].points[k];

			low = fmin(low, point->x);
			high = fmax(high, point->x);
			if (!isnan(point->bytes))
				most = fmax(most, fmax(point->high,
						       point->bytes));
		}
	set_unit(drawing, most);
	drawing->x_low = 0;
	drawing->x_high = high;
	if (plot->longest > 0) {
		double longest = log2(plot->longest);

		/* From a tick to a tick, and to what came late. */
		drawing->x_low = fmin(log2(low), longest -
				      round(longest - log2(low)));
		drawing->x_high = fmax(log2(high), longest);
	}
	if (!isfinite(drawing->x_low) || !isfinite(drawing->x_high)) {
		drawing->x_low = 0;
		drawing->x_high = 1;
	}
}

/* ---- Axes -------------------------------------------------------------- */

static void draw_y_axis(const struct drawing *drawing)
{
	double bottom = drawing->top + PLOT_HEIGHT;
	double value;
	int i;

	for (i = 0; (value = i * drawing->y_step) <= drawing->y_high * 1.0001;
	     i++) {
		double y = place_y(drawing, value * drawing->unit);

		fprintf(drawing->out, "<path class=\"%s\" d=\"M%.1f %.1fH%.1f\""
			"/><text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%g"
			"</text>\n", i ? "grid" : "axis", LEFT, y,
			WIDTH - RIGHT, LEFT - 9, y + 4, value);
	}
	fprintf(drawing->out, "<text transform=\"translate(20 %.1f) "
		"rotate(-90)\" text-anchor=\"middle\">memory (%s)</text>\n",
		(drawing->top + bottom) / 2, drawing->unit_name);
}

static void draw_tick(const struct drawing *drawing, double seconds,
		      bool labelled)
{
	double x = place_x(drawing, seconds);
	double bottom = drawing->top + PLOT_HEIGHT;

	fprintf(drawing->out, "<path class=\"axis\" d=\"M%.1f %.1fv5\"/>", x,
		bottom);
	if (labelled)
		fprintf(drawing->out, "<text x=\"%.1f\" y=\"%.1f\" "
			"text-anchor=\"middle\">%.3g</text>", x, bottom + 20,
			seconds);
	putc('\n', drawing->out);
}

/* Halvings of the longest interval, all of them where there is room. */
static void draw_doublings(const struct drawing *drawing)
{
	double seconds = drawing->plot->longest;
	double count = log2(seconds) - drawing->x_low;
	int i, every = count > 12.5 ? 2 : 1;

	/* What came a little late is drawn beside its tick. */
	for (i = 0; i <= count + 0.001; i++, seconds /= 2)
		draw_tick(drawing, seconds, i % every == 0);
}

static void draw_steps(const struct drawing *drawing)
{
	double step = round_step(fmax(drawing->x_high, 1e-3) / 8);
	int i;

	for (i = 0; i * step <= drawing->x_high * 1.0001; i++)
		draw_tick(drawing, i * step, true);
}

static void draw_x_axis(const struct drawing *drawing)
{
	if (drawing->plot->longest > 0)
		draw_doublings(drawing);
	else
		draw_steps(drawing);
	fprintf(drawing->out, "<text x=\"%.1f\" y=\"%.1f\" "
		"text-anchor=\"middle\">", (LEFT + WIDTH - RIGHT) / 2,
		drawing->top + PLOT_HEIGHT + 44);
	put_text(drawing->plot->x_title, TITLE_LETTERS, drawing->out);
	fputs("</text>\n", drawing->out);
}

/* ---- Lines ------------------------------------------------------------- */

/* Told apart without colours too: round, square, up, down, lozenge, ring. */
static void draw_mark(const struct drawing *drawing, size_t number, double x,
		      double y)
{
	static const char *const shapes[STYLES] = {
		"m-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z",
		"m-3.6 -3.6h7.2v7.2h-7.2z", "m0 -4.6l4.6 8h-9.2z",
		"m0 4.6l4.6 -8h-9.2z", "m0 -5l5 5l-5 5l-5 -5z",
		"m-4 0h8m-4 -4v8",
	};
	size_t of = number % STYLES;

	fprintf(drawing->out, "<path class=\"f%zu c%zu\" d=\"M%.1f %.1f%s\"/>",
		of, of, x, y, shapes[of]);
}

/* What was least and most, there and back. */
static void draw_band(const struct drawing *drawing,
		      const struct plot_series *series, size_t number)
{
	size_t i, drawn = 0;
	bool spread = false;

	for (i = 0; i < series->count; i++)
		spread |= series->points[i].high > series->points[i].low;
	if (!spread)
		return;
	fprintf(drawing->out, "<path class=\"band f%zu\" d=\"",
		number % STYLES);
	for (i = 0; i < 2 * series->count; i++) {
		bool back = i >= series->count;
		const struct plot_point *point = &series->points[
			back ? 2 * series->count - 1 - i : i];

		if (isnan(point->bytes))
			continue;
		fprintf(drawing->out, "%c%.1f %.1f", drawn++ ? 'L' : 'M',
			place_x(drawing, point->x),
			place_y(drawing, back ? point->low : point->high));
	}
	fputs("z\"/>\n", drawing->out);
}

static void draw_series(const struct drawing *drawing,
			const struct plot_series *series, size_t number)
{
	bool pen_down = false;
	size_t i;

	draw_band(drawing, series, number);
	if (series->backdrop)
		fputs("<path class=\"back\" d=\"", drawing->out);
	else
		fprintf(drawing->out, "<path class=\"line c%zu\" d=\"",
			number % STYLES);
	for (i = 0; i < series->count; i++) {
		const struct plot_point *point = &series->points[i];

		if (!isnan(point->bytes))
			fprintf(drawing->out, "%c%.1f %.1f",
				pen_down ? 'L' : 'M',
				place_x(drawing, point->x),
				place_y(drawing, point->bytes));
		pen_down = !isnan(point->bytes);
	}
	fputs("\"/>\n", drawing->out);
	for (i = 0; i < series->count && !series->backdrop; i++)
		if (!isnan(series->points[i].bytes))
			draw_mark(drawing, number,
				  place_x(drawing, series->points[i].x),
				  place_y(drawing, series->points[i].bytes));
	putc('\n', drawing->out);
}

static void draw_at(const struct drawing *drawing)
{
	const struct plot *plot = drawing->plot;
	double x, bottom = drawing->top + PLOT_HEIGHT;
	bool left;

	if (isnan(plot->at))
		return;
	x = place_x(drawing, plot->at);
	left = x > (LEFT + WIDTH - RIGHT) / 2;
	fprintf(drawing->out, "<path class=\"at\" d=\"M%.1f %.1fV%.1f\"/>"
		"<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x,
		drawing->top, bottom, left ? x - 7 : x + 7, bottom - 10,
		left ? "end" : "start");
	put_text(plot->at_text, TITLE_LETTERS, drawing->out);
	fputs("</text>\n", drawing->out);
}

/* ---- Words ------------------------------------------------------------- */

/* Where the next name of the legend goes; a new line where it does not fit. */
static void next_place(const char *name, double *x, double *y, double *ret_x,
		       double *ret_y)
{
	double width = 46 + LETTER * (double)escape_width(name);

	if (*x > LEFT && *x + width > WIDTH - RIGHT) {
		*x = LEFT;
		*y += LEGEND_LINE;
	}
	*ret_x = *x;
	*ret_y = *y;
	*x += width;
}

/* drawing NULL: only measures.  Gives where the legend ends. */
static double draw_legend(const struct plot *plot,
			  const struct drawing *drawing)
{
	double x = LEFT, y = TOP + 8, at_x, at_y;
	size_t i, number = 0;

	for (i = 0; i < plot->series_count; i++) {
		const struct plot_series *series = &plot->series[i];

		next_place(series->name, &x, &y, &at_x, &at_y);
		if (!drawing)
			continue;
		if (series->backdrop)
			fputs("<path class=\"back\"", drawing->out);
		else
			fprintf(drawing->out, "<path class=\"line c%zu\"",
				number % STYLES);
		fprintf(drawing->out, " d=\"M%.1f %.1fh24\"/>", at_x, at_y - 4);
		if (!series->backdrop)
			draw_mark(drawing, number++, at_x + 12, at_y - 4);
		fprintf(drawing->out, "<text x=\"%.1f\" y=\"%.1f\">", at_x + 30,
			at_y);
		put_text(series->name, TITLE_LETTERS, drawing->out);
		fputs("</text>\n", drawing->out);
	}
	return y;
}

static void draw_titles(const struct drawing *drawing)
{
	const struct plot *plot = drawing->plot;

	fprintf(drawing->out, "<text class=\"title\" x=\"%.1f\" y=\"28\">",
		LEFT);
	put_text(plot->title, TITLE_LETTERS - 16, drawing->out);
	fputs("</text>\n", drawing->out);
	if (!plot->subtitle)
		return;
	fprintf(drawing->out, "<text x=\"%.1f\" y=\"47\">", LEFT);
	put_text(plot->subtitle, TITLE_LETTERS + 16, drawing->out);
	fputs("</text>\n", drawing->out);
}

void plot_write_svg(const struct plot *plot, FILE *out)
{
	struct drawing drawing = { .plot = plot, .out = out };
	double height;
	size_t i, number = 0;

	drawing.top = draw_legend(plot, NULL) + 16;
	height = drawing.top + PLOT_HEIGHT + BOTTOM;
	set_scales(&drawing);
	fprintf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" "
		"viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\"%.0f\" "
		"role=\"img\">\n<title>", WIDTH, height, WIDTH, height);
	put_text(plot->title, TEXT_SIZE, out);
	fprintf(out, "</title>\n%s<rect class=\"paper\" width=\"100%%\" "
		"height=\"100%%\"/>\n", style);
	draw_titles(&drawing);
	draw_legend(plot, &drawing);
	draw_y_axis(&drawing);
	draw_x_axis(&drawing);
	draw_at(&drawing);
	for (i = 0; i < plot->series_count; i++) {
		draw_series(&drawing, &plot->series[i], number);
		number += !plot->series[i].backdrop;
	}
	fputs("</svg>\n", out);
}
