/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Letters, see type.h.  The only file that knows SDL2_ttf and fontconfig:
 * which fonts are used, how they are opened and asked.  What a font cannot
 * show, letters.c does, within the same line.
 */
#include "type.h"

#include <stdlib.h>
#include <string.h>

#include "letters.h"
#include "text_cache.h"

#if HAVE_SDL2_TTF && HAVE_FONTCONFIG
#define HAVE_FONTS 1
#include <SDL2/SDL_ttf.h>
#include <fontconfig/fontconfig.h>
#else
#define HAVE_FONTS 0
typedef void TTF_Font;
#endif

#define FONTS_OPEN 16	/* sizes of faces at a time */
#define PIECE	   512	/* bytes of a text that a font is asked for at once */

/* Where a face is, by fontconfig. */
struct font_file {
	char *path;		/* NULL: none; letters of our own */
	char *name;
	long index;
	bool embolden;		/* no bold one was found */
};

struct open_font {
	TTF_Font *font;
	enum face face;
	int size;
	uint64_t used;
};

struct type {
	struct font_file files[FACE_COUNT];
	struct open_font fonts[FONTS_OPEN];
	uint64_t clock;
	struct text_cache *cache;
	bool started;
};

/* ---- Fonts of the machine ---------------------------------------------- */

#if HAVE_FONTS

/* First those that were made for screens and small sizes. */
static const char *const families[] = {
	"Inter", "Noto Sans", "Cantarell", "Ubuntu", "Roboto", "DejaVu Sans",
	"Liberation Sans", "sans-serif", NULL,
};

static const char *const mono_families[] = {
	"JetBrains Mono", "Noto Sans Mono", "Ubuntu Mono", "Roboto Mono",
	"DejaVu Sans Mono", "Liberation Mono", "monospace", NULL,
};

static FcPattern *pattern_of(FcConfig *config, enum face face)
{
	const char *const *name = face == FACE_MONO ? mono_families : families;
	FcPattern *pattern = FcPatternCreate();

	if (!pattern)
		return NULL;
	for (; *name; name++)
		FcPatternAddString(pattern, FC_FAMILY, (const FcChar8 *)*name);
	FcPatternAddInteger(pattern, FC_WEIGHT, face == FACE_BOLD ?
			    FC_WEIGHT_BOLD : FC_WEIGHT_REGULAR);
	FcPatternAddInteger(pattern, FC_SLANT, FC_SLANT_ROMAN);
	FcPatternAddBool(pattern, FC_SCALABLE, FcTrue);
	FcConfigSubstitute(config, pattern, FcMatchPattern);
	FcDefaultSubstitute(pattern);
	return pattern;
}

static void take_match(const FcPattern *match, enum face face,
		       struct font_file *file)
{
	FcChar8 *path, *name;
	int index = 0, weight = FC_WEIGHT_REGULAR;

	if (FcPatternGetString(match, FC_FILE, 0, &path) != FcResultMatch ||
	    FcPatternGetString(match, FC_FAMILY, 0, &name) != FcResultMatch)
		return;
	FcPatternGetInteger(match, FC_INDEX, 0, &index);
	FcPatternGetInteger(match, FC_WEIGHT, 0, &weight);
	file->path = strdup((const char *)path);
	file->name = strdup((const char *)name);
	file->index = index;
	file->embolden = face == FACE_BOLD && weight < FC_WEIGHT_DEMIBOLD;
}

static void find_file(FcConfig *config, enum face face, struct font_file *file)
{
	FcPattern *pattern = pattern_of(config, face);
	FcPattern *match;
	FcResult result;

	match = pattern ? FcFontMatch(config, pattern, &result) : NULL;
	if (match)
		take_match(match, face, file);
	if (match)
		FcPatternDestroy(match);
	if (pattern)
		FcPatternDestroy(pattern);
}

static TTF_Font *open_font(const struct font_file *file, int size)
{
	TTF_Font *font = TTF_OpenFontIndex(file->path, size, file->index);

	if (!font)
		return NULL;
	TTF_SetFontHinting(font, TTF_HINTING_LIGHT);
	if (file->embolden)
		TTF_SetFontStyle(font, TTF_STYLE_BOLD);
	return font;
}

