/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A vkernel as its host sees it, read for the oracle: the RAM's file, and what
 * of it main's children map.  Written anew and small, uses nothing of the
 * library: it is what the library is held against.
 */
#ifndef COMMON_OUTSIDE_H
#define COMMON_OUTSIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A page of the RAM that a child maps. */
struct outside_page {
	uint64_t vpn;
	uint64_t pfn;			/* of the guest */
	bool readable, writable, executable;
};

struct outside_child {
	pid_t pid;
	int pagemap;			/* open */
	struct outside_page *pages;	/* by rising vpn */
	size_t page_count;
};

struct outside {
	pid_t pid;			/* main */
	int ram, pagemap;		/* open */
	uint64_t base;			/* main has frame 0 there */
	uint64_t first_pfn;		/* the lowest that main maps */
	uint64_t ram_bytes;
	struct outside_child *children;
	size_t child_count;
};

/* Ends the program if it is no vkernel or may not be looked at. */
void outside_read(pid_t pid, struct outside *ret_outside);
void outside_free(struct outside *outside);

/* A page's contents.  Whether all of it is in the file. */
bool outside_contents(const struct outside *outside, uint64_t pfn,
		      void *ret_page);

/* The host's frame of a guest's frame, as main has it; NO_PFN: it has not. */
uint64_t outside_host_pfn(const struct outside *outside, uint64_t pfn);

/* The same, as a child has it. */
uint64_t outside_child_host_pfn(const struct outside_child *child,
				uint64_t vpn);

#endif
