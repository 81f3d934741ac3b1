/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What --if-killed found, handed from if_killed.c to if_killed_print.c.
 */
#ifndef IF_KILLED_H
#define IF_KILLED_H

#include "survey.h"

struct killing {
	const struct settings *settings;
	struct survey survey;		/* its rows are those of who dies */
	uint64_t processes;		/* of these rows */
	size_t survivors;		/* rows whose mm lives on in others */
	struct pagemap_if_killed killed;
};

/* Writes it as the settings say. */
void killing_print(const struct killing *killing, FILE *out);

#endif
