/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What memstats -w found, for people: a line for each interval, what they say
 * together, and why something is not known.
 */
#include <errno.h>
#include <string.h>

#include "escape.h"
#include "memstats.h"
#include "table.h"
#include "working_set.h"

enum {
	LINE_PID = 0,
	LINE_INTERVAL = 1 + WSET_FIGURES,
	LINE_METHOD,
	LINE_COLUMNS
};

/* Of a series, printed line by line: with room for ranges, 78 columns. */
static const size_t least_widths[LINE_COLUMNS] = {
	[LINE_PID] = 7,
	[1 + WSET_RSS] = 9,
	[1 + WSET_REFERENCED] = 14,
	[1 + WSET_WRITTEN] = 14,
	[1 + WSET_COLD] = 14,
	[1 + WSET_SHARE] = 14,
	[LINE_INTERVAL] = 8,
};

/* Of one target the pid is in the title. */
static void set_columns(const struct wset *set,
			struct grid_column columns[LINE_COLUMNS])
{
	size_t i;

	columns[LINE_PID] = (struct grid_column){
		set->target_count > 1 ? "PID" : NULL, NULL, GRID_NUMBER,
	};
	for (i = 0; i < WSET_FIGURES; i++)
		columns[1 + i] = (struct grid_column){
			wset_figure_heading((enum wset_figure)i), NULL,
			GRID_SIZE,
		};
	columns[LINE_INTERVAL] = (struct grid_column){
		"INTERVAL", NULL, GRID_TEXT,
	};
	columns[LINE_METHOD] = (struct grid_column){
		"METHOD", NULL, GRID_TEXT,
	};
}

static void add_row(const struct wset *set, const struct wset_target *target,
		    const struct wset_sample *sample, struct grid *grid)
{
	char text[WSET_TIME_SIZE];
	size_t i;

	grid_number(grid, target->pid);
	for (i = 0; i < WSET_FIGURES; i++)
		grid_size(grid, wset_figure_of(&sample->figures,
					       (enum wset_figure)i));
	wset_format_time(sample->interval_ns, text);
	grid_text(grid, text);
	grid_text(grid, set->method_names);
}

static size_t width_of_terminal(void)
{
	size_t width, lines;

	terminal_size(&width, &lines);
	return width;
}

void wset_title(const struct wset_target *target, char *text, size_t size)
{
	const char *name = NULL;

	if (target->row)
		name = target->row->command ? target->row->command :
					      target->row->comm;
	snprintf(text, size, "%d %s", (int)target->pid,
		 name ? name : "(name not known)");
}

void wset_print_title(const struct wset_target *target)
{
	char text[1024], escaped[1024];

	wset_title(target, text, sizeof(text));
	escape_text(text, escaped, sizeof(escaped));
	puts(escaped);
}

/* ---- A series ---------------------------------------------------------- */

static bool is_series(const struct wset *set)
{
	const struct wset_options *options = &set->settings->working_set;

	return options->count > 1 && !options->ages && !options->curve;
}

static void begin_series(const struct wset *set)
{
	size_t i;

	for (i = 0; i < set->target_count; i++)
		if (set->settings->usual.header)
			wset_print_title(&set->targets[i]);
}

static int print_newest(const struct wset *set)
{
	const struct usual *usual = &set->settings->usual;
	struct grid_column columns[LINE_COLUMNS];
	struct grid *grid;
	size_t i;
	int err;

	set_columns(set, columns);
	columns[LINE_METHOD].heading = NULL;
	grid = grid_new(columns, LINE_COLUMNS);
	if (!grid)
		return -ENOMEM;
	grid_set_least(grid, least_widths);
	for (i = 0; i < set->target_count; i++)
		if (wset_is_fresh(&set->targets[i]))
			add_row(set, &set->targets[i], &set->targets[i].samples[
				set->targets[i].count - 1], grid);
	if (!set->printed)
		begin_series(set);
	err = grid_print(grid, usual->units, usual->header && !set->printed, 0,
			 stdout);
	grid_free(grid);
	return err;
}

int wset_print_line(struct wset *set)
{
	const struct settings *settings = set->settings;
	bool fresh = false;
	size_t i;
	int err;

	for (i = 0; i < set->target_count; i++)
		fresh |= wset_is_fresh(&set->targets[i]);
	if (!is_series(set) || settings->usual.json || !fresh)
		return 0;
	if (!settings->usual.csv)
		err = print_newest(set);
	else if (settings->maps || settings->pages)
		return 0;
	else
		err = wset_csv_line(set, !set->printed);
	set->printed = true;
	/* Nobody reads on, or the disk is full: nothing more is measured. */
	return fflush(stdout) || ferror(stdout) ? -EIO : err;
}

