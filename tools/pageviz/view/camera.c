// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where the eye is: all of the map, nearer about a pixel, moved by hand, and
 * smoothly from one place to another.  Scales come to rest where cells are
 * whole pixels.  It knows worlds' sizes, not what lies in them.
 */
#include <math.h>

#include "inside.h"

#define STEP_LEAST 1.15		/* a step of a wheel changes as much */
#define FIT_MOST 32.0		/* few pages are not blown up further */
#define CRISP_NEAR 0.08
#define RATE 14.0		/* of what is left, in a second */
#define SAME_SCALE 0.003
#define SAME_PIXELS 0.3

bool camera_can(const struct pane *pane, const struct world *world)
{
	return world && pane->box.width > 0 && pane->box.height > 0 &&
	       world_width(world) && world_height(world);
}

/* ---- Scales ------------------------------------------------------------ */

/* The largest scale up to one at which cells are whole pixels. */
static double crisp_below(double scale)
{
	return scale >= 1 ? floor(scale) : exp2(floor(log2(scale)));
}

static bool is_crisp(double scale)
{
	return fabs(crisp_below(scale * (1 + 1e-9)) - scale) <= scale * 1e-9;
}

/* The crisp one that is near; else the scale itself. */
static double crisp_near(double scale)
{
	double below = crisp_below(scale);
	double above = scale >= 1 ? below + 1 : below * 2;

	if (scale - below <= scale * CRISP_NEAR)
		return below;
	return above - scale <= scale * CRISP_NEAR ? above : scale;
}

/* Wheels stop at powers of two, and half-way between. */
static double rung_below(double scale)
{
	double power = exp2(floor(log2(scale * (1 + 1e-9))));

	return power * 1.5 <= scale * (1 + 1e-9) ? power * 1.5 : power;
}

static double rung_above(double scale)
{
	double below = rung_below(scale);
	double power = exp2(floor(log2(below * (1 + 1e-9))));

	if (below >= scale * (1 - 1e-9))
		return below;
	return below > power * 1.25 ? power * 2 : power * 1.5;
}

static double scale_of_all(const struct pane *pane, const struct world *world)
{
	double scale = fmin((double)pane->box.width / world_width(world),
			    (double)pane->box.height / world_height(world));
	double crisp;

	scale = fmin(scale, FIT_MOST);
	crisp = crisp_below(scale);
	/* Whole pixels are worth some empty space, not most of it. */
	return crisp >= scale * 0.8 ? crisp : scale;
}

static double step_scale(double scale, double steps, double all)
{
	double to = scale;
	int i, whole = (int)fabs(floor(steps));

	if (steps != floor(steps)) {
		to *= exp2(steps / 2);
	} else {
		for (i = 0; i < whole; i++)
			to = steps > 0 ? rung_above(to * STEP_LEAST)
				       : rung_below(to / STEP_LEAST);
	}
	/* All of the map is a stop of its own on the way. */
	if (steps <= 0 && scale > all * 1.001 && to < all)
		to = all;
	return fmin(fmax(to, fmin(all / 2, 1)), SCALE_MOST);
}

/* ---- Places ------------------------------------------------------------ */

double camera_place_x(const struct pane *pane, double x)
{
	return pane->camera.x + (x - pane->box.x - pane->box.width / 2.0) /
	       pane->camera.scale;
}

double camera_place_y(const struct pane *pane, double y)
{
	return pane->camera.y + (y - pane->box.y - pane->box.height / 2.0) /
	       pane->camera.scale;
}

static double whole_pixels(double place, double scale, int size)
{
	return (round(place * scale - size / 2.0) + size / 2.0) / scale;
}

/* Where cells are whole pixels they begin at whole pixels too. */
static void align(const struct pane *pane, struct camera *camera)
{
	if (!is_crisp(camera->scale))
		return;
	camera->x = whole_pixels(camera->x, camera->scale, pane->box.width);
	camera->y = whole_pixels(camera->y, camera->scale, pane->box.height);
}

void camera_clamp(const struct pane *pane, const struct world *world,
		  struct camera *camera)
{
	double least = fmin(scale_of_all(pane, world) / 2, 1);

	camera->scale = fmin(fmax(camera->scale, least), SCALE_MOST);
	camera->x = fmin(fmax(camera->x, 0), world_width(world));
	camera->y = fmin(fmax(camera->y, 0), world_height(world));
}

struct camera camera_of_all(const struct pane *pane, const struct world *world)
{
	struct camera camera = {
		.x = world_width(world) / 2.0,
		.y = world_height(world) / 2.0,
		.scale = scale_of_all(pane, world),
	};

