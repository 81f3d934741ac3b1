/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scenes as pixels: small ones as drawings, cells of any size, both orders of
 * colours, and the files that are made of them.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "out/tile_rects.h"
#include "output_kinds.h"
#include "own_scene.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Colours and the letters that drawings have for them. */
static const struct {
	char letter;
	struct colour colour;
} inks[] = {
	{ '.', { 0, 0, 0, 255 } }, { 'R', { 255, 0, 0, 255 } },
	{ 'G', { 0, 255, 0, 255 } }, { 'B', { 0, 0, 255, 255 } },
	{ 'W', { 255, 255, 255, 255 } }, { 'r', { 128, 0, 0, 255 } },
	{ 'p', { 80, 80, 80, 255 } },
};

static struct colour ink(char letter)
{
	size_t i;

	for (i = 0; i < COUNT(inks); i++)
		if (inks[i].letter == letter)
			return inks[i].colour;
	fail_msg("no colour '%c'", letter);
	return inks[0].colour;
}

static char letter_of(const uint8_t *pixel)
{
	size_t i;

	for (i = 0; i < COUNT(inks); i++)
		if (pixel[0] == inks[i].colour.red &&
		    pixel[1] == inks[i].colour.green &&
		    pixel[2] == inks[i].colour.blue && pixel[3] == 255)
			return inks[i].letter;
	return '?';
}

/* Draws items and compares with rows of letters, one after the other. */
static void assert_drawn(const struct item *items, size_t count, int width,
			 int height, const char *want)
{
	const struct scene scene = { width, height, items, count };
	size_t pixels = (size_t)width * (size_t)height, i;
	struct type *type = type_open(true);
	struct image image;
	char *got = calloc(pixels + 1, 1);

	assert_non_null(type);
	assert_non_null(got);
	assert_int_equal(image_draw(&scene, type, &image), 0);
	for (i = 0; i < pixels; i++)
		got[i] = letter_of(image.pixels + 4 * i);
	assert_string_equal(got, want);
	free(got);
	image_free(&image);
	type_close(type);
}

/* A tile of nothing but what its rows of letters say, in the upper left. */
static struct tile *tile_of(int width, int height, const char *letters)
{
	struct tile *tile = calloc(1, sizeof(*tile));
	int i;

	assert_non_null(tile);
	memset(tile->class_of, TILE_NOTHING, sizeof(tile->class_of));
	for (i = 0; i < width * height; i++)
		tile->class_of[i / width * TILE_SIDE + i % width] =
			(uint8_t)letters[i];
	return tile;
}

/* Classes are letters, and look as drawings say. */
static const struct colour *palette_of_letters(void)
{
	static struct colour palette[256];
	size_t i;

	for (i = 0; i < COUNT(inks); i++)
		palette[(unsigned char)inks[i].letter] = inks[i].colour;
	return palette;
}

static struct item tile_item(const struct tile *tile, double left, double top,
			     double cell)
{
	return (struct item){ .kind = ITEM_TILE, .tile = tile, .left = left,
			      .top = top, .cell = cell,
			      .palette = palette_of_letters(),
			      .grid = ink('W') };
}

/* ---- Boxes ------------------------------------------------------------- */

static void test_boxes_lie_over_each_other(void **state)
{
	const struct item items[] = {
		{ .kind = ITEM_BOX, .box = { 1, 0, 3, 2 }, .colour = ink('R') },
		{ .kind = ITEM_BOX, .box = { 3, 1, 9, 9 }, .colour = ink('G') },
		{ .kind = ITEM_BOX, .box = { -2, 2, 3, 1 }, .colour = ink('B') },
		{ .kind = ITEM_BOX, .box = { 0, 0, 0, 3 }, .colour = ink('W') },
	};

	(void)state;
	assert_drawn(items, COUNT(items), 5, 3,
		     ".RRR."
		     ".RRGG"
		     "B..GG");
}

