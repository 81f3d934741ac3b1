/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The map of pages drawn: cells, and a legend with what there is of each
 * class.  On a wide screen the legend and the page under the cursor stand
 * beside the cells, on others below them.
 */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "escape.h"
#include "pages.h"

/* An address and a blank. */
#define GUTTER 13
/* Narrower screens have cells alone. */
#define GUTTER_LEAST 40
/* Wide screens have room beside the cells. */
#define SIDE_LEAST 110
#define SIDE 36
/* A line begins at a round address. */
#define CELLS_STEP 16
/* What one item of a legend below the cells may take. */
#define ITEM_SIZE 48
/* Of a line: no terminal is wider. */
#define CELLS_MOST 1024

#define NAME_SIZE 4352

/* ---- The legend -------------------------------------------------------- */

static uint64_t pages_of(const struct process_view *view, unsigned int number)
{
	return page_map_totals(pages_map(view), view->pages.by)->pages[number];
}

static void format_bytes(const struct process_view *view, uint64_t pages,
			 char text[UNITS_SIZE])
{
	units_format(pages * page_map_page_bytes(pages_map(view)),
		     UNITS_SUFFIX, text);
}

/*
 * The class after one that has pages, beginning with CLASS_ABSENT, which comes
 * last and ends it: what there is, is looked for.
 */
static unsigned int next_class(const struct process_view *view,
			       unsigned int number)
{
	while (++number < page_class_count(view->pages.by))
		if (pages_of(view, number))
			return number;
	return CLASS_ABSENT;
}

static size_t format_item(const struct process_view *view, unsigned int number,
			  char text[ITEM_SIZE])
{
	const struct page_class_row *row = page_class_row(view->pages.by,
							  number);
	char bytes[UNITS_SIZE];

	format_bytes(view, pages_of(view, number), bytes);
	return (size_t)snprintf(text, ITEM_SIZE, "%s %s (%" PRIu64 ")",
				row->name, bytes, pages_of(view, number));
}

static const char *letter_of(const struct canvas *canvas,
			     const struct page_class_row *row, bool mixed,
			     char text[2])
{
	if (row->letter == '.')
		return canvas_glyph(canvas, "·", ".");
	text[0] = mixed ? (char)toupper(row->letter) : row->letter;
	text[1] = '\0';
	return text;
}

static void draw_item(const struct process_view *view, unsigned int number,
		      struct canvas *canvas, size_t x, size_t y, size_t width)
{
	const struct page_class_row *row = page_class_row(view->pages.by,
							  number);
	char text[ITEM_SIZE], letter[2];

	canvas_text(canvas, x, y, width, (enum style)row->style,
		    letter_of(canvas, row, false, letter));
	format_item(view, number, text);
	if (width > 2)
		canvas_text(canvas, x + 2, y, width - 2, STYLE_NORMAL, text);
}

/* What letters stand for, and how much a cell; gives the columns it took. */
static size_t draw_what(const struct process_view *view,
			struct canvas *canvas, struct box box)
{
	char bytes[UNITS_SIZE], text[UNITS_SIZE + 32];

	/* Narrow screens have room for what there is, and no more. */
	if (box.width < 60)
		return 0;
	format_bytes(view, UINT64_C(1) << view->pages.zoom, bytes);
	snprintf(text, sizeof(text), "%s, a cell is %s:",
		 view->pages.by == PAGE_BY_STATE ? "State" : "Shared", bytes);
	if (canvas && box.height)
		canvas_text(canvas, box.x, box.y, box.width, STYLE_BOLD, text);
	return strlen(text) + 2;
}

/* Items one after the other; canvas NULL: only counts the lines. */
static size_t flow_legend(const struct process_view *view,
			  struct canvas *canvas, struct box box)
{
	unsigned int number = CLASS_ABSENT;
	size_t line = 0, x = draw_what(view, canvas, box);
	char text[ITEM_SIZE];

	do {
		size_t length;

		number = next_class(view, number);
		if (!pages_of(view, number))
			break;
		length = format_item(view, number, text) + 2;
		if (x && x + length > box.width) {
			line++;
			x = 0;
		}
		if (canvas && line < box.height)
			draw_item(view, number, canvas, box.x + x,
				  box.y + line, box.width - x);
		x += length + 2;
	} while (number != CLASS_ABSENT);
	return line + 1;
}

/* One below the other, in columns. */
static size_t stack_legend(const struct process_view *view,
			   struct canvas *canvas, struct box box)
{
	unsigned int number = CLASS_ABSENT;
	char bytes[UNITS_SIZE], letter[2];
	size_t line = 0;

