/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A scene into pixels: the one painter, for windows and for files, so that a
 * saved picture is what was seen to the pixel.  It knows neither what the
 * pixels are for nor what a scene means.
 */
#include <string.h>

#include "output_kinds.h"
#include "tile_cells.h"

#define OPAQUE 0xff000000u

struct painter {
	const struct pixels *to;
	struct type *type;
	int left, top, right, bottom;	/* where painting is allowed */
};

/* ---- Words ------------------------------------------------------------- */

static uint32_t word_of(const struct pixels *to, struct colour colour)
{
	uint32_t low = to->blue_lowest ? colour.blue : colour.red;
	uint32_t high = to->blue_lowest ? colour.red : colour.blue;

	return (uint32_t)colour.alpha << 24 | high << 16 |
	       (uint32_t)colour.green << 8 | low;
}

/* x / 255, rounded, in both halves of a word; x is at most 255 * 255. */
static uint32_t divide(uint32_t x)
{
	x += 0x800080;
	return (x + (x >> 8 & 0xff00ff)) >> 8 & 0xff00ff;
}

static uint32_t mix(uint32_t under, uint32_t over, uint32_t alpha)
{
	uint32_t rest = 255 - alpha;
	uint32_t even = divide((under & 0xff00ff) * rest +
			       (over & 0xff00ff) * alpha);
	uint32_t odd = divide((under >> 8 & 0xff) * rest +
			      (over >> 8 & 0xff) * alpha);

	return OPAQUE | even | odd << 8;
}

static void put(uint32_t *at, uint32_t word, uint32_t alpha)
{
	if (alpha == 255)
		*at = OPAQUE | word;
	else if (alpha)
		*at = mix(*at, word, alpha);
}

/* ---- Boxes ------------------------------------------------------------- */

static int least(int a, int b)
{
	return a < b ? a : b;
}

static int most(int a, int b)
{
	return a > b ? a : b;
}

static uint32_t *row_at(const struct painter *painter, int y)
{
	return painter->to->words + (size_t)y * painter->to->stride;
}

/* The first row, and then copies of it: memcpy() is the fastest there is. */
static void fill_opaque(const struct painter *painter, int left, int top,
			int right, int bottom, uint32_t word)
{
	uint32_t *first = row_at(painter, top) + left;
	size_t count = (size_t)(right - left), i;
	int y;

	for (i = 0; i < count; i++)
		first[i] = word;
	for (y = top + 1; y < bottom; y++)
		memcpy(row_at(painter, y) + left, first, count * sizeof(word));
}

static void fill(const struct painter *painter, struct box box, uint32_t word)
{
	int left = most(box.x, painter->left);
	int right = least(box.x + box.width, painter->right);
	int top = most(box.y, painter->top);
	int bottom = least(box.y + box.height, painter->bottom);
	int x, y;

	if (left >= right || top >= bottom)
		return;
	if (word >= OPAQUE) {
		fill_opaque(painter, left, top, right, bottom, word);
		return;
	}
	for (y = top; y < bottom; y++) {
		uint32_t *row = row_at(painter, y);

		for (x = left; x < right; x++)
			put(&row[x], word, word >> 24);
	}
}

static void paint_box(struct painter *painter, const struct item *item)
{
	fill(painter, item->box, word_of(painter->to, item->colour));
}

/* Four boxes that do not overlap, or where it is thin, one. */
static void paint_frame(struct painter *painter, const struct item *item)
{
	uint32_t word = word_of(painter->to, item->colour);
	struct box box = item->box;
	int line = item->line;
	int inside = box.height - 2 * line;

	if (box.width <= 2 * line || inside <= 0) {
		fill(painter, box, word);
		return;
	}
	fill(painter, (struct box){ box.x, box.y, box.width, line }, word);
	fill(painter, (struct box){ box.x, box.y + line, line, inside }, word);
	fill(painter, (struct box){ box.x + box.width - line, box.y + line,
				    line, inside }, word);
	fill(painter, (struct box){ box.x, box.y + box.height - line,
				    box.width, line }, word);
}