static void test_colours_mix_by_alpha(void **state)
{
	const struct item items[] = {
		{ .kind = ITEM_BOX, .box = { 0, 0, 2, 1 },
		  .colour = { 255, 0, 0, 128 } },
		{ .kind = ITEM_BOX, .box = { 1, 0, 1, 1 },
		  .colour = { 9, 9, 9, 0 } },
	};

	(void)state;
	assert_drawn(items, COUNT(items), 3, 1, "rr.");
}

/* All colours over all others, against the rule itself. */
static void test_mixing_is_exact(void **state)
{
	static uint32_t words[256 * 256];
	const struct pixels pixels = { words, 256, 256, 256, true };
	struct item items[256 + 256];
	struct scene scene = { 256, 256, items, 0 };
	int alpha, x, y;

	(void)state;
	for (x = 0; x < 256; x++)
		items[x] = (struct item){ .kind = ITEM_BOX,
			.box = { x, 0, 1, 256 },
			.colour = { (uint8_t)x, (uint8_t)(255 - x), 7, 255 } };
	for (alpha = 0; alpha < 256; alpha += 15) {
		for (y = 0; y < 256; y++)
			items[256 + y] = (struct item){ .kind = ITEM_BOX,
				.box = { 0, y, 256, 1 },
				.colour = { (uint8_t)y, (uint8_t)y, 200,
					    (uint8_t)alpha } };
		scene.count = COUNT(items);
		pixels_paint(&pixels, &scene, NULL);
		for (y = 0; y < 256; y++)
			for (x = 0; x < 256; x++) {
				uint32_t word = words[y * 256 + x];

				assert_int_equal(word >> 24, 255);
				assert_int_equal(word >> 16 & 255,
					(2 * (y * alpha + x * (255 - alpha)) +
					 255) / 510);
				assert_int_equal(word & 255,
					(2 * (200 * alpha + 7 * (255 - alpha)) +
					 255) / 510);
			}
	}
}

static void test_frames_are_inside_of_their_box(void **state)
{
	const struct item items[] = {
		{ .kind = ITEM_FRAME, .box = { 0, 0, 5, 5 }, .line = 1,
		  .colour = ink('R') },
		{ .kind = ITEM_FRAME, .box = { 5, 1, 4, 4 }, .line = 1,
		  .colour = { 255, 0, 0, 128 } },
		{ .kind = ITEM_FRAME, .box = { 2, 2, 1, 1 }, .line = 1,
		  .colour = ink('G') },
	};

	(void)state;
	assert_drawn(items, COUNT(items), 9, 5,
		     "RRRRR...."
		     "R...Rrrrr"
		     "R.G.Rr..r"
		     "R...Rr..r"
		     "RRRRRrrrr");
}

static void test_clips_hold_until_the_next(void **state)
{
	const struct item items[] = {
		{ .kind = ITEM_CLIP, .box = { 1, 1, 2, 2 } },
		{ .kind = ITEM_BOX, .box = { 0, 0, 9, 9 }, .colour = ink('R') },
		{ .kind = ITEM_CLIP, .box = { 2, -3, 9, 5 } },
		{ .kind = ITEM_BOX, .box = { 0, 0, 9, 9 }, .colour = ink('G') },
		{ .kind = ITEM_CLIP },
		{ .kind = ITEM_BOX, .box = { 0, 3, 1, 1 }, .colour = ink('B') },
	};

	(void)state;
	assert_drawn(items, COUNT(items), 4, 4,
		     "..GG"
		     ".RGG"
		     ".RR."
		     "B...");
}

static void test_nothing_shines_through(void **state)
{
	uint32_t words[4] = { 1, 2, 3, 4 };
	const struct pixels pixels = { words, 2, 2, 2, false };
	const struct item item = { .kind = ITEM_BOX, .box = { 0, 0, 2, 1 },
				   .colour = { 255, 0, 0, 255 } };
	const struct scene scene = { 2, 2, &item, 1 };

	(void)state;
	pixels_paint(&pixels, &scene, NULL);
	assert_int_equal(words[0], 0xff0000ff);
	assert_int_equal(words[2], 0xff000000);
	assert_int_equal(words[3], 0xff000000);
}

/* ---- Tiles ------------------------------------------------------------- */

