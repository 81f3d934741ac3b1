/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stretches of pages and the cells that show them, see page_map.h.
 */
#include "page_map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"

/* So many runs lie between two places where the library can go on reading. */
#define MARK_STEP 256

/* Where to go on reading runs from. */
struct mark {
	uint64_t page;
	struct pagemap_run_iter iter;
};

struct page_map {
	uint64_t page_bytes;
	struct map_area *areas;
	size_t area_count;
	struct list pieces;		/* struct map_piece, rising */
	struct list marks;		/* struct mark, rising */
	struct map_counts totals[PAGE_BY_COUNT];
	uint8_t rank[PAGE_BY_COUNT][PAGE_CLASSES];	/* 0: what is rarest */
};

static const struct map_piece *piece_at(const struct page_map *map, size_t i)
{
	return (const struct map_piece *)map->pieces.items + i;
}

/* ---- Making ------------------------------------------------------------ */

static int add_run(struct page_map *map, const struct map_area *area,
		   const struct pagemap_run *run)
{
	struct map_piece piece = {
		.first_page = run->start_vaddr / map->page_bytes,
		.page_count = run->page_count,
		.class_of = {
			(uint8_t)page_class_of(run,
				pagemap_mapping_kind(area->mapping)),
			(uint8_t)sharer_class_of(run),
		},
	};
	struct map_piece *last = map->pieces.items;
	int by;

	for (by = 0; by < PAGE_BY_COUNT; by++)
		map->totals[by].pages[piece.class_of[by]] += run->page_count;
	if (map->pieces.count > area->first_piece) {
		last += map->pieces.count - 1;
		if (last->first_page + last->page_count == piece.first_page &&
		    !memcmp(last->class_of, piece.class_of,
			    sizeof(piece.class_of))) {
			last->page_count += piece.page_count;
			return 0;
		}
	}
	last = list_add(&map->pieces, sizeof(*last));
	if (!last)
		return -ENOMEM;
	*last = piece;
	return 0;
}

static int add_mark(struct page_map *map, const struct pagemap_run_iter *iter,
		    uint64_t page)
{
	struct mark *mark = list_add(&map->marks, sizeof(*mark));

	if (!mark)
		return -ENOMEM;
	*mark = (struct mark){ page, *iter };
	return 0;
}

static int read_area(struct page_map *map, struct map_area *area)
{
	struct pagemap_run_iter iter, before;
	struct pagemap_run run;
	size_t number = 0;
	int err = pagemap_run_iter_init(&iter, area->mapping);

	while (!err) {
		before = iter;
		if (pagemap_run_iter_next(&iter, &run) != 1)
			break;
		if (number++ % MARK_STEP == 0)
			err = add_mark(map, &before,
				       run.start_vaddr / map->page_bytes);
		if (!err)
			err = add_run(map, area, &run);
	}
	return err;
}

static void count_absent(struct page_map *map, const struct map_area *area)
{
	uint64_t absent = area->end_page - area->first_page;
	size_t i;

	for (i = area->first_piece; i < area->end_piece; i++)
		absent -= piece_at(map, i)->page_count;
	map->totals[PAGE_BY_STATE].pages[CLASS_ABSENT] += absent;
	map->totals[PAGE_BY_SHARERS].pages[SHARERS_ABSENT] += absent;
}

/* Whether one class is shown rather than another; nothing comes last. */
static bool comes_before(const uint64_t *pages, unsigned int one,
			 unsigned int other)
{
	if (one == CLASS_ABSENT || other == CLASS_ABSENT)
		return other == CLASS_ABSENT && one != CLASS_ABSENT;
	if (pages[one] != pages[other])
		return pages[one] < pages[other];
	return one > other;
}

/* The fewer pages a class has the sooner it is shown. */
static void rank_classes(struct page_map *map, enum page_by by)
{
	const uint64_t *pages = map->totals[by].pages;
	unsigned int i, j;

	for (i = 0; i < page_class_count(by); i++)
		for (j = 0; j < page_class_count(by); j++)
			map->rank[by][i] += comes_before(pages, j, i);
}

static int read_areas(struct page_map *map,
		      const struct pagemap_process *process)
{
	size_t i;
	int err;

	for (i = 0; i < map->area_count; i++) {
		struct map_area *area = &map->areas[i];

		area->mapping = pagemap_process_mapping_at(process, i);
		area->first_page = pagemap_mapping_start_vaddr(area->mapping) /
				   map->page_bytes;
		area->end_page = pagemap_mapping_end_vaddr(area->mapping) /
				 map->page_bytes;
		area->first_piece = map->pieces.count;
		err = read_area(map, area);
		if (err)
			return err;
		area->end_piece = map->pieces.count;
		count_absent(map, area);
	}
	return 0;
}

int page_map_make(const struct pagemap_process *process, uint64_t page_bytes,
		  struct page_map **ret_map)
{
	struct page_map *map = calloc(1, sizeof(*map));
	int by, err = -ENOMEM;

	if (!map)
		return -ENOMEM;
	map->page_bytes = page_bytes;
	map->area_count = pagemap_process_mapping_count(process);
	map->areas = calloc(map->area_count + 1, sizeof(*map->areas));
	if (map->areas)
		err = read_areas(map, process);
	if (err) {
		page_map_free(map);
		return err;
	}
	for (by = 0; by < PAGE_BY_COUNT; by++)
		rank_classes(map, (enum page_by)by);
	*ret_map = map;
	return 0;
}

