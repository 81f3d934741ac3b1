/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Groups that were named, see named_group.h.
 */
#include "named_group.h"

#include <stdlib.h>
#include <string.h>

#include "message.h"

static int make(const char *text, size_t length, struct named_group *ret_group)
{
	struct named_group group = { .length = length };
	int status = selector_parse(text + length + 1, &group.selector);

	if (status)
		return status;
	group.name = strndup(text, length);
	if (!group.name) {
		selector_free(group.selector);
		message("out of memory");
		return EXIT_NOTHING;
	}
	*ret_group = group;
	return 0;
}

static int add(const char *text, size_t length, struct named_group **groups,
	       size_t *count)
{
	struct named_group *more = reallocarray(*groups, *count + 1,
						sizeof(*more));
	int status;

	if (!more) {
		message("out of memory");
		return EXIT_NOTHING;
	}
	*groups = more;
	status = make(text, length, &more[*count]);
	if (!status)
		(*count)++;
	return status;
}

int named_groups_take(const char *text, struct named_group **groups,
		      size_t *count)
{
	size_t i, length = strcspn(text, "=");

	if (!length || !text[length]) {
		message("--group takes NAME=SELECTOR, as in "
			"web=unit:nginx.service, not '%s'", text);
		return EXIT_USAGE;
	}
	for (i = 0; i < *count; i++) {
		const struct named_group *group = &(*groups)[i];

		if (group->length != length ||
		    memcmp(group->name, text, length) != 0)
			continue;
		message("group %s is there twice: join its selectors by commas",
			group->name);
		return EXIT_USAGE;
	}
	return add(text, length, groups, count);
}

void named_groups_free(struct named_group *groups, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		selector_free(groups[i].selector);
		free(groups[i].name);
	}
	free(groups);
}

uint32_t named_groups_identity(const struct named_group *groups, size_t count)
{
	uint32_t identity = 0;
	size_t i;

	for (i = 0; i < count; i++)
		identity |= selector_identity(groups[i].selector);
	return identity;
}

uint32_t named_groups_names(const struct named_group *groups, size_t count)
{
	uint32_t names = 0;
	size_t i;

	for (i = 0; i < count; i++)
		names |= selector_names(groups[i].selector);
	return names;
}
