/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * When each page was last used, a byte a page, kept in chunks only where
 * pages are: holes cost nothing.  Written in rising order and then only read;
 * the ages of the next sample are written beside those of the last.  Knows
 * nothing of how uses are found.
 */
#ifndef PAGEMAP_WSS_AGES_H
#define PAGEMAP_WSS_AGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Samples since the last use; 255: used in none so far. */
#define AGE_OLDEST 254
#define AGE_NEVER 255

#define AGES_CHUNK_PAGES 64

struct ages_chunk {
	uint64_t number;		/* of its first page, / 64 */
	uint8_t age[AGES_CHUNK_PAGES];
};

/* Zeroed: empty. */
struct wss_ages {
	struct ages_chunk *chunks;	/* by rising number */
	size_t count;
	size_t capacity;
};

/* Where reading stands; zeroed: at the beginning. */
struct ages_cursor {
	size_t chunk;
};

/* Pages have to come in rising order.  0 or -ENOMEM. */
int ages_put(struct wss_ages *ages, uint64_t page, uint8_t age);

/* AGE_NEVER for a page that was not put.  In rising order it is fast. */
uint8_t ages_get(const struct wss_ages *ages, struct ages_cursor *cursor,
		 uint64_t page);

/* The age at this sample of a page of that age at the last one. */
uint8_t age_next(uint8_t age, bool used);

void ages_free(struct wss_ages *ages);

#endif
