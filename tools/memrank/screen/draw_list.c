/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The list: which columns fit, their heading and the rows.
 */
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "screen.h"

enum { CELL_SIZE = 1024, TREE_SIZE = 512 };

/* What a last column of text gets at least, and the change since the mark. */
#define LAST_MIN 7
#define LAST_MIN_NARROW 4
#define CHANGE_WIDTH 8

/* ---- Which columns, and how wide --------------------------------------- */

static bool is_text(const struct column *column)
{
	return column->kind == COLUMN_TEXT || column->kind == COLUMN_PIDS;
}

/* So that columns keep their place while figures come and go. */
static size_t least_width(const struct screen *screen,
			  const struct column *column)
{
	size_t heading = strlen(column->heading), least = 5;

	if (screen->width < 40)
		return heading;
	if (column->kind == COLUMN_SIZE)
		least = screen->settings.usual.units == UNITS_KIB ? 8 : 7;
	else if (column->kind == COLUMN_TEXT)
		least = 8;
	else if (column->kind == COLUMN_PID)
		least = 6;
	return heading > least ? heading : least;
}

static size_t cell_width(const struct screen *screen,
			 const struct column *column, const struct row *row)
{
	char text[CELL_SIZE];

	cell_format(column, row, screen->settings.usual.units, text,
		    sizeof(text));
	return escape_width(text);
}

/* As wide as what is in sight needs; a long text may be cut. */
static size_t column_width(const struct screen *screen,
			   const struct column *column)
{
	size_t width = least_width(screen, column);
	size_t most = is_text(column) ? (screen->width < 120 ? 12 : 24) : 32;
	size_t i, end = screen->top + screen_layout(screen).lines;

	for (i = screen->top; i < end && i < screen->shown_count; i++) {
		size_t cell = cell_width(screen, column, &screen->ranking.rows
					 [screen->shown[i].row]);

		if (cell > width)
			width = cell;
	}
	return width < most ? width : most;
}

struct wanted {
	struct placed items[COLUMNS_MAX + 1];
	size_t count;
	size_t width;			/* of all, with one between each */
};

static void want(struct wanted *wanted, const struct column *column,
		 size_t width)
{
	wanted->items[wanted->count++] = (struct placed){ column, 0, width };
	wanted->width += width + (wanted->count > 1);
}

static void drop(struct wanted *wanted, size_t place)
{
	wanted->width -= wanted->items[place].width + (wanted->count > 1);
	wanted->count--;
	memmove(&wanted->items[place], &wanted->items[place + 1],
		(wanted->count - place) * sizeof(wanted->items[0]));
}

static bool is_named(const struct placed *placed, const char *name)
{
	return placed->column && !strcmp(placed->column->name, name);
}

/* What is kept longer the larger the number. */
static int importance(const struct screen *screen, const struct wanted *wanted,
		      size_t place)
{
	const struct placed *placed = &wanted->items[place];

	if (place + 1 == wanted->count)
		return 5;
	if (!placed->column)
		return screen->by_change ? 4 : 2;
	if (placed->column == screen->settings.sort)
		return 4;
	if (is_named(placed, "pid"))
		return 3;
	return is_named(placed, "pss") ? 2 : is_named(placed, "user") ? 0 : 1;
}

/* Out goes the least important one, of equal ones the last. */
static void drop_least(const struct screen *screen, struct wanted *wanted)
{
	size_t i, least = 0;

	for (i = 1; i < wanted->count; i++)
		if (importance(screen, wanted, i) <=
		    importance(screen, wanted, least))
			least = i;
	drop(wanted, least);
}

/* Columns that went out to the left; the first and the last one stay. */
static void shift_out(const struct screen *screen, struct wanted *wanted)
{
	size_t i;

	for (i = 0; i < screen->shift && wanted->count > 2; i++)
		drop(wanted, is_named(&wanted->items[0], "pid"));
}

static void want_all(const struct screen *screen, struct wanted *wanted)
{
	const struct column_list *list = &screen->settings.columns;
	size_t i, last_min = screen->width < 40 ? LAST_MIN_NARROW : LAST_MIN;

	*wanted = (struct wanted){ .count = 0 };
	for (i = 0; i < list->count; i++) {
		const struct column *column = list->items[i];
		bool last = i + 1 == list->count && is_text(column);

		want(wanted, column, last ? last_min
					  : column_width(screen, column));
		if (screen->mark.set && !strcmp(column->name, "pss"))
			want(wanted, NULL, CHANGE_WIDTH);
	}
}

