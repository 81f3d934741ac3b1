// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The list at the side: RAM, then the processes, largest PSS first, with what
 * is searched for above them.  A bar behind each name shows its share of the
 * largest.
 */
#include <stdio.h>

#include "drawing.h"

struct list {
	struct box box;
	const struct moment *moment;
	const uint32_t *people;
	size_t count;			/* with RAM */
	int row;
	uint64_t most;			/* PSS of the largest */
};

static int row_height(const struct drawing *d)
{
	return d->unit * 19 / 10;
}

/* Where rows begin: below the search and a title. */
static int rows_top(const struct drawing *d, struct box box)
{
	return box.y + d->unit * 21 / 10 + d->unit / 2 + line_height(d);
}

size_t scene_list_rows(const struct view *view)
{
	struct drawing d = { .view = view,
			     .unit = view->unit > 0 ? view->unit : 13 };
	struct box box;
	int room;

	scene_place(view, &d.place);
	if (!d.place.list.width)
		return 0;
	box = box_inset(d.place.list, d.unit * 3 / 4);
	room = box.y + box.height - rows_top(&d, box);
	return room > 0 ? (size_t)(room / row_height(&d)) : 0;
}

static const struct moment *moment_seen(const struct drawing *d)
{
	const struct history *history = stage_history(d->stage);

	if (!history || d->view->moment >= history_count(history))
		return NULL;
	return history_at(history, d->view->moment);
}

static bool is_open(const struct view *view, struct map_id map)
{
	size_t i;

	for (i = 0; i < view->pane_count; i++)
		if (map_id_equal(view->panes[i].map, map))
			return true;
	return false;
}

/* The field that a search is typed into. */
static void draw_search(struct drawing *d, struct box box)
{
	bool typing = d->view->prompt == PROMPT_SEARCH;
	const char *text = typing ? d->view->typed : d->view->search;
	struct ink_style style = *text || typing ? style_text(d) : style_dim(d);
	struct box field = { box.x, box.y, box.width, d->unit * 21 / 10 };
	int x = field.x + d->unit / 2;
	int width = field.width - d->unit;

	draw_fill(d, field, d->theme->back);
	draw_frame(d, field, d->line,
		   typing ? d->theme->accent : d->theme->line);
	draw_hot(d, field, ACTION_SEARCH, d->view->active, 0,
		 "search by name, command, user or pid");
	x += draw_text(d, x, text_top(d, style, field.y, field.height), width,
		       style, *text || typing ? text : "search");
	if (typing)
		draw_fill(d, (struct box){ x + d->line,
					   field.y + d->unit / 2, 2 * d->line,
					   field.height - d->unit },
			  d->theme->accent);
}

/* A row's parts; map is what a click opens. */
struct list_row {
	struct map_id map;
	const char *name;
	const char *hint;
	char number[32];
	struct pagemap_value size;
	bool chosen;
	bool blank;			/* no size: it was not asked for */
};

static void draw_row(struct drawing *d, const struct list *l, struct box box,
		     const struct list_row *row)
{
	struct ink_style style = style_text(d), dim = style_dim(d);
	int x = box.x + d->unit / 2, right = box.x + box.width - d->unit / 2;
	int y = text_top(d, style, box.y, box.height), size_width;
	char size[UNITS_SIZE];

	if (row->chosen)
		draw_fill(d, box, d->theme->line);
	if (row->chosen && d->view->in_list)
		draw_frame(d, box, d->line, d->theme->accent);
	if (row->size.quality != PAGEMAP_UNAVAILABLE && l->most &&
	    row->map.kind == MAP_PROCESS)
		draw_fill(d, (struct box){ x, box.y + box.height - 2 * d->line,
			(int)((double)(right - x) * (double)row->size.value /
			      (double)l->most), 2 * d->line },
			  d->theme->swatches[SWATCH_ANON]);
	if (is_open(d->view, row->map))
		draw_fill(d, (struct box){ box.x, box.y, 3 * d->line,
					   box.height }, d->theme->accent);
	size[0] = '\0';
	if (!row->blank)
		units_format_value(&row->size, UNITS_SUFFIX, size);
	style.face = FACE_MONO;
	style.size = d->unit * 9 / 10;
	size_width = draw_text_right(d, right, text_top(d, style, box.y,
							box.height),
				     8 * d->unit, style, size);
	right -= size_width + d->unit / 2;
	dim.size = style.size;
	right -= draw_text_right(d, right, text_top(d, dim, box.y, box.height),
				 6 * d->unit, dim, row->number);
	if (row->size.quality == PAGEMAP_UNAVAILABLE && !row->blank)
		style = style_dim(d);
	else
		style = style_text(d);
	draw_text(d, x, y, right - x - d->unit / 2, style, row->name);
	draw_hot(d, box, ACTION_OPEN, d->view->active, row->map.pid, row->hint);
}

