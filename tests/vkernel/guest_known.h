/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands at the start of a known page, and how a line of the list of
 * known pages is written: between the guest that makes them (guest_known.c)
 * and the host that looks for them (oracle.c).  Knows nothing of either.
 */
#ifndef GUEST_KNOWN_H
#define GUEST_KNOWN_H

#include <stdint.h>

#define KNOWN_MAGIC UINT64_C(0x564b4e4f574e5047)

/* No two pages of different contents are alike. */
struct known_mark {
	uint64_t magic;
	uint32_t owner;		/* who wrote it: a pid, or a number of its own */
	uint32_t index;
	uint64_t check;
};

static inline uint64_t known_check(uint32_t owner, uint32_t index)
{
	return KNOWN_MAGIC ^ ((uint64_t)owner << 40) ^
	       ((uint64_t)index * UINT64_C(0x9e3779b97f4a7c15));
}

/* Owners that are no pids. */
enum {
	OWNER_FILE = 1 << 24,
	OWNER_MERGED,
	OWNER_ALIKE,
};

/*
 * pid start pages owner index state use sharers name
 *
 * owner 0: nothing is said of the contents; sharers 0: nor of how many mms map
 * them.  Indexes rise by one, or stay where the owner is OWNER_ALIKE.
 * state: present, swapped, zero, none.
 * use: any, old, clean, modified, old_modified.
 */
#define KNOWN_WRITE "%d %#lx %zu %u %u %s %s %u %s\n"
#define KNOWN_READ "%d %" SCNx64 " %zu %" SCNu32 " %" SCNu32 " %15s %15s %u %31s"

#endif