size_t columns_place(const struct screen *screen, struct placed *ret_placed,
		     size_t max)
{
	/* One column before the rows says which are tagged. */
	size_t i, x = 1, room = screen->width > 1 ? screen->width - 1 : 0;
	struct wanted wanted;

	want_all(screen, &wanted);
	shift_out(screen, &wanted);
	while (wanted.count > 1 && wanted.width > room)
		drop_least(screen, &wanted);
	for (i = 0; i < wanted.count && i < max; i++) {
		ret_placed[i] = wanted.items[i];
		ret_placed[i].x = x;
		/* A last column of text takes what is left. */
		if (i + 1 == wanted.count && ret_placed[i].column &&
		    is_text(ret_placed[i].column))
			ret_placed[i].width = screen->width > x ?
					      screen->width - x : 0;
		x += ret_placed[i].width + 1;
	}
	return i;
}

/* ---- Heading ----------------------------------------------------------- */

/* Beside the column that is sorted by: which end of it is at the top. */
static void draw_order(const struct screen *screen, struct canvas *canvas,
		       size_t y, const struct column *column, size_t x)
{
	bool down = (!column || column_sorts_down(column)) !=
		    screen->settings.reverse;

	canvas_text(canvas, x, y, 1, STYLE_ACCENT, down ?
		    canvas_glyph(canvas, "▾", "v") :
		    canvas_glyph(canvas, "▴", "^"));
}

static void draw_heading(const struct screen *screen, struct canvas *canvas,
			 size_t y, const struct placed *placed, size_t count)
{
	size_t i;

	canvas_fill(canvas, 0, y, screen->width, STYLE_HEADING, " ");
	for (i = 0; i < count; i++) {
		const struct column *column = placed[i].column;
		const char *heading = column ? column->heading : "CHANGE";
		bool sorted = column ? column == screen->settings.sort &&
				       !screen->by_change : screen->by_change;
		bool left = column && is_text(column);
		size_t width = strlen(heading);
		size_t x = placed[i].x;

		if (!left && width < placed[i].width)
			x += placed[i].width - width;
		canvas_text(canvas, x, y, placed[i].width,
			    sorted ? STYLE_ACCENT : STYLE_HEADING, heading);
		if (sorted && width < placed[i].width)
			draw_order(screen, canvas, y, column,
				   left ? x + width : x - 1);
	}
}

/* ---- Rows -------------------------------------------------------------- */

/* The lines that lead to a row of the tree. */
static void tree_text(const struct screen *screen, const struct canvas *canvas,
		      const struct shown *shown, char text[TREE_SIZE])
{
	const char *through = canvas_glyph(canvas, "│  ", "|  ");
	size_t length = 0;
	unsigned int depth;

	text[0] = '\0';
	if (!screen->tree || screen->settings.by != BY_PROCESS)
		return;
	for (depth = 1; depth < shown->depth; depth++)
		length += (size_t)snprintf(text + length, TREE_SIZE - length,
			"%s", shown->rails >> depth & 1 ? through : "   ");
	if (shown->depth)
		length += (size_t)snprintf(text + length, TREE_SIZE - length,
			"%s", shown->last ? canvas_glyph(canvas, "└─ ", "`- ") :
			canvas_glyph(canvas, "├─ ", "|- "));
	if (shown->folded)
		snprintf(text + length, TREE_SIZE - length, "[+%u] ",
			 shown->folded);
}

static bool is_old(const struct column *column, const struct row *row)
{
	struct pagemap_value value;

	if (column->kind != COLUMN_SIZE)
		return false;
	value = cell_value(column, row);
	return value.quality == PAGEMAP_UNAVAILABLE ||
	       value.reason == PAGEMAP_REASON_OLD;
}

static void change_text(const struct screen *screen, const struct row *row,
			char text[CELL_SIZE], enum style *style)
{
	char size[UNITS_SIZE];
	int64_t bytes;
	enum change change = mark_change(screen, row, &bytes);

	*style = STYLE_DIM;
	snprintf(text, CELL_SIZE, "%s", change == CHANGE_UNKNOWN ? "-" : "0");
	if (change == CHANGE_UNKNOWN || !bytes)
		return;
	units_format((uint64_t)(bytes < 0 ? -bytes : bytes),
		     screen->settings.usual.units, size);
	snprintf(text, CELL_SIZE, "%s%s", change == CHANGE_BEGAN ? "new " :
		 bytes < 0 ? "-" : "+", size);
	if (strlen(text) > CHANGE_WIDTH)
		snprintf(text, CELL_SIZE, "+%s", size);
	*style = bytes < 0 ? STYLE_GOOD : STYLE_WARNING;
}

