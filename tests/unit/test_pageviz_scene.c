// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is drawn, of a process made by hand: texts, tiles, places to click, in
 * windows of every size.
 */
#include <math.h>

#include "own_stage.h"
#include "theme.h"

/* ---- Looking at scenes ------------------------------------------------- */

static struct scene *make(struct sample *sample)
{
	struct scene *scene = scene_make(&sample->stage, &sample->view, NULL);

	assert_non_null(scene);
	return scene;
}

static const struct item *find_text(const struct scene *scene,
				    const char *part)
{
	size_t i;

	for (i = 0; i < scene_count(scene); i++) {
		const struct item *item = scene_item(scene, i);

		if (item->kind == ITEM_TEXT && strstr(item->text, part))
			return item;
	}
	return NULL;
}

static void assert_says(const struct scene *scene, const char *part)
{
	if (!find_text(scene, part)) {
		scene_dump(scene, stderr);
		fail_msg("does not say '%s'", part);
	}
}

static void assert_silent(const struct scene *scene, const char *part)
{
	if (find_text(scene, part))
		fail_msg("says '%s'", part);
}

static const struct hot *find_hot(const struct scene *scene,
				  enum action action, int64_t argument)
{
	size_t i;
	const struct hot *hot;

	for (i = 0; (hot = scene_hot(scene, i)) != NULL; i++)
		if (hot->action == action && hot->argument == argument)
			return hot;
	return NULL;
}

static size_t count_kind(const struct scene *scene, enum item_kind kind)
{
	size_t i, count = 0;

	for (i = 0; i < scene_count(scene); i++)
		count += scene_item(scene, i)->kind == kind;
	return count;
}

/* Where a place of the world is on the screen. */
static void point_at(struct sample *sample, double x, double y)
{
	struct box map = scene_map_box(&sample->view, 0);
	const struct camera *camera = &sample->view.panes[0].camera;

	sample->view.pointer_x = (int)(map.x + map.width / 2.0 +
				       (x + 0.5 - camera->x) * camera->scale);
	sample->view.pointer_y = (int)(map.y + map.height / 2.0 +
				       (y + 0.5 - camera->y) * camera->scale);
}

/* ---- Tests ------------------------------------------------------------- */

/* Texts end inside of what they are drawn on, in windows of every size. */
static void test_texts_are_inside(void **state)
{
	static const int sizes[][3] = {
		{ 200, 150, 10 }, { 200, 150, 26 }, { 420, 600, 13 },
		{ 640, 480, 10 }, { 1280, 800, 13 }, { 7680, 4320, 39 },
		{ 1, 1, 13 }, { 90, 900, 13 }, { 900, 90, 13 },
	};
	struct sample *sample = *state;
	size_t i, j, extra;

	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		for (extra = 0; extra < 8; extra++) {
			struct scene *scene;

			sample->view.width = sizes[i][0];
			sample->view.height = sizes[i][1];
			sample->view.unit = sizes[i][2];
			sample->view.list = extra & 1;
			sample->view.help = extra & 2;
			sample->view.paper = extra & 4;
			sample->view.panes[0].box =
				scene_map_box(&sample->view, 0);
			scene = make(sample);
			for (j = 0; j < scene_count(scene); j++) {
				const struct item *item = scene_item(scene, j);

				if (item->kind != ITEM_TEXT)
					continue;
				if (item->box.x < 0 ||
				    item->box.x + item->box.width >
				    sample->view.width)
					fail_msg("'%s' at %d, %d wide, in %dx%d"
						 " of %d", item->text,
						 item->box.x, item->box.width,
						 sample->view.width,
						 sample->view.height,
						 sample->view.unit);
			}
			scene_free(scene);
		}
	}
}

static void test_small_window_is_map_alone(void **state)
{
	struct sample *sample = *state;
	struct scene *scene;
	struct box map;

	sample->view.width = 200;
	sample->view.height = 150;
	sample->view.unit = 13;
	map = scene_map_box(&sample->view, 0);
	assert_int_equal(map.width, 200);
	assert_int_equal(map.height, 150);
	scene = make(sample);
	assert_int_equal(count_kind(scene, ITEM_TEXT), 0);
	assert_int_equal(count_kind(scene, ITEM_TILE), 1);
	scene_free(scene);
}

