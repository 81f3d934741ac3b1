/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the parts of sizing hand to each other.
 */
#ifndef SIZING_H
#define SIZING_H

#include <libpagemap/pagemap.h>

/* The square root; 0 of what is not above 0. */
double sizing_root(double square);

/* Whole bytes of what was computed: not below 0, at most UINT64_MAX. */
uint64_t sizing_bytes(double bytes);

/* An estimate with its interval; an infinite error: nothing is known. */
struct pagemap_value sizing_value(double value, double error,
				  enum pagemap_reason reason);

struct pagemap_value sizing_unknown(enum pagemap_reason reason);

#endif
