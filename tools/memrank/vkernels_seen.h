/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Vkernels among the processes of a ranking: that they are there, and how to
 * look into them.  What is in them is the business of vkernels.c.
 */
#ifndef MEMRANK_VKERNELS_SEEN_H
#define MEMRANK_VKERNELS_SEEN_H

#include "columns.h"
#include "json.h"

struct vkernels_seen {
	struct pagemap_vkernel *items;	/* by rising pid */
	size_t count;
};

/*
 * Finds those that rows have a child of.  Costs nothing where no row is being
 * traced; where no row's state is known, a small file of each process.  0 or
 * -ENOMEM.
 */
int vkernels_seen_find(struct pagemap_source *source, const struct row *rows,
		       size_t count, struct vkernels_seen *ret_seen);
void vkernels_seen_free(struct vkernels_seen *seen);

/* A line for each of the first ones on standard error. */
void vkernels_seen_report(const struct vkernels_seen *seen);

/* An array of them; the caller's. */
struct json *vkernels_seen_json(const struct vkernels_seen *seen);

#endif
