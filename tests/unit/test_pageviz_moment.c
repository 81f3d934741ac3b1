/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Moments of machines made up at random, every page of every picture against
 * what the machine has at its address and who else maps its frame, counted the
 * slow way.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The library's inside has one too. */
#define extent scan_extent
#include "common_machine.h"
#undef extent

#include "own_picture.h"
#include "reading.h"

#define SEEDS 8

struct world {
	struct machine machine;
	struct pagemap_source *source;
	struct moment *moment;
	uint32_t mappers[MACHINE_FRAMES];
};

static struct world *world_new(unsigned int seed, bool can_scan)
{
	struct world *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	world->machine.can_scan = can_scan;
	world->machine.same_mm[0] = world->machine.same_mm[1] = -1;
	machine_make(&world->machine, seed);
	machine_users(&world->machine, NULL, world->mappers, NULL);
	world->source = machine_source(&world->machine);
	assert_non_null(world->source);
	return world;
}

static void world_take(struct world *world,
		       const struct reading_request *request)
{
	char why[256];

	assert_int_equal(reading_take(world->source, request, &world->moment,
				      why), 0);
}

static void world_free(struct world *world)
{
	moment_unref(world->moment);
	pagemap_source_close(world->source);
	free(world);
}

static struct reading_request some_maps(unsigned int seed)
{
	struct reading_request request = { .map_count = 4 };
	int i;

	for (i = 0; i < 3; i++)
		request.maps[i] = (struct map_id){
			MAP_PROCESS,
			MACHINE_PID((seed + 4u * (unsigned int)i) %
				    MACHINE_PROCESSES),
		};
	request.maps[3] = (struct map_id){ .kind = MAP_RAM };
	return request;
}

static int index_of_pid(pid_t pid)
{
	return (pid - MACHINE_PID(0)) / 3;
}

/* The members of a set, a bit for each process of the machine. */
static uint32_t members_of(const struct moment *moment, uint32_t set)
{
	uint32_t i, mask = 0;

	assert_true(set < moment->set_count);
	for (i = 0; i < moment->sets[set].member_count; i++) {
		uint32_t member = moment->sets[set].members[i];

		assert_true(member < moment->person_count);
		mask |= 1u << index_of_pid(moment->people[member].pid);
	}
	return mask;
}

static void assert_frame(const struct world *world,
			 const struct stretch *stretch, uint32_t frame)
{
	uint32_t mappers = world->mappers[frame];

	assert_int_equal(members_of(world->moment, stretch->set), mappers);
	assert_int_equal(stretch->sharers, __builtin_popcount(mappers));
	assert_int_equal(stretch->sharers_high, stretch->sharers);
}

static void assert_page(const struct world *world,
			const struct picture *picture, uint64_t page,
			const struct machine_page *truth)
{
	const struct stretch *stretch = picture_stretch(picture, page);
	uint64_t place;

	if (truth->kind == PAGE_NONE) {
		assert_null(stretch);
		return;
	}
	assert_non_null(stretch);
	place = stretch->place;
	if (!(stretch->bits & PAGEMAP_RUN_SAME_FRAME))
		place += page - stretch->first_page;
	/* A scan tells zero pages without their frame. */
	if (truth->kind != PAGE_ZERO || stretch->place != PAGEMAP_PFN_UNKNOWN)
		assert_int_equal(place, truth->number);
	assert_int_equal(stretch->age, AGE_UNKNOWN);
	switch (truth->kind) {
	case PAGE_FRAME:
		assert_int_equal(stretch->state, PAGEMAP_PAGE_PRESENT);
		assert_frame(world, stretch, truth->number);
		break;
	case PAGE_ZERO:
		assert_int_equal(stretch->state, PAGEMAP_PAGE_ZERO);
		assert_int_equal(stretch->set, SET_NOBODY);
		break;
	default:
		assert_int_equal(stretch->state, PAGEMAP_PAGE_SWAPPED);
		assert_int_equal(stretch->set, SET_UNKNOWN);
	}
}

