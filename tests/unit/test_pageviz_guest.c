/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A vkernel's RAM in classes, by every colouring that tells something of it;
 * the host's RAM with its frames; and looking up who maps a guest frame where.
 */
#include <errno.h>
#include <stdio.h>

#include "hand_made.h"

#define FLAG(name) (UINT64_C(1) << PAGEMAP_FLAG_##name)
#define USED (PAGEMAP_RUN_USE_KNOWN | PAGEMAP_RUN_ACCESSED)

enum { SH, CHILD };

/* Two guest processes, 811 and 812. */
static struct hand_made *guest_new(void)
{
	struct hand_made *hand = hand_new(0);

	hand->picture.id.kind = MAP_GUEST;
	hand->picture.why_sharers = "";
	hand->moment.machine = MACHINE_GUEST;
	hand->moment.vkernel.pid = 800;
	hand_person(hand, 811, "sh", "");
	hand_person(hand, PAGEMAP_GUEST_PID_BASE + 0x1f3, "", "");
	hand_set(hand, 1, SH);
	hand_set(hand, 2, SH, CHILD);
	hand_set(hand, 1, CHILD);
	return hand;
}

static struct stretch *frames(struct hand_made *hand, uint64_t first,
			      uint32_t count, enum pagemap_guest_use use,
			      enum host_state host)
{
	struct stretch *stretch = hand_stretch(hand, first, count, use);

	stretch->place = host == HOST_RESIDENT ? first + 0x5000
					       : PAGEMAP_PFN_UNKNOWN;
	stretch->set = SET_NOBODY;
	stretch->host = host;
	return stretch;
}

static struct stretch *mapped(struct hand_made *hand, uint64_t first,
			      uint32_t count, uint32_t set)
{
	struct stretch *stretch = frames(hand, first, count,
					 PAGEMAP_GUEST_MAPPED, HOST_RESIDENT);

	stretch->set = set;
	stretch->sharers = hand->sets[set].member_count;
	stretch->sharers_high = stretch->sharers;
	return stretch;
}

/* 100 of the image and 400 of RAM: some of everything. */
static struct hand_made *some_of_all(void)
{
	struct hand_made *hand = guest_new();

	hand_area(hand, 0, 100);
	hand_area(hand, 100, 500);
	frames(hand, 0, 100, PAGEMAP_GUEST_OTHER, HOST_IMAGE);
	frames(hand, 100, 1, PAGEMAP_GUEST_ZERO_PAGE, HOST_RESIDENT);
	frames(hand, 101, 49, PAGEMAP_GUEST_OTHER, HOST_RESIDENT);
	frames(hand, 150, 6, PAGEMAP_GUEST_TABLE, HOST_RESIDENT);
	frames(hand, 156, 2, PAGEMAP_GUEST_STUB, HOST_RESIDENT);
	frames(hand, 158, 7, PAGEMAP_GUEST_OTHER, HOST_SWAPPED);
	mapped(hand, 200, 20, 0)->bits = USED | PAGEMAP_RUN_MODIFIED;
	mapped(hand, 220, 30, 1)->bits = USED;
	mapped(hand, 250, 10, 2)->bits = PAGEMAP_RUN_USE_KNOWN;
	mapped(hand, 260, 3, 2)->host = HOST_SWAPPED;
	mapped(hand, 263, 2, 2)->host = HOST_UNTOUCHED;
	frames(hand, 300, 200, PAGEMAP_GUEST_OTHER, HOST_UNTOUCHED);
	return hand;
}

/* ---- Colourings -------------------------------------------------------- */

