/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who shares pages with a process: how many, and of what kind.
 */
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "pane.h"

enum { CELL_OTHER, CELL_USER, CELL_SHARED, CELL_ANON, CELL_KSM,
       CELL_FILE, CELL_DIRTY, CELL_SHMEM, CELL_NAME, CELL_COUNT };

static const struct listing_column columns[CELL_COUNT] = {
	[CELL_OTHER] = { "PID", 7, false, 1 },
	[CELL_USER] = { "USER", 8, true, 7 },
	[CELL_SHARED] = { "SHARED", 8, false, 0 },
	[CELL_ANON] = { "FORK", 8, false, 3 },
	[CELL_KSM] = { "KSM", 8, false, 5 },
	[CELL_FILE] = { "FILE", 8, false, 2 },
	[CELL_DIRTY] = { "DIRTY", 8, false, 6 },
	[CELL_SHMEM] = { "SHMEM", 8, false, 4 },
	[CELL_NAME] = { "COMMAND", 0, true, 0 },
};

#define NAME_LEAST 10

/* Lines of the sums above the list. */
static size_t sum_lines(struct box box)
{
	return box.height > 4 ? 1 : 0;
}

static struct box list_box(struct box box)
{
	size_t lines = sum_lines(box);

	return (struct box){ box.x, box.y + lines, box.width,
			     box.height - lines };
}

static const struct study *study_of(const struct process_view *view)
{
	return view->studies[STUDY_SHARERS];
}

static size_t count(const struct process_view *view)
{
	return study_of(view) ? study_of(view)->sharer_count : 0;
}

/* ---- Drawing ----------------------------------------------------------- */

static void format_pages(uint64_t pages, const struct study *study,
			 char text[UNITS_SIZE])
{
	/* None of a kind is no figure that one looks for. */
	if (pages)
		units_format(pages * study->page_bytes, UNITS_SUFFIX, text);
	else
		memcpy(text, ".", 2);
}

static const enum pagemap_frame_kind kinds[CELL_COUNT] = {
	[CELL_ANON] = PAGEMAP_FRAME_ANON,
	[CELL_KSM] = PAGEMAP_FRAME_KSM,
	[CELL_FILE] = PAGEMAP_FRAME_FILE,
	[CELL_DIRTY] = PAGEMAP_FRAME_FILE_DIRTY,
	[CELL_SHMEM] = PAGEMAP_FRAME_SHMEM,
};

static bool is_empty(const struct study *study, size_t column)
{
	size_t i;

	for (i = 0; i < study->sharer_count; i++)
		if (study->sharers[i].pages[kinds[column]])
			return false;
	return true;
}

/* A kind that is not there at all goes before those that are. */
static void layout(const struct study *study, size_t width,
		   struct listing_column ret_columns[CELL_COUNT],
		   struct listing *listing)
{
	size_t i;

	memcpy(ret_columns, columns, sizeof(columns));
	for (i = 0; i < CELL_COUNT; i++)
		if (kinds[i] && is_empty(study, i))
			ret_columns[i].keep += CELL_COUNT;
	listing_fit(listing, ret_columns, CELL_COUNT, width, NAME_LEAST);
}

static void format_cell(const struct study *study, const struct sharer *sharer,
			size_t column, char *text, size_t size)
{
	switch (column) {
	case CELL_OTHER:
		snprintf(text, size, "%d",
			 (int)pagemap_process_pid(sharer->row.process));
		return;
	case CELL_USER:
		escape_text(sharer->row.user ? sharer->row.user : "-", text,
			    size);
		return;
	case CELL_SHARED:
		format_pages(sharer->total, study, text);
		return;
	case CELL_NAME:
		row_title(&sharer->row, text, size);
		return;
	default:
		format_pages(sharer->pages[kinds[column]], study, text);
	}
}

static void draw_line(const struct study *study, size_t line,
		      const struct listing *listing, enum style style,
		      struct canvas *canvas, struct box box)
{
	char text[1024];
	size_t i;

	for (i = 0; i < CELL_COUNT; i++) {
		format_cell(study, &study->sharers[line], i, text,
			    sizeof(text));
		listing_cell(listing, columns, i, canvas, box.x, box.y,
			  !strcmp(text, ".") && style == STYLE_NORMAL ?
			  STYLE_DIM : style, text);
	}
}

static void draw_sums(const struct study *study, struct canvas *canvas,
		      struct box box)
{
	char all[UNITS_SIZE], alone[UNITS_SIZE], shared[UNITS_SIZE];
	char unseen[UNITS_SIZE];
	const struct sharing_sums *sums = &study->sums;
	size_t x = box.x + 1;

