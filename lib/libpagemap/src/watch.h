/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Watching: what a source keeps open between snapshots of the same processes.
 */
#ifndef PAGEMAP_WATCH_H
#define PAGEMAP_WATCH_H

struct pagemap_source;

/* Closes all that is kept. */
void watch_end(struct pagemap_source *source);

#endif
