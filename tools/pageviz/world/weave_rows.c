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

/* What is so many blocks of cells wide is noted once. */
#define WIDE_BLOCKS 2
#define BLOCK_SHIFT 2			/* 2^2 cells are TILE_BLOCK */
#define BLOCK_CELLS ((uint64_t)TILE_BLOCK)

struct panel {
	uint64_t first;			/* index at its upper left corner */
	uint64_t width;			/* indexes of a row */
	uint64_t pitch;			/* from row to row */
	uint64_t rows;
	unsigned int cell_shift;	/* 2^this indexes of a row are a cell, */
	unsigned int row_shift;		/* and so many rows */
	unsigned int cell_x, cell_y;	/* where in the tile it begins */
	unsigned int share;		/* each index counts 2^-this: whole
					   blocks that are a row for each row of
					   their cells */
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

/* So many whole blocks from one on, on a row of their cells. */
static void count_wide(struct wide *wide, unsigned int rank, unsigned int row,
		       unsigned int block, unsigned int blocks, uint32_t grains)
{
	wide->seen[rank / 64] |= UINT64_C(1) << rank % 64;
	wide->change[rank][row][block] += grains;
	wide->change[rank][row][block + blocks] -= grains;
}

/* Adds what was noted of a class to its blocks. */
static void spread_rank(struct weave *weave, unsigned int rank)
{
	unsigned int row, block, i;

	for (row = 0; row < TILE_BLOCK; row++) {
		uint32_t *change = weave->wide->change[rank][row];
		uint32_t grains = 0;

		for (block = 0; block < TILE_BLOCKS; block++) {
			uint32_t *cells;

			grains += change[block];
			if (!grains)
				continue;
			cells = mix_row(&weave->mixes[block], rank, row);
			for (i = 0; i < TILE_BLOCK; i++)
				cells[i] += grains;
		}
		memset(change, 0, sizeof(weave->wide->change[rank][row]));
	}
}

static void spread_wide(struct weave *weave)
{
	struct wide *wide = weave->wide;
	unsigned int word;

	for (word = 0; word < 2; word++) {
		for (; wide->seen[word]; wide->seen[word] &=
					 wide->seen[word] - 1)
			spread_rank(weave, word * 64 + (unsigned int)
				    __builtin_ctzll(wide->seen[word]));
	}
}

/* Where a row is being counted. */
struct pen {
	uint64_t at;
	uint64_t cell_end;		/* of the cell that it is in */
	uint64_t cell_width;
	unsigned int cell, cell_y;
};

/* Whole blocks at once if there are many; false: there are not. */
static bool count_blocks(struct weave *weave, const struct panel *panel,
			 struct pen *pen, uint64_t stop, unsigned int rank,
			 uint64_t rows)
{
	uint64_t blocks = (stop - pen->at) >> (panel->cell_shift + BLOCK_SHIFT);

	if (blocks < WIDE_BLOCKS || pen->cell % TILE_BLOCK ||
	    pen->cell_end - pen->at != pen->cell_width)
		return false;
	count_wide(weave->wide, rank, pen->cell_y, pen->cell / TILE_BLOCK,
		   (unsigned int)blocks,
		   mix_grains(&weave->rules,
			      pen->cell_width * rows >> panel->share));
	pen->cell += (unsigned int)blocks * TILE_BLOCK;
	pen->at += blocks * TILE_BLOCK * pen->cell_width;
	pen->cell_end = pen->at + pen->cell_width;
	return true;
}

/* Up to the end of a cell, or of a span. */
static inline void count_cell(struct weave *weave, const struct panel *panel,
			      struct pen *pen, uint64_t stop, unsigned int rank,
			      uint64_t rows)
{
	struct mix *mix = &weave->mixes[pen->cell / TILE_BLOCK];
	uint64_t next = least(stop, pen->cell_end);

	mix_row(mix, rank, pen->cell_y)[pen->cell % TILE_BLOCK] +=
		mix_grains(&weave->rules,
			   (next - pen->at) * rows >> panel->share);
	pen->at = next;
	if (next == pen->cell_end) {
		pen->cell_end += pen->cell_width;
		pen->cell++;
	}
}

/* Indexes [first, end) of a row, as many times as rows below are the same. */
static void count_row(struct weave *weave, const struct panel *panel,
		      uint64_t row, uint64_t first, uint64_t end, uint64_t rows)
{
	uint64_t width = UINT64_C(1) << panel->cell_shift;
	struct pen pen = {
		.at = first,
		.cell_end = first + width,
		.cell_width = width,
		.cell = panel->cell_x,
		.cell_y = (panel->cell_y +
			   (unsigned int)(row >> panel->row_shift)) %
			  TILE_BLOCK,
	};

	while (pen.at < end) {
		struct span span = spans_at(&weave->spans, pen.at);
		uint64_t stop = least(span.end, end);
		unsigned int rank = weave->rules.rank[span.slot];

		if (count_blocks(weave, panel, &pen, stop, rank, rows))
			continue;
		while (pen.at < stop)
			count_cell(weave, panel, &pen, stop, rank, rows);
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

/* Cells of a panel of whole blocks of cells in which one span stands; false:
 * it is no such panel. */
static bool fill_alike(struct weave *weave, const struct panel *panel)
{
	uint64_t end = panel->first + (panel->rows - 1) * panel->pitch +
		       panel->width;
	uint64_t width = panel->width >> panel->cell_shift;
	uint64_t rows = panel->rows >> panel->row_shift;
	struct span span;
	uint64_t row;

	if ((panel->width & ((BLOCK_CELLS << panel->cell_shift) - 1)) ||
	    (panel->rows & ((BLOCK_CELLS << panel->row_shift) - 1)))
		return false;
	span = spans_at(&weave->spans, panel->first);
	if (span.end < end)
		return false;
	for (row = 0; row < rows; row++)
		memset(weave->tile->class_of +
		       (panel->cell_y + row) * TILE_SIDE + panel->cell_x,
		       weave_shown(weave, span.slot), width);
	return true;
}

static void fill(struct weave *weave, const struct panel *panel)
{
	uint64_t row = 0, alike = 1;

	if (panel->first >= weave->world->pages ||
	    (weave->level && fill_alike(weave, panel)))
		return;
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

/* Blocks that one span fills, from one on: counted as a row of them for each
 * row of their cells.  Gives how many; 0: not worth it. */
static uint64_t fill_many_blocks(struct weave *weave,
				 const struct panel *panel, uint64_t most)
{
	struct span span = spans_at(&weave->spans, panel->first);
	uint64_t count = least(most, (span.end - panel->first) / BLOCK_PAGES);
	struct panel row = {
		.first = panel->first,
		.width = count * BLOCK_PAGES,
		.cell_shift = weave->level + BLOCK_LEVEL,
		.cell_x = panel->cell_x,
		.cell_y = panel->cell_y,
		.share = BLOCK_LEVEL - weave->level,
	};
	unsigned int i;

	if (panel->rows != BLOCK_SIDE || count < WIDE_BLOCKS)
		return 0;
	for (i = 0; i < (unsigned int)BLOCK_SIDE >> weave->level; i++)
		count_row(weave, &row, i, row.first, row.first + row.width, 1);
	return count;
}

/* Rows of places [top, bottom) inside of one row of blocks. */
static void fill_blocks(struct weave *weave, uint64_t top, uint64_t bottom)
{
	const struct world *world = weave->world;
	uint64_t block = weave->left / BLOCK_SIDE, count;
	uint64_t end = least(world->row_blocks, block +
			     ((uint64_t)(TILE_SIDE / BLOCK_SIDE) <<
			      weave->level));
	uint64_t before = top / BLOCK_SIDE * world->row_blocks;
	struct panel panel = {
		.width = BLOCK_SIDE,
		.pitch = BLOCK_SIDE,
		.rows = bottom - top,
		.cell_shift = weave->level,
		.row_shift = weave->level,
		.cell_y = (unsigned int)((top - weave->top) >> weave->level),
	};

	for (; block < end; block += count) {
		panel.first = (before + block) * BLOCK_PAGES +
			      top % BLOCK_SIDE * BLOCK_SIDE;
		if (panel.first >= world->pages)
			break;
		count = weave->level ?
			fill_many_blocks(weave, &panel, end - block) : 0;
		if (!count) {
			fill(weave, &panel);
			count = 1;
		}
		panel.cell_x += (unsigned int)count *
				(BLOCK_SIDE >> weave->level);
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
		spread_wide(weave);
		for (column = 0; column < TILE_BLOCKS; column++)
			weave_settle(weave, &weave->mixes[column], row, column);
		top = next;
	}
}
