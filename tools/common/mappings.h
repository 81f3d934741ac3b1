/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mappings and their pages as people read them: one table of columns, and the
 * texts that pages have everywhere.
 */
#ifndef TOOLS_MAPPINGS_H
#define TOOLS_MAPPINGS_H

#include "units.h"

struct mapping_column {
	const char *heading;
	int metric;		/* enum pagemap_metric; -1 none */
	/* The text where there is no metric, not escaped. */
	const char *(*text)(const struct pagemap_mapping *mapping,
			    char *scratch, size_t size);
};

/* Room for every text of a column but names. */
#define MAPPING_TEXT_SIZE 64

enum {
	MAPPING_RANGE,		/* start-end */
	MAPPING_PERMISSIONS,
	MAPPING_VSS,
	MAPPING_RSS,
	MAPPING_PSS,
	MAPPING_USS,
	MAPPING_SWAP,
	MAPPING_KIND,
	MAPPING_NAME,
	MAPPING_START,		/* the range, where there is no room for it */
	MAPPING_COLUMNS
};

/* The column of a number above.  Static storage. */
const struct mapping_column *mapping_column(unsigned int number);

/*
 * Its path, or "<anonymous>", or "<unknown>" where the source cannot tell.
 * Not escaped; borrowed: snapshot.
 */
const char *mapping_name(const struct pagemap_mapping *mapping);

/* The same of one that is given by its parts. */
const char *mapping_name_of(const char *path, enum pagemap_mapping_kind kind);

/* "3", "3..5" where some were not seen, "-" if not known. */
#define SHARERS_TEXT_SIZE 32
void sharers_to_text(const struct pagemap_run *run,
		     char text[SHARERS_TEXT_SIZE]);

/* Its frame, its place in swap as AREA:SLOT, "=" before one of all; or "-". */
#define FRAME_TEXT_SIZE 40
void frame_to_text(const struct pagemap_run *run, char text[FRAME_TEXT_SIZE]);

#endif
