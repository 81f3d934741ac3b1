/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages in classes by state, sharers, flags, use and age; and what is true of
 * every layer, on pictures made up at random.
 */
#include <errno.h>

#include "hand_made.h"

#define FLAG(name) (UINT64_C(1) << PAGEMAP_FLAG_##name)

static void colourings_have_names(void **state)
{
	enum colouring by;
	int i;

	(void)state;
	for (i = 0; i < COLOUR_COUNT; i++) {
		assert_non_null(colouring_describe((enum colouring)i));
		assert_int_equal(colouring_from_name(colouring_name_at(
					(size_t)i), &by), 0);
		assert_int_equal(by, i);
	}
	assert_null(colouring_name_at(COLOUR_COUNT));
	by = COLOUR_AGE;
	assert_int_equal(colouring_from_name("ages", &by), -ENOENT);
	assert_int_equal(by, COLOUR_AGE);
}

/* ---- State ------------------------------------------------------------- */

static void states_are_counted(void **state)
{
	struct hand_made *hand = hand_new(7);
	struct layer *layer;

	(void)state;
	hand_area(hand, 100, 200);
	hand_area(hand, 300, 1300);
	hand_stretch(hand, 100, 10, CLASS_ANON);
	hand_stretch(hand, 110, 5, CLASS_ANON);
	hand_stretch(hand, 120, 1, CLASS_ZERO)->state = PAGEMAP_PAGE_ZERO;
	hand_stretch(hand, 300, 512, CLASS_HUGE);
	hand_stretch(hand, 900, 4, CLASS_SWAPPED)->state =
		PAGEMAP_PAGE_SWAPPED;
	hand_metric(hand, PAGEMAP_SWAP, 16384);
	layer = hand_layer(hand, NULL, COLOUR_STATE);
	assert_int_equal(layer->by, COLOUR_STATE);
	assert_int_equal(layer->run_count, 4);
	assert_pages(layer, "anon", 15);
	assert_pages(layer, "zero", 1);
	assert_pages(layer, "huge", 512);
	assert_pages(layer, "swapped", 4);
	assert_pages(layer, "ksm", 0);
	assert_pages(layer, "absent", 1100 - 532);
	assert_exact(layer, "anon", 15 * HAND_PAGE);
	assert_exact(layer, "absent", 568 * HAND_PAGE);
	assert_exact(layer, "swapped", 16384);
	assert_legend(layer, "anon huge swapped zero absent");
	assert_at(layer, 114, "anon");
	assert_at(layer, 115, "absent");
	assert_at(layer, 811, "huge");
	assert_int_equal(class_of(layer, "huge")->swatch, SWATCH_HUGE);
	assert_string_equal(layer->doubt, "");
	layer_free(layer);
	free(hand);
}

static void what_is_not_known_is_no_zero(void **state)
{
	struct hand_made *hand = hand_new(7);
	struct layer *layer;

	(void)state;
	hand->picture.why = "not permitted";
	hand->picture.status = PAGEMAP_STATUS_CHANGED;
	hand_area(hand, 0, 10);
	hand_stretch(hand, 0, 2, CLASS_HUGETLB);
	hand_stretch(hand, 2, 2, CLASS_ANON);
	layer = hand_layer(hand, NULL, COLOUR_STATE);
	/* Not one zero page was seen, and nobody counts them. */
	assert_unknown(layer, "zero");
	assert_unknown(layer, "swapped");
	/* What was seen was seen, while it changed. */
	assert_int_equal(class_of(layer, "hugetlb")->bytes.value,
			 2 * HAND_PAGE);
	assert_int_equal(class_of(layer, "anon")->bytes.quality,
			 PAGEMAP_ESTIMATED);
	assert_int_equal(class_of(layer, "anon")->bytes.reason,
			 PAGEMAP_REASON_CHANGED);
	assert_string_equal(layer->doubt, "not permitted");
	layer_free(layer);
	free(hand);
}

static struct pagemap_value bytes_of(uint64_t value, enum pagemap_quality how)
{
	return (struct pagemap_value){ value, value, value, how, 0 };
}

