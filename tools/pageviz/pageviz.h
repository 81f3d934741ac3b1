/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What pageviz was asked to do.
 */
#ifndef PAGEVIZ_H
#define PAGEVIZ_H

#include "layer.h"
#include "named_group.h"
#include "theme.h"
#include "usual.h"
#include "view.h"
#include "world.h"

struct settings;

/* One thing that pageviz does; gives the exit status. */
typedef int (*run_fn)(const struct settings *settings,
		      struct pagemap_source *source);

/* What -o writes, by the ending of its name. */
enum output_kind {
	OUTPUT_NONE,
	OUTPUT_PNG,
	OUTPUT_SVG,
	OUTPUT_TEXT,		/* the scene, item by item */
};

struct settings {
	struct usual usual;
	run_fn run;
	char **words;			/* pids and names; borrowed */
	int word_count;
	bool physical;			/* a map of RAM, after those */
	const char *out;		/* the file of -o; NULL: none */
	enum output_kind output;
	bool as_window;			/* an image of all that a window shows */
	enum colouring by[PANES_MOST];	/* of the maps; the last one is that of */
	size_t by_count;		/* the others too; 0: as each comes */
	bool has_layout;
	enum layout layout;
	uint32_t row_pages;		/* 0: by itself */
	const char *show;		/* names of classes; NULL: all */
	const char *at;			/* where to; NULL: all of the map */
	double zoom;			/* pixels of a page; 0: all of it fits */
	bool has_zoom;
	int width, height;		/* 0: not given */
	int text_size;			/* 0: by the size of the image */
	bool has_theme;
	enum theme_name theme;
	const char *title;		/* NULL: made */
	const char *keys;		/* a script of events; NULL */
	double interval_s;		/* 0: not given */
	uint64_t history_bytes;
	unsigned long moments;		/* before an image is drawn; 0: not given */
	struct named_group *groups;
	size_t group_count;
	uint32_t methods;		/* that were named; 0 */
	bool list_methods;
	bool yes;			/* a method may disturb */
	bool plain_font;
	bool stats;
};

/* Reads the command line; -1 to go on, else the exit status. */
int settings_read(struct settings *settings, int argc, char **argv);
void settings_free(struct settings *settings);

/* Whose processes are looked at: a vkernel's, or those of its host where that
 * one's RAM is wanted. */
enum machine_kind settings_machine(const struct settings *settings);

/* Maps that are wanted besides those of words. */
size_t settings_frame_maps(const struct settings *settings);

/* Whether ages of pages are asked for, which takes a method. */
bool settings_want_ages(const struct settings *settings);

/* ---- What options take: settings_take.c --------------------------------
 * 0, or an exit status after a message. */

int take_output(struct settings *settings, const char *text);
int take_colours(struct settings *settings, const char *text);
int take_layout(struct settings *settings, const char *text);
int take_row(struct settings *settings, const char *text);
int take_zoom(struct settings *settings, const char *text);
int take_size(struct settings *settings, const char *text);
int take_text_size(struct settings *settings, const char *text);
int take_theme(struct settings *settings, const char *text);
int take_interval(struct settings *settings, const char *text);
int take_history(struct settings *settings, const char *text);
int take_moments(struct settings *settings, const char *text);

/* ---- What pageviz does: each gives the exit status -------------------- */

/* Draws a file, or says what would be drawn in JSON or CSV: once.c. */
int draw_once(const struct settings *settings, struct pagemap_source *source);

/* Shows a window until it is closed: live.c. */
int show_window(const struct settings *settings, struct pagemap_source *source);

/* Lists the ways to find accesses. */
int list_methods(const struct settings *settings, struct pagemap_source *source);

#endif
