/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packing of stretches, see pack.h.  A stretch is a byte that says which of its
 * fields are not as expected, and those; numbers by seven bits a byte.
 */
#include "pack.h"

#include <errno.h>
#include <stdlib.h>

/* What is not as expected. */
enum {
	HAS_GAP = 1 << 0,	/* it does not begin where the last one ends */
	HAS_PLACE = 1 << 1,	/* nor do its frames go on */
	HAS_COUNT = 1 << 2,	/* it has more than one page */
	HAS_SET = 1 << 3,	/* these are not as the last one's: */
	HAS_SHARERS = 1 << 4,	/* sharers, sharers_high */
	HAS_FLAGS = 1 << 5,
	HAS_CLASS = 1 << 6,	/* state, class_of, bits */
	HAS_AGE = 1 << 7,	/* age, swap_type, host */
};

/* The mask and all fields: two of 64 bits, four of 32, the rest as they are. */
#define MOST_BYTES (1 + 2 * 10 + 4 * 5 + 3 + 2 + 2 + 2)

/* ---- Numbers ----------------------------------------------------------- */

static uint8_t *put(uint8_t *at, uint64_t number)
{
	for (; number >= 0x80; number >>= 7)
		*at++ = (uint8_t)(number | 0x80);
	*at++ = (uint8_t)number;
	return at;
}

static const uint8_t *get(const uint8_t *at, uint64_t *ret_number)
{
	unsigned int shift = 0;

	*ret_number = 0;
	do
		*ret_number |= (uint64_t)(*at & 0x7f) << shift;
	while (shift += 7, *at++ & 0x80);
	return at;
}

/* Differences are small, and of either sign. */
static uint64_t fold(uint64_t difference)
{
	return difference << 1 ^ -(difference >> 63);
}

static uint64_t unfold(uint64_t folded)
{
	return folded >> 1 ^ -(folded & 1);
}

/* ---- Packing ----------------------------------------------------------- */

static uint8_t mask_of(const struct stretch *last, const struct stretch *next)
{
	uint8_t mask = 0;

	if (next->first_page != last->first_page + last->page_count)
		mask |= HAS_GAP;
	if (next->place != last->place + last->page_count)
		mask |= HAS_PLACE;
	if (next->page_count != 1)
		mask |= HAS_COUNT;
	if (next->set != last->set)
		mask |= HAS_SET;
	if (next->sharers != last->sharers ||
	    next->sharers_high != last->sharers_high)
		mask |= HAS_SHARERS;
	if (next->flags != last->flags)
		mask |= HAS_FLAGS;
	if (next->state != last->state || next->class_of != last->class_of ||
	    next->bits != last->bits)
		mask |= HAS_CLASS;
	if (next->age != last->age || next->swap_type != last->swap_type ||
	    next->host != last->host)
		mask |= HAS_AGE;
	return mask;
}

static uint8_t *put_stretch(uint8_t *at, const struct stretch *last,
			    const struct stretch *next)
{
	uint8_t mask = mask_of(last, next);

	*at++ = mask;
	if (mask & HAS_GAP)
		at = put(at, next->first_page - last->first_page -
			     last->page_count);
	if (mask & HAS_PLACE)
		at = put(at, fold(next->place - last->place -
				  last->page_count));
	if (mask & HAS_COUNT)
		at = put(at, next->page_count);
	if (mask & HAS_SET)
		at = put(at, next->set);
	if (mask & HAS_SHARERS) {
		at = put(at, next->sharers);
		at = put(at, next->sharers_high);
	}
	if (mask & HAS_FLAGS)
		at = put(at, next->flags);
	if (mask & HAS_CLASS) {
		*at++ = next->state;
		*at++ = next->class_of;
		at = put(at, next->bits);
	}
	if (mask & HAS_AGE) {
		*at++ = next->age;
		*at++ = (uint8_t)(next->swap_type | next->host << 5);
	}
	return at;
}

int packer_add(struct packer *packer, const struct stretch *stretch)
{
	uint8_t *at;

	if (packer->room - packer->size < MOST_BYTES) {
		size_t room = packer->room * 2 + 16 * MOST_BYTES;
		uint8_t *bytes = realloc(packer->bytes, room);

		if (!bytes)
			return -ENOMEM;
		packer->bytes = bytes;
		packer->room = room;
	}
	at = packer->bytes + packer->size;
	packer->size += (size_t)(put_stretch(at, &packer->last, stretch) - at);
	packer->last = *stretch;
	packer->count++;
	return 0;
}

void packer_finish(struct packer *packer)
{
	uint8_t *bytes = packer->bytes ? realloc(packer->bytes, packer->size)
				       : NULL;

	if (!bytes)
		return;
	packer->bytes = bytes;
	packer->room = packer->size;
}

void packer_free(struct packer *packer)
{
	free(packer->bytes);
	*packer = (struct packer){ 0 };
}

/* ---- Unpacking --------------------------------------------------------- */

static const uint8_t *get_32(const uint8_t *at, uint32_t *ret_number)
{
	uint64_t number;

	at = get(at, &number);
	*ret_number = (uint32_t)number;
	return at;
}

static const uint8_t *get_16(const uint8_t *at, uint16_t *ret_number)
{
	uint64_t number;

	at = get(at, &number);
	*ret_number = (uint16_t)number;
	return at;
}

/* stretch: the last one as it is, to be made the next one. */
static const uint8_t *get_stretch(const uint8_t *at, struct stretch *stretch)
{
	uint8_t mask = *at++;
	uint64_t number;

	stretch->first_page += stretch->page_count;
	stretch->place += stretch->page_count;
	stretch->page_count = 1;
	if (mask & HAS_GAP) {
		at = get(at, &number);
		stretch->first_page += number;
	}
	if (mask & HAS_PLACE) {
		at = get(at, &number);
		stretch->place += unfold(number);
	}
	if (mask & HAS_COUNT)
		at = get_32(at, &stretch->page_count);
	if (mask & HAS_SET)
		at = get_32(at, &stretch->set);
	if (mask & HAS_SHARERS) {
		at = get_32(at, &stretch->sharers);
		at = get_32(at, &stretch->sharers_high);
	}
	if (mask & HAS_FLAGS)
		at = get_16(at, &stretch->flags);
	if (mask & HAS_CLASS) {
		stretch->state = *at++;
		stretch->class_of = *at++;
		at = get_16(at, &stretch->bits);
	}
	if (mask & HAS_AGE) {
		stretch->age = *at++;
		stretch->swap_type = *at & 0x1f;
		stretch->host = *at++ >> 5 & 7;
	}
	return at;
}

void stretches_unpack(const uint8_t *bytes, struct stretch *ret_stretches,
		      size_t count)
{
	struct stretch stretch = { 0 };
	size_t i;

	for (i = 0; i < count; i++) {
		bytes = get_stretch(bytes, &stretch);
		ret_stretches[i] = stretch;
	}
}
