/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The keys of the list, in one table: what they do, the last line of the
 * screen and the help follow from it.
 */
#include <stdlib.h>
#include <string.h>

#include "screen.h"

#define KEYS_OF_ONE 4
#define INTERVAL_MIN_S 0.5
#define INTERVAL_MAX_S 60.0

struct key {
	uint32_t keys[KEYS_OF_ONE];
	const char *label;		/* in the last line; NULL: not there */
	int rank;			/* how long it stays there, 1 longest */
	const char *help;
	void (*act)(struct screen *screen);
};

/* ---- Moving ------------------------------------------------------------ */

static size_t page(const struct screen *screen)
{
	size_t lines = screen_layout(screen).lines;

	return lines > 1 ? lines - 1 : 1;
}

static void move_by(struct screen *screen, size_t lines, bool up)
{
	size_t last = screen->shown_count ? screen->shown_count - 1 : 0;
	size_t at = screen->selected;

	if (up)
		at = at > lines ? at - lines : 0;
	else
		at = at + lines < last ? at + lines : last;
	screen_select(screen, at);
}

static void go_up(struct screen *screen)
{
	move_by(screen, 1, true);
}

static void go_down(struct screen *screen)
{
	move_by(screen, 1, false);
}

static void page_up(struct screen *screen)
{
	move_by(screen, page(screen), true);
}

static void page_down(struct screen *screen)
{
	move_by(screen, page(screen), false);
}

static void go_home(struct screen *screen)
{
	screen_select(screen, 0);
}

static void go_to_end(struct screen *screen)
{
	move_by(screen, screen->shown_count, false);
}

static void go_left(struct screen *screen)
{
	if (screen->shift)
		screen->shift--;
}

static void go_right(struct screen *screen)
{
	/* Beyond the last column its text moves. */
	if (screen->shift < screen->settings.columns.count + 100)
		screen->shift++;
}

/* ---- What is shown ----------------------------------------------------- */

static void help(struct screen *screen)
{
	screen->mode = MODE_HELP;
	screen->help_top = 0;
}

static void search(struct screen *screen)
{
	prompt_open(screen, PROMPT_SEARCH);
}

static void filter(struct screen *screen)
{
	prompt_open(screen, PROMPT_FILTER);
}

static void search_again(struct screen *screen)
{
	if (!screen->search.length)
		prompt_open(screen, PROMPT_SEARCH);
	else if (!search_next(screen, screen->selected + 1, false))
		screen_say(screen, STYLE_WARNING, "nothing matches");
}

static void toggle_tree(struct screen *screen)
{
	if (screen->settings.by != BY_PROCESS)
		screen_group(screen, BY_PROCESS);
	else
		screen->tree = !screen->tree;
	if (screen->wanted_by != screen->settings.by)
		screen->tree = true;
	screen_rank(screen);
}

void screen_sort(struct screen *screen, const struct column *column)
{
	if (column == screen->settings.sort && !screen->by_change) {
		screen->settings.reverse = !screen->settings.reverse;
	} else {
		screen->settings.sort = column;
		screen->settings.reverse = false;
	}
	screen->by_change = false;
	screen_rank(screen);
}

static void sort_by(struct screen *screen, const char *name)
{
	const struct column *column = column_find(name, strlen(name));

	if (screen->settings.sort != column || screen->by_change)
		screen_sort(screen, column);
}

static void sort_by_pss(struct screen *screen)
{
	sort_by(screen, "pss");
}

static void sort_by_pid(struct screen *screen)
{
	if (screen->settings.by == BY_PROCESS)
		sort_by(screen, "pid");
}

static void sort_by_change(struct screen *screen)
{
	if (!screen->mark.set) {
		screen_say(screen, STYLE_WARNING, "there is no mark to change "
			   "since: F8 sets one");
		return;
	}
	screen->by_change = !screen->by_change;
	screen->settings.reverse = false;
	screen_rank(screen);
}

