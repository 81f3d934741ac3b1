// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Above each map: whose it is with its figures, and by what it is coloured and
 * laid out, to be chosen by a click.  Below that, what has to be said before
 * the map is believed: that the process ended, that something is not known.
 */
#include <stdio.h>
#include <string.h>

#include "drawing.h"

/* ---- Name and figures -------------------------------------------------- */

static const struct {
	const char *name;
	enum pagemap_metric metric;
} figures[] = {
	{ "RSS", PAGEMAP_RSS },
	{ "PSS", PAGEMAP_PSS },
	{ "USS", PAGEMAP_USS },
	{ "swap", PAGEMAP_SWAP },
};

/* A dim name and its value; gives where the next begins. */
static int draw_figure(struct drawing *d, int x, int y, int right,
		       const char *name, const struct pagemap_value *value)
{
	struct ink_style dim = style_dim(d), bright = style_text(d);
	char text[UNITS_SIZE];
	int width;

	units_format_value(value, UNITS_SUFFIX, text);
	width = text_width(d, dim, name) + text_width(d, bright, text) +
		d->unit / 2;
	if (x + width > right)
		return x;
	draw_text(d, x, y, right - x, dim, name);
	x += text_width(d, dim, name) + d->unit / 2;
	draw_text(d, x, y, right - x, bright, text);
	return x + text_width(d, bright, text) + d->unit * 3 / 2;
}

static struct pagemap_value ram_bytes(const struct picture *picture,
				      enum pagemap_ram_class class_of)
{
	static const struct pagemap_value unknown = {
		.quality = PAGEMAP_UNAVAILABLE };

	return picture->ram ? picture->ram[class_of].bytes : unknown;
}

/* How large it is, and what of it the host holds. */
static void draw_guest_figures(struct drawing *d, const struct picture *picture,
			       int x, int y, int right)
{
	struct guest_sums sums;

	if (!guest_sums(picture, &sums))
		return;
	x = draw_figure(d, x, y, right, "RAM", &sums.all);
	x = draw_figure(d, x, y, right, "resident", &sums.resident);
	x = draw_figure(d, x, y, right, "mapped", &sums.mapped);
	draw_figure(d, x, y, right, "slack", &sums.slack);
}

static void draw_figures(struct drawing *d, const struct picture *picture,
			 int x, int y, int right)
{
	struct pagemap_value value;
	size_t i;

	if (picture->id.kind == MAP_GUEST) {
		draw_guest_figures(d, picture, x, y, right);
		return;
	}
	if (picture->id.kind == MAP_RAM) {
		value = ram_bytes(picture, PAGEMAP_RAM_FREE);
		x = draw_figure(d, x, y, right, "MemTotal",
				&picture->balance.mem_total);
		draw_figure(d, x, y, right, "free", &value);
		return;
	}
	for (i = 0; i < sizeof(figures) / sizeof(*figures); i++) {
		value = pagemap_usage_value(&picture->usage, figures[i].metric);
		x = draw_figure(d, x, y, right, figures[i].name, &value);
	}
}

static const char *map_name(const struct pane *pane,
			    const struct picture *picture)
{
	if (picture && picture->name && *picture->name)
		return picture->name;
	return pane->map.kind == MAP_RAM ? "RAM" :
	       pane->map.kind == MAP_GUEST ? "guest RAM" : "process";
}

/* Of the process, or of the vkernel whose RAM it is; "". */
static void number_of(const struct drawing *d, size_t pane, char text[PID_NAME_SIZE])
{
	struct stage_pane of = stage_pane(d->stage, pane);
	struct map_id map = d->view->panes[pane].map;
	pid_t pid = map.kind == MAP_PROCESS ? map.pid :
		    map.kind == MAP_GUEST && of.moment ? of.moment->vkernel.pid : 0;

	text[0] = '\0';
	if (pid)
		pid_name(pid, text);
}

