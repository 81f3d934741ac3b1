/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What lies over the list: menus, the help, the question before a kill.
 */
#include <string.h>

#include "escape.h"
#include "screen.h"

enum { TEXT_MAX = 512 };

/* A box as large as it wants to be and the screen allows, in the middle. */
struct box {
	size_t x, y, width, height;
};

static struct box place_box(const struct screen *screen, size_t width,
			    size_t height)
{
	size_t room = screen->height > 1 ? screen->height - 1 : 1;
	struct box box = {
		.width = width < screen->width ? width : screen->width,
		.height = height < room ? height : room,
	};

	box.x = (screen->width - box.width) / 2;
	box.y = (room - box.height) / 2;
	return box;
}

/* ---- Menus ------------------------------------------------------------- */

#define MENU_WIDTH 60
#define ITEM_WIDTH 16

static struct box menu_box(const struct screen *screen)
{
	size_t count = screen->menu.kind->count((struct screen *)screen);

	return place_box(screen, MENU_WIDTH, count + 2);
}

size_t menu_lines(const struct screen *screen)
{
	struct box box = menu_box(screen);

	return box.height > 2 ? box.height - 2 : 0;
}

static void draw_item(struct screen *screen, struct canvas *canvas,
		      const struct box *box, size_t line)
{
	const struct menu *menu = &screen->menu;
	size_t index = menu->top + line, y = box->y + 1 + line;
	size_t x = box->x + 2, end = box->x + box->width - 1;
	struct menu_item item;

	menu->kind->item(screen, index, &item);
	x += canvas_text(canvas, x, y, 4, STYLE_NORMAL, menu->kind->has_checks ?
			 (item.checked ? "[x] " : "[ ] ") :
			 (item.checked ? canvas_glyph(canvas, "• ", "* ")
				       : "  "));
	if (x < end)
		canvas_text(canvas, x, y, end - x, item.checked ? STYLE_BOLD :
			    STYLE_NORMAL, item.text);
	if (item.help && x + ITEM_WIDTH < end)
		canvas_text(canvas, x + ITEM_WIDTH, y, end - x - ITEM_WIDTH,
			    STYLE_DIM, item.help);
	if (index == menu->selected)
		canvas_restyle(canvas, box->x + 1, y, box->width - 2,
			       STYLE_SELECTED);
}

/* How far a box was scrolled, where not all of it is in sight. */
static void draw_position(struct canvas *canvas, const struct box *box,
			  size_t top, size_t lines, size_t count)
{
	if (count > lines && box->width > 20)
		canvas_printf(canvas, box->x + box->width - 14,
			      box->y + box->height - 1, 12, STYLE_DIM,
			      " %zu-%zu/%zu ", top + 1, top + lines < count ?
			      top + lines : count, count);
}

void draw_menu(struct screen *screen, struct canvas *canvas)
{
	struct box box = menu_box(screen);
	size_t i, lines = menu_lines(screen);
	size_t count = screen->menu.kind->count(screen);

	canvas_box(canvas, box.x, box.y, box.width, box.height,
		   screen->menu.kind->title);
	for (i = 0; i < lines && screen->menu.top + i < count; i++)
		draw_item(screen, canvas, &box, i);
	draw_position(canvas, &box, screen->menu.top, lines, count);
}

/* ---- Help -------------------------------------------------------------- */

#define HELP_WIDTH 78
#define KEYS_WIDTH 14

static struct box help_box(const struct screen *screen)
{
	const char *text;
	char keys[64];
	size_t count = 0;

	while (keys_help(count, keys, sizeof(keys), &text))
		count++;
	return place_box(screen, HELP_WIDTH, count + 2);
}

size_t help_lines(const struct screen *screen)
{
	struct box box = help_box(screen);

	return box.height > 2 ? box.height - 2 : 0;
}

void draw_help(struct screen *screen, struct canvas *canvas)
{
	struct box box = help_box(screen);
	size_t i, count = 0, lines = help_lines(screen);
	size_t keys_width = box.width > 40 ? KEYS_WIDTH : 6;
	size_t right = box.width > keys_width + 4 ? box.width - keys_width - 4
						  : 0;
	const char *text;
	char keys[64];

	canvas_box(canvas, box.x, box.y, box.width, box.height,
		   "memrank: keys");
	while (keys_help(count, keys, sizeof(keys), &text))
		count++;
	for (i = 0; i < lines; i++) {
		if (!keys_help(screen->help_top + i, keys, sizeof(keys), &text))
			break;
		canvas_text(canvas, box.x + 2, box.y + 1 + i, keys_width - 1,
			    STYLE_BOLD, keys);
		canvas_text(canvas, box.x + 2 + keys_width, box.y + 1 + i,
			    right, STYLE_NORMAL, text);
	}
	draw_position(canvas, &box, screen->help_top, lines, count);
}

/* ---- Before a kill ----------------------------------------------------- */

#define KILL_WIDTH 78

static void draw_victims(const struct screen *screen, struct canvas *canvas,
			 const struct box *box, size_t lines)
{
	const struct victims *victims = &screen->victims;
	size_t i, shown = victims->count <= lines ? victims->count :
			  lines ? lines - 1 : 0;

	for (i = 0; i < shown; i++)
		canvas_printf(canvas, box->x + 2, box->y + 1 + i,
			      box->width - 4, STYLE_NORMAL, "%7d %s",
			      (int)victims->items[i].pid,
			      victims->items[i].name);
	if (shown < victims->count && lines)
		canvas_printf(canvas, box->x + 2, box->y + 1 + i,
			      box->width - 4, STYLE_WARNING,
			      "        and %zu more", victims->count - shown);
}

static void draw_gain(const struct screen *screen, struct canvas *canvas,
		      const struct box *box, size_t y)
{
	char text[TEXT_MAX], uss[UNITS_SIZE];

	if (screen->victims.tagged) {
		tags_describe_killed(screen, text, sizeof(text));
	} else {
		units_format_value(&screen->victims.uss,
				   screen->settings.usual.units, uss);
		snprintf(text, sizeof(text), "If killed  USS %s is no longer "
			 "in use", uss);
	}
	canvas_text(canvas, box->x + 2, y, box->width - 4, STYLE_BOLD, text);
}

void draw_kill(struct screen *screen, struct canvas *canvas)
{
	const struct victims *victims = &screen->victims;
	struct box box = place_box(screen, KILL_WIDTH, victims->count + 3);
	size_t lines = box.height > 2 ? box.height - 2 : 0;
	char title[80];

	snprintf(title, sizeof(title), "Send %s to %zu process%s?",
		 kill_signal_name(screen), victims->count,
		 victims->count == 1 ? "" : "es");
	canvas_box(canvas, box.x, box.y, box.width, box.height, title);
	draw_victims(screen, canvas, &box, lines > 1 ? lines - 1 : lines);
	if (lines > 1)
		draw_gain(screen, canvas, &box, box.y + box.height - 2);
}
