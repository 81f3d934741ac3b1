/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Images as PNG, by libpng: the only file that knows it.  As small as can be
 * without loss, and the same bytes for the same image: no time, no name of a
 * program or a version is written.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdlib.h>

#include "output_kinds.h"

#if HAVE_LIBPNG

#include <png.h>

#define COLOURS_MOST 256
#define TABLE_SIZE   1024	/* a power of two, roomy */

/* Colours of an image, in the order in which they come. */
struct palette {
	png_color colours[COLOURS_MOST];
	int count;
	uint32_t keys[TABLE_SIZE];	/* colour + 1; 0: free */
	uint8_t indexes[TABLE_SIZE];
};

/* Index of a colour, -1: there are more than a palette has room for. */
static int palette_index(struct palette *palette, const uint8_t *pixel)
{
	uint32_t key = 1u + ((uint32_t)pixel[0] << 16 |
			     (uint32_t)pixel[1] << 8 | pixel[2]);
	uint32_t at = key * 0x9e3779b1u >> 22;

	while (palette->keys[at] && palette->keys[at] != key)
		at = (at + 1) % TABLE_SIZE;
	if (palette->keys[at])
		return palette->indexes[at];
	if (palette->count == COLOURS_MOST)
		return -1;
	palette->keys[at] = key;
	palette->indexes[at] = (uint8_t)palette->count;
	palette->colours[palette->count] =
		(png_color){ pixel[0], pixel[1], pixel[2] };
	return palette->count++;
}

/* Pixels in a row are often alike. */
static bool palette_find(const struct image *image, struct palette *palette,
			 uint8_t *indexes)
{
	size_t count = (size_t)image->width * (size_t)image->height;
	const uint32_t *words = (const uint32_t *)(const void *)image->pixels;
	int index = -1;
	size_t i;

	for (i = 0; i < count; i++) {
		if (index < 0 || words[i] != words[i - 1])
			index = palette_index(palette, image->pixels + 4 * i);
		if (index < 0)
			return false;
		indexes[i] = (uint8_t)index;
	}
	return true;
}

struct png {
	png_structp write;
	png_infop info;
};

static void end_by_error(png_structp write, png_const_charp text)
{
	(void)text;
	png_longjmp(write, 1);
}

static void pass_over(png_structp write, png_const_charp text)
{
	(void)write;
	(void)text;
}

/* Few colours need fewer bits than a byte. */
static int bits_for(int colours)
{
	return colours <= 2 ? 1 : colours <= 4 ? 2 : colours <= 16 ? 4 : 8;
}

static void write_header(const struct png *png, const struct image *image,
			 const struct palette *palette)
{
	png_set_IHDR(png->write, png->info, (png_uint_32)image->width,
		     (png_uint_32)image->height,
		     palette ? bits_for(palette->count) : 8,
		     palette ? PNG_COLOR_TYPE_PALETTE : PNG_COLOR_TYPE_RGB,
		     PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
		     PNG_FILTER_TYPE_DEFAULT);
	if (palette)
		png_set_PLTE(png->write, png->info, palette->colours,
			     palette->count);
	png_write_info(png->write, png->info);
	if (palette)
		png_set_packing(png->write);
	else
		png_set_filler(png->write, 0, PNG_FILLER_AFTER);
}

/*
 * Cells have sharp edges and repeat: that packs best as it is, and filters,
 * which guess that colours flow, make it larger.
 */
static int write_png(const struct png *png, const struct image *image,
		     const struct palette *palette, const uint8_t *indexes,
		     FILE *out)
{
	size_t width = (size_t)image->width;
	size_t y;

	if (setjmp(png_jmpbuf(png->write)))
		return ferror(out) ? -EIO : -ENOMEM;
	png_init_io(png->write, out);
	png_set_compression_level(png->write, 9);
	png_set_filter(png->write, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE);
	write_header(png, image, palette);
	for (y = 0; y < (size_t)image->height; y++)
		png_write_row(png->write, palette ? indexes + y * width :
			      image->pixels + 4 * y * width);
	png_write_end(png->write, png->info);
	return fflush(out) ? -errno : 0;
}

int png_write(const struct image *image, FILE *out)
{
	struct palette *palette = calloc(1, sizeof(*palette));
	uint8_t *indexes = malloc((size_t)image->width *
				  (size_t)image->height);
	struct png png = { 0 };
	int err = -ENOMEM;
	bool few;

	png.write = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL,
					    end_by_error, pass_over);
	if (png.write)
		png.info = png_create_info_struct(png.write);
	if (palette && indexes && png.info) {
		few = palette_find(image, palette, indexes);
		err = write_png(&png, image, few ? palette : NULL, indexes,
				out);
	}
	png_destroy_write_struct(&png.write, &png.info);
	free(palette);
	free(indexes);
	return err;
}

#else

int png_write(const struct image *image, FILE *out)
{
	(void)image;
	(void)out;
	return -ENOTSUP;
}

#endif
