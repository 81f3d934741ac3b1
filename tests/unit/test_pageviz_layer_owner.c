/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose pages are: processes, users and groups, those too small for a colour,
 * and with whom a process shares.
 */
#include <stdio.h>

#include "hand_made.h"

static const char *const letters = "abcdefghijklmnopqrstuvwxyz";

/* Process i has i % 5 * 10 + i + 1 frames alone. */
static struct hand_made *many(char names[26][2])
{
	struct hand_made *hand = hand_new(0);
	uint64_t frame = 0;
	uint32_t i;

	for (i = 0; i < 14; i++) {
		uint32_t pages = i % 5 * 10 + i + 1;

		names[i][0] = letters[i];
		names[i][1] = '\0';
		hand_person(hand, (pid_t)(100 + i), names[i], "");
		hand_shared(hand, frame, pages, PAGEMAP_RAM_ANON,
			    hand_set(hand, 1, i));
		frame += pages;
	}
	return hand;
}

static void the_largest_have_colours(void **state)
{
	char names[26][2];
	struct hand_made *hand = many(names);
	struct layer *layer = hand_layer(hand, NULL, COLOUR_OWNER);

	(void)state;
	/* 1 and 6 are the fewest: of processes 100 and 105. */
	assert_pages(layer, "others", 1 + 6);
	assert_string_equal(class_of(layer, "others")->name, "2 others");
	assert_pages(layer, "109", 50);
	assert_string_equal(class_of(layer, "109")->name, "j 109");
	assert_int_equal(class_of(layer, "109")->pid, 109);
	assert_exact(layer, "109", 50 * HAND_PAGE);
	/* 113, 108, 112 and 107 have 44, 39, 33 and 28 ... */
	assert_legend(layer, "109 104 113 108 103 112 107 102 111 106 101 110 "
			     "others");
	/* Colours by pid: they stay when sizes change places. */
	assert_int_equal(class_of(layer, "101")->swatch, SWATCH_OWNER_0);
	assert_int_equal(class_of(layer, "113")->swatch, SWATCH_OWNER_11);
	layer_free(layer);
	free(hand);
}

static void equal_ones_go_by_pid(void **state)
{
	struct hand_made *hand = hand_new(0);
	struct layer *layer;
	uint32_t i;

	(void)state;
	for (i = 0; i < 20; i++) {
		hand_person(hand, (pid_t)(50 - i), "x", "");
		hand_shared(hand, i, 1, PAGEMAP_RAM_ANON, hand_set(hand, 1, i));
	}
	layer = hand_layer(hand, NULL, COLOUR_OWNER);
	assert_legend(layer, "31 32 33 34 35 36 37 38 39 40 41 42 others");
	assert_pages(layer, "others", 8);
	layer_free(layer);
	free(hand);
}

static void frames_of_several_and_of_nobody(void **state)
{
	struct hand_made *hand = hand_new(0);
	uint32_t a = hand_person(hand, 10, "a", "");
	uint32_t b = hand_person(hand, 11, "", "");
	uint32_t broken;
	struct layer *layer;

	(void)state;
	broken = hand_set(hand, 1, 77);
	hand_shared(hand, 0, 3, PAGEMAP_RAM_ANON, hand_set(hand, 1, a));
	hand_shared(hand, 3, 2, PAGEMAP_RAM_ANON, hand_set(hand, 1, b));
	hand_shared(hand, 10, 5, PAGEMAP_RAM_FILE_MAPPED,
		    hand_set(hand, 2, a, b));
	hand_stretch(hand, 20, 4, PAGEMAP_RAM_FILE_CLEAN)->set = SET_NOBODY;
	/* A set of somebody who is not there. */
	hand_shared(hand, 30, 6, PAGEMAP_RAM_ANON, broken);
	layer = hand_layer(hand, NULL, COLOUR_OWNER);
	assert_legend(layer, "10 11 several unknown unmapped");
	assert_pages(layer, "several", 5);
	assert_pages(layer, "unmapped", 4);
	assert_pages(layer, "unknown", 6);
	assert_string_equal(class_of(layer, "11")->name, "11");
	assert_exact(layer, "10", 3 * HAND_PAGE);
	layer_free(layer);
	hand->moment.unreadable = 1;
	layer = hand_layer(hand, NULL, COLOUR_OWNER);
	assert_bounded(layer, "10", 3, 3, 9);
	layer_free(layer);
	free(hand);
}

static void others_who_were_not_seen_may_share(void **state)
{
	struct hand_made *hand = hand_new(0);
	uint32_t a = hand_person(hand, 10, "a", "");
	struct layer *layer;

	(void)state;
	hand->picture.why_sharers = "one was not seen";
	hand_set(hand, 1, a);
	hand_shared(hand, 0, 3, PAGEMAP_RAM_ANON, 0);
	hand_shared(hand, 3, 4, PAGEMAP_RAM_FILE_MAPPED, 0)->sharers_high = 2;
	layer = hand_layer(hand, NULL, COLOUR_OWNER);
	assert_bounded(layer, "10", 3, 7, 7);
	assert_bounded(layer, "several", 0, 0, 4);
	assert_string_equal(layer->doubt, "one was not seen");
	layer_free(layer);
	free(hand);
}