void page_map_free(struct page_map *map)
{
	if (!map)
		return;
	free(map->areas);
	list_free(&map->pieces);
	list_free(&map->marks);
	free(map);
}

/* ---- Asking ------------------------------------------------------------ */

uint64_t page_map_page_bytes(const struct page_map *map)
{
	return map->page_bytes;
}

size_t page_map_area_count(const struct page_map *map)
{
	return map->area_count;
}

const struct map_area *page_map_area(const struct page_map *map, size_t index)
{
	return index < map->area_count ? &map->areas[index] : NULL;
}

size_t page_map_area_at(const struct page_map *map, uint64_t page)
{
	size_t low = 0, high = map->area_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (map->areas[middle].first_page <= page)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? low - 1 : 0;
}

const struct map_counts *page_map_totals(const struct page_map *map,
					 enum page_by by)
{
	return &map->totals[by];
}

/* The first piece of an area that ends after a page. */
static size_t find_piece(const struct page_map *map,
			 const struct map_area *area, uint64_t page)
{
	size_t low = area->first_piece, high = area->end_piece;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct map_piece *piece = piece_at(map, middle);

		if (piece->first_page + piece->page_count <= page)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct map_piece *page_map_piece(const struct page_map *map,
				       const struct map_area *area,
				       uint64_t page)
{
	size_t at = find_piece(map, area, page);

	return at < area->end_piece ? piece_at(map, at) : NULL;
}

uint64_t page_map_hole(const struct page_map *map, const struct map_area *area,
		       uint64_t page)
{
	size_t at = find_piece(map, area, page);
	const struct map_piece *before;

	if (at == area->first_piece)
		return area->first_page;
	before = piece_at(map, at - 1);
	return before->first_page + before->page_count;
}

/* How many pages of a piece lie in [first, end). */
static uint64_t overlap(const struct map_piece *piece, uint64_t first,
			uint64_t end)
{
	uint64_t piece_end = piece->first_page + piece->page_count;

	if (piece->first_page > first)
		first = piece->first_page;
	if (piece_end < end)
		end = piece_end;
	return first < end ? end - first : 0;
}

void page_map_count(const struct page_map *map, const struct map_area *area,
		    enum page_by by, uint64_t first_page, uint64_t end_page,
		    struct map_counts *ret_counts)
{
	size_t i = find_piece(map, area, first_page);
	struct map_counts counts = { 0 };
	uint64_t found = 0;

	if (first_page < area->first_page)
		first_page = area->first_page;
	if (end_page > area->end_page)
		end_page = area->end_page;
	for (; i < area->end_piece &&
	       piece_at(map, i)->first_page < end_page; i++) {
		const struct map_piece *piece = piece_at(map, i);
		uint64_t pages = overlap(piece, first_page, end_page);

		counts.pages[piece->class_of[by]] += pages;
		found += pages;
	}
	/* Absent is the first class of both kinds. */
	counts.pages[CLASS_ABSENT] += end_page - first_page - found;
	*ret_counts = counts;
}

static void show_in_cell(const struct page_map *map, enum page_by by,
			 uint8_t class_of, struct map_cell *cell, bool *empty)
{
	if (*empty) {
		*cell = (struct map_cell){ .class_of = class_of };
		*empty = false;
	} else if (cell->class_of != class_of) {
		cell->mixed = true;
		if (map->rank[by][class_of] < map->rank[by][cell->class_of])
			cell->class_of = class_of;
	}
}

void page_map_cells(const struct page_map *map, const struct map_area *area,
		    enum page_by by, unsigned int zoom, uint64_t first_page,
		    size_t count, struct map_cell *ret_cells)
{
	uint64_t cell_pages = UINT64_C(1) << zoom;
	size_t n, i = find_piece(map, area, first_page);

	for (n = 0; n < count; n++) {
		uint64_t from = first_page + n * cell_pages;
		uint64_t end = from + cell_pages, found = 0;
		struct map_cell cell = { .class_of = CLASS_ABSENT };
		bool empty = true;

		if (from < area->first_page)
			from = area->first_page;
		if (end > area->end_page)
			end = area->end_page;
		while (i < area->end_piece &&
		       piece_at(map, i)->first_page < end) {
			const struct map_piece *piece = piece_at(map, i);

			found += overlap(piece, from, end);
			show_in_cell(map, by, piece->class_of[by], &cell,
				     &empty);
			if (piece->first_page + piece->page_count > end)
				break;
			i++;
		}
		cell.mixed |= found && found < end - from;
		ret_cells[n] = cell;
	}
}

/* The last mark at or before a page. */
static const struct mark *mark_at(const struct page_map *map, uint64_t page)
{
	const struct mark *marks = map->marks.items;
	size_t low = 0, high = map->marks.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (marks[middle].page <= page)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? &marks[low - 1] : NULL;
}

int page_map_run(const struct page_map *map, const struct map_area *area,
		 uint64_t page, struct pagemap_run *ret_run)
{
	const struct mark *mark = mark_at(map, page);
	struct pagemap_run_iter iter;
	struct pagemap_run run;

	if (!mark || mark->page < area->first_page)
		return 0;
	iter = mark->iter;
	while (pagemap_run_iter_next(&iter, &run) == 1) {
		uint64_t first = run.start_vaddr / map->page_bytes;

		if (first > page)
			return 0;
		if (page - first >= run.page_count)
			continue;
		*ret_run = run;
		return 1;
	}
	return 0;
}
