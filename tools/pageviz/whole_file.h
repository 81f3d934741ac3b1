/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that are there whole or not at all: written beside their name, which
 * they take when all is well.
 */
#ifndef PAGEVIZ_WHOLE_FILE_H
#define PAGEVIZ_WHOLE_FILE_H

#include <stdbool.h>
#include <stdio.h>

struct whole_file {
	FILE *stream;
	char *name;		/* that it is to have, links followed */
	char *beside;		/* that it has until then; NULL: no file of
				   its own, as a device or a pipe */
};

/* 0 or a negative errno. */
int whole_file_open(const char *name, struct whole_file *ret_file);

/*
 * Ends it: whole, or to be dropped (err: why, a negative errno).  0, err, or
 * what went wrong in the end; there is no half file then either.
 */
int whole_file_close(struct whole_file *file, int err);

#endif
