/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is other than in an earlier picture: by example, and page by page on
 * pictures made up at random.
 */
#include "hand_made.h"

static struct layer *compare(struct hand_made *now, struct hand_made *base)
{
	struct layer *layer = hand_layer(now, base, COLOUR_CHANGED);

	free(now);
	free(base);
	return layer;
}

/* A parent and its children, as the parent's picture or a child's. */
static struct hand_made *tree(pid_t of, uint32_t members)
{
	struct hand_made *hand = hand_new(of);

	hand_area(hand, 0, 100);
	hand_person(hand, 10, "parent", "");
	hand_person(hand, 11, "child", "");
	hand_person(hand, 12, "child", "");
	hand_set(hand, 1, 0);
	hand_set(hand, 2, 0, 1);
	hand_set(hand, 3, 0, 1, 2);
	hand_shared(hand, 0, 50, CLASS_ANON, members - 1);
	return hand;
}

/* The parent's frames come back to it as its children write. */
static void a_parent_shares_less_and_less(void **state)
{
	struct hand_made *base = tree(10, 3), *now = tree(10, 3);
	struct layer *layer;

	(void)state;
	now->stretches[0].page_count = 10;
	hand_shared(now, 10, 20, CLASS_ANON, 1);
	hand_shared(now, 30, 20, CLASS_ANON, 0);
	layer = compare(now, base);
	assert_pages(layer, "same", 10);
	assert_pages(layer, "fewer", 40);
	assert_pages(layer, "absent", 50);
	assert_string_equal(layer->doubt, "");
	layer_free(layer);
}

static void a_child_copies_what_it_writes(void **state)
{
	struct hand_made *base = tree(11, 3), *now = tree(11, 3);
	struct layer *layer;

	(void)state;
	now->stretches[0].page_count = 10;
	hand_set(now, 1, 1);
	hand_shared(now, 10, 40, CLASS_ANON, 3)->place = 0x900000;
	layer = compare(now, base);
	assert_pages(layer, "same", 10);
	assert_pages(layer, "copied", 40);
	assert_at(layer, 10, "copied");
	layer_free(layer);
}

static void a_fork_makes_more_sharers(void **state)
{
	struct layer *layer = compare(tree(10, 2), tree(10, 1));

	(void)state;
	assert_pages(layer, "more", 50);
	assert_exact(layer, "more", 50 * HAND_PAGE);
	layer_free(layer);
}

static void as_many_sharers_may_be_others(void **state)
{
	struct hand_made *base = tree(10, 2), *now = tree(10, 2);
	struct layer *layer;

	(void)state;
	now->members[1][1] = 2;
	layer = compare(now, base);
	assert_pages(layer, "hands", 50);
	layer_free(layer);
	/* The same two by other numbers: of the other moment. */
	base = tree(10, 2);
	now = tree(10, 2);
	hand_set(now, 2, 0, 1);
	now->stretches[0].set = 3;
	layer = compare(now, base);
	assert_pages(layer, "same", 50);
	layer_free(layer);
}

static void sharers_that_were_not_seen_leave_doubt(void **state)
{
	struct hand_made *base = tree(10, 1), *now = tree(10, 1);
	struct layer *layer;

	(void)state;
	base->stretches[0].sharers_high = 3;
	layer = compare(now, base);
	assert_pages(layer, "same", 50);
	layer_free(layer);
	/* Two to four before, three now. */
	base = tree(10, 2);
	now = tree(10, 3);
	base->stretches[0].set = SET_UNKNOWN;
	base->stretches[0].sharers_high = 4;
	layer = compare(now, base);
	assert_pages(layer, "unknown", 50);
	layer_free(layer);
}

/* ---- Coming and going -------------------------------------------------- */

static void pages_come_and_go(void **state)
{
	struct hand_made *base = hand_new(7), *now = hand_new(7);
	struct layer *layer;

	(void)state;
	hand_area(base, 0, 200);
	hand_area(now, 0, 100);
	hand_area(now, 150, 400);
	hand_stretch(base, 10, 20, CLASS_ANON);
	hand_stretch(base, 90, 70, CLASS_ANON);
	hand_stretch(now, 10, 5, CLASS_ANON);
	hand_stretch(now, 300, 50, CLASS_FILE);
	layer = compare(now, base);
	assert_pages(layer, "same", 5);
	assert_pages(layer, "went", 15 + 10 + 10);
	assert_pages(layer, "unmapped", 50);
	assert_pages(layer, "came", 50);
	assert_pages(layer, "absent", 350 - 5 - 35 - 50);
	assert_at(layer, 99, "went");
	assert_at(layer, 100, "unmapped");
	assert_at(layer, 149, "unmapped");
	assert_at(layer, 150, "went");
	layer_free(layer);
}

static void what_all_of_it_went_is_no_picture(void **state)
{
	struct hand_made *base = hand_new(7), *now = hand_new(7);
	struct layer *layer;

	(void)state;
	hand_area(base, 0, 200);
	hand_stretch(base, 10, 20, CLASS_ANON);
	layer = compare(now, base);
	assert_pages(layer, "unmapped", 20);
	assert_pages(layer, "absent", 0);
	layer_free(layer);
}

