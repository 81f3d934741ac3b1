/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The curve or the series of memstats -w as an SVG.
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memstats.h"
#include "message.h"
#include "svg.h"
#include "working_set.h"

/* Of one target: what it has, uses and writes. */
static const struct {
	enum wset_figure figure;
	const char *name;
	bool backdrop;
} parts[] = {
	{ WSET_RSS, "RSS", true },
	{ WSET_REFERENCED, "referenced", false },
	{ WSET_WRITTEN, "written", false },
};

#define PART_COUNT (sizeof(parts) / sizeof(parts[0]))
#define NAME_SIZE 128

/* RSS that is so many times what is used is not drawn. */
#define OUT_OF_SIGHT 4

struct drawing {
	struct plot plot;
	struct plot_series *series;
	char (*names)[NAME_SIZE];
	char title[256];
	char subtitle[256];
	char at_text[256];
};

/* What is bounded is a band too. */
static struct plot_point point_of(double seconds,
				  const struct pagemap_value *least,
				  const struct pagemap_value *middle,
				  const struct pagemap_value *most)
{
	if (middle->quality == PAGEMAP_UNAVAILABLE)
		return (struct plot_point){ seconds, NAN, NAN, NAN };
	return (struct plot_point){
		seconds, (double)middle->value,
		(double)(least->quality == PAGEMAP_BOUNDED ? least->low :
							     least->value),
		(double)(most->quality == PAGEMAP_BOUNDED ? most->high :
							    most->value),
	};
}

static size_t points_of(const struct wset *set,
			const struct wset_target *target,
			enum wset_figure figure, struct plot_point *points)
{
	struct wset_spread spreads[WSET_POINTS];
	uint64_t lengths_ns[WSET_POINTS];
	size_t i, count = target->count;

	if (set->settings->working_set.curve) {
		count = wset_curve_of(target, figure, set->points, spreads,
				      lengths_ns);
		for (i = 0; i < count; i++)
			points[i] = point_of((double)lengths_ns[i] / 1e9,
					     &spreads[i].least,
					     &spreads[i].median,
					     &spreads[i].most);
		return count;
	}
	for (i = 0; i < count; i++) {
		const struct wset_sample *sample = &target->samples[i];
		const struct pagemap_value *value =
			wset_figure_of(&sample->figures, figure);

		points[i] = point_of((double)sample->at_ns / 1e9, value, value,
				     value);
	}
	return count;
}

static bool is_known(const struct plot_point *points, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!isnan(points[i].bytes))
			return true;
	return false;
}

/* A line, unless nothing of it is known.  0 or -ENOMEM. */
static int add_series(struct drawing *drawing, const struct wset *set,
		      const struct wset_target *target, enum wset_figure figure,
		      const char *name, bool backdrop)
{
	size_t number = drawing->plot.series_count;
	size_t count = target->count > WSET_POINTS ? target->count :
						     WSET_POINTS;
	struct plot_point *points = calloc(count, sizeof(*points));

	if (!points)
		return -ENOMEM;
	count = points_of(set, target, figure, points);
	if (!is_known(points, count)) {
		free(points);
		return 0;
	}
	snprintf(drawing->names[number], NAME_SIZE, "%s", name);
	drawing->series[number] = (struct plot_series){
		drawing->names[number], points, count, backdrop,
	};
	drawing->plot.series_count++;
	return 0;
}

/* "26.4 MiB", as the axis has it. */
static void format_size(uint64_t bytes, char text[UNITS_SIZE])
{
	char number[UNITS_SIZE / 2];
	size_t length = units_format(bytes, UNITS_SUFFIX, number);
	char suffix = number[length - 1];

	snprintf(text, UNITS_SIZE, "%.*s %c%s", (int)length - 1, number, suffix,
		 suffix == 'B' ? "" : "iB");
}

/* "24.8 MiB to 26.9 MiB", "~26.9 MiB": with its quality, in words. */
static void format_value(const struct pagemap_value *value,
			 char text[3 * UNITS_SIZE])
{
	char low[UNITS_SIZE], high[UNITS_SIZE];
	bool bounded = value->quality == PAGEMAP_BOUNDED;

	format_size(bounded ? value->low : value->value, low);
	format_size(bounded ? value->high : value->value, high);
	if (strcmp(low, high) != 0)
		snprintf(text, 3 * UNITS_SIZE, "%s to %s", low, high);
	else
		snprintf(text, 3 * UNITS_SIZE, "%s%s",
			 value->quality == PAGEMAP_ESTIMATED ? "~" : "", high);
}

/* Far above the others it would press them to the ground: it is told. */
static bool is_out_of_sight(struct drawing *drawing,
			    const struct wset_target *target,
			    enum wset_figure figure)
{
	size_t at = strlen(drawing->subtitle);
	const struct wset_sample *newest = &target->samples[target->count - 1];
	uint64_t most = 0, rss = newest->figures.rss.value;
	char size[UNITS_SIZE];
	size_t i;

	for (i = 0; i < target->count; i++) {
		const struct pagemap_value *value =
			wset_figure_of(&target->samples[i].figures, figure);

		if (value->quality != PAGEMAP_UNAVAILABLE && value->value > most)
			most = value->value;
	}
	if (rss / OUT_OF_SIGHT < most)
		return false;
	format_size(rss, size);
	snprintf(drawing->subtitle + at, sizeof(drawing->subtitle) - at,
		 "; RSS %s", size);
	return true;
}