static void draw_name(struct drawing *d, size_t pane, struct box row)
{
	const struct pane *view = &d->view->panes[pane];
	struct stage_pane of = stage_pane(d->stage, pane);
	struct ink_style bold = style_bold(d), dim = style_dim(d);
	int x = row.x, right = row.x + row.width, y, ascent;
	char pid[32];

	bold.size = d->unit * 5 / 4;
	y = text_top(d, bold, row.y, row.height);
	ascent = y + type_ascent(d->type, bold.face, bold.size) -
		 type_ascent(d->type, dim.face, dim.size);
	x += draw_text(d, x, y, row.width / 2, bold,
		       map_name(view, of.picture)) + d->unit / 2;
	number_of(d, pane, pid);
	if (*pid)
		x += draw_text(d, x, ascent, right - x, dim, pid);
	if (d->view->paper) {
		snprintf(pid, sizeof(pid), "  by %s", colouring_name(view->by));
		x += draw_text(d, x, ascent, right - x, dim, pid);
	}
	if (of.picture)
		draw_figures(d, of.picture, x + d->unit * 3 / 2, ascent, right);
}

/* A map beside others can be closed. */
static int draw_close(struct drawing *d, size_t pane, struct box row)
{
	struct box box = { row.x + row.width - row.height, row.y, row.height,
			   row.height };

	if (d->view->pane_count < 2 || d->view->paper)
		return 0;
	draw_text_middle(d, box, style_dim(d), "×");
	draw_hot(d, box, ACTION_CLOSE_MAP, pane, 0, "close this map");
	return box.width;
}

/* ---- What can be chosen ------------------------------------------------ */

struct choice {
	enum action action;
	enum action next;
	const char *(*name_at)(size_t index);
	size_t count;
	size_t chosen;
};

static struct choice choice_of_colours(const struct pane *pane)
{
	return (struct choice){ ACTION_COLOUR, ACTION_NEXT_COLOUR,
				colouring_name_at, COLOUR_COUNT, pane->by };
}

static struct choice choice_of_layouts(const struct pane *pane)
{
	return (struct choice){ ACTION_LAYOUT, ACTION_NEXT_LAYOUT,
				layout_name_at, LAYOUT_COUNT, pane->layout };
}

static int tab_width(struct drawing *d, const char *name)
{
	return text_width(d, style_text(d), name) + d->unit;
}

/* Whether there is one to choose: of a map that tells nothing of it, no. */
static bool is_offered(const struct drawing *d, size_t pane,
		       const struct choice *choice, size_t index)
{
	return choice->action != ACTION_COLOUR ||
	       colouring_fits((enum colouring)index, d->view->machine,
			      d->view->panes[pane].map.kind);
}

static int choice_width(struct drawing *d, size_t pane,
			const struct choice *choice)
{
	int width = 0;
	size_t i;

	for (i = 0; i < choice->count; i++)
		if (is_offered(d, pane, choice, i))
			width += tab_width(d, choice->name_at(i));
	return width;
}

static void draw_tab(struct drawing *d, size_t pane, struct box box,
		     const struct choice *choice, size_t index)
{
	bool chosen = index == choice->chosen;
	struct ink_style style = chosen ? style_text(d) : style_dim(d);
	const char *hint = choice->action == ACTION_COLOUR ?
		colouring_describe((enum colouring)index) :
		layout_describe((enum layout)index);

	if (chosen)
		draw_fill(d, (struct box){ box.x + d->unit / 2,
					   box.y + box.height - 2 * d->line,
					   box.width - d->unit, 2 * d->line },
			  d->theme->accent);
	draw_text_middle(d, box, style, choice->name_at(index));
	draw_hot(d, box, choice->action, pane, (int64_t)index, hint);
}

static void draw_tabs(struct drawing *d, size_t pane, struct box row,
		      const struct choice *choice)
{
	size_t i;

	for (i = 0; i < choice->count; i++) {
		if (!is_offered(d, pane, choice, i))
			continue;
		row.width = tab_width(d, choice->name_at(i));
		draw_tab(d, pane, row, choice, i);
		row.x += row.width;
	}
}

