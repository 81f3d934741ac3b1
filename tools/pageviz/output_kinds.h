/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where scenes go.
 */
#ifndef PAGEVIZ_OUTPUT_KINDS_H
#define PAGEVIZ_OUTPUT_KINDS_H

#include "scene.h"

/* Pixels, red first, four bytes each, row after row. */
struct image {
	int width, height;
	uint8_t *pixels;
};

/* image.c: -ENOMEM. */
int image_draw(const struct scene *scene, struct type *type,
	       struct image *ret_image);
void image_free(struct image *image);

/* png.c: 0 or a negative errno; errors of the stream too. */
int png_write(const struct image *image, FILE *out);

/* svg.c: errors of the stream stay in the stream. */
void svg_write_scene(const struct scene *scene, FILE *out);

#endif
