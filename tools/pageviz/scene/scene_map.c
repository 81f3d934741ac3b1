// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The map itself: tiles of the level whose cells are a pixel or more, in the
 * colours of the classes.  Where a tile is not made yet, coarser ones stand in.
 */
#include <math.h>

#include "drawing.h"

/* One part of 256 of over, the rest of under. */
static struct colour blend(struct colour under, struct colour over,
			   unsigned int part)
{
#define MIX(of) (uint8_t)((under.of * (256 - part) + over.of * part) / 256)
	return (struct colour){ MIX(red), MIX(green), MIX(blue), 255 };
#undef MIX
}

struct colour class_colour(const struct drawing *d, const struct layer *layer,
			   uint64_t lit, unsigned int class_of)
{
	enum swatch swatch = (enum swatch)layer->classes[class_of].swatch;
	struct colour colour = d->theme->swatches[swatch];

	if (!lit)
		return colour;
	if (!(lit >> class_of & 1))
		return theme_dimmed(d->theme, swatch);
	/* What is calm as a background is not when it is looked for. */
	if (swatch == SWATCH_ABSENT || swatch == SWATCH_FREE)
		return blend(colour, d->theme->text, 120);
	return colour;
}

static const struct colour *make_palette(struct drawing *d,
					 const struct layer *layer,
					 uint64_t lit)
{
	struct colour *palette = scene_keep(d, 256 * sizeof(*palette));
	unsigned int i;

	if (!palette)
		return NULL;
	for (i = 0; i < 256; i++)
		palette[i] = i < layer->class_count ?
			class_colour(d, layer, lit, i) :
			d->theme->swatches[SWATCH_UNKNOWN];
	palette[TILE_GAP] = d->theme->swatches[SWATCH_GAP];
	palette[TILE_NOTHING] = d->theme->swatches[SWATCH_NOTHING];
	return palette;
}

/* A pane's map while its tiles are drawn. */
struct tiling {
	size_t pane;
	const struct pane *view;
	const struct world *world;
	struct box map;
	const struct colour *palette;
	const struct layer *layer;	/* whose it is, */
	uint64_t lit;
	unsigned int level;
	double side;		/* of a tile, in places */
};

/* The colours of the tile that the stage gave last: others may stand in. */
static bool take_palette(struct drawing *d, struct tiling *t)
{
	struct stage_look look = stage_tile_look(d->stage);

	/* What is lit shows at once, also in a tile made before. */
	if (look.layer == stage_pane(d->stage, t->pane).layer)
		look.lit = t->view->lit;
	if (t->palette && look.layer == t->layer && look.lit == t->lit)
		return true;
	t->palette = make_palette(d, look.layer, look.lit);
	t->layer = look.layer;
	t->lit = look.lit;
	return t->palette;
}

/* What a tile covers on the screen. */
static struct box tile_box(const struct tiling *t, uint32_t x, uint32_t y)
{
	int left = (int)floor(screen_x(t->view, t->map, x * t->side));
	int top = (int)floor(screen_y(t->view, t->map, y * t->side));
	int right = (int)ceil(screen_x(t->view, t->map, (x + 1) * t->side));
	int bottom = (int)ceil(screen_y(t->view, t->map, (y + 1) * t->side));

	return box_cut((struct box){ left, top, right - left, bottom - top },
		       t->map);
}

static void put_tile(struct drawing *d, struct tiling *t,
		     const struct tile *tile)
{
	double places = (double)(UINT64_C(1) << tile->level);
	double side = places * TILE_SIDE;
	struct colour grid = d->theme->swatches[SWATCH_NOTHING];

	if (!take_palette(d, t))
		return;
	draw_item(d, (struct item){
		.kind = ITEM_TILE,
		.box = t->map,
		.colour = grid,
		.tile = tile,
		.left = screen_x(t->view, t->map, tile->x * side),
		.top = screen_y(t->view, t->map, tile->y * side),
		.cell = places * t->view->camera.scale,
		.palette = t->palette,
		.grid = grid,
	});
}

/* The finest coarser tile that is there, where this one is not. */
static void put_stand_in(struct drawing *d, struct tiling *t,
			 uint32_t x, uint32_t y)
{
	unsigned int level, most = tile_level_most(t->world);
	struct box box = tile_box(t, x, y);

	/* A clip of no width would be none. */
	if (!box.width || !box.height)
		return;
	for (level = t->level + 1; level <= most; level++) {
		unsigned int by = level - t->level;
		const struct tile *tile = stage_tile_there(d->stage, t->pane,
							   level, x >> by,
							   y >> by);

		if (!tile)
			continue;
		draw_clip(d, box);
		put_tile(d, t, tile);
		draw_clip(d, t->map);
		return;
	}
}

/* The first and the last tile of an axis that are seen; false: none. */
static bool tiles_seen(double from, double to, uint32_t size, double side,
		       uint32_t *ret_first, uint32_t *ret_last)
{
	if (from < 0)
		from = 0;
	if (to > size)
		to = size;
	if (from >= to)
		return false;
	*ret_first = (uint32_t)(from / side);
	*ret_last = (uint32_t)(ceil(to / side)) - 1;
	return true;
}

