/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Texts that were measured or shaped lately: a screen shows the same ones
 * again and again.  What does not fit into its bound is made anew.
 */
#ifndef PAGEVIZ_TEXT_CACHE_H
#define PAGEVIZ_TEXT_CACHE_H

#include "type.h"

struct cached_text {
	char *text;		/* NULL: this place is free */
	enum face face;
	int size;
	int width;		/* -1: not measured yet */
	struct ink ink;		/* .pixels NULL: not shaped yet */
	uint64_t used;
};

struct text_cache;

/* NULL: no memory. */
struct text_cache *text_cache_new(void);
void text_cache_free(struct text_cache *cache);

/* The place of a text, to be filled in.  Borrowed: until the next call.
 * NULL: no memory. */
struct cached_text *text_cache_at(struct text_cache *cache, enum face face,
				  int size, const char *text);

#endif
