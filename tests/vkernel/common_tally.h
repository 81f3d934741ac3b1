/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counts what agrees and what does not, shows the first that do not, and says
 * at the end in TAP whether all did.  Knows nothing of what is compared.
 */
#ifndef COMMON_TALLY_H
#define COMMON_TALLY_H

#include <stdbool.h>
#include <stdint.h>

struct tally {
	const char *name;
	uint64_t agree, total;
	bool may_be_none;		/* else to compare nothing is a failure */
};

/* Counts one; what differs is told by format.  Gives agrees. */
__attribute__((format(printf, 3, 4)))
bool tally_add(struct tally *tally, bool agrees, const char *format, ...);

/* A line of TAP, or nothing where nothing was compared and need not be. */
bool tally_report(const struct tally *tally);

#endif
