/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Choosers over the list: of columns, the order, groups and users.  They are
 * all one menu, and differ in a table of what their items are and do.
 */
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "screen.h"

/* ---- Columns and order ------------------------------------------------- */

static bool is_of_groups(const struct column *column)
{
	return column->kind == COLUMN_SIZE || !strcmp(column->name, "name") ||
	       !strcmp(column->name, "processes") ||
	       !strcmp(column->name, "quality");
}

static bool is_offered(const struct screen *screen, const struct column *column)
{
	if (column->of_guest && !screen->settings.usual.source.vkernel)
		return false;
	if (screen->wanted_by != BY_PROCESS)
		return is_of_groups(column);
	return strcmp(column->name, "name") != 0;
}

static const struct column *column_at(const struct screen *screen, size_t index)
{
	const struct column *column;

	for (column = columns_all(); column->name; column++)
		if (is_offered(screen, column) && !index--)
			return column;
	return NULL;
}

static size_t count_columns(struct screen *screen)
{
	size_t count = 0;

	while (column_at(screen, count))
		count++;
	return count;
}

static struct column_list *shown_columns(struct screen *screen)
{
	return &screen->columns[screen->wanted_by != BY_PROCESS];
}

static void column_item(struct screen *screen, size_t index,
			struct menu_item *ret_item)
{
	const struct column *column = column_at(screen, index);

	snprintf(ret_item->text, sizeof(ret_item->text), "%s", column->heading);
	ret_item->help = column->help;
	ret_item->checked = column_is_shown(shown_columns(screen),
					    column->name);
}

static void sort_item(struct screen *screen, size_t index,
		      struct menu_item *ret_item)
{
	column_item(screen, index, ret_item);
	ret_item->checked = !screen->by_change &&
			    column_at(screen, index) == screen->settings.sort;
}

static void remove_at(struct column_list *list, size_t place)
{
	list->count--;
	memmove(&list->items[place], &list->items[place + 1],
		(list->count - place) * sizeof(list->items[0]));
}

/* A last column of text stays the last one: it takes what is left. */
static void add_column(struct column_list *list, const struct column *column)
{
	const struct column *last = list->items[list->count - 1];
	size_t place = list->count - (last->kind == COLUMN_TEXT);

	if (list->count == COLUMNS_MAX)
		return;
	memmove(&list->items[place + 1], &list->items[place],
		(list->count++ - place) * sizeof(list->items[0]));
	list->items[place] = column;
}

static void toggle_column(struct screen *screen, size_t index)
{
	struct column_list *list = shown_columns(screen);
	const struct column *column = column_at(screen, index);
	size_t i;

	for (i = 0; i < list->count; i++)
		if (list->items[i] == column)
			break;
	if (i == list->count)
		add_column(list, column);
	else if (list->count > 1)
		remove_at(list, i);
	else
		screen_say(screen, STYLE_WARNING, "one column has to stay");
	screen_rank(screen);
}

static void leave_menu(struct screen *screen, size_t index)
{
	(void)index;
	screen->mode = MODE_LIST;
}

static void choose_sort(struct screen *screen, size_t index)
{
	const struct column *column = column_at(screen, index);

	screen->mode = MODE_LIST;
	screen_sort(screen, column);
}

/* ---- Groups ------------------------------------------------------------ */

static const struct {
	enum rank_by by;
	const char *name;
	const char *help;
} groups[] = {
	{ BY_PROCESS, "process", "each process by itself" },
	{ BY_USER, "user", "processes by their user" },
	{ BY_CGROUP, "cgroup", "by the path of their cgroup" },
	{ BY_UNIT, "unit", "by service, scope or slice" },
	{ BY_EXE, "exe", "by the path of their executable" },
	{ BY_COMM, "comm", "by their name" },
	{ BY_SESSION, "session", "by their session" },
	{ BY_MAPPING, "mapping", "by file: who maps it does not matter" },
};