static void test_cells_are_whole_pixels(void **state)
{
	struct tile *tile = tile_of(3, 2, "RGB" "BR.");
	struct item item = tile_item(tile, 1, 1, 2);

	(void)state;
	assert_drawn(&item, 1, 8, 6,
		     "........"
		     ".RRGGBB."
		     ".RRGGBB."
		     ".BBRR..."
		     ".BBRR..."
		     "........");
	item = tile_item(tile, -1, -1, 2);
	assert_drawn(&item, 1, 4, 2,
		     "RGGB"
		     "BRR.");
	item = tile_item(tile, 0, 0, 1);
	assert_drawn(&item, 1, 4, 2,
		     "RGB."
		     "BR..");
	free(tile);
}

static void test_cells_of_broken_size_take_turns(void **state)
{
	struct tile *tile = tile_of(4, 1, "RGBW");
	struct item item = tile_item(tile, 0, 0, 1.5);

	(void)state;
	assert_drawn(&item, 1, 7, 2,
		     "RRGBBW."
		     "RRGBBW.");
	free(tile);
}

/* Three tiles beside each other: each pixel is of one cell. */
static void assert_no_seam(const struct tile *tile,
			   const struct colour *palette, double left,
			   double cell)
{
	static uint32_t words[2048];
	const struct pixels pixels = { words, 2048, 1, 2048, false };
	struct item items[3];
	const struct scene scene = { 2048, 1, items, 3 };
	int i;

	for (i = 0; i < 3; i++)
		items[i] = (struct item){ .kind = ITEM_TILE, .tile = tile,
			.left = left + (i - 1) * 256 * cell, .cell = cell,
			.palette = palette };
	pixels_paint(&pixels, &scene, NULL);
	for (i = 0; i < 2048; i++) {
		double at = i + 0.5 - items[0].left;

		if (at > 1 && at < 768 * cell - 1)
			assert_int_equal(words[i], 0xff800000);
		if (at < -1 || at > 768 * cell + 1)
			assert_int_equal(words[i], 0xff000000);
	}
}

static void test_tiles_meet_whatever_the_size(void **state)
{
	struct tile *tile = calloc(1, sizeof(*tile));
	struct colour palette[256];
	int i, step;

	(void)state;
	assert_non_null(tile);
	/* Half through: what is painted twice shows. */
	for (i = 0; i < 256; i++)
		palette[i] = (struct colour){ 0, 0, 255, 128 };
	for (i = 0; i < TILE_SIDE * TILE_SIDE; i++)
		tile->class_of[i] = (uint8_t)(i % TILE_SIDE);
	for (i = 0; i < 34; i++)
		for (step = 0; step < 13; step++)
			assert_no_seam(tile, palette, step * 97.25 - 700.5,
				       1 + i * 0.093);
	free(tile);
}

static void test_lines_are_drawn_from_a_size_on(void **state)
{
	struct tile *tile = tile_of(2, 2, "RR" "RR");
	struct item item = tile_item(tile, 0, 0, 3);

	(void)state;
	tile->edges[1] = 1;
	tile->edges[TILE_SIDE] = 2;
	assert_drawn(&item, 1, 6, 2, "RRRRRR" "RRRRRR");
	item = tile_item(tile, 0, 0, 4);
	assert_drawn(&item, 1, 8, 8,
		     "RRRRWRRR"
		     "RRRRWRRR"
		     "RRRRWRRR"
		     "RRRRWRRR"
		     "WWWWRRRR"
		     "RRRRRRRR"
		     "RRRRRRRR"
		     "RRRRRRRR");
	tile->level = 1;
	assert_drawn(&item, 1, 8, 1, "RRRRRRRR");
	free(tile);
}

static void test_pages_have_lines_when_near(void **state)
{
	struct tile *tile = tile_of(2, 1, "..");
	struct item item = tile_item(tile, 0, 0, 8);

	(void)state;
	tile->edges[1] = 1;
	assert_drawn(&item, 1, 17, 3,
		     "ppppppppWppppppp."
		     "p.......W........"
		     "p.......W........");
	tile->edges[0] = 2;
	item = tile_item(tile, 0, 0, 16);
	assert_drawn(&item, 1, 20, 4,
		     "WWWWWWWWWWWWWWWWWWpp"
		     "WWWWWWWWWWWWWWWWWW.."
		     "p...............WW.."
		     "p...............WW..");
	free(tile);
}

