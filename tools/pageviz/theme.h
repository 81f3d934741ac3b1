/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How things look: in the dark, in the light, on paper.
 */
#ifndef PAGEVIZ_THEME_H
#define PAGEVIZ_THEME_H

#include <stddef.h>

#include "geometry.h"
#include "swatch.h"

enum theme_name {
	THEME_DARK,
	THEME_LIGHT,
	THEME_PAPER,		/* white, for print */
	THEME_COUNT
};

struct theme {
	const char *name;	/* "dark", "light", "paper" */
	struct colour back;	/* behind everything */
	struct colour panel;
	struct colour line;
	struct colour text;
	struct colour dim;	/* less important text */
	struct colour accent;	/* what is chosen */
	struct colour accent_text;
	struct colour warning;
	struct colour lit;	/* the page chosen, and its other mappers */
	struct colour cursor;
	struct colour swatches[SWATCH_COUNT];
};

const struct theme *theme_get(enum theme_name name);
int theme_from_name(const char *name, enum theme_name *ret_name);
const char *theme_name_at(size_t index);

/* A swatch that a filter does not show: near to the back, and still told
 * apart from nothing. */
struct colour theme_dimmed(const struct theme *theme, enum swatch swatch);

#endif