static int add_summary(const struct wset_target *target, struct grid *grid)
{
	static const char *const names[] = { "min", "median", "max" };
	struct wset_spread spreads[WSET_FIGURES];
	size_t i, k;
	int err = 0;

	for (i = 0; i < WSET_FIGURES && !err; i++)
		err = wset_spread_of_target(target, (enum wset_figure)i, -1,
					    &spreads[i]);
	for (k = 0; k < 3 && !err; k++) {
		grid_number(grid, target->pid);
		for (i = 0; i < WSET_FIGURES; i++)
			grid_size(grid, k == 0 ? &spreads[i].least :
					k == 1 ? &spreads[i].median :
						 &spreads[i].most);
		grid_text(grid, names[k]);
		grid_text(grid, "");
	}
	return err;
}

static int print_summary(const struct wset *set)
{
	struct grid_column columns[LINE_COLUMNS];
	struct grid *grid;
	size_t i;
	int err = 0;

	set_columns(set, columns);
	columns[LINE_INTERVAL].heading = "OF ALL";
	columns[LINE_METHOD].heading = NULL;
	grid = grid_new(columns, LINE_COLUMNS);
	if (!grid)
		return -ENOMEM;
	grid_set_least(grid, least_widths);
	for (i = 0; i < set->target_count && !err; i++)
		if (set->targets[i].count)
			err = add_summary(&set->targets[i], grid);
	putchar('\n');
	if (!err)
		err = grid_print(grid, set->settings->usual.units,
				 set->settings->usual.header, 0, stdout);
	grid_free(grid);
	return err;
}

/* ---- Why not ----------------------------------------------------------- */

static const struct pagemap_wss_figures *
newest_figures(const struct wset_target *target)
{
	return target->count ? &target->samples[target->count - 1].figures :
			       NULL;
}

/* What the methods do not tell, and which would. */
static void print_untold(const struct wset *set, uint32_t tells,
			 const char *headings)
{
	char who[METHODS_SIZE * 2];

	methods_who_tell(set->source, tells, who, sizeof(who));
	printf("  %s -: %s does not tell it; would: %s\n", headings,
	       set->method_names, who);
}

/* What they do tell, but not here: the first reason of a target. */
static void print_unknown(const struct wset *set, enum wset_figure figure)
{
	size_t i;

	for (i = 0; i < set->target_count; i++) {
		const struct pagemap_wss_figures *figures =
			newest_figures(&set->targets[i]);
		const struct pagemap_value *value;

		if (!figures)
			continue;
		value = wset_figure_of(figures, figure);
		if (value->quality != PAGEMAP_UNAVAILABLE)
			continue;
		printf("  %s -: %s\n", wset_figure_heading(figure),
		       pagemap_reason_describe(value->reason));
		return;
	}
}

static void print_footnotes(const struct wset *set)
{
	uint32_t tells = methods_tell(set->methods);

	if (is_series(set))
		printf("  found by %s\n", set->method_names);
	if (set->settings->usual.source.vkernel)
		puts("  what the guest's kernel used for it, as in read(2), is "
		     "not among these");
	if (!(tells & PAGEMAP_WSS_TELLS_REFERENCED)) {
		print_untold(set, PAGEMAP_WSS_TELLS_REFERENCED,
			     "REFERENCED, COLD, SHARE");
	} else {
		print_unknown(set, WSET_REFERENCED);
		print_unknown(set, WSET_COLD);
		print_unknown(set, WSET_SHARE);
	}
	if (!(tells & PAGEMAP_WSS_TELLS_WRITTEN))
		print_untold(set, PAGEMAP_WSS_TELLS_WRITTEN, "WRITTEN");
	else
		print_unknown(set, WSET_WRITTEN);
}

/* ---- All of it --------------------------------------------------------- */

static int print_once(const struct wset *set, const struct wset_target *target)
{
	const struct usual *usual = &set->settings->usual;
	struct grid_column columns[LINE_COLUMNS];
	struct grid *grid;
	int err;

	if (usual->header)
		wset_print_title(target);
	set_columns(set, columns);
	columns[LINE_PID].heading = NULL;
	grid = grid_new(columns, LINE_COLUMNS);
	if (!grid)
		return -ENOMEM;
	add_row(set, target, &target->samples[target->count - 1], grid);
	err = grid_print(grid, usual->units, usual->header,
			 width_of_terminal(), stdout);
	grid_free(grid);
	return err;
}

static int print_target(const struct wset *set,
			const struct wset_target *target)
{
	const struct wset_options *options = &set->settings->working_set;
	int err = 0;

	if (options->curve)
		err = wset_print_curve(set, target);
	else if (options->ages)
		err = wset_print_ages(set, target);
	else if (!is_series(set))
		err = print_once(set, target);
	if (!err && (set->settings->maps || options->ages))
		err = wset_print_maps(set, target);
	if (!err && set->settings->pages)
		wset_print_pages(set, target);
	return err;
}

int wset_print_text(const struct wset *set)
{
	bool apart = false;
	size_t i;
	int err = is_series(set) ? print_summary(set) : 0;

	for (i = 0; i < set->target_count && !err; i++) {
		if (!set->targets[i].count)
			continue;
		if (apart && !is_series(set))
			putchar('\n');
		apart = true;
		err = print_target(set, &set->targets[i]);
	}
	if (!err && set->settings->usual.header)
		print_footnotes(set);
	return err;
}
