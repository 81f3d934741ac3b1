/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes of a vkernel's guest: which of them words mean, what the host
 * knows of one, and where its pages lie.
 */
#ifndef MEMSTATS_GUEST_H
#define MEMSTATS_GUEST_H

#include <stdbool.h>
#include <stdint.h>

#include <libpagemap/pagemap.h>

struct settings;
struct report;
struct row;
struct json;

/* As select_processes, of a vkernel's source.  0, or an exit status. */
int guest_select(struct settings *settings, struct pagemap_source *source);

/* Whether the host knows who runs each.  0, or an exit status. */
int guest_check_children(const struct settings *settings);

/* Whether a process is one of a guest; what the host knows of it. */
bool guest_of(const struct pagemap_process *process,
	      struct pagemap_guest_process *ret_guest);

/* All of one, for people and for programs. */
void guest_print(const struct settings *settings, const struct row *row,
		 const struct pagemap_guest_process *guest);
struct json *guest_json(const struct pagemap_guest_process *guest);

/* ---- Pages: guest_pages.c ---------------------------------------------- */

/* Pages of one run that follow each other in the host too. */
struct guest_pages {
	struct pagemap_run run;
	bool in_ram;		/* have a frame, which host tells of */
	struct pagemap_guest_run host;	/* of the first */
};

/* Takes a run apart; its fields are this file's. */
struct guest_pages_iter {
	const struct pagemap_guest *guest;	/* NULL: runs stay whole */
	uint32_t page_bytes;
	struct pagemap_run rest;
};

void guest_pages_begin(struct guest_pages_iter *iter,
		       const struct report *report,
		       const struct pagemap_run *run);

/* Stores the next part and returns true, or false at the end. */
bool guest_pages_next(struct guest_pages_iter *iter,
		      struct guest_pages *ret_pages);

/* "resident", "swapped", ...; "-" of those without a frame, or not known. */
#define GUEST_FRAME_SIZE 20
const char *guest_pages_state(const struct guest_pages *pages);
void guest_pages_frame(const struct guest_pages *pages,
		       char text[GUEST_FRAME_SIZE]);

#endif
