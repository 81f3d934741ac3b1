// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An image for a paper or a slide: a title above, what and when below it, a
 * legend to each map, and the scale: what a pixel stands for.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <time.h>

#include "drawing.h"

/*
 * Whole pixels for a page or for a cell, where the map does not become much
 * smaller by it; an image is trimmed to what is drawn.
 */
static double whole_scale(double scale)
{
	double whole = scale >= 1 ? floor(scale + 1e-6)
				  : exp2(floor(log2(scale) + 1e-6));

	return whole >= scale * 0.7 ? whole : scale;
}

/* The map's place ends where the map does, which begins in its corner. */
static void settle_pane(struct drawing *d, struct view *view, size_t i)
{
	struct stage_pane of = stage_pane(d->stage, i);
	struct pane_place *place = &d->place.panes[i];
	struct camera *camera = &view->panes[i].camera;
	int width, height;

	if (!view->panes[i].fit || !pane_is_ready(&of) || !(camera->scale > 0))
		return;
	camera->scale = whole_scale(camera->scale);
	width = (int)ceil(world_width(of.world) * camera->scale - 1e-6);
	height = (int)ceil(world_height(of.world) * camera->scale - 1e-6);
	if (width < place->map.width)
		place->map.width = width;
	if (height < place->map.height)
		place->map.height = height;
	place->gutter.height = place->map.height;
	camera->x = place->map.width / 2.0 / camera->scale;
	camera->y = place->map.height / 2.0 / camera->scale;
}

/* Below the maps: the scale, then legends that are not beside them. */
static void settle_below(struct drawing *d, size_t count, int lowest)
{
	struct box *scale = &d->place.scale;
	bool below = false;
	size_t i;

	lowest += d->unit / 2;
	for (i = 0; i < count; i++) {
		struct pane_place *place = &d->place.panes[i];

		if (!place->legend_below)
			continue;
		place->legend.y = lowest + scale->height + d->unit;
		below = true;
	}
	if (below || lowest < scale->y)
		scale->y = lowest;
}

void settle_paper(struct drawing *d, struct view *view)
{
	int lowest = 0;
	size_t i;

	for (i = 0; i < view->pane_count; i++) {
		struct pane_place *place = &d->place.panes[i];
		int right, bottom;

		settle_pane(d, view, i);
		right = place->map.x + place->map.width + 3 * d->unit;
		bottom = place->map.y + place->map.height;
		lowest = bottom > lowest ? bottom : lowest;
		if (!place->legend_below && place->legend.x > right)
			place->legend.x = right;
	}
	settle_below(d, view->pane_count, lowest);
}

static const char *pane_name(const struct stage_pane *of)
{
	if (!of->picture || !of->picture->name || !*of->picture->name)
		return "";
	return of->picture->name;
}

static void format_date(uint64_t time_ns, char text[64])
{
	time_t seconds = (time_t)(time_ns / 1000000000);
	struct tm parts;

	if (!localtime_r(&seconds, &parts) ||
	    !strftime(text, 64, "%Y-%m-%d %H:%M:%S", &parts))
		text[0] = '\0';
}

/* "vkernel 811, RAM 256.0M, resident 61.2M, slack 41.0M" */
static void format_guest(const struct stage_pane *of, char text[256])
{
	char all[UNITS_SIZE], resident[UNITS_SIZE], slack[UNITS_SIZE];
	struct guest_sums sums;

	snprintf(text, 256, "vkernel %d", (int)of->moment->vkernel.pid);
	if (!guest_sums(of->picture, &sums))
		return;
	units_format_value(&sums.all, UNITS_SUFFIX, all);
	units_format_value(&sums.resident, UNITS_SUFFIX, resident);
	units_format_value(&sums.slack, UNITS_SUFFIX, slack);
	snprintf(text, 256, "vkernel %d, RAM %s, resident %s, slack %s",
		 (int)of->moment->vkernel.pid, all, resident, slack);
}

static void format_figures(const struct stage_pane *of, char text[256])
{
	const struct picture *picture = of->picture;
	char first[UNITS_SIZE], second[UNITS_SIZE], pid[32];
	struct pagemap_value value;

	if (picture->id.kind == MAP_RAM) {
		units_format_value(&picture->balance.mem_total, UNITS_SUFFIX,
				   first);
		if (of->moment->vkernel.pid)
			snprintf(text, 256, "MemTotal %s, vkernel %d", first,
				 (int)of->moment->vkernel.pid);
		else
			snprintf(text, 256, "MemTotal %s", first);
		return;
	}
	if (picture->id.kind == MAP_GUEST) {
		format_guest(of, text);
		return;
	}
	value = pagemap_usage_value(&picture->usage, PAGEMAP_RSS);
	units_format_value(&value, UNITS_SUFFIX, first);
	value = pagemap_usage_value(&picture->usage, PAGEMAP_PSS);
	units_format_value(&value, UNITS_SUFFIX, second);
	pid_name(picture->id.pid, pid);
	snprintf(text, 256, "%s %s, RSS %s, PSS %s",
		 of->moment->machine == MACHINE_GUEST ? "guest process" :
		 "process", pid, first, second);
}

/* Whether all maps are coloured by the same. */
static bool is_of_one_colouring(const struct view *view)
{
	size_t i;

	for (i = 1; i < view->pane_count; i++)
		if (view->panes[i].by != view->panes[0].by)
			return false;
	return true;
}

