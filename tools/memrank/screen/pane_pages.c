/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pages of a process as a map: what the cursor stands on, and how keys
 * move it.  How it is drawn is in pages_draw.c.
 */
#include <errno.h>

#include "pages.h"

const struct page_map *pages_map(const struct process_view *view)
{
	const struct study *study = view->studies[STUDY_PAGES];

	return study ? study->map : NULL;
}

/* The row that the cursor is on. */
uint64_t pages_cursor_row(const struct process_view *view)
{
	return map_rows_of_page(view->pages.rows, view->pages.cursor);
}

static const struct map_area *cursor_area(const struct process_view *view)
{
	const struct page_map *map = pages_map(view);

	return page_map_area(map, page_map_area_at(map, view->pages.cursor));
}

/* Pages of a cell. */
static uint64_t cell_pages(const struct process_view *view)
{
	return UINT64_C(1) << view->pages.zoom;
}

/* The cursor's line is in sight, and its heading if it is the next one. */
static void scroll(struct process_view *view)
{
	struct pages_pane *pane = &view->pages;
	size_t lines = pages_place(view, view_box(view)).map.height;
	uint64_t count = map_rows_count(pane->rows);
	uint64_t row = pages_cursor_row(view);
	struct map_row above;

	if (!lines)
		lines = 1;
	if (row >= pane->top + lines)
		pane->top = row - lines + 1;
	if (row < pane->top)
		pane->top = row;
	if (lines > 1 && row == pane->top && row &&
	    map_rows_at(pane->rows, row - 1, &above) &&
	    above.kind == MAP_ROW_HEADING)
		pane->top--;
	if (pane->top + lines > count)
		pane->top = count > lines ? count - lines : 0;
}

/* A page of the process that is nearest to this one. */
static uint64_t inside(const struct process_view *view, uint64_t page)
{
	const struct page_map *map = pages_map(view);
	const struct map_area *area =
		page_map_area(map, page_map_area_at(map, page));

	if (page < area->first_page)
		return area->first_page;
	return page < area->end_page ? page : area->end_page - 1;
}

/* Where in its line the cursor is, in cells. */
static void keep_column(struct process_view *view)
{
	struct pages_pane *pane = &view->pages;
	struct map_row row;

	if (!map_rows_at(pane->rows, pages_cursor_row(view), &row))
		return;
	if (row.kind == MAP_ROW_CELLS)
		pane->column = (size_t)((pane->cursor - row.first_page) >>
					pane->zoom);
}

static void put_cursor(struct process_view *view, uint64_t page)
{
	view->pages.cursor = inside(view, page);
	scroll(view);
	keep_column(view);
}

/* ---- A map was read, or the size or zoom is another --------------------- */

static int arrange(struct process_view *view, struct box box)
{
	struct pages_pane *pane = &view->pages;
	struct map_rows *rows;
	uint64_t line = 0;
	int err;

	if (!pages_map(view) || !page_map_area_count(pages_map(view)))
		return 0;
	if (pane->rows)
		line = pages_cursor_row(view) - pane->top;
	err = map_rows_make(pages_map(view), pane->zoom,
			    pages_place(view, box).cells, &rows);
	if (err)
		return err;
	map_rows_free(pane->rows);
	pane->rows = rows;
	pane->cursor = inside(view, pane->cursor);
	/* It stays where it was on the screen, as far as that is possible. */
	pane->top = pages_cursor_row(view);
	pane->top -= line < pane->top ? line : pane->top;
	scroll(view);
	keep_column(view);
	return 0;
}

static int adopt(struct process_view *view, struct box box)
{
	struct pages_pane *pane = &view->pages;
	int err = arrange(view, box);

	if (err || !pane->rows || !pane->has_wish)
		return err;
	pane->has_wish = false;
	pages_go_to(view, pane->wish);
	return 0;
}

void pages_go_to(struct process_view *view, uint64_t vaddr)
{
	struct pages_pane *pane = &view->pages;

	if (!pane->rows) {
		pane->wish = vaddr;
		pane->has_wish = true;
		return;
	}
	put_cursor(view, vaddr / page_map_page_bytes(pages_map(view)));
	pane->column = 0;
	/* What was asked for is at the top, below its heading. */
	pane->top = pages_cursor_row(view);
	scroll(view);
}

