/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What happens to a screen: keys, the mouse, the beat of a clock.  Events come
 * from a terminal (terminal.h) or from a script, so that tests can play them.
 */
#ifndef TOOLS_EVENT_H
#define TOOLS_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum event_kind {
	EVENT_NONE,		/* nothing happened */
	EVENT_KEY,
	EVENT_MOUSE,		/* a button goes down, or a wheel turns */
	EVENT_MOTION,		/* the pointer moves; button: held, or 0 */
	EVENT_RELEASE,		/* a button goes up */
	EVENT_SCROLL,		/* a wheel or a pad, by parts of a step */
	EVENT_RESIZE,		/* the terminal has another size now */
	EVENT_TICK,		/* time to read again */
	EVENT_WAKE,		/* somebody else has news (terminal_read) */
	EVENT_END,		/* a signal, or the terminal is gone */
};

/* Keys that are no characters; those that are have their Unicode number. */
enum event_key {
	EVENT_KEY_NONE = 0x110000,
	EVENT_ENTER,
	EVENT_ESCAPE,
	EVENT_TAB,
	EVENT_BACK_TAB,
	EVENT_BACKSPACE,
	EVENT_DELETE,
	EVENT_INSERT,
	EVENT_UP,
	EVENT_DOWN,
	EVENT_LEFT,
	EVENT_RIGHT,
	EVENT_PAGE_UP,
	EVENT_PAGE_DOWN,
	EVENT_HOME,
	EVENT_END_KEY,
	EVENT_F1,		/* up to F12, one after the other */
	EVENT_F12 = EVENT_F1 + 11,
};

/* A letter with Ctrl. */
#define EVENT_CONTROL(letter) ((letter) & 0x1f)

enum event_button {
	EVENT_BUTTON_LEFT = 1,
	EVENT_BUTTON_MIDDLE,
	EVENT_BUTTON_RIGHT,
	EVENT_WHEEL_UP,
	EVENT_WHEEL_DOWN,
};

/* Held while something else happens; bits. */
enum event_modifier {
	EVENT_SHIFT = 1,
	EVENT_CTRL = 2,
};

struct event {
	enum event_kind kind;
	uint32_t key;			/* enum event_key or a character */
	enum event_button button;	/* 0: none */
	unsigned int modifiers;		/* of a pointer's events */
	int x, y;			/* of the mouse: from 0, left and top;
					   -1: it is no longer over us */
	double scroll_x, scroll_y;	/* EVENT_SCROLL: steps of a wheel, right
					   and up */
	int width, height;		/* of EVENT_RESIZE out of a script */
};

/* An event of a key. */
struct event event_of_key(uint32_t key);

/*
 * A script of events: begins as { .at = TEXT }.  It is words with blanks
 * between them:
 *
 *	Enter Esc Tab S-Tab Space Backspace Del Ins Up Down Left Right PgUp
 *	PgDn Home End F1 ... F12	keys
 *	C-l				a letter with Ctrl
 *	click:X,Y right:X,Y wheel-up:X,Y wheel-down:X,Y	the mouse
 *	press:X,Y move:X,Y release:X,Y	a pointer, in full
 *	drag:X1,Y1-X2,Y2		press, some moves, release
 *	C-click:X,Y S-click:X,Y ...	the same with Ctrl or Shift held
 *	resize:WxH			another size
 *	tick				time passes
 *	'any text'			its characters, typed
 *	anything else			the same: j, /firefox
 *
 * Terminals tell of buttons that go down and of nothing else; where pointer is
 * set, what goes down by click: and right: comes up again too.
 */
struct event_script {
	const char *at;			/* what has not been played */
	bool pointer;
	char typing;			/* inside a word: the byte that ends it */
	enum event_button held;		/* by press: */
	struct event_script_drag {
		struct event next;	/* what follows from the last word */
		int x, y, to_x, to_y;
		int steps;		/* that are still to come, 0: none */
	} drag;
};

/* The next event: 1, 0 at the end, or -EINVAL for what stands at. */
int event_script_next(struct event_script *script, struct event *ret_event);

/* The key; the wheel is up or down, another button Esc. */
uint32_t event_scroll_key(const struct event *event);

/*
 * Rows that a key moves in a list of which a page of rows is seen: negative
 * upwards, EVENT_FAR to an end; 0: it is no such key.
 */
#define EVENT_FAR INT64_C(0xffffffff)
int64_t event_row_step(uint32_t key, int64_t page);

/* What a key types, as UTF-8; gives its length, 0 for keys that type nothing. */
size_t event_key_text(uint32_t key, char text[8]);

/* "F1", "Enter", "C-l", "j": the name of a key; scratch holds it. */
const char *event_key_name(uint32_t key, char scratch[8]);

#endif
