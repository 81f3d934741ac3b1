/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that can be done, each once: keys, clicks and the help come from one
 * table (actions.c).
 */
#ifndef PAGEVIZ_ACTION_H
#define PAGEVIZ_ACTION_H

#include <stdint.h>

#include "geometry.h"

enum action {
	ACTION_NONE,
	ACTION_QUIT,
	ACTION_HELP,
	ACTION_BACK,		/* closes what is open, lets go what is lit */
	ACTION_COLOUR,		/* argument: enum colouring */
	ACTION_NEXT_COLOUR,	/* argument: 1, or -1 */
	ACTION_LAYOUT,		/* argument: enum layout */
	ACTION_NEXT_LAYOUT,
	ACTION_WIDER,		/* rows of twice as many pages; -1: half */
	ACTION_PAN_X,		/* argument: 64ths of the map's smaller side */
	ACTION_PAN_Y,
	ACTION_ZOOM,		/* argument: steps of a wheel, at the pointer */
	ACTION_FIT,		/* all of the map */
	ACTION_PAGES,		/* so near that pages are seen one by one */
	ACTION_ONLY,		/* argument: class; only it, again: all */
	ACTION_ALSO,		/* argument: class; in or out of those shown */
	ACTION_ALL,		/* classes */
	ACTION_NEXT_CLASS,	/* only the next one that has pages; -1 */
	ACTION_CLASS_HERE,	/* only that of the cursor's page; 1: also */
	ACTION_NEXT_ODD,	/* to the next page of what is shown alone; -1 */
	ACTION_JUMP,		/* asks where to */
	ACTION_SELECT,		/* the page under the pointer or the cursor */
	ACTION_CURSOR_X,	/* argument: pages */
	ACTION_CURSOR_Y,
	ACTION_ENDS,		/* to the map's first page, 1: to the last */
	ACTION_LIST,		/* processes at the side: keys go there; again:
				   not shown */
	ACTION_SEARCH,		/* in the list */
	ACTION_LIST_MOVE,	/* argument: rows */
	ACTION_OPEN,		/* argument: pid, 0 RAM, OPEN_CHOSEN; in this
				   map's place */
	ACTION_OPEN_BESIDE,	/* the same in a map of its own */
	ACTION_CLOSE_MAP,
	ACTION_NEXT_MAP,
	ACTION_MAP,		/* argument: number of the map */
	ACTION_MINIMAP,		/* argument: x << 16 | y, 65536ths of the world;
				   -1: by where in its hot box the pointer is */
	ACTION_PAUSE,		/* live, or not */
	ACTION_INTERVAL,	/* argument: 1 longer, -1 shorter */
	ACTION_READ,		/* now */
	ACTION_STEP,		/* argument: moments */
	ACTION_MOMENT,		/* argument: index; MOMENT_NEWEST; -1: by where
				   in its hot box the pointer is */
	ACTION_BASE,		/* this moment is what others are compared to;
				   again: the one before is */
	ACTION_THEME,		/* the next one */
	ACTION_LEGEND,		/* shown or not */
	ACTION_SAVE,		/* writes what is seen to a file */
	ACTION_COUNT
};

/* ACTION_OPEN: where the list's cursor is; beside, without a list: this map
 * once more. */
#define OPEN_CHOSEN (-1)
#define MOMENT_NEWEST INT64_MAX

/* A place that does something. */
struct hot {
	struct box box;
	enum action action;
	int pane;
	int64_t argument;
	const char *hint;		/* what a click does; "" */
};

struct action_row {
	const char *keys;	/* names as in event.h, with blanks; the first
				   is shown */
	enum action action;
	int64_t argument;
	const char *help;	/* NULL: the same as the row before, not listed */
};

/* The table; ended by one without an action. */
const struct action_row *actions_all(void);

/* What a key does; NULL: nothing. */
const struct action_row *actions_by_key(uint32_t key);

/* The first key of an action: "Enter"; "" if it has none. */
const char *actions_key_of(enum action action, int64_t argument,
			   char scratch[16]);

#endif