#define GROUP_COUNT (sizeof(groups) / sizeof(groups[0]))

static size_t count_groups(struct screen *screen)
{
	(void)screen;
	return GROUP_COUNT;
}

static void group_item(struct screen *screen, size_t index,
		       struct menu_item *ret_item)
{
	snprintf(ret_item->text, sizeof(ret_item->text), "%s",
		 groups[index].name);
	ret_item->help = groups[index].help;
	ret_item->checked = screen->wanted_by == groups[index].by;
}

const char *screen_group_name(enum rank_by by)
{
	size_t i;

	for (i = 0; i < GROUP_COUNT; i++)
		if (groups[i].by == by)
			return groups[i].name;
	return "";
}

void screen_group(struct screen *screen, enum rank_by by)
{
	free(screen->within);
	screen->within = NULL;
	screen->wanted_by = by;
	screen->shift = 0;
	if (by != BY_PROCESS && !is_of_groups(screen->settings.sort))
		screen->settings.sort = column_find("pss", 3);
	screen_select(screen, 0);
	screen_rank(screen);
}

void screen_enter_group(struct screen *screen, const char *name)
{
	char *within = strdup(name);
	enum rank_by by = screen->settings.by;

	screen_group(screen, BY_PROCESS);
	screen->within = within;
	screen->within_by = by;
	screen_rank(screen);
}

static void choose_group(struct screen *screen, size_t index)
{
	screen->mode = MODE_LIST;
	screen_group(screen, groups[index].by);
}

/* ---- Users ------------------------------------------------------------- */

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The users of the processes that are ranked, once each; by name. */
static const char **find_users(const struct screen *screen, size_t *ret_count)
{
	size_t i, kept = 0, count = screen->ranking.count;
	const char **users = calloc(count + 1, sizeof(*users));

	*ret_count = 0;
	if (!users)
		return NULL;
	for (i = 0; i < count; i++)
		if (screen->ranking.rows[i].user)
			users[kept++] = screen->ranking.rows[i].user;
	qsort(users, kept, sizeof(*users), compare_names);
	for (i = 0; i < kept; i++)
		if (!i || strcmp(users[i], users[*ret_count - 1]) != 0)
			users[(*ret_count)++] = users[i];
	return users;
}

static size_t count_users(struct screen *screen)
{
	size_t count;

	free(find_users(screen, &count));
	return count + 1;
}

/* The first item are all of them. */
static void user_name_at(const struct screen *screen, size_t index, char *name,
			 size_t size)
{
	size_t count;
	const char **users = find_users(screen, &count);

	snprintf(name, size, "%s", index && index <= count && users ?
		 users[index - 1] : "");
	free(users);
}

static void user_item(struct screen *screen, size_t index,
		      struct menu_item *ret_item)
{
	char name[sizeof(screen->user)];

	user_name_at(screen, index, name, sizeof(name));
	escape_text(index ? name : "all users", ret_item->text,
		    sizeof(ret_item->text));
	ret_item->help = NULL;
	ret_item->checked = !strcmp(name, screen->user);
}

static void choose_user(struct screen *screen, size_t index)
{
	user_name_at(screen, index, screen->user, sizeof(screen->user));
	screen->mode = MODE_LIST;
	screen_rank(screen);
}

/* ---- All of them ------------------------------------------------------- */

static const struct menu_kind columns_kind = {
	"Columns", "Space shows or hides, Enter is done", true, count_columns,
	column_item, leave_menu, toggle_column,
};
static const struct menu_kind sort_kind = {
	"Sort by", "Enter sorts, once more inverts, Esc leaves", false,
	count_columns, sort_item, choose_sort, NULL,
};
static const struct menu_kind groups_kind = {
	"A row is", "Enter chooses, Esc leaves", false, count_groups,
	group_item, choose_group, NULL,
};
static const struct menu_kind users_kind = {
	"Processes of", "Enter chooses, Esc leaves", false, count_users,
	user_item, choose_user, NULL,
};

