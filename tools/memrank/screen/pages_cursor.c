/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is said of the page under the map's cursor, or of the pages of a cell.
 */
#include <inttypes.h>
#include <string.h>

#include "escape.h"
#include "flag_text.h"
#include "pages.h"

#define NAME_SIZE 4352

/* What is said of the cursor: names beside each other or on one line. */
struct told {
	struct canvas *canvas;
	struct box box;
	bool beside;			/* a line each, with its name */
	size_t line;
	size_t x;
};

size_t pages_fit(const char *text, size_t columns, char end)
{
	size_t i, bytes = escape_fit(text, columns);

	if (!text[bytes])
		return bytes;
	for (i = bytes; i; i--)
		if (text[i - 1] == end)
			return i;
	return bytes ? bytes : 1;
}

/* Text that is too long goes on below, where lines are its own. */
static void tell_below(struct told *told, const char *text)
{
	size_t indent = 9, width = told->box.width - indent;

	do {
		size_t bytes = pages_fit(text, width, ',');

		if (told->line >= told->box.height)
			return;
		canvas_printf(told->canvas, told->box.x + indent,
			      told->box.y + told->line++, width, STYLE_NORMAL,
			      "%.*s", (int)bytes, text);
		text += bytes;
	} while (*text);
}

static void tell(struct told *told, const char *name, const char *text)
{
	size_t width = told->box.width;

	if (told->line >= told->box.height)
		return;
	if (told->beside) {
		canvas_text(told->canvas, told->box.x,
			    told->box.y + told->line, width, STYLE_DIM, name);
		tell_below(told, text);
		return;
	}
	if (told->x && told->x + strlen(name) + 1 + strlen(text) > width &&
	    told->line + 1 < told->box.height) {
		told->line++;
		told->x = 0;
	}
	if (told->x >= width)
		return;
	told->x += canvas_printf(told->canvas, told->box.x + told->x,
				 told->box.y + told->line, width - told->x,
				 STYLE_DIM, "%s ", name);
	told->x += canvas_text(told->canvas, told->box.x + told->x,
			       told->box.y + told->line, width - told->x,
			       STYLE_NORMAL, text) + 2;
}

/* Why nobody can tell who shares what, if so. */
const char *pages_doubt(const struct process_view *view)
{
	if (!page_map_totals(pages_map(view),
			     PAGE_BY_SHARERS)->pages[SHARERS_UNKNOWN])
		return "";
	return pagemap_feature_reason(view->opts.source, PAGEMAP_FEATURE_PFN);
}

static void tell_run(struct told *told, const struct process_view *view,
		     const struct map_area *area)
{
	const struct page_map *map = pages_map(view);
	char flags[FLAGS_TEXT_SIZE], frame[FRAME_TEXT_SIZE];
	char sharers[SHARERS_TEXT_SIZE];
	struct pagemap_run run;
	uint64_t ahead;

	if (!page_map_run(map, area, view->pages.cursor, &run)) {
		tell(told, "state", "absent");
		return;
	}
	ahead = view->pages.cursor - run.start_vaddr / page_map_page_bytes(map);
	if (!(run.bits & PAGEMAP_RUN_SAME_FRAME)) {
		run.pfn += run.pfn == PAGEMAP_PFN_UNKNOWN ? 0 : ahead;
		run.swap_offset += run.swap_offset ? ahead : 0;
	}
	tell(told, "state", page_class_row(PAGE_BY_STATE, page_class_of(&run,
		pagemap_mapping_kind(area->mapping)))->name);
	frame_to_text(&run, frame);
	tell(told, run.state == PAGEMAP_PAGE_SWAPPED ? "slot" : "frame", frame);
	sharers_to_text(&run, sharers);
	tell(told, "sharers", sharers);
	flags_to_text(run.flags, flags);
	tell(told, "flags", flags);
	/* Beside the cells this is said once for all. */
	if (!told->beside && run.state == PAGEMAP_PAGE_PRESENT && !run.sharers)
		tell(told, "why", pages_doubt(view));
}

/* All that a cell of many pages, or a folded line, stands for. */
static void tell_mix(struct told *told, const struct process_view *view,
		     const struct map_area *area, uint64_t first, uint64_t end)
{
	const char *name = "holds";
	struct map_counts counts;
	unsigned int number;
	char text[64];

	page_map_count(pages_map(view), area, view->pages.by, first, end,
		       &counts);
	for (number = 0; number < page_class_count(view->pages.by); number++) {
		if (!counts.pages[number])
			continue;
		snprintf(text, sizeof(text), "%" PRIu64 " %s",
			 counts.pages[number],
			 page_class_row(view->pages.by, number)->name);
		tell(told, name, text);
		name = told->beside ? "" : "and";
	}
}

/* The pages that the cursor stands for. */
static void cursor_range(const struct process_view *view,
			 const struct map_row *row, uint64_t *ret_first,
			 uint64_t *ret_end)
{
	uint64_t cell = view->pages.cursor >> view->pages.zoom;

	*ret_first = cell << view->pages.zoom;
	*ret_end = (cell + 1) << view->pages.zoom;
	if (row->kind == MAP_ROW_FOLD) {
		*ret_first = row->first_page;
		*ret_end = row->end_page;
	}
	if (*ret_first < row->area->first_page)
		*ret_first = row->area->first_page;
	if (*ret_end > row->area->end_page)
		*ret_end = row->area->end_page;
}

static void tell_number(struct told *told, const struct map_area *area,
			uint64_t first, uint64_t end)
{
	char text[96];

	first -= area->first_page;
	end -= area->first_page;
	if (end - first > 1)
		snprintf(text, sizeof(text), "%" PRIu64 "-%" PRIu64 " of %"
			 PRIu64, first + 1, end,
			 area->end_page - area->first_page);
	else
		snprintf(text, sizeof(text), "%" PRIu64 " of %" PRIu64, end,
			 area->end_page - area->first_page);
	tell(told, "number", text);
}

void pages_draw_cursor(const struct process_view *view, struct canvas *canvas,
		       struct box box, bool beside)
{
	struct told told = { canvas, box, beside, 0, 0 };
	uint64_t bytes = page_map_page_bytes(pages_map(view)), first, end;
	char name[NAME_SIZE], text[96];
	struct map_row row;

	if (!box.height ||
	    !map_rows_at(view->pages.rows, pages_cursor_row(view), &row))
		return;
	cursor_range(view, &row, &first, &end);
	if (end - first > 1)
		snprintf(text, sizeof(text), "%" PRIx64 "-%" PRIx64,
			 first * bytes, end * bytes);
	else
		snprintf(text, sizeof(text), "%" PRIx64, first * bytes);
	tell(&told, end - first > 1 ? "pages" : "page", text);
	escape_text(mapping_name(row.area->mapping), name, sizeof(name));
	if (box.height > 1)
		tell_number(&told, row.area, first, end);
	if (told.beside)
		tell(&told, "mapping", name);
	if (end - first > 1)
		tell_mix(&told, view, row.area, first, end);
	else
		tell_run(&told, view, row.area);
}