static void assert_process(const struct world *world,
			   const struct picture *picture)
{
	int i, process = index_of_pid(picture->id.pid);
	uint64_t page;

	picture_assert_laws(world->moment, picture);
	assert_int_equal(picture->area_count, MACHINE_MAPPINGS);
	assert_int_equal(picture->mapped_pages,
			 MACHINE_MAPPINGS * MACHINE_PAGES);
	for (i = 0; i < MACHINE_MAPPINGS; i++) {
		const struct machine_mapping *mapping =
			&world->machine.mappings[process][i];

		for (page = 0; page < MACHINE_PAGES; page++)
			assert_page(world, picture, mapping->first_page + page,
				    &mapping->pages[page]);
	}
}

/* Each frame that is mapped, and no other, is somebody's. */
static void assert_ram(const struct world *world,
		       const struct picture *picture)
{
	uint32_t frame;

	picture_assert_laws(world->moment, picture);
	assert_int_equal(picture->mapped_pages, MACHINE_FRAMES);
	for (frame = 0; frame < MACHINE_FRAMES; frame++) {
		const struct stretch *stretch = picture_stretch(picture,
								frame);

		assert_non_null(stretch);
		if (world->mappers[frame])
			assert_frame(world, stretch, frame);
		else
			assert_true(stretch->set >= world->moment->set_count);
	}
}

static void pages_are_the_machines(void **state)
{
	unsigned int seed, i;

	(void)state;
	for (seed = 0; seed < SEEDS; seed++) {
		struct world *world = world_new(seed, seed % 2);
		struct reading_request request = some_maps(seed);

		world_take(world, &request);
		assert_int_equal(world->moment->person_count,
				 MACHINE_PROCESSES);
		assert_int_equal(world->moment->picture_count, 4);
		for (i = 0; i < 3; i++) {
			assert_true(map_id_equal(
				world->moment->pictures[i].id,
				request.maps[i]));
			assert_process(world, &world->moment->pictures[i]);
		}
		assert_ram(world, &world->moment->pictures[3]);
		world_free(world);
	}
}

/* All pages of a frame are found, in their order, and no others. */
static void pages_of_a_frame_are_found(void **state)
{
	struct world *world = world_new(5, true);
	struct reading_request request = some_maps(5);
	const struct picture *picture;
	uint32_t frame;

	(void)state;
	world_take(world, &request);
	picture = &world->moment->pictures[0];
	for (frame = 0; frame < MACHINE_FRAMES; frame++) {
		const struct machine_mapping *mappings = world->machine
			.mappings[index_of_pid(picture->id.pid)];
		uint64_t page = 0, i, count = 0, found = 0;

		if (frame == MACHINE_ZERO_FRAME)
			continue;
		for (i = 0; i < MACHINE_MAPPINGS * MACHINE_PAGES; i++) {
			const struct machine_page *truth =
				&mappings[i / MACHINE_PAGES]
				.pages[i % MACHINE_PAGES];

			count += truth->kind == PAGE_FRAME &&
				 truth->number == frame;
		}
		for (; picture_frame(picture, frame, &page); page++, found++) {
			const struct stretch *stretch = picture_stretch(picture,
									page);

			assert_non_null(stretch);
			assert_true(stretch->place <= frame);
		}
		assert_int_equal(found, count);
		page = 0;
		assert_int_equal(picture_frame(&world->moment->pictures[3],
					       frame, &page), 1);
		assert_int_equal(page, frame);
	}
	world_free(world);
}

