/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --vkernel all: what its parts hand to each other.
 */
#ifndef MEMRANK_VKERNELS_H
#define MEMRANK_VKERNELS_H

#include "memrank.h"
#include "survey.h"

/* What is said of a vkernel, in the order of the columns. */
enum vkernels_figure {
	/* Its RAM: the figures up to SLACK are of frames of it. */
	VKERNELS_RAM,
	VKERNELS_RESIDENT,		/* in the host's RAM */
	VKERNELS_SWAPPED,		/* in the host's swap */
	VKERNELS_UNTOUCHED,
	VKERNELS_GUEST_PSS,		/* that guest processes map, each once */
	VKERNELS_GUEST_TABLES,		/* resident: page tables of these, */
	VKERNELS_GUEST_STUBS,		/* by which main drives them, */
	VKERNELS_ZERO_PAGE,		/* the zero page, */
	VKERNELS_SLACK,			/* and all that is none of these */
	/* What it takes of the host beside it. */
	VKERNELS_MAIN_OWN,		/* main's memory: image, data, heap */
	VKERNELS_CHILD_OWN,		/* and of its children */
	VKERNELS_HOST_TABLES,		/* page tables of all its processes */
	VKERNELS_HOST_STACKS,		/* and their kernel stacks */
	/* All of it, as the host's census counts. */
	VKERNELS_HOST_RSS,
	VKERNELS_HOST_PSS,
	VKERNELS_HOST_USS,
	/* Of that, frames that other vkernels map too, and why. */
	VKERNELS_SHARED,
	VKERNELS_SHARED_ANON,
	VKERNELS_SHARED_FILE,
	VKERNELS_SHARED_SHMEM,
	VKERNELS_SHARED_KSM,
	VKERNELS_KSM,			/* merged, whoever else maps them */
	VKERNELS_FIGURE_COUNT
};

struct vkernels_row {
	struct pagemap_vkernel facts;
	const char *comm;		/* of main; NULL: not known */
	uint64_t processes;		/* guest mms */
	bool is_read;			/* its RAM was: else they are unknown */
	bool is_changing;		/* while it was read */
	struct pagemap_value figures[VKERNELS_FIGURE_COUNT];
};

struct vkernels {
	const struct settings *settings;
	struct pagemap_source *host;
	struct survey survey;		/* of the host */
	bool has_survey;
	uint64_t time_ns;		/* of the first guest, and what looking */
	uint64_t wall_ns;		/* into all of them took */
	uint64_t cpu_ns;
	struct vkernels_row *rows;	/* by rising pid */
	size_t count;
	struct vkernels_row total;	/* frames of several once */
	struct pagemap_share_pair *pairs; /* of rows, that share most first;
					   NULL: not known */
	size_t pair_count;
	bool is_cut;			/* there are more than these */
	bool is_ram_merged;		/* KSM has merged RAM of one, at least */
	uint32_t shift;			/* bytes of a page of the host */
};

/* Bytes of pages of some kinds (a mask); bounded where kinds are not known. */
struct pagemap_value vkernels_bytes(const struct vkernels *vkernels,
				    const uint64_t *pages, uint32_t kinds);

#define VKERNELS_ANON (1u << PAGEMAP_FRAME_ANON)
#define VKERNELS_FILE (1u << PAGEMAP_FRAME_FILE | \
		       1u << PAGEMAP_FRAME_FILE_DIRTY)
#define VKERNELS_SHMEM (1u << PAGEMAP_FRAME_SHMEM)
#define VKERNELS_KSM_KIND (1u << PAGEMAP_FRAME_KSM)
#define VKERNELS_KINDS ((1u << PAGEMAP_FRAME_KIND_COUNT) - 1)

/* ---- vkernels_shared.c ------------------------------------------------- */

/*
 * Fills in what the host's census knows: figures from HOST_RSS on, and the
 * pairs.  0 or -ENOMEM.
 */
int vkernels_share(struct vkernels *vkernels);

/* ---- vkernels_print.c -------------------------------------------------- */

/* 0 or -ENOMEM. */
int vkernels_print(const struct vkernels *vkernels, FILE *out);

#endif
