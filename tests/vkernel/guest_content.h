/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a guest says of a page's contents, so that the host can ask a file of
 * RAM whether they stand where they should: a record, and how it is made.
 */
#ifndef GUEST_CONTENT_H
#define GUEST_CONTENT_H

#include <stddef.h>
#include <stdint.h>

struct known_content {
	uint64_t vpn;
	uint64_t pfn;		/* of the guest, when it was read */
	uint64_t hash;
};

/* FNV-1a over words: pages that differ anywhere differ here. */
static inline uint64_t content_hash(const void *bytes, size_t size)
{
	const uint64_t *words = bytes;
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < size / sizeof(*words); i++) {
		hash = (hash ^ words[i]) * UINT64_C(0x100000001b3);
		hash ^= hash >> 29;
	}
	return hash;
}

#endif
