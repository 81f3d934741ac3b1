/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Letters: those of our own to the dot, and with fonts what must be so
 * whichever there are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "out/letters.h"
#include "type.h"

static void assert_ink(enum face face, int size, const char *text,
		       const char *want)
{
	struct type *type = type_open(true);
	const struct ink *ink;
	char got[4096] = "";
	size_t length = 0;
	int x, y;

	assert_non_null(type);
	ink = type_shape(type, face, size, text);
	assert_non_null(ink);
	assert_int_equal(ink->width, type_width(type, face, size, text));
	assert_int_equal(ink->height, type_height(type, face, size));
	for (y = 0; y < ink->height; y++) {
		for (x = 0; x < ink->width; x++)
			got[length++] = ink->pixels[y * ink->width + x] ?
					'#' : '.';
		got[length++] = '\n';
		assert_true(length < 3000);
	}
	assert_string_equal(got, want);
	type_close(type);
}

static void test_letters_are_as_drawn(void **state)
{
	(void)state;
	assert_ink(FACE_TEXT, 13, "Pg1",
		   "......................\n"
		   "......................\n"
		   "......................\n"
		   ".#####............#...\n"
		   ".#....#..........##...\n"
		   ".#....#...##.#..#.#...\n"
		   ".#....#..#..##....#...\n"
		   ".#####...#...#....#...\n"
		   ".#.......#...#....#...\n"
		   ".#.......#...#....#...\n"
		   ".#.......#..##....#...\n"
		   ".#........##.#..#####.\n"
		   ".............#........\n"
		   ".........#...#........\n"
		   "..........###.........\n"
		   "......................\n");
}

static void test_mono_letters_are_as_wide_as_each_other(void **state)
{
	struct type *type = type_open(true);

	(void)state;
	assert_non_null(type);
	assert_int_equal(type_width(type, FACE_MONO, 13, "iiii"), 32);
	assert_int_equal(type_width(type, FACE_MONO, 13, "MMMM"), 32);
	assert_int_equal(type_width(type, FACE_MONO, 13, "→ ▲é"), 32);
	assert_int_equal(type_width(type, FACE_TEXT, 13, "0123456789"), 70);
	assert_int_equal(type_width(type, FACE_TEXT, 13, "1111111111"), 70);
	type_close(type);
}

static void test_larger_letters_are_whole_multiples(void **state)
{
	static const struct {
		int size, height, width;
	} cases[] = { { 1, 16, 7 }, { 9, 16, 7 }, { 13, 16, 7 },
		      { 22, 16, 7 }, { 23, 32, 14 }, { 26, 32, 14 },
		      { 39, 48, 21 } };
	struct type *type = type_open(true);
	size_t i;

	(void)state;
	assert_non_null(type);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int size = cases[i].size;

		assert_int_equal(type_height(type, FACE_TEXT, size),
				 cases[i].height);
		assert_int_equal(type_width(type, FACE_TEXT, size, "a"),
				 cases[i].width);
		assert_int_equal(type_ascent(type, FACE_TEXT, size),
				 cases[i].height * 3 / 4);
	}
	type_close(type);
}

static void test_bold_is_drawn_twice(void **state)
{
	(void)state;
	assert_ink(FACE_BOLD, 13, "i",
		   "....\n....\n....\n.##.\n....\n.##.\n.##.\n.##.\n"
		   ".##.\n.##.\n.##.\n.##.\n....\n....\n....\n....\n");
}

/* Every printable character is drawn, and none looks like another. */
static void test_all_letters_differ(void **state)
{
	struct type *type = type_open(true);
	uint8_t shapes['~' - '!' + 1][16 * 8];
	int a, b;

	(void)state;
	assert_non_null(type);
	for (a = '!'; a <= '~'; a++) {
		const char text[2] = { (char)a, '\0' };
		const struct ink *ink = type_shape(type, FACE_MONO, 13, text);

		assert_non_null(ink);
		assert_int_equal(ink->width * ink->height, 16 * 8);
		memcpy(shapes[a - '!'], ink->pixels, 16 * 8);
		assert_non_null(memchr(ink->pixels, 255, 16 * 8));
		for (b = '!'; b < a; b++)
			assert_memory_not_equal(shapes[b - '!'],
						shapes[a - '!'], 16 * 8);
	}
	type_close(type);
}

static void test_what_is_not_drawn_is_a_box(void **state)
{
	static const char box[] =
		".......\n.......\n.......\n.#####.\n.#...#.\n.#...#.\n"
		".#...#.\n.#...#.\n.#...#.\n.#...#.\n.#...#.\n.#####.\n"
		".......\n.......\n.......\n.......\n";

	(void)state;
	assert_ink(FACE_TEXT, 13, "\u6f22", box);
	assert_ink(FACE_TEXT, 13, "\xff", box);
	assert_ink(FACE_TEXT, 13, "\xe2\x82", /* cut off: two bytes, two boxes */
		   "..............\n..............\n..............\n"
		   ".#####..#####.\n.#...#..#...#.\n.#...#..#...#.\n"
		   ".#...#..#...#.\n.#...#..#...#.\n.#...#..#...#.\n"
		   ".#...#..#...#.\n.#...#..#...#.\n.#####..#####.\n"
		   "..............\n..............\n..............\n"
		   "..............\n");
}

