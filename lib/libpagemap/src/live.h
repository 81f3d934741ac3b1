/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the parts of the live source hand to each other.
 */
#ifndef PAGEMAP_LIVE_H
#define PAGEMAP_LIVE_H

#include "source.h"

/* ---- live_files.c: see struct source_ops ------------------------------- */

int live_list_files(struct pagemap_source *source,
		    const struct process_ref *ref, struct array *ret_files);
int live_stat_file(struct pagemap_source *source,
		   const struct process_ref *ref, const char *name,
		   struct source_file *ret_file);
int live_open_mapped(struct pagemap_source *source,
		     const struct process_ref *ref, uint64_t start_vaddr,
		     uint64_t end_vaddr, dev_t dev, uint64_t inode);

#endif
