/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Pages of our own, on which a method is tried before it is believed.
 */
#ifndef PAGEMAP_WSS_PROBE_H
#define PAGEMAP_WSS_PROBE_H

#include "source.h"

#define PROBE_PAGES 64
#define PROBE_TOUCHED 33

struct probe {
	struct pagemap_source *source;
	char *fenced;			/* the area, and what keeps it apart */
	char *area;			/* PROBE_PAGES small pages, a mapping
					   of their own, all written to */
	int clear_fd;			/* our own clear_refs */
	struct process_ref self;
	struct pages_file pages;	/* our own pagemap */
};

/* 0, or why there is nothing to try; then there is nothing to end. */
int probe_begin(struct pagemap_source *source, struct probe *ret_probe);
void probe_end(struct probe *probe);

/* Read from, or write to, the first of the pages. */
void probe_touch(const struct probe *probe, size_t pages);
void probe_write(const struct probe *probe, size_t pages);

/* Makes the TLB forget them, by taking the right to write and giving it back. */
int probe_flush_own(const struct probe *probe);

/* How many pages of the area smaps calls referenced. */
int probe_referenced(const struct probe *probe, uint64_t *ret_pages);

/* Whether so many are the ones that were touched, and not all the others. */
bool probe_is_right(uint64_t pages);

/* Their entries of pagemap. */
int probe_entries(const struct probe *probe, uint64_t *ret_entries);

/*
 * Whether a 4 to clear_refs after a 1 makes every access be seen, also through
 * what was in the TLB; tried once for a source.
 */
bool probe_flush(struct pagemap_source *source);

#endif
