/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A line taken apart into the words of a command.
 */
#ifndef TOOLS_WORDS_H
#define TOOLS_WORDS_H

#include <stddef.h>

/*
 * Takes a line apart as a shell takes a simple command apart: blanks end a
 * word, '...' holds anything but ', "..." anything in which \ protects " \ $
 * and `, \ protects a character elsewhere, # begins a comment where a word
 * would begin.  Nothing is expanded: what only a shell can do (| & ; < > ( ) $
 * ` unquoted, $ and ` also in "...") is refused.  The words end with NULL and
 * are one block, freed by free(3); none at all are fine.  0; -ENOMEM; or
 * -EINVAL and what is wrong.
 */
int words_split(const char *line, char ***ret_words, size_t *ret_count,
		const char **ret_wrong);

/*
 * The words as a line that a shell takes for them, quoted where needed.
 * Freed by the caller; NULL: no memory.
 */
char *words_join(char *const *words, size_t count);

#endif
