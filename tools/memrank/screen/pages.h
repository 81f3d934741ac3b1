/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the two halves of the pane of pages share: where its parts are.
 */
#ifndef SCREEN_PAGES_H
#define SCREEN_PAGES_H

#include "pane.h"

struct pages_place {
	struct box map;			/* the cells alone */
	size_t gutter;			/* columns of addresses before them */
	size_t cells;			/* of a line */
	struct box legend;		/* which classes there are */
	struct box page;		/* what the cursor is on */
};

struct pages_place pages_place(const struct process_view *view,
			       struct box box);

/* NULL: not read yet. */
const struct page_map *pages_map(const struct process_view *view);

uint64_t pages_cursor_row(const struct process_view *view);

/* Why nobody can tell who shares some of the pages; "" all are known. */
const char *pages_doubt(const struct process_view *view);

/* Says what the cursor is on; beside: a line for each thing. */
void pages_draw_cursor(const struct process_view *view, struct canvas *canvas,
		       struct box box, bool beside);

/* Bytes of a text that fit, broken after such a character if there is one. */
size_t pages_fit(const char *text, size_t columns, char end);

void pages_draw(const struct process_view *view, struct canvas *canvas,
		struct box box);

#endif
