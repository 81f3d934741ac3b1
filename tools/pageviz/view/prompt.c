// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Texts that are typed: where to go, and what to search for.  A search is
 * followed while it is typed, and Enter opens what it found.
 */
#include <string.h>

#include "inside.h"

void prompt_open(struct view *view, enum prompt_kind kind)
{
	view->prompt = kind;
	view->in_list = false;
	view->typed[0] = '\0';
	if (kind == PROMPT_SEARCH)
		memcpy(view->typed, view->search, sizeof(view->typed));
}

void act_jump(struct acting *acting)
{
	prompt_open(acting->view, PROMPT_JUMP);
}

/* The last character, which may be several bytes. */
static void take_back(char *typed)
{
	size_t length = strlen(typed);

	while (length && ((unsigned char)typed[length - 1] & 0xc0) == 0x80)
		length--;
	if (length)
		typed[length - 1] = '\0';
}

static bool type_key(struct view *view, uint32_t key)
{
	char text[8];
	size_t bytes = event_key_text(key, text);
	size_t length = strlen(view->typed);

	if (key == EVENT_BACKSPACE)
		take_back(view->typed);
	else if (key == EVENT_CONTROL('u'))
		view->typed[0] = '\0';
	else if (bytes && length + bytes < sizeof(view->typed))
		memcpy(view->typed + length, text, bytes + 1);
	else
		return false;
	return true;
}

static void follow_search(struct view *view, struct stage *stage)
{
	memcpy(view->search, view->typed, sizeof(view->search));
	list_begin(view, stage);
}

static void enter_search(struct view *view, struct stage *stage)
{
	struct map_id map;

	view->prompt = PROMPT_NONE;
	if (list_chosen(view, stage, &map))
		view_act(view, stage, ACTION_OPEN, -1, OPEN_CHOSEN);
	else
		view_say(view, "no process matches '%s'", view->search);
}

static void search_key(struct view *view, struct stage *stage, uint32_t key)
{
	if (type_key(view, key)) {
		follow_search(view, stage);
	} else if (key == EVENT_ENTER) {
		enter_search(view, stage);
	} else if (key == EVENT_TAB) {
		view->prompt = PROMPT_NONE;
		view->in_list = true;
	} else if (key == EVENT_ESCAPE) {
		view->prompt = PROMPT_NONE;
		view->typed[0] = '\0';
		follow_search(view, stage);
	} else {
		list_key(view, stage, key);
	}
}

static void jump_key(struct view *view, struct stage *stage, uint32_t key)
{
	if (type_key(view, key))
		return;
	if (key == EVENT_ENTER || key == EVENT_ESCAPE)
		view->prompt = PROMPT_NONE;
	if (key == EVENT_ENTER && view->typed[0])
		view_jump(view, stage, view->typed);
}

void prompt_key(struct view *view, struct stage *stage, uint32_t key)
{
	if (view->prompt == PROMPT_SEARCH)
		search_key(view, stage, key);
	else
		jump_key(view, stage, key);
}