static void colourings_fit_their_maps(void **state)
{
	(void)state;
	assert_true(colouring_fits(COLOUR_HOST, MACHINE_GUEST, MAP_GUEST));
	assert_true(colouring_fits(COLOUR_HOST, MACHINE_GUEST, MAP_PROCESS));
	assert_false(colouring_fits(COLOUR_HOST, MACHINE_PLAIN, MAP_PROCESS));
	assert_false(colouring_fits(COLOUR_HOST, MACHINE_HOST, MAP_RAM));
	assert_true(colouring_fits(COLOUR_VKERNEL, MACHINE_HOST, MAP_RAM));
	assert_false(colouring_fits(COLOUR_VKERNEL, MACHINE_HOST,
				    MAP_PROCESS));
	assert_false(colouring_fits(COLOUR_VKERNEL, MACHINE_GUEST, MAP_GUEST));
	assert_false(colouring_fits(COLOUR_AGE, MACHINE_GUEST, MAP_PROCESS));
	assert_true(colouring_fits(COLOUR_AGE, MACHINE_PLAIN, MAP_PROCESS));
	assert_false(colouring_fits(COLOUR_COUNT, MACHINE_PLAIN, MAP_RAM));
	assert_int_equal(colouring_usual(MACHINE_GUEST, MAP_GUEST),
			 COLOUR_SHARERS);
	assert_int_equal(colouring_usual(MACHINE_GUEST, MAP_PROCESS),
			 COLOUR_SHARERS);
	assert_int_equal(colouring_usual(MACHINE_HOST, MAP_RAM),
			 COLOUR_VKERNEL);
	assert_int_equal(colouring_usual(MACHINE_PLAIN, MAP_RAM),
			 COLOUR_STATE);
}

static void sharers_leave_the_rest_apart(void **state)
{
	struct hand_made *hand = some_of_all();
	struct layer *layer = hand_layer(hand, NULL, COLOUR_SHARERS);

	(void)state;
	assert_legend(layer, "1 2 slack slack_swapped table stub zero_page "
			     "image untouched");
	assert_pages(layer, "1", 20 + 10 + 3 + 2);
	assert_pages(layer, "2", 30);
	assert_pages(layer, "slack", 49);
	assert_pages(layer, "slack_swapped", 7);
	assert_pages(layer, "table", 6);
	assert_pages(layer, "stub", 2);
	assert_pages(layer, "zero_page", 1);
	assert_pages(layer, "image", 100);
	assert_pages(layer, "untouched", 200);
	assert_pages(layer, "absent", 0);
	assert_exact(layer, "2", 30 * HAND_PAGE);
	assert_at(layer, 101, "slack");
	assert_at(layer, 264, "1");
	assert_string_equal(layer->doubt, "");
	layer_free(layer);
	free(hand);
}

static void owners_are_guest_processes(void **state)
{
	struct hand_made *hand = some_of_all();
	struct layer *layer = hand_layer(hand, NULL, COLOUR_OWNER);

	(void)state;
	assert_pages(layer, "811", 20);
	assert_string_equal(class_of(layer, "811")->name, "sh 811");
	/* Whom no process of the host runs has no pid that people know. */
	assert_pages(layer, "1073742323", 15);
	assert_string_equal(class_of(layer, "1073742323")->name,
			    "root 0x1f3");
	assert_pages(layer, "several", 30);
	assert_pages(layer, "slack", 49);
	assert_string_equal(layer->doubt, "");
	layer_free(layer);
	free(hand);
}

static void states_say_what_frames_are_for(void **state)
{
	struct hand_made *hand = some_of_all();
	struct layer *layer = hand_layer(hand, NULL, COLOUR_STATE);

	(void)state;
	assert_legend(layer, "mapped slack slack_swapped table stub zero_page "
			     "image untouched");
	assert_pages(layer, "mapped", 65);
	assert_exact(layer, "mapped", 65 * HAND_PAGE);
	layer_free(layer);
	free(hand);
}

/* The guest's own flags tell more, of what the host has alone. */
static void states_go_by_flags_where_known(void **state)
{
	struct hand_made *hand = guest_new();
	uint16_t anon = hand_flags(hand, FLAG(ANON) | FLAG(MMAP));
	uint16_t slab = hand_flags(hand, FLAG(SLAB) | FLAG(COMPOUND_HEAD));
	uint16_t tail = hand_flags(hand, FLAG(COMPOUND_TAIL));
	uint16_t buddy = hand_flags(hand, FLAG(BUDDY));
	struct layer *layer;

	(void)state;
	hand_area(hand, 0, 100);
	mapped(hand, 0, 10, 0)->flags = anon;
	frames(hand, 10, 1, PAGEMAP_GUEST_OTHER, HOST_RESIDENT)->flags = slab;
	frames(hand, 11, 3, PAGEMAP_GUEST_OTHER, HOST_RESIDENT)->flags = tail;
	frames(hand, 14, 6, PAGEMAP_GUEST_OTHER, HOST_RESIDENT)->flags = buddy;
	frames(hand, 20, 30, PAGEMAP_GUEST_OTHER, HOST_UNTOUCHED)->flags =
		buddy;
	frames(hand, 50, 5, PAGEMAP_GUEST_TABLE, HOST_RESIDENT)->flags = slab;
	frames(hand, 55, 45, PAGEMAP_GUEST_OTHER, HOST_RESIDENT);
	layer = hand_layer(hand, NULL, COLOUR_STATE);
	assert_pages(layer, "anon", 10);
	assert_pages(layer, "slab", 4);
	assert_pages(layer, "free", 6);
	assert_pages(layer, "untouched", 30);
	assert_pages(layer, "table", 5);
	assert_pages(layer, "slack", 45);
	assert_pages(layer, "mapped", 0);
	layer_free(layer);
	free(hand);
}

