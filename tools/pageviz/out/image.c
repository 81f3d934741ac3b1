/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A scene as an image in memory.
 */
#include <endian.h>
#include <errno.h>
#include <stdlib.h>

#include "output_kinds.h"

/* Red is the lowest eight bits; it shall be the first byte. */
static void order_bytes(uint32_t *words, size_t count)
{
#if BYTE_ORDER == BIG_ENDIAN
	for (; count; count--, words++)
		*words = htole32(*words);
#else
	(void)words;
	(void)count;
#endif
}

int image_draw(const struct scene *scene, struct type *type,
	       struct image *ret_image)
{
	struct pixels pixels = { .width = scene_width(scene),
				 .height = scene_height(scene) };
	size_t count = (size_t)pixels.width * (size_t)pixels.height;

	pixels.stride = (size_t)pixels.width;
	pixels.words = calloc(count, sizeof(*pixels.words));
	if (!pixels.words)
		return -ENOMEM;
	pixels_paint(&pixels, scene, type);
	order_bytes(pixels.words, count);
	ret_image->width = pixels.width;
	ret_image->height = pixels.height;
	ret_image->pixels = (uint8_t *)pixels.words;
	return 0;
}

void image_free(struct image *image)
{
	free(image->pixels);
	*image = (struct image){ 0 };
}
