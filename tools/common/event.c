/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of keys, and scripts of events, see event.h.
 */
#include "event.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"

static const struct {
	const char *name;
	uint32_t key;
} names[] = {
	{ "Enter", EVENT_ENTER }, { "Esc", EVENT_ESCAPE }, { "Tab", EVENT_TAB },
	{ "S-Tab", EVENT_BACK_TAB }, { "Space", ' ' },
	{ "Backspace", EVENT_BACKSPACE }, { "Del", EVENT_DELETE },
	{ "Ins", EVENT_INSERT }, { "Up", EVENT_UP }, { "Down", EVENT_DOWN },
	{ "Left", EVENT_LEFT }, { "Right", EVENT_RIGHT },
	{ "PgUp", EVENT_PAGE_UP }, { "PgDn", EVENT_PAGE_DOWN },
	{ "Home", EVENT_HOME }, { "End", EVENT_END_KEY },
};

#define NAME_COUNT (sizeof(names) / sizeof(names[0]))

static const struct {
	const char *name;
	enum event_kind kind;
	enum event_button button;
} buttons[] = {
	{ "click:", EVENT_MOUSE, EVENT_BUTTON_LEFT },
	{ "right:", EVENT_MOUSE, EVENT_BUTTON_RIGHT },
	{ "wheel-up:", EVENT_MOUSE, EVENT_WHEEL_UP },
	{ "wheel-down:", EVENT_MOUSE, EVENT_WHEEL_DOWN },
	{ "press:", EVENT_MOUSE, EVENT_BUTTON_LEFT },
	{ "move:", EVENT_MOTION, 0 },
	{ "release:", EVENT_RELEASE, EVENT_BUTTON_LEFT },
	{ "drag:", EVENT_MOUSE, EVENT_BUTTON_LEFT },
};

#define BUTTON_COUNT (sizeof(buttons) / sizeof(buttons[0]))
#define DRAG_MOVES 4	/* between press and release */

struct event event_of_key(uint32_t key)
{
	return (struct event){ .kind = EVENT_KEY, .key = key };
}

uint32_t event_scroll_key(const struct event *event)
{
	if (event->kind != EVENT_MOUSE)
		return event->key;
	if (event->button == EVENT_WHEEL_UP)
		return EVENT_UP;
	return event->button == EVENT_WHEEL_DOWN ? EVENT_DOWN : EVENT_ESCAPE;
}

int64_t event_row_step(uint32_t key, int64_t page)
{
	switch (key) {
	case EVENT_UP:
	case 'k':
		return -1;
	case EVENT_DOWN:
	case 'j':
		return 1;
	case EVENT_PAGE_UP:
		return -page;
	case EVENT_PAGE_DOWN:
		return page;
	case EVENT_HOME:
		return -EVENT_FAR;
	case EVENT_END_KEY:
		return EVENT_FAR;
	default:
		return 0;
	}
}

static bool is_word(const char *word, size_t length, const char *name)
{
	return strlen(name) == length && !memcmp(word, name, length);
}

static uint32_t key_of(const char *word, size_t length)
{
	unsigned long number;
	size_t i;
	char *end;

	for (i = 0; i < NAME_COUNT; i++)
		if (is_word(word, length, names[i].name))
			return names[i].key;
	if (length == 3 && !memcmp(word, "C-", 2) && word[2] >= 'a' &&
	    word[2] <= 'z')
		return EVENT_CONTROL((uint32_t)word[2]);
	if (*word != 'F' || length < 2 || length > 3)
		return EVENT_KEY_NONE;
	number = strtoul(word + 1, &end, 10);
	if (end != word + length || number < 1 || number > 12)
		return EVENT_KEY_NONE;
	return EVENT_F1 + (uint32_t)number - 1;
}

/* ---- Pointers ---------------------------------------------------------- */

static bool begins(const char *word, const char *name)
{
	return strncmp(word, name, strlen(name)) == 0;
}

/* "C-S-" before a pointer's word; gives its bytes. */
static size_t modifiers_of(const char *word, unsigned int *ret_modifiers)
{
	size_t bytes;

	*ret_modifiers = 0;
	for (bytes = 0;; bytes += 2) {
		if (begins(word + bytes, "C-"))
			*ret_modifiers |= EVENT_CTRL;
		else if (begins(word + bytes, "S-"))
			*ret_modifiers |= EVENT_SHIFT;
		else
			return bytes;
	}
}

/* "X,Y", of drag: "X,Y-X,Y" too: whether it ends where the word does. */
static bool places_of(const char *text, size_t length, bool drag,
		      struct event *event, struct event_script_drag *ret_drag)
{
	int end = 0;

	if (!drag)
		return sscanf(text, "%4d,%4d%n", &event->x, &event->y,
			      &end) == 2 && (size_t)end == length;
	if (sscanf(text, "%4d,%4d-%4d,%4d%n", &event->x, &event->y,
		   &ret_drag->to_x, &ret_drag->to_y, &end) != 4 ||
	    (size_t)end != length)
		return false;
	ret_drag->x = event->x;
	ret_drag->y = event->y;
	ret_drag->steps = DRAG_MOVES + 1;
	ret_drag->next = *event;
	return true;
}

/* What the next events have to know of this one. */
static void pointer_remember(struct event_script *script,
			     const struct event *event, const char *name)
{
	if (event->kind == EVENT_RELEASE)
		script->held = 0;
	if (!strcmp(name, "press:"))
		script->held = event->button;
	if (script->pointer && (!strcmp(name, "click:") ||
				!strcmp(name, "right:"))) {
		script->drag.steps = 1;
		script->drag.next = *event;
		script->drag.to_x = event->x;
		script->drag.to_y = event->y;
	}
}

