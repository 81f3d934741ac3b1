/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The library's walk of a guest's tables, held against what the guest said and
 * what the oracle saw.  A snapshot is taken once, by the public API alone.
 */
#ifndef COMMON_WALK_H
#define COMMON_WALK_H

#include "common_dump.h"
#include "common_outside.h"

/* Takes the snapshot and finds which of its processes is which. */
void walk_open(const struct dump *dump, const struct outside *outside);

/* Of a page that the guest says is present: whether the walk says the same. */
bool walk_page_agrees(const struct dump_process *process,
		      const struct dump_page *page);

/* That this child runs it, as the oracle found, and its mm_struct says. */
void walk_link(const struct dump_process *process, pid_t child);

/* That this many frames of a process are its stub's, and that this is one. */
void walk_stub(const struct dump_process *process, size_t count);
void walk_stub_frame(const struct dump_process *process, uint64_t pfn);

/*
 * All that is not of a page that is present: pages that the walk has beside
 * them, figures of processes, all frames of RAM, and the same again with what
 * the guest says of itself, in folder.
 */
void walk_rest(const char *folder);

/* Says in TAP what agreed.  Gives whether all did. */
bool walk_close(void);

#endif
