/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory of a snapshot, see arena.h.
 */
#include "arena.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_CHUNK_BYTES ((size_t)16 << 10)
#define LAST_CHUNK_BYTES ((size_t)1 << 20)

struct arena_chunk {
	struct arena_chunk *next;
	size_t used;
	size_t capacity;
	_Alignas(8) char bytes[];
};

static struct arena_chunk *add_chunk(struct arena *arena, size_t size)
{
	size_t capacity = FIRST_CHUNK_BYTES;
	struct arena_chunk *chunk;

	/* Grow with what is there: small snapshots stay small. */
	while (capacity < LAST_CHUNK_BYTES && capacity < arena->bytes)
		capacity *= 2;
	if (capacity < size)
		capacity = size;
	chunk = malloc(sizeof(*chunk) + capacity);
	if (!chunk)
		return NULL;
	chunk->used = 0;
	chunk->capacity = capacity;
	chunk->next = arena->chunks;
	arena->chunks = chunk;
	arena->bytes += sizeof(*chunk) + capacity;
	return chunk;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	struct arena_chunk *chunk = arena->chunks;
	void *bytes;

	if (size > (size_t)-1 / 2)
		return NULL;
	size = (size + 7) & ~(size_t)7;
	if (!chunk || chunk->capacity - chunk->used < size)
		chunk = add_chunk(arena, size);
	if (!chunk)
		return NULL;
	bytes = chunk->bytes + chunk->used;
	chunk->used += size;
	return bytes;
}

void *arena_copy(struct arena *arena, const void *from, size_t size)
{
	void *to = arena_alloc(arena, size);

	if (to && size)
		memcpy(to, from, size);
	return to;
}

char *arena_string(struct arena *arena, const char *from, size_t length)
{
	char *to = arena_alloc(arena, length + 1);

	if (!to)
		return NULL;
	memcpy(to, from, length);
	to[length] = '\0';
	return to;
}

void arena_join(struct arena *into, struct arena *from)
{
	struct arena_chunk **last = &into->chunks;

	while (*last)
		last = &(*last)->next;
	*last = from->chunks;
	into->bytes += from->bytes;
	*from = (struct arena){ 0 };
}

void arena_free(struct arena *arena)
{
	struct arena_chunk *chunk = arena->chunks;

	while (chunk) {
		struct arena_chunk *next = chunk->next;

		free(chunk);
		chunk = next;
	}
	*arena = (struct arena){ 0 };
}
