/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is drawn, for programs: classes of each map with pages and bytes, and
 * which of them are in which mapping or zone.
 */
#ifndef PAGEVIZ_DRAWN_H
#define PAGEVIZ_DRAWN_H

#include <stdio.h>

#include "json.h"
#include "layer.h"

struct drawn_map {
	const struct picture *picture;
	const struct layer *layer;
	const char *layout;		/* its name */
};

struct drawn {
	enum pagemap_source_kind kind;
	const char *kernel;		/* "": not known */
	const struct moment *moment;
	const struct drawn_map *maps;
	size_t map_count;
};

/* The object pageviz/1; freed by json_free(), NULL: no memory. */
struct json *drawn_json(const struct drawn *drawn);

/* A row a class: map, by, class, pages, size_bytes, told.  0 or -ENOMEM;
 * errors of the stream stay in the stream. */
int drawn_csv(const struct drawn *drawn, bool header, FILE *out);

#endif