static struct list_row row_at(const struct drawing *d, const struct list *l,
			      size_t index)
{
	struct list_row row = { .chosen = index == d->view->list_cursor };
	const struct person *person;
	const struct picture *ram;

	if (index == 0) {
		bool guest = d->view->machine == MACHINE_GUEST;
		struct guest_sums sums;

		row.map.kind = view_ram_kind(d->view);
		row.name = guest ? "guest RAM" : "RAM";
		row.hint = guest ? "all frames of the vkernel" :
				   "all frames of the machine";
		row.size.quality = PAGEMAP_UNAVAILABLE;
		ram = moment_picture(l->moment, row.map);
		row.blank = !ram;
		if (ram && !guest)
			row.size = ram->balance.mem_total;
		else if (ram && guest_sums(ram, &sums))
			row.size = sums.all;
		return row;
	}
	person = &l->moment->people[l->people[index - 1]];
	row.map = (struct map_id){ MAP_PROCESS, person->pid };
	row.name = *person->name ? person->name : "-";
	row.hint = *person->command ? person->command : person->name;
	row.size = person->pss;
	pid_name(person->pid, row.number);
	return row;
}

static void draw_rows(struct drawing *d, const struct list *l, int y)
{
	int bottom = l->box.y + l->box.height;
	size_t i;

	for (i = d->view->list_first; i < l->count && y + l->row <= bottom;
	     i++, y += l->row) {
		struct list_row row = row_at(d, l, i);

		draw_row(d, l, (struct box){ l->box.x, y, l->box.width,
					     l->row }, &row);
	}
}

/* A bar at the right says where in the list the rows are. */
static void draw_scroll(struct drawing *d, const struct list *l, int y)
{
	int height = l->box.y + l->box.height - y;
	double rows = (double)height / l->row, count = (double)l->count;

	if (count <= rows)
		return;
	draw_fill(d, (struct box){
		l->box.x + l->box.width + d->unit / 2 - 2 * d->line,
		y + (int)(height * (double)d->view->list_first / count),
		2 * d->line, (int)(height * rows / count) + 1 },
		  d->theme->dim);
}

void draw_list(struct drawing *d)
{
	struct list l = {
		.box = d->place.list,
		.moment = moment_seen(d),
		.row = row_height(d),
	};
	char title[64];
	int y;

	if (!l.box.width)
		return;
	draw_fill(d, l.box, d->theme->panel);
	/* Clicks between rows are no clicks on what lies below. */
	draw_hot(d, l.box, ACTION_NONE, d->view->active, 0, "");
	draw_clip(d, l.box);
	l.box = box_inset(l.box, d->unit * 3 / 4);
	draw_search(d, l.box);
	y = rows_top(d, l.box);
	if (l.moment) {
		l.people = stage_list(d->stage, d->view, &l.count);
		if (l.count)
			l.most = l.moment->people[l.people[0]].pss.value;
		snprintf(title, sizeof(title), "%zu processes, by PSS",
			 l.count);
		draw_text(d, l.box.x + d->unit / 2, y - line_height(d),
			  l.box.width, style_dim(d), title);
		l.count++;
		draw_rows(d, &l, y);
		draw_scroll(d, &l, y);
	}
	draw_unclip(d);
}
