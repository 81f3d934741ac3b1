/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside the view's room: the parts of a view that changes.  What there is to
 * see (worlds, layers) is asked of the stage; nothing here keeps it.
 */
#ifndef PAGEVIZ_VIEW_INSIDE_H
#define PAGEVIZ_VIEW_INSIDE_H

#include "action.h"
#include "stage.h"

/* Pages are so large, in letters, that single ones are meant. */
#define NEAR_UNITS (4.0 / 13)

/* One line for people, in place of the last one. */
void view_say(struct view *view, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A page for people: "0x7f12a000", "PFN 0x1234". */
void page_name(const struct stage_pane *of, uint64_t page, char text[32]);

/* ---- camera.c ---------------------------------------------------------- */

/* Whether there is a map with a box, for cameras to be in. */
bool camera_can(const struct pane *pane, const struct world *world);

/* From where all of a world is seen. */
struct camera camera_of_all(const struct pane *pane, const struct world *world);
void camera_fit(struct pane *pane, const struct world *world);

/* Steps of a wheel nearer, with what is at a pixel staying there. */
void camera_zoom(struct pane *pane, const struct world *world, double steps,
		 int x, int y);

/* By pixels: at once, as a hand moves it, or smoothly. */
void camera_drag(struct pane *pane, const struct world *world, int x, int y);
void camera_pan(struct pane *pane, const struct world *world, double x,
		double y);

/* Smoothly to where a place is in the middle; scale 0: as near as now. */
void camera_go(struct pane *pane, const struct world *world, double x, double y,
	       double scale);
/* Only as far as is needed to see a place well. */
void camera_show(struct pane *pane, const struct world *world, double x,
		 double y);

/* Where a camera may be: the map never gets lost. */
void camera_clamp(const struct pane *pane, const struct world *world,
		  struct camera *camera);

/* A pixel as a place. */
double camera_place_x(const struct pane *pane, double x);
double camera_place_y(const struct pane *pane, double y);

/* True: not there yet. */
bool camera_move(struct pane *pane, double seconds);

/* ---- act.c, and what it does by parts ---------------------------------- */

/* What an action acts on. */
struct acting {
	struct view *view;
	struct stage *stage;
	struct pane *pane;
	size_t index;			/* of the pane */
	struct stage_pane of;
	int64_t argument;
};

/* select.c */
void select_page(struct view *view, size_t pane, const struct stage_pane *of,
		 uint64_t page);
/* The frame of the page selected is another one at another moment. */
void select_refresh(struct view *view, struct stage *stage);
/* The page that keys mean: under the cursor, the pointer; false: none. */
bool select_meant(const struct acting *acting, uint64_t *ret_page);
void set_cursor(struct pane *pane, const struct world *world, uint64_t page);
void act_select(struct acting *acting);
void act_cursor_x(struct acting *acting);
void act_cursor_y(struct acting *acting);
void act_ends(struct acting *acting);

/* classes.c */
void act_only(struct acting *acting);
void act_also(struct acting *acting);
void act_all(struct acting *acting);
void act_next_class(struct acting *acting);
void act_class_here(struct acting *acting);
void act_next_odd(struct acting *acting);

/* time.c */
void act_pause(struct acting *acting);
void act_interval(struct acting *acting);
void act_read(struct acting *acting);
void act_step(struct acting *acting);
void act_moment(struct acting *acting);
void act_base(struct acting *acting);

/* maps.c */
void act_open(struct acting *acting);
void act_open_beside(struct acting *acting);
void act_close_map(struct acting *acting);
void act_next_map(struct acting *acting);
void act_map(struct acting *acting);

/* list.c */
void act_list(struct acting *acting);
void act_search(struct acting *acting);
void act_list_move(struct acting *acting);
/* False: it has no meaning of its own there. */
bool list_key(struct view *view, struct stage *stage, uint32_t key);
/* What is where the list's cursor is; false: nothing. */
bool list_chosen(const struct view *view, struct stage *stage,
		 struct map_id *ret_map);
void list_scroll(struct view *view, struct stage *stage, int rows);
void list_refresh(struct view *view, struct stage *stage);
void list_begin(struct view *view, struct stage *stage);
/* The cursor to a map's row, if it is there. */
void list_choose(struct view *view, struct stage *stage, struct map_id map);

/* prompt.c */
void prompt_open(struct view *view, enum prompt_kind kind);
void prompt_key(struct view *view, struct stage *stage, uint32_t key);
void act_jump(struct acting *acting);

#endif
