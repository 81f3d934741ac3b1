/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process made by hand, a stage of its one moment, and letters that are all
 * as wide as each other: what scenes are made of where a test looks at them.
 * Included by one file of a program.
 */
#ifndef TESTS_OWN_STAGE_H
#define TESTS_OWN_STAGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "history.h"
#include "scene.h"
#include "stage.h"
#include "view.h"

#define UNIT 10
#define PAGE 4096
#define PID  812

/* ---- Letters of one width ---------------------------------------------- */

int type_width(struct type *type, enum face face, int size, const char *text)
{
	int width = 0;

	(void)type;
	(void)face;
	for (; *text; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width * size / 2;
}

int type_height(struct type *type, enum face face, int size)
{
	(void)type;
	(void)face;
	return size + 2;
}

int type_ascent(struct type *type, enum face face, int size)
{
	(void)type;
	(void)face;
	return size;
}

/* ---- A stage of one history -------------------------------------------- */

struct kept_tile {
	struct kept_tile *next;
	size_t pane;
	struct tile tile;
};

struct stage {
	struct history *history;
	struct stage_pane panes[PANES_MOST];
	struct kept_tile *tiles;
	uint32_t list[8];
	size_t list_count;
	size_t asked;		/* the pane of the tile given last */
	bool late;		/* only the coarsest tile is there */
};

const struct history *stage_history(const struct stage *stage)
{
	return stage->history;
}

struct stage_pane stage_pane(const struct stage *stage, size_t pane)
{
	return stage->panes[pane];
}

static const struct tile *keep_tile(struct stage *stage, size_t pane,
				    unsigned int level, uint32_t x, uint32_t y)
{
	struct kept_tile *kept = calloc(1, sizeof(*kept));
	const struct stage_pane *of = &stage->panes[pane];

	assert_non_null(kept);
	assert_int_equal(tile_make(of->world, of->picture, of->layer, 0, level,
				   x, y, &kept->tile), 0);
	kept->pane = stage->asked = pane;
	kept->next = stage->tiles;
	stage->tiles = kept;
	return &kept->tile;
}

const struct tile *stage_tile(struct stage *stage, size_t pane,
			      unsigned int level, uint32_t x, uint32_t y)
{
	if (stage->late)
		return NULL;
	return keep_tile(stage, pane, level, x, y);
}

const struct tile *stage_tile_there(struct stage *stage, size_t pane,
				    unsigned int level, uint32_t x, uint32_t y)
{
	if (level < tile_level_most(stage->panes[pane].world))
		return NULL;
	return keep_tile(stage, pane, level, x, y);
}

struct stage_look stage_tile_look(const struct stage *stage)
{
	return (struct stage_look){ stage->panes[stage->asked].layer, 0 };
}

const uint32_t *stage_list(struct stage *stage, const struct view *view,
			   size_t *ret_count)
{
	(void)view;
	*ret_count = stage->list_count;
	return stage->list;
}

const struct action_row *actions_all(void)
{
	static const struct action_row rows[] = {
		{ "q C-c", ACTION_QUIT, 0, "quit" },
		{ "+", ACTION_ZOOM, 1, "nearer, farther" },
		{ "-", ACTION_ZOOM, -1, NULL },
		{ NULL, ACTION_NONE, 0, NULL },
	};

	return rows;
}

/* ---- A process --------------------------------------------------------- */

/*
 * 512 pages of anonymous memory at 1 GiB, of which the first 100 are there and
 * shared with another, 20 swapped, and 64 pages of a library far away.
 */
static const struct area areas[] = {
	{ 0x40000, 0x40200, "anonymous", "rw-p", PAGEMAP_MAPPING_ANON, 0 },
	{ 0x7f0000, 0x7f0040, "/usr/lib/libexample.so.1", "r-xp",
	  PAGEMAP_MAPPING_FILE, 0x3000 },
};

static const struct extent extents[] = {
	{ 0x40000, 512 }, { 0x7f0000, 64 },
};

enum { FLAGS_NONE, FLAGS_ANON };
static const uint64_t flags[] = {
	[FLAGS_NONE] = PAGEMAP_FLAGS_UNKNOWN,
	[FLAGS_ANON] = UINT64_C(1) << PAGEMAP_FLAG_ANON |
		       UINT64_C(1) << PAGEMAP_FLAG_DIRTY,
};

static const struct stretch stretches[] = {
	{ .first_page = 0x40000, .page_count = 100, .place = 5000, .set = 0,
	  .sharers = 2, .sharers_high = 2, .flags = FLAGS_ANON,
	  .state = PAGEMAP_PAGE_PRESENT, .class_of = 1, .age = AGE_UNKNOWN },
	{ .first_page = 0x40100, .page_count = 20, .place = 77,
	  .set = SET_UNKNOWN, .state = PAGEMAP_PAGE_SWAPPED, .class_of = 7,
	  .age = AGE_UNKNOWN },
	{ .first_page = 0x7f0000, .page_count = 64, .place = 9000, .set = 1,
	  .sharers = 10, .sharers_high = 12, .flags = FLAGS_NONE,
	  .bits = PAGEMAP_RUN_FILE, .state = PAGEMAP_PAGE_PRESENT,
	  .class_of = 2, .age = AGE_UNKNOWN },
};

static const struct person people[] = {
	{ .pid = 5, .name = "five", .command = "five", .user = "", .group = "",
	  .pss = { 3 << 20, 3 << 20, 3 << 20, PAGEMAP_EXACT, 0 } },
	{ .pid = 600, .name = "six", .command = "", .user = "", .group = "",
	  .pss = { .quality = PAGEMAP_UNAVAILABLE } },
	{ .pid = PID, .name = "sample", .command = "sample -x", .user = "",
	  .group = "", .pss = { 6 << 20, 6 << 20, 6 << 20, PAGEMAP_EXACT, 0 } },
};

static const uint32_t two[] = { 0, 2 };
static const uint32_t many[] = { 0, 1, 2, 0, 1, 2, 0, 1, 2, 0 };
static const struct share_set sets[] = {
	{ two, 2, false }, { many, 10, true },
};

struct sample {
	struct stage stage;
	struct view view;
	struct moment *moment;
	struct picture picture;
	struct layer *layer;
	struct world *world;
};

static void set_value(struct pagemap_usage *usage, enum pagemap_metric metric,
		      uint64_t bytes)
{
	usage->value_bytes[metric] = bytes;
	usage->low_bytes[metric] = bytes;
	usage->high_bytes[metric] = bytes;
	usage->quality[metric] = PAGEMAP_EXACT;
}

static void sample_picture(struct picture *picture)
{
	memset(picture, 0, sizeof(*picture));
	*picture = (struct picture){
		.id = { MAP_PROCESS, PID }, .name = "sample",
		.why = "", .why_sharers = "", .why_use = "", .why_age = "",
		.why_flags = "",
		.time_ns = UINT64_C(1700000000) * 1000000000,
		.areas = areas, .area_count = 2,
		.stretches = stretches, .stretch_count = 3,
		.extents = extents, .extent_count = 2, .mapped_pages = 576,
	};
	memset(picture->usage.quality, PAGEMAP_UNAVAILABLE,
	       sizeof(picture->usage.quality));
	set_value(&picture->usage, PAGEMAP_RSS, 164 * PAGE);
	set_value(&picture->usage, PAGEMAP_PSS, 60 * PAGE);
}

/* A moment as the data room makes it, but that it is borrowed from here. */
static struct moment *sample_moment(struct sample *sample)
{
	static struct moment moment;

	moment = (struct moment){
		.time_ns = sample->picture.time_ns, .wall_ns = 9000000,
		.cost_ns = 7000000, .page_bytes = PAGE, .people = people,
		.person_count = 3, .sets = sets, .set_count = 2,
		.flags = flags, .flag_count = 2,
		.pictures = &sample->picture, .picture_count = 1,
		.memory_bytes = 1 << 20,
	};
	return &moment;
}

static void sample_look(struct sample *sample, enum colouring by,
			enum layout layout)
{
	struct layer_input input = { .moment = sample->moment,
				     .picture = &sample->picture };
	struct stage_pane *pane = &sample->stage.panes[0];

	layer_free(sample->layer);
	world_free(sample->world);
	assert_int_equal(layer_make(&input, by, &sample->layer), 0);
	assert_int_equal(world_make(extents, 2, layout,
				    layout == LAYOUT_ROWS ? 64 : 0, 1,
				    &sample->world), 0);
	*pane = (struct stage_pane){
		.moment = sample->moment, .picture = &sample->picture,
		.layer = sample->layer, .world = sample->world,
	};
	sample->view.panes[0].by = by;
	sample->view.panes[0].layout = layout;
}

static struct history *one_moment;

/* history.c's, for a moment that nobody counts users of. */
size_t history_count(const struct history *history)
{
	return history ? 1 : 0;
}

struct moment *history_at(const struct history *history, size_t index)
{
	(void)index;
	return (struct moment *)history;
}

size_t history_memory_bytes(const struct history *history)
{
	(void)history;
	return 1 << 20;
}

static int setup(void **state)
{
	struct sample *sample = calloc(1, sizeof(*sample));

	assert_non_null(sample);
	sample_picture(&sample->picture);
	sample->moment = sample_moment(sample);
	one_moment = (struct history *)sample->moment;
	sample->stage.history = one_moment;
	sample->stage.list[0] = 2;
	sample->stage.list[1] = 0;
	sample->stage.list[2] = 1;
	sample->stage.list_count = 3;
	sample->view = (struct view){
		.width = 1000, .height = 600, .unit = UNIT, .legend = true,
		.pane_count = 1, .pointer_x = -1, .pointer_y = -1,
		.interval_s = 2, .follow = true, .list_cursor = 1,
	};
	sample->view.panes[0].map = sample->picture.id;
	sample->view.panes[0].camera = (struct camera){ 32, 4.5, 4 };
	sample_look(sample, COLOUR_STATE, LAYOUT_ROWS);
	*state = sample;
	return 0;
}

static int teardown(void **state)
{
	struct sample *sample = *state;

	while (sample->stage.tiles) {
		struct kept_tile *next = sample->stage.tiles->next;

		free(sample->stage.tiles);
		sample->stage.tiles = next;
	}
	layer_free(sample->layer);
	world_free(sample->world);
	free(sample);
	return 0;
}

#endif