static void ram_says_what_memrank_says(void **state)
{
	struct hand_made *hand = hand_new(0);
	struct layer *layer;

	(void)state;
	hand_area(hand, 0, 1000);
	hand_stretch(hand, 0, 100, PAGEMAP_RAM_RESERVED);
	hand_stretch(hand, 100, 300, PAGEMAP_RAM_FILE_CLEAN);
	hand_stretch(hand, 400, 600, PAGEMAP_RAM_FREE);
	hand->ram[PAGEMAP_RAM_RESERVED].bytes = bytes_of(409600,
							 PAGEMAP_EXACT);
	hand->ram[PAGEMAP_RAM_FILE_CLEAN].bytes = bytes_of(1000000,
							PAGEMAP_ESTIMATED);
	hand->ram[PAGEMAP_RAM_BUFFERS].bytes = bytes_of(228800,
							PAGEMAP_ESTIMATED);
	hand->ram[PAGEMAP_RAM_FREE].bytes = bytes_of(2457600, PAGEMAP_EXACT);
	hand->ram[PAGEMAP_RAM_PAGE_TABLES].bytes = bytes_of(4096,
							PAGEMAP_ESTIMATED);
	layer = hand_layer(hand, NULL, COLOUR_STATE);
	assert_pages(layer, "file_clean", 300);
	assert_int_equal(class_of(layer, "file_clean")->bytes.value, 1000000);
	assert_int_equal(class_of(layer, "file_clean")->bytes.quality,
			 PAGEMAP_ESTIMATED);
	assert_false(class_of(layer, "file_clean")->told);
	assert_pages(layer, "buffers", 0);
	assert_true(class_of(layer, "buffers")->told);
	assert_int_equal(class_of(layer, "buffers")->bytes.value, 228800);
	/* Drawn where its frames are. */
	assert_int_equal(class_of(layer, "buffers")->swatch,
			 class_of(layer, "file_clean")->swatch);
	assert_true(class_of(layer, "page_tables")->told);
	assert_exact(layer, "free", 2457600);
	assert_pages(layer, "absent", 0);
	assert_int_equal(layer->class_count, PAGEMAP_RAM_CLASS_COUNT + 1);
	assert_legend(layer, "file_clean buffers page_tables free reserved");
	layer_free(layer);
	free(hand);
}

/* ---- Sharers ----------------------------------------------------------- */

static struct stretch *shared_by(struct hand_made *hand, uint64_t first,
				 uint32_t count, uint32_t low, uint32_t high)
{
	struct stretch *stretch = hand_stretch(hand, first, count, CLASS_ANON);

	stretch->sharers = low;
	stretch->sharers_high = high;
	return stretch;
}

static void sharers_go_by_steps(void **state)
{
	static const struct {
		uint32_t count;
		const char *key;
	} steps[] = {
		{ 1, "1" }, { 2, "2" }, { 3, "3-4" }, { 4, "3-4" },
		{ 5, "5-8" }, { 8, "5-8" }, { 9, "9-16" }, { 16, "9-16" },
		{ 17, "17-64" }, { 64, "17-64" }, { 65, "65-" },
		{ UINT32_MAX, "65-" },
	};
	struct hand_made *hand = hand_new(7);
	struct layer *layer;
	size_t i;

	(void)state;
	hand_area(hand, 0, 100);
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		shared_by(hand, i, 1, steps[i].count, steps[i].count);
	hand_stretch(hand, 50, 7, CLASS_SWAPPED)->state =
		PAGEMAP_PAGE_SWAPPED;
	layer = hand_layer(hand, NULL, COLOUR_SHARERS);
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		assert_at(layer, i, steps[i].key);
	assert_at(layer, 12, "absent");
	assert_pages(layer, "9-16", 2);
	assert_pages(layer, "65-", 2);
	assert_pages(layer, "not_counted", 7);
	assert_pages(layer, "absent", 100 - 12 - 7);
	assert_exact(layer, "2", HAND_PAGE);
	assert_exact(layer, "17-64", 2 * HAND_PAGE);
	layer_free(layer);
	free(hand);
}

static void unseen_sharers_give_bounds(void **state)
{
	struct hand_made *hand = hand_new(7);
	struct layer *layer;

	(void)state;
	hand->picture.why_sharers = "two were not seen";
	hand_area(hand, 0, 100);
	shared_by(hand, 0, 10, 1, 1);
	shared_by(hand, 10, 5, 1, 3);
	shared_by(hand, 20, 2, 3, 4);
	layer = hand_layer(hand, NULL, COLOUR_SHARERS);
	assert_pages(layer, "1", 15);
	assert_bounded(layer, "1", 10, 15, 15);
	assert_bounded(layer, "2", 0, 0, 5);
	assert_bounded(layer, "3-4", 2, 2, 7);
	assert_exact(layer, "5-8", 0);
	assert_string_equal(layer->doubt, "two were not seen");
	assert_legend(layer, "1 2 3-4 absent");
	layer_free(layer);
	free(hand);
}