/* ---- States and places ------------------------------------------------- */

struct one_page {
	uint8_t class_of;
	uint8_t state;
	uint64_t place;
	uint32_t sharers;
};

static void add_page(struct hand_made *hand, uint64_t page,
		     const struct one_page *one)
{
	struct stretch *stretch = hand_stretch(hand, page, 1, one->class_of);

	stretch->state = one->state;
	stretch->place = one->place;
	stretch->sharers = one->sharers;
	stretch->sharers_high = one->sharers;
}

#define NO PAGEMAP_PFN_UNKNOWN

static const struct {
	struct one_page base, now;
	const char *key;
} pages[] = {
	{ { CLASS_ANON, 0, 5, 1 }, { CLASS_ANON, 0, 5, 1 }, "same" },
	{ { CLASS_ANON, 0, 5, 1 }, { CLASS_ANON, 0, 6, 1 }, "moved" },
	{ { CLASS_ANON, 0, 5, 2 }, { CLASS_ANON, 0, 6, 1 }, "copied" },
	{ { CLASS_ANON, 0, 5, 2 }, { CLASS_ANON, 0, 5, 1 }, "fewer" },
	{ { CLASS_ANON, 0, NO, 2 }, { CLASS_ANON, 0, NO, 1 }, "unknown" },
	{ { CLASS_FILE, 0, 5, 9 }, { CLASS_ANON, 0, 6, 1 }, "copied" },
	{ { CLASS_KSM, 0, 5, 1 }, { CLASS_ANON, 0, 6, 1 }, "copied" },
	{ { CLASS_ANON, 0, 5, 1 }, { CLASS_KSM, 0, 6, 2 }, "state" },
	{ { CLASS_ANON, 0, 5, 1 }, { CLASS_HUGE, 0, 512, 1 }, "state" },
	{ { CLASS_ZERO, PAGEMAP_PAGE_ZERO, 1, 0 }, { CLASS_ANON, 0, 6, 1 },
	  "copied" },
	{ { CLASS_ZERO, PAGEMAP_PAGE_ZERO, 1, 0 },
	  { CLASS_ZERO, PAGEMAP_PAGE_ZERO, 1, 0 }, "same" },
	{ { CLASS_ANON, 0, 5, 1 }, { CLASS_SWAPPED, PAGEMAP_PAGE_SWAPPED, 5,
	  0 }, "state" },
	{ { CLASS_SWAPPED, PAGEMAP_PAGE_SWAPPED, 5, 0 },
	  { CLASS_SWAPPED, PAGEMAP_PAGE_SWAPPED, 8, 0 }, "moved" },
	{ { CLASS_SWAPPED, PAGEMAP_PAGE_SWAPPED, 5, 0 },
	  { CLASS_SWAPPED, PAGEMAP_PAGE_SWAPPED, 5, 0 }, "same" },
	{ { CLASS_SWAPPED, PAGEMAP_PAGE_SWAPPED, 0, 0 },
	  { CLASS_SWAPPED, PAGEMAP_PAGE_SWAPPED, 0, 0 }, "unknown" },
	{ { CLASS_GUARD, PAGEMAP_PAGE_GUARD, NO, 0 },
	  { CLASS_GUARD, PAGEMAP_PAGE_GUARD, NO, 0 }, "same" },
	/* Where it stands it is known by its frame. */
	{ { CLASS_FILE, 0, 5, 0 }, { CLASS_FILE, 0, 5, 0 }, "same" },
};