static int add_one(struct drawing *drawing, const struct wset *set)
{
	bool hidden = is_out_of_sight(drawing, &set->targets[0],
				      wset_main_figure(set->methods));
	size_t i;
	int err = 0;

	for (i = hidden ? 1 : 0; i < PART_COUNT && !err; i++)
		err = add_series(drawing, set, &set->targets[0],
				 parts[i].figure, parts[i].name,
				 parts[i].backdrop);
	return err;
}

/* What fits on paper: the kernel's name, and the pid. */
static void short_name(const struct wset_target *target, char name[NAME_SIZE])
{
	if (target->row && target->row->comm)
		snprintf(name, NAME_SIZE, "%s (%d)", target->row->comm,
			 (int)target->pid);
	else
		snprintf(name, NAME_SIZE, "process %d", (int)target->pid);
}

static int add_each(struct drawing *drawing, const struct wset *set)
{
	enum wset_figure figure = wset_main_figure(set->methods);
	char name[NAME_SIZE];
	size_t i;
	int err = 0;

	for (i = 0; i < set->target_count && !err; i++) {
		const struct wset_target *target = &set->targets[i];

		short_name(target, name);
		err = add_series(drawing, set, target, figure, name, false);
	}
	return err;
}

/* Where the curve of the one target becomes flat. */
static void set_flat(struct drawing *drawing, const struct wset *set)
{
	enum wset_figure figure = wset_main_figure(set->methods);
	struct wset_spread spreads[WSET_POINTS];
	struct pagemap_value medians[WSET_POINTS];
	char size[3 * UNITS_SIZE], length[WSET_TIME_SIZE];
	uint64_t lengths_ns[WSET_POINTS];
	size_t i, at, count = wset_curve_of(&set->targets[0], figure,
					    set->points, spreads, lengths_ns);

	for (i = 0; i < count; i++)
		medians[i] = spreads[i].median;
	if (!count || !wset_flattens(medians, count, &at))
		return;
	format_value(&medians[count - 1], size);
	wset_format_time(lengths_ns[at], length);
	drawing->plot.at = (double)lengths_ns[at] / 1e9;
	snprintf(drawing->at_text, sizeof(drawing->at_text),
		 "flat from %s: %s", length, size);
}

static void set_words(struct drawing *drawing, const struct wset *set)
{
	const struct wset_options *options = &set->settings->working_set;
	unsigned long rounds = options->count ? options->count : 1;
	char length[WSET_TIME_SIZE], title[NAME_SIZE];

	wset_format_time(options->interval_ns, length);
	if (set->target_count == 1)
		short_name(&set->targets[0], title);
	else
		snprintf(title, sizeof(title), "%zu processes",
			 set->target_count);
	snprintf(drawing->title, sizeof(drawing->title), "%s%s",
		 options->curve ? "Working set of " : "Used by ", title);
	if (!options->curve)
		snprintf(drawing->subtitle, sizeof(drawing->subtitle),
			 "in each of %lu intervals of %s; found by %s", rounds,
			 length, set->method_names);
	else if (rounds > 1)
		snprintf(drawing->subtitle, sizeof(drawing->subtitle),
			 "median and range of %lu rounds; found by %s", rounds,
			 set->method_names);
	else
		snprintf(drawing->subtitle, sizeof(drawing->subtitle),
			 "found by %s", set->method_names);
}

static int make(struct drawing *drawing, const struct wset *set)
{
	size_t most = set->target_count > PART_COUNT ? set->target_count :
						       PART_COUNT;
	bool curve = set->settings->working_set.curve;

	drawing->series = calloc(most, sizeof(*drawing->series));
	drawing->names = calloc(most, sizeof(*drawing->names));
	if (!drawing->series || !drawing->names)
		return -ENOMEM;
	set_words(drawing, set);
	drawing->plot = (struct plot){
		.title = drawing->title,
		.subtitle = drawing->subtitle,
		.x_title = curve ? "length of the interval (s), each twice "
				   "the one before" : "time (s)",
		.longest = curve ? (double)set->settings->working_set.interval_ns
				   / 1e9 : 0,
		.series = drawing->series,
		.at = NAN,
		.at_text = drawing->at_text,
	};
	if (curve && set->target_count == 1)
		set_flat(drawing, set);
	return set->target_count == 1 ? add_one(drawing, set) :
					add_each(drawing, set);
}

static int write_file(const struct drawing *drawing, const char *name)
{
	FILE *out = fopen(name, "we");
	bool failed = !out;

	if (out) {
		plot_write_svg(&drawing->plot, out);
		failed = ferror(out);
		failed |= fclose(out) != 0;
	}
	if (!failed)
		return 0;
	message("cannot write %s: %s", name, strerror(errno));
	return EXIT_NOTHING;
}

int wset_plot_check(const char *name)
{
	/* Appending leaves what is there as it is until there is better. */
	int fd = open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	struct stat status;

	if (fd < 0) {
		message("cannot write %s: %s", name, strerror(errno));
		return EXIT_NOTHING;
	}
	/* One that was made just now. */
	if (!fstat(fd, &status) && S_ISREG(status.st_mode) && !status.st_size)
		unlink(name);
	close(fd);
	return 0;
}

int wset_plot(const struct wset *set)
{
	struct drawing drawing = { .plot.series_count = 0 };
	int err = make(&drawing, set), status = EXIT_NOTHING;
	size_t i;

	if (err)
		message("%s", strerror(-err));
	else
		status = write_file(&drawing, set->settings->working_set.plot);
	for (i = 0; i < drawing.plot.series_count; i++)
		free((void *)drawing.series[i].points);
	free(drawing.series);
	free(drawing.names);
	return status;
}