static void invert(struct screen *screen)
{
	screen->settings.reverse = !screen->settings.reverse;
	screen_rank(screen);
}

static void units(struct screen *screen)
{
	screen->settings.usual.units =
		screen->settings.usual.units == UNITS_KIB ? UNITS_SUFFIX
							  : UNITS_KIB;
}

static void fold_all(struct screen *screen)
{
	if (screen->folded.count) {
		process_set_clear(&screen->folded);
	} else {
		for (size_t i = 0; i < screen->shown_count; i++)
			if (screen->shown[i].parent && screen->shown[i].depth)
				process_set_add(&screen->folded,
						&screen->ranking.rows
						[screen->shown[i].row], 0);
	}
	screen_rank(screen);
}

static void set_interval(struct screen *screen, double interval_s)
{
	if (interval_s < INTERVAL_MIN_S)
		interval_s = INTERVAL_MIN_S;
	if (interval_s > INTERVAL_MAX_S)
		interval_s = INTERVAL_MAX_S;
	screen->interval_s = interval_s;
	screen->next_ns = 0;
	screen_say(screen, STYLE_GOOD, "read again every %g s", interval_s);
}

static bool in_tree(const struct screen *screen)
{
	return screen->tree && screen->settings.by == BY_PROCESS;
}

static void more(struct screen *screen)
{
	if (!in_tree(screen)) {
		set_interval(screen, screen->interval_s * 2);
		return;
	}
	tree_fold(screen, false);
	screen_rank(screen);
}

static void less(struct screen *screen)
{
	if (!in_tree(screen)) {
		set_interval(screen, screen->interval_s / 2);
		return;
	}
	tree_fold(screen, true);
	screen_rank(screen);
}

static void toggle_mark(struct screen *screen)
{
	if (screen->mark.set) {
		mark_clear(&screen->mark);
		screen->by_change = false;
		screen_say(screen, STYLE_GOOD, "the mark is gone");
	} else {
		mark_set(screen);
		screen_say(screen, STYLE_GOOD, "marked: CHANGE is what the PSS "
			   "grows from now on");
	}
	screen_rank(screen);
}

static void pause_reading(struct screen *screen)
{
	screen->paused = !screen->paused;
	screen->next_ns = 0;
}

static void read_now(struct screen *screen)
{
	screen->again = true;
}

/* ---- Rows -------------------------------------------------------------- */

static void tag(struct screen *screen)
{
	tags_toggle(screen);
	if (screen->selected + 1 < screen->shown_count)
		screen_select(screen, screen->selected + 1);
}

static void enter(struct screen *screen)
{
	const struct row *row = screen_row(screen);

	if (!row)
		return;
	if (row->process)
		screen_open_process(screen, row, false);
	else if (screen->settings.by == BY_MAPPING)
		screen_say(screen, STYLE_WARNING, "a mapping has no processes "
			   "here: F7 groups by something else");
	else
		screen_enter_group(screen, row->name);
}

static void graph(struct screen *screen)
{
	const struct row *row = screen_row(screen);

	if (row && row->process)
		screen_open_process(screen, row, true);
	else
		screen_say(screen, STYLE_WARNING, "only a process has a graph: "
			   "Enter shows those of the row");
}

/* One thing that hides rows after the other goes, the nearest first. */
static void leave(struct screen *screen)
{
	if (screen->filter.length)
		screen->filter = (struct typed){ .length = 0 };
	else if (*screen->user)
		screen->user[0] = '\0';
	else if (screen->within)
		screen_group(screen, screen->within_by);
	else
		return;
	screen_rank(screen);
}

static void quit(struct screen *screen)
{
	screen->ends = true;
}

