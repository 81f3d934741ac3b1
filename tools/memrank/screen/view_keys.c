/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The keys of the process view, and its search.
 */
#include <string.h>

#include "escape.h"
#include "pane.h"

static void open_help(struct process_view *view)
{
	view->help = true;
	view->help_top = 0;
}

static void next_pane(struct process_view *view)
{
	view_show(view, (view->pane + 1) % PANE_COUNT);
}

static void previous_pane(struct process_view *view)
{
	view_show(view, (view->pane + PANE_COUNT - 1) % PANE_COUNT);
}

static void show_mappings(struct process_view *view)
{
	view_show(view, PANE_MAPPINGS);
}

static void show_sharers(struct process_view *view)
{
	view_show(view, PANE_SHARERS);
}

static void show_pages(struct process_view *view)
{
	view_show(view, PANE_PAGES);
}

static void show_graph(struct process_view *view)
{
	view_show(view, PANE_GRAPH);
}

static void read_again(struct process_view *view)
{
	view->asked = true;
	process_view_refresh(view);
}

static void switch_scale(struct process_view *view)
{
	view->to_range = !view->to_range;
}

static void switch_total(struct process_view *view)
{
	view->total = !view->total;
}

static void begin_search(struct process_view *view)
{
	view->search = (struct search){ .typing = true };
}

/* The next line that matches, from a distance behind the selected one. */
static bool find(struct process_view *view, size_t distance)
{
	const struct pane *pane = pane_of(view->pane);
	struct picker *picker = pane->picker(view);
	size_t i, count = pane->count(view);

	for (i = distance; i < count + distance; i++) {
		size_t line = (picker->selected + i) % count;

		if (!pane->matches(view, line, view->search.text))
			continue;
		picker->selected = line;
		picker_fit(picker, count, list_lines(view_box(view)));
		if (pane->picked)
			pane->picked(view);
		return true;
	}
	return false;
}

static void find_next(struct process_view *view)
{
	if (view->search.length)
		find(view, 1);
}

static const struct view_key keys[] = {
	{ EVENT_F1, PANES_ALL, "F1 h ?", "Help", "this help", open_help },
	{ '?', PANES_ALL, NULL, NULL, NULL, open_help },
	{ 'h', PANES_ALL, NULL, NULL, NULL, open_help },
	{ EVENT_TAB, PANES_ALL, "Tab", "Pane", "the next of the four",
	  next_pane },
	{ EVENT_BACK_TAB, PANES_ALL, NULL, NULL, NULL, previous_pane },
	{ '1', PANES_ALL, "1 2 3 4", NULL, "one of them", show_mappings },
	{ '2', PANES_ALL, NULL, NULL, NULL, show_sharers },
	{ '3', PANES_ALL, NULL, NULL, NULL, show_pages },
	{ '4', PANES_ALL, NULL, NULL, NULL, show_graph },
	{ EVENT_ENTER, PANE_BIT(MAPPINGS), "Enter", "Pages",
	  "the pages of the mapping", mappings_enter },
	{ EVENT_ENTER, PANE_BIT(SHARERS), "Enter", "Open",
	  "that process in its place", sharers_enter },
	{ 's', PANE_BIT(MAPPINGS), "s", "Sort",
	  "by address, PSS, USS, RSS or swap", mappings_sort },
	{ '/', PANES_LISTS, "/", "Search", "a line with a text", begin_search },
	{ EVENT_F1 + 2, PANES_LISTS, "F3 n", NULL, "the next such line",
	  find_next },
	{ 'n', PANES_LISTS, NULL, NULL, NULL, find_next },
	{ 's', PANE_BIT(PAGES), "s", "Switch",
	  "what stands there, or how many share it", pages_switch },
	{ '-', PANE_BIT(PAGES), "-", "Out", "a cell is twice as many pages",
	  pages_zoom_out },
	{ '+', PANE_BIT(PAGES), "+ =", "In", "a cell is half as many pages",
	  pages_zoom_in },
	{ '=', PANE_BIT(PAGES), NULL, NULL, NULL, pages_zoom_in },
	{ 'n', PANE_BIT(PAGES), "n p", "Mapping", "the next or previous mapping",
	  pages_next_area },
	{ 'p', PANE_BIT(PAGES), NULL, NULL, NULL, pages_previous_area },
	{ ']', PANE_BIT(PAGES), "] [", "Change",
	  "the next or previous page of another class", pages_next_change },
	{ '[', PANE_BIT(PAGES), NULL, NULL, NULL, pages_previous_change },
	{ 'z', PANE_BIT(GRAPH), "z", "Scale",
	  "from zero, or from the least to the most", switch_scale },
	{ 't', PANE_BIT(GRAPH), "t", "Total", "of all processes, or of this one",
	  switch_total },
	{ 'r', PANES_ALL, "r", "Read", "read again now", read_again },
	{ EVENT_ESCAPE, PANES_ALL, "Esc", "Back", "to the list; also q and F10",
	  NULL },
};

#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))

const struct view_key *view_key_at(size_t index)
{
	return index < KEY_COUNT ? &keys[index] : NULL;
}

bool view_key_press(struct process_view *view, uint32_t key)
{
	size_t i;

	for (i = 0; i < KEY_COUNT; i++) {
		if (keys[i].key != key ||
		    !(keys[i].panes & 1u << view->pane) || !keys[i].act)
			continue;
		keys[i].act(view);
		return true;
	}
	return false;
}

/* ---- Search ------------------------------------------------------------ */

static void take_back(struct search *search)
{
	/* A character of UTF-8 goes as a whole. */
	while (search->length &&
	       (search->text[--search->length] & 0xc0) == 0x80)
		;
	search->text[search->length] = '\0';
}

void search_event(struct process_view *view, const struct event *event)
{
	struct search *search = &view->search;
	char text[8];
	size_t length = event_key_text(event->key, text);

	if (event->key == EVENT_ENTER || event->key == EVENT_ESCAPE) {
		search->typing = false;
		return;
	}
	if (event->key == EVENT_BACKSPACE) {
		take_back(search);
	} else if (length && search->length + length < sizeof(search->text)) {
		memcpy(search->text + search->length, text, length + 1);
		search->length += length;
	} else if (!pane_of(view->pane)->event(view, event, view_box(view))) {
		return;
	}
	search->missing = search->length && !find(view, 0);
}