static void unknown_sharers_may_be_anything(void **state)
{
	struct hand_made *hand = hand_new(7);
	struct layer *layer;

	(void)state;
	hand->picture.why_sharers = "frame numbers are not shown";
	hand_area(hand, 0, 100);
	shared_by(hand, 0, 10, 1, 1);
	shared_by(hand, 10, 5, 0, 0);
	layer = hand_layer(hand, NULL, COLOUR_SHARERS);
	assert_exact(layer, "unknown", 5 * HAND_PAGE);
	assert_bounded(layer, "1", 10, 10, 15);
	assert_unknown(layer, "2");
	assert_exact(layer, "absent", 85 * HAND_PAGE);
	assert_string_equal(layer->doubt, "frame numbers are not shown");
	assert_legend(layer, "1 unknown absent");
	layer_free(layer);
	/* All were seen: what nobody maps is nobody's. */
	hand->picture.why_sharers = "";
	layer = hand_layer(hand, NULL, COLOUR_SHARERS);
	assert_exact(layer, "1", 10 * HAND_PAGE);
	assert_exact(layer, "2", 0);
	assert_exact(layer, "unknown", 5 * HAND_PAGE);
	assert_string_not_equal(layer->doubt, "");
	layer_free(layer);
	hand->moment.unreadable = 1;
	layer = hand_layer(hand, NULL, COLOUR_SHARERS);
	assert_unknown(layer, "2");
	layer_free(layer);
	free(hand);
}

/* A frame that is mapped twice is one page of USS. */
static void alone_is_the_uss(void **state)
{
	struct hand_made *hand = hand_new(7);
	struct layer *layer;

	(void)state;
	hand_area(hand, 0, 100);
	shared_by(hand, 0, 10, 1, 1);
	shared_by(hand, 50, 10, 1, 1);
	hand_metric(hand, PAGEMAP_USS, 10 * HAND_PAGE);
	layer = hand_layer(hand, NULL, COLOUR_SHARERS);
	assert_pages(layer, "1", 20);
	assert_exact(layer, "1", 10 * HAND_PAGE);
	layer_free(layer);
	free(hand);
}

static void frames_that_nobody_maps_are_apart(void **state)
{
	struct hand_made *hand = hand_new(0);
	enum colouring by;
	uint32_t set;

	(void)state;
	set = hand_set(hand, 2, hand_person(hand, 5, "a", "u"),
		       hand_person(hand, 6, "b", "u"));
	hand_shared(hand, 0, 3, PAGEMAP_RAM_ANON, set);
	hand_stretch(hand, 3, 4, PAGEMAP_RAM_FILE_MAPPED)->set = SET_NOBODY;
	hand_stretch(hand, 7, 5, PAGEMAP_RAM_FILE_CLEAN)->set = SET_NOBODY;
	hand_stretch(hand, 12, 6, PAGEMAP_RAM_SLAB)->set = SET_NOBODY;
	/* Was mapped when processes were read, and is free by now. */
	hand_shared(hand, 18, 7, PAGEMAP_RAM_FREE, set);
	hand_stretch(hand, 25, 8, PAGEMAP_RAM_HWPOISON);
	hand_stretch(hand, 33, 9, PAGEMAP_RAM_HUGETLB_MAPPED);
	hand_stretch(hand, 42, 10, PAGEMAP_RAM_HOLE);
	for (by = COLOUR_SHARERS; by < COLOUR_CHANGED; by++) {
		struct layer *layer;

		if (by == COLOUR_FLAGS)
			continue;
		layer = hand_layer(hand, NULL, by);
		assert_pages(layer, "unmapped", 5);
		assert_pages(layer, "kernel", 6);
		assert_pages(layer, "free", 7);
		assert_pages(layer, "out", 8);
		assert_pages(layer, "hugetlb", 9);
		assert_pages(layer, "hole", 10);
		assert_pages(layer, "unknown",
			     by == COLOUR_USE || by == COLOUR_AGE ? 7 : 4);
		assert_pages(layer, "absent", 0);
		layer_free(layer);
	}
	free(hand);
}

/* ---- Flags ------------------------------------------------------------- */