/* Two processes of one mm are one person, found by both pids. */
static void one_mm_is_one_person(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	struct reading_request request = {
		.maps = { { MAP_PROCESS, MACHINE_PID(7) } }, .map_count = 1,
	};
	const struct person *person;

	(void)state;
	assert_non_null(world);
	world->machine.same_mm[0] = 3;
	world->machine.same_mm[1] = 7;
	machine_make(&world->machine, 9);
	world->source = machine_source(&world->machine);
	world_take(world, &request);
	assert_int_equal(world->moment->person_count, MACHINE_PROCESSES - 1);
	person = moment_person(world->moment, MACHINE_PID(7));
	assert_non_null(person);
	assert_ptr_equal(person, moment_person(world->moment, MACHINE_PID(3)));
	assert_true(person->pid == MACHINE_PID(3) ||
		    person->pid == MACHINE_PID(7));
	assert_null(moment_person(world->moment, 1));
	picture_assert_laws(world->moment, &world->moment->pictures[0]);
	world_free(world);
}

static void hidden_sharers_are_bounds(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	struct reading_request request = some_maps(2);
	size_t i, unseen = 0;
	uint32_t frame;

	(void)state;
	assert_non_null(world);
	world->machine.hides_pids = true;
	world->machine.same_mm[0] = world->machine.same_mm[1] = -1;
	for (frame = 100; frame < 600; frame++)
		world->machine.hidden_counts[frame] = frame % 3;
	machine_make(&world->machine, 11);
	machine_users(&world->machine, NULL, world->mappers, NULL);
	world->source = machine_source(&world->machine);
	world_take(world, &request);
	for (i = 0; i < world->moment->picture_count; i++) {
		const struct picture *picture = &world->moment->pictures[i];
		uint64_t page = 0;

		assert_true(*picture->why_sharers);
		picture_assert_laws(world->moment, picture);
		for (frame = 100; frame < 600; frame++, page = 0) {
			const struct stretch *stretch;

			if (!world->mappers[frame] ||
			    !picture_frame(picture, frame, &page))
				continue;
			stretch = picture_stretch(picture, page);
			assert_int_equal(members_of(world->moment,
						    stretch->set),
					 world->mappers[frame]);
			assert_int_equal(stretch->sharers_high,
					 stretch->sharers + frame % 3);
			unseen += stretch->sharers_high > stretch->sharers;
		}
	}
	assert_true(unseen > 0);
	world_free(world);
}

/* A process looks the same whether RAM is asked for beside it or not. */
static void assert_equal_pictures(const struct world *with,
				  const struct world *without, size_t index)
{
	const struct picture *a = &with->moment->pictures[index];
	const struct picture *b = &without->moment->pictures[index];
	size_t i;

	assert_int_equal(a->stretch_count, b->stretch_count);
	assert_true(a->stretch_count > 0);
	for (i = 0; i < a->stretch_count; i++) {
		const struct stretch *x = &a->stretches[i];
		const struct stretch *y = &b->stretches[i];
		bool is_in_set = x->set < with->moment->set_count;

		assert_int_equal(x->first_page, y->first_page);
		assert_int_equal(x->page_count, y->page_count);
		assert_int_equal(x->place, y->place);
		assert_int_equal(x->sharers, y->sharers);
		assert_int_equal(x->sharers_high, y->sharers_high);
		assert_int_equal(x->bits, y->bits);
		assert_int_equal(with->moment->flags[x->flags],
				 without->moment->flags[y->flags]);
		if (!is_in_set) {
			assert_int_equal(x->set, y->set);
			continue;
		}
		assert_int_equal(members_of(with->moment, x->set),
				 members_of(without->moment, y->set));
		assert_int_equal(with->moment->sets[x->set].unseen,
				 without->moment->sets[y->set].unseen);
	}
}

static void ram_beside_changes_nothing(void **state)
{
	unsigned int seed, i;

	(void)state;
	for (seed = 0; seed < 2 * SEEDS; seed++) {
		struct world *with = world_new(seed, seed % 2);
		struct world *without = world_new(seed, seed % 2);
		struct reading_request request = some_maps(seed);

		/* Half of them hide who else maps frames. */
		with->machine.hides_pids = without->machine.hides_pids =
			seed >= SEEDS;
		world_take(with, &request);
		request.map_count = 3;
		world_take(without, &request);
		for (i = 0; i < 3; i++) {
			assert_equal_pictures(with, without, i);
			assert_process(without, &without->moment->pictures[i]);
		}
		world_free(with);
		world_free(without);
	}
}

