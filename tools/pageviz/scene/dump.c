// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A scene as text: an item a line, tiles row by row as runs of letters, then
 * the places that do something.  Tests compare it to the letter.
 */
#include <inttypes.h>

#include "scene.h"

static const char *const kinds[] = {
	[ITEM_BOX] = "box",
	[ITEM_FRAME] = "frame",
	[ITEM_TEXT] = "text",
	[ITEM_TILE] = "tile",
	[ITEM_CLIP] = "clip",
};

static void dump_colour(struct colour colour, FILE *out)
{
	fprintf(out, " #%02x%02x%02x", colour.red, colour.green, colour.blue);
	if (colour.alpha != 255)
		fprintf(out, "%02x", colour.alpha);
}

static char letter_of(uint8_t class_of)
{
	static const char letters[] = ".abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

	if (class_of == TILE_NOTHING)
		return ' ';
	if (class_of == TILE_GAP)
		return '_';
	return class_of < sizeof(letters) - 1 ? letters[class_of] : '?';
}

/* The last cell of a row that is not outside of the world. */
static size_t row_length(const uint8_t *row)
{
	size_t length = TILE_SIDE;

	while (length && row[length - 1] == TILE_NOTHING)
		length--;
	return length;
}

/* "a200 .56", runs of equal cells. */
static void dump_row(const uint8_t *row, FILE *out)
{
	size_t length = row_length(row), i = 0;

	while (i < length) {
		size_t from = i;

		while (i < length && row[i] == row[from])
			i++;
		fprintf(out, "%s%c%zu", from ? " " : "  ", letter_of(row[from]),
			i - from);
	}
	fputc('\n', out);
}

static bool rows_are_equal(const uint8_t *a, const uint8_t *b)
{
	size_t i;

	for (i = 0; i < TILE_SIDE; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

/* Equal rows once, with how many there are. */
static void dump_tile(const struct tile *tile, FILE *out)
{
	size_t y = 0;

	while (y < TILE_SIDE) {
		const uint8_t *row = tile->class_of + y * TILE_SIDE;
		size_t from = y;

		while (y < TILE_SIDE && rows_are_equal(row, tile->class_of +
						       y * TILE_SIDE))
			y++;
		if (!row_length(row))
			continue;
		fprintf(out, "  %zux", y - from);
		dump_row(row, out);
	}
}

static void dump_tile_item(const struct item *item, FILE *out)
{
	unsigned int i;

	fprintf(out, " level %u %" PRIu32 ",%" PRIu32 " at %.3f,%.3f cell %.4f",
		item->tile->level, item->tile->x, item->tile->y, item->left,
		item->top, item->cell);
	dump_colour(item->grid, out);
	fputs("\n  palette", out);
	for (i = 0; i < LAYER_CLASSES; i++)
		if (i == 0 || item->palette[i].red != item->palette[63].red ||
		    item->palette[i].green != item->palette[63].green ||
		    item->palette[i].blue != item->palette[63].blue)
			dump_colour(item->palette[i], out);
	fputc('\n', out);
	dump_tile(item->tile, out);
}

static void dump_text(const struct item *item, FILE *out)
{
	static const char *const faces[] = { "text", "bold", "mono" };

	dump_colour(item->colour, out);
	fprintf(out, " %s %d \"%s\"\n", faces[item->face], item->size,
		item->text);
}

static void dump_item(const struct item *item, FILE *out)
{
	fprintf(out, "%s %d,%d %dx%d", kinds[item->kind], item->box.x,
		item->box.y, item->box.width, item->box.height);
	switch (item->kind) {
	case ITEM_TILE:
		dump_tile_item(item, out);
		return;
	case ITEM_TEXT:
		dump_text(item, out);
		return;
	case ITEM_FRAME:
		fprintf(out, " line %d", item->line);
		dump_colour(item->colour, out);
		break;
	case ITEM_BOX:
		dump_colour(item->colour, out);
		break;
	case ITEM_CLIP:
		break;
	}
	fputc('\n', out);
}

void scene_dump(const struct scene *scene, FILE *out)
{
	const struct hot *hot;
	size_t i;

	fprintf(out, "scene %dx%d\n", scene_width(scene), scene_height(scene));
	for (i = 0; i < scene_count(scene); i++)
		dump_item(scene_item(scene, i), out);
	for (i = 0; (hot = scene_hot(scene, i)) != NULL; i++)
		fprintf(out, "hot %d,%d %dx%d action %d pane %d argument %"
			PRId64 " \"%s\"\n", hot->box.x, hot->box.y,
			hot->box.width, hot->box.height, (int)hot->action,
			hot->pane, hot->argument, hot->hint);
}