static void hosts_say_what_is_resident(void **state)
{
	struct hand_made *hand = some_of_all();
	struct layer *layer;

	(void)state;
	hand->stretches[2].host = HOST_MERGED;
	hand->stretches[3].host = HOST_EITHER;
	layer = hand_layer(hand, NULL, COLOUR_HOST);
	assert_legend(layer, "resident merged swapped untouched image "
			     "resident_or_swapped");
	assert_pages(layer, "resident", 1 + 2 + 20 + 30 + 10);
	assert_pages(layer, "resident_or_swapped", 6);
	assert_pages(layer, "merged", 49);
	assert_pages(layer, "swapped", 7 + 3);
	assert_pages(layer, "untouched", 2 + 200);
	assert_pages(layer, "image", 100);
	assert_string_equal(layer->doubt, "");
	layer_free(layer);
	free(hand);
}

/* What was not seen is unknown: no 0 of it is told. */
static void hosts_of_a_guest_process(void **state)
{
	struct hand_made *hand = hand_new(811);
	struct layer *layer;

	(void)state;
	hand->moment.machine = MACHINE_GUEST;
	hand_area(hand, 0, 100);
	hand_stretch(hand, 0, 10, CLASS_ANON)->host = HOST_RESIDENT;
	hand_stretch(hand, 10, 5, CLASS_ANON)->host = HOST_UNTOUCHED;
	hand_stretch(hand, 15, 1, CLASS_ANON)->host = HOST_UNKNOWN;
	hand_stretch(hand, 16, 4, CLASS_SWAPPED)->state =
		PAGEMAP_PAGE_SWAPPED;
	layer = hand_layer(hand, NULL, COLOUR_HOST);
	assert_pages(layer, "resident", 10);
	assert_pages(layer, "untouched", 5);
	assert_pages(layer, "unknown", 1);
	assert_pages(layer, "not_counted", 4);
	assert_pages(layer, "absent", 80);
	assert_unknown(layer, "swapped");
	assert_bounded(layer, "resident", 10, 10, 11);
	assert_true(*layer->doubt);
	layer_free(layer);
	free(hand);
}

static void uses_are_of_what_is_mapped(void **state)
{
	struct hand_made *hand = some_of_all();
	struct layer *layer;

	(void)state;
	hand->stretches[9].bits = hand->stretches[10].bits =
		PAGEMAP_RUN_USE_KNOWN | PAGEMAP_RUN_MODIFIED;
	layer = hand_layer(hand, NULL, COLOUR_USE);
	assert_pages(layer, "accessed_modified", 20);
	assert_pages(layer, "accessed", 30);
	assert_pages(layer, "neither", 10);
	assert_pages(layer, "modified", 5);
	assert_pages(layer, "unknown", 0);
	assert_pages(layer, "slack", 49);
	assert_string_equal(layer->doubt, "");
	layer_free(layer);
	free(hand);
}

static void flags_are_the_guest_s(void **state)
{
	struct hand_made *hand = some_of_all();
	struct layer *layer;

	(void)state;
	hand->picture.why_flags = "the guest does not say";
	layer = hand_layer(hand, NULL, COLOUR_FLAGS);
	assert_pages(layer, "unknown", 430);
	assert_unknown(layer, "slab");
	assert_string_equal(layer->doubt, "the guest does not say");
	layer_free(layer);
	free(hand);
}

/* ---- Change ------------------------------------------------------------ */

