/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a working set is made of: written while it is read, then only read.
 */
#ifndef PAGEMAP_WSS_SET_H
#define PAGEMAP_WSS_SET_H

#include <libpagemap/pagemap.h>

#include "arena.h"
#include "buffer.h"

/* Pages that follow each other and were used alike. */
struct found_run {
	uint64_t start_page;
	uint32_t count;
	uint8_t age;			/* wss_ages.h */
	uint8_t bits;			/* WSS_WRITTEN, WSS_MAYBE_WRITTEN */
};

struct found_mapping {
	struct pagemap_wss_mapping is;	/* its strings are in the arena */
	size_t first_run;
	size_t run_count;
};

struct found_process {
	struct pagemap_wss_process is;
	struct array mappings;		/* struct found_mapping */
	struct array runs;		/* struct found_run */
	bool pages_told;
};

struct pagemap_working_set {
	struct arena arena;
	uint32_t page_shift;
	struct found_process *processes;
	size_t process_count;
};

/* NULL: no memory. */
struct pagemap_working_set *working_set_new(size_t process_count,
					    uint32_t page_shift);

#endif