static const struct key table[] = {
	{ { EVENT_F1, 'h', '?' }, "Help", 1, "this help", help },
	{ { EVENT_F1 + 1, 'c', 'S' }, "Column", 7,
	  "choose the columns that are shown", menu_open_columns },
	{ { EVENT_F1 + 2, '/' }, "Search", 3,
	  "search: select the next row with a text", search },
	{ { EVENT_F1 + 3, '\\' }, "Filter", 4,
	  "show only the rows with a text", filter },
	{ { EVENT_F1 + 4, 't' }, "Tree", 6,
	  "processes under their parents, or flat", toggle_tree },
	{ { EVENT_F1 + 5, '<', '>', ',' }, "SortBy", 5,
	  "choose the column to sort by", menu_open_sort },
	{ { EVENT_F1 + 6, 'b' }, "Group", 8,
	  "choose what a row is: a process, user, cgroup, mapping ...",
	  menu_open_groups },
	{ { EVENT_F1 + 7, 'm' }, "Mark", 9,
	  "mark this moment: show what changes from now on; or no more",
	  toggle_mark },
	{ { EVENT_F1 + 8, 'k' }, "Kill", 10,
	  "send a signal to the tagged or the selected, after asking",
	  kill_open },
	{ { EVENT_F1 + 9, 'q', EVENT_CONTROL('c') }, "Quit", 2, "quit", quit },
	{ { EVENT_ENTER }, NULL, 0,
	  "open the process: its mappings and pages; or enter the group",
	  enter },
	{ { 'g' }, NULL, 0, "the graph of its PSS over time", graph },
	{ { EVENT_ESCAPE, EVENT_BACKSPACE }, NULL, 0,
	  "leave the filter, the user, the group", leave },
	{ { ' ' }, NULL, 0, "tag the row; the tagged are summed up as one set",
	  tag },
	{ { 'U' }, NULL, 0, "take all tags away", tags_clear },
	{ { 'u' }, NULL, 0, "choose the user whose processes are shown",
	  menu_open_users },
	{ { 'n' }, NULL, 0, "search on for the same text", search_again },
	{ { 'M', 'P' }, NULL, 0, "sort by memory: PSS", sort_by_pss },
	{ { 'N' }, NULL, 0, "sort by pid", sort_by_pid },
	{ { 'd' }, NULL, 0, "sort by the change since the mark",
	  sort_by_change },
	{ { 'I', 'r' }, NULL, 0, "invert the order", invert },
	{ { '+', '=' }, NULL, 0, "unfold in the tree; else read less often",
	  more },
	{ { '-' }, NULL, 0, "fold in the tree; else read more often", less },
	{ { '*' }, NULL, 0, "fold or unfold all of the tree", fold_all },
	{ { 'z' }, NULL, 0, "stop reading, and go on", pause_reading },
	{ { EVENT_CONTROL('l'), 'R' }, NULL, 0, "read again now", read_now },
	{ { 'K' }, NULL, 0, "sizes in whole KiB, or with a suffix", units },
	{ { EVENT_UP, EVENT_CONTROL('p') }, NULL, 0, "up", go_up },
	{ { EVENT_DOWN, 'j', EVENT_CONTROL('n') }, NULL, 0, "down", go_down },
	{ { EVENT_PAGE_UP, EVENT_CONTROL('b') }, NULL, 0, "a screen up",
	  page_up },
	{ { EVENT_PAGE_DOWN, EVENT_CONTROL('f') }, NULL, 0, "a screen down",
	  page_down },
	{ { EVENT_HOME }, NULL, 0, "to the first row, and stay there",
	  go_home },
	{ { EVENT_END_KEY, 'G' }, NULL, 0, "to the last row", go_to_end },
	{ { EVENT_LEFT }, NULL, 0, "columns to the left", go_left },
	{ { EVENT_RIGHT }, NULL, 0, "columns to the right", go_right },
};

#define KEY_COUNT (sizeof(table) / sizeof(table[0]))

/* ---- What follows from the table --------------------------------------- */