static void test_head_and_legend(void **state)
{
	struct sample *sample = *state;
	struct scene *scene = make(sample);
	const struct hot *hot;

	assert_says(scene, "sample");
	assert_says(scene, "812");
	assert_says(scene, "656.0K");
	assert_says(scene, "240.0K");
	assert_says(scene, "576 pages, 2.2M");
	assert_says(scene, "anon");
	assert_silent(scene, "guard");
	/* The filter: a name alone, a colour also. */
	hot = find_hot(scene, ACTION_ONLY, 1);
	assert_non_null(hot);
	assert_ptr_equal(scene_hot_at(scene, hot->box.x + hot->box.width - 1,
				      hot->box.y + 1), hot);
	assert_int_equal(scene_hot_at(scene, hot->box.x + 1,
				      hot->box.y + 1)->action, ACTION_ALSO);
	/* Every colouring and layout. */
	assert_non_null(find_hot(scene, ACTION_COLOUR, COLOUR_CHANGED));
	assert_non_null(find_hot(scene, ACTION_LAYOUT, LAYOUT_HILBERT));
	scene_free(scene);
}

static void test_filter_dims(void **state)
{
	struct sample *sample = *state;
	const struct theme *theme = theme_get(THEME_DARK);
	struct scene *scene;
	struct colour got, wanted;
	size_t i;

	sample->view.panes[0].lit = 1 << 1;
	scene = make(sample);
	for (i = 0; scene_item(scene, i)->kind != ITEM_TILE; i++)
		;
	got = scene_item(scene, i)->palette[1];
	wanted = theme->swatches[sample->layer->classes[1].swatch];
	assert_memory_equal(&got, &wanted, sizeof(got));
	got = scene_item(scene, i)->palette[2];
	wanted = theme_dimmed(theme, (enum swatch)
			      sample->layer->classes[2].swatch);
	assert_memory_equal(&got, &wanted, sizeof(got));
	scene_free(scene);
}

static void test_gutter(void **state)
{
	struct sample *sample = *state;
	struct scene *scene;

	/* Rows are low: the library's is too near to the end to be apart. */
	scene = make(sample);
	assert_says(scene, "40000000");
	assert_says(scene, "anonymous");
	assert_says(scene, "libexample.so.1");
	assert_silent(scene, "/usr/lib/libexample.so.1");
	assert_says(scene, "7f0000000");
	scene_free(scene);
	/* So low that the larger one has the only line. */
	sample->view.panes[0].camera.scale = 0.5;
	scene = make(sample);
	assert_says(scene, "anonymous");
	assert_silent(scene, "libexample");
	scene_free(scene);
}

static void test_hover_page(void **state)
{
	struct sample *sample = *state;
	struct scene *scene;

	point_at(sample, 3, 0);
	scene = make(sample);
	assert_says(scene, "0x40003000");
	assert_says(scene, "anonymous  rw-p");
	assert_says(scene, "5003 (0x138b)");
	assert_says(scene, "dirty, anon");
	assert_says(scene, "2 processes");
	assert_says(scene, "five 5");
	assert_says(scene, "sample 812");
	scene_free(scene);
	/* Swapped. */
	point_at(sample, 1, 4);
	scene = make(sample);
	assert_says(scene, "area 0, slot 78");
	assert_silent(scene, "sharers ");
	scene_free(scene);
	/* Of a file, with sharers that were not all seen. */
	point_at(sample, 2, 8);
	scene = make(sample);
	assert_says(scene, "0x5000");
	assert_says(scene, "10 to 12 processes");
	assert_says(scene, "and 2 more");
	assert_says(scene, "not seen");
	scene_free(scene);
	/* Nothing there yet. */
	point_at(sample, 50, 7);
	scene = make(sample);
	assert_says(scene, "absent");
	assert_silent(scene, "frame");
	scene_free(scene);
}

/* Of a cell of many pages: all that are in its block are counted. */
static void test_hover_cells(void **state)
{
	struct sample *sample = *state;
	struct scene *scene;

	sample->view.panes[0].camera.scale = 0.5;
	sample->view.width = 1000;
	point_at(sample, 1, 1);
	scene = make(sample);
	assert_says(scene, "these 8 x 8 pages hold");
	/* Rows 0 and 1 to page 100 are there: 8 + 8 pages. */
	assert_says(scene, "16 anon");
	assert_says(scene, "8 swapped");
	assert_says(scene, "40 absent");
	scene_free(scene);
}