	do {
		const struct page_class_row *row;

		number = next_class(view, number);
		if (!pages_of(view, number))
			return line;
		row = page_class_row(view->pages.by, number);
		format_bytes(view, pages_of(view, number), bytes);
		canvas_text(canvas, box.x, box.y + line, 1,
			    (enum style)row->style,
			    letter_of(canvas, row, false, letter));
		canvas_printf(canvas, box.x + 2, box.y + line, box.width - 2,
			      STYLE_NORMAL, "%-11s %8s %11" PRIu64, row->name,
			      bytes, pages_of(view, number));
	} while (number != CLASS_ABSENT && ++line < box.height);
	return line + 1;
}

/* ---- Places ------------------------------------------------------------ */

static size_t round_cells(size_t cells)
{
	if (cells > CELLS_MOST)
		cells = CELLS_MOST;
	return cells >= CELLS_STEP ? cells - cells % CELLS_STEP : cells;
}

/* Lines below the cells: the legend's at most a quarter of the height. */
static void place_below(const struct process_view *view, struct box box,
			struct pages_place *place)
{
	size_t page = box.height > 12 ? 2 : box.height > 2 ? 1 : 0;
	size_t most = box.height / 4, legend;

	place->cells = round_cells(box.width - place->gutter);
	place->map = (struct box){ box.x + place->gutter, box.y, place->cells,
				   box.height };
	legend = pages_map(view) ? flow_legend(view, NULL, box) : 1;
	if (legend > most)
		legend = most;
	place->map.height -= page + legend;
	place->legend = (struct box){ box.x + 1, box.y + place->map.height,
				      box.width - 1, legend };
	place->page = (struct box){ box.x + 1,
				    box.y + place->map.height + legend,
				    box.width - 1, page };
}

struct pages_place pages_place(const struct process_view *view, struct box box)
{
	struct pages_place place = {
		.gutter = box.width >= GUTTER_LEAST ? GUTTER : 0,
	};
	size_t side;

	if (box.width < SIDE_LEAST || box.height < 14) {
		place_below(view, box, &place);
		return place;
	}
	place.cells = round_cells(box.width - place.gutter - SIDE - 2);
	place.map = (struct box){ box.x + place.gutter, box.y, place.cells,
				  box.height };
	side = place.map.x + place.cells + 2;
	place.legend = (struct box){ side, box.y, box.x + box.width - side,
				     box.height / 2 };
	place.page = place.legend;
	return place;
}

static bool is_beside(const struct pages_place *place)
{
	return place->page.x > place->map.x + place->cells;
}

/* ---- Cells ------------------------------------------------------------- */

static void draw_cells(const struct process_view *view,
		       const struct map_row *row, struct canvas *canvas,
		       const struct pages_place *place, size_t y)
{
	const struct pages_pane *pane = &view->pages;
	uint64_t pages = UINT64_C(1) << pane->zoom;
	size_t i, count = (size_t)((row->end_page - row->first_page + pages -
				    1) >> pane->zoom);
	struct map_cell cells[CELLS_MOST];

	if (count > place->cells)
		count = place->cells;
	page_map_cells(pages_map(view), row->area, pane->by, pane->zoom,
		       row->first_page, count, cells);
	for (i = 0; i < count; i++) {
		const struct page_class_row *class_row =
			page_class_row(pane->by, cells[i].class_of);
		uint64_t first = row->first_page + i * pages;
		bool cursor = pane->cursor >= first &&
			      pane->cursor - first < pages;
		char letter[2];

		canvas_text(canvas, place->map.x + i, y, 1,
			    cursor ? STYLE_SELECTED :
			    (enum style)class_row->style,
			    letter_of(canvas, class_row, cells[i].mixed,
				      letter));
	}
}

static void draw_gutter(const struct process_view *view,
			const struct map_row *row, struct canvas *canvas,
			const struct pages_place *place, size_t y,
			enum style style)
{
	uint64_t page = row->first_page > row->area->first_page ?
			row->first_page : row->area->first_page;

	if (place->gutter)
		canvas_printf(canvas, place->map.x - place->gutter, y,
			      place->gutter - 1, style, "%012" PRIx64,
			      page * page_map_page_bytes(pages_map(view)));
}

/* What lies between an area and the one before: addresses of nothing. */
static uint64_t gap_before(const struct process_view *view,
			   const struct map_row *row)
{
	const struct map_area *before = row->area_index ?
		page_map_area(pages_map(view), row->area_index - 1) : NULL;

	return before ? row->area->first_page - before->end_page : 0;
}