static void close_font(TTF_Font *font)
{
	if (font)
		TTF_CloseFont(font);
}

static void forget_file(struct font_file *file)
{
	free(file->path);
	free(file->name);
	*file = (struct font_file){ 0 };
}

/* A file that cannot be read as a font is as good as none. */
static void find_files(struct type *type)
{
	FcConfig *config;
	int face;

	if (TTF_Init())
		return;
	type->started = true;
	config = FcInitLoadConfigAndFonts();
	for (face = 0; config && face < FACE_COUNT; face++) {
		struct font_file *file = &type->files[face];
		TTF_Font *font = NULL;

		find_file(config, (enum face)face, file);
		if (file->path && file->name)
			font = open_font(file, 13);
		if (!font)
			forget_file(file);
		close_font(font);
	}
	if (config)
		FcConfigDestroy(config);
}

static void leave_files(struct type *type)
{
	int face;

	for (face = 0; face < FACE_COUNT; face++)
		forget_file(&type->files[face]);
	if (type->started)
		TTF_Quit();
}

static int font_height(TTF_Font *font)
{
	return TTF_FontHeight(font);
}

static int font_ascent(TTF_Font *font)
{
	return TTF_FontAscent(font);
}

static bool font_has(TTF_Font *font, uint32_t code)
{
	return TTF_GlyphIsProvided32(font, code);
}

static int font_width(TTF_Font *font, const char *text)
{
	int width = 0;

	TTF_SizeUTF8(font, text, &width, NULL);
	return width;
}

/*
 * Sixteen strengths are as good to the eye as 256, and leave a picture so few
 * colours that its file is a third of the size.
 */
static uint8_t strength_of(uint32_t pixel)
{
	return (uint8_t)(((pixel >> 24) * 15 + 127) / 255 * 17);
}

/* What reaches over the ink's edges is cut. */
static void font_draw(TTF_Font *font, const char *text, const struct ink *ink,
		      int left)
{
	const SDL_Color white = { 255, 255, 255, 255 };
	SDL_Surface *surface = TTF_RenderUTF8_Blended(font, text, white);
	int x, y;

	for (y = 0; surface && y < surface->h && y < ink->height; y++) {
		const uint32_t *from = (const uint32_t *)(const void *)
			((const char *)surface->pixels + y * surface->pitch);
		uint8_t *to = ink->pixels + (size_t)y * (size_t)ink->width;

		for (x = 0; x < surface->w && left + x < ink->width; x++)
			if (strength_of(from[x]))
				to[left + x] = strength_of(from[x]);
	}
	SDL_FreeSurface(surface);
}

#else /* without fonts: nothing below is ever asked for one */

static void find_files(struct type *type)
{
	(void)type;
}

static void leave_files(struct type *type)
{
	(void)type;
}

static TTF_Font *open_font(const struct font_file *file, int size)
{
	(void)file;
	(void)size;
	return NULL;
}

static void close_font(TTF_Font *font)
{
	(void)font;
}

static int font_height(TTF_Font *font)
{
	(void)font;
	return 0;
}

static int font_ascent(TTF_Font *font)
{
	(void)font;
	return 0;
}

static bool font_has(TTF_Font *font, uint32_t code)
{
	(void)font;
	(void)code;
	return false;
}

static int font_width(TTF_Font *font, const char *text)
{
	(void)font;
	(void)text;
	return 0;
}

static void font_draw(TTF_Font *font, const char *text, const struct ink *ink,
		      int left)
{
	(void)font;
	(void)text;
	(void)ink;
	(void)left;
}

#endif

/* ---- Opening ----------------------------------------------------------- */

struct type *type_open(bool plain)
{
	struct type *type = calloc(1, sizeof(*type));

	if (!type)
		return NULL;
	type->cache = text_cache_new();
	if (!type->cache) {
		free(type);
		return NULL;
	}
	if (!plain)
		find_files(type);
	return type;
}