static void zoom_to(struct process_view *view, unsigned int zoom)
{
	if (!view->pages.rows)
		return;
	view->pages.zoom = zoom;
	arrange(view, view_box(view));
}

void pages_zoom_in(struct process_view *view)
{
	if (view->pages.zoom)
		zoom_to(view, view->pages.zoom - 1);
}

void pages_zoom_out(struct process_view *view)
{
	if (view->pages.rows &&
	    view->pages.zoom < map_rows_zoom_most(pages_map(view)))
		zoom_to(view, view->pages.zoom + 1);
}

void pages_switch(struct process_view *view)
{
	view->pages.by = (view->pages.by + 1) % PAGE_BY_COUNT;
	/* The other legend may be longer, and leave fewer lines. */
	arrange(view, view_box(view));
}

/* ---- Moving ------------------------------------------------------------ */

void pages_next_area(struct process_view *view)
{
	const struct map_area *area = view->pages.rows ? cursor_area(view)
						       : NULL;
	const struct page_map *map = pages_map(view);

	if (area)
		area = page_map_area(map, page_map_area_at(map,
				     area->first_page) + 1);
	if (area)
		put_cursor(view, area->first_page);
}

void pages_previous_area(struct process_view *view)
{
	const struct map_area *area = view->pages.rows ? cursor_area(view)
						       : NULL;
	const struct page_map *map = pages_map(view);
	size_t index;

	if (!area)
		return;
	index = page_map_area_at(map, area->first_page);
	/* From inside one, its own beginning is the previous. */
	if (index && view->pages.cursor == area->first_page)
		area = page_map_area(map, index - 1);
	put_cursor(view, area->first_page);
}

/* The class of a page, and in [first, end) the stretch that is like it. */
static uint8_t stretch_at(const struct process_view *view,
			  const struct map_area *area, uint64_t page,
			  uint64_t *ret_first, uint64_t *ret_end)
{
	const struct page_map *map = pages_map(view);
	const struct map_piece *piece = page_map_piece(map, area, page);

	if (piece && piece->first_page <= page) {
		*ret_first = piece->first_page;
		*ret_end = piece->first_page + piece->page_count;
		return piece->class_of[view->pages.by];
	}
	*ret_end = piece ? piece->first_page : area->end_page;
	*ret_first = page_map_hole(map, area, page);
	return CLASS_ABSENT;
}

void pages_next_change(struct process_view *view)
{
	const struct map_area *area = view->pages.rows ? cursor_area(view)
						       : NULL;
	uint64_t first, end, page = view->pages.cursor;
	uint8_t here;

	if (!area)
		return;
	here = stretch_at(view, area, page, &first, &end);
	while (end < area->end_page) {
		page = end;
		if (stretch_at(view, area, page, &first, &end) != here) {
			put_cursor(view, page);
			return;
		}
	}
	pages_next_area(view);
}

void pages_previous_change(struct process_view *view)
{
	const struct map_area *area = view->pages.rows ? cursor_area(view)
						       : NULL;
	uint64_t first, end;
	uint8_t before;

	if (!area)
		return;
	stretch_at(view, area, view->pages.cursor, &first, &end);
	/* To where this stretch begins, or from there to the one before. */
	if (first < view->pages.cursor) {
		put_cursor(view, first);
		return;
	}
	if (first == area->first_page) {
		if (!page_map_area_at(pages_map(view), first))
			return;
		put_cursor(view, first - 1);
		return;
	}
	before = stretch_at(view, area, first - 1, &first, &end);
	while (first > area->first_page) {
		uint64_t from = first;

		if (stretch_at(view, area, first - 1, &first, &end) != before) {
			first = from;
			break;
		}
	}
	put_cursor(view, first);
}

static void move_cells(struct process_view *view, int cells)
{
	const struct map_area *area = cursor_area(view);
	const struct page_map *map = pages_map(view);
	uint64_t pages = cell_pages(view);
	uint64_t cell = view->pages.cursor >> view->pages.zoom;
	size_t index = page_map_area_at(map, view->pages.cursor);

	if (cells > 0 && (cell + 1) * pages < area->end_page)
		put_cursor(view, (cell + 1) * pages);
	else if (cells > 0)
		pages_next_area(view);
	else if (cell * pages > area->first_page)
		put_cursor(view, cell * pages - 1);
	else if (index)
		put_cursor(view, page_map_area(map, index - 1)->end_page - 1);
}