	units_format((sums->alone + sums->shared) * study->page_bytes,
		     UNITS_SUFFIX, all);
	units_format(sums->alone * study->page_bytes, UNITS_SUFFIX, alone);
	units_format(sums->shared * study->page_bytes, UNITS_SUFFIX, shared);
	units_format(sums->unseen * study->page_bytes, UNITS_SUFFIX, unseen);
	x += canvas_printf(canvas, x, box.y, box.width, STYLE_BOLD, "%s", all);
	x += canvas_printf(canvas, x, box.y, box.width, STYLE_NORMAL,
			   " in frames: %s alone, %s with %zu other%s", alone,
			   shared, study->sharer_count,
			   study->sharer_count == 1 ? "" : "s");
	if (sums->unseen)
		canvas_printf(canvas, x, box.y, box.width, STYLE_WARNING,
			      "; others, not seen, may have %s of it", unseen);
}

static void draw(const struct process_view *view, struct canvas *canvas,
		 struct box box)
{
	const struct study *study = study_of(view);
	struct box list = list_box(box);
	struct listing_column fitted[CELL_COUNT];
	struct listing listing;
	size_t i, line;

	if (!study || *study->why) {
		draw_nothing(view, STUDY_SHARERS, canvas, box);
		return;
	}
	if (sum_lines(box))
		draw_sums(study, canvas, box);
	layout(study, box.width, fitted, &listing);
	listing_headings(&listing, columns, CELL_COUNT, CELL_SHARED, canvas,
		      list.x, list.y, list.width);
	if (!study->sharer_count && list.height > 1)
		canvas_text(canvas, list.x + 1, list.y + 1, list.width,
			    STYLE_DIM, "shares no page with any other");
	for (i = 0; i < list_lines(list); i++) {
		struct box at = { list.x, list.y + 1 + i, list.width, 1 };
		bool selected;

		line = view->sharers.top + i;
		if (line >= study->sharer_count)
			break;
		selected = line == view->sharers.selected;
		if (selected)
			canvas_fill(canvas, at.x, at.y, at.width,
				    STYLE_SELECTED, " ");
		draw_line(study, line, &listing,
			  selected ? STYLE_SELECTED : STYLE_NORMAL, canvas, at);
	}
}

/* ---- Events ------------------------------------------------------------ */

/* The selection stays with the process, wherever it is now. */
static int adopt(struct process_view *view, struct box box)
{
	const struct study *study = study_of(view);
	size_t i;

	for (i = 0; study && view->sharer_pid && i < study->sharer_count; i++)
		if (pagemap_process_pid(study->sharers[i].row.process) ==
		    view->sharer_pid)
			view->sharers.selected = i;
	picker_fit(&view->sharers, count(view), list_lines(list_box(box)));
	return 0;
}

static void picked(struct process_view *view)
{
	if (view->sharers.selected < count(view))
		view->sharer_pid = pagemap_process_pid(
			study_of(view)->sharers[view->sharers.selected]
				.row.process);
}

static bool event_in(struct process_view *view, const struct event *event,
		     struct box box)
{
	struct box list = list_box(box);
	size_t line;

	if (event->kind == EVENT_MOUSE &&
	    event->button == EVENT_BUTTON_LEFT) {
		line = view->sharers.top + (size_t)event->y - list.y - 1;
		if (event->y <= (int)list.y || line >= count(view))
			return false;
		view->sharers.selected = line;
	} else if (!picker_event(&view->sharers, event, count(view),
				 list_lines(list))) {
		return false;
	}
	picked(view);
	return true;
}

void sharers_enter(struct process_view *view)
{
	if (view->sharers.selected >= count(view))
		return;
	picked(view);
	view_turn_to(view, view->sharer_pid);
}

static bool matches(const struct process_view *view, size_t line,
		    const char *text)
{
	const struct row *row = &study_of(view)->sharers[line].row;
	char number[16];

	snprintf(number, sizeof(number), "%d",
		 (int)pagemap_process_pid(row->process));
	return (row->command && strcasestr(row->command, text)) ||
	       (row->comm && strcasestr(row->comm, text)) ||
	       !strcmp(number, text);
}

static struct picker *picker(struct process_view *view)
{
	return &view->sharers;
}

const struct pane pane_sharers = {
	.title = "Sharers",
	.study = STUDY_SHARERS,
	.draw = draw,
	.event = event_in,
	.adopt = adopt,
	.count = count,
	.matches = matches,
	.picker = picker,
	.picked = picked,
};