/* ---- Texts ------------------------------------------------------------- */

static void test_text_is_ink_in_its_colour(void **state)
{
	const struct item items[] = {
		{ .kind = ITEM_TEXT, .box = { 0, -2, 0, 0 }, .face = FACE_TEXT,
		  .size = 13, .text = "Ti", .colour = ink('G') },
		{ .kind = ITEM_TEXT, .box = { 11, 0, 0, 0 }, .face = FACE_TEXT,
		  .size = 13, .text = "i", .colour = { 255, 0, 0, 128 } },
	};

	(void)state;
	assert_drawn(items, COUNT(items), 14, 11,
		     ".............."
		     ".GGGGGGG..G..."
		     "....G........."
		     "....G.....G.r."
		     "....G.....G..."
		     "....G.....G.r."
		     "....G.....G.r."
		     "....G.....G.r."
		     "....G.....G.r."
		     "....G.....G.r."
		     "............r.");
}

/* ---- Orders ------------------------------------------------------------ */

static void test_both_orders_show_the_same(void **state)
{
	static uint32_t red[64 * 64], blue[64 * 64];
	const struct pixels first = { red, 64, 64, 64, false };
	const struct pixels second = { blue, 64, 64, 64, true };
	struct tile *tile = tile_of(2, 2, "RG" "BW");
	const struct item items[] = {
		{ .kind = ITEM_BOX, .box = { 0, 0, 64, 64 },
		  .colour = { 20, 40, 60, 255 } },
		tile_item(tile, 3.3, 2.7, 9.1),
		{ .kind = ITEM_BOX, .box = { 8, 8, 30, 30 },
		  .colour = { 200, 100, 50, 77 } },
		{ .kind = ITEM_TEXT, .box = { 10, 10, 0, 0 }, .size = 26,
		  .text = "a", .colour = { 250, 3, 130, 180 } },
	};
	const struct scene scene = { 64, 64, items, COUNT(items) };
	struct type *type = type_open(true);
	size_t i;

	(void)state;
	assert_non_null(type);
	pixels_paint(&first, &scene, type);
	pixels_paint(&second, &scene, type);
	for (i = 0; i < 64 * 64; i++)
		assert_int_equal(blue[i], (red[i] & 0xff00ff00) |
				 (red[i] & 0xff) << 16 |
				 (red[i] >> 16 & 0xff));
	type_close(type);
	free(tile);
}

/* ---- Files ------------------------------------------------------------- */

static struct item random_tile(struct tile *tile, double cell)
{
	int i;

	for (i = 0; i < TILE_SIDE * TILE_SIDE; i++) {
		tile->class_of[i] = (uint8_t)"RRRGB.W"[rand() % 7];
		tile->edges[i] = rand() % 9 ? 0 : (uint8_t)(rand() % 4);
	}
	return tile_item(tile, -2.3, -1.7, cell);
}

/* Rectangles of one colour are one shape: no pixel takes it twice. */
static void lay_shapes(const struct tile_rects *rects, uint8_t (*pixels)[3],
		       int side)
{
	static bool taken[128 * 128];
	size_t i;
	int x, y;

	for (i = 0; i < rects->count; i++) {
		const struct tile_rect *rect = &rects->at[i];
		const struct box *box = &rect->box;
		unsigned int alpha = rect->colour.alpha;

		if (!i || memcmp(&rect->colour, &rect[-1].colour,
				 sizeof(rect->colour)) != 0)
			memset(taken, 0, sizeof(taken));
		for (y = box->y; y < box->y + box->height; y++)
			for (x = box->x; x < box->x + box->width; x++) {
				uint8_t *at = pixels[y * side + x];

				if (taken[y * side + x])
					continue;
				taken[y * side + x] = true;
				at[0] = (uint8_t)((rect->colour.red * alpha +
					at[0] * (255 - alpha) + 127) / 255);
			}
	}
}

