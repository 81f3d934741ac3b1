/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --owners: what its parts hand to each other.
 */
#ifndef MEMRANK_OWNERS_H
#define MEMRANK_OWNERS_H

#include "memrank.h"

enum owned_kind {
	OWNED_FRAME,		/* PFN */
	OWNED_ADDRESS,		/* PID:ADDRESS */
	OWNED_FILE,		/* FILE */
	OWNED_FILE_PAGE,	/* FILE:OFFSET */
};

/* What somebody asks the owners of. */
struct owned {
	enum owned_kind kind;
	uint64_t pfn;
	pid_t pid;
	uint64_t address;
	char *path;		/* as maps shows it */
	dev_t dev;
	uint64_t inode;		/* 0: there is no such file here */
	uint64_t offset;
};

/* Understands the argument; 0, or an exit status after a message. */
int owned_parse(const char *text, struct pagemap_source *source,
		struct owned *ret_owned);
void owned_free(struct owned *owned);

/* Whether a mapping is one of the file, as the library's filter has it. */
bool owned_is_file(const struct owned *owned,
		   const struct pagemap_mapping *mapping);

/* Everyone with their names, while owners are looked for. */
struct owners {
	const struct settings *settings;
	struct pagemap_source *source;
	const struct owned *owned;
	struct pagemap_snapshot *snapshot;
	struct proclist *names;
	struct row *rows;	/* by index of process */
	size_t count;
};

/* Takes a snapshot and names its processes; exit status after a message. */
int owners_take(struct owners *owners, const struct pagemap_snapshot_opts *opts);

/* Forgets the snapshot and its names. */
void owners_drop(struct owners *owners);

/* Who maps any part of a file; gives the exit status. */
int owners_of_file(struct owners *owners);

/*
 * Why there is no frame at an address, in words; exit status after a message.
 * page: what stands there.
 */
int owners_say_no_frame(struct owners *owners, const struct pagemap_page *page);

#endif