static void changes_of_frames(void **state)
{
	struct hand_made *now = guest_new(), *base = guest_new();
	struct layer *layer;

	(void)state;
	hand_area(now, 0, 100);
	hand_area(base, 0, 100);
	frames(base, 0, 10, PAGEMAP_GUEST_OTHER, HOST_UNTOUCHED);
	mapped(now, 0, 10, 0);
	frames(base, 10, 5, PAGEMAP_GUEST_OTHER, HOST_RESIDENT);
	frames(now, 10, 5, PAGEMAP_GUEST_OTHER, HOST_UNTOUCHED);
	mapped(base, 15, 5, 0);
	mapped(now, 15, 5, 1);
	mapped(base, 20, 4, 1);
	mapped(now, 20, 4, 2);
	mapped(base, 24, 3, 0);
	mapped(now, 24, 3, 2);
	mapped(base, 27, 8, 1);
	mapped(now, 27, 8, 1);
	mapped(base, 35, 6, 1);
	mapped(now, 35, 6, 1)->place += 1000;
	frames(base, 41, 2, PAGEMAP_GUEST_OTHER, HOST_RESIDENT);
	frames(now, 41, 2, PAGEMAP_GUEST_TABLE, HOST_RESIDENT);
	mapped(base, 43, 1, 1);
	mapped(now, 43, 1, 1)->host = HOST_SWAPPED;
	mapped(base, 44, 7, 1);
	frames(now, 44, 7, PAGEMAP_GUEST_OTHER, HOST_RESIDENT);
	frames(base, 51, 9, PAGEMAP_GUEST_OTHER, HOST_UNTOUCHED);
	frames(now, 51, 9, PAGEMAP_GUEST_TABLE, HOST_RESIDENT);
	layer = hand_layer(now, base, COLOUR_CHANGED);
	assert_pages(layer, "came", 10);
	assert_pages(layer, "went", 7);
	assert_pages(layer, "given", 9);
	assert_pages(layer, "given_back", 5);
	assert_pages(layer, "more", 5);
	assert_pages(layer, "fewer", 4);
	assert_pages(layer, "hands", 3);
	assert_pages(layer, "same", 8);
	assert_pages(layer, "moved", 6);
	assert_pages(layer, "state", 3);
	assert_string_equal(class_of(layer, "came")->name, "taken");
	layer_free(layer);
	free(now);
	free(base);
}

/* ---- The host's RAM ---------------------------------------------------- */

/* Main, a child, and a process that is no part of it. */
static struct hand_made *host_new(void)
{
	struct hand_made *hand = hand_new(0);

	hand->moment.machine = MACHINE_HOST;
	hand->moment.vkernel.pid = 800;
	hand_person(hand, 800, "linux", "");
	hand_person(hand, 811, "linux", "");
	hand_person(hand, 900, "cat", "");
	hand->people[0].of_vkernel = hand->people[1].of_vkernel = true;
	hand_set(hand, 1, 0);
	hand_set(hand, 2, 0, 1);
	hand_set(hand, 2, 1, 2);
	hand_set(hand, 1, 2);
	return hand;
}