static void test_rectangles_cover_what_is_painted(void **state)
{
	static const double cells[] = { 1, 1.5, 3, 4.25, 8.5, 17 };
	static uint8_t shapes[128 * 128][3];
	static uint32_t words[128 * 128];
	const struct pixels pixels = { words, 128, 128, 128, false };
	struct tile *tile = calloc(1, sizeof(*tile));
	size_t i, at;

	(void)state;
	assert_non_null(tile);
	srand(1);
	for (i = 0; i < COUNT(cells); i++) {
		struct tile_rects rects = { .most = 100000 };
		struct item item = random_tile(tile, cells[i]);
		struct scene scene = { 128, 128, &item, 1 };

		memset(shapes, 0, sizeof(shapes));
		pixels_paint(&pixels, &scene, NULL);
		assert_int_equal(tile_rects_add(&rects, &item, (struct box){
						0, 0, 128, 128 }), 0);
		assert_true(rects.count < 128 * 128);
		lay_shapes(&rects, shapes, 128);
		for (at = 0; at < 128 * 128; at++)
			assert_int_equal(shapes[at][0], words[at] & 0xff);
		tile_rects_free(&rects);
	}
	free(tile);
}

static char *svg_of(const struct scene *scene, int *ret_err)
{
	struct type *type = type_open(true);
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(type);
	assert_non_null(out);
	*ret_err = svg_write_scene(scene, type, out);
	fclose(out);
	type_close(type);
	return text;
}

static void test_svg_says_all_items(void **state)
{
	struct tile *tile = tile_of(2, 2, "RG" "RG");
	const struct item items[] = {
		{ .kind = ITEM_BOX, .box = { 0, 0, 9, 8 }, .colour = ink('B') },
		{ .kind = ITEM_CLIP, .box = { 1, 1, 5, 4 } },
		tile_item(tile, 1, 1, 3),
		{ .kind = ITEM_CLIP },
		{ .kind = ITEM_FRAME, .box = { 0, 0, 9, 8 }, .line = 1,
		  .colour = { 1, 2, 3, 51 } },
		{ .kind = ITEM_TEXT, .box = { 2, 3, 0, 0 }, .size = 13,
		  .face = FACE_MONO, .text = "<a&b>", .colour = ink('W') },
	};
	const struct scene scene = { 9, 8, items, COUNT(items) };
	char *text;
	int err;

	(void)state;
	memset(tile->class_of + 2 * TILE_SIDE, 'R', TILE_SIDE);
	text = svg_of(&scene, &err);
	assert_int_equal(err, 0);
	assert_string_equal(text,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" "
		"height=\"8\" viewBox=\"0 0 9 8\" "
		"shape-rendering=\"crispEdges\">\n"
		"<rect x=\"0\" y=\"0\" width=\"9\" height=\"8\" "
		"fill=\"#0000ff\"/>\n"
		"<clipPath id=\"c0\"><rect x=\"1\" y=\"1\" width=\"5\" "
		"height=\"4\"/></clipPath>\n"
		"<g clip-path=\"url(#c0)\">\n"
		"<path fill=\"#00ff00\" d=\"M4 1h2v4h-2z\"/>\n"
		"<path fill=\"#ff0000\" d=\"M1 1h3v4h-3z\"/>\n"
		"</g>\n"
		"<path fill-rule=\"evenodd\" fill=\"#010203\" "
		"fill-opacity=\"0.200\" d=\"M0 0h9v8h-9zM1 1h7v6h-7z\"/>\n"
		"<text x=\"2\" y=\"15\" font-size=\"13\" textLength=\"40\" "
		"lengthAdjust=\"spacingAndGlyphs\" font-family=\"monospace\" "
		"fill=\"#ffffff\" xml:space=\"preserve\">&lt;a&amp;b&gt;"
		"</text>\n</svg>\n");
	free(text);
	free(tile);
}

static void test_svg_refuses_too_many_cells(void **state)
{
	struct tile *tile = calloc(1, sizeof(*tile));
	struct item item;
	struct scene scene = { 256, 256, &item, 1 };
	char *text;
	int err;

	(void)state;
	assert_non_null(tile);
	item = random_tile(tile, 1);
	text = svg_of(&scene, &err);
	assert_int_equal(err, -E2BIG);
	assert_string_equal(text, "");
	free(text);
	free(tile);
}

