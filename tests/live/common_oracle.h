/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The oracle: the slow and simple truth about a range of a process.
 *
 * It reads pagemap entry by entry, for every process of the machine, and
 * counts for each frame the distinct address spaces that map it.  It shares
 * no code with the library.
 */
#ifndef LIVE_COMMON_ORACLE_H
#define LIVE_COMMON_ORACLE_H

#include "common_victim.h"

/* Bytes; PSS keeps 12 more bits below the point. */
struct truth {
	uint64_t rss;
	uint64_t pss_fixed;
	uint64_t uss;
	uint64_t zero;
	uint64_t hugetlb;
	uint64_t swap;
};

/*
 * Counts the ranges of a process.  A frame that the ranges hold k times is
 * one page of PSS and USS.  Needs root; fails the test otherwise.
 */
void oracle_count(pid_t pid, const struct range *ranges, size_t count,
		  struct truth *ret_truth);

/* The same, but false if frames moved while they were counted. */
bool oracle_try(pid_t pid, const struct range *ranges, size_t count,
		struct truth *ret_truth);

#endif