/* What a first look says of a page's sharers is a part of the truth. */
static void assert_first_look(const struct world *world,
			      const struct machine_page *truth,
			      const struct stretch *stretch)
{
	uint32_t mappers = world->mappers[truth->number];
	uint32_t count = (uint32_t)__builtin_popcount(mappers);

	assert_int_equal(stretch->state, PAGEMAP_PAGE_PRESENT);
	assert_true(world->moment->flags[stretch->flags] ==
		    PAGEMAP_FLAGS_UNKNOWN);
	assert_true(stretch->sharers > 0 && stretch->sharers <= count);
	assert_true(stretch->sharers_high >= count);
	if (stretch->set != SET_UNKNOWN)
		assert_int_equal(members_of(world->moment, stretch->set),
				 mappers);
}

static void first_looks_are_true(void **state)
{
	unsigned int seed, i, k, looked = 0, alone = 0;

	(void)state;
	for (seed = 0; seed < SEEDS; seed++) {
		struct world *world = world_new(seed, seed % 2);
		struct reading_request request = some_maps(seed);

		request.quick = true;
		world_take(world, &request);
		assert_int_equal(world->moment->person_count, 3);
		for (i = 0; i < 3 * MACHINE_MAPPINGS * MACHINE_PAGES; i++) {
			const struct picture *picture = &world->moment->pictures
				[i / (MACHINE_MAPPINGS * MACHINE_PAGES)];
			const struct machine_mapping *mapping = &world->machine
				.mappings[index_of_pid(picture->id.pid)]
				[i / MACHINE_PAGES % MACHINE_MAPPINGS];
			const struct stretch *stretch;

			k = i % MACHINE_PAGES;
			stretch = picture_stretch(picture,
						  mapping->first_page + k);
			assert_true(!stretch ==
				    (mapping->pages[k].kind == PAGE_NONE));
			if (mapping->pages[k].kind != PAGE_FRAME)
				continue;
			assert_first_look(world, &mapping->pages[k], stretch);
			alone += stretch->set != SET_UNKNOWN;
			looked++;
		}
		world_free(world);
	}
	assert_true(alone > 0 && alone < looked);
}

static void nobody_is_no_error_beside_others(void **state)
{
	struct world *world = world_new(1, true);
	struct reading_request request = {
		.maps = { { MAP_PROCESS, 55555 } }, .map_count = 1,
	};
	struct moment *none = NULL;
	char why[256] = "";

	(void)state;
	assert_int_equal(reading_take(world->source, &request, &none, why),
			 -ESRCH);
	assert_string_equal(why, "there is no process 55555");
	assert_null(none);
	request.map_count = 0;
	world_take(world, &request);
	assert_int_equal(world->moment->picture_count, 0);
	assert_int_equal(world->moment->person_count, MACHINE_PROCESSES);
	request.map_count = 1;
	request.previous = world->moment;
	assert_int_equal(reading_take(world->source, &request, &none, why), 0);
	assert_true(none->pictures[0].ended);
	assert_int_equal(none->pictures[0].status, PAGEMAP_STATUS_VANISHED);
	assert_true(*none->pictures[0].why);
	moment_unref(none);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_are_the_machines),
		cmocka_unit_test(pages_of_a_frame_are_found),
		cmocka_unit_test(one_mm_is_one_person),
		cmocka_unit_test(hidden_sharers_are_bounds),
		cmocka_unit_test(ram_beside_changes_nothing),
		cmocka_unit_test(first_looks_are_true),
		cmocka_unit_test(nobody_is_no_error_beside_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
