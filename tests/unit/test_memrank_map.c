/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The map of pages on machines made up at random: every cell, count and line
 * against what is found by looking at each page for itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common_machine.h"
#include "map_rows.h"

#define SEEDS 12

struct world {
	struct machine machine;
	struct pagemap_source *source;
	struct pagemap_snapshot *snapshot;
	const struct pagemap_process *process;
	struct page_map *map;
};

static void world_make(struct world *world, unsigned int seed)
{
	pid_t pid = MACHINE_PID(seed % MACHINE_PROCESSES);
	struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts),
		.detail = PAGEMAP_DETAIL_PAGES,
		.engine = PAGEMAP_ENGINE_CENSUS,
		.pids = &pid,
		.pid_count = 1,
	};

	machine_make(&world->machine, seed);
	world->source = machine_source(&world->machine);
	assert_non_null(world->source);
	assert_int_equal(pagemap_snapshot_take(world->source, &opts,
					       &world->snapshot), 0);
	world->process = pagemap_snapshot_find_pid(world->snapshot, pid);
	assert_non_null(world->process);
	assert_int_equal(page_map_make(world->process, MACHINE_PAGE_BYTES,
				       &world->map), 0);
}

static void world_free(struct world *world)
{
	page_map_free(world->map);
	pagemap_snapshot_free(world->snapshot);
	pagemap_source_close(world->source);
}

/* The class of each page of an area, by looking at all its runs. */
static uint8_t *classes_of(const struct map_area *area, enum page_by by)
{
	uint64_t count = area->end_page - area->first_page;
	uint8_t *classes = calloc(count, 1);
	struct pagemap_run_iter iter;
	struct pagemap_run run;
	uint64_t i, first;

	assert_non_null(classes);
	assert_int_equal(pagemap_run_iter_init(&iter, area->mapping), 0);
	while (pagemap_run_iter_next(&iter, &run) == 1) {
		first = run.start_vaddr / MACHINE_PAGE_BYTES -
			area->first_page;
		for (i = 0; i < run.page_count; i++)
			classes[first + i] = by == PAGE_BY_STATE ?
				page_class_of(&run, pagemap_mapping_kind(
						      area->mapping)) :
				(uint8_t)sharer_class_of(&run);
	}
	return classes;
}

static void assert_cell(const struct world *world, const struct map_area *area,
			const uint8_t *classes, enum page_by by, uint64_t first,
			uint64_t end, const struct map_cell *cell)
{
	const uint64_t *totals = page_map_totals(world->map, by)->pages;
	struct map_counts counts, slow = { 0 };
	size_t i, kinds = 0;

	if (first < area->first_page)
		first = area->first_page;
	if (end > area->end_page)
		end = area->end_page;
	for (i = first; i < end; i++)
		slow.pages[classes[i - area->first_page]]++;
	page_map_count(world->map, area, by, first, end, &counts);
	assert_memory_equal(&counts, &slow, sizeof(counts));
	for (i = 0; i < page_class_count(by); i++)
		kinds += slow.pages[i] != 0;
	assert_true(slow.pages[cell->class_of] > 0);
	assert_int_equal(cell->mixed, kinds > 1);
	/* No class of the cell but absent has fewer pages in the process. */
	for (i = 1; i < page_class_count(by); i++)
		if (slow.pages[i]) {
			assert_true(cell->class_of != CLASS_ABSENT);
			assert_true(totals[cell->class_of] <= totals[i]);
		}
}

static void assert_cells(const struct world *world,
			 const struct map_area *area, enum page_by by,
			 unsigned int zoom)
{
	uint8_t *classes = classes_of(area, by);
	uint64_t pages = UINT64_C(1) << zoom;
	uint64_t first = area->first_page >> zoom << zoom;
	size_t i, count = (size_t)((area->end_page - first + pages - 1) / pages);
	struct map_cell *cells = calloc(count, sizeof(*cells));
	size_t half = count / 2;

	/* A line need not begin where the area does. */
	page_map_cells(world->map, area, by, zoom, first, half, cells);
	page_map_cells(world->map, area, by, zoom, first + half * pages,
		       count - half, cells + half);
	for (i = 0; i < count; i++)
		assert_cell(world, area, classes, by, first + i * pages,
			    first + (i + 1) * pages, &cells[i]);
	free(cells);
	free(classes);
}

