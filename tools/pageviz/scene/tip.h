/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A box beside the pointer: rows of a dim name and a text, wrapped.
 */
#ifndef PAGEVIZ_TIP_H
#define PAGEVIZ_TIP_H

#include "drawing.h"

#define TIP_ROWS 40

struct tip_row {
	const char *name;		/* "": a line of its own; NULL: a
					   heading */
	const char *text;
	bool dim;
	bool mono;			/* addresses: fonts make x a sign */
	bool has_swatch;
	struct colour swatch;
};

struct tip {
	struct tip_row rows[TIP_ROWS];
	size_t count;
};

/* Texts are kept by the scene. */
struct tip_row *tip_add(struct drawing *d, struct tip *tip, const char *name,
			const char *text);
__attribute__((format(printf, 4, 5)))
struct tip_row *tip_addf(struct drawing *d, struct tip *tip, const char *name,
			 const char *format, ...);

/* Beside a point: right below it if there is room; before: left of it. */
void tip_draw(struct drawing *d, const struct tip *tip, int x, int y,
	      bool before);

/* One page while it is told of. */
struct tip_page {
	struct stage_pane of;
	uint64_t number;
	const struct area *area;	/* NULL: none */
	const struct stretch *stretch;	/* NULL: nothing stands there */
};

/* ---- tip_guest.c: what is known of a vkernel ---------------------------- */

/* What a frame of its RAM is for. */
void tip_guest_use(struct drawing *d, struct tip *tip,
		   const struct tip_page *page);

/* What the host made of a page, of its RAM or of a guest process; and which of
 * its frames lies in one of the host. */
void tip_guest_host(struct drawing *d, struct tip *tip,
		    const struct tip_page *page);

/* Where guest processes map a frame. */
void tip_guest_places(struct drawing *d, struct tip *tip,
		      const struct tip_page *page);

/* ------------------------------------------------------------------------ */

/* What is known of one page, and of the pages of many cells. */
void tip_of_page(struct drawing *d, struct tip *tip, size_t pane,
		 uint64_t page);
void tip_of_cells(struct drawing *d, struct tip *tip, size_t pane, int64_t x,
		  int64_t y, uint32_t side);

#endif
