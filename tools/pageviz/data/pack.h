/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stretches in few bytes: each as what it differs in from the one before.  What
 * comes out again is the same to the bit.
 */
#ifndef PAGEVIZ_DATA_PACK_H
#define PAGEVIZ_DATA_PACK_H

#include "moment.h"

/* *ret_bytes is malloc()ed; of nothing NULL.  0 or -ENOMEM. */
int stretches_pack(const struct stretch *stretches, size_t count,
		   uint8_t **ret_bytes, size_t *ret_size);

/* Fills count stretches from what stretches_pack() made of as many. */
void stretches_unpack(const uint8_t *bytes, struct stretch *ret_stretches,
		      size_t count);

#endif
