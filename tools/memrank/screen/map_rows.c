/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of a map, see map_rows.h.  They are kept as blocks of lines of a kind:
 * an area of a terabyte without pages is two blocks.
 */
#include "map_rows.h"

#include <errno.h>
#include <stdlib.h>

/* Fewer empty lines than this are shown: the folded line is one itself. */
#define FOLD_LEAST 3

struct block {
	uint64_t first_row;
	uint64_t row_count;
	uint64_t first_page;		/* of its first line's first cell */
	uint64_t end_page;
	size_t area;
	enum map_row_kind kind;
};

struct map_rows {
	const struct page_map *map;
	unsigned int zoom;
	size_t cells;
	struct block *blocks;
	size_t count;
	size_t capacity;
	uint64_t row_count;
};

static int add_block(struct map_rows *rows, enum map_row_kind kind,
		     size_t area, uint64_t first_page, uint64_t end_page,
		     uint64_t row_count)
{
	struct block *block;

	if (rows->count == rows->capacity) {
		size_t capacity = rows->capacity * 2 + 64;

		block = reallocarray(rows->blocks, capacity, sizeof(*block));
		if (!block)
			return -ENOMEM;
		rows->blocks = block;
		rows->capacity = capacity;
	}
	rows->blocks[rows->count++] = (struct block){
		rows->row_count, row_count, first_page, end_page, area, kind,
	};
	rows->row_count += row_count;
	return 0;
}

/* The lines of one area, while its pieces are walked. */
struct laying {
	struct map_rows *rows;
	const struct map_area *area;
	size_t area_index;
	uint64_t origin;		/* page of the first line's first cell */
	uint64_t shown;			/* lines before this one have blocks */
	uint64_t filled;		/* so far, lines up to here are cells */
};

static uint64_t row_pages(const struct map_rows *rows)
{
	return (uint64_t)rows->cells << rows->zoom;
}

static int lay(struct laying *laying, enum map_row_kind kind, uint64_t end_row)
{
	uint64_t pages = row_pages(laying->rows), rows = end_row - laying->shown;
	uint64_t first_page = laying->origin + laying->shown * pages;
	uint64_t end_page = laying->origin + end_row * pages;
	int err;

	if (!rows)
		return 0;
	if (end_page > laying->area->end_page)
		end_page = laying->area->end_page;
	err = add_block(laying->rows, kind, laying->area_index, first_page,
			end_page, kind == MAP_ROW_FOLD ? 1 : rows);
	laying->shown = end_row;
	return err;
}

/* Lines up to this one hold nothing: fold them, or let them be cells. */
static int pass_empty(struct laying *laying, uint64_t end_row)
{
	int err;

	if (end_row < laying->filled + FOLD_LEAST)
		return 0;
	err = lay(laying, MAP_ROW_CELLS, laying->filled);
	return err ? err : lay(laying, MAP_ROW_FOLD, end_row);
}

static int lay_area(struct map_rows *rows, size_t index)
{
	const struct map_area *area = page_map_area(rows->map, index);
	struct laying laying = {
		.rows = rows,
		.area = area,
		.area_index = index,
		.origin = area->first_page >> rows->zoom << rows->zoom,
	};
	uint64_t pages = row_pages(rows);
	uint64_t last = (area->end_page - laying.origin + pages - 1) / pages;
	const struct map_piece *piece = page_map_piece(rows->map, area,
						       area->first_page);
	size_t i, count = area->end_piece - area->first_piece;
	int err = add_block(rows, MAP_ROW_HEADING, index, area->first_page,
			    area->end_page, 1);

	for (i = 0; i < count && !err; i++, piece++) {
		err = pass_empty(&laying, (piece->first_page - laying.origin) /
				 pages);
		laying.filled = (piece->first_page + piece->page_count - 1 -
				 laying.origin) / pages + 1;
	}
	if (!err)
		err = pass_empty(&laying, last);
	return err ? err : lay(&laying, MAP_ROW_CELLS, last);
}

int map_rows_make(const struct page_map *map, unsigned int zoom, size_t cells,
		  struct map_rows **ret_rows)
{
	struct map_rows *rows = calloc(1, sizeof(*rows));
	size_t i;
	int err = 0;

	if (!rows)
		return -ENOMEM;
	rows->map = map;
	rows->zoom = zoom;
	rows->cells = cells ? cells : 1;
	for (i = 0; i < page_map_area_count(map) && !err; i++)
		err = lay_area(rows, i);
	if (err) {
		map_rows_free(rows);
		return err;
	}
	*ret_rows = rows;
	return 0;
}

void map_rows_free(struct map_rows *rows)
{
	if (!rows)
		return;
	free(rows->blocks);
	free(rows);
}

uint64_t map_rows_count(const struct map_rows *rows)
{
	return rows->row_count;
}

bool map_rows_at(const struct map_rows *rows, uint64_t index,
		 struct map_row *ret_row)
{
	size_t low = 0, high = rows->count;
	const struct block *block;
	struct map_row row;

	if (index >= rows->row_count)
		return false;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (rows->blocks[middle].first_row <= index)
			low = middle;
		else
			high = middle;
	}
	block = &rows->blocks[low];
	row = (struct map_row){
		.kind = block->kind,
		.area = page_map_area(rows->map, block->area),
		.area_index = block->area,
		.first_page = block->first_page,
		.end_page = block->end_page,
	};
	if (row.kind == MAP_ROW_CELLS) {
		row.first_page += (index - block->first_row) * row_pages(rows);
		if (row.end_page - row.first_page > row_pages(rows))
			row.end_page = row.first_page + row_pages(rows);
	}
	*ret_row = row;
	return true;
}

uint64_t map_rows_of_page(const struct map_rows *rows, uint64_t page)
{
	size_t low = 0, high = rows->count;
	size_t area = page_map_area_at(rows->map, page);
	const struct block *block;

	/* The last block of this area or before that begins at the page. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		block = &rows->blocks[middle];
		if (block->area < area ||
		    (block->area == area && block->first_page <= page))
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return 0;
	block = &rows->blocks[low - 1];
	if (block->kind != MAP_ROW_CELLS || page < block->first_page)
		return block->first_row;
	page = (page - block->first_page) / row_pages(rows);
	return block->first_row +
	       (page < block->row_count ? page : block->row_count - 1);
}

unsigned int map_rows_zoom_most(const struct page_map *map)
{
	unsigned int zoom = 0;
	size_t i;

	for (i = 0; i < page_map_area_count(map); i++) {
		const struct map_area *area = page_map_area(map, i);

		while ((area->end_page - area->first_page) >> zoom > 1)
			zoom++;
	}
	return zoom;
}
