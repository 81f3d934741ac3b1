/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the two halves of selectors know of each other: selector.c takes their
 * text apart into terms, selector_match.c owns the table of kinds and finds
 * the rows.
 */
#ifndef TOOLS_SELECTOR_TERMS_H
#define TOOLS_SELECTOR_TERMS_H

#include <regex.h>

#include "selector.h"

enum value_kind {
	VALUE_PID,		/* a number, never a pattern */
	VALUE_TEXT,
	VALUE_USER,		/* a name, or a number */
	VALUE_PATH,		/* may begin with a slash and be no pattern */
};

struct term {
	const struct kind *kind;
	char *text;		/* NULL: a pattern */
	regex_t pattern;
	int64_t number;		/* a pid or a uid; -1 none */
};

/* By place in the table of kinds. */
enum { KIND_PID, KIND_TREE, KIND_USER, KIND_CGROUP, KIND_UNIT, KIND_EXE,
       KIND_COMM, KIND_COUNT };

struct kind {
	const char *name;
	enum value_kind value;
	uint32_t identity;
	uint32_t names;
	/* The text that decides, with its length; NULL: not known. */
	const char *(*text_of)(const struct row *row, size_t *ret_length);
	bool (*equals)(const struct term *term, const char *text,
		       size_t length);
};

struct selector {
	struct term *terms;
	size_t count;
	size_t capacity;
};

extern const struct kind selector_kinds[KIND_COUNT];

#endif
