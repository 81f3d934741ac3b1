/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mappings of a process as a list.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "mappings.h"
#include "pane.h"

/* From here on the whole range has room, not only its start. */
#define RANGE_LEAST 120

/* The columns as they stand, by their numbers in the table of mappings. */
static const unsigned int numbers[] = {
	MAPPING_START, MAPPING_PERMISSIONS, MAPPING_VSS, MAPPING_RSS,
	MAPPING_PSS, MAPPING_USS, MAPPING_SWAP, MAPPING_KIND, MAPPING_NAME,
};

#define COLUMN_COUNT (sizeof(numbers) / sizeof(numbers[0]))
#define NAME_COLUMN (COLUMN_COUNT - 1)
#define NAME_LEAST 10

static void layout(size_t width, struct listing_column *columns,
		   struct listing *listing)
{
	static const unsigned char widths[COLUMN_COUNT] = {
		12, 4, 8, 8, 8, 8, 8, 7, 0,
	};
	static const unsigned char keeps[COLUMN_COUNT] = {
		3, 4, 6, 2, 0, 5, 7, 8, 0,
	};
	size_t i;

	for (i = 0; i < COLUMN_COUNT; i++)
		columns[i] = (struct listing_column){
			mapping_column(numbers[i])->heading, widths[i],
			mapping_column(numbers[i])->metric < 0, keeps[i],
		};
	if (width >= RANGE_LEAST)
		columns[0].width = 25;
	listing_fit(listing, columns, COLUMN_COUNT, width, NAME_LEAST);
}

static const struct pagemap_mapping *
mapping_at(const struct process_view *view, size_t line)
{
	const struct study *study = view_figures(view);

	return line < view->mappings.count ?
	       pagemap_process_mapping_at(study->process,
					  view->mappings.order[line]) : NULL;
}

/* ---- Order ------------------------------------------------------------- */

/* A mapping and what it is sorted by. */
struct sorted {
	uint32_t index;
	bool known;
	uint64_t bytes;
};

static int compare(const void *a, const void *b)
{
	const struct sorted *x = a, *y = b;

	if (x->known != y->known)
		return y->known - x->known;
	if (x->bytes != y->bytes)
		return x->bytes < y->bytes ? 1 : -1;
	return (x->index > y->index) - (x->index < y->index);
}

static int sort(struct mappings_pane *pane,
		const struct pagemap_process *process)
{
	const struct mapping_column *column = mapping_column(pane->sort);
	struct sorted *list = calloc(pane->count + 1, sizeof(*list));
	struct pagemap_usage usage;
	uint32_t i;

	if (!list)
		return -ENOMEM;
	for (i = 0; i < pane->count; i++) {
		list[i].index = i;
		if (column->metric >= 0 &&
		    !pagemap_usage_of_mapping(
			    pagemap_process_mapping_at(process, i), &usage)) {
			struct pagemap_value value = pagemap_usage_value(&usage,
				(enum pagemap_metric)column->metric);

			list[i].known = value.quality != PAGEMAP_UNAVAILABLE;
			list[i].bytes = value.value;
		}
	}
	qsort(list, pane->count, sizeof(*list), compare);
	for (i = 0; i < pane->count; i++)
		pane->order[i] = list[i].index;
	free(list);
	return 0;
}

/* The line of the mapping that begins at an address, or is next to it. */
static size_t line_of(const struct process_view *view, uint64_t vaddr)
{
	size_t i;

	for (i = 0; i < view->mappings.count; i++)
		if (pagemap_mapping_start_vaddr(mapping_at(view, i)) == vaddr)
			return i;
	return view->mappings.picker.selected;
}

static void picked(struct process_view *view)
{
	const struct pagemap_mapping *mapping =
		mapping_at(view, view->mappings.picker.selected);

	view->mappings.selected_vaddr =
		mapping ? pagemap_mapping_start_vaddr(mapping) : 0;
}

/* Which study the order was made of may be gone: its address was kept. */
static int arrange(struct process_view *view, struct box box,
		   uint64_t selected)
{
	const struct study *study = view_figures(view);
	struct mappings_pane *pane = &view->mappings;
	uint32_t *order;
	int err;

	if (!study)
		return 0;
	pane->count = pagemap_process_mapping_count(study->process);
	order = reallocarray(pane->order, pane->count + 1, sizeof(*order));
	if (!order)
		return -ENOMEM;
	pane->order = order;
	err = sort(pane, study->process);
	if (err)
		return err;
	if (selected)
		pane->picker.selected = line_of(view, selected);
	picker_fit(&pane->picker, pane->count, list_lines(box));
	picked(view);
	return 0;
}

static int adopt(struct process_view *view, struct box box)
{
	return arrange(view, box, view->mappings.selected_vaddr);
}

