/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Texts seen lately, see text_cache.h: a table in which each text has two
 * places, and takes that of the one not asked for longest.
 */
#include "text_cache.h"

#include <stdlib.h>
#include <string.h>

#define PLACES 4096	/* a power of two */

struct text_cache {
	uint64_t clock;
	struct cached_text texts[PLACES];
};

struct text_cache *text_cache_new(void)
{
	return calloc(1, sizeof(struct text_cache));
}

static void forget(struct cached_text *cached)
{
	free(cached->text);
	free(cached->ink.pixels);
	*cached = (struct cached_text){ .width = -1 };
}

void text_cache_free(struct text_cache *cache)
{
	size_t i;

	for (i = 0; cache && i < PLACES; i++)
		forget(&cache->texts[i]);
	free(cache);
}

/* FNV-1a. */
static uint64_t hash_of(enum face face, int size, const char *text)
{
	uint64_t hash = 0xcbf29ce484222325u ^ (uint64_t)face << 16 ^
			(uint64_t)size;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
	return hash ^ hash >> 32;
}

static bool is_of(const struct cached_text *cached, enum face face, int size,
		  const char *text)
{
	return cached->text && cached->face == face && cached->size == size &&
	       !strcmp(cached->text, text);
}

struct cached_text *text_cache_at(struct text_cache *cache, enum face face,
				  int size, const char *text)
{
	uint64_t hash = hash_of(face, size, text);
	struct cached_text *first = &cache->texts[hash % PLACES];
	struct cached_text *second = &cache->texts[(hash ^ 1) % PLACES];
	struct cached_text *place = first->used <= second->used ? first : second;

	if (is_of(first, face, size, text))
		place = first;
	else if (is_of(second, face, size, text))
		place = second;
	else
		forget(place);
	if (!place->text) {
		place->text = strdup(text);
		if (!place->text)
			return NULL;
		place->face = face;
		place->size = size;
	}
	place->used = ++cache->clock;
	return place;
}
