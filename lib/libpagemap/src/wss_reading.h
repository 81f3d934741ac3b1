/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One reading of one target, as wss_read.c and, for processes of a vkernel's
 * guest, wss_guest_read.c share it out: mappings and what is told of them go
 * in the same order to found->mappings and reader->told.
 */
#ifndef PAGEMAP_WSS_READING_H
#define PAGEMAP_WSS_READING_H

#include "engine.h"
#include "wss.h"
#include "wss_figures.h"
#include "wss_set.h"

/* Kinds of mappings are told by the engines' code, which wants a worker. */
struct wss_reader {
	struct pagemap_wss *session;
	struct worker worker;
	struct array told;	/* struct wss_told, one a mapping */
	bool averaged;		/* PSS is an estimate */
	bool reads_pages;	/* some method tells pages apart */
	bool tells_access;	/* and some of these which were used */
	bool tells_writing;	/* or written */
};

struct reading {
	struct wss_reader *reader;
	struct wss_target *target;
	struct found_process *found;
	struct wss_next *next;
	struct ages_cursor cursor;	/* in the ages of the last sample */
	struct found_run *run;		/* that may be extended; NULL */
	struct wss_told *told;		/* of the mapping that is walked */
	bool written_back;		/* pages of that are, now and then */
	uint64_t told_ns;		/* when all accesses were read */
};

/* The mappings of the process that is looked at; -ENOENT: it has ended. */
int wss_read_smaps(const struct reading *reading, struct text *ret_text);

/* What methods that tell by mapping say, by its sizes: the first that knows. */
bool wss_tell_mapping(const struct reading *reading,
		      const struct smaps_sizes *sizes,
		      struct pagemap_value *ret_referenced);

/* What methods that tell page by page say. */
int wss_ask_methods(const struct reading *reading, uint64_t first_page,
		    const uint64_t *entries, size_t count, uint8_t *ret_bits);

/* A page of reading->told that is present: counted, aged and kept. */
int wss_take_page(struct reading *reading, uint64_t page, uint8_t bits);

/* Reads a target whose memory is a guest's: wss_guest_read.c. */
int wss_guest_read(struct reading *reading);

#endif
