// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of actions: which keys do what, and what the help says of them.
 * What an action does is act.c's.
 */
#include "action.h"

#include <stdio.h>
#include <string.h>

#include "event.h"
#include "layer.h"

static const struct action_row rows[] = {
	{ "? F1", ACTION_HELP, 0, "these keys" },
	{ "Left h", ACTION_CURSOR_X, -1, "move the map; near by, the cursor" },
	{ "Right l", ACTION_CURSOR_X, 1, NULL },
	{ "Up k", ACTION_CURSOR_Y, -1, "the same, up and down" },
	{ "Down j", ACTION_CURSOR_Y, 1, NULL },
	{ "PgUp C-b", ACTION_PAN_Y, -56, "a screen up, down" },
	{ "PgDn C-f", ACTION_PAN_Y, 56, NULL },
	{ "Home", ACTION_ENDS, 0, "first, last page" },
	{ "End G", ACTION_ENDS, 1, NULL },
	{ "+ =", ACTION_ZOOM, 1, "nearer, farther" },
	{ "- _", ACTION_ZOOM, -1, NULL },
	{ "f 0", ACTION_FIT, 0, "all of the map" },
	{ "z", ACTION_PAGES, 0, "so near that each page is seen" },
	{ "g :", ACTION_JUMP, 0, "go to an address, frame, file, mapping" },
	{ "Enter", ACTION_SELECT, 0, "light up a page, wherever it is" },
	{ "Tab", ACTION_NEXT_MAP, 1, "next, previous map" },
	{ "S-Tab", ACTION_NEXT_MAP, -1, NULL },
	{ "1", ACTION_COLOUR, COLOUR_STATE, "colour by state, by sharers" },
	{ "2", ACTION_COLOUR, COLOUR_SHARERS, NULL },
	{ "3", ACTION_COLOUR, COLOUR_FLAGS, "by flags, by owner" },
	{ "4", ACTION_COLOUR, COLOUR_OWNER, NULL },
	{ "5", ACTION_COLOUR, COLOUR_USER, "by user, by group" },
	{ "6", ACTION_COLOUR, COLOUR_GROUP, NULL },
	{ "7", ACTION_COLOUR, COLOUR_USE, "by use, by age" },
	{ "8", ACTION_COLOUR, COLOUR_AGE, NULL },
	{ "9", ACTION_COLOUR, COLOUR_CHANGED, "by change" },
	{ "v", ACTION_COLOUR, COLOUR_HOST, "by host, by vkernel" },
	{ "V", ACTION_COLOUR, COLOUR_VKERNEL, NULL },
	{ "c", ACTION_NEXT_COLOUR, 1, "next, previous colouring" },
	{ "C", ACTION_NEXT_COLOUR, -1, NULL },
	{ "m", ACTION_NEXT_LAYOUT, 1, "next, previous layout" },
	{ "M", ACTION_NEXT_LAYOUT, -1, NULL },
	{ "]", ACTION_WIDER, 1, "rows twice, half as wide" },
	{ "[", ACTION_WIDER, -1, NULL },
	{ "e", ACTION_NEXT_CLASS, 1, "only the next, previous class" },
	{ "E", ACTION_NEXT_CLASS, -1, NULL },
	{ "y", ACTION_CLASS_HERE, 0, "only, also the class of this page" },
	{ "Y", ACTION_CLASS_HERE, 1, NULL },
	{ "a", ACTION_ALL, 0, "all classes" },
	{ "n", ACTION_NEXT_ODD, 1, "next, previous page of those shown" },
	{ "N", ACTION_NEXT_ODD, -1, NULL },
	{ "L", ACTION_LEGEND, 0, "legend, or more room" },
	{ "P", ACTION_LIST, 0, "list of processes" },
	{ "/ F3", ACTION_SEARCH, 0, "search in it" },
	{ "o", ACTION_OPEN, OPEN_CHOSEN, "open what is chosen there" },
	{ "b", ACTION_OPEN_BESIDE, OPEN_CHOSEN, "beside, or this map again" },
	{ "R", ACTION_OPEN, 0, "open all of RAM" },
	{ "x", ACTION_CLOSE_MAP, 0, "close this map" },
	{ "p Space", ACTION_PAUSE, 0, "pause, go on" },
	{ ",", ACTION_STEP, -1, "a moment back, forward" },
	{ ".", ACTION_STEP, 1, NULL },
	{ "<", ACTION_MOMENT, 0, "oldest, newest moment" },
	{ ">", ACTION_MOMENT, MOMENT_NEWEST, NULL },
	{ "d", ACTION_BASE, 0, "compare with this moment; again: each" },
	{ "i", ACTION_INTERVAL, -1, "read more, less often" },
	{ "I", ACTION_INTERVAL, 1, NULL },
	{ "r F5", ACTION_READ, 0, "read now" },
	{ "t", ACTION_THEME, 0, "dark, light, paper" },
	{ "s", ACTION_SAVE, 0, "save a picture" },
	{ "Esc", ACTION_BACK, 0, "close, let go, show all" },
	{ "q F10 C-c", ACTION_QUIT, 0, "quit" },
	{ NULL, ACTION_NONE, 0, NULL },
};

const struct action_row *actions_all(void)
{
	return rows;
}

static bool has_key(const char *keys, const char *name)
{
	size_t length = strlen(name), word;

	for (; *keys; keys += word + strspn(keys + word, " ")) {
		word = strcspn(keys, " ");
		if (word == length && !memcmp(keys, name, length))
			return true;
	}
	return false;
}

const struct action_row *actions_by_key(uint32_t key)
{
	const struct action_row *row;
	char scratch[8];
	const char *name = event_key_name(key, scratch);

	if (!*name)
		return NULL;
	for (row = rows; row->action != ACTION_NONE; row++)
		if (has_key(row->keys, name))
			return row;
	return NULL;
}

const char *actions_key_of(enum action action, int64_t argument,
			   char scratch[16])
{
	const struct action_row *row;

	scratch[0] = '\0';
	for (row = rows; row->action != ACTION_NONE; row++) {
		if (row->action != action || row->argument != argument)
			continue;
		snprintf(scratch, 16, "%.*s", (int)strcspn(row->keys, " "),
			 row->keys);
		break;
	}
	return scratch;
}