static void flags_go_by_what_matters_most(void **state)
{
	static const struct {
		uint64_t flags;
		const char *key;
	} rows[] = {
		{ FLAG(NOPAGE), "nopage" },
		{ FLAG(HWPOISON) | FLAG(BUDDY), "hwpoison" },
		{ FLAG(OFFLINE) | FLAG(MMAP), "offline" },
		{ FLAG(BUDDY) | FLAG(KSM) | FLAG(ANON), "buddy" },
		{ FLAG(SLAB) | FLAG(DIRTY), "slab" },
		{ FLAG(PGTABLE), "pgtable" },
		{ FLAG(RESERVED), "reserved" },
		{ FLAG(HUGE) | FLAG(COMPOUND_HEAD) | FLAG(MMAP), "huge" },
		{ FLAG(ZERO_PAGE) | FLAG(THP), "zero_page" },
		{ FLAG(WRITEBACK) | FLAG(LOCKED) | FLAG(LRU), "writeback" },
		{ FLAG(LOCKED) | FLAG(LRU), "locked" },
		{ FLAG(DIRTY) | FLAG(LRU) | FLAG(ACTIVE), "dirty" },
		{ FLAG(DIRTY) | FLAG(SWAPBACKED) | FLAG(LRU) | FLAG(ACTIVE),
		  "active" },
		{ FLAG(MLOCKED) | FLAG(LRU), "unevictable" },
		{ FLAG(KSM) | FLAG(ANON) | FLAG(LRU), "ksm" },
		{ FLAG(SWAPCACHE) | FLAG(LRU) | FLAG(SWAPBACKED),
		  "swapcache" },
		{ FLAG(LRU) | FLAG(UPTODATE) | FLAG(REFERENCED), "inactive" },
		{ FLAG(COMPOUND_TAIL), "compound" },
		{ FLAG(PRIVATE), "other" },
		{ UINT64_C(1) << 62, "other" },
		{ UINT64_C(1) << 62 | FLAG(LRU), "inactive" },
		{ 0, "none" },
		{ PAGEMAP_FLAGS_UNKNOWN, "unknown" },
	};
	struct hand_made *hand = hand_new(0);
	struct layer *layer;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		hand_stretch(hand, i, 1, PAGEMAP_RAM_UNKNOWN)->flags =
			hand_flags(hand, rows[i].flags);
	/* No flag says that it is one. */
	hand_stretch(hand, 100, 9, PAGEMAP_RAM_HOLE)->flags =
		hand_flags(hand, 0);
	layer = hand_layer(hand, NULL, COLOUR_FLAGS);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_at(layer, i, rows[i].key);
	assert_at(layer, 108, "nopage");
	assert_bounded(layer, "slab", 1, 1, 2);
	layer_free(layer);
	free(hand);
}

static void what_has_no_frame_has_no_flags(void **state)
{
	struct hand_made *hand = hand_new(7);
	struct layer *layer;

	(void)state;
	hand_area(hand, 0, 100);
	hand_stretch(hand, 0, 3, CLASS_GUARD)->state = PAGEMAP_PAGE_GUARD;
	hand_stretch(hand, 3, 4, CLASS_ANON);
	/* An index that the moment does not have. */
	hand_stretch(hand, 7, 5, CLASS_ANON)->flags = 999;
	layer = hand_layer(hand, NULL, COLOUR_FLAGS);
	assert_pages(layer, "no_frame", 3);
	assert_pages(layer, "unknown", 9);
	assert_unknown(layer, "dirty");
	assert_exact(layer, "no_frame", 3 * HAND_PAGE);
	layer_free(layer);
	free(hand);
}

/* ---- Use and age ------------------------------------------------------- */

static void use_is_told_by_two_bits(void **state)
{
	struct hand_made *hand = hand_new(7);
	struct layer *layer;

	(void)state;
	hand->picture.why_use = "the module is not loaded";
	hand_area(hand, 0, 100);
	hand_stretch(hand, 0, 1, CLASS_ANON)->bits = PAGEMAP_RUN_USE_KNOWN;
	hand_stretch(hand, 1, 2, CLASS_ANON)->bits =
		PAGEMAP_RUN_USE_KNOWN | PAGEMAP_RUN_ACCESSED;
	hand_stretch(hand, 3, 3, CLASS_ANON)->bits =
		PAGEMAP_RUN_USE_KNOWN | PAGEMAP_RUN_MODIFIED;
	hand_stretch(hand, 6, 4, CLASS_ANON)->bits = PAGEMAP_RUN_USE_KNOWN |
		PAGEMAP_RUN_ACCESSED | PAGEMAP_RUN_MODIFIED;
	layer = hand_layer(hand, NULL, COLOUR_USE);
	assert_pages(layer, "neither", 1);
	assert_pages(layer, "accessed", 2);
	assert_pages(layer, "modified", 3);
	assert_pages(layer, "accessed_modified", 4);
	assert_exact(layer, "modified", 3 * HAND_PAGE);
	assert_string_equal(layer->doubt, "");
	layer_free(layer);
	hand_stretch(hand, 10, 5, CLASS_ANON);
	layer = hand_layer(hand, NULL, COLOUR_USE);
	assert_pages(layer, "unknown", 5);
	assert_string_equal(layer->doubt, "the module is not loaded");
	layer_free(layer);
	free(hand);
}