/* Where there is no room for all: the chosen one, and a click for the next. */
static void draw_one(struct drawing *d, size_t pane, struct box row,
		     const struct choice *choice)
{
	char text[64];

	snprintf(text, sizeof(text), "< %s >", choice->name_at(choice->chosen));
	draw_text_middle(d, row, style_text(d), text);
	draw_hot(d, row, choice->next, pane, 1, "the next one");
	row.width /= 2;
	draw_hot(d, row, choice->next, pane, -1, "the one before");
}

static void draw_choices(struct drawing *d, size_t pane, struct box row)
{
	const struct pane *view = &d->view->panes[pane];
	struct choice colours = choice_of_colours(view);
	struct choice layouts = choice_of_layouts(view);
	int colours_width = choice_width(d, pane, &colours);
	int layouts_width = choice_width(d, pane, &layouts);
	int one = 9 * d->unit;
	struct box right = row;

	row.x -= d->unit / 2;
	if (colours_width + layouts_width + d->unit <= row.width) {
		draw_tabs(d, pane, row, &colours);
		right.x += row.width - layouts_width + d->unit / 2;
		draw_tabs(d, pane, right, &layouts);
		return;
	}
	right.x += row.width - one;
	right.width = one;
	if (colours_width + one <= row.width) {
		draw_tabs(d, pane, row, &colours);
	} else {
		row.width = one;
		draw_one(d, pane, row, &colours);
	}
	if (right.x >= row.x + one)
		draw_one(d, pane, right, &layouts);
}

void draw_head(struct drawing *d, size_t pane)
{
	struct box head = d->place.panes[pane].head, row;
	bool active = pane == d->view->active && d->view->pane_count > 1 &&
		      !d->view->paper;

	if (!head.height)
		return;
	draw_fill(d, head, d->view->paper ? d->theme->back : d->theme->panel);
	draw_hot(d, head, ACTION_MAP, pane, (int64_t)pane,
		 d->view->pane_count > 1 ? "this map takes keys" : "");
	if (active)
		draw_fill(d, (struct box){ head.x, head.y, head.width,
					   2 * d->line }, d->theme->accent);
	row = d->view->paper ? head : box_inset(head, d->unit / 4);
	if (!d->view->paper) {
		row.x += d->unit * 3 / 4;
		row.width -= d->unit * 3 / 2;
	}
	row.height = d->unit * 21 / 10;
	row.width -= draw_close(d, pane, row);
	draw_name(d, pane, row);
	row.y += row.height;
	if (!d->view->paper &&
	    row.y + row.height <= head.y + head.height + d->unit / 4)
		draw_choices(d, pane, row);
}

/* ---- Before the map is believed ---------------------------------------- */

static void draw_banner(struct drawing *d, struct box map, const char *text)
{
	struct ink_style style = style_warning(d);
	struct box box = { map.x, map.y, map.width, 0 };
	int pad = d->unit / 2, lines;

	if (!*text || map.width < 8 * d->unit)
		return;
	lines = draw_wrapped(d, 0, 0, map.width - 2 * pad, 3, style, text, true);
	box.height = lines * line_height(d) + pad;
	draw_fill(d, box, d->theme->panel);
	draw_fill(d, (struct box){ box.x, box.y, 2 * d->line, box.height },
		  d->theme->warning);
	draw_wrapped(d, box.x + pad, box.y + pad / 2 + d->unit / 4,
		     map.width - 2 * pad, 3, style, text, false);
}

void draw_banners(struct drawing *d, size_t pane)
{
	struct stage_pane of = stage_pane(d->stage, pane);
	struct box map = d->place.panes[pane].map;
	char text[96], when[32];

	if (!of.picture || map.height < 8 * d->unit)
		return;
	if (of.picture->ended) {
		format_time(of.picture->time_ns, when);
		snprintf(text, sizeof(text),
			 "ended; this is its last picture, of %s", when);
		draw_banner(d, map, text);
	} else if (of.picture->why) {
		draw_banner(d, map, of.picture->why);
	}
}