	align(pane, &camera);
	return camera;
}

void camera_fit(struct pane *pane, const struct world *world)
{
	pane->fit = true;
	pane->settles = false;
	pane->target = camera_of_all(pane, world);
}

static void aim(struct pane *pane, const struct world *world,
		struct camera target)
{
	pane->fit = false;
	pane->settles = false;
	camera_clamp(pane, world, &target);
	align(pane, &target);
	pane->target = target;
}

void camera_zoom(struct pane *pane, const struct world *world, double steps,
		 int x, int y)
{
	double all = scale_of_all(pane, world);
	double scale = step_scale(pane->target.scale, steps, all);

	if (scale == all && steps < 0) {
		camera_fit(pane, world);
		return;
	}
	/* The anchor is what is seen at the pixel, also on the way. */
	aim(pane, world, (struct camera){
		.x = camera_place_x(pane, x) -
		     (x - pane->box.x - pane->box.width / 2.0) / scale,
		.y = camera_place_y(pane, y) -
		     (y - pane->box.y - pane->box.height / 2.0) / scale,
		.scale = scale,
	});
	pane->settles = steps != floor(steps);
}

void camera_drag(struct pane *pane, const struct world *world, int x, int y)
{
	struct camera before = pane->camera;

	pane->fit = false;
	pane->camera.x -= x / pane->camera.scale;
	pane->camera.y -= y / pane->camera.scale;
	camera_clamp(pane, world, &pane->camera);
	/* A zoom under way goes on about what is held. */
	pane->target.x += pane->camera.x - before.x;
	pane->target.y += pane->camera.y - before.y;
}

void camera_pan(struct pane *pane, const struct world *world, double x,
		double y)
{
	struct camera target = pane->target;

	target.x += x / target.scale;
	target.y += y / target.scale;
	aim(pane, world, target);
}

void camera_go(struct pane *pane, const struct world *world, double x, double y,
	       double scale)
{
	aim(pane, world, (struct camera){
		x, y, scale > 0 ? scale : pane->target.scale });
}

/* How far a place is beyond a margin inside of a side, in pages. */
static double beyond(double place, double middle, double half, double margin)
{
	if (place < middle - half + margin)
		return place - (middle - half + margin);
	if (place > middle + half - margin)
		return place - (middle + half - margin);
	return 0;
}

void camera_show(struct pane *pane, const struct world *world, double x,
		 double y)
{
	struct camera target = pane->target;
	double half_x = pane->box.width / 2.0 / target.scale;
	double half_y = pane->box.height / 2.0 / target.scale;
	double margin = fmin(half_x, half_y) / 4;
	double by_x = beyond(x, target.x, half_x, margin);
	double by_y = beyond(y, target.y, half_y, margin);

	if (by_x == 0 && by_y == 0)
		return;
	target.x += by_x;
	target.y += by_y;
	aim(pane, world, target);
}

/* ---- Moving ------------------------------------------------------------ */

static bool is_there(const struct camera *at, const struct camera *to)
{
	return fabs(log(at->scale / to->scale)) < SAME_SCALE &&
	       hypot(at->x - to->x, at->y - to->y) * to->scale < SAME_PIXELS;
}

/*
 * By a part of what is left.  Places go by 1 / scale: then there is one point
 * of the screen at which nothing moves, and it is where the pointer zoomed.
 */
static void approach(struct camera *at, const struct camera *to, double part)
{
	double ratio = log(to->scale / at->scale);
	double scale = at->scale * exp(ratio * part);

	if (fabs(ratio) > SAME_SCALE)
		part = (1 / at->scale - 1 / scale) /
		       (1 / at->scale - 1 / to->scale);
	at->x += (to->x - at->x) * part;
	at->y += (to->y - at->y) * part;
	at->scale = scale;
}

bool camera_move(struct pane *pane, double seconds)
{
	double crisp;

	if (!(pane->camera.scale > 0) || !(pane->target.scale > 0))
		return false;
	if (!is_there(&pane->camera, &pane->target)) {
		approach(&pane->camera, &pane->target,
			 1 - exp(-RATE * seconds));
		if (!is_there(&pane->camera, &pane->target))
			return true;
	}
	pane->camera = pane->target;
	crisp = crisp_near(pane->target.scale);
	if (!pane->settles || crisp == pane->target.scale)
		return false;
	pane->settles = false;
	pane->target.scale = crisp;
	align(pane, &pane->target);
	return true;
}