static void put_tiles(struct drawing *d, struct tiling *t)
{
	uint32_t x, y, first_x, last_x, first_y, last_y;
	struct box map = t->map;

	if (!tiles_seen(world_x(t->view, map, map.x),
			world_x(t->view, map, map.x + map.width),
			world_width(t->world), t->side, &first_x, &last_x) ||
	    !tiles_seen(world_y(t->view, map, map.y),
			world_y(t->view, map, map.y + map.height),
			world_height(t->world), t->side, &first_y, &last_y))
		return;
	for (y = first_y; y <= last_y; y++) {
		for (x = first_x; x <= last_x; x++) {
			const struct tile *tile = stage_tile(d->stage, t->pane,
							     t->level, x, y);

			if (tile)
				put_tile(d, t, tile);
			else
				put_stand_in(d, t, x, y);
		}
	}
}

void draw_map(struct drawing *d, size_t pane)
{
	struct stage_pane of = stage_pane(d->stage, pane);
	const struct pane *view = &d->view->panes[pane];
	struct tiling t = {
		.pane = pane,
		.view = view,
		.world = of.world,
		.map = d->place.panes[pane].map,
	};

	draw_fill(d, t.map, d->theme->swatches[SWATCH_NOTHING]);
	if (!pane_is_ready(&of) || !(view->camera.scale > 0) || !t.map.width) {
		draw_text_middle(d, t.map, style_dim(d), "reading ...");
		return;
	}
	t.level = camera_level(view->camera.scale);
	t.side = (double)TILE_SIDE * (double)(UINT64_C(1) << t.level);
	draw_clip(d, t.map);
	put_tiles(d, &t);
	draw_unclip(d);
}

/* ---- The world in a corner --------------------------------------------- */

/* Its box: as wide and high as the world, within a corner of the map; of no
 * width where all of the world is seen anyway. */
static struct box minimap_box(const struct drawing *d, const struct tiling *t)
{
	double width = world_width(t->world), height = world_height(t->world);
	double scale = t->view->camera.scale;
	double most = 13.0 * d->unit, by;
	struct box box = { 0 };

	if (width * scale <= t->map.width * 1.02 &&
	    height * scale <= t->map.height * 1.02)
		return box;
	if (most > t->map.width / 3.0)
		most = t->map.width / 3.0;
	if (most > t->map.height / 3.0)
		most = t->map.height / 3.0;
	by = most / (width > height ? width : height);
	box.width = (int)ceil(width * by);
	box.height = (int)ceil(height * by);
	if (most < 5 * d->unit)
		return (struct box){ 0 };
	box.x = t->map.x + t->map.width - box.width - d->unit;
	box.y = t->map.y + t->map.height - box.height - d->unit;
	return box;
}

/* The frame of what is seen of the world. */
static void draw_seen(struct drawing *d, const struct tiling *t, struct box box)
{
	double by_x = box.width / (double)world_width(t->world);
	double by_y = box.height / (double)world_height(t->world);
	double left = world_x(t->view, t->map, t->map.x) * by_x;
	double top = world_y(t->view, t->map, t->map.y) * by_y;
	double scale = t->view->camera.scale;
	int least = d->unit / 2 + 4 * d->line;
	struct box seen = {
		box.x + (int)floor(left), box.y + (int)floor(top),
		(int)ceil(t->map.width / scale * by_x),
		(int)ceil(t->map.height / scale * by_y),
	};

	if (seen.width < least) {
		seen.x -= (least - seen.width) / 2;
		seen.width = least;
	}
	if (seen.height < least) {
		seen.y -= (least - seen.height) / 2;
		seen.height = least;
	}
	/* Seen on any colour: light in dark, or the other way round. */
	seen = box_cut(seen, box);
	draw_frame(d, seen, 4 * d->line, d->theme->back);
	draw_frame(d, box_inset(seen, d->line), 2 * d->line, d->theme->lit);
}

void draw_minimap(struct drawing *d, size_t pane)
{
	struct stage_pane of = stage_pane(d->stage, pane);
	struct tiling t = {
		.pane = pane,
		.view = &d->view->panes[pane],
		.world = of.world,
		.map = d->place.panes[pane].map,
	};
	const struct tile *tile;
	struct box box;
	double cells;

	if (d->view->paper || !pane_is_ready(&of) ||
	    !(t.view->camera.scale > 0))
		return;
	box = minimap_box(d, &t);
	t.level = tile_level_most(t.world);
	tile = box.width ? stage_tile(d->stage, pane, t.level, 0, 0) : NULL;
	if (!tile || !take_palette(d, &t))
		return;
	draw_fill(d, box_inset(box, -d->unit / 3), d->theme->back);
	draw_frame(d, box_inset(box, -d->unit / 3), d->line, d->theme->line);
	draw_clip(d, box);
	cells = (double)world_width(t.world) /
		(double)(UINT64_C(1) << t.level);
	draw_item(d, (struct item){
		.kind = ITEM_TILE, .box = box,
		.colour = d->theme->swatches[SWATCH_NOTHING],
		.tile = tile, .left = box.x, .top = box.y,
		.cell = box.width / cells, .palette = t.palette,
		.grid = d->theme->swatches[SWATCH_NOTHING] });
	draw_seen(d, &t, box);
	draw_unclip(d);
	draw_hot(d, box, ACTION_MINIMAP, pane, 0, "go there");
}
