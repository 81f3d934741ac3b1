/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Near names, see near.h: by the letters that would have to change, and by
 * beginnings.
 */
#include "near.h"

#include <stdio.h>
#include <string.h>

#define WORD_MAX 32
#define NEAR_MAX 5
#define TOO_FAR 3

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Letters to put in, take out or change. */
static size_t distance(const char *a, size_t a_length, const char *b)
{
	size_t i, k, b_length = strlen(b), row[WORD_MAX + 1];

	if (a_length > WORD_MAX || b_length > WORD_MAX)
		return TOO_FAR;
	for (k = 0; k <= b_length; k++)
		row[k] = k;
	for (i = 1; i <= a_length; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (k = 1; k <= b_length; k++) {
			size_t changed = corner + (a[i - 1] != b[k - 1]);

			corner = row[k];
			row[k] = least(changed, least(row[k], row[k - 1]) + 1);
		}
	}
	return row[b_length];
}

static size_t how_far(const char *word, size_t length, const char *name)
{
	size_t far = distance(word, length, name);

	/* Half of a short word changed is another word. */
	if (far < TOO_FAR && far * 2 <= length)
		return far;
	if (length >= 2 && (!strncmp(word, name, length) ||
			    (strlen(name) >= 2 &&
			     !strncmp(word, name, strlen(name)))))
		return 1;
	return TOO_FAR;
}

size_t near_names(const char *word, size_t length, near_name_fn name_at,
		  char *list, size_t size)
{
	size_t far, i, at = 0, count = 0;
	const char *name;

	list[0] = '\0';
	for (far = 0; far < TOO_FAR; far++) {
		for (i = 0; (name = name_at(i)) && count < NEAR_MAX; i++) {
			if (how_far(word, length, name) != far ||
			    at + strlen(name) + 3 > size)
				continue;
			at += (size_t)snprintf(list + at, size - at, "%s%s",
					       count++ ? ", " : "", name);
		}
	}
	return count;
}
