/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tiles of the Hilbert curve: a square of 2^n places a side is 4^n indexes that
 * follow each other, so a square in which one span stands is filled at once.
 */
#include <string.h>

#include "weave.h"

/* A square of the curve: where it lies in the tile, in places. */
struct square {
	unsigned int order;		/* 2^order places a side */
	unsigned int state;
	uint64_t first;			/* index where it begins */
	uint64_t x, y;
};

static struct square quarter_of(const struct square *square, unsigned int q)
{
	unsigned int at = hilbert_quarter[square->state][q];
	unsigned int order = square->order - 1;

	return (struct square){
		.order = order,
		.state = hilbert_next[square->state][q],
		.first = square->first + ((uint64_t)q << 2 * order),
		.x = square->x + ((uint64_t)(at & 1) << order),
		.y = square->y + ((uint64_t)(at >> 1) << order),
	};
}

/* Cells of a square that is all of one span. */
static void fill_square(struct weave *weave, const struct square *square,
			const struct span *span)
{
	unsigned int x = (unsigned int)(square->x >> weave->level);
	unsigned int y = (unsigned int)(square->y >> weave->level);
	unsigned int side = 1u << (square->order - weave->level);
	unsigned int row, i;

	for (row = y; row < y + side; row++) {
		size_t at = row * TILE_SIDE + x;

		memset(weave->tile->class_of + at,
		       weave_shown(weave, span->slot), side);
		if (weave->areas)
			for (i = 0; i < side; i++)
				weave->areas[at + i] = span->area;
	}
}

/* Pages of a square in one cell. */
static void count_cell(struct weave *weave, const struct square *square,
		       struct mix *mix)
{
	unsigned int x = (unsigned int)(square->x >> weave->level) % TILE_BLOCK;
	unsigned int y = (unsigned int)(square->y >> weave->level) % TILE_BLOCK;
	uint64_t at = square->first;
	uint64_t end = at + (UINT64_C(1) << 2 * square->order);

	if (end > weave->world->pages)
		end = weave->world->pages;
	while (at < end) {
		struct span span = spans_at(&weave->spans, at);

		if (span.end > end)
			span.end = end;
		mix_row(mix, weave->rules.rank[span.slot], y)[x] +=
			mix_grains(&weave->rules, span.end - at);
		at = span.end;
	}
}

/* A square of a block or less. */
static void count_square(struct weave *weave, const struct square *square,
			 struct mix *mix)
{
	unsigned int q;

	if (square->first >= weave->world->pages)
		return;
	if (square->order <= weave->level) {
		count_cell(weave, square, mix);
		return;
	}
	for (q = 0; q < 4; q++) {
		struct square quarter = quarter_of(square, q);

		count_square(weave, &quarter, mix);
	}
}

static void settle_square(struct weave *weave, const struct square *square)
{
	unsigned int block = weave->level + 2;

	count_square(weave, square, weave->mixes);
	weave_settle(weave, weave->mixes, (unsigned int)(square->y >> block),
		     (unsigned int)(square->x >> block));
}

static void weave_square(struct weave *weave, const struct square *square)
{
	unsigned int leaf = weave->level ? weave->level + 2 : 0;
	struct span span;
	unsigned int q;

	if (square->first >= weave->world->pages)
		return;
	if (square->order >= weave->level) {
		span = spans_at(&weave->spans, square->first);
		if (span.end - square->first >= UINT64_C(1) <<
						2 * square->order) {
			fill_square(weave, square, &span);
			return;
		}
	}
	if (square->order <= leaf) {
		settle_square(weave, square);
		return;
	}
	for (q = 0; q < 4; q++) {
		struct square quarter = quarter_of(square, q);

		weave_square(weave, &quarter);
	}
}

void weave_quarters(struct weave *weave)
{
	const struct world *world = weave->world;
	unsigned int most = weave->level + __builtin_ctz(TILE_SIDE);
	struct square square = { world->order, world->start, 0, 0, 0 };

	/* From the whole curve to the square that is the tile; its places are
	 * counted from the tile's corner then. */
	while (square.order > most) {
		unsigned int order = square.order - 1, q;
		unsigned int at = (weave->left >> order & 1) |
				  (weave->top >> order & 1) << 1;

		for (q = 0; hilbert_quarter[square.state][q] != at; q++)
			;
		square = quarter_of(&square, q);
	}
	square.x = square.y = 0;
	weave_square(weave, &square);
}
