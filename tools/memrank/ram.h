/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All of RAM as memrank -w shows it: what its parts hand to each other.
 */
#ifndef MEMRANK_RAM_H
#define MEMRANK_RAM_H

#include "memrank.h"

/* Parts of a class that are shown unless -n says another number. */
#define RAM_PARTS 10

/* Pages by class of one part: a group of users, a file system, a file. */
struct ram_part {
	const char *name;
	bool plain;			/* our own words, not a name */
	uint64_t pages[PAGEMAP_RAM_CLASS_COUNT];
};

struct ram_parts {
	struct ram_part *items;		/* NULL: not known */
	size_t count;
};

/* What is shown; begun empty, freed by ram_report_free(). */
struct ram_report {
	const struct settings *settings;
	struct pagemap_source *source;
	const struct pagemap_snapshot *snapshot;
	const struct pagemap_sharing *sharing;	/* NULL: who maps what is not
						   known */
	const struct pagemap_ram *ram;
	struct pagemap_ram_balance balance;
	struct ram_parts groups;
	struct ram_parts file_systems;
	struct ram_parts files;
	struct strings *names;
	struct proclist *users;
};

/* ---- ram_parts.c ------------------------------------------------------- */

/* Finds groups, files and file systems.  0 or -ENOMEM. */
int ram_parts_find(struct ram_report *report);
void ram_report_free(struct ram_report *report);

/*
 * The parts that have something of some classes, largest first; a new array
 * of pointers.  NULL: no memory.
 */
const struct ram_part **ram_parts_sort(const struct ram_parts *parts,
				       uint64_t classes, size_t *ret_count);

/* The pages of a part in some classes. */
uint64_t ram_part_pages(const struct ram_part *part, uint64_t classes);

/* ---- ram_text.c, ram_json.c -------------------------------------------- */

/* Writes it for people, or as CSV.  0 or -ENOMEM. */
int ram_print_text(const struct ram_report *report, FILE *out);
int ram_print_csv(const struct ram_report *report, FILE *out);

/* The object "ram" of memrank/1. */
struct json *ram_json(const struct ram_report *report);

#endif
