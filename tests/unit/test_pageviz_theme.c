// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Themes are held to numbers: text stands out from what is behind it (WCAG),
 * and colours that occur together in one map are told apart (distance in
 * OKLab) by eyes that have all cones, and by those that lack one of the three
 * (the linear model of Machado, Oliveira and Fernandes, 2009, severity 1).
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "theme.h"

enum eyes { EYES_ALL, EYES_NO_RED, EYES_NO_GREEN, EYES_NO_BLUE, EYES_COUNT };

static const char *const eyes_names[EYES_COUNT] = {
	"all", "protanopia", "deuteranopia", "tritanopia",
};

static const double seen_by[EYES_COUNT][3][3] = {
	[EYES_ALL] = { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } },
	[EYES_NO_RED] = { { 0.152286, 1.052583, -0.204868 },
			  { 0.114503, 0.786281, 0.099216 },
			  { -0.003882, -0.048116, 1.051998 } },
	[EYES_NO_GREEN] = { { 0.367322, 0.860646, -0.227968 },
			    { 0.280085, 0.672501, 0.047413 },
			    { -0.011820, 0.042940, 0.968881 } },
	[EYES_NO_BLUE] = { { 1.255528, -0.076749, -0.178779 },
			   { -0.078411, 0.930809, 0.147602 },
			   { 0.004733, 0.691367, 0.303900 } },
};

static double linear(uint8_t channel)
{
	double value = channel / 255.0;

	return value <= 0.04045 ? value / 12.92
				: pow((value + 0.055) / 1.055, 2.4);
}

static double luminance(struct colour c)
{
	return 0.2126 * linear(c.red) + 0.7152 * linear(c.green) +
	       0.0722 * linear(c.blue);
}

static double contrast(struct colour a, struct colour b)
{
	double one = luminance(a) + 0.05, other = luminance(b) + 0.05;

	return one > other ? one / other : other / one;
}

/* What eyes see of a colour, in OKLab. */
static void see(struct colour c, enum eyes eyes, double ret_lab[3])
{
	double in[3] = { linear(c.red), linear(c.green), linear(c.blue) };
	double rgb[3], l, m, s;
	int i;

	for (i = 0; i < 3; i++) {
		const double *row = seen_by[eyes][i];

		rgb[i] = row[0] * in[0] + row[1] * in[1] + row[2] * in[2];
		rgb[i] = rgb[i] < 0 ? 0 : rgb[i] > 1 ? 1 : rgb[i];
	}
	l = cbrt(0.4122214708 * rgb[0] + 0.5363325363 * rgb[1] +
		 0.0514459929 * rgb[2]);
	m = cbrt(0.2119034982 * rgb[0] + 0.6806995451 * rgb[1] +
		 0.1073969566 * rgb[2]);
	s = cbrt(0.0883024619 * rgb[0] + 0.2817188376 * rgb[1] +
		 0.6299787005 * rgb[2]);
	ret_lab[0] = 0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s;
	ret_lab[1] = 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s;
	ret_lab[2] = 0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s;
}

static double distance(struct colour a, struct colour b, enum eyes eyes)
{
	double one[3], other[3];

	see(a, eyes, one);
	see(b, eyes, other);
	return sqrt(pow(one[0] - other[0], 2) + pow(one[1] - other[1], 2) +
		    pow(one[2] - other[2], 2));
}

/* ---- Text -------------------------------------------------------------- */

static void assert_legible(const struct theme *theme, const char *what,
			   struct colour text, struct colour back)
{
	double got = contrast(text, back);

	if (got < 4.5)
		fail_msg("%s, %s: contrast %.2f", theme->name, what, got);
}

static void test_text_is_legible(void **state)
{
	int name;

	(void)state;
	for (name = 0; name < THEME_COUNT; name++) {
		const struct theme *t = theme_get((enum theme_name)name);

		assert_legible(t, "text on back", t->text, t->back);
		assert_legible(t, "text on panel", t->text, t->panel);
		assert_legible(t, "text on a chosen row", t->text, t->line);
		assert_legible(t, "dim on back", t->dim, t->back);
		assert_legible(t, "dim on panel", t->dim, t->panel);
		assert_legible(t, "warning on back", t->warning, t->back);
		assert_legible(t, "warning on panel", t->warning, t->panel);
		assert_legible(t, "accent on panel", t->accent, t->panel);
		assert_legible(t, "on accent", t->accent_text, t->accent);
	}
}

/* ---- Maps -------------------------------------------------------------- */

/* Swatches that occur together, and how far apart any two of them are. */
struct together {
	const char *name;
	double least;
	int swatches[32];	/* ended by SWATCH_COUNT */
};

