/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which names somebody may have meant who wrote another.
 */
#ifndef TOOLS_NEAR_H
#define TOOLS_NEAR_H

#include <stddef.h>

/* The name at an index, NULL past the end. */
typedef const char *(*near_name_fn)(size_t index);

/*
 * Lists the names near a word, "pss, uss", nearest first, at most five.  Gives
 * how many; the list is "" if there is none.
 */
size_t near_names(const char *word, size_t length, near_name_fn name_at,
		  char *list, size_t size);

#endif
