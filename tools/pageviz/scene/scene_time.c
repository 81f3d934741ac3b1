// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Time, at the bottom: live or paused, how often it is read, every moment kept
 * as a bar as high as what was resident then, which one is seen and which one
 * it is compared to, and what reading costs.
 */
#include <stdio.h>

#include "drawing.h"

struct times {
	struct box box;
	const struct history *history;
	size_t count;
};

/* ---- Live or not ------------------------------------------------------- */

static int draw_button(struct drawing *d, struct box box, const char *text,
		       bool on, enum action action, int64_t argument,
		       const char *hint)
{
	struct ink_style style = style_bold(d);

	box.width = text_width(d, style, text) + d->unit;
	style.colour = on ? d->theme->accent_text : d->theme->text;
	if (on)
		draw_fill(d, box, d->theme->accent);
	else
		draw_frame(d, box, d->line, d->theme->line);
	draw_text_middle(d, box, style, text);
	draw_hot(d, box, action, d->view->active, argument, hint);
	return box.width + d->unit / 3;
}

static int draw_state(struct drawing *d, struct box box)
{
	const struct view *view = d->view;
	bool live = !view->paused && view->follow;
	char text[48];
	int x = box.x;

	box.x += draw_button(d, box, live ? "live" : view->paused ? "paused" :
			     "past", live, ACTION_PAUSE, 0,
			     live ? "stop reading" : "go on reading");
	box.x += draw_button(d, box, "<", false, ACTION_STEP, -1,
			     "the moment before");
	box.x += draw_button(d, box, ">", false, ACTION_STEP, 1,
			     "the moment after");
	if (box.width > 60 * d->unit) {
		struct ink_style style = style_dim(d);
		struct box half = box;

		snprintf(text, sizeof(text), "every %.3gs", view->interval_s);
		half.width = text_width(d, style, text) + d->unit;
		draw_text_middle(d, half, style, text);
		box.x += half.width;
		half.width /= 2;
		draw_hot(d, half, ACTION_INTERVAL, view->active, -1,
			 "read more often");
		half.x += half.width;
		draw_hot(d, half, ACTION_INTERVAL, view->active, 1,
			 "read less often");
	}
	return box.x - x + d->unit;
}

/* ---- What it cost ------------------------------------------------------ */

static void format_cost(const struct times *t, const struct moment *moment,
			bool all, char text[160])
{
	char when[32], memory[UNITS_SIZE];

	format_time(moment->time_ns, when);
	units_format(history_memory_bytes(t->history), UNITS_SUFFIX, memory);
	if (all)
		snprintf(text, 160, "%s   read in %.0f ms, %.0f ms CPU   %zu "
			 "moment%s, %s", when, (double)moment->wall_ns / 1e6,
			 (double)moment->cost_ns / 1e6, t->count,
			 t->count == 1 ? "" : "s", memory);
	else
		snprintf(text, 160, "%s", when);
}

static int draw_cost(struct drawing *d, const struct times *t,
		     const struct moment *moment)
{
	struct ink_style style = style_dim(d);
	char text[160];

	format_cost(t, moment, t->box.width > 80 * d->unit, text);
	return draw_text_right(d, t->box.x + t->box.width,
			       text_top(d, style, t->box.y, t->box.height),
			       t->box.width / 2, style, text);
}

/* ---- The moments ------------------------------------------------------- */

/* What was resident in the active map, or in use of RAM, or what the host holds
 * of a vkernel's; 0: not known. */
static uint64_t height_of(const struct drawing *d, const struct moment *moment)
{
	const struct picture *picture =
		moment_picture(moment, d->view->panes[d->view->active].map);
	struct pagemap_value value;

	if (!picture)
		return 0;
	if (picture->id.kind == MAP_PROCESS) {
		value = pagemap_usage_value(&picture->usage, PAGEMAP_RSS);
		return value.value;
	}
	if (picture->id.kind == MAP_GUEST) {
		struct guest_sums sums;

		return guest_sums(picture, &sums) ? sums.resident.value : 0;
	}
	if (!picture->ram ||
	    picture->ram[PAGEMAP_RAM_FREE].bytes.quality ==
	    PAGEMAP_UNAVAILABLE)
		return 0;
	value = picture->balance.mem_total;
	if (value.value < picture->ram[PAGEMAP_RAM_FREE].bytes.value)
		return 0;
	return value.value - picture->ram[PAGEMAP_RAM_FREE].bytes.value;
}

static void draw_moment(struct drawing *d, const struct times *t,
			struct box track, size_t index, uint64_t most)
{
	const struct moment *moment = history_at(t->history, index);
	int left = track.x + (int)((double)track.width * (double)index /
				   (double)t->count);
	int right = track.x + (int)((double)track.width * (double)(index + 1) /
				    (double)t->count);
	struct box cell = { left, track.y, right - left, track.height };
	uint64_t height = height_of(d, moment);
	bool seen = index == d->view->moment;
	bool is_base = d->view->has_base &&
		       moment->time_ns == d->view->base_time_ns;
	struct box bar = cell;
	char hint[128], when[32], size[UNITS_SIZE];

	bar.width -= bar.width > 3 * d->line ? d->line : 0;
	bar.height = most ? (int)((double)track.height * (double)height /
				  (double)most) : track.height / 3;
	if (bar.height < 2 * d->line)
		bar.height = 2 * d->line;
	bar.y += track.height - bar.height;
	draw_fill(d, bar, seen ? d->theme->accent : d->theme->line);
	if (is_base)
		draw_frame(d, cell, d->line, d->theme->warning);
	if (!cell.width)
		return;
	format_time(moment->time_ns, when);
	units_format(height, UNITS_SUFFIX, size);
	snprintf(hint, sizeof(hint), "%s%s%s%s", when, height ? ", " : "",
		 height ? size : "", is_base ? ", what others are compared to" :
		 "");
	draw_hot(d, cell, ACTION_MOMENT, d->view->active, (int64_t)index, hint);
}

static void draw_track(struct drawing *d, const struct times *t,
		       struct box track)
{
	uint64_t most = 0;
	size_t i;

	/* A few moments need not be as wide as the window. */
	if ((double)track.width > (double)t->count * d->unit)
		track.width = (int)t->count * d->unit;
	for (i = 0; i < t->count; i++) {
		uint64_t height = height_of(d, history_at(t->history, i));

		most = height > most ? height : most;
	}
	for (i = 0; i < t->count; i++)
		draw_moment(d, t, track, i, most);
}

void draw_time(struct drawing *d)
{
	struct times t = { .box = d->place.time,
			   .history = stage_history(d->stage) };
	struct box track;
	int left, right;

	if (!t.box.height)
		return;
	draw_fill(d, t.box, d->theme->panel);
	draw_fill(d, (struct box){ t.box.x, t.box.y, t.box.width, d->line },
		  d->theme->line);
	t.box = box_inset(t.box, d->unit * 3 / 5);
	left = draw_state(d, t.box);
	t.count = t.history ? history_count(t.history) : 0;
	if (!t.count || d->view->moment >= t.count)
		return;
	right = draw_cost(d, &t, history_at(t.history, d->view->moment));
	track = t.box;
	track.x += left;
	track.width -= left + right + d->unit;
	if (track.width > 4 * d->unit)
		draw_track(d, &t, track);
}
