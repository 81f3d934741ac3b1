/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The record of /proc/kpagemap: one for each page frame, at pfn * 16, in the
 * byte order of the machine.  Frames without memory behind them have the flag
 * KPF_NOPAGE and counts of 0.
 */
#ifndef _UAPI_KPAGEMAP_H
#define _UAPI_KPAGEMAP_H

#include <linux/types.h>

struct kpagemap_record {
	__u64 flags;		/* KPF_* of linux/kernel-page-flags.h */
	__u32 map_count;	/* as in /proc/kpagecount, at most 2^32 - 1 */
	__u32 ref_count;	/* references held, of the whole folio */
};

#endif