static void set_clip(struct painter *painter, const struct item *item)
{
	const struct pixels *to = painter->to;
	struct box box = item->box;

	if (box.width <= 0)
		box = (struct box){ 0, 0, to->width, to->height };
	painter->left = most(box.x, 0);
	painter->top = most(box.y, 0);
	painter->right = least(box.x + box.width, to->width);
	painter->bottom = least(box.y + box.height, to->height);
}

/* ---- Texts ------------------------------------------------------------- */

static void paint_text(struct painter *painter, const struct item *item)
{
	uint32_t word = word_of(painter->to, item->colour);
	const struct box *box = &item->box;
	const struct ink *ink;
	int left, right, bottom, x, y;

	if (box->x >= painter->right || box->y >= painter->bottom)
		return;
	ink = type_shape(painter->type, item->face, item->size, item->text);
	if (!ink)
		return;
	left = most(box->x, painter->left);
	right = least(box->x + ink->width, painter->right);
	bottom = least(box->y + ink->height, painter->bottom);
	for (y = most(box->y, painter->top); y < bottom; y++) {
		const uint8_t *from = ink->pixels +
			(size_t)(y - box->y) * (size_t)ink->width;
		uint32_t *row = row_at(painter, y);

		for (x = left; x < right; x++)
			put(&row[x], word,
			    from[x - box->x] * (word >> 24) / 255);
	}
}

/* ---- Tiles ------------------------------------------------------------- */

struct tile_paint {
	const struct item *item;
	struct cell_edges across, down;
	uint32_t palette[256];
	uint32_t grid;
	bool opaque;			/* all of the palette */
	bool lined;
};

static void set_word(uint32_t *row, int x, int end, uint32_t word)
{
	if (word >= OPAQUE)
		for (; x < end; x++)
			row[x] = word;
	else
		for (; x < end; x++)
			put(&row[x], word, word >> 24);
}

/* Cells of one pixel each: most of what is seen from afar. */
static void paint_dots(const struct painter *painter,
		       const struct tile_paint *paint, const uint8_t *classes,
		       uint32_t *row)
{
	int first = most(paint->across.at[0], painter->left);
	int end = least(paint->across.at[0] + paint->across.end -
			paint->across.first, painter->right);
	int x;

	classes += paint->across.first + first - paint->across.at[0];
	row += first;
	for (x = 0; x < end - first; x++)
		row[x] = paint->palette[classes[x]];
}

/* Neighbours are often alike: what is painted is runs of cells. */
static void paint_plain_row(const struct painter *painter,
			    const struct tile_paint *paint,
			    const uint8_t *classes, uint32_t *row)
{
	const struct cell_edges *across = &paint->across;
	int x = most(across->at[0], painter->left);
	int i, next;

	if (paint->item->cell == 1 && paint->opaque) {
		paint_dots(painter, paint, classes, row);
		return;
	}
	for (i = across->first; i < across->end; i = next) {
		int end;

		for (next = i + 1; next < across->end &&
				   classes[next] == classes[i]; next++)
			;
		end = least(across->at[next - across->first], painter->right);
		set_word(row, x, end, paint->palette[classes[i]]);
		x = end;
	}
}

/* One cell's part of a row, and over it what lines there are. */
static void paint_lined_cell(const struct painter *painter,
			     const struct tile_paint *paint, uint32_t word,
			     const struct cell_lines *lines, const int *edge,
			     bool under_line, uint32_t *row)
{
	uint32_t strength = paint->grid >> 24;
	int end = least(edge[1], painter->right);
	int x = most(edge[0], painter->left);
	uint32_t left = lines->left_alpha * strength / 255;
	uint32_t above = under_line ? lines->above_alpha * strength / 255 : 0;

	set_word(row, x, end, word);
	for (; x < end && x < edge[0] + lines->left; x++)
		put(&row[x], paint->grid, (uint32_t)most((int)left, (int)above));
	if (above)
		for (; x < end; x++)
			put(&row[x], paint->grid, above);
}

/* One row of pixels, `down` below the upper edge of its cells; true: the next
 * one is the same. */