static void test_tiles(void **state)
{
	struct sample *sample = *state;
	struct scene *scene;
	struct box map = scene_map_box(&sample->view, 0);
	size_t i;

	scene = make(sample);
	assert_int_equal(count_kind(scene, ITEM_TILE), 1);
	for (i = 0; scene_item(scene, i)->kind != ITEM_TILE; i++)
		;
	assert_int_equal(scene_item(scene, i)->tile->level, 0);
	assert_true(fabs(scene_item(scene, i)->left -
			 (map.x + map.width / 2.0 - 32 * 4)) < 1e-6);
	assert_true(fabs(scene_item(scene, i)->cell - 4) < 1e-9);
	scene_free(scene);
	/* Cells of less than a pixel are not drawn: the level is coarser. */
	sample->view.panes[0].camera.scale = 0.3;
	scene = make(sample);
	for (i = 0; scene_item(scene, i)->kind != ITEM_TILE; i++)
		;
	assert_int_equal(scene_item(scene, i)->tile->level, 2);
	assert_true(fabs(scene_item(scene, i)->cell - 1.2) < 1e-9);
	scene_free(scene);
}

static void test_selection(void **state)
{
	struct sample *sample = *state;
	struct scene *scene = make(sample);
	size_t before = count_kind(scene, ITEM_FRAME);

	scene_free(scene);
	sample->view.has_selection = true;
	sample->view.selected_map = sample->picture.id;
	sample->view.selected_page = 0x40003;
	sample->view.selected_pfn = 5003;
	scene = make(sample);
	assert_int_equal(count_kind(scene, ITEM_FRAME), before + 2);
	scene_free(scene);
	/* The same frame, chosen in another map. */
	sample->view.selected_map = (struct map_id){ MAP_RAM, 0 };
	sample->view.selected_page = 5003;
	scene = make(sample);
	assert_int_equal(count_kind(scene, ITEM_FRAME), before + 2);
	scene_free(scene);
	/* A frame that is nowhere here. */
	sample->view.selected_pfn = 4;
	sample->view.selected_page = 4;
	scene = make(sample);
	assert_int_equal(count_kind(scene, ITEM_FRAME), before);
	scene_free(scene);
}

static void test_minimap(void **state)
{
	struct sample *sample = *state;
	struct scene *scene = make(sample);

	assert_null(find_hot(scene, ACTION_MINIMAP, 0));
	scene_free(scene);
	sample->view.panes[0].camera.scale = 40;
	scene = make(sample);
	assert_non_null(find_hot(scene, ACTION_MINIMAP, 0));
	scene_free(scene);
}

static void test_list(void **state)
{
	struct sample *sample = *state;
	struct scene *scene;
	const struct hot *hot;

	sample->view.list = true;
	strcpy(sample->view.search, "s");
	scene = make(sample);
	assert_says(scene, "3 processes");
	assert_says(scene, "3.0M");
	assert_non_null(find_hot(scene, ACTION_OPEN, 0));
	hot = find_hot(scene, ACTION_OPEN, PID);
	assert_non_null(hot);
	assert_string_equal(hot->hint, "sample -x");
	assert_true(scene_list_rows(&sample->view) > 10);
	scene_free(scene);
	sample->view.list_first = 2;
	scene = make(sample);
	assert_null(find_hot(scene, ACTION_OPEN, 0));
	assert_null(find_hot(scene, ACTION_OPEN, PID));
	assert_non_null(find_hot(scene, ACTION_OPEN, 5));
	scene_free(scene);
}

static void test_time(void **state)
{
	struct sample *sample = *state;
	struct scene *scene = make(sample);

	assert_says(scene, "live");
	assert_says(scene, "every 2s");
	assert_says(scene, "read in 9 ms, 7 ms CPU");
	assert_non_null(find_hot(scene, ACTION_MOMENT, 0));
	scene_free(scene);
	sample->view.paused = true;
	scene = make(sample);
	assert_says(scene, "paused");
	assert_silent(scene, "live");
	scene_free(scene);
}

static void test_said_before_it_is_believed(void **state)
{
	struct sample *sample = *state;
	struct scene *scene;

	sample->picture.why = "frames cannot be read: run it as root";
	strcpy(sample->view.said, "no page is there");
	scene = make(sample);
	assert_says(scene, "run it as root");
	assert_says(scene, "no page is there");
	scene_free(scene);
	sample->picture.ended = true;
	scene = make(sample);
	assert_says(scene, "ended; this is its last picture, of ");
	scene_free(scene);
}

