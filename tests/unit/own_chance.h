/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers that look random and are the same everywhere: xorshift64*.
 */
#ifndef TESTS_UNIT_OWN_CHANCE_H
#define TESTS_UNIT_OWN_CHANCE_H

#include <stdint.h>

/* Never 0. */
static uint64_t state = 1;

static uint64_t chance(uint64_t below)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * UINT64_C(2685821657736338717) % below;
}

#endif