static bool paint_lined_row(const struct painter *painter,
			    const struct tile_paint *paint, int cell_y,
			    int down, uint32_t *row)
{
	const struct cell_edges *across = &paint->across;
	const uint8_t *classes = paint->item->tile->class_of +
				 cell_y * TILE_SIDE;
	bool same = true;
	int i;

	for (i = across->first; i < across->end; i++) {
		struct cell_lines lines = cell_lines_at(paint->item, i, cell_y);

		paint_lined_cell(painter, paint, paint->palette[classes[i]],
				 &lines, &across->at[i - across->first],
				 down < lines.above, row);
		same &= down + 1 != lines.above;
	}
	return same;
}

static bool paint_row(const struct painter *painter,
		      const struct tile_paint *paint, int cell_y, int down,
		      uint32_t *row)
{
	if (paint->lined)
		return paint_lined_row(painter, paint, cell_y, down, row) &&
		       (down >= 1 || paint->item->cell < THICK_FROM);
	paint_plain_row(painter, paint, paint->item->tile->class_of +
			cell_y * TILE_SIDE, row);
	return true;
}

/* Rows of pixels of one row of cells: what is opaque is copied down. */
static void paint_cells(const struct painter *painter,
			const struct tile_paint *paint, int cell_y)
{
	const int *edge = &paint->down.at[cell_y - paint->down.first];
	int bottom = least(edge[1], painter->bottom);
	int left = most(paint->across.at[0], painter->left);
	int right = least(paint->across.at[paint->across.end -
					   paint->across.first], painter->right);
	const uint32_t *above = NULL;
	int y;

	for (y = most(edge[0], painter->top); y < bottom; y++) {
		uint32_t *row = row_at(painter, y);

		if (above)
			memcpy(row + left, above + left,
			       (size_t)(right - left) * sizeof(*row));
		else if (paint_row(painter, paint, cell_y, y - edge[0], row) &&
			 paint->opaque)
			above = row;
	}
}

static void paint_tile(struct painter *painter, const struct item *item)
{
	struct tile_paint paint = {
		.item = item, .grid = word_of(painter->to, item->grid),
		.opaque = true,
		.lined = !item->tile->level && item->cell >= EDGES_FROM };
	int i;

	cell_edges_find(item->left, item->cell, painter->left, painter->right,
			&paint.across);
	cell_edges_find(item->top, item->cell, painter->top, painter->bottom,
			&paint.down);
	if (paint.across.first == paint.across.end)
		return;
	for (i = 0; i < 256; i++) {
		paint.palette[i] = word_of(painter->to, item->palette[i]);
		paint.opaque &= paint.palette[i] >= OPAQUE;
	}
	for (i = paint.down.first; i < paint.down.end; i++)
		paint_cells(painter, &paint, i);
}

/* ---- Scenes ------------------------------------------------------------ */

static void (*const painters[])(struct painter *, const struct item *) = {
	[ITEM_BOX] = paint_box,
	[ITEM_FRAME] = paint_frame,
	[ITEM_TEXT] = paint_text,
	[ITEM_TILE] = paint_tile,
	[ITEM_CLIP] = set_clip,
};

/* Nothing of what was there before shines through. */
static void clear(const struct painter *painter, const struct scene *scene)
{
	const struct pixels *to = painter->to;
	const struct item *item = scene_count(scene) ? scene_item(scene, 0) :
				  NULL;

	if (!item || item->kind != ITEM_BOX || item->colour.alpha != 255 ||
	    item->box.x > 0 || item->box.y > 0 ||
	    item->box.x + item->box.width < to->width ||
	    item->box.y + item->box.height < to->height)
		fill(painter, (struct box){ 0, 0, to->width, to->height },
		     OPAQUE);
}

void pixels_paint(const struct pixels *pixels, const struct scene *scene,
		  struct type *type)
{
	const struct item everywhere = { .kind = ITEM_CLIP };
	struct painter painter = { .to = pixels, .type = type };
	size_t i;

	set_clip(&painter, &everywhere);
	clear(&painter, scene);
	for (i = 0; i < scene_count(scene); i++) {
		const struct item *item = scene_item(scene, i);

		painters[item->kind](&painter, item);
	}
}
