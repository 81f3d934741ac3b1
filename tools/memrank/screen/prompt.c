/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A text that is typed in the last line, to search or to filter by; each
 * letter acts at once.
 */
#include <string.h>

#include "screen.h"

static struct typed *typed(struct screen *screen)
{
	return screen->prompt.kind == PROMPT_SEARCH ? &screen->search
						    : &screen->filter;
}

void prompt_open(struct screen *screen, enum prompt_kind kind)
{
	screen->mode = MODE_PROMPT;
	screen->prompt = (struct prompt){ .kind = kind };
	screen->prompt.before = *typed(screen);
	/* A search begins anew, a filter is changed. */
	if (kind == PROMPT_SEARCH)
		screen->search = (struct typed){ .length = 0 };
}

bool search_next(struct screen *screen, size_t from, bool backwards)
{
	size_t i, count = screen->shown_count;

	for (i = 0; i < count; i++) {
		size_t step = backwards ? count - i : i;
		size_t at = (from + step) % count;
		uint32_t row = screen->shown[at].row;

		if (!row_has_text(&screen->ranking.rows[row],
				  screen->search.text))
			continue;
		screen_select(screen, at);
		return true;
	}
	return false;
}

static void act(struct screen *screen)
{
	if (screen->prompt.kind == PROMPT_SEARCH) {
		screen->prompt.missing = screen->search.length &&
			!search_next(screen, screen->selected, false);
		return;
	}
	screen_rank(screen);
	screen->prompt.missing = !screen->shown_count;
}

static void type(struct screen *screen, uint32_t key)
{
	struct typed *text = typed(screen);
	char bytes[8];
	size_t count = event_key_text(key, bytes);

	if (!count || text->length + count >= sizeof(text->text))
		return;
	memcpy(text->text + text->length, bytes, count + 1);
	text->length += count;
	act(screen);
}

/* A whole character, not its last byte. */
static void erase(struct screen *screen)
{
	struct typed *text = typed(screen);

	while (text->length &&
	       ((unsigned char)text->text[--text->length] & 0xc0) == 0x80)
		;
	text->text[text->length] = '\0';
	act(screen);
}

static void cancel(struct screen *screen)
{
	*typed(screen) = screen->prompt.before;
	screen->mode = MODE_LIST;
	if (screen->prompt.kind == PROMPT_FILTER)
		screen_rank(screen);
}

static void search_on(struct screen *screen, bool backwards)
{
	size_t from = backwards ? screen->selected + screen->shown_count - 1
				: screen->selected + 1;

	if (screen->prompt.kind == PROMPT_SEARCH && screen->shown_count)
		search_next(screen, from, backwards);
}

void prompt_event(struct screen *screen, const struct event *event)
{
	if (event->kind != EVENT_KEY)
		return;
	switch (event->key) {
	case EVENT_ENTER:
		screen->mode = MODE_LIST;
		break;
	case EVENT_ESCAPE:
	case EVENT_CONTROL('c'):
		cancel(screen);
		break;
	case EVENT_BACKSPACE:
		erase(screen);
		break;
	case EVENT_DOWN:
	case EVENT_F1 + 2:
		search_on(screen, false);
		break;
	case EVENT_UP:
		search_on(screen, true);
		break;
	default:
		type(screen, event->key);
		break;
	}
}