static void test_not_read_yet(void **state)
{
	struct sample *sample = *state;
	struct scene *scene;

	memset(&sample->stage.panes[0], 0, sizeof(sample->stage.panes[0]));
	sample->stage.history = NULL;
	sample->view.list = true;
	point_at(sample, 3, 3);
	scene = make(sample);
	assert_says(scene, "reading");
	assert_int_equal(count_kind(scene, ITEM_TILE), 0);
	scene_free(scene);
}

static void test_help(void **state)
{
	struct sample *sample = *state;
	struct scene *scene;

	sample->view.help = true;
	scene = make(sample);
	assert_says(scene, "quit");
	assert_says(scene, "+ -");
	assert_int_equal(scene_hot_at(scene, 1, 1)->action, ACTION_HELP);
	scene_free(scene);
}

static void test_paper(void **state)
{
	struct sample *sample = *state;
	struct scene *scene;

	sample->view.paper = true;
	sample->view.theme = THEME_PAPER;
	sample->view.panes[0].fit = true;
	sample->view.panes[0].camera.scale = 4.3;
	scene = make(sample);
	assert_says(scene, "sample by state");
	assert_says(scene, "RSS 656.0K");
	assert_says(scene, "1 page = 4 x 4 pixels = 4.0K");
	assert_says(scene, "rows of 64 pages");
	assert_null(scene_hot(scene, 0));
	assert_silent(scene, "live");
	scene_free(scene);
	sample->view.title = "A title";
	sample->view.panes[0].camera.scale = 0.25;
	scene = make(sample);
	assert_says(scene, "A title");
	assert_says(scene, "1 pixel = 16 pages = 64.0K");
	scene_free(scene);
}

/* As large as what is on it, and the margin that it begins with. */
static void test_trim(void **state)
{
	struct sample *sample = *state;
	struct scene *scene;
	int right = 0, bottom = 0;
	size_t i;

	sample->view.paper = true;
	sample->view.legend = false;
	sample->view.panes[0].fit = true;
	sample->view.panes[0].camera.scale = 4;
	scene = make(sample);
	scene_trim(scene);
	for (i = 1; i < scene_count(scene); i++) {
		struct box box = scene_item(scene, i)->box;

		if (scene_item(scene, i)->kind == ITEM_CLIP)
			continue;
		right = right > box.x + box.width ? right : box.x + box.width;
		bottom = bottom > box.y + box.height ? bottom :
			 box.y + box.height;
	}
	assert_true(right < 900);
	assert_int_equal(scene_width(scene), right + 2 * UNIT);
	assert_int_equal(scene_height(scene), bottom + 2 * UNIT);
	assert_int_equal(scene_item(scene, 0)->box.width, scene_width(scene));
	scene_free(scene);
}

/* A text wider than its place ends with an ellipsis. */
static void test_cut(void **state)
{
	struct sample *sample = *state;
	struct scene *scene;

	sample->view.paper = true;
	sample->view.title = "ein sehr langer Titel, länger als das Bild breit "
		"ist, und noch länger, und noch länger, und noch länger, und "
		"noch länger als irgendjemand lesen will, der Bilder ansieht";
	scene = make(sample);
	assert_says(scene, "ein sehr langer Titel");
	assert_says(scene, "…");
	assert_silent(scene, "Bilder ansieht");
	scene_free(scene);
}

/* The same view makes the same scene, and the text of one says so. */
static void test_dump(void **state)
{
	struct sample *sample = *state;
	char *one = NULL, *other = NULL;
	size_t size;
	int i;

	for (i = 0; i < 2; i++) {
		FILE *out = open_memstream(i ? &other : &one, &size);
		struct scene *scene = make(sample);

		assert_non_null(out);
		scene_dump(scene, out);
		fclose(out);
		scene_free(scene);
	}
	assert_string_equal(one, other);
	assert_non_null(strstr(one, "scene 1000x600\n"));
	assert_non_null(strstr(one, "\n  1x  a64\n"));
	assert_non_null(strstr(one, "  1x  a36 .28\n"));
	assert_non_null(strstr(one, "action"));
	free(one);
	free(other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_texts_are_inside),
		TEST(test_small_window_is_map_alone),
		TEST(test_head_and_legend),
		TEST(test_filter_dims),
		TEST(test_gutter),
		TEST(test_hover_page),
		TEST(test_hover_cells),
		TEST(test_tiles),
		TEST(test_selection),
		TEST(test_minimap),
		TEST(test_list),
		TEST(test_time),
		TEST(test_said_before_it_is_believed),
		TEST(test_not_read_yet),
		TEST(test_help),
		TEST(test_paper),
		TEST(test_trim),
		TEST(test_cut),
		TEST(test_dump),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