static void a_page_then_and_now(void **state)
{
	struct hand_made *base = hand_new(7), *now = hand_new(7);
	struct layer *layer;
	size_t i;

	(void)state;
	hand_area(base, 0, 100);
	hand_area(now, 0, 100);
	for (i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		add_page(base, i, &pages[i].base);
		add_page(now, i, &pages[i].now);
	}
	layer = compare(now, base);
	for (i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		assert_at(layer, i, pages[i].key);
	layer_free(layer);
}

static void merged_pages_stand_in_one_frame(void **state)
{
	struct hand_made *base = hand_new(7), *now = hand_new(7);
	struct stretch *merged;
	struct layer *layer;

	(void)state;
	hand_area(base, 0, 100);
	hand_area(now, 0, 100);
	merged = hand_stretch(base, 0, 50, CLASS_KSM);
	merged->bits = PAGEMAP_RUN_SAME_FRAME;
	merged->place = 77;
	merged = hand_stretch(now, 10, 50, CLASS_KSM);
	merged->bits = PAGEMAP_RUN_SAME_FRAME;
	merged->place = 77;
	layer = compare(now, base);
	assert_pages(layer, "went", 10);
	assert_pages(layer, "same", 40);
	assert_pages(layer, "came", 10);
	layer_free(layer);
}

/* ---- RAM --------------------------------------------------------------- */

static void frames_are_taken_and_freed(void **state)
{
	struct hand_made *base = hand_new(0), *now = hand_new(0);
	struct layer *layer;

	(void)state;
	hand_area(base, 0, 60);
	hand_area(now, 0, 60);
	hand_person(base, 10, "a", "");
	hand_person(now, 11, "b", "");
	hand_set(base, 1, 0);
	hand_set(now, 1, 0);
	hand_stretch(base, 0, 20, PAGEMAP_RAM_FREE);
	hand_stretch(now, 0, 5, PAGEMAP_RAM_FREE);
	hand_stretch(now, 5, 15, PAGEMAP_RAM_SLAB);
	hand_stretch(base, 20, 10, PAGEMAP_RAM_FILE_CLEAN);
	hand_stretch(now, 20, 4, PAGEMAP_RAM_FREE);
	hand_stretch(now, 24, 6, PAGEMAP_RAM_FILE_DIRTY);
	hand_shared(base, 30, 30, PAGEMAP_RAM_ANON, 0);
	hand_shared(now, 30, 20, PAGEMAP_RAM_ANON, 0);
	hand_stretch(now, 50, 10, PAGEMAP_RAM_ANON);
	layer = compare(now, base);
	assert_pages(layer, "same", 5);
	assert_pages(layer, "came", 15);
	assert_pages(layer, "went", 4);
	assert_pages(layer, "state", 6);
	assert_pages(layer, "hands", 20);
	assert_pages(layer, "unknown", 10);
	assert_pages(layer, "absent", 0);
	assert_string_equal(class_of(layer, "came")->name, "taken");
	assert_string_equal(class_of(layer, "hands")->name, "other owners");
	layer_free(layer);
}

/* ---- At random --------------------------------------------------------- */

#define SPAN 2000

static struct hand_made *random_picture(void)
{
	struct hand_made *hand = hand_new(7);
	uint64_t page = 0;

	while (page < SPAN - 100) {
		uint64_t first = page + (uint64_t)(rand() % 30);

		page = first + 1 + (uint64_t)(rand() % 90);
		hand_area(hand, first, page);
		for (; first + 9 < page && hand->picture.stretch_count < 400;
		     first += (uint64_t)(rand() % 9)) {
			struct stretch *stretch = hand_stretch(hand, first,
				1 + (uint32_t)rand() % 9, CLASS_ANON);

			stretch->place += (uint64_t)(rand() % 2);
			stretch->sharers = 1;
			stretch->sharers_high = 1;
			first += stretch->page_count;
		}
	}
	return hand;
}

static const struct stretch *stretch_at(const struct hand_made *hand,
					uint64_t page)
{
	size_t i;

	for (i = 0; i < hand->picture.stretch_count; i++)
		if (page - hand->stretches[i].first_page <
		    hand->stretches[i].page_count)
			return &hand->stretches[i];
	return NULL;
}

static bool is_mapped(const struct hand_made *hand, uint64_t page)
{
	size_t i;

	for (i = 0; i < hand->picture.area_count; i++)
		if (page >= hand->areas[i].first_page &&
		    page < hand->areas[i].end_page)
			return true;
	return false;
}

static const char *key_of(const struct hand_made *now,
			  const struct hand_made *base, uint64_t page)
{
	const struct stretch *is = stretch_at(now, page);
	const struct stretch *was = stretch_at(base, page);

	if (!is && !was)
		return "absent";
	if (!was)
		return "came";
	if (!is)
		return is_mapped(now, page) ? "went" : "unmapped";
	return is->place - is->first_page == was->place - was->first_page ?
	       "same" : "moved";
}

static void page_by_page_it_is_the_same(void **state)
{
	unsigned int seed;

	(void)state;
	for (seed = 0; seed < 30; seed++) {
		struct hand_made *now, *base;
		struct layer *layer;
		uint64_t page;

		srand(seed);
		now = random_picture();
		base = random_picture();
		layer = hand_layer(now, base, COLOUR_CHANGED);
		for (page = 0; page < SPAN; page++)
			assert_at(layer, page, key_of(now, base, page));
		layer_free(layer);
		free(now);
		free(base);
	}
}

static void without_a_base_nothing_is_known(void **state)
{
	struct hand_made *hand = tree(10, 1);
	struct layer *layer = hand_layer(hand, NULL, COLOUR_CHANGED);

	(void)state;
	assert_pages(layer, "unknown", 50);
	assert_unknown(layer, "came");
	assert_unknown(layer, "same");
	assert_legend(layer, "unknown absent");
	assert_string_not_equal(layer->doubt, "");
	layer_free(layer);
	free(hand);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_parent_shares_less_and_less),
		cmocka_unit_test(a_child_copies_what_it_writes),
		cmocka_unit_test(a_fork_makes_more_sharers),
		cmocka_unit_test(as_many_sharers_may_be_others),
		cmocka_unit_test(sharers_that_were_not_seen_leave_doubt),
		cmocka_unit_test(pages_come_and_go),
		cmocka_unit_test(what_all_of_it_went_is_no_picture),
		cmocka_unit_test(a_page_then_and_now),
		cmocka_unit_test(merged_pages_stand_in_one_frame),
		cmocka_unit_test(frames_are_taken_and_freed),
		cmocka_unit_test(page_by_page_it_is_the_same),
		cmocka_unit_test(without_a_base_nothing_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
