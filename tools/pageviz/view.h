/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of what is looked at, changed by events and by nothing else.
 */
#ifndef PAGEVIZ_VIEW_H
#define PAGEVIZ_VIEW_H

#include "action.h"
#include "event.h"
#include "layer.h"
#include "theme.h"
#include "world.h"

struct hot;
struct stage;

#define PANES_MOST 4
#define PROMPT_SIZE 256

/* Where the eye is: the place at the middle of the map, and how near. */
struct camera {
	double x, y;		/* in pages, on the world's plane */
	double scale;		/* pixels of a page */
};

struct pane {
	struct map_id map;
	enum colouring by;
	enum layout layout;
	uint32_t row_pages;	/* 0: by itself */
	uint64_t lit;		/* mask of classes shown; 0: all */
	bool fit;		/* the camera follows the world's size */
	struct camera camera;	/* now */
	struct camera target;	/* where it moves to */
	bool settles;		/* and then to whole pixels, if they are near */
	struct box box;		/* of the map, by scene_map_box(), before
				   view_prepare() */
	uint64_t world_serial;	/* of the world that the camera is in */
	bool has_cursor;
	uint64_t cursor;	/* page that keys act on */
};

/* A button is down: what moves with the pointer. */
struct drag {
	enum action action;	/* ACTION_SELECT: the map; ACTION_MINIMAP,
				   ACTION_MOMENT; ACTION_NONE: nothing */
	int pane;
	struct box box;		/* of the hot place it began in */
	int x, y;		/* where the pointer was last */
	bool moved;		/* so far that it is no click */
	enum event_button button;
	unsigned int modifiers;
};

enum prompt_kind { PROMPT_NONE, PROMPT_JUMP, PROMPT_SEARCH };

struct view {
	enum machine_kind machine;	/* that is looked at */
	int width, height;	/* pixels of what is drawn on */
	int unit;		/* pixels of small text: 13 at 96 dpi */
	enum theme_name theme;
	struct pane panes[PANES_MOST];
	size_t pane_count;
	size_t active;
	bool legend;
	bool list;
	bool in_list;		/* keys move the list's cursor */
	size_t list_rows;	/* that there is room for; placed like boxes */
	size_t list_first;	/* row at its top */
	size_t list_cursor;	/* row; [0] is RAM, or a vkernel's */
	struct map_id list_map;	/* what it is at, wherever that goes */
	char search[PROMPT_SIZE];
	enum prompt_kind prompt;
	char typed[PROMPT_SIZE];
	bool help;
	bool hint;		/* the first picture says what there is */
	bool paper;		/* an image: title and scale, nothing to click */
	const char *title;	/* of an image; NULL: made */
	char said[256];		/* one line for people; "" */
	int pointer_x, pointer_y;	/* -1: not over it */
	bool dragging;		/* the map */
	struct drag drag;
	bool has_selection;
	uint64_t selected_pfn;	/* PAGEMAP_PFN_UNKNOWN: no frame */
	struct map_id selected_map;
	uint64_t selected_page;
	size_t moment;		/* index in the history of what is seen */
	bool follow;		/* the newest one */
	bool paused;
	bool has_base;
	uint64_t base_time_ns;	/* of the moment compared to; else the one
				   before */
	double interval_s;
	bool quit;
	bool read_now;		/* wishes, taken back by the loop */
	bool save_now;
	bool maps_changed;
};

void view_init(struct view *view);

/* Of which kind the map of all frames is. */
static inline enum map_kind view_ram_kind(const struct view *view)
{
	return view->machine == MACHINE_GUEST ? MAP_GUEST : MAP_RAM;
}

/* Adds a map beside the others; false: no room. */
bool view_add_map(struct view *view, struct map_id map);

/*
 * Brings the view in line with what there is to see, before each scene, when
 * panes' boxes are placed: cameras stay in their worlds, and where pages got
 * other places the page in the middle stays there.  0 or -ENOMEM.
 */
int view_prepare(struct view *view, struct stage *stage);

/* Something happened.  hot: what the pointer is over, on the last scene. */
void view_take(struct view *view, struct stage *stage,
	       const struct event *event, const struct hot *hot);
/* pane: -1: the one keys act on. */
void view_act(struct view *view, struct stage *stage, enum action action,
	      int pane, int64_t argument);

/* A new moment is in the history; removed: of the oldest went. */
void view_moment_added(struct view *view, struct stage *stage, size_t removed);

/* Moves cameras towards their targets; true: not there yet. */
bool view_animate(struct view *view, double seconds);

/* Cameras are where they move to: an image is drawn of what is meant. */
void view_arrive(struct view *view);

/* Goes to an address, a frame number (RAM), a file or a mapping's name.
 * 0, or -ENOENT and view->said says why. */
int view_jump(struct view *view, struct stage *stage, const char *text);

/* The page of a pane under a point; false: none is there. */
bool view_page_at(const struct view *view, const struct stage *stage,
		  size_t pane, int x, int y, uint64_t *ret_page);

/* No page is seen larger, in pixels. */
#define SCALE_MOST 64

#endif