void mappings_sort(struct process_view *view)
{
	static const unsigned int next[MAPPING_COLUMNS] = {
		[MAPPING_START] = MAPPING_PSS,
		[MAPPING_PSS] = MAPPING_USS,
		[MAPPING_USS] = MAPPING_RSS,
		[MAPPING_RSS] = MAPPING_SWAP,
		[MAPPING_SWAP] = MAPPING_START,
	};

	view->mappings.sort = next[view->mappings.sort];
	/* One sorts to see what comes first. */
	view->mappings.picker = (struct picker){ 0 };
	arrange(view, view_box(view), 0);
}

void mappings_enter(struct process_view *view)
{
	const struct pagemap_mapping *mapping =
		mapping_at(view, view->mappings.picker.selected);

	if (!mapping)
		return;
	pages_go_to(view, pagemap_mapping_start_vaddr(mapping));
	view_show(view, PANE_PAGES);
}

/* ---- Drawing ----------------------------------------------------------- */

static void draw_line(const struct pagemap_mapping *mapping,
		      const struct listing *listing,
		      const struct listing_column *columns, enum style style,
		      struct canvas *canvas, struct box line)
{
	struct pagemap_usage usage;
	char scratch[MAPPING_TEXT_SIZE], text[4096];
	size_t i;

	if (pagemap_usage_of_mapping(mapping, &usage))
		return;
	for (i = 0; i < COLUMN_COUNT; i++) {
		unsigned int number = numbers[i];
		const struct mapping_column *column;

		if (number == MAPPING_START && listing->width[i] > 12)
			number = MAPPING_RANGE;
		column = mapping_column(number);
		if (column->metric >= 0) {
			struct pagemap_value value = pagemap_usage_value(&usage,
				(enum pagemap_metric)column->metric);

			listing_value(&value, UNITS_SUFFIX, listing->width[i], text);
		} else {
			escape_text(column->text(mapping, scratch,
						 sizeof(scratch)),
				    text, sizeof(text));
		}
		listing_cell(listing, columns, i, canvas, line.x, line.y, style,
			  text);
	}
}

static void draw(const struct process_view *view, struct canvas *canvas,
		 struct box box)
{
	const struct mappings_pane *pane = &view->mappings;
	struct listing_column columns[COLUMN_COUNT];
	struct listing listing;
	size_t i, sorted = 0;

	if (!view_figures(view) || !pane->count) {
		draw_nothing(view, STUDY_PROCESS, canvas, box);
		return;
	}
	layout(box.width, columns, &listing);
	while (numbers[sorted] != pane->sort)
		sorted++;
	listing_headings(&listing, columns, COLUMN_COUNT, sorted, canvas, box.x,
		      box.y, box.width);
	for (i = 0; i < list_lines(box) && pane->picker.top + i < pane->count;
	     i++) {
		size_t line = pane->picker.top + i;
		bool selected = line == pane->picker.selected;
		struct box at = { box.x, box.y + 1 + i, box.width, 1 };

		if (selected)
			canvas_fill(canvas, at.x, at.y, at.width,
				    STYLE_SELECTED, " ");
		draw_line(mapping_at(view, line), &listing, columns,
			  selected ? STYLE_SELECTED : STYLE_NORMAL, canvas, at);
	}
}

/* ---- Events ------------------------------------------------------------ */

static bool event_in(struct process_view *view, const struct event *event,
		     struct box box)
{
	struct mappings_pane *pane = &view->mappings;
	size_t line;

	if (event->kind == EVENT_MOUSE &&
	    event->button == EVENT_BUTTON_LEFT) {
		line = pane->picker.top + (size_t)event->y - box.y - 1;
		if (event->y <= (int)box.y || line >= pane->count)
			return false;
		pane->picker.selected = line;
	} else if (!picker_event(&pane->picker, event, pane->count,
				 list_lines(box))) {
		return false;
	}
	picked(view);
	return true;
}

static size_t count(const struct process_view *view)
{
	return view->mappings.count;
}

static bool matches(const struct process_view *view, size_t line,
		    const char *text)
{
	const struct pagemap_mapping *mapping = mapping_at(view, line);
	char scratch[MAPPING_TEXT_SIZE];

	return strcasestr(mapping_name(mapping), text) ||
	       strcasestr(mapping_column(MAPPING_RANGE)->text(mapping, scratch,
							      sizeof(scratch)),
			  text);
}

static struct picker *picker(struct process_view *view)
{
	return &view->mappings.picker;
}

const struct pane pane_mappings = {
	.title = "Mappings",
	.study = STUDY_PROCESS,
	.draw = draw,
	.event = event_in,
	.adopt = adopt,
	.count = count,
	.matches = matches,
	.picker = picker,
	.picked = picked,
};
