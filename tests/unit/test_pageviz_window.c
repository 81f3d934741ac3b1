/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The window on SDL's screen that nobody sees, which writes each of its frames
 * to a file: what is shown is what an image would be, to the pixel; and what
 * ends a wait.  Keys, the mouse and real screens are in tests/viz.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "out/watch.h"
#include "output_kinds.h"
#include "own_scene.h"
#include "window.h"

static char folder[] = "/tmp/window-XXXXXX";
static char where[4096];

/* ---- The thread that waits --------------------------------------------- */

static int told_end;

static void tell(void *whom, enum watch_news news)
{
	char byte = news == WATCH_READABLE ? 'r' : 'e';

	(void)whom;
	assert_int_equal(write(told_end, &byte, 1), 1);
}

static void test_watch_tells_once_until_asked_again(void **state)
{
	struct watch *watch;
	int told[2], data[2];
	char byte;

	(void)state;
	assert_int_equal(pipe(told), 0);
	assert_int_equal(pipe(data), 0);
	told_end = told[1];
	assert_int_equal(watch_start(tell, NULL, &watch), 0);
	assert_int_equal(write(data[1], "x", 1), 1);
	watch_fd(watch, data[0]);
	assert_int_equal(read(told[0], &byte, 1), 1);
	assert_int_equal(byte, 'r');
	raise(SIGHUP);
	/* It still could be read, and nothing came between. */
	assert_int_equal(read(told[0], &byte, 1), 1);
	assert_int_equal(byte, 'e');
	watch_fd(watch, data[0]);
	assert_int_equal(read(told[0], &byte, 1), 1);
	assert_int_equal(byte, 'r');
	watch_stop(watch);
	close(told[0]);
	close(told[1]);
	close(data[0]);
	close(data[1]);
}

static void ignore_not(int number)
{
	(void)number;
}

static void test_watch_gives_signals_back(void **state)
{
	struct sigaction mine = { .sa_handler = ignore_not }, before, after;
	struct watch *watch;

	(void)state;
	sigaction(SIGTERM, &mine, &before);
	assert_int_equal(watch_start(tell, NULL, &watch), 0);
	sigaction(SIGTERM, NULL, &after);
	assert_ptr_not_equal(after.sa_handler, ignore_not);
	watch_stop(watch);
	sigaction(SIGTERM, &before, &after);
	assert_ptr_equal(after.sa_handler, ignore_not);
	watch_stop(NULL);
}

#if HAVE_SDL2

/* ---- Pixels ------------------------------------------------------------ */

static uint32_t number_at(const uint8_t *bytes)
{
	return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
	       (uint32_t)bytes[3] << 24;
}

/* The pixels of a frame that SDL wrote: a BMP, lowest row first. */
static void assert_frame(const char *name, const struct image *want)
{
	static uint8_t bytes[1 << 20];
	FILE *file = fopen(name, "rb");
	size_t size, step, row;
	int x, y;

	assert_non_null(file);
	size = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	assert_true(size > 54 && size < sizeof(bytes));
	assert_int_equal(number_at(bytes + 18), want->width);
	assert_int_equal(number_at(bytes + 22), want->height);
	step = bytes[28] / 8;
	assert_in_range(step, 3, 4);
	row = ((size_t)want->width * step + 3) / 4 * 4;
	for (y = 0; y < want->height; y++)
		for (x = 0; x < want->width; x++) {
			const uint8_t *got = bytes + number_at(bytes + 10) +
				(size_t)(want->height - 1 - y) * row +
				(size_t)x * step;
			const uint8_t *pixel = want->pixels +
				4 * (y * want->width + x);

			assert_int_equal(got[2], pixel[0]);
			assert_int_equal(got[1], pixel[1]);
			assert_int_equal(got[0], pixel[2]);
		}
}

static struct window *open_it(struct type *type)
{
	struct window *window;
	char why[256];

	if (window_open("test", 320, 200, type, &window, why))
		fail_msg("%s", why);
	return window;
}

static void test_a_window_shows_what_an_image_is(void **state)
{
	struct tile *tile = calloc(1, sizeof(*tile));
	struct colour palette[256];
	const struct item items[] = {
		{ .kind = ITEM_BOX, .box = { 0, 0, 320, 200 },
		  .colour = { 20, 40, 60, 255 } },
		{ .kind = ITEM_CLIP, .box = { 10, 10, 200, 150 } },
		{ .kind = ITEM_TILE, .tile = tile, .left = 3.3, .top = -7.7,
		  .cell = 8.3, .palette = palette,
		  .grid = { 255, 200, 0, 200 } },
		{ .kind = ITEM_CLIP },
		{ .kind = ITEM_FRAME, .box = { 9, 9, 202, 152 }, .line = 2,
		  .colour = { 255, 0, 100, 100 } },
		{ .kind = ITEM_TEXT, .box = { 20, 20, 0, 0 }, .size = 17,
		  .text = "What is seen is what is saved",
		  .colour = { 250, 3, 130, 180 } },
	};
	const struct scene scene = { 320, 200, items,
				     sizeof(items) / sizeof(items[0]) };
	struct type *type = type_open(false);
	struct window *window;
	struct image image;
	int i, width, height, unit;

	(void)state;
	assert_non_null(type);
	assert_non_null(tile);
	for (i = 0; i < 256; i++)
		palette[i] = (struct colour){ (uint8_t)(i * 3), (uint8_t)i,
					      (uint8_t)~i, (uint8_t)(i | 128) };
	for (i = 0; i < TILE_SIDE * TILE_SIDE; i++) {
		tile->class_of[i] = (uint8_t)(i * 7 / 5);
		tile->edges[i] = i % 11 ? 0 : (uint8_t)(i % 4);
	}
	window = open_it(type);
	window_size(window, &width, &height, &unit);
	assert_int_equal(width, 320);
	assert_int_equal(height, 200);
	assert_in_range(unit, 13, 39);
	assert_string_equal(window_driver(window), "software");
	window_draw(window, &scene);
	assert_int_equal(image_draw(&scene, type, &image), 0);
	assert_frame("SDL_window1-00000001.bmp", &image);
	image_free(&image);
	window_close(window);
	type_close(type);
	free(tile);
}