static void ages_go_by_steps_that_double(void **state)
{
	static const struct {
		uint8_t age;
		const char *key;
	} rows[] = {
		{ 0, "0" }, { 1, "1" }, { 2, "2-3" }, { 3, "2-3" },
		{ 4, "4-7" }, { 7, "4-7" }, { 8, "8-15" }, { 15, "8-15" },
		{ 16, "16-31" }, { 31, "16-31" }, { 32, "32-63" },
		{ 63, "32-63" }, { 64, "64-" }, { 253, "64-" },
		{ AGE_NEVER, "never" }, { AGE_UNKNOWN, "unknown" },
	};
	struct hand_made *hand = hand_new(7);
	struct layer *layer;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		hand_stretch(hand, i, 1, CLASS_ANON)->age = rows[i].age;
	layer = hand_layer(hand, NULL, COLOUR_AGE);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_at(layer, i, rows[i].key);
	assert_int_equal(class_of(layer, "0")->swatch, SWATCH_RAMP_7);
	assert_int_equal(class_of(layer, "64-")->swatch, SWATCH_RAMP_0);
	layer_free(layer);
	free(hand);
}

/* ---- Every layer ------------------------------------------------------- */

#define SPAN 4000

static void random_picture(struct hand_made *hand, bool ram)
{
	uint64_t page = (uint64_t)rand() % 5;
	int i;

	for (i = 0; i < 20; i++)
		hand_person(hand, 10 + i, "p", i % 3 ? "one" : "two");
	for (i = 0; i < 40; i++)
		hand_set(hand, 1 + (uint32_t)rand() % 3, rand() % 20,
			 rand() % 20, rand() % 20);
	for (i = 0; i < 20; i++)
		hand_flags(hand, UINT64_C(1) << rand() % 64);
	hand_area(hand, 0, SPAN);
	/* Of these most is known. */
	hand->moment.machine = ram ? MACHINE_HOST : MACHINE_GUEST;
	while (hand->picture.stretch_count < 300) {
		struct stretch *stretch = hand_shared(hand, page,
			1 + (uint32_t)rand() % 9, 1 + (unsigned int)rand() %
			(ram ? PAGEMAP_RAM_CLASS_COUNT - 1 : CLASS_COUNT - 1),
			(uint32_t)rand() % 40);

		stretch->flags = (uint16_t)(rand() % 22);
		stretch->age = (uint8_t)rand();
		stretch->host = rand() & 7;
		stretch->bits = (uint16_t)(rand() & 0x1ff);
		stretch->state = (uint8_t)(ram || rand() % 3 ? 0 : rand() % 8);
		stretch->sharers_high += (uint32_t)(rand() % 2 * (rand() % 9));
		if (rand() % 8 == 0)
			stretch->set = rand() % 2 ? SET_NOBODY : SET_UNKNOWN;
		page += stretch->page_count +
			(uint64_t)(rand() % 3 ? 0 : rand() % 9);
	}
	assert_true(page < SPAN);
}

static void assert_runs(const struct layer *layer, uint64_t sums[])
{
	uint64_t end = 0;
	size_t i;

	for (i = 0; i < layer->run_count; i++) {
		const struct layer_run *run = &layer->runs[i];

		assert_true(run->page_count && run->class_of);
		assert_true(run->class_of < layer->class_count);
		assert_true(run->first_page >= end);
		/* Else they would be one. */
		if (i && run->first_page == end)
			assert_int_not_equal(run->class_of,
					     layer->runs[i - 1].class_of);
		end = run->first_page + run->page_count;
		sums[run->class_of] += run->page_count;
	}
}