static const struct together sets[] = {
	{ "what processes have most of", 0.075, {
		SWATCH_ABSENT, SWATCH_ANON, SWATCH_FILE, SWATCH_SHMEM,
		SWATCH_HUGE, SWATCH_HUGETLB, SWATCH_KSM, SWATCH_SWAP,
		SWATCH_ZERO, SWATCH_GUARD, SWATCH_COUNT } },
	{ "all states of a process", 0.05, {
		SWATCH_ABSENT, SWATCH_ANON, SWATCH_FILE, SWATCH_SHMEM,
		SWATCH_HUGE, SWATCH_HUGETLB, SWATCH_KSM, SWATCH_SWAP,
		SWATCH_ZERO, SWATCH_GUARD, SWATCH_MARKER, SWATCH_MOVING,
		SWATCH_DEVICE, SWATCH_UNKNOWN, SWATCH_COUNT } },
	{ "RAM", 0.04, {
		SWATCH_FREE, SWATCH_ANON, SWATCH_ANON_UNMAPPED, SWATCH_KSM,
		SWATCH_FILE, SWATCH_FILE_CLEAN, SWATCH_FILE_DIRTY,
		SWATCH_SHMEM, SWATCH_SHMEM_UNMAPPED, SWATCH_HUGETLB,
		SWATCH_HUGETLB_FREE, SWATCH_SWAP, SWATCH_ZERO, SWATCH_SLAB,
		SWATCH_PAGE_TABLES, SWATCH_KERNEL, SWATCH_RESERVED,
		SWATCH_OFFLINE, SWATCH_BROKEN, SWATCH_UNKNOWN,
		SWATCH_COUNT } },
	{ "flags that there is much of", 0.05, {
		SWATCH_FREE, SWATCH_SLAB, SWATCH_PAGE_TABLES, SWATCH_RESERVED,
		SWATCH_ACTIVE, SWATCH_INACTIVE, SWATCH_FILE_DIRTY,
		SWATCH_WRITEBACK, SWATCH_ZERO, SWATCH_UNKNOWN,
		SWATCH_COUNT } },
	{ "changes", 0.06, {
		SWATCH_ABSENT, SWATCH_PLAIN, SWATCH_CAME, SWATCH_WENT,
		SWATCH_UNMAPPED, SWATCH_COPIED, SWATCH_MOVED, SWATCH_CHANGED,
		SWATCH_MORE, SWATCH_FEWER, SWATCH_HANDS, SWATCH_COUNT } },
	{ "owners", 0.07, {
		SWATCH_OWNER_0, SWATCH_OWNER_0 + 1, SWATCH_OWNER_0 + 2,
		SWATCH_OWNER_0 + 3, SWATCH_OWNER_0 + 4, SWATCH_OWNER_0 + 5,
		SWATCH_OWNER_0 + 6, SWATCH_OWNER_0 + 7, SWATCH_OWNER_0 + 8,
		SWATCH_OWNER_0 + 9, SWATCH_OWNER_0 + 10, SWATCH_OWNER_11,
		SWATCH_SEVERAL, SWATCH_OTHERS, SWATCH_ABSENT,
		SWATCH_COUNT } },
	{ "sharers", 0.03, {
		SWATCH_RAMP_0, SWATCH_RAMP_0 + 1, SWATCH_RAMP_0 + 2,
		SWATCH_RAMP_0 + 3, SWATCH_RAMP_0 + 4, SWATCH_RAMP_0 + 5,
		SWATCH_RAMP_0 + 6, SWATCH_RAMP_7, SWATCH_ABSENT,
		SWATCH_NO_FRAME, SWATCH_UNKNOWN, SWATCH_COUNT } },
	{ "what is aside, and sharers", 0.03, {
		SWATCH_ASIDE_CACHE, SWATCH_ASIDE_KERNEL, SWATCH_FREE,
		SWATCH_RAMP_0, SWATCH_RAMP_0 + 1, SWATCH_RAMP_0 + 2,
		SWATCH_RAMP_0 + 3, SWATCH_COUNT } },
	{ "what is aside, and owners", 0.035, {
		SWATCH_ASIDE_CACHE, SWATCH_ASIDE_KERNEL, SWATCH_FREE,
		SWATCH_SEVERAL, SWATCH_OTHERS, SWATCH_UNKNOWN,
		SWATCH_OWNER_0, SWATCH_OWNER_0 + 1, SWATCH_OWNER_0 + 2,
		SWATCH_OWNER_0 + 3, SWATCH_OWNER_0 + 4, SWATCH_OWNER_0 + 5,
		SWATCH_COUNT } },
	{ "what is aside in a vkernel, and sharers", 0.03, {
		SWATCH_ASIDE_CACHE, SWATCH_ASIDE_KERNEL, SWATCH_ASIDE_TABLES,
		SWATCH_ASIDE_STUBS, SWATCH_ASIDE_ZERO, SWATCH_FREE,
		SWATCH_UNKNOWN, SWATCH_RAMP_0, SWATCH_RAMP_0 + 1,
		SWATCH_RAMP_0 + 2, SWATCH_RAMP_0 + 3, SWATCH_RAMP_0 + 4,
		SWATCH_RAMP_0 + 5, SWATCH_RAMP_0 + 6, SWATCH_RAMP_7,
		SWATCH_COUNT } },
	{ "what is aside in a vkernel, and owners", 0.035, {
		SWATCH_ASIDE_CACHE, SWATCH_ASIDE_KERNEL, SWATCH_ASIDE_TABLES,
		SWATCH_ASIDE_STUBS, SWATCH_ASIDE_ZERO, SWATCH_FREE,
		SWATCH_SEVERAL, SWATCH_OTHERS, SWATCH_UNKNOWN,
		SWATCH_OWNER_0, SWATCH_OWNER_0 + 1, SWATCH_OWNER_0 + 2,
		SWATCH_OWNER_0 + 3, SWATCH_OWNER_0 + 4, SWATCH_OWNER_0 + 5,
		SWATCH_COUNT } },
	{ "what a vkernel's RAM is for", 0.05, {
		SWATCH_ANON, SWATCH_UNKNOWN, SWATCH_SWAP, SWATCH_PAGE_TABLES,
		SWATCH_GUARD, SWATCH_ZERO, SWATCH_RESERVED, SWATCH_FREE,
		SWATCH_COUNT } },
	{ "what the host made of it", 0.05, {
		SWATCH_ABSENT, SWATCH_SHMEM, SWATCH_DEVICE,
		SWATCH_KSM, SWATCH_SWAP, SWATCH_PLAIN, SWATCH_RESERVED,
		SWATCH_UNKNOWN, SWATCH_COUNT } },
	{ "what a vkernel has of its host", 0.035, {
		SWATCH_OWNER_0, SWATCH_OWNER_0 + 1, SWATCH_OWNER_0 + 2,
		SWATCH_OWNER_0 + 3, SWATCH_OWNER_0 + 4, SWATCH_OWNER_0 + 5,
		SWATCH_SEVERAL, SWATCH_OTHERS, SWATCH_UNKNOWN,
		SWATCH_ASIDE_CACHE, SWATCH_ASIDE_KERNEL, SWATCH_FREE,
		SWATCH_COUNT } },
};

