/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sets of numbers that come in groups, see wss_marks.h.
 */
#include "wss_marks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 64

static bool is_free(const struct wss_block *block)
{
	uint64_t any = 0;
	size_t i;

	for (i = 0; i < WSS_BLOCK_WORDS; i++)
		any |= block->words[i];
	return !any;
}

/* Where the block of a number is, or would be; there is a free place. */
static struct wss_block *place_of(const struct wss_marks *marks, uint64_t first)
{
	uint64_t hash = first / WSS_BLOCK_NUMBERS * UINT64_C(0x9e3779b97f4a7c15);
	size_t at = (size_t)(hash >> 32) & (marks->capacity - 1);

	while (!is_free(&marks->blocks[at]) && marks->blocks[at].first != first)
		at = (at + 1) & (marks->capacity - 1);
	return &marks->blocks[at];
}

static int grow(struct wss_marks *marks)
{
	struct wss_marks larger = {
		.capacity = marks->capacity ? marks->capacity * 2 : FIRST_CAPACITY,
		.count = marks->count,
	};
	const struct wss_block *block;
	size_t at = 0;

	larger.blocks = calloc(larger.capacity, sizeof(*larger.blocks));
	if (!larger.blocks)
		return -ENOMEM;
	while ((block = wss_marks_next(marks, &at)))
		*place_of(&larger, block->first) = *block;
	free(marks->blocks);
	*marks = larger;
	return 0;
}

int wss_marks_add(struct wss_marks *marks, uint64_t number)
{
	struct wss_block *block;
	uint64_t within = number % WSS_BLOCK_NUMBERS;

	/* A quarter stays free, so that a search is short. */
	if (marks->count >= marks->capacity / 4 * 3) {
		int err = grow(marks);

		if (err)
			return err;
	}
	block = place_of(marks, number - within);
	if (is_free(block)) {
		block->first = number - within;
		marks->count++;
	}
	block->words[within / 64] |= UINT64_C(1) << within % 64;
	return 0;
}

int wss_marks_add_range(struct wss_marks *marks, uint64_t first, uint64_t end)
{
	int err = 0;

	for (; first < end && !err; first++)
		err = wss_marks_add(marks, first);
	return err;
}

bool wss_marks_has(const struct wss_marks *marks, uint64_t number)
{
	uint64_t within = number % WSS_BLOCK_NUMBERS;

	if (!marks->count)
		return false;
	return place_of(marks, number - within)->words[within / 64] >>
	       within % 64 & 1;
}

const struct wss_block *wss_marks_next(const struct wss_marks *marks, size_t *at)
{
	while (*at < marks->capacity) {
		const struct wss_block *block = &marks->blocks[(*at)++];

		if (!is_free(block))
			return block;
	}
	return NULL;
}

void wss_marks_clear(struct wss_marks *marks)
{
	if (marks->count)
		memset(marks->blocks, 0, marks->capacity * sizeof(*marks->blocks));
	marks->count = 0;
}

void wss_marks_free(struct wss_marks *marks)
{
	free(marks->blocks);
	*marks = (struct wss_marks){ 0 };
}