/* Bytes of a text behind so many of its columns. */
static const char *behind(const char *text, size_t columns)
{
	return text + escape_fit(text, columns);
}

static void draw_last(const struct screen *screen, struct canvas *canvas,
		      size_t y, const struct placed *placed, const char *text,
		      const struct shown *shown, size_t gone)
{
	char lines[TREE_SIZE];
	size_t used;

	tree_text(screen, canvas, shown, lines);
	used = canvas_text(canvas, placed->x, y, placed->width, STYLE_DIM,
			   behind(lines, gone));
	gone = gone > escape_width(lines) ? gone - escape_width(lines) : 0;
	canvas_text(canvas, placed->x + used, y, placed->width - used,
		    shown->context ? STYLE_DIM : STYLE_NORMAL,
		    behind(text, gone));
}

static void draw_cell(const struct screen *screen, struct canvas *canvas,
		      size_t y, const struct placed *placed,
		      const struct shown *shown, bool last, size_t gone)
{
	const struct row *row = &screen->ranking.rows[shown->row];
	enum style style = shown->context ? STYLE_DIM : STYLE_NORMAL;
	char text[CELL_SIZE];
	size_t x = placed->x, width;

	if (!placed->column) {
		change_text(screen, row, text, &style);
	} else {
		cell_format(placed->column, row, screen->settings.usual.units,
			    text, sizeof(text));
		if (last && is_text(placed->column)) {
			draw_last(screen, canvas, y, placed, text, shown, gone);
			return;
		}
		if (is_old(placed->column, row))
			style = STYLE_DIM;
	}
	width = escape_width(text);
	if ((!placed->column || !is_text(placed->column)) &&
	    width < placed->width)
		x += placed->width - width;
	canvas_text(canvas, x, y, placed->width, style, text);
}

/* How far the last column's text has gone left: all others are out then. */
static size_t text_gone(const struct screen *screen)
{
	size_t columns = screen->settings.columns.count + screen->mark.set;
	size_t out = columns > 2 ? columns - 2 : 0;

	return screen->shift > out ? 8 * (screen->shift - out) : 0;
}

static void draw_row(const struct screen *screen, struct canvas *canvas,
		     size_t y, size_t line, const struct placed *placed,
		     size_t count)
{
	const struct shown *shown = &screen->shown[line];
	const struct row *row = &screen->ranking.rows[shown->row];
	bool tagged = row_is_tagged(screen, row);
	size_t i;

	for (i = 0; i < count; i++)
		draw_cell(screen, canvas, y, &placed[i], shown, i + 1 == count,
			  text_gone(screen));
	if (tagged) {
		canvas_restyle(canvas, 0, y, screen->width, STYLE_TAGGED);
		canvas_text(canvas, 0, y, 1, STYLE_TAGGED, "*");
	}
	if (line != screen->selected)
		return;
	canvas_restyle(canvas, 0, y, screen->width, STYLE_SELECTED);
	if (!tagged)
		canvas_text(canvas, 0, y, 1, STYLE_SELECTED,
			    canvas_glyph(canvas, "▸", ">"));
}

static void draw_nothing(const struct screen *screen, struct canvas *canvas,
			 size_t y)
{
	const char *why = "no process here could be measured";

	if (!screen->ranked)
		why = "reading ...";
	else if (screen->filter.length || *screen->user || screen->within ||
		 settings_filter(&screen->settings))
		why = "nothing matches: Esc shows all again";
	canvas_text(canvas, 1, y, screen->width, STYLE_DIM, why);
}

void draw_list(struct screen *screen, struct canvas *canvas,
	       const struct layout *layout)
{
	struct placed placed[COLUMNS_MAX + 1];
	size_t i, count = columns_place(screen, placed, COLUMNS_MAX + 1);

	draw_heading(screen, canvas, layout->heading, placed, count);
	for (i = 0; i < layout->lines && screen->top + i < screen->shown_count;
	     i++)
		draw_row(screen, canvas, layout->list + i, screen->top + i,
			 placed, count);
	if (!screen->shown_count && layout->lines)
		draw_nothing(screen, canvas, layout->list);
}
