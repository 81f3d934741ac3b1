/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A set of numbers that come in groups: pages of a process, frames.  A bit for
 * each, in blocks that are found by hashing.  Does not know what it numbers.
 */
#ifndef PAGEMAP_WSS_MARKS_H
#define PAGEMAP_WSS_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WSS_BLOCK_WORDS 8
#define WSS_BLOCK_NUMBERS (WSS_BLOCK_WORDS * 64)

struct wss_block {
	uint64_t first;			/* a multiple of WSS_BLOCK_NUMBERS */
	uint64_t words[WSS_BLOCK_WORDS]; /* all zero: the place is free */
};

/* All zero is an empty one. */
struct wss_marks {
	struct wss_block *blocks;
	size_t capacity;		/* a power of two, or 0 */
	size_t count;			/* of blocks in use */
};

/* 0 or -ENOMEM. */
int wss_marks_add(struct wss_marks *marks, uint64_t number);
int wss_marks_add_range(struct wss_marks *marks, uint64_t first, uint64_t end);
bool wss_marks_has(const struct wss_marks *marks, uint64_t number);

/* The next block in use from *at on, in no order; NULL at the end. */
const struct wss_block *wss_marks_next(const struct wss_marks *marks, size_t *at);

/* Empties it; keeps its memory for the next time. */
void wss_marks_clear(struct wss_marks *marks);
void wss_marks_free(struct wss_marks *marks);

#endif