/* A scene of the size before a resize fills what it can, and no more. */
static void test_a_scene_of_another_size_does_no_harm(void **state)
{
	const struct item item = { .kind = ITEM_BOX, .box = { 0, 0, 900, 700 },
				   .colour = { 9, 9, 9, 255 } };
	const struct scene large = { 900, 700, &item, 1 };
	const struct scene small = { 10, 10, NULL, 0 };
	struct type *type = type_open(true);
	struct window *window = open_it(type);

	(void)state;
	window_draw(window, &large);
	window_draw(window, &small);
	window_close(window);
	type_close(type);
}

/* ---- Waiting ----------------------------------------------------------- */

#define SECOND INT64_C(1000000000)

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * SECOND + time.tv_nsec;
}

/* Waits for an event of a kind; others (a window's first ones) pass. */
static void wait_for(struct window *window, int fd, int timeout_ms,
		     enum event_kind kind)
{
	int64_t end = now() + 10 * SECOND;
	struct event event;

	do {
		window_wait(window, fd, timeout_ms, &event);
	} while (event.kind != kind && now() < end);
	assert_int_equal(event.kind, kind);
}

static void test_a_wait_ends_when_its_time_is_over(void **state)
{
	struct type *type = type_open(true);
	struct window *window = open_it(type);
	int64_t start;

	(void)state;
	wait_for(window, -1, 0, EVENT_NONE);
	start = now();
	wait_for(window, -1, 100, EVENT_NONE);
	assert_true(now() - start >= SECOND / 20);
	window_close(window);
	type_close(type);
}

static void test_a_descriptor_ends_a_wait(void **state)
{
	struct type *type = type_open(true);
	struct window *window = open_it(type);
	int ends[2];
	char byte;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	wait_for(window, ends[0], 50, EVENT_NONE);
	assert_int_equal(write(ends[1], "x", 1), 1);
	wait_for(window, ends[0], -1, EVENT_WAKE);
	/* What is not read is said again, */
	wait_for(window, ends[0], -1, EVENT_WAKE);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	wait_for(window, ends[0], 50, EVENT_NONE);
	/* and nobody waits for what is not asked for. */
	assert_int_equal(write(ends[1], "x", 1), 1);
	wait_for(window, -1, 50, EVENT_NONE);
	window_close(window);
	close(ends[0]);
	close(ends[1]);
	type_close(type);
}

static void test_signals_end_it(void **state)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct type *type = type_open(true);
	struct window *window = open_it(type);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		raise(signals[i]);
		wait_for(window, -1, -1, EVENT_END);
	}
	window_close(window);
	type_close(type);
}

static void test_no_display_is_said(void **state)
{
	struct window *window = NULL;
	char why[256] = "";

	(void)state;
	setenv("SDL_VIDEODRIVER", "nonsense", 1);
	assert_int_equal(window_open("test", 320, 200, NULL, &window, why),
			 -ENODEV);
	setenv("SDL_VIDEODRIVER", "dummy", 1);
	assert_null(window);
	assert_non_null(strstr(why, "no display"));
	window_close(NULL);
}

#else

static void test_no_window_is_built_in(void **state)
{
	struct window *window = NULL;
	char why[256] = "";

	(void)state;
	assert_int_equal(window_open("test", 320, 200, NULL, &window, why),
			 -ENOTSUP);
	assert_non_null(strstr(why, "built without SDL2"));
}

#endif

/* Frames are written where the program is. */
static int set_up(void **state)
{
	(void)state;
	setenv("SDL_VIDEODRIVER", "dummy", 1);
	setenv("SDL_VIDEO_DUMMY_SAVE_FRAMES", "1", 1);
	unsetenv("SDL_RENDER_DRIVER");
	return !getcwd(where, sizeof(where)) || !mkdtemp(folder) ||
	       chdir(folder);
}

static int tear_down(void **state)
{
	char name[64];
	int window, frame;

	(void)state;
	for (window = 1; window < 9; window++)
		for (frame = 1; frame < 9; frame++) {
			snprintf(name, sizeof(name), "SDL_window%d-%08d.bmp",
				 window, frame);
			unlink(name);
		}
	return chdir(where) || rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#if HAVE_SDL2
		cmocka_unit_test(test_a_window_shows_what_an_image_is),
		cmocka_unit_test(test_a_scene_of_another_size_does_no_harm),
		cmocka_unit_test(test_a_wait_ends_when_its_time_is_over),
		cmocka_unit_test(test_a_descriptor_ends_a_wait),
		cmocka_unit_test(test_signals_end_it),
		cmocka_unit_test(test_no_display_is_said),
#else
		cmocka_unit_test(test_no_window_is_built_in),
#endif
		cmocka_unit_test(test_watch_tells_once_until_asked_again),
		cmocka_unit_test(test_watch_gives_signals_back),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