static const struct key *find(uint32_t key)
{
	size_t i, j;

	for (i = 0; i < KEY_COUNT; i++)
		for (j = 0; j < KEYS_OF_ONE && table[i].keys[j]; j++)
			if (table[i].keys[j] == key)
				return &table[i];
	return NULL;
}

bool keys_hint(size_t index, struct key_hint *ret_hint)
{
	if (index >= KEY_COUNT || !table[index].label)
		return false;
	*ret_hint = (struct key_hint){
		table[index].keys[0], table[index].label, table[index].rank,
	};
	return true;
}

bool keys_help(size_t index, char *keys, size_t size, const char **ret_text)
{
	size_t i, length = 0;
	char name[8];

	if (index >= KEY_COUNT)
		return false;
	keys[0] = '\0';
	for (i = 0; i < KEYS_OF_ONE && table[index].keys[i]; i++)
		length += (size_t)snprintf(keys + length, size - length, "%s%s",
					   i ? " " : "", event_key_name(
					   table[index].keys[i], name));
	*ret_text = table[index].help;
	return true;
}

/* ---- The mouse --------------------------------------------------------- */

static void click_heading(struct screen *screen, size_t x)
{
	struct placed placed[COLUMNS_MAX + 1];
	size_t i, count = columns_place(screen, placed, COLUMNS_MAX + 1);

	for (i = 0; i < count; i++) {
		if (x < placed[i].x || x >= placed[i].x + placed[i].width)
			continue;
		if (placed[i].column)
			screen_sort(screen, placed[i].column);
		else
			sort_by_change(screen);
	}
}

/* A row that is selected already is opened. */
static void click_row(struct screen *screen, size_t line)
{
	if (line >= screen->shown_count)
		return;
	if (line == screen->selected)
		enter(screen);
	else
		screen_select(screen, line);
}

static void click(struct screen *screen, size_t x, size_t y)
{
	struct layout layout = screen_layout(screen);
	const struct key *key;

	if (y == layout.heading && layout.lines) {
		click_heading(screen, x);
	} else if (y >= layout.list && y < layout.list + layout.lines) {
		click_row(screen, screen->top + y - layout.list);
	} else if (layout.keys && y + 1 == screen->height) {
		key = find(keys_at(screen, x));
		if (key)
			key->act(screen);
	}
}

static void mouse(struct screen *screen, const struct event *event)
{
	switch (event->button) {
	case EVENT_WHEEL_UP:
		move_by(screen, 3, true);
		break;
	case EVENT_WHEEL_DOWN:
		move_by(screen, 3, false);
		break;
	case EVENT_BUTTON_LEFT:
		if (event->x >= 0 && event->y >= 0)
			click(screen, (size_t)event->x, (size_t)event->y);
		break;
	default:
		break;
	}
}

void keys_event(struct screen *screen, const struct event *event)
{
	const struct key *key;
	char name[8];

	if (event->kind == EVENT_MOUSE) {
		mouse(screen, event);
		return;
	}
	key = find(event->key);
	if (key)
		key->act(screen);
	else if (event->key != EVENT_KEY_NONE)
		screen_say(screen, STYLE_WARNING, "%s does nothing here: F1 "
			   "lists the keys", event_key_name(event->key, name));
}

/* ---- The help ---------------------------------------------------------- */

void help_event(struct screen *screen, const struct event *event)
{
	size_t lines = help_lines(screen), *top = &screen->help_top;
	size_t last = KEY_COUNT > lines ? KEY_COUNT - lines : 0;

	switch (event_scroll_key(event)) {
	case EVENT_UP:
		*top -= *top > 0;
		break;
	case EVENT_DOWN:
		++*top;
		break;
	case EVENT_PAGE_UP:
		*top -= *top > lines ? lines : *top;
		break;
	case EVENT_PAGE_DOWN:
	case ' ':
		*top += lines;
		break;
	default:
		screen->mode = MODE_LIST;
		break;
	}
	if (*top > last)
		*top = last;
}
