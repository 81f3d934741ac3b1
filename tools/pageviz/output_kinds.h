/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where scenes go.
 */
#ifndef PAGEVIZ_OUTPUT_KINDS_H
#define PAGEVIZ_OUTPUT_KINDS_H

#include "scene.h"

/* Pixels, red first, four bytes each, row after row; all opaque. */
struct image {
	int width, height;
	uint8_t *pixels;
};

/* image.c: -ENOMEM. */
int image_draw(const struct scene *scene, struct type *type,
	       struct image *ret_image);
void image_free(struct image *image);

/* Pixels of somebody else: words, alpha in their upper eight bits. */
struct pixels {
	uint32_t *words;
	int width, height;
	size_t stride;		/* words from one row to the next */
	bool blue_lowest;	/* else red is in the lowest eight bits */
};

/* paint.c: the same into pixels that are there. */
void pixels_paint(const struct pixels *pixels, const struct scene *scene,
		  struct type *type);

/* png.c: 0 or a negative errno; errors of the stream too.  -ENOTSUP: built
 * without libpng. */
int png_write(const struct image *image, FILE *out);

/* svg.c: -E2BIG, nothing is written: so many rectangles that a PNG is better.
 * Errors of the stream stay in the stream. */
int svg_write_scene(const struct scene *scene, struct type *type, FILE *out);

#endif