void type_close(struct type *type)
{
	size_t i;

	if (!type)
		return;
	for (i = 0; i < FONTS_OPEN; i++)
		close_font(type->fonts[i].font);
	leave_files(type);
	text_cache_free(type->cache);
	free(type);
}

const char *type_name(const struct type *type, enum face face)
{
	return type->files[face].path ? type->files[face].name : "built in";
}

/* The font of a face and a size; NULL: letters of our own. */
static TTF_Font *font_of(struct type *type, enum face face, int size)
{
	struct open_font *oldest = type->fonts;
	size_t i;

	if (!type->files[face].path)
		return NULL;
	for (i = 0; i < FONTS_OPEN; i++) {
		struct open_font *open = &type->fonts[i];

		if (open->font && open->face == face && open->size == size) {
			open->used = ++type->clock;
			return open->font;
		}
		if (open->used < oldest->used)
			oldest = open;
	}
	close_font(oldest->font);
	*oldest = (struct open_font){
		.font = open_font(&type->files[face], size),
		.face = face, .size = size, .used = ++type->clock };
	return oldest->font;
}

/* ---- Texts ------------------------------------------------------------- */

int type_height(struct type *type, enum face face, int size)
{
	TTF_Font *font = font_of(type, face, size);

	return font ? font_height(font) : letters_height(size);
}

int type_ascent(struct type *type, enum face face, int size)
{
	TTF_Font *font = font_of(type, face, size);

	return font ? font_ascent(font) : letters_ascent(size);
}

/* The next piece of a text that is of the font, or is not. */
struct piece {
	char text[PIECE];
	size_t bytes;
	bool in_font;
};

static void next_piece(TTF_Font *font, const char *text, struct piece *piece)
{
	size_t left = strlen(text), step;

	piece->bytes = 0;
	piece->in_font = false;
	while (left) {
		uint32_t code = letters_decode(text, left, &step);
		/* Bytes that are no UTF-8 are never given to a font. */
		bool in_font = font && (code != 0xfffd || step > 1) &&
			       font_has(font, code);

		if (piece->bytes && in_font != piece->in_font)
			break;
		if (piece->bytes + step >= PIECE)
			break;
		piece->in_font = in_font;
		memcpy(piece->text + piece->bytes, text, step);
		piece->bytes += step;
		text += step;
		left -= step;
	}
	piece->text[piece->bytes] = '\0';
}

/*
 * Goes over the pieces of a text and gives how wide they are; draws them too,
 * if there is ink.
 */
static int set_text(struct type *type, enum face face, int size,
		    const char *text, const struct ink *ink)
{
	TTF_Font *font = font_of(type, face, size);
	int feet = type_ascent(type, face, size);
	struct piece piece;
	int x = 0;

	for (; *text; text += piece.bytes) {
		next_piece(font, text, &piece);
		if (ink && piece.in_font)
			font_draw(font, piece.text, ink, x);
		else if (ink)
			letters_draw(face, size, piece.text, piece.bytes, ink,
				     x, feet);
		x += piece.in_font ? font_width(font, piece.text) :
		     letters_width(face, size, piece.text, piece.bytes);
	}
	return x;
}

int type_width(struct type *type, enum face face, int size, const char *text)
{
	struct cached_text *cached = text_cache_at(type->cache, face, size,
						   text);

	if (!cached)
		return set_text(type, face, size, text, NULL);
	if (cached->width < 0)
		cached->width = set_text(type, face, size, text, NULL);
	return cached->width;
}

const struct ink *type_shape(struct type *type, enum face face, int size,
			     const char *text)
{
	struct cached_text *cached = text_cache_at(type->cache, face, size,
						   text);
	struct ink ink;

	if (!cached)
		return NULL;
	if (cached->ink.pixels)
		return &cached->ink;
	if (cached->width < 0)
		cached->width = set_text(type, face, size, text, NULL);
	ink.width = cached->width;
	ink.height = type_height(type, face, size);
	ink.pixels = calloc((size_t)ink.width * (size_t)ink.height + 1, 1);
	if (!ink.pixels)
		return NULL;
	set_text(type, face, size, text, &ink);
	cached->ink = ink;
	return &cached->ink;
}
