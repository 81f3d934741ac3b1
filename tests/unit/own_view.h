/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A view of the machine of own_machine.h, and events played on it.  Included by
 * one file of a program.
 */
#ifndef TESTS_OWN_VIEW_H
#define TESTS_OWN_VIEW_H

#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "own_machine.h"
#include "scene.h"
#include "stage.h"

static struct history *history;
static struct stage *stage;
static struct view view;

/* Boxes as a scene would place them: side by side. */
static inline void prepare(void)
{
	int width = view.width / (int)view.pane_count;
	size_t i;

	for (i = 0; i < view.pane_count; i++)
		view.panes[i].box = (struct box){ (int)i * width, 100, width,
						  view.height - 100 };
	assert_int_equal(view_prepare(&view, stage), 0);
}

static inline void add_moment(uint64_t time_ns, bool grown)
{
	int gone = history_add(history, own_moment(time_ns, grown));

	assert_true(gone >= 0);
	view_moment_added(&view, stage, (size_t)gone);
	prepare();
}

static inline void begin(size_t most_bytes, struct map_id map)
{
	history = history_new(most_bytes);
	stage = stage_new(history);
	assert_non_null(stage);
	view_init(&view);
	view.width = 1000;
	view.height = 700;
	assert_true(view_add_map(&view, map));
	view.maps_changed = false;
	add_moment(100, false);
}

static inline int end(void **state)
{
	(void)state;
	stage_free(stage);
	history_free(history);
	stage = NULL;
	history = NULL;
	return 0;
}

static const struct hot *hot_now;

/* Plays a script, and lets what it moves arrive. */
static inline void play(const char *words)
{
	struct event_script script = { .at = words, .pointer = true };
	struct event event;
	int ret;

	while ((ret = event_script_next(&script, &event)) > 0) {
		view_take(&view, stage, &event, hot_now);
		prepare();
		while (view_animate(&view, 0.016))
			;
	}
	assert_int_equal(ret, 0);
}

static inline void on_hot(struct hot hot, const char *words)
{
	hot_now = &hot;
	play(words);
	hot_now = NULL;
}

static inline struct pane *pane(void)
{
	return &view.panes[view.active];
}

static inline void said(const char *part)
{
	if (!strstr(view.said, part))
		fail_msg("'%s' was said, not '%s'", view.said, part);
}

/* The pixel of a page's middle. */
static inline void pixel_of(uint64_t page, int *ret_x, int *ret_y)
{
	struct stage_pane of = stage_pane(stage, view.active);
	const struct pane *at = pane();
	uint32_t x, y;

	assert_true(world_place(of.world, page, &x, &y));
	*ret_x = (int)floor(at->box.x + at->box.width / 2.0 +
			    (x + 0.5 - at->camera.x) * at->camera.scale);
	*ret_y = (int)floor(at->box.y + at->box.height / 2.0 +
			    (y + 0.5 - at->camera.y) * at->camera.scale);
}

static inline uint64_t page_at(int x, int y)
{
	uint64_t page = UINT64_MAX;

	view_page_at(&view, stage, view.active, x, y, &page);
	return page;
}

static inline void point(const char *word, uint64_t page)
{
	char text[64];
	int x, y;

	pixel_of(page, &x, &y);
	snprintf(text, sizeof(text), "%s:%d,%d", word, x, y);
	play(text);
}

#endif
