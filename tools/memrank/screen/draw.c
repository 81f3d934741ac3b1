/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the parts of the screen are, what degrades as it shrinks, and its last
 * line.
 */
#include <string.h>

#include "escape.h"
#include "process_view.h"
#include "screen.h"

#define HEAD_MAX 4		/* title, memory, its legend, swap */
#define HINTS_MAX 16

/* Lines of the head that a height has room for. */
static size_t head_lines(const struct screen *screen)
{
	size_t height = screen->height;

	if (height < 6)
		return 0;
	if (height < 10)
		return 1;
	return height < 16 ? 2 : HEAD_MAX - 1;
}

static size_t tag_lines(const struct screen *screen)
{
	if (!screen->tags.set.count || screen->height < 4)
		return 0;
	return screen->height < 12 ? 1 : 2;
}

struct layout screen_layout(const struct screen *screen)
{
	struct layout layout = {
		.head = head_lines(screen),
		.tags = tag_lines(screen),
		.keys = screen->height >= 4,
	};
	size_t other;

	/* The tagged are more than the rest of the head. */
	if (layout.tags && screen->height < 8)
		layout.head = 0;
	layout.heading = layout.head + layout.tags;
	layout.list = layout.heading + 1;
	other = layout.list + layout.keys;
	layout.lines = screen->height > other ? screen->height - other : 0;
	return layout;
}

/* ---- The last line ----------------------------------------------------- */

struct hints {
	struct key_hint items[HINTS_MAX];
	size_t x[HINTS_MAX];
	size_t count;
};

static size_t hint_width(const struct key_hint *hint)
{
	char name[8];

	return strlen(event_key_name(hint->key, name)) + strlen(hint->label) +
	       1;
}

/* Leaves those out that would not fit, the least important first. */
static void place_hints(const struct screen *screen, struct hints *hints)
{
	size_t i, x = 0, width = 0, last;

	hints->count = 0;
	for (i = 0; keys_hint(i, &hints->items[i]) && i + 1 < HINTS_MAX; i++)
		width += hint_width(&hints->items[hints->count++]);
	while (hints->count && width > screen->width + 1) {
		for (i = last = 0; i < hints->count; i++)
			if (hints->items[i].rank > hints->items[last].rank)
				last = i;
		width -= hint_width(&hints->items[last]);
		hints->count--;
		memmove(&hints->items[last], &hints->items[last + 1],
			(hints->count - last) * sizeof(hints->items[0]));
	}
	for (i = 0; i < hints->count; i++) {
		hints->x[i] = x;
		x += hint_width(&hints->items[i]);
	}
}

uint32_t keys_at(const struct screen *screen, size_t x)
{
	struct hints hints;
	size_t i;

	place_hints(screen, &hints);
	for (i = hints.count; i-- > 0;)
		if (x >= hints.x[i])
			return hints.items[i].key;
	return EVENT_KEY_NONE;
}

static void draw_hints(struct screen *screen, struct canvas *canvas, size_t y)
{
	struct hints hints;
	char name[8];
	size_t i;

	place_hints(screen, &hints);
	for (i = 0; i < hints.count; i++) {
		size_t x = hints.x[i];
		size_t end = i + 1 < hints.count ? hints.x[i + 1] - 1
						 : screen->width;

		x += canvas_text(canvas, x, y, 8, STYLE_KEY, event_key_name(
				 hints.items[i].key, name));
		canvas_fill(canvas, x, y, end > x ? end - x : 0, STYLE_ACCENT,
			    " ");
		canvas_text(canvas, x, y, 8, STYLE_ACCENT,
			    hints.items[i].label);
	}
}

static void draw_prompt(struct screen *screen, struct canvas *canvas, size_t y)
{
	bool search = screen->prompt.kind == PROMPT_SEARCH;
	const struct typed *typed = search ? &screen->search : &screen->filter;
	enum style style = screen->prompt.missing ? STYLE_WARNING : STYLE_BOLD;
	char text[4 * TEXT_SIZE];
	size_t x;

	escape_text(typed->text, text, sizeof(text));
	x = canvas_text(canvas, 0, y, 9, STYLE_ACCENT,
			search ? "Search: " : "Filter: ");
	x += canvas_text(canvas, x, y, screen->width, style, text);
	x += canvas_text(canvas, x, y, 1, STYLE_SELECTED, " ");
	if (screen->prompt.missing)
		canvas_text(canvas, x, y, screen->width, STYLE_WARNING,
			    "  nothing matches");
	else if (screen->width > x + 40)
		canvas_text(canvas, screen->width - 36, y, 36, STYLE_DIM,
			    search ? " Enter stays here, Down next, Esc back" :
			    "  Enter keeps the filter, Esc the last");
}

void draw_keys(struct screen *screen, struct canvas *canvas, size_t y)
{
	switch (screen->mode) {
	case MODE_PROMPT:
		draw_prompt(screen, canvas, y);
		break;
	case MODE_MENU:
		canvas_text(canvas, 0, y, screen->width, STYLE_ACCENT,
			    screen->menu.kind->hint);
		break;
	case MODE_HELP:
		canvas_text(canvas, 0, y, screen->width, STYLE_ACCENT,
			    "Up and Down scroll, any other key leaves");
		break;
	case MODE_KILL:
		canvas_text(canvas, 0, y, screen->width, STYLE_ACCENT,
			    "Enter sends, Left and Right choose, Esc does "
			    "nothing");
		break;
	default:
		draw_hints(screen, canvas, y);
		break;
	}
	if (*screen->message && screen->mode != MODE_PROMPT) {
		canvas_fill(canvas, 0, y, screen->width, STYLE_NORMAL, " ");
		canvas_text(canvas, 0, y, screen->width, screen->message_style,
			    screen->message);
	}
}

void screen_draw(struct screen *screen, struct canvas *canvas)
{
	struct layout layout = screen_layout(screen);

	if (screen->mode == MODE_PROCESS) {
		process_view_draw(screen->view, canvas);
		return;
	}
	draw_head(screen, canvas, &layout);
	draw_list(screen, canvas, &layout);
	if (screen->mode == MODE_MENU)
		draw_menu(screen, canvas);
	else if (screen->mode == MODE_HELP)
		draw_help(screen, canvas);
	else if (screen->mode == MODE_KILL)
		draw_kill(screen, canvas);
	if (layout.keys)
		draw_keys(screen, canvas, screen->height - 1);
}