static void host_shows_whose_frames_are(void **state)
{
	static const struct guest_piece pieces[] = {
		{ 4, 900, 4, 2, PAGEMAP_GUEST_MAPPED },
		{ 8, 70, 2, 0, PAGEMAP_GUEST_TABLE },
		{ 15, 100, 10, 0, PAGEMAP_GUEST_OTHER },
		{ 90, 200, 1, 0, PAGEMAP_GUEST_STUB },
		{ 91, 300, 1, 0, PAGEMAP_GUEST_ZERO_PAGE },
	};
	struct hand_made *hand = host_new();
	struct layer *layer;

	(void)state;
	hand_area(hand, 0, 100);
	hand_shared(hand, 0, 20, PAGEMAP_RAM_SHMEM_MAPPED, 1);
	hand_stretch(hand, 20, 10, PAGEMAP_RAM_FILE_CLEAN)->set = SET_NOBODY;
	hand_shared(hand, 30, 10, PAGEMAP_RAM_FILE_MAPPED, 2);
	hand_shared(hand, 40, 10, PAGEMAP_RAM_ANON, 3);
	hand_shared(hand, 50, 5, PAGEMAP_RAM_ANON, 0)->sharers_high = 2;
	hand_stretch(hand, 55, 5, PAGEMAP_RAM_ANON);
	hand_stretch(hand, 60, 20, PAGEMAP_RAM_FREE)->set = SET_NOBODY;
	hand_stretch(hand, 80, 20, PAGEMAP_RAM_SLAB)->set = SET_NOBODY;
	hand->picture.pieces = pieces;
	hand->picture.piece_count = 5;
	hand->picture.unplaced_pages = hand->picture.unplaced_low_pages = 12;
	hand->picture.why_sharers = "one was not seen";
	layer = hand_layer(hand, NULL, COLOUR_VKERNEL);
	assert_pages(layer, "guest_pages", 4);
	assert_pages(layer, "guest_tables", 2);
	/* A piece goes on over the end of a stretch. */
	assert_pages(layer, "guest_slack", 10);
	assert_pages(layer, "guest_stubs", 1);
	assert_pages(layer, "guest_zero_page", 1);
	assert_pages(layer, "own", 4 + 5 + 5);
	assert_bounded(layer, "own", 9, 14, 14 + 5);
	assert_pages(layer, "shared", 10);
	assert_pages(layer, "others", 10);
	assert_pages(layer, "unknown", 5);
	assert_pages(layer, "unmapped", 5);
	assert_pages(layer, "free", 20);
	assert_pages(layer, "kernel", 18);
	assert_true(class_of(layer, "guest_unplaced")->told);
	assert_exact(layer, "guest_unplaced", 12 * HAND_PAGE);
	assert_at(layer, 3, "own");
	assert_at(layer, 7, "guest_pages");
	assert_at(layer, 8, "guest_tables");
	assert_at(layer, 24, "guest_slack");
	assert_at(layer, 25, "unmapped");
	assert_string_equal(layer->doubt, "one was not seen");
	assert_int_equal(picture_piece(&hand->picture, 7)->guest_page, 900);
	assert_null(picture_piece(&hand->picture, 3));
	assert_null(picture_piece(&hand->picture, 92));
	layer_free(layer);
	free(hand);
}

/* Pieces lie anywhere: counted frame by frame, the slow way. */
static void pieces_anywhere(void **state)
{
	unsigned int seed = 5, round;

	(void)state;
	for (round = 0; round < 200; round++) {
		struct hand_made *hand = host_new();
		struct guest_piece pieces[64];
		uint64_t at = 0, guest = 0;
		struct layer *layer;
		size_t count = 0;

		hand_area(hand, 0, 400);
		while (at < 400) {
			uint32_t pages = 1 + rand_r(&seed) % 30;

			if (pages > 400 - at)
				pages = (uint32_t)(400 - at);
			hand_shared(hand, at, pages, PAGEMAP_RAM_ANON,
				    rand_r(&seed) % 4);
			at += pages;
		}
		for (at = rand_r(&seed) % 20; at < 400 && count < 64;
		     at += rand_r(&seed) % 20) {
			uint32_t pages = 1 + rand_r(&seed) % 40;

			if (pages > 400 - at)
				pages = (uint32_t)(400 - at);
			pieces[count++] = (struct guest_piece){
				.first_page = at, .page_count = pages,
				.use = PAGEMAP_GUEST_MAPPED,
			};
			at += pages;
			guest += pages;
		}
		hand->picture.pieces = pieces;
		hand->picture.piece_count = count;
		layer = hand_layer(hand, NULL, COLOUR_VKERNEL);
		assert_pages(layer, "guest_pages", guest);
		for (at = 0; at < 400; at++)
			assert_int_equal(picture_piece(&hand->picture, at) !=
					 NULL,
					 !strcmp(layer->classes[layer_class_at(
						layer, at)].key,
						"guest_pages"));
		layer_free(layer);
		free(hand);
	}
}

/* ---- Looking up -------------------------------------------------------- */

static void places_of_a_frame(void **state)
{
	static const struct guest_place places[] = {
		{ 0x100, 10, 50, 60, SH, GUEST_PLACE_MODIFIED },
		{ 0x500, 20, 1, 60, CHILD, 0 },
		{ 0x700, 58, 4, 62, CHILD, GUEST_PLACE_ACCESSED },
		{ 0x900, 70, 5, 75, SH, 0 },
	};
	struct hand_made *hand = guest_new();
	const struct guest_place *found[4];

	(void)state;
	hand->moment.places = places;
	hand->moment.place_count = 4;
	assert_int_equal(moment_places(&hand->moment, 9, found, 4), 0);
	assert_int_equal(moment_places(&hand->moment, 10, found, 4), 1);
	assert_ptr_equal(found[0], &places[0]);
	assert_int_equal(moment_places(&hand->moment, 20, found, 4), 2);
	assert_ptr_equal(found[0], &places[1]);
	assert_ptr_equal(found[1], &places[0]);
	assert_int_equal(moment_places(&hand->moment, 20, found, 1), 1);
	assert_int_equal(moment_places(&hand->moment, 59, found, 4), 2);
	assert_int_equal(moment_places(&hand->moment, 60, found, 4), 1);
	assert_ptr_equal(found[0], &places[2]);
	assert_int_equal(moment_places(&hand->moment, 62, found, 4), 0);
	assert_int_equal(moment_places(&hand->moment, 74, found, 4), 1);
	assert_int_equal(moment_places(&hand->moment, 75, found, 4), 0);
	free(hand);
}