/* "postgres by sharers", or what was given. */
static void format_title(const struct view *view, const struct stage_pane *of,
			 char text[256])
{
	const char *by = colouring_name(view->panes[0].by);

	text[0] = '\0';
	if (view->title)
		snprintf(text, 256, "%s", view->title);
	else if (view->pane_count > 1 && is_of_one_colouring(view))
		snprintf(text, 256, "%zu maps by %s", view->pane_count, by);
	else if (view->pane_count > 1)
		snprintf(text, 256, "%zu maps", view->pane_count);
	else if (of->picture)
		snprintf(text, 256, "%s by %s", pane_name(of), by);
}

static void draw_title(struct drawing *d, const struct stage_pane *of)
{
	struct ink_style title = style_bold(d), below = style_dim(d);
	struct box box = d->place.title;
	char text[448], figures[256] = "", date[64] = "";

	title.size = d->unit * 7 / 4;
	format_title(d->view, of, text);
	draw_text(d, box.x, box.y, box.width, title, text);
	if (!of->picture)
		return;
	format_figures(of, figures);
	format_date(of->picture->time_ns, date);
	if (d->view->pane_count > 1)
		snprintf(text, sizeof(text), "%s", date);
	else
		snprintf(text, sizeof(text), "%s; %s%s%s", figures, date,
			 of->picture->ended ? "; ended since" : "",
			 of->picture->why && *of->picture->why ? "; not all "
			 "of it is known" : "");
	draw_text(d, box.x, box.y + d->unit * 5 / 2, box.width, below, text);
}

/* ---- The scale --------------------------------------------------------- */

/* A number with at most one digit below the point, none where it is whole. */
static void format_short(double number, char text[32])
{
	if (number >= 10 || fabs(number - round(number)) < 0.005)
		snprintf(text, 32, "%.0f", number);
	else
		snprintf(text, 32, "%.1f", number);
}

/* "1 pixel = 16 pages = 64.0K", or "1 page = 4 x 4 pixels = 4.0K". */
static void format_scale(double scale, uint32_t page_bytes, char text[160])
{
	double pages = 1 / (scale * scale);
	char number[32], bytes[UNITS_SIZE];
	bool whole = fabs(pages - round(pages)) < 0.005;

	if (scale >= 1) {
		format_short(scale, number);
		units_format(page_bytes, UNITS_SUFFIX, bytes);
		snprintf(text, 160, "1 page = %s x %s pixels = %s", number,
			 number, bytes);
		return;
	}
	format_short(pages, number);
	units_format((uint64_t)(pages * page_bytes), UNITS_SUFFIX, bytes);
	snprintf(text, 160, "1 pixel %s %s pages = %s", whole ? "=" : "is about",
		 number, bytes);
}

/* Pages on a side whose square is a round size and some letters wide. */
static uint64_t round_side(double scale, int wanted)
{
	uint64_t side = 1;

	while ((double)side * 2 * scale <= wanted && side < UINT64_C(1) << 40)
		side *= 2;
	return side;
}

/* How pages lie: rows of how many, blocks, a curve. */
static void format_layout(const struct world *world, char text[64])
{
	if (world_layout(world) == LAYOUT_ROWS)
		snprintf(text, 64, "rows of %u pages", world_row_pages(world));
	else if (world_layout(world) == LAYOUT_BLOCKS)
		snprintf(text, 64, "blocks of %d x %d pages", BLOCK_SIDE,
			 BLOCK_SIDE);
	else
		snprintf(text, 64, "along a Hilbert curve");
}

static void draw_scale_of(struct drawing *d, size_t pane, struct box box)
{
	struct stage_pane of = stage_pane(d->stage, pane);
	double scale = d->view->panes[pane].camera.scale;
	struct ink_style style = style_dim(d);
	char text[256], what[160], lies[64];
	uint64_t side;
	int width, y;

	if (!pane_is_ready(&of) || !(scale > 0))
		return;
	side = round_side(scale, 8 * d->unit);
	width = (int)((double)side * scale);
	y = box.y + box.height - d->unit * 3 / 4;
	draw_fill(d, (struct box){ box.x, y, width, 2 * d->line },
		  d->theme->text);
	draw_fill(d, (struct box){ box.x, y - d->unit / 3, 2 * d->line,
				   d->unit * 2 / 3 }, d->theme->text);
	draw_fill(d, (struct box){ box.x + width - 2 * d->line,
				   y - d->unit / 3, 2 * d->line,
				   d->unit * 2 / 3 }, d->theme->text);
	format_scale(scale, of.moment->page_bytes, what);
	format_layout(of.world, lies);
	snprintf(text, sizeof(text), "%" PRIu64 " page%s   %s   %s", side,
		 side == 1 ? "" : "s", what, lies);
	box.x += width + d->unit;
	box.width -= width + d->unit;
	draw_text(d, box.x, y - d->unit * 3 / 5, box.width, style, text);
}

void draw_paper(struct drawing *d)
{
	struct stage_pane of = stage_pane(d->stage, 0);
	size_t i;

	if (!d->place.title.height)
		return;
	draw_title(d, &of);
	for (i = 0; i < d->view->pane_count; i++) {
		struct box box = d->place.scale;

		box.x = d->place.panes[i].map.x;
		box.width = d->place.panes[i].all.x +
			    d->place.panes[i].all.width - box.x;
		draw_legend(d, i, d->place.panes[i].legend,
			    d->place.panes[i].legend_below);
		draw_scale_of(d, i, box);
	}
}
