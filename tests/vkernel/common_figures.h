/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sizes of a guest's processes: those of a snapshot from outside held against
 * sizes counted anew from what the guest said of each page, and against what
 * the guest's kernel says in smaps_rollup.
 */
#ifndef COMMON_FIGURES_H
#define COMMON_FIGURES_H

#include <libpagemap/pagemap.h>

#include "common_dump.h"

/* Of one process; prints a line of what it has. */
void figures_check(const struct dump *dump, const struct dump_process *inside,
		   const struct pagemap_process *outside);

/* Says in TAP what agreed.  Gives whether all did. */
bool figures_report(void);

#endif