/* In a guest's RAM a page is its frame: that of the host links nothing. */
static void frames_link_maps(void **state)
{
	struct hand_made *hand = some_of_all();
	uint64_t page = 0;

	(void)state;
	assert_int_equal(picture_frame_of(&hand->picture, 220), 220);
	assert_int_equal(picture_frame(&hand->picture, 220, &page), 1);
	assert_int_equal(page, 220);
	page = 0;
	assert_int_equal(picture_frame(&hand->picture, 0x5000 + 220, &page), 0);
	free(hand);
}

static void sums_of_a_balance(void **state)
{
	struct pagemap_guest_balance balance = {
		.frames = 500, .page_bytes = HAND_PAGE,
	};
	struct hand_made *hand = guest_new();
	struct guest_sums sums;

	(void)state;
	assert_false(guest_sums(&hand->picture, &sums));
	balance.counts[PAGEMAP_GUEST_MAPPED][PAGEMAP_GUEST_RESIDENT] = 60;
	balance.counts[PAGEMAP_GUEST_MAPPED][PAGEMAP_GUEST_SWAPPED] = 5;
	balance.counts[PAGEMAP_GUEST_TABLE][PAGEMAP_GUEST_RESIDENT] = 6;
	balance.counts[PAGEMAP_GUEST_OTHER][PAGEMAP_GUEST_RESIDENT] = 49;
	balance.counts[PAGEMAP_GUEST_OTHER][PAGEMAP_GUEST_UNTOUCHED] = 380;
	hand->picture.guest = &balance;
	assert_true(guest_sums(&hand->picture, &sums));
	assert_int_equal(sums.all.value, 500 * HAND_PAGE);
	assert_int_equal(sums.resident.value, 115 * HAND_PAGE);
	assert_int_equal(sums.mapped.value, 65 * HAND_PAGE);
	assert_int_equal(sums.slack.value, 49 * HAND_PAGE);
	assert_int_equal(sums.slack.quality, PAGEMAP_EXACT);
	balance.maybe_swapped[PAGEMAP_GUEST_OTHER] = 9;
	assert_true(guest_sums(&hand->picture, &sums));
	assert_int_equal(sums.slack.quality, PAGEMAP_BOUNDED);
	assert_int_equal(sums.slack.low, 40 * HAND_PAGE);
	assert_int_equal(sums.slack.high, 49 * HAND_PAGE);
	assert_int_equal(sums.resident.low, 106 * HAND_PAGE);
	free(hand);
}

static void pids_of_guest_processes(void **state)
{
	char text[PID_NAME_SIZE];

	(void)state;
	pid_name(811, text);
	assert_string_equal(text, "811");
	pid_name(PAGEMAP_GUEST_PID_BASE + 0x1f3, text);
	assert_string_equal(text, "root 0x1f3");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(colourings_fit_their_maps),
		cmocka_unit_test(sharers_leave_the_rest_apart),
		cmocka_unit_test(owners_are_guest_processes),
		cmocka_unit_test(states_say_what_frames_are_for),
		cmocka_unit_test(states_go_by_flags_where_known),
		cmocka_unit_test(hosts_say_what_is_resident),
		cmocka_unit_test(hosts_of_a_guest_process),
		cmocka_unit_test(uses_are_of_what_is_mapped),
		cmocka_unit_test(flags_are_the_guest_s),
		cmocka_unit_test(changes_of_frames),
		cmocka_unit_test(host_shows_whose_frames_are),
		cmocka_unit_test(pieces_anywhere),
		cmocka_unit_test(places_of_a_frame),
		cmocka_unit_test(frames_link_maps),
		cmocka_unit_test(sums_of_a_balance),
		cmocka_unit_test(pids_of_guest_processes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