static void cells_are_what_pages_are(void **state)
{
	unsigned int seed, zoom;

	(void)state;
	for (seed = 0; seed < SEEDS; seed++) {
		struct world *world = calloc(1, sizeof(*world));
		const struct map_area *area;
		size_t i;

		world_make(world, seed);
		for (i = 0; (area = page_map_area(world->map, i)); i++)
			for (zoom = 0; zoom < 12; zoom++) {
				assert_cells(world, area, PAGE_BY_STATE, zoom);
				assert_cells(world, area, PAGE_BY_SHARERS,
					     zoom);
			}
		assert_int_equal(i, page_map_area_count(world->map));
		world_free(world);
		free(world);
	}
}

/* Each page's run is found, or that it has none. */
static void runs_are_found(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	const struct map_area *area;
	struct pagemap_run run;
	uint64_t page;
	size_t i;

	(void)state;
	world_make(world, 3);
	for (i = 0; (area = page_map_area(world->map, i)); i++) {
		uint8_t *classes = classes_of(area, PAGE_BY_STATE);

		for (page = area->first_page; page < area->end_page; page++) {
			uint8_t class_of = classes[page - area->first_page];
			int found = page_map_run(world->map, area, page, &run);

			assert_int_equal(found, class_of != CLASS_ABSENT);
			if (!found)
				continue;
			assert_int_equal(page_class_of(&run,
				pagemap_mapping_kind(area->mapping)), class_of);
			assert_true(page - run.start_vaddr /
				    MACHINE_PAGE_BYTES < run.page_count);
		}
		free(classes);
	}
	world_free(world);
	free(world);
}

static bool is_empty(const struct world *world, const struct map_row *row)
{
	struct map_counts counts;

	page_map_count(world->map, row->area, PAGE_BY_STATE, row->first_page,
		       row->end_page, &counts);
	return counts.pages[CLASS_ABSENT] ==
	       row->end_page - (row->first_page > row->area->first_page ?
				row->first_page : row->area->first_page);
}

/* Lines of an area follow each other without a hole, from end to end. */
static void assert_rows(const struct world *world, unsigned int zoom,
			size_t cells)
{
	uint64_t i, next = 0, area = UINT64_MAX, step = (uint64_t)cells << zoom;
	struct map_rows *rows;
	struct map_row row;

	assert_int_equal(map_rows_make(world->map, zoom, cells, &rows), 0);
	for (i = 0; map_rows_at(rows, i, &row); i++) {
		if (row.kind == MAP_ROW_HEADING) {
			assert_true(area == UINT64_MAX ||
				    next == page_map_area(world->map,
							  area)->end_page);
			assert_int_equal(row.area_index, ++area);
			next = row.area->first_page >> zoom << zoom;
			continue;
		}
		assert_int_equal(row.area_index, area);
		assert_int_equal(row.first_page, next);
		next = row.end_page;
		if (row.kind == MAP_ROW_FOLD) {
			assert_true(is_empty(world, &row));
			assert_true(next - row.first_page > 2 * step);
		} else if (next < row.area->end_page) {
			assert_int_equal(next - row.first_page, step);
		}
		assert_int_equal(map_rows_of_page(rows, next - 1), i);
		if (row.first_page >= row.area->first_page)
			assert_int_equal(map_rows_of_page(rows, row.first_page),
					 i);
	}
	assert_int_equal(i, map_rows_count(rows));
	assert_int_equal(area + 1, page_map_area_count(world->map));
	map_rows_free(rows);
}

static void lines_cover_every_page(void **state)
{
	static const size_t widths[] = { 1, 7, 16, 64, 1000 };
	unsigned int seed, zoom;
	size_t i;

	(void)state;
	for (seed = 0; seed < SEEDS; seed++) {
		struct world *world = calloc(1, sizeof(*world));

		world_make(world, seed);
		for (i = 0; i < sizeof(widths) / sizeof(widths[0]); i++)
			for (zoom = 0; zoom <= map_rows_zoom_most(world->map);
			     zoom++)
				assert_rows(world, zoom, widths[i]);
		world_free(world);
		free(world);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells_are_what_pages_are),
		cmocka_unit_test(runs_are_found),
		cmocka_unit_test(lines_cover_every_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
