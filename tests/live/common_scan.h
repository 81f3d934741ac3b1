/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PAGEMAP_SCAN, which the headers of Debian 12 do not have: where a mapping of
 * terabytes has pages.
 */
#ifndef LIVE_COMMON_SCAN_H
#define LIVE_COMMON_SCAN_H

#include "common_victim.h"

/* Calls back for each range of present pages; does nothing before 6.7. */
void scan_present(int pagemap, struct range range,
		  void (*call)(struct range range, void *context),
		  void *context);

#endif