/* 0, or -EINVAL for a place that is none; -ENOENT: something else. */
static int mouse_of(struct event_script *script, const char *word,
		    size_t length, struct event *ret_event)
{
	struct event event = { 0 };
	struct event_script_drag drag = { 0 };
	size_t before = modifiers_of(word, &event.modifiers);
	size_t i;

	for (i = 0; i < BUTTON_COUNT; i++)
		if (begins(word + before, buttons[i].name))
			break;
	if (i == BUTTON_COUNT)
		return -ENOENT;
	before += strlen(buttons[i].name);
	event.kind = buttons[i].kind;
	event.button = event.kind == EVENT_MOTION ? script->held :
						    buttons[i].button;
	if (before > length ||
	    !places_of(word + before, length - before,
		       !strcmp(buttons[i].name, "drag:"), &event, &drag))
		return -EINVAL;
	if (drag.steps)
		script->drag = drag;
	pointer_remember(script, &event, buttons[i].name);
	*ret_event = event;
	return 0;
}

/* Moves by equal parts, then the release. */
static int drag_on(struct event_script_drag *drag, struct event *ret_event)
{
	struct event event = drag->next;
	int left = --drag->steps;

	event.kind = left ? EVENT_MOTION : EVENT_RELEASE;
	if (left > 1) {
		int done = DRAG_MOVES + 1 - left;

		event.x = drag->x + (drag->to_x - drag->x) * done / DRAG_MOVES;
		event.y = drag->y + (drag->to_y - drag->y) * done / DRAG_MOVES;
	} else {
		event.x = drag->to_x;
		event.y = drag->to_y;
	}
	*ret_event = event;
	return 1;
}

static int resize_of(const char *word, size_t length, struct event *ret_event)
{
	struct event event = { .kind = EVENT_RESIZE };
	int end = 0;

	if (strncmp(word, "resize:", 7) != 0)
		return -ENOENT;
	if (sscanf(word + 7, "%4dx%4d%n", &event.width, &event.height,
		   &end) != 2 || 7 + (size_t)end != length ||
	    event.width < 1 || event.height < 1)
		return -EINVAL;
	*ret_event = event;
	return 0;
}

/* What a whole word means; -ENOENT: it is text that is typed. */
static int word_of(struct event_script *script, const char *word,
		   size_t length, struct event *ret_event)
{
	uint32_t key = key_of(word, length);
	int err;

	if (key != EVENT_KEY_NONE) {
		*ret_event = event_of_key(key);
		return 0;
	}
	if (is_word(word, length, "tick")) {
		*ret_event = (struct event){ .kind = EVENT_TICK };
		return 0;
	}
	err = mouse_of(script, word, length, ret_event);
	return err == -ENOENT ? resize_of(word, length, ret_event) : err;
}

static uint32_t decode(const char *text, size_t bytes)
{
	const unsigned char *at = (const unsigned char *)text;
	uint32_t code = at[0];
	size_t i;

	if (bytes == 1)
		return code;
	code &= 0x3fu >> (bytes - 1);
	for (i = 1; i < bytes; i++)
		code = code << 6 | (at[i] & 0x3fu);
	return code;
}

static int type_one(struct event_script *script, struct event *ret_event)
{
	size_t bytes;

	escape_next(script->at, &bytes);
	*ret_event = event_of_key(decode(script->at, bytes));
	script->at += bytes;
	return 1;
}

int event_script_next(struct event_script *script, struct event *ret_event)
{
	size_t length;
	int err;

	if (script->drag.steps)
		return drag_on(&script->drag, ret_event);
	if (script->typing && *script->at && *script->at != script->typing)
		return type_one(script, ret_event);
	if (script->typing == '\'' && *script->at)
		script->at++;
	script->typing = '\0';
	script->at += strspn(script->at, " \n");
	if (!*script->at)
		return 0;
	if (*script->at == '\'') {
		script->typing = '\'';
		script->at++;
		return event_script_next(script, ret_event);
	}
	length = strcspn(script->at, " \n");
	err = word_of(script, script->at, length, ret_event);
	if (err == -ENOENT) {
		script->typing = ' ';
		return type_one(script, ret_event);
	}
	if (err)
		return err;
	script->at += length;
	return 1;
}

/* ---- Names ------------------------------------------------------------- */

static size_t encode(uint32_t code, char *text)
{
	static const struct {
		uint32_t end;
		unsigned char lead;
	} forms[] = { { 0x80, 0 }, { 0x800, 0xc0 }, { 0x10000, 0xe0 },
		      { 0x110000, 0xf0 } };
	size_t more, i;

	for (more = 0; code >= forms[more].end; more++)
		;
	text[0] = (char)(forms[more].lead | code >> (6 * more));
	for (i = 1; i <= more; i++)
		text[i] = (char)(0x80 | (code >> (6 * (more - i)) & 0x3f));
	text[more + 1] = '\0';
	return more + 1;
}

size_t event_key_text(uint32_t key, char text[8])
{
	text[0] = '\0';
	return key < ' ' || key == 0x7f || key >= EVENT_KEY_NONE ?
	       0 : encode(key, text);
}

const char *event_key_name(uint32_t key, char scratch[8])
{
	size_t i;

	for (i = 0; i < NAME_COUNT; i++)
		if (names[i].key == key)
			return names[i].name;
	if (key >= EVENT_F1 && key <= EVENT_F12)
		snprintf(scratch, 8, "F%u", (key - EVENT_F1 + 1) % 100);
	else if (key < ' ')
		snprintf(scratch, 8, "C-%c", (char)('a' + key - 1));
	else
		event_key_text(key, scratch);
	return scratch;
}
