/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sessions on processes of a vkernel's guest.  The child of the host that runs
 * a guest process maps its pages at the guest's own addresses: what the host
 * notes of the child's pages is what the process used, and the guest's own
 * bits stay as they are.  Which pages the process has its tables tell.
 *
 * Reading all of the RAM marks its frames as used, so tables are looked for
 * once, before anything is forgotten; afterwards the known ones are read alone.
 */
#ifndef PAGEMAP_WSS_GUEST_H
#define PAGEMAP_WSS_GUEST_H

#include "vk_reading.h"
#include "wss.h"
#include "wss_figures.h"

/* Pages that follow each other. */
struct wss_pages {
	uint64_t first_page;
	uint64_t count;
};

/* What is known of one target beside its child. */
struct wss_guest_target {
	struct wss_guest *guest;
	const struct pagemap_process *process;	/* as the session began */
	uint64_t root_pfn;
	uint64_t stub_page;	/* pages from there on are the stub's; or
				   UINT64_MAX */
	struct array present;	/* struct wss_pages: the child had them when it
				   forgot, by rising address */
};

struct wss_guest {
	struct pagemap_snapshot *snapshot;	/* as the session began, */
	const struct vk_reading *reading;	/* which is its */
	struct vk_found found;
	struct vk_ram ram;
	bool ram_is_open;
	struct wss_guest_target *targets;
	size_t target_count;
};

/*
 * Reads the guest once; pids are those of its snapshots.  Errors: as
 * pagemap_snapshot_take, vk_find and vk_open_ram.
 */
int wss_guest_open(struct pagemap_source *vkernel, const pid_t *pids,
		   size_t count, struct wss_guest **ret_guest);
void wss_guest_close(struct wss_guest *guest);

/* Whether a mapping of a child holds pages of its guest process. */
bool wss_guest_owns(const struct wss_guest_target *guest,
		    const struct maps_line *line);

/* Notes which pages the child has: of target->layout, which was just read. */
int wss_guest_note(struct pagemap_wss *session, struct wss_target *target);

/* A page that a guest process has by its tables. */
struct wss_guest_page {
	uint64_t page;
	uint32_t share;		/* of its size in 1/4096 bytes, by mappers */
	bool writable;
};

/*
 * Reads a process's tables: struct wss_guest_page by rising address.  1 if
 * they did not change meanwhile, 0 if they did or make no sense, or a negative
 * errno.
 */
int wss_guest_walk(const struct wss_guest_target *guest,
		   struct array *ret_pages);

/* ---- Joining both: pure, wss_guest_join.c ------------------------------ */

/* A mapping of the child. */
struct wss_guest_vma {
	struct pagemap_value referenced;	/* if it was told by mapping */
	uint64_t present;			/* pages that the child has */
	bool told;
};

/* A page that the child has. */
struct wss_guest_seen {
	uint64_t page;
	uint32_t vma;		/* index */
	uint8_t bits;		/* enum wss_page_bits */
	bool came;		/* since it forgot: used, or beside such a one */
	bool marked;		/* as used by whomever */
};

/* All that was read of a child, by rising address. */
struct wss_guest_child {
	struct array vmas;	/* struct wss_guest_vma */
	struct array seen;	/* struct wss_guest_seen */
	const struct array *present;	/* see struct wss_guest_target */
	size_t next_seen;	/* where joining stands; zeroed: begins */
	size_t next_present;
};

/*
 * How much of these pages, which follow those of the last call, was used by
 * what methods tell by mapping.  Also stores for each the index of what was
 * seen: WSS_GUEST_ABSENT, or WSS_GUEST_GONE if the child had it when it forgot.
 */
#define WSS_GUEST_ABSENT SIZE_MAX
#define WSS_GUEST_GONE (SIZE_MAX - 1)
struct pagemap_value wss_guest_join(struct wss_guest_child *child,
				    const struct wss_guest_page *pages,
				    size_t count, uint32_t page_bytes,
				    size_t *ret_seen);

#endif
