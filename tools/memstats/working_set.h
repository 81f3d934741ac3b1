/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memstats -w: what was asked, what was measured of each target, and what its
 * parts do with it.  How pages are found to be used is the library's matter.
 */
#ifndef MEMSTATS_WORKING_SET_H
#define MEMSTATS_WORKING_SET_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "grid.h"
#include "methods.h"

struct settings;
struct row;

/* Points of a curve at most, each twice as long as the one before. */
#define WSET_POINTS 12

/* "12.8 s", "50 ms". */
#define WSET_TIME_SIZE 32

struct wset_options {
	uint64_t interval_ns;
	unsigned long count;		/* 0: not given */
	uint32_t methods;		/* mask; 0: not given */
	bool list_methods;
	bool curve;
	bool ages;
	const char *plot;		/* NULL: none */
};

/* What one look at a target found. */
struct wset_sample {
	uint64_t interval_ns;
	uint64_t forget_ns;
	uint64_t read_ns;
	uint64_t at_ns;			/* since the first interval began */
	unsigned int point;		/* of the curve */
	struct pagemap_wss_figures figures;
};

struct wset_target {
	pid_t pid;
	size_t index;			/* in what the library finds */
	const struct row *row;		/* NULL: nothing is known of it */
	enum pagemap_status status;	/* of the last look */
	struct wset_sample *samples;
	size_t count;
};

/* All that was asked and found. */
struct wset {
	const struct settings *settings;
	struct pagemap_source *source;
	const struct pagemap_snapshot *snapshot;	/* for names */
	uint32_t methods;
	char method_names[METHODS_SIZE];
	struct wset_target *targets;
	size_t target_count;
	size_t points;			/* of the curve */
	uint64_t lengths_ns[WSET_POINTS];
	/* The last that found something, for the mappings; NULL: none. */
	struct pagemap_working_set *last;
	bool printed;			/* a line of the series, or its heading */
	bool interrupted;		/* by a signal */
};

/* ---- What is asked: working_set_options.c ------------------------------ */

/* These give 0, or an exit status after a message. */
int wset_take_interval(struct settings *settings, const char *text);
int wset_take_count(struct settings *settings, const char *text);
int wset_take_methods(struct settings *settings, const char *text);
int wset_check(const struct settings *settings);

/* Prints what methods there are. */
int wset_list_methods(struct settings *settings, struct pagemap_source *source);

/* An option that goes with -w alone and was given; NULL: none. */
const char *wset_option_given(const struct settings *settings);

/* ---- Measuring: working_set_measure.c ----------------------------------- */

/* Fills in all but settings, source and targets.  0, or an exit status. */
int wset_measure(struct wset *set, unsigned long rounds);

/* ---- Figures: working_set_figures.c ------------------------------------ */

/* The columns of sizes, in the order that all views have. */
enum wset_figure {
	WSET_RSS,
	WSET_REFERENCED,
	WSET_WRITTEN,
	WSET_COLD,
	WSET_SHARE,
	WSET_FIGURES
};

const char *wset_figure_heading(enum wset_figure figure);
const char *wset_figure_key(enum wset_figure figure);
const struct pagemap_value *
wset_figure_of(const struct pagemap_wss_figures *figures,
	       enum wset_figure figure);

/* The figure that a curve is of: what the methods tell. */
enum wset_figure wset_main_figure(uint32_t methods);

/* Adds each size; a sum is unknown where one of them is. */
void wset_figures_add(struct pagemap_wss_figures *sum,
		      const struct pagemap_wss_figures *figures);

/* Of several measurements; those that are not known are left out. */
struct wset_spread {
	struct pagemap_value least;
	struct pagemap_value median;
	struct pagemap_value most;
	size_t known;
};

/* Sorts the values. */
void wset_spread_of(struct pagemap_value *values, size_t count,
		    struct wset_spread *ret_spread);

/* Of a target's samples, or (point >= 0) those at a point of the curve. */
int wset_spread_of_target(const struct wset_target *target,
			  enum wset_figure figure, int point,
			  struct wset_spread *ret_spread);

/*
 * Where a curve becomes flat: the first point from which on no doubling adds
 * 5 %.  False if the last one does, or there is none.
 */
bool wset_flattens(const struct pagemap_value *points, size_t count,
		   size_t *ret_point);

void wset_format_time(uint64_t ns, char text[WSET_TIME_SIZE]);

/* Whether the last look at a target found something. */
bool wset_is_fresh(const struct wset_target *target);

/* Whether all that the methods tell of a target is exact. */
bool wset_is_exact(const struct wset *set, const struct wset_target *target);

/* ---- Views ------------------------------------------------------------- */

/* One after the other, as they come; the newest sample of each target. */
int wset_print_line(struct wset *set);

/* The rest, when all is measured.  0 or -ENOMEM. */
int wset_print_text(const struct wset *set);
int wset_print_maps(const struct wset *set, const struct wset_target *target);
int wset_print_curve(const struct wset *set, const struct wset_target *target);
int wset_print_ages(const struct wset *set, const struct wset_target *target);
void wset_print_pages(const struct wset *set, const struct wset_target *target);
void wset_csv_pages(const struct wset *set);
struct json *wset_json_pages(const struct wset *set,
			     const struct wset_target *target, size_t number);
int wset_csv(const struct wset *set);

/* The newest samples, with the headings before the first line. */
int wset_csv_line(const struct wset *set, bool first);
int wset_json(const struct wset *set);

/* Who it is: "1234 redis-server *:6379". */
void wset_title(const struct wset_target *target, char *text, size_t size);
void wset_print_title(const struct wset_target *target);

/* The points of a curve that were measured.  Gives how many. */
size_t wset_curve_of(const struct wset_target *target, enum wset_figure figure,
		     size_t points, struct wset_spread spreads[WSET_POINTS],
		     uint64_t lengths_ns[WSET_POINTS]);

/*
 * Writes the SVG that was asked for; checks, before all that is measured,
 * whether a file can be written.  0, or an exit status.
 */
int wset_plot(const struct wset *set);
int wset_plot_check(const char *name);

/* The process of a target in the last that was found; false: none. */
bool wset_last_process(const struct wset *set, const struct wset_target *target,
		       struct pagemap_wss_process *ret_process);

#endif
