/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands that run beside each other, and how many of each: --with FILE.
 */
#ifndef MEMSTATS_COMPANIONS_H
#define MEMSTATS_COMPANIONS_H

#include <stddef.h>

struct companion {
	unsigned int count;	/* 1 to COMPANIONS_MOST */
	char **words;		/* ended by NULL */
	size_t word_count;
};

struct companions {
	struct companion *items;
	size_t count;
};

/* Of one command; more is no question but an attack. */
#define COMPANIONS_MOST 10000

/*
 * Reads "COUNT COMMAND ARG..." lines out of a text; words as in words.h,
 * lines without words are left out.  0; -ENOMEM; -EINVAL and the line's number
 * and what is wrong with it; -ENODATA if there is no command at all.
 */
int companions_parse(const char *text, struct companions *ret_companions,
		     size_t *ret_line, const char **ret_wrong);

/* The same of a file, "-" for standard input.  0, or an exit status. */
int companions_read(const char *path, struct companions *ret_companions);

void companions_free(struct companions *companions);

#endif