static void assert_apart(const struct theme *theme, const struct together *set)
{
	int eyes, i, j;

	for (eyes = 0; eyes < EYES_COUNT; eyes++)
		for (i = 0; set->swatches[i] != SWATCH_COUNT; i++)
			for (j = 0; j < i; j++) {
				double got = distance(
					theme->swatches[set->swatches[i]],
					theme->swatches[set->swatches[j]],
					(enum eyes)eyes);

				if (got < set->least)
					fail_msg("%s, %s: %d and %d are %.3f "
						 "apart (%s)", theme->name,
						 set->name, set->swatches[i],
						 set->swatches[j], got,
						 eyes_names[eyes]);
			}
}

static void test_maps_are_told_apart(void **state)
{
	size_t i;
	int name;

	(void)state;
	for (name = 0; name < THEME_COUNT; name++)
		for (i = 0; i < sizeof(sets) / sizeof(*sets); i++)
			assert_apart(theme_get((enum theme_name)name),
				     &sets[i]);
}

/* More is further from the back, step by step, for everybody. */
static void test_ramp_is_monotone(void **state)
{
	int name, eyes, i;

	(void)state;
	for (name = 0; name < THEME_COUNT; name++) {
		const struct theme *t = theme_get((enum theme_name)name);
		double sign = name == THEME_DARK ? 1 : -1;

		for (eyes = 0; eyes < EYES_COUNT; eyes++)
			for (i = SWATCH_RAMP_0; i < SWATCH_RAMP_7; i++) {
				double one[3], next[3];

				see(t->swatches[i], (enum eyes)eyes, one);
				see(t->swatches[i + 1], (enum eyes)eyes, next);
				assert_true(sign * (next[0] - one[0]) > 0.03);
			}
	}
}

/* What is lit stands out of what is not, and that out of nothing. */
static void test_dimmed(void **state)
{
	int name, i;

	(void)state;
	for (name = 0; name < THEME_COUNT; name++) {
		const struct theme *t = theme_get((enum theme_name)name);

		for (i = SWATCH_GAP + 1; i < SWATCH_COUNT; i++) {
			struct colour dim = theme_dimmed(t, (enum swatch)i);
			double from_back = distance(dim, t->back, EYES_ALL);

			assert_true(from_back > 0.01);
			assert_true(from_back < 0.20);
			assert_int_equal(dim.alpha, 255);
		}
	}
}

static void test_complete_and_named(void **state)
{
	enum theme_name found = THEME_COUNT;
	int name, i;

	(void)state;
	for (name = 0; name < THEME_COUNT; name++) {
		const struct theme *t = theme_get((enum theme_name)name);

		assert_int_equal(theme_from_name(t->name, &found), 0);
		assert_int_equal(found, name);
		assert_string_equal(theme_name_at((size_t)name), t->name);
		for (i = 0; i < SWATCH_COUNT; i++)
			assert_int_equal(t->swatches[i].alpha, 255);
	}
	assert_null(theme_name_at(THEME_COUNT));
	assert_true(theme_from_name("pink", &found) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_is_legible),
		cmocka_unit_test(test_maps_are_told_apart),
		cmocka_unit_test(test_ramp_is_monotone),
		cmocka_unit_test(test_dimmed),
		cmocka_unit_test(test_complete_and_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
