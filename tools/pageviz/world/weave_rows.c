/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tiles of rows and of blocks.  Both are panels: rows of indexes that follow
 * each other.  With rows, a tile is one panel.  With blocks each block is one;
 * from the level on where a cell holds whole blocks, a row of blocks is just a
 * long row.
 */
#include <string.h>

#include "weave.h"

#define BLOCK_LEVEL 5			/* a block is 2^5 places a side */

struct panel {
	uint64_t first;			/* index at its upper left corner */
	uint64_t width;			/* indexes of a row */
	uint64_t pitch;			/* from row to row */
	uint64_t rows;
	unsigned int cell_shift;	/* 2^this indexes of a row are a cell, */
	unsigned int row_shift;		/* and so many rows */
	unsigned int cell_x, cell_y;	/* where in the tile it begins */
};

static inline uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* ---- Cells that are pages ---------------------------------------------- */

static void paint_row(struct weave *weave, const struct panel *panel,
		      uint64_t row, uint64_t at, uint64_t end)
{
	size_t cell = (panel->cell_y + row) * TILE_SIDE + panel->cell_x;

	while (at < end) {
		struct span span = spans_at(&weave->spans, at);
		uint64_t stop = least(span.end, end);

		memset(weave->tile->class_of + cell,
		       weave_shown(weave, span.slot), stop - at);
		for (; at < stop; at++)
			weave->areas[cell++] = span.area;
	}
}

/* ---- Cells that are many ----------------------------------------------- */

/* Indexes [at, end) of a row, as many times as rows below are the same. */
static void count_row(struct weave *weave, const struct panel *panel,
		      uint64_t row, uint64_t at, uint64_t end, uint64_t rows)
{
	const struct mix_rules *rules = &weave->rules;
	uint64_t cell_width = UINT64_C(1) << panel->cell_shift;
	uint64_t cell_end = at + cell_width;
	unsigned int cell = panel->cell_x;
	unsigned int cell_y = (panel->cell_y +
			       (unsigned int)(row >> panel->row_shift)) %
			      TILE_BLOCK;

	while (at < end) {
		struct span span = spans_at(&weave->spans, at);
		uint64_t stop = least(span.end, end);
		unsigned int rank = rules->rank[span.slot];

		while (at < stop) {
			struct mix *mix = &weave->mixes[cell / TILE_BLOCK];
			uint64_t next = least(stop, cell_end);

			mix_row(mix, rank, cell_y)[cell % TILE_BLOCK] +=
				mix_grains(rules, (next - at) * rows);
			at = next;
			if (at == cell_end) {
				cell_end += cell_width;
				cell++;
			}
		}
	}
}

/* Of rows that one span fills, those of the same cells are counted at once. */
static uint64_t rows_alike(struct weave *weave, const struct panel *panel,
			   uint64_t row, uint64_t first, uint64_t end)
{
	uint64_t in_cell = (((row >> panel->row_shift) + 1) <<
			    panel->row_shift) - row;
	struct span span = spans_at(&weave->spans, first);

	if (span.end < end)
		return 1;
	return least(least(in_cell, panel->rows - row),
		     1 + (span.end - end) / panel->pitch);
}

static void fill(struct weave *weave, const struct panel *panel)
{
	uint64_t row = 0, alike = 1;

	for (; row < panel->rows; row += alike) {
		uint64_t first = panel->first + row * panel->pitch;
		uint64_t end = least(first + panel->width, weave->world->pages);

		if (first >= end)
			break;
		if (!weave->level) {
			paint_row(weave, panel, row, first, end);
		} else {
			alike = rows_alike(weave, panel, row, first, end);
			count_row(weave, panel, row, first, end, alike);
		}
	}
}

/* ---- Layouts ----------------------------------------------------------- */

/* Rows of places [top, bottom) of the plane. */
static void fill_rows(struct weave *weave, uint64_t top, uint64_t bottom)
{
	const struct world *world = weave->world;
	struct panel panel = {
		.first = top * world->width + weave->left,
		.width = least((uint64_t)TILE_SIDE << weave->level,
			       world->width - weave->left),
		.pitch = world->width,
		.rows = bottom - top,
		.cell_shift = weave->level,
		.row_shift = weave->level,
		.cell_y = (unsigned int)((top - weave->top) >> weave->level),
	};

	fill(weave, &panel);
}

/* The same of blocks, where a cell holds whole ones. */
static void fill_block_rows(struct weave *weave, uint64_t top, uint64_t bottom)
{
	const struct world *world = weave->world;
	uint64_t left = weave->left / BLOCK_SIDE;
	uint64_t blocks = least(TILE_SIDE / BLOCK_SIDE << weave->level,
				world->row_blocks - left);
	struct panel panel = {
		.width = blocks * BLOCK_PAGES,
		.pitch = (uint64_t)world->row_blocks * BLOCK_PAGES,
		.rows = (bottom - top) / BLOCK_SIDE,
		.cell_shift = weave->level + BLOCK_LEVEL,
		.row_shift = weave->level - BLOCK_LEVEL,
		.cell_y = (unsigned int)((top - weave->top) >> weave->level),
	};

	panel.first = top / BLOCK_SIDE * panel.pitch + left * BLOCK_PAGES;
	fill(weave, &panel);
}

/* Rows of places [top, bottom) inside of one row of blocks. */
static void fill_blocks(struct weave *weave, uint64_t top, uint64_t bottom)
{
	const struct world *world = weave->world;
	uint64_t block = weave->left / BLOCK_SIDE;
	uint64_t end = least(world->row_blocks, block +
			     ((TILE_SIDE / BLOCK_SIDE) << weave->level));
	uint64_t before = top / BLOCK_SIDE * world->row_blocks;
	struct panel panel = {
		.width = BLOCK_SIDE,
		.pitch = BLOCK_SIDE,
		.rows = bottom - top,
		.cell_shift = weave->level,
		.row_shift = weave->level,
		.cell_y = (unsigned int)((top - weave->top) >> weave->level),
	};

	for (; block < end; block++) {
		panel.first = (before + block) * BLOCK_PAGES +
			      top % BLOCK_SIDE * BLOCK_SIDE;
		fill(weave, &panel);
		panel.cell_x += BLOCK_SIDE >> weave->level;
	}
}

static void fill_band(struct weave *weave, uint64_t top, uint64_t bottom)
{
	if (weave->world->layout == LAYOUT_ROWS) {
		fill_rows(weave, top, bottom);
	} else if (weave->level >= BLOCK_LEVEL) {
		fill_block_rows(weave, top, bottom);
	} else {
		uint64_t next;

		for (; top < bottom; top = next) {
			next = least(bottom, (top / BLOCK_SIDE + 1) *
					     BLOCK_SIDE);
			fill_blocks(weave, top, next);
		}
	}
}

void weave_rows(struct weave *weave)
{
	uint64_t top = weave->top;
	unsigned int row, column;

	if (!weave->level) {
		fill_band(weave, top, least(top + TILE_SIDE,
					    weave->world->height));
		return;
	}
	for (row = 0; row < TILE_BLOCKS; row++) {
		uint64_t next = top + ((uint64_t)TILE_BLOCK << weave->level);

		if (top >= weave->world->height)
			break;
		fill_band(weave, top, least(next, weave->world->height));
		for (column = 0; column < TILE_BLOCKS; column++)
			weave_settle(weave, &weave->mixes[column], row, column);
		top = next;
	}
}
