/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The files that decide what a kill gives back: those in memory, and those
 * without a name.  killed_files.c finds them and says what dies with the
 * members, killed_users.c finds who else uses them.
 */
#ifndef PAGEMAP_KILLED_FILES_H
#define PAGEMAP_KILLED_FILES_H

#include "killed.h"

/* What becomes of a file. */
enum file_fate {
	FATE_STAYS,		/* it has a name, or other users */
	FATE_DIES,		/* the members are its last users */
	FATE_UNSURE,		/* it dies, unless somebody unseen has it */
	FATE_UNTOLD,		/* by its name it dies; nobody could be asked */
};

struct dying_file {
	struct file_key key;
	uint32_t process;		/* a member that has it, by index */
	const struct pagemap_mapping *mapping;	/* of that; NULL: only open */
	uint64_t mapping_count;		/* of the members */
	bool by_us;			/* the source told the facts */
	bool deleted;			/* by its path */
	bool in_ramfs;
	bool hugetlb;
	bool mapped_outside;
	bool held_outside;
	bool unsure;			/* somebody could not be asked */
	struct source_file facts;
	struct sole_frames frames;	/* that the members map */
	uint64_t foreign_frames;	/* and others, after all */
};

struct dying_files {
	struct killed *killed;
	struct array files;		/* struct dying_file, by rising key */
	struct array uses;		/* struct file_use, by rising key */
	struct array ramfs;		/* dev_t of such file systems */
	struct buffer text;
	bool rmid_forced;		/* every segment dies with its last user */
};

/* A member's mapping of such a file. */
struct file_use {
	struct file_key key;
	uint32_t process;
	const struct pagemap_mapping *mapping;
};

/* NULL: it is none of them. */
struct dying_file *dying_file_find(const struct dying_files *files,
				   const struct file_key *key);

/* What becomes of it, by what is known so far. */
enum file_fate dying_file_fate(const struct dying_file *file);

/* ---- killed_users.c ---------------------------------------------------- */

/*
 * Adds files without a name that members have open and do not map.  -ENOTSUP
 * or -EACCES: not all members could be asked; -ENOMEM.
 */
int dying_files_add_open(struct dying_files *files);

/*
 * Who else maps them, and who else has them open.  Those of whom neither can be
 * said make all of them unsure.  0 or -ENOMEM.
 */
int dying_files_find_users(struct dying_files *files);

#endif