/* A folded line is passed by one key, as it is one line. */
static void move_across(struct process_view *view, int cells)
{
	struct map_row row;

	if (map_rows_at(view->pages.rows, pages_cursor_row(view), &row) &&
	    row.kind == MAP_ROW_FOLD) {
		if (cells > 0)
			view->pages.cursor = row.end_page - 1;
		else if (row.first_page > row.area->first_page)
			view->pages.cursor = row.first_page;
	}
	move_cells(view, cells);
}

static void move_lines(struct process_view *view, int64_t lines)
{
	struct pages_pane *pane = &view->pages;
	uint64_t count = map_rows_count(pane->rows);
	uint64_t row = pages_cursor_row(view);
	uint64_t back = lines < 0 ? (uint64_t)-lines : 0;
	size_t column = pane->column;
	struct map_row at;

	row = lines < 0 ? row - (back < row ? back : row)
			: row + (uint64_t)lines;
	if (row >= count)
		row = count - 1;
	/* A heading is passed; the first line of all is one. */
	if (map_rows_at(pane->rows, row, &at) && at.kind == MAP_ROW_HEADING)
		row += lines < 0 && row ? (uint64_t)-1 : 1;
	if (!map_rows_at(pane->rows, row, &at))
		return;
	pane->cursor = at.first_page;
	if (at.kind == MAP_ROW_CELLS)
		pane->cursor += (uint64_t)column << pane->zoom;
	if (pane->cursor >= at.end_page)
		pane->cursor = at.end_page - 1;
	if (pane->cursor < at.area->first_page)
		pane->cursor = at.area->first_page;
	scroll(view);
	pane->column = column;
}

static bool key_event(struct process_view *view, uint32_t key, size_t lines)
{
	int64_t page = lines > 1 ? (int64_t)lines - 1 : 1;

	switch (key) {
	case EVENT_LEFT:
		move_across(view, -1);
		return true;
	case EVENT_RIGHT:
		move_across(view, 1);
		return true;
	case EVENT_UP:
	case 'k':
		move_lines(view, -1);
		return true;
	case EVENT_DOWN:
	case 'j':
		move_lines(view, 1);
		return true;
	case EVENT_PAGE_UP:
		move_lines(view, -page);
		return true;
	case EVENT_PAGE_DOWN:
		move_lines(view, page);
		return true;
	case EVENT_HOME:
		put_cursor(view, 0);
		return true;
	case EVENT_END_KEY:
		put_cursor(view, UINT64_MAX);
		return true;
	default:
		return false;
	}
}

static bool click(struct process_view *view, const struct event *event)
{
	struct pages_place place = pages_place(view, view_box(view));
	uint64_t line = (uint64_t)event->y - place.map.y;
	uint64_t page;
	struct map_row row;

	if (event->button == EVENT_WHEEL_UP ||
	    event->button == EVENT_WHEEL_DOWN) {
		move_lines(view, event->button == EVENT_WHEEL_UP ? -3 : 3);
		return true;
	}
	if (event->button != EVENT_BUTTON_LEFT ||
	    event->y < (int)place.map.y || line >= place.map.height ||
	    !map_rows_at(view->pages.rows, view->pages.top + line, &row))
		return false;
	page = row.first_page;
	if (row.kind == MAP_ROW_CELLS && event->x >= (int)place.map.x)
		page += ((uint64_t)event->x - place.map.x) << view->pages.zoom;
	put_cursor(view, page < row.end_page ? page : row.end_page - 1);
	return true;
}

static bool event_in(struct process_view *view, const struct event *event,
		     struct box box)
{
	if (!view->pages.rows)
		return false;
	if (event->kind == EVENT_MOUSE)
		return click(view, event);
	return key_event(view, event->key,
			 pages_place(view, box).map.height);
}

const struct pane pane_pages = {
	.title = "Pages",
	.study = STUDY_PAGES,
	.draw = pages_draw,
	.event = event_in,
	.adopt = adopt,
};
