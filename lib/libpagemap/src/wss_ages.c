/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The ages of pages: see wss_ages.h.
 */
#include "wss_ages.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct ages_chunk *chunk_add(struct wss_ages *ages, uint64_t number)
{
	struct ages_chunk *chunk;

	if (ages->count == ages->capacity) {
		size_t capacity = ages->capacity ? ages->capacity * 2 : 64;
		struct ages_chunk *chunks =
			reallocarray(ages->chunks, capacity, sizeof(*chunks));

		if (!chunks)
			return NULL;
		ages->chunks = chunks;
		ages->capacity = capacity;
	}
	chunk = &ages->chunks[ages->count++];
	chunk->number = number;
	memset(chunk->age, AGE_NEVER, sizeof(chunk->age));
	return chunk;
}

int ages_put(struct wss_ages *ages, uint64_t page, uint8_t age)
{
	uint64_t number = page / AGES_CHUNK_PAGES;
	struct ages_chunk *chunk = ages->count ?
		&ages->chunks[ages->count - 1] : NULL;

	if (!chunk || chunk->number != number)
		chunk = chunk_add(ages, number);
	if (!chunk)
		return -ENOMEM;
	chunk->age[page % AGES_CHUNK_PAGES] = age;
	return 0;
}

/* The first chunk that is not below; the number of chunks if all are. */
static size_t chunk_find(const struct wss_ages *ages, size_t from,
			 uint64_t number)
{
	size_t low = from, high = ages->count;

	/* Most often it is the same one, or the next. */
	if (low < high && ages->chunks[low].number >= number)
		return low;
	if (low + 1 < high && ages->chunks[low + 1].number >= number)
		return low + 1;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ages->chunks[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

uint8_t ages_get(const struct wss_ages *ages, struct ages_cursor *cursor,
		 uint64_t page)
{
	uint64_t number = page / AGES_CHUNK_PAGES;
	size_t from = cursor->chunk;

	if (from && from <= ages->count &&
	    ages->chunks[from - 1].number >= number)
		from = 0;
	cursor->chunk = chunk_find(ages, from, number);
	if (cursor->chunk == ages->count ||
	    ages->chunks[cursor->chunk].number != number)
		return AGE_NEVER;
	return ages->chunks[cursor->chunk].age[page % AGES_CHUNK_PAGES];
}

uint8_t age_next(uint8_t age, bool used)
{
	if (used)
		return 0;
	return age >= AGE_OLDEST ? age : (uint8_t)(age + 1);
}

void ages_free(struct wss_ages *ages)
{
	free(ages->chunks);
	*ages = (struct wss_ages){ 0 };
}
