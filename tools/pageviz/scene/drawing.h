/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside the scene's room: a scene while it is drawn, the tools it is drawn
 * with, and its parts, each drawn into boxes that scene_place() gave it.
 * Failing (no memory) is kept in the scene and told at the end.
 */
#ifndef PAGEVIZ_DRAWING_H
#define PAGEVIZ_DRAWING_H

#include "scene.h"
#include "stage.h"
#include "theme.h"
#include "units.h"
#include "view.h"

/* Where the parts of a pane lie; of no width: it has none. */
struct pane_place {
	struct box all;
	struct box head;
	struct box gutter;
	struct box map;
	struct box legend;	/* on paper each map has its own, */
	bool legend_below;	/* beside or below it */
};

struct place {
	struct box title;	/* of paper */
	struct box scale;
	struct box list;
	struct box legend;	/* of the active pane */
	bool legend_below;	/* it is wide and flat */
	struct box time;
	struct pane_place panes[PANES_MOST];
};

/* Follows from the view alone. */
void scene_place(const struct view *view, struct place *ret_place);

struct drawing {
	struct scene *scene;
	struct stage *stage;
	const struct view *view;
	struct type *type;
	const struct theme *theme;
	struct place place;
	int unit;
	int line;		/* pixels of a thin line */
};

/* ---- scene.c: the list ------------------------------------------------- */

void draw_fill(struct drawing *d, struct box box, struct colour colour);
void draw_frame(struct drawing *d, struct box box, int line,
		struct colour colour);
void draw_clip(struct drawing *d, struct box box);
void draw_unclip(struct drawing *d);
void draw_hot(struct drawing *d, struct box box, enum action action,
	      size_t pane, int64_t argument, const char *hint);

/* Adds an item as it is; what it points to must outlive the scene or be of
 * scene_keep. */
void draw_item(struct drawing *d, struct item item);

/* Memory as long as the scene's; NULL: none, and the scene has failed. */
void *scene_keep(struct drawing *d, size_t size);
const char *scene_keep_text(struct drawing *d, const char *text);

/* ---- letters.c --------------------------------------------------------- */

struct ink_style {
	enum face face;
	int size;
	struct colour colour;
};

/* Small text, and a heading's. */
struct ink_style style_text(const struct drawing *d);
struct ink_style style_dim(const struct drawing *d);
struct ink_style style_bold(const struct drawing *d);
struct ink_style style_mono(const struct drawing *d);
struct ink_style style_warning(const struct drawing *d);

/* Draws a text, cut to width with an ellipsis at its end; gives the pixels
 * that it took. */
int draw_text(struct drawing *d, int x, int y, int width,
	      struct ink_style style, const char *text);

/* The same, ending at right; or in the middle of a box. */
int draw_text_right(struct drawing *d, int right, int y, int width,
		    struct ink_style style, const char *text);
void draw_text_middle(struct drawing *d, struct box box,
		      struct ink_style style, const char *text);

/* In as many lines as it takes, at most lines; gives how many.  measure: draws
 * nothing. */
int draw_wrapped(struct drawing *d, int x, int y, int width, int lines,
		 struct ink_style style, const char *text, bool measure);

int text_width(struct drawing *d, struct ink_style style, const char *text);

/* Where letters of a size begin so that they stand in the middle of a line. */
int text_top(struct drawing *d, struct ink_style style, int y, int height);

/* Pixels of a line of small text with the air it needs. */
int line_height(const struct drawing *d);

/* "12345678" as "12,345,678"; text has room for 32. */
void format_count(uint64_t count, char *text);
/* "12:03:04", local time; text has room for 32. */
void format_time(uint64_t time_ns, char *text);

/* ---- the parts --------------------------------------------------------- */

/* The colour of a class as the pane shows it: dimmed where it is filtered
 * out. */
struct colour class_colour(const struct drawing *d, const struct layer *layer,
			   uint64_t lit, unsigned int class_of);

void draw_map(struct drawing *d, size_t pane);
void draw_gutter(struct drawing *d, size_t pane);
void draw_labels(struct drawing *d, size_t pane);
void draw_marks(struct drawing *d, size_t pane);
void draw_minimap(struct drawing *d, size_t pane);
void draw_head(struct drawing *d, size_t pane);
void draw_banners(struct drawing *d, size_t pane);
void draw_legend(struct drawing *d, size_t pane, struct box box, bool below);
void draw_list(struct drawing *d);
void draw_time(struct drawing *d);
void draw_hover(struct drawing *d);
void draw_notes(struct drawing *d);
void draw_help(struct drawing *d);
void draw_paper(struct drawing *d);

/* Of an image all of whose map is seen: it begins in its corner, in cells of
 * whole pixels where that costs little, and the legend is beside it. */
void settle_paper(struct drawing *d, struct view *view);

/* ---- camera.c: places of the world and pixels -------------------------- */

/* Pixels of a place's upper left corner. */
double screen_x(const struct pane *pane, struct box map, double x);
double screen_y(const struct pane *pane, struct box map, double y);
/* And back. */
double world_x(const struct pane *pane, struct box map, double x);
double world_y(const struct pane *pane, struct box map, double y);

/* The level whose cells are at least a pixel. */
unsigned int camera_level(double scale);

/* Whether a pane has all that drawing its map needs. */
bool pane_is_ready(const struct stage_pane *pane);

struct box box_inset(struct box box, int by);
struct box box_cut(struct box a, struct box b);

#endif