static void users_and_groups_are_taken_as_one(void **state)
{
	struct hand_made *hand = hand_new(0);
	uint32_t a = hand_person(hand, 10, "a", "zoe");
	uint32_t b = hand_person(hand, 11, "b", "zoe");
	uint32_t c = hand_person(hand, 12, "c", "");
	struct layer *layer;

	(void)state;
	hand->people[c].uid = 1007;
	hand->people[b].group = "web";
	hand->people[c].group = "web";
	hand_shared(hand, 0, 3, PAGEMAP_RAM_ANON, hand_set(hand, 2, a, b));
	hand_shared(hand, 3, 4, PAGEMAP_RAM_ANON, hand_set(hand, 2, b, c));
	hand_shared(hand, 7, 5, PAGEMAP_RAM_ANON, hand_set(hand, 1, c));
	hand_shared(hand, 12, 6, PAGEMAP_RAM_ANON, hand_set(hand, 1, a));
	layer = hand_layer(hand, NULL, COLOUR_USER);
	assert_pages(layer, "zoe", 9);
	assert_pages(layer, "1007", 5);
	assert_pages(layer, "several", 4);
	assert_int_equal(class_of(layer, "1007")->swatch, SWATCH_OWNER_0);
	assert_int_equal(class_of(layer, "zoe")->pid, 0);
	assert_legend(layer, "zoe 1007 several");
	layer_free(layer);
	layer = hand_layer(hand, NULL, COLOUR_GROUP);
	assert_pages(layer, "web", 9);
	assert_pages(layer, "no group", 6);
	assert_pages(layer, "several", 3);
	layer_free(layer);
	free(hand);
}

/* ---- A process's own map ----------------------------------------------- */

static struct hand_made *family(pid_t of)
{
	struct hand_made *hand = hand_new(of);
	uint32_t self = hand_person(hand, 20, "self", "u");
	uint32_t child = hand_person(hand, 21, "child", "u");
	uint32_t other = hand_person(hand, 22, "other", "v");

	hand_area(hand, 0, 100);
	hand_shared(hand, 0, 3, CLASS_ANON, hand_set(hand, 1, self));
	hand_shared(hand, 3, 4, CLASS_ANON, hand_set(hand, 2, self, child));
	hand_shared(hand, 7, 5, CLASS_FILE,
		    hand_set(hand, 3, self, child, other));
	hand_shared(hand, 12, 6, CLASS_FILE, hand_set(hand, 2, self, other));
	/* The kernel says that it is exclusive; no set was kept. */
	hand_stretch(hand, 18, 7, CLASS_ANON)->sharers = 1;
	hand->stretches[4].sharers_high = 1;
	hand_stretch(hand, 25, 8, CLASS_SWAPPED)->state = PAGEMAP_PAGE_SWAPPED;
	hand_stretch(hand, 33, 9, CLASS_ANON);
	hand_metric(hand, PAGEMAP_USS, 10 * HAND_PAGE);
	return hand;
}

static void a_process_looks_for_its_partners(void **state)
{
	struct hand_made *hand = family(20);
	struct layer *layer = hand_layer(hand, NULL, COLOUR_OWNER);

	(void)state;
	assert_pages(layer, "alone", 10);
	assert_exact(layer, "alone", 10 * HAND_PAGE);
	assert_int_equal(class_of(layer, "alone")->pid, 20);
	assert_int_equal(class_of(layer, "alone")->swatch, SWATCH_OWNER_0);
	assert_pages(layer, "21", 4);
	assert_pages(layer, "22", 6);
	assert_pages(layer, "several", 5);
	assert_pages(layer, "not_counted", 8);
	assert_pages(layer, "unknown", 9);
	assert_pages(layer, "absent", 58);
	assert_at(layer, 17, "22");
	assert_at(layer, 18, "alone");
	assert_legend(layer, "alone 22 21 several unknown not_counted absent");
	layer_free(layer);
	layer = hand_layer(hand, NULL, COLOUR_USER);
	assert_pages(layer, "u", 3 + 4 + 7);
	assert_pages(layer, "several", 5 + 6);
	layer_free(layer);
	free(hand);
}

/* Of two processes with one mm the other one is listed. */
static void pages_tell_who_is_meant(void **state)
{
	struct hand_made *hand = family(19);
	struct layer *layer = hand_layer(hand, NULL, COLOUR_OWNER);

	(void)state;
	assert_pages(layer, "alone", 10);
	assert_pages(layer, "21", 4);
	assert_pages(layer, "22", 6);
	layer_free(layer);
	free(hand);
}

static void partners_beyond_eleven_are_others(void **state)
{
	struct hand_made *hand = hand_new(1);
	struct layer *layer;
	uint32_t i;

	(void)state;
	hand_person(hand, 1, "self", "");
	for (i = 1; i <= 14; i++) {
		hand_person(hand, (pid_t)(100 + i), "p", "");
		hand_shared(hand, 20 * i, i, CLASS_FILE,
			    hand_set(hand, 2, 0, i));
	}
	layer = hand_layer(hand, NULL, COLOUR_OWNER);
	assert_pages(layer, "others", 1 + 2 + 3);
	assert_string_equal(class_of(layer, "others")->name, "3 others");
	assert_pages(layer, "alone", 0);
	assert_pages(layer, "114", 14);
	assert_int_equal(class_of(layer, "104")->swatch, SWATCH_OWNER_0 + 1);
	assert_int_equal(class_of(layer, "114")->swatch, SWATCH_OWNER_11);
	layer_free(layer);
	free(hand);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_largest_have_colours),
		cmocka_unit_test(equal_ones_go_by_pid),
		cmocka_unit_test(frames_of_several_and_of_nobody),
		cmocka_unit_test(others_who_were_not_seen_may_share),
		cmocka_unit_test(users_and_groups_are_taken_as_one),
		cmocka_unit_test(a_process_looks_for_its_partners),
		cmocka_unit_test(pages_tell_who_is_meant),
		cmocka_unit_test(partners_beyond_eleven_are_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
