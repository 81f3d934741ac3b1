/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of keys, and scripts of events, see event.h.
 */
#include "event.h"

#include <errno.h>
#include <stdbool.h>
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
	enum event_button button;
} buttons[] = {
	{ "click:", EVENT_BUTTON_LEFT }, { "wheel-up:", EVENT_WHEEL_UP },
	{ "wheel-down:", EVENT_WHEEL_DOWN },
};

#define BUTTON_COUNT (sizeof(buttons) / sizeof(buttons[0]))

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

/* 0, or -EINVAL for a place that is none; -ENOENT: something else. */
static int mouse_of(const char *word, size_t length, struct event *ret_event)
{
	struct event event = { .kind = EVENT_MOUSE };
	size_t i;
	int end = 0;

	for (i = 0; i < BUTTON_COUNT; i++) {
		size_t name = strlen(buttons[i].name);

		if (strncmp(word, buttons[i].name, name) != 0)
			continue;
		event.button = buttons[i].button;
		if (sscanf(word + name, "%4d,%4d%n", &event.x, &event.y,
			   &end) != 2 || name + (size_t)end != length)
			return -EINVAL;
		*ret_event = event;
		return 0;
	}
	return -ENOENT;
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
static int word_of(const char *word, size_t length, struct event *ret_event)
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
	err = mouse_of(word, length, ret_event);
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
	err = word_of(script->at, length, ret_event);
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
