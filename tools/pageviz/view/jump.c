// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Going to an address, a frame number, a mapping, a file or a zone by what
 * people type; see view_jump().  A name that fits several goes from one to the
 * next.
 */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "inside.h"

#define NEAR_SCALE (8.0 / 13)

static void arrive(struct acting *acting, uint64_t page)
{
	double scale = floor(NEAR_SCALE * acting->view->unit);
	uint32_t x, y;

	acting->pane->has_cursor = true;
	acting->pane->cursor = page;
	world_nearest(acting->of.world, page, &x, &y);
	camera_go(acting->pane, acting->of.world, x + 0.5, y + 0.5,
		  acting->pane->target.scale > scale ? 0 : scale);
}

/* ---- Numbers ----------------------------------------------------------- */

/* All of the text as a number. */
static bool number_of(const char *text, int base, uint64_t *ret_number)
{
	unsigned long long number;
	char *end;

	if (!isxdigit((unsigned char)*text))
		return false;
	errno = 0;
	number = strtoull(text, &end, base);
	if (*end || errno)
		return false;
	*ret_number = number;
	return true;
}

static bool is_hex(const char *text)
{
	return text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
}

static int go_to_page(struct acting *acting, uint64_t page, const char *text)
{
	const struct area *area = picture_area(acting->of.picture, page);
	char name[32];

	if (!area) {
		view_say(acting->view, "%s: nothing is mapped there in %s",
			 text, acting->of.picture->name);
		if (acting->of.picture->id.kind != MAP_PROCESS)
			view_say(acting->view, "%s: this machine has no such "
				 "frame", text);
		return -ENOENT;
	}
	arrive(acting, page);
	page_name(&acting->of, page, name);
	view_say(acting->view, "%s, in %s", name, area->name);
	return 0;
}

/* "pfn:0x1234": where a process has that frame. */
static int go_to_frame(struct acting *acting, const char *text)
{
	uint64_t pfn, page = 0;

	if (!number_of(text, 0, &pfn)) {
		view_say(acting->view, "a frame is a number: pfn:0x1234");
		return -ENOENT;
	}
	if (!picture_frame(acting->of.picture, pfn, &page)) {
		view_say(acting->view, "frame %s is not in %s", text,
			 acting->of.picture->name);
		return -ENOENT;
	}
	return go_to_page(acting, page, text);
}

/* ---- Names ------------------------------------------------------------- */

enum fit { FIT_NONE, FIT_INSIDE, FIT_BEGINS, FIT_WHOLE };

static const char *last_part(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash && slash[1] ? slash + 1 : name + (*name == '[');
}

/* How well a name fits what was typed; large and small letters are alike. */
static enum fit fit_of(const char *name, const char *text)
{
	const char *last = last_part(name);
	size_t length = strlen(text);

	if (!strcasecmp(name, text) || !strcasecmp(last, text))
		return FIT_WHOLE;
	if (!strncasecmp(last, text, length))
		return last[length] == ']' && !last[length + 1] ? FIT_WHOLE
								: FIT_BEGINS;
	return strcasestr(name, text) ? FIT_INSIDE : FIT_NONE;
}

static enum fit best_fit(const struct picture *picture, const char *text)
{
	enum fit best = FIT_NONE;
	size_t i;

	for (i = 0; i < picture->area_count; i++) {
		enum fit fit = fit_of(picture->areas[i].name, text);

		best = fit > best ? fit : best;
	}
	return best;
}

/* The first that fits as well beyond the one the cursor is in, else the first
 * of all. */
static int go_to_name(struct acting *acting, const char *text)
{
	const struct picture *picture = acting->of.picture;
	enum fit best = best_fit(picture, text);
	const struct area *found = NULL;
	size_t i, count = 0, number = 0;
	bool beyond = false;

	for (i = 0; best != FIT_NONE && i < picture->area_count; i++) {
		const struct area *area = &picture->areas[i];

		if (fit_of(area->name, text) != best)
			continue;
		count++;
		if (!found || (!beyond && acting->pane->has_cursor &&
			       area->first_page > acting->pane->cursor)) {
			beyond = acting->pane->has_cursor &&
				 area->first_page > acting->pane->cursor;
			found = area;
			number = count;
		}
	}
	if (!found) {
		view_say(acting->view, "nothing in %s is called '%s'",
			 picture->name, text);
		return -ENOENT;
	}
	arrive(acting, found->first_page);
	if (count == 1)
		view_say(acting->view, "%s", found->name);
	else
		view_say(acting->view, "%s: %zu of %zu", found->name, number,
			 count);
	return 0;
}

/* ---- Both -------------------------------------------------------------- */

static int go_in_process(struct acting *acting, const char *text)
{
	uint64_t number;

	if (is_hex(text) && number_of(text, 16, &number))
		return go_to_page(acting,
				  number / acting->of.moment->page_bytes, text);
	/* An address as /proc/PID/maps has it, unless something is called so */
	if (number_of(text, 16, &number) &&
	    best_fit(acting->of.picture, text) == FIT_NONE)
		return go_to_page(acting,
				  number / acting->of.moment->page_bytes, text);
	return go_to_name(acting, text);
}

static int go(struct acting *acting, const char *text)
{
	uint64_t number;

	if (!strncasecmp(text, "pfn:", 4))
		return go_to_frame(acting, text + 4);
	if (acting->of.picture->id.kind == MAP_PROCESS)
		return go_in_process(acting, text);
	if (number_of(text, is_hex(text) ? 16 : 10, &number))
		return go_to_page(acting, number, text);
	return go_to_name(acting, text);
}

int view_jump(struct view *view, struct stage *stage, const char *text)
{
	struct acting acting = { .view = view, .stage = stage,
				 .index = view->active };
	char trimmed[PROMPT_SIZE] = "";
	size_t length;

	if (view->active >= view->pane_count)
		return -ENOENT;
	acting.pane = &view->panes[view->active];
	acting.of = stage_pane(stage, view->active);
	if (!acting.of.picture ||
	    !map_id_equal(acting.of.picture->id, acting.pane->map) ||
	    !camera_can(acting.pane, acting.of.world)) {
		view_say(view, "there is nothing to go to yet");
		return -ENOENT;
	}
	text += strspn(text, " \t");
	length = strlen(text);
	while (length && isspace((unsigned char)text[length - 1]))
		length--;
	length = length < sizeof(trimmed) ? length : sizeof(trimmed) - 1;
	memcpy(trimmed, text, length);
	trimmed[length] = '\0';
	return go(&acting, trimmed);
}
