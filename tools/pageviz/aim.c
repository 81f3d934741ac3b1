/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a view is aimed at, see aim.h.
 */
#include "aim.h"

#include <errno.h>
#include <string.h>

#include "message.h"
#include "near.h"

/* A class that no layer has: nothing of a map is lit then. */
#define NO_CLASS (UINT64_C(1) << (LAYER_CLASSES - 1))

/* ---- --show ------------------------------------------------------------- */

static bool is_word(const char *name, const char *word, size_t length)
{
	return strlen(name) == length && !memcmp(name, word, length);
}

/* By its word for programs or by what the legend says. */
static uint64_t class_mask(const struct layer *layer, const char *word,
			   size_t length)
{
	uint64_t mask = 0;
	size_t i;

	for (i = 0; i < layer->class_count; i++)
		if (is_word(layer->classes[i].key, word, length) ||
		    is_word(layer->classes[i].name, word, length))
			mask |= UINT64_C(1) << i;
	return mask;
}

/* Whose names near_names() is to look through: it hands nothing on. */
static const struct layer *looked_through;

static const char *class_name_at(size_t index)
{
	const struct layer *layer = looked_through;

	const struct layer_class *one;

	if (index < layer->class_count)
		return layer->classes[index].key;
	index -= layer->class_count;
	if (index >= layer->class_count)
		return NULL;
	/* Once is enough. */
	one = &layer->classes[index];
	return strcmp(one->key, one->name) ? one->name : "";
}

static int unknown_class(const struct layer *layer, const char *word,
			 size_t length)
{
	char near[128];

	looked_through = layer;
	if (near_names(word, length, class_name_at, near, sizeof(near)))
		message("no class '%.*s' by %s: did you mean %s?", (int)length,
			word, colouring_name(layer->by), near);
	else
		message("no class '%.*s' by %s: the legend names them",
			(int)length, word, colouring_name(layer->by));
	return EXIT_USAGE;
}

/* Lights a class in each map that has it. */
static int show_class(struct view *view, struct stage *stage, const char *word,
		      size_t length)
{
	const struct layer *layer = NULL;
	uint64_t found = 0;
	size_t i;

	for (i = 0; i < view->pane_count; i++) {
		struct stage_pane pane = stage_pane(stage, i);
		uint64_t mask;

		if (!pane.layer)
			continue;
		layer = pane.layer;
		mask = class_mask(layer, word, length);
		view->panes[i].lit |= mask;
		found |= mask;
	}
	return found || !layer ? 0 : unknown_class(layer, word, length);
}

static int show(struct view *view, struct stage *stage, const char *text)
{
	size_t i;
	int status;

	for (i = 0; i < view->pane_count; i++)
		view->panes[i].lit = NO_CLASS;
	do {
		size_t length = strcspn(text, ",");

		status = show_class(view, stage, text, length);
		text += length + (text[length] != '\0');
	} while (!status && *text);
	for (i = 0; i < view->pane_count; i++)
		if (view->panes[i].lit != NO_CLASS)
			view->panes[i].lit &= ~NO_CLASS;
	return status;
}

/* ---- --at and --zoom ---------------------------------------------------- */

/* To the first map that has it; the others stay as they are. */
static int go_to(struct view *view, struct stage *stage, const char *where)
{
	size_t i;

	for (i = 0; i < view->pane_count; i++) {
		view->active = i;
		if (!view_jump(view, stage, where)) {
			view->said[0] = '\0';
			return 0;
		}
	}
	view->active = 0;
	message("--at: %s", view->said);
	return EXIT_NOTHING;
}

static void zoom(struct pane *pane, double pixels)
{
	pane->fit = pixels <= 0;
	if (pixels > 0)
		pane->target.scale = pixels;
}

int aim(struct view *view, struct stage *stage, const struct settings *settings)
{
	int status = 0;
	size_t i;

	if (settings->show)
		status = show(view, stage, settings->show);
	if (!status && settings->at)
		status = go_to(view, stage, settings->at);
	for (i = 0; !status && settings->has_zoom && i < view->pane_count; i++)
		zoom(&view->panes[i], settings->zoom);
	return status;
}
