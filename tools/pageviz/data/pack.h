/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stretches in few bytes: each as what it differs in from the one before.  What
 * comes out again is the same to the bit.
 */
#ifndef PAGEVIZ_DATA_PACK_H
#define PAGEVIZ_DATA_PACK_H

#include "moment.h"

/* Stretches that are being packed, one after the other; zeroed: none yet. */
struct packer {
	uint8_t *bytes;			/* malloc()ed; NULL: none */
	size_t size;
	size_t room;
	size_t count;
	struct stretch last;
};

/* 0 or -ENOMEM. */
int packer_add(struct packer *packer, const struct stretch *stretch);

/* Gives back the room that it does not need. */
void packer_finish(struct packer *packer);
void packer_free(struct packer *packer);

/* Fills count stretches from what a packer made of as many. */
void stretches_unpack(const uint8_t *bytes, struct stretch *ret_stretches,
		      size_t count);

#endif
