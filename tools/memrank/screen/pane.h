/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of the process view, and what they hand to each other: its state,
 * and the four panes that draw parts of it.
 */
#ifndef SCREEN_PANE_H
#define SCREEN_PANE_H

#include "listing.h"
#include "map_rows.h"
#include "mappings.h"
#include "process_view.h"
#include "study.h"

enum pane_number { PANE_MAPPINGS, PANE_SHARERS, PANE_PAGES, PANE_GRAPH,
		   PANE_COUNT };

#define PANE_BIT(name) (1u << PANE_##name)
#define PANES_ALL ((1u << PANE_COUNT) - 1)
#define PANES_LISTS (PANE_BIT(MAPPINGS) | PANE_BIT(SHARERS))

/* A rectangle of the canvas. */
struct box {
	size_t x, y, width, height;
};

struct mappings_pane {
	uint32_t *order;		/* indexes of mappings as they are shown */
	size_t count;
	unsigned int sort;		/* MAPPING_START or a size */
	struct picker picker;
	uint64_t selected_vaddr;	/* the selection holds on to it */
};

struct pages_pane {
	struct map_rows *rows;		/* for this width and zoom */
	enum page_by by;
	unsigned int zoom;
	uint64_t cursor;		/* a page of an area */
	uint64_t wish;			/* go there once the map is read */
	bool has_wish;
	size_t column;			/* where it goes up and down */
	uint64_t top;			/* the first line in sight */
};

struct search {
	bool typing;
	char text[64];			/* UTF-8 */
	size_t length;
	bool missing;			/* nothing matches */
};

struct process_view {
	struct process_view_opts opts;
	bool live;
	pid_t pid;
	enum pane_number pane;
	struct study *studies[STUDY_COUNT];	/* the newest that went well */
	char why[STUDY_COUNT][256];	/* the newest did not; "" it did */
	bool ended;			/* what is shown is the last of it */
	bool asked;			/* to be read again at once */
	uint64_t next_ns[STUDY_COUNT];	/* not again before, to be cheap */
	uint64_t now_ns;		/* of the last refresh */
	size_t width, height;
	struct search search;
	bool help;
	size_t help_top;
	bool to_range;			/* the graph's scale */
	bool total;			/* it is of all processes */
	struct mappings_pane mappings;
	struct picker sharers;
	pid_t sharer_pid;		/* the selected one; 0 none yet */
	struct pages_pane pages;
};

/* One way to look at the process. */
struct pane {
	const char *title;
	enum study_kind study;		/* what it shows */
	void (*draw)(const struct process_view *view, struct canvas *canvas,
		     struct box box);
	/* A key that is in no table, or the mouse; false: means nothing. */
	bool (*event)(struct process_view *view, const struct event *event,
		      struct box box);
	/* After something was read, or the size has changed.  May be NULL. */
	int (*adopt)(struct process_view *view, struct box box);
	/* Lines that can be searched; NULL: none. */
	size_t (*count)(const struct process_view *view);
	bool (*matches)(const struct process_view *view, size_t line,
			const char *text);
	struct picker *(*picker)(struct process_view *view);
	void (*picked)(struct process_view *view);	/* another line */
};

const struct pane *pane_of(enum pane_number number);

extern const struct pane pane_mappings, pane_sharers, pane_pages, pane_graph;

/* ---- process_view.c ---------------------------------------------------- */

/* Where the pane is. */
struct box view_box(const struct process_view *view);

/* Lines of a list in a pane, below its headings. */
size_t list_lines(struct box box);

/* The newest study that has the process's figures and mappings; or NULL. */
const struct study *view_figures(const struct process_view *view);

/* Shows a pane, and has what it needs read. */
void view_show(struct process_view *view, enum pane_number pane);

/* Looks at another process from now on. */
void view_turn_to(struct process_view *view, pid_t pid);

/* ---- view_keys.c ------------------------------------------------------- */

/* What keys do; by this table the last line and the help are drawn. */
struct view_key {
	uint32_t key;
	unsigned int panes;		/* mask of PANE_BIT */
	const char *name;		/* NULL: another key of the row before */
	const char *label;		/* in the last line; NULL: only in help */
	const char *help;
	void (*act)(struct process_view *view);
};

/* NULL past the end. */
const struct view_key *view_key_at(size_t index);

/* Does what a key does; false: it is in no row. */
bool view_key_press(struct process_view *view, uint32_t key);

/* The search is typed: every key is its own. */
void search_event(struct process_view *view, const struct event *event);

/* ---- view_draw.c ------------------------------------------------------- */

/* Lines above the pane and below it, for a height. */
size_t view_lines_above(size_t height);
size_t view_lines_below(size_t height);

/* Lines of the help that cannot be seen. */
size_t view_help_hidden(const struct process_view *view);

/* The pane whose tab stands at a place; PANE_COUNT: none does. */
enum pane_number view_tab_at(const struct process_view *view, size_t x,
			     size_t y);

/* Says in a pane why it has nothing to show. */
void draw_nothing(const struct process_view *view, enum study_kind study,
		  struct canvas *canvas, struct box box);

/* ---- pane_pages.c ------------------------------------------------------ */

/* Shows the pages of the map from an address on. */
void pages_go_to(struct process_view *view, uint64_t vaddr);

void pages_switch(struct process_view *view);
void pages_zoom_in(struct process_view *view);
void pages_zoom_out(struct process_view *view);
void pages_next_area(struct process_view *view);
void pages_previous_area(struct process_view *view);
void pages_next_change(struct process_view *view);
void pages_previous_change(struct process_view *view);

/* ---- pane_mappings.c, pane_sharers.c ----------------------------------- */

void mappings_sort(struct process_view *view);
void mappings_enter(struct process_view *view);
void sharers_enter(struct process_view *view);

/* The name of a row as it is shown: command, else name; escaped. */
void row_title(const struct row *row, char *text, size_t size);

#endif