static void assert_steps(const struct layer *layer)
{
	uint64_t classes = (uint64_t)rand() << 1;
	uint64_t page = LAYER_FROM_END;
	size_t i, found = 0;

	for (i = 0; i < layer->run_count; i++) {
		if (!(classes >> layer->runs[i].class_of & 1))
			continue;
		assert_int_equal(layer_next(layer, classes, &page, false), 1);
		assert_int_equal(page, layer->runs[i].first_page);
		found++;
	}
	assert_int_equal(layer_next(layer, classes, &page, false), 0);
	page = LAYER_FROM_END;
	while (layer_next(layer, classes, &page, true)) {
		assert_true(found > 0);
		assert_true(classes >> layer_class_at(layer, page) & 1);
		found--;
	}
	assert_int_equal(found, 0);
}

static void assert_layer(const struct layer *layer,
			 const struct hand_made *hand)
{
	uint64_t page, listed = 0, sums[LAYER_CLASSES] = { 0 };
	uint64_t seen[LAYER_CLASSES] = { 0 };
	size_t i;

	assert_runs(layer, sums);
	for (page = 0; page < SPAN; page++)
		seen[layer_class_at(layer, page)]++;
	for (i = 0; i < layer->class_count; i++) {
		const struct layer_class *one = &layer->classes[i];

		assert_true(*one->key && *one->name && *one->help);
		if (i || !hand->picture.ram)
			assert_int_equal(one->pages, seen[i]);
		if (i)
			assert_int_equal(one->pages, sums[i]);
		assert_ptr_equal(class_of(layer, one->key), one);
		assert_true(one->bytes.low <= one->bytes.value);
		assert_true(one->bytes.value <= one->bytes.high);
	}
	for (i = 0; i < layer->legend_count; i++)
		listed |= UINT64_C(1) << layer->legend[i];
	for (i = 0; i < layer->class_count; i++)
		if (layer->classes[i].pages)
			assert_true(listed >> i & 1);
	assert_int_equal(__builtin_popcountll(listed), layer->legend_count);
	assert_steps(layer);
}

static void every_page_is_in_one_class(void **state)
{
	unsigned int seed;
	int by;

	(void)state;
	for (seed = 0; seed < 20; seed++) {
		struct hand_made *hand = hand_new(seed % 2 ? 10 : 0);
		struct hand_made *base = hand_new(seed % 2 ? 10 : 0);

		srand(seed);
		random_picture(hand, hand->picture.ram);
		random_picture(base, hand->picture.ram);
		for (by = 0; by < COLOUR_COUNT; by++) {
			struct layer *layer = hand_layer(hand, base,
							 (enum colouring)by);

			assert_layer(layer, hand);
			layer_free(layer);
		}
		free(hand);
		free(base);
	}
}

static void nothing_at_all_is_a_layer_too(void **state)
{
	int by;

	(void)state;
	for (by = 0; by < COLOUR_COUNT; by++) {
		struct hand_made *hand = hand_new(7);
		struct layer *layer = hand_layer(hand, NULL,
						 (enum colouring)by);
		uint64_t page = LAYER_FROM_END;

		assert_int_equal(layer->run_count, 0);
		assert_int_equal(layer->legend_count, 0);
		assert_int_equal(layer_class_at(layer, 0), 0);
		assert_int_equal(layer_next(layer, UINT64_MAX, &page, false),
				 0);
		assert_int_equal(layer_next(layer, UINT64_MAX, &page, true),
				 0);
		layer_free(layer);
		free(hand);
	}
	layer_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(colourings_have_names),
		cmocka_unit_test(states_are_counted),
		cmocka_unit_test(what_is_not_known_is_no_zero),
		cmocka_unit_test(ram_says_what_memrank_says),
		cmocka_unit_test(sharers_go_by_steps),
		cmocka_unit_test(unseen_sharers_give_bounds),
		cmocka_unit_test(unknown_sharers_may_be_anything),
		cmocka_unit_test(alone_is_the_uss),
		cmocka_unit_test(frames_that_nobody_maps_are_apart),
		cmocka_unit_test(flags_go_by_what_matters_most),
		cmocka_unit_test(what_has_no_frame_has_no_flags),
		cmocka_unit_test(use_is_told_by_two_bits),
		cmocka_unit_test(ages_go_by_steps_that_double),
		cmocka_unit_test(every_page_is_in_one_class),
		cmocka_unit_test(nothing_at_all_is_a_layer_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
