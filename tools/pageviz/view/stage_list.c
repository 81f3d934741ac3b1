// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The people that match a search, largest first.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stage_inside.h"

static bool matches(const struct person *person, const char *search)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", (int)person->pid);
	return strcasestr(person->name, search) ||
	       strcasestr(person->command, search) ||
	       strcasestr(person->user, search) || strstr(pid, search);
}

/* What is not known comes last: its RSS in place of the PSS, else nothing. */
static uint64_t size_of(const struct person *person)
{
	if (person->pss.quality != PAGEMAP_UNAVAILABLE)
		return person->pss.value;
	return person->rss.quality != PAGEMAP_UNAVAILABLE ? person->rss.value
							  : 0;
}

static int by_size(const void *left, const void *right, void *people)
{
	const struct person *all = people;
	const struct person *a = &all[*(const uint32_t *)left];
	const struct person *b = &all[*(const uint32_t *)right];

	if (size_of(a) != size_of(b))
		return size_of(a) > size_of(b) ? -1 : 1;
	return (a->pid > b->pid) - (a->pid < b->pid);
}

void people_free(struct people_list *list)
{
	moment_unref(list->moment);
	free(list->people);
	*list = (struct people_list){ 0 };
}

int people_find(struct people_list *list, struct moment *moment,
		const char *search)
{
	size_t i;

	if (list->people && list->moment == moment &&
	    !strcmp(list->search, search))
		return 0;
	people_free(list);
	list->people = calloc(moment->person_count + 1, sizeof(*list->people));
	if (!list->people)
		return -ENOMEM;
	list->moment = moment_keep(moment);
	snprintf(list->search, sizeof(list->search), "%s", search);
	for (i = 0; i < moment->person_count; i++)
		if (matches(&moment->people[i], search))
			list->people[list->count++] = (uint32_t)i;
	qsort_r(list->people, list->count, sizeof(*list->people), by_size,
		(void *)moment->people);
	return 0;
}
