/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A scene as SVG, for papers: boxes and texts as they are, cells as one path
 * for each colour.  Texts keep the width that they were laid out with, whatever
 * fonts there are where it is looked at.
 */
#include <errno.h>
#include <string.h>

#include "output_kinds.h"
#include "tile_rects.h"

/* About a megabyte: programs that show SVG begin to take their time. */
#define RECTS_MOST 20000

struct svg {
	FILE *out;
	const struct scene *scene;
	struct type *type;
	struct tile_rects rects;
	struct box clip;
	bool clipped;
	size_t clips;
};

static void write_escaped(const char *text, FILE *out)
{
	for (; *text; text++)
		switch (*text) {
		case '<': fputs("&lt;", out); break;
		case '>': fputs("&gt;", out); break;
		case '&': fputs("&amp;", out); break;
		case '"': fputs("&quot;", out); break;
		default: fputc(*text, out);
		}
}

static void write_fill(struct colour colour, FILE *out)
{
	fprintf(out, "fill=\"#%02x%02x%02x\"", colour.red, colour.green,
		colour.blue);
	if (colour.alpha < 255)
		fprintf(out, " fill-opacity=\"%.3f\"", colour.alpha / 255.0);
}

static void write_path(struct box box, FILE *out)
{
	fprintf(out, "M%d %dh%dv%dh%dz", box.x, box.y, box.width, box.height,
		-box.width);
}

/* ---- Items ------------------------------------------------------------- */

static void write_box(struct svg *svg, const struct item *item)
{
	const struct box *box = &item->box;

	if (box->width <= 0 || box->height <= 0)
		return;
	fprintf(svg->out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" ",
		box->x, box->y, box->width, box->height);
	write_fill(item->colour, svg->out);
	fputs("/>\n", svg->out);
}

/* Its outside, and its inside as a hole. */
static void write_frame(struct svg *svg, const struct item *item)
{
	struct box hole = { item->box.x + item->line, item->box.y + item->line,
			    item->box.width - 2 * item->line,
			    item->box.height - 2 * item->line };

	if (hole.width <= 0 || hole.height <= 0) {
		write_box(svg, item);
		return;
	}
	fputs("<path fill-rule=\"evenodd\" ", svg->out);
	write_fill(item->colour, svg->out);
	fputs(" d=\"", svg->out);
	write_path(item->box, svg->out);
	write_path(hole, svg->out);
	fputs("\"/>\n", svg->out);
}

static void write_font(struct svg *svg, enum face face)
{
	const char *name = type_name(svg->type, face);

	fputs("font-family=\"", svg->out);
	if (strcmp(name, "built in") != 0) {
		write_escaped(name, svg->out);
		fputs(", ", svg->out);
	}
	fputs(face == FACE_MONO ? "monospace\"" : "sans-serif\"", svg->out);
	if (face == FACE_BOLD)
		fputs(" font-weight=\"bold\"", svg->out);
}

static void write_text(struct svg *svg, const struct item *item)
{
	int width = type_width(svg->type, item->face, item->size, item->text);

	if (width <= 0)
		return;
	fprintf(svg->out, "<text x=\"%d\" y=\"%d\" font-size=\"%d\" "
		"textLength=\"%d\" lengthAdjust=\"spacingAndGlyphs\" ",
		item->box.x, item->box.y +
		type_ascent(svg->type, item->face, item->size), item->size,
		width);
	write_font(svg, item->face);
	fputc(' ', svg->out);
	write_fill(item->colour, svg->out);
	fputs(" xml:space=\"preserve\">", svg->out);
	write_escaped(item->text, svg->out);
	fputs("</text>\n", svg->out);
}

/* One path for each colour: where it meets itself it is not drawn twice. */
static void write_tile(struct svg *svg, const struct item *item)
{
	const struct tile_rect *last = NULL;
	size_t i;

	svg->rects.count = 0;
	if (tile_rects_add(&svg->rects, item, svg->clip))
		return;
	for (i = 0; i < svg->rects.count; i++) {
		const struct tile_rect *rect = &svg->rects.at[i];

		if (!last || memcmp(&last->colour, &rect->colour,
				    sizeof(rect->colour)) != 0) {
			fputs(last ? "\"/>\n<path " : "<path ", svg->out);
			write_fill(rect->colour, svg->out);
			fputs(" d=\"", svg->out);
		}
		write_path(rect->box, svg->out);
		last = rect;
	}
	if (last)
		fputs("\"/>\n", svg->out);
}

static void set_clip(struct svg *svg, const struct item *item)
{
	svg->clipped = item->box.width > 0;
	svg->clip = svg->clipped ? item->box : (struct box){
		0, 0, scene_width(svg->scene), scene_height(svg->scene) };
}

static void write_clip(struct svg *svg, const struct item *item)
{
	if (svg->clipped)
		fputs("</g>\n", svg->out);
	set_clip(svg, item);
	if (!svg->clipped)
		return;
	fprintf(svg->out, "<clipPath id=\"c%zu\"><rect x=\"%d\" y=\"%d\" "
		"width=\"%d\" height=\"%d\"/></clipPath>\n"
		"<g clip-path=\"url(#c%zu)\">\n", svg->clips, svg->clip.x,
		svg->clip.y, svg->clip.width, svg->clip.height, svg->clips);
	svg->clips++;
}

/* ---- Scenes ------------------------------------------------------------ */

static void (*const writers[])(struct svg *, const struct item *) = {
	[ITEM_BOX] = write_box,
	[ITEM_FRAME] = write_frame,
	[ITEM_TEXT] = write_text,
	[ITEM_TILE] = write_tile,
	[ITEM_CLIP] = write_clip,
};

/* Whether all tiles together are few enough rectangles, before anything is
 * written; and room for those of each. */
static int count_rects(struct svg *svg)
{
	int err = 0;
	size_t i;

	for (i = 0; !err && i < scene_count(svg->scene); i++) {
		const struct item *item = scene_item(svg->scene, i);

		if (item->kind == ITEM_CLIP)
			set_clip(svg, item);
		if (item->kind == ITEM_TILE)
			err = tile_rects_add(&svg->rects, item, svg->clip);
	}
	return err;
}

int svg_write_scene(const struct scene *scene, struct type *type, FILE *out)
{
	const struct item everywhere = { .kind = ITEM_CLIP };
	struct svg svg = { .out = out, .scene = scene, .type = type,
			   .rects.most = RECTS_MOST };
	int width = scene_width(scene), height = scene_height(scene), err;
	size_t i;

	set_clip(&svg, &everywhere);
	err = count_rects(&svg);
	if (err) {
		tile_rects_free(&svg.rects);
		return err;
	}
	set_clip(&svg, &everywhere);
	fprintf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
		"height=\"%d\" viewBox=\"0 0 %d %d\" "
		"shape-rendering=\"crispEdges\">\n", width, height, width,
		height);
	for (i = 0; i < scene_count(scene); i++) {
		const struct item *item = scene_item(scene, i);

		writers[item->kind](&svg, item);
	}
	write_clip(&svg, &everywhere);
	fputs("</svg>\n", out);
	tile_rects_free(&svg.rects);
	return 0;
}
