// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tiles: how long pageviz takes to make a map's tiles, by layout: the whole
 * world in one tile (the longest of them), and all tiles of a window of
 * 1600 x 1000 pixels that shows all of it.  CPU time of one thread, the least
 * of several rounds.  It owns machines made up for it, and no figure of pages.
 */
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "common_bench.h"
#include "tile.h"

#define ROUNDS  7
#define WIDTH   1600
#define HEIGHT  1000
#define CLASSES 20

static uint64_t state = 1;

/* xorshift64*: the same everywhere. */
static uint64_t chance(uint64_t below)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * UINT64_C(2685821657736338717) % below;
}

/* Areas a distance apart, runs of a class each side by side in them. */
struct machine {
	const char *name;
	uint64_t areas, area_pages, distance;
	uint64_t run_pages;		/* on average */
};

static const struct machine machines[] = {
	{ "24 GiB RAM, 1.5 M runs", 4, 1572864, 1572864, 4 },
	{ "24 GiB RAM, 100 k runs", 4, 1572864, 1572864, 63 },
	{ "1 TiB RAM, 2000 runs", 2, 1 << 27, 1 << 27, 134218 },
	{ "1 TiB RAM, 1.5 M runs", 2, 1 << 27, 1 << 27, 180 },
	{ "16 TiB in 100,000 mappings", 100000, 42950, 60000, 40000 },
	{ "100,000 mappings of 8 pages", 100000, 8, 100000, 3 },
	{ "2^51 pages, 100,000 runs", 1, UINT64_C(1) << 51,
	  UINT64_C(1) << 51, UINT64_C(1) << 35 },
};

struct model {
	struct picture picture;
	struct layer layer;
	struct area *areas;
	struct extent *extents;
	struct layer_run *runs;
};

static void *get_memory(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	if (!memory)
		die("not enough memory");
	return memory;
}

/* Pages near each other are of a few classes, seldom of any. */
static uint8_t class_near(uint64_t page)
{
	uint64_t near = (page / 512 * UINT64_C(2685821657736338717)) >> 32;

	if (!chance(20))
		return (uint8_t)(1 + chance(CLASSES - 1));
	return (uint8_t)(1 + (near + chance(4) * 3) % (CLASSES - 1));
}

static size_t fill_area(struct model *model, size_t run, uint64_t page,
			uint64_t end, uint64_t run_pages)
{
	for (; page < end; run++) {
		uint64_t pages = 1 + chance(2 * run_pages - 1);
		uint8_t class_of = class_near(page);

		if (pages > end - page)
			pages = end - page;
		model->runs[run] = (struct layer_run){ page, pages, class_of };
		model->layer.classes[class_of].pages += pages;
		page += pages;
	}
	return run;
}

static void model_make(struct model *model, const struct machine *machine)
{
	size_t runs = 0, i;

	*model = (struct model){
		.areas = get_memory(machine->areas, sizeof(*model->areas)),
		.extents = get_memory(machine->areas, sizeof(*model->extents)),
		/* Twice as many are not to be expected. */
		.runs = get_memory((machine->area_pages / machine->run_pages +
				    1) * 2 * machine->areas + 1000,
				   sizeof(*model->runs)),
	};
	for (i = 0; i < machine->areas; i++) {
		uint64_t page = i * machine->distance;
		uint64_t end = page + machine->area_pages;

		model->areas[i].first_page = page;
		model->areas[i].end_page = end;
		model->extents[i] = (struct extent){ page, end - page };
		runs = fill_area(model, runs, page, end, machine->run_pages);
	}
	model->picture.areas = model->areas;
	model->picture.area_count = machine->areas;
	model->layer.runs = model->runs;
	model->layer.run_count = runs;
	model->layer.class_count = CLASSES;
}

static void model_free(struct model *model)
{
	free(model->areas);
	free(model->extents);
	free(model->runs);
}

/* All tiles of a level; *ret_longest of one of them. */
static uint64_t make_tiles(const struct model *model, const struct world *world,
			   unsigned int level, uint64_t *ret_longest)
{
	static struct tile tile;
	uint32_t columns = (world_width(world) - 1) / TILE_SIDE >> level;
	uint32_t rows = (world_height(world) - 1) / TILE_SIDE >> level;
	uint64_t sum = 0, longest = 0;
	uint32_t x, y;

	for (y = 0; y <= rows; y++) {
		for (x = 0; x <= columns; x++) {
			uint64_t ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);

			if (tile_make(world, &model->picture, &model->layer, 0,
				      level, x, y, &tile))
				die("no tile");
			ns = clock_ns(CLOCK_THREAD_CPUTIME_ID) - ns;
			longest = ns > longest ? ns : longest;
			sum += ns;
		}
	}
	*ret_longest = longest;
	return sum;
}

static uint64_t least_time(const struct model *model, const struct world *world,
			   unsigned int level, uint64_t *ret_longest)
{
	uint64_t least = UINT64_MAX, longest, ns;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		ns = make_tiles(model, world, level, &longest);
		if (ns >= least)
			continue;
		least = ns;
		*ret_longest = longest;
	}
	return least;
}

/* The level at which a pixel is about a cell: what a window shows of all. */
static unsigned int window_level(const struct world *world)
{
	unsigned int level = 0;

	while (world_width(world) >> level > WIDTH * 3 / 2 ||
	       world_height(world) >> level > HEIGHT * 3 / 2)
		level++;
	return level;
}

static void measure(const struct machine *machine, const struct model *model,
		    enum layout layout)
{
	uint64_t made = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	uint64_t one, all, longest;
	unsigned int level;
	struct world *world;

	if (world_make(model->extents, model->picture.area_count, layout, 0,
		       (double)WIDTH / HEIGHT, &world))
		die("no world");
	made = clock_ns(CLOCK_THREAD_CPUTIME_ID) - made;
	one = least_time(model, world, tile_level_most(world), &longest);
	level = window_level(world);
	all = least_time(model, world, level, &longest);
	printf("%-28s %-8s %8u x %-8u %5.1f  %6.1f   %2u %6.1f %6.1f\n",
	       machine->name, layout_name(layout), world_width(world),
	       world_height(world), made / 1e6, one / 1e6, level, all / 1e6,
	       longest / 1e6);
	world_free(world);
}

/* Which machines: numbers from 0 on; none: all. */
static bool is_wanted(size_t number, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (parse_size(argv[i]) == number)
			return true;
	return argc == 1;
}

int main(int argc, char **argv)
{
	struct model model;
	size_t i;
	int layout;

	printf("%-28s %-8s %8s   %-8s %5s  %6s   %2s %6s %6s\n", "ms", "layout",
	       "plane", "", "world", "tile", "L", "window", "worst");
	for (i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		if (!is_wanted(i, argc, argv))
			continue;
		model_make(&model, &machines[i]);
		for (layout = 0; layout < LAYOUT_COUNT; layout++)
			measure(&machines[i], &model, (enum layout)layout);
		model_free(&model);
	}
	return 0;
}