static void test_decoding_takes_no_wrong_utf8(void **state)
{
	static const struct {
		const char *text;
		uint32_t code;
		size_t bytes;
	} cases[] = {
		{ "a", 'a', 1 }, { "\xc3\xa9", 0xe9, 2 },
		{ "\xe2\x82\xac", 0x20ac, 3 },
		{ "\xf0\x9f\x98\x80", 0x1f600, 4 },
		{ "\x80", 0xfffd, 1 }, { "\xc3", 0xfffd, 1 },
		{ "\xc3" "a", 0xfffd, 1 }, { "\xc0\xaf", 0xfffd, 1 },
		{ "\xe0\x80\xaf", 0xfffd, 1 }, { "\xed\xa0\x80", 0xfffd, 1 },
		{ "\xf4\x90\x80\x80", 0xfffd, 1 }, { "\xff", 0xfffd, 1 },
		{ "\xf8\x88\x80\x80\x80", 0xfffd, 1 },
	};
	size_t i, bytes;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *text = cases[i].text;

		assert_int_equal(letters_decode(text, strlen(text), &bytes),
				 cases[i].code);
		assert_int_equal(bytes, cases[i].bytes);
	}
}

static void test_an_empty_text_has_no_width(void **state)
{
	struct type *type = type_open(true);
	const struct ink *ink;

	(void)state;
	assert_non_null(type);
	assert_int_equal(type_width(type, FACE_TEXT, 13, ""), 0);
	ink = type_shape(type, FACE_TEXT, 13, "");
	assert_non_null(ink);
	assert_int_equal(ink->width, 0);
	type_close(type);
}

/* More texts than are kept, over and over: each keeps its own width. */
static void test_many_texts_are_not_mistaken(void **state)
{
	struct type *type = type_open(true);
	char text[16];
	int round, i;

	(void)state;
	assert_non_null(type);
	for (round = 0; round < 2; round++)
		for (i = 0; i < 20000; i++) {
			const struct ink *ink;
			int width;

			snprintf(text, sizeof(text), "%d", i);
			width = 7 * (int)strlen(text);
			assert_int_equal(type_width(type, FACE_TEXT, 13, text),
					 width);
			assert_int_equal(type_width(type, FACE_MONO, 13, text),
					 8 * (int)strlen(text));
			ink = type_shape(type, FACE_TEXT, 13, text);
			assert_non_null(ink);
			assert_int_equal(ink->width, width);
		}
	type_close(type);
}

/* ---- With fonts -------------------------------------------------------- */

static void test_every_face_is_there(void **state)
{
	struct type *type = type_open(false);
	int face, size;

	(void)state;
	assert_non_null(type);
	for (face = 0; face < FACE_COUNT; face++)
		for (size = 9; size < 40; size++) {
			const struct ink *ink;

			ink = type_shape(type, (enum face)face, size,
					 "Page \u6f22 \xff \u2192");
			assert_non_null(ink);
			assert_true(ink->width > 2 * size);
			assert_int_equal(ink->width, type_width(type,
				(enum face)face, size,
				"Page \u6f22 \xff \u2192"));
			assert_int_equal(ink->height, type_height(type,
				(enum face)face, size));
			assert_true(type_ascent(type, (enum face)face, size) <
				    ink->height);
			assert_non_null(memchr(ink->pixels, 255,
				(size_t)ink->width * (size_t)ink->height));
		}
	type_close(type);
}

/* What a font lacks is wider than nothing, and has ink. */
static void test_no_character_is_lost(void **state)
{
	/* For private use: no font that is meant for texts has it. */
	static const char text[] = "\U0010fffd";
	struct type *type = type_open(false);
	const struct ink *ink;

	(void)state;
	assert_non_null(type);
	assert_int_equal(type_width(type, FACE_TEXT, 13, text), 7);
	ink = type_shape(type, FACE_TEXT, 13, text);
	assert_non_null(ink);
	assert_non_null(memchr(ink->pixels, 255,
			       (size_t)ink->width * (size_t)ink->height));
	type_close(type);
}

static void test_a_long_text_is_shown_to_its_end(void **state)
{
	struct type *type = type_open(false);
	char text[3000];
	int one;

	(void)state;
	assert_non_null(type);
	memset(text, 'n', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	one = type_width(type, FACE_MONO, 13, "nnnnnnnnnn");
	assert_in_range(type_width(type, FACE_MONO, 13, text), 290 * one,
			310 * one);
	type_close(type);
}

static void test_a_machine_without_fonts_has_ours(void **state)
{
	char path[] = "/tmp/fonts-XXXXXX";
	int fd = mkstemp(path);
	struct type *type;

	(void)state;
	assert_true(fd >= 0);
	assert_true(dprintf(fd, "<fontconfig></fontconfig>\n") > 0);
	setenv("FONTCONFIG_FILE", path, 1);
	type = type_open(false);
	unsetenv("FONTCONFIG_FILE");
	close(fd);
	unlink(path);
	assert_non_null(type);
	assert_string_equal(type_name(type, FACE_TEXT), "built in");
	assert_string_equal(type_name(type, FACE_MONO), "built in");
	assert_int_equal(type_width(type, FACE_TEXT, 13, "0000"), 28);
	type_close(type);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_letters_are_as_drawn),
		cmocka_unit_test(test_mono_letters_are_as_wide_as_each_other),
		cmocka_unit_test(test_larger_letters_are_whole_multiples),
		cmocka_unit_test(test_bold_is_drawn_twice),
		cmocka_unit_test(test_all_letters_differ),
		cmocka_unit_test(test_what_is_not_drawn_is_a_box),
		cmocka_unit_test(test_decoding_takes_no_wrong_utf8),
		cmocka_unit_test(test_an_empty_text_has_no_width),
		cmocka_unit_test(test_many_texts_are_not_mistaken),
		cmocka_unit_test(test_every_face_is_there),
		cmocka_unit_test(test_no_character_is_lost),
		cmocka_unit_test(test_a_long_text_is_shown_to_its_end),
		cmocka_unit_test(test_a_machine_without_fonts_has_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
