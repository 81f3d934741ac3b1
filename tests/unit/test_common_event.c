// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Scripts of events: every word, what follows from it, and what is refused.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common_edge.h"
#include "event.h"

static const char *const kinds[] = {
	[EVENT_NONE] = "none",	     [EVENT_KEY] = "key",
	[EVENT_MOUSE] = "mouse",     [EVENT_MOTION] = "motion",
	[EVENT_RELEASE] = "release", [EVENT_SCROLL] = "scroll",
	[EVENT_RESIZE] = "resize",   [EVENT_TICK] = "tick",
	[EVENT_WAKE] = "wake",	     [EVENT_END] = "end",
};

static void print_event(FILE *out, const struct event *event)
{
	char scratch[8];

	fprintf(out, "%s", kinds[event->kind]);
	if (event->kind == EVENT_KEY)
		fprintf(out, " %s", event_key_name(event->key, scratch));
	if (event->kind == EVENT_MOUSE || event->kind == EVENT_MOTION ||
	    event->kind == EVENT_RELEASE)
		fprintf(out, "%d %d,%d", (int)event->button, event->x,
			event->y);
	if (event->modifiers)
		fprintf(out, " +%u", event->modifiers);
	if (event->kind == EVENT_RESIZE)
		fprintf(out, " %dx%d", event->width, event->height);
	fputc('\n', out);
}

static int play(struct event_script script, char *text, size_t size)
{
	FILE *out = fmemopen(text, size, "w");
	struct event event;
	int ret;

	while ((ret = event_script_next(&script, &event)) > 0)
		print_event(out, &event);
	fclose(out);
	return ret;
}

static void events_are(struct event_script script, const char *expected)
{
	char text[1024] = "";

	assert_int_equal(play(script, text, sizeof(text)), 0);
	assert_string_equal(text, expected);
}

static void refused(const char *words)
{
	char text[1024] = "";

	assert_int_equal(play((struct event_script){ .at = words }, text,
			      sizeof(text)), -EINVAL);
}

static void keys(void **state)
{
	(void)state;
	events_are((struct event_script){ .at = "Enter S-Tab C-l F12 j" },
		   "key Enter\nkey S-Tab\nkey C-l\nkey F12\nkey j\n");
	events_are((struct event_script){ .at = "'a b' tick resize:80x24" },
		   "key a\nkey Space\nkey b\ntick\nresize 80x24\n");
}

/* A terminal's click is one event: nothing tells of the button's way up. */
static void clicks_of_terminals(void **state)
{
	(void)state;
	events_are((struct event_script){ .at = "click:3,4 wheel-up:1,2" },
		   "mouse1 3,4\nmouse4 1,2\n");
	events_are((struct event_script){ .at = "right:9,8 wheel-down:0,0" },
		   "mouse3 9,8\nmouse5 0,0\n");
}

static void clicks_of_pointers(void **state)
{
	(void)state;
	events_are((struct event_script){ .at = "click:3,4 x right:1,2",
					  .pointer = true },
		   "mouse1 3,4\nrelease1 3,4\nkey x\n"
		   "mouse3 1,2\nrelease3 1,2\n");
}

static void moves(void **state)
{
	(void)state;
	events_are((struct event_script){ .at = "move:1,1 press:2,2 move:3,3 "
						"release:3,3 move:-1,-1" },
		   "motion0 1,1\nmouse1 2,2\nmotion1 3,3\nrelease1 3,3\n"
		   "motion0 -1,-1\n");
}

static void drags(void **state)
{
	(void)state;
	events_are((struct event_script){ .at = "drag:0,10-8,2 q" },
		   "mouse1 0,10\nmotion1 2,8\nmotion1 4,6\nmotion1 6,4\n"
		   "motion1 8,2\nrelease1 8,2\nkey q\n");
}

static void modifiers(void **state)
{
	(void)state;
	events_are((struct event_script){ .at = "C-click:1,2 S-wheel-up:3,4",
					  .pointer = true },
		   "mouse1 1,2 +2\nrelease1 1,2 +2\nmouse4 3,4 +1\n");
	events_are((struct event_script){ .at = "C-S-press:1,2" },
		   "mouse1 1,2 +3\n");
	events_are((struct event_script){ .at = "C-a S-x" },
		   "key C-a\nkey S\nkey -\nkey x\n");
}

static void what_is_no_place(void **state)
{
	(void)state;
	refused("click:3");
	refused("move:3,4,5");
	refused("drag:3,4");
	refused("drag:1,2-3,4x");
	refused("C-release:");
	refused("resize:0x5");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys),
		cmocka_unit_test(clicks_of_terminals),
		cmocka_unit_test(clicks_of_pointers),
		cmocka_unit_test(moves),
		cmocka_unit_test(drags),
		cmocka_unit_test(modifiers),
		cmocka_unit_test(what_is_no_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