static void draw_heading(const struct process_view *view,
			 const struct map_row *row, struct canvas *canvas,
			 const struct pages_place *place, size_t y)
{
	uint64_t gap = gap_before(view, row);
	size_t x = place->map.x, end = x + place->cells, used;
	char bytes[UNITS_SIZE], name[NAME_SIZE], text[UNITS_SIZE + 16];

	draw_gutter(view, row, canvas, place, y, STYLE_BOLD);
	escape_text(mapping_name(row->area->mapping), name, sizeof(name));
	format_bytes(view, row->area->end_page - row->area->first_page, bytes);
	canvas_fill(canvas, x, y, place->cells, STYLE_DIM,
		    canvas_glyph(canvas, "─", "-"));
	used = canvas_printf(canvas, x, y, place->cells, STYLE_BOLD,
			     "%s %s %s ", pagemap_mapping_permissions(
				     row->area->mapping), bytes, name);
	if (!gap)
		return;
	format_bytes(view, gap, bytes);
	snprintf(text, sizeof(text), " gap before %s", bytes);
	if (x + used + strlen(text) + 1 < end)
		canvas_text(canvas, end - strlen(text), y, end, STYLE_DIM,
			    text);
}

static void draw_fold(const struct process_view *view,
		      const struct map_row *row, bool selected,
		      struct canvas *canvas, const struct pages_place *place,
		      size_t y)
{
	const char *dots = canvas_glyph(canvas, "⋯", "...");
	enum style style = selected ? STYLE_SELECTED : STYLE_DIM;
	char bytes[UNITS_SIZE];

	if (selected)
		canvas_fill(canvas, place->map.x, y, place->cells, style, " ");
	format_bytes(view, row->end_page - row->first_page, bytes);
	canvas_printf(canvas, place->map.x, y, place->cells, style,
		      "%s %s without pages %s", dots, bytes, dots);
}

static void draw_row(const struct process_view *view, uint64_t index,
		     struct canvas *canvas, const struct pages_place *place,
		     size_t y)
{
	struct map_row row;

	if (!map_rows_at(view->pages.rows, index, &row))
		return;
	if (row.kind == MAP_ROW_HEADING) {
		draw_heading(view, &row, canvas, place, y);
		return;
	}
	draw_gutter(view, &row, canvas, place, y, STYLE_DIM);
	if (row.kind == MAP_ROW_FOLD)
		draw_fold(view, &row, index == pages_cursor_row(view), canvas,
			  place, y);
	else
		draw_cells(view, &row, canvas, place, y);
}

/* ---- All of it --------------------------------------------------------- */

/* Broken into lines; gives how many. */
static size_t draw_doubt(const struct process_view *view,
			 struct canvas *canvas, struct box box)
{
	const char *text = pages_doubt(view);
	size_t line;

	for (line = 0; *text; line++) {
		size_t bytes = pages_fit(text, box.width, ' ');

		canvas_printf(canvas, box.x, box.y + line, box.width,
			      STYLE_WARNING, "%.*s", (int)bytes, text);
		text += bytes;
	}
	return line;
}

static void draw_side(const struct process_view *view, struct canvas *canvas,
		      const struct pages_place *place, struct box box)
{
	struct box at = place->legend;
	char bytes[UNITS_SIZE];

	canvas_fill(canvas, at.x, at.y, at.width, STYLE_HEADING, " ");
	format_bytes(view, UINT64_C(1) << view->pages.zoom, bytes);
	canvas_printf(canvas, at.x, at.y, at.width, STYLE_HEADING,
		      "%s, a cell is %s",
		      view->pages.by == PAGE_BY_STATE ? "STATE" : "SHARERS",
		      bytes);
	at.y++;
	at.y += stack_legend(view, canvas, at) + 1;
	if (*pages_doubt(view)) {
		at.y += draw_doubt(view, canvas, at) + 1;
	}
	at.height = box.y + box.height > at.y ? box.y + box.height - at.y : 0;
	if (at.height) {
		canvas_fill(canvas, at.x, at.y, at.width, STYLE_HEADING, " ");
		canvas_text(canvas, at.x, at.y, at.width, STYLE_HEADING,
			    "CURSOR");
		at.y++;
		at.height--;
	}
	pages_draw_cursor(view, canvas, at, true);
}

void pages_draw(const struct process_view *view, struct canvas *canvas,
		struct box box)
{
	struct pages_place place = pages_place(view, box);
	size_t line;

	if (!view->pages.rows) {
		draw_nothing(view, STUDY_PAGES, canvas, box);
		return;
	}
	for (line = 0; line < place.map.height; line++)
		draw_row(view, view->pages.top + line, canvas, &place,
			 place.map.y + line);
	if (is_beside(&place)) {
		draw_side(view, canvas, &place, box);
		return;
	}
	flow_legend(view, canvas, place.legend);
	pages_draw_cursor(view, canvas, place.page, false);
}
