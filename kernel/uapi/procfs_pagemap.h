/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The record of /proc/pagemap/<pid>/pagemap: one for each page of the address
 * space, at vpn * 16, in the byte order of the machine.
 *
 * To /proc/pagemap/<pid>/clear_refs a number is written: accesses are forgotten,
 * so that ACCESSED then tells which pages were used since.
 */
#ifndef _UAPI_PROCFS_PAGEMAP_H
#define _UAPI_PROCFS_PAGEMAP_H

#include <linux/types.h>

struct procfs_pagemap_record {
	__u64 entry;		/* as in /proc/<pid>/pagemap, bit for bit */
	__u32 map_count;	/* as in /proc/kpagecount; 0 if not present */
	__u32 bits;		/* PROCFS_PAGEMAP_*, of a page that is present */
};

/* Used through this mapping since the bit was last cleared. */
#define PROCFS_PAGEMAP_ACCESSED		(1U << 0)
/* Written through this mapping since it was mapped, or written back. */
#define PROCFS_PAGEMAP_MODIFIED		(1U << 1)
/* May be written without a fault. */
#define PROCFS_PAGEMAP_WRITABLE		(1U << 2)
/* Mapped by an entry of a higher level: a huge page. */
#define PROCFS_PAGEMAP_HUGE		(1U << 3)
/* Counted for nobody: the zero page, memory of a device. */
#define PROCFS_PAGEMAP_SPECIAL		(1U << 4)
/* The frame was found used, through whichever mapping, since reclaim asked. */
#define PROCFS_PAGEMAP_REFERENCED	(1U << 5)

enum procfs_pagemap_clear {
	PROCFS_PAGEMAP_CLEAR_ALL = 1,
	PROCFS_PAGEMAP_CLEAR_ANON = 2,	/* mappings without a file */
	PROCFS_PAGEMAP_CLEAR_FILE = 3,	/* mappings of files */
};

#endif