static void keep_in_sight(struct screen *screen)
{
	struct menu *menu = &screen->menu;
	size_t lines = menu_lines(screen);

	if (menu->selected < menu->top)
		menu->top = menu->selected;
	if (lines && menu->selected >= menu->top + lines)
		menu->top = menu->selected - lines + 1;
}

/* Begins at what is chosen now. */
static void open_menu(struct screen *screen, const struct menu_kind *kind)
{
	struct menu_item item;
	size_t i, count = kind->count(screen);

	screen->menu = (struct menu){ .kind = kind };
	screen->mode = MODE_MENU;
	for (i = 0; i < count && !kind->has_checks; i++) {
		kind->item(screen, i, &item);
		if (item.checked)
			screen->menu.selected = i;
	}
	keep_in_sight(screen);
}

void menu_open_columns(struct screen *screen)
{
	open_menu(screen, &columns_kind);
}

void menu_open_sort(struct screen *screen)
{
	open_menu(screen, &sort_kind);
}

void menu_open_groups(struct screen *screen)
{
	open_menu(screen, &groups_kind);
}

void menu_open_users(struct screen *screen)
{
	if (screen->settings.by == BY_PROCESS)
		open_menu(screen, &users_kind);
	else
		screen_say(screen, STYLE_WARNING, "rows are no processes here: "
			   "F7 chooses what a row is");
}

static bool select_typed(struct screen *screen, size_t from)
{
	struct menu *menu = &screen->menu;
	size_t i, count = menu->kind->count(screen);
	struct menu_item item;

	for (i = 0; i < count; i++) {
		menu->kind->item(screen, (from + i) % count, &item);
		if (strcasestr(item.text, menu->typed.text) != item.text)
			continue;
		menu->selected = (from + i) % count;
		return true;
	}
	return false;
}

/* What is typed begins an item; where none goes on so, it begins anew. */
static void jump(struct screen *screen, uint32_t key)
{
	struct menu *menu = &screen->menu;
	struct typed *typed = &menu->typed;
	char text[8];
	size_t length = event_key_text(key, text);

	if (!length || typed->length + length >= sizeof(typed->text))
		return;
	memcpy(typed->text + typed->length, text, length + 1);
	typed->length += length;
	if (select_typed(screen, menu->selected))
		return;
	memcpy(typed->text, text, length + 1);
	typed->length = length;
	select_typed(screen, menu->selected + 1);
}

static void menu_key(struct screen *screen, uint32_t key)
{
	struct menu *menu = &screen->menu;
	size_t last = menu->kind->count(screen) - 1;
	size_t lines = menu_lines(screen);

	if (key >= EVENT_KEY_NONE || key == ' ')
		menu->typed.length = 0;
	switch (key) {
	case EVENT_UP:
		menu->selected -= menu->selected > 0;
		break;
	case EVENT_DOWN:
		menu->selected += menu->selected < last;
		break;
	case EVENT_PAGE_UP:
		menu->selected -= menu->selected > lines ? lines
							 : menu->selected;
		break;
	case EVENT_PAGE_DOWN:
		menu->selected = menu->selected + lines < last ?
				 menu->selected + lines : last;
		break;
	case EVENT_HOME:
		menu->selected = 0;
		break;
	case EVENT_END_KEY:
		menu->selected = last;
		break;
	case ' ':
		if (menu->kind->toggle)
			menu->kind->toggle(screen, menu->selected);
		break;
	case EVENT_ENTER:
		menu->kind->choose(screen, menu->selected);
		break;
	case EVENT_ESCAPE:
	case EVENT_F1 + 9:
	case EVENT_CONTROL('c'):
		screen->mode = MODE_LIST;
		break;
	default:
		jump(screen, key);
		break;
	}
}

void menu_event(struct screen *screen, const struct event *event)
{
	menu_key(screen, event_scroll_key(event));
	if (screen->mode == MODE_MENU)
		keep_in_sight(screen);
}