#if HAVE_LIBPNG

static char *png_of(const struct image *image, size_t *ret_size)
{
	char *bytes = NULL;
	FILE *out = open_memstream(&bytes, ret_size);

	assert_non_null(out);
	assert_int_equal(png_write(image, out), 0);
	fclose(out);
	assert_true(*ret_size > 50);
	assert_memory_equal(bytes, "\x89PNG\r\n\x1a\n", 8);
	return bytes;
}

/* An image with so many colours, in turns. */
static struct image image_of(int colours)
{
	struct image image = { 600, 2, calloc(1200, 4) };
	int i;

	assert_non_null(image.pixels);
	for (i = 0; i < 1200; i++) {
		image.pixels[4 * i] = (uint8_t)(i % colours);
		image.pixels[4 * i + 1] = (uint8_t)(i % colours >> 8);
		image.pixels[4 * i + 3] = 255;
	}
	return image;
}

static void test_png_takes_few_bits_for_few_colours(void **state)
{
	static const struct {
		int colours;
		char bits, kind;	/* 3: palette, 2: red, green, blue */
	} cases[] = { { 1, 1, 3 }, { 2, 1, 3 }, { 3, 2, 3 }, { 16, 4, 3 },
		      { 17, 8, 3 }, { 256, 8, 3 }, { 257, 8, 2 } };
	size_t i, size;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		struct image image = image_of(cases[i].colours);
		char *bytes = png_of(&image, &size);

		assert_memory_equal(bytes + 16, "\0\0\x02\x58\0\0\0\x02", 8);
		assert_int_equal(bytes[24], cases[i].bits);
		assert_int_equal(bytes[25], cases[i].kind);
		free(bytes);
		image_free(&image);
	}
}

static void test_png_is_the_same_again(void **state)
{
	struct image image = image_of(300);
	size_t first_size, second_size;
	char *first = png_of(&image, &first_size);
	char *second = png_of(&image, &second_size);

	(void)state;
	assert_int_equal(first_size, second_size);
	assert_memory_equal(first, second, first_size);
	free(first);
	free(second);
	image_free(&image);
}

static void test_png_says_that_a_disk_is_full(void **state)
{
	struct image image = image_of(300);
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	if (!full) {
		image_free(&image);
		print_message("there is no device that is always full\n");
		skip();
	}
	assert_true(png_write(&image, full) < 0);
	fclose(full);
	image_free(&image);
}

#else

static void test_png_says_that_it_is_not_built_in(void **state)
{
	const struct image image = { 0 };

	(void)state;
	assert_int_equal(png_write(&image, stdout), -ENOTSUP);
}

#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_boxes_lie_over_each_other),
		cmocka_unit_test(test_colours_mix_by_alpha),
		cmocka_unit_test(test_mixing_is_exact),
		cmocka_unit_test(test_frames_are_inside_of_their_box),
		cmocka_unit_test(test_clips_hold_until_the_next),
		cmocka_unit_test(test_nothing_shines_through),
		cmocka_unit_test(test_cells_are_whole_pixels),
		cmocka_unit_test(test_cells_of_broken_size_take_turns),
		cmocka_unit_test(test_tiles_meet_whatever_the_size),
		cmocka_unit_test(test_lines_are_drawn_from_a_size_on),
		cmocka_unit_test(test_pages_have_lines_when_near),
		cmocka_unit_test(test_text_is_ink_in_its_colour),
		cmocka_unit_test(test_both_orders_show_the_same),
		cmocka_unit_test(test_rectangles_cover_what_is_painted),
		cmocka_unit_test(test_svg_says_all_items),
		cmocka_unit_test(test_svg_refuses_too_many_cells),
#if HAVE_LIBPNG
		cmocka_unit_test(test_png_takes_few_bits_for_few_colours),
		cmocka_unit_test(test_png_is_the_same_again),
		cmocka_unit_test(test_png_says_that_a_disk_is_full),
#else
		cmocka_unit_test(test_png_says_that_it_is_not_built_in),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
