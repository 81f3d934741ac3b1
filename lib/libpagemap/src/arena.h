/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory of a snapshot: taken piece by piece by one worker, never moved, given
 * back all at once.
 */
#ifndef PAGEMAP_ARENA_H
#define PAGEMAP_ARENA_H

#include <stddef.h>

struct arena_chunk;

struct arena {
	struct arena_chunk *chunks;	/* the newest first */
	size_t bytes;			/* of all chunks */
};

/* size bytes, aligned to 8, not zeroed; NULL: no memory. */
void *arena_alloc(struct arena *arena, size_t size);

/* A copy of size bytes. */
void *arena_copy(struct arena *arena, const void *from, size_t size);

/* A copy of length bytes and a NUL. */
char *arena_string(struct arena *arena, const char *from, size_t length);

/* Moves all memory of one arena to another. */
void arena_join(struct arena *into, struct arena *from);
void arena_free(struct arena *arena);

#endif
